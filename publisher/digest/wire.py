"""An edition as it goes over the wire: everything that all its readers share is done once, then slots are filled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher import times, urls
from publisher.config import Config, Mailbox, Newsletter
from publisher.digest import headers, splice
from publisher.digest.edition import Edition, Sheet
from publisher.digest.headers import Field
from publisher.digest.render import Letter, called
from publisher.digest.segments import escaped
from publisher.digest.splice import Encoding, Spliced

_SENDER_ID = 15
"""Longest SenderId of Feedback-ID (Google support 6254652): 5 to 15 characters."""

Sign = Callable[[Sequence[Field], Sequence[bytes], datetime], bytes]
"""Gives the signature fields of a message by its fields, the pieces of its body and its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """One reader's own values."""

    to: str
    """Address."""
    name: str = ""
    unsubscribe: str
    """Address of their unsubscribe page, absolute: it takes the one-click POST too (RFC 8058)."""
    preferences: str
    """Address of their preferences."""
    leave: str = ""
    """Where they may write to leave, as a ``mailto:``; empty where nobody reads what comes."""
    view: str
    """Address of their page of this issue."""
    click: str = ""
    """What ends each counted link."""
    message_id: str
    """With its angle brackets."""
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A compiled edition: the fields and parts that do not change, and where the reader's values go."""

    before: tuple[Field, ...]
    """From and Subject."""
    after: tuple[Field, ...]
    """MIME and list fields."""
    boundary: str
    plain: Spliced
    page: Spliced
    sheet: Sheet
    """Of which it is: it knows what readers without a name are called."""

    def fill(self, slots: Slots, sign: Sign | None = None) -> bytes:
        """The whole message, each line ended by CRLF, signed where ``sign`` is given. The same slots, the same bytes.

        Raises ``ValueError`` for an address, Message-ID or link that no header can hold.
        """
        fields, body = self.fields(slots), self.body(slots)
        return _whole(fields, body, slots.date, sign)

    def fields(self, slots: Slots) -> tuple[Field, ...]:
        """Exactly the header fields of this reader's message, in their order."""
        return (
            *self.before,
            headers.recipient(slots.name, slots.to),
            headers.exact("Date", times.rfc822(slots.date)),
            headers.message_id(slots.message_id),
            *self.after,
            headers.unsubscribe(slots.unsubscribe, slots.leave),
            _ONE_CLICK,
        )

    def body(self, slots: Slots) -> list[bytes]:
        """The body, in pieces; it begins after the empty line that ends the head."""
        plain, page = self._plain(slots), self._page(slots)
        return _multipart(self.boundary, self.plain.fit(plain), plain, self.page.fit(page), page)

    def text(self, slots: Slots) -> str:
        """The text part as this reader gets it."""
        return self.plain.text(self._plain(slots))

    def html(self, slots: Slots) -> str:
        """The HTML part as this reader gets it."""
        return self.page.text(self._page(slots))

    def _plain(self, slots: Slots) -> dict[str, bytes]:
        return {name: value.encode() for name, value in self._values(slots).items()}

    def _page(self, slots: Slots) -> dict[str, bytes]:
        return {name: escaped(value).encode() for name, value in self._values(slots).items()}

    def _values(self, slots: Slots) -> dict[str, str]:
        values = {
            "address": headers.clean(slots.to),
            "unsubscribe": slots.unsubscribe,
            "preferences": slots.preferences,
            "view": slots.view,
            "click": slots.click,
        }
        return values | called(self.sheet, headers.clean(slots.name)) if self.sheet.names else values


_ONE_CLICK = headers.exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def compile(edition: Edition, newsletter: Newsletter, config: Config) -> Wire:
    """The edition ready to be filled, with every field that does not depend on the reader.

    List-Id is ``Title <name.domain of the sender>`` (RFC 2919 3), Feedback-ID names issue, newsletter, site and
    sender and nothing of a person, List-Archive is the archive of all issues, List-Help the page that says what the
    newsletter is (RFC 2369 3.1, 3.6).
    """
    domain = headers.ascii_domain(newsletter.sender.address.rpartition("@")[2].lower())
    text, html, encoding = edition.text(), edition.html(), Encoding(config.delivery.encoding)
    boundary = _boundary(edition.key, edition.subject, *text.static, *html.static)
    after = [
        *_mime(boundary),
        headers.exact("Content-Language", edition.lang),
        headers.list_id(newsletter.title, f"{_label(newsletter.name)}.{domain}"),
        headers.link("List-Archive", urls.join(config.web.url, "/archive/")),
        headers.link("List-Help", urls.join(config.web.url, "/")),
        headers.feedback_id(_label(edition.issue), _label(newsletter.name), _host(config.site.url), _sender_id(domain)),
    ]
    return Wire(
        before=(*_from(newsletter.sender, newsletter.reply_to), headers.text("Subject", edition.subject)),
        after=tuple(after),
        boundary=boundary,
        plain=splice.compile(text.static, text.slots, encoding, html=False),
        page=splice.compile(html.static, html.slots, encoding, html=True),
        sheet=edition.sheet,
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
    sign: Sign | None = None,
) -> bytes:
    """A message to one person that no list sent, marked as written by a program (RFC 3834 5)."""
    boundary = _boundary(message_id, written.text)
    fields = (
        *_from(sender, reply_to),
        headers.text("Subject", written.subject),
        headers.recipient(name, to),
        headers.exact("Date", times.rfc822(date)),
        headers.message_id(message_id),
        *_mime(boundary),
        headers.exact("Content-Language", language),
        headers.exact("Auto-Submitted", "auto-generated"),
    )
    plain = splice.compile((written.text,), (), Encoding.BASE64, html=False)
    page = splice.compile((written.html,), (), Encoding.BASE64, html=True)
    return _whole(fields, _multipart(boundary, plain, {}, page, {}), date, sign)


def _whole(fields: Sequence[Field], body: list[bytes], date: datetime, sign: Sign | None) -> bytes:
    return b"".join((sign(fields, body, date) if sign else b"", headers.block(fields), b"\r\n", *body))


def _multipart(
    boundary: str, plain: Spliced, text: Mapping[str, bytes], page: Spliced, html: Mapping[str, bytes]
) -> list[bytes]:
    """The body: no preamble, text, then HTML, which programs prefer for standing last (RFC 2046 5.1.4)."""
    return [
        _part(boundary, "plain", plain.encoding),
        *plain.fill(text),
        _part(boundary, "html", page.encoding),
        *page.fill(html),
        f"\r\n--{boundary}--\r\n".encode("ascii"),
    ]


def _part(boundary: str, kind: str, encoding: Encoding) -> bytes:
    line = "" if kind == "plain" else "\r\n"  # the boundary's own, which ends the part before (RFC 2046 5.1.1)
    head = f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n'
    return f"{line}{head}\r\n".encode("ascii")


def _from(sender: Mailbox, reply_to: str) -> tuple[Field, ...]:
    own = headers.mailbox("From", sender.name, sender.address)
    return (own, headers.mailbox("Reply-To", "", reply_to)) if reply_to else (own,)


def _mime(boundary: str) -> tuple[Field, ...]:
    kind = f'multipart/alternative; boundary="{boundary}"'
    return (headers.exact("MIME-Version", "1.0"), headers.exact("Content-Type", kind))


def _boundary(*parts: str) -> str:
    """A boundary that no encoding can contain, the same for the same content (RFC 2046 5.1.1, RFC 2045 6.7)."""
    return "=_" + hashlib.blake2b("\n".join(parts).encode("utf-8", "backslashreplace"), digest_size=9).hexdigest()


def _sender_id(domain: str) -> str:
    return re.sub(r"[^a-z0-9]", "", domain)[:_SENDER_ID].ljust(5, "0")


def _host(url: str) -> str:
    return headers.ascii_domain(urls.authority(url))


def _label(name: str) -> str:
    """The name as one label of letters that a header and a host name may have."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    return safe if safe == name else f"{safe}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}".lstrip("-")
