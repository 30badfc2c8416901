"""Who is suppressed for soft bounces, what resets the count, and which burst is an alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.bounces import judge
from publisher.delivery.bounces.judge import Event, burst, worn_out
from publisher.delivery.bounces.report import Kind
from subscribers.consent import Act


def days(*numbers, name="i"):
    """One event for each day, each of an issue of its own."""
    return [Event(f"{name}{number}", AT + timedelta(days=number)) for number in numbers]


def at(day):
    return AT + timedelta(days=day)


def test_only_what_is_certain_acts_at_once():
    assert judge.ACTS == {Kind.INVALID: Act.BOUNCE, Kind.COMPLAINT: Act.COMPLAIN, Kind.LEAVE: Act.UNSUBSCRIBE}


@pytest.mark.parametrize(
    ("bounced", "expected"),
    [
        pytest.param([], False, id="none"),
        pytest.param([0, 7, 14], False, id="three issues"),
        pytest.param([0, 7, 14, 21], True, id="a weekly, four times"),
        pytest.param(range(15), False, id="a daily for 14 days"),
        pytest.param(range(16), True, id="a daily for 15 days"),
        pytest.param([0, 5, 10, 14.99], False, id="four issues in less than 15 days"),
        pytest.param([0, 14, 28, 42, 56], False, id="every two weeks, five times: weight 2.9"),
        pytest.param([0, 14, 28, 42, 56, 70], True, id="every two weeks, six times"),
        pytest.param([0, 30, 60], False, id="a monthly, three times"),
        pytest.param([0, 30, 60, 89], False, id="89 days"),
        pytest.param([0, 30, 60, 90], True, id="a monthly for 90 days"),
        pytest.param([0, 1, 2, 30], False, id="a bad week a month ago weighs less"),
    ],
)
def test_soft_bounces_suppress_when_they_last(bounced, expected):
    assert worn_out(days(*bounced), [], at(max(bounced, default=0))) is expected


def test_one_issue_counts_once_however_often_it_is_reported():
    told = [Event("a", at(day)) for day in range(30)]
    assert not worn_out(told, [], at(30))
    assert worn_out([*told, *days(10, 20, 28)], [], at(30))


def test_bounces_of_unknown_issues_count_by_the_day():
    hours = [Event("", AT + timedelta(hours=hour)) for hour in range(12)]
    assert not worn_out(hours, [], at(1))
    assert worn_out([Event("", at(day)) for day in (0, 7, 14, 21)], [], at(21))


def test_a_delivery_ends_the_count():
    bounced = days(0, 7, 12, 14)
    arrived = [Event("fine", at(21))]
    assert worn_out([*bounced, *days(28)], [], at(28))
    assert not worn_out([*bounced, *days(28)], arrived, at(28))
    assert not worn_out([*bounced, *days(28, 35, 42)], arrived, at(42))
    assert worn_out([*bounced, *days(28, 35, 42, 49)], arrived, at(49))  # four since


def test_what_was_taken_and_came_back_is_no_delivery():
    bounced = days(0, 7, 12, 14, 28)
    assert worn_out(bounced, [Event("i28", at(20))], at(28))  # the very one: eight days in a queue
    assert worn_out(bounced, [Event("fine", at(24))], at(29))  # another came back four days after it
    assert worn_out(bounced, [Event("fine", at(9))], at(29))
    assert worn_out(bounced, [Event("fresh", at(28.5))], at(29))  # too fresh to tell


@given(
    st.lists(st.integers(0, 200), max_size=12, unique=True),
    st.lists(st.integers(0, 200), max_size=6, unique=True),
    st.integers(0, 30),
)
def test_a_delivery_never_makes_it_worse_and_order_is_nothing(bounced, arrived, later):
    now = at(max([*bounced, *arrived, 0]) + later)
    events, fine = days(*bounced), days(*arrived, name="ok")
    if worn_out(events, fine, now):
        assert worn_out(list(reversed(events)), [], now)
        assert len(events) >= judge.ISSUES
        assert max(bounced) - min(bounced) >= judge.DAYS.days


@pytest.mark.parametrize(
    ("bad", "refused", "accepted", "alarm"),
    [
        (20, 0, 0, ""),
        (21, 0, 0, "21 readers of 0"),
        (20, 20, 100, ""),
        (50, 0, 1000, ""),
        (51, 0, 1000, "51 readers of 1000"),
        (0, 51, 1000, "51 mails of 1000 were refused"),
        (60, 51, 1000, "60 readers"),
    ],
)
def test_a_burst_is_more_than_twenty_and_than_a_twentieth(bad, refused, accepted, alarm):
    said = burst(bad, refused, accepted)
    assert said.startswith(alarm)
    assert bool(said) is bool(alarm)
