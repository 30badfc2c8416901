"""What the stores build on, on every engine: one view a reading, one writer at a time, errors in words, moments."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from publisher.db import engine
from publisher.db.engine import Database, Moment, upsert
from publisher.errors import StoreError

TABLES = sa.MetaData()
WORD = sa.Table(
    "word",
    TABLES,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment),
)


@pytest.fixture
def opened(database: Database):
    with database.write() as connection:
        TABLES.create_all(connection)
    yield database
    with database.write() as connection:
        TABLES.drop_all(connection)


def put(connection, key: str, text: str = "", at: datetime | None = None) -> None:
    connection.execute(sa.insert(WORD).values(key=key, text=text, at=at))


def keys(connection) -> list[str]:
    return sorted(connection.execute(sa.select(WORD.c.key)).scalars())


def test_writes_are_kept_and_reads_are_not(opened: Database):
    with opened.write() as connection:
        put(connection, "kept")
    with opened.read() as connection:
        put(connection, "lost")
    with opened.read() as connection:
        assert keys(connection) == ["kept"]


def test_an_exception_undoes_everything_also_tables(opened: Database):
    with pytest.raises(KeyError), opened.write() as connection:
        put(connection, "half")
        connection.exec_driver_sql("CREATE TABLE half (x INTEGER)")
        raise KeyError("x")
    with opened.read() as connection:
        assert keys(connection) == []
        assert not sa.inspect(connection).has_table("half")


def test_a_reader_sees_one_state(opened: Database):
    with opened.read() as reading:
        assert keys(reading) == []
        with opened.write() as connection:
            put(connection, "meanwhile")
        assert keys(reading) == []
    with opened.read() as reading:
        assert keys(reading) == ["meanwhile"]


def test_a_writer_sees_all_that_was_committed_while_it_waited(opened: Database):
    """It looks first and writes after: whoever was before it must be seen."""
    seen: list[list[str]] = []
    first = threading.Event()

    def second() -> None:
        first.wait(10)
        with opened.write() as connection:
            seen.append(keys(connection))
            put(connection, "second")

    other = threading.Thread(target=second)
    other.start()
    with opened.write() as connection:
        first.set()
        put(connection, "first")
    other.join(10)
    assert seen == [["first"]]


def test_counting_up_is_never_lost(opened: Database):
    """The plainest race: read a number, write one more."""

    def count() -> None:
        for _ in range(10):
            with opened.write() as connection:
                number = connection.execute(sa.select(sa.func.count()).select_from(WORD)).scalar_one()
                put(connection, str(number))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with opened.read() as connection:
        assert keys(connection) == sorted(map(str, range(40)))


def test_a_second_writer_is_told_and_readers_are_not_held_up(opened: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    impatient = Database(opened.url.render_as_string(hide_password=False))
    with opened.write() as connection:
        put(connection, "x")
        with pytest.raises(StoreError) as caught, impatient.write():
            pass
        with impatient.read() as reading:
            assert keys(reading) == []
    impatient.close()
    assert caught.value.line() == (
        f"database {opened.where}: database is locked; "
        "another process has held it for long; look for a publisher that hangs, then try again"
    )
    assert isinstance(caught.value.__cause__, sa.exc.OperationalError)


def test_a_missing_table_is_told(opened: Database):
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert "nowhere" in str(caught.value)
    assert caught.value.hint == "run 'publisher migrate'"


def test_a_row_that_is_there_already_is_told_without_its_values(opened: Database):
    with opened.write() as connection:
        put(connection, "ann@example.org")
    with pytest.raises(StoreError, match=r"(?i)unique") as caught, opened.write() as connection:
        put(connection, "ann@example.org")
    assert "ann@example.org" not in str(caught.value)
    assert caught.value.hint == "run it again with --debug for the whole error"


def test_moments_and_texts_come_back_as_they_were(opened: Database):
    moments = [None, datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    texts = ["", "陈 \u200d😀 é", "a\tb\nc\\d'\"%s:x"]
    with opened.write() as connection:
        for number, (at, text) in enumerate(zip(moments, texts, strict=True)):
            put(connection, str(number), text, at)
    with opened.read() as connection:
        found = connection.execute(sa.select(WORD.c.at, WORD.c.text).order_by(WORD.c.key)).all()
    assert [tuple(row) for row in found] == list(zip(moments, texts, strict=True))


def test_upsert_inserts_or_replaces(opened: Database):
    def row(key: str, text: str) -> dict[str, object]:
        return {"key": key, "text": text, "at": None}

    with opened.write() as connection:
        upsert(connection, WORD, [], ["key"])
        upsert(connection, WORD, [row("a", "1"), row("b", "2")], ["key"])
        upsert(connection, WORD, [row("b", "3"), row("c", "4"), row("c", "5")], ["key"])
        upsert(connection, WORD, [row("a", "6")], ["key"], [])
        found = connection.execute(sa.select(WORD.c.key, WORD.c.text).order_by(WORD.c.key)).all()
    assert [tuple(each) for each in found] == [("a", "6"), ("b", "3"), ("c", "5")]
