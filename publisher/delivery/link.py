"""The links of a reader's mail: made with their code, and read again when they are followed."""

from __future__ import annotations

from datetime import datetime

from publisher import urls
from publisher.config import Config
from publisher.db.engine import Connection
from publisher.issues import store
from publisher.issues.issue import Issue
from subscribers import store as readers
from subscribers.subscriber import Subscriber
from subscribers.tokens import Keys, Purpose, claimed, sign, verify

_SERIAL_BITS = 24
"""Reader and issue are one number: 2^24 issues, 2^39 readers."""


def joined(reader: int, serial: int) -> int:
    """A reader and an issue as one number."""
    return reader << _SERIAL_BITS | serial


def parted(number: int) -> tuple[int, int]:
    """The reader and the issue of such a number."""
    return number >> _SERIAL_BITS, number & (1 << _SERIAL_BITS) - 1


def view(config: Config, keys: Keys, reader: int, epoch: int, serial: int) -> str:
    """The reader's own page of an issue."""
    return urls.join(config.web.url, f"/i/{sign(keys, Purpose.VIEW, joined(reader, serial), None, epoch)}")


def read_view(connection: Connection, keys: Keys, token: str, now: datetime) -> tuple[Subscriber, Issue] | None:
    """The reader and the issue of a view link, or None where it is not one of ours."""
    number = claimed(token)
    if number is None or number < 0:
        return None
    id, serial = parted(number)
    reader = readers.by_id(connection, id)
    if reader is None or verify(keys, Purpose.VIEW, token, now, reader.epoch) is None:
        return None
    issue = store.by_serial(connection, serial)
    return None if issue is None else (reader, issue)


def preferences(config: Config, keys: Keys, reader: int, epoch: int) -> str:
    """Where the reader changes what they get: good until they have their links revoked."""
    return urls.join(config.web.url, f"/p/{sign(keys, Purpose.PREFS, reader, None, epoch)}")


def read_preferences(connection: Connection, keys: Keys, token: str, now: datetime) -> Subscriber | None:
    """The reader of a preferences link, or None where it is not one of ours."""
    number = claimed(token)
    reader = None if number is None or number < 0 else readers.by_id(connection, number)
    good = reader is not None and verify(keys, Purpose.PREFS, token, now, reader.epoch) is not None
    return reader if good else None


def feed(config: Config, keys: Keys, reader: Subscriber, file: str) -> str:
    """The reader's own feed: good until they have their links revoked."""
    return urls.join(config.web.url, f"/f/{sign(keys, Purpose.FEED, reader.id, None, reader.epoch)}/{file}")


def unsubscribe_path(keys: Keys, reader: int) -> str:
    """Where the reader leaves: good for ever, whatever the reader changes (no expiry, no epoch)."""
    return f"/u/{sign(keys, Purpose.UNSUB, reader, None)}"


def unsubscribe(config: Config, keys: Keys, reader: int) -> str:
    """The same as an address."""
    return urls.join(config.web.url, unsubscribe_path(keys, reader))


def click(keys: Keys, reader: int, serial: int) -> str:
    """What ends each counted link of an issue's mail to the reader: good for ever, as the mail is."""
    return sign(keys, Purpose.CLICK, joined(reader, serial), None)
