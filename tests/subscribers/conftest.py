"""An empty list of readers on each engine, as SQLAlchemy opens it: these tests know nothing of publisher."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

import pytest
import sqlalchemy as sa

from subscribers import store
from subscribers.tokens import Keys, mac

KEYS = Keys((b"k" * 32,))


def open_list():
    """An engine with empty tables, in memory, with foreign keys held."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection, record):
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN")

    with engine.begin() as connection:
        store.metadata.create_all(connection)
    return engine


@pytest.fixture
def new_list(backend, postgresql):
    """Makes engines of empty lists, which are closed at the end."""
    with ExitStack() as opened:

        def make():
            if backend == "sqlite":
                engine = open_list()
            else:
                url = sa.make_url(opened.enter_context(postgresql.lent([store.metadata])))
                engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
            opened.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture
def engine(new_list):
    return new_list()


@pytest.fixture
def connection(engine):
    with engine.begin() as opened:
        yield opened


@pytest.fixture
def hashed():
    """The keyed hash that suppressions are kept under."""
    return partial(mac, KEYS)
