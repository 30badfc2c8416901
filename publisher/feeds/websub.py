"""Tells WebSub hubs of feeds that changed: in the background of a service, or all that is due at once.

The hub is told by the form ``hub.mode=publish`` with a ``hub.url`` for each feed, fetches those feeds itself and hands
them to its subscribers (W3C WebSub 6, 7). What is owed stands in the outbox; a process that dies owes it still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol
from urllib.parse import urlencode

from publisher import http, log
from publisher.db.engine import Connection, Database
from publisher.errors import FetchError
from publisher.feeds import outbox, verdict
from publisher.feeds.outbox import Ping
from publisher.feeds.verdict import Fate
from publisher.text import one_line
from publisher.times import rfc3339

SETTLE = timedelta(seconds=3)
"""From the moment a sender sees a ping until it goes. By then the bytes are served: a build writes its manifest right
after the rows, and our web server answers with nothing that it looked at two seconds ago. A hub that came sooner would
fetch the old feed, and hand out nothing."""
MOST = 50
"""Feeds in one request (PubSubHubbub 0.4, 7.1: ``hub.url`` may be repeated); a form of some 10 kB."""
TIMEOUT = 10.0
"""Seconds for each step of the network. Hubs answer before they fetch."""
LEASE = timedelta(minutes=1)
"""After this long a request is over, whatever the network did, or its process is gone: its pings are due again."""
TICK = 1.0
"""Seconds between two looks at the outbox."""
GRACE = 0.5
"""Seconds that a service which ends waits for requests under way; what they achieve is else told once more."""
_ANSWER = 1 << 16
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Send(Protocol):
    """``http.request``, or what stands in for it."""

    def __call__(
        self, method: str, url: str, /, *, headers: dict[str, str], body: bytes, timeout: float, limit: int
    ) -> http.Answer:
        """The answer; raises ``FetchError`` where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinged:
    """How many pings came to which end."""

    told: int = 0
    later: int = 0
    """Put off: the hub is down or busy."""
    refused: int = 0
    """Given up; a warning says why."""

    def __add__(self, other: Pinged) -> Pinged:
        return Pinged(told=self.told + other.told, later=self.later + other.later, refused=self.refused + other.refused)


def see(database: Database, hubs: Sequence[str], now: datetime) -> datetime | None:
    """Lets the pings that no sender has seen go a moment from now: then; None where there are none.

    Pings to hubs that are not among these are dropped.
    """
    with database.read() as connection:
        if not outbox.unseen(connection, hubs):
            return None
    with database.write() as connection:
        outbox.keep_only(connection, hubs)
        return now + SETTLE if outbox.release(connection, now + SETTLE) else None


def ping_due(
    database: Database, hubs: Sequence[str], now: Callable[[], datetime], *, send: Send = http.request
) -> Pinged:
    """Sends every ping that is due and was seen; returns when each hub has had its turn.

    Each hub has a thread of its own. Raises ``StoreError`` where the database cannot be used.
    """
    pinger = Pinger(database, hubs, now, send=send)
    pinger.start()
    return pinger.finish()


@contextmanager
def pinging(
    database: Database,
    hubs: Sequence[str],
    now: Callable[[], datetime],
    *,
    send: Send = http.request,
    tick: float = TICK,
) -> Iterator[None]:
    """Sends pings as they come due, from threads of its own, for as long as the context lasts."""
    if not hubs:
        yield
        return
    pinger = Pinger(database, hubs, now, send=send)
    thread = Thread(target=pinger.run, args=(tick,), name="websub", daemon=True)
    thread.start()
    try:
        yield
    finally:
        pinger.stop()
        thread.join(GRACE)


class Pinger:
    """The pings of one process: at most one request a hub at a time, no hub waits for another."""

    def __init__(
        self, database: Database, hubs: Sequence[str], now: Callable[[], datetime], *, send: Send = http.request
    ) -> None:
        self._database, self._hubs, self._now, self._send = database, hubs, now, send
        self._stop = Event()
        # Daemons, and no pool: the interpreter waits for a pool's threads when it ends, and a hub may hang.
        self._threads: dict[str, Thread] = {}
        self._pinged: list[Pinged] = []
        self._errors: list[Exception] = []
        self._told = ""

    def run(self, tick: float) -> None:
        """Looks every ``tick`` seconds, until it is stopped; trouble is told once for as long as it stays the same."""
        while not self._stop.wait(tick):
            try:
                see(self._database, self._hubs, self._now())
                self.start()
            except Exception as error:  # noqa: BLE001 # whatever went wrong, the next look may find it mended
                self._errors.append(error)
            while self._errors:
                trouble = self._errors.pop(0)
                if str(trouble) != self._told:
                    self._told = str(trouble)
                    log.trouble("websub.failed", trouble)
            self._pinged.clear()

    def start(self) -> None:
        """Begins with each hub that a ping is due to, where none is under way to it."""
        with self._database.read() as connection:
            due = outbox.hubs_due(connection, self._now())
        for hub in due:
            if hub in self._hubs and not self._busy(hub):
                thread = Thread(target=self._serve, args=(hub,), name=f"websub {hub}", daemon=True)
                self._threads[hub] = thread
                thread.start()

    def _busy(self, hub: str) -> bool:
        return hub in self._threads and self._threads[hub].is_alive()

    def finish(self) -> Pinged:
        """What all came to, once every hub has had its turn; raises what a hub's turn raised."""
        for thread in self._threads.values():
            thread.join()
        if self._errors:
            raise self._errors[0]
        return sum(self._pinged, Pinged())

    def stop(self) -> None:
        """Begins with nothing any more, and waits a moment for what is under way."""
        self._stop.set()
        for thread in list(self._threads.values()):
            thread.join(GRACE / max(len(self._threads), 1))

    def _serve(self, hub: str) -> None:
        turn = _Turn(self._database, hub, self._now, self._send)
        try:
            turn.run(self._stop)
        except Exception as error:  # noqa: BLE001 # told or raised by whoever started this thread
            self._errors.append(error)
        finally:
            self._pinged.append(turn.tell())


_ENOUGH = 3
"""Single pings refused in a row, after which a hub need not be asked about all others."""


class _Turn:
    """Everything that is due to one hub now."""

    def __init__(self, database: Database, hub: str, now: Callable[[], datetime], send: Send) -> None:
        self._database, self._hub, self._now, self._send = database, hub, now, send
        self._told = 0
        self._later: list[Ping] = []
        self._lost: dict[tuple[Fate, str], list[Ping]] = {}

    def run(self, stop: Event) -> None:
        """Sends request after request until nothing is due, or the hub must be left alone for a while.

        A hub that failed before is asked about one feed first, then about twice as many each time: it may be just up
        again, or one of the feeds may be what it stumbles over.
        """
        refusals = 0
        with self._database.read() as connection:
            size, most = (1 if outbox.tried(connection, self._hub, self._now()) else MOST), MOST
        while not stop.is_set():
            with self._database.write() as connection:
                batch = self._due(connection, size)
            if not batch:
                return
            answer, why = self._ask(batch)
            fate = self._judge(batch[0], answer).fate
            if fate is Fate.REFUSED and len(batch) > 1:  # it may take no more than one, or not know one of them
                size = most = 1
                with self._database.write() as connection:
                    outbox.settle(connection, again=batch)
                continue
            refusals = refusals + 1 if fate is Fate.REFUSED else 0
            if refusals == _ENOUGH:  # it refuses us, not one of the feeds
                with self._database.write() as connection:
                    while more := self._due(connection, MOST):
                        batch = [*batch, *more]
            self._settle(batch, answer, why)
            if fate in {Fate.LATER, Fate.EXPIRED}:
                return
            size = min(2 * size, most)

    def _due(self, connection: Connection, limit: int) -> list[Ping]:
        now = self._now()
        return outbox.due(connection, self._hub, now, limit=limit, until=now + LEASE)

    def _ask(self, batch: Sequence[Ping]) -> tuple[http.Answer | None, str]:
        """The hub's answer, and in words what is wrong with it."""
        form = [("hub.mode", "publish"), *(("hub.url", ping.topic) for ping in batch)]
        body = urlencode(form).encode("ascii")
        try:
            answer = self._send("POST", self._hub, headers=_FORM, body=body, timeout=TIMEOUT, limit=_ANSWER)
        except FetchError as error:
            return None, str(error)
        words = answer.headers.get("location", "") or answer.body[:1000].decode("utf-8", "replace").lstrip()
        first = one_line(words.partition("\n")[0])[:200]
        return answer, f"it answers {answer.status}" + (f": {first}" if first else "")

    def _judge(self, ping: Ping, answer: http.Answer | None) -> verdict.Verdict:
        return verdict.judge(
            answer.status if answer else None,
            answer.headers if answer else {},
            attempts=ping.attempts + 1,
            noted=ping.noted,
            key=f"{ping.hub} {ping.topic}",
            now=self._now(),
        )

    def _settle(self, batch: list[Ping], answer: http.Answer | None, why: str) -> None:
        """Writes what became of the pings. A hub that is down or busy is down for all that is due now."""
        with self._database.write() as connection:
            if self._judge(batch[0], answer).fate in {Fate.LATER, Fate.EXPIRED}:
                while more := self._due(connection, MOST):
                    batch = [*batch, *more]
            done, again = list[Ping](), list[Ping]()
            for ping in batch:
                found = self._judge(ping, answer)
                if found.fate is Fate.LATER:
                    again.append(replace(ping, attempts=ping.attempts + 1, due=found.again, error=why))
                    continue
                done.append(ping)
                if found.fate is not Fate.TOLD:
                    self._lost.setdefault((found.fate, why), []).append(ping)
            outbox.settle(connection, done=done, again=again)
        self._later += again
        self._told += len(done) if answer and answer.good else 0

    def tell(self) -> Pinged:
        """What the turn came to; told to operators, too."""
        if self._told:
            log.event("websub.pinged", hub=self._hub, topics=self._told)
        if self._later:
            next_try = min(ping.due for ping in self._later if ping.due)
            why = self._later[0].error
            log.event("websub.deferred", hub=self._hub, topics=len(self._later), why=why, again=rfc3339(next_try))
        for (fate, why), pings in self._lost.items():
            log.warning(
                f"websub.{fate}", hub=self._hub, topics=len(pings), topic=pings[0].topic, why=why, hint=_HINTS[fate]
            )
        lost = sum(map(len, self._lost.values()))
        return Pinged(told=self._told, later=len(self._later), refused=lost)


_HINTS = {
    Fate.REFUSED: "correct feeds.hubs, or ask the hub why; its subscribers learn of this change when they poll",
    Fate.EXPIRED: "see whether the hub still exists; its subscribers learn of this change when they poll",
}
