from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import dates

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = (2025, 6, 30, 12, 0)


def zone(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "moment", "where"),
    [
        ("2025-06-30T15:10:04+08:00", (2025, 6, 30, 15, 10, 4), zone(8)),
        ("2025-06-30T15:10:04.724+08:00", (2025, 6, 30, 15, 10, 4, 724000), zone(8)),
        ("2025-06-30T15:10:04.999999999Z", (2025, 6, 30, 15, 10, 4, 999999), UTC),
        ("2013-02-22 12:00:00 +0000", (2013, 2, 22, 12), UTC),
        ("2014-05-14 00:00:00 -5", (2014, 5, 14), zone(-5)),
        ("2014-05-14 00:00 +05:30", (2014, 5, 14), zone(5.5)),
        ("2014-05-14 10:00 UTC", (2014, 5, 14, 10), UTC),
        ("2014-5-4", (2014, 5, 4), SHANGHAI),
        ("2025-06-30 12:00", NOON, SHANGHAI),
        ("Mon, 02 Jan 2006 15:04:05 -0700", (2006, 1, 2, 15, 4, 5), zone(-7)),
        ("2 Jan 2006 15:04:05 -0000", (2006, 1, 2, 15, 4, 5), UTC),
        ("2 Jan 2006 15:04", (2006, 1, 2, 15, 4), SHANGHAI),
        ("Jan 2, 2006", (2006, 1, 2), SHANGHAI),
        ("Sept. 2, 2006", (2006, 9, 2), SHANGHAI),
        ("january 2 2006", (2006, 1, 2), SHANGHAI),
        ("2 January 2006", (2006, 1, 2), SHANGHAI),
        ("2025/06/30", (2025, 6, 30), SHANGHAI),
        ("2025/06/30 12:00:00", NOON, SHANGHAI),
        ("2025.06.30", (2025, 6, 30), SHANGHAI),
        ("2025年6月30日", (2025, 6, 30), SHANGHAI),
        ("2025年06月30日 12:00", NOON, SHANGHAI),
        ("20250630", (2025, 6, 30), SHANGHAI),
        (" 2025-06-30\n", (2025, 6, 30), SHANGHAI),
        ("2025-06-30 15:10:04 +0800 CST", (2025, 6, 30, 15, 10, 4), zone(8)),
        ("Mon Jan  2 15:04:05 2006", (2006, 1, 2, 15, 4, 5), SHANGHAI),
        ("Mon Jan  2 15:04:05 UTC 2006", (2006, 1, 2, 15, 4, 5), UTC),
        ("Mon Jan  2 15:04:05 -0700 2006", (2006, 1, 2, 15, 4, 5), zone(-7)),
        ("Mon Jan 2 15:04:05 2006 +0100", (2006, 1, 2, 15, 4, 5), zone(1)),
        ("Mon, 02 Jan 2006 15:04:05 GMT", (2006, 1, 2, 15, 4, 5), UTC),
        ("2025/06/30 12:00", NOON, SHANGHAI),
        ("2025-06-30t12:00z", NOON, UTC),
        ("2025-06-30 12:00:00 +800", NOON, zone(8)),
        ("2025-06-30T12:00:00+14:00", NOON, zone(14)),
    ],
)
def test_every_form_that_real_articles_have(text: str, moment: tuple[int, ...], where: tzinfo):
    assert dates.parse(text, SHANGHAI) == datetime(*moment, tzinfo=where)


EXAMPLE = "write for example 2025-06-30T08:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("06/30/2025", "'06/30/2025' is in an order of day and month that differs by country"),
        ("30.06.2025", "'30.06.2025' is in an order of day and month that differs by country"),
        ("01-02-03", "'01-02-03' is in an order of day and month that differs by country"),
        ("2025-02-30", "'2025-02-30' is not a date: day is out of range for month"),
        ("2025-06-30T24:00:00", "'2025-06-30T24:00:00' is not a date: hour must be in 0..23"),
        (
            "2025-06-30T00:00:00+99:00",
            "'2025-06-30T00:00:00+99:00' is not a date: no place on earth is +99:00 from UTC",
        ),
        ("0001-01-01", "'0001-01-01' is not a date: year 1 is out of range"),
        ("yesterday", "'yesterday' is not a date"),
        ("Foo 2, 2006", "'Foo 2, 2006' is not a date"),
        ("", "'' is not a date"),
        ("{{ .Date }}", "'{{ .Date }}' is a template, not a date"),
        ("1" * 5000, f"'{'1' * 39}…' is not a date"),
        ("true", "'true' is not a date"),
        ("Mon Foo 2 15:04:05 2006", "'Mon Foo 2 15:04:05 2006' is not a date"),
        ("1751268000", "'1751268000' is not a date"),
        ("2025-12-31T23:59:60Z", "'2025-12-31T23:59:60Z' is not a date: second must be in 0..59"),
        (
            "2025-06-30T00:00:00+14:01",
            "'2025-06-30T00:00:00+14:01' is not a date: no place on earth is +14:01 from UTC",
        ),
    ],
)
def test_nothing_is_guessed(text: str, message: str):
    with pytest.raises(ValueError) as caught:
        dates.parse(text, SHANGHAI)
    assert str(caught.value) == f"{message}; {EXAMPLE}"


@given(st.text(alphabet="0123456789-/:.+ TZJan年月日", max_size=30) | st.text(max_size=30))
def test_a_text_is_a_date_or_a_value_error(text: str):
    try:
        moment = dates.parse(text, SHANGHAI)
    except ValueError as error:
        assert str(error).endswith(EXAMPLE)
    else:
        assert moment.astimezone(UTC)


USUAL = st.builds(
    "{:04}-{:02}-{:02}{}".format,
    st.integers(0, 9999),
    st.integers(0, 13),
    st.integers(0, 32),
    st.just("")
    | st.builds(
        "{}{:02}:{:02}:{:02}{}{}".format,
        st.sampled_from("T "),
        st.integers(0, 25),
        st.integers(0, 61),
        st.integers(0, 61),
        st.sampled_from(("", ".5", ".999", ".724001", ".1234567")),
        st.sampled_from(("", "Z", "+08:00", "-0330", " +0000", " -05:30", "+13:59", "+14:00", "-14:30", "+08:60", "+00:00")),
    ),
)  # fmt: skip


@given(USUAL)
def test_the_fast_way_reads_as_the_slow_one(text: str):
    try:
        slow = dates._parse(text, SHANGHAI)
    except ValueError:
        slow = None
    try:
        fast = dates.parse(text, SHANGHAI)
    except ValueError:
        fast = None
    assert (fast, fast and fast.utcoffset(), fast and fast.tzinfo) == (
        slow,
        slow and slow.utcoffset(),
        slow and slow.tzinfo,
    )


@given(st.datetimes(datetime(1000, 1, 3), datetime(8999, 12, 30), timezones=st.just(UTC)))
def test_iso_is_read_back(moment: datetime):
    assert dates.parse(moment.isoformat(), SHANGHAI) == moment


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("_posts/2014-01-02-name.md", (2014, 1, 2)),
        ("2014-1-2.md", (2014, 1, 2)),
        ("2014/09/15/name", (2014, 9, 15)),
        ("news/2014/09/15.md", (2014, 9, 15)),
        ("news/2014-09-15/index.md", (2014, 9, 15)),
    ],
)
def test_the_date_in_a_path(path: str, day: tuple[int, ...]):
    assert dates.in_path(path, SHANGHAI) == datetime(*day, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "path", ["name.md", "2025-13-45-x.md", "2014-01-02x.md", "v2014/01/02x.md", "12014-01-02-a.md"]
)
def test_a_path_without_date(path: str):
    assert dates.in_path(path, SHANGHAI) is None


def test_a_name_without_its_date():
    assert dates.without_date("2014-01-02-a_b") == "a_b"
    assert dates.without_date("a-2014-01-02") == "a-2014-01-02"
