"""What the rows of other programs share: moments, truths and lists as they write them, and a row of them. Pure.

Nothing but a wrong address spoils a row: what else cannot be understood is left out and told.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from subscribers import preference
from subscribers.error import PreferenceError
from subscribers.row import BadRow, Row, moment, parse_row

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[ T](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?: ?(?P<zone>[+-]\d\d:?\d\d|Z|UTC))?)?(?: [+A-Z]\w*)?",
    re.ASCII,
)
"""ISO 8601 or RFC 3339 with a blank for the T, fractions of any length, and Go's ``2024-05-01 10:00:00 +0800 CST``."""
_MANY, _LONG = 100, 100
_CHECKS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "language": preference.language,
        "timezone": preference.timezone,
        "consent_at": lambda text: moment(text, "consent_at"),
        "created": lambda text: moment(text, "created"),
    }
)
_TOGETHER = MappingProxyType({"consent_at": ("consent_at", "consent_ip", "consent_text")})
"""A consent without its moment is no proof."""


def at(text: str) -> str:
    """The moment as ``row.moment`` reads it, UTC where no zone is named; blank for none and for year 1.

    What is no moment is given back as it is, so that ``made`` tells it.
    """
    text = text.strip()
    found = _MOMENT.fullmatch(text)
    if found is None or text.startswith("0001-"):
        return "" if text.startswith("0001-") else text
    zone = {"Z": "+00:00", "UTC": "+00:00", None: "+00:00"}.get(found["zone"], found["zone"])
    return f"{found['day']}T{found['time'] or '00:00'}{zone}"


def true(text: str) -> bool:
    """Whether the cell says yes."""
    return text.strip().lower() in {"true", "t", "yes", "y", "1"}


def listed(text: str) -> tuple[str, ...]:
    """The names in a cell, divided by commas: plain, in double quotes, or with a backslash before a comma within."""
    text = text.strip()
    if not text:
        return ()
    try:
        cells = next(csv.reader([text.replace("\n", " ")], skipinitialspace=True, escapechar="\\"), [])
    except csv.Error:
        return ()
    names = (preference.one_line(cell, _LONG) for cell in cells[:_MANY])
    return tuple(dict.fromkeys(name for name in names if name))


def full_name(cells: Mapping[str, str]) -> str:
    """First and last name as one, or the name."""
    parts = f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()
    return parts or cells.get("name", "") or cells.get("full_name", "")


def made(
    number: int, cells: Mapping[str, str], *, tags: Iterable[str] = (), groups: Iterable[str] = ()
) -> Row | BadRow:
    """The row of cells in this program's names; a language, zone or moment that is none is left out and told."""
    kept, told = dict(cells), []
    for name, check in _CHECKS.items():
        try:
            check(kept.get(name, ""))
        except PreferenceError as error:
            told.append(f"{error}: left out")
            for each in _TOGETHER.get(name, (name,)):
                kept.pop(each, None)
    row = parse_row(number, kept)
    if isinstance(row, BadRow):
        return row
    return replace(row, tags=tuple(tags), groups=tuple(groups), told=tuple(told))
