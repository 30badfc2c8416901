"""An issue on its way through a relay: paused, resumed, stopped from a second process, retried where it was refused."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from journeys.walk import ISSUE

READERS = 16
TODAY = "2025-06-30T10:00:00+08:00"


class Postbox:
    """Takes mail, but for the addresses in ``refuses``."""

    def __init__(self):
        self.got = Counter()
        self.refuses = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.got.update(envelope.rcpt_tos)
        return "250 taken"


@pytest.fixture
def postbox():
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def ready(site, postbox):
    """An approved issue for READERS readers, to leave through the postbox at 8 messages a second."""
    text = (site.folder / "config.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("  transport: folder"))
    smtp = f"{{host: 127.0.0.1, port: {postbox.port}, security: none, connections: 1, rate: 8}}"
    site.config(line, f"  transport: smtp\n  smtp: {smtp}")
    rows = "".join(f"r{number}@example.net,2025-06-01T00:00:00Z,x\n" for number in range(READERS))
    file = site.write("readers.csv", f"email,consent_at,consent_text\n{rows}")
    site.run("subscribers", "import", str(file), "--apply")
    site.article("one", TODAY)
    site.run("issue", "draft", "weekly")
    site.run("issue", "approve", ISSUE)
    return site


def sending(site):
    return subprocess.Popen(
        [sys.executable, "-m", "publisher", "issue", "send", ISSUE, "--now", site.now],
        cwd=site.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_paused_and_resumed_from_elsewhere_nobody_is_mailed_twice(ready, postbox, eventually):
    process = sending(ready)
    try:
        eventually(lambda: postbox.got)
        assert f"{ISSUE} is paused: {READERS} planned" in ready.run("issue", "pause", ISSUE).out
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, err) == (1, "")
    assert out.startswith(f"{ISSUE} is paused: {READERS} planned")
    before = postbox.got.total()
    assert 0 < before < READERS
    report = ready.json("issue", "report", ISSUE)
    assert (report["accepted"], report["pending"]) == (before, READERS - before)
    assert "is paused" in ready.run("issue", "send", ISSUE, code=1).out, "sending again does not undo the pause"
    assert postbox.got.total() == before
    assert f"{ISSUE} is sending" in ready.run("issue", "resume", ISSUE).out
    assert ready.run("issue", "send", ISSUE).out == f"{ISSUE} is sent: {READERS} planned = {READERS} accepted\n"
    assert postbox.got == Counter(f"r{number}@example.net" for number in range(READERS))


def test_stopped_for_good_the_rest_is_skipped_and_accounted_for(ready, postbox, eventually):
    process = sending(ready)
    try:
        eventually(lambda: postbox.got)
        ready.run("issue", "stop", ISSUE)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, err) == (1, "")
    report = ready.json("issue", "report", ISSUE)
    assert report["state"] == "stopped"
    assert report["accepted"] == postbox.got.total() < READERS
    assert report["accepted"] + report["skipped"] == report["planned"] == READERS
    assert {"state": "skipped", "reply": "the issue was stopped", "count": report["skipped"]} in report["reasons"]
    assert out.startswith(f"{ISSUE} is stopped")
    refused = ready.run("issue", "resume", ISSUE, code=1)
    assert len(refused.errors) == 1


def test_who_was_refused_gets_it_by_retry_and_nobody_else_again(ready, postbox):
    postbox.refuses = {"r3@example.net": "550 5.1.1 no such mailbox\x1b[31m", "r4@example.net": "552 5.2.2 full"}
    sent = ready.run("issue", "send", ISSUE).out
    assert sent == f"{ISSUE} is sent: {READERS} planned = {READERS - 2} accepted + 2 failed\n"
    report = ready.run("issue", "report", ISSUE, "--deliveries").out
    assert "no such mailbox" in report
    assert "\x1b" not in report
    failed = [
        each for each in ready.json("issue", "report", ISSUE, "--deliveries")["deliveries"] if each["state"] == "failed"
    ]
    assert [each["address"] for each in failed] == ["r3@example.net", "r4@example.net"]
    assert "550" in failed[0]["reply"]
    postbox.refuses = {}
    again = ready.run("issue", "retry", ISSUE, "--failed").out
    assert again == f"trying again: 2 failed\n{ISSUE} is sent: {READERS} planned = {READERS} accepted\n"
    assert set(postbox.got.values()) == {1}
    assert ready.run("issue", "retry", ISSUE, "--failed", code=1).errors == [
        f"publisher: issue {ISSUE} has no failed delivery; 'publisher issue report' shows what it has"
    ]


def test_deferred_ones_are_left_to_run_due_without_waiting(ready, postbox):
    postbox.refuses = {"r3@example.net": "451 4.7.1 come back later"}
    sent = ready.run("issue", "send", ISSUE, "--no-wait").out
    assert sent == f"{ISSUE} is sending: {READERS} planned = {READERS - 1} accepted + 1 deferred\n"
    postbox.refuses = {}
    assert ready.run("run-due", now="2025-06-30T17:30:00+08:00").out == f"{ISSUE} is sent\n"
    assert set(postbox.got.values()) == {1}
    assert ready.json("issue", "report", ISSUE)["accepted"] == READERS


def test_a_relay_that_is_away_is_one_line(site):
    text = (site.folder / "config.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("  transport: folder"))
    site.config(line, "  transport: smtp\n  smtp: {host: 127.0.0.1, port: 1, security: none}")
    done = site.run("subscribers", "add", "a@example.net", code=1)
    assert len(done.errors) == 1
    assert "a@example.net is pending, but its confirmation mail could not leave: relay 127.0.0.1:1" in done.err
    assert "then run 'publisher subscribers add' again" in done.err
