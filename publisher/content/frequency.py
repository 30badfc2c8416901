"""How often a topic brings something, told to those who think of subscribing: by its articles of late. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

WINDOW = timedelta(weeks=8)
"""Articles older than this say nothing of what will come."""
YOUNG = timedelta(weeks=2)
"""A topic that began later than this has no rhythm yet."""
_ENOUGH = 0.75
"""A unit is taken from so many articles in it on: less than that reads better in the next longer one."""


class Unit(StrEnum):
    """What articles are counted by, or why they are not."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    RARE = "rare"
    """Fewer than one a month."""
    NEW = "new"
    """It has just begun, or has not yet."""


_DAYS = MappingProxyType({Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 365.25 / 12})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """About ``count`` articles a ``unit``."""

    unit: Unit
    count: int = 0
    """At least one; 0 for the units that count nothing."""


def frequency(moments: Collection[datetime], now: datetime) -> Frequency:
    """How often articles came of late; ``moments`` are when those of ``WINDOW`` were published, and one before it.

    Without one before it the topic began within the window, and is counted from there.
    """
    past = [moment for moment in moments if moment <= now]
    if not past or now - min(past) < YOUNG:
        return Frequency(unit=Unit.NEW)
    since = max(min(past), now - WINDOW)
    daily = sum(moment >= since for moment in past) / ((now - since) / timedelta(days=1))
    for unit, days in _DAYS.items():
        if daily * days >= _ENOUGH:
            return Frequency(unit=unit, count=max(1, int(daily * days + 0.5)))
    return Frequency(unit=Unit.RARE)
