"""The quiet alarm: a site that nobody writes for any more, noticed by somebody. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def silence(newest: datetime | None, alarm: timedelta, now: datetime) -> timedelta | None:
    """How long nothing new has come, where that is longer than ``alarm``; else None.

    ``newest`` is when the newest article that is shown was published; without one, or with an alarm of 0, there is
    nothing to say.
    """
    if newest is None or not alarm or now - newest <= alarm:
        return None
    return now - newest


def sentence(silence: timedelta) -> str:
    """The silence in words, and what to do: ``nothing new for 37 days; …``."""
    number, unit = (silence // _DAY, "day") if silence >= 2 * _DAY else (max(1, silence // _HOUR), "hour")
    for_long = f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"nothing new for {for_long}; if that is meant, raise content.quiet_alarm"
