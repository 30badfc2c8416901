"""Clicks: read, kept in their order, in few transactions, and forgotten with their reader."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from builders import AT, make_issue, make_story
from fakes import add_issue, add_readers
from hypothesis import given
from hypothesis import strategies as st

from publisher import log
from publisher.delivery import click, ledger, store
from publisher.delivery.click import Tally
from publisher.delivery.delivery import State
from publisher.delivery.plan import Row
from publisher.delivery.store import Click, Kept, Target, Visits, click_table
from publisher.errors import StoreError
from publisher.issues import store as issues
from publisher.issues.issue import State as IssueState
from subscribers import store as readers
from subscribers.tokens import Keys

KEYS = Keys(ring=(b"k" * 32,))

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def issue(database):
    return add_issue(database, IssueState.SENDING)


def made(issue, reader=1, *, story=0, second=0, agent="Mozilla/5.0", named=True):
    at = AT + timedelta(seconds=second)
    visitor = f"{issue.id}/{reader}"
    return Click(
        issue=issue.id, story=story, reader=reader, at=at, method="GET", agent=agent, visitor=visitor, named=named
    )


def kept(database):
    columns = [column for column in click_table.columns if column.name not in {"id", "verdict", "visitor"}]
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(click_table.c.id))]


# ---- which link it is


def base36(number):
    return (base36(number // 36) if number >= 36 else "") + DIGITS[number % 36]


@given(st.integers(0, 2**24 - 1), st.integers(0, 9999))
def test_a_link_is_read_back(serial, story):
    assert click.read(f"{base36(serial)}-{story}") == (serial, story)


@pytest.mark.parametrize(
    "link", ["", "-", "1", "1-", "-1", "01-1", "1-01", "1-1-1", "A-1", "1-a", "1-1\n", " 1-1", "1--1", "zzzzzz-1", "1-10000", "1-²", "é-1", "../x"]
)  # fmt: skip
def test_a_link_has_one_spelling(link):
    assert click.read(link) is None


def test_a_link_leads_where_the_issue_says(database, issue):
    with database.write() as connection:
        other = issues.insert(connection, make_issue(id="other-2025-06-30", stories=(make_story("three"),)))
    with database.read() as connection:
        told = [store.target(connection, issue.serial, index) for index in range(3)]
        assert store.target(connection, other.serial, 0) == Target(other.id, "https://example.org/posts/three/")
        assert store.target(connection, 99, 0) is None
    assert told == [Target(issue.id, story.url) for story in issue.stories] + [None]


# ---- what is kept


def test_clicks_are_kept_as_they_came(database, issue):
    one, two = add_readers(database, 2)
    clicks = [made(issue, two, second=1), made(issue, one, story=1), made(issue, two, second=1)]
    with database.write() as connection:
        store.append(connection, clicks)
    assert kept(database) == [
        (issue.id, each.story, each.reader, each.at, "GET", "Mozilla/5.0")  # twice is twice
        for each in clicks
    ]


def test_an_erased_reader_is_in_no_click(database, issue):
    one, two = add_readers(database, 2)
    with database.write() as connection:
        store.append(connection, [made(issue, one), made(issue, two), made(issue, one, story=1)])
        readers.erase(connection, one, mac=lambda text: sha256(text.encode()).hexdigest(), now=AT)
        store.forget(connection, one, KEYS)
        store.append(connection, [made(issue, one, second=9)])  # a mail is kept for longer than its reader's data
    assert [(row[1], row[2], row[5]) for row in kept(database)] == [
        (0, None, ""),
        (0, two, "Mozilla/5.0"),
        (1, None, ""),
        (0, None, ""),
    ]


def visitors(database):
    with database.read() as connection:
        return list(connection.scalars(sa.select(click_table.c.visitor).order_by(click_table.c.id)))


def test_erasing_leaves_nothing_to_find_a_reader_by_and_as_many_visitors(database, issue):
    """Also where the site does not keep whose a click was: the hash of issue and reader could be made again."""
    one, two = add_readers(database, 2)
    keys = KEYS
    clicks = [
        replace(made(issue, reader, second=60 * place, named=named), visitor=store.visitor(keys, issue.id, reader))
        for place, (reader, named) in enumerate([(one, True), (one, False), (two, False)])
    ]
    with database.write() as connection:
        store.append(connection, clicks)
        before = store.visits(connection, issue.id, opens=False)
        store.forget(connection, one, keys)
        assert store.visits(connection, issue.id, opens=False) == before
    first, second, third = visitors(database)
    assert first == second != store.visitor(keys, issue.id, one)
    assert third == store.visitor(keys, issue.id, two)
    assert len(first) == len(third)


def test_who_was_erased_is_no_visitor_later(database, issue):
    with database.write() as connection:
        store.append(connection, [made(issue, 77, agent=BROWSER)])
    assert visitors(database) == [""]


def test_what_is_kept_of_a_readers_clicks(database, issue):
    (one,) = add_readers(database, 1)
    with database.write() as connection:
        store.append(connection, [made(issue, one, agent=BROWSER), made(issue, one, second=1, agent="curl/8")])
        assert store.of_reader(connection, one) == [
            Kept(issue=issue.id, story=0, at=AT, method="GET", agent=BROWSER, verdict="human"),
            Kept(
                issue=issue.id, story=0, at=AT + timedelta(seconds=1), method="GET", agent="curl/8", verdict="scanner"
            ),
        ]


def test_no_clicks_of_an_issue_outlive_it(database, issue):
    with database.write() as connection:
        store.append(connection, [made(issue)])
        connection.execute(sa.delete(issues.issue_table))
    assert kept(database) == []


# ---- who asked


def verdicts(database):
    with database.read() as connection:
        query = sa.select(click_table.c.story, click_table.c.verdict).order_by(click_table.c.id)
        return [tuple(row) for row in connection.execute(query)]


BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def engaged(database, reader):
    with database.read() as connection:
        return readers.by_id(connection, reader).engaged_at


def test_nothing_of_a_reader_is_kept_unless_it_is_wanted(database, issue):
    (one,) = add_readers(database, 1)
    with database.write() as connection:
        store.append(connection, [made(issue, one, agent=BROWSER, named=False)])
    assert kept(database) == [(issue.id, 0, None, AT, "GET", "")]
    assert verdicts(database) == [(0, "human")]
    assert engaged(database, one) is None


def due(database, second):
    now = AT + timedelta(seconds=second)
    with database.write() as connection:
        before = store.to_engage(connection, now)
        count = store.engage_due(connection, now)
        assert before == (count > 0)
        assert not store.to_engage(connection, now)
        return count


def test_a_person_who_follows_a_link_is_engaged_and_no_program_is(database, issue):
    (one,) = add_readers(database, 1)
    for click_, expected in (
        (made(issue, one, second=1, agent="curl/8"), None),
        (made(issue, one, second=2, story=store.PICTURE, agent=BROWSER), None),
        (made(issue, one, second=9, agent=BROWSER), AT + timedelta(seconds=9)),
    ):
        with database.write() as connection:
            store.append(connection, [click_])
        assert due(database, 9 + store.SETTLED.seconds) == (1 if expected else 0)
        assert engaged(database, one) == expected


def test_following_a_link_engages_nobody_before_it_is_settled_who_asked(database, issue):
    (one,) = add_readers(database, 1)
    with database.write() as connection:
        store.append(connection, [made(issue, one, agent=BROWSER)])
    assert engaged(database, one) is None, "a request changes no reader"
    assert due(database, store.SETTLED.seconds - 1) == 0
    with database.write() as connection:
        store.append(connection, [made(issue, one, story=1, second=1, agent=BROWSER)])  # a scanner's second link
    assert due(database, 3600) == 0
    assert engaged(database, one) is None


def test_each_click_is_noted_once_and_old_ones_never(database, issue):
    one, two, three = add_readers(database, 3)
    clicks = [made(issue, one, agent=BROWSER), made(issue, one, second=60, agent=BROWSER)]
    clicks += [made(issue, two, second=30, agent=BROWSER), made(issue, three, agent=BROWSER, named=False)]
    with database.write() as connection:
        store.append(connection, clicks)
        told = [store.engage_due(connection, AT + timedelta(seconds=100), limit=1) for _ in range(3)]
    assert told == [1, 1, 0]
    assert [engaged(database, each) for each in (one, two, three)] == [
        AT + timedelta(seconds=60), AT + timedelta(seconds=30), None
    ]  # fmt: skip
    with database.write() as connection:
        store.append(connection, [made(issue, one, second=120, agent=BROWSER)])
    assert due(database, 120 + store.RECENT.total_seconds()) == 0


def test_looking_for_engagement_reads_recent_clicks_alone(database):
    with database.read() as connection:
        seen = []
        sa.event.listen(connection, "before_cursor_execute", lambda *words: seen.append((words[2], words[3])))
        assert not store.to_engage(connection, AT)
        assert store.engage_due(connection, AT) == 0
        looks = [(text, values) for text, values in seen if text != "BEGIN"]
        assert [text.split()[0] for text, _ in looks] == ["SELECT", "SELECT"], "and no write"
        # Elsewhere an empty table has no plan worth reading.
        for statement, values in looks if connection.dialect.name == "sqlite" else ():
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            assert "ix_click_at" in plan
            assert "SCAN" not in plan


def test_several_links_at_once_make_a_scanner_of_them_all(database, issue):
    one, two = add_readers(database, 2)
    batch = [
        made(issue, one, agent=BROWSER),
        made(issue, two, story=1, second=1, agent=BROWSER),  # another reader
        made(issue, one, story=store.PICTURE, second=1, agent=BROWSER),  # pictures are shown with the mail
        made(issue, one, second=1, agent=BROWSER),  # the same link
    ]
    with database.write() as connection:
        store.append(connection, batch)
    assert verdicts(database) == [(0, "human"), (1, "human"), (-1, "human"), (0, "human")]
    with database.write() as connection:
        store.append(connection, [made(issue, one, story=1, second=2, agent=BROWSER)])
    # The first lies two seconds back.
    assert verdicts(database) == [(0, "human"), (1, "human"), (-1, "human"), (0, "scanner"), (1, "scanner")]


@pytest.mark.parametrize(
    ("state", "after", "expected"),
    [
        (State.PENDING, 60, "scanner"), (State.SENDING, 60, "scanner"), (State.DEFERRED, 60, "scanner"),
        (State.ACCEPTED, 1, "scanner"), (State.ACCEPTED, 2, "human"), (State.UNCERTAIN, 0, "human"),
    ],
)  # fmt: skip
def test_nobody_reads_what_has_not_come(database, issue, state, after, expected):
    (one,) = add_readers(database, 1)
    with database.write() as connection:
        ledger.insert(connection, issue.id, [Row(subscriber=one, shard=0, edition="x", state=state)], AT)
        store.append(connection, [made(issue, one, second=after, agent=BROWSER)])
    assert verdicts(database) == [(0, expected)]


def test_visits_are_counted_by_verdict_and_by_different_readers(database, issue):
    one, two = add_readers(database, 2)
    clicks = [
        made(issue, one, second=0, agent=BROWSER, named=False),
        made(issue, one, second=60, agent=BROWSER, named=False),
        made(issue, two, second=120, agent=BROWSER, named=False),
        made(issue, two, second=180, agent="curl/8", named=False),
        made(issue, two, second=240, story=store.PICTURE, agent="YahooMailProxy", named=False),
    ]
    with database.write() as connection:
        store.append(connection, clicks)
        old = {"issue": issue.id, "story": 0, "reader": None, "at": AT, "method": "GET", "agent": ""}
        connection.execute(sa.insert(click_table).values(old))  # of a version that judged nothing
        told = [store.visits(connection, issue.id, opens=opens) for opens in (False, True)]
        assert store.visits(connection, "other", opens=False) == {}
    assert told == [
        {"human": Visits(count=3, readers=2), "scanner": Visits(count=1, readers=1), "": Visits(count=1, readers=0)},
        {"proxy": Visits(count=1, readers=1)},
    ]


# ---- a burst


class Counting:
    """A database that tells how often it is written to, and can be made to wait or to fail."""

    def __init__(self, database):
        self.database, self.writes, self.fault = database, 0, ""
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    @contextmanager
    def write(self):
        self.writes += 1
        self.entered.set()
        assert self.go_on.wait(20)
        if self.fault:
            raise StoreError(self.fault)
        with self.database.write() as connection:
            yield connection


@pytest.fixture
def counting(database):
    return Counting(database)


def test_a_burst_is_one_writer_and_few_transactions(database, issue, counting):
    """While the first click is being written forty others come, none of which waits; then all are there."""
    (reader,) = add_readers(database, 1)
    tally = Tally()
    counting.go_on.clear()
    first = threading.Thread(target=tally.count, args=(made(issue, reader), counting))
    first.start()
    assert counting.entered.wait(20)
    for second in range(1, 41):
        tally.count(made(issue, reader, second=second), counting)
    assert counting.writes == 1
    counting.go_on.set()
    first.join(20)
    assert counting.writes == 2
    assert [row[3] for row in kept(database)] == [AT + timedelta(seconds=second) for second in range(41)]


def test_many_threads_lose_nothing(database, issue, counting):
    (reader,) = add_readers(database, 1)
    tally, start = Tally(), threading.Barrier(8)

    def clicks(number):
        start.wait(20)
        for each in range(25):
            tally.count(made(issue, reader, second=number * 25 + each), counting)

    threads = [threading.Thread(target=clicks, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(row[3] for row in kept(database)) == [AT + timedelta(seconds=second) for second in range(200)]
    assert counting.writes <= 200


def test_a_failure_is_told_and_the_next_click_counts(database, issue, counting, monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append((name, str(error), fields)))
    tally = Tally()
    counting.fault = "locked"
    tally.count(made(issue), counting)
    counting.fault = ""
    tally.count(made(issue, second=1), counting)
    assert told == [("click.lost", "locked", {"count": 1})]
    assert [row[3] for row in kept(database)] == [AT + timedelta(seconds=1)]


def test_what_waits_is_bounded(database, issue, counting, monkeypatch):
    lost = []
    monkeypatch.setattr(click, "_MOST", 3)
    monkeypatch.setattr(log, "warning", lambda name, **fields: lost.append((name, fields)))
    tally = Tally()
    counting.go_on.clear()
    first = threading.Thread(target=tally.count, args=(made(issue), counting))
    first.start()
    assert counting.entered.wait(20)
    for second in range(1, 6):
        tally.count(made(issue, second=second), counting)
    counting.go_on.set()
    first.join(20)
    assert len(kept(database)) == 4
    assert lost == [("click.lost", {"issue": issue.id, "count": 1})] * 2
