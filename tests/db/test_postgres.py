"""PostgreSQL's own: its errors in words, its locks, what stays of a connection that breaks."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa
from postgres import Server

from publisher.db import postgres
from publisher.db.engine import Database
from publisher.delivery.sender import sending_alone
from publisher.errors import StoreError


@pytest.fixture
def opened(postgresql: Server):
    with postgresql.empty() as url:
        database = Database(url)
        yield database
        database.close()


def told(url: str) -> StoreError:
    database = Database(url)
    with pytest.raises(StoreError) as caught, database.read():
        pass
    database.close()
    return caught.value


def test_a_missing_driver_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError) as caught:
        Database("postgresql://news:secret@db.example/news?sslpassword=secret")
    assert caught.value.line() == (
        "database postgresql://news:***@db.example/news?sslpassword=%2A%2A%2A: psycopg is not installed; "
        "install it with: pip install 'publisher[postgres]'"
    )


def test_a_server_that_is_away_is_told():
    error = told("postgresql://news:secret@127.0.0.1:1/news")
    assert str(error).startswith("database postgresql://news:***@127.0.0.1:1/news: connection ")
    assert "secret" not in error.line()
    assert error.hint.startswith("check host and port")


def test_a_wrong_password_is_told_and_never_shown(postgresql: Server):
    with postgresql.empty() as url:
        postgresql.do("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        try:
            error = told(url.replace("publisher@", "guarded:wrong@"))
            assert "wrong" not in error.line()
            assert error.hint.startswith("check the password")
            database = Database(url.replace("publisher@", "guarded:right@"))
            with database.read() as connection:
                assert connection.execute(sa.select(sa.literal(1))).scalar_one() == 1
            database.close()
        finally:
            postgresql.do("DROP ROLE guarded")


def test_a_missing_database_or_user_is_told(postgresql: Server):
    assert told(postgresql.url("nowhere")).hint.startswith("make the database: createdb")
    assert told(postgresql.url("postgres", "nobody")).hint.startswith("make the user: createuser")


def test_missing_rights_are_told(opened: Database):
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql("CREATE ROLE plain")
        connection.exec_driver_sql("CREATE TABLE secret (x int)")
        connection.exec_driver_sql("SET ROLE plain")
        connection.exec_driver_sql("SELECT * FROM secret")
    assert caught.value.hint.startswith("give the user of this address all rights")


def test_a_server_that_only_reads_is_told(opened: Database):
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("CREATE TABLE x (x int)")
    assert caught.value.hint.startswith("this server only reads")


@pytest.mark.parametrize(
    ("code", "begin"),
    [
        ("53100", "make room on the server's disk"),
        ("53300", "the server takes no more connections"),
        ("57P01", "the server was stopped"),
        ("22P05", "the database is not in UTF-8"),
    ],
)
def test_errors_that_no_test_can_make_are_told_by_their_code(opened: Database, code: str, begin: str):
    with pytest.raises(StoreError) as caught, opened.write() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'it broke' USING ERRCODE = '{code}'; END $$")
    assert str(caught.value).endswith(": it broke")
    assert caught.value.hint.startswith(begin)


@pytest.mark.parametrize(
    ("message", "begin"),
    [
        ("FATAL:  sorry, too many clients already", "the server takes no more connections"),
        ("FATAL:  the database system is starting up", "wait until the server has started,"),
        ("FATAL:  the database system is shutting down", "wait until the server has started again"),
        ('FATAL:  no pg_hba.conf entry for host "192.0.2.1", no encryption', "the server lets nobody in from here"),
        ('FATAL:  role "news" does not exist', "make the user"),
        ('FATAL:  database "news" does not exist', "make the database"),
        ("timeout expired", "check host and port"),
    ],
)
def test_refused_connections_are_told_by_their_words(message: str, begin: str):
    class Refused(Exception):
        sqlstate = None

    assert postgres.hint(sa.exc.OperationalError("", {}, Refused(f"connection failed: {message}"))).startswith(begin)
    assert postgres.hint(sa.exc.DataError("", {}, Refused(message))) == ""


def test_a_connection_that_the_server_closed_is_made_anew(opened: Database, postgresql: Server):
    with opened.read() as connection:
        assert connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one()
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{opened.url.database}'"
    assert postgresql.do(ended)
    with opened.write() as connection:
        assert connection.execute(sa.select(sa.literal(1))).scalar_one() == 1


def test_a_writer_that_is_cut_off_leaves_its_lock_to_the_next(opened: Database, postgresql: Server):
    with pytest.raises(StoreError), opened.write() as connection:
        connection.exec_driver_sql("CREATE TABLE half (x int)")
        number = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one()
        postgresql.do(f"SELECT pg_terminate_backend({number})")
        connection.execute(sa.select(sa.literal(1)))
    with opened.write() as connection:
        assert not sa.inspect(connection).has_table("half")


def test_more_connections_than_there_are_is_told(opened: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres, "MOST", postgres._KEPT)
    narrow = Database(opened.url.render_as_string())
    narrow.engine.pool._timeout = 0.01
    held = [narrow.engine.connect() for _ in range(postgres._KEPT)]
    with pytest.raises(StoreError, match="no connection was free in time"), narrow.read():
        pass
    for connection in held:
        connection.close()
    narrow.close()


def test_settings_of_the_address_are_kept(postgresql: Server):
    with postgresql.empty() as url:
        database = Database(f"{url}&application_name=mine&connect_timeout=3", durable=False)
        with database.read() as connection:
            shown = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in ("application_name", "lock_timeout", "synchronous_commit", "transaction_isolation")
            }
        with database.write() as connection:
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
        database.close()
    assert shown == {
        "application_name": "mine",
        "lock_timeout": "20s",
        "synchronous_commit": "off",
        "transaction_isolation": "repeatable read",
    }


def test_one_process_of_a_site_sends_and_another_follows_when_it_is_gone(opened: Database):
    other = Database(opened.url.render_as_string())
    with sending_alone(opened) as first, sending_alone(other) as second:
        assert (first, second) == (True, False)
    with sending_alone(other) as third:
        assert third
    other.close()
