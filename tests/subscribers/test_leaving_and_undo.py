"""Leaving and taking it back, pauses that end, newsletters declined, addresses that nobody confirmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from subscribers import store
from subscribers.consent import UNDO_WITHIN, Act
from subscribers.error import PreferenceError, RefusedError, UnknownError
from subscribers.subscriber import SUPPRESSED, Status

NOW = datetime(2025, 6, 30, 8, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def ann(connection, hashed):
    return store.add(
        connection,
        address="ann@example.org",
        now=NOW - timedelta(days=100),
        how="command",
        confirmed=True,
        consent_text="Yes",
        mac=hashed,
    )


def statuses(connection, id):
    return [(each.act, each.status) for each in store.history(connection, id)]


@pytest.mark.parametrize("before", [Status.ACTIVE, Status.PAUSED])
def test_who_leaves_may_take_it_back_and_is_what_they_were(connection, ann, before):
    if before is Status.PAUSED:
        store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences")
    left, number = store.leave(connection, ann.id, now=NOW, how="link", text="too many")
    assert left.status is Status.UNSUBSCRIBED
    back = store.undo(connection, number, now=SOON, how="link", ip="192.0.2.7")
    assert back.status is before
    assert statuses(connection, ann.id)[-2:] == [(Act.UNSUBSCRIBE, Status.UNSUBSCRIBED), (Act.UNDO, before)]
    assert store.history(connection, ann.id)[-2].text == "too many"
    with pytest.raises(RefusedError):  # once
        store.undo(connection, number, now=SOON, how="link")


def test_an_undo_comes_too_late_after_half_an_hour(connection, ann):
    number = store.leave(connection, ann.id, now=NOW, how="link")[1]
    with pytest.raises(RefusedError, match="cannot take that back"):
        store.undo(connection, number, now=NOW + UNDO_WITHIN, how="link")
    assert store.undo(connection, number, now=NOW + UNDO_WITHIN - timedelta(seconds=1), how="link").status == "active"


def test_who_leaves_last_decides(connection, ann):
    theirs = store.leave(connection, ann.id, now=NOW, how="link")[1]  # somebody with a forwarded mail
    reader, nothing = store.leave(connection, ann.id, now=SOON, how="one-click")
    assert (reader.status, nothing) == (Status.UNSUBSCRIBED, None)
    with pytest.raises(RefusedError):
        store.undo(connection, theirs, now=SOON, how="link")


def test_leaving_again_later_adds_nothing_to_the_history(connection, ann):
    store.leave(connection, ann.id, now=NOW, how="link")
    before = store.history(connection, ann.id)
    store.leave(connection, ann.id, now=LATER, how="link")
    assert store.history(connection, ann.id) == before


@pytest.mark.parametrize("act", [Act.BOUNCE, Act.COMPLAIN])
def test_what_happened_after_the_leaving_is_not_taken_back(connection, ann, act):
    number = store.leave(connection, ann.id, now=NOW, how="link")[1]
    after = store.act(connection, ann.id, Act.COMPLAIN, now=SOON, how=str(act))
    with pytest.raises(RefusedError):
        store.undo(connection, number, now=SOON, how="link")
    assert store.get(connection, ann.id).status is after.status


@pytest.mark.parametrize("act", [Act.BOUNCE, Act.COMPLAIN])
def test_who_was_suppressed_before_has_nothing_to_take_back(connection, ann, act):
    store.act(connection, ann.id, act, now=NOW, how="bounce")
    reader, number = store.leave(connection, ann.id, now=SOON, how="link")
    assert reader.status in SUPPRESSED
    assert number is None


def test_only_a_leaving_can_be_undone(connection, ann):
    store.act(connection, ann.id, Act.COMPLAIN, now=NOW, how="bounce")
    for number in range(-1, 10):
        with pytest.raises(UnknownError):
            store.undo(connection, number, now=SOON, how="link")
    assert store.get(connection, ann.id).status is Status.COMPLAINED


def test_a_pending_reader_who_leaves_has_nothing_to_take_back(connection, hashed):
    bob = store.add(connection, address="bob@example.org", now=NOW, how="signup", mac=hashed)
    assert store.leave(connection, bob.id, now=NOW, how="link")[1] is None


# ---- pauses


def test_a_pause_ends_at_its_moment(connection, ann):
    paused = store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences", until=LATER)
    assert (paused.status, paused.paused_until) == (Status.PAUSED, LATER)
    assert store.resume_due(connection, LATER - timedelta(microseconds=1)) == 0
    assert store.resume_due(connection, LATER) == 1
    back = store.get(connection, ann.id)
    assert (back.status, back.paused_until) == (Status.ACTIVE, None)
    assert store.history(connection, ann.id)[-1].how == "end of the pause"
    assert store.resume_due(connection, LATER) == 0


def test_a_pause_without_an_end_lasts(connection, ann):
    store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences")
    assert store.resume_due(connection, NOW + timedelta(days=9999)) == 0


def test_the_end_of_a_pause_can_be_moved_and_is_kept_in_the_history(connection, ann):
    store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences", until=SOON)
    moved = store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences", until=LATER)
    assert moved.paused_until == LATER
    assert len(store.history(connection, ann.id)) == 3
    assert store.act(connection, ann.id, Act.PAUSE, now=SOON, how="preferences", until=LATER) == moved


def test_who_leaves_while_paused_is_not_resumed(connection, ann):
    store.act(connection, ann.id, Act.PAUSE, now=NOW, how="preferences", until=SOON)
    store.leave(connection, ann.id, now=NOW, how="link")
    assert store.resume_due(connection, LATER) == 0
    assert store.get(connection, ann.id).paused_until is None


# ---- newsletters declined


def stream(connection, newsletter):
    found = store.readers(connection, newsletter=newsletter, schedule="weekly", first=True)
    counted = store.wishes(connection, newsletter=newsletter, schedule="weekly", first=True, default_language="en")
    assert sum(count for _, count in counted) == len(found)
    return [reader.address for reader in found]


def test_a_declined_newsletter_is_not_sent_and_the_others_are(connection, ann):
    store.set_preferences(connection, ann.id, now=NOW, how="preferences", declined=["chips_weekly", " "])
    assert store.get(connection, ann.id).declined == ("chips_weekly",)
    assert stream(connection, "chips_weekly") == []
    assert stream(connection, "chips") == stream(connection, "weekly") == ["ann@example.org"]
    assert stream(connection, "chipsXweekly") == ["ann@example.org"]  # _ is no wildcard
    assert stream(connection, "%") == ["ann@example.org"]
    store.set_preferences(connection, ann.id, now=LATER, how="preferences", declined=[])
    assert stream(connection, "chips_weekly") == ["ann@example.org"]


def test_a_declined_newsletter_must_be_a_name(connection, ann):
    with pytest.raises(PreferenceError, match="newsletter 'a;b' is no name"):
        store.set_preferences(connection, ann.id, now=NOW, how="preferences", declined=["a;b"])


# ---- nobody confirmed


def test_who_does_not_confirm_in_time_is_forgotten(connection, hashed):
    bob = store.add(connection, address="bob@example.org", topics=["chips"], now=NOW, how="signup", mac=hashed)
    assert store.forget_unconfirmed(connection, NOW, LATER) == 0
    assert store.forget_unconfirmed(connection, SOON, LATER) == 1
    assert store.by_id(connection, bob.id) is None
    assert connection.execute(store.consent_event.select()).all() == []
    assert connection.execute(store.subscriber_topic.select()).all() == []
    assert connection.execute(store.suppression.select()).all() == []


def test_a_new_letter_counts_anew(connection, hashed):
    for now in (NOW, LATER):
        store.add(connection, address="bob@example.org", now=now, how="signup", mac=hashed)
    assert store.forget_unconfirmed(connection, LATER, LATER) == 0
    assert store.forget_unconfirmed(connection, LATER + timedelta(seconds=1), LATER) == 1


@pytest.mark.parametrize("act", [Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN])
def test_who_had_left_and_does_not_confirm_is_what_they_were(connection, ann, hashed, act):
    was = store.act(connection, ann.id, act, now=NOW, how="link").status
    store.add(connection, address="ann@example.org", now=NOW, how="signup", mac=hashed)
    assert store.forget_unconfirmed(connection, SOON, LATER) == 1
    back = store.get(connection, ann.id)
    assert (back.status, back.former) == (was, None)
    assert statuses(connection, ann.id)[-1] == (Act.EXPIRE, was)


def test_who_confirmed_or_was_never_asked_stays(connection, ann, hashed):
    bob = store.add(connection, address="bob@example.org", now=NOW, how="signup", mac=hashed)
    store.act(connection, bob.id, Act.CONFIRM, now=NOW, how="link")
    row = {"status": "pending", "former": ""}
    connection.execute(store.subscriber.update().where(store.subscriber.c.id == ann.id).values(row))
    store.consent_event.delete().where(store.consent_event.c.subscriber == ann.id)
    assert store.forget_unconfirmed(connection, LATER, LATER) == 0


# ---- engagement


def test_only_a_later_visit_moves_the_last_one(connection, ann):
    for at, last in ((SOON, SOON), (NOW, SOON), (LATER, LATER)):
        store.engage(connection, ann.id, at)
        assert store.get(connection, ann.id).engaged_at == last
    assert len(store.history(connection, ann.id)) == 1  # no act of theirs
