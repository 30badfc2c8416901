"""What letters there are, whom they may go to, and what becomes of one after an attempt. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from publisher.delivery.delivery import Receipt
from subscribers.subscriber import Status

LEASE = timedelta(minutes=20)
"""How long whoever takes a letter has it alone: longer than any relay is waited for. One that a crash left unsettled
goes out again after it."""
WAITS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
"""After a first, second and third attempt that might have gone better later; there is no fifth."""
RELAY = timedelta(minutes=1)
"""How long all letters wait where the relay cannot be used."""
REST = timedelta(hours=24)
"""How soon after one letter of a kind in ``RESTING`` the same reader may have another."""


class Kind(StrEnum):
    """What a letter is for; its templates are ``letters/<kind>``."""

    CONFIRM = "confirm"
    """Asks for a consent."""
    KNOWN = "known"
    """Says that the reader is on the list already, and where their preferences are."""
    DATA = "data"
    """Leads to the page where the reader sees, takes away and erases what is held of them."""


RESTING = frozenset({Kind.DATA})
_FITS = {
    Kind.CONFIRM: frozenset({Status.PENDING}),
    Kind.KNOWN: frozenset({Status.ACTIVE, Status.PAUSED}),
    # Who left may still ask for what is held of them, by a link that only their own mails have.
    Kind.DATA: frozenset({Status.PENDING, Status.ACTIVE, Status.PAUSED, Status.UNSUBSCRIBED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter that this process may send now."""

    id: int
    kind: Kind
    reader: int
    tries: int
    """Those before this one."""
    until: datetime
    """When its lease ends; what settles the letter settles it under this lease alone."""


class Fate(StrEnum):
    """What becomes of a letter after an attempt."""

    SENT = "sent"
    LATER = "later"
    DROPPED = "dropped"


def fits(kind: Kind, status: Status) -> bool:
    """Whether a reader of this status may get such a letter."""
    return status in _FITS[kind]


def fate(receipt: Receipt, tries: int) -> tuple[Fate, timedelta]:
    """What becomes of a letter after so many tries before this one, and how long it then waits.

    A connection that broke counts as a refusal for now: a letter that comes twice harms nobody, one that never comes
    keeps a reader out.
    """
    if 200 <= receipt.code < 300:
        return Fate.SENT, timedelta()
    if receipt.code >= 500:
        return Fate.DROPPED, timedelta()
    return again(tries)


def again(tries: int) -> tuple[Fate, timedelta]:
    """What becomes of a letter that could not go this time, after so many tries before."""
    return (Fate.LATER, WAITS[tries]) if tries < len(WAITS) else (Fate.DROPPED, timedelta())
