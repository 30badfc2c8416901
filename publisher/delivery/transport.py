"""The port through which messages leave: what a transport must do."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from publisher.delivery.delivery import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Whom the relay is told about (RFC 5321 2.3.1); the header is not looked at."""

    sender: str
    recipient: str
    message_id: str


class Connection(Protocol):
    """One open way out, used by one thread at a time."""

    def send(self, envelope: Envelope, message: bytes) -> Receipt:
        """The relay's answer to one message, ready for the wire (CRLF).

        A refusal and a connection that broke are receipts with their phase; a connection that broke opens itself anew
        at the next message. Raises ``TransportError`` where no connection can be had at all.
        """
        ...

    def close(self) -> None:
        """Says goodbye."""
        ...

    def __enter__(self) -> Self:
        """Itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes."""
        ...


class Transport(Protocol):
    """Where messages go."""

    @property
    def connections(self) -> int:
        """How many may be open at once."""
        ...

    @property
    def rate(self) -> float:
        """Messages a second over all connections; 0: as fast as it goes."""
        ...

    def open(self) -> Connection:
        """A new connection. Raises ``TransportError`` where the relay or the folder cannot be used."""
        ...

    def knows(self, envelope: Envelope) -> bool | None:
        """Whether a message was taken over, told afterwards; None where this transport cannot know."""
        ...

    def describe(self) -> str:
        """Where messages go, in words for people, without secrets."""
        ...
