"""Reports of Mailgun, which signs a time and a token, and nothing of what it says. Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from publisher.delivery.bounces import classify
from publisher.delivery.bounces.providers.event import (
    Event,
    Refusal,
    Told,
    address,
    code,
    domain,
    fresh,
    links,
    marks,
    message_id,
    moment,
    number,
    parsed,
    part,
    reply,
    said,
    status,
    text,
)
from publisher.delivery.bounces.report import Kind, Report

NEAR = timedelta(minutes=10)
_SECONDS = re.compile(r"[0-9]{10}", re.ASCII)
_TOKEN = re.compile(r"[0-9a-f]{50}", re.ASCII)
_EVENTS = {"complained": Kind.COMPLAINT, "unsubscribed": Kind.LEAVE}
_REASONS = {
    "suppress-bounce": Kind.INVALID,
    "suppress-complaint": Kind.COMPLAINT,
    "suppress-unsubscribe": Kind.LEAVE,
    "espblock": Kind.POLICY,
    "old": Kind.SOFT,
}
"""Where Mailgun's own reason decides; of all others what the receiving server said."""


def read(body: bytes, key: str, now: datetime) -> Told | Refusal:
    """What the post says, or why it is not believed. ``key``: the account's webhook signing key."""
    value = parsed(body)
    if part(value, "event-data") is None or part(value, "signature") is None:
        return Refusal.UNREADABLE
    seconds, token = _written(value, "timestamp"), _written(value, "token")
    # Both stand side by side in what is signed: of one length each, no digit can move from one into the other, and a
    # token that was seen cannot come again as another.
    if not _SECONDS.fullmatch(seconds) or not _TOKEN.fullmatch(token):
        return Refusal.UNSIGNED
    if not _signed(value, key, seconds + token):
        return Refusal.FORGED
    if not fresh(moment(int(seconds)), now, NEAR):
        return Refusal.STALE
    report = told(part(value, "event-data"))
    return Told(events=(Event(key=token, reports=(report,)),)) if report else Told(ignored=1)


def _signed(value: object, key: str, data: str) -> bool:
    """Whether one of the signatures is ours: the account's own, or that of the account above it."""
    right = hmac.digest(key.encode(), data.encode(), "sha256")
    # Both are compared whatever the first says: the time tells nothing.
    return any([hmac.compare_digest(given, right) for given in _signatures(value)])  # noqa: C419


def _signatures(value: object) -> Iterator[bytes]:
    for name in ("signature", "parent-signature"):
        given = text(value, "signature", name)
        yield bytes.fromhex(given) if re.fullmatch(r"[0-9a-fA-F]{64}", given, re.ASCII) else b""


def _written(value: object, name: str) -> str:
    found = part(value, "signature", name)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else text(found)


def told(data: object) -> Report | None:
    """The report of an event; None where it is of another kind."""
    event = text(data, "event")
    if event not in _EVENTS and event != "failed":
        return None
    words = said(text(data, "delivery-status", "message") or text(data, "delivery-status", "description"))
    written, enhanced = reply(words)
    report = Report(
        kind=_EVENTS.get(event, Kind.NOTHING),
        source="mailgun",
        recipient=address(text(data, "recipient")),
        marks=marks(text(data, "envelope", "sender")),
        links=links(text(data, "message", "headers", "list-unsubscribe")),
        message_id=message_id(text(data, "message", "headers", "message-id")),
        status=status(text(data, "delivery-status", "enhanced-code")) or enhanced,
        code=code(number(data, "delivery-status", "code")) or written,
        text=words,
        server=said(text(data, "delivery-status", "mx-host")),
        at=moment(part(data, "timestamp")),
    )
    # What failed for a time is tried again by Mailgun itself.
    if event == "failed" and text(data, "severity") == "permanent":
        return replace(report, kind=_failed(text(data, "reason"), report))
    return report


def _failed(reason: str, report: Report) -> Kind:
    known = _REASONS.get(reason)
    return known or classify.kind(
        report.code, report.status, report.text, domain=domain(report.recipient), permanent=True
    )
