"""What a feed, its entries and its documents are, whatever the format. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote

from publisher.content.article import Topic
from publisher.text import clean
from publisher.urls import join

WRITERS = "1"
"""Version of the bytes that the writers make: a change here renews every stored entry and document."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""``updated`` of a feed without entries: a feed has no clock, and Atom demands a moment (RFC 4287 4.1.1)."""


class Kind(StrEnum):
    """What the articles of a feed have in common."""

    ALL = "all"
    TOPIC = "topic"
    TAG = "tag"


class Format(StrEnum):
    """A language that feeds are written in, named as config.yaml does."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def file(self) -> str:
        """The file of a feed in this format."""
        return _FILES[self]

    @property
    def media_type(self) -> str:
        """As it is served."""
        return _MEDIA_TYPES[self]


_FILES = MappingProxyType({Format.RSS: "rss.xml", Format.ATOM: "atom.xml", Format.JSON: "feed.json"})
_MEDIA_TYPES = MappingProxyType(
    {
        Format.RSS: "application/rss+xml",
        Format.ATOM: "application/atom+xml",
        Format.JSON: "application/feed+json",
    }
)
FOLDERS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ALL: "feeds/",
        Kind.TOPIC: "feeds/topics/",
        Kind.TAG: "feeds/tags/",
    }
)
"""Where the feeds of a kind stand under the output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What all feeds of a site share, and the rules by which they are filled."""

    title: str
    home_url: str
    """The site's front page, absolute; also the root of everything that must not change: ids and schemes."""
    base_url: str
    """Where the output folder is served, which may be another host than the site."""
    description: str = ""
    language: str = "en"
    author: str = ""
    email: str = ""
    copyright: str = ""
    formats: tuple[Format, ...] = tuple(Format)
    limit: int = 30
    """Entries a feed holds at most."""
    full: bool = True
    """Whether entries carry the whole article; else the summary."""
    tag_minimum: int = 3
    """A tag of so many articles has a feed; 0: no tag has one."""
    topics: tuple[Topic, ...] = ()
    """Topics that have a feed even while it is empty, in order."""
    permalinks: bool = False
    """Whether a minted id gives way to the URL, as Hugo has it: for sites that move over with their readers."""
    minutes: int = 15
    """How long a reader may keep a feed before it asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A subject of an entry: ``scheme`` + ``term`` identify it, ``label`` is what people read (RFC 4287 4.2.2)."""

    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of an entry; an enclosure only where its true type and length are known."""

    url: str
    media_type: str = ""
    length: int = 0
    width: int = 0
    height: int = 0

    @property
    def enclosable(self) -> bool:
        """Whether the bytes are at hand: a guessed length is worse than no enclosure."""
        return bool(self.media_type and self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as feeds show it, without its HTML: every text clean, every URL absolute, every moment UTC seconds."""

    path: str
    id: str
    """Permanent, and never made of title or URL (RFC 4287 4.2.6)."""
    url: str
    title: str
    """Plain text, one line."""
    summary: str
    """Plain text, one line; may be empty."""
    published: datetime
    updated: datetime
    """Never before ``published`` (RFC 4287 4.2.15)."""
    topics: tuple[Topic, ...]
    tags: tuple[str, ...]
    categories: tuple[Category, ...]
    """Topics, then tags; no label twice."""
    authors: tuple[str, ...]
    picture: Picture | None
    language: str
    revision: str

    @property
    def stamp(self) -> str:
        """Hash of all that the stored bytes depend on; ``revision`` stands for the HTML."""
        return digest(f"{WRITERS}\n{self!r}".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One list of entries, newest first, whatever the format."""

    channel: Channel
    kind: Kind
    key: str = ""
    """Slug of the topic or tag."""
    name: str = ""
    """The topic or tag as people read it."""
    entries: tuple[Entry, ...] = ()

    @property
    def folder(self) -> str:
        """Place under the output folder, letters as they are: ``feeds/topics/投融资/``."""
        return FOLDERS[self.kind] + (f"{self.key}/" if self.key else "")

    @property
    def id(self) -> str:
        """Permanent id: the feed's place under the site's own address, wherever feeds are served from."""
        return join(self.channel.home_url, _quoted(self.folder))

    @property
    def title(self) -> str:
        """Name of the topic or tag, then of the site: lists of feeds cut at the end."""
        return f"{self.name} · {self.channel.title}" if self.name else self.channel.title

    @property
    def description(self) -> str:
        """Never empty: RSS demands it."""
        text = self.channel.description
        return f"{self.name}: {text}" if self.name and text else text or self.title

    @property
    def updated(self) -> datetime:
        """When an entry last changed. No clock: same entries, same moment."""
        return max((entry.updated for entry in self.entries), default=NEVER)

    def path(self, form: Format) -> str:
        """Place of the document under the output folder."""
        return self.folder + form.file

    def url(self, form: Format) -> str:
        """Address of the document: its self link."""
        return join(self.channel.base_url, _quoted(self.path(form)))

    def link(self, form: Format) -> str:
        """Address of the document as seen from the page ``feeds/``, wherever that is served or opened."""
        return _quoted(self.path(form).removeprefix(FOLDERS[Kind.ALL]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A finished file of the output folder."""

    path: str
    """Place under the output folder."""
    body: bytes
    media_type: str
    modified: datetime
    """When these bytes came to be; whole seconds."""


def digest(data: bytes) -> str:
    """The 24 hex digits that name these bytes; also the ETag of a served document."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _quoted(path: str) -> str:
    # urls.join takes "#" for a fragment and "%" for an escape; in a folder's name they are letters.
    return quote(path)


def content(html: str) -> str:
    """HTML that XML can hold: the characters it forbids dropped, each line end one LF (XML 1.0 2.2, 2.11)."""
    return clean(html.replace("\r\n", "\n").replace("\r", "\n"))


def synopsis(entry: Entry, html: str) -> str:
    """The entry's summary; its title where there is neither summary nor content, so that no entry is bodiless."""
    return entry.summary or ("" if html else entry.title)


def source(feed: Feed, form: Format, stamps: Mapping[str, str]) -> str:
    """Hash of everything that a document's bytes depend on: equal sources need not be written again.

    ``stamps`` are those of the entries by path: an entry stands in many feeds and its stamp costs more than its place.
    """
    head = replace(feed, entries=())
    parts = (WRITERS, form, repr(head), repr(feed.updated), *(stamps[item.path] for item in feed.entries))
    return digest("\n".join(parts).encode())
