"""Finished entry bytes, and what was last written into the output folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.db.engine import Database, Moment, metadata, upsert
from publisher.feeds.feed import Format

entry_table = sa.Table(
    "feed_entry",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("format", sa.String(8), primary_key=True),
    sa.Column("stamp", sa.String(24), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
document_table = sa.Table(
    "feed_document",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("source", sa.String(24), nullable=False),
    sa.Column("hash", sa.String(24), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("modified", Moment, nullable=False),
)
_BATCH = 500
"""Parameters in one IN (…): SQLite allows 32 766, PostgreSQL's wire 65 535."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file of the output folder as we last wrote it."""

    path: str
    source: str
    """Hash of what the bytes were made from; equal: they need not be made again."""
    hash: str
    """Name of the bytes (``feed.digest``)."""
    size: int
    media_type: str
    modified: datetime
    """When the bytes last changed: Last-Modified, and the file's mtime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """The bytes of one entry in one format."""

    path: str
    format: Format
    stamp: str
    body: bytes


class FeedStore:
    """The two tables of feeds in an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamps(self) -> dict[tuple[str, Format], str]:
        """What every stored fragment was made from, by article and format."""
        columns = entry_table.c
        with self._database.read() as connection:
            rows = connection.execute(sa.select(columns.path, columns.format, columns.stamp))
            return {(path, Format(form)): stamp for path, form, stamp in rows}

    def bodies(self, forms: Collection[Format], paths: Collection[str]) -> dict[tuple[str, Format], bytes]:
        """The stored bytes of these articles, by article and format."""
        columns, found = entry_table.c, dict[tuple[str, Format], bytes]()
        with self._database.read() as connection:
            for part in _parts(paths):
                query = sa.select(columns.path, columns.format, columns.body).where(
                    columns.path.in_(part), columns.format.in_([form.value for form in forms])
                )
                found.update(((path, Format(form)), body) for path, form, body in connection.execute(query))
        return found

    def save(self, fragments: Iterable[Fragment]) -> None:
        """Keeps the fragments, in place of older ones."""
        rows = [{"path": f.path, "format": f.format.value, "stamp": f.stamp, "body": f.body} for f in fragments]
        with self._database.write() as connection:
            upsert(connection, entry_table, rows, ["path", "format"])

    def forget(self, paths: Collection[str]) -> None:
        """Drops all fragments of these articles."""
        if paths:
            with self._database.write() as connection:
                for part in _parts(paths):
                    connection.execute(sa.delete(entry_table).where(entry_table.c.path.in_(part)))

    def written(self) -> dict[str, Written]:
        """Every file that we wrote and did not take away, by path."""
        with self._database.read() as connection:
            return {row["path"]: Written(**row) for row in connection.execute(sa.select(document_table)).mappings()}

    def record(self, documents: Iterable[Written]) -> None:
        """Notes files as written."""
        rows = [asdict(item) for item in documents]
        if rows:
            with self._database.write() as connection:
                upsert(connection, document_table, rows, ["path"])

    def strike(self, paths: Collection[str]) -> None:
        """Notes files as taken away."""
        if paths:
            with self._database.write() as connection:
                for part in _parts(paths):
                    connection.execute(sa.delete(document_table).where(document_table.c.path.in_(part)))


def _parts(paths: Collection[str]) -> Iterable[list[str]]:
    ordered = sorted(paths)
    return (ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH))
