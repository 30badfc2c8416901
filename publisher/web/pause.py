"""How long a reader wants to pause: what the form says, as a moment. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from publisher.web.choice import Fault

LONGEST = timedelta(days=366)
_MONTHS = MappingProxyType({"month": 1, "quarter": 3})
SPANS = ("", "fortnight", *_MONTHS, "day")
"""What ``for`` can say: until they resume, two weeks, one month, three months, until the day in ``until``."""


def until(fields: Mapping[str, str], zone: tzinfo, now: datetime) -> datetime | Fault | None:
    """When the pause ends: the beginning of a day of the reader's own clock; None: when they resume it.

    A day that was filled in counts though its button was left alone.
    """
    span, day, today = fields.get("for", ""), fields.get("until", "").strip(), now.astimezone(zone).date()
    if span not in SPANS:
        return Fault.UNKNOWN
    if span == "day" or (not span and day):
        chosen = _day(day)
        if chosen is None or not today < chosen <= today + LONGEST:
            return Fault.DAY
        return _begins(chosen, zone)
    if not span:
        return None
    return _begins(today + timedelta(days=14) if span == "fortnight" else later(today, _MONTHS[span]), zone)


def later(day: date, months: int) -> date:
    """The same day some months later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2025-06-30") else None
    except ValueError:
        return None


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
