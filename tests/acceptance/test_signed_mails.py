"""Signatures of whole mails in two programs of other people: as they left, after honest relays, after forgers."""

from __future__ import annotations

import email
import email.policy
import quopri
import re
import shutil
import subprocess
from pathlib import Path

import dkim
import pytest
from acceptance.mail_judge import fields_of
from acceptance.mailed_site import DOMAIN, HELO, IP

ORACLE = Path(__file__).parent.parent / "digest" / "mail_dkim.pl"
PROBE = ["perl", "-MMail::DKIM::Verifier", "-MNet::DNS", "-e", "1"]


def by_dkimpy(raw, zone):
    """Whether each signature is good, in the order of the message."""
    count = sum(name == "dkim-signature" for name, _ in fields_of(raw))
    verdicts = []
    for place in range(count):
        try:
            good = dkim.DKIM(raw).verify(
                idx=place, dnsfunc=lambda name, **_: zone.get(name.decode().rstrip("."), "").encode()
            )
        except dkim.DKIMException:  # what it says to a body of another hash
            good = False
        verdicts.append(good)
    return verdicts


def by_mail_dkim(messages, zone):
    """What Mail::DKIM says of the RSA signature of each message. Older ones know no Ed25519."""
    if not shutil.which("perl") or subprocess.run(PROBE, capture_output=True, check=False).returncode:
        pytest.skip("libmail-dkim-perl missing; run: make system")
    done = subprocess.run(
        ["perl", str(ORACLE), *(f"{name}={value}" for name, value in zone.items())],
        input=b"".join(b"%d\n%s" % (len(each), each) for each in messages),
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    lines = done.stdout.decode("ascii").splitlines()
    assert len(lines) == len(messages), done.stderr
    return [dict(word.split(":") for word in line.split()[1:]).get("rsa-sha256", "none") for line in lines]


# -- what honest relays do


def traced(raw):
    """With what two servers put in front (RFC 5321 4.4)."""
    return (
        b"Return-Path: <bounce@example.com>\r\nReceived: from relay.example.com by mx.example.org; Mon, 30 Jun 2025 08:00:09 +0800\r\n"
        + f"Received: from {HELO} ({HELO} [{IP}])\r\n\tby relay.example.com with ESMTPS id 1;\r\n".encode()
        + b"\tMon, 30 Jun 2025 08:00:05 +0800\r\nX-Spam-Score: 0\r\n" + raw
    )  # fmt: skip


def refolded(raw):
    """Fields folded and written otherwise, blanks and empty lines at ends: what relaxed/relaxed forgives."""
    head, _, body = raw.partition(b"\r\n\r\n")
    head = head.replace(b"\r\nFeedback-ID: ", b"\r\nFEEDBACK-ID:  \t").replace(
        b"\r\nList-Archive: ", b"\r\nList-Archive:\r\n\t"
    )
    head = re.sub(rb"(?m)^(DKIM-Signature: v=1; a=[\w-]+; )", rb"\1\r\n   ", head)
    return head + b"\r\n\r\n" + body.replace(b"\r\n\r\n--", b" \t\r\n\r\n--") + b"\r\n\r\n"


def seven_bit(raw):
    """What a relay makes of 8bit parts on their way to a server without 8BITMIME (RFC 6152 3); others it leaves."""
    head, _, body = raw.partition(b"\r\n\r\n")
    boundary = re.search(rb'boundary="([^"]+)"', head)[1]
    first, *parts, last = re.split(rb"(?:\A|\r\n)--" + re.escape(boundary), body)
    encoded = []
    for part in parts:
        own, _, text = part.partition(b"\r\n\r\n")
        if b"Transfer-Encoding: 8bit" in own:
            own = own.replace(b"8bit", b"quoted-printable")
            text = quopri.encodestring(text.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        encoded.append(own + b"\r\n\r\n" + text)
    pieces = [first, *encoded, last]
    return head + b"\r\n\r\n" + pieces[0] + b"--" + boundary + (b"\r\n--" + boundary).join(pieces[1:])


RELAYS = {"as it left": lambda raw: raw, "traced": traced, "refolded": refolded}


def every(sent):
    """Name and bytes of all mails and letters."""
    return {mail.name: mail.raw for mail in sent.mails} | {f"{name}/letter": raw for name, raw in sent.letters.items()}


def test_each_message_has_both_signatures_of_its_senders_domain_first(sent):
    for name, raw in every(sent).items():
        fields = fields_of(raw)
        assert [each for each, _ in fields].count("dkim-signature") == 2, name
        for (field, value), kind, selector in zip(fields, ("rsa-sha256", "ed25519-sha256"), ("r1", "e1"), strict=False):
            tags = dict(tag.split("=", 1) for tag in re.sub(r"\s", "", value.decode()).split(";"))
            assert (field, tags["a"], tags["d"], tags["s"]) == ("dkim-signature", kind, DOMAIN, selector)
            assert "l" not in tags
            covered = tags["h"].lower().split(":")
            assert covered.count("from") == 2
            present = {each for each, _ in fields} - {"dkim-signature", "content-language"}
            assert present <= set(covered), name  # one-click asks for both of its own (RFC 8058 4)


@pytest.mark.parametrize("relay", RELAYS)
def test_dkimpy_takes_both_signatures_of_every_message(sent, relay):
    refused = {name for name, raw in every(sent).items() if by_dkimpy(RELAYS[relay](raw), sent.zone) != [True, True]}
    assert not refused


@pytest.mark.parametrize("relay", RELAYS)
def test_mail_dkim_takes_the_rsa_signature_of_every_message(sent, relay):
    messages = {name: RELAYS[relay](raw) for name, raw in every(sent).items()}
    verdicts = dict(zip(messages, by_mail_dkim(list(messages.values()), sent.zone), strict=True))
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "pass"} == {}


# -- a hop without 8BITMIME


def test_a_hop_of_seven_bits_breaks_what_is_8bit_and_nothing_else(sent):
    for mail in sent.mails:
        relayed = seven_bit(mail.raw)
        parts = email.message_from_bytes(relayed, policy=email.policy.default).walk()
        assert relayed.isascii()
        assert not any(part.defects for part in parts)
        if mail.encoding != "8bit":
            assert relayed == mail.raw
        else:
            assert by_dkimpy(relayed, sent.zone) == [False, False], mail.name
    turned = [seven_bit(mail.raw) for mail in sent.of(site="8bit")]
    assert set(by_mail_dkim(turned, sent.zone)) == {"fail"}


# -- forgers


def forged(raw):
    """The message as somebody might change it, by what was changed."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return {
        "another way to leave": raw.replace(b"List-Unsubscribe: <https://news.", b"List-Unsubscribe: <https://evil."),
        "no one-click": raw.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        "another list": re.sub(
            rb"\r\nList-Id: .*?\r\n(?! )", b"\r\nList-Id: <x.example.com>\r\n", raw, flags=re.DOTALL
        ),
        "another subject": re.sub(rb"\r\nSubject: .*?\r\n(?! )", b"\r\nSubject: Buy\r\n", raw, flags=re.DOTALL),
        "another reader": raw.replace(b"@reader.example.org>", b"@reader.example.com>"),
        "a second From on top": b"From: Mallory <m@example.com>\r\n" + raw,
        "a second Subject below": head + b"\r\nSubject: Buy\r\n\r\n" + body,
        "more at the end": raw + b"Buy this.\r\n",
        "another body": head + b"\r\n\r\n" + body.replace(b'"utf-8"', b'"utf-7"', 1),
    }


def test_no_forged_message_passes(sent):
    mails = [
        *sent.of(newsletter="weekly", address="li@reader.example.org"),
        *sent.of(newsletter="plain", address="zhao@reader.example.org"),
    ]
    made = {}
    for mail in mails:
        for what, raw in forged(mail.raw).items():
            assert raw != mail.raw, what
            made[mail.name, what] = raw
    assert len(made) == 6 * 9
    assert [each for each, raw in made.items() if any(by_dkimpy(raw, sent.zone))] == []
    verdicts = zip(made, by_mail_dkim(list(made.values()), sent.zone), strict=True)
    assert [each for each, verdict in verdicts if verdict == "pass"] == []
