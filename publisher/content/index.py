"""The articles as everyone else reads them: newest first, by topic or tag, without their bodies until asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from publisher.content.article import Article, Html, Image, Problem, Severity, Topic
from publisher.content.store import article_table, html_table, label_table, problem_table
from publisher.db.engine import Database

_CHUNK = 500


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


class Index:
    """What the last scan left in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def articles(
        self, now: datetime, *, topic: str = "", tag: str = "", since: datetime | None = None, limit: int | None = None
    ) -> list[Article]:
        """The articles shown at ``now``, newest first; by a topic's key or a tag's slug.

        ``since``: only those published or first seen at that moment or later.
        """
        query = sa.select(article_table).where(_shown(now))
        for kind, key in (("topic", topic), ("tag", tag)):
            if key:
                query = query.where(article_table.c.path.in_(_filed(kind, key)))
        if since is not None:
            query = query.where(sa.or_(article_table.c.published >= since, article_table.c.first_seen >= since))
        query = query.order_by(article_table.c.published.desc(), article_table.c.path)
        if limit is not None:
            query = query.limit(limit)
        with self._database.read() as connection:
            return [_article(row) for row in connection.execute(query)]

    def article(self, path: str) -> Article | None:
        """The article at a path, shown or not yet or no longer; none for a draft or an unknown path."""
        query = sa.select(article_table).where(article_table.c.path == path, article_table.c.withheld.is_(False))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return _article(row) if row else None

    def html(self, paths: Sequence[str]) -> dict[str, Html]:
        """The bodies of these articles by path; ask for as many as memory should hold."""
        found: dict[str, Html] = {}
        with self._database.read() as connection:
            for start in range(0, len(paths), _CHUNK):
                query = sa.select(html_table).where(html_table.c.path.in_(paths[start : start + _CHUNK]))
                found |= {row.path: Html(row.html) for row in connection.execute(query)}
        return found

    def topics(self, now: datetime) -> list[tuple[Topic, int]]:
        """The topics of the articles shown and how many each has: in the order of config.yaml, else by name."""
        rows = self._labels(now, "topic")
        ordered = sorted(rows, key=lambda row: (row.position, row.name.casefold(), row.key))
        return [(Topic(row.key, row.name), row.total) for row in ordered]

    def tags(self, now: datetime) -> list[tuple[str, str, int]]:
        """Name, slug and number of articles of each tag shown: commonest first, spelled as in the oldest article."""
        rows = self._labels(now, "tag")
        return [(row.name, row.key, row.total) for row in sorted(rows, key=lambda row: (-row.total, row.key))]

    def _labels(self, now: datetime, kind: str) -> list[sa.Row[Any]]:
        """One row a slug: key, name as first spelled, position, count of articles."""
        label = label_table.c
        joined = label_table.join(article_table, article_table.c.path == label.path)
        rank = sa.func.row_number().over(
            partition_by=label.key, order_by=(article_table.c.published, label.path, label.identity)
        )
        ranked = (
            sa.select(label.key, label.name, label.path, label.position, rank.label("rank"))
            .select_from(joined)
            .where(label.kind == kind, _shown(now))
            .subquery()
        )
        counted = sa.select(ranked.c.key, sa.func.count(ranked.c.path.distinct()).label("total")).group_by(ranked.c.key)
        totals = counted.subquery()
        query = (
            sa.select(ranked.c.key, ranked.c.name, ranked.c.position, totals.c.total)
            .join(totals, totals.c.key == ranked.c.key)
            .where(ranked.c.rank == 1)
        )
        with self._database.read() as connection:
            return list(connection.execute(query))

    def unmatched_topics(self) -> list[tuple[str, int]]:
        """The topic names that no topic of config.yaml knows, with their numbers of articles, commonest first."""
        label = label_table.c
        count = sa.func.count()
        query = (
            sa.select(sa.func.min(label.name), count)
            .where(label.kind == "unmatched")
            .group_by(label.identity)
            .order_by(count.desc(), label.identity)
        )
        with self._database.read() as connection:
            return [(name, number) for name, number in connection.execute(query)]

    def slug_collisions(self) -> list[Collision]:
        """Tags, or topics without config, whose different names make one slug."""
        label = label_table.c
        name = sa.func.min(label.name).label("name")
        names = (
            sa.select(label.kind, label.key, name)
            .where(label.kind != "unmatched")
            .group_by(label.kind, label.key, label.identity)
        )
        with self._database.read() as connection:
            found: dict[tuple[str, str], list[str]] = {}
            for kind, key, spelled in connection.execute(names.order_by(label.kind, label.key, name)):
                found.setdefault((kind, key), []).append(spelled)
        return [Collision(kind=k, slug=s, names=tuple(each)) for (k, s), each in found.items() if len(each) > 1]

    def problems(self) -> list[Problem]:
        """What is wrong with the files, until it is mended: errors first, then by path and line."""
        with self._database.read() as connection:
            stored = [
                Problem(
                    path=row.path,
                    code=row.code,
                    message=row.message,
                    line=row.line,
                    severity=Severity(row.severity),
                )
                for row in connection.execute(sa.select(problem_table))
            ]
        found = stored + self._shared("url") + self._shared("guid")
        return sorted(found, key=lambda p: (p.severity, p.path, p.line or 0, p.code))

    def _shared(self, column: str) -> list[Problem]:
        """A problem for each article that has its URL or id in common with another."""
        value = article_table.c[column]
        twice = sa.select(value).where(article_table.c.withheld.is_(False)).group_by(value).having(sa.func.count() > 1)
        query = (
            sa.select(article_table.c.path, value)
            .where(value.in_(twice), article_table.c.withheld.is_(False))
            .order_by(value, article_table.c.path)
        )
        groups: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for path, shared in connection.execute(query):
                groups.setdefault(shared, []).append(path)
        return [
            Problem(
                path=path,
                code=f"{column}-collision",
                message=_SHARED[column].format(value=shared, other=_others(paths, path)),
            )
            for shared, paths in groups.items()
            for path in paths
        ]

    def hidden(self, now: datetime) -> list[Hidden]:
        """The good articles that are not shown at ``now``, with the reason; by path."""
        query = sa.select(article_table).where(sa.not_(_shown(now))).order_by(article_table.c.path)
        columns = (
            article_table.c.path,
            article_table.c.title,
            article_table.c.withheld,
            article_table.c.published,
            article_table.c.expires,
        )
        with self._database.read() as connection:
            rows = list(connection.execute(query.with_only_columns(*columns)))
        return [_hidden(row, now) for row in rows]

    def next_change(self, after: datetime) -> datetime | None:
        """The next moment after which another article is shown or one is no longer."""
        column = article_table.c
        with self._database.read() as connection:
            moments = [
                connection.scalar(sa.select(sa.func.min(each)).where(each > after, column.withheld.is_(False)))
                for each in (column.published, column.expires)
            ]
        return min((moment for moment in moments if moment is not None), default=None)


_SHARED = {
    "url": "has the address {value} together with {other}; give one of them another slug or url",
    "guid": "has the id {value} together with {other}; give one of them another guid, or none",
}


def _others(paths: list[str], path: str) -> str:
    return ", ".join(other for other in paths if other != path)


def _shown(now: datetime) -> sa.ColumnElement[bool]:
    column = article_table.c
    return sa.and_(
        column.withheld.is_(False), column.published <= now, sa.or_(column.expires.is_(None), column.expires > now)
    )


def _filed(kind: str, key: str) -> sa.Select[tuple[str]]:
    return sa.select(label_table.c.path).where(label_table.c.kind == kind, label_table.c.key == key)


def _hidden(row: Any, now: datetime) -> Hidden:
    if row.withheld:
        return Hidden(path=row.path, title=row.title, reason=Absence.DRAFT, when=None)
    if row.expires is not None and row.expires <= now:
        return Hidden(path=row.path, title=row.title, reason=Absence.EXPIRED, when=row.expires)
    return Hidden(path=row.path, title=row.title, reason=Absence.SCHEDULED, when=row.published)


def _article(row: sa.Row[Any]) -> Article:
    data = row.data
    return Article(
        path=row.path,
        guid=row.guid,
        url=row.url,
        title=row.title,
        published=row.published,
        updated=row.updated,
        first_seen=row.first_seen,
        expires=row.expires,
        summary=data["summary"],
        topics=tuple(Topic(key, title) for key, title in data["topics"]),
        tags=tuple(data["tags"]),
        authors=tuple(data["authors"]),
        image=Image(**data["image"]) if data["image"] else None,
        language=data["language"],
        section=data["section"],
        featured=data["featured"],
        weight=data["weight"],
        reading_minutes=data["reading_minutes"],
        revision=row.revision,
    )
