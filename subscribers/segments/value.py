"""What the values of an expression may be: each is cleaned to one form, or refused with a sentence. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from subscribers import preference
from subscribers.error import AddressError, PreferenceError, SegmentError
from subscribers.segments.tree import ALL, HAS, Field, Relation, Test, lowered
from subscribers.segments.word import shown
from subscribers.subscriber import Format, Status

STARS = 3
"""So many * a value may hold: each more multiplies what a database has to try."""
LIKE: Mapping[Field, str] = MappingProxyType(
    {
        Field.TOPIC: "topic:chips",
        Field.NEWSLETTER: "newsletter:weekly",
        Field.SCHEDULE: "schedule:daily",
        Field.LANGUAGE: "language:zh",
        Field.TIMEZONE: "timezone:Asia/Shanghai",
        Field.FORMAT: "format:text",
        Field.STATUS: "status:active",
        Field.DOMAIN: "domain:qq.com,*.edu.cn",
        Field.EMAIL: "email:*@example.org",
        Field.NAME: 'name:"Li *"',
        Field.HAS: "has:consent",
        Field.JOINED: "joined < 2025-06-01",
        Field.CONSENT: "consent < 2025-06-01",
        Field.ENGAGED: "engaged within 90d",
        Field.PAUSED: "paused < 2025-06-01",
    }
)
"""A test of each field, as errors show it."""
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_LENGTH = re.compile(r"([0-9]{1,5})([hdw])")
_LABELS = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_HOURS = {"h": 1, "d": 24, "w": 168}
_LONGEST = timedelta(days=3660)


def read(field: Field, text: str) -> str:
    """The value of a field that is compared with words. Raises ``SegmentError`` where it can be none."""
    text = unicodedata.normalize("NFC", text)
    if not text.strip():
        raise SegmentError("the value is blank", hint=f"write one as in {LIKE[field]}")
    try:
        return _READ[field](text)
    except PreferenceError as error:
        raise SegmentError(f"{error}", hint=f"write it as in {LIKE[field]}") from error


def closest(word: str, known: Iterable[str]) -> str:
    """``did you mean …?`` with the word that was probably meant, else the words there are."""
    words = list(known)
    near = difflib.get_close_matches(lowered(word), words, 1)
    return f"did you mean {near[0]}?" if near else f"there is {', '.join(words)}"


def period(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The beginning and the end (no part of it) of a day, month or year in the zone: ``2025-06-01``, ``2025-06``.

    Raises ``SegmentError`` for what is none between 1970 and 2199.
    """
    wrong = SegmentError(f"{shown(text)} is no day", hint="write for example 2025-06-01, 2025-06 or 2025")
    found = _PERIOD.fullmatch(text)
    if not found or not "1970" <= found[1] < "2200":
        raise wrong
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        start = datetime(year, month, day)  # noqa: DTZ001 # its zone comes with the last step, after the sum
    except ValueError:
        raise wrong from None
    if found[3]:
        end = start + timedelta(days=1)
    elif found[2]:
        end = (start + timedelta(days=31)).replace(day=1)
    else:
        end = start.replace(year=year + 1)
    return start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)


def length(text: str) -> timedelta:
    """The time of ``48h``, ``90d`` or ``12w``. Raises ``SegmentError`` for none, and for more than ten years."""
    found = _LENGTH.fullmatch(lowered(text))
    span = timedelta(hours=int(found[1]) * _HOURS[found[2]]) if found else timedelta()
    if not span:
        raise SegmentError(f"{shown(text)} is no length of time", hint="write for example 90d, 12w or 48h")
    if span > _LONGEST:
        raise SegmentError(f"{shown(text)} is longer than ten years", hint="write a day, as in joined < 2015-01-01")
    return span


def moment(relation: Relation, text: str) -> str:
    """The value of a field that is compared with days, in its one form. Raises ``SegmentError`` for what is none."""
    if relation in {Relation.WITHIN, Relation.BEFORE}:
        length(text)
        return lowered(text).lstrip("0")
    period(text, ZoneInfo("UTC"))
    return text


def bounds(test: Test, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From which moment on and before which one the test of a day is true; ``None``: there is no such bound."""
    if test.relation in {Relation.WITHIN, Relation.BEFORE}:
        span = length(test.values[0])
        return (None, now - span) if test.relation is Relation.BEFORE else (now - span, now + span)
    start, end = period(test.values[0], zone)
    found = {
        Relation.BELOW: (None, start),
        Relation.UP_TO: (None, end),
        Relation.ABOVE: (end, None),
        Relation.SINCE: (start, None),
        Relation.ON: (start, end),
    }
    return found[test.relation]


def _one_of(what: str, words: Iterable[str]) -> Callable[[str], str]:
    known = tuple(words)

    def read(text: str) -> str:
        if lowered(text) not in known:
            raise SegmentError(f"{shown(text)} is no {what}", hint=closest(text, known))
        return lowered(text)

    return read


def _or_all(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: ALL if lowered(text) == ALL else read(text)


def _pattern(text: str) -> str:
    text = re.sub(r"\*+", "*", text)
    if text.count("*") > STARS:
        raise SegmentError(f"{shown(text)} has more than {STARS} *", hint="write fewer")
    return text


def _zone(text: str) -> str:
    return _pattern(text) if "*" in text else preference.timezone(text)


def _domain(text: str) -> str:
    """The domain in lower-case ASCII, ``*.`` before it kept."""
    star, name = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    found = _ascii(name)
    if not _LABELS.fullmatch(found):
        raise SegmentError(f"{shown(text)} is no domain", hint="write for example qq.com or *.edu.cn")
    return star + found


def _ascii(domain: str) -> str:
    """The domain in lower-case ASCII; a blank where it can have none."""
    if domain.isascii():
        return domain.lower()
    from subscribers.address import parse

    try:
        return parse(f"x@x.{domain}").sending.removeprefix("x@x.")
    except AddressError:
        return ""


def _email(text: str) -> str:
    """The address as keys are: its local part folded, its domain in ASCII."""
    text = _pattern(text)
    if text.isascii():
        return text.lower()
    from subscribers.address import parse

    local, at, domain = text.rpartition("@") if "@" in text else (text, "", "")
    found = _ascii(domain)
    try:
        folded = parse(f"{local}@x.test").key.removesuffix("@x.test") if local else ""
    except AddressError:
        folded = ""
    if (local and not folded) or (domain and not found):
        raise SegmentError(f"{shown(text)} is no address", hint="write for example li@example.org or *@example.org")
    return folded + at + found


_READ: Mapping[Field, Callable[[str], str]] = MappingProxyType(
    {
        Field.TOPIC: _or_all(lambda text: preference.topics([text])[0]),
        Field.NEWSLETTER: _or_all(lambda text: preference.names([text], "newsletter")[0]),
        Field.SCHEDULE: lambda text: preference.slug(text, "schedule"),
        Field.LANGUAGE: preference.language,
        Field.TIMEZONE: _zone,
        Field.FORMAT: _one_of("format", Format),
        Field.STATUS: _one_of("status", Status),
        Field.DOMAIN: _domain,
        Field.EMAIL: _email,
        Field.NAME: _pattern,
        Field.HAS: _one_of("thing that a reader has", HAS),
    }
)
