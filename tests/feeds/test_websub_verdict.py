"""What a hub's answer means: a table, and laws over everything that a hub may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from builders import AT
from hypothesis import given
from hypothesis import strategies as st

from publisher.feeds.verdict import (
    JITTER,
    LONGEST,
    PATIENCE,
    SHORTEST,
    TRIES,
    Fate,
    Verdict,
    asked_for,
    backoff,
    judge,
)

SECOND = timedelta(seconds=1)


def verdict(status, headers=None, *, attempts=1, noted=AT, now=AT):
    return judge(status, headers or {}, attempts=attempts, noted=noted, key="k", now=now)


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        *((status, Fate.TOLD) for status in (200, 202, 204, 299)),
        *((status, Fate.LATER) for status in (None, 408, 425, 429, 500, 502, 503, 504, 599)),
        *((status, Fate.REFUSED) for status in (100, 199, 300, 301, 302, 307, 308, 400, 403, 404, 410, 413, 422, 499)),
    ],
)
def test_a_status_means_this(status, fate):
    found = verdict(status)
    assert found.fate is fate
    assert (found.again is not None) == (fate is Fate.LATER)


def test_the_next_attempt_comes_after_the_backoff():
    assert verdict(500) == Verdict(fate=Fate.LATER, again=AT + backoff(1, "k"))
    assert verdict(None, attempts=3).again == AT + backoff(3, "k")


@pytest.mark.parametrize(
    ("attempts", "age", "fate"),
    [
        (TRIES, PATIENCE, Fate.EXPIRED),
        (TRIES + 9, PATIENCE + SECOND, Fate.EXPIRED),
        (TRIES, PATIENCE - SECOND, Fate.LATER),
        (TRIES - 1, PATIENCE, Fate.LATER),
        (1, 30 * PATIENCE, Fate.LATER),
    ],
    ids=["both", "both and more", "not long enough", "not often enough", "switched off for a month"],
)
def test_it_is_given_up_when_tried_for_long_and_often(attempts, age, fate):
    assert verdict(503, attempts=attempts, now=AT + age).fate is fate
    assert verdict(503, {"retry-after": "5"}, attempts=attempts, now=AT + age).fate is fate
    assert verdict(200, attempts=attempts, now=AT + age).fate is Fate.TOLD


@given(st.integers(-3, 10**6), st.text(max_size=20))
def test_backoff_doubles_up_to_two_hours(attempts, key):
    plain = min(SHORTEST * 2 ** min(max(attempts, 1) - 1, 20), LONGEST)
    assert plain * (1 - JITTER) - SECOND <= backoff(attempts, key) <= plain * (1 + JITTER) + SECOND
    assert backoff(attempts, key) == backoff(attempts, key)


def test_topics_of_one_hub_do_not_come_back_at_one_moment():
    assert len({backoff(4, f"https://hub.example {number}") for number in range(50)}) > 40


def test_a_hub_that_stays_down_is_asked_about_twenty_times():
    now, attempts = AT, 0
    while (found := verdict(503, attempts=attempts + 1, now=now)).again:
        now, attempts = found.again, attempts + 1
    assert found.fate is Fate.EXPIRED
    assert PATIENCE <= now - AT < PATIENCE + 3 * LONGEST
    assert TRIES <= attempts <= 25


def test_a_hub_that_always_says_at_once_is_not_asked_each_second():
    now, attempts = AT, 0
    while (found := verdict(503, {"retry-after": "0"}, attempts=attempts + 1, now=now)).again:
        assert found.again > now
        now, attempts = found.again, attempts + 1
    assert attempts < 1000


@pytest.mark.parametrize(
    ("text", "date", "span"),
    [
        ("0", "", timedelta()),
        ("120", "", 120 * SECOND),
        (" 7 ", "", 7 * SECOND),
        ("9" * 4000, "", timedelta(seconds=999_999_999)),
        (format_datetime(AT + 90 * SECOND, usegmt=True), "", 90 * SECOND),
        (format_datetime(AT - 90 * SECOND, usegmt=True), "", timedelta()),
        ("Mon, 30 Jun 2025 08:00:30 -0000", "", 30 * SECOND),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:48:37 GMT", 60 * SECOND),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "yesterday", timedelta()),
        ("", "", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("٣", "", None),
        ("soon", "", None),
        ("5, 6", "", None),
        ("Fri, 99 Jun 2025 08:00:30 GMT", "", None),
        ("Fri, 30 Jun 99999999999999999999 08:00:30 GMT", "", None),
    ],
)
def test_retry_after_is_read(text, date, span):
    assert asked_for({"retry-after": text, "date": date}, AT) == span


def test_no_header_asks_for_nothing():
    assert asked_for({}, AT) is None


def test_a_hub_is_left_alone_for_as_long_as_it_asks_within_reason():
    assert verdict(429, {"retry-after": "1000"}).again == AT + 1000 * SECOND
    assert verdict(503, {"retry-after": "10"}).again == AT + 10 * SECOND, "sooner than we would come by ourselves"
    assert verdict(503, {"retry-after": "0"}).again == AT + backoff(1, "k") / 60
    assert verdict(503, {"retry-after": "864000"}).again == AT + LONGEST


@given(
    st.one_of(st.none(), st.integers(100, 999)),
    st.one_of(st.text(max_size=40), st.datetimes(timezones=st.just(UTC)).map(format_datetime)),
    st.integers(1, 50),
    st.timedeltas(timedelta(), timedelta(days=400)),
)
def test_whatever_a_hub_says_there_is_a_verdict_and_no_ping_lives_for_ever(status, text, attempts, age):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = verdict(status, {"retry-after": text, "date": text[::-1]}, attempts=attempts, noted=now - age, now=now)
    if found.fate is Fate.LATER:
        assert SECOND / 2 < found.again - now <= LONGEST * (1 + JITTER) + SECOND
        assert attempts < TRIES or age < PATIENCE
    else:
        assert found.again is None
