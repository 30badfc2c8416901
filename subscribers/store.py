"""Readers in the database: one at a time, by the issue, and their history; the door to tables, import and export.

Every function takes an open connection inside a transaction that its caller ends, and ``now`` where it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, preference
from subscribers.address import parse
from subscribers.consent import Act, ConsentEvent
from subscribers.db.bulk import Intake, export, import_rows, import_stream
from subscribers.db.segment import belongs, count, page
from subscribers.db.stream import readers, wishes
from subscribers.db.table import (
    Mac,
    consent_event,
    insert_new,
    metadata,
    packed,
    row_of,
    subscriber,
    subscriber_topic,
    suppression,
    unpacked,
)
from subscribers.error import RefusedError, UnknownError
from subscribers.intake import differences
from subscribers.segments.tree import Segment
from subscribers.subscriber import SUPPRESSED, Status, Subscriber

__all__ = [
    "Intake",
    "Mac",
    "Stats",
    "act",
    "add",
    "belongs",
    "by_address",
    "by_id",
    "consent_event",
    "count",
    "engage",
    "erase",
    "export",
    "forget_unconfirmed",
    "get",
    "history",
    "import_rows",
    "import_stream",
    "leave",
    "metadata",
    "page",
    "readers",
    "reason",
    "resume_due",
    "revoke_links",
    "set_preferences",
    "stats",
    "subscriber",
    "subscriber_topic",
    "suppression",
    "undo",
    "wishes",
]

Values = dict[str, Any]  # Any: the values of a row, as its columns say


def add(
    connection: Connection,
    *,
    address: str,
    name: str = "",
    topics: Iterable[str] = (),
    newsletter: str = "",
    schedule: str = "",
    language: str = "",
    timezone: str = "",
    format: str = "",
    now: datetime,
    how: str,
    ip: str = "",
    consent_text: str = "",
    confirmed: bool = False,
    mac: Mac,
) -> Subscriber:
    """The reader, now on the list: pending, or active if ``confirmed`` (which needs ``consent_text``).

    ``how="signup"`` is a reader's own sign-up: alone it makes one who had left pending again; the caller asks them to
    confirm. A pending one takes the new preferences; what somebody else leaves blank stays as the reader had it.
    Raises ``RefusedError`` for whoever is on the list already or may not be added by others; ``AddressError`` and
    ``PreferenceError`` for what cannot be.
    """
    where, chosen = parse(address), preference.topics(topics)
    wish = {
        "name": preference.one_line(name),
        "topics": chosen,
        "newsletter": preference.slug(newsletter, "newsletter"),
        "schedule": preference.slug(schedule, "schedule"),
        "language": preference.language(language),
        "timezone": preference.timezone(timezone),
        "format": preference.format(format),
        "consent_at": now if confirmed else None,
        "consent_ip": preference.one_line(ip, 45),
        "consent_text": preference.many_lines(consent_text),
    }
    if confirmed and not wish["consent_text"]:
        raise RefusedError(
            f"{where} cannot be active without a consent", hint="say what they agreed to: --consent-text"
        )
    act = Act.ADD if confirmed else Act.SIGNUP if how == "signup" else Act.INVITE
    id = None
    while id is None:  # once more where another process added the same address between our look and our insert
        known = _find(connection, subscriber.c.key == where.key, lock=True)
        status, former = (known.status, known.former) if known else (None, None)
        if known is None and _erased(connection, mac(where.key)):
            status = Status.UNSUBSCRIBED
        after = consent.apply(status, act, former=former, who=where.sending)
        former = consent.former_after(status, former, after)
        asked = wish if known is None or act is Act.SIGNUP else wish | _unsaid(wish, known)
        values = packed(asked | {"address": where.sending, "status": after, "former": former, "changed": now})
        id = _enter(connection, known, {"key": where.key, "created": now, "epoch": 0} | values, values)
    added = get(connection, id)
    _write_topics(connection, id, added.topics)
    _remember(connection, id, act, added.status, now=now, how=how, ip=ip, text=consent_text)
    return added


def _unsaid(wish: Values, known: Subscriber) -> Values:
    """What somebody else's entry leaves blank and the reader, still pending, has said before: a blank says nothing."""
    names = ("name", "topics", "newsletter", "schedule", "language", "timezone")
    return {name: getattr(known, name) for name in names if not wish[name]}


def _enter(connection: Connection, known: Subscriber | None, new: Values, changed: Values) -> int | None:
    """The reader's id; ``None`` where the address was taken meanwhile."""
    if known is None:
        return insert_new(connection, [new]).get(new["key"])
    connection.execute(sa.update(subscriber).where(subscriber.c.id == known.id).values(changed))
    return known.id


def by_address(connection: Connection, address: str) -> Subscriber | None:
    """The reader of this mailbox, however it is spelt. Raises ``AddressError`` for what is no address."""
    return _find(connection, subscriber.c.key == parse(address).key)


def by_id(connection: Connection, id: int) -> Subscriber | None:
    """The reader, or ``None``."""
    return _find(connection, subscriber.c.id == id)


def get(connection: Connection, id: int, *, lock: bool = False) -> Subscriber:
    """The reader. Raises ``UnknownError`` where there is none."""
    found = _find(connection, subscriber.c.id == id, lock=lock)
    if found is None:
        raise UnknownError(f"reader {id} is not on the list", hint="they may have been erased")
    return found


def act(
    connection: Connection,
    id: int,
    act: Act,
    *,
    now: datetime,
    how: str,
    ip: str = "",
    text: str = "",
    until: datetime | None = None,
) -> Subscriber:
    """The reader after the act, which is written into their history unless it changed nothing.

    ``until`` is the end of a pause; without one it lasts until the reader resumes.

    A confirmation also keeps its moment, address and ``text`` as the proof of consent. Raises ``RefusedError`` where
    the table of ``consent`` forbids it, ``UnknownError`` for an unknown reader. ``Act.ERASE`` is ``erase``'s.
    """
    known = get(connection, id, lock=True)
    after = consent.apply(known.status, act, former=known.former, who=known.address)
    if after is None:
        raise RefusedError(f"{known.address} is not erased by this", hint="call erase")
    until = until if after is Status.PAUSED else None
    if after is known.status and until == known.paused_until:
        return known
    values: Values = {
        "status": after,
        "former": consent.former_after(known.status, known.former, after),
        "paused_until": until,
        "changed": now,
    }
    if act is Act.CONFIRM:
        values["consent_at"] = now
        values["consent_ip"] = preference.one_line(ip, 45) or known.consent_ip
        values["consent_text"] = preference.many_lines(text) or known.consent_text
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id).values(packed(values)))
    _remember(connection, id, act, after, now=now, how=how, ip=ip, text=text)
    return get(connection, id)


def set_preferences(
    connection: Connection,
    id: int,
    *,
    now: datetime,
    how: str,
    ip: str = "",
    name: str | None = None,
    topics: Iterable[str] | None = None,
    newsletter: str | None = None,
    schedule: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    format: str | None = None,
    declined: Iterable[str] | None = None,
) -> Subscriber:
    """The reader with the preferences that are given; ``None`` leaves one as it is, a blank means the default.

    What changed stands in the history. Raises ``RefusedError`` for a reader who left, ``PreferenceError`` for what
    cannot be, ``UnknownError`` for an unknown reader.
    """
    known = get(connection, id, lock=True)
    consent.apply(known.status, Act.PREFER, who=known.address)
    wanted = replace(
        known,
        name=known.name if name is None else preference.one_line(name),
        topics=known.topics if topics is None else preference.topics(topics),
        newsletter=known.newsletter if newsletter is None else preference.slug(newsletter, "newsletter"),
        schedule=known.schedule if schedule is None else preference.slug(schedule, "schedule"),
        language=known.language if language is None else preference.language(language),
        timezone=known.timezone if timezone is None else preference.timezone(timezone),
        format=known.format if format is None else preference.format(format),
        declined=known.declined if declined is None else preference.names(declined, "newsletter"),
    )
    if wanted == known:
        return known
    row = packed(row_of(replace(wanted, changed=now)))
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id).values(row))
    _write_topics(connection, id, wanted.topics)
    text = differences(known, wanted)
    _remember(connection, id, Act.PREFER, known.status, now=now, how=how, ip=ip, text=text)
    return get(connection, id)


def leave(
    connection: Connection, id: int, *, now: datetime, how: str, ip: str = "", text: str = ""
) -> tuple[Subscriber, int | None]:
    """The reader, unsubscribed, and what ``undo`` takes this back with: ``None`` where nothing was coming to them.

    Leaving again is kept where the one before could still be undone: nobody but who left last may bring them back.
    Raises ``UnknownError`` for an unknown reader.
    """
    before = get(connection, id, lock=True)
    reader = act(connection, id, Act.UNSUBSCRIBE, now=now, how=how, ip=ip, text=text)
    if reader.status is before.status:
        last = history(connection, id)[-1:]
        if last and last[0].act is Act.UNSUBSCRIBE and now - last[0].at < consent.UNDO_WITHIN:
            _remember(connection, id, Act.UNSUBSCRIBE, reader.status, now=now, how=how, ip=ip, text=text)
        return reader, None
    return reader, _last_event(connection, id) if before.status in consent.UNDOABLE else None


def reason(connection: Connection, id: int, text: str, *, now: datetime) -> bool:
    """Keeps why a reader left with their leaving, as long as it could be undone; whether it was kept.

    Said again it takes the place of what was said before; a blank changes nothing.
    """
    table, kept = consent_event, preference.many_lines(text)
    last = sa.and_(table.c.id == _last_event(connection, id), table.c.act == Act.UNSUBSCRIBE)
    late = table.c.at <= now - consent.UNDO_WITHIN
    statement = sa.update(table).where(last, sa.not_(late)).values(text=kept)
    return bool(kept) and connection.execute(statement).rowcount > 0


def undo(connection: Connection, event: int, *, now: datetime, how: str, ip: str = "") -> Subscriber:
    """The reader as they were before the leaving with that number, if it is the last thing that happened to them.

    Raises ``UnknownError`` where there is no such leaving, ``RefusedError`` where it is too late or more has happened.
    """
    table = consent_event
    row = connection.execute(sa.select(table).where(table.c.id == event)).one_or_none()
    if row is None or row.act != Act.UNSUBSCRIBE:
        raise UnknownError("there is no such leaving", hint="ask for the digests anew")
    known = get(connection, row.subscriber, lock=True)
    if _last_event(connection, known.id) != event or now - row.at >= consent.UNDO_WITHIN:
        raise RefusedError(f"{known.address} cannot take that back any more", hint="they may sign up anew")
    earlier = sa.select(table.c.status).where(table.c.subscriber == known.id, table.c.id < event)
    before = connection.scalars(earlier.order_by(table.c.id.desc()).limit(1)).one_or_none()
    after = consent.apply(known.status, Act.UNDO, who=known.address)
    if before == Status.PAUSED:
        after = Status.PAUSED
    assert after is not None
    changed = {"status": after, "changed": now}
    connection.execute(sa.update(subscriber).where(subscriber.c.id == known.id).values(changed))
    _remember(connection, known.id, Act.UNDO, after, now=now, how=how, ip=ip, text="")
    return get(connection, known.id)


def _last_event(connection: Connection, id: int) -> int:
    last = sa.select(sa.func.max(consent_event.c.id)).where(consent_event.c.subscriber == id)
    return int(connection.execute(last).scalar_one() or 0)


def resume_due(connection: Connection, now: datetime) -> int:
    """Ends the pauses whose time has come; how many."""
    due = sa.select(subscriber.c.id).where(subscriber.c.status == Status.PAUSED, subscriber.c.paused_until <= now)
    ids = sorted(connection.scalars(due))  # an ORDER BY would have the list walked through by id, not by its index
    for id in ids:
        act(connection, id, Act.RESUME, now=now, how="end of the pause")
    return len(ids)


def forget_unconfirmed(connection: Connection, asked_before: datetime, now: datetime) -> int:
    """Forgets who was asked to confirm before that moment, last, and did not; how many.

    Nothing of them stays; who had been on the list before is again what they were then. Who was imported as pending
    was never asked, and waits.
    """
    table = consent_event
    asked = (
        sa.select(sa.func.max(table.c.at))
        .where(table.c.subscriber == subscriber.c.id, table.c.act.in_([Act.SIGNUP, Act.INVITE]))
        .scalar_subquery()
    )
    # Written out, not bound: only so do databases see that the index of pending readers answers it.
    pending = sa.literal(Status.PENDING.value, literal_execute=True)
    found = sa.select(subscriber).where(subscriber.c.status == pending, asked < asked_before)
    gone = [unpacked(row) for row in connection.execute(found)]
    for reader in gone:
        if reader.former:
            values = {"status": reader.former, "former": "", "changed": now}
            connection.execute(sa.update(subscriber).where(subscriber.c.id == reader.id).values(values))
            _remember(connection, reader.id, Act.EXPIRE, reader.former, now=now, how="nobody confirmed", ip="", text="")
        else:
            _remove(connection, reader.id)
    return len(gone)


def engage(connection: Connection, id: int, at: datetime) -> None:
    """Notes that a person followed a link of a mail to the reader; an earlier moment changes nothing."""
    older = sa.or_(subscriber.c.engaged_at.is_(None), subscriber.c.engaged_at < at)
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id, older).values(engaged_at=at))


def _remove(connection: Connection, id: int) -> None:
    for table in (subscriber_topic, consent_event):
        connection.execute(sa.delete(table).where(table.c.subscriber == id))
    connection.execute(sa.delete(subscriber).where(subscriber.c.id == id))


def revoke_links(connection: Connection, id: int, *, now: datetime) -> Subscriber:
    """The reader, whose preference and view links up to now are dead; unsubscribe links are signed without an epoch."""
    changed = {"epoch": subscriber.c.epoch + 1, "changed": now}
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id).values(changed))
    return get(connection, id)


def erase(connection: Connection, id: int, *, mac: Mac, now: datetime) -> None:
    """Removes the reader and their history; a keyed hash of the address stays, so that no import brings them back.

    Raises ``UnknownError`` for an unknown reader.
    """
    known = get(connection, id, lock=True)
    consent.apply(known.status, Act.ERASE)
    _remove(connection, id)
    hash = mac(known.key)
    connection.execute(sa.delete(suppression).where(suppression.c.hash == hash))
    reason = known.status if known.status in SUPPRESSED else "erased"
    connection.execute(sa.insert(suppression).values(hash=hash, reason=reason, at=now))


def history(connection: Connection, id: int) -> tuple[ConsentEvent, ...]:
    """Everything that happened to the reader, oldest first."""
    rows = connection.execute(
        sa.select(consent_event).where(consent_event.c.subscriber == id).order_by(consent_event.c.id)
    )
    return tuple(
        ConsentEvent(at=row.at, act=Act(row.act), status=Status(row.status), how=row.how, ip=row.ip, text=row.text)
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How many readers there are; all but ``statuses`` count the active ones, under "" those who take the default."""

    statuses: Mapping[str, int]
    """Every status, zero included."""
    newsletters: Mapping[str, int]
    schedules: Mapping[str, int]
    languages: Mapping[str, int]
    formats: Mapping[str, int]
    topics: Mapping[str, int]


def stats(connection: Connection, where: Segment | None = None) -> Stats:
    """The counts, each in the order of its names; with ``where`` of the readers in that segment alone."""
    counted = belongs(where)
    active = sa.and_(subscriber.c.status == Status.ACTIVE, counted)
    chosen = (
        sa.select(subscriber_topic.c.topic, sa.func.count())
        .join(subscriber, subscriber.c.id == subscriber_topic.c.subscriber)
        .where(active)
        .group_by(subscriber_topic.c.topic)
    )
    everything = sa.select(sa.func.count()).where(active, subscriber.c.topics == "")
    topics = {"": connection.execute(everything).scalar_one()} | _pairs(connection, chosen)
    return Stats(
        statuses={str(status): 0 for status in Status} | _count(connection, subscriber.c.status, counted),
        newsletters=_count(connection, subscriber.c.newsletter, active),
        schedules=_count(connection, subscriber.c.schedule, active),
        languages=_count(connection, subscriber.c.language, active),
        formats=_count(connection, subscriber.c.format, active),
        topics={name: count for name, count in topics.items() if count},
    )


def _count(connection: Connection, column: sa.Column[str], where: sa.ColumnElement[bool]) -> dict[str, int]:
    return _pairs(connection, sa.select(column, sa.func.count()).where(where).group_by(column))


def _pairs(connection: Connection, statement: sa.Select[str, int]) -> dict[str, int]:
    return dict(sorted((row[0], row[1]) for row in connection.execute(statement)))


def _find(connection: Connection, where: sa.ColumnElement[bool], *, lock: bool = False) -> Subscriber | None:
    statement = sa.select(subscriber).where(where)
    # PostgreSQL locks the row, so that two acts on one reader follow each other; SQLite has one writer anyway.
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return unpacked(row) if row else None


def _erased(connection: Connection, hash: str) -> bool:
    found = connection.execute(sa.select(suppression.c.hash).where(suppression.c.hash == hash))
    return found.first() is not None


def _write_topics(connection: Connection, id: int, topics: tuple[str, ...]) -> None:
    connection.execute(sa.delete(subscriber_topic).where(subscriber_topic.c.subscriber == id))
    if topics:
        rows = [{"subscriber": id, "topic": topic} for topic in topics]
        connection.execute(sa.insert(subscriber_topic), rows)


def _remember(
    connection: Connection, id: int, act: Act, status: Status, *, now: datetime, how: str, ip: str, text: str
) -> None:
    event = {"subscriber": id, "at": now, "act": act, "status": status, "how": how}
    event |= {"ip": preference.one_line(ip, 45), "text": preference.many_lines(text)}
    connection.execute(sa.insert(consent_event).values(event))
