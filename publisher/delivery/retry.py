"""What a relay's answer means for a delivery, and when to try again. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from publisher.delivery.delivery import Outcome, Phase, Receipt, State

BACKOFF = (60, 300, 900, 1800, 3600, 7200, 14400)
"""Seconds before the second attempt, the third…; the last holds for all further ones (RFC 5321 4.5.4.1 asks for at
least 30 minutes in the long run; greylisting lifts after one to five)."""
JITTER = 0.2


def settle(receipt: Receipt, *, attempts: int, key: str, now: datetime, deadline: datetime) -> Outcome:
    """The outcome of one attempt.

    2yz to the dot: accepted. 5yz: failed. 4yz, or a connection lost before the dot: deferred, failed where the next
    attempt would come after ``deadline``. No answer after the dot, or one that is none (RFC 5321 4.2.1 knows 2yz, 4yz
    and 5yz there): uncertain, whatever else is known (RFC 1047).
    ``key`` (issue and reader) spreads the attempts; the same key waits equally long each time.
    """
    reply = _reply(receipt)
    if receipt.phase is Phase.DOT and 200 <= receipt.code < 300:
        return Outcome(state=State.ACCEPTED, code=receipt.code, reply=reply)
    if receipt.phase is Phase.DOT and not 400 <= receipt.code < 600:
        return Outcome(state=State.UNCERTAIN, code=receipt.code, reply=reply or "no answer after the final dot")
    if 500 <= receipt.code < 600:
        return Outcome(state=State.FAILED, code=receipt.code, reply=reply)
    again = now + backoff(attempts, key)
    if again > deadline:
        return Outcome(
            state=State.FAILED, code=receipt.code, reply=f"{reply} (no time left before the deadline)".strip()
        )
    return Outcome(state=State.DEFERRED, code=receipt.code, reply=reply, retry_at=again)


def backoff(attempts: int, key: str) -> timedelta:
    """How long to wait after so many attempts: doubling at first, hours later, ± 20 % by ``key``."""
    seconds = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    digest = hashlib.blake2b(f"{key}/{attempts}".encode(), digest_size=2).digest()
    spread = int.from_bytes(digest, "big") / 0xFFFF * 2 - 1
    return timedelta(seconds=round(seconds * (1 + JITTER * spread)))


def _reply(receipt: Receipt) -> str:
    text = " ".join(receipt.text.split())[:500]
    return "".join(character for character in text if character.isprintable())
