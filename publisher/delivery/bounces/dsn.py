"""Delivery status notifications: what a mail server says of each recipient (RFC 3464). Pure."""

from __future__ import annotations

import re
from email.message import Message

from publisher.delivery.bounces import classify, parse, telling
from publisher.delivery.bounces.report import Kind, Report

RECIPIENTS = 1_000
"""Recipients read of one notification."""
SHARED = 5
"""Groups of fields that speak of the whole mail: one, but for empty lines too many."""
_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_AS_TEXT = re.compile(
    r"^(?:final|original)-recipient:.{1,1000}^(?:action|status):", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_TYPED = re.compile(r"[\w.-]{1,40}\s?;\s?(?P<value>.*)", re.ASCII | re.DOTALL)
_UNTRIED = {"delayed", "delivered", "relayed", "expanded"}
# Of what xtext writes as +XX (RFC 3461 4), only these stand in addresses that people have.
_XTEXT = {"+2B": "+", "+3D": "="}
_UNICODE = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}", re.ASCII)


def read(message: Message) -> list[Report]:
    """A report for each recipient that the notification tells of; none where it is no notification."""
    found: list[Report] = []
    for part in parse.parts(message):
        groups = _groups(part)
        shared = [group for group in groups if not _is_of_recipient(group)][:SHARED]
        bare = any(_is_of_recipient(group) and "Diagnostic-Code" not in group for group in groups)
        human = telling.reason(telling.human(message)) if bare else ""
        found += [_report(group, shared, human) for group in groups if _is_of_recipient(group)]
    return found[:RECIPIENTS]


def _groups(part: Message) -> list[Message]:
    if part.get_content_type() in _TYPES:
        return parse.blocks(part)
    if part.get_content_maintype() == "text" and _AS_TEXT.search(plain := parse.text(part)):
        return parse.blocks_of(plain)
    return []


def _is_of_recipient(group: Message) -> bool:
    return "Final-Recipient" in group or "Original-Recipient" in group


def _report(group: Message, shared: list[Message], human: str) -> Report:
    recipient = recipient_of(parse.field(group, "Final-Recipient"))
    recipient = recipient or recipient_of(parse.field(group, "Original-Recipient"))
    told = parse.field(group, "Status")
    said = _value(parse.field(group, "Diagnostic-Code"))
    action = parse.field(group, "Action").lower().partition(" ")[0].rstrip(";,.")
    if not said and action not in _UNTRIED:
        said = human
    status, code = classify.enhanced(told, said), classify.code(said)
    if action in _UNTRIED or (not action and status.startswith("2.")):
        kind = Kind.NOTHING
    else:
        kind = classify.kind(code, told, said, domain=recipient.rpartition("@")[2])
    groups = [group, *shared]
    return Report(
        kind=kind,
        source="mail",
        recipient=recipient,
        status=status,
        code=code,
        text=said[: telling.LONGEST],
        server=_value(_first(groups, "Remote-MTA") or _first(groups, "Reporting-MTA"))[:255],
        at=parse.moment(_first(groups, "Last-Attempt-Date") or _first(groups, "Arrival-Date")),
    )


def _first(groups: list[Message], name: str) -> str:
    return next((value for group in groups if (value := parse.field(group, name))), "")


def _value(field: str) -> str:
    """What follows the type of a field such as ``smtp; 550 no`` (RFC 3464 2.1.2)."""
    match = _TYPED.fullmatch(field)
    return match["value"].strip() if match else field


def recipient_of(field: str) -> str:
    """The address of such a field, decoded; empty for one that is none, as of X.400."""
    value = _UNICODE.sub(_letter, _value(field))  # (RFC 6533 3)
    if "@" not in value:
        value = value.replace("+40", "@", 1)
    for coded, char in _XTEXT.items():
        value = value.replace(coded, char)
    return parse.address(value)


def _letter(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 0x20 < number < 0xD800 or 0xE000 <= number < 0x110000 else ""
