"""The transport of the first hour: every message is a file."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from publisher.delivery.delivery import Phase, Receipt
from publisher.delivery.transport import Envelope
from publisher.errors import TransportError

_HINT = "check delivery.folder in config.yaml, and its owner"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """Writes ``<recipient>.<hash of the Message-ID>.eml`` files.

    The name is the same each time, so a message is never there twice, and after a crash the folder itself tells
    whether a message had gone out. Beside each stands ``….envelope``, as the message itself does not hold what a relay
    is told: the sender that bounces come back to, and the recipient.
    """

    folder: Path
    connections: int = 2
    rate: float = 0.0

    def open(self) -> FolderConnection:
        """The folder, made where it is missing."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TransportError(f"{self.folder} cannot be made: {error.strerror}", hint=_HINT) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise TransportError(f"{self.folder} cannot be written to", hint=_HINT)
        return FolderConnection(self.folder)

    def knows(self, envelope: Envelope) -> bool | None:
        """Whether the message's file is there; None where the folder is gone or cannot be looked into."""
        try:
            self.folder.stat()
            return (self.folder / file_name(envelope)).exists()
        except OSError:
            return None

    def describe(self) -> str:
        """The folder."""
        return f"folder {self.folder}"


@dataclass(frozen=True, slots=True)
class FolderConnection:
    """An open folder."""

    folder: Path

    def send(self, envelope: Envelope, message: bytes) -> Receipt:
        """250 once the whole message is on disk under its name; 452 where there is no room for it.

        Raises ``TransportError`` where the folder is gone or takes no file.
        """
        target = self.folder / file_name(envelope)
        draft = target.with_suffix(".part")  # what a crash left under this name is written over, and so never stays
        try:
            # Before the message, so that none is there without it. It is no proof of anything, and so not synced.
            draft.write_bytes(_told(envelope))
            draft.replace(target.with_suffix(".envelope"))
            with draft.open("wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            _sync(self.folder)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            if error.errno not in _NO_ROOM:
                raise TransportError(f"{target} cannot be written: {error.strerror}", hint=_HINT) from error
            return Receipt(code=452, text=f"{target.name}: {error.strerror}", phase=Phase.ENVELOPE)
        return Receipt(code=250, text=f"written to {target.name}")

    def close(self) -> None:
        """Nothing is left open."""

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes."""
        self.close()


def _sync(folder: Path) -> None:
    """Makes the names in a folder outlast a power cut: the ledger does, and must not know of more."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(envelope: Envelope) -> bytes:
    """What a relay would be told (RFC 5321 2.3.1)."""
    return f"MAIL FROM:<{envelope.sender}>\r\nRCPT TO:<{envelope.recipient}>\r\n".encode("utf-8", "replace")


def file_name(envelope: Envelope) -> str:
    """The file of a message: readable first, unique by its Message-ID."""
    name = re.sub(r"[^A-Za-z0-9@._+-]", "_", envelope.recipient)[:80].lstrip(".")
    digest = hashlib.blake2b(envelope.message_id.encode(), digest_size=6).hexdigest()
    return f"{name}.{digest}.eml"
