"""A reader's right to their data: all that is held of them, and its erasure, by their own page or a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from publisher.db.engine import Connection
from publisher.delivery import ledger
from publisher.delivery import store as clicks
from publisher.delivery.bounces import store as bounces
from publisher.delivery.bounces.store import Bounce
from publisher.delivery.letters import store as letters
from publisher.delivery.store import PICTURE, Kept
from subscribers import store as readers
from subscribers import tokens
from subscribers.consent import ConsentEvent
from subscribers.db import asking
from subscribers.subscriber import Subscriber
from subscribers.tokens import Keys

_ALL = 10_000
"""Bounces: no reader has a hundredth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one issue's mail to the reader."""

    issue: str
    state: str
    reply: str
    """The receiving server's."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that is held of a reader."""

    reader: Subscriber
    history: tuple[ConsentEvent, ...]
    """Oldest first."""
    sent: tuple[Sent, ...]
    """Newest first."""
    clicks: tuple[Kept, ...]
    """On stories, oldest first; none where the site does not keep whose they are."""
    opens: tuple[Kept, ...]
    """Of the picture that counts them, likewise."""
    bounces: tuple[Bounce, ...]
    """What mail servers said of the address, newest first."""
    asked: Mapping[str, Any]  # Any: a column's value
    """What a sign-up asked for that nobody has confirmed yet; empty where none waits."""


def held(connection: Connection, reader: Subscriber) -> Held:
    """All that is held of the reader."""
    sent = ledger.of_reader(connection, reader.id, limit=None)
    visits = clicks.of_reader(connection, reader.id)
    return Held(
        reader=reader,
        history=readers.history(connection, reader.id),
        sent=tuple(Sent(issue=issue, state=state, reply=reply, at=at) for issue, state, reply, _, at in sent),
        clicks=tuple(each for each in visits if each.story != PICTURE),
        opens=tuple(each for each in visits if each.story == PICTURE),
        bounces=tuple(bounces.of_reader(connection, reader.id, limit=_ALL)),
        asked=asking.found(connection, reader.id),
    )


def document(found: Held) -> Mapping[str, object]:
    """The same as names and plain values, for JSON: moments in ISO 8601, what is unknown as null."""
    return {
        "reader": _plain(asdict(found.reader)),
        "asked": _plain(found.asked) or None,
        "history": [_plain(asdict(event)) for event in found.history],
        "deliveries": [_plain(asdict(each)) for each in found.sent],
        "clicks": [_plain(asdict(each)) for each in found.clicks],
        "opens": [_plain(asdict(each), without="story") for each in found.opens],
        "bounces": [_plain(asdict(each)) for each in found.bounces],
    }


def _plain(values: Mapping[str, object], *, without: str = "") -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if name != without
    }


def erase(connection: Connection, keys: Keys, reader: int, now: datetime) -> None:
    """Removes the reader and all that is held of them.

    What stays: a keyed hash of the address, so that no import brings them back, and counts without a name. Raises
    ``UnknownError`` for an unknown reader.
    """
    readers.erase(connection, reader, mac=partial(tokens.mac, keys), now=now)
    forget(connection, keys, reader)


def forget(connection: Connection, keys: Keys, reader: int) -> None:
    """Removes what is held of a reader beside their row, who is gone with this transaction; counts stay, nameless."""
    clicks.forget(connection, reader, keys)
    bounces.forget(connection, reader)
    letters.forget(connection, reader)
    ledger.forget(connection, reader)
