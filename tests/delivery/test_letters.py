"""Letters to one person: when they go, and what becomes of those that could not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from delivery.letterbox import AT, VICTIM, add, at, letters, make_post, rows
from fakes import FakeTransport, refuse
from hypothesis import given
from hypothesis import strategies as st

from publisher import log
from publisher.delivery.delivery import Phase, Receipt
from publisher.delivery.letters import compose, postman, store
from publisher.delivery.letters.letter import LEASE, RELAY, REST, WAITS, Fate, Kind, Waiting, again, fate, fits
from publisher.delivery.letters.store import letter_table
from publisher.delivery.smtp import DOT_TIMEOUT
from publisher.errors import StateError, StoreError, TemplateError, TransportError
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import Status

SECOND = timedelta(seconds=1)


@pytest.fixture
def post(tmp_path, database):
    return make_post(tmp_path, database)


@pytest.fixture
def told(monkeypatch):
    """What is logged."""
    lines = []
    for name in ("event", "warning", "trouble"):
        monkeypatch.setattr(log, name, lambda event, *rest, **fields: lines.append(event))
    return lines


def queue(post, kind, reader, now=AT):
    with post.database.write() as connection:
        return store.queue(connection, kind, reader, now)


def pending(post, address=VICTIM, **wish):
    with post.database.write() as connection:
        return readers.add(connection, address=address, now=AT, how="signup", mac=str, **wish).id


def asked(post, number):
    """Ids of so many pending readers, a confirmation waiting for each."""
    ids = [pending(post, f"r{place}@example.org") for place in range(number)]
    for id in ids:
        queue(post, Kind.CONFIRM, id)
    return ids


# ---- the queue


def test_at_most_one_letter_of_a_kind_waits(post):
    id = pending(post)
    assert [queue(post, Kind.CONFIRM, id) for _ in range(3)] == [True, False, False]
    assert queue(post, Kind.DATA, id)
    assert letters(post) == [("confirm", id), ("data", id)]


def test_a_letter_of_data_rests_for_a_day(post):
    id, transport = add(post), FakeTransport()
    assert queue(post, Kind.DATA, id)
    assert postman.send_due(post, transport, at(AT)) == 1
    assert not queue(post, Kind.DATA, id, AT + REST - SECOND)
    assert postman.send_due(post, transport, at(AT + REST - SECOND)) == 0
    with post.database.write() as connection:
        store.drop_old(connection, AT + REST - SECOND)
    assert not queue(post, Kind.DATA, id, AT + REST - SECOND)
    assert queue(post, Kind.DATA, id, AT + REST)
    assert postman.send_due(post, transport, at(AT + REST)) == 1
    with post.database.write() as connection:
        store.drop_old(connection, AT + 2 * REST)
    assert rows(post, letter_table) == []


def test_no_row_holds_anything_personal(post):
    asked(post, 2)
    assert "example.org" not in repr(rows(post, letter_table))


def test_a_leased_letter_is_nobody_elses_until_the_lease_ends(post):
    (id,) = asked(post, 1)
    with post.database.write() as connection:
        mine = store.lease(connection, AT)
        assert mine == Waiting(id=mine.id, kind=Kind.CONFIRM, reader=id, tries=0, until=AT + LEASE)
        assert store.lease(connection, AT + LEASE - SECOND) is None
        assert store.lease_own(connection, Kind.CONFIRM, id, AT) is None
        assert not store.due(connection, AT + LEASE - SECOND)
        assert store.due(connection, AT + LEASE)
        assert store.lease(connection, AT + LEASE) == replace(mine, until=AT + 2 * LEASE)


def test_a_lease_from_a_clock_that_was_set_back_holds_nobody(post):
    (id,) = asked(post, 1)
    with post.database.write() as connection:
        store.lease(connection, AT + timedelta(days=300))
        assert store.lease(connection, AT).reader == id


# ---- sending


def test_letters_go_once_and_are_gone(post):
    asked(post, 3)
    transport = FakeTransport()
    assert postman.send_due(post, transport, at(AT)) == 3
    assert postman.send_due(post, transport, at(AT)) == 0
    assert transport.handed == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert (transport.opened, transport.open_now) == (1, 0)
    assert rows(post, letter_table) == []


def test_one_run_sends_a_bounded_number(post, monkeypatch):
    monkeypatch.setattr(postman, "MOST", 2)
    asked(post, 3)
    assert [postman.send_due(post, FakeTransport(), at(AT)) for _ in range(3)] == [2, 1, 0]


def test_nothing_is_opened_where_nothing_waits(post):
    transport = FakeTransport()
    assert postman.send_due(post, transport, at(AT)) == 0
    assert transport.opened == 0


class KilledError(BaseException):
    """The process is gone in this moment."""


def test_killed_between_lease_and_settlement_it_goes_out_again_after_the_lease(post):
    asked(post, 1)
    transport = FakeTransport(script=lambda envelope, times: killed(times))

    def killed(times):
        if times == 1:
            raise KilledError
        return Receipt(code=250)

    with pytest.raises(KilledError):
        postman.send_due(post, transport, at(AT))
    assert postman.send_due(post, transport, at(AT + LEASE - SECOND)) == 0
    assert postman.send_due(post, transport, at(AT + LEASE)) == 1
    assert postman.send_due(post, transport, at(AT + 2 * LEASE)) == 0
    assert transport.offered["r0@example.org"] == 2


def test_a_relay_that_is_down_for_an_hour_loses_nothing(post, told):
    ids = asked(post, 3)
    transport = FakeTransport(reachable=False)
    tried = 0
    for second in range(0, 3600, 30):
        before = len(told)
        assert postman.send_due(post, transport, at(AT + second * SECOND)) == 0
        tried += len(told) - before
    assert tried == 3600 / RELAY.total_seconds()  # told once a minute, not at each of the service's seconds
    assert [each["tries"] for each in rows(post, letter_table)] == [0] * len(ids)
    transport.reachable = True
    assert postman.send_due(post, transport, at(AT + timedelta(hours=1))) == 3


def test_a_relay_that_breaks_off_ends_the_run(post, told):
    asked(post, 3)
    breaks = FakeTransport(
        script=lambda envelope, times: (
            TransportError("gone", hint="wait") if "r1" in envelope.recipient else Receipt(code=250)
        )
    )
    assert postman.send_due(post, breaks, at(AT)) == 1
    assert len(letters(post)) == 2
    assert "letters.wait" in told
    assert postman.send_due(post, FakeTransport(), at(AT + RELAY)) == 2


@pytest.mark.parametrize("answer", [refuse(451), Receipt(code=0, text="closed", phase=Phase.DOT)])
def test_a_refusal_for_now_is_tried_four_times(post, told, answer):
    asked(post, 1)
    transport, moment = FakeTransport(script=lambda envelope, times: answer), AT
    postman.send_due(post, transport, at(moment))
    for wait in WAITS:
        assert letters(post)
        postman.send_due(post, transport, at(moment + wait - SECOND))
        moment += wait
        postman.send_due(post, transport, at(moment))
    assert transport.offered["r0@example.org"] == 1 + len(WAITS)
    assert rows(post, letter_table) == []
    assert told.count("letter.dropped") == 1


def test_a_refusal_for_good_is_dropped_at_once(post, told):
    asked(post, 2)
    transport = FakeTransport(
        script=lambda envelope, times: refuse(550) if "r0" in envelope.recipient else Receipt(code=250)
    )
    assert postman.send_due(post, transport, at(AT)) == 1
    assert rows(post, letter_table) == []
    assert told.count("letter.dropped") == 1


def test_who_may_not_have_a_letter_any_more_gets_none(post):
    confirmed, erased = asked(post, 2)
    with post.database.write() as connection:
        readers.act(connection, confirmed, Act.CONFIRM, now=AT, how="link")
        readers.erase(connection, erased, mac=str, now=AT)
    left = add(post, "left@example.org", Act.UNSUBSCRIBE)
    queue(post, Kind.KNOWN, left)
    complained = add(post, "angry@example.org", Act.COMPLAIN)
    queue(post, Kind.DATA, complained)
    assert postman.send_due(post, FakeTransport(), at(AT)) == 0
    assert rows(post, letter_table) == []


@pytest.mark.parametrize("error", [TemplateError("broken"), ValueError("too long"), TypeError("a defect")])
def test_a_letter_that_cannot_be_made_waits_and_stops_no_other(post, told, monkeypatch, error):
    first, _ = asked(post, 2)
    real = compose.message

    def broken(post, kind, reader, now):
        if reader.id == first:
            raise error
        return real(post, kind, reader, now)

    monkeypatch.setattr(compose, "message", broken)
    assert postman.send_due(post, FakeTransport(), at(AT)) == 1
    assert letters(post) == [("confirm", first)]
    assert "letter.unmade" in told
    monkeypatch.setattr(compose, "message", real)
    assert postman.send_due(post, FakeTransport(), at(AT + WAITS[0])) == 1


def test_a_locked_database_is_told_and_loses_nothing(post, monkeypatch):
    asked(post, 1)
    real = post.database.write

    @contextmanager
    def locked():
        raise StoreError("the database is locked", hint="wait")
        yield

    monkeypatch.setattr(post.database, "write", locked)
    with pytest.raises(StoreError):
        postman.send_due(post, FakeTransport(), at(AT))
    monkeypatch.setattr(post.database, "write", real)
    assert postman.send_due(post, FakeTransport(), at(AT)) == 1


def test_locked_while_reading_the_reader_it_is_no_fault_of_the_letter(post, monkeypatch):
    (id,) = asked(post, 1)
    monkeypatch.setattr(readers, "by_id", lambda *about: (_ for _ in ()).throw(StoreError("locked")))
    with pytest.raises(StoreError):
        postman.send_due(post, FakeTransport(), at(AT))
    assert [row["tries"] for row in rows(post, letter_table)] == [0]
    assert letters(post) == [("confirm", id)]


def test_each_lease_counts_from_the_letters_own_moment(post):
    asked(post, 3)
    moments, others = [AT], FakeTransport()

    def slowly(envelope, times):
        moments[0] += timedelta(seconds=110)
        if envelope.recipient == "r2@example.org":  # 330 s after the run began; another process looks
            postman.send_due(post, others, at(AT + LEASE + SECOND))
        return Receipt(code=250)

    assert timedelta(seconds=DOT_TIMEOUT) < LEASE
    assert postman.send_due(post, FakeTransport(script=slowly), lambda: moments[0]) == 3
    assert others.handed == []


def test_a_run_behind_a_slow_relay_ends(post):
    asked(post, 3)
    moments = [AT]

    def slowly(envelope, times):
        moments[0] += postman.LONG
        return Receipt(code=250)

    sent = [postman.send_due(post, FakeTransport(script=slowly), lambda: moments[0]) for _ in range(4)]
    assert sent == [1, 1, 1, 0]


@pytest.mark.parametrize("kind", [Kind.CONFIRM, Kind.DATA])
def test_who_settles_after_the_lease_leaves_the_letter_to_its_new_holder(post, kind):
    queue(post, kind, pending(post))
    with post.database.write() as connection:
        mine = store.lease(connection, AT)
        theirs = store.lease(connection, AT + LEASE)
        before = connection.execute(letter_table.select()).all()
        store.done(connection, mine)
        store.drop(connection, mine)
        store.put_off(connection, mine, AT + 3 * LEASE)
        assert connection.execute(letter_table.select()).all() == before
        store.drop(connection, theirs)
        assert connection.execute(letter_table.select()).all() == []


def test_a_number_is_never_given_twice(post):
    (first,) = asked(post, 1)
    with post.database.write() as connection:
        mine = store.lease(connection, AT)
        store.drop(connection, mine)
        store.queue(connection, Kind.DATA, first, AT)
        assert store.lease(connection, AT).id > mine.id


def test_a_defect_while_sending_stops_no_other(post, told):
    asked(post, 2)

    def broken(envelope, times):
        if "r0" in envelope.recipient:
            raise TypeError("a defect")
        return Receipt(code=250)

    transport = FakeTransport(script=broken)
    assert postman.send_due(post, transport, at(AT)) == 1
    assert [row["tries"] for row in rows(post, letter_table)] == [1]
    assert "letter.unmade" in told
    assert transport.open_now == 0


def test_what_is_logged_names_nobody(post, capsys):
    asked(post, 1)
    reply = Receipt(code=550, text="5.1.1 <r0@example.org>: no such user")
    postman.send_due(post, FakeTransport(script=lambda envelope, times: reply), at(AT))
    said = capsys.readouterr().err
    assert "letter.dropped" in said
    assert "5.1.1" in said
    assert "r0@" not in said


# ---- one's own letter


def own(post, id):
    with post.database.write() as connection:
        store.queue(connection, Kind.CONFIRM, id, AT)
        return store.lease_own(connection, Kind.CONFIRM, id, AT)


def test_a_command_sends_its_own_letter(post):
    letter = own(post, pending(post))
    assert postman.send_due(post, FakeTransport(), at(AT)) == 0
    assert postman.send_own(post, FakeTransport(), letter, AT).code == 250
    assert rows(post, letter_table) == []


def test_a_command_whose_relay_is_down_leaves_the_letter_to_the_service(post):
    letter = own(post, pending(post))
    with pytest.raises(TransportError):
        postman.send_own(post, FakeTransport(reachable=False), letter, AT)
    assert postman.send_due(post, FakeTransport(), at(AT + RELAY)) == 1


def test_a_command_whose_letter_cannot_be_made_says_so(post):
    letter = own(post, pending(post))
    bare = replace(post, config=post.config.model_copy(update={"newsletters": {}}))
    with pytest.raises(StateError):
        postman.send_own(bare, FakeTransport(), letter, AT)
    assert [row["tries"] for row in rows(post, letter_table)] == [1]


def test_a_command_sends_nothing_to_who_was_quicker(post):
    id = pending(post)
    letter = own(post, id)
    with post.database.write() as connection:
        readers.act(connection, id, Act.CONFIRM, now=AT, how="link")
    assert postman.send_own(post, FakeTransport(), letter, AT) is None


def test_a_command_may_send_a_letter_that_was_put_off(post):
    id = pending(post)
    queue(post, Kind.CONFIRM, id)
    postman.send_due(post, FakeTransport(script=lambda envelope, times: refuse(451)), at(AT))
    assert postman.send_own(post, FakeTransport(), own(post, id), AT).code == 250


# ---- decisions


@pytest.mark.parametrize(
    ("code", "tries", "expected"),
    [
        (250, 0, (Fate.SENT, timedelta())),
        (251, 3, (Fate.SENT, timedelta())),
        (451, 0, (Fate.LATER, WAITS[0])),
        (451, 2, (Fate.LATER, WAITS[2])),
        (451, 3, (Fate.DROPPED, timedelta())),
        (0, 0, (Fate.LATER, WAITS[0])),
        (550, 0, (Fate.DROPPED, timedelta())),
    ],
)
def test_what_becomes_of_a_letter(code, tries, expected):
    assert fate(Receipt(code=code), tries) == expected


@given(st.integers(0, 10))
def test_it_ends_some_day(tries):
    assert (again(tries)[0] is Fate.DROPPED) == (tries >= len(WAITS))


def test_who_may_have_which():
    assert {kind: {status for status in Status if fits(kind, status)} for kind in Kind} == {
        Kind.CONFIRM: {Status.PENDING},
        Kind.KNOWN: {Status.ACTIVE, Status.PAUSED},
        Kind.DATA: {Status.PENDING, Status.ACTIVE, Status.PAUSED, Status.UNSUBSCRIBED},
    }
