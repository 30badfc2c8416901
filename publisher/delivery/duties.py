"""What a site owes its readers, whatever is sent: pauses end, who did not confirm is forgotten, old counts go."""

from __future__ import annotations

from datetime import datetime, timedelta

from publisher import log
from publisher.delivery import signup
from publisher.delivery.bounces import store as bounces
from publisher.delivery.letters import store as letters
from publisher.delivery.mail import Post
from subscribers import store as readers
from subscribers.db import budget

GRACE = timedelta(days=1)
"""How long after the end of a confirmation link its reader is forgotten."""
BOUNCES = timedelta(days=400)
"""How long a bounce is kept: more than a year, so that an issue can be held against that of a year before."""


def daily(post: Post, now: datetime) -> None:
    """Does what is due. Safe at any time, from any number of processes; where nothing is due it costs a few look-ups.

    Raises ``StoreError`` where the database cannot be used.
    """
    with post.database.write() as connection:
        resumed = readers.resume_due(connection, now)
        forgotten = readers.forget_unconfirmed(connection, now - post.config.subscribers.confirm_within - GRACE, now)
        signup.reopen(post, connection, now)
        budget.drop_old(connection, now)
        letters.drop_old(connection, now)
        bounces.drop_old(connection, now - BOUNCES)
    if resumed:
        log.event("readers.resumed", readers=resumed)
    if forgotten:
        log.event("readers.forgotten", readers=forgotten)
