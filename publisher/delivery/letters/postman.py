"""Sends the letters that wait: one lease, one message, one settlement each, whatever becomes of the one before."""

from __future__ import annotations

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
"""Letters that one run sends, so that a slow relay ends it before the first lease does."""


def send_due(post: Post, transport: Transport, now: datetime) -> int:
    """Sends the letters that are due, ``MOST`` at once; how many left.

    A relay that cannot be used ends the run, is told in the log, and lets all letters wait for a while. Raises
    ``StoreError`` where the database cannot be used.
    """
    left = 0
    with ExitStack() as opened:
        way: Connection | None = None
        for _ in range(MOST):
            letter = _next(post, now)
            if letter is None:
                break
            message = _message(post, letter, now)
            if message is None:
                continue
            try:
                way = way or opened.enter_context(transport.open())
                receipt = way.send(message.envelope, message.body)
            except TransportError as error:
                _wait(post, letter, now)
                log.trouble("letters.wait", error, hint=error.hint)
                break
            left += _settle(post, letter, receipt, now) is Fate.SENT
    return left


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
    with post.database.read() as connection:  # asked each second: nothing is written where nothing waits
        if not store.due(connection, now):
            return None
    with post.database.write() as connection:
        return store.lease(connection, now)


def _message(post: Post, letter: Waiting, now: datetime) -> Message | None:
    """The letter; ``None`` where it cannot be made or may not go, which is settled and told."""
    try:
        return _made(post, letter, now)
    except StoreError:
        raise
    except (PublisherError, ValueError) as error:  # ValueError: the config holds more than a header field can
        log.trouble("letter.unmade", error, letter=letter.kind.value, reader=letter.reader)
        _keep(post, letter, *again(letter.tries), now)
        return None


def _made(post: Post, letter: Waiting, now: datetime) -> Message | None:
    with post.database.read() as connection:
        reader = readers.by_id(connection, letter.reader)
    if reader is None or not fits(letter.kind, reader.status):
        with post.database.write() as connection:
            store.drop(connection, letter)
        return None
    return compose.message(post, letter.kind, reader, now)


def _settle(post: Post, letter: Waiting, receipt: Receipt, now: datetime) -> Fate:
    what, wait = fate(receipt, letter.tries)
    if what is Fate.SENT:
        with post.database.write() as connection:
            store.done(connection, letter)
        log.event("letter.sent", letter=letter.kind.value, reader=letter.reader)
        return what
    return _keep(post, letter, what, wait, now, code=receipt.code, reply=receipt.text)


def _keep(
    post: Post, letter: Waiting, what: Fate, wait: timedelta, now: datetime, *, code: int = 0, reply: str = ""
) -> Fate:
    """Puts the letter off, or drops it and says so."""
    with post.database.write() as connection:
        if what is Fate.LATER:
            store.put_off(connection, letter, now + wait)
        else:
            store.drop(connection, letter)
    if what is Fate.DROPPED:
        tries = letter.tries + 1
        log.warning("letter.dropped", letter=letter.kind.value, reader=letter.reader, tries=tries, code=code, why=reply)
    return what


def _wait(post: Post, letter: Waiting, now: datetime) -> None:
    with post.database.write() as connection:
        store.put_off_all(connection, letter, now + RELAY)
