"""What a delivery is: one message of one issue to one reader, and the states it may go through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


OPEN = frozenset({State.PENDING, State.SENDING, State.DEFERRED})
"""An issue closes only when no delivery is in one of these."""

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PENDING: frozenset({State.SENDING, State.SKIPPED}),
        State.SENDING: frozenset({State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN, State.PENDING}),
        State.DEFERRED: frozenset({State.SENDING, State.FAILED, State.SKIPPED}),
        State.FAILED: frozenset({State.PENDING}),  # issue retry --failed
        State.UNCERTAIN: frozenset(
            {State.PENDING, State.ACCEPTED, State.FAILED}
        ),  # issue retry --uncertain, later proof
        State.SKIPPED: frozenset(),
        State.ACCEPTED: frozenset(),  # nothing ever leads out of here: what was accepted is never sent again
    }
)


class Phase(StrEnum):
    """How far an exchange with the relay had come when its answer, or its end, arrived."""

    ENVELOPE = "envelope"
    """Before the final dot: the message has surely not been taken over."""
    DOT = "dot"
    """The final dot may have left: without an answer nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the relay answered to one message. A refusal is a receipt, not an exception."""

    code: int
    """Three digits as SMTP has them (RFC 5321 4.2); 0 where the connection ended without an answer."""
    text: str = ""
    phase: Phase = Phase.DOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a delivery that was being sent."""

    state: State
    code: int = 0
    reply: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that this process may send now, with what its message needs of the reader."""

    issue: str
    shard: int
    subscriber: int
    address: str
    name: str
    epoch: int
    """The reader's: part of the tokens in their links."""
    edition: str
    attempts: int
    """This one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The accounting of an issue. ``planned`` counts the rows, the others their states."""

    planned: int = 0
    pending: int = 0
    sending: int = 0
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0

    @property
    def open(self) -> int:
        """Deliveries that are not over."""
        return self.pending + self.sending + self.deferred

    @property
    def balanced(self) -> bool:
        """Whether planned = accepted + failed + uncertain + skipped + (pending + sending + deferred)."""
        return self.planned == self.accepted + self.failed + self.uncertain + self.skipped + self.open
