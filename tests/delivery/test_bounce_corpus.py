"""Reports in the forms that mail servers and providers send, and what is read in each; then any bytes at all."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.delivery import link
from publisher.delivery.bounces import dsn, mail, parse
from publisher.delivery.bounces.report import Kind, Report
from publisher.text import one_line
from subscribers.tokens import Keys, Purpose, read_return_path, return_path, sign

HERE = Path(__file__).parent / "bounces"
EXPECTED = tomllib.loads((HERE / "corpus.toml").read_text("utf-8"))
FILES = {path.stem: path.read_bytes() for path in (HERE / "corpus").glob("*.eml")}
KEYS = Keys((bytes(range(32)),))
ISSUE = 7
LEAVING = "aaaaaaaaaaaaa.bbbbbbbbbbbbb"
"""The mark of the mailto address in the List-Unsubscribe of every mail that is returned: no return path."""


def test_each_message_stands_in_the_table():
    assert sorted(FILES) == sorted(EXPECTED)
    assert len(FILES) >= 60


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_a_message_says(name: str):
    found = mail.read(FILES[name])
    assert [told(report) for report in found] == [
        {"recipient": "", "status": "", "code": 0} | report for report in EXPECTED[name]["reports"]
    ]
    assert all(is_clean(report) for report in found)


def told(report: Report) -> dict[str, object]:
    return {key: getattr(report, key) for key in ("kind", "recipient", "status", "code")}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_whose_mail_it_was(name: str):
    reader, finds = EXPECTED[name].get("reader", 0), EXPECTED[name]["finds"]
    for report in mail.read(FILES[name]):
        assert LEAVING not in report.marks
        proved = {read_return_path(KEYS, mark) for mark in report.marks}
        assert proved == ({link.joined(reader, ISSUE)} if "mark" in finds else set())
        assert report.links == ((sign(KEYS, Purpose.UNSUB, reader, None),) if "link" in finds else ())
        assert report.message_id == (f"<7.{reader}.weekly@news.example.org>" if "id" in finds else "")
        assert report.source == "mail"


def test_the_rest_of_a_report():
    (report,) = mail.read(FILES["sendmail"])
    assert report.server == "mx.example.net"
    assert report.text == "550 5.1.1 <nora@example.net>... User unknown"
    assert report.at == datetime(2026, 11, 3, 8, 15, 21, tzinfo=UTC)
    (report,) = mail.read(FILES["exim-unknown"])
    assert report.server == "mx.example.net"
    assert report.at == datetime(2026, 11, 3, 8, 15, 30, tzinfo=UTC)
    (report,) = mail.read(FILES["postfix-host-not-found"])
    assert report.server == "relay.example.org"
    (report,) = mail.read(FILES["arf-comcast"])
    assert (report.text, report.at) == ("abuse", datetime(2026, 11, 3, 9, 0, tzinfo=UTC))


def is_clean(report: Report) -> bool:
    texts = [report.recipient, report.message_id, report.status, report.text, report.server, *report.marks]
    return (
        all(text == one_line(text) and len(text) <= 520 for text in [*texts, *report.links])
        and (report.code == 0 or 400 <= report.code < 600 or report.kind is Kind.NOTHING)
        and (report.at is None or report.at.tzinfo is not None)
    )


PIECES = st.sampled_from([
    b"\n", b"\n\n", b"--b\n", b"--b--\n", b"Content-Type: multipart/report; boundary=b\n", b"Return-Path: <>\n",
    b"Content-Type: message/delivery-status\n", b"Content-Type: message/rfc822\n", b"Content-Type: multipart/digest; boundary=b\n",
    b"Content-Type: message/feedback-report\n", b"Content-Transfer-Encoding: base64\n", b"Feedback-Type: abuse\n",
    b"Content-Transfer-Encoding: uuencode\n", b"Content-Type: text/plain; charset=idna\n", b"begin 644 x\n",
    b"Content-Type: text/plain; charset*=a%00b'en'utf-8\n", b"Content-Type: multipart/mixed; boundary*=idna''b\n",
    b"Content-Type: text/html; charset=iso-8859-99\n", b"Subject: =?x\0?b?=?=\n", b"Subject: =?gb2312?b?x===?=\n",
    b"From: MAILER-DAEMON@x.test\n", b"Final-Recipient: rfc822; a@b.test\n", b"Final-Recipient: utf-8; \\x{D800}@b\n",
    b"Action: failed\n", b"Status: 5.1.1\n", b"Status: 99999999999999.1.1\n", b"Date: Tue, 3 Nov 99999999999999 08:15:30 +9999\n",
    b"Date: 1 Jan 1 00:00 +2359\n", b"Diagnostic-Code: smtp; 550 \xff\x85\xe2\x80\xa8 no\n", b"delivery failed\n", b"a@b.test: no\n",
    b"To: bounce+" + return_path(KEYS, 1).encode() + b"@x.test\n", b"Arrival-Date: \xff\n", b"\r", b"\0", b"<style><p>\n", b"&#x110000;\n",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=30).map(b"".join))
)
@example(b"")
@example(b"From nobody\n")
@example(b": x\n\n")
def test_any_bytes_are_read(raw: bytes):
    found = mail.read(raw)
    assert all(is_clean(report) for report in found)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_any_damage_is_read(name: str, data: st.DataObject):
    raw = bytearray(FILES[name])
    for place, octet in data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.integers(0, 255)), max_size=20)):
        raw[place] = octet
    assert all(is_clean(report) for report in mail.read(bytes(raw[: data.draw(st.integers(0, len(raw)))])))


def block(number: int) -> str:
    return f"Final-Recipient: rfc822; r{number}@example.net\nAction: failed\nStatus: 5.1.1\n\n"


def test_recipients_are_bounded():
    head = "From: MAILER-DAEMON@x.test\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.test\n\n"
    assert len(mail.read((head + "".join(map(block, range(2000)))).encode())) == 1000
    prose = "From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n" + "".join(
        f"<r{number}@example.net>:\nUser unknown\n" for number in range(2000)
    )
    assert len(mail.read(prose.encode())) == 1000


def test_a_report_within_much_is_found_in_what_is_looked_at():
    (report,) = mail.read(FILES["postfix-unknown-user"] + b"x" * 3 * parse.OCTETS)
    assert report.kind is Kind.INVALID


BOMBS = {
    "parts in parts": b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(900))
    + b"\n" * 500_000,
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 6000,
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 300_000,
    "parameters": b'Content-Type: multipart/mixed; x="' + b";" * 1_000_000 + b"\n\n",
    "words": b"Subject: " + b"=?a?q?" * 150_000 + b"\n\n",
    "fields": b"a:b\n" * 250_000,
    "blocks": b"Content-Type: message/delivery-status\n\n" + b"a:b\n\n" * 200_000,
    "one line": b"From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n" + b"-" * 1_000_000,
    "addresses": b"From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n" + b"a@" * 500_000,
    "almost addresses": b"From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n" + b"a" * 1_000_000,
    "tags": b"From: MAILER-DAEMON@x.test\nSubject: failure notice\nContent-Type: text/html\n\n" + b"<a" * 500_000,
    "recipients": b"From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n" + b"final-recipient:" * 60_000,
    "digests": b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\n\n" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_be_slow_is_not(name: str):
    """No measure of speed: without the limits of ``parse`` some run for minutes, and some use up the stack."""
    found = mail.read(BOMBS[name])
    assert all(is_clean(report) for report in found)
    assert not any(report.kind in {Kind.INVALID, Kind.COMPLAINT, Kind.LEAVE} for report in found)


def letter(*fields: str, body: str = "") -> bytes:
    return "\n".join([*fields, "", body]).encode()


def test_odd_forms():
    null = ("From: MAILER-DAEMON@x.test", "Subject: failure notice")
    # No address at all, and a bar with nothing below it.
    (report,) = mail.read(letter(*null, body="It failed.\n\n--- Below this line is a copy of the message.\n"))
    assert (report.kind, report.recipient, report.text) == (Kind.SOFT, "", "It failed.")
    # The postmaster whom it names is not the reader.
    (report,) = mail.read(letter(*null, body="postmaster@x.test: ask them\n<a@b.test>: User unknown\n"))
    assert (report.kind, report.recipient) == (Kind.INVALID, "a@b.test")
    # A reply of more lines than anybody reads.
    (report,) = mail.read(letter(*null, body="<a@b.test>:\n" + "550-5.1.1 no\n" * 20))
    assert report.text == "550-5.1.1 no " * 5 + "550-5.1.1 no"
    # The head names whom the text does not.
    found = mail.read(letter(*null, "X-Failed-Recipients: a@b.test, c@d.test", body="Mailbox full."))
    assert [(report.kind, report.recipient) for report in found] == [(Kind.SOFT, "a@b.test"), (Kind.SOFT, "c@d.test")]
    # A part of the wrong kind where fields should be.
    odd = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"
    assert mail.read(letter("From: a@b.test", "Content-Type: message/global-delivery-status", body=odd)) == []
    (report,) = mail.read(letter("From: a@b.test", "X-Autoreply: yes", "Subject: Hello"))
    assert report.kind is Kind.NOTHING
    assert mail.read(letter("From: a@b.test", "Content-Type: message/feedback-report", body="Version: 1\n")) == []
    assert mail.read(letter("From: staff@hotmail.com", "Subject: complaint about message from 192.0.2.1")) == []


def test_html_as_it_is_seen():
    html = (
        "<head><title>No</title></head><p>One&nbsp;&amp; <b>two</b><script>var x = '<p>';</script><p>three<style>p {}"
    )
    assert parse.seen(html).split("\n") == ["", "One & two", "three", ""]


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("rfc822; anna@example.net", "anna@example.net"),
        ("RFC822;<anna@example.net>", "anna@example.net"),
        ("anna@example.net", "anna@example.net"),
        ("rfc822; anna+2Bnews@example.net", "anna+news@example.net"),
        ("rfc822; anna+news@example.net", "anna+news@example.net"),
        ("rfc822; anna+40example.net", "anna@example.net"),
        ("utf-8; \\x{6797}@\\x{4F8B}.test", "林@例.test"),
        ("utf-8; \\x{D800}\\x{0A}anna@example.net", "anna@example.net"),
        ("x400; /C=xx/S=anna", ""),
        ("", ""),
    ],
)
def test_addresses_of_notifications(field: str, address: str):
    assert dsn.recipient_of(field) == address


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Tue, 3 Nov 2026 08:15:30 +0800", datetime(2026, 11, 3, 0, 15, 30, tzinfo=UTC)),
        ("Tue, 3 Nov 2026 08:15:30 -0000", datetime(2026, 11, 3, 8, 15, 30, tzinfo=UTC)),
        ("3 Nov 1996 00:00:00 +2300", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(value: str, at: datetime | None):
    assert parse.moment(value) == at
