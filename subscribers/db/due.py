"""Whether readers wait for what time brings: asked each minute without writing, and answered from an index."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.table import subscriber
from subscribers.subscriber import Status


def to_resume(connection: Connection, now: datetime) -> bool:
    """Whether a pause has come to its end."""
    return _any(connection, subscriber.c.status == Status.PAUSED, subscriber.c.paused_until <= now)


def to_forget(connection: Connection, asked_before: datetime) -> bool:
    """Whether somebody was asked to confirm before that moment, last, and did not."""
    return _any(connection, subscriber.c.status == Status.PENDING, subscriber.c.asked_at < asked_before)


def _any(connection: Connection, *where: sa.ColumnElement[bool]) -> bool:
    return connection.execute(sa.select(subscriber.c.id).where(*where).limit(1)).first() is not None
