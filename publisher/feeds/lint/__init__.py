"""Lints feeds: any in the world (``document``), and our own before they go out (``Gate``, ``frame``).

Each language has a module of its own rules over the same facts; ``feed`` has those that are common to all.
"""

from publisher.feeds.lint.document import LARGEST, document, frame, is_page, language_of, names_hub
from publisher.feeds.lint.finding import Finding, Language
from publisher.feeds.lint.gate import Gate, fragment

__all__ = [
    "LARGEST",
    "Finding",
    "Gate",
    "Language",
    "document",
    "fragment",
    "frame",
    "is_page",
    "language_of",
    "names_hub",
]
