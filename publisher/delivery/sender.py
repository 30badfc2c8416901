"""Sends: plans an issue's deliveries, leads them through the transport, closes it when all are accounted for."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from publisher import log
from publisher.db.engine import Connection as Reading
from publisher.db.engine import Database
from publisher.delivery import ledger
from publisher.delivery.delivery import Counts, Leased, Outcome, Receipt, State
from publisher.delivery.engine import LocalEngine, Wake
from publisher.delivery.plan import Row
from publisher.delivery.retry import settle
from publisher.delivery.transport import Connection, Envelope, Transport
from publisher.errors import NotFoundError, PublisherError, StateError, StoreError, TransportError
from publisher.issues import store
from publisher.issues.issue import Issue, advance
from publisher.issues.issue import State as IssueState

PATIENCE = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds to wait after a relay that cannot be reached; a command gives up after as many tries, a service goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message ready for the wire, and its envelope."""

    envelope: Envelope
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What sending needs from the rest of the program; each is a function, so that a test can give its own."""

    database: Database
    transport: Transport
    now: Callable[[], datetime]
    compose: Callable[[Leased, datetime], Message]
    """The message of a delivery. Raises ``PublisherError`` where it cannot be made."""
    plan: Callable[[Issue, datetime], Iterator[Row]]
    """The rows of an issue; freezes the editions they name."""
    deadline: Callable[[Issue], datetime]
    """After this moment nothing of the issue is sent."""
    resend: bool = False
    """Whether a message whose outcome a crash hid goes out again (``delivery.uncertain: resend``)."""


UNSENT = Outcome(state=State.PENDING)
BROKEN = Outcome(state=State.UNCERTAIN, reply="the program broke while this message was on its way")


@dataclass(slots=True)
class Trouble:
    """Why nothing leaves at the moment."""

    error: PublisherError | None = None
    tries: int = 0
    until: float = 0.0


@dataclass(slots=True)
class _Pace:
    """Spaces messages evenly (GCRA with no burst): each caller gets its own moment."""

    rate: float
    next: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def go(self, stopping: threading.Event) -> bool:
        """True at the caller's moment; False as soon as all are to stop."""
        if not self.rate:
            return not stopping.is_set()
        with self.lock:
            mine = max(self.next, time.monotonic())
            self.next = mine + 1 / self.rate
        return not stopping.wait(max(0.0, mine - time.monotonic()))


class Sender:
    """The one sending process of a site: lanes over the transport, woken by ``reconcile``."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.trouble = Trouble()
        self._stopping = threading.Event()
        self._claimed: set[tuple[str, int]] = set()
        self._owed: list[tuple[Leased, Outcome]] = []
        self._deadlines: dict[str, datetime] = {}
        self._orphans: set[str] = set()
        self._lock = threading.Lock()
        self._pace = _Pace(work.transport.rate)
        self._engine = LocalEngine(
            {"expand": self.expand, "lane": self.lane, "close": self.close_issue, "settle": self.settle_owed},
            workers=max(2, work.transport.connections + 1),
            failed=self._failed,
        )

    def step(self) -> None:
        """Wakes what the tables ask for now; call it every moment."""
        if time.monotonic() < self.trouble.until:
            return
        wake = Wake("reconcile", "")
        try:
            self._engine.defer_all(self.reconcile())
        except PublisherError as error:  # a database that is locked for a moment ends no service
            self._failed(wake, error)

    def busy(self) -> bool:
        """Whether something runs at this moment."""
        return not self._engine.idle()

    def stop(self) -> None:
        """Lets every lane finish its message and settle it."""
        self._stopping.set()
        self._engine.stop()
        self.settle_owed()

    def reconcile(self) -> list[Wake]:
        """What should be running, read from the tables."""
        now = self.work.now()
        wakes = [Wake("settle", "")] if self._owed else []
        shards = 0
        with self.work.database.read() as connection:
            for issue, deadline in self._active(connection, IssueState.QUEUED, IssueState.SENDING):
                if issue.state is IssueState.QUEUED:
                    wakes.append(Wake("expand", issue.id))
                elif now > deadline or not ledger.counts(connection, issue.id).open:
                    wakes.append(Wake("close", issue.id))
                else:
                    shards += len(ledger.due_shards(connection, issue.id, now))
        lanes = min(shards, self.work.transport.connections)
        return wakes + [Wake("lane", str(number)) for number in range(lanes)]

    def _active(self, connection: Reading, *states: IssueState) -> Iterator[tuple[Issue, datetime]]:
        """Issues in these states with their deadlines; one whose newsletter left the config stops no other."""
        for issue in store.latest(connection, states=states):
            try:
                deadline = self.work.deadline(issue)
            except NotFoundError as error:
                if issue.id not in self._orphans:
                    log.trouble("issue.orphaned", error, issue=issue.id)
                self._orphans.add(issue.id)
                continue
            yield issue, deadline

    # -- the tasks

    def expand(self, issue_id: str) -> None:
        """Plans a queued issue: its rows and its new state are one transaction, so doing it twice does nothing.

        One that waited past its deadline (the program was away, a backup was restored) is skipped, and one that is not
        what was approved is held for an editor.
        """
        now = self.work.now()
        with self.work.database.read() as connection:
            seen = store.get(connection, issue_id)
        if seen.state is not IssueState.QUEUED:
            return
        if now > self.work.deadline(seen):
            self._set_aside(seen, advance(seen, IssueState.SKIPPED, note="its deadline passed before it was sent"), now)
            return
        try:
            rows = list(self.work.plan(seen, now))
        except StateError as error:
            draft = advance(advance(seen, IssueState.APPROVED), IssueState.DRAFT)
            held = replace(advance(draft, IssueState.HELD, note=str(error)), approved_hash="", approvers=())
            self._set_aside(seen, held, now)
            return
        with self.work.database.write() as connection:
            issue = replace(advance(seen, IssueState.SENDING), sent=seen.sent or now)
            store.update(connection, issue, seen=seen)
            planned = ledger.insert(connection, issue_id, rows, now)
            store.record(connection, issue_id, "issue.sending", now=now, detail=f"{planned} deliveries")
        log.event("issue.sending", issue=issue_id, planned=planned)

    def _set_aside(self, seen: Issue, issue: Issue, now: datetime) -> None:
        with self.work.database.write() as connection:
            store.update(connection, issue, seen=seen)
            store.record(connection, issue.id, f"issue.{issue.state}", now=now, by="sender", detail=issue.note)
        log.event(f"issue.{issue.state}", issue=issue.id, why=issue.note)

    def lane(self, number: str) -> None:
        """Sends shard after shard over one connection until nothing is due; ``number`` only tells lanes apart."""
        del number
        self.settle_owed()
        with self.work.transport.open() as connection:
            self.trouble = Trouble()
            while not self._stopping.is_set() and (claim := self._claim()):
                try:
                    self._send_shard(connection, *claim)
                finally:
                    with self._lock:
                        self._claimed.discard(claim)

    def close_issue(self, issue_id: str) -> None:
        """Closes an issue whose every delivery is accounted for; past its deadline, ends what is still open first."""
        now = self.work.now()
        with self.work.database.write() as connection:
            seen = store.get(connection, issue_id)
            if seen.state is not IssueState.SENDING:
                return
            if now > self.work.deadline(seen):
                ledger.give_up(connection, issue_id, "its deadline has passed", now, deferred=State.FAILED)
            totals = ledger.counts(connection, issue_id)
            if totals.open:
                return
            check(totals, issue_id)
            store.update(connection, replace(advance(seen, IssueState.SENT), closed=now), seen=seen)
            store.record(connection, issue_id, "issue.sent", now=now, detail=f"{totals.accepted} of {totals.planned}")
        log.event("issue.sent", issue=issue_id, planned=totals.planned, accepted=totals.accepted, failed=totals.failed)

    def recover(self) -> int:
        """Settles what a process that died left in ``sending``; how many those were.

        Only for the process that holds ``sending_alone``: then every such row belongs to a dead one. The transport
        says what it knows; what it cannot know is uncertain, and by default never sent again by itself.
        """
        now = self.work.now()
        with self.work.database.read() as connection:
            left = ledger.unsettled(connection)
        for leased in left:
            outcome = self._after_crash(leased, now)
            with self.work.database.write() as connection:
                ledger.settle(connection, leased, outcome, now)
            log.event("delivery.recovered", issue=leased.issue, state=outcome.state.value)
        return len(left)

    def _after_crash(self, leased: Leased, now: datetime) -> Outcome:
        unknown = Outcome(state=State.UNCERTAIN, reply="the program was stopped while this message was on its way")
        if self.work.resend:
            unknown = Outcome(state=State.PENDING, reply="sent again under the same Message-ID after a crash")
        if not leased.address:
            return unknown
        try:
            known = self.work.transport.knows(self.work.compose(leased, now).envelope)
        except StoreError:
            raise
        except (PublisherError, ValueError) as error:
            log.trouble("delivery.unknown", error, issue=leased.issue)
            return unknown
        if known is None:
            return unknown
        if known:
            return Outcome(state=State.ACCEPTED, code=250, reply="found where the transport had put it")
        return Outcome(state=State.PENDING)

    # -- a shard

    def _claim(self) -> tuple[str, int] | None:
        """The next shard with something due that no other lane holds."""
        now = self.work.now()
        with self._lock, self.work.database.read() as connection:
            for issue, deadline in self._active(connection, IssueState.SENDING):
                if now > deadline:
                    continue
                self._deadlines[issue.id] = deadline
                for shard in ledger.due_shards(connection, issue.id, now):
                    if (issue.id, shard) not in self._claimed:
                        self._claimed.add((issue.id, shard))
                        return issue.id, shard
        return None

    def _send_shard(self, connection: Connection, issue: str, shard: int) -> None:
        """Sends what is due of a shard. Settling one message and marking the next are one transaction."""
        after, owed = -1, None
        try:
            while self._pace.go(self._stopping):
                now = self.work.now()
                with self.work.database.write() as writing:
                    if owed is not None:
                        ledger.settle(writing, *owed, now)
                    leased = ledger.take(writing, issue, shard, after, now)
                owed = None
                if leased is None:
                    return
                after = leased.subscriber
                owed = leased, UNSENT
                made = self._made(leased)
                if isinstance(made, Outcome):
                    owed = leased, made
                    continue
                owed = leased, BROKEN
                owed = leased, self._hand_over(connection, leased, made)
        except TransportError:  # by its contract nothing left
            owed = (owed[0], UNSENT) if owed is not None else None
            raise
        finally:
            if owed is not None:
                with self._lock:
                    self._owed.append(owed)
                self.settle_owed()

    def _made(self, leased: Leased) -> Message | Outcome:
        """The message, or the failure of one that cannot be made: it stops no other."""
        try:
            return self.work.compose(leased, self.work.now())
        except (StoreError, TransportError):
            raise
        except (PublisherError, ValueError) as error:
            log.trouble("delivery.failed", error, issue=leased.issue, reader=leased.subscriber)
            return Outcome(state=State.FAILED, reply=f"the message could not be made: {error}")

    def _hand_over(self, connection: Connection, leased: Leased, message: Message) -> Outcome:
        receipt = connection.send(message.envelope, message.body)
        if receipt.code:
            self.trouble.tries = 0  # the relay answers: another lane that cannot get in must not end this one
        now = self.work.now()
        deadline = self._deadlines.get(leased.issue, now + timedelta(days=1))
        key = f"{leased.issue}/{leased.subscriber}"
        outcome = settle(receipt, attempts=leased.attempts, key=key, now=now, deadline=deadline)
        if outcome.state is not State.ACCEPTED:
            _report(leased, receipt, outcome)
        return outcome

    def settle_owed(self, argument: str = "") -> None:
        """Writes the outcomes that a full disk or a locked database kept out of the ledger."""
        del argument
        with self._lock:
            owed, self._owed = self._owed, []
        for place, (leased, outcome) in enumerate(owed):
            try:
                with self.work.database.write() as connection:
                    ledger.settle(connection, leased, outcome, self.work.now())
            except BaseException:
                with self._lock:
                    self._owed.extend(owed[place:])
                raise

    def _failed(self, wake: Wake, error: Exception) -> None:
        log.trouble("task.failed", error, task=wake.key)
        known = error if isinstance(error, PublisherError) else StoreError(f"{wake.key}: {error!r}")
        with self._lock:
            if time.monotonic() < self.trouble.until:
                return  # lanes that fail together are one try
            tries = self.trouble.tries + 1
            pause = PATIENCE[min(tries, len(PATIENCE)) - 1]
            self.trouble = Trouble(known, tries, time.monotonic() + pause)


def check(totals: Counts, issue: str) -> None:
    """Raises ``StoreError`` where the accounting of an issue does not add up: a defect, never to be passed over."""
    if not totals.balanced:
        raise StoreError(f"the accounting of {issue} does not add up: {totals}", hint="do not send; report this")


def _report(leased: Leased, receipt: Receipt, outcome: Outcome) -> None:
    log.event(
        f"delivery.{outcome.state}",
        issue=leased.issue,
        reader=log.short_address(leased.address),
        code=receipt.code,
        reply=outcome.reply,
        phase=receipt.phase.value,
        retry_at=None if outcome.retry_at is None else outcome.retry_at.isoformat(),
    )


@contextmanager
def sending_alone(database: Database) -> Iterator[bool]:
    """Whether this process may send: at most one of a site does, for as long as the context lasts.

    A lock on a file beside the database, or one of the server's (it goes with the process that dies, however it dies).
    """
    if not database.sqlite:
        with database.alone() as alone:
            yield alone
        return
    if database.url.database in {None, "", ":memory:"}:
        yield True
        return
    path = Path(f"{database.url.database}.sender")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}", hint="check the folder's owner") from error
    try:
        yield _locked(descriptor, path)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        hint = "its file system has no locks: keep the database on a local disk"
        raise StoreError(f"{path} cannot be locked: {error.strerror}", hint=hint) from error
    return True
