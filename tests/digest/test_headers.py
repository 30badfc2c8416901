import email
import email.policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.digest import headers

ANY = st.text(max_size=200)
HOSTILE = "=?utf-8?q?hi=0ABcc:_v@x.org?="


def parse(*fields):
    return email.message_from_bytes(headers.block(fields) + b"\r\n", policy=email.policy.compat32)


def told(value):
    return str(make_header(decode_header("".join(str(value).splitlines()))))


def check_lines(field):
    assert field.wire.endswith(b"\r\n")
    assert field.wire.isascii()
    for line in field.wire[:-2].split(b"\r\n"):
        assert line.strip()
        assert len(line) <= 78
        assert b"\r" not in line
        assert b"\n" not in line


@given(ANY)
@settings(max_examples=300)
@example(HOSTILE)
@example("算力淘金热：CoreWeave的财富神话与潜藏的系统性风险，引发了对市场泡沫和可持续性的深思 🚀🚀🚀" * 3)
@example("a" * 200)
@example("word " * 60)
@example("x" * 69 + " y")
@example("x" * 72)
@example("Bcc: a@b\r\nBcc: c@d\x85e\u2028f")
def test_a_text_is_read_back_as_it_was_meant(value):
    field = headers.text("Subject", value)
    parsed = parse(field, headers.exact("X-After", "1"))
    assert [name for name, _ in parsed.items()] == ["Subject", "X-After"]
    assert told(parsed["Subject"]) == field.meant == headers.clean(value)
    if value.strip():
        check_lines(field) if field.meant else None


@given(ANY, ANY)
@settings(max_examples=200)
@example(HOSTILE, HOSTILE)
@example('Smith, "Jo" \\ <x@y>', "a")
@example("A long English name that goes on and on, far beyond the line that it is written on", "b")
@example("名字" * 60, "c")
@example("a@b.c", "d")
def test_a_mailbox_is_read_back_as_it_was_meant(name, title):
    to = headers.mailbox("To", name, "reader@example.org")
    listed = headers.list_id(title, "weekly.example.org")
    parsed = parse(to, listed)
    assert [found for found, _ in parsed.items()] == ["To", "List-Id"]
    display, address = parseaddr("".join(parsed["To"].splitlines()))
    assert address == "reader@example.org"
    assert told(display) == headers.clean(name)
    assert parsed["List-Id"].endswith("<weekly.example.org>")
    check_lines(to)
    check_lines(listed)


@given(ANY)
@settings(max_examples=100)
def test_the_modern_parser_agrees(value):
    field = headers.text("Subject", value)
    parsed = email.message_from_bytes(field.wire + b"\r\n", policy=email.policy.default)
    assert parsed["Subject"] == field.meant


def test_short_ascii_stays_readable():
    assert headers.text("Subject", "Weekly: one").wire == b"Subject: Weekly: one\r\n"
    assert headers.mailbox("To", "Ann Bee", "a@b.org").wire == b"To: Ann Bee <a@b.org>\r\n"
    assert headers.mailbox("To", "Bee, Ann", "a@b.org").wire == b'To: "Bee, Ann" <a@b.org>\r\n'
    assert headers.mailbox("To", "", "a@b.org").wire == b"To: a@b.org\r\n"


def test_an_encoded_word_in_a_title_stays_a_title():
    field = headers.text("Subject", HOSTILE)
    assert b"=?utf-8?b?" in field.wire
    assert b"Bcc" not in field.wire


def test_a_character_is_never_cut():
    for start in range(60):
        field = headers.text("Subject", "x" * start + "𠮷" * 40)
        for word in field.wire.decode("ascii").removeprefix("Subject: ").split():
            assert told(word)
            assert "\ufffd" not in told(word)


def test_a_link_is_never_folded_nor_encoded():
    url = "<https://news.example.org/u/" + "t" * 300 + ">"
    assert headers.exact("List-Unsubscribe", url).wire == f"List-Unsubscribe: {url}\r\n".encode()


@pytest.mark.parametrize("value", ["a\r\nBcc: x@y", "ü", "a\x00", HOSTILE, " a", "x" * 999])
def test_an_exact_field_takes_nothing_that_would_have_to_be_changed(value):
    with pytest.raises(ValueError, match="List-Unsubscribe"):
        headers.exact("List-Unsubscribe", value)


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b", "ü@b.org", "a b@c.org", "a@b.org\r\nBcc: x@y", "a@b>c", "a@" + "ü" * 80, "a@b..ü"]
)
def test_an_address_that_no_relay_takes_is_refused(address):
    with pytest.raises(ValueError):
        headers.mailbox("To", "x", address)


def test_a_domain_of_other_letters_goes_out_in_ascii():
    assert headers.mailbox("To", "", "a@bücher.example").meant == "a@xn--bcher-kva.example"


@pytest.mark.parametrize("value", ["a@b", "<a@b", "<a b@c>", "<a@b>\r\nBcc: x@y", "<ü@b>"])
def test_a_message_id_has_its_form(value):
    with pytest.raises(ValueError):
        headers.message_id(value)
    assert headers.message_id("<a.b@c.org>").meant == "<a.b@c.org>"


def test_marks_that_turn_a_name_around_are_dropped():
    assert headers.clean("a\u202eb\u2066c\ufeffd\ud800e\x9ff") == "abcdef"
    assert headers.clean(" a \r\n\t b\u2028c ") == "a b c"
