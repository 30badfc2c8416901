"""Slots on wall-clock time: the right moments in every zone, and which of them are owed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from builders import AT

from publisher import times
from publisher.errors import ConfigError
from publisher.schedule import MOST_SLOTS, Slot, WallClockTrigger, owed, upcoming

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ZONES = (
    "America/New_York", "Europe/Berlin", "Europe/Helsinki", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago",
    "Asia/Shanghai", "Asia/Beirut", "Atlantic/Azores", "America/Havana", "Asia/Tehran", "Pacific/Chatham",
)  # fmt: skip
TIMES = ("00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "08:00", "23:30")
NONE = timedelta()


def reference(zone: ZoneInfo, clock: str, weekday: int | None) -> list[datetime]:
    """Each local day of 2025 at that time; in a gap moved forward, in an overlap the first."""
    hour, minute = map(int, clock.split(":"))
    days = (date(2025, 1, 1) + n * DAY for n in range(365))
    walls = (datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone) for day in days)
    return [wall.astimezone(UTC) for wall in walls if weekday in {None, wall.weekday()}]


@pytest.mark.parametrize("name", ZONES)
def test_every_schedule_of_2025_fires_when_the_clock_on_the_wall_says_so(name: str):
    zone = ZoneInfo(name)
    for clock in TIMES:
        for prefix, weekday in (("", None), ("mon ", 0), ("sun ", 6)):
            trigger = WallClockTrigger(times.recurrence(prefix + clock), zone, before=NONE, shift=NONE)
            expected = reference(zone, clock, weekday)
            fired: list[datetime] = []
            previous, now = None, datetime(2025, 1, 1, tzinfo=zone).astimezone(UTC)
            while (found := trigger.get_next_fire_time(previous, now)) and len(fired) < len(expected):
                assert not fired or found > fired[-1], f"stuck at {found}: {name} {prefix}{clock}"
                fired.append(found)
                previous = now = found
            assert fired == expected, f"{name} {prefix}{clock}"
        coming = upcoming(times.recurrence(clock), zone, datetime(2025, 1, 1, tzinfo=zone) - timedelta(seconds=1))
        assert [slot.instant for slot in islice(coming, 365)] == reference(zone, clock, None), f"{name} {clock}"


def walls(recurrence: times.Recurrence, zone: str, after: datetime, count: int) -> list[str]:
    return [slot.wall for slot in islice(upcoming(recurrence, ZoneInfo(zone), after), count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1st mon 09:00", ["2025-07-07T09:00", "2025-08-04T09:00", "2025-09-01T09:00"]),
        ("5th mon 09:00", ["2025-06-30T09:00", "2025-09-29T09:00", "2025-12-29T09:00"]),
        ("last fri 17:30", ["2025-07-25T17:30", "2025-08-29T17:30", "2025-09-26T17:30"]),
        ("31 08:00", ["2025-07-31T08:00", "2025-08-31T08:00", "2025-10-31T08:00"]),
        ("mon,thu 08:00", ["2025-07-03T08:00", "2025-07-07T08:00", "2025-07-10T08:00"]),
    ],
)
def test_ordinals_and_days(text: str, expected: list[str]):
    assert walls(times.recurrence(text), "UTC", AT, 3) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 8 * * 1", ["2025-07-07T08:00", "2025-07-14T08:00"]),
        ("0 8 * * 0", ["2025-07-06T08:00", "2025-07-13T08:00"]),
        ("0 8 * * 7", ["2025-07-06T08:00", "2025-07-13T08:00"]),
        ("30 6 1 jan,jul *", ["2025-07-01T06:30", "2026-01-01T06:30"]),
        ("*/20 8 * * *", ["2025-06-30T08:20", "2025-06-30T08:40"]),
    ],
)
def test_cron_lines_mean_what_cron_means(text: str, expected: list[str]):
    assert walls(times.cron(text), "UTC", AT, 2) == expected


def test_a_slot_names_the_clock_on_the_wall_also_in_a_gap():
    found = next(upcoming(times.recurrence("02:30"), ZoneInfo("Europe/Berlin"), datetime(2025, 3, 29, 12, tzinfo=UTC)))
    assert found == Slot("2025-03-30T02:30", datetime(2025, 3, 30, 1, 30, tzinfo=UTC))


def test_fields_that_are_no_cron_line_are_a_config_error():
    backwards = times.Recurrence(text="10-5 8 * * *", fields={"minute": "10-5", "hour": "8"})
    with pytest.raises(ConfigError) as caught:
        next(upcoming(backwards, UTC, AT))
    assert caught.value.line().startswith("schedule '10-5 8 * * *': The minimum value in a range must not be higher")
    assert caught.value.hint == "correct it in config.yaml"


def test_a_trigger_fires_before_its_slot_on_a_clock_that_runs_behind():
    shift = timedelta(days=500, seconds=7)
    trigger = WallClockTrigger(times.recurrence("mon 08:00"), UTC, before=DAY, shift=shift)
    first = AT - DAY + shift
    assert trigger.get_next_fire_time(None, first) == first
    assert trigger.get_next_fire_time(first, first) == first + WEEK
    assert trigger.get_next_fire_time(first, first + 3 * WEEK + HOUR) == first + 4 * WEEK
    assert trigger.get_next_fire_time(first + WEEK, first) == first + 2 * WEEK
    never = WallClockTrigger(times.cron("0 8 30 2 *"), UTC, before=NONE, shift=NONE)
    assert never.get_next_fire_time(None, AT) is None


# ---- which slots are owed


def slot(moment: datetime) -> Slot:
    return Slot(moment.strftime("%Y-%m-%dT%H:%M"), moment)


@pytest.mark.parametrize(
    ("first", "now", "missed", "target"),
    [
        (AT, AT - DAY - HOUR, [], None),
        (AT, AT - DAY, [], AT),
        (AT, AT, [], AT),
        (AT, AT + 12 * HOUR, [], AT),
        (AT, AT + 13 * HOUR, [AT], None),
        (AT, AT + 6 * DAY, [AT], AT + WEEK),
        (AT, AT + 2 * WEEK + HOUR, [AT, AT + WEEK], AT + 2 * WEEK),
        (AT, AT + 2 * WEEK + DAY, [AT, AT + WEEK, AT + 2 * WEEK], None),
        (AT, AT + 3 * WEEK - HOUR, [AT, AT + WEEK, AT + 2 * WEEK], AT + 3 * WEEK),
    ],
)
def test_the_newest_slot_is_fired_and_the_others_merge(first, now, missed, target):
    letter = SimpleNamespace(draft_before=DAY, late_ok=12 * HOUR)
    coming = (slot(first + n * WEEK) for n in range(99))
    assert owed(coming, letter, now) == ([slot(moment) for moment in missed], target and slot(target))


def test_a_very_long_outage_is_merged_in_parts():
    letter = SimpleNamespace(draft_before=NONE, late_ok=DAY)
    minute = timedelta(minutes=1)
    merged, target = owed((slot(AT + n * minute) for n in range(9999)), letter, AT + 1200 * minute)
    assert (len(merged), target) == (MOST_SLOTS, None)
    merged, target = owed((slot(AT + n * minute) for n in range(1000, 9999)), letter, AT + 1200 * minute)
    assert (len(merged), target) == (200, slot(AT + 1200 * minute))
