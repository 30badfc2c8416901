"""Digests: editions rendered to HTML, text and the wire form of a message."""
