"""The tables of the content and what a scan writes into them. ``index`` and ``library`` read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.content.article import Problem
from publisher.db.engine import Connection, Database, Moment, metadata, upsert

# Paths are compared with those of a sorted walk: by code points, not by some language's order.
_PATH = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class State(StrEnum):
    """What has become of a file."""

    SHOWN = "shown"
    """A good article; whether it is visible is a matter of its dates."""
    WITHHELD = "withheld"
    """``draft: true``."""
    BROKEN = "broken"
    """Never yet good."""
    GONE = "gone"
    """Its file is no more; its id is remembered."""


article_table = sa.Table(
    "content_article",
    metadata,
    sa.Column("path", _PATH, primary_key=True),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("racy", sa.Boolean, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("minted", sa.Text, nullable=False),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("published", Moment, nullable=True, index=True),
    sa.Column("appears", Moment, nullable=True),
    sa.Column("first_seen", Moment, nullable=True),
    sa.Column("expires", Moment, nullable=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("more", sa.Text, nullable=False),
)
"""Every file as its head was last read; of one that broke, its last good version."""

body_table = sa.Table(
    "content_body",
    metadata,
    sa.Column("path", _PATH, primary_key=True),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("racy", sa.Boolean, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("image_stamp", sa.Text, nullable=False),
    sa.Column("links", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
)
"""Bodies as they were last rendered; ``revision`` is empty where that was never possible."""

problem_table = sa.Table(
    "content_problem",
    metadata,
    sa.Column("path", _PATH, primary_key=True),
    sa.Column("part", sa.String(4), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=True),
    sa.Column("severity", sa.Text, nullable=False),
)

state_table = sa.Table(
    "content_state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

HEAD, BODY = "head", "body"
"""The parts of a file that a problem may stand in: they are looked at apart."""
_CHUNK = 500
_PAGE = 5000


class Known(NamedTuple):
    """A file as the last scan left it."""

    path: str
    stamp: str
    racy: bool
    """It was so young that a further change might have left the same stamp."""
    current: bool
    """It was read by the rules of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of an article for ever."""

    path: str
    state: State
    minted: str
    first_seen: datetime | None
    title: str
    published: datetime | None


class ContentStore:
    """Writes what a scan found; one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def files(self, fingerprint: str) -> Iterator[Known]:
        """All files of the last scan in the order of their paths, page by page."""
        column, after = article_table.c, ""
        query = sa.select(column.path, column.stamp, column.racy, column.fingerprint)
        query = query.where(column.state != State.GONE.value).order_by(column.path).limit(_PAGE)
        while True:
            with self._database.read() as connection:
                page = connection.execute(query.where(column.path > after)).all()
            for path, stamp, racy, by in page:
                yield Known(path, stamp, racy, by == fingerprint)
            if len(page) < _PAGE:
                return
            after = page[-1].path

    def fresh(self) -> bool:
        """Whether no scan that found articles was ever finished here."""
        with self._database.read() as connection:
            return connection.execute(sa.select(state_table.c.value)).first() is None

    def finish(self) -> int:
        """Marks the scan as finished; the number of articles, drafts and future ones included."""
        good = article_table.c.state.in_([State.SHOWN.value, State.WITHHELD.value])
        with self._database.write() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(article_table).where(good)) or 0
            if count:
                upsert(connection, state_table, [{"name": "scanned", "value": "yes"}], ["name"])
            return count

    def memories(self, paths: Sequence[str]) -> dict[str, Memory]:
        """What is remembered of these paths."""
        found: dict[str, Memory] = {}
        with self._database.read() as connection:
            for chunk in _chunks(paths):
                query = sa.select(*_MEMORY).where(article_table.c.path.in_(chunk))
                found |= {row.path: _memory(row) for row in connection.execute(query)}
        return found

    def gone(self, titles: Sequence[str]) -> dict[tuple[str, datetime | None], list[Memory]]:
        """The articles whose files are gone by title and date, of those with one of these titles."""
        column = article_table.c
        found: dict[tuple[str, datetime | None], list[Memory]] = {}
        with self._database.read() as connection:
            for chunk in _chunks(titles):
                query = sa.select(*_MEMORY).where(column.state == State.GONE.value, column.title.in_(chunk))
                for row in connection.execute(query):
                    found.setdefault((row.title, row.published), []).append(_memory(row))
        return found

    def keep(
        self,
        rows: Sequence[dict[str, Any]],
        broken: Sequence[dict[str, Any]],
        moved: Mapping[str, Memory],
        problems: Mapping[str, Sequence[Problem]],
    ) -> None:
        """Stores good files (``rows``), broken ones (of which the last good version stays), and their problems.

        ``moved``: new path to the article as it was known under another.
        """
        with self._database.write() as connection:
            self._move(connection, moved)
            self._unsay(connection, [*rows, *broken])
            upsert(connection, article_table, rows, ["path"])
            upsert(connection, article_table, broken, ["path"], ["stamp", "racy", "fingerprint"])
            set_problems(connection, HEAD, problems)

    @staticmethod
    def _move(connection: Connection, moved: Mapping[str, Memory]) -> None:
        """Lets what is remembered of bodies go along with articles; they may change places with one another."""
        column = body_table.c
        bodies: dict[str, dict[str, Any]] = {}
        for new, memory in moved.items():
            gone = article_table.c.path == memory.path, article_table.c.state == State.GONE.value
            if memory.state is State.GONE and not connection.execute(sa.delete(article_table).where(*gone)).rowcount:
                continue  # another scan has moved it already
            row = connection.execute(sa.select(body_table).where(column.path == memory.path)).mappings().first()
            bodies[new] = {**row, "path": new} if row else {}
        for new in bodies:
            connection.execute(sa.delete(body_table).where(column.path.in_([new, moved[new].path])))
        if rows := [row for row in bodies.values() if row]:
            connection.execute(sa.insert(body_table), rows)

    @staticmethod
    def _unsay(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Drops what was wrong with the bodies of files that changed: it may be mended."""
        stamps = {row["path"]: row["stamp"] for row in rows}
        column = problem_table.c
        for chunk in _chunks(list(stamps)):
            query = sa.select(article_table.c.path, article_table.c.stamp).where(article_table.c.path.in_(chunk))
            changed = [path for path, stamp in connection.execute(query) if stamps[path] != stamp]
            if changed:
                connection.execute(sa.delete(problem_table).where(column.path.in_(changed), column.part == BODY))

    def taken(self, minted: Mapping[str, str]) -> dict[str, str]:
        """Of minted ids (by path) those that another path has, with that path."""
        column = article_table.c
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for chunk in _chunks(list(minted.values())):
                query = sa.select(column.minted, column.path).where(column.minted.in_(chunk))
                found |= {id: path for id, path in connection.execute(query) if minted.get(path) != id}
        return found

    def remove(self, paths: Sequence[str]) -> None:
        """Forgets files that are gone, but for the ids of their articles; nothing of their text is kept."""
        column = article_table.c
        with self._database.write() as connection:
            for chunk in _chunks(paths):
                connection.execute(
                    sa.delete(article_table).where(column.path.in_(chunk), column.state == State.BROKEN.value)
                )
                connection.execute(
                    sa.update(article_table)
                    .where(column.path.in_(chunk))
                    .values(state=State.GONE.value, stamp="", more="{}")
                )
                connection.execute(
                    sa.update(body_table)
                    .where(body_table.c.path.in_(chunk))
                    .values(
                        stamp="", fingerprint="", html="", summary="", image="", reference="", image_stamp="", links=""
                    )
                )
                connection.execute(sa.delete(problem_table).where(problem_table.c.path.in_(chunk)))

    def strays(self) -> set[str]:
        """Paths with a problem that are no files: folders that could not be read at some time."""
        files = sa.select(article_table.c.path).where(article_table.c.state != State.GONE.value)
        query = sa.select(problem_table.c.path).where(problem_table.c.part == HEAD, problem_table.c.path.not_in(files))
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def replace_problems(self, path: str, problems: Sequence[Problem]) -> None:
        """Sets what is wrong with a place that is no file: a folder."""
        with self._database.write() as connection:
            set_problems(connection, HEAD, {path: problems})


def set_problems(connection: Connection, part: str, problems: Mapping[str, Sequence[Problem]]) -> None:
    """Replaces what is wrong with one part of these files."""
    column = problem_table.c
    old = sa.delete(problem_table).where(column.path.in_(sa.bindparam("paths", expanding=True)), column.part == part)
    for chunk in _chunks(list(problems)):
        connection.execute(old, {"paths": chunk})
    rows = [
        {
            "path": path,
            "part": part,
            "position": position,
            "code": problem.code,
            "message": problem.message,
            "line": problem.line,
            "severity": problem.severity.value,
        }
        for path, listed in problems.items()
        for position, problem in enumerate(listed)
    ]
    upsert(connection, problem_table, rows, ["path", "part", "position"])


_MEMORY: tuple[sa.ColumnElement[Any], ...] = (
    article_table.c.path,
    article_table.c.state,
    article_table.c.minted,
    article_table.c.first_seen,
    article_table.c.title,
    article_table.c.published,
)


def _memory(row: Any) -> Memory:
    return Memory(
        path=row.path,
        state=State(row.state),
        minted=row.minted,
        first_seen=row.first_seen,
        title=row.title,
        published=row.published,
    )


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
