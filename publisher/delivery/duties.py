"""What a site owes its readers, whatever is sent: pauses end, who did not confirm is forgotten, old counts go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from publisher import log
from publisher.delivery import farewell, signup
from publisher.delivery import store as clicks
from publisher.delivery.bounces import store as bounces
from publisher.delivery.letters import store as letters
from publisher.delivery.mail import Post
from subscribers import store as readers
from subscribers.db import budget, due
from subscribers.tokens import mac

GRACE = timedelta(days=1)
"""How long after the end of a confirmation link its reader is forgotten."""
BOUNCES = timedelta(days=400)
"""How long a bounce is kept: more than a year, so that an issue can be held against that of a year before."""
SLACK = timedelta(hours=1)
"""How much longer old counts may stay, so that they are thrown away an hour's at once."""
MOST = 20
"""Batches of a kind that one round does: the rest is the next round's, so that returned mail is read in between."""


def each_round(post: Post, now: datetime) -> None:
    """Does what is due. Safe at any time, from any number of processes; where nothing is due it writes nothing.

    It goes in batches, each a transaction of its own, so that whoever waits to write waits for one of them. Raises
    ``StoreError`` where the database cannot be used.
    """
    resumed = _batches(lambda: _resume(post, now))
    _batches(lambda: _engage(post, now))
    forgotten = _batches(lambda: _forget(post, now))
    _reopen(post, now)
    _drop_old(post, now)
    if resumed:
        log.event("readers.resumed", readers=resumed)
    if forgotten:
        log.event("readers.forgotten", readers=forgotten)


def _batches(batch: Callable[[], int]) -> int:
    """How many were done, until there is none or it is enough for a round."""
    done = 0
    for _ in range(MOST):
        more = batch()
        if not more:
            break
        done += more
    return done


def _resume(post: Post, now: datetime) -> int:
    with post.database.read() as connection:
        if not due.to_resume(connection, now):
            return 0
    with post.database.write() as connection:
        return readers.resume_due(connection, now)


def _engage(post: Post, now: datetime) -> int:
    with post.database.read() as connection:
        if not clicks.to_engage(connection, now):
            return 0
    with post.database.write() as connection:
        return clicks.engage_due(connection, now)


def _forget(post: Post, now: datetime) -> int:
    before = now - post.config.subscribers.confirm_within - GRACE
    with post.database.read() as connection:
        if not due.to_forget(connection, before):
            return 0
    with post.database.write() as connection:
        gone = readers.forget_unconfirmed(connection, before, now, mac=partial(mac, post.keys))
        for reader in gone.removed:
            farewell.forget(connection, post.keys, reader)
    return len(gone.removed) + gone.kept


def _reopen(post: Post, now: datetime) -> None:
    with post.database.read() as connection:
        paused = signup.is_paused(connection)
    if paused:
        with post.database.write() as connection:
            signup.reopen(post, connection, now)


def _drop_old(post: Post, now: datetime) -> None:
    late = now - SLACK
    with post.database.read() as connection:
        counts, sent = budget.has_old(connection, late), letters.has_old(connection, late)
        returned = bounces.has_old(connection, late - BOUNCES)
    if counts:
        with post.database.write() as connection:
            budget.drop_old(connection, now)
    if sent:
        with post.database.write() as connection:
            letters.drop_old(connection, now)
    if returned:
        with post.database.write() as connection:
            bounces.drop_old(connection, now - BOUNCES)
