"""The ledger on SQLite."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT
from fakes import add_issue, add_readers, plan_rows

from publisher.db import engine
from publisher.db.engine import Database
from publisher.delivery import ledger
from publisher.delivery.delivery import Counts, Outcome, State
from publisher.delivery.plan import Row
from publisher.errors import StoreError
from publisher.issues import store
from publisher.issues.issue import State as IssueState
from publisher.issues.issue import advance
from subscribers import store as readers
from subscribers.consent import Act

LATER = AT + timedelta(hours=1)
ACCEPTED = Outcome(state=State.ACCEPTED, code=250, reply="taken")


@pytest.fixture
def issue(database):
    return add_issue(database, IssueState.SENDING)


def take(database, issue, *, shard=0, after=-1, now=AT):
    with database.write() as connection:
        return ledger.take(connection, issue.id, shard, after, now)


def settle(database, leased, outcome, now=AT):
    with database.write() as connection:
        return ledger.settle(connection, leased, outcome, now)


def counts(database, issue):
    with database.read() as connection:
        return ledger.counts(connection, issue.id)


def move(database, issue, state):
    with database.write() as connection:
        seen = store.get(connection, issue.id)
        store.update(connection, advance(seen, state), seen=seen)


def test_planned_rows_are_counted_and_balance(database, issue):
    ids = add_readers(database, 5)
    plan_rows(database, issue, ids, size=2)
    assert counts(database, issue) == Counts(planned=5, pending=5)
    with database.read() as connection:
        assert ledger.due_shards(connection, issue.id, AT) == [0, 1, 2]


def test_a_reader_has_one_row_of_an_issue(database, issue):
    ids = add_readers(database, 1)
    plan_rows(database, issue, ids)
    with pytest.raises(StoreError, match=r"(?i)unique"), database.write() as connection:
        ledger.insert(connection, issue.id, [Row(subscriber=ids[0], shard=7, edition="x")], AT)
    assert counts(database, issue).planned == 1


def test_many_rows_go_in_in_pages(database, issue):
    with database.write() as connection:
        rows = (Row(subscriber=number, shard=0, edition="x") for number in range(2500))
        assert ledger.insert(connection, issue.id, rows, AT) == 2500
    with database.read() as connection:
        seen = list(ledger.entries(connection, issue.id))
    assert len(seen) == 2500
    assert {entry.address for entry in seen} == {""}


def test_taking_marks_in_order_and_never_twice(database, issue):
    ids = add_readers(database, 3)
    plan_rows(database, issue, ids)
    taken = [take(database, issue) for _ in range(4)]
    assert [each and each.subscriber for each in taken] == [*ids, None]
    assert taken[0].address == "r1@example.org"
    assert taken[0].attempts == 1
    assert counts(database, issue) == Counts(planned=3, sending=3)


def test_two_connections_never_take_the_same_row(database, issue):
    ids = add_readers(database, 6)
    plan_rows(database, issue, ids)
    other = Database(str(database.url), durable=False)
    try:
        got = [take(each, issue).subscriber for _ in range(3) for each in (database, other)]
    finally:
        other.close()
    assert sorted(got) == ids


@pytest.mark.parametrize("state", [IssueState.PAUSED, IssueState.STOPPED])
def test_nothing_is_taken_unless_the_issue_is_being_sent(database, issue, state):
    plan_rows(database, issue, add_readers(database, 2))
    move(database, issue, state)
    assert take(database, issue) is None
    assert counts(database, issue).pending == 2


def test_nothing_is_taken_of_an_issue_that_is_not_there(database):
    issue = add_issue(database, IssueState.SENDING)
    assert take(database, issue) is None


def test_whoever_left_this_newsletter_since_the_plan_is_skipped_with_the_reason(database, issue):
    ids = add_readers(database, 3)
    plan_rows(database, issue, ids)
    name = issue.stream.newsletter
    with database.write() as connection:
        readers.set_preferences(connection, ids[0], now=AT, how="link", declined=("another", name))
        readers.set_preferences(connection, ids[1], now=AT, how="link", declined=(f"{name}-more", "another"))
    assert take(database, issue).subscriber == ids[1]
    with database.read() as connection:
        rows = list(ledger.entries(connection, issue.id, states=[State.SKIPPED]))
    assert [(row.address, row.reply) for row in rows] == [("r1@example.org", "the reader left this newsletter")]


def test_who_left_this_newsletter_gets_no_second_attempt(database, issue):
    ids = add_readers(database, 1)
    plan_rows(database, issue, ids)
    deferred = Outcome(state=State.DEFERRED, code=451, reply="later", retry_at=LATER)
    settle(database, take(database, issue), deferred)
    with database.write() as connection:
        readers.set_preferences(connection, ids[0], now=AT, how="link", declined=(issue.stream.newsletter,))
    assert take(database, issue, now=LATER) is None
    assert counts(database, issue) == Counts(planned=1, skipped=1)


def test_what_a_server_says_of_who_was_erased_meanwhile_is_not_kept(database, issue):
    ids = add_readers(database, 2)
    plan_rows(database, issue, ids)
    leased = [take(database, issue) for _ in ids]
    with database.write() as connection:
        readers.erase(connection, ids[0], mac=str, now=AT)
        ledger.forget(connection, ids[0])
    for each in leased:
        said = Outcome(state=State.FAILED, code=550, reply=f"5.1.1 <{each.address}>: unknown")
        assert settle(database, each, said)
    with database.read() as connection:
        replies = [row.reply for row in ledger.entries(connection, issue.id)]
    assert replies == ["550", "550 5.1.1 <r2@example.org>: unknown"]


def test_whoever_left_since_the_plan_is_skipped_with_the_reason(database, issue):
    ids = add_readers(database, 4)
    plan_rows(database, issue, ids)
    with database.write() as connection:
        readers.act(connection, ids[0], Act.UNSUBSCRIBE, now=AT, how="link")
        readers.erase(connection, ids[1], mac=str, now=AT)
    assert take(database, issue).subscriber == ids[2]
    assert counts(database, issue) == Counts(planned=4, skipped=2, sending=1, pending=1)
    with database.read() as connection:
        assert ledger.reasons(connection, issue.id) == [(State.SKIPPED, ledger.NOT_ACTIVE, 2)]
        assert ledger.of_reader(connection, ids[1])[0][:3] == (issue.id, State.SKIPPED, ledger.NOT_ACTIVE)


def test_deferred_is_taken_only_once_due(database, issue):
    plan_rows(database, issue, add_readers(database, 1))
    leased = take(database, issue)
    settle(database, leased, Outcome(state=State.DEFERRED, code=451, reply="busy", retry_at=LATER))
    assert take(database, issue) is None
    with database.read() as connection:
        assert ledger.due_shards(connection, issue.id, AT) == []
        assert ledger.due_shards(connection, issue.id, LATER) == [0]
    again = take(database, issue, now=LATER)
    assert (again.subscriber, again.attempts) == (leased.subscriber, 2)


def test_an_outcome_is_written_once(database, issue):
    plan_rows(database, issue, add_readers(database, 1))
    leased = take(database, issue)
    assert settle(database, leased, ACCEPTED)
    assert not settle(database, leased, Outcome(state=State.FAILED, code=550))
    assert counts(database, issue) == Counts(planned=1, accepted=1)


@pytest.mark.parametrize("state", [State.SKIPPED, State.SENDING])
def test_an_outcome_that_the_table_forbids_is_a_defect(database, issue, state):
    plan_rows(database, issue, add_readers(database, 1))
    leased = take(database, issue)
    with pytest.raises(ValueError, match="cannot become"):
        settle(database, leased, Outcome(state=state))


def test_what_did_not_leave_takes_its_attempt_back(database, issue):
    plan_rows(database, issue, add_readers(database, 1))
    settle(database, take(database, issue), Outcome(state=State.PENDING))
    assert take(database, issue).attempts == 1


@pytest.mark.parametrize("state", [State.PENDING, State.DEFERRED])
def test_what_was_on_its_way_of_a_stopped_issue_does_not_stay_open(database, issue, state):
    plan_rows(database, issue, add_readers(database, 1))
    leased = take(database, issue)
    move(database, issue, IssueState.STOPPED)
    settle(database, leased, Outcome(state=state, retry_at=LATER))
    assert counts(database, issue) == Counts(planned=1, skipped=1)


def test_giving_up_ends_what_has_not_left(database, issue):
    ids = add_readers(database, 4)
    plan_rows(database, issue, ids)
    settle(database, take(database, issue), ACCEPTED)
    settle(database, take(database, issue), Outcome(state=State.DEFERRED, code=451, reply="busy", retry_at=LATER))
    take(database, issue)
    with database.write() as connection:
        assert ledger.give_up(connection, issue.id, "too late", LATER, deferred=State.FAILED) == 2
    assert counts(database, issue) == Counts(planned=4, accepted=1, failed=1, sending=1, skipped=1)
    with database.read() as connection:
        said = {entry.address: entry.reply for entry in ledger.entries(connection, issue.id)}
    assert said["r2@example.org"] == "451 busy (too late)"
    assert said["r4@example.org"] == "too late"


def test_reopening_is_for_failed_and_uncertain_only(database, issue):
    ids = add_readers(database, 3)
    plan_rows(database, issue, ids)
    for outcome in (ACCEPTED, Outcome(state=State.FAILED, code=550), Outcome(state=State.UNCERTAIN)):
        settle(database, take(database, issue), outcome)
    with database.write() as connection:
        assert ledger.reopen(connection, issue.id, State.FAILED, LATER) == 1
        assert ledger.reopen(connection, issue.id, State.UNCERTAIN, LATER) == 1
        for final in (State.ACCEPTED, State.SKIPPED):
            with pytest.raises(ValueError, match="final"):
                ledger.reopen(connection, issue.id, final, LATER)
    assert counts(database, issue) == Counts(planned=3, accepted=1, pending=2)


def test_entries_can_be_asked_for_by_state(database, issue):
    ids = add_readers(database, 3)
    plan_rows(database, issue, ids, size=1)
    settle(database, take(database, issue, shard=1), ACCEPTED)
    with database.read() as connection:
        (entry,) = ledger.entries(connection, issue.id, states=[State.ACCEPTED])
        assert [each.address for each in ledger.entries(connection, issue.id)] == [
            f"r{n}@example.org" for n in (1, 2, 3)
        ]
    assert (entry.address, entry.reply, entry.attempts, entry.at) == ("r2@example.org", "250 taken", 1, AT)


def test_the_accounting_by_domain_adds_up(database, issue):
    plan_rows(database, issue, [*add_readers(database, 2, domain="b.example"), *add_readers(database, 3), 999])
    settle(database, take(database, issue), ACCEPTED)
    with database.read() as connection:
        table = ledger.by_domain(connection, issue.id)
    assert list(table) == ["example.org", "b.example", "(erased)"]
    assert table["b.example"] == Counts(planned=2, accepted=1, pending=1)
    assert all(each.balanced for each in table.values())


def test_what_a_dead_process_left_is_found(database, issue):
    ids = add_readers(database, 3)
    plan_rows(database, issue, ids)
    take(database, issue)
    take(database, issue)
    with database.write() as connection:
        readers.erase(connection, ids[1], mac=str, now=AT)
    with database.read() as connection:
        assert [(each.subscriber, each.address) for each in ledger.unsettled(connection)] == [
            (ids[0], "r1@example.org"),
            (ids[1], ""),
        ]


def test_the_edition_of_a_reader(database, issue):
    ids = add_readers(database, 2)
    plan_rows(database, issue, ids[:1])
    with database.read() as connection:
        assert ledger.edition_of(connection, issue.id, ids[0]) == "all.en.html"
        assert ledger.edition_of(connection, issue.id, ids[1]) is None


def test_a_locked_database_is_a_store_error(database, issue, monkeypatch):
    plan_rows(database, issue, add_readers(database, 1))
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    other = Database(str(database.url), durable=False)
    try:
        with database.write(), pytest.raises(StoreError, match="locked") as caught:
            take(other, issue)
    finally:
        other.close()
    assert "another process" in caught.value.hint
