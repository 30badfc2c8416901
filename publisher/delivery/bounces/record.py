"""From what somebody reports to what becomes of the reader: proved, kept once, acted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from publisher import log
from publisher.db import alarm
from publisher.db.engine import Connection
from publisher.delivery.bounces import judge, store
from publisher.delivery.bounces.proof import Judge, Proved, unproved
from publisher.delivery.bounces.report import Kind, Report
from publisher.delivery.bounces.store import Bounce
from publisher.delivery.mail import Post
from publisher.digest.headers import clean
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import UnknownError
from subscribers.subscriber import Subscriber

ALARM = "bounces"
"""Kind of the alarm about an issue whose mails come back in a burst; its subject is the issue's id."""
_LARGEST, _SHORT, _LONG = 999, 255, 500
_HOW = {Kind.INVALID: "bounce", Kind.SOFT: "bounce", Kind.COMPLAINT: "complaint", Kind.LEAVE: "mail"}


class Outcome(StrEnum):
    """What became of a report."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    """It was recorded before."""
    UNPROVED = "unproved"
    """Nothing in it shows that it is about a mail of ours: it may be forged, and nothing is done."""
    UNKNOWN = "unknown"
    """The reader is not on the list any more."""
    IGNORED = "ignored"
    """There is nothing to act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A report's outcome, as it may be shown: the address is shortened."""

    outcome: Outcome
    kind: Kind
    address: str = ""
    """The reader's; where none is proved, the one that the report names."""
    issue: str = ""
    act: Act | None = None
    """What was done to the reader; None where that changed nothing."""
    text: str = ""
    named: str = ""
    """Of what is not proved the address as the report names it, in full: for who runs a command, never for a log."""
    why: str = ""
    """Why it is not proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The reports of one message or event."""

    digest: str
    reports: Sequence[Report]


def fingerprint(raw: bytes) -> str:
    """The hash by which a message is known again, whether it comes from a file, a Maildir or a server."""
    # Line ends differ between them, and an mbox ends each message with an empty line.
    return blake2b(raw.replace(b"\r\n", b"\n").rstrip(b"\n"), digest_size=16).hexdigest()


def record(
    post: Post, reports: Sequence[Report], now: datetime, *, digest: str, trusted: bool = False
) -> list[Recorded]:
    """What became of each report of a message, in one transaction; the same ``digest`` again is a duplicate.

    ``trusted`` says that whoever reports proved themselves: an address is enough then. Raises ``StoreError`` where
    the database cannot be used now: nothing is recorded, and the same call may be made again.
    """
    return record_all(post, [Told(digest=digest, reports=reports)], now, trusted=trusted)[0]


def record_all(post: Post, told: Sequence[Told], now: datetime, *, trusted: bool = False) -> list[list[Recorded]]:
    """The same for several messages in one transaction."""
    if not any(report.kind is not Kind.NOTHING for each in told for report in each.reports):
        return [[_ignored(report) for report in each.reports] for each in told]
    with post.database.write() as connection:
        recorder = _Recorder(connection, Judge(connection, post.keys, now), now, trusted=trusted)
        done = [
            [recorder.take(report, each.digest, place) for place, report in enumerate(each.reports)] for each in told
        ]
        alarms = recorder.watch()
    for issue, text in alarms:
        log.warning("bounce.burst", issue=issue, why=text)
    _tell(recorded for each in done for recorded in each)
    return done


class _Recorder:
    """Takes the reports of one transaction."""

    def __init__(self, connection: Connection, prover: Judge, now: datetime, *, trusted: bool) -> None:
        self._connection, self._prover, self._now, self._trusted = connection, prover, now, trusted
        self._burst: set[str] = set()

    def take(self, report: Report, digest: str, place: int) -> Recorded:
        """What becomes of it."""
        if report.kind is Kind.NOTHING:
            return _ignored(report)
        proved = self._prover.prove(report, trusted=self._trusted)
        if proved is None:
            return _unproved(report)
        reader = readers.by_id(self._connection, proved.reader)
        if reader is None:
            return _recorded(Outcome.UNKNOWN, report, issue=proved.issue)
        if proved.by_link:
            report = replace(report, kind=judge.BY_LINK.get(report.kind, report.kind))
        bounce = _bounce(report, proved, digest, place, self._now)
        if store.has(self._connection, digest, place):
            return _recorded(Outcome.DUPLICATE, report, reader, issue=proved.issue)
        if not store.flooded(self._connection, bounce) and not store.append(self._connection, bounce):
            return _recorded(Outcome.DUPLICATE, report, reader, issue=proved.issue)
        if proved.issue and report.kind in {Kind.INVALID, Kind.COMPLAINT, Kind.POLICY}:
            self._burst.add(proved.issue)
        act = self._act(bounce, reader, judge.ACTS_BY_LINK if proved.by_link else judge.ACTS)
        return _recorded(Outcome.RECORDED, report, reader, issue=proved.issue, act=act)

    def _act(self, bounce: Bounce, reader: Subscriber, acts: Mapping[Kind, Act]) -> Act | None:
        """Does to the reader what the bounce asks for; None where nothing changed."""
        act = acts.get(bounce.kind)
        if bounce.kind is Kind.SOFT and self._worn_out(reader):
            act = Act.BOUNCE
        # Whoever agreed anew since then has a mailbox again; a complaint or a wish to leave holds whatever its date.
        if act is None or (act is Act.BOUNCE and reader.consent_at is not None and bounce.at < reader.consent_at):
            return None
        try:
            how = _HOW[bounce.kind]
            after = readers.act(self._connection, reader.id, act, now=self._now, how=how, text=bounce.reply)
        except UnknownError:  # erased by another process since we looked
            return None
        return act if after.status is not reader.status else None

    def _worn_out(self, reader: Subscriber) -> bool:
        came = store.soft(self._connection, reader.id)
        if reader.consent_at is not None:
            came = [each for each in came if each.at >= reader.consent_at]
        delivered = store.delivered(self._connection, reader.id, came[0].at) if came else []
        return judge.worn_out(came, delivered, self._now)

    def watch(self) -> list[tuple[str, str]]:
        """Raises an alarm for each issue whose mails come back in a burst; the new ones: (issue, sentence)."""
        since, new = self._now - judge.WITHIN, []
        for issue in sorted(self._burst):
            bad = store.touched(self._connection, issue, (Kind.INVALID, Kind.COMPLAINT), since)
            refused = store.touched(self._connection, issue, (Kind.POLICY,), since)
            if max(bad, refused) <= judge.BURST:  # the ledger's rows may be a million: they are counted last
                continue
            text = judge.burst(bad, refused, store.accepted(self._connection, issue))
            if text and alarm.raise_(self._connection, ALARM, issue, self._now, text):
                new.append((issue, text))
        return new


def calm(post: Post, now: datetime) -> list[str]:
    """Ends the alarms of issues for which no report of the last hour was one of a burst; ids of these issues.

    Costs one look-up where no alarm stands. Raises ``StoreError`` where the database cannot be used.
    """
    with post.database.read() as connection:
        over = [each.subject for each in alarm.standing(connection, ALARM) if each.seen + judge.WITHIN <= now]
    if over:
        with post.database.write() as connection:
            over = [issue for issue in over if alarm.end(connection, ALARM, issue, now, seen=now - judge.WITHIN)]
    for issue in over:
        log.event("bounce.calm", issue=issue)
    return over


def _bounce(report: Report, proved: Proved, digest: str, place: int, now: datetime) -> Bounce:
    told = report.at if report.at is not None and report.at.tzinfo is not None else now
    return Bounce(
        reader=proved.reader,
        issue=proved.issue,
        at=min(told, now),  # no other clock says what is yet to come
        kind=report.kind,
        code=report.code if 0 <= report.code <= _LARGEST else 0,
        status=clean(report.status)[:_SHORT],
        text=clean(report.text)[:_LONG],
        server=clean(report.server)[:_SHORT],
        source=report.source,
        digest=digest,
        position=place,
    )


def _ignored(report: Report) -> Recorded:
    return _recorded(Outcome.IGNORED, report)


def _unproved(report: Report) -> Recorded:
    named = clean(report.recipient)[:_SHORT]
    return replace(_recorded(Outcome.UNPROVED, report), named=named, why=unproved(report))


def _recorded(
    outcome: Outcome, report: Report, reader: Subscriber | None = None, *, issue: str = "", act: Act | None = None
) -> Recorded:
    address = reader.address if reader else report.recipient
    short = log.short_address(address) if address else ""
    return Recorded(outcome=outcome, kind=report.kind, address=short, issue=issue, act=act, text=report.text)


def _tell(done: Iterable[Recorded]) -> None:
    for each in done:
        if each.outcome is Outcome.RECORDED:
            log.event(
                "bounce.recorded",
                address=each.address,
                bounce=each.kind.value,
                issue=each.issue,
                act=each.act.value if each.act else "",
            )
        elif each.outcome is Outcome.UNPROVED:
            log.event("bounce.unproved", address=each.address, bounce=each.kind.value, why=each.why)
