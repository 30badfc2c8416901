"""What a mail that came to the bounce address says: who did not get ours, who complained, who leaves. Pure."""

from __future__ import annotations

from dataclasses import replace
from email.message import Message

from publisher.delivery.bounces import arf, automatic, dsn, parse, prose, returned
from publisher.delivery.bounces.report import Kind, Report
from publisher.text import one_line

_REACHED = (
    "To", "Cc", "Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-To",
    "X-Forwarded-To",
)  # fmt: skip


def read(raw: bytes) -> list[Report]:
    """A report for each recipient that the mail tells of; for one that tells nothing of us an empty list.

    It never raises, whatever the bytes are. What programs send to people's mails (out of office, challenges) is
    NOTHING; what a person sends to an address with a mark is LEAVE, until the mark is proved to be one for leaving.
    """
    message = parse.parse(raw)
    if message is None:
        return []
    reached = returned.marks(parse.every(message, *_REACHED))
    found = dsn.read(message) or arf.read(message)
    if found:
        return _known(found, message, reached, returned.of(message))
    if automatic.is_daemon(message) and not automatic.is_reply(message):
        found = prose.read(message)
        if found:
            ours = returned.of(message)
            ours = prose.back(message) if ours == returned.Returned() else ours
            return _known(found, message, reached, ours)
    if automatic.is_program(message):
        return _known([_plain(Kind.NOTHING, message)], message, reached, returned.Returned())
    if reached:
        return _known([_plain(Kind.LEAVE, message)], message, reached, returned.Returned())
    return []


def _plain(kind: Kind, message: Message) -> Report:
    author = parse.address(parse.field(message, "From"))
    return Report(kind=kind, source="mail", recipient=author, text=parse.field(message, "Subject")[:500])


def _known(found: list[Report], message: Message, reached: tuple[str, ...], ours: returned.Returned) -> list[Report]:
    """The reports with all that tells whose mail it was, and when."""
    at = parse.moment(parse.field(message, "Date"))
    alone = ours.recipient if len(found) == 1 else ""
    return [
        replace(
            report,
            recipient=one_line(report.recipient or alone),
            text=one_line(report.text),
            server=one_line(report.server),
            marks=tuple(dict.fromkeys((*reached, *report.marks, *ours.marks)))[: returned.MOST],
            links=ours.links,
            message_id=ours.message_id,
            at=report.at or at,
        )
        for report in found
    ]
