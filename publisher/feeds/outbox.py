"""Pings that WebSub hubs are owed: one row per hub and topic, written with the change that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata, upsert

ping_table = sa.Table(
    "feed_ping",
    metadata,
    sa.Column("hub", sa.Text, primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("noted", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", Moment),
    sa.Column("error", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A row: this hub is to be told that the feed at this address has new bytes."""

    hub: str
    topic: str
    """The feed's own address (rel=self)."""
    noted: datetime
    """When the bytes changed last. It names the change: what is settled under another one is not this ping."""
    attempts: int = 0
    due: datetime | None = None
    """When it may be sent next; None until a sender has seen it."""
    error: str = ""
    """Why the last attempt failed."""


def note(connection: Connection, topics: Iterable[str], hubs: Iterable[str], now: datetime) -> int:
    """Owes every hub a ping of each topic; how many.

    For the transaction that records the new bytes. A change takes the place of an older one that was not told yet:
    a hub fetches what is there, so one ping tells of both.
    """
    changed = dict.fromkeys(topics)
    owed = [(hub, topic) for hub in dict.fromkeys(hubs) for topic in changed]
    rows = [{"hub": hub, "topic": topic, "noted": now, "attempts": 0, "due": None, "error": ""} for hub, topic in owed]
    upsert(connection, ping_table, rows, ["hub", "topic"])
    return len(rows)


def keep_only(connection: Connection, hubs: Collection[str]) -> int:
    """Drops what is owed to other hubs; how many."""
    return connection.execute(sa.delete(ping_table).where(ping_table.c.hub.not_in(list(hubs)))).rowcount


def release(connection: Connection, due: datetime) -> int:
    """Sets when the pings that no sender has seen yet may go; how many they are."""
    return connection.execute(sa.update(ping_table).where(ping_table.c.due.is_(None)).values(due=due)).rowcount


def waiting(connection: Connection) -> int:
    """How many pings are owed."""
    return connection.execute(sa.select(sa.func.count()).select_from(ping_table)).scalar_one()


def unseen(connection: Connection, hubs: Collection[str]) -> bool:
    """Whether there are pings that no sender has seen, or to hubs that are none of these."""
    where = sa.or_(ping_table.c.due.is_(None), ping_table.c.hub.not_in(list(hubs)))
    return (
        connection.execute(sa.select(sa.literal(1)).select_from(ping_table).where(where).limit(1)).first() is not None
    )


def next_due(connection: Connection) -> datetime | None:
    """The earliest moment at which a ping may go; None where there is none, or no sender has seen them."""
    found: datetime | None = connection.execute(sa.select(sa.func.min(ping_table.c.due))).scalar_one()
    return found


def hubs_due(connection: Connection, now: datetime) -> list[str]:
    """The hubs to which a ping may go now."""
    columns = ping_table.c
    query = sa.select(columns.hub).distinct().where(columns.due <= now).order_by(columns.hub)
    return list(connection.execute(query).scalars())


def tried(connection: Connection, hub: str, now: datetime) -> bool:
    """Whether any of the hub's pings that may go now has failed before."""
    columns = ping_table.c
    where = sa.and_(columns.hub == hub, columns.due <= now, columns.attempts > 0)
    return (
        connection.execute(sa.select(sa.literal(1)).select_from(ping_table).where(where).limit(1)).first() is not None
    )


def due(connection: Connection, hub: str, now: datetime, *, limit: int, until: datetime) -> list[Ping]:
    """The hub's pings that may go now, earliest first; no other sender has them before ``until``.

    What a process leaves behind when it dies is due again then.
    """
    columns = ping_table.c
    query = (
        sa.select(ping_table)
        .where(columns.hub == hub, columns.due <= now)
        .order_by(columns.due, columns.topic)
        .limit(limit)
        .with_for_update(skip_locked=True)  # on SQLite a writer is alone anyway
    )
    taken = [Ping(**row) for row in connection.execute(query).mappings()]
    mine = sa.and_(columns.hub == hub, columns.topic.in_([ping.topic for ping in taken]))
    if taken:
        connection.execute(sa.update(ping_table).where(mine).values(due=until))
    return taken


def settle(connection: Connection, *, done: Iterable[Ping] = (), again: Iterable[Ping] = ()) -> None:
    """Forgets what is ``done`` and keeps what goes ``again``, as given.

    A ping that was noted anew meanwhile stays as it is: what was sent told of the bytes before.
    """
    for ping in done:
        connection.execute(sa.delete(ping_table).where(_same(ping)))
    for ping in again:
        values = {"attempts": ping.attempts, "due": ping.due, "error": ping.error}
        connection.execute(sa.update(ping_table).where(_same(ping)).values(**values))


def _same(ping: Ping) -> sa.ColumnElement[bool]:
    columns = ping_table.c
    return sa.and_(columns.hub == ping.hub, columns.topic == ping.topic, columns.noted == ping.noted)
