"""Imports of any size: batches that nobody sees, dry runs that tell the truth, and memory that does not grow."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers import store
from subscribers.db import bulk
from subscribers.intake import Outcome
from subscribers.row import BadRow, parse_row
from subscribers.subscriber import SUPPRESSED, Status

from .conftest import KEYS

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
GIVEN = "2024-05-01T10:00:00+08:00"


class Lists:
    """A list in a file, opened anew for every transaction; it counts them."""

    def __init__(self, folder):
        self.engine = sa.create_engine(f"sqlite:///{folder}/list.db", poolclass=sa.pool.NullPool)
        self.writes = 0
        with self.engine.begin() as connection:
            store.metadata.create_all(connection)

    @contextmanager
    def read(self):
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self):
        self.writes += 1
        with self.engine.begin() as connection:
            yield connection

    def all(self):
        with self.engine.connect() as connection:
            return [*store.export(connection)]


@pytest.fixture
def lists(tmp_path):
    made = Lists(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def run(lists, hashed):
    def call(rows, *, apply=True, now=NOW, **options):
        task = store.Intake(now=now, apply=apply, mac=hashed, **options)
        return store.import_stream(lists.read, lists.write, rows, task)

    return call


def some(count, start=0):
    return [parse_row(number + 2, {"email": f"r{number}@x.org", "topics": "ai"}) for number in range(start, count)]


def test_each_batch_is_a_transaction_of_its_own(lists, run, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 10)
    results = run(some(35))
    for _ in range(12):
        next(results)
    assert len(lists.all()) == 20, "what was told is kept"
    with lists.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")  # nobody holds the database between two batches
        other.rollback()
    assert len([*results]) == 23
    assert lists.writes == 4
    assert len(lists.all()) == 35


def test_an_import_that_was_stopped_goes_on(lists, run, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 10)

    def stopped():
        yield from some(25)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run(stopped()))
    assert len(lists.all()) == 20
    again = list(run(some(35), now=NOW + timedelta(hours=1), declared="They agreed"))
    assert [each.outcome for each in again[20:]] == ["new"] * 15
    assert {each.outcome for each in again[:20]} == {Outcome.CHANGED}, "the declared consent is new to them"
    assert {each.outcome for each in run(some(35), declared="They agreed")} == {Outcome.UNCHANGED}


def test_a_dry_run_writes_nothing_and_waits_for_nobody(lists, run):
    with lists.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert {each.outcome for each in run(some(50), apply=False)} == {Outcome.NEW}
        other.rollback()
    assert lists.all() == []
    assert lists.writes == 0
    with lists.engine.connect() as connection:
        assert not sa.inspect(connection).has_table("import_row")


emails = st.sampled_from([f"r{number}@x.org" for number in range(6)] + ["R1@X.org", "王@x.org", "nobody"])
dates = st.sampled_from(["", GIVEN, "2030-01-01"])
lines = st.fixed_dictionaries(
    {"email": emails, "status": st.sampled_from(["", *map(str, Status)]), "consent_at": dates},
    optional={
        "topics": st.sampled_from(["", "ai", "ai;chips"]),
        "former": st.sampled_from(["", *map(str, sorted(SUPPRESSED))]),
        "declined": st.sampled_from(["", "weekly", "daily;weekly"]),
        "paused_until": st.sampled_from(["", "2025-08-01", "soon"]),
        "created": dates,
        "engaged_at": st.sampled_from(["", GIVEN, "2025-01-01"]),
        "name": st.sampled_from(["", "Ann", "王"]),
    },
)


@settings(max_examples=40)
@given(
    st.lists(lines, max_size=12), st.lists(lines, max_size=12), st.sampled_from(["", "They agreed"]), st.integers(1, 13)
)
def test_a_dry_run_says_what_apply_does_wherever_batches_end(tmp_path_factory, before, after, declared, size):
    from functools import partial

    from subscribers.tokens import mac

    lists = Lists(tmp_path_factory.mktemp("lists"))
    bulk_size = bulk.BATCH
    try:

        def run(found, apply, batch, now):
            bulk.BATCH = batch
            rows = [parse_row(number, row) for number, row in enumerate(found, 2)]
            task = store.Intake(now=now, apply=apply, mac=partial(mac, KEYS), declared=declared)
            return list(store.import_stream(lists.read, lists.write, rows, task))

        run(before, True, 100, NOW)
        later = NOW + timedelta(days=1)
        kept = lists.all()
        foreseen = run(after, False, size, later)
        assert run(after, False, 100, later) == foreseen
        assert lists.all() == kept
        assert run(after, True, size, later) == foreseen
        again = run(after, True, 100, later + timedelta(days=1))
        assert {each.outcome for each in again} <= {Outcome.UNCHANGED, Outcome.REFUSED, Outcome.SUPPRESSED}
        assert len(foreseen) == len(after)
    finally:
        bulk.BATCH = bulk_size
        lists.engine.dispose()


def test_a_list_of_every_kind_comes_back_equal(lists, run, tmp_path, hashed):
    rows = [
        {"email": "a@x.org", "status": "active", "consent_at": GIVEN, "declined": "weekly;daily", "engaged_at": GIVEN},
        {"email": "b@x.org", "status": "paused", "consent_at": GIVEN, "paused_until": "2025-09-01", "created": GIVEN},
        {"email": "c@x.org", "status": "pending", "former": "complained", "created": "2020-01-01"},
        {
            "email": "d@x.org",
            "status": "bounced",
            "consent_at": GIVEN,
            "consent_ip": "192.0.2.1",
            "consent_text": "a\nb",
        },
        {"email": "王@x.org", "status": "unsubscribed", "language": "fr", "timezone": "Asia/Tokyo", "format": "text"},
    ]
    assert {each.outcome for each in run([parse_row(number, row) for number, row in enumerate(rows)])} == {"new"}
    (tmp_path / "other").mkdir()
    other = Lists(tmp_path / "other")
    given = [parse_row(number, row) for number, row in enumerate(lists.all())]
    task = store.Intake(now=NOW + timedelta(days=9), apply=True, mac=hashed)
    assert {each.outcome for each in store.import_stream(other.read, other.write, given, task)} == {"new"}
    assert other.all() == lists.all()
    assert {each.outcome for each in store.import_stream(other.read, other.write, given, task)} == {"unchanged"}
    other.engine.dispose()


def test_what_a_reader_left_or_put_off_here_stays(lists, run):
    def one(number=2, **row):
        return next(iter(run([parse_row(number, {"email": "a@x.org"} | row)])))

    one(status="paused", consent_at=GIVEN, paused_until="2025-12-01", declined="daily", engaged_at="2025-03-01")
    told = one(paused_until="2025-07-01", declined="weekly", engaged_at="2025-02-01", created="2001-01-01")
    assert told.reason == "declined: daily → daily;weekly"
    [row] = lists.all()
    assert row["paused_until"] == "2025-12-01T00:00:00+00:00"
    assert row["engaged_at"] == "2025-03-01T00:00:00+00:00"
    assert row["created"] == NOW.isoformat()
    assert one(engaged_at="2025-04-01").reason.startswith("engaged_at: 2025-03-01")
    assert one(status="active", consent_at=GIVEN, paused_until="2025-07-01").outcome == "unchanged"


def test_who_waits_for_a_confirmation_there_is_brought_back_by_nobody_here(lists, run):
    def one(**row):
        return next(iter(run([parse_row(2, {"email": "a@x.org"} | row)])))

    assert one(status="pending").outcome == "new"
    assert one(status="pending", former="unsubscribed").reason == "former: (none) → unsubscribed"
    assert one(status="pending", former="bounced").outcome == "unchanged"
    assert one(status="active", consent_at=GIVEN).outcome == "suppressed"
    assert [row["former"] for row in lists.all()] == ["unsubscribed"]
    bad = parse_row(2, {"email": "a@x.org", "status": "active", "former": "unsubscribed"})
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith("former unsubscribed does not go with status active")
    assert isinstance(parse_row(2, {"email": "a@x.org", "status": "pending", "former": "active"}), BadRow)


@pytest.mark.parametrize("name", ["consent_at", "created", "engaged_at"])
def test_a_moment_that_is_still_to_come_is_refused(run, name):
    [result] = run([parse_row(2, {"email": "a@x.org", name: "2030-01-01"})])
    assert result.reason == f"{name} 2030-01-01T00:00:00+00:00 is in the future; check the date's order"


MEASURED = """
import resource, sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
import sqlalchemy as sa
from subscribers import store, transfer
from subscribers.tokens import Keys, mac

folder, rows = Path(sys.argv[1]), int(sys.argv[2])
with (folder / "in.csv").open("w") as file:
    file.write("email,status,topics,consent_at,name\\n")
    for number in range(rows):
        file.write(f"r{number}@host{number % 3000}.example.org,active,ai,2024-05-01,Ann Lee\\n")
engine = sa.create_engine(f"sqlite:///{folder}/list.db")
with engine.begin() as connection:
    connection.exec_driver_sql("PRAGMA synchronous=OFF")
    store.metadata.create_all(connection)
task = store.Intake(now=datetime(2025, 6, 30, tzinfo=UTC), apply=True, mac=partial(mac, Keys((b"k" * 32,))))
with transfer.opened(folder / "in.csv") as listing:
    new = sum(each.outcome == "new" for each in store.import_stream(engine.connect, engine.begin, listing.rows, task))
with engine.connect() as connection, (folder / "out.csv").open("w", newline="") as file:
    assert transfer.write_csv(store.export(connection), file) == new == rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for rows in (5_000, 20_000):
        folder = tmp_path / str(rows)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(folder), str(rows)], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 4, f"{peaks} MB"  # to keep 15,000 rows would take 15
