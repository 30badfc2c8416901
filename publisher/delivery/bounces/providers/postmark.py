"""Reports of Postmark, which signs nothing: it sends along a secret that only the two of us know. Pure."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from hashlib import sha256

from publisher.delivery.bounces import classify
from publisher.delivery.bounces.providers.event import (
    Event,
    Refusal,
    Told,
    address,
    domain,
    links,
    marks,
    message_id,
    moment,
    number,
    parsed,
    part,
    reply,
    said,
    text,
)
from publisher.delivery.bounces.report import Kind, Report

HEADER = "x-webhook-secret"
"""The header of our own choice that Postmark may be told to send, in place of a password in the address."""
_HARD = "HardBounce"
_TYPES = {
    "BadEmailAddress": Kind.INVALID,
    "SpamComplaint": Kind.COMPLAINT,
    "Unsubscribe": Kind.LEAVE,
    "ManuallyDeactivated": Kind.LEAVE,
    "DnsError": Kind.SOFT,
    "SpamNotification": Kind.POLICY,
    "Blocked": Kind.POLICY,
    "ISPBlock": Kind.POLICY,
    "DMARCPolicy": Kind.POLICY,
    "VirusNotification": Kind.POLICY,
    "Transient": Kind.NOTHING,
    "Subscribe": Kind.NOTHING,
    "AutoResponder": Kind.NOTHING,
    "AddressChange": Kind.NOTHING,
    "OpenRelayTest": Kind.NOTHING,
    "ChallengeVerification": Kind.NOTHING,
    "Unconfirmed": Kind.NOTHING,
    "SMTPApiError": Kind.NOTHING,
    "InboundError": Kind.NOTHING,
    "TemplateRenderingFailed": Kind.NOTHING,
}
"""Where Postmark's own type decides; of hard, soft and unknown bounces what the receiving server said."""
_PERMANENT = {_HARD: True, "SoftBounce": False}
_CODES = {
    1: _HARD, 2: "Transient", 16: "Unsubscribe", 32: "Subscribe", 64: "AutoResponder", 128: "AddressChange",
    256: "DnsError", 512: "SpamNotification", 1024: "OpenRelayTest", 2048: "Unknown", 4096: "SoftBounce",
    8192: "VirusNotification", 16384: "ChallengeVerification", 100000: "BadEmailAddress", 100001: "SpamComplaint",
    100002: "ManuallyDeactivated", 100003: "Unconfirmed", 100006: "Blocked", 100007: "SMTPApiError",
    100008: "InboundError", 100009: "DMARCPolicy", 100010: "TemplateRenderingFailed",
}  # fmt: skip
_SUPPRESSED = {_HARD: Kind.INVALID, "SpamComplaint": Kind.COMPLAINT, "ManualSuppression": Kind.LEAVE}
_CONTENT = 64 * 1024
"""Characters of the returned mail that are looked at: its headers come first."""


def read(headers: Mapping[str, str], body: bytes, secret: str, user: str = "") -> Told | Refusal:
    """What the post says, or why it is not believed.

    ``headers`` by name in any case. ``user``: the name that must stand beside the secret; empty: any.
    """
    given = _given(headers)
    if not given:
        return Refusal.UNSIGNED
    # Every pair is compared whatever another says: the time tells nothing.
    if not any([_same(password, secret) & _fits(name, user) for name, password in given]):  # noqa: C419
        return Refusal.FORGED
    value = parsed(body)
    if not isinstance(value, dict):
        return Refusal.UNREADABLE
    report = told(value)
    return Told(events=(Event(key=_key(value), reports=(report,)),)) if report else Told(ignored=1)


def _given(headers: Mapping[str, str]) -> list[tuple[str | None, str]]:
    """Names (None: none is needed) and passwords that the post brings (RFC 7617 2)."""
    found: list[tuple[str | None, str]] = []
    if own := headers.get(HEADER, ""):
        found.append((None, own))
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, colon, password = b64decode(credentials.strip(), validate=True).decode().partition(":")
        except ValueError:
            return found
        if colon:
            found.append((name, password))
    return found


def _fits(name: str | None, user: str) -> bool:
    return name is None or not user or _same(name, user)


def _same(given: str, right: str) -> bool:
    # Header values may hold what UTF-8 has not; hashes are of one length, so that this tells no length either.
    ours, theirs = (sha256(each.encode("utf-8", "surrogateescape")).digest() for each in (right, given))
    return hmac.compare_digest(ours, theirs)


def _key(value: object) -> str:
    """A bounce has a number; a change of a subscription has none, and is what it says."""
    id = number(value, "ID")
    return f"{text(value, 'RecordType')} {id}" if id else json.dumps(value, sort_keys=True)


def told(value: object) -> Report | None:
    """The report of an event; None where it is of another kind."""
    match text(value, "RecordType"):
        case "Bounce" | "SpamComplaint":
            return _bounce(value)
        case "SubscriptionChange":
            suppressed = part(value, "SuppressSending") is True
            kind = _SUPPRESSED.get(text(value, "SuppressionReason")) if suppressed else None
            return _report(value, kind or Kind.NOTHING, text(value, "Recipient"), "ChangedAt")
        case _:
            return None


def _bounce(value: object) -> Report:
    type = text(value, "Type") or _CODES.get(number(value, "TypeCode"), "")
    if text(value, "RecordType") == "SpamComplaint":
        type = "SpamComplaint"
    words = said(text(value, "Details")) or said(text(value, "Description"))
    code, enhanced = reply(words)
    recipient = text(value, "Email")
    kind = _TYPES.get(type) or classify.kind(
        code, enhanced, words, domain=domain(address(recipient)), permanent=_PERMANENT.get(type)
    )
    return _report(value, kind, recipient, "BouncedAt", words)


def _report(value: object, kind: Kind, recipient: str, at: str, words: str = "") -> Report:
    code, enhanced = reply(words)
    content = text(value, "Content")[:_CONTENT]
    metadata = part(value, "Metadata")
    return Report(
        kind=kind,
        source="postmark",
        recipient=address(recipient),
        marks=marks(content),
        links=links(content),
        message_id=_message_id(metadata.items() if isinstance(metadata, dict) else ()),
        status=enhanced,
        code=code,
        text=words,
        at=moment(part(value, at)),
    )


def _message_id(metadata: Iterable[tuple[str, object]]) -> str:
    """The Message-ID that the mail brought along as metadata: that of the post itself is Postmark's own."""
    named = (text(value) for name, value in metadata if name.lower().replace("_", "-") == "message-id")
    return next((found for found in map(message_id, named) if found), "")
