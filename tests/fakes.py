"""Stand-ins for what a test cannot have: a clock, a transport, a relay with moods, a small site ready to send."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from builders import AT, make_issue

from publisher.app import App
from publisher.db.engine import Database
from publisher.delivery import ledger
from publisher.delivery.delivery import Leased, Phase, Receipt
from publisher.delivery.plan import Row
from publisher.delivery.sender import Message, Sender, Work
from publisher.delivery.transport import Envelope
from publisher.errors import TransportError
from publisher.issues import store
from publisher.issues.issue import Issue, State
from subscribers import store as readers

OK = Receipt(code=250, text="taken")
NOW = "2025-06-30T08:00:00+08:00"
"""The hour of the small site's issue."""
AGREED = "I agree"


@dataclass
class Clock:
    """Stands still until it is moved."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


Answer = Receipt | Exception
Script = Callable[[Envelope, int], Answer]


@dataclass
class FakeTransport:
    """Answers each message as ``script(envelope, how many times it was offered)`` says; notes what it was handed."""

    script: Script = lambda envelope, times: OK
    connections: int = 1
    rate: float = 0.0
    reachable: bool = True
    opened: int = 0
    open_now: int = 0
    most_open: int = 0
    handed: list[str] = field(default_factory=list)
    offered: Counter[str] = field(default_factory=Counter)
    known: Callable[[Envelope], bool | None] = lambda envelope: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> FakeConnection:
        if not self.reachable:
            raise TransportError("the relay does not answer", hint="wait")
        with self.lock:
            self.opened += 1
            self.open_now += 1
            self.most_open = max(self.most_open, self.open_now)
        return FakeConnection(self)

    def knows(self, envelope: Envelope) -> bool | None:
        return self.known(envelope)

    def describe(self) -> str:
        return "a fake"


@dataclass
class FakeConnection:
    transport: FakeTransport

    def send(self, envelope: Envelope, message: bytes) -> Receipt:
        fake = self.transport
        with fake.lock:
            fake.offered[envelope.recipient] += 1
            fake.handed.append(envelope.recipient)
            times = fake.offered[envelope.recipient]
        answer = fake.script(envelope, times)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        with self.transport.lock:
            self.transport.open_now -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def refuse(code: int, text: str = "no", phase: Phase = Phase.ENVELOPE) -> Receipt:
    return Receipt(code=code, text=text, phase=phase)


# ---- readers and issues in a database


def add_readers(database: Database, number: int, *, domain: str = "example.org", first: int = 1) -> list[int]:
    """The ids of new active readers ``r1@…``, ``r2@…``."""
    with database.write() as connection:
        return [
            readers.add(
                connection, address=f"r{place}@{domain}", name=f"Reader {place}", now=AT, how="command",
                consent_text=AGREED, confirmed=True, mac=str,
            ).id
            for place in range(first, first + number)
        ]  # fmt: skip


def add_issue(database: Database, state: State = State.QUEUED, **changes: Any) -> Issue:
    with database.write() as connection:
        return store.insert(connection, make_issue(state=state, **changes))


def plan_rows(database: Database, issue: Issue, ids: Iterable[int], size: int = 100) -> None:
    rows = [Row(subscriber=id, shard=place // size, edition="all.en.html") for place, id in enumerate(ids)]
    with database.write() as connection:
        ledger.insert(connection, issue.id, rows, AT)


def make_work(database: Database, transport: Any, clock: Clock, ids: Iterable[int], **changes: Any) -> Work:
    """Work whose messages are one line and whose plan is ``ids``."""
    wanted = list(ids)

    def compose(leased: Leased, now: datetime) -> Message:
        envelope = Envelope(
            sender="news@example.org", recipient=leased.address, message_id=f"<{leased.issue}.{leased.subscriber}@x>"
        )
        return Message(envelope=envelope, body=b"Subject: x\r\n\r\nhello\r\n")

    def plan(issue: Issue, now: datetime) -> Iterator[Row]:
        return (Row(subscriber=id, shard=place // 50, edition="all.en.html") for place, id in enumerate(wanted))

    values: dict[str, Any] = {
        "database": database,
        "transport": transport,
        "now": clock.now,
        "compose": compose,
        "plan": plan,
        "deadline": lambda issue: max(issue.slot, issue.sent or issue.slot) + timedelta(hours=48),
    }
    return Work(**(values | changes))


def drive(sender: Sender, until: Callable[[], object], seconds: float = 10.0) -> None:
    """Steps the sender until something holds; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"not within {seconds} s; trouble: {sender.trouble.error}"
        sender.step()
        threading.Event().wait(0.002)


@contextmanager
def sending(work: Work) -> Iterator[Sender]:
    sender = Sender(work)
    try:
        yield sender
    finally:
        sender.stop()


# ---- a relay with moods


@dataclass
class Relay:
    """An SMTP server on a free port. ``mood(verb, times, argument)`` gives the reply, None for the usual one.

    Verbs: GREET, EHLO, MAIL, RCPT, DATA, DOT, RSET, QUIT. Moods: ``DROP`` hangs up without an answer, ``SILENT``
    never answers. Every message is in ``log`` before its dot is answered.
    """

    mood: Callable[[str, int, str], bytes | None] = lambda verb, times, argument: None
    log: list[tuple[str, str, bytes]] = field(default_factory=list)
    verbs: Counter[str] = field(default_factory=Counter)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept, name="relay")]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._server.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for each in self._open:
                with_shutdown(each)
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(client)
                thread = threading.Thread(target=self._serve, args=(client,), name="relay session")
                self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client.makefile("rb") as lines:
                self._session(client, lines)
        except (OSError, StopIteration):
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            client.close()

    def _session(self, client: socket.socket, lines: Any) -> None:
        sender = recipient = ""
        self._answer(client, "GREET", "", b"220 relay.test\r\n")
        for line in lines:
            self.commands.append(line.decode("utf-8", "replace").strip())
            verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            sender = argument if verb == "MAIL" else sender
            recipient = argument[argument.find("<") + 1 : argument.find(">")] if verb == "RCPT" else recipient
            usual = {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n")
            reply = self._answer(client, verb, argument, usual)
            if verb == "QUIT":
                return
            if verb == "DATA" and reply.startswith(b"354"):
                body = b"".join(iter(lambda: next(lines), b".\r\n"))
                self.log.append((sender, recipient, body))
                self._answer(client, "DOT", recipient, b"250 2.0.0 queued\r\n")

    def _answer(self, client: socket.socket, verb: str, argument: str, usual: bytes) -> bytes:
        with self._lock:
            self.verbs[verb] += 1
            times = self.verbs[verb]
        reply = self.mood(verb, times, argument)
        if reply == DROP:
            raise StopIteration
        if reply == SILENT:
            self._closing.wait(30)
            raise StopIteration
        client.sendall(usual if reply is None else reply)
        return usual if reply is None else reply


DROP, SILENT = b"drop", b"silent"


def with_shutdown(client: socket.socket) -> None:
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def on(verb: str, reply: bytes, *, times: Iterable[int] = range(1, 1000)) -> Callable[[str, int, str], bytes | None]:
    """The mood of one verb, at these of its times."""
    return lambda seen, count, argument: reply if seen == verb and count in times else None


def late(seconds: float) -> Callable[[str, int, str], bytes | None]:
    """The mood of a relay that takes its time over each dot."""

    def mood(verb: str, times: int, argument: str) -> None:
        if verb == "DOT":
            threading.Event().wait(seconds)

    return mood


# ---- a small site


CONFIG = """\
site: {{title: Tideline, url: "https://tideline.example", timezone: Asia/Shanghai, language: en,
  postal_address: "3 Harbour Street, Shanghai 200001"}}
topics: {{energy: {{title: Energy}}, chips: {{title: Chips}}}}
newsletters:
  weekly: {{title: Weekly, from: "Tideline <news@tideline.example>", schedules: {{weekly: "mon 08:00"}}, approvals: {approvals}}}
web: {{url: "https://news.tideline.example"}}
delivery: {delivery}
"""
ARTICLE = """\
---
title: {title}
date: 2025-06-28T09:00:00+08:00
topics: [{topic}]
summary: {title} in one sentence.
---
{title} at length.
"""


def make_site(folder: Path, number: int = 0, *, delivery: str = "{transport: folder}", approvals: int = 1) -> Path:
    """The config file of a site with two articles and so many readers, nothing drafted yet."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    (folder / "static").mkdir()
    for topic in ("energy", "chips"):
        (posts / f"{topic}.md").write_text(ARTICLE.format(title=f"News of {topic}", topic=topic.title()))
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(delivery=delivery, approvals=approvals))
    with opened(file) as app:
        add_readers(app.database, number)
    return file


@contextmanager
def opened(file: Path) -> Iterator[App]:
    from publisher.times import parse_rfc3339

    app = App.open(file, start=parse_rfc3339(NOW), environ={})
    try:
        yield app
    finally:
        app.close()


def drafted(app: App) -> str:
    """The id of a new draft of the weekly."""
    from publisher.content import scan
    from publisher.issues import desk

    now = app.clock.now()
    scan.scan(app.config, app.database, now)
    made = desk.draft(app.config, app.database, desk.stream(app.config, "weekly"), now.replace(microsecond=0), now)
    assert isinstance(made, Issue), made
    return made.id


def approved(app: App) -> str:
    """The id of a new issue of the weekly that may be sent."""
    from publisher.delivery import steer

    id = drafted(app)
    steer.approve(app.post, id, now=app.clock.now(), by="editor")
    return id


def command(file: Path, *arguments: str, program: Iterable[str] = ("-m", "publisher")) -> subprocess.Popen[str]:
    """A running command line over the site."""
    return subprocess.Popen(
        [sys.executable, *program, "-c", str(file), "--now", NOW, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
