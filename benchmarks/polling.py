"""A load generator of feed polls: keep-alive connections, raw HTTP/1.1, no pipelining, in a process of its own.

``capacity`` asks as fast as answers come (a closed loop); ``Readers`` poll at a given rate whether or not earlier
answers are late (an open loop): their latency counts from the moment that a poll was due, so a server that stalls is
charged for all who wait. Needs Linux: epoll, and select for sleeps of less than a millisecond.
"""

from __future__ import annotations

import json
import os
import random
import select
import socket
import subprocess
import sys
import time
from array import array
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

WARM = 0.3
"""Seconds of a closed loop that do not count."""
WARM_OPEN = 1.5
"""The same for an open one: a thousand connections were just opened, and each has yet to learn its entity tag."""
NICE = -15
"""Priority of the readers: they live on other machines, so a build must not take their time."""


@dataclass(frozen=True)
class Target:
    """What is asked of whom."""

    port: int
    paths: tuple[str, ...]
    conditional: bool
    """Whether an answer's entity tag goes into the next request for it."""


@dataclass(frozen=True)
class Capacity:
    """What a closed loop found."""

    rate: float
    """Answers a second."""
    busy: float
    """Share of its time that the generator worked: near 1, it was slower than the server."""
    answers: int
    """All of them, those of the first moments too."""
    statuses: dict[str, int]


@dataclass(frozen=True)
class Latency:
    """What an open loop found; times in milliseconds."""

    count: int
    p50: float
    p99: float
    most: float
    late: float
    """p99 of how late the generator sent a poll whose connection was free: its own part of the latency."""
    raised: bool
    """Whether it had the priority it asked for."""
    again: int
    """Connections that the server closed and readers opened again."""
    statuses: dict[str, int]


def capacity(target: Target, *, connections: int, seconds: float, processor: int | None) -> Capacity:
    """How many polls a second the server answers; the generator keeps to that processor."""
    order = {"connections": connections, "seconds": seconds, "processor": processor, "rate": 0, **asdict(target)}
    with _started(order) as process:
        answer, _ = process.communicate()
    return Capacity(**_read(process, answer))


class Readers:
    """Readers that poll at ``rate`` a second between them until ``stop``. Once made, they are at it."""

    def __init__(self, target: Target, *, connections: int, rate: float, seed: int) -> None:
        order = {"connections": connections, "rate": rate, "seed": seed, "processor": None, **asdict(target)}
        self._process = _started(order)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            self._process.kill()
            raise SystemExit("the load generator did not start")

    def stop(self) -> Latency:
        """Ends them; what they saw since they were made."""
        answer, _ = self._process.communicate()
        return Latency(**_read(self._process, answer))


def _started(order: dict[str, object]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "import polling; polling.main()", json.dumps(order)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent)


def _read(process: subprocess.Popen[bytes], answer: bytes) -> dict:
    if process.returncode != 0:
        raise SystemExit("the load generator failed")
    return json.loads(answer)


def main() -> None:
    """The generator's own process: does what its one argument orders, prints what it found."""
    order = json.loads(sys.argv[1])
    if order["processor"] is not None:
        os.sched_setaffinity(0, {order["processor"]})
    target = Target(order["port"], tuple(order["paths"]), order["conditional"])
    lines = [Line(target, number) for number in range(order["connections"])]
    if order["rate"]:
        found: Capacity | Latency = _open(lines, order["rate"], order["seed"])
    else:
        found = _closed(lines, order["seconds"])
    print(json.dumps(asdict(found)))


class Line:
    """One keep-alive connection, and the state of its reader."""

    def __init__(self, target: Target, number: int) -> None:
        path = target.paths[number % len(target.paths)]
        self._head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nAccept-Encoding: gzip\r\n".encode()
        self._address = ("127.0.0.1", target.port)
        self._conditional = target.conditional
        self._request = self._head + b"\r\n"
        self._part = b""
        self.socket: socket.socket | None = None
        self.sent = 0.0
        """When the poll was due that waits for its answer; 0: none does."""
        self.due: deque[float] = deque()

    def ask(self, moment: float, poll: Poll) -> None:
        """Sends the request; over a new connection where the server closed the last, as any client does."""
        self.sent = moment
        if self.socket is None:
            self._connect(poll)
        try:
            self.socket.send(self._request)  # it is short: the kernel takes it whole
        except (BrokenPipeError, ConnectionResetError):
            self._connect(poll)
            self.socket.send(self._request)

    def _connect(self, poll: Poll) -> None:
        self._part = b""
        self.socket = socket.create_connection(self._address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        poll.add(self)

    def answered(self, poll: Poll) -> bytes:
        """The status once the whole answer is here, else nothing."""
        try:
            data = self.socket.recv(262144)
        except BlockingIOError:
            return b""
        except ConnectionResetError:
            data = b""
        if not data:
            self._closed(poll)
            return b""
        if self._part:
            data = self._part + data
        end = data.find(b"\r\n\r\n") + 4
        status = data[9:12]
        if end > 3 and (status == b"304" or len(data) >= end + _length(data[:end])):
            self._part = b""
            if status == b"200" and self._conditional:
                tag = _field(data[:end], b"\r\netag: ")
                self._request = self._head + b"If-None-Match: " + tag + b"\r\n\r\n"
            return status
        self._part = data
        return b""

    def _closed(self, poll: Poll) -> None:
        """Asks again where the server closed while the request was on its way."""
        poll.drop(self)
        self.socket = None
        if self.sent:
            self.ask(self.sent, poll)


class Poll:
    """Which connections have something to be read."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._lines: dict[int, Line] = {}
        self.opened = 0
        """Connections in all."""

    def add(self, line: Line) -> None:
        """Watches a new connection."""
        self.opened += 1
        self._lines[line.socket.fileno()] = line
        self._poll.register(line.socket, select.EPOLLIN)

    def drop(self, line: Line) -> None:
        """Forgets a connection, and closes it."""
        del self._lines[line.socket.fileno()]
        line.socket.close()

    def ready(self, seconds: float) -> list[Line]:
        """The connections to be read now, or after so long at most."""
        return [self._lines[file] for file, _ in self._poll.poll(seconds)]

    def fileno(self) -> int:
        """For select: epoll itself rounds its patience up to milliseconds."""
        return self._poll.fileno()


def _field(head: bytes, name: bytes) -> bytes:
    start = head.lower().find(name)
    if start < 0:
        raise SystemExit(f"an answer without {name.decode().strip()}")
    start += len(name)
    return head[start : head.index(b"\r\n", start)]


def _length(head: bytes) -> int:
    return int(_field(head, b"\r\ncontent-length: "))


def _closed(lines: Sequence[Line], seconds: float) -> Capacity:
    poll, statuses = Poll(), dict[str, int]()
    for line in lines:
        line.ask(time.monotonic(), poll)
    answers = 0
    for length in (WARM, seconds):
        answers += sum(statuses.values())
        statuses.clear()
        start, worked = time.monotonic(), time.process_time()
        end = start + length
        while (now := time.monotonic()) < end:
            for line in poll.ready(1):
                if status := line.answered(poll):
                    statuses[status.decode()] = statuses.get(status.decode(), 0) + 1
                    line.ask(now, poll)
    taken, worked = time.monotonic() - start, time.process_time() - worked
    count = sum(statuses.values())
    return Capacity(rate=count / taken, busy=worked / taken, answers=answers + count, statuses=statuses)


def _open(lines: Sequence[Line], rate: float, seed: int) -> Latency:
    """Polls come by chance (exponential gaps), each reader once in a round of all."""
    raised = False
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        raised = True
    poll = Poll()
    chance = random.Random(seed)
    order, place = list(lines), 0
    took, late, statuses = array("d"), array("d"), dict[str, int]()
    due = time.monotonic()
    warm, ready, stopped = due + WARM_OPEN, False, False
    while not stopped:
        now = time.monotonic()
        if not ready and now >= warm:
            ready = True
            took, late, statuses = array("d"), array("d"), {}
            print("ready", flush=True)
        while due <= now:
            if place == 0:
                chance.shuffle(order)
            line, place = order[place], (place + 1) % len(order)
            if line.sent:
                line.due.append(due)
            else:
                late.append(now - due)
                line.ask(due, poll)
            due += chance.expovariate(rate)
        files, _, _ = select.select([poll, 0], [], [], max(0.0, due - time.monotonic()))
        stopped = 0 in files
        for line in poll.ready(0):
            if status := line.answered(poll):
                took.append(time.monotonic() - line.sent)
                statuses[status.decode()] = statuses.get(status.decode(), 0) + 1
                line.sent = 0.0
                if line.due:
                    line.ask(line.due.popleft(), poll)
    # Who still waits at the end has waited at least so long: a server that never answers is not left out.
    now = time.monotonic()
    took.extend(now - moment for line in lines for moment in (line.sent, *line.due) if moment)
    times, delays = sorted(took), sorted(late)
    return Latency(
        count=len(times),
        p50=_share(times, 0.5),
        p99=_share(times, 0.99),
        most=_share(times, 1),
        late=_share(delays, 0.99),
        raised=raised,
        again=max(0, poll.opened - len(lines)),
        statuses=statuses,
    )


def _share(times: Sequence[float], part: float) -> float:
    """Milliseconds below which that part of the times lies."""
    return 1000 * times[min(len(times) - 1, int(part * len(times)))] if times else 0.0
