"""Reports of SendGrid: many events in one post, signed as a whole. Pure."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta

from publisher.delivery.bounces import classify
from publisher.delivery.bounces.providers.event import (
    Event,
    Refusal,
    Told,
    address,
    domain,
    fresh,
    message_id,
    moment,
    parsed,
    part,
    reply,
    said,
    status,
    text,
)
from publisher.delivery.bounces.report import Kind, Report
from publisher.signature import ecdsa_verifies

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
NEAR = timedelta(minutes=10)
_SECONDS = re.compile(r"[0-9]{10}", re.ASCII)
_EVENTS = {
    "spamreport": Kind.COMPLAINT,
    "unsubscribe": Kind.LEAVE,
    "group_unsubscribe": Kind.LEAVE,
    "deferred": Kind.NOTHING,
}
_CLASSES = {
    "invalid address": Kind.INVALID,
    "content": Kind.POLICY,
    "reputation": Kind.POLICY,
    "frequency or volume too high": Kind.POLICY,
    "technical failure": Kind.SOFT,
    "technical": Kind.SOFT,
}
"""Where SendGrid's own class decides; of unavailable mailboxes and the unclassified what the server said."""
_DROPPED = {
    "bounced address": Kind.INVALID,
    "invalid": Kind.INVALID,
    "spam reporting address": Kind.COMPLAINT,
    "unsubscribed address": Kind.LEAVE,
    "spam content": Kind.POLICY,
}
_IDENTITY = ("event", "email", "timestamp", "smtp-id", "type", "reason", "status", "asm_group_id")
"""What makes an event: SendGrid gives it another ``sg_event_id`` when it tells it again."""


def read(headers: Mapping[str, str], body: bytes, key: str, now: datetime) -> Told | Refusal:
    """What the post says, or why it is not believed.

    ``headers`` by name in any case. ``key``: the verification key that SendGrid shows, base64 of DER.
    """
    seconds, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not _SECONDS.fullmatch(seconds) or not given:
        return Refusal.UNSIGNED
    try:
        proved = ecdsa_verifies(b64decode(key, validate=True), seconds.encode() + body, b64decode(given, validate=True))
    except ValueError:
        proved = False
    if not proved:
        return Refusal.FORGED
    if not fresh(moment(int(seconds)), now, NEAR):
        return Refusal.STALE
    value = parsed(body)
    if not isinstance(value, list):
        return Refusal.UNREADABLE
    found = [(_key(each), told(each)) for each in value]
    events = {key: Event(key=key, reports=(report,)) for key, report in found if report}
    return Told(events=tuple(events.values()), ignored=sum(not report for _, report in found))


def _key(value: object) -> str:
    return json.dumps([part(value, name) for name in _IDENTITY])


def told(value: object) -> Report | None:
    """The report of one event; None where it is of another kind."""
    event = text(value, "event")
    words = said(text(value, "reason") or text(value, "response"))
    code, enhanced = reply(words)
    enhanced = status(text(value, "status")) or enhanced
    recipient = address(text(value, "email"))
    match event:
        case "bounce":
            kind = _bounce(value, code, enhanced, words, recipient)
        case "dropped":
            kind = _DROPPED.get(words.lower(), Kind.NOTHING)
        case _:
            known = _EVENTS.get(event)
            if known is None:
                return None
            kind = known
    return Report(
        kind=kind,
        source="sendgrid",
        recipient=recipient,
        message_id=message_id(text(value, "smtp-id")),
        status=enhanced,
        code=code,
        text=words,
        at=moment(part(value, "timestamp")),
    )


def _bounce(value: object, code: int, enhanced: str, words: str, recipient: str) -> Kind:
    known = _CLASSES.get(text(value, "bounce_classification").lower())
    # "blocked" is what may be accepted another day.
    permanent = text(value, "type") != "blocked"
    return known or classify.kind(code, enhanced, words, domain=domain(recipient), permanent=permanent)
