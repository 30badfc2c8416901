"""Finished entry bytes, ids that were minted of addresses, and what was last written into the output folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from publisher.db.engine import Connection, Database, Moment, metadata, upsert
from publisher.feeds.feed import Card, Contents, Format, Stored

entry_table = sa.Table(
    "feed_entry",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("contents", sa.String(8), primary_key=True),
    sa.Column("stamp", sa.String(24), nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("published", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("rss", sa.LargeBinary, nullable=False),
    sa.Column("atom", sa.LargeBinary, nullable=False),
    sa.Column("json", sa.LargeBinary, nullable=False),
)
"""One entry in every format: they are made and joined together."""
permalink_table = sa.Table(
    "feed_permalink",
    metadata,
    sa.Column("guid", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
)
"""The address that an article had when it first stood in a feed, by its stored id (``feeds.ids: permalink``)."""
document_table = sa.Table(
    "feed_document",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("source", sa.String(24), nullable=False),
    sa.Column("hash", sa.String(24), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("gzip", sa.BigInteger, nullable=False),
    sa.Column("br", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("modified", Moment, nullable=False),
)
_BATCH = 500
"""Parameters in one IN (…): SQLite allows 32 766, PostgreSQL's wire 65 535."""
_BODIES = {Format.RSS: entry_table.c.rss, Format.ATOM: entry_table.c.atom, Format.JSON: entry_table.c.json}
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file of the output folder as we last wrote it."""

    path: str
    source: str
    """Hash of what the bytes were made from; equal: they need not be made again."""
    hash: str
    """Name of the bytes (``feed.digest``)."""
    size: int
    gzip: int = 0
    """Bytes of its compressed twin; 0: it has none."""
    br: int = 0
    media_type: str
    modified: datetime
    """When the bytes last changed: Last-Modified, and the file's mtime."""


class FeedStore:
    """The tables of feeds in an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamps(self, contents: Contents, keys: Iterable[str]) -> dict[str, str]:
        """What these entries were made from, by key."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for part in _parts(keys):
                rows = connection.execute(_STAMPS, {"contents": contents.value, "keys": part})
                found |= {key: stamp for key, stamp in rows}  # noqa: C416 # dict() knows no rows
        return found

    def cards(self, contents: Contents, keys: Iterable[str]) -> dict[str, Card]:
        """The stored entries of these keys without their bytes."""
        found: dict[str, Card] = {}
        with self._database.read() as connection:
            for part in _parts(keys):
                for row in connection.execute(_CARDS, {"contents": contents.value, "keys": part}):
                    key, id, title, url, published, updated, stamp = row
                    found[key] = Card(
                        key=key, id=id, title=title, url=url, published=published, updated=updated, stamp=stamp
                    )
        return found

    def bodies(
        self, contents: Contents, keys: Sequence[str], forms: Sequence[Format]
    ) -> dict[Format, dict[str, tuple[str, bytes]]]:
        """Stamp and bytes of these entries in some formats, by key."""
        found: dict[Format, dict[str, tuple[str, bytes]]] = {form: {} for form in forms}
        query = _bodies(tuple(forms))
        with self._database.read() as connection:
            for part in _parts(keys):
                for key, stamp, *made in connection.execute(query, {"contents": contents.value, "keys": part}):
                    for form, body in zip(forms, made, strict=True):
                        found[form][key] = stamp, body
        return found

    def save(self, entries: Iterable[Stored]) -> None:
        """Keeps the entries, in place of older ones."""
        rows = [
            {
                "key": each.card.key,
                "contents": each.contents.value,
                "stamp": each.card.stamp,
                "id": each.card.id,
                "title": each.card.title,
                "url": each.card.url,
                "published": each.card.published,
                "updated": each.card.updated,
                **{form.value: each.bodies.get(form, b"") for form in Format},
            }
            for each in entries
        ]
        with self._database.write() as connection:
            upsert(connection, entry_table, rows, ["key", "contents"])

    def keep_only(self, needed: Mapping[Contents, Collection[str]]) -> None:
        """Drops the entries that stand in no feed."""
        column, gone = entry_table.c, list[tuple[str, str]]()
        with self._database.read() as connection:
            for key, contents in connection.execute(sa.select(column.key, column.contents)):
                if key not in needed.get(Contents(contents), ()):
                    gone.append((key, contents))
        if gone:
            with self._database.write() as connection:
                for contents in Contents:
                    for part in _parts(key for key, kept in gone if kept == contents):
                        connection.execute(
                            sa.delete(entry_table).where(column.contents == contents.value, column.key.in_(part))
                        )

    def same_ids(self, contents: Contents) -> list[list[str]]:
        """The keys of entries that have one id, in order."""
        column = entry_table.c
        of_these = column.contents == contents.value
        twice = sa.select(column.id).where(of_these).group_by(column.id).having(sa.func.count() > 1)
        query = sa.select(column.id, column.key).where(of_these, column.id.in_(twice)).order_by(column.key)
        found: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for id, key in connection.execute(query):
                found.setdefault(id, []).append(key)
        return list(found.values())

    def permalinks(self, urls: Mapping[str, str]) -> dict[str, str]:
        """The address by which each of these articles (by guid) is known for ever: the one it had first.

        Where another article was the first to have it, the guid itself: two articles never share an id.
        """
        column, found, taken = permalink_table.c, dict[str, str](), set[str]()
        with self._database.read() as connection:
            for part in _parts(urls):
                query = sa.select(column.guid, column.url).where(column.guid.in_(part))
                found |= {row.guid: row.url for row in connection.execute(query)}
            new = {guid: url for guid, url in urls.items() if guid not in found}
            for part in _parts(new.values()):
                taken |= set(connection.execute(sa.select(column.url).where(column.url.in_(part))).scalars())
        for guid, url in new.items():
            found[guid] = guid if url in taken else url
            taken.add(url)
        if new:
            with self._database.write() as connection:
                upsert(connection, permalink_table, [{"guid": guid, "url": found[guid]} for guid in new], ["guid"])
        return found

    def written(self) -> dict[str, Written]:
        """Every file that we wrote and did not take away, by path."""
        found = dict[str, Written]()
        with self._database.read() as connection:
            for row in connection.execute(sa.select(document_table)):
                path, source, hash, size, gzip, br, media_type, modified = row
                found[path] = Written(
                    path=path,
                    source=source,
                    hash=hash,
                    size=size,
                    gzip=gzip,
                    br=br,
                    media_type=media_type,
                    modified=modified,
                )
        return found

    @staticmethod
    def record(connection: Connection, documents: Iterable[Written]) -> None:
        """Notes files as written."""
        upsert(connection, document_table, [asdict(item) for item in documents], ["path"])

    def strike(self, paths: Collection[str]) -> None:
        """Notes files as taken away."""
        if paths:
            with self._database.write() as connection:
                for part in _parts(paths):
                    connection.execute(sa.delete(document_table).where(document_table.c.path.in_(part)))


# Made once: to put a statement together takes longer than to read twenty rows.
_THESE = (
    entry_table.c.contents == sa.bindparam("contents"),
    entry_table.c.key.in_(sa.bindparam("keys", expanding=True)),
)
_STAMPS = sa.select(entry_table.c.key, entry_table.c.stamp).where(*_THESE)
_CARDS = sa.select(
    *(entry_table.c[name] for name in ("key", "id", "title", "url", "published", "updated", "stamp"))
).where(*_THESE)


@lru_cache(maxsize=8)
def _bodies(forms: tuple[Format, ...]) -> sa.Select[Any]:
    return sa.select(entry_table.c.key, entry_table.c.stamp, *(_BODIES[form] for form in forms)).where(*_THESE)


def _parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while part := list(islice(rest, _BATCH)):
        yield part
