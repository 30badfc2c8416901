"""What a sign-up form is answered with, by mail and to the address alone. Pure.

The rules:

- Who is not on the list, has not confirmed yet, has unsubscribed or was erased is asked to confirm: one letter in 24
  hours and three in all, until they confirm; after the third there is silence for ``FORGET``.
- Who is on the list, active or paused, is told so, with the link to their preferences: one letter in 24 hours, three in
  30 days. Their wishes stay as they are, since anybody can fill in a form with their address.
- Who reported us as spam, or whose mailbox sent our mail back, hears nothing for 90 days, and then is asked once: a
  stranger's form must not make us write again to somebody who said that we write unasked.
- A form that no letter answers changes nothing at all: the first wish counts until it is confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from subscribers.subscriber import Status, Subscriber

DAY = timedelta(hours=24)
MOST = 3
"""Letters: in all until a confirmation, and within ``MONTH`` to who is on the list."""
MONTH = timedelta(days=30)
REST = timedelta(days=90)
"""How long a complaint or a bounce is silent."""
FORGET = timedelta(days=365)
"""How long the letters to an address are remembered, from the last one on."""
_HURT = frozenset({Status.BOUNCED, Status.COMPLAINED})


class Decision(StrEnum):
    """What a form is answered with."""

    CONFIRM = "confirm"
    """They become pending, and are asked to confirm."""
    KNOWN = "known"
    """They are told that they are on the list; nothing changes."""
    SILENT = "silent"
    """Nothing happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One more piece out of a budget."""

    scope: str
    """Whose budget: ``network``, ``domain``, ``site``."""
    key: str
    """Which one of the scope; kept as a keyed hash alone."""
    limit: int
    """Pieces that a window has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The letters of one kind that went to an address because of forms."""

    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is left of an erased reader."""

    at: datetime
    reason: str
    """The status they were erased in where it was a suppression, else ``erased``."""


def kind(reader: Subscriber | None) -> Decision:
    """Which letter the reader could get, were there no limits: CONFIRM or KNOWN."""
    on_the_list = reader is not None and reader.status in {Status.ACTIVE, Status.PAUSED}
    return Decision.KNOWN if on_the_list else Decision.CONFIRM


def decide(reader: Subscriber | None, erased: Erased | None, asked: Asked | None, now: datetime) -> Decision:
    """What a form with this address is answered with.

    ``reader`` is who the address belongs to, ``erased`` what is left of one who was; ``asked`` tells the letters of the
    kind that ``kind`` names.
    """
    wanted, asked = kind(reader), counted(reader, erased, asked, now)
    if asked and (now - asked.last < DAY or asked.count >= MOST):
        return Decision.SILENT
    if reader is not None and reader.former in _HURT:
        return Decision.SILENT  # the one question was asked
    hurt = _hurt(reader, erased)
    if hurt and (asked or now - hurt < REST):
        return Decision.SILENT  # asked: the one question was, and nobody confirmed
    return wanted


def counted(reader: Subscriber | None, erased: Erased | None, asked: Asked | None, now: datetime) -> Asked | None:
    """The letters that still count: none from before a confirmation, an erasure, or a time long enough."""
    if asked is None:
        return None
    if kind(reader) is Decision.KNOWN:
        return asked if now - asked.first < MONTH else None
    answered = reader.consent_at if reader else erased.at if erased else None
    over = (answered is not None and asked.last <= answered) or now - asked.last >= FORGET
    return None if over else asked


def noted(asked: Asked | None, now: datetime) -> Asked:
    """The letters, one more of which goes out at this moment."""
    return Asked(first=asked.first if asked else now, last=now, count=asked.count + 1 if asked else 1)


def _hurt(reader: Subscriber | None, erased: Erased | None) -> datetime | None:
    """When the address complained, or sent our mail back; for an erased one, when it was erased."""
    if reader is not None:
        return reader.changed if reader.status in _HURT else None
    return erased.at if erased and erased.reason in _HURT else None
