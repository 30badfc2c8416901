"""Which feeds a site has, and which articles stand in them. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from publisher.content.article import Article, Head, Image, Problem, Topic
from publisher.content.topic import identity
from publisher.feeds.feed import FOLDERS, Category, Channel, Entry, Feed, Kind, Picture
from publisher.text import one_line
from publisher.times import utc
from publisher.urls import encode, join, slug, web

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def entry(article: Article, channel: Channel) -> Entry:
    """The article as feeds show it. ``ValueError`` where it has no id, no web address, or a moment without a zone."""
    url = encode(article.url)
    if not web(url):
        raise ValueError(f"{article.url!r} is not an absolute http address")
    published = utc(article.published).replace(microsecond=0)
    topics = tuple(
        Topic(_key(topic.key), name) for topic in article.topics if (name := _name(topic.title or topic.key))
    )
    tags = tuple(dict.fromkeys(name for tag in article.tags if (name := _name(tag))))
    made = Entry(
        path=article.path,
        id=url if channel.permalinks and article.guid.startswith("tag:") else one_line(article.guid),
        url=url,
        title=one_line(article.title) or url,
        summary=one_line(article.summary),
        published=published,
        updated=max(published, utc(article.updated).replace(microsecond=0)),
        topics=topics,
        tags=tags,
        categories=tuple(_categories(topics, tags, channel)),
        authors=tuple(dict.fromkeys(name for author in article.authors if (name := _name(author)))),
        picture=_picture(article.image),
        language=_language(article.language) or channel.language,
        revision=f"{'full' if channel.full else 'summary'} {article.revision}",
    )
    if not made.id:
        raise ValueError("it has no id")
    return made


# The same few hundred names stand in all articles: kept, they halve the time of a build that changes nothing.
_name = lru_cache(maxsize=8192)(one_line)
_key = lru_cache(maxsize=8192)(slug)


@lru_cache(maxsize=8)
def _scheme(home_url: str, kind: Kind) -> str:
    return join(home_url, FOLDERS[kind])


def _categories(topics: Iterable[Topic], tags: Iterable[str], channel: Channel) -> Iterator[Category]:
    pairs = [(Kind.TOPIC, topic.key, topic.title) for topic in topics] + [(Kind.TAG, tag, tag) for tag in tags]
    seen: set[str] = set()
    for kind, term, label in pairs:
        if label not in seen:  # JSON Feed has one list of tags for both
            seen.add(label)
            yield Category(term=term, label=label, scheme=_scheme(channel.home_url, kind))


def _picture(image: Image | None) -> Picture | None:
    if image is None or not web(url := encode(image.url)):
        return None
    known = image.media_type if image.local else ""
    return Picture(
        url=url, media_type=known, length=image.length if known else 0, width=image.width, height=image.height
    )


def _language(tag: str) -> str:
    tag = tag.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A feed that is to be, with the paths of its articles, newest first."""

    kind: Kind
    key: str = ""
    name: str = ""
    paths: tuple[str, ...] = ()


def layouts(
    channel: Channel, heads: Iterable[Head], *, without: Collection[str] = ()
) -> tuple[tuple[Layout, ...], tuple[Problem, ...]]:
    """Every feed of the site, and what is wrong with names. ``heads`` come newest first, and only once.

    Order: all, topics (named ones as in config, then by name), tags (by name). A feed holds the newest
    ``channel.limit``; two names with one slug share a feed under that which the oldest article has. Articles at the
    paths ``without`` stand in none.
    """
    newest: list[str] = []
    topics: dict[str, _Group] = defaultdict(_Group)
    tags: dict[str, _Group] = defaultdict(_Group)
    for head in heads:
        if head.path in without:
            continue
        if len(newest) < channel.limit:
            newest.append(head.path)
        # An article has a topic once, however often and in whatever spelling it names it.
        for key, name in {_key(topic.key): _name(topic.title or topic.key) for topic in head.topics}.items():
            if name:
                topics[key].add(name, head, channel.limit)
        for name in dict.fromkeys(map(_name, head.tags)):
            if name:
                tags[_key(name)].add(name, head, channel.limit)
    made = [Layout(kind=Kind.ALL, paths=tuple(newest))]
    problems: list[Problem] = []
    named = {_key(topic.key): _name(topic.title) for topic in channel.topics}
    enough = {key: group for key, group in tags.items() if 0 < channel.tag_minimum <= group.count}
    for kind, groups, titles in ((Kind.TOPIC, topics, named), (Kind.TAG, enough, {})):
        for layout, group in _laid_out(kind, groups, titles):
            made.append(layout)
            problems += group.clashes(layout, FOLDERS[kind])
    return tuple(made), tuple(problems)


def _laid_out(kind: Kind, groups: Mapping[str, _Group], named: Mapping[str, str]) -> Iterator[tuple[Layout, _Group]]:
    others = sorted(groups.keys() - named.keys(), key=lambda key: (groups[key].name, key))
    for key in (*named, *others):
        group = groups.get(key) or _Group()
        name = named.get(key) or group.name
        yield Layout(kind=kind, key=key, name=name, paths=tuple(group.paths)), group


class _Group:
    """The newest articles of one topic or tag while feeds are laid out, with the spellings of its name."""

    __slots__ = ("_last", "_spelled", "count", "paths")

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.count = 0
        self._last = ""
        self._spelled: dict[str, tuple[datetime, str]] = {}

    def add(self, name: str, head: Head, limit: int) -> None:
        if head.path != self._last:  # in another spelling it is no other article
            self.count += 1
            self._last = head.path
            if len(self.paths) < limit:
                self.paths.append(head.path)
        place = (head.published, head.path)
        self._spelled[name] = min(self._spelled.get(name, place), place)

    @property
    def name(self) -> str:
        """As the oldest article spells it: the name of a feed does not change with each new article."""
        return min(self._spelled, key=lambda name: (self._spelled[name], name))

    def clashes(self, made: Layout, folder: str) -> Iterator[Problem]:
        """A problem for each other name of this feed; two spellings that differ in case alone are one name."""
        for name in sorted(self._spelled):
            if identity(name) != identity(made.name):
                yield Problem(
                    path=self._spelled[name][1],
                    code="slug-twice",
                    message=f"{made.kind} {name!r} has the same address as {made.name!r} ({folder}{made.key}/), so "
                    f"they share one feed; write {made.name!r} in all articles, or rename one",
                )


def losers(entries: Collection[Entry]) -> set[str]:
    """The paths of entries whose id another one has too: it stays with the first by path."""
    owners: dict[str, str] = {}
    for item in entries:
        owners[item.id] = min(item.path, owners.get(item.id, item.path))
    return {item.path for item in entries if owners[item.id] != item.path}


def filled(channel: Channel, laid: Iterable[Layout], entries: Mapping[str, Entry]) -> tuple[Feed, ...]:
    """The feeds of these layouts, of the ``entries`` there are."""
    return tuple(
        Feed(
            channel=channel,
            kind=layout.kind,
            key=layout.key,
            name=layout.name,
            entries=tuple(entries[path] for path in layout.paths if path in entries),
        )
        for layout in laid
    )
