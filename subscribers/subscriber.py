"""What a reader is and what a reader can ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a reader stands. Only an active one is ever sent an issue."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


SUPPRESSED = frozenset({Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED})
"""Never written to again, but for the confirmation that a reader's own new sign-up asks for."""


class Format(StrEnum):
    """How the digest is sent: HTML with a plain part beside it, or plain text alone."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One reader, as stored. A blank preference means the default, never "none"."""

    id: int
    """Never given to anyone else, even after erasure: it stands in tokens of old mails."""
    address: str
    """For sending: the local part as the reader wrote it, the domain in lower-case ASCII."""
    key: str
    """Identity: equal for two spellings of one mailbox (``address.parse``)."""
    name: str = ""
    status: Status
    topics: tuple[str, ...] = ()
    """Sorted slugs; () = all."""
    newsletter: str = ""
    """"" = all."""
    schedule: str = ""
    """"" = the newsletter's first."""
    language: str = ""
    """BCP 47; "" = the site's."""
    declined: tuple[str, ...] = ()
    """Sorted names of newsletters that the reader left while they kept the others."""
    timezone: str = ""
    """IANA name; "" = the site's."""
    format: Format = Format.HTML
    former: Status | None = None
    """While pending: the suppression that a new sign-up has to confirm away; nothing but ``confirm`` lifts it."""
    created: datetime
    changed: datetime
    consent_at: datetime | None = None
    consent_ip: str = ""
    consent_text: str = ""
    """The words the reader agreed to."""
    paused_until: datetime | None = None
    """While paused: when it ends by itself; None = when the reader says so."""
    engaged_at: datetime | None = None
    """When a person last followed a link of a mail to this reader, where the site counts that for each reader."""
    asked_at: datetime | None = None
    """While pending: when they were last asked to confirm; None = never, they were imported so."""
    epoch: int = 0
    """Stands in the hash of preference and view links: one more, and every older link is dead."""
