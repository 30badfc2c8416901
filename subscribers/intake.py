"""What one row of an import may do to the list. Pure.

Imports never reactivate anyone, never turn an active reader back, never replace a proof of consent, and a blank cell
never overwrites what is known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

from subscribers import address, consent, preference
from subscribers.address import Flag
from subscribers.consent import Act
from subscribers.error import PreferenceError, RefusedError
from subscribers.row import BadRow, Row
from subscribers.subscriber import SUPPRESSED, Format, Status, Subscriber

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
class RowResult:
    """A line of the import's report."""

    row: int
    """As a spreadsheet counts: the header is row 1. In JSON the first object is 1."""
    file: str = ""
    """The file within an archive."""
    address: str
    outcome: Outcome
    reason: str = ""
    """Why it was refused or suppressed; what changed."""
    status: Status | None = None
    """The reader's status after it; ``None`` where there is no such reader."""
    flags: tuple[Flag, ...] = ()
    warnings: tuple[str, ...] = ()
    """What should be looked at, though it stopped nothing; each a sentence."""


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
    languages: frozenset[str] | None = None
    """The tags whose words the site has; another region or script of one of them is offered too."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Topic by ``folded`` name: what another program's tags mean here."""


def folded(name: str) -> str:
    """A tag's or topic's name for comparison: case and white space aside."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def named(topics: Mapping[str, str], given: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Topic by folded name, from the site's topics (key -> title) and pairs (tag, key) that somebody gave.

    A blank key says that the tag means nothing. Raises ``PreferenceError`` for a key that is not offered.
    """
    found = {folded(title): key for key, title in topics.items()} | {folded(key): key for key in topics}
    for tag, key in given:
        if key:
            _known(key, "topic", frozenset(topics))
        found[folded(tag)] = key
    return found


def offered(choices: Choices, topics: tuple[str, ...], newsletter: str, schedule: str) -> None:
    """Raises ``PreferenceError`` for a topic, newsletter or schedule that the site does not have."""
    if choices.topics is not None:
        for topic in topics:
            if topic not in choices.topics:
                raise PreferenceError(f"topic {topic!r} is not offered", hint=_meant_topic(topic, choices))
    if choices.newsletters is None:
        return
    if newsletter:
        _known(newsletter, "newsletter", choices.newsletters)
    if schedule:
        own = [choices.newsletters[newsletter]] if newsletter else list(choices.newsletters.values())
        _known(schedule, "schedule", frozenset(each for schedules in own for each in schedules))


def unread(row: BadRow, choices: Choices) -> RowResult:
    """The result of a row that could not be read; a topic's title in it is told as its key."""
    meant = [key for topic in row.topics if (key := choices.named.get(folded(topic)))]
    reason = f"{row.reason.partition(';')[0]}; did you mean {';'.join(meant)}?" if meant else row.reason
    return RowResult(row=row.number, file=row.file, address=row.email, outcome=Outcome.REFUSED, reason=reason)


def _meant_topic(topic: str, choices: Choices) -> str:
    """What to write for a topic that is not offered."""
    if key := choices.named.get(folded(topic)):
        return f"did you mean {key}?"
    if any(sign in topic for sign in "，、；"):
        return "write ; between topics"
    return _hint(topic, choices.topics or ())


def _hint(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, sorted(names), 1)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(sorted(names)) or '(none)'}"


def _known(name: str, what: str, names: Mapping[str, object] | frozenset[str]) -> None:
    if name not in names:
        raise PreferenceError(f"{what} {name!r} is not offered", hint=_hint(name, names))


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
_ERASED = "the reader was erased; only their own new sign-up, confirmed, brings them back"


def decide(
    row: Row, reader: Subscriber | None, *, erased: bool, now: datetime, declared: str, choices: Choices
) -> Verdict:
    """What the row does to ``reader`` (``None``: not on the list; ``erased``: once was, and asked to be forgotten).

    ``declared`` is the consent that whoever imports vouches for, for every row that brings none of its own.
    """
    row = _declared(_awake(_translated(row, choices), now), now, declared)
    try:
        _possible(row, now)
        offered(choices, row.topics, row.newsletter, row.schedule)
    except PreferenceError as error:
        return _refused(row, reader, error.line())
    if reader is None and erased:
        return _refused(row, reader, _ERASED, Outcome.SUPPRESSED)
    if reader and row.former and reader.former:  # they wait for the same confirmation here
        return Verdict(result=_result(row, reader, Outcome.UNCHANGED, status=reader.status))
    act = _ACTS[row.status or (Status.ACTIVE if row.consent_at else Status.PENDING)]
    try:
        status, former = (reader.status, reader.former) if reader else (None, None)
        after = consent.apply(status, act, former=former, who=row.address.sending)
    except RefusedError as error:  # of imports the table refuses only what is suppressed
        return _refused(row, reader, error.line(), Outcome.SUPPRESSED)
    assert after is not None
    proved = row.consent_at or (reader and reader.consent_at)
    if after in {Status.ACTIVE, Status.PAUSED} and after is not status and not proved:
        return _refused(row, reader, f"{after} needs consent_at; fill it in, or declare their consent with --declare")
    return _new(row, act, after, now, choices) if reader is None else _changed(row, reader, act, after, now, choices)


def _translated(row: Row, choices: Choices) -> Row:
    """The row with another program's tags as topics where the site has such, the others as a warning."""
    if not row.tags and not row.groups:
        return row
    topics = set(row.topics)
    told = list(row.told)
    for tag in row.tags:
        topic = choices.named.get(folded(tag))
        if topic:
            topics.add(topic)
        elif topic is None:
            told.append(f"tag {tag!r} is no topic here; --topic-map makes it one")
    topics |= {topic for group in row.groups if (topic := choices.named.get(folded(group)))}
    return replace(row, topics=tuple(sorted(topics)), told=tuple(told))


def _awake(row: Row, now: datetime) -> Row:
    """The row as active where it says that a pause has ended."""
    if row.status is not Status.PAUSED or row.paused_until is None or row.paused_until > now:
        return row
    told = f"the pause ended on {row.paused_until:%Y-%m-%d}: taken as active"
    return replace(row, status=Status.ACTIVE, paused_until=None, told=(*row.told, told))


def _declared(row: Row, now: datetime, declared: str) -> Row:
    """The row with the declared consent, where it brings none and does not say pending or gone."""
    if not declared or row.consent_at or row.status not in {None, Status.ACTIVE, Status.PAUSED}:
        return row
    return replace(row, consent_at=now, consent_text=row.consent_text or preference.many_lines(declared))


def _possible(row: Row, now: datetime) -> None:
    latest = now + LEEWAY
    for name, at in (("consent_at", row.consent_at), ("created", row.created), ("engaged_at", row.engaged_at)):
        if at and at > latest:
            raise PreferenceError(f"{name} {at.isoformat()} is in the future", hint="check the date's order")


def _warned(row: Row, flags: frozenset[Flag], choices: Choices) -> tuple[str, ...]:
    told = row.told
    if Flag.SMTPUTF8 in flags:
        told += ("the address needs a relay with SMTPUTF8",)
    if row.language and choices.languages is not None and not _spoken(row.language, choices.languages):
        what = f"language {row.language!r} is none of {', '.join(sorted(choices.languages))}"
        told += (f"{what}: kept as theirs, the words around the stories stay English",)
    return told


def _spoken(language: str, offered: frozenset[str]) -> bool:
    return language.partition("-")[0] in {each.partition("-")[0] for each in offered}


def _result(
    row: Row,
    reader: Subscriber | None,
    outcome: Outcome,
    reason: str = "",
    status: Status | None = None,
    choices: Choices | None = None,
) -> RowResult:
    sending = row.address.sending
    # Who is on the list is named as the list has them.
    listed = reader.address if reader and outcome in {Outcome.CHANGED, Outcome.UNCHANGED} else sending
    flags = address.flags(row.address.key)
    return RowResult(
        row=row.number,
        file=row.file,
        address=listed,
        outcome=outcome,
        reason=reason,
        status=status,
        flags=tuple(sorted(flags)) if flags else (),
        warnings=_warned(row, flags, choices) if choices else (),
    )


def _refused(row: Row, reader: Subscriber | None, reason: str, outcome: Outcome = Outcome.REFUSED) -> Verdict:
    return Verdict(result=_result(row, reader, outcome, reason, reader.status if reader else None))


def _new(row: Row, act: Act, after: Status, now: datetime, choices: Choices) -> Verdict:
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
        declined=row.declined,
        timezone=row.timezone,
        format=row.format or Format.HTML,
        former=row.former,
        created=row.created or now,
        changed=now,
        consent_at=row.consent_at,
        consent_ip=row.consent_ip,
        consent_text=row.consent_text,
        paused_until=row.paused_until if after is Status.PAUSED else None,
        engaged_at=row.engaged_at,
    )
    return Verdict(result=_result(row, None, Outcome.NEW, status=after, choices=choices), act=act, reader=reader)


def _changed(row: Row, reader: Subscriber, act: Act, after: Status, now: datetime, choices: Choices) -> Verdict:
    merged = reader if after in SUPPRESSED and after is reader.status else _merged(row, reader, after)
    what = differences(reader, merged)
    outcome = Outcome.CHANGED if what else Outcome.UNCHANGED
    result = _result(row, reader, outcome, what, after, choices)
    if not what:
        return Verdict(result=result)
    return Verdict(
        result=result, act=act if after is not reader.status else Act.PREFER, reader=replace(merged, changed=now)
    )


def _merged(row: Row, reader: Subscriber, after: Status) -> Subscriber:
    """The reader with what the row says; what they left or put off themselves stays so."""
    merged = replace(
        reader,
        status=after,
        former=consent.former_after(reader.status, reader.former, after)
        or (row.former if after is Status.PENDING else None),
        name=row.name or reader.name,
        topics=row.topics or reader.topics,
        newsletter=row.newsletter or reader.newsletter,
        schedule=row.schedule or reader.schedule,
        language=row.language or reader.language,
        declined=tuple(sorted({*reader.declined, *row.declined})) if row.declined else reader.declined,
        timezone=row.timezone or reader.timezone,
        format=row.format or reader.format,
        paused_until=_pause(row, reader, after),
    )
    if row.engaged_at and (reader.engaged_at is None or row.engaged_at > reader.engaged_at):
        merged = replace(merged, engaged_at=row.engaged_at)
    if reader.consent_at is None and row.consent_at:
        merged = replace(merged, consent_at=row.consent_at, consent_ip=row.consent_ip, consent_text=row.consent_text)
    return merged


def _pause(row: Row, reader: Subscriber, after: Status) -> datetime | None:
    if after is not Status.PAUSED:
        return None
    return reader.paused_until if reader.status is Status.PAUSED else row.paused_until


_TOLD = (
    "status",
    "former",
    "name",
    "topics",
    "newsletter",
    "declined",
    "schedule",
    "language",
    "timezone",
    "format",
    "consent_at",
    "paused_until",
    "engaged_at",
)


def differences(before: Subscriber, after: Subscriber) -> str:
    """What changed, as one line: ``topics: chips → chips;funding, format: html → text``; blank where nothing did."""
    return ", ".join(
        f"{name}: {_told(name, old)} → {_told(name, new)}"
        for name in _TOLD
        if (old := getattr(before, name)) != (new := getattr(after, name))
    )


def _told(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(value) or ("all" if name == "topics" else "(none)")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value or "(none)")
