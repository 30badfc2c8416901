"""The heads of the articles as everyone else reads them: newest first, by topic or tag; ``library`` has the bodies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.content import topic as topics
from publisher.content.article import Head, Problem, Severity, Topic
from publisher.content.store import State, article_table, problem_table
from publisher.db.engine import Database
from publisher.urls import slug

PAGE = 1000
"""Rows in memory at once while all articles are gone through."""


class Absence(StrEnum):
    """Why a good article is not shown."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """An article that is not shown now."""

    path: str
    title: str
    reason: Absence
    when: datetime | None
    """When it appears or disappeared; none for a draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Several names that have one slug and so would share a feed."""

    kind: str
    """``topic`` or ``tag``."""
    slug: str
    names: tuple[str, ...]


class Listed(NamedTuple):
    """What laying out feeds needs of an article. A tuple, for one is made of every article in every build."""

    path: str
    published: datetime
    topics: tuple[tuple[str, str], ...]
    """Key and title of each."""
    tags: tuple[str, ...]
    language: str


class Index:
    """What the last scan left in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(
        self, now: datetime, *, topic: str = "", tag: str = "", since: datetime | None = None, limit: int | None = None
    ) -> Iterator[Head]:
        """The articles shown at ``now``, newest first, ties by path; by a topic's key or a tag's slug.

        ``since``: only those published or first seen at that moment or later. Few are in memory at once.
        """
        query = sa.select(*HEAD_COLUMNS).where(_shown(now))
        if since is not None:
            query = query.where(sa.or_(article_table.c.published >= since, article_table.c.first_seen >= since))
        query = query.order_by(article_table.c.published.desc(), article_table.c.path)
        if limit is not None and not topic and not tag:
            query = query.limit(limit)
        count = 0
        with self._pages(query) as rows:
            for row in rows:
                head = head_of(row)
                if topic and all(each.key != topic for each in head.topics):
                    continue
                if tag and all(slug(name) != tag for name in head.tags):
                    continue
                count += 1
                yield head
                if count == limit:
                    return

    @contextmanager
    def _pages(self, query: sa.Select[Any]) -> Iterator[Any]:  # Any: rows of any shape
        """The rows of the query, few in memory at once; whoever stops before the last leaves no cursor open."""
        with (
            self._database.read() as connection,
            connection.execution_options(yield_per=PAGE).execute(query) as rows,
        ):
            yield rows

    def listing(self, now: datetime) -> Iterator[Listed]:
        """The articles of ``heads(now)`` in its order, with no more of each than feeds are laid out by."""
        column = article_table.c
        query = sa.select(column.path, column.published, column.more).where(_shown(now))
        query = query.order_by(column.published.desc(), column.path)
        with self._pages(query) as rows:
            for path, published, kept in rows:
                more = json.loads(kept)
                topics = tuple(map(tuple, more["topics"]))
                yield Listed(path, published, topics, tuple(more["tags"]), more["language"])

    def head(self, path: str) -> Head | None:
        """The article at a path, shown or not yet or no longer; none for a draft or an unknown path."""
        column = article_table.c
        query = sa.select(*HEAD_COLUMNS).where(column.path == path, column.state == State.SHOWN.value)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return head_of(row) if row else None

    def topics(self, now: datetime) -> list[tuple[Topic, int]]:
        """The topics of the articles shown, by name, and how many each has; named as in the oldest article."""
        found: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for more in self._more(now):
            for key, title in more["topics"]:
                found[key] = title
                counts[key] += 1
        ordered = sorted(found, key=lambda key: (found[key].casefold(), key))
        return [(Topic(key, found[key]), counts[key]) for key in ordered]

    def tags(self, now: datetime) -> list[tuple[str, str, int]]:
        """Name, slug and number of articles of each tag shown: commonest first, spelled as in the oldest article."""
        found: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for more in self._more(now):
            keys = {slug(name): name for name in more["tags"]}
            found |= keys
            counts.update(keys.keys())
        return [(found[key], key, counts[key]) for key in sorted(found, key=lambda key: (-counts[key], key))]

    def _more(self, now: datetime | None) -> Iterator[dict[str, Any]]:
        """What is not searched by of the articles shown at ``now`` (None: of all that are good), newest first."""
        column = article_table.c
        good = column.state.in_([State.SHOWN.value, State.WITHHELD.value])
        query = sa.select(column.more).where(good if now is None else _shown(now))
        query = query.order_by(column.published.desc(), column.path)
        with self._pages(query) as rows:
            for more in rows.scalars():
                yield json.loads(more)

    def unmatched_topics(self) -> list[tuple[str, int]]:
        """The topic names that no topic of config.yaml knows, with their numbers of articles, commonest first."""
        spelled: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for more in self._more(None):
            for name in more["unmatched"]:
                key = topics.identity(name)
                spelled[key] = min(name, spelled.get(key, name))
                counts[key] += 1
        return [(spelled[key], counts[key]) for key in sorted(spelled, key=lambda key: (-counts[key], key))]

    def slug_collisions(self) -> list[Collision]:
        """Tags, or topics without config, whose different names make one slug."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        for more in self._more(None):
            labels = [("tag", slug(name), name, name) for name in more["tags"]]
            # Two topics of config.yaml may have one title.
            labels += [("topic", key, f"{key} {title}", title) for key, title in more["topics"]]
            for kind, key, identity, name in labels:
                names = found.setdefault((kind, key), {})
                known = topics.identity(identity)
                names[known] = min(name, names.get(known, name))
        return [
            Collision(kind=kind, slug=key, names=tuple(sorted(names.values())))
            for (kind, key), names in sorted(found.items())
            if len(names) > 1
        ]

    def problems(self) -> list[Problem]:
        """What is wrong with the files, until it is mended: errors first, then by path and line."""
        column = problem_table.c
        query = sa.select(column.path, column.code, column.message, column.line, column.severity)
        with self._database.read() as connection:
            # A fault near the beginning of a file is met by the scan, and again when the file is rendered.
            stored = dict.fromkeys(connection.execute(query))
        found = [
            Problem(path=path, code=code, message=message, line=line, severity=_SEVERITIES[severity])
            for path, code, message, line, severity in stored
        ]
        found += [*self._shared("url"), *self._shared("guid")]
        return sorted(found, key=lambda p: (p.severity, p.path, p.line or 0, p.code))

    def _shared(self, column: str) -> list[Problem]:
        """A problem for each article that has its URL or id in common with another."""
        return [
            Problem(
                path=path,
                code=f"{column}-collision",
                message=_SHARED[column].format(
                    value=shared, other=", ".join(other for other, _ in group if other != path)
                ),
                line=line,
            )
            for shared, group in self._twins(column).items()
            for path, line in group
        ]

    def _twins(self, column: str) -> dict[str, list[tuple[str, int]]]:
        """The values of a column that several articles have: path and line of each, by path."""
        value, path = article_table.c[column], article_table.c.path
        shown = article_table.c.state == State.SHOWN.value
        twice = sa.select(value).where(shown).group_by(value).having(sa.func.count() > 1)
        query = sa.select(path, value, article_table.c.line).where(value.in_(twice), shown).order_by(value, path)
        groups: dict[str, list[tuple[str, int]]] = {}
        with self._database.read() as connection:
            for place, shared, line in connection.execute(query):
                groups.setdefault(shared, []).append((place, line))
        return groups

    def hidden(self, now: datetime) -> list[Hidden]:
        """The good articles that are not shown at ``now``, with the reason; by path."""
        column = article_table.c
        good = column.state.in_([State.SHOWN.value, State.WITHHELD.value])
        query = sa.select(column.path, column.title, column.state, column.appears, column.expires)
        query = query.where(good, sa.not_(_shown(now))).order_by(column.path)
        with self._database.read() as connection:
            return [_hidden(row, now) for row in connection.execute(query)]

    def next_change(self, after: datetime) -> datetime | None:
        """The next moment after which another article is shown or one is no longer."""
        column = article_table.c
        with self._database.read() as connection:
            moments = [
                connection.scalar(sa.select(sa.func.min(each)).where(each > after, column.state == State.SHOWN.value))
                for each in (column.appears, column.expires)
            ]
        return min((moment for moment in moments if moment is not None), default=None)

    def visible(self, paths: Sequence[str], now: datetime) -> list[str]:
        """Those of these paths at which an article is shown at ``now``."""
        found: list[str] = []
        query = sa.select(article_table.c.path).where(_shown(now)).order_by(article_table.c.path)
        with self._database.read() as connection:
            for start in range(0, len(paths), PAGE):
                part = article_table.c.path.in_(paths[start : start + PAGE])
                found += connection.execute(query.where(part)).scalars()
        return found

    def by_guid(self, guids: Sequence[str], now: datetime) -> list[Head]:
        """The articles with these ids that are shown at ``now``."""
        found: list[Head] = []
        query = sa.select(*HEAD_COLUMNS).where(_shown(now))
        with self._database.read() as connection:
            for start in range(0, len(guids), PAGE):
                part = article_table.c.guid.in_(guids[start : start + PAGE])
                found += map(head_of, connection.execute(query.where(part).order_by(article_table.c.path)))
        return found


_SEVERITIES = {each.value: each for each in Severity}
_SHARED = {
    "url": "has the address {value} together with {other}; give one of them another slug or url",
    "guid": "has the id {value} together with {other}; give one of them another guid, or none",
}


def _shown(now: datetime) -> sa.ColumnElement[bool]:
    column = article_table.c
    return sa.and_(
        column.state == State.SHOWN.value,
        column.appears <= now,
        sa.or_(column.expires.is_(None), column.expires > now),
    )


def _hidden(row: Any, now: datetime) -> Hidden:
    if row.state == State.WITHHELD.value:
        return Hidden(path=row.path, title=row.title, reason=Absence.DRAFT, when=None)
    if row.expires is not None and row.expires <= now:
        return Hidden(path=row.path, title=row.title, reason=Absence.EXPIRED, when=row.expires)
    return Hidden(path=row.path, title=row.title, reason=Absence.SCHEDULED, when=row.appears)


HEAD_COLUMNS = tuple(
    article_table.c[name]
    for name in ("path", "guid", "url", "title", "published", "appears", "first_seen", "expires", "more")
)
"""What ``head_of`` needs of a row."""


def head_of(row: Any) -> Head:
    """The head that a row of the article table holds."""
    return Head(**head_values(row))


def head_values(row: Any) -> dict[str, Any]:
    """The fields of ``Head`` in a row that begins with ``HEAD_COLUMNS``."""
    path, guid, url, title, published, appears, first_seen, expires, kept = row[: len(HEAD_COLUMNS)]
    more = json.loads(kept)
    return {
        "path": path,
        "guid": guid,
        "url": url,
        "title": title,
        "published": published,
        "appears": appears,
        "first_seen": first_seen,
        "expires": expires,
        "topics": tuple(Topic(key, title) for key, title in more["topics"]),
        "tags": tuple(more["tags"]),
        "authors": tuple(more["authors"]),
        "language": more["language"],
        "section": more["section"],
        "featured": more["featured"],
        "weight": more["weight"],
    }
