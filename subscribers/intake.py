"""What one row of an import means, and what it may do to the list. Pure.

Imports never reactivate anyone, never turn an active reader back, never replace a proof of consent, and a blank cell
never overwrites what is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

from subscribers import consent, preference
from subscribers.address import Address, parse
from subscribers.consent import Act
from subscribers.error import PreferenceError, RefusedError, SubscriberError
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
)
"""Of CSV and JSON, in the order in which they are written; only the first is needed."""


LEEWAY = timedelta(minutes=15)
"""How far two machines' clocks may be apart: a consent noted on another one is not from the future."""


class Outcome(StrEnum):
    """What became, or would become, of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that could be read; blank fields say nothing."""

    number: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """One row that could not be read, and why."""

    number: int
    email: str = ""
    """As written."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """A line of the import's report."""

    row: int
    """As a spreadsheet counts: the header is row 1. In JSON the first object is 1."""
    address: str
    outcome: Outcome
    reason: str = ""
    """Why it was refused or suppressed; what changed."""
    status: Status | None = None
    """The reader's status after it; ``None`` where there is no such reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do about one row; ``reader`` is ``None`` where nothing is to be written."""

    result: RowResult
    act: Act = Act.PREFER
    reader: Subscriber | None = None
    """The row to write: id 0 where it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a site offers. ``None`` = anything goes."""

    topics: frozenset[str] | None = None
    newsletters: Mapping[str, tuple[str, ...]] | None = None
    """Name -> its schedules."""


def parse_row(number: int, cells: Mapping[str, str]) -> Row | BadRow:
    """The row, from cells named by ``COLUMNS``; each may be missing. A wrong row is data, never an exception."""
    try:
        _encodable(cells)
        status = cells.get("status", "").strip().lower()
        format = cells.get("format", "")
        return Row(
            number=number,
            address=parse(cells.get("email", "")),
            name=preference.one_line(cells.get("name", "")),
            status=_status(status) if status else None,
            topics=preference.topics(cells.get("topics", "").split(";")),
            newsletter=preference.slug(cells.get("newsletter", ""), "newsletter"),
            schedule=preference.slug(cells.get("schedule", ""), "schedule"),
            language=preference.language(cells.get("language", "")),
            timezone=preference.timezone(cells.get("timezone", "")),
            format=preference.format(format) if format.strip() else None,
            consent_at=_moment(cells.get("consent_at", "")),
            consent_ip=preference.one_line(cells.get("consent_ip", ""), 45),
            consent_text=preference.many_lines(cells.get("consent_text", "")),
        )
    except SubscriberError as error:
        return BadRow(number=number, email=shown(cells.get("email", "")), reason=error.line())


def shown(text: str) -> str:
    """The text as it may be printed: one short line that every encoding can hold."""
    return preference.one_line(text, 80)


def _encodable(cells: Mapping[str, str]) -> None:
    for name, text in cells.items():
        try:
            text.encode()
        except UnicodeEncodeError as error:  # bytes that the file's reader kept as surrogates
            raise PreferenceError(f"{name} is not UTF-8", hint="save the file as 'CSV UTF-8'") from error


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError as error:
        raise PreferenceError(f"status {word[:40]!r} is not known", hint=f"write one of {', '.join(Status)}") from error


def _moment(text: str) -> datetime | None:
    """The moment in UTC; a date or a time without a zone counts as UTC."""
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"consent_at {text[:40]!r} is no moment"
        raise PreferenceError(message, hint="write it as in 2025-06-30T08:00:00+08:00") from error


def offered(choices: Choices, topics: tuple[str, ...], newsletter: str, schedule: str) -> None:
    """Raises ``PreferenceError`` for a topic, newsletter or schedule that the site does not have."""
    if choices.topics is not None:
        for topic in topics:
            _known(topic, "topic", choices.topics)
    if choices.newsletters is None:
        return
    if newsletter:
        _known(newsletter, "newsletter", choices.newsletters)
    if schedule:
        own = [choices.newsletters[newsletter]] if newsletter else list(choices.newsletters.values())
        _known(schedule, "schedule", frozenset(each for schedules in own for each in schedules))


def _known(name: str, what: str, names: Mapping[str, object] | frozenset[str]) -> None:
    if name not in names:
        near = get_close_matches(name, sorted(names), 1)
        hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(sorted(names)) or '(none)'}"
        raise PreferenceError(f"{what} {name!r} is not offered", hint=hint)


_ACTS: Mapping[Status, Act] = MappingProxyType(
    {
        Status.PENDING: Act.IMPORT_PENDING,
        Status.ACTIVE: Act.IMPORT_ACTIVE,
        Status.PAUSED: Act.IMPORT_PAUSED,
        Status.UNSUBSCRIBED: Act.UNSUBSCRIBE,
        Status.BOUNCED: Act.BOUNCE,
        Status.COMPLAINED: Act.COMPLAIN,
    }
)
_ERASED = "was erased; only their own new sign-up, confirmed, brings them back"


def decide(
    row: Row, reader: Subscriber | None, *, erased: bool, now: datetime, declared: str, choices: Choices
) -> Verdict:
    """What the row does to ``reader`` (``None``: not on the list; ``erased``: once was, and asked to be forgotten).

    ``declared`` is the consent that whoever imports vouches for, for every row that brings none of its own.
    """
    row = _declared(row, now, declared)
    if row.consent_at and row.consent_at > now + LEEWAY:
        return _refused(
            row, reader, f"consent_at {row.consent_at.isoformat()} is in the future; check the date's order"
        )
    try:
        offered(choices, row.topics, row.newsletter, row.schedule)
    except PreferenceError as error:
        return _refused(row, reader, error.line())
    if reader is None and erased:
        return _refused(row, reader, _ERASED, Outcome.SUPPRESSED)
    act = _ACTS[row.status or (Status.ACTIVE if row.consent_at else Status.PENDING)]
    try:
        status, former = (reader.status, reader.former) if reader else (None, None)
        after = consent.apply(status, act, former=former, who=row.address.sending)
    except RefusedError as error:  # of imports the table refuses only what is suppressed
        return _refused(row, reader, error.line(), Outcome.SUPPRESSED)
    assert after is not None
    proved = row.consent_at or (reader and reader.consent_at)
    if after in {Status.ACTIVE, Status.PAUSED} and after is not status and not proved:
        return _refused(
            row, reader, f"{after} needs consent_at; fill it in, or declare their consent with --consent-text"
        )
    return _new(row, act, after, now) if reader is None else _changed(row, reader, act, after, now)


def _declared(row: Row, now: datetime, declared: str) -> Row:
    """The row with the declared consent, where it brings none and does not say pending or gone."""
    if not declared or row.consent_at or row.status not in {None, Status.ACTIVE, Status.PAUSED}:
        return row
    return replace(row, consent_at=now, consent_text=row.consent_text or preference.many_lines(declared))


def _refused(row: Row, reader: Subscriber | None, reason: str, outcome: Outcome = Outcome.REFUSED) -> Verdict:
    status = reader.status if reader else None
    return Verdict(
        result=RowResult(row=row.number, address=row.address.sending, outcome=outcome, reason=reason, status=status)
    )


def _new(row: Row, act: Act, after: Status, now: datetime) -> Verdict:
    reader = Subscriber(
        id=0,
        address=row.address.sending,
        key=row.address.key,
        name=row.name,
        status=after,
        topics=row.topics,
        newsletter=row.newsletter,
        schedule=row.schedule,
        language=row.language,
        timezone=row.timezone,
        format=row.format or Format.HTML,
        created=now,
        changed=now,
        consent_at=row.consent_at,
        consent_ip=row.consent_ip,
        consent_text=row.consent_text,
    )
    result = RowResult(row=row.number, address=reader.address, outcome=Outcome.NEW, status=after)
    return Verdict(result=result, act=act, reader=reader)


def _changed(row: Row, reader: Subscriber, act: Act, after: Status, now: datetime) -> Verdict:
    merged = replace(
        reader,
        status=after,
        former=consent.former_after(reader.status, reader.former, after),
        name=row.name or reader.name,
        topics=row.topics or reader.topics,
        newsletter=row.newsletter or reader.newsletter,
        schedule=row.schedule or reader.schedule,
        language=row.language or reader.language,
        timezone=row.timezone or reader.timezone,
        format=row.format or reader.format,
    )
    if after in SUPPRESSED and after is reader.status:
        merged = reader  # nothing more is kept of one who left
    elif reader.consent_at is None and row.consent_at:
        merged = replace(merged, consent_at=row.consent_at, consent_ip=row.consent_ip, consent_text=row.consent_text)
    what = differences(reader, merged)
    result = RowResult(
        row=row.number,
        address=reader.address,
        outcome=Outcome.CHANGED if what else Outcome.UNCHANGED,
        reason=what,
        status=after,
    )
    if not what:
        return Verdict(result=result)
    return Verdict(
        result=result, act=act if after is not reader.status else Act.PREFER, reader=replace(merged, changed=now)
    )


_TOLD = ("status", "name", "topics", "newsletter", "schedule", "language", "timezone", "format", "consent_at")


def differences(before: Subscriber, after: Subscriber) -> str:
    """What changed, as one line: ``topics: chips → chips;funding, format: html → text``; blank where nothing did."""
    return ", ".join(
        f"{name}: {_told(old)} → {_told(new)}"
        for name in _TOLD
        if (old := getattr(before, name)) != (new := getattr(after, name))
    )


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(value) or "all"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value or "(none)")


def cells(reader: Subscriber) -> dict[str, str]:
    """The reader as the text of ``COLUMNS``: what ``parse_row`` reads back to the same."""
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
        "consent_at": reader.consent_at.isoformat() if reader.consent_at else "",
        "consent_ip": reader.consent_ip,
        "consent_text": reader.consent_text,
    }
