"""Sends the letters that wait: one lease, one message, one settlement each, whatever becomes of the one before."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

from publisher import log
from publisher.delivery.delivery import Receipt
from publisher.delivery.letters import compose, store
from publisher.delivery.letters.letter import RELAY, Fate, Waiting, again, fate, fits
from publisher.delivery.mail import Post
from publisher.delivery.sender import Message
from publisher.delivery.transport import Connection, Transport
from publisher.errors import PublisherError, StoreError, TransportError
from subscribers import store as readers

MOST = 50
"""Letters that one run sends."""
LONG = timedelta(minutes=4)
"""How long a run takes letters: what else waits for it, such as a new form, waits no longer for a slow relay."""
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)", re.ASCII)
"""An enhanced status code (RFC 2034 4): the first word of a reply."""


def send_due(post: Post, transport: Transport, clock: Callable[[], datetime]) -> int:
    """Sends the letters that are due, ``MOST`` at once; how many left.

    A relay that cannot be used ends the run, is told in the log, and lets all letters wait for a while. Raises
    ``StoreError`` where the database cannot be used.
    """
    left, end = 0, clock() + LONG
    with ExitStack() as opened:
        way: Connection | None = None
        for _ in range(MOST):
            now = clock()  # the lease counts from the letter's own moment, however long those before it took
            letter = _next(post, now) if now < end else None
            if letter is None:
                break
            try:
                message = _made(post, letter, now)
                if message is None:
                    continue
                way = way or opened.enter_context(transport.open())
                receipt = way.send(message.envelope, message.body)
            except TransportError as error:
                _wait(post, letter, clock())
                log.trouble("letters.wait", error, hint=error.hint)
                break
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 # whatever is wrong with one letter, the next one's turn comes
                _unmade(post, letter, error, clock())
                opened.close()
                way = None
                continue
            left += _settle(post, letter, receipt, clock()) is Fate.SENT
    return left


def waits(post: Post, now: datetime) -> bool:
    """Whether a letter is due that nobody has."""
    with post.database.read() as connection:
        return store.due(connection, now)


def send_own(post: Post, transport: Transport, letter: Waiting, now: datetime) -> Receipt | None:
    """Sends a letter that the caller has leased, and settles it; ``None`` where its reader may not have it any more.

    Raises ``TransportError`` where the relay cannot be used; the letter then waits for the next run. Raises what
    stands in the way of making it.
    """
    try:
        message = _made(post, letter, now)
        if message is None:
            return None
        with transport.open() as way:
            receipt = way.send(message.envelope, message.body)
    except TransportError:
        _wait(post, letter, now)
        raise
    except PublisherError:
        _keep(post, letter, *again(letter.tries), now)
        raise
    _settle(post, letter, receipt, now)
    return receipt


def _next(post: Post, now: datetime) -> Waiting | None:
    if not waits(post, now):  # asked each second: nothing is written where nothing waits
        return None
    with post.database.write() as connection:
        return store.lease(connection, now)


def _made(post: Post, letter: Waiting, now: datetime) -> Message | None:
    """The letter; ``None`` where its reader may not have it any more: it is then gone."""
    with post.database.read() as connection:
        reader = readers.by_id(connection, letter.reader)
    if reader is None or not fits(letter.kind, reader.status):
        with post.database.write() as connection:
            store.drop(connection, letter)
        return None
    return compose.message(post, letter.kind, reader, now)


def _unmade(post: Post, letter: Waiting, error: Exception, now: datetime) -> None:
    """Counts a try and tells what is wrong: in our words, or by its kind alone, as others may hold an address."""
    about = {"letter": letter.kind.value, "reader": letter.reader}
    if isinstance(error, PublisherError):
        log.trouble("letter.unmade", error, hint=error.hint, **about)
    else:
        log.warning("letter.unmade", kind=type(error).__name__, **about)
    _keep(post, letter, *again(letter.tries), now)


def _settle(post: Post, letter: Waiting, receipt: Receipt, now: datetime) -> Fate:
    what, wait = fate(receipt, letter.tries)
    if what is Fate.SENT:
        with post.database.write() as connection:
            store.done(connection, letter)
        log.event("letter.sent", letter=letter.kind.value, reader=letter.reader)
        return what
    return _keep(post, letter, what, wait, now, receipt)


def _keep(
    post: Post, letter: Waiting, what: Fate, wait: timedelta, now: datetime, receipt: Receipt | None = None
) -> Fate:
    """Puts the letter off, or drops it and says so; not in the server's words, which repeat the address."""
    with post.database.write() as connection:
        if what is Fate.LATER:
            store.put_off(connection, letter, now + wait)
        else:
            store.drop(connection, letter)
    if what is Fate.DROPPED:
        status = _STATUS.match(receipt.text) if receipt else None
        said = {"code": receipt.code if receipt else 0, "status": status[1] if status else ""}
        log.warning("letter.dropped", letter=letter.kind.value, reader=letter.reader, tries=letter.tries + 1, **said)
    return what


def _wait(post: Post, letter: Waiting, now: datetime) -> None:
    with post.database.write() as connection:
        store.put_off_all(connection, letter, now + RELAY)
