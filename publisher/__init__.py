"""A folder of Markdown articles becomes feeds and e-mail digests: see docs/ and the README."""

__version__ = "0.1.0"
