"""Leaving and taking it back, pauses that end, newsletters declined, addresses that nobody confirmed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from subscribers import store
from subscribers.consent import UNDO_WITHIN, Act
from subscribers.error import PreferenceError, RefusedError, UnknownError
from subscribers.row import parse_row
from subscribers.subscriber import SUPPRESSED, Status
from subscribers.tokens import Keys, mac

KEYS = Keys((b"k" * 32,))

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


def forgotten(connection, asked_before):
    done = store.forget_unconfirmed(connection, asked_before, LATER, mac=partial(mac, KEYS))
    return done.removed, done.kept


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
    number = store.leave(connection, ann.id, now=NOW, how="link")[1]
    assert store.resume_due(connection, LATER) == 0
    back = store.undo(connection, number, now=NOW + timedelta(seconds=5), how="link")
    assert (back.status, back.paused_until) == (Status.PAUSED, SOON)


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
    assert forgotten(connection, NOW) == ((), 0)
    assert forgotten(connection, SOON) == ((bob.id,), 0)
    assert store.by_id(connection, bob.id) is None
    assert connection.execute(store.consent_event.select()).all() == []
    assert connection.execute(store.subscriber_topic.select()).all() == []
    assert connection.execute(store.suppression.select()).all() == []


def test_a_new_letter_counts_anew(connection, hashed):
    for now in (NOW, LATER):
        store.add(connection, address="bob@example.org", now=now, how="signup", mac=hashed)
    assert forgotten(connection, LATER) == ((), 0)
    assert len(forgotten(connection, LATER + timedelta(seconds=1))[0]) == 1


@pytest.mark.parametrize("act", [Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN])
def test_a_strangers_form_takes_nothing_from_who_had_left(connection, ann, hashed, act):
    store.set_preferences(connection, ann.id, now=NOW, how="preferences", name="Ann", topics=["chips"], language="en")
    was = store.act(connection, ann.id, act, now=NOW, how="link")
    form = {"topics": ["ai"], "language": "zh-CN", "ip": "203.0.113.9", "consent_text": "theirs"}
    asked = store.add(connection, address="ANN@example.org", now=SOON, how="signup", mac=hashed, **form)
    assert (asked.status, asked.former, asked.asked_at) == (Status.PENDING, was.status, SOON)
    assert forgotten(connection, LATER) == ((), 1)
    back = store.get(connection, ann.id)
    assert back == dataclasses.replace(was, changed=LATER)
    assert statuses(connection, ann.id)[-1] == (Act.EXPIRE, was.status)
    assert forgotten(connection, LATER) == ((), 0)


def test_what_is_confirmed_is_what_was_asked_for_last(connection, ann, hashed):
    store.set_preferences(connection, ann.id, now=NOW, how="preferences", name="Ann", declined=["weekly"])
    store.leave(connection, ann.id, now=NOW, how="link")
    form = {"topics": ["ai"], "newsletter": "weekly", "language": "zh-CN", "ip": "192.0.2.9", "consent_text": "anew"}
    before = store.add(connection, address="ann@example.org", now=SOON, how="signup", mac=hashed, **form)
    first = store.confirm_epoch(connection, ann.id)
    store.add(
        connection, address="ann@example.org", now=LATER, how="signup", mac=hashed, **form | {"topics": ["chips"]}
    )
    assert first not in {0, store.confirm_epoch(connection, ann.id)}
    assert (before.topics, before.declined) == ((), ("weekly",))
    done = store.act(connection, ann.id, Act.CONFIRM, now=LATER, how="link")
    assert (done.topics, done.newsletter, done.language, done.name) == (("chips",), "weekly", "zh-CN", "Ann")
    assert (done.consent_text, done.consent_ip, done.consent_at) == ("anew", "192.0.2.9", LATER)
    assert (done.declined, done.asked_at, done.former) == ((), None, None)
    assert stream(connection, "weekly") == ["ann@example.org"]
    assert connection.execute(store.subscriber_topic.select()).all() == [(ann.id, "chips")]


def test_of_two_suppressions_the_graver_stays_behind_a_new_sign_up(connection, ann, hashed):
    store.act(connection, ann.id, Act.COMPLAIN, now=NOW, how="complaint")
    store.add(connection, address="ann@example.org", now=SOON, how="signup", mac=hashed)
    after = store.act(connection, ann.id, Act.UNSUBSCRIBE, now=SOON, how="link")
    assert (after.status, after.former) == (Status.COMPLAINED, None)


def test_an_erased_address_that_a_stranger_typed_is_gone_again(connection, ann, hashed):
    store.erase(connection, ann.id, mac=hashed, now=NOW)
    typed = store.add(connection, address="ann@example.org", now=SOON, how="signup", ip="203.0.113.9", mac=hashed)
    assert typed.former is Status.UNSUBSCRIBED
    assert forgotten(connection, LATER) == ((typed.id,), 0)
    assert connection.execute(store.subscriber.select()).all() == []
    assert connection.execute(store.consent_event.select()).all() == []
    assert len(connection.execute(store.suppression.select()).all()) == 1


def test_an_erased_complaint_is_a_complaint(connection, ann, hashed):
    store.act(connection, ann.id, Act.COMPLAIN, now=NOW, how="complaint")
    store.erase(connection, ann.id, mac=hashed, now=NOW)
    typed = store.add(connection, address="ann@example.org", now=SOON, how="signup", mac=hashed)
    assert typed.former is Status.COMPLAINED


def test_who_was_imported_as_pending_stays_whatever_a_stranger_types(connection, hashed):
    row = parse_row(2, {"email": "eve@example.org", "topics": "chips", "name": "Eve"})
    list(store.import_rows(connection, [row], now=NOW, apply=True, mac=hashed))
    assert forgotten(connection, LATER) == ((), 0)
    eve = store.by_address(connection, "eve@example.org")
    store.add(connection, address="eve@example.org", now=NOW, how="signup", topics=["ai"], mac=hashed)
    assert forgotten(connection, SOON) == ((), 1)
    assert store.get(connection, eve.id) == dataclasses.replace(eve, changed=LATER)


def test_what_others_enter_for_a_pending_reader_takes_nothing_from_them(connection, hashed):
    signed = {"topics": ["ai"], "format": "text", "consent_text": "I agree", "ip": "192.0.2.9", "language": "en"}
    store.add(connection, address="bob@example.org", now=NOW, how="signup", mac=hashed, **signed)
    bob = store.add(connection, address="bob@example.org", now=SOON, how="command line", name="Bob", mac=hashed)
    done = store.act(connection, bob.id, Act.CONFIRM, now=LATER, how="link")
    assert (done.topics, done.format, done.language, done.name) == (("ai",), "text", "en", "Bob")
    assert (done.consent_text, done.consent_ip) == ("I agree", "192.0.2.9")


def test_a_mailbox_that_bounced_since_is_not_taken_back(connection, ann):
    number = store.leave(connection, ann.id, now=NOW, how="link")[1]
    store.act(connection, ann.id, Act.BOUNCE, now=SOON, how="bounce", text="550 no such user")
    with pytest.raises(RefusedError):
        store.undo(connection, number, now=SOON, how="link")


def test_a_click_done_twice_is_one_leaving(connection, ann):
    number = store.leave(connection, ann.id, now=NOW, how="link", ip="192.0.2.9")[1]
    assert store.leave(connection, ann.id, now=NOW, how="link", ip="192.0.2.9")[1] == number
    assert store.undo(connection, number, now=SOON, how="link").status is Status.ACTIVE


def test_nobody_is_brought_back_by_a_bare_act(connection, ann):
    store.leave(connection, ann.id, now=NOW, how="link")
    with pytest.raises(RefusedError, match="not brought back by this"):
        store.act(connection, ann.id, Act.UNDO, now=SOON, how="link")


# ---- engagement


def test_only_a_later_visit_moves_the_last_one(connection, ann):
    for at, last in ((SOON, SOON), (NOW, SOON), (LATER, LATER)):
        store.engage(connection, ann.id, at)
        assert store.get(connection, ann.id).engaged_at == last
    assert len(store.history(connection, ann.id)) == 1  # no act of theirs
