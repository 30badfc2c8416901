"""Which feeds a site has, and which articles stand in them. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from publisher.content.article import Article, Image, Problem, Topic
from publisher.content.topic import identity
from publisher.feeds.feed import FOLDERS, Category, Channel, Entry, Feed, Kind, Picture
from publisher.text import one_line
from publisher.times import utc
from publisher.urls import encode, join, slug, web

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def live(articles: Iterable[Article], now: datetime) -> Iterator[Article]:
    """The articles that readers may see now: published, not expired."""
    return (a for a in articles if a.published <= now and (a.expires is None or now < a.expires))


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


def feeds(channel: Channel, entries: Iterable[Entry]) -> tuple[tuple[Feed, ...], tuple[Problem, ...]]:
    """Every feed of the site, filled, and what is wrong with names and ids.

    Order: all, topics (named ones as in config, then by name), tags (by name). A feed holds the newest
    ``channel.limit``, ties by path. An id that two entries claim stays with the first by path; two names with one slug
    share a feed under the more frequent name.
    """
    ordered, problems = _unique(entries)
    topics: dict[str, _Group] = defaultdict(_Group)
    tags: dict[str, _Group] = defaultdict(_Group)
    for item in ordered:
        for topic in item.topics:
            topics[topic.key].add(topic.title, item)
        for tag in item.tags:
            tags[_key(tag)].add(tag, item)
    made = [Feed(channel=channel, kind=Kind.ALL, entries=tuple(ordered[: channel.limit]))]
    named = {_key(topic.key): _name(topic.title) for topic in channel.topics}
    enough = {key: group for key, group in tags.items() if 0 < channel.tag_minimum <= len(group.entries)}
    for kind, groups, titles in ((Kind.TOPIC, topics, named), (Kind.TAG, enough, {})):
        for feed, group in _filled(channel, kind, groups, titles):
            made.append(feed)
            problems += group.clashes(feed)
    return tuple(made), tuple(problems)


def _filled(
    channel: Channel, kind: Kind, groups: Mapping[str, _Group], named: Mapping[str, str]
) -> Iterator[tuple[Feed, _Group]]:
    others = sorted(groups.keys() - named.keys(), key=lambda key: (groups[key].name, key))
    for key in (*named, *others):
        group = groups.get(key) or _Group()
        name = named.get(key) or group.name
        yield Feed(channel=channel, kind=kind, key=key, name=name, entries=group.newest(channel.limit)), group


class _Group:
    """The entries of one topic or tag while feeds are filled, with the spellings of its name."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._spelled: dict[str, tuple[datetime, str]] = {}

    def add(self, name: str, item: Entry) -> None:
        self.entries[item.path] = item
        place = (item.published, item.path)
        self._spelled[name] = min(self._spelled.get(name, place), place)

    @property
    def name(self) -> str:
        """As the oldest article spells it: the name of a feed does not change with each new article."""
        return min(self._spelled, key=lambda name: (self._spelled[name], name))

    def newest(self, limit: int) -> tuple[Entry, ...]:
        return tuple(self.entries.values())[:limit]

    def clashes(self, made: Feed) -> Iterator[Problem]:
        """A problem for each other name of this feed; two spellings that differ in case alone are one name."""
        for name in sorted(self._spelled):
            if identity(name) != identity(made.name):
                yield Problem(
                    path=self._spelled[name][1],
                    code="slug-twice",
                    message=f"{made.kind} {name!r} has the same address as {made.name!r} ({made.folder}), so they "
                    f"share one feed; write {made.name!r} in all articles, or rename one",
                )


def _unique(entries: Iterable[Entry]) -> tuple[list[Entry], list[Problem]]:
    owners: dict[str, Entry] = {}
    problems = []
    for item in sorted(entries, key=lambda item: item.path):
        owner = owners.setdefault(item.id, item)
        if owner is not item:
            message = f"its id {item.id!r} is that of {owner.path}, so feeds leave it out; give it a guid of its own"
            problems.append(Problem(path=item.path, code="id-twice", message=message))
    return sorted(owners.values(), key=lambda item: item.published, reverse=True), problems
