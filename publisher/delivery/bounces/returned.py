"""What a report returns of our own mail: by whose marks, links and Message-ID it is known again. Pure.

Nothing here is proved: whoever writes to the address can put anything into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from publisher.delivery.bounces import parse

MOST = 20
"""Marks and links kept of one report."""
_MARK = re.compile(r"\+([a-z2-7]{13}\.[a-z2-7]{13})(?=@)", re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"/u/([A-Za-z0-9_-]{36})(?![A-Za-z0-9_-])", re.ASCII)
_ID = re.compile(r"<[^\s<>@]{1,250}@[^\s<>@]{1,250}>")
_TYPES = {
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "message/global-headers",
    "text/rfc822-headers",
    "text/rfc822",
}
_OURS = ("Return-Path", "X-Envelope-From", "Envelope-From", "X-Original-Return-Path")
_TOLD = ("X-HmXmrOriginalRecipient", "Envelope-To", "Delivered-To", "To")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Our mail as far as it came back; empty where nothing did."""

    marks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    message_id: str = ""
    recipient: str = ""


def of(message: Message) -> Returned:
    """What the first mail within the mail is known by, whether whole or only its header fields."""
    for part in parse.parts(message):
        if part.get_content_type() in _TYPES and (held := parse.blocks(part)):
            return read(held[0])
    return Returned()


def read(head: Message) -> Returned:
    """What these header fields of ours are known by."""
    ids = _ID.search(parse.field(head, "Message-ID"))
    unsubscribe = " ".join(parse.every(head, "List-Unsubscribe"))
    named = (parse.address(value) for value in parse.every(head, *_TOLD))
    return Returned(
        marks=marks(parse.every(head, *_OURS)),
        links=tuple(dict.fromkeys(_LINK.findall(re.sub(r"\s", "", unsubscribe))))[:MOST],
        message_id=ids[0] if ids else "",
        recipient=next((address for address in named if address), ""),
    )


def marks(values: Iterable[str]) -> tuple[str, ...]:
    """The marks in these addresses, in lower case, each once."""
    found = (match.lower() for value in values for match in _MARK.findall(value))
    return tuple(dict.fromkeys(found))[:MOST]
