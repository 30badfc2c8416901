"""Forms that were sent and wait to be decided, oldest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery.signup.wanted import Wanted

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

signup_table = sa.Table(
    "signup",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("topics", sa.Text, nullable=False),
    sa.Column("newsletter", sa.Text, nullable=False),
    sa.Column("schedule", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("consent_text", sa.Text, nullable=False),
    sa.Column("ip", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # else SQLite gives the number of a form that is gone to the next one
)
"""``topics`` are ;-joined. A row lives for a second or two."""


def append(connection: Connection, wanted: Wanted, now: datetime) -> None:
    """Keeps a form."""
    values = asdict(wanted) | {"topics": ";".join(wanted.topics), "at": now}
    connection.execute(sa.insert(signup_table).values(values))


def waiting(connection: Connection, limit: int) -> list[int]:
    """Numbers of the oldest forms."""
    oldest = sa.select(signup_table.c.id).order_by(signup_table.c.id).limit(limit)
    return list(connection.scalars(oldest))


def pop(connection: Connection, id: int) -> Wanted | None:
    """The form with that number, which is gone with this transaction; ``None`` where another process has it."""
    row = connection.execute(
        sa.delete(signup_table).where(signup_table.c.id == id).returning(signup_table)
    ).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 # the public name of a row's names and values
    del values["id"], values["at"]
    return Wanted(**values | {"topics": tuple(each for each in row.topics.split(";") if each)})
