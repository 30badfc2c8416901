from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import times

AT = datetime(2025, 6, 30, 15, 10, 4, 123456, timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("7d", timedelta(7)),
        ("24h", timedelta(1)),
        ("90m", timedelta(minutes=90)),
        (" 2W ", timedelta(14)),
        ("0", timedelta()),
    ],
)
def test_duration(text: str, span: timedelta):
    assert times.duration(text) == span


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1.5h", "1d2h"])
def test_what_is_no_duration_says_what_to_write(text: str):
    with pytest.raises(ValueError, match="is not a duration; write a number and a unit, for example 12h, 7d or 2w"):
        times.duration(text)


@given(st.integers(1, 9_999_999))
def test_a_span_is_a_duration_again(seconds: int):
    assert times.duration(times.span(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["14d", "36h", "90m", "45s"])
def test_a_span_is_written_in_the_largest_unit_that_fits(text: str):
    assert times.span(times.duration(text)) == text


def test_written_forms():
    assert times.rfc3339(AT) == "2025-06-30T07:10:04Z"
    assert times.rfc822(AT) == "Mon, 30 Jun 2025 15:10:04 +0800"
    assert times.parse_rfc3339("2025-06-30T15:10:04.123456+08:00") == AT


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="a moment without a zone"):
        times.utc(datetime(2025, 1, 1))
    with pytest.raises(ValueError, match="has no time zone; write for example 2025-06-30T08:00:00"):
        times.parse_rfc3339("2025-06-30T08:00:00")


@given(st.datetimes(datetime(1000, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_rfc3339_is_read_back(moment: datetime):
    assert times.parse_rfc3339(times.rfc3339(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("08:00", {"hour": "8", "minute": "0"}),
        ("mon 08:05", {"hour": "8", "minute": "5", "day_of_week": "mon"}),
        ("Mon,Thu 23:59", {"hour": "23", "minute": "59", "day_of_week": "mon,thu"}),
        ("15 8:00", {"hour": "8", "minute": "0", "day": "15"}),
        ("1st mon 09:00", {"hour": "9", "minute": "0", "day": "1st mon"}),
        ("last fri 09:00", {"hour": "9", "minute": "0", "day": "last fri"}),
    ],
)
def test_recurrence(text: str, fields: dict[str, str]):
    assert times.recurrence(text) == times.Recurrence(text=text, fields=fields)


@pytest.mark.parametrize(
    "text", ["", "24:00", "8", "funday 08:00", "0 08:00", "32 08:00", "6th mon 08:00", "a b c 08:00"]
)
def test_what_is_no_schedule_lists_the_forms(text: str):
    with pytest.raises(ValueError, match='is not a schedule; write "08:00", "mon 08:00"'):
        times.recurrence(text)


def test_cron_counts_sunday_as_0_and_7():
    assert times.cron("0 8 * * 1-5").fields["day_of_week"] == "mon,tue,wed,thu,fri"
    assert times.cron("0 8 * * 0").fields["day_of_week"] == times.cron("0 8 * * 7").fields["day_of_week"] == "sun"
    assert times.cron("*/15 8 1 jan *").fields == {
        "minute": "*/15", "hour": "8", "day": "1", "month": "jan", "day_of_week": "*"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 8 * *", "has 4 fields; cron has five"),
        ("0 8 1 * mon", "names a day of the month and a weekday; write two schedules"),
        ("60 8 * * *", "60 is out of range for cron's minute"),
        ("0 8 * * funday", "'funday' is not a name that cron's day_of_week knows"),
        ("0 8 ? * *", "is not a cron field"),
        ("jan 8 * * *", "'jan' is not a name that cron's minute knows"),
    ],
)
def test_what_cron_does_not_know(text: str, message: str):
    with pytest.raises(ValueError, match=message.replace("'", ".")):
        times.cron(text)


def test_cron_weekday_lists_and_steps():
    assert times.cron("0 8 * * */2").fields["day_of_week"] == "tue,thu,sat,sun"
    assert times.cron("0 8 * * 1,3").fields["day_of_week"] == "mon,wed"


@pytest.mark.parametrize(
    ("text", "days"), [("0-2", "mon,tue,sun"), ("5-7", "fri,sat,sun"), ("mon-fri/2", "mon,wed,fri"), ("sun", "sun")]
)
def test_weekdays_are_written_out(text: str, days: str):
    assert times.cron(f"0 8 * * {text}").fields["day_of_week"] == days


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10-5 8 * * *", "'10-5' runs backwards; write two parts with a comma"),
        ("*/0 8 * * *", "'*/0' steps by nothing"),
        ("5/10 8 * * *", "'5/10' is not a cron field (minute); write 5-59/10"),
        ("1-- 8 * * *", "'1--' is not a cron field (minute)"),
        (",1 8 * * *", "'' is not a cron field (minute)"),
    ],
)
def test_a_cron_part_that_means_nothing(text: str, message: str):
    with pytest.raises(ValueError, match=re.escape(message)):
        times.cron(text)
