"""How often a feed brings something, told by the dates of its entries alone. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

_FEWEST = 3
"""Entries from which on a rhythm is told: two dates are one chance distance."""
_ENOUGH = 0.75
"""A unit is taken from so many entries in it on: less than that reads better in the next longer one."""


class Unit(StrEnum):
    """What entries are counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_LENGTHS = MappingProxyType({Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 365.25 / 12, Unit.YEAR: 365.25})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """About ``count`` new entries a ``unit``; at least one."""

    count: int
    unit: Unit


def pace(moments: Collection[datetime]) -> Pace | None:
    """The average rhythm of these moments, in the shortest unit that has about one; None where it cannot be told.

    There is no clock in it: what has fallen silent keeps the rhythm that it had. Entries of one moment (a site that
    moved in) have none, and those of one day are counted as that day's.
    """
    if len(moments) < _FEWEST:
        return None
    span = max(moments) - min(moments)
    if not span:
        return None
    daily = (len(moments) - 1) / max(span / timedelta(days=1), 1.0)
    unit = next((unit for unit, days in _LENGTHS.items() if daily * days >= _ENOUGH), Unit.YEAR)
    return Pace(count=max(1, int(daily * _LENGTHS[unit] + 0.5)), unit=unit)
