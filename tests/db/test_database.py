"""The database: transactions, pragmas, errors in words, moments."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from publisher.db import engine
from publisher.db.engine import Database, Moment, upsert
from publisher.errors import StoreError

TABLES = sa.MetaData()
NOTE = sa.Table(
    "note",
    TABLES,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("other", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment),
)
PAIR = sa.Table("pair", TABLES, sa.Column("key", sa.Text, primary_key=True))


@pytest.fixture
def opened(tmp_path: Path):
    made = Database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'a b%20#c.db'}")
    with made.write() as connection:
        TABLES.create_all(connection)
    yield made
    made.close()


def texts(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(sa.select(NOTE.c.text).order_by(NOTE.c.text)).scalars())


def put(connection, text: str) -> None:
    connection.execute(sa.insert(NOTE).values(key=text, other="", text=text))


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_connections_are_set_up(tmp_path: Path, durable, synchronous):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}", durable=durable)
    with database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    database.close()
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": synchronous,
        "busy_timeout": engine.BUSY_SECONDS * 1000,
    }


def test_writes_are_kept_and_reads_are_not(opened: Database):
    with opened.write() as connection:
        put(connection, "kept")
    with opened.read() as connection:
        put(connection, "lost")
    assert texts(opened) == ["kept"]


def test_an_exception_undoes_everything_also_tables(opened: Database):
    with pytest.raises(KeyError), opened.write() as connection:
        put(connection, "half")
        connection.exec_driver_sql("CREATE TABLE half (x)")
        raise KeyError("x")
    assert texts(opened) == []
    with opened.read() as connection:
        assert not sa.inspect(connection).has_table("half")


def test_a_reader_sees_one_state(opened: Database):
    with opened.read() as reading:
        assert reading.execute(sa.select(NOTE.c.text)).all() == []
        with opened.write() as connection:
            put(connection, "meanwhile")
        assert reading.execute(sa.select(NOTE.c.text)).all() == []
    assert texts(opened) == ["meanwhile"]


def test_a_writer_waits_for_no_reader_and_a_second_writer_is_told(opened: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    impatient = Database(opened.url.render_as_string())
    with opened.write(), pytest.raises(StoreError) as caught, impatient.write():
        pass
    impatient.close()
    assert caught.value.line() == (
        f"database {opened.where}: database is locked; "
        "another process has held it for long; look for a publisher that hangs, then try again"
    )
    assert isinstance(caught.value.__cause__, sa.exc.OperationalError)


def raised(database: Database, statement: str) -> StoreError:
    with pytest.raises(StoreError) as caught, database.write() as connection:
        connection.exec_driver_sql(statement)
    return caught.value


def test_a_missing_table_is_told(opened: Database):
    assert raised(opened, "SELECT * FROM nowhere").line() == (
        f"database {opened.where}: no such table: nowhere; run 'publisher migrate'"
    )


def test_a_database_that_only_reads_is_told(opened: Database):
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql("PRAGMA query_only=1")
        try:
            put(connection, "x")
        finally:
            connection.exec_driver_sql("PRAGMA query_only=0")
    assert str(caught.value) == f"database {opened.where}: attempt to write a readonly database"
    assert caught.value.hint == "check the owner and the permissions of the file and its folder"


def test_a_full_disk_is_told(opened: Database):
    with opened.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        try:
            put(connection, "x" * 200_000)
        finally:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    assert str(caught.value) == f"database {opened.where}: database or disk is full"
    assert caught.value.hint == "make room on the disk, then run the command again: nothing that was done is lost"
    assert texts(opened) == []


def test_a_file_that_is_no_database_is_told(tmp_path: Path):
    (tmp_path / "x.db").write_bytes(b"not a database at all, but long enough to look like a header" * 99)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreError) as caught, database.read():
        pass
    assert "file is not a database" in str(caught.value)
    assert caught.value.hint == "the file is damaged or of another program: put a backup in its place"
    database.close()


def test_any_other_fault_points_to_debug(opened: Database):
    with opened.write() as connection:
        put(connection, "x")
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        put(connection, "x")
    assert "UNIQUE constraint failed" in str(caught.value)
    assert caught.value.hint == "run it again with --debug for the whole error"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        Database(f"sqlite:///{tmp_path / 'file' / 'x.db'}")
    assert caught.value.line() == f"{tmp_path / 'file'} cannot be made: File exists; check the folder's owner"


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path):
    (tmp_path / "x.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreError) as caught, database.read():
        pass
    assert caught.value.line() == (
        f"database {database.where}: unable to open database file; "
        "check the owner and the permissions of the file and its folder"
    )


# ---- moments


AWARE = st.datetimes(
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(AWARE, AWARE)
def test_moments_come_back_to_the_microsecond_and_sort_as_numbers(first, second):
    column = Moment()
    one, two = (column.process_bind_param(moment, None) for moment in (first, second))  # type: ignore[arg-type]
    back = column.process_result_value(one, None)  # type: ignore[arg-type]
    assert back == first
    assert back is not None
    assert back.tzinfo is UTC
    assert (one < two, one == two) == (first < second, first == second)  # type: ignore[operator]


def test_moments_in_the_database(opened: Database):
    with opened.write() as connection:
        for n, at in enumerate(
            (None, datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(2025, 6, 30, tzinfo=UTC))
        ):
            connection.execute(sa.insert(NOTE).values(key=str(n), other="", text="", at=at))
        assert connection.exec_driver_sql("SELECT at FROM note ORDER BY key").scalars().all() == [
            None,
            -1,
            1751241600000000,
        ]
        assert connection.execute(sa.select(NOTE.c.at).order_by(NOTE.c.key)).scalars().all() == [
            None,
            datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
            datetime(2025, 6, 30, tzinfo=UTC),
        ]


def test_a_moment_without_a_zone_is_refused(opened: Database):
    with pytest.raises(sa.exc.StatementError, match="a moment without a zone"), opened.write() as connection:
        connection.execute(sa.insert(NOTE).values(key="x", other="", text="", at=datetime(2025, 1, 1)))
    assert texts(opened) == []


# ---- upsert


def test_upsert_inserts_or_replaces(opened: Database):
    def row(key: str, text: str) -> dict[str, str]:
        return {"key": key, "other": "o", "text": text}

    with opened.write() as connection:
        upsert(connection, NOTE, [], ["key", "other"])
        upsert(connection, NOTE, [row("a", "1"), row("b", "2")], ["key", "other"])
        upsert(connection, NOTE, [row("b", "3"), row("c", "4")], ["key", "other"])
        upsert(connection, PAIR, [{"key": "a"}, {"key": "a"}], ["key"])
        upsert(connection, PAIR, [{"key": "a"}, {"key": "b"}], ["key"])
        assert connection.execute(sa.select(sa.func.count()).select_from(PAIR)).scalar() == 2
    assert texts(opened) == ["1", "3", "4"]


def test_the_file_is_one_that_any_sqlite_reads(opened: Database):
    with opened.write() as connection:
        put(connection, "x")
    plain = sqlite3.connect(opened.url.database or "")
    assert plain.execute("SELECT text FROM note").fetchall() == [("x",)]
    plain.close()


def test_a_database_that_another_is_turning_to_wal_is_waited_for():
    """``PRAGMA journal_mode`` fails at once where any other statement would wait."""
    said: list[str] = []

    class Cursor:
        def execute(self, statement: str) -> None:
            said.append(statement)
            if len(said) < 3:
                raise_locked(statement)

    def raise_locked(statement: str) -> None:
        if statement.startswith("PRAGMA"):
            raise sqlite3.OperationalError("database is locked")

    engine._into_wal(Cursor())
    assert said == ["PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE", "COMMIT", "PRAGMA journal_mode=WAL"]


def test_a_database_that_stays_locked_is_no_endless_loop():
    class Cursor:
        def execute(self, statement: str) -> None:
            if statement.startswith("PRAGMA"):
                raise sqlite3.OperationalError("database is locked")

    with pytest.raises(sqlite3.OperationalError):
        engine._into_wal(Cursor())
