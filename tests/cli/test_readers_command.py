"""``subscribers show``, ``confirm``, ``unsubscribe``, ``revoke``, ``stats``: what they tell, and what they keep."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import farewell, link
from subscribers import store, tokens
from subscribers.consent import Act

NOW = datetime(2025, 6, 30, 8, tzinfo=UTC)
CONFIG = """
site: {title: T, url: "https://news.example.org/", language: en, timezone: Asia/Shanghai, postal_address: "3 Harbour St"}
content: {path: content}
newsletters: {weekly: {title: W, from: "W <w@example.org>"}}
delivery: {transport: folder, folder: outbox}
web: {url: "https://w.example.org"}
"""
ANN = "ann@example.org"
WORDS = (
    "我同意每周收到一封邮件，并且知道可以随时退订。" * 4 + "\nI agree to one mail a week, and know that I can leave it."
)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture
def opened(site):
    app = App.open(site / "config.yaml", start=NOW)
    yield app
    app.close()


@pytest.fixture
def command(site, capsys):
    """Runs ``subscribers …`` on the site: what it printed."""

    def ran(*words, code=0, json=False):
        capsys.readouterr()
        shared = ["-c", str(site / "config.yaml"), "--now", NOW.isoformat(), *(["--json"] if json else [])]
        assert run([*shared, "subscribers", *words]) == code, capsys.readouterr()
        return capsys.readouterr()

    return ran


def reader(opened, address=ANN):
    with opened.database.read() as connection:
        return store.by_address(connection, address)


def put(opened, **values):
    """Ann on the list, pending."""
    with opened.database.write() as connection:
        mac = partial(tokens.mac, opened.keys)
        return store.add(connection, address=ANN, now=NOW, how="signup", mac=mac, **values)


# ---- what is shown


def test_the_history_tells_when_what_from_where_and_in_which_words(opened, command):
    ann = put(opened, ip="192.0.2.7", consent_text=WORDS)
    with opened.database.write() as connection:
        store.act(connection, ann.id, Act.CONFIRM, now=NOW, how="link", ip="192.0.2.8")
        store.set_preferences(connection, ann.id, topics=["chips"], now=NOW + timedelta(hours=1), how="page")
        leaves = NOW + timedelta(hours=20)
        store.act(connection, ann.id, Act.UNSUBSCRIBE, now=leaves, how="page", text="too many mails\nand too long")
    lines = command("show", ANN).out.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("when "))
    assert lines[head].split() == ["when", "act", "then", "how", "from"]
    told = [line.split() for line in lines[head + 1 :] if not line.startswith(" ")]
    assert told == [
        ["2025-06-30", "16:00+08:00", "signup", "pending", "signup", "192.0.2.7"],
        ["2025-06-30", "16:00+08:00", "confirm", "active", "link", "192.0.2.8"],
        ["2025-06-30", "17:00+08:00", "prefer", "active", "page", "-"],
        ["2025-07-01", "12:00+08:00", "unsubscribe", "unsubscribed", "page", "-"],
    ]
    said = [line for line in lines[head + 1 :] if line.startswith("    ")]
    assert "".join(said).replace(" ", "").startswith(WORDS.split("\n")[0])
    assert any("chips" in line for line in said)
    assert said[-2:] == ["    too many mails", "    and too long"]
    assert max(map(len, said)) <= 100
    assert "    I agree to one mail a week, and know that I can leave it." in said


def test_moments_of_a_reader_are_in_the_sites_zone(opened, command):
    ann = put(opened, consent_text=WORDS)
    with opened.database.write() as connection:
        store.act(connection, ann.id, Act.CONFIRM, now=NOW, how="link")
        store.act(connection, ann.id, Act.PAUSE, now=NOW, how="page", until=NOW + timedelta(days=7))
    told = dict(line.split(maxsplit=1) for line in command("show", ANN).out.splitlines() if line[:1].strip())
    assert told["consent_at"] == told["joined"] == "2025-06-30 16:00+08:00"
    assert told["paused_until"] == "2025-07-07 16:00+08:00"
    assert told["name"] == "-"
    found = json.loads(command("show", ANN, json=True).out)
    assert found["consent_at"] == "2025-06-30T08:00:00+00:00", "for programs it is as everywhere"


def test_counts_say_whom_they_count(opened, command):
    ann = put(opened)
    lines = command("stats").out.splitlines()
    assert lines[0].startswith("statuses: 1 pending, 0 active")
    assert lines[1:3] == ["of the active readers:", "  newsletters: -"]
    with opened.database.write() as connection:
        store.act(connection, ann.id, Act.CONFIRM, now=NOW, how="link")
    assert "  formats: 1 html" in command("stats").out.splitlines()


# ---- acts


def test_a_confirmation_keeps_its_proof(opened, command):
    put(opened)
    done = command("confirm", ANN, "--consent-text", f" {WORDS} ")
    assert (done.out, done.err) == (f"{ANN} is active\n", "")
    assert reader(opened).consent_text == WORDS
    assert reader(opened).consent_at is not None


def test_a_confirmation_without_a_proof_says_so(opened, command):
    put(opened)
    done = command("confirm", ANN, "--consent-text", " ")
    assert done.out == f"{ANN} is active\n"
    assert done.err == f"publisher: no proof is kept of what {ANN} agreed to; say it with --consent-text\n"
    assert reader(opened).consent_text == ""


def test_a_proof_of_before_is_enough(opened, command):
    put(opened, consent_text="yes")
    assert command("confirm", ANN).err == ""
    assert reader(opened).consent_text == "yes"


def test_what_was_so_already_is_told(opened, command):
    put(opened, consent_text="yes")
    command("confirm", ANN)
    again = command("confirm", ANN, "--consent-text", "other words")
    assert (again.out, again.err) == (f"{ANN} was already active, and nothing was changed\n", "")
    assert reader(opened).consent_text == "yes"
    assert command("unsubscribe", ANN).out == f"{ANN} is unsubscribed\n"
    assert command("unsubscribe", ANN).out == f"{ANN} was already unsubscribed, and nothing was changed\n"


def test_links_of_old_mails_are_revoked(opened, command):
    before = put(opened)
    path = link.preferences_path(opened.keys, before.id, before.epoch)
    told = "links in old mails to preferences, views and feeds are dead; unsubscribe links go on working"
    assert command("revoke", ANN).out == f"{ANN}: {told}\n"
    after = reader(opened)
    assert link.preferences_path(opened.keys, after.id, after.epoch) != path
    assert command("revoke", "nobody@example.org", code=1).err.startswith("publisher: no reader nobody@example.org")


# ---- adding


@pytest.mark.parametrize("words", [[], ["--confirmed", "--consent-text", "yes"]])
def test_who_was_erased_is_told_as_by_an_import(opened, command, words):
    ann = put(opened)
    with opened.database.write() as connection:
        farewell.erase(connection, opened.keys, ann.id, NOW)
    hint = "only their own new sign-up, confirmed, brings them back"
    assert command("add", ANN, *words, code=1).err == f"publisher: {ANN} was erased; {hint}\n"
    unproved = command("add", ANN, "--confirmed", code=1).err
    assert "cannot be active without a consent" in unproved


def test_who_left_is_told_so(opened, command):
    ann = put(opened)
    with opened.database.write() as connection:
        store.act(connection, ann.id, Act.UNSUBSCRIBE, now=NOW, how="link")
    assert "has unsubscribed" in command("add", ANN, code=1).err


def test_a_second_invitation_keeps_the_format_that_was_chosen(opened, command):
    command("add", ANN, "--format", "text")
    assert reader(opened).format == "text"
    command("add", ANN)
    assert reader(opened).format == "text"
    command("add", "bo@example.org")
    assert reader(opened, "bo@example.org").format == "html"
