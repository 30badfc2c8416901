"""All readers at once: import in batches, export in pages. Memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.fast import insert_many
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
from subscribers.intake import Choices, Outcome, RowResult, Verdict, decide, unread
from subscribers.row import BadRow, Row, cells
from subscribers.subscriber import Status, Subscriber

BATCH = 2000
"""Rows a statement, and a transaction: below SQLite's 32 766 and PostgreSQL's 65 535 parameters, and done in the
blink of an eye, so that nobody waits for the database."""
Opening = Callable[[], AbstractContextManager[Connection]]
"""Opens a connection in a transaction, and ends both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What stands for a whole import."""

    now: datetime
    apply: bool
    """Whether anything is written: without, nothing but a temporary table."""
    mac: Mac
    declared: str = ""
    """The consent that stands for rows without their own."""
    choices: Choices = field(default_factory=Choices)
    """What the site offers, so that a misspelt topic is refused."""
    how: str = "import"


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

    An address counts once a file: a second row with it is refused, naming the first. The caller's transaction keeps
    all of it or nothing. ``import_stream`` is for files of any size.
    """
    task = Intake(now=now, apply=apply, mac=mac, declared=declared, choices=choices or Choices(), how=how)
    with _seen_rows(connection) as seen:
        yield from _results(rows, task, seen, lambda: nullcontext(connection))


def import_stream(read: Opening, write: Opening, rows: Iterable[Row | BadRow], task: Intake) -> Iterator[RowResult]:
    """As ``import_rows``, in a transaction for each ``BATCH`` rows, which none of them outlives.

    Rows are read from their file, and results handed over, while no transaction is open. What was handed over is kept
    whatever happens next; a run that goes over the file anew finds it unchanged and goes on. Results do not depend on
    where a batch ends, nor on ``task.apply``.
    """
    with read() as aside, _seen_rows(aside, alone=True) as seen:
        yield from _results(rows, task, seen, write if task.apply else read)


def _results(rows: Iterable[Row | BadRow], task: Intake, seen: _Seen, opened: Opening) -> Iterator[RowResult]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        results: list[RowResult | None] = [
            unread(row, task.choices) if isinstance(row, BadRow) else None for row in batch
        ]
        good = [(place, row) for place, row in enumerate(batch) if isinstance(row, Row)]
        todo = []
        for (place, row), first in zip(good, seen.first([row for _, row in good]), strict=True):
            results[place] = _twice(row, first) if first else None
            if not first:
                todo.append((place, row))
        with opened() as connection:
            while todo:
                found = _settle(connection, [row for _, row in todo], task)
                for (place, _), result in zip(todo, found, strict=True):
                    results[place] = result
                todo = [(place, row) for place, row in todo if results[place] is None]
        yield from (result for result in results if result is not None)


def _twice(row: Row, first: str) -> RowResult:
    reason = f"the address stands in {first} already; keep one of them"
    return RowResult(row=row.number, file=row.file, address=row.address.sending, outcome=Outcome.REFUSED, reason=reason)


def _settle(connection: Connection, rows: list[Row], task: Intake) -> list[RowResult | None]:
    """A result for each; None where another process added the address between our look and our insert."""
    keys = [row.address.key for row in rows]
    statement = sa.select(subscriber).where(subscriber.c.key.in_(keys))
    found = connection.execute(statement.with_for_update() if task.apply else statement)
    known = {reader.key: reader for reader in map(unpacked, found)}
    gone = _erased(connection, [key for key in keys if key not in known], task.mac)
    verdicts = [
        decide(
            row,
            known.get(row.address.key),
            erased=row.address.key in gone,
            now=task.now,
            declared=task.declared,
            choices=task.choices,
        )
        for row in rows
    ]
    missed = _write(connection, verdicts, task) if task.apply else set()
    return [None if each.reader and each.reader.key in missed else each.result for each in verdicts]


def _erased(connection: Connection, keys: list[str], mac: Mac) -> set[str]:
    """The keys of those who asked to be forgotten."""
    if not keys or connection.execute(sa.select(suppression.c.hash).limit(1)).first() is None:
        return set()
    hashes = {mac(key): key for key in keys}
    erased = connection.scalars(sa.select(suppression.c.hash).where(suppression.c.hash.in_(list(hashes))))
    return {hashes[hash] for hash in erased}


def _write(connection: Connection, verdicts: list[Verdict], task: Intake) -> set[str]:
    """Writes what was decided; the keys that were no longer new."""
    fresh = {each.reader.key: each.reader for each in verdicts if each.reader and not each.reader.id}
    ids = _insert(connection, list(fresh.values())) if fresh else {}
    changed = [each.reader for each in verdicts if each.reader and each.reader.id]
    if changed:
        names = [name for name in row_of(changed[0]) if name != "key"]
        update = sa.update(subscriber).where(subscriber.c.id == sa.bindparam("old_id"))
        rows = [packed(row_of(reader)) | {"old_id": reader.id} for reader in changed]
        connection.execute(update.values({name: sa.bindparam(name) for name in names}), rows)
        old = [reader.id for reader in changed]
        connection.execute(sa.delete(subscriber_topic).where(subscriber_topic.c.subscriber.in_(old)))
    ids |= {reader.key: reader.id for reader in changed}
    _append(
        connection, [(ids[each.reader.key], each) for each in verdicts if each.reader and each.reader.key in ids], task
    )
    return fresh.keys() - ids.keys()


_NAMES = tuple(name for name in subscriber.c.keys() if name != "id")  # noqa: SIM118 # a collection
_all_of = attrgetter(*_NAMES)
_LISTS = tuple(map(_NAMES.index, ("topics", "declined")))
_WORDS = tuple(map(_NAMES.index, ("status", "format", "former")))


def _values(reader: Subscriber) -> tuple[object, ...]:
    """As ``packed(row_of(reader))``, in the order of ``_NAMES``."""
    values = list(_all_of(reader))
    for place in _LISTS:
        values[place] = ";".join(values[place])
    for place in _WORDS:
        word = values[place]
        values[place] = word.value if word else ""  # the driver takes plain text three times as fast
    return tuple(values)


def _insert(connection: Connection, readers: list[Subscriber]) -> dict[str, int]:
    """Key -> id of the readers that went in."""
    if connection.dialect.name != "sqlite":
        return insert_new(connection, [packed(row_of(reader)) for reader in readers])
    # Ours alone is the right to write, and ids only grow: what is above the last one is what we have put there.
    last = connection.execute(sa.select(sa.func.max(subscriber.c.id))).scalar_one() or 0
    insert_many(connection, subscriber, _NAMES, [_values(reader) for reader in readers])
    new = sa.select(subscriber.c.key, subscriber.c.id).where(subscriber.c.id > last)
    return {row.key: row.id for row in connection.execute(new)}


def _append(connection: Connection, written: list[tuple[int, Verdict]], task: Intake) -> None:
    topics, events = [], []
    for id, verdict in written:
        reader = verdict.reader
        assert reader is not None
        topics += [(id, topic) for topic in reader.topics]
        text = verdict.result.reason or reader.consent_text
        events.append((id, task.now, verdict.act.value, reader.status.value, task.how, reader.consent_ip, text))
    insert_many(connection, subscriber_topic, ("subscriber", "topic"), topics)
    insert_many(connection, consent_event, ("subscriber", "at", "act", "status", "how", "ip", "text"), events)


def _temporary(on_commit: str) -> sa.Table:
    return sa.Table(
        "import_row",
        sa.MetaData(),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        prefixes=["TEMPORARY"],  # SQLite keeps it in a file of its own: a dry run never waits for a writer
        sqlite_with_rowid=False,
        postgresql_on_commit=on_commit,
    )


_seen, _seen_alone = _temporary("DROP"), _temporary("PRESERVE ROWS")


@dataclass(frozen=True, slots=True)
class _Seen:
    """The addresses of the file so far: on disk, since a million of them would not be flat in memory."""

    connection: Connection
    alone: bool
    """Whether the connection serves nothing else: between two looks it holds no transaction open."""

    def first(self, rows: Sequence[Row]) -> list[str]:
        """For each row: where its address stood before in this file; blank where it did not."""
        places = [f"row {row.number} of {row.file}" if row.file else f"row {row.number}" for row in rows]
        first: dict[str, str] = {}
        for row, place in zip(rows, places, strict=True):
            first.setdefault(row.address.key, place)
        table = _seen_alone if self.alone else _seen
        fresh = insert_many(self.connection, table, ("key", "place"), list(first.items()))
        if fresh < len(first):
            first |= self._earlier(list(first))
        if self.alone:
            self.connection.commit()
        found = [first[row.address.key] for row in rows]
        return ["" if before == place else before for before, place in zip(found, places, strict=True)]

    def _earlier(self, keys: list[str]) -> Mapping[str, str]:
        earlier = sa.select(_seen.c.key, _seen.c.place).where(_seen.c.key.in_(keys))
        return {row.key: row.place for row in self.connection.execute(earlier)}


@contextmanager
def _seen_rows(connection: Connection, *, alone: bool = False) -> Iterator[_Seen]:
    table = _seen_alone if alone else _seen
    table.create(connection, checkfirst=True)
    connection.execute(sa.delete(table))
    if alone:
        connection.commit()
    try:
        yield _Seen(connection, alone)
    finally:
        if alone:
            connection.rollback()
            table.drop(connection, checkfirst=True)
            connection.commit()
        elif connection.dialect.name == "sqlite" and not connection.closed:
            table.drop(connection, checkfirst=True)


def export(
    connection: Connection, where: sa.ColumnElement[bool] | None = None, *, status: Status | None = None
) -> Iterator[dict[str, str]]:
    """Every reader of whom ``where`` is true as the cells of ``row.COLUMNS``, by id: imports take all of it."""
    wanted = [] if where is None else [where]
    wanted += [] if status is None else [subscriber.c.status == status]
    after = 0
    while True:
        chosen = sa.select(subscriber).where(subscriber.c.id > after, *wanted).order_by(subscriber.c.id)
        page = [unpacked(row) for row in connection.execute(chosen.limit(BATCH))]
        if not page:
            return
        yield from map(cells, page)
        after = page[-1].id
