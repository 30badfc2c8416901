"""Whether a report is about a mail of ours: only what we wrote into the mail ourselves proves it.

Anybody can write to the address of bounces. A mark of a return path, the code of an unsubscribe link and a Message-ID
are keyed hashes that only the mail's reader, and who carried it, can know.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hmac import compare_digest

from publisher.db.engine import Connection
from publisher.delivery import link
from publisher.delivery.bounces import store
from publisher.delivery.bounces.report import Kind, Report
from publisher.delivery.mail import message_code
from subscribers import store as readers
from subscribers.error import AddressError
from subscribers.subscriber import Subscriber
from subscribers.tokens import Keys, Purpose, read_leave_mark, read_return_path, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Whose mail a report is about."""

    reader: int
    issue: str = ""
    """Empty where the report does not say."""
    by_link: bool = False
    """Nothing but an unsubscribe link proves it, which a forwarded mail holds too."""


@dataclass(slots=True)
class Judge:
    """Proves the reports of one transaction."""

    connection: Connection
    keys: Keys
    now: datetime
    _recent: list[str] | None = field(default=None)

    def prove(self, report: Report, *, trusted: bool) -> Proved | None:
        """The reader and the issue, or None where nothing proves them.

        A wish to leave is proved by a leave mark alone, and a leave mark proves nothing else: an automatic answer to
        a digest unsubscribes nobody. ``trusted``: whoever reports proved themselves, the address is enough.
        """
        if report.kind is Kind.LEAVE:
            number = _one({read_leave_mark(self.keys, mark) for mark in report.marks})
            found = Proved(reader=number) if number is not None else None
        else:
            found = self._by_mark(report) or self._by_message_id(report) or self._by_link(report)
        if found is None and trusted and (reader := self._addressed(report)):
            found = Proved(reader=reader.id, issue=self._issue(report, reader.id))
        return replace(found, by_link=False) if found and trusted else found

    def _by_mark(self, report: Report) -> Proved | None:
        numbers = {number for mark in report.marks if (number := read_return_path(self.keys, mark)) is not None}
        if len(numbers) != 1:  # marks of two mails in one report prove neither
            return None
        reader, serial = link.parted(numbers.pop())
        return Proved(reader=reader, issue=store.issue_of(self.connection, serial))

    def _by_link(self, report: Report) -> Proved | None:
        reader = _one({verify(self.keys, Purpose.UNSUB, code, self.now) for code in report.links})
        if reader is None:
            return None
        issue = self._issue(report, reader)  # a Message-ID of this reader's proves, whoever they say it went to
        return Proved(reader=reader, issue=issue, by_link=not issue)

    def _by_message_id(self, report: Report) -> Proved | None:
        reader = self._addressed(report)
        issue = self._issue(report, reader.id) if reader else ""
        return Proved(reader=reader.id, issue=issue) if reader and issue else None

    def _addressed(self, report: Report) -> Subscriber | None:
        if not report.recipient:
            return None
        try:
            return readers.by_address(self.connection, report.recipient)
        except AddressError:
            return None

    def _issue(self, report: Report, reader: int) -> str:
        """The recent issue whose mail to the reader has this Message-ID; empty where it is none."""
        code = report.message_id.removeprefix("<").partition("@")[0].encode("utf-8", "replace")
        if len(code) != 32:  # hexadecimal digits of tokens.mac
            return ""
        if self._recent is None:
            self._recent = store.recent_issues(self.connection)
        found = [
            issue for issue in self._recent if compare_digest(message_code(self.keys, issue, reader).encode(), code)
        ]
        return found[0] if found else ""


def unproved(report: Report) -> str:
    """Why a report proves nothing, for who looks into a log."""
    if report.kind is Kind.LEAVE:
        return "it did not come to the address of a reader's List-Unsubscribe"
    parts = (("mark", report.marks), ("link", report.links), ("Message-ID", report.message_id))
    held = ", ".join(name for name, there in parts if there)
    return f"not ours, or not of this reader: {held}" if held else "it holds no mark, link or Message-ID"


def _one(found: set[int | None]) -> int | None:
    """The only number among what was found, or None."""
    numbers = found - {None}
    return numbers.pop() if len(numbers) == 1 else None
