"""Opens the database: SQLAlchemy Core on SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from publisher.db import postgres
from publisher.errors import StoreError

__all__ = ["BUSY_SECONDS", "Connection", "Database", "Moment", "metadata", "upsert"]

BUSY_SECONDS = 20
_TRIES = 5
_ANY = "run it again with --debug for the whole error"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of ``publisher``; each store declares its own on it."""


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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        """What reads a column: nothing but the step above, for SQLAlchemy's way to it takes as long again."""
        del dialect, coltype
        return _moment


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND  # half of what timedelta(microseconds=…) takes


class Database:
    """An open database: ``read()`` and ``write()`` give connections in a transaction.

    Any error of the driver leaves as ``StoreError``, with the database's address (no password) and what to do.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        """``durable`` keeps every commit through a power cut (SQLite: synchronous=FULL)."""
        self.url = sa.make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._make_folder()
            self.engine = self._engine(durable=durable)
        else:
            self.engine = postgres.opened(self.url, durable=durable, busy_seconds=BUSY_SECONDS)
        self._writing = {"write": True} if self.sqlite else postgres.WRITING

    def _make_folder(self) -> None:
        if self.url.database in {None, "", ":memory:"}:
            return
        folder = Path(str(self.url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made: {error.strerror}", hint="check the folder's owner") from error

    def _engine(self, *, durable: bool) -> Engine:
        # As many connections as there are threads: a lane that waited for one would be an error nobody can act on.
        pool = {"max_overflow": -1} if self.url.database not in {None, "", ":memory:"} else {}
        arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        engine = sa.create_engine(self.url, connect_args=arguments, **pool)

        @sa.event.listens_for(engine, "connect")
        def _connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
            del record
            # The driver must not open transactions by itself: readers take BEGIN, writers BEGIN IMMEDIATE.
            connection.isolation_level = None
            cursor = connection.cursor()
            _into_wal(cursor)
            for pragma in ("foreign_keys=ON", f"synchronous={'FULL' if durable else 'NORMAL'}"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            write = connection.get_execution_options().get("write", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database; nothing it does is kept."""
        with self._errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a write transaction: committed at the end, rolled back by an exception."""
        with (
            self._errors(),
            self.engine.connect().execution_options(**self._writing) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            told = (_reason(error), _hint(error)) if self.sqlite else (postgres.reason(error), postgres.hint(error))
            raise StoreError(f"database {self.where}: {told[0]}", hint=told[1] or _ANY) from error
        except sa.exc.TimeoutError as error:
            hint = f"more than {postgres.MOST} things at once want the database: look for what hangs"
            raise StoreError(f"database {self.where}: no connection was free in time", hint=hint) from error

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other process is in this context; only for PostgreSQL, where no file is there to be locked."""
        with self._errors(), postgres.alone(self.engine) as alone:
            yield alone

    @property
    def where(self) -> str:
        """The database's address without its password."""
        return postgres.shown(self.url)

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def _into_wal(cursor: DBAPICursor) -> None:
    """Turns a database to write-ahead logging; whoever else opens it for the first time may be doing the same."""
    for _ in range(_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            # This one change does not wait for a lock as all others do; a transaction does.
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _reason(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().split("\n", 1)[0]


def _hint(error: sa.exc.DBAPIError) -> str:
    text = str(error.orig)
    if "locked" in text:
        return "another process has held it for long; look for a publisher that hangs, then try again"
    if "malformed" in text or "not a database" in text:
        return "the file is damaged or of another program: put a backup in its place"
    if "disk" in text or "full" in text:
        return "make room on the disk, then run the command again: nothing that was done is lost"
    if "readonly" in text or "unable to open" in text:
        return "check the owner and the permissions of the file and its folder"
    return "run 'publisher migrate'" if "no such table" in text else ""


def upsert(
    connection: Connection,
    table: sa.Table,
    rows: Sequence[dict[str, Any]],
    keys: list[str],
    changed: Collection[str] | None = None,
) -> None:
    """Inserts rows, or replaces those whose ``keys`` are there already (only the columns ``changed``, if given)."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    statement = insert(table)
    rest = {name: statement.excluded[name] for name in changed or rows[0] if name not in keys}
    if rest:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    if connection.dialect.name == "sqlite":
        _execute_many(connection, statement, table, rows)
    else:
        connection.execute(statement, rows)


def _execute_many(
    connection: Connection, statement: sa.Insert, table: sa.Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Executes an insertion of plain values in the driver's own loop: SQLAlchemy's takes three times as long a row."""
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    steps = [(name, table.c[name].type.bind_processor(connection.dialect)) for name in compiled.positiontup or ()]
    connection.exec_driver_sql(
        str(compiled), [tuple(step(row[name]) if step else row[name] for name, step in steps) for row in rows]
    )
