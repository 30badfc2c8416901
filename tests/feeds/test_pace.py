from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.feeds.pace import Pace, Unit, pace

START = datetime(2024, 2, 28, 12, tzinfo=UTC)
SPANS = {Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 365.25 / 12, Unit.YEAR: 365.25}


def every(days, number=8):
    return [START + timedelta(days=days * i) for i in range(number)]


@pytest.mark.parametrize(
    ("days", "count", "unit"),
    [
        (0.05, 7, Unit.DAY),  # eight of one day, and not twenty a day
        (0.25, 4, Unit.DAY), (0.5, 2, Unit.DAY), (1, 1, Unit.DAY), (1.3, 1, Unit.DAY),
        (1.4, 5, Unit.WEEK), (2, 4, Unit.WEEK), (2.33, 3, Unit.WEEK), (7, 1, Unit.WEEK), (9, 1, Unit.WEEK),
        (10, 3, Unit.MONTH), (14, 2, Unit.MONTH), (30, 1, Unit.MONTH),
        (61, 6, Unit.YEAR), (180, 2, Unit.YEAR), (365, 1, Unit.YEAR), (2000, 1, Unit.YEAR),
    ],
)  # fmt: skip
def test_the_rhythm_in_the_unit_that_people_would_take(days, count, unit):
    assert pace(every(days)) == Pace(count=count, unit=unit)


def test_none_where_there_is_no_rhythm_to_tell():
    assert pace([]) is None
    assert pace(every(3, 1)) is None
    assert pace(every(3, 2)) is None
    assert pace([START] * 30) is None  # a site that moved in at one moment


@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), max_size=40))
@settings(max_examples=150)
def test_any_dates_in_any_order_have_at_least_one_entry_a_unit_and_no_clock(moments):
    told = pace(moments)
    assert told == pace(sorted(moments)) == pace([moment + timedelta(days=1000) for moment in moments])
    if told is not None:
        assert told.count >= 1
        if told.unit is not Unit.YEAR:
            days = max((max(moments) - min(moments)) / timedelta(days=1), 1.0)
            assert told.count == pytest.approx((len(moments) - 1) / days * SPANS[told.unit], abs=0.51)
