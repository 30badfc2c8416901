"""Reports of Amazon SES, which its notification service posts, signed. Pure.

Both forms are read: notifications of an identity (``notificationType``) and events of a configuration set
(``eventType``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from publisher.delivery.bounces import classify
from publisher.delivery.bounces.providers import sns
from publisher.delivery.bounces.providers.event import (
    Event,
    Refusal,
    Told,
    address,
    domain,
    headers,
    items,
    links,
    marks,
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
from publisher.signature import rsa_verifies

_BOUNCES = {
    ("Permanent", "NoEmail"): Kind.INVALID,
    ("Permanent", "Suppressed"): Kind.INVALID,
    ("Permanent", "OnAccountSuppressionList"): Kind.INVALID,
    ("Permanent", "UnsubscribedRecipient"): Kind.LEAVE,
    ("Transient", "MailboxFull"): Kind.SOFT,
    ("Transient", "MessageTooLarge"): Kind.SOFT,
    ("Transient", "ContentRejected"): Kind.POLICY,
    ("Transient", "AttachmentRejected"): Kind.POLICY,
}
"""Where Amazon's own word decides; of all others what the receiving server said."""
_PERMANENT = {"Permanent": True, "Transient": False}
_NOT_THE_READER = {"not-spam": Kind.NOTHING, "auth-failure": Kind.POLICY, "virus": Kind.POLICY}
"""Types of feedback that are no complaint of a reader's (RFC 5965 7.3, RFC 6591 3.1)."""


def read(body: bytes, topic: str, now: datetime, certificate: Callable[[str], bytes]) -> Told | Refusal:
    """What the post says, or why it is not believed.

    ``certificate`` gets the PEM file of an address that is Amazon's; what it raises goes through.
    """
    message = sns.read(parsed(body))
    if isinstance(message, Refusal):
        return message
    refusal = sns.judge(message, topic, now)
    if refusal:
        return refusal
    if not rsa_verifies(certificate(message.certificate), message.signed, message.signature, message.algorithm, now):
        return Refusal.FORGED
    if message.type is sns.Type.END:
        return Told(ended=True)
    if message.type is sns.Type.BEGIN:
        good = sns.confirmation(message.subscribe, topic)
        return Told(confirm=message.subscribe) if good else Refusal.FORGED
    reports = told(parsed(message.text))
    return Told(events=(Event(key=message.id, reports=reports),)) if reports else Told(ignored=1)


def told(value: object) -> tuple[Report, ...]:
    """The reports of the notification inside a message; none where it is of another kind."""
    match text(value, "notificationType") or text(value, "eventType"):
        case "Bounce":
            return _bounce(value)
        case "Complaint":
            return _complaint(value)
        case _:
            return ()


def _bounce(value: object) -> tuple[Report, ...]:
    bounce, mail = part(value, "bounce"), _mail(value)
    named = (text(bounce, "bounceType"), text(bounce, "bounceSubType"))
    found = []
    for each in items(bounce, "bouncedRecipients"):
        recipient, words = address(text(each, "emailAddress")), said(text(each, "diagnosticCode"))
        code, written = reply(words)
        enhanced = status(text(each, "status")) or written
        kind = _BOUNCES.get(named) or _judged(named[0], code, enhanced, words, recipient)
        report = replace(mail, kind=kind, recipient=recipient, status=enhanced, code=code, text=words)
        found.append(replace(report, server=_server(bounce), at=moment(part(bounce, "timestamp"))))
    return tuple(found)


def _judged(type: str, code: int, enhanced: str, words: str, recipient: str) -> Kind:
    # A transient bounce that no server reported is an absent reader's automatic reply.
    if type == "Transient" and not (code or enhanced or words):
        return Kind.NOTHING
    return classify.kind(code, enhanced, words, domain=domain(recipient), permanent=_PERMANENT.get(type))


def _complaint(value: object) -> tuple[Report, ...]:
    complaint, mail = part(value, "complaint"), _mail(value)
    type = text(complaint, "complaintFeedbackType")
    report = replace(
        mail,
        kind=_NOT_THE_READER.get(type, Kind.COMPLAINT),
        text=said(type),
        at=moment(part(complaint, "timestamp")),
    )
    addresses = [address(text(each, "emailAddress")) for each in items(complaint, "complainedRecipients")]
    return tuple(replace(report, recipient=recipient) for recipient in addresses)


def _mail(value: object) -> Report:
    """What the notification tells of our mail. Amazon's own ``messageId`` is not ours: it replaces the header."""
    sent = headers(items(value, "mail", "headers"))
    return Report(
        kind=Kind.NOTHING,
        source="ses",
        marks=marks(text(value, "mail", "source"), sent.get("return-path", "")),
        links=links(sent.get("list-unsubscribe", "")),
        message_id=message_id(sent.get("message-id", "") or text(value, "mail", "commonHeaders", "messageId")),
    )


def _server(bounce: object) -> str:
    return said(text(bounce, "reportingMTA")).rpartition(";")[2].strip()
