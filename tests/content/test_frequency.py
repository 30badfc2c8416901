"""How often a topic brings something, as the sign-up form tells it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.frequency import WINDOW, YOUNG, Frequency, Unit, frequency

NOW = datetime(2025, 6, 30, 8, tzinfo=UTC)
OLD = NOW - timedelta(days=400)


def every(days: float, count: int) -> list[datetime]:
    return [NOW - timedelta(days=days * (number + 0.5)) for number in range(count)]


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        ([], Frequency(unit=Unit.NEW)),
        ([NOW - timedelta(days=13)], Frequency(unit=Unit.NEW)),
        ([NOW + timedelta(days=1)], Frequency(unit=Unit.NEW)),
        ([OLD], Frequency(unit=Unit.RARE)),
        ([OLD, NOW - timedelta(days=1)], Frequency(unit=Unit.RARE)),
        ([NOW - timedelta(days=50)], Frequency(unit=Unit.RARE)),
        ([OLD, *every(28, 2)], Frequency(unit=Unit.MONTH, count=1)),
        ([OLD, *every(14, 4)], Frequency(unit=Unit.MONTH, count=2)),
        ([OLD, *every(7, 8)], Frequency(unit=Unit.WEEK, count=1)),
        ([OLD, *every(1.75, 32)], Frequency(unit=Unit.WEEK, count=4)),
        ([OLD, *every(1, 56)], Frequency(unit=Unit.DAY, count=1)),
        ([OLD, *every(0.25, 224)], Frequency(unit=Unit.DAY, count=4)),
        (every(3.5, 8), Frequency(unit=Unit.WEEK, count=2)),  # it began within the window, and is counted from there
    ],
)
def test_the_last_eight_weeks_tell(moments, told):
    assert frequency(moments, NOW) == told


@settings(max_examples=60)
@given(st.lists(st.integers(min_value=-100_000, max_value=2_000_000), max_size=60))
def test_a_count_is_at_least_one_and_rises_with_the_articles(minutes):
    moments = [NOW - timedelta(minutes=each) for each in minutes]
    told = frequency(moments, NOW)
    assert (told.count >= 1) == (told.unit in {Unit.DAY, Unit.WEEK, Unit.MONTH})
    past = [moment for moment in moments if moment <= NOW]
    assert (told.unit is Unit.NEW) == (not past or NOW - min(past) < YOUNG)
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 365.25 / 12}
    if told.unit in days:
        span = min(NOW - min(past), WINDOW)
        true = sum(moment >= NOW - span for moment in past) / (span / timedelta(days=days[told.unit]))
        assert abs(told.count - true) <= 0.5
