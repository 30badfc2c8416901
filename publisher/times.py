"""Moments, durations and recurrences, with their written forms. Pure: nobody here looks at a clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_DURATION = re.compile(r"(\d{1,7})\s*([smhdw])")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ORDINAL = re.compile(r"(1st|2nd|3rd|4th|5th|last)", re.IGNORECASE)
_CRON_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_CRON_NUMBERS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "day_of_week": (0, 7)}
_CRON_ITEM = re.compile(r"(?:\*|(?P<first>\d{1,2}|[a-z]+)(?:-(?P<last>\d{1,2}|[a-z]+))?)(?:/(?P<step>\d{1,2}))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """When a schedule fires, on the wall clock of its zone.

    ``fields`` are those of cron by name (minute, hour, day, month, day_of_week), weekdays and months as names;
    ``day`` may also be an ordinal weekday such as ``1st mon``.
    """

    text: str
    fields: Mapping[str, str] = field(hash=False)


def duration(text: str) -> timedelta:
    """The span that ``7d``, ``24h``, ``90m``, ``30s`` or ``2w`` names. ``ValueError`` says what to write."""
    if text.strip() == "0":
        return timedelta()
    match = _DURATION.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"{text!r} is not a duration; write a number and a unit, for example 12h, 7d or 2w")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def span(delta: timedelta) -> str:
    """A duration in its shortest written form: ``14d``, ``90m``."""
    seconds = int(delta.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; ``ValueError`` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """``2025-06-30T07:10:04Z``: whole seconds in UTC (RFC 3339 5.6)."""
    return utc(moment).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc822(moment: datetime) -> str:
    """``Mon, 30 Jun 2025 07:10:04 +0000``: English names in any locale, four-digit year (RFC 5322 3.3)."""
    return format_datetime(moment.replace(microsecond=0))


def parse_rfc3339(text: str) -> datetime:
    """The moment of an RFC 3339 text; ``ValueError`` where it has no offset or is none."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write for example 2025-06-30T08:00:00+08:00")
    return moment


def recurrence(text: str) -> Recurrence:
    """The schedule that ``08:00``, ``mon 08:00``, ``mon,thu 08:00``, ``15 08:00`` or ``1st mon 09:00`` names.

    Raises ``ValueError`` with the forms that are understood.
    """
    words = text.strip().lower().split()
    clock = _CLOCK.fullmatch(words[-1]) if words else None
    if not clock:
        raise ValueError(f"{text!r} is not a schedule; {_FORMS}")
    fields = {"hour": str(int(clock[1])), "minute": str(int(clock[2]))}
    match words[:-1]:
        case []:
            pass
        case [days] if all(day in WEEKDAYS for day in days.split(",")):
            fields["day_of_week"] = days
        case [day] if day.isdigit() and 1 <= int(day) <= 31:
            fields["day"] = str(int(day))
        case [ordinal, day] if _ORDINAL.fullmatch(ordinal) and day in WEEKDAYS:
            fields["day"] = f"{ordinal} {day}"
        case _:
            raise ValueError(f"{text!r} is not a schedule; {_FORMS}")
    return Recurrence(text=text, fields=fields)


_FORMS = 'write "08:00", "mon 08:00", "mon,thu 08:00", "15 08:00", "1st mon 09:00" or {cron: "0 8 * * mon"}'


def cron(text: str) -> Recurrence:
    """The schedule of a five-field cron line, Sunday being 0 or 7 as cron has it.

    A restricted day of the month together with a weekday is refused: cron fires on either, most schedulers on both.
    """
    parts = text.strip().lower().split()
    if len(parts) != len(_CRON_FIELDS):
        raise ValueError(f"{text!r} has {len(parts)} fields; cron has five: minute hour day month weekday")
    fields = {name: _cron_field(name, part) for name, part in zip(_CRON_FIELDS, parts, strict=True)}
    if fields["day"] != "*" and fields["day_of_week"] != "*":
        raise ValueError(f"{text!r} names a day of the month and a weekday; write two schedules")
    return Recurrence(text=text, fields=fields)


def _cron_field(name: str, text: str) -> str:
    """The field as APScheduler takes it: checked, weekdays written out as names (its own count begins on Monday)."""
    if name != "day_of_week":
        for item in text.split(","):
            _cron_item(name, item)
        return text
    if text == "*":
        return text
    days = {(day - 1) % 7 for item in text.split(",") for day in _cron_item(name, item)}
    return ",".join(WEEKDAYS[day] for day in sorted(days))


def _cron_item(name: str, item: str) -> range:
    """The numbers that ``*``, ``5``, ``1-5``, ``*/10`` or ``1-9/2`` stands for; names count as their numbers."""
    low, high = _CRON_NUMBERS[name]
    match = _CRON_ITEM.fullmatch(item)
    if not match:
        raise ValueError(f"{item!r} is not a cron field ({name})")
    first = low if match["first"] is None else _cron_number(name, match["first"])
    last = _cron_number(name, match["last"]) if match["last"] else high if match["first"] is None else first
    step = int(match["step"] or 1)
    if step < 1:
        raise ValueError(f"{item!r} steps by nothing; write a step of 1 or more")
    if match["step"] and match["first"] is not None and not match["last"]:
        raise ValueError(f"{item!r} is not a cron field ({name}); write {match['first']}-{high}/{step}")
    if last < first and name == "day_of_week":
        last += 7  # sat-mon runs on into the next week
    if last < first:
        raise ValueError(f"{item!r} runs backwards; write two parts with a comma")
    return range(first, last + 1, step)


def _cron_number(name: str, word: str) -> int:
    low, high = _CRON_NUMBERS[name]
    names = {"day_of_week": ("sun", *WEEKDAYS[:6]), "month": ("", *_MONTHS)}.get(name, ())
    if word.isalpha():
        if word not in names:
            raise ValueError(f"{word!r} is not a name that cron's {name} knows")
        return names.index(word)
    if not low <= int(word) <= high:
        raise ValueError(f"{word} is out of range for cron's {name} ({low} to {high})")
    return int(word)
