"""What a reader wishes for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from subscribers.subscriber import Format, Subscriber


@dataclass(frozen=True, slots=True)
class Wish:
    """What tells one reader's edition from another's: all readers of one wish get the same bytes, slots aside."""

    topics: tuple[str, ...]
    """Sorted slugs; () = all."""
    language: str
    """BCP 47, never blank: of the words around the stories."""
    format: Format


def wish(reader: Subscriber, *, default_language: str) -> Wish:
    """The reader's wish, blanks filled with the site's."""
    return Wish(reader.topics, reader.language or default_language, reader.format)
