"""The sender with a transport that does what the test says."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from builders import AT
from fakes import OK, Clock, FakeTransport, add_issue, add_readers, drive, make_work, plan_rows, refuse, sending

from publisher.db import engine
from publisher.db.engine import Database
from publisher.delivery import ledger, sender, steer
from publisher.delivery.delivery import Counts, Outcome, Phase, State
from publisher.delivery.sender import Sender, Trouble, check
from publisher.errors import NotFoundError, StateError, StoreError, TransportError
from publisher.issues import store
from publisher.issues.issue import State as IssueState
from subscribers import store as readers
from subscribers.consent import Act


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(sender, "PATIENCE", (0.01,) * 5)


def look(database, issue):
    with database.read() as connection:
        return store.get(connection, issue.id), ledger.counts(connection, issue.id)


def state(database, issue):
    return look(database, issue)[0].state


def over(database, issue):
    return lambda: state(database, issue) is IssueState.SENT


def replies(database, issue):
    with database.read() as connection:
        return {entry.address: entry.reply for entry in ledger.entries(connection, issue.id)}


def test_everybody_gets_it_once_and_the_issue_closes(database, clock):
    ids, issue = add_readers(database, 130), add_issue(database)
    transport = FakeTransport(connections=3)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    seen, counts = look(database, issue)
    assert counts == Counts(planned=130, accepted=130)
    assert (seen.sent, seen.closed) == (AT, AT)
    assert len(transport.handed) == len(set(transport.handed)) == 130
    assert transport.most_open <= 3
    assert transport.open_now == 0


def test_two_lanes_share_the_shards(database, clock):
    ids, issue = add_readers(database, 100), add_issue(database)
    both = threading.Barrier(2, timeout=5)
    transport = FakeTransport(lambda envelope, times: (both.wait(), OK)[1], connections=2)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    assert sorted(transport.offered.values()) == [1] * 100
    assert transport.most_open == 2


def test_refusals_are_accounted_for_each_by_its_kind(database, clock):
    ids, issue = add_readers(database, 6), add_issue(database)
    answers = {
        "r2@example.org": refuse(550, "no such user"),
        "r3@example.org": refuse(451, "greylisted"),
        "r4@example.org": refuse(0, "gone", Phase.DOT),
        "r5@example.org": refuse(0, "gone before the dot"),
    }
    transport = FakeTransport(lambda envelope, times: answers.get(envelope.recipient, OK) if times == 1 else OK)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: (now := look(database, issue)[1]).deferred == 2 and not now.pending and not now.sending)
        assert look(database, issue)[1] == Counts(planned=6, accepted=2, failed=1, deferred=2, uncertain=1)
        drive(at_work, lambda: not at_work.busy())
        assert state(database, issue) is IssueState.SENDING, "it is open as long as something is deferred"
        clock.forward(minutes=2)
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=6, accepted=4, failed=1, uncertain=1)
    assert replies(database, issue)["r2@example.org"] == "550 no such user"
    assert transport.offered["r4@example.org"] == 1, "what is uncertain is not sent again by itself"


def test_deferred_waits_for_its_time(database, clock):
    ids, issue = add_readers(database, 1), add_issue(database)
    transport = FakeTransport(lambda envelope, times: refuse(451) if times == 1 else OK)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: look(database, issue)[1].deferred)
        clock.forward(seconds=40)
        assert at_work.reconcile() == []
        clock.forward(seconds=40)
        drive(at_work, over(database, issue))
    assert transport.handed == ["r1@example.org"] * 2


def test_a_relay_that_is_away_costs_time_only(database, clock):
    ids, issue = add_readers(database, 4), add_issue(database)
    transport = FakeTransport(reachable=False, connections=2)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: at_work.trouble.tries >= 2)
        assert "does not answer" in str(at_work.trouble.error)
        assert look(database, issue)[1] == Counts(planned=4, pending=4)
        transport.reachable = True
        drive(at_work, over(database, issue))
    assert at_work.trouble.error is None
    assert look(database, issue)[1] == Counts(planned=4, accepted=4)


def test_a_relay_lost_in_the_middle_gives_the_message_back(database, clock):
    ids, issue = add_readers(database, 3), add_issue(database)
    lost = TransportError("away")
    transport = FakeTransport(
        lambda envelope, times: lost if (envelope.recipient, times) == ("r2@example.org", 1) else OK
    )
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=3, accepted=3)
    with database.read() as connection:
        assert {entry.attempts for entry in ledger.entries(connection, issue.id)} == {1}


def test_lanes_that_fail_together_are_one_try(database, clock, monkeypatch):
    monkeypatch.setattr(sender, "PATIENCE", (60.0,) * 5)
    ids, issue = add_readers(database, 200), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids, size=50)
    transport = FakeTransport(reachable=False, connections=4)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        at_work.step()
        drive(at_work, lambda: at_work.trouble.tries and not at_work.busy())
        assert at_work.trouble.tries == 1


def test_a_lane_that_cannot_get_in_does_not_end_one_that_sends(database, clock):
    ids, issue = add_readers(database, 3), add_issue(database)
    transport = FakeTransport()
    with sending(make_work(database, transport, clock, ids)) as at_work:
        transport.script = lambda envelope, times: setattr(at_work, "trouble", Trouble(tries=4)) or OK
        drive(at_work, over(database, issue))
        assert at_work.trouble.tries == 0


def test_an_unexpected_error_in_the_transport_is_a_doubt_not_a_second_mail(database, clock):
    ids, issue = add_readers(database, 3), add_issue(database)
    transport = FakeTransport(
        lambda envelope, times: KeyError("ours") if envelope.recipient == "r2@example.org" else OK
    )
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=3, accepted=2, uncertain=1)
    assert max(transport.offered.values()) == 1


@pytest.mark.parametrize("error", [StateError("no edition"), ValueError("not an address")])
def test_a_message_that_cannot_be_made_fails_alone(database, clock, error):
    ids, issue = add_readers(database, 3), add_issue(database)
    work = make_work(database, FakeTransport(), clock, ids)
    usual = work.compose

    def compose(leased, now):
        if leased.subscriber == ids[1]:
            raise error
        return usual(leased, now)

    with sending(make_work(database, work.transport, clock, ids, compose=compose)) as at_work:
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=3, accepted=2, failed=1)
    assert replies(database, issue)["r2@example.org"] == f"the message could not be made: {error}"


def test_a_database_that_is_locked_while_composing_fails_nobody(database, clock):
    ids, issue = add_readers(database, 2), add_issue(database)
    work = make_work(database, FakeTransport(), clock, ids)
    usual, troubles = work.compose, [StoreError("locked")]

    def compose(leased, now):
        if troubles:
            raise troubles.pop()
        return usual(leased, now)

    with sending(make_work(database, work.transport, clock, ids, compose=compose)) as at_work:
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=2, accepted=2)


# ---- pause, resume, stop, the deadline


def paused_after(database, issue, number, transport, act):
    """A script that acts on the issue while the relay answers the message of that number."""

    def script(envelope, times):
        if len(transport.handed) == number:
            act(database, issue.id, AT)
        return OK

    return script


def test_pause_takes_effect_before_the_next_message(database, clock):
    ids, issue = add_readers(database, 10), add_issue(database)
    transport = FakeTransport()
    transport.script = paused_after(database, issue, 3, transport, steer.pause)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: state(database, issue) is IssueState.PAUSED and not at_work.busy())
        assert look(database, issue)[1] == Counts(planned=10, accepted=3, pending=7)
        assert at_work.reconcile() == []
        steer.resume(database, issue.id, AT)
        drive(at_work, over(database, issue))
    assert look(database, issue)[1] == Counts(planned=10, accepted=10)
    assert max(transport.offered.values()) == 1


def test_stop_ends_the_issue_and_accounts_for_what_was_on_its_way(database, clock):
    ids, issue = add_readers(database, 10), add_issue(database)
    transport = FakeTransport()
    transport.script = paused_after(database, issue, 3, transport, steer.stop)
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: state(database, issue) is IssueState.STOPPED and not at_work.busy())
    assert look(database, issue)[1] == Counts(planned=10, accepted=3, skipped=7)


def test_past_the_deadline_nothing_leaves_and_the_issue_closes(database, clock):
    ids, issue = add_readers(database, 4), add_issue(database)
    transport = FakeTransport()

    def script(envelope, times):
        if len(transport.handed) == 2:
            clock.forward(hours=49)
        return refuse(451) if len(transport.handed) == 1 else OK

    transport.script = script
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    assert look(database, issue)[1].open == 0
    assert look(database, issue)[1].accepted >= 1
    assert replies(database, issue)["r1@example.org"].endswith("(its deadline has passed)")


def test_an_issue_that_waited_past_its_deadline_is_skipped_unsent(database, clock):
    """A restored backup finds its queued issue again, days later."""
    ids, issue = add_readers(database, 2), add_issue(database)
    clock.forward(days=3)
    transport = FakeTransport()
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: state(database, issue) is IssueState.SKIPPED)
    assert look(database, issue)[0].note == "its deadline passed before it was sent"
    assert transport.handed == []


def test_an_issue_that_is_not_what_was_approved_is_held(database, clock):
    issue = add_issue(database, approved_hash="abc", approvers=("ann",))

    def plan(issue, now):
        raise StateError("it changed")

    with sending(make_work(database, FakeTransport(), clock, [], plan=plan)) as at_work:
        drive(at_work, lambda: state(database, issue) is IssueState.HELD)
    seen = look(database, issue)[0]
    assert (seen.note, seen.approvers, seen.approved_hash) == ("it changed", (), "")
    assert look(database, issue)[1].planned == 0


def test_an_issue_whose_newsletter_is_gone_stops_no_other(database, clock):
    ids, issue = add_readers(database, 2), add_issue(database)
    lost = add_issue(database, IssueState.SENDING, id="lost-1")

    def deadline(each):
        if each.id == lost.id:
            raise NotFoundError("no newsletter")
        return AT + timedelta(days=2)

    with sending(make_work(database, FakeTransport(), clock, ids, deadline=deadline)) as at_work:
        drive(at_work, over(database, issue))
    assert state(database, lost) is IssueState.SENDING


# ---- once only


def test_planning_twice_plans_once(database, clock):
    ids, issue = add_readers(database, 3), add_issue(database)
    with sending(make_work(database, FakeTransport(), clock, ids)) as at_work:
        at_work.expand(issue.id)
        at_work.expand(issue.id)
        assert look(database, issue)[1] == Counts(planned=3, pending=3)


def test_who_loses_the_race_to_plan_writes_nothing(database, clock):
    ids, issue = add_readers(database, 3), add_issue(database)
    first = Sender(make_work(database, FakeTransport(), clock, ids))
    usual = first.work.plan

    def plan(issue, now):
        first.expand(issue.id)
        return usual(issue, now)

    second = Sender(make_work(database, FakeTransport(), clock, ids, plan=plan))
    with pytest.raises(StateError, match="changed meanwhile"):
        second.expand(issue.id)
    assert look(database, issue)[1] == Counts(planned=3, pending=3)


def test_an_issue_closes_exactly_when_nothing_is_open(database, clock):
    ids, issue = add_readers(database, 1), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids)
    at_work = Sender(make_work(database, FakeTransport(), clock, ids))
    at_work.close_issue(issue.id)
    assert state(database, issue) is IssueState.SENDING
    with database.write() as connection:
        leased = ledger.take(connection, issue.id, 0, -1, AT)
    at_work.close_issue(issue.id)
    assert state(database, issue) is IssueState.SENDING
    with database.write() as connection:
        ledger.settle(connection, leased, Outcome(state=State.UNCERTAIN), AT)
    at_work.close_issue(issue.id)
    assert state(database, issue) is IssueState.SENT
    at_work.close_issue(issue.id)


def test_whoever_left_after_the_plan_is_never_handed_over(database, clock):
    ids, issue = add_readers(database, 6), add_issue(database)
    transport = FakeTransport()

    def script(envelope, times):
        if len(transport.handed) == 1:
            with database.write() as connection:
                readers.act(connection, ids[3], Act.UNSUBSCRIBE, now=AT, how="link")
                readers.act(connection, ids[4], Act.COMPLAIN, now=AT, how="bounce")
                readers.erase(connection, ids[5], mac=str, now=AT)
        return OK

    transport.script = script
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, over(database, issue))
    assert transport.handed == ["r1@example.org", "r2@example.org", "r3@example.org"]
    assert look(database, issue)[1] == Counts(planned=6, accepted=3, skipped=3)


def test_accounts_that_do_not_add_up_stop_the_close():
    with pytest.raises(StoreError, match="does not add up"):
        check(Counts(planned=2, accepted=1), "weekly")


# ---- the end, and what is owed


def test_stop_lets_the_message_on_its_way_finish(database, clock):
    ids, issue = add_readers(database, 20), add_issue(database)
    begun, go_on = threading.Event(), threading.Event()
    transport = FakeTransport(lambda envelope, times: (begun.set(), go_on.wait(5), OK)[2])
    at_work = Sender(make_work(database, transport, clock, ids))
    drive(at_work, begun.is_set)
    stopping = threading.Thread(target=at_work.stop)
    stopping.start()
    go_on.set()
    stopping.join(5)
    assert not stopping.is_alive()
    counts = look(database, issue)[1]
    assert counts.sending == 0
    assert counts.accepted == len(transport.handed) < 20
    at_work.step()
    assert not at_work.busy()


def test_an_outcome_that_could_not_be_written_is_owed_and_written_later(database, clock, monkeypatch):
    ids, issue = add_readers(database, 3), add_issue(database)
    usual, full = ledger.settle, threading.Event()

    def settle(*arguments):
        if full.is_set():
            raise StoreError("the disk is full")
        return usual(*arguments)

    monkeypatch.setattr(ledger, "settle", settle)
    transport = FakeTransport()
    transport.script = lambda envelope, times: (full.set() if len(transport.handed) == 3 else None) or OK
    with sending(make_work(database, transport, clock, ids)) as at_work:
        drive(at_work, lambda: at_work.trouble.error is not None)
        drive(at_work, lambda: look(database, issue)[1] == Counts(planned=3, accepted=2, sending=1))
        full.clear()
        drive(at_work, over(database, issue))  # no lane is due any more: the debt alone wakes
    assert look(database, issue)[1] == Counts(planned=3, accepted=3)
    assert transport.handed == ["r1@example.org", "r2@example.org", "r3@example.org"]


def test_a_locked_database_is_waited_for(database, clock, monkeypatch):
    ids, issue = add_readers(database, 4), add_issue(database)
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.02)
    mine = Database(str(database.url), durable=False)
    transport = FakeTransport()
    locked, free = threading.Event(), threading.Event()

    def hold():
        with database.write():
            locked.set()
            free.wait(5)

    holder = threading.Thread(target=hold)

    def script(envelope, times):
        if len(transport.handed) == 2:
            holder.start()
            locked.wait(5)
        return OK

    transport.script = script
    with sending(make_work(mine, transport, clock, ids)) as at_work:
        drive(at_work, lambda: at_work.trouble.error is not None)
        assert "locked" in str(at_work.trouble.error)
        free.set()
        holder.join(5)
        drive(at_work, over(database, issue))
    mine.close()
    assert look(database, issue)[1] == Counts(planned=4, accepted=4)
    assert max(transport.offered.values()) == 1


def test_a_database_that_cannot_be_read_is_a_trouble_not_an_end(database, clock, monkeypatch):
    at_work = Sender(make_work(database, FakeTransport(), clock, []))
    monkeypatch.setattr(at_work, "reconcile", lambda: (_ for _ in ()).throw(StoreError("locked")))
    at_work.step()
    assert str(at_work.trouble.error) == "locked"
    at_work.stop()


# ---- the pace


def test_the_rate_spaces_messages_and_stop_does_not_wait_for_it(database, clock):
    ids, issue = add_readers(database, 5), add_issue(database)
    transport = FakeTransport(rate=0.01)
    at_work = Sender(make_work(database, transport, clock, ids))
    drive(at_work, lambda: len(transport.handed) == 1)
    stopping = threading.Thread(target=at_work.stop)
    stopping.start()
    stopping.join(5)
    assert not stopping.is_alive()
    assert look(database, issue)[1] == Counts(planned=5, accepted=1, pending=4)
