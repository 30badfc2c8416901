"""The tables of the content and what a scan writes into them. ``content.index`` reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from publisher.content import topic
from publisher.content.article import Article, Problem
from publisher.content.assemble import Assembled, Identity
from publisher.db.engine import Database, Moment, metadata, upsert
from publisher.urls import slug

file_table = sa.Table(
    "content_file",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("racy", sa.Boolean, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("image_stamp", sa.Text, nullable=False),
)
"""Every file as the last scan saw it."""

article_table = sa.Table(
    "content_article",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("guid", sa.Text, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("published", Moment, nullable=False, index=True),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=True),
    sa.Column("withheld", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)
"""The last good version of each article, without its body."""

html_table = sa.Table(
    "content_html",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("html", sa.Text, nullable=False),
)

label_table = sa.Table(
    "content_label",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),  # topic, tag, unmatched
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index("ix_content_label", "kind", "key"),
)
"""What an article is filed under: topics, tags, and the topic names that no topic of config.yaml knows."""

problem_table = sa.Table(
    "content_problem",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=True),
    sa.Column("severity", sa.Text, nullable=False),
)

identity_table = sa.Table(
    "content_identity",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
"""What outlives an article's file: one that comes back is the same article."""

state_table = sa.Table(
    "content_state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

_OF_ARTICLE = (article_table, html_table, label_table)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the last scan saw it."""

    stamp: str
    racy: bool
    """It was so young that a further change might have left the same stamp."""
    digest: str
    current: bool
    """It was read by the rules of now."""
    image: str
    image_stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading one file gave. Without ``assembled`` the last good version stays."""

    path: str
    stamp: str
    racy: bool
    digest: str
    assembled: Assembled | None = None
    problems: tuple[Problem, ...] = ()
    unchanged: bool = False
    """Only its stamp is new."""
    again: bool = False
    """It could not be read: the next scan must try again."""


class ContentStore:
    """Writes what a scan found; one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def files(self, fingerprint: str) -> dict[str, Seen]:
        """All files of the last scan by path; those read by other rules are not current."""
        columns = file_table.c
        query = sa.select(
            columns.path,
            columns.stamp,
            columns.racy,
            columns.digest,
            columns.fingerprint == fingerprint,
            columns.image,
            columns.image_stamp,
        )
        with self._database.read() as connection:
            return {
                row[0]: Seen(row[1], bool(row[2]), row[3], bool(row[4]), *row[5:]) for row in connection.execute(query)
            }

    def fresh(self) -> bool:
        """Whether no scan that found articles was ever finished here."""
        with self._database.read() as connection:
            return connection.execute(sa.select(state_table.c.value)).first() is None

    def finish(self) -> int:
        """Marks the scan as finished; the number of articles."""
        with self._database.write() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(article_table)) or 0
            if count:
                upsert(connection, state_table, [{"name": "scanned", "value": "yes"}], ["name"])
            return count

    def identities(self, paths: Sequence[str]) -> dict[str, Identity]:
        """What is remembered of these paths."""
        found: dict[str, Identity] = {}
        with self._database.read() as connection:
            for chunk in _chunks(paths):
                query = sa.select(identity_table).where(identity_table.c.path.in_(chunk))
                found |= {
                    row.path: Identity(
                        guid=row.guid,
                        first_seen=row.first_seen,
                        updated=row.updated,
                        revision=row.revision,
                        digest=row.digest,
                    )
                    for row in connection.execute(query)
                }
        return found

    def keep(self, readings: Sequence[Reading], fingerprint: str, order: Callable[[str], int]) -> None:
        """Stores what was read; ``order`` gives a topic's place among the topics."""
        anew = [reading for reading in readings if not reading.unchanged]
        good = [reading.assembled for reading in anew if reading.assembled is not None]
        with self._database.write() as connection:
            _forget(connection, (label_table,), [each.article.path for each in good])
            _forget(connection, (problem_table,), [reading.path for reading in anew])
            # A draft is remembered from the day it is published: until then nobody has seen it.
            shown = [each for each in good if not each.withheld]
            upsert(connection, identity_table, [_identity_row(each) for each in shown], ["path"])
            upsert(connection, article_table, [_article_row(each) for each in good], ["path"])
            upsert(connection, html_table, [{"path": a.article.path, "html": a.html} for a in good], ["path"])
            _insert(connection, label_table, (row for each in good for row in _label_rows(each, order)))
            _insert(connection, problem_table, (row for reading in anew for row in _problem_rows(reading)))
            _touch(connection, [reading for reading in readings if reading.unchanged])
            upsert(connection, file_table, [_file_row(reading, fingerprint) for reading in anew], ["path"])

    def remove(self, paths: Sequence[str]) -> None:
        """Forgets files and their articles, but not their identities."""
        with self._database.write() as connection:
            _forget(connection, (*_OF_ARTICLE, problem_table, file_table), paths)

    def replace_problems(self, path: str, problems: Sequence[Problem]) -> None:
        """Stores the problems of something that is no article, such as a folder."""
        reading = Reading(path=path, stamp="", racy=False, digest="", problems=tuple(problems))
        with self._database.write() as connection:
            _forget(connection, (problem_table,), [path])
            _insert(connection, problem_table, _problem_rows(reading))

    def problem_paths(self) -> set[str]:
        """Paths that have problems."""
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(problem_table.c.path).distinct()))


def _chunks(paths: Sequence[str]) -> Iterable[Sequence[str]]:
    # SQLite takes 32 766 variables in one statement, older ones 999.
    return (paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK))


def _forget(connection: Connection, tables: Sequence[sa.Table], paths: Sequence[str]) -> None:
    for chunk in _chunks(paths):
        for table in tables:
            connection.execute(sa.delete(table).where(table.c.path.in_(chunk)))


def _insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    if listed := list(rows):
        connection.execute(sa.insert(table), listed)


def _touch(connection: Connection, readings: Sequence[Reading]) -> None:
    if readings:
        statement = (
            sa.update(file_table)
            .where(file_table.c.path == sa.bindparam("at"))
            .values(stamp=sa.bindparam("new_stamp"), racy=sa.bindparam("new_racy"))
        )
        rows = [{"at": reading.path, "new_stamp": reading.stamp, "new_racy": reading.racy} for reading in readings]
        connection.execute(statement, rows)


def _file_row(reading: Reading, fingerprint: str) -> dict[str, Any]:
    good = reading.assembled
    return {
        "path": reading.path,
        "stamp": reading.stamp,
        "racy": reading.racy,
        "digest": reading.digest,
        "fingerprint": "" if reading.again else fingerprint,
        "image": good.image if good else "",
        "image_stamp": good.image_stamp if good else "",
    }


def _identity_row(each: Assembled) -> dict[str, Any]:
    known = each.identity
    return {
        "path": each.article.path,
        "guid": known.guid,
        "first_seen": known.first_seen,
        "updated": known.updated,
        "revision": known.revision,
        "digest": known.digest,
    }


def _article_row(each: Assembled) -> dict[str, Any]:
    article, image = each.article, each.article.image
    return {
        "path": article.path,
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "published": article.published,
        "updated": article.updated,
        "first_seen": article.first_seen,
        "expires": article.expires,
        "withheld": each.withheld,
        "revision": article.revision,
        "data": {
            "summary": article.summary,
            "topics": [[subject.key, subject.title] for subject in article.topics],
            "tags": list(article.tags),
            "authors": list(article.authors),
            "image": image and {name: getattr(image, name) for name in image.__slots__},
            "language": article.language,
            "section": article.section,
            "featured": article.featured,
            "weight": article.weight,
            "reading_minutes": article.reading_minutes,
        },
    }


def _label_rows(each: Assembled, order: Callable[[str], int]) -> Iterable[dict[str, Any]]:
    article: Article = each.article
    labels = [("topic", subject.key, subject.title, order(subject.key)) for subject in article.topics]
    labels += [("tag", slug(name), name, 0) for name in article.tags]
    labels += [("unmatched", slug(name), name, 0) for name in each.unmatched]
    for kind, key, name, position in labels:
        # Two topics of config.yaml may have one title.
        identity = f"{key} {topic.identity(name)}" if kind == "topic" else topic.identity(name)
        yield {"path": article.path, "kind": kind, "identity": identity, "key": key, "name": name, "position": position}


def _problem_rows(reading: Reading) -> Iterable[dict[str, Any]]:
    for position, problem in enumerate(reading.problems):
        yield {
            "path": reading.path,
            "position": position,
            "code": problem.code,
            "message": problem.message,
            "line": problem.line,
            "severity": problem.severity.value,
        }
