"""The tables of readers, and the way between their rows and ``Subscriber``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Row

from subscribers.subscriber import Format, Status, Subscriber

Mac = Callable[[str], str]
"""A keyed hash of an address's key: ``functools.partial(tokens.mac, keys)``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 UTC: sorts and compares alike on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds; ``ValueError`` for a moment without a zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        del dialect
        return _moment(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """What writes a column: nothing but the step above, for SQLAlchemy's way to it takes as long again."""
        return partial(self.process_bind_param, dialect=dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        """What reads a column, as shortly."""
        del dialect, coltype
        return _moment


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND  # half of what timedelta(microseconds=…) takes


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of ``subscribers``: ``publisher.db.migrations`` migrates them with its own."""

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers only columns of its own INTEGER type


def _text(name: str, **options: Any) -> sa.Column[str]:  # Any: Column's own options
    return sa.Column(name, sa.Text, nullable=False, **options)


def _only(condition: str) -> dict[str, Any]:  # Any: Index's own options
    """Makes an index hold these rows alone."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    _text("address"),
    _text("key", unique=True),
    _text("name"),
    _text("status"),
    _text("topics"),  # the sorted slugs, ;-joined: one wish as one value; subscriber_topic holds the same for searching
    _text("newsletter"),
    _text("schedule"),
    _text("language"),
    _text("timezone"),
    _text("format"),
    _text("former"),
    sa.Column("created", Moment, nullable=False),
    sa.Column("changed", Moment, nullable=False),
    sa.Column("consent_at", Moment),
    _text("consent_ip"),
    _text("consent_text"),
    sa.Column("epoch", sa.Integer, nullable=False),
    _text("declined", server_default=sa.text("''")),  # sorted names, ;-joined
    sa.Column("paused_until", Moment),
    sa.Column("engaged_at", Moment),
    sa.Column("asked_at", Moment),
    # Asked each minute, and small: whose pause has an end, who has not confirmed. An index of all states would only
    # mislead the readers' pages, which go by id.
    sa.Index("ix_subscriber_paused_until", "paused_until", **_only("paused_until IS NOT NULL")),
    sa.Index("ix_subscriber_asked_at", "asked_at", **_only("asked_at IS NOT NULL")),
    sqlite_autoincrement=True,  # the id of an erased reader stands in old mails' links and may never be another's
)
subscriber_topic = sa.Table(
    "subscriber_topic",
    metadata,
    sa.Column("subscriber", _ID, sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    _text("topic", primary_key=True),
    sa.Index(None, "topic", "subscriber"),
    sqlite_with_rowid=False,
)
pending_wish = sa.Table(
    "pending_wish",
    metadata,
    sa.Column("subscriber", _ID, sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    _text("name"),
    _text("topics"),
    _text("newsletter"),
    _text("schedule"),
    _text("language"),
    _text("timezone"),
    _text("format"),  # blank where it was not said
    _text("consent_ip"),
    _text("consent_text"),
)
"""What a sign-up with the address of somebody we know asks for: anybody can type it, so nothing of it counts, and
nothing that is known is touched, before it is confirmed."""
consent_event = sa.Table(
    "consent_event",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("subscriber", _ID, sa.ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    _text("act"),
    _text("status"),
    _text("how"),
    _text("ip"),
    _text("text"),
)
suppression = sa.Table(
    "suppression",
    metadata,
    _text("hash", primary_key=True),
    _text("reason"),
    sa.Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
"""What is left of erased readers: a keyed hash, which only its own address answers to."""


def row_of(reader: Subscriber) -> dict[str, Any]:  # Any: a row's values
    """The reader's values by column, but for the id."""
    return {name: getattr(reader, name) for name in subscriber.c.keys() if name != "id"}  # noqa: SIM118 # a collection


def packed(values: Mapping[str, Any]) -> dict[str, Any]:  # Any: a row's values
    """The values as the columns hold them: lists joined, no former suppression as a blank."""
    row = dict(values)
    for name in ("topics", "declined"):
        if name in row:
            row[name] = ";".join(row[name])
    if "former" in row:
        row["former"] = row["former"] or ""
    return row


def unpacked(row: Row[Any]) -> Subscriber:  # Any: SQLAlchemy knows no row's types
    """The reader in a row of ``subscriber``."""
    values = dict(zip(_NAMES, row, strict=True))
    values["status"] = _STATUS[values["status"]]
    values["topics"] = split(values["topics"])
    values["declined"] = split(values["declined"])
    values["format"] = _FORMAT[values["format"]]
    values["former"] = _STATUS.get(values["former"])
    return Subscriber(**values)


# Looked up, not called: an enum's constructor takes 5 times as long, and an issue reads every reader.
_NAMES = tuple(subscriber.c.keys())
_STATUS = {str(each): each for each in Status}
_FORMAT = {str(each): each for each in Format}


def split(topics: str) -> tuple[str, ...]:
    """The names of a joined column."""
    return tuple(topics.split(";")) if topics else ()


def insert_new(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, int]:  # Any: a row's values
    """Inserts readers; key -> id of those that went in. A key that another process took meanwhile is left out."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    statement = insert(subscriber).on_conflict_do_nothing(index_elements=["key"])
    returned = connection.execute(statement.returning(subscriber.c.key, subscriber.c.id), rows)
    return {row.key: row.id for row in returned}
