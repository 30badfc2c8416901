"""All readers at once: import in batches, export in pages. Memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.table import (
    Mac,
    consent_event,
    insert_new,
    packed,
    row_of,
    subscriber,
    subscriber_topic,
    suppression,
    unpacked,
)
from subscribers.intake import BadRow, Choices, Outcome, Row, RowResult, Verdict, cells, decide

BATCH = 1000
"""Rows a statement: below SQLite's 32 766 and PostgreSQL's 65 535 parameters."""


def import_rows(
    connection: Connection,
    rows: Iterable[Row | BadRow],
    *,
    now: datetime,
    apply: bool,
    mac: Mac,
    declared: str = "",
    choices: Choices | None = None,
    how: str = "import",
) -> Iterator[RowResult]:
    """A result for every row, in their order; what they say is written only with ``apply`` and as far as one reads on.

    ``declared`` is the consent that stands for rows without their own; ``choices`` what the site offers, so that a
    misspelt topic is refused. An address counts once a file: a second row with it is refused, naming the first. In one
    transaction all of it is kept or nothing; without ``apply`` nothing but a temporary table is written.
    """
    task = _Task(now=now, apply=apply, mac=mac, declared=declared, choices=choices or Choices(), how=how)
    left = iter(rows)
    with _seen_rows(connection):
        while batch := list(islice(left, BATCH)):
            results = {each.number: _unread(each) for each in batch if isinstance(each, BadRow)}
            todo = [row for row in batch if isinstance(row, Row)]
            first = _first_rows(connection, todo)
            results |= {row.number: _twice(row, first) for row in todo if first[row.address.key] != row.number}
            todo = [row for row in todo if row.number not in results]
            while todo:
                results |= _settle(connection, todo, task)
                todo = [row for row in todo if row.number not in results]
            yield from (results[each.number] for each in batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    now: datetime
    apply: bool
    mac: Mac
    declared: str
    choices: Choices
    how: str


def _unread(row: BadRow) -> RowResult:
    return RowResult(row=row.number, address=row.email, outcome=Outcome.REFUSED, reason=row.reason)


def _twice(row: Row, first: Mapping[str, int]) -> RowResult:
    reason = f"the address stands in row {first[row.address.key]} already; keep one of them"
    return RowResult(row=row.number, address=row.address.sending, outcome=Outcome.REFUSED, reason=reason)


def _settle(connection: Connection, rows: list[Row], task: _Task) -> dict[int, RowResult]:
    """Number -> result; without those whose address another process added between our look and our insert."""
    keys = [row.address.key for row in rows]
    statement = sa.select(subscriber).where(subscriber.c.key.in_(keys))
    found = connection.execute(statement.with_for_update() if task.apply else statement)
    known = {reader.key: reader for reader in map(unpacked, found)}
    hashes = {task.mac(key): key for key in keys if key not in known}
    erased = connection.scalars(sa.select(suppression.c.hash).where(suppression.c.hash.in_(list(hashes))))
    gone = {hashes[hash] for hash in erased}
    verdicts = []
    for row in rows:
        key = row.address.key
        verdicts.append(
            decide(
                row,
                known.get(key),
                erased=key in gone,
                now=task.now,
                declared=task.declared,
                choices=task.choices,
            )
        )
    missed = _write(connection, verdicts, task) if task.apply else set()
    return {each.result.row: each.result for each in verdicts if each.result.row not in missed}


def _write(connection: Connection, verdicts: list[Verdict], task: _Task) -> set[int]:
    """Writes what was decided; the numbers of rows that were no longer new."""
    fresh = {each.reader.key: each.reader for each in verdicts if each.reader and not each.reader.id}
    ids = insert_new(connection, [packed(row_of(reader)) for reader in fresh.values()]) if fresh else {}
    changed = [each.reader for each in verdicts if each.reader and each.reader.id]
    if changed:
        names = [name for name in row_of(changed[0]) if name != "key"]
        update = sa.update(subscriber).where(subscriber.c.id == sa.bindparam("old_id"))
        rows = [packed(row_of(reader)) | {"old_id": reader.id} for reader in changed]
        connection.execute(update.values({name: sa.bindparam(name) for name in names}), rows)
        old = [reader.id for reader in changed]
        connection.execute(sa.delete(subscriber_topic).where(subscriber_topic.c.subscriber.in_(old)))
    ids |= {reader.key: reader.id for reader in changed}
    written = [(ids[each.reader.key], each) for each in verdicts if each.reader and each.reader.key in ids]
    _append(connection, written, task)
    return {each.result.row for each in verdicts if each.reader and each.reader.key not in ids}


def _append(connection: Connection, written: list[tuple[int, Verdict]], task: _Task) -> None:
    topics, events = [], []
    for id, verdict in written:
        reader = verdict.reader
        assert reader is not None
        topics += [{"subscriber": id, "topic": topic} for topic in reader.topics]
        text = verdict.result.reason or reader.consent_text
        event = {"subscriber": id, "at": task.now, "act": verdict.act, "status": reader.status, "how": task.how}
        events.append(event | {"ip": reader.consent_ip, "text": text})
    if topics:
        connection.execute(sa.insert(subscriber_topic), topics)
    if events:
        connection.execute(sa.insert(consent_event), events)


_seen = sa.Table(
    "import_row",
    sa.MetaData(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    prefixes=["TEMPORARY"],  # SQLite keeps it in a file of its own: a dry run never waits for a writer
    postgresql_on_commit="DROP",
)


@contextmanager
def _seen_rows(connection: Connection) -> Iterator[None]:
    """While it lasts, ``_first_rows`` remembers: on disk, since a million addresses would not be flat in memory."""
    _seen.create(connection, checkfirst=True)
    connection.execute(sa.delete(_seen))
    try:
        yield
    finally:
        if connection.dialect.name == "sqlite" and not connection.closed:
            _seen.drop(connection, checkfirst=True)


def _first_rows(connection: Connection, rows: list[Row]) -> dict[str, int]:
    """Key -> number of the row in which it stood first in this file."""
    if not rows:
        return {}
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.address.key, row.number)
    seen = connection.execute(sa.select(_seen.c.key, _seen.c.number).where(_seen.c.key.in_(list(first))))
    earlier = {row.key: row.number for row in seen}
    fresh = [{"key": key, "number": number} for key, number in first.items() if key not in earlier]
    if fresh:
        connection.execute(sa.insert(_seen), fresh)
    return first | earlier


def export(connection: Connection) -> Iterator[dict[str, str]]:
    """Every reader as the cells of ``intake.COLUMNS``, by id; what ``import_rows`` takes back without loss."""
    after = 0
    while True:
        statement = sa.select(subscriber).where(subscriber.c.id > after).order_by(subscriber.c.id).limit(BATCH)
        page = [unpacked(row) for row in connection.execute(statement)]
        if not page:
            return
        yield from map(cells, page)
        after = page[-1].id
