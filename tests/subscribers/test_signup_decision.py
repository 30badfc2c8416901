"""What a form is answered with: whoever fills it in, nobody gets more than three letters they did not answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.signup import DAY, FORGET, MONTH, MOST, REST, Asked, Decision, Erased, counted, decide, kind, noted
from subscribers.subscriber import Status, Subscriber

AT = datetime(2025, 6, 30, 8, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=1000)
READER = Subscriber(
    id=1, address="a@example.org", key="a@example.org", status=Status.PENDING, created=LONG_AGO, changed=LONG_AGO
)
HURT = [Status.BOUNCED, Status.COMPLAINED]


def reader(status, **changes):
    return replace(READER, status=status, **changes)


def letters(count, last=AT - DAY, first=None):
    return Asked(first=first or last, last=last, count=count)


@pytest.mark.parametrize(
    ("who", "decision"),
    [
        (None, Decision.CONFIRM),
        (reader(Status.PENDING), Decision.CONFIRM),
        (reader(Status.UNSUBSCRIBED), Decision.CONFIRM),
        (reader(Status.PENDING, former=Status.UNSUBSCRIBED), Decision.CONFIRM),
        (reader(Status.ACTIVE), Decision.KNOWN),
        (reader(Status.PAUSED), Decision.KNOWN),
    ],
)
def test_the_first_form_is_answered(who, decision):
    assert decide(who, None, None, AT) is decision
    assert decide(who, None, letters(1), AT) is decision
    assert decide(who, None, letters(2, AT - DAY), AT) is decision
    assert decide(who, None, letters(1, AT - DAY + timedelta(seconds=1)), AT) is Decision.SILENT
    assert decide(who, None, letters(MOST, AT - 2 * DAY), AT) is Decision.SILENT


def test_an_erased_reader_is_a_new_one():
    assert decide(None, Erased(at=AT, reason="erased"), None, AT) is Decision.CONFIRM
    assert decide(None, Erased(at=AT, reason="unsubscribed"), None, AT) is Decision.CONFIRM


@pytest.mark.parametrize("status", HURT)
def test_who_complained_or_bounced_hears_nothing_for_long_and_then_one_question(status):
    recent, old = AT - REST + timedelta(seconds=1), AT - REST
    assert decide(reader(status, changed=recent), None, None, AT) is Decision.SILENT
    assert decide(reader(status, changed=old), None, None, AT) is Decision.CONFIRM
    assert decide(reader(Status.PENDING, former=status, changed=old), None, None, AT) is Decision.SILENT
    assert decide(None, Erased(at=recent, reason=status), None, AT) is Decision.SILENT
    assert decide(None, Erased(at=old, reason=status), None, AT) is Decision.CONFIRM


def test_letters_from_before_a_confirmation_do_not_count():
    before = letters(MOST, AT - timedelta(days=40))
    left = reader(Status.UNSUBSCRIBED, consent_at=AT - timedelta(days=39))
    assert decide(left, None, before, AT) is Decision.CONFIRM
    assert decide(reader(Status.UNSUBSCRIBED, consent_at=LONG_AGO), None, before, AT) is Decision.SILENT
    assert decide(reader(Status.UNSUBSCRIBED), None, before, AT) is Decision.SILENT
    assert decide(None, Erased(at=AT - DAY, reason="erased"), before, AT) is Decision.CONFIRM
    assert decide(None, Erased(at=LONG_AGO, reason="erased"), before, AT) is Decision.SILENT


def test_letters_are_forgotten():
    assert decide(None, None, letters(MOST, AT - FORGET), AT) is Decision.CONFIRM
    assert decide(None, None, letters(MOST, AT - FORGET + DAY), AT) is Decision.SILENT
    known = reader(Status.ACTIVE)
    assert decide(known, None, letters(MOST, AT - DAY, AT - MONTH), AT) is Decision.KNOWN
    assert decide(known, None, letters(MOST, AT - DAY, AT - MONTH + DAY), AT) is Decision.SILENT


moments = st.timedeltas(timedelta(), timedelta(days=900)).map(lambda back: AT - back)
readers = st.none() | st.builds(
    reader, st.sampled_from(Status), former=st.sampled_from([None, *HURT, Status.UNSUBSCRIBED]), changed=moments,
    consent_at=st.none() | moments,
)  # fmt: skip
left = st.none() | st.builds(Erased, at=moments, reason=st.sampled_from(["erased", *map(str, Status)]))
sent = st.none() | st.builds(
    lambda a, b, n: Asked(first=min(a, b), last=max(a, b), count=n), moments, moments, st.integers(1, 5)
)


@settings(max_examples=300)
@given(readers, left, sent)
def test_the_laws_of_forms(who, erased, asked):
    decision = decide(who, erased, asked, AT)
    assert decision in {Decision.SILENT, kind(who)}
    if who and who.status in {Status.ACTIVE, Status.PAUSED}:
        assert decision is not Decision.CONFIRM
    else:
        assert decision is not Decision.KNOWN
    if who and who.status in HURT and AT - who.changed < REST:
        assert decision is Decision.SILENT
    if decision is not Decision.SILENT:
        told = noted(counted(who, erased, asked, AT), AT)
        assert told.count <= MOST
        assert told.last == AT
        assert told.first <= told.last


@settings(max_examples=60)
@given(st.lists(st.integers(1, 40 * 24), min_size=1, max_size=60), st.sampled_from([None, *Status]))
def test_whatever_is_posted_in_a_year_three_questions_are_all(hours, status):
    """Nobody answers: forms come at any hour for an address that only ever became pending, or was never more."""
    who = None if status is None else reader(status)
    asked, now, went = None, AT, []
    for wait in hours:
        now += timedelta(hours=wait)
        if now - AT >= FORGET:
            break
        decision = decide(who, None, asked, now)
        if decision is not Decision.SILENT:
            asked = noted(counted(who, None, asked, now), now)
            went.append(now)
            if who is None:
                who = reader(Status.PENDING, changed=now)
    if kind(who) is Decision.CONFIRM:
        assert len(went) <= MOST
    assert all(later - earlier >= DAY for earlier, later in pairwise(went))
    for moment in went:
        month = [each for each in went if moment <= each < moment + MONTH]
        assert len(month) <= 2 * MOST - 1  # fixed windows: the end of one and the beginning of the next
