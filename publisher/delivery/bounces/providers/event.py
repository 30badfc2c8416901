"""What all providers' reports have in common: an event, why one is refused, and reading JSON of any shape. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from publisher.delivery.bounces.report import Report
from publisher.text import one_line

LONGEST = 500
"""Characters that are kept of what a server said."""
_ADDRESS = 320
"""Octets of the longest address: 64, an @ and 255 (RFC 5321 4.5.3.1)."""
_HEADER = 998
"""Characters of the longest line of a header (RFC 5322 2.1.1)."""
_MARK = re.compile(r"\+([a-z2-7]{13}\.[a-z2-7]{13})@", re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"/u/([A-Za-z0-9_-]{36})(?![A-Za-z0-9_-])", re.ASCII)
_MESSAGE_ID = re.compile(r"<?([^\s<>@]+@[^\s<>@]+)>?")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII)
_CODE = re.compile(r"(?:smtp; *)?([245]\d\d)(?=[ -]|$)", re.ASCII | re.IGNORECASE)


class Refusal(StrEnum):
    """Why a post is not believed."""

    UNREADABLE = "unreadable"
    """It is no JSON of the provider's form."""
    UNSIGNED = "unsigned"
    """It brings no proof at all."""
    FORGED = "forged"
    """Its proof is not the provider's."""
    STALE = "stale"
    """It was signed too long ago, or for a time to come."""
    FOREIGN = "foreign"
    """It is of another topic than ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, however often it is told."""

    key: str
    """The same each time it is told, and of no other event of the provider."""
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a provider's post says, once it is proved."""

    events: tuple[Event, ...] = ()
    ignored: int = 0
    """Things told that are no concern of ours, such as deliveries and clicks, or whose kind nobody knows."""
    confirm: str = ""
    """The address that is to be asked for, so that the reports begin."""
    ended: bool = False
    """Whether no more reports will come."""


def fresh(signed: datetime | None, now: datetime, within: timedelta) -> bool:
    """Whether a signature's time is near enough, before or after."""
    return signed is not None and abs(now - signed) <= within


# -- JSON of any shape


def parsed(body: bytes | str) -> object:
    """The JSON value; None for what is none, or is nested too deep to be meant."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def part(value: object, *names: str) -> object:
    """What stands below these keys; None where the way ends before."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: object, *names: str) -> str:
    """The text below these keys, as it stands; empty where there is none."""
    found = part(value, *names)
    return found if isinstance(found, str) else ""


def number(value: object, *names: str) -> int:
    """The whole number below these keys, which may be written as a text; 0 where there is none."""
    found = part(value, *names)
    if isinstance(found, str):
        return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else 0
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def items(value: object, *names: str) -> list[object]:
    """The list below these keys; empty where there is none."""
    found = part(value, *names)
    return found if isinstance(found, list) else []


def moment(value: object) -> datetime | None:
    """The time that a text (ISO 8601) or a number (seconds since 1970) tells; None for anything else."""
    try:
        if isinstance(value, str):
            told = datetime.fromisoformat(value)
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


# -- what they say


def said(text: str) -> str:
    """What a server said as one clean line, cut."""
    return one_line(text[: 4 * LONGEST])[:LONGEST]


def address(text: str) -> str:
    """The bare address, also of ``Name <address>``; empty for what can be none."""
    bare = one_line(text[: 4 * _ADDRESS]).rpartition("<")[2].partition(">")[0].strip()
    return bare if "@" in bare and len(bare) <= _ADDRESS else ""


def domain(recipient: str) -> str:
    """What follows the @, in lower case."""
    return recipient.rpartition("@")[2].lower()


def reply(text: str) -> tuple[int, str]:
    """The SMTP code (0: none) and the enhanced status (RFC 3463; empty: none) in what a server said."""
    code, status = _CODE.match(text.lstrip()), _STATUS.search(text)
    return int(code[1]) if code else 0, status[1] if status else ""


def status(text: str) -> str:
    """The enhanced status that a text is; empty where it is none."""
    return text.strip() if _STATUS.fullmatch(text.strip()) else ""


def code(number: int) -> int:
    """The SMTP code that a number is; 0 where it is none, as providers have codes of their own."""
    return number if 200 <= number < 600 else 0


def message_id(text: str) -> str:
    """The Message-ID with its angle brackets, which providers may leave out; empty for what is none."""
    found = _MESSAGE_ID.fullmatch(text.strip()) if len(text) <= _HEADER else None
    return f"<{found[1]}>" if found and found[1].isprintable() else ""


def marks(*texts: str) -> tuple[str, ...]:
    """Marks of our return paths in these addresses, in lower case."""
    return tuple(dict.fromkeys(found.lower() for text in texts for found in _MARK.findall(text)))


def links(*texts: str) -> tuple[str, ...]:
    """Codes of unsubscribe links in these headers."""
    return tuple(dict.fromkeys(found for text in texts for found in _LINK.findall(text)))


def headers(pairs: Iterable[object], *, name: str = "name", value: str = "value") -> dict[str, str]:
    """Headers by lower-case name from a list of objects; the first of each name counts."""
    found: dict[str, str] = {}
    for each in pairs:
        found.setdefault(text(each, name).lower(), text(each, value))
    return found
