"""Sends from a terminal: the sender runs here, with a bar, until the issue is done; signals stop it cleanly."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING

from publisher.cli.context import Context, progress
from publisher.delivery import ledger, steer
from publisher.delivery.delivery import Counts
from publisher.delivery.mail import LOOK_AGAIN
from publisher.delivery.sender import PATIENCE, Sender, sending_alone
from publisher.issues import store
from publisher.issues.issue import Issue, State

if TYPE_CHECKING:
    from publisher.app import App

POLL = 0.1
"""Seconds between two looks at the ledger."""
TAKE_OVER = 50
"""Looks at another process's sending after which this one asks whether that one is still there."""


def send(app: App, context: Context, id: str, *, wait: bool) -> tuple[Issue, Counts]:
    """The issue and its accounting once it is done, paused or stopped, or only deferred messages are left to others.

    Where another process (``serve``) is the site's sender, that one sends and this one watches, and takes over should
    the other end.
    """
    steer.queue(app.post, id, app.clock.now())
    told = False
    with terminable():
        while True:
            with sending_alone(app.database) as alone:
                if alone:
                    return _send(app, context, id, wait=wait)
            if not told:
                context.say("another process sends for this site; watching it")
                told = True
            if (done := _watch(app, id, None, wait=wait, looks=TAKE_OVER)) is not None:
                return done


def _send(app: App, context: Context, id: str, *, wait: bool) -> tuple[Issue, Counts]:
    sender = app.sender()
    try:
        if left := sender.recover():
            context.say(f"{left} messages were on their way when the program last stopped; the ledger is settled")
        done = _watch(app, id, sender, wait=wait)
        assert done is not None  # a sender looks until the issue is over
        if done[0].state is State.HELD:
            context.say(f"{id} is held: {done[0].note}; {LOOK_AGAIN}")
        return done
    finally:
        sender.stop()


def send_due(app: App) -> None:
    """Sends everything that is due now, without waiting for what is deferred."""
    with sending_alone(app.database) as alone, terminable():
        if not alone:
            return
        sender = app.sender()
        sender.recover()
        try:
            while True:
                busy = sender.busy()  # asked first: what ends after this answer is seen by the reconcile after it
                if not sender.reconcile() and not busy:
                    return
                sender.step()
                time.sleep(POLL / 5)
                if sender.trouble.error is not None and sender.trouble.tries >= len(PATIENCE):
                    raise sender.trouble.error
        finally:
            sender.stop()


def _watch(app: App, id: str, sender: Sender | None, *, wait: bool, looks: int = 0) -> tuple[Issue, Counts] | None:
    """The issue and its accounting once it is over; None where it is not after so many looks (0: until it is)."""
    told = ""
    with progress(id) as move:
        for look in count(1):
            if sender is not None:
                sender.step()
            with app.database.read() as connection:
                issue, counts = store.get(connection, id), ledger.counts(connection, id)
            move(counts.planned - counts.open, counts.planned)
            if _over(issue, counts, wait=wait) and (sender is None or not sender.busy()):
                return issue, counts
            if sender is not None and sender.trouble.error is not None:
                told = _tell(sender, told)
            if look == looks:
                break
            time.sleep(POLL)
    return None


def _tell(sender: Sender, told: str) -> str:
    """Says once what is in the way; gives up after ``PATIENCE``."""
    from publisher import log

    error = sender.trouble.error
    assert error is not None
    if sender.trouble.tries >= len(PATIENCE):
        raise error
    if (text := error.line()) != told:
        log.trouble("sending.waits", error, hint=error.hint)
    return text


def _over(issue: Issue, counts: Counts, *, wait: bool) -> bool:
    if issue.state not in {State.QUEUED, State.SENDING}:
        return True
    return not wait and issue.state is State.SENDING and not counts.pending and not counts.sending


class Turn:
    """A service's turn to send for its site: taken as soon as no other process has it, and kept to the end."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._held = ExitStack()
        self._sender: Sender | None = None
        self._state = ""
        self._lock = Lock()

    def step(self) -> None:
        """Wakes what is to be sent now; call it every moment."""
        with self._lock:
            if self._state == "over":
                return
            if self._sender is None:
                self._take()
            if self._sender is not None:
                self._sender.step()

    def _take(self) -> None:
        from publisher import log

        with ExitStack() as held:
            if not held.enter_context(sending_alone(self._app.database)):
                if not self._state:
                    log.event("sender.elsewhere", why="another process sends for this site")
                self._state = "elsewhere"
                return
            sender = self._app.sender()
            held.callback(sender.stop)  # before the lock goes: nobody else may send until the last lane has settled
            sender.recover()
            self._held = held.pop_all()
        self._sender = sender

    def stop(self) -> None:
        """Lets what is on its way finish, and gives the turn away."""
        with self._lock:
            self._state = "over"
            self._held.close()


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C: what is on its way is finished and settled first."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
