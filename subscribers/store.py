"""Readers in the database: one at a time, by the issue, and their history; the door to tables, import and export.

Every function takes an open connection inside a transaction that its caller ends, and ``now`` where it writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, preference
from subscribers.address import Address, parse
from subscribers.consent import Act
from subscribers.db import asking
from subscribers.db import history as events
from subscribers.db.asking import confirm_epoch
from subscribers.db.bulk import Intake, export, import_rows, import_stream
from subscribers.db.counts import Stats, stats
from subscribers.db.history import history, reason
from subscribers.db.segment import belongs, count, kept, page
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
from subscribers.subscriber import SUPPRESSED, Format, Status, Subscriber

__all__ = [
    "Forgotten",
    "Intake",
    "Mac",
    "Stats",
    "act",
    "add",
    "belongs",
    "by_address",
    "by_id",
    "confirm_epoch",
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
    "kept",
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
    confirm. As anybody can type an address, what it asks of somebody we know waits apart until then (``db.asking``).
    What somebody else leaves blank stays as the pending reader had it; ``format`` too may be blank. Raises
    ``RefusedError`` for whoever is on the list already or may not be added by others; ``AddressError`` and
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
        "format": preference.format(format) if format else "",
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
        id = _place(connection, where, wish, act, now=now, mac=mac)
    added = get(connection, id)
    _write_topics(connection, id, added.topics)
    events.remember(connection, id, act, added.status, now=now, how=how, ip=ip, text=consent_text)
    return added


def _place(connection: Connection, where: Address, wish: Values, act: Act, *, now: datetime, mac: Mac) -> int | None:
    """The id of the reader whose row the act has made or changed; ``None`` where the address was taken meanwhile."""
    known = _find(connection, subscriber.c.key == where.key, lock=True)
    status, former = (known.status, known.former) if known else (None, None)
    if known is None and (reason := _erased(connection, mac(where.key))):
        status = Status(reason) if reason in SUPPRESSED else Status.UNSUBSCRIBED
    after = consent.apply(status, act, former=former, who=where.sending)
    values: Values = {"status": after, "former": consent.former_after(status, former, after), "changed": now}
    values["asked_at"] = None if act is Act.ADD else now
    if known is None:
        own = wish | {"address": where.sending, "format": wish["format"] or Format.HTML, "consent_at": None}
        values |= {"key": where.key, "created": now, "epoch": 0} | own
    elif act is Act.SIGNUP:
        asking.put(connection, known.id, wish)
    else:
        values |= _merged(connection, known, wish) | {"address": where.sending}
    if act is Act.ADD:
        values["consent_at"] = now
    return _enter(connection, known, packed(values))


def _merged(connection: Connection, known: Subscriber, wish: Values) -> Values:
    """What somebody else's entry makes of a pending reader: a blank says nothing, and what they asked for counts."""
    before = row_of(known) | asking.found(connection, known.id)
    asking.drop(connection, known.id)
    return {name: value or before[name] for name, value in wish.items()}


def _enter(connection: Connection, known: Subscriber | None, values: Values) -> int | None:
    """The reader's id; ``None`` where the address was taken meanwhile."""
    if known is None:
        return insert_new(connection, [values]).get(values["key"])
    connection.execute(sa.update(subscriber).where(subscriber.c.id == known.id).values(values))
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
    if act is Act.UNDO:
        raise RefusedError(f"{known.address} is not brought back by this", hint="call undo with the leaving's number")
    after = consent.apply(known.status, act, former=known.former, who=known.address)
    if after is None:
        raise RefusedError(f"{known.address} is not erased by this", hint="call erase")
    if after is not Status.PAUSED:  # who leaves may take that back, and then the pause has its end again
        until = known.paused_until if after in SUPPRESSED else None
    if after is known.status and until == known.paused_until:
        if act in _NEWS and events.undoable(connection, id, now):
            events.remember(connection, id, act, after, now=now, how=how, ip=ip, text=text)
        return known
    values: Values = {
        "status": after,
        "former": consent.former_after(known.status, known.former, after),
        "paused_until": until,
        "changed": now,
    }
    if act is Act.CONFIRM:
        wish = {"consent_ip": known.consent_ip, "consent_text": known.consent_text} | asking.found(connection, id)
        values |= wish | {"consent_at": now, "consent_ip": preference.one_line(ip, 45) or wish["consent_ip"]}
        values["consent_text"] = preference.many_lines(text) or wish["consent_text"]
    if known.status is Status.PENDING:
        values["asked_at"] = None
        asking.drop(connection, id)
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id).values(packed(values)))
    if "topics" in values:
        _write_topics(connection, id, values["topics"])
    events.remember(connection, id, act, after, now=now, how=how, ip=ip, text=text)
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
    events.remember(connection, id, Act.PREFER, known.status, now=now, how=how, ip=ip, text=text)
    return get(connection, id)


_NEWS = frozenset({Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN})
"""Kept of somebody who has just left, though it changes nothing: after it their leaving cannot be taken back."""
_DOUBLE_CLICK = timedelta(minutes=1)


def leave(
    connection: Connection, id: int, *, now: datetime, how: str, ip: str = "", text: str = ""
) -> tuple[Subscriber, int | None]:
    """The reader, unsubscribed, and what ``undo`` takes this back with: ``None`` where nothing was coming to them.

    Who leaves last decides: leaving again makes an earlier leaving final, but for a click done twice by one visitor.
    Raises ``UnknownError`` for an unknown reader.
    """
    before, last = get(connection, id, lock=True), events.undoable(connection, id, now)
    twice = last is not None and bool(ip) and last.ip == preference.one_line(ip, 45) and now - last.at < _DOUBLE_CLICK
    if last is not None and twice and before.status is Status.UNSUBSCRIBED:
        return before, int(last.id)
    reader = act(connection, id, Act.UNSUBSCRIBE, now=now, how=how, ip=ip, text=text)
    return reader, events.last(connection, id) if before.status in consent.UNDOABLE else None


def undo(connection: Connection, event: int, *, now: datetime, how: str, ip: str = "") -> Subscriber:
    """The reader as they were before the leaving with that number, if it is the last thing that happened to them.

    Raises ``UnknownError`` where there is no such leaving, ``RefusedError`` where it is too late or more has happened.
    """
    table = consent_event
    row = connection.execute(sa.select(table).where(table.c.id == event)).one_or_none()
    if row is None or row.act != Act.UNSUBSCRIBE:
        raise UnknownError("there is no such leaving", hint="ask for the digests anew")
    known = get(connection, row.subscriber, lock=True)
    if events.last(connection, known.id) != event or now - row.at >= consent.UNDO_WITHIN:
        raise RefusedError(f"{known.address} cannot take that back any more", hint="they may sign up anew")
    earlier = sa.select(table.c.status).where(table.c.subscriber == known.id, table.c.id < event)
    before = connection.scalars(earlier.order_by(table.c.id.desc()).limit(1)).one_or_none()
    after = consent.apply(known.status, Act.UNDO, who=known.address)
    if before == Status.PAUSED:
        after = Status.PAUSED
    assert after is not None
    changed = {"status": after, "changed": now}
    connection.execute(sa.update(subscriber).where(subscriber.c.id == known.id).values(changed))
    events.remember(connection, known.id, Act.UNDO, after, now=now, how=how, ip=ip, text="")
    return get(connection, known.id)


def resume_due(connection: Connection, now: datetime, *, limit: int = 500) -> int:
    """Ends pauses whose time has come, at most ``limit``; how many. Call it again until there is none."""
    due = sa.select(subscriber.c.id).where(subscriber.c.status == Status.PAUSED, subscriber.c.paused_until <= now)
    ids = list(connection.scalars(due.limit(limit)))
    for id in ids:
        act(connection, id, Act.RESUME, now=now, how="end of the pause")
    return len(ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Who was asked to confirm and did not."""

    removed: tuple[int, ...]
    """Ids of which nothing is on the list any more."""
    kept: int
    """How many are again what they were before they were asked."""


def forget_unconfirmed(
    connection: Connection, asked_before: datetime, now: datetime, *, mac: Mac, limit: int = 200
) -> Forgotten:
    """Forgets who was last asked to confirm before that moment, at most ``limit``. Call it again until there is none.

    Nothing of them stays, nor of what was asked for; who had left, or was imported as pending, is again what they were.
    An erased reader was nobody: the keyed hash alone stays.
    """
    due = sa.select(subscriber).where(subscriber.c.status == Status.PENDING, subscriber.c.asked_at < asked_before)
    removed: list[int] = []
    found = [unpacked(row) for row in connection.execute(due.limit(limit))]
    for reader in found:
        before = reader.former or (Status.PENDING if _imported(connection, reader.id) else None)
        if before is None or _erased(connection, mac(reader.key)):
            _remove(connection, reader.id)
            removed.append(reader.id)
            continue
        asking.drop(connection, reader.id)
        values = {"status": before, "former": "", "asked_at": None, "changed": now}
        connection.execute(sa.update(subscriber).where(subscriber.c.id == reader.id).values(values))
        events.remember(connection, reader.id, Act.EXPIRE, before, now=now, how="nobody confirmed", ip="", text="")
    return Forgotten(removed=tuple(removed), kept=len(found) - len(removed))


def _imported(connection: Connection, id: int) -> bool:
    table = consent_event
    query = sa.select(table.c.id).where(table.c.subscriber == id, table.c.act == Act.IMPORT_PENDING).limit(1)
    return connection.execute(query).first() is not None


def engage(connection: Connection, id: int, at: datetime) -> None:
    """Notes that a person followed a link of a mail to the reader; an earlier moment changes nothing."""
    older = sa.or_(subscriber.c.engaged_at.is_(None), subscriber.c.engaged_at < at)
    connection.execute(sa.update(subscriber).where(subscriber.c.id == id, older).values(engaged_at=at))


def _remove(connection: Connection, id: int) -> None:
    asking.drop(connection, id)
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


def _find(connection: Connection, where: sa.ColumnElement[bool], *, lock: bool = False) -> Subscriber | None:
    statement = sa.select(subscriber).where(where)
    # PostgreSQL locks the row, so that two acts on one reader follow each other; SQLite has one writer anyway.
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return unpacked(row) if row else None


def _erased(connection: Connection, hash: str) -> str:
    """Why the erased reader of that hash was suppressed, ``erased`` if for nothing else; "" where there is none."""
    found = connection.execute(sa.select(suppression.c.reason).where(suppression.c.hash == hash))
    return found.scalar_one_or_none() or ""


def _write_topics(connection: Connection, id: int, topics: tuple[str, ...]) -> None:
    connection.execute(sa.delete(subscriber_topic).where(subscriber_topic.c.subscriber == id))
    if topics:
        rows = [{"subscriber": id, "topic": topic} for topic in topics]
        connection.execute(sa.insert(subscriber_topic), rows)
