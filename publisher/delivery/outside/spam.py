"""What a spam filter on this machine makes of a message: SpamAssassin by its local rules, or rspamd where it runs."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from publisher.digest.lint.finding import Finding, warning

PATIENCE = 60.0
"""Seconds for one verdict."""
_PREFERENCES = """\
clear_headers
fold_headers 0
add_header all Verdict score=_SCORE_ required=_REQD_ tests=_TESTSSCORES(,)_
report_safe 0
dns_available no
skip_rbl_checks 1
skip_uribl_checks 1
use_bayes 0
use_auto_welcomelist 0
use_razor2 0
use_pyzor 0
always_trust_envelope_sender 1
"""
"""The verdict in one line; nothing that learns, and nothing that asks other machines."""
_VERDICT = re.compile(rb"^X-Spam-Verdict: score=(-?[\d.]+) required=(-?[\d.]+) tests=([^\r\n]*)", re.MULTILINE)
_RULE = re.compile(r"([A-Z][A-Z0-9_]*)=(-?[\d.]+)")
_RELAY = "192.175.48.1"
"""A public address from which no mail comes (RFC 7534 3.3): what is kept for examples counts as forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The verdict of one filter."""

    judge: str
    """Its name."""
    points: float
    threshold: float
    """With so many points a message is called spam."""
    rules: tuple[tuple[str, float], ...] = ()
    """Names and points of the rules that count, the heaviest first."""


Run = Callable[[list[str], bytes, dict[str, str]], bytes | None]
"""Program, input and environment to what it prints; None where it fails or takes too long."""


def check(message: bytes, sender: str, *, run: Run | None = None) -> tuple[Finding, ...]:
    """A warning where a filter gives at least half of what makes spam, or SpamAssassin fails; nothing without a filter.

    ``message`` as it is sent, its slots filled; ``sender`` is its envelope sender.
    """
    run = run or _run
    arrived = received(message, sender)
    if program := shutil.which("spamassassin"):
        return judge(spamassassin(program, arrived, run))
    if program := shutil.which("rspamc"):
        score = rspamd(program, arrived, sender, run)
        return judge(score) if score else ()  # it is only a client, and its server may be none of ours
    return ()


def judge(score: Score | None) -> tuple[Finding, ...]:
    """The warning that a score deserves, if any."""
    if score is None:
        message = "the spam filter of this machine gave no verdict; run it by hand on a previewed message.eml"
        return (warning("spam-silent", "spam", message),)
    if score.points < score.threshold / 2:
        return ()
    spam = score.points >= score.threshold
    heavy = ", ".join(f"{name} {points:g}" for name, points in score.rules if points > 0)
    verdict = "would call it spam" if spam else "gives it half of what makes spam, or more"
    message = (
        f"{score.judge} {verdict}: {score.points:g} of {score.threshold:g} points; mend what its rules name: {heavy}"
    )
    return (warning("spam" if spam else "spam-near", "spam", message),)


def received(message: bytes, sender: str) -> bytes:
    """The message as the server of a reader has it: who sent it, and by which way it came (RFC 5321 4.4)."""
    headers = email.message_from_bytes(message, policy=email.policy.compat32)
    domain = sender.rpartition("@")[2]
    trace = (
        f"Return-Path: <{sender}>\r\n"
        f"Received: from mail.{domain} (mail.{domain} [{_RELAY}])\r\n"
        f"\tby mx.example.net with ESMTPS id 1 for <reader@example.net>;\r\n\t{headers.get('Date', '')}\r\n"
    )
    return trace.encode("ascii", "replace") + message


# -- SpamAssassin


def spamassassin(program: str, arrived: bytes, run: Run) -> Score | None:
    """SpamAssassin's score by its local rules (``-L``), with the site-wide settings of this machine."""
    with tempfile.TemporaryDirectory() as home:
        preferences = Path(home) / "user_prefs"
        preferences.write_text(_PREFERENCES, encoding="ascii")
        said = run([program, "-x", "-L", "-p", str(preferences)], arrived, {"HOME": home})
    return None if said is None else read_verdict(said)


def read_verdict(said: bytes) -> Score | None:
    """The score from the field that the preferences ask for; None where it is not there."""
    match = _VERDICT.search(said)
    if match is None:
        return None
    rules = [(name, float(points)) for name, points in _RULE.findall(match[3].decode("ascii", "replace"))]
    return _score("SpamAssassin", float(match[1]), float(match[2]), rules)


# -- rspamd


def rspamd(program: str, arrived: bytes, sender: str, run: Run) -> Score | None:
    """The score of the rspamd that ``rspamc`` finds."""
    said = run([program, "--json", "-F", sender, "-i", _RELAY, "symbols"], arrived, {})
    return None if said is None else read_symbols(said)


def read_symbols(said: bytes) -> Score | None:
    """The score from the JSON of rspamd's answer, after a line of ``rspamc``; None where it is none."""
    try:
        answer = json.loads(said[said.find(b"{") :])
        rules = [(name, float(rule.get("score", 0))) for name, rule in answer.get("symbols", {}).items()]
        threshold = answer.get("thresholds", {}).get("add header", answer["required_score"])
        return _score("rspamd", float(answer["score"]), float(threshold), rules)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _score(judge_name: str, points: float, threshold: float, rules: list[tuple[str, float]]) -> Score:
    ordered = sorted(rules, key=lambda rule: (-rule[1], rule[0]))
    return Score(judge=judge_name, points=points, threshold=threshold, rules=tuple(ordered))


def _run(command: list[str], given: bytes, environment: dict[str, str]) -> bytes | None:
    try:
        done = subprocess.run(  # noqa: S603 # a program that the operator installed, and no shell
            command,
            input=given,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            env=os.environ | {"LC_ALL": "C"} | environment,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
