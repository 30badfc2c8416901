"""The SMTP transport, over smtplib."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from publisher.config import Smtp
from publisher.delivery.delivery import Phase, Receipt
from publisher.delivery.transport import Envelope
from publisher.errors import TransportError

TIMEOUT = 60.0
"""Seconds to wait for an answer; RFC 5321 4.5.3.2 allows a relay minutes, few take them."""
DOT_TIMEOUT = 600.0
"""Seconds to wait for the answer to the final dot: who gives up sooner only makes doubt (RFC 5321 4.5.3.2.6)."""
QUIT_TIMEOUT = 5.0
_PATH = re.compile(r"[!-;=?-~]+")
"""What stands between < and > without SMTPUTF8 (RFC 5321 4.1.2); a quoted local part with blanks is not let through."""
_WIDE_PATH = re.compile(r"[!-;=?-~\u00a0-\U0010ffff]+")
"""What stands there with it (RFC 6531 3.3), as far as it is printable."""
_NOT_CARRIED = Receipt(code=553, text="the address has characters that SMTP cannot carry", phase=Phase.ENVELOPE)
_NOT_OFFERED = Receipt(
    code=553,
    text="5.6.7 not sent: the address needs SMTPUTF8, and the relay does not offer it",
    phase=Phase.ENVELOPE,
)
"""Without the extension such an address may not even be named to the relay (RFC 6531 3.2)."""


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """Hands messages to a relay."""

    settings: Smtp
    helo: str
    """How we name ourselves in EHLO (RFC 5321 4.1.1.1)."""
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @property
    def connections(self) -> int:
        """How many connections the relay may see at once."""
        return self.settings.connections

    @property
    def rate(self) -> float:
        """Messages a second over all connections; 0: as fast as it goes."""
        return float(self.settings.rate)

    def open(self) -> SmtpConnection:
        """A connection: opened, secured with the certificate checked, signed in."""
        connection = SmtpConnection(self)
        connection.connect()
        return connection

    def knows(self, envelope: Envelope) -> bool | None:
        """None: a relay cannot be asked afterwards."""
        del envelope
        return None

    def describe(self) -> str:
        """The relay's name and port."""
        return f"relay {self.settings.host}:{self.settings.port}"


class SmtpConnection:
    """One session with the relay; opened anew by itself after it broke."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._session: smtplib.SMTP | None = None

    def connect(self) -> smtplib.SMTP:
        """The open session. Raises ``TransportError`` with what the relay said."""
        if self._session is None:
            self._session = _open(self._transport)
        return self._session

    def send(self, envelope: Envelope, message: bytes) -> Receipt:
        """The relay's answer to MAIL, RCPT and DATA, told apart by phase (RFC 5321 3.3)."""
        session = self.connect()
        phase = Phase.ENVELOPE
        try:
            refused = _refused(session, envelope, eight_bit=not message.isascii())
            if refused is not None:
                self._reset(refused.code)
                return refused
            phase = Phase.DOT
            session.send(_dotted(message))
            _wait(session, DOT_TIMEOUT)
            code, text = session.getreply()
            _wait(session, TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Receipt(code=0, text=f"connection lost: {error}", phase=phase)
        if not _in_step(code):
            self._drop()
        return _receipt(code, text, Phase.DOT)

    def _reset(self, code: int) -> None:
        """Makes the session fit for the next message, or drops it.

        One whose answers may not be those to our commands is never gone on with: the next message would be credited
        with an answer to this one.
        """
        if self._session is None or not _in_step(code):
            self._drop()
            return
        try:
            fit = self._session.docmd("RSET")[0] == 250
        except (OSError, smtplib.SMTPException):
            fit = False
        if not fit:
            self._drop()

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def close(self) -> None:
        """QUIT; whatever the relay says to that."""
        if self._session is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            _wait(self._session, QUIT_TIMEOUT)
            self._session.docmd("QUIT")
        self._drop()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes."""
        self.close()


def _open(transport: SmtpTransport) -> smtplib.SMTP:
    settings = transport.settings
    where = f"relay {settings.host}:{settings.port}"
    try:
        if settings.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, local_hostname=transport.helo, timeout=TIMEOUT, context=transport.context
            )
        else:
            session = smtplib.SMTP(settings.host, settings.port, local_hostname=transport.helo, timeout=TIMEOUT)
    except ssl.SSLError as error:
        raise TransportError(
            f"{where}: TLS failed: {error.reason or error}", hint="check security, port and the certificate"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise TransportError(
            f"{where} turns us away: {error.smtp_code} {_text(error.smtp_error)}",
            hint="it may be busy, or see too many connections: lower delivery.smtp.connections, or try later",
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TransportError(f"{where} does not answer: {error}", hint="check delivery.smtp.host and port") from error
    try:
        _greet(session, transport, where)
    except BaseException:
        session.close()
        raise
    return session


def _greet(session: smtplib.SMTP, transport: SmtpTransport, where: str) -> None:
    settings = transport.settings
    try:
        # Without it body and dot wait 40 ms for each other's acknowledgement (facts: 22 messages a second).
        if session.sock is not None:
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            session.starttls(context=transport.context)
            session.ehlo()
        if settings.user:
            session.login(settings.user, settings.password)
    except smtplib.SMTPAuthenticationError as error:
        raise TransportError(
            f"{where} refused user {settings.user}: {_text(error.smtp_error)}",
            hint="check delivery.smtp.user and its password",
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise TransportError(
            f"{where}: {error}", hint="check delivery.smtp.security (none | starttls | tls) and the port"
        ) from error
    except ssl.SSLError as error:
        raise TransportError(
            f"{where}: TLS failed: {error.reason or error}", hint="check the relay's name and certificate"
        ) from error
    except UnicodeEncodeError as error:  # smtplib signs in with ASCII alone
        raise TransportError(
            f"{where}: user or password has characters beyond ASCII", hint="give the account an ASCII password"
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TransportError(
            f"{where} broke off: {error}", hint="try again; if it stays so, ask the relay's operator"
        ) from error


def _refused(session: smtplib.SMTP, envelope: Envelope, *, eight_bit: bool) -> Receipt | None:
    """The answer that ended the exchange before its message; the first digit decides (RFC 5321 4.2.1).

    A message with octets beyond ASCII is announced where the relay knows of such (RFC 6152 2), an address with such
    only goes to a relay that offers SMTPUTF8 (RFC 6531 3.4).
    """
    wide = not envelope.recipient.isascii()
    if not (_PATH.fullmatch(envelope.sender) and (_WIDE_PATH if wide else _PATH).fullmatch(envelope.recipient)):
        return _NOT_CARRIED
    if wide and not envelope.recipient.isprintable():
        return _NOT_CARRIED
    if wide and not session.has_extn("smtputf8"):
        return _NOT_OFFERED
    # Not session.mail and session.rcpt: they take an address apart as a header's and may name another mailbox.
    body = " BODY=8BITMIME" if eight_bit and session.has_extn("8bitmime") else ""
    session.command_encoding = "utf-8" if wide else "ascii"
    code, text = session.docmd("MAIL", f"FROM:<{envelope.sender}>{body}{' SMTPUTF8' if wide else ''}")
    if code // 100 == 2:
        code, text = session.docmd("RCPT", f"TO:<{envelope.recipient}>")
    if code // 100 == 2:
        code, text = session.docmd("DATA")
        if code // 100 == 3:
            return None
    return _receipt(code, text, Phase.ENVELOPE)


def _in_step(code: int) -> bool:
    """Whether an answer leaves the session usable: no farewell (421), and nothing that is no answer to our command."""
    return code // 100 in {2, 4, 5} and code != 421


def _wait(session: smtplib.SMTP, seconds: float) -> None:
    if session.sock is not None:
        session.sock.settimeout(seconds)


def _dotted(message: bytes) -> bytes:
    """The message as DATA takes it: dots at line starts doubled, CRLF and a dot at the end (RFC 5321 4.5.2)."""
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    if body.startswith(b"."):
        body = b"." + body
    return body.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _receipt(code: int, text: bytes, phase: Phase) -> Receipt:
    return Receipt(code=max(0, code), text=_text(text), phase=phase)


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())
