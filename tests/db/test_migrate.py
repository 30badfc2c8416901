"""The schema: what the revisions make is what the stores declare, all of it or nothing, once."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import Server

import publisher
from publisher.db import migrate
from publisher.db.engine import Database, metadata
from publisher.errors import StoreError
from subscribers.db import table as readers


@pytest.fixture
def address(tmp_path: Path, backend: str, postgresql: Server):
    """Makes addresses of databases without tables."""
    with ExitStack() as lent:

        def make(name: str) -> str:
            return f"sqlite:///{tmp_path / name}.db" if backend == "sqlite" else lent.enter_context(postgresql.empty())

        yield make


@pytest.fixture
def fresh(address):
    opened = Database(address("new"), durable=False)
    yield opened
    opened.close()


def tables(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(sa.inspect(connection).get_table_names())


def declare_all() -> None:
    """Imports every module, so that each store has declared its tables."""
    for found in pkgutil.walk_packages(publisher.__path__, "publisher."):
        if "migrations" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def test_the_revisions_make_what_the_stores_declare(fresh: Database):
    declare_all()
    assert migrate.upgrade(fresh)
    with fresh.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, [metadata, readers.metadata]) == []


def test_each_table_is_written_as_it_is_declared(fresh: Database, address):
    """What comparing does not see: WITHOUT ROWID, AUTOINCREMENT, order and names of constraints, numbers of rows."""
    declare_all()
    migrate.upgrade(fresh)
    declared = Database(address("declared"), durable=False)
    with declared.write() as connection:
        for made in (metadata, readers.metadata):
            made.create_all(connection)
    schemas = []
    for database in (fresh, declared):
        with database.read() as connection:
            rows = connection.exec_driver_sql(WRITTEN if database.sqlite else WRITTEN_ON_POSTGRESQL)
            schemas.append({name: _loose(sql) for name, sql in rows if not name.startswith(OURS_ALONE)})
    declared.close()
    assert schemas[0] == schemas[1]
    assert len(schemas[0]) > 30


OURS_ALONE = ("alembic_version", "sqlite_sequence")
WRITTEN = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
WRITTEN_ON_POSTGRESQL = """
SELECT attrelid::regclass || '.' || attname, concat_ws(
    ' ', format_type(atttypid, atttypmod), attnotnull, collname, attidentity, pg_get_expr(adbin, adrelid)
  )
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum LEFT JOIN pg_collation ON pg_collation.oid = attcollation
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename || ' ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def _loose(sql: str) -> list[str]:
    """The statement's parts, whatever their order: SQLite writes a column that was added later behind the constraints."""
    parts, depth, part = [], 0, ""
    for each in f"{sql},".replace("\t", " ").replace("\n", " "):
        depth += {"(": 1, ")": -1}.get(each, 0)
        if each == "," and depth <= 1:
            parts.append(" ".join(part.split()))
            part = ""
        else:
            part += each
    head, _, first = parts[0].partition("(")
    return [head.strip(), *sorted(each.strip(" )").replace("( ", "(") for each in [first, *parts[1:]])]


def test_the_head_is_the_newest_revision():
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(migrate.MIGRATIONS.as_posix())
    assert scripts.get_heads() == [migrate.HEAD]
    newest = max((migrate.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert newest.name.startswith(f"{migrate.HEAD}_")


def test_running_it_again_does_nothing(fresh: Database):
    assert migrate.current(fresh) == ""
    assert migrate.upgrade(fresh)
    before = tables(fresh)
    assert migrate.current(fresh) == migrate.HEAD
    assert not migrate.upgrade(fresh)
    assert tables(fresh) == before


def test_a_database_of_a_newer_program_is_left_alone(fresh: Database):
    migrate.upgrade(fresh)
    with fresh.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError) as caught:
        migrate.upgrade(fresh)
    assert caught.value.line() == (
        f"database {fresh.where}: its schema is of revision 9999, and this program knows none later than "
        f"{migrate.HEAD}; install the version of publisher that made it"
    )
    assert migrate.current(fresh) == "9999"


def test_an_error_on_the_way_leaves_nothing_half(fresh: Database, monkeypatch: pytest.MonkeyPatch):
    from alembic import op

    create, count = op.create_table, 0

    def fail_at_the_fifth(*arguments, **names):
        nonlocal count
        count += 1
        if count == 5:
            raise OSError("pulled the plug")
        return create(*arguments, **names)

    monkeypatch.setattr(op, "create_table", fail_at_the_fifth)
    with pytest.raises(OSError, match="pulled the plug"):
        migrate.upgrade(fresh)
    assert (count, tables(fresh), migrate.current(fresh)) == (5, [], "")
    monkeypatch.undo()
    assert migrate.upgrade(fresh)


KILLED = """
import os, signal, sys
from alembic import op
from publisher.db import migrate
from publisher.db.engine import Database
create, count = op.create_table, []
def killed(*arguments, **names):
    count.append(1)
    if len(count) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return create(*arguments, **names)
op.create_table = killed
migrate.upgrade(Database(sys.argv[1]))
"""
RACE = """
import sys
from publisher.db import migrate
from publisher.db.engine import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(migrate.upgrade(database), migrate.current(database), flush=True)
"""


def test_a_killed_upgrade_leaves_nothing_half(fresh: Database):
    url = fresh.url.render_as_string()
    ended = subprocess.run([sys.executable, "-c", KILLED, url], capture_output=True, text=True, check=False)
    assert ended.returncode == -9, ended.stderr
    assert (tables(fresh), migrate.current(fresh)) == ([], "")
    assert migrate.upgrade(fresh)


def test_of_two_racing_programs_one_upgrades(fresh: Database):
    command = [sys.executable, "-c", RACE, fresh.url.render_as_string()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:  # type: ignore[call-overload]
        for racer in (one, other):
            assert racer.stdout.readline() == "ready\n"
        for racer in (one, other):
            racer.stdin.write("go\n")
            racer.stdin.flush()
        said = [racer.communicate() for racer in (one, other)]
    assert sorted(out for out, _ in said) == [f"False {migrate.HEAD}\n", f"True {migrate.HEAD}\n"], said
    assert migrate.current(fresh) == migrate.HEAD


def test_the_program_may_lie_in_a_folder_of_any_name(fresh: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    odd = tmp_path / "50%(x)s off, a b:c;d"
    shutil.copytree(migrate.MIGRATIONS, odd, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "MIGRATIONS", odd)
    assert migrate.upgrade(fresh)
    assert migrate.current(fresh) == migrate.HEAD
