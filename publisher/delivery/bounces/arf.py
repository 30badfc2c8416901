"""Feedback reports: a reader called our mail spam, says the provider (RFC 5965, Outlook.com's own form). Pure."""

from __future__ import annotations

import re
from email.message import Message

from publisher.delivery.bounces import parse, returned
from publisher.delivery.bounces.report import Kind, Report

RECIPIENTS = 1_000
_TYPE = "message/feedback-report"
# RFC 5965 7.3; "opt-out" and "opt-out-list" stood in its drafts and are still sent. The rest asks nothing of us.
_KINDS = {
    "abuse": Kind.COMPLAINT,
    "fraud": Kind.COMPLAINT,
    "opt-out": Kind.COMPLAINT,
    "opt-out-list": Kind.COMPLAINT,
    "virus": Kind.POLICY,
}
_RECIPIENT = ("Original-Rcpt-To", "Removal-Recipient", "Original-Recipient")
_JUNK = re.compile(r"complaint about message from\b", re.IGNORECASE)
_MICROSOFT = re.compile(r"@(?:hotmail|outlook|live|microsoft)\.com\b", re.IGNORECASE)


def read(message: Message) -> list[Report]:
    """A report for each reader that it names, or one for nobody known; none where it is no feedback report."""
    found: list[Report] = []
    for part in parse.parts(message):
        if part.get_content_type() == _TYPE:
            for group in parse.blocks(part):
                found += _reports(group)
    return (found or _junk(message))[:RECIPIENTS]


def _reports(group: Message) -> list[Report]:
    feedback = parse.field(group, "Feedback-Type").lower()[:100]
    addresses = [parse.address(value) for value in parse.every(group, *_RECIPIENT)]
    # Some providers hide the reader: then only the mark or the link tells who it was.
    named = list(dict.fromkeys(address for address in addresses if address and not _is_hidden(address)))
    if not feedback:
        return []
    return [
        Report(
            kind=_KINDS.get(feedback, Kind.NOTHING),
            source="mail",
            recipient=recipient,
            marks=returned.marks(parse.every(group, "Original-Mail-From")),
            text=feedback,
            server=parse.field(group, "Reporting-MTA").rpartition(";")[2].strip()[:255],
            at=parse.moment(parse.field(group, "Arrival-Date") or parse.field(group, "Received-Date")),
        )
        for recipient in named or [""]
    ]


def _is_hidden(address: str) -> bool:
    local = address.partition("@")[0].lower()
    return "redacted" in local or "removed" in local or not local.strip("x*")


def _junk(message: Message) -> list[Report]:
    """Outlook.com's junk mail reports: a mail that holds the reader's, and says who they are in a field of its own."""
    subject, sender = parse.field(message, "Subject"), parse.field(message, "From")
    back = returned.of(message)
    if not (_JUNK.match(subject) and _MICROSOFT.search(sender) and back != returned.Returned()):
        return []
    return [Report(kind=Kind.COMPLAINT, source="mail", recipient=back.recipient, text=subject[:500])]
