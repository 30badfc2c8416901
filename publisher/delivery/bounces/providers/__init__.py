"""Reports that sending services post to us: each proved to be theirs, then read."""
