"""Which feeds a site has, and which articles stand in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from publisher.content.article import Article, Image, Problem
from publisher.content.topic import identity
from publisher.feeds.feed import FOLDERS, Category, Channel, Contents, Entry, Kind, Picture
from publisher.text import one_line
from publisher.times import utc
from publisher.urls import encode, join, slug, web

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class Listed(Protocol):
    """What laying out feeds needs of an article; read for every article of the site, so it is little."""

    @property
    def path(self) -> str:
        """Its place under the content folder."""

    @property
    def published(self) -> datetime:
        """Aware."""

    @property
    def language(self) -> str:
        """BCP 47."""

    @property
    def topics(self) -> Sequence[tuple[str, str]]:
        """Key and name of each."""

    @property
    def tags(self) -> Sequence[str]:
        """As the article spells them."""


class Row(NamedTuple):
    """Something to be listed that has neither topics nor tags."""

    path: str
    published: datetime
    language: str = ""
    topics: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


def entry(article: Article, channel: Channel, id: str = "") -> Entry:
    """The article as feeds show it, its id the stored one unless another is given.

    ``ValueError`` where it has no id, no web address, or a moment without a zone.
    """
    url = encode(article.url)
    if not web(url):
        raise ValueError(f"{article.url!r} is not an absolute http address")
    published = utc(article.published).replace(microsecond=0)
    made = Entry(
        key=article.path,
        id=one_line(id or article.guid),
        url=url,
        title=one_line(article.title) or url,
        summary=one_line(article.summary),
        published=published,
        updated=max(published, utc(article.updated).replace(microsecond=0)),
        categories=tuple(_categories(article, channel)),
        authors=tuple(dict.fromkeys(name for author in article.authors if (name := _name(author)))),
        picture=_picture(article.image),
        language=_language(article.language) or channel.language,
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


def category(channel: Channel, kind: Kind, term: str, label: str) -> Category:
    """A topic or tag as a category: its scheme is the place of such feeds (RFC 4287 4.2.2.2)."""
    return Category(term=term, label=label, scheme=_scheme(channel.home_url, kind))


def _categories(article: Article, channel: Channel) -> Iterator[Category]:
    topics = [(Kind.TOPIC, _key(topic.key), _name(topic.title or topic.key)) for topic in article.topics]
    tags = [(Kind.TAG, name, name) for name in map(_name, article.tags)]
    seen = {""}
    for kind, term, label in topics + tags:
        if label not in seen:  # JSON Feed has one list of tags for both
            seen.add(label)
            yield category(channel, kind, term, label)


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
    """A feed that is to be, with the paths of its articles."""

    kind: Kind
    key: str = ""
    name: str = ""
    contents: Contents = Contents.FULL
    paths: tuple[str, ...] = ()
    """The newest articles, newest first."""
    total: int = 0
    """How many there are."""
    months: tuple[Month, ...] = ()
    """Where archives hold what the feed has no room for: newest first, from the first month that it has not whole."""


@dataclass(slots=True)
class Month:
    """The articles of one feed that were published in one month."""

    name: str
    """Such as ``2025-06``."""
    paths: list[str] = field(default_factory=list)
    """Newest first."""


def layouts(
    channel: Channel, listed: Iterable[Listed], *, without: Collection[str] = ()
) -> tuple[tuple[Layout, ...], tuple[Problem, ...]]:
    """Every feed of articles that the site has, and what is wrong with names. Articles come newest first, and once.

    Order: all, topics (named ones as in config, then by name), choices (as in config), tags (by name). Two names with
    one slug share a feed under that which the oldest article has. Articles at the paths ``without`` stand in none.
    """
    everything, limit = _Group(), channel.limit
    topics, tags, extras = _Groups(), _Groups(), _Groups()
    for each, month in _by_month(listed, channel):
        path, published = each.path, each.published
        if path in without:
            continue
        everything.add(path, limit, month)
        for key, title in each.topics:
            if spelling := topics.spelling(key, title or key):
                spelling.group.add(path, limit, month)
                spelling.seen(published, path)
        for name in each.tags:
            if spelling := tags.spelling(name, name):
                spelling.group.add(path, limit, "")
                spelling.seen(published, path)
        if channel.extras:
            keys, slugs = {_key(key) for key, _ in each.topics}, set(map(_key, each.tags))
            for extra in channel.extras:
                if extra.takes(keys, slugs, each.language):
                    extras.group(extra.name).add(path, limit, month)
    return _laid_out(channel, everything, topics, extras, tags)


def lay_out(kind: Kind, key: str, name: str, listed: Iterable[Listed], channel: Channel) -> Layout:
    """The feed of these entries, which come newest first, whatever their topics."""
    group = _Group()
    for each, month in _by_month(listed, channel):
        group.add(each.path, channel.limit, month)
    return group.layout(kind, key, name)


def _by_month(listed: Iterable[Listed], channel: Channel) -> Iterator[tuple[Listed, str]]:
    """Each article with the month that it is archived in; empty where nothing is."""
    month, beginning = "", _END
    for each in listed:
        if channel.archive and each.published < beginning:
            month, beginning = _month(each.published, channel.zone)
        yield each, month


def _laid_out(
    channel: Channel, everything: _Group, topics: _Groups, extras: _Groups, tags: _Groups
) -> tuple[tuple[Layout, ...], tuple[Problem, ...]]:
    made = [everything.layout(Kind.ALL, contents=channel.contents)]
    problems: list[Problem] = []
    named = {_key(topic.key): _name(topic.title) for topic in channel.topics}
    for key in (*named, *topics.by_name(topics.keys() - named.keys())):
        group = topics.group(key)
        made.append(group.layout(Kind.TOPIC, key, named.get(key) or group.name, channel.contents))
        problems += group.clashes(made[-1])
    made += (
        extras.group(extra.name).layout(Kind.EXTRA, extra.name, _name(extra.title or extra.name), extra.contents)
        for extra in channel.extras
    )
    for key in tags.by_name(tags.keys()):
        group = tags.group(key)
        if 0 < channel.tag_minimum <= group.count:
            made.append(group.layout(Kind.TAG, key, group.name, channel.contents))
            problems += group.clashes(made[-1])
    return tuple(made), tuple(problems)


_END = datetime.max.replace(tzinfo=UTC)


def _month(moment: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
    """The month of a moment as people there have it, and when it began."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m}", local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


class _Groups:
    """The feeds of one kind while they are laid out. Run for every name in every article: each is looked up once."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._spellings: dict[tuple[str, str], _Spelling | None] = {}

    def spelling(self, key: str, name: str) -> _Spelling | None:
        """The name as it is spelled here, with its feed; None for one of which nothing is left to read."""
        try:
            return self._spellings[key, name]
        except KeyError:
            clean, made = _name(name), None
            if clean:
                group = self.group(_key(key if key != name else clean))
                made = group.spellings.setdefault(clean, _Spelling(group))
            self._spellings[key, name] = made
            return made

    def group(self, key: str) -> _Group:
        """The feed of that key, empty at first."""
        return self._groups.setdefault(key, _Group())

    def keys(self) -> KeysView[str]:
        """Of the feeds that have come up."""
        return self._groups.keys()

    def by_name(self, keys: Iterable[str]) -> list[str]:
        """These keys in the order of their feeds' names."""
        return sorted(keys, key=lambda key: (self._groups[key].name, key))


class _Spelling:
    """One way in which articles write the name of a feed, and the oldest article that does."""

    __slots__ = ("group", "path", "published")

    def __init__(self, group: _Group) -> None:
        self.group = group
        self.published = _END
        self.path = ""

    def seen(self, published: datetime, path: str) -> None:
        """Here is an older article, or one of the same moment."""
        if published != self.published:  # of one moment the first by path counts, which comes first
            self.published, self.path = published, path


class _Group:
    """The newest articles of one feed while feeds are laid out, those in archives, and the spellings of its name."""

    __slots__ = ("_last", "_months", "count", "paths", "spellings")

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.count = 0
        self.spellings: dict[str, _Spelling] = {}
        self._last = ""
        self._months: list[Month] = []

    def add(self, path: str, limit: int, month: str) -> None:
        """One article; ``month`` empty: nothing is archived."""
        if path == self._last:  # it names the feed twice, or in two spellings
            return
        self._last = path
        self.count += 1
        if len(self.paths) < limit:
            self.paths.append(path)
        if month:
            if not self._months or self._months[-1].name != month:
                self._months.append(Month(month))
            self._months[-1].paths.append(path)

    def layout(self, kind: Kind, key: str = "", name: str = "", contents: Contents = Contents.FULL) -> Layout:
        """The feed of these articles."""
        rest, first = len(self.paths), 0
        while first < len(self._months) and len(self._months[first].paths) <= rest:
            rest -= len(self._months[first].paths)
            first += 1
        return Layout(
            kind=kind,
            key=key,
            name=name,
            contents=contents,
            paths=tuple(self.paths),
            total=self.count,
            months=tuple(self._months[first:]),
        )

    @property
    def name(self) -> str:
        """As the oldest article spells it: the name of a feed does not change with each new article."""
        return min(self.spellings, key=lambda name: (*self._place(name), name), default="")

    def _place(self, name: str) -> tuple[datetime, str]:
        return self.spellings[name].published, self.spellings[name].path

    def clashes(self, made: Layout) -> Iterator[Problem]:
        """A problem for each other name of this feed; two spellings that differ in case alone are one name."""
        for name in sorted(self.spellings):
            if identity(name) != identity(made.name):
                yield Problem(
                    path=self.spellings[name].path,
                    code="slug-twice",
                    message=f"{made.kind} {name!r} has the same address as {made.name!r} "
                    f"({FOLDERS[made.kind]}{made.key}/), so they share one feed; write {made.name!r} in all articles, "
                    "or rename one",
                )
