"""``publisher serve`` as a process against a bare Starlette route that answers from memory, and its latency while a
rebuild of the whole site runs.

Both servers run on uvicorn with the same settings and send the same headers and bytes: the bare one copies them from
the other's answers. Each keeps to one processor, the load generator to another.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import quote

import corpus
import weighing
from figures import Pairs, Row
from polling import Capacity, Latency, Readers, Target, capacity

PATH = "/feeds/atom.xml"
CONNECTIONS, READERS = 32, 1000
SHARE = 0.25
"""Part of its capacity at which the server is polled during a rebuild."""
PATIENCE = 600
"""Seconds that a start or a rebuild may take."""
TICK = 0.02
# The settings are those of publisher/web/site.py.
BARE = """
import json, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
path, body, same, full = json.loads(sys.argv[1])
with open(body, "rb") as stream:
    packed = stream.read()
async def feed(request):
    if request.headers.get("if-none-match") == same["etag"]:
        return Response(status_code=304, headers=same)
    return Response(packed, headers=full)
listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
print(f"serving at http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
uvicorn.Server(uvicorn.Config(
    Starlette(routes=[Route(path, feed)]), log_level="warning", access_log=False, server_header=False, lifespan="off",
    ws="none", proxy_headers=False, forwarded_allow_ips=[], timeout_graceful_shutdown=5,
)).run(sockets=[listening])
"""


@dataclass(frozen=True)
class Server:
    """A server that answers, and what it writes."""

    process: subprocess.Popen
    port: int
    log: Path

    def busy(self) -> float:
        """Seconds of processor time that its threads have used: to the nanosecond, where ``stat`` counts hundredths."""
        spent = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):  # it ended
                spent += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
        return spent / 1e9

    def keep_to(self, processors: set[int]) -> None:
        """Binds all its threads."""
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):  # it ended
                os.sched_setaffinity(int(thread.name), processors)


@contextmanager
def started(command: list[str], log: Path) -> Iterator[Server]:
    """The server once it answers; ended at the end, whatever happens."""
    with log.open("wb") as stream, subprocess.Popen(command, stdout=stream, stderr=stream) as process:
        try:
            port = int(_awaited(log, r"serving .*http://127\.0\.0\.1:(\d+)/", process))
            yield Server(process, port, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def figures(folder: Path, source: Path, rounds: int, rebuilds: int, seconds: float) -> Iterator[Row]:
    """The rows of serving; ``source`` is a site as ``corpus.write`` makes it."""
    shutil.copytree(source, folder)
    (folder / "content").rename(folder / "first")
    shutil.copytree(folder / "first", folder / "second")
    for file in (folder / "second").rglob("*.md"):
        with file.open("a", encoding="utf-8") as stream:
            stream.write("\nThe tide turned.\n")
    (folder / "content").symlink_to("first")
    with (folder / "config.yaml").open("a", encoding="utf-8") as stream:
        stream.write("feeds: {entries: 20, tags: 1}\n")
    publisher = [sys.executable, "-m", "publisher", "-c", str(folder / "config.yaml")]
    weighing.seconds([*publisher, "--json", "build"])
    with started([*publisher, "serve", "--listen", "127.0.0.1:0"], folder / "serve.log") as ours:
        bare_command = [sys.executable, "-c", BARE, json.dumps(_copied(ours.port, folder))]
        with started(bare_command, folder / "bare.log") as bare:
            polls = yield from _throughput(ours, bare, rounds, seconds)
        yield from _rebuilds(ours, folder, [*publisher, "--json", "build", "--full"], polls * SHARE, rebuilds, seconds)


def _awaited(log: Path, pattern: str, process: subprocess.Popen, start: int = 0) -> str:
    """The group of the pattern once it stands in the log after ``start``."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(pattern, log.read_text(encoding="utf-8", errors="replace")[start:]):
            return found[1]
        time.sleep(TICK)
    raise SystemExit(f"nothing like {pattern!r} in the log:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _copied(port: int, folder: Path) -> list[object]:
    """What the bare server needs to answer as ours does: path, file of the gzip body, headers of 304 and of 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    own = {"date", "server", "transfer-encoding", "connection"}
    connection.request("GET", PATH, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    full = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in own}
    connection.request("GET", PATH, headers={"Accept-Encoding": "gzip", "If-None-Match": full["etag"]})
    answer = connection.getresponse()
    answer.read()
    same = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in own}
    connection.close()
    if answer.status != 304 or full.get("content-encoding") != "gzip":
        raise SystemExit("serve answers no 304, or no gzip")
    file = folder / "bare.gz"
    file.write_bytes(body)
    return [PATH, str(file), same, full]


def _processors() -> tuple[int | None, int | None]:
    """One for the server and one for the generator; none where there are not two."""
    free = sorted(os.sched_getaffinity(0))
    return (free[0], free[1]) if len(free) > 1 else (None, None)


def _throughput(ours: Server, bare: Server, rounds: int, seconds: float) -> Iterator[Row]:
    """Judges polls a second; returns those of ours that ended in 304."""
    one, other = _processors()
    if one is not None:
        ours.keep_to({one})
        bare.keep_to({one})
    polls = 0.0
    for what, conditional in (("304", True), ("200 gzip", False)):
        status = what.partition(" ")[0]
        rates: dict[int, list[float]] = {ours.port: [], bare.port: []}
        loads: dict[int, list[float]] = {ours.port: [], bare.port: []}
        busiest = 0.0
        for number in range(rounds):
            for server in (ours, bare) if number % 2 == 0 else (bare, ours):
                target = Target(server.port, (PATH,), conditional)
                before = server.busy()
                found = capacity(target, connections=CONNECTIONS, seconds=seconds, processor=other)
                used = server.busy() - before
                _only(found, status)
                rates[server.port].append(found.rate)
                loads[server.port].append(used / found.answers)
                busiest = max(busiest, found.busy)
        own, peer = (tuple(rates[server.port]) for server in (ours, bare))
        yield Pairs(own, peer).row(f"served, {what}", "{:,.0f}/s", "bare Starlette route", least=1.0)
        own, peer = (tuple(1e6 * each for each in loads[server.port]) for server in (ours, bare))
        yield replace(
            Pairs(own, peer).row("  processor time of the server", "{:.1f} us a poll", ""),
            wanted="(generator " + (f"free {1 - busiest:.0%})" if busiest < 0.95 else "IS THE LIMIT)"),
        )
        if conditional:
            polls = median(rates[ours.port])
    if one is not None:
        ours.keep_to(os.sched_getaffinity(0))
    return polls


def _only(found: Capacity, status: str) -> None:
    """A first answer of each connection may be 200; then all are as asked."""
    others = sum(count for name, count in found.statuses.items() if name != status)
    if others or not found.statuses:
        raise SystemExit(f"not only {status}: {found.statuses}")


def _rebuilds(
    ours: Server, folder: Path, command: list[str], rate: float, rounds: int, seconds: float
) -> Iterator[Row]:
    """p99 of readers while all is built again, by serve itself after all articles changed, and by another process."""
    paths = (PATH, *(f"/{quote(path)}" for path in _topics(folder)))
    target = Target(ours.port, paths, conditional=True)
    late, raised = 0.0, True
    for what, build in (
        ("serve rebuilds, all articles changed", lambda: _swap(ours, folder)),
        ("build --full beside it", lambda: weighing.seconds(command)),
    ):
        pairs: list[tuple[Latency, Latency]] = []
        for number in range(rounds):
            readers = Readers(target, connections=READERS, rate=rate, seed=2 * number)
            time.sleep(5 * seconds)
            quiet = readers.stop()
            readers = Readers(target, connections=READERS, rate=rate, seed=2 * number + 1)
            try:
                build()
            finally:
                busy = readers.stop()
            for each in (quiet, busy):
                if wrong := each.statuses.keys() - {"200", "304"}:
                    raise SystemExit(f"during {what}: answers {', '.join(wrong)}")
                late, raised = max(late, each.late), raised and each.raised
            pairs.append((busy, quiet))
            time.sleep(2)  # the watch tells what is left, if anything
        row = Pairs(tuple(each.p99 for each, _ in pairs), tuple(each.p99 for _, each in pairs)).row(
            f"p99, {READERS:,} readers at {rate:,.0f}/s: {what}", "{:.2f} ms", "without", most=3.0
        )
        yield row
        most, count = max(each.most for each, _ in pairs), sum(each.count for each, _ in pairs)
        p50 = Pairs(tuple(each.p50 for each, _ in pairs), tuple(each.p50 for _, each in pairs))
        yield p50.row(f"  p50 (longest {most:.0f} ms, {count:,} polls)", "{:.2f} ms", "without")
    priority = "" if raised else ", which had no priority over the build"
    yield Row(f"  of which the generator's own, p99{priority}", f"<= {late:.2f} ms", "", "", "", ok=True)


def _topics(folder: Path) -> list[str]:
    """The Atom feed of each topic of the config."""
    found = sorted((folder / "public" / "feeds" / "topics").glob("*/atom.xml"))
    if len(found) != len(corpus.TOPICS):
        raise SystemExit(f"{len(found)} feeds of topics, not {len(corpus.TOPICS)}")
    return [path.relative_to(folder / "public").as_posix() for path in found]


def _swap(ours: Server, folder: Path) -> None:
    """Puts the other articles into the place of all that are there, in one step; back when serve has rebuilt."""
    start = len(ours.log.read_text(encoding="utf-8", errors="replace"))
    link, fresh = folder / "content", folder / "content.new"
    fresh.symlink_to("second" if link.readlink().name == "first" else "first")
    fresh.replace(link)
    _awaited(ours.log, r'("event": "feeds\.published")', ours.process, start)
