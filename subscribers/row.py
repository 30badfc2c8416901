"""One reader as the text of a file's row: how it is read, and how it is written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from subscribers import preference
from subscribers.address import Address, parse
from subscribers.error import PreferenceError, SubscriberError, TopicsError
from subscribers.subscriber import SUPPRESSED, Format, Status, Subscriber

COLUMNS = (
    "email",
    "name",
    "status",
    "topics",
    "newsletter",
    "schedule",
    "language",
    "timezone",
    "format",
    "consent_at",
    "consent_ip",
    "consent_text",
    "declined",
    "paused_until",
    "former",
    "created",
    "engaged_at",
)
"""Of CSV and JSON, in the order in which they are written; only the first is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that could be read; blank fields say nothing."""

    number: int
    """As a spreadsheet counts: the header is row 1. In JSON the first object is 1."""
    file: str = ""
    """The file within an archive."""
    address: Address
    name: str = ""
    status: Status | None = None
    topics: tuple[str, ...] = ()
    newsletter: str = ""
    schedule: str = ""
    language: str = ""
    timezone: str = ""
    format: Format | None = None
    consent_at: datetime | None = None
    consent_ip: str = ""
    consent_text: str = ""
    declined: tuple[str, ...] = ()
    paused_until: datetime | None = None
    former: Status | None = None
    created: datetime | None = None
    engaged_at: datetime | None = None
    tags: tuple[str, ...] = ()
    """Another program's tags, lists or labels: topics, where the site offers one of that key or title; else told."""
    groups: tuple[str, ...] = ()
    """What may be its groups, or may be anything: topics where the site offers them, and not told where it does not."""
    told: tuple[str, ...] = ()
    """What another program's row says that is not kept, each as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """One row that could not be read, and why."""

    number: int
    file: str = ""
    email: str = ""
    """As written."""
    reason: str
    topics: tuple[str, ...] = ()
    """What it wrote as topics, where that is what is wrong: titles, perhaps."""


def parse_row(number: int, cells: Mapping[str, str]) -> Row | BadRow:
    """The row, from cells named by ``COLUMNS``; each may be missing. A wrong row is data, never an exception."""
    try:
        return read_row(number, cells)
    except SubscriberError as error:
        wrote = cells.get("topics", "").split(";") if isinstance(error, TopicsError) else ()
        topics = tuple(map(shown, wrote[:20]))
        return BadRow(number=number, email=shown(cells.get("email", "")), reason=error.line(), topics=topics)


def read_row(number: int, cells: Mapping[str, str]) -> Row:
    """As ``parse_row``. Raises ``AddressError`` or ``PreferenceError`` for a wrong row."""
    encodable(cells)
    address = parse(cells.get("email", ""))
    values = {name: read(text) for name, text in cells.items() if text and (read := _READ.get(name))}
    row = Row(number=number, address=address, **values)
    if row.former and (row.former not in SUPPRESSED or row.status is not Status.PENDING):
        raise PreferenceError(
            f"former {row.former!s} does not go with status {row.status or '(none)'!s}",
            hint="write it for pending readers alone: the suppression that their confirmation lifts",
        )
    return row


def shown(text: str) -> str:
    """The text as it may be printed: one short line that every encoding can hold."""
    return preference.one_line(text[:400], 80)


def encodable(cells: Mapping[str, str]) -> None:
    """Raises ``PreferenceError`` for a cell that held bytes which are not UTF-8, and were kept as surrogates."""
    for name, text in cells.items():
        if text.isascii():
            continue
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise PreferenceError(f"{name} is not UTF-8", hint="save the file as 'CSV UTF-8'") from error


def _topics(text: str) -> tuple[str, ...]:
    try:
        return preference.topics(text.split(";"))
    except PreferenceError as error:
        hint = "write ; between them" if "," in text else error.hint
        raise TopicsError(str(error), hint=hint) from error


_STATUS = {str(each): each for each in Status}


def _status(word: str) -> Status | None:
    word = word.strip().lower()
    if word and word not in _STATUS:
        raise PreferenceError(f"status {word[:40]!r} is not known", hint=f"write one of {', '.join(Status)}")
    return _STATUS.get(word)


def moment(text: str, name: str) -> datetime | None:
    """The moment in UTC; a date or a time without a zone counts as UTC. Raises ``PreferenceError`` for ``name``."""
    text = text.strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{name} {text[:40]!r} is no moment"
        raise PreferenceError(message, hint="write it as in 2025-06-30T08:00:00+08:00") from error


_READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(  # Any: the fields of Row
    {
        "name": preference.one_line,
        "status": _status,
        "topics": _topics,
        "newsletter": lambda text: preference.slug(text, "newsletter"),
        "schedule": lambda text: preference.slug(text, "schedule"),
        "language": preference.language,
        "timezone": preference.timezone,
        "format": lambda text: preference.format(text) if text.strip() else None,
        "consent_at": lambda text: moment(text, "consent_at"),
        "consent_ip": lambda text: preference.one_line(text, 45),
        "consent_text": preference.many_lines,
        "declined": lambda text: preference.names(text.split(";"), "newsletter"),
        "paused_until": lambda text: moment(text, "paused_until"),
        "former": _status,
        "created": lambda text: moment(text, "created"),
        "engaged_at": lambda text: moment(text, "engaged_at"),
    }
)
"""How the cell of a column is read; the address, which every row has, aside."""


def cells(reader: Subscriber) -> dict[str, str]:
    """The reader as the text of ``COLUMNS``: what ``parse_row`` reads back to the same.

    What stays behind: the id and the epoch, which bind links to this database; the key, which follows from the
    address; and when the row was last changed here.
    """
    return {
        "email": reader.address,
        "name": reader.name,
        "status": str(reader.status),
        "topics": ";".join(reader.topics),
        "newsletter": reader.newsletter,
        "schedule": reader.schedule,
        "language": reader.language,
        "timezone": reader.timezone,
        "format": str(reader.format),
        "consent_at": _written(reader.consent_at),
        "consent_ip": reader.consent_ip,
        "consent_text": reader.consent_text,
        "declined": ";".join(reader.declined),
        "paused_until": _written(reader.paused_until if reader.status is Status.PAUSED else None),
        "former": str(reader.former or ""),
        "created": _written(reader.created),
        "engaged_at": _written(reader.engaged_at),
    }


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
