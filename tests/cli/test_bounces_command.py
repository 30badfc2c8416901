"""``bounces``: a file, a folder or a pipe of returned mail; what it says, its exit codes, and where it shows after."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from delivery.returned import dsn
from fakes import NOW, approved, make_site, opened

from publisher.cli.main import run
from publisher.db import alarm
from publisher.delivery import link
from publisher.issues import store
from subscribers.tokens import leave_mark, return_path

BOUNCES = "{transport: folder, bounces: {address: bounce@tideline.example, pipe: true}}"
LATER = "2025-07-01T08:00:00+08:00"
LINE = b"From MAILER-DAEMON Mon Jun 30 08:05:00 2025\n"


class Site:
    """A site whose weekly went out to three readers."""

    def __init__(self, folder, capsys):
        self.file, self.capsys = make_site(folder, 3, delivery=BOUNCES), capsys
        with opened(self.file) as app:
            self.issue = approved(app)
            with app.database.read() as connection:
                self.serial = store.get(connection, self.issue).serial
            self.keys = app.keys
        self.run("issue", "send", self.issue, now=NOW)

    def run(self, *words, code=0, now=LATER):
        self.capsys.readouterr()
        assert run(["-c", str(self.file), "--now", now, *map(str, words)]) == code, self.capsys.readouterr()
        return self.capsys.readouterr()

    def json(self, *words, code=0):
        return json.loads(self.run("--json", *words, code=code).out)

    def notice(self, reader, status="5.1.1"):
        mark = return_path(self.keys, link.joined(reader, self.serial))
        return dsn(f"bounce+{mark}@tideline.example", f"r{reader}@example.org", status)

    def status(self, reader):
        return self.json("subscribers", "show", f"r{reader}@example.org")["status"]


@pytest.fixture
def site(tmp_path, capsys):
    return Site(tmp_path / "site", capsys)


def test_an_mbox_of_everything(site, tmp_path):
    forged = dsn("bounce@tideline.example", "r3@example.org")
    leave = f"From: r2@example.org\nTo: bounce+{leave_mark(site.keys, 2)}@tideline.example\nSubject: unsubscribe\n\n".encode()
    box = tmp_path / "box"
    box.write_bytes(b"".join(LINE + each + b"\n\n" for each in (site.notice(1), forged, leave, b"Subject: hello\n\nx")))
    done = site.json("bounces", box)
    assert (done["messages"], done["acts"], done["trouble"]) == (4, {"bounce": 1, "unsubscribe": 1}, [])
    assert [(each["kind"], each["outcome"], each["count"]) for each in done["reports"] if each["kind"] != "nothing"] == [
        ("invalid", "recorded", 1), ("invalid", "unproved", 1), ("leave", "recorded", 1),
    ]  # fmt: skip
    assert [each["address"] for each in done["unproved"]] == ["r3@example.org"], (
        "who runs the command must know whom to ask"
    )
    assert "no mark" in done["unproved"][0]["why"]
    assert [site.status(reader) for reader in (1, 2, 3)] == ["bounced", "unsubscribed", "active"]

    again = site.run("bounces", box).out
    assert "0 reports recorded" in again
    assert "duplicate" in again
    assert "--trust-addresses" in again
    assert "r3@example.org" in again
    trusted = site.run("bounces", box, "--trust-addresses").out
    assert "1 report recorded (1 reader bounced)" in trusted
    assert site.status(3) == "bounced"


def test_where_bounces_show(site, tmp_path):
    (tmp_path / "one.eml").write_bytes(site.notice(1))
    site.run("bounces", tmp_path / "one.eml")
    shown = site.json("subscribers", "show", "r1@example.org")
    assert [(each["issue"], each["kind"]) for each in shown["bounces"]] == [(site.issue, "invalid")]
    assert "user unknown" in shown["bounces"][0]["reply"]
    assert shown["history"][-1]["how"] == "bounce"
    assert "came back" in site.run("subscribers", "show", "r1@example.org").out
    report = site.json("issue", "report", site.issue)
    assert (report["bounces"], report["accepted"]) == ({"invalid": 1}, 3)
    assert "came back: 1 invalid" in site.run("issue", "report", site.issue).out


def test_an_erased_reader_is_in_no_bounce(site, tmp_path):
    (tmp_path / "one.eml").write_bytes(site.notice(1))
    site.run("bounces", tmp_path / "one.eml")
    site.run("subscribers", "erase", "r1@example.org", "--yes")
    assert site.json("issue", "report", site.issue)["bounces"] == {"invalid": 1}
    done = site.json("bounces", tmp_path / "one.eml")
    assert [each["outcome"] for each in done["reports"]] == ["unknown"]


def test_a_pipe_takes_one_message_and_minds_no_stranger(site, monkeypatch):
    def piped(raw):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        return site.run("bounces", "-").out

    assert "1 report recorded" in piped(site.notice(1))
    assert "1 message read, 0 reports recorded" in piped(b"Subject: lunch?\n\nhello\n")
    assert "0 messages read" in piped(b"")
    assert site.status(1) == "bounced"


def test_a_maildir_is_marked_and_read_again_where_asked(site, tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in/new/1").write_bytes(site.notice(1))
    assert site.json("bounces", tmp_path / "in")["messages"] == 1
    assert (tmp_path / "in/cur/1:2,S").is_file()
    assert site.json("bounces", tmp_path / "in")["messages"] == 0
    again = site.json("bounces", tmp_path / "in", "--again")
    assert [each["outcome"] for each in again["reports"]] == ["duplicate"]


def test_what_cannot_be_read_is_told(site, tmp_path):
    done = site.run("bounces", tmp_path / "gone", code=1)
    assert "there is no" in done.err
    assert site.json("bounces", tmp_path, code=1)["trouble"][0].startswith(f"{tmp_path} is no Maildir (")
    site.run("bounces", code=2)


def test_a_bounce_is_rehearsed_with_the_folder_transport(site, tmp_path):
    """The envelope that the folder keeps beside a message is where a server would send its notice to."""
    (file,) = (site.file.parent / "outbox").glob("r2@example.org.*.envelope")
    sender, recipient = (line.partition("<")[2].rstrip(">") for line in file.read_text(encoding="utf-8").splitlines())
    assert recipient == "r2@example.org"
    assert sender.startswith("bounce+")
    for name in ("new", "cur", "tmp"):
        (tmp_path / "in" / name).mkdir(parents=True)
    page = (Path(__file__).parents[2] / "docs" / "bounces.md").read_text(encoding="utf-8")
    notice = page.partition("<<END\n")[2].partition("\nEND\n")[0].replace("TO\n", f"{sender}\n", 1)
    (tmp_path / "in/new/1").write_text(notice.replace("li@example.org", recipient), encoding="utf-8")
    assert "1 report recorded (1 reader bounced)" in site.run("bounces", tmp_path / "in").out
    assert [site.status(reader) for reader in (1, 2, 3)] == ["active", "bounced", "active"]


def test_an_alarm_is_shown_where_somebody_looks(site):
    with opened(site.file) as app, app.database.write() as connection:
        alarm.raise_(connection, "bounces", site.issue, app.clock.now(), "21 readers of 100; look")
        alarm.raise_(connection, "bounces", "another", app.clock.now(), "another's")
        alarm.raise_(connection, "relay", "", app.clock.now(), "it is down; look")
    report = site.run("issue", "report", site.issue).out
    assert ": 21 readers of 100; look" in report
    assert "another's" not in report
    assert [each[:12] for each in site.json("issue", "report", site.issue)["alarms"]] == ["alarm since "]
    due = site.run("run-due", now=NOW).out
    assert due.count("alarm since ") == 3
    checked = site.run("check").out
    assert f"{site.issue}: warning: alarm since 2025-" in checked
    assert "relay: warning: alarm since 2025-" in checked
