"""What the tests of feeds share: a channel, entries, a small site, and readers of the three formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
from builders import make_article
from lxml import etree

from publisher.config import Config, parse
from publisher.content.article import Article, Head, Html, Image, Topic
from publisher.content.index import Listed
from publisher.content.library import Mark
from publisher.feeds.feed import Card, Channel, Entry, Feed, Format, Kind
from publisher.feeds.fill import entry

PICTURE = Image(
    url="https://example.org/a%20b.jpg", file="b.jpg", media_type="image/jpeg", length=1234, width=30, height=40
)
BODY = Html('<p>Tom &amp; Jerry: 1 &lt; 2, <a href="https://example.org/x/?a=1&amp;b=2">x</a> 算力</p>')


def make_channel(**changes: Any) -> Channel:
    values: dict[str, Any] = {
        "title": "Tide & <Line>",
        "home_url": "https://example.org/",
        "base_url": "https://news.example.org",
        "description": "News of the sea",
        "language": "zh-CN",
        "author": "Ed",
        "email": "ed@example.org",
    }
    return Channel(**(values | changes))


def make_entry(name: str = "one", channel: Channel | None = None, **changes: Any) -> Entry:
    return entry(make_article(name, **changes), channel or make_channel())


def make_card(item: Entry | None = None, stamp: str = "") -> Card:
    item = item or make_entry()
    return Card(
        key=item.key,
        id=item.id,
        title=item.title,
        url=item.url,
        published=item.published,
        updated=item.updated,
        stamp=stamp or f"stamp of {item.title}",
    )


def make_feed(*entries: Entry, channel: Channel | None = None, **changes: Any) -> Feed:
    values: dict[str, Any] = {"channel": channel or make_channel(), "kind": Kind.ALL}
    values |= {"members": tuple(map(make_card, entries)), "total": len(entries)}
    return Feed(**(values | changes))


def listed(head: Head) -> Listed:
    """The article as the index lists it."""
    topics = tuple((topic.key, topic.title) for topic in head.topics)
    return Listed(head.path, head.published, topics, head.tags, head.language)


def make_config(root: Path, **feeds: Any) -> Config:
    """A site in ``root``; the arguments are keys of ``feeds``."""
    rules = json.dumps(feeds) if feeds else "{}"
    text = (
        'site: {title: "Tide & <Line>", url: "https://example.org", description: News of the sea, language: zh-CN,'
        " timezone: Asia/Shanghai, author: {name: Ed, email: ed@example.org}}\n"
        f'feeds: {rules}\nweb: {{url: "https://news.example.org"}}\n'
    )
    return parse(text.encode(), root / "config.yaml", {})


def newest_first(heads: Iterable[Head]) -> list[Head]:
    """As the index gives them: ties by path."""
    return sorted(sorted(heads, key=lambda head: head.path), key=lambda head: head.published, reverse=True)


@dataclass
class Shelf:
    """Articles in memory, in place of the library; counts which were asked for whole, and whose HTML was."""

    items: list[Article] = field(default_factory=list)
    bodies: dict[str, Html] = field(default_factory=dict)
    rendered: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    """Paths of those whose body cannot be rendered."""
    missing: set[str] = field(default_factory=set)
    """Paths of those whose HTML is nowhere."""

    def listing(self, now: datetime, /) -> Iterator[Listed]:
        shown = (item for item in self.items if item.published <= now and (not item.expires or now < item.expires))
        return map(listed, newest_first(shown))

    def marks(self, paths: Iterable[str], now: datetime, /) -> Iterator[Mark]:
        wanted = list(paths)
        self.rendered += wanted
        for item in self._known(wanted).values():
            yield Mark(
                item.path,
                item.revision,
                item.guid,
                item.url,
                item.updated,
                item.published,
                item.guid.startswith("tag:"),
            )

    def articles(self, paths: Iterable[str], now: datetime, /) -> dict[str, Article]:
        return self._known(paths)

    def _known(self, paths: Iterable[str]) -> dict[str, Article]:
        known = {item.path: item for item in self.items if item.path not in self.unreadable}
        return {path: known[path] for path in paths if path in known}

    def html(self, paths: Sequence[str], /) -> dict[str, Html]:
        self.asked += paths
        return {path: self.bodies.get(path, BODY) for path in paths if path not in self.missing}


@dataclass(frozen=True)
class Seen:
    """An entry as a reader program sees it."""

    id: str
    title: str
    url: str
    published: datetime
    tags: list[str]
    html: str
    summary: str


def read(form: Format, body: bytes) -> list[Seen]:
    """The entries of a document, through the parser that readers use; fails for what is not well-formed."""
    return _read_json(body) if form is Format.JSON else _read_xml(body)


def _read_xml(body: bytes) -> list[Seen]:
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    return [
        Seen(
            id=item.id,
            title=item.title,
            url=item.link,
            published=_moment(item.published),
            tags=[tag.get("label") or tag.term for tag in item.get("tags", [])],
            html=item.content[0].value if "content" in item else "",
            summary=item.get("summary", ""),
        )
        for item in parsed.entries
    ]


def strictly(form: Format, body: bytes) -> list[Seen]:
    """The entries as the bytes say them: feedparser repairs what looks like mis-decoded text, even where it is meant."""
    if form is Format.JSON:
        return _read_json(body)
    root = etree.fromstring(body)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    if form is Format.ATOM:
        return [
            Seen(
                id=item.findtext("a:id", "", atom),
                title=item.findtext("a:title", "", atom),
                url=item.find("a:link[@rel='alternate']", atom).get("href"),
                published=_moment(item.findtext("a:published", "", atom)),
                tags=[tag.get("label") for tag in item.findall("a:category", atom)],
                html=item.findtext("a:content", "", atom),
                summary=item.findtext("a:summary", "", atom),
            )
            for item in root.findall("a:entry", atom)
        ]
    return [
        Seen(
            id=item.findtext("guid", ""),
            title=item.findtext("title", ""),
            url=item.findtext("link", ""),
            published=_moment(item.findtext("pubDate", "")),
            tags=[tag.text or "" for tag in item.findall("category")],
            html=item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded", ""),
            summary=item.findtext("description", ""),
        )
        for item in root.findall("channel/item")
    ]


def _read_json(body: bytes) -> list[Seen]:
    return [
        Seen(
            id=item["id"],
            title=item["title"],
            url=item["url"],
            published=_moment(item["date_published"]),
            tags=item.get("tags", []),
            html=item["content_html"],
            summary=item.get("summary", ""),
        )
        for item in json.loads(body)["items"]
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)


RD = Topic("rd", "R&D <x>")
