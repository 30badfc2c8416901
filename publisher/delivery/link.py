"""The links of a reader's mail: made with their code, and read again when they are followed."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from publisher import urls
from publisher.config import Config
from publisher.db.engine import Connection
from publisher.digest.headers import ascii_domain
from publisher.issues import store
from publisher.issues.issue import Issue
from subscribers import store as readers
from subscribers.consent import UNDO_WITHIN
from subscribers.subscriber import Subscriber
from subscribers.tokens import Keys, Purpose, claimed, leave_mark, sign, verify

DATA_WITHIN = timedelta(hours=24)
"""How long a link to a reader's own data works: it shows all of it and can erase it, and mails are forwarded."""
_PLAIN = "!$'*+"
_EPOCHS = (1 << 32) - 1
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


def preferences_path(keys: Keys, reader: int, epoch: int) -> str:
    """Where the reader changes what they get: good until they have their links revoked."""
    return f"/p/{sign(keys, Purpose.PREFS, reader, None, epoch)}"


def preferences(config: Config, keys: Keys, reader: int, epoch: int) -> str:
    """The same as an address."""
    return urls.join(config.web.url, preferences_path(keys, reader, epoch))


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


def leave_address(config: Config, keys: Keys, reader: int) -> str:
    """Where the reader writes to leave: good for ever; empty where nobody reads what comes back."""
    bounces = config.delivery.bounces
    if bounces is None or not bounces.is_read:
        return ""
    local, _, domain = bounces.address.rpartition("@")
    return f"{local}+{leave_mark(keys, reader)}@{ascii_domain(domain)}"


def leave(config: Config, keys: Keys, reader: int) -> str:
    """The same as an address for List-Unsubscribe (RFC 2369 3.2)."""
    return mailto(leave_address(config, keys, reader))


def mailto(address: str) -> str:
    """What a program writes to that address with to leave; empty for none. What no URI may hold is percent-encoded."""
    local, _, domain = address.rpartition("@")
    return f"mailto:{quote(local, safe=_PLAIN)}@{domain}?subject=unsubscribe" if address else ""


def click(keys: Keys, reader: int, serial: int) -> str:
    """What ends each counted link of an issue's mail to the reader: good for ever, as the mail is."""
    return sign(keys, Purpose.CLICK, joined(reader, serial), None)


def undo(keys: Keys, reader: int, event: int, now: datetime) -> str:
    """What the page that says "you are unsubscribed" takes that leaving back with (the number is ``readers.leave``'s).

    It is sent by a form, never followed as a link: nothing that opens addresses may bring anybody back.
    """
    return sign(keys, Purpose.UNDO, event, now + UNDO_WITHIN, reader & _EPOCHS)


def read_undo(keys: Keys, reader: int, token: str, now: datetime) -> int | None:
    """The number of that reader's leaving, or None where it is not one of ours, another's, or too old."""
    return verify(keys, Purpose.UNDO, token, now, reader & _EPOCHS)


def confirm(connection: Connection, config: Config, keys: Keys, reader: int, expires: datetime) -> str:
    """Where the reader confirms what they, or somebody else, asked for last: a later wish makes this link worthless."""
    epoch = readers.confirm_epoch(connection, reader) & _EPOCHS
    return urls.join(config.web.url, f"/confirm/{sign(keys, Purpose.CONFIRM, reader, expires, epoch)}")


def read_confirm(connection: Connection, keys: Keys, token: str, now: datetime) -> Subscriber | None:
    """The reader of a link that confirms their last wish; None where it is none of ours, too old, or overtaken."""
    number = claimed(token)
    reader = None if number is None or number < 0 else readers.by_id(connection, number)
    if reader is None:
        return None
    # Links of before wishes were told apart have no epoch; none was signed since.
    epochs = {readers.confirm_epoch(connection, reader.id) & _EPOCHS, 0}
    good = any(verify(keys, Purpose.CONFIRM, token, now, epoch) is not None for epoch in epochs)
    return reader if good else None


def data(config: Config, keys: Keys, reader: int, epoch: int, now: datetime) -> str:
    """Where the reader sees, takes away and erases what is held of them."""
    return urls.join(config.web.url, f"/d/{sign(keys, Purpose.DATA, reader, now + DATA_WITHIN, epoch)}")


def read_data(connection: Connection, keys: Keys, token: str, now: datetime) -> Subscriber | None:
    """The reader of a link to their data, or None where it is not one of ours, too old, or its reader is erased."""
    number = claimed(token)
    reader = None if number is None or number < 0 else readers.by_id(connection, number)
    good = reader is not None and verify(keys, Purpose.DATA, token, now, reader.epoch) is not None
    return reader if good else None
