"""A schedule in the terms of a sentence, for templates to word in any language. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.times import WEEKDAYS, Recurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a schedule fires, as far as one short sentence can tell."""

    kind: str
    """``daily``, ``weekly``, ``monthly`` (on a day of the month), ``weekday`` (the n-th of the month) or ``other``."""
    time: str = ""
    """``08:00``."""
    days: tuple[str, ...] = ()
    """``mon`` to ``sun``; one for the kind ``weekday``."""
    number: str = ""
    """The day of the month; for the kind ``weekday`` ``1`` to ``5`` or ``last``."""


def rhythm(when: Recurrence) -> Rhythm:
    """The schedule's terms; ``other`` for what takes more than a sentence, such as every second hour in May."""
    fields = when.fields
    hour, minute = fields.get("hour", ""), fields.get("minute", "")
    if not (hour.isdigit() and minute.isdigit()) or fields.get("month", "*") != "*":
        return Rhythm(kind="other")
    time = f"{int(hour):02}:{int(minute):02}"
    day, weekdays = fields.get("day", "*"), fields.get("day_of_week", "*")
    if day == weekdays == "*":
        return Rhythm(kind="daily", time=time)
    if day == "*":
        days = _days(weekdays)
        return Rhythm(kind="weekly", time=time, days=days) if days else Rhythm(kind="other")
    if day.isdigit():
        return Rhythm(kind="monthly", time=time, number=day)
    ordinal, _, weekday = day.partition(" ")
    if weekday in WEEKDAYS:
        return Rhythm(kind="weekday", time=time, days=(weekday,), number=ordinal if ordinal == "last" else ordinal[0])
    return Rhythm(kind="other")


def _days(text: str) -> tuple[str, ...]:
    """The weekdays of ``mon,thu`` in the week's order (``times.cron`` writes ranges out); none for any other form."""
    days = set(text.split(","))
    return tuple(day for day in WEEKDAYS if day in days) if days <= set(WEEKDAYS) else ()
