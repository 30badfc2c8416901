"""SpamAssassin's word on whole mails, as the server of a reader has them, with the sender's DNS served on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest
from acceptance.mailed_site import DESIGNS, DOMAIN, HELO, IP, READERS
from nameserver import serving

SETTINGS = """\
clear_headers
fold_headers 0
add_header all Verdict score=_SCORE_ tests=_TESTSSCORES(,)_ end
report_safe 0
dns_available yes
dns_server 127.0.0.1:{port}
skip_rbl_checks 1
skip_uribl_checks 1
use_bayes 0
use_razor2 0
use_pyzor 0
use_auto_welcomelist 0
trusted_networks 127.0.0.1
internal_networks 127.0.0.1
always_trust_envelope_sender 1
score GTUBE 1000
"""
"""Nothing that learns, nothing that asks others; SPF and DKIM are real."""
VERDICT = re.compile(r"(?ms)^X-Spam-Verdict: score=(-?[\d.]+) tests=(\S*) end$.*?^\tby mx\.\S+ with ESMTPS id (\d+);$")
MOST = 0.5
BOTH = ("li@reader.example.org", "mara@reader.example.org")
"""Readers of all topics, one in each language."""
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
CLUMSY = f"""\
From: Tideline <news@{DOMAIN}>\r
To: li@reader.example.org\r
Subject: READ THIS\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
\r
{GTUBE.decode()}\r
""".encode()


@dataclass(frozen=True)
class Verdict:
    """What SpamAssassin gives a message."""

    points: float
    rules: dict[str, float]


def received(raw, sender, number):
    """The message as the server of a reader keeps it in a mailbox: traced, its lines ended by LF (RFC 4155)."""
    date = re.search(rb"(?m)^Date: (.*)\r$", raw)
    when = date[1].decode() if date else "Mon, 30 Jun 2025 08:00:00 +0800"
    trace = (
        f"From {sender} Mon Jun 30 08:00:05 2025\n"
        f"Return-Path: <{sender}>\n"
        f"Received: from {HELO} ({HELO} [{IP}])\n\tby mx.reader.example.org with ESMTPS id {number};\n\t{when}\n"
    )
    body = re.sub(rb"(?m)^(>*From )", rb">\1", raw.replace(b"\r\n", b"\n"))
    return trace.encode() + body + b"\n"


def zone(keys, spf=f"v=spf1 ip4:{IP} -all"):
    """The sender's DNS, with their keys."""
    backwards = ".".join(reversed(IP.split(".")))
    lines = [
        f"{DOMAIN} TXT {spf}",
        f"{DOMAIN} A {IP}",
        f"{DOMAIN} MX 10 {HELO}.",
        f"{HELO} A {IP}",
        f"{HELO} TXT v=spf1 a -all",
        f"{backwards}.in-addr.arpa PTR {HELO}.",
        f"_dmarc.{DOMAIN} TXT v=DMARC1; p=reject",
        *(f"{name} TXT {value}" for name, value in keys.items()),
    ]
    return "\n".join(lines)


def chosen(sent):
    """Each kind of reader, each design in both languages, each encoding; a letter."""
    mails = sent.of(site="base64", newsletter="weekly")
    for newsletter in list(DESIGNS)[1:]:
        mails += [mail for mail in sent.of(site="base64", newsletter=newsletter) if mail.address in BOTH]
    mails += [mail for site in ("8bit", "quoted") for mail in sent.of(site=site, newsletter="brief", address=BOTH[0])]
    return {mail.name: mail.raw for mail in mails} | {"letter": sent.letters["base64"]}


@pytest.fixture(scope="module")
def verdicts(sent, tmp_path_factory):
    """SpamAssassin's verdict on each message by its name: mails, a letter, and some that nobody should like."""
    if shutil.which("spamassassin") is None:
        pytest.skip("spamassassin missing; run: make system")
    good = chosen(sent)
    mail = good["base64/weekly/li@reader.example.org"]
    bad = {
        "clumsy": CLUMSY,
        "changed on the way": mail.replace(b"List-Unsubscribe: <https://news.", b"List-Unsubscribe: <https://evil."),
    }
    messages = good | bad
    sender = f"bounce+aaaaaaaaaaaaa.bbbbbbbbbbbbb@{DOMAIN}"
    home = tmp_path_factory.mktemp("assassin")
    with serving(zone(sent.zone)) as dns:
        (home / "user_prefs").write_text(SETTINGS.format(port=dns.port), encoding="ascii")
        (home / "mbox").write_bytes(
            b"".join(received(raw, sender, place) for place, raw in enumerate(messages.values()))
        )
        done = subprocess.run(
            ["spamassassin", "-x", "-t", "-p", str(home / "user_prefs"), "--mbox", str(home / "mbox")],
            capture_output=True, check=True, timeout=120, env=os.environ | {"HOME": str(home), "LC_ALL": "C"},
        )  # fmt: skip
        assert dns.asked[f"r1._domainkey.{DOMAIN}"], done.stderr
    found = {
        int(place): Verdict(float(points), {name: float(each) for name, _, each in map(parted, rules.split(","))})
        for points, rules, place in VERDICT.findall(done.stdout.decode("utf-8", "replace"))  # in no order of ours
    }
    assert len(found) == len(messages), done.stderr
    return {name: found[place] for place, name in enumerate(messages)}


def parted(rule):
    return rule.partition("=")


def test_every_mail_scores_at_most_half_a_point(sent, verdicts):
    wanted = chosen(sent)
    assert len(wanted) == len(READERS) + 2 * 2 + 2 + 1
    assert {name: verdicts[name] for name in wanted if verdicts[name].points > MOST} == {}


def test_every_mail_is_known_by_its_signature(sent, verdicts):
    for name in chosen(sent):
        assert {"DKIM_SIGNED", "DKIM_VALID", "DKIM_VALID_AU"} <= verdicts[name].rules.keys(), (name, verdicts[name])
        assert "DKIM_INVALID" not in verdicts[name].rules


def test_every_mail_is_known_by_where_it_came_from(sent, verdicts):
    probe = ["perl", "-T", "-MMail::SPF", "-e", "1"]  # as SpamAssassin runs: with no path but its own
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("libmail-spf-perl missing; run: make system")
    for name in chosen(sent):
        assert {"SPF_PASS", "SPF_HELO_PASS"} <= verdicts[name].rules.keys(), (name, verdicts[name])


def test_bad_mail_is_judged_bad(verdicts):
    assert verdicts["clumsy"].points > 100
    assert "GTUBE" in verdicts["clumsy"].rules
    assert "MISSING_MID" in verdicts["clumsy"].rules
    changed = verdicts["changed on the way"].rules
    assert "DKIM_INVALID" in changed
    assert not {"DKIM_VALID", "DKIM_VALID_AU"} & changed.keys()
