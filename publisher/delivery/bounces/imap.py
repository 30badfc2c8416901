"""Returned mail in a mailbox on a server (RFC 9051). The home of ``imaplib``.

The server is not believed: whatever it sends, a message takes no more memory than ``CAP``, and an answer that makes no
sense ends the session with a ``TransportError``.
"""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from publisher import log
from publisher.config.delivery import Imap
from publisher.delivery.bounces.mailbox import CAP, Returned
from publisher.digest.headers import clean
from publisher.errors import TransportError

TIMEOUT = 60.0
"""Seconds to wait for an answer."""
MOST = 1000
"""Messages of one visit; the others wait for the next."""
_WINDOW = 2000
_ANSWER = CAP + 1_000_000
_CHUNK = 65_536
_TOLD = 200
_NONSENSE = (ValueError, LookupError, TypeError, AttributeError)
"""What imaplib makes of garbage."""
_UID = re.compile(rb"\bUID (\d{1,10})\b")


class _Bounded(imaplib.IMAP4):
    """A session in which no answer is larger than what was asked for."""

    left = _ANSWER
    """Octets that the answer to the present command may still have."""

    def readline(self) -> bytes:
        """A line of an answer."""
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, octets: int) -> None:
        self.left -= octets
        if self.left < 0:
            raise self.abort("an answer without an end")

    def read(self, size: int) -> bytes:
        """The octets of a literal, in pieces: a server that announces gigabytes must send them first."""
        self._spend(size)
        pieces: list[bytes] = []
        while size:
            piece = super().read(min(size, _CHUNK))
            if not piece:
                raise self.abort("the connection ended within a message")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    """The same, over TLS from the first byte."""


def messages(settings: Imap, context: ssl.SSLContext | None = None) -> Iterator[Returned | None]:
    """The messages of the mailbox that nobody has seen, oldest first; ``done`` marks one as seen.

    None comes last: after it the session ends, and nothing can be marked any more.

    Nothing is marked, moved or deleted before that. Raises ``TransportError`` where the server cannot be reached, does
    not let us in, or talks nonsense.
    """
    with _telling(settings):
        session = _open(settings, context or ssl.create_default_context())
    try:
        with _telling(settings):
            count = _enter(session, settings)
        left = MOST
        for first in range(1, count + 1, _WINDOW):
            with _telling(settings):
                found = _unseen(session, first, min(first + _WINDOW - 1, count))
            for uid in found[:left]:
                left -= 1
                with _telling(settings):
                    raw = _fetch(session, uid)
                if raw is not None:
                    name = f"message {uid} of {settings.folder} at {settings.host}"
                    yield Returned(raw=raw, name=name, done=partial(_done, session, uid, settings))
            if left <= 0:
                break
        yield None
    finally:
        with suppress(*_NONSENSE, OSError, imaplib.IMAP4.error):
            session.logout()
        with suppress(OSError):
            session.shutdown()


def _open(settings: Imap, context: ssl.SSLContext) -> _Bounded:
    if not (settings.password.isascii() and settings.password.isprintable()):
        hint = "set one of ASCII letters, digits and signs"
        raise TransportError("the password of delivery.bounces.imap cannot be sent over IMAP", hint=hint)
    if settings.security == "tls":
        return _BoundedTls(settings.host, settings.port, ssl_context=context, timeout=TIMEOUT)
    session = _Bounded(settings.host, settings.port, timeout=TIMEOUT)
    if settings.security == "starttls":
        try:
            session.starttls(context)
        except BaseException:
            with suppress(OSError):  # a handshake that failed has closed it
                session.shutdown()
            raise
    return session


def _enter(session: _Bounded, settings: Imap) -> int:
    """Signs in and opens the folder; how many messages it holds."""
    if settings.user:
        _ask(session, "login", _quoted(settings.user), settings.password)
    answer = _ask(session, "select", _quoted(_encoded(settings.folder)))
    count = answer[0] if answer else None
    if not isinstance(count, bytes) or not count.isdigit():
        raise session.error("it does not say how many messages there are")
    return int(count)


def _unseen(session: _Bounded, first: int, last: int) -> list[int]:
    """Numbers of the unseen messages of a window; one at a time, as an answer must fit into a line."""
    answer = _ask(session, "uid", "SEARCH", f"{first}:{last}", "UNSEEN")
    words = b" ".join(part for part in answer if isinstance(part, bytes)).split()
    if not all(word.isdigit() and len(word) <= 10 for word in words):
        raise session.error("its answer to a search is no list of numbers")
    return sorted({int(word) for word in words})


def _fetch(session: _Bounded, uid: int) -> bytes | None:
    """The message, or None where it is gone, or where the server cannot give this one."""
    try:
        answer = _ask(session, "uid", "FETCH", str(uid), f"(UID BODY.PEEK[]<0.{CAP}>)")
    except session.abort:
        raise
    except session.error as error:  # a refusal: the messages behind it may be well
        log.trouble("bounce.unreadable", error, uid=uid)
        return None
    for part in answer:
        if isinstance(part, tuple) and len(part) == 2:
            said = _UID.search(part[0])
            if said and int(said[1]) != uid:
                continue
            return bytes(part[1])
    return None


def _done(session: _Bounded, uid: int, settings: Imap) -> None:
    with _telling(settings):
        _ask(session, "uid", "STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")


def _ask(session: _Bounded, command: str, *arguments: str) -> list[Any]:  # Any: imaplib's own answers
    """The answer to a command. Raises ``imaplib.IMAP4.error`` where it is not OK."""
    session.left = _ANSWER
    asked: tuple[str, list[Any]] = getattr(session, command)(*arguments)
    state, answer = asked
    if state != "OK":
        said = answer[-1] if answer and isinstance(answer[-1], bytes) else b""
        raise imaplib.IMAP4.error(said.decode("utf-8", "replace") or state)
    return answer


@contextmanager
def _telling(settings: Imap) -> Iterator[None]:
    """Turns whatever imaplib raises into a ``TransportError`` that says what to do."""
    where = f"the mailbox at {settings.host}:{settings.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = "let delivery.bounces.imap.host be the name that its certificate has"
        raise TransportError(
            f"{where} shows a certificate that is not good: {error.verify_message}", hint=hint
        ) from error
    except imaplib.IMAP4.readonly as error:
        hint = "give this account the right to mark messages as read"
        raise TransportError(f"{where} cannot be written to", hint=hint) from error
    except imaplib.IMAP4.error as error:
        hint = "check user, password, folder and security under delivery.bounces.imap"
        raise TransportError(f"{where} says: {_said(error, settings)}", hint=hint) from error
    except OSError as error:
        hint = "check host, port and security under delivery.bounces.imap, and whether it is up"
        raise TransportError(f"{where} does not answer: {_said(error, settings)}", hint=hint) from error
    except _NONSENSE as error:
        hint = "check that an IMAP server listens there"
        raise TransportError(f"{where} does not speak IMAP: {_said(error, settings)}", hint=hint) from error


def _said(error: Exception, settings: Imap) -> str:
    """What the other side says, on one line, and without the password should it repeat that."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    if settings.password:
        text = text.replace(settings.password, "…")
    return clean(text)[:_TOLD] or type(error).__name__


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 9051, appendix A)."""

    def shift(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
        return f"&{text.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^ -~]+", shift, folder.replace("&", "&-"))
