"""An edition as it goes over the wire: everything that all its readers share is done once, then slots are filled.

Both parts are base64 in lines of 76: a fixed point of relaxed canonicalisation and of dot-stuffing, 9 characters
cheaper a Han character than quoted-printable, and safe through a relay without 8BITMIME (RFC 2045 6.8).
"""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from publisher import times, urls
from publisher.config import Config, Mailbox, Newsletter
from publisher.digest import headers
from publisher.digest.edition import EMAIL_SLOT, UNSUBSCRIBE_SLOT, VIEW_SLOT, Edition
from publisher.digest.headers import Field
from publisher.digest.render import Letter

_SLOT = re.compile("|".join(re.escape(mark) for mark in (UNSUBSCRIBE_SLOT, VIEW_SLOT, EMAIL_SLOT)))
_LINE_END = re.compile(r"\r\n?|\n")
_SENDER_ID = 15
"""Longest SenderId of Feedback-ID (Google support 6254652): 5 to 15 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """One reader's own values."""

    to: str
    """Address."""
    name: str = ""
    unsubscribe: str
    """Address of their unsubscribe page, absolute: it takes the one-click POST too (RFC 8058)."""
    view: str
    """Address of their page of this issue."""
    message_id: str
    """With its angle brackets."""
    date: datetime


@dataclass(frozen=True, slots=True)
class Segments:
    """A text cut at its slots: ``static[0] slot[0] static[1] …``, one more static piece than slots."""

    static: tuple[str, ...]
    slots: tuple[str, ...]

    def fill(self, values: Mapping[str, str], escaped: Callable[[str], str] = str) -> str:
        """The text with each slot's value, escaped for the place it goes to."""
        ready = {mark: escaped(value) for mark, value in values.items()}
        filled = [piece + ready[mark] for piece, mark in zip(self.static, self.slots, strict=False)]
        return "".join([*filled, self.static[-1]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A compiled edition: the fields and parts that do not change, and where the reader's values go."""

    before: tuple[Field, ...]
    """From and Subject."""
    after: tuple[Field, ...]
    """MIME and list fields."""
    boundary: str
    parts: tuple[Segments, Segments]
    """Text, then HTML."""

    def fill(self, slots: Slots) -> bytes:
        """The whole message, each line ended by CRLF. The same slots give the same bytes.

        Raises ``ValueError`` for an address, Message-ID or link that no header can hold.
        """
        return _message(self.fields(slots), self.boundary, self.text(slots), self.html(slots))

    def fields(self, slots: Slots) -> tuple[Field, ...]:
        """Exactly the header fields of this reader's message, in their order."""
        return (
            *self.before,
            headers.mailbox("To", slots.name, slots.to),
            headers.exact("Date", times.rfc822(slots.date)),
            headers.message_id(slots.message_id),
            *self.after,
            headers.exact("List-Unsubscribe", f"<{_link(slots.unsubscribe)}>"),
            headers.exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )

    def text(self, slots: Slots) -> str:
        """The text part as this reader gets it."""
        return self.parts[0].fill(_values(slots))

    def html(self, slots: Slots) -> str:
        """The HTML part as this reader gets it."""
        return self.parts[1].fill(_values(slots), escape)


def compile(edition: Edition, newsletter: Newsletter, config: Config) -> Wire:
    """The edition ready to be filled, with every field that does not depend on the reader.

    List-Id is ``Title <name.domain of the sender>`` (RFC 2919 3), Feedback-ID names issue, newsletter, site and
    sender and nothing of a person, List-Archive is the archive of all issues (RFC 2369 3.6).
    """
    domain = headers.ascii_domain(newsletter.sender.address.rpartition("@")[2].lower())
    boundary = _boundary(edition.key, edition.subject, edition.text, edition.html)
    after = [
        *_mime(boundary),
        headers.exact("Content-Language", edition.lang),
        headers.list_id(newsletter.title, f"{_label(newsletter.name)}.{domain}"),
        headers.exact("List-Archive", f"<{_link(urls.join(config.web.url, '/archive/'))}>"),
        headers.exact("Feedback-ID", _feedback_id(edition.issue, newsletter.name, config, domain)),
    ]
    return Wire(
        before=(*_from(newsletter.sender, newsletter.reply_to), headers.text("Subject", edition.subject)),
        after=tuple(after),
        boundary=boundary,
        parts=(segments(edition.text), segments(edition.html)),
    )


def letter(
    written: Letter,
    *,
    sender: Mailbox,
    to: str,
    name: str = "",
    reply_to: str = "",
    message_id: str,
    date: datetime,
    language: str,
) -> bytes:
    """A message to one person that no list sent, marked as written by a program (RFC 3834 5)."""
    boundary = _boundary(message_id, written.text)
    fields = (
        *_from(sender, reply_to),
        headers.text("Subject", written.subject),
        headers.mailbox("To", name, to),
        headers.exact("Date", times.rfc822(date)),
        headers.message_id(message_id),
        *_mime(boundary),
        headers.exact("Content-Language", language),
        headers.exact("Auto-Submitted", "auto-generated"),
    )
    return _message(fields, boundary, written.text, written.html)


def segments(text: str) -> Segments:
    """The text cut at the marks of its slots."""
    return Segments(tuple(_SLOT.split(text)), tuple(_SLOT.findall(text)))


def _values(slots: Slots) -> dict[str, str]:
    return {UNSUBSCRIBE_SLOT: slots.unsubscribe, VIEW_SLOT: slots.view, EMAIL_SLOT: headers.clean(slots.to)}


def _message(fields: tuple[Field, ...], boundary: str, text: str, html: str) -> bytes:
    return b"".join(
        (
            headers.block(fields),
            _part(boundary, "plain", text),
            _part(boundary, "html", html),
            f"\r\n--{boundary}--\r\n".encode("ascii"),
        )
    )


def _part(boundary: str, kind: str, text: str) -> bytes:
    head = (
        f'\r\n--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    # Text goes out with CRLF also inside base64 (RFC 2045 6.8).
    octets = _LINE_END.sub("\r\n", text).encode()
    return head.encode("ascii") + encodebytes(octets).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _from(sender: Mailbox, reply_to: str) -> tuple[Field, ...]:
    own = headers.mailbox("From", sender.name, sender.address)
    return (own, headers.mailbox("Reply-To", "", reply_to)) if reply_to else (own,)


def _mime(boundary: str) -> tuple[Field, ...]:
    kind = f'multipart/alternative; boundary="{boundary}"'
    return (headers.exact("MIME-Version", "1.0"), headers.exact("Content-Type", kind))


def _boundary(*parts: str) -> str:
    """A boundary that base64 cannot contain, the same for the same content (RFC 2046 5.1.1)."""
    return "=_" + hashlib.blake2b("\n".join(parts).encode(), digest_size=9).hexdigest()


def _feedback_id(issue: str, newsletter: str, config: Config, domain: str) -> str:
    sender = re.sub(r"[^a-z0-9]", "", domain)[:_SENDER_ID].ljust(5, "0")
    return ":".join((_label(issue), _label(newsletter), headers.ascii_domain(urls.authority(config.site.url)), sender))


def _label(name: str) -> str:
    """The name as one label of letters that a header and a host name may have."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    return safe if safe == name else f"{safe}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}".lstrip("-")


def _link(url: str) -> str:
    if not urls.web(url) or re.search(r"[\s<>]", url):
        raise ValueError(f"{url!r} is not an address that a header can hold")
    return url
