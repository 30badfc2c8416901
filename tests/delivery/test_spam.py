"""What a spam filter says is read right; where Debian's SpamAssassin stands, it judges a good and a bad message."""

from __future__ import annotations

import email
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.article import Severity
from publisher.delivery.outside import spam
from publisher.delivery.outside.spam import Score

MESSAGE = (
    b"From: Tideline <news@tideline.example>\r\nTo: reader@example.net\r\nSubject: Cranes that charge while they wait\r\n"
    b"Date: Mon, 30 Jun 2025 08:00:00 +0800\r\nMessage-ID: <1.abcdef@tideline.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    b"Four terminals put batteries under their cranes, and it worked better than they had hoped.\r\n"
)
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
VERDICT = b"Return-Path: <a@b>\r\nX-Spam-Verdict: score=3.1 required=5.0 tests=HTML_MESSAGE=0.001,BAD_ONE=3.2,NICE=-0.1\r\n\r\n"
SYMBOLS = b"""Results for file: stdin (0.02 seconds)
{"score": 7.5, "required_score": 15, "thresholds": {"reject": 15, "add header": 6},
 "symbols": {"MIME_GOOD": {"score": -0.1}, "BAD_ONE": {"name": "BAD_ONE", "score": 7.6}, "NONE": {}}}"""


def score(points):
    return Score(judge="Judge", points=points, threshold=5.0, rules=(("BAD", 2.5), ("MORE", 0.1), ("NICE", -1.0)))


def installed(monkeypatch, *programs):
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in programs else None)


# ---- the finding


@pytest.mark.parametrize(
    ("points", "code", "said"),
    [(2.5, "spam-near", "Judge gives it half of what makes spam, or more: 2.5 of 5 points"),
     (4.9, "spam-near", "4.9 of 5 points"),
     (5.0, "spam", "Judge would call it spam: 5 of 5 points")],
)  # fmt: skip
def test_a_score_from_half_the_threshold_on_is_a_warning_with_its_rules(points, code, said):
    (finding,) = spam.judge(score(points))
    assert (finding.code, finding.severity) == (code, Severity.WARNING)
    assert said in finding.message
    assert finding.fix == "mend what its rules name: BAD 2.5, MORE 0.1"


@pytest.mark.parametrize("points", [-3.0, 0.0, 2.4])
def test_a_low_score_is_no_finding(points):
    assert spam.judge(score(points)) == ()


# ---- which filter


def test_without_a_filter_there_is_nothing(monkeypatch):
    installed(monkeypatch)
    assert spam.check(MESSAGE, "news@tideline.example") == ()


def test_spamassassin_is_asked_first_with_local_rules_and_a_home_of_its_own(monkeypatch):
    installed(monkeypatch, "spamassassin", "rspamc")
    calls = []

    def run(command, given, environment):
        with open(command[-1], encoding="ascii") as preferences:
            calls.append((command[:-1], preferences.read(), environment, given))
        return VERDICT

    (finding,) = spam.check(MESSAGE, "news@tideline.example", run=run)
    assert finding.fix == "mend what its rules name: BAD_ONE 3.2, HTML_MESSAGE 0.001"
    ((command, preferences, environment, given),) = calls
    assert command == ["/bin/spamassassin", "-x", "-L", "-p"]
    assert "dns_available no" in preferences
    assert list(environment) == ["HOME"]
    assert given.endswith(MESSAGE)


@pytest.mark.parametrize("said", [None, b"", b"X-Spam-Verdict: score=x\r\n"])
def test_a_spamassassin_that_fails_is_one_warning(monkeypatch, said):
    installed(monkeypatch, "spamassassin")
    (finding,) = spam.check(MESSAGE, "news@tideline.example", run=lambda *given: said)
    assert (finding.code, finding.severity) == ("spam-silent", Severity.WARNING)


def test_rspamd_is_asked_where_it_stands_alone(monkeypatch):
    installed(monkeypatch, "rspamc")
    commands = []

    def run(command, given, environment):
        commands.append(command)
        return SYMBOLS

    (finding,) = spam.check(MESSAGE, "news@tideline.example", run=run)
    assert "rspamd would call it spam: 7.5 of 6 points" in finding.message
    assert commands[0][:4] == ["/bin/rspamc", "--json", "-F", "news@tideline.example"]
    for silent in (
        None,
        b"connection refused",
        b"{}",
        b"[1]",
        b'{"score": "x", "required_score": 1}',
        b'{"symbols": 1}',
    ):
        assert spam.check(MESSAGE, "news@tideline.example", run=lambda *given, said=silent: said) == ()


def test_rspamd_without_its_own_thresholds_has_one():
    assert spam.read_symbols(b'{"score": 1, "required_score": 15}') == Score(judge="rspamd", points=1, threshold=15)


@given(st.binary())
def test_no_answer_breaks_the_reading(said):
    spam.read_verdict(said)
    spam.read_verdict(b"X-Spam-Verdict: score=" + said)
    spam.read_symbols(said)


# ---- the message


def test_a_message_is_judged_as_a_reader_has_it():
    arrived = spam.received(MESSAGE, "bounce@tideline.example")
    assert arrived.endswith(MESSAGE)
    parsed = email.message_from_bytes(arrived)
    assert parsed["Return-Path"] == "<bounce@tideline.example>"
    assert parsed["Received"].endswith("Mon, 30 Jun 2025 08:00:00 +0800")
    assert all(line.endswith(b"\r\n") for line in arrived.splitlines(keepends=True))


# ---- programs


def test_a_program_gets_its_input_and_a_plain_language(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert spam._run(["sh", "-c", 'cat; printf "%s %s" "$LC_ALL" "$X"'], b"in ", {"X": "y"}) == b"in C y"


@pytest.mark.parametrize("command", [["false"], ["sleep", "9"], ["/nowhere/at/all"]])
def test_a_program_that_fails_or_hangs_says_nothing(monkeypatch, command):
    monkeypatch.setattr(spam, "PATIENCE", 0.05)
    assert spam._run(command, b"", {}) is None


@pytest.fixture
def assassin():
    if shutil.which("spamassassin") is None:
        pytest.skip("spamassassin missing; run: make system")


def test_spamassassin_lets_a_plain_mail_pass_and_not_its_own_test(assassin):
    (finding,) = spam.check(MESSAGE + GTUBE, "news@tideline.example")
    assert finding.code == "spam"
    assert "GTUBE 1000" in finding.message
    told = spam.spamassassin(shutil.which("spamassassin"), spam.received(MESSAGE, "news@tideline.example"), spam._run)
    assert (told.judge, told.threshold) == ("SpamAssassin", 5.0)
    assert told.points <= 0.5, told.rules
