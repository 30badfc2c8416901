"""What tests of returned mail stand on: a site's post, an issue that went out, reports about its mails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from builders import AT, make_issue
from fakes import CONFIG, plan_rows

from publisher.config import parse
from publisher.delivery import link, mail
from publisher.delivery.bounces.report import Kind, Report
from publisher.delivery.delivery import State
from publisher.delivery.ledger import delivery_table
from publisher.delivery.mail import Post
from publisher.issues import store as issues
from publisher.issues.issue import State as IssueState
from publisher.templates import Templates
from subscribers import store as readers
from subscribers.tokens import Keys, Purpose, leave_mark, return_path, sign

KEYS = Keys((b"k" * 32,))
OTHERS = Keys((b"x" * 32,))
"""Those of somebody who forges."""
BOUNCES = "{transport: folder, bounces: {address: bounce@tideline.example%s}}"


def make_post(
    database: Any, folder: Path, more: str = "", *, environ: Mapping[str, str] = MappingProxyType({})
) -> Post:
    text = CONFIG.format(approvals=1, delivery=BOUNCES % more)
    config = parse(text.encode(), folder / "config.yaml", environ)
    return Post(config=config, database=database, templates=Templates(folder / "templates"), keys=KEYS, media=folder)


def went_out(database: Any, ids: Iterable[int], *, at: datetime = AT, id: str = "weekly-2025-06-30") -> Any:
    """An issue that all of these readers were sent, and whose mails a relay took."""
    ids = list(ids)
    with database.write() as connection:
        issue = issues.insert(connection, make_issue(id=id, state=IssueState.SENT, slot=at, sent=at))
    plan_rows(database, issue, ids)
    with database.write() as connection:
        mine = delivery_table.c.issue == issue.id
        connection.execute(sa.update(delivery_table).where(mine).values(state=State.ACCEPTED.value, at=at))
    return issue


def mark(reader: int, issue: Any, keys: Keys = KEYS) -> str:
    return return_path(keys, link.joined(reader, issue.serial))


def leaving(reader: int, keys: Keys = KEYS) -> str:
    return leave_mark(keys, reader)


def code(reader: int, keys: Keys = KEYS) -> str:
    return sign(keys, Purpose.UNSUB, reader, None)


def message_id(post: Post, reader: int, issue: Any, keys: Keys = KEYS) -> str:
    return mail.message_id(keys, issue.id, reader, post.config.newsletters["weekly"].sender)


def report(kind: Kind = Kind.INVALID, **changes: Any) -> Report:
    values: dict[str, Any] = {
        "source": "mail", "recipient": "r1@example.org", "status": "5.1.1", "code": 550,
        "text": "user unknown", "server": "mx.example.org",
    }  # fmt: skip
    return Report(kind=kind, **(values | changes))


def status(database: Any, reader: int) -> str:
    with database.read() as connection:
        return readers.get(connection, reader).status.value


def dsn(address: str, recipient: str = "r1@example.org", status: str = "5.1.1") -> bytes:
    """A delivery status notification to that address, as Postfix writes them (RFC 3464)."""
    return "\n".join(
        [
            "Return-Path: <>",
            f"Delivered-To: {address}",
            "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)",
            f"To: {address}",
            "Subject: Undelivered Mail Returned to Sender",
            "Date: Mon, 30 Jun 2025 08:05:00 +0000",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "I'm sorry to have to inform you that your message could not be delivered.",
            "",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            "Action: failed",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; 550 {status} <{recipient}>: user unknown",
            "",
            "--b--",
            "",
        ]
    ).encode()
