"""Dates as people write them in front matter, file names and paths. No guessing: an ambiguous one is refused. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

EXAMPLE = "write for example 2025-06-30T08:00:00+08:00"

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    # Go and Ruby write the zone's name after its offset.
    r"(?:\s*(?:([Zz]|UTC|GMT)|([+-])(\d{1,2}):?(\d\d)?(?:\s+[A-Z]{1,5})?))?)?",
)
# Nearly all dates: fromisoformat reads these as _ISO does, in a tenth of the time.
_USUAL = re.compile(
    r"[1-8]\d{3}-\d\d-\d\d"
    r"(?:[T ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?(Z|( ?)[+-](?:0\d|1[0-3]):?[0-5]\d)?)?",
    re.ASCII,
)
_CLOCK = r"(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?"
_NUMERIC = (
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})" + _CLOCK),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})" + _CLOCK),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日" + _CLOCK),
    re.compile(r"(\d{4})(\d\d)(\d\d)"),
)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")
# date(1), git and C's asctime: "Mon Jan  2 15:04:05 +0800 2006".
_C = re.compile(
    r"[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}:\d\d:\d\d)(\s+(?:UTC|GMT)|\s+[+-]\d{4})?\s+(\d{4})"
    r"(\s+[+-]\d{4})?"
)
_RFC2822 = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d\d.*")
_AMBIGUOUS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)\b.*")
# English names on purpose: strptime's follow the process's locale.
MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_IN_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[-_. T])")
_IN_PATH = re.compile(r"(?:^|/)(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?=$|[/_.-])")


def parse(text: str, zone: tzinfo) -> datetime:
    """The moment that a text names; one without a zone is in ``zone``, one without a clock is its midnight.

    Raises ``ValueError`` with what is wrong and, after a semicolon, what to write.
    """
    text = text.strip()
    try:
        if usual := _USUAL.fullmatch(text):
            known = datetime.fromisoformat(text[: usual.start(2)] + text[usual.end(2) :] if usual[2] else text)
            return known if usual[1] else datetime.combine(known, known.time(), zone)  # a third of replace()
        moment = _parse(text, zone) if len(text) <= 100 else None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{_short(text)} is not a date: {error}; {EXAMPLE}") from error
    if moment is not None:
        return moment
    if "{{" in text or "{%" in text:
        raise ValueError(f"{_short(text)} is a template, not a date; {EXAMPLE}")
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(f"{_short(text)} is in an order of day and month that differs by country; {EXAMPLE}")
    raise ValueError(f"{_short(text)} is not a date; {EXAMPLE}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _parse(text: str, zone: tzinfo) -> datetime | None:
    if match := _ISO.fullmatch(text):
        return _iso(match, zone)
    for pattern in _NUMERIC:
        if match := pattern.fullmatch(text):
            return _moment(*(int(part or 0) for part in match.groups()), zone=zone)
    if match := _MONTH_FIRST.fullmatch(text):
        return _named(match[3], match[1], match[2], zone)
    if match := _DAY_FIRST.fullmatch(text):
        return _named(match[3], match[2], match[1], zone)
    if match := _C.fullmatch(text):
        day = _named(match[5], match[1], match[2], zone)
        return day and _parse(f"{day:%Y-%m-%d} {match[3]}{match[4] or match[6] or ''}", zone)
    if _RFC2822.fullmatch(text):
        from email.utils import parsedate_to_datetime  # takes as long to load as all the rest of parsing

        moment = parsedate_to_datetime(text)
        # "-0000" is UTC of an unknown place (RFC 5322 3.3); Python gives it back without a zone.
        bare = UTC if text.rstrip().endswith("-0000") else zone
        return _checked(moment if moment.tzinfo else moment.replace(tzinfo=bare))
    return None


def _iso(match: re.Match[str], zone: tzinfo) -> datetime:
    *clock, fraction, zulu, sign, hours, minutes = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    if zulu:
        zone = UTC
    elif sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if offset > timedelta(hours=14) or int(minutes or 0) > 59:
            raise ValueError(f"no place on earth is {sign}{hours}:{minutes or '00'} from UTC")
        zone = _zone(-offset if sign == "-" else offset)
    return _moment(*(int(part or 0) for part in clock), micros, zone=zone)


@lru_cache(maxsize=128)
def _zone(offset: timedelta) -> timezone:
    return timezone(offset)


def _named(year: str, month: str, day: str, zone: tzinfo) -> datetime | None:
    name = month.lower()
    numbers = [
        n for n, full in enumerate(MONTHS, 1) if name == full or (name in {full[:3], "sept"} and name[:3] == full[:3])
    ]
    return _moment(int(year), numbers[0], int(day), zone=zone) if numbers else None


def _moment(*parts: int, zone: tzinfo) -> datetime:
    year, month, day, *clock = parts
    return _checked(datetime(year, month, day, *clock, tzinfo=zone))  # type: ignore[misc, arg-type] # four at most


def _checked(moment: datetime) -> datetime:
    # Outside these years neither UTC nor the four digits of RFC 3339 are sure.
    if not 1000 <= moment.year <= 9000:
        raise ValueError(f"year {moment.year} is out of range")
    moment.utcoffset()
    return moment


def in_path(path: str, zone: tzinfo) -> datetime | None:
    """The date at the head of a file's name (``2014-01-02-name.md``), else one in the folders (``2014/01/02/``)."""
    for match in (_IN_NAME.match(path.rpartition("/")[2]), _IN_PATH.search(path)):
        if match:
            try:
                return _moment(*(int(part) for part in match.groups()), zone=zone)
            except ValueError:
                continue
    return None


def without_date(name: str) -> str:
    """A file's name without the date at its head."""
    match = _IN_NAME.match(name)
    return name[match.end() :].lstrip("-_. ") if match else name
