"""Feeds in three formats from one model, byte-stable."""
