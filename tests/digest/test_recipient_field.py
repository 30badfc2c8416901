"""The To field of one reader: as every other, but that a local part in other letters stands in it as UTF-8."""

from __future__ import annotations

from email import message_from_string
from email.policy import SMTPUTF8

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.digest import headers


@pytest.mark.parametrize(
    ("display", "address"), [("Ann", "ann@example.org"), ("", "ann@例え.jp"), ("王芳", "ann@example.org")]
)
def test_an_ascii_address_is_written_as_ever(display, address):
    assert headers.recipient(display, address) == headers.mailbox("To", display, address)


@pytest.mark.parametrize("display", ["", "Ann", "王芳", "x" * 70, "王@example.org"])
def test_another_local_part_is_written_in_utf8(display):
    field = headers.recipient(display, "王芳@例え.jp")
    assert field.wire.endswith(
        f"<{'王芳@xn--r8jz45g.jp'}>\r\n".encode() if display else "王芳@xn--r8jz45g.jp\r\n".encode()
    )
    (mailbox,) = message_from_string(field.wire.decode() + "\r\n", policy=SMTPUTF8)["To"].addresses
    assert (mailbox.username, mailbox.domain, mailbox.display_name) == ("王芳", "xn--r8jz45g.jp", display)


@pytest.mark.parametrize(
    "address",
    [
        "王 a@x.org",
        "王\x85@x.org",
        "王<@x.org",
        "王\u2028@x.org",
        "王@x.org\r\nBcc: a@b",
        "王",
        "王@",
        "王" * 90 + "@x.org",
    ],
)
def test_what_could_hide_in_a_header_is_refused(address):
    with pytest.raises(ValueError, match="To: "):
        headers.recipient("Ann", address)


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_written_is_one_line_of_one_field(display, local):
    try:
        field = headers.recipient(display, f"{local}@x.org")
    except ValueError:
        return
    head, *folded = field.wire.removesuffix(b"\r\n").split(b"\r\n")
    assert head.startswith(b"To: ")
    assert all(line.startswith(b" ") for line in folded)
    assert not {*b"\r\n\0"} & {*b"".join([head, *folded])}
