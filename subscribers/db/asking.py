"""What a sign-up asks for with the address of somebody we know: kept apart from the reader until it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.consent import Act
from subscribers.db.table import consent_event, packed, pending_wish, split

ASKING = (Act.SIGNUP, Act.INVITE)
"""Acts after which a reader is asked to confirm."""
_ALWAYS = ("topics", "newsletter", "schedule")
_SAID = ("name", "language", "timezone", "format")
FIELDS = (*_ALWAYS, *_SAID, "consent_ip", "consent_text")


def put(connection: Connection, reader: int, wish: Mapping[str, Any]) -> None:  # Any: a row's values
    """Keeps the wish in place of an earlier one; ``wish`` has ``FIELDS``, as a reader has them."""
    drop(connection, reader)
    row = packed({name: wish[name] for name in FIELDS})
    connection.execute(sa.insert(pending_wish).values(subscriber=reader, **row))


def found(connection: Connection, reader: int) -> dict[str, Any]:
    """What the reader's columns become when the wish is confirmed; empty where none waits.

    A form shows topics, newsletter and rhythm, so that a blank there means the default; what else it left blank says
    nothing. A newsletter that was left is among those that are asked for anew.
    """
    row = (
        connection.execute(sa.select(pending_wish).where(pending_wish.c.subscriber == reader)).mappings().one_or_none()
    )
    if row is None:
        return {}
    wish = {name: row[name] for name in FIELDS if name in _ALWAYS or row[name]}
    return wish | {"topics": split(row["topics"]), "declined": ()}


def drop(connection: Connection, reader: int) -> None:
    """Forgets the wish."""
    connection.execute(sa.delete(pending_wish).where(pending_wish.c.subscriber == reader))


def confirm_epoch(connection: Connection, reader: int) -> int:
    """The number of the last time the reader was asked to confirm, 0 for never: links to confirm hold it.

    So a link confirms the wish that it was sent for, and no later one of somebody else's.
    """
    table = consent_event
    last = sa.select(sa.func.max(table.c.id)).where(table.c.subscriber == reader, table.c.act.in_(ASKING))
    return int(connection.execute(last).scalar_one() or 0)
