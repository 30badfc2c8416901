"""The database: opening it and keeping its schema up to date."""
