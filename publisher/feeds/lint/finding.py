"""What the feed lint finds, and what it needs to know of a feed in any format to judge it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.content.article import Severity
from publisher.text import one_line

_SHOWN = 60
"""Characters of a title, an address or another text of the feed that a message repeats."""


class Language(StrEnum):
    """The languages of feeds and lists that can be judged."""

    RSS = "RSS"
    ATOM = "Atom"
    JSON = "JSON Feed"
    OPML = "OPML"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a feed."""

    severity: Severity
    code: str
    """Short stable name of the kind, such as ``date-invalid``."""
    message: str
    """What is wrong; then, after a semicolon, what to write instead."""
    place: str
    """``line 12``, ``feed``, or an entry by its number and title."""

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the feed itself: ``rel`` is ``alternate`` where nothing was written (RFC 4287 4.2.7.2)."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What an entry says, in any format; texts as written, moments only where they could be read."""

    place: str
    id: str = ""
    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    bodies: tuple[tuple[str, str], ...] = ()
    """Name and HTML of each text: ``("description", "<p>…")``."""
    based: bool = False
    """Whether ``xml:base`` says what relative addresses are relative to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a feed says about itself, in any format."""

    language_of: Language
    items: tuple[Item, ...] = ()
    home: str = ""
    """The address of the page that the feed belongs to."""
    links: tuple[Link, ...] = ()
    language: str | None = None
    stamp: datetime | None = None
    """When the feed says that it last changed."""
    archive: bool = False
    complete: bool = False

    def hrefs(self, rel: str) -> list[str]:
        """The addresses of the links of one relation."""
        return [link.href for link in self.links if link.rel == rel]


def error(code: str, message: str, place: str = "feed") -> Finding:
    """A fault by which readers lose something, or that a specification forbids."""
    return Finding(Severity.ERROR, code, message, place)


def warning(code: str, message: str, place: str = "feed") -> Finding:
    """A fault that some reader stumbles over."""
    return Finding(Severity.WARNING, code, message, place)


def words(text: str) -> frozenset[str]:
    """The names in a text, to look up."""
    return frozenset(text.split())


def quoted(text: object) -> str:
    """A text of the feed for a message: on one line, in quotes, not too long."""
    plain = one_line(str(text)[: 4 * _SHOWN])
    return f"'{plain}'" if len(plain) <= _SHOWN else f"'{plain[: _SHOWN - 1]}…'"


def entry_place(number: int, name: object, line: int | None = None) -> str:
    """``line 40, entry 2 'How tides work'``; ``name`` is the title, else the id."""
    start = "" if line is None else f"line {line}, "
    return f"{start}entry {number}" + (f" {quoted(name)}" if isinstance(name, str) and name.strip() else "")
