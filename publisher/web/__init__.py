"""HTTP: feeds, archive, readers' pages."""
