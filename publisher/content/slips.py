"""Front-matter keys that look like a slip of a known one: ``daft: true`` would publish a draft. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

WATCHED: Mapping[str, str] = MappingProxyType(
    {
        "title": "title",
        "date": "date",
        "draft": "draft",
        "summary": "summary",
        "description": "summary",
        "tags": "tags",
        "topics": "topics",
        "main_topics": "topics",
        "categories": "topics",
        "featured_image": "image",
        "image": "image",
        "authors": "authors",
        "author": "authors",
        "lastmod": "updated",
        "expiryDate": "expires",
        "permalink": "url",
        "language": "lang",
        "slug": "slug",
        "weight": "weight",
        "featured": "featured",
    }
)
"""Keys whose slips are told, in the order in which they are thought of, with the field that each gives."""
_LOWER = frozenset(known.lower() for known in WATCHED)

_HONEST = frozenset({"data", "dates", "drafts", "slugs", "images", "height", "state", "rate", "gate", "mage"})
"""Words of their own, one letter away from a known key."""


@lru_cache(maxsize=4096)
def meant(key: str) -> str:
    """The watched key that ``key`` (lower case) is one slip away from; empty where there is none.

    A slip is a letter too few, too many or wrong, or two in the wrong order; in a short key only too few or in the
    wrong order, for there other words are as near.
    """
    if key in _HONEST or key in _LOWER:
        return ""
    return next((known for known in WATCHED if key in _slips(known.lower())), "")


@lru_cache(maxsize=64)
def _slips(known: str) -> frozenset[str]:
    return frozenset(_made(known)) - {known}


def _made(known: str) -> Iterator[str]:
    letters = "abcdefghijklmnopqrstuvwxyz_-"
    for place in range(len(known)):
        head, tail = known[:place], known[place:]
        yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if len(known) > 4:
            yield from (head + letter + tail[1:] for letter in letters)
            yield from (head + letter + tail for letter in letters)
    if len(known) > 4:
        yield from (known + letter for letter in letters)
