"""Which readers: a small language that config, desk and command line share, its tree, and what the tree means."""
