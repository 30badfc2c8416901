"""What a hub's answer to a ping means, and when to try again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=2)
"""Before the second attempt, and before any later one: doubling in between."""
JITTER = 0.2
PATIENCE, TRIES = timedelta(hours=24), 10
"""A change that no hub was told of for so long, and tried so often, is given up. Both: a machine that was switched off
for a week has not tried for a week."""
_IMPATIENT = 60
"""A hub may ask us back sooner than we would come, at most so many times as soon: one that always says ``0`` is not
asked each second for a day."""
_DIGITS = 9
_PASSING = frozenset({408, 425, 429})
"""Refusals of this moment, not of the ping (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4)."""


class Fate(StrEnum):
    """What becomes of a ping that was sent."""

    TOLD = "told"
    LATER = "later"
    REFUSED = "refused"
    """The hub does not want it, as it is; the same ping again would be refused again."""
    EXPIRED = "expired"
    """It was tried for long enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A fate; for ``LATER`` with the moment of the next attempt."""

    fate: Fate
    again: datetime | None = None


def judge(
    status: int | None, headers: Mapping[str, str], *, attempts: int, noted: datetime, key: str, now: datetime
) -> Verdict:
    """The verdict on one attempt, the ``attempts``-th (from 1), at a change of the moment ``noted``.

    ``status`` is None where no whole answer came; ``headers`` by lower-case names. 2xx: told. No answer, 5xx, 408, 425
    or 429: later, until the patience ends. Anything else, redirects too: refused, for good.
    ``key`` (hub and topic) spreads the attempts; the same key waits equally long each time.
    """
    if status is not None and 200 <= status < 300:
        return Verdict(fate=Fate.TOLD)
    if status is not None and status < 500 and status not in _PASSING:
        return Verdict(fate=Fate.REFUSED)
    if attempts >= TRIES and now - noted >= PATIENCE:
        return Verdict(fate=Fate.EXPIRED)
    wait = backoff(attempts, key)
    if (asked := asked_for(headers, now)) is not None:
        wait = min(max(asked, wait / _IMPATIENT), LONGEST)
    return Verdict(fate=Fate.LATER, again=now + wait)


def backoff(attempts: int, key: str) -> timedelta:
    """How long to wait after so many attempts: 1 min, doubling, 2 h at most, ± 20 % by ``key``."""
    doublings = min(max(attempts, 1) - 1, 16)
    wait = min(SHORTEST * 2**doublings, LONGEST)
    digest = hashlib.blake2b(f"{key}/{attempts}".encode(), digest_size=2).digest()
    spread = int.from_bytes(digest, "big") / 0xFFFF * 2 - 1
    return timedelta(seconds=round(wait.total_seconds() * (1 + JITTER * spread)))


def asked_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks to be left alone (RFC 9110 10.2.3); None where it does not, or cannot be understood.

    A date is measured against the answer's own ``Date``, where it has one: the two clocks need not agree.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:_DIGITS]))
    until = _moment(text)
    if until is None:
        return None
    return max(until - (_moment(headers.get("date", "")) or now), timedelta())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):  # what the parser raises depends on where it stumbles
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
