"""What somebody tells about a mail of ours: a mail server, a mailbox provider, a sending service, a reader. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What it means for the reader."""

    INVALID = "invalid"
    """The mailbox does not exist: nothing is sent there again."""
    SOFT = "soft"
    """Full, too large, out of order for the moment: counted, and suppressed when it lasts."""
    POLICY = "policy"
    """They refuse *us*: rate, reputation, content, authentication. Never the reader's fault."""
    COMPLAINT = "complaint"
    """The reader called it spam."""
    LEAVE = "leave"
    """The reader wrote to the address of List-Unsubscribe."""
    NOTHING = "nothing"
    """Delayed and still tried, delivered, an automatic reply: nothing to act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One recipient of one mail of ours, and what became of it."""

    kind: Kind
    source: str
    """Who tells: ``mail``, ``ses``, ``mailgun``, ``postmark``, ``sendgrid``."""
    recipient: str = ""
    """The address as the report names it; empty where it names none."""
    marks: tuple[str, ...] = ()
    """Marks of return paths (``tokens.return_path``: 13.13 characters) found in addresses that the report came to or
    names as envelope sender; unproved."""
    links: tuple[str, ...] = ()
    """Codes of unsubscribe links (36 characters) found in the headers of ours that it returned; unproved."""
    message_id: str = ""
    """The Message-ID of our mail with its angle brackets; empty where the report does not say."""
    status: str = ""
    """Enhanced status code such as ``5.1.1`` (RFC 3463); empty where there is none."""
    code: int = 0
    """Three digits of the SMTP reply; 0 where there is none."""
    text: str = ""
    """What the other side said: one clean line of at most 500 characters."""
    server: str = ""
    """The host that said it."""
    at: datetime | None = None
    """When it says it happened; None where it does not say."""
