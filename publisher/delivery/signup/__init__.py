"""Sign-ups: what the form's request does, and what is done afterwards, where nobody can measure how long it takes.

A request takes the same steps for every address: it spends budgets and leaves one row. Who is on the list is looked up
later, and answered by mail to the address alone (``subscribers.signup`` has the rules).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial

from publisher import log
from publisher.db import alarm
from publisher.db.engine import Connection, Database
from publisher.delivery.letters import postman
from publisher.delivery.letters import store as letters
from publisher.delivery.letters.letter import Kind
from publisher.delivery.mail import Post
from publisher.delivery.signup import store
from publisher.delivery.signup.wanted import SITE, Answer, Wanted, claims, kept, site
from publisher.delivery.transport import Transport
from publisher.errors import StoreError
from subscribers import signup
from subscribers import store as readers
from subscribers.address import mailbox, parse
from subscribers.db import budget
from subscribers.signup import Decision
from subscribers.tokens import mac

__all__ = ["SITE", "Answer", "Wanted", "decide", "is_open", "is_paused", "reopen", "take", "waits", "work"]

MOST = 200
"""Forms that one run decides: a flood of them keeps nothing else waiting for long."""
ALARM = ("signup", "site")


def take(post: Post, wanted: Wanted, now: datetime) -> Answer:
    """What the form's request is answered with. Nothing here depends on who is on the list, the time included.

    What the site does not offer gets the neutral answer, and nothing comes of it. Raises ``AddressError`` for what is
    no address, which the page has told already; ``StoreError`` where the database cannot be used.
    """
    address, hashed = parse(wanted.address), partial(mac, post.keys)
    form, shares = kept(post.config, wanted, address), claims(post.config, wanted, address)
    with post.database.read() as connection:  # a flood that is refused writes nothing, and so stands in nobody's way
        full = budget.used_up(connection, shares, now, mac=hashed)
    if full is None:
        with post.database.write() as connection:
            full = budget.take(connection, shares, now, mac=hashed)
            if full is None and form is not None:
                store.append(connection, form, now)
            if budget.used_up(connection, shares[-1:], now, mac=hashed):
                _pause(post, connection, now)
    elif full == SITE and is_open(post.database, now):  # its number was made smaller since
        with post.database.write() as connection:
            _pause(post, connection, now)
    if full is None:
        return Answer.TAKEN
    log.event("signup.refused", budget=full)
    return Answer.CLOSED if full == SITE else Answer.BUSY


def _pause(post: Post, connection: Connection, now: datetime) -> None:
    """Tells that the site's budget is used up; once, however many forms still come."""
    limit = post.config.subscribers.signup.site
    text = (
        f"{limit} sign-up forms came within 24 hours, all that subscribers.signup.site allows: the form is closed "
        "until the 24 hours are over; look at where they come from, and raise the number if they are readers"
    )
    if alarm.raise_(connection, *ALARM, now, text):
        log.warning("signup.paused", forms=limit)


def is_open(database: Database, now: datetime) -> bool:
    """Whether the form takes anything: it is closed from the last piece of the site's budget to its window's end."""
    with database.read() as connection:
        return not (alarm.standing(connection, *ALARM) and budget.running(connection, SITE, now))


def is_paused(connection: Connection) -> bool:
    """Whether the alarm of a form that paused itself stands."""
    return bool(alarm.standing(connection, *ALARM))


def reopen(post: Post, connection: Connection, now: datetime) -> bool:
    """Ends the alarm of a form that may take again; whether there was one."""
    if not is_paused(connection):
        return False
    if budget.used_up(connection, [site(post.config)], now, mac=partial(mac, post.keys)):
        return False
    log.event("signup.resumed")
    return alarm.end(connection, *ALARM, now)


def work(post: Post, transport: Transport, clock: Callable[[], datetime]) -> int:
    """Decides the forms that wait, and sends the letters that are due, some of each; how many forms were decided.

    Raises ``StoreError`` where the database cannot be used: what was not decided then waits.
    """
    decided = decide(post, clock())
    postman.send_due(post, transport, clock)
    return decided


def decide(post: Post, now: datetime) -> int:
    """Decides the forms that wait, ``MOST`` at once; how many.

    Each form is a transaction of its own: a bad one is told in the log and dropped. Raises ``StoreError`` where the
    database cannot be used: what was not decided then waits.
    """
    with post.database.read() as connection:
        ids = store.waiting(connection, MOST)
    return sum(_settle(post, id, now) for id in ids)


def waits(post: Post) -> bool:
    """Whether a form waits to be decided."""
    with post.database.read() as connection:
        return bool(store.waiting(connection, 1))


def _settle(post: Post, id: int, now: datetime) -> bool:
    """Whether the form was there to be decided."""
    try:
        with post.database.write() as connection:
            wanted = store.pop(connection, id)
            if wanted is None:
                return False
            done = _decide(post, connection, wanted, now)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 # whatever a stranger's form leads to, the next one's turn comes
        log.warning("signup.dropped", form=id, kind=type(error).__name__)  # its words may hold the address
        with post.database.write() as connection:
            store.pop(connection, id)
        return True
    log.event("signup.decided", decision=done.value)
    return True


def _decide(post: Post, connection: Connection, wanted: Wanted, now: datetime) -> Decision:
    hashed, address = partial(mac, post.keys), parse(wanted.address)
    reader = readers.by_address(connection, wanted.address)
    erased = None if reader else budget.erased(connection, address.key, mac=hashed)
    kind = signup.kind(reader)
    asked = budget.letters(connection, kind, mailbox(address), mac=hashed)
    decision = signup.decide(reader, erased, asked, now)
    if decision is Decision.SILENT:
        return decision
    told = signup.noted(signup.counted(reader, erased, asked, now), now)
    if decision is Decision.CONFIRM:
        reader = readers.add(connection, now=now, how="signup", mac=hashed, **asdict(wanted))
    assert reader is not None  # who is known
    budget.note(connection, kind, mailbox(address), told, mac=hashed)
    letters.queue(connection, Kind(decision), reader.id, now)
    return decision
