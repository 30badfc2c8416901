"""A slot fires once: whoever inserts its row."""

from __future__ import annotations

import threading
from datetime import timedelta

from builders import AT

from publisher.db.engine import Database
from publisher.issues import slots
from publisher.issues.issue import Stream

WEEKLY, DAILY = Stream("weekly", "weekly"), Stream("weekly", "daily")
HOUR = timedelta(hours=1)


def take(connection, wall="2025-06-30T08:00", *, on=WEEKLY, due_at=AT, state=slots.DUE, by="a", note=""):
    return slots.take(connection, on, wall=wall, due_at=due_at, state=state, by=by, now=AT, note=note)


def test_a_slot_is_taken_once(database: Database):
    with database.write() as connection:
        assert not slots.taken(connection, WEEKLY, "2025-06-30T08:00")
        assert take(connection)
        assert slots.taken(connection, WEEKLY, "2025-06-30T08:00")
        assert not take(connection, by="b", state=slots.SKIPPED)
        assert take(connection, on=DAILY)
        assert take(connection, on=Stream("other", "weekly"))
        assert take(connection, "2025-07-07T08:00")
    with database.write() as connection:
        assert not take(connection, by="c")
        assert slots.skipped(connection, WEEKLY) == []


def test_one_of_many_racing_connections_wins(database: Database):
    barrier, won = threading.Barrier(4), []

    def race(name: str) -> None:
        barrier.wait()
        with database.write() as connection:
            if take(connection, by=name):
                won.append(name)

    threads = [threading.Thread(target=race, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_slot_whose_transaction_failed_is_free_again(database: Database):
    try:
        with database.write() as connection:
            assert take(connection)
            raise RuntimeError("killed")
    except RuntimeError:
        pass
    with database.write() as connection:
        assert take(connection, by="b")


def test_activation_is_the_first_moment_and_stays(database: Database):
    with database.write() as connection:
        assert slots.activate(connection, WEEKLY, AT) == AT
        assert slots.activate(connection, WEEKLY, AT + HOUR) == AT
        assert slots.activate(connection, DAILY, AT + HOUR) == AT + HOUR
    with database.write() as connection:
        assert slots.activate(connection, WEEKLY, AT - HOUR) == AT


def test_the_last_slot_is_the_newest_moment_fired_or_skipped(database: Database):
    with database.write() as connection:
        assert slots.last(connection, WEEKLY) is None
        take(connection, "w2", due_at=AT + HOUR, state=slots.SKIPPED)
        take(connection, "w1", due_at=AT)
        take(connection, "w9", on=DAILY, due_at=AT + 9 * HOUR)
        assert slots.last(connection, WEEKLY) == AT + HOUR


def test_skipped_slots_are_told_newest_first(database: Database):
    with database.write() as connection:
        for n in range(4):
            take(connection, f"2025-06-0{n}", state=slots.SKIPPED, note=f"why {n}")
        take(connection, "2025-06-09")
        take(connection, "2025-06-08", on=DAILY, state=slots.SKIPPED)
        assert slots.skipped(connection, WEEKLY, limit=2) == [("2025-06-03", "why 3"), ("2025-06-02", "why 2")]


def test_a_slot_knows_its_issue(database: Database):
    table = slots.slot_table
    with database.write() as connection:
        take(connection)
        take(connection, on=DAILY)
        slots.attach(connection, WEEKLY, "2025-06-30T08:00", "weekly-2025-06-30")
        rows = {row.schedule: row.issue for row in connection.execute(table.select())}
    assert rows == {"weekly": "weekly-2025-06-30", "daily": None}
