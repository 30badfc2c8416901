"""Schedule rows: one per moment at which a stream is due. Whoever inserts the row fires the slot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.issues.issue import Stream

DUE, SKIPPED = "due", "skipped"

slot_table = sa.Table(
    "slot",
    metadata,
    sa.Column("newsletter", sa.Text, primary_key=True),
    sa.Column("schedule", sa.Text, primary_key=True),
    sa.Column("wall", sa.Text, primary_key=True),  # the zone's own clock: 2025-06-30T08:00
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("issue", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
activation_table = sa.Table(
    "activation",
    metadata,
    sa.Column("newsletter", sa.Text, primary_key=True),
    sa.Column("schedule", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
)


def activate(connection: Connection, stream: Stream, now: datetime) -> datetime:
    """When the stream was first seen: no slot before that moment is owed. The first call sets it to ``now``."""
    table = activation_table
    query = sa.select(table.c.at).where(table.c.newsletter == stream.newsletter, table.c.schedule == stream.schedule)
    known: datetime | None = connection.execute(query).scalar_one_or_none()
    if known is None:
        # Another process may be first; its moment is then the one that holds.
        _insert_new(connection, table, {"newsletter": stream.newsletter, "schedule": stream.schedule, "at": now})
        known = connection.execute(query).scalar_one()
    return known


def last(connection: Connection, stream: Stream) -> datetime | None:
    """The moment of the newest slot of the stream that was fired or skipped."""
    query = sa.select(sa.func.max(slot_table.c.due_at)).where(
        slot_table.c.newsletter == stream.newsletter, slot_table.c.schedule == stream.schedule
    )
    return connection.execute(query).scalar_one_or_none()


def taken(connection: Connection, stream: Stream, wall: str) -> bool:
    """Whether the slot was fired or skipped already."""
    query = sa.select(slot_table.c.wall).where(
        slot_table.c.newsletter == stream.newsletter,
        slot_table.c.schedule == stream.schedule,
        slot_table.c.wall == wall,
    )
    return connection.execute(query).one_or_none() is not None


def take(
    connection: Connection,
    stream: Stream,
    *,
    wall: str,
    due_at: datetime,
    state: str,
    by: str,
    now: datetime,
    note: str = "",
) -> bool:
    """Whether this call inserted the slot, and so fires it; False where another process was first."""
    row = {
        "newsletter": stream.newsletter,
        "schedule": stream.schedule,
        "wall": wall,
        "due_at": due_at,
        "state": state,
        "note": note,
        "by": by,
        "at": now,
    }
    return _insert_new(connection, slot_table, row)


def _insert_new(connection: Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Whether the row is new and was inserted; one with its key that is there already stays as it is."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    # RETURNING, because the driver's row count of ON CONFLICT DO NOTHING cannot be trusted on PostgreSQL.
    statement = insert(table).values(**row).on_conflict_do_nothing().returning(table.c.newsletter)
    return connection.execute(statement).one_or_none() is not None


def attach(connection: Connection, stream: Stream, wall: str, issue: str) -> None:
    """Notes which issue the slot became."""
    connection.execute(
        sa.update(slot_table)
        .where(slot_table.c.newsletter == stream.newsletter, slot_table.c.schedule == stream.schedule)
        .where(slot_table.c.wall == wall)
        .values(issue=issue)
    )


def skipped(connection: Connection, stream: Stream, limit: int = 10) -> list[tuple[str, str]]:
    """The latest slots that did not become an issue: (wall time, why)."""
    query = (
        sa.select(slot_table.c.wall, slot_table.c.note)
        .where(slot_table.c.newsletter == stream.newsletter, slot_table.c.schedule == stream.schedule)
        .where(slot_table.c.state == SKIPPED)
        .order_by(slot_table.c.wall.desc())
        .limit(limit)
    )
    return [(row.wall, row.note) for row in connection.execute(query)]
