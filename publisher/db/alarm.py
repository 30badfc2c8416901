"""Alarms in the database: what somebody should look at, raised once however often it is seen, until it is over.

One row for each kind and subject: it tells of the last time. Every function takes a connection inside a transaction
that its caller ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata

alarm_table = sa.Table(
    "alarm",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("raised", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("ended", Moment),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that stands in the way or looks wrong."""

    kind: str
    """What it is about, such as ``bounces``."""
    subject: str
    """Which of these: an issue's id, a form's name; empty where there is only one."""
    raised: datetime
    seen: datetime
    """When it was raised last."""
    count: int
    """How often it was raised since it stands."""
    text: str
    """A sentence of the last time."""
    ended: datetime | None = None
    """None: it stands."""

    def sentence(self, zone: tzinfo) -> str:
        """Since when, what, and what to do, for people."""
        return f"alarm since {self.raised.astimezone(zone):%Y-%m-%d %H:%M}: {self.text}"


def raise_(connection: Connection, kind: str, subject: str, now: datetime, text: str) -> bool:
    """Whether the alarm is new: one that stands already is counted and takes the text."""
    table = alarm_table
    new = {"raised": now, "seen": now, "count": 1, "text": text, "ended": None}
    again = {"seen": now, "count": table.c.count + 1, "text": text}
    mine = sa.and_(table.c.kind == kind, table.c.subject == subject)
    standing, over = sa.and_(mine, table.c.ended.is_(None)), sa.and_(mine, table.c.ended.is_not(None))
    if connection.execute(sa.update(table).where(standing).values(**again)).rowcount:
        return False
    if connection.execute(sa.update(table).where(over).values(**new)).rowcount:
        return True
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    statement = insert(table).values(kind=kind, subject=subject, **new)
    # Another process may have raised it between our look and this line: then it is not ours to be new.
    first = statement.on_conflict_do_nothing(index_elements=["kind", "subject"]).returning(table.c.kind)
    if connection.execute(first).first() is not None:
        return True
    connection.execute(sa.update(table).where(standing).values(**again))
    return False


def standing(connection: Connection, kind: str = "", subject: str = "") -> list[Alarm]:
    """The alarms that stand, oldest first; all of them, or those of a kind or a subject."""
    table = alarm_table
    query = sa.select(table).where(table.c.ended.is_(None))
    if kind:
        query = query.where(table.c.kind == kind)
    if subject:
        query = query.where(table.c.subject == subject)
    rows = connection.execute(query.order_by(table.c.raised, table.c.kind, table.c.subject)).mappings()
    return [Alarm(**row) for row in rows]


def end(connection: Connection, kind: str, subject: str, now: datetime, *, seen: datetime | None = None) -> bool:
    """Ends the alarm; False where it did not stand, or was raised after ``seen``. When and how often stays known."""
    table = alarm_table
    mine = sa.and_(table.c.kind == kind, table.c.subject == subject, table.c.ended.is_(None))
    if seen is not None:
        mine = sa.and_(mine, table.c.seen <= seen)
    return connection.execute(sa.update(table).where(mine).values(ended=now)).rowcount == 1
