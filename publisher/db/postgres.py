"""Opens PostgreSQL, and says what to do about its errors.

The stores are written for SQLite's ways: a reading transaction is one view of the data, and one writer at a time sees
what all before it have committed, so that it may look first and write after. PostgreSQL gives both: reading runs at
REPEATABLE READ, and writing takes one lock of the whole database first, for its transaction, at READ COMMITTED: each
statement behind the lock sees all that was committed. SERIALIZABLE would let writers run side by side, but must start
some of them anew, which a ``with`` block cannot do with its body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from publisher.errors import StoreError

WRITING: Mapping[str, Any] = {"write": True, "isolation_level": "READ COMMITTED"}
"""The execution options of a connection that writes."""
_WRITER = int.from_bytes(b"publishr")
"""Names the writers' lock among a database's advisory locks (63 bits)."""
_SENDER = int.from_bytes(b"publishs")
"""Names the lock of the one process that sends."""
_KEPT = 5
"""Connections that stay open."""
MOST = 30
"""Connections that there may be: a server takes 100 by default, of all its programs."""
_LOCKED = "55P03"
_SECRETS = ("password", "sslpassword")
_CODES = {
    "42P01": "run 'publisher migrate'",
    "42501": "give the user of this address all rights in the database, best as its owner",
    "25006": "this server only reads: give the address of the one that writes",
    "53100": "make room on the server's disk, then run the command again: nothing that was done is lost",
    "53300": "the server takes no more connections: raise its max_connections, or stop what holds them",
    _LOCKED: "another process has held it for long; look for a publisher that hangs, then try again",
    "57P01": "the server was stopped: start it, then run the command again: nothing that was done is lost",
    "22P05": "the database is not in UTF-8: make one WITH (ENCODING 'UTF8', TEMPLATE template0)",
}
"""By SQLSTATE (PostgreSQL, appendix A)."""
_WORDS = (
    ("password", "check the password: in the address by ${NAME} from the environment, in PGPASSWORD or in ~/.pgpass"),
    (
        "pg_hba.conf",
        "the server lets nobody in from here like this: see its pg_hba.conf, or add ?sslmode=require",
    ),
    ('role "', "make the user: createuser --pwprompt NAME"),
    ('database "', "make the database: createdb --owner USER --encoding UTF8 --template template0 NAME"),
    ("too many", _CODES["53300"]),
    ("starting up", "wait until the server has started, then run it again"),
    ("shutting down", "wait until the server has started again, then run it again"),
)
"""What stands in the message of a connection that was refused: it comes without a code."""
_AWAY = "check host and port of the address, and that the server runs and can be reached from here"


def opened(url: URL, *, durable: bool, busy_seconds: float) -> Engine:
    """The engine. Raises ``StoreError`` where the driver is missing."""
    given = {"connect_timeout": 10, "application_name": "publisher", "client_encoding": "utf8"}
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={name: value for name, value in given.items() if name not in url.query},
            isolation_level="REPEATABLE READ",
            pool_size=_KEPT,
            max_overflow=MOST - _KEPT,
            pool_timeout=busy_seconds,
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as error:
        hint = "install it with: pip install 'publisher[postgres]'"
        raise StoreError(f"database {shown(url)}: {error.name} is not installed", hint=hint) from error
    settings = {"lock_timeout": f"{max(1, round(busy_seconds * 1000))}ms"}  # 0 would mean: for ever
    if not durable:
        settings["synchronous_commit"] = "off"

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        del record
        cursor = connection.cursor()
        for name, value in settings.items():
            cursor.execute(f"SET SESSION {name} = '{value}'")
        cursor.close()
        connection.commit()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write", False):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER)))

    return engine


def shown(url: URL) -> str:
    """The address without its passwords."""
    hidden = {name: "***" for name in _SECRETS if name in url.query}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def reason(error: sa.exc.DBAPIError) -> str:
    """What went wrong, in one line and without the values of a row."""
    if getattr(error.orig, "sqlstate", None) == _LOCKED:
        return "database is locked"
    return str(error.orig).strip().partition("\n")[0]


@contextmanager
def alone(engine: Engine) -> Iterator[bool]:
    """Whether no other process is in such a context of the same database: its lock goes with the connection."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # it is closed at the end, not given back with the lock on it
        yield bool(connection.execute(sa.select(sa.func.pg_try_advisory_lock(_SENDER))).scalar_one())


def hint(error: sa.exc.DBAPIError) -> str:
    """What to do about the error; empty for one that only a programmer can mend."""
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return _CODES.get(str(code), "")
    if not isinstance(error, sa.exc.OperationalError):
        return ""
    text = str(error.orig).partition("FATAL:")[2]
    return next((advice for word, advice in _WORDS if word in text), _AWAY)
