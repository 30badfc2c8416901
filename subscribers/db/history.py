"""A reader's history: what happened to them, kept and read, and what of it can still be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import preference
from subscribers.consent import UNDO_WITHIN, Act, ConsentEvent
from subscribers.db.table import consent_event
from subscribers.subscriber import Status


def remember(
    connection: Connection, id: int, act: Act, status: Status, *, now: datetime, how: str, ip: str, text: str
) -> None:
    """Keeps what happened to a reader."""
    event = {"subscriber": id, "at": now, "act": act, "status": status, "how": how}
    event |= {"ip": preference.one_line(ip, 45), "text": preference.many_lines(text)}
    connection.execute(sa.insert(consent_event).values(event))


def history(connection: Connection, id: int) -> tuple[ConsentEvent, ...]:
    """Everything that happened to the reader, oldest first."""
    rows = connection.execute(
        sa.select(consent_event).where(consent_event.c.subscriber == id).order_by(consent_event.c.id)
    )
    return tuple(
        ConsentEvent(at=row.at, act=Act(row.act), status=Status(row.status), how=row.how, ip=row.ip, text=row.text)
        for row in rows
    )


def last(connection: Connection, id: int) -> int:
    """The number of the last thing that happened to the reader, 0 where there is none."""
    newest = sa.select(sa.func.max(consent_event.c.id)).where(consent_event.c.subscriber == id)
    return int(connection.execute(newest).scalar_one() or 0)


def undoable(connection: Connection, id: int, now: datetime) -> Any:  # Any: a row of consent_event
    """The leaving that is the last thing that happened to the reader, if it can still be taken back."""
    table = consent_event
    query = sa.select(table).where(table.c.subscriber == id).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return row if row is not None and row.act == Act.UNSUBSCRIBE and now - row.at < UNDO_WITHIN else None


def reason(connection: Connection, id: int, text: str, *, now: datetime) -> bool:
    """Keeps why a reader left with their leaving, as long as it could be undone; whether it was kept.

    Said again it takes the place of what was said before; a blank changes nothing.
    """
    table, kept = consent_event, preference.many_lines(text)
    leaving = sa.and_(table.c.id == last(connection, id), table.c.act == Act.UNSUBSCRIBE)
    late = table.c.at <= now - UNDO_WITHIN
    statement = sa.update(table).where(leaving, sa.not_(late)).values(text=kept)
    return bool(kept) and connection.execute(statement).rowcount > 0
