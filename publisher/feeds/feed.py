"""What a feed, its entries and its documents are, whatever the format. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publisher.content.article import Topic
from publisher.text import clean
from publisher.urls import join

WRITERS = "2"
"""Version of the bytes that the writers make: a change here renews every stored entry and document."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""``updated`` of a feed without entries: a feed has no clock, and Atom demands a moment (RFC 4287 4.1.1)."""
_UTC = ZoneInfo("UTC")


class Kind(StrEnum):
    """What the articles of a feed have in common."""

    ALL = "all"
    TOPIC = "topic"
    EXTRA = "extra"
    """A choice that config.yaml names."""
    NEWSLETTER = "newsletter"
    """The issues of a newsletter that were sent, in place of articles."""
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
        Kind.EXTRA: "feeds/extra/",
        Kind.NEWSLETTER: "feeds/newsletters/",
        Kind.TAG: "feeds/tags/",
    }
)
"""Where the feeds of a kind stand under the output folder."""


ARCHIVED = frozenset(Kind) - {Kind.TAG}
"""Kinds whose older entries are kept by month: each article stands in many tags, and all of them in the main feed."""
ARCHIVE_FORMATS = (Format.RSS, Format.ATOM)
"""Formats that have archives (RFC 5005 knows links of XML alone)."""
STYLE = "feeds/entries.css"
"""How a browser shows a feed that somebody opens in it."""


class Contents(StrEnum):
    """How much of an article an entry holds."""

    FULL = "full"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A choice of articles: those of any of its topics or tags, or all; without those that it excludes."""

    name: str
    title: str
    topics: frozenset[str] = frozenset()
    """Keys."""
    tags: frozenset[str] = frozenset()
    """Slugs."""
    not_topics: frozenset[str] = frozenset()
    not_tags: frozenset[str] = frozenset()
    language: str = ""
    """A prefix (RFC 4647 3.3.1): ``zh`` takes ``zh-CN``."""
    contents: Contents = Contents.FULL

    def takes(self, topics: AbstractSet[str], tags: AbstractSet[str], language: str) -> bool:
        """Whether an article of these topics and tags stands in it."""
        if topics & self.not_topics or tags & self.not_tags:
            return False
        spoken = language.lower()
        if self.language and spoken != self.language and not spoken.startswith(f"{self.language}-"):
            return False
        return bool(topics & self.topics or tags & self.tags or not (self.topics or self.tags))


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
    contents: Contents = Contents.FULL
    """What entries hold where a feed says nothing else."""
    tag_minimum: int = 3
    """A tag of so many articles has a feed; 0: no tag has one."""
    topics: tuple[Topic, ...] = ()
    """Topics that have a feed even while it is empty, in order."""
    permalinks: bool = False
    """Whether a minted id gives way to the URL, as Hugo has it: for sites that move over with their readers."""
    minutes: int = 15
    """How long a reader may keep a feed before it asks again."""
    extras: tuple[Extra, ...] = ()
    archive: bool = True
    """Whether entries that a feed has no room for are kept by month (RFC 5005)."""
    zone: ZoneInfo = _UTC
    """Where months begin."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs, absolute."""

    @property
    def mark(self) -> str:
        """Hash of everything here that the bytes of an entry depend on."""
        return digest(f"{WRITERS}\n{self.home_url}\n{self.language}".encode())


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
    """What feeds show of an article, without its HTML: texts clean, URLs absolute, moments UTC in whole seconds."""

    key: str
    """The article's path, or ``issue:`` and the id of an issue."""
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
    categories: tuple[Category, ...] = ()
    """Topics, then tags; no label twice."""
    authors: tuple[str, ...] = ()
    picture: Picture | None = None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An entry whose bytes are stored, as the lists that it stands in see it."""

    key: str
    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    stamp: str
    """Hash of everything that its bytes depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An entry with its bytes."""

    card: Card
    contents: Contents
    bodies: Mapping[Format, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the entries of one document, in any format."""

    channel: Channel
    id: str
    title: str
    description: str
    updated: datetime
    url: str
    """The document's own address."""
    links: tuple[tuple[str, str], ...] = ()
    """(relation, address): the hubs, and the neighbours of an archive (RFC 5005 4)."""
    complete: bool = False
    """Whether all entries there are stand in it (RFC 5005 2)."""
    archive: bool = False
    """Whether it is one of the documents that older entries are kept in (RFC 5005 4)."""

    def source(self, cards: Iterable[Card]) -> str:
        """Hash of everything that the document's bytes depend on: equal sources need not be written again."""
        own = (self.id, self.title, self.description, self.updated, self.url, self.links, self.complete, self.archive)
        return digest("\n".join((_about(self.channel), repr(own), *(card.stamp for card in cards))).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One list of entries, newest first, whatever the format."""

    channel: Channel
    kind: Kind
    key: str = ""
    """Slug of the topic or tag, name of the newsletter or choice."""
    name: str = ""
    """The topic, tag, newsletter or choice as people read it."""
    contents: Contents = Contents.FULL
    members: tuple[Card, ...] = ()
    """The newest entries, newest first."""
    total: int = 0
    """How many entries there are, those in archives too."""
    months: tuple[str, ...] = ()
    """The months of its archives, such as ``2025-06``, newest first."""

    @property
    def folder(self) -> str:
        """Place under the output folder, letters as they are: ``feeds/topics/投融资/``."""
        return FOLDERS[self.kind] + (f"{self.key}/" if self.key else "")

    @property
    def id(self) -> str:
        """Permanent id: the feed's place under the site's own address, wherever feeds are served from."""
        return join(self.channel.home_url, _quoted(self.folder))

    @property
    def home(self) -> str:
        """Address of the page that tells of it."""
        return join(self.channel.base_url, _quoted(self.folder))

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
        return max((card.updated for card in self.members), default=NEVER)

    def path(self, form: Format) -> str:
        """Place of the document under the output folder."""
        return self.folder + form.file

    def url(self, form: Format) -> str:
        """Address of the document: its self link."""
        return join(self.channel.base_url, _quoted(self.path(form)))

    def link(self, form: Format) -> str:
        """Address of the document as seen from the page ``feeds/``, wherever that is served or opened."""
        return _quoted(self.path(form).removeprefix(FOLDERS[Kind.ALL]))

    def archive_path(self, month: str, form: Format) -> str:
        """Place of the archive of a month under the output folder."""
        return f"{self.folder}archive/{month}.{'rss' if form is Format.RSS else 'atom'}.xml"

    def archive_url(self, month: str, form: Format) -> str:
        """Address of the archive of a month."""
        return join(self.channel.base_url, _quoted(self.archive_path(month, form)))

    def frame(self, form: Format) -> Frame:
        """What stands around its newest entries; from here the archives are reached, the last month first."""
        links = [("hub", hub) for hub in self.channel.hubs]
        xml = form in ARCHIVE_FORMATS
        if self.months and xml:
            links.append(("prev-archive", self.archive_url(self.months[0], form)))
        return Frame(
            channel=self.channel,
            id=self.id,
            title=self.title,
            description=self.description,
            updated=self.updated,
            url=self.url(form),
            links=tuple(links),
            complete=xml and self.total == len(self.members),
        )

    def archive_frame(self, month: str, cards: Iterable[Card], form: Format) -> Frame:
        """What stands around the entries of one of its months.

        Each names the next month that has one: it does not change any more once that one is there.
        """
        place = self.months.index(month)
        older, newer = self.months[place + 1 : place + 2], self.months[max(0, place - 1) : place]
        links = [("current", self.url(form))]
        links += [("prev-archive", self.archive_url(each, form)) for each in older]
        links += [("next-archive", self.archive_url(each, form)) for each in newer]
        return Frame(
            channel=self.channel,
            id=self.id,
            title=self.title,
            description=self.description,
            updated=max((card.updated for card in cards), default=NEVER),
            url=self.archive_url(month, form),
            links=tuple(links),
            archive=True,
        )


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


@lru_cache(maxsize=8)
def _about(channel: Channel) -> str:
    return f"{WRITERS} {channel!r}"


def _quoted(path: str) -> str:
    # urls.join takes "#" for a fragment and "%" for an escape; in a folder's name they are letters.
    return quote(path)


def content(html: str) -> str:
    """HTML that XML can hold: the characters it forbids dropped, each line end one LF (XML 1.0 2.2, 2.11)."""
    return clean(html.replace("\r\n", "\n").replace("\r", "\n"))


def joined(form: Format, head: bytes, entries: Sequence[bytes], tail: bytes) -> bytes:
    """The document of a frame and the bytes of its entries, each copied once: there may be a hundred megabytes."""
    if form is Format.JSON:
        commas = [b","] * (2 * len(entries) - 1)
        commas[::2] = entries
        entries = commas
    return b"".join((head, *entries, tail))


def synopsis(entry: Entry, html: str) -> str:
    """The entry's summary; its title where there is neither summary nor content, so that no entry is bodiless."""
    return entry.summary or ("" if html else entry.title)
