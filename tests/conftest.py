"""What every test stands on: steady hypothesis, no skips in CI, golden files, and nothing left running or reaching out."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import postgres
import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"
GRACE = 3.0
"""Seconds in which what a test started may end by itself."""

# The same examples on every run and machine; HYPOTHESIS_PROFILE=explore looks further.
settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# ---- options, and what the machine lacks


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files instead of comparing")
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails (always so where CI is set)")


def no_skips(config: pytest.Config) -> bool:
    return config.getoption("--no-skips") or os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@cache
def lacks() -> tuple[str, ...]:
    """The system packages that browser tests need and that this machine lacks."""
    missing = [] if shutil.which("chromium") else ["chromium"]
    fonts = ""
    if shutil.which("fc-list"):
        fonts = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    missing += [] if "Noto Sans CJK" in fonts else ["fonts-noto-cjk"]
    missing += [] if "Noto Color Emoji" in fonts else ["fonts-noto-color-emoji"]
    return tuple(missing)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slowest test first, so that the others fill the second process; browser tests only where there is one."""
    items.sort(key=lambda item: item.get_closest_marker("wheel") is None)
    browser = [item for item in items if item.get_closest_marker("browser") or "/browser/" in item.nodeid]
    if browser and lacks():
        for item in browser:
            item.add_marker(pytest.mark.skip(reason=f"{', '.join(lacks())} missing; run: make system"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    told = " ".join(str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    missing = sorted({each.strip() for each in re.findall(r"([\w, -]+) missing; run: make system", told)})
    if missing:
        line = f"!!!!!! TESTS WERE SKIPPED: {', '.join(missing)} missing. Run as root: make system !!!!!!"
        terminalreporter.write_line("")
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    return _refuse_skip((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    return _refuse_skip((yield), collector.config)


def _refuse_skip(report: Any, config: pytest.Config) -> Any:
    """The report; where skips are refused, one of a skip becomes one of a failure that says why."""
    if report.skipped and not hasattr(report, "wasxfail") and no_skips(config):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: may not be skipped here: {reason}"
    return report


# ---- nothing is left running, nobody reaches out

_reached: list[str] = []
_LOCAL = {"", "localhost", "0.0.0.0", "::", socket.gethostname().lower()}


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    name = name.partition("%")[0].lower()
    try:
        return ipaddress.ip_address(name).is_loopback or name in _LOCAL
    except ValueError:
        return name in _LOCAL or name.endswith(".localhost")


def _watch_sockets(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None  # a path: AF_UNIX
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not _is_local(host):
        _reached.append(f"{event} {host!r}")
        raise PermissionError(f"a test may not reach {host!r}: only this machine; use a fake")


sys.addaudithook(_watch_sockets)


def _children() -> dict[int, str]:
    """Command of each living child process, by its id; empty where there is no /proc."""
    found: dict[int, str] = {}
    for tasks in Path("/proc/self/task").glob("*/children"):
        try:
            ids = tasks.read_text("ascii").split()
        except OSError:
            continue
        for child in ids:
            try:
                state = Path(f"/proc/{child}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            # multiprocessing keeps its own tracker for as long as the interpreter lives, and one server serves all tests.
            kept = (
                "resource_tracker" in command or "multiprocessing.forkserver" in command or postgres.SCRIPT in command
            )
            if state != "Z" and not kept:
                found[int(child)] = command.strip()
    return found


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fails a test that leaves a thread or a child process running, or that tried to reach another machine."""
    threads, children = set(threading.enumerate()), set(_children())
    _reached.clear()
    yield
    if log := sys.modules.get("publisher.log"):  # a command that ran in this process may have made it talkative
        log.configure()
    end = time.monotonic() + GRACE
    left: list[str] = []
    while True:
        left = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in threads]
        left += [
            f"process {number}: {command[:120]}" for number, command in _children().items() if number not in children
        ]
        if not left or time.monotonic() > end:
            break
        threading.Event().wait(0.01)
    for number in set(_children()) - children if left else ():
        os.kill(number, signal.SIGKILL)
    assert not left, f"the test leaves running: {'; '.join(left)}"
    assert not _reached, f"the test tried to reach: {'; '.join(_reached)}"


# ---- shared fixtures


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A PostgreSQL server, which starts when it is first asked for a database."""
    server = postgres.Server()
    yield server
    server.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the tests of stores on every engine."""
    if "backend" in metafunc.fixturenames and metafunc.definition.nodeid.startswith(postgres.ON_BOTH):
        metafunc.parametrize("backend", postgres.ENGINES, indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The engine of the test's database."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database(tmp_path: Path, backend: str, postgresql: postgres.Server) -> Iterator[Any]:
    """An empty database of its own, with every table that the test's imports declare."""
    from publisher.db.engine import Database, metadata

    declared = [metadata]
    if store := sys.modules.get("subscribers.store"):
        declared.append(store.metadata)
    if backend == "postgresql":
        with postgresql.lent(declared) as url:
            opened = Database(url, durable=False)
            yield opened
            opened.close()
        return
    opened = Database(f"sqlite:///{tmp_path / 'test.db'}", durable=False)
    with opened.write() as connection:
        for tables in declared:
            tables.create_all(connection)
    yield opened
    opened.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str | bytes], None]:
    """Compares bytes or text with a file under tests/golden/; ``--update-golden`` writes it instead."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, actual: str | bytes) -> None:
        data = actual.encode("utf-8") if isinstance(actual, str) else actual
        file = GOLDEN / name
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            return
        assert file.exists(), f"there is no tests/golden/{name} yet; look at the result, then run with --update-golden"
        expected = file.read_bytes()
        if isinstance(actual, str):
            assert actual.splitlines() == expected.decode("utf-8").splitlines(), f"differs from tests/golden/{name}"
        assert data == expected, f"differs from tests/golden/{name}; --update-golden writes it"

    return compare


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Waits until a condition holds, for tests of other processes; fails after ``seconds``."""

    def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"did not come true in {seconds:g} s"
            threading.Event().wait(0.02)

    return wait
