import email
import email.policy
import re
from functools import reduce
from operator import iadd

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.digest import splice
from publisher.digest.splice import Encoding

LONGEST = {Encoding.BASE64: 76, Encoding.QUOTED: 76, Encoding.EIGHT_BIT: 998}
WORDS = st.sampled_from([
    "", ".", "..", "From ", " ", "  ", "\t", "\r", "\n", "\r\n", "=", "=41", "a", "ab", "abc", "x" * 75, "é", "算力", "🚀", "\0",
    "\x85", "\u2028", '<a href="', '">', "<td style='a: b' class=x>", "<!-- a b -->", "</a>", "<style>a b", "y" * 400, "z " * 60,
])  # fmt: skip
TEXT = st.one_of(st.text(max_size=90), st.lists(WORDS, max_size=12).map("".join))
SLOT = st.sampled_from(["address", "view", "click"])
VALUES = st.fixed_dictionaries({"address": TEXT, "view": TEXT, "click": st.one_of(TEXT, st.just("k" * 2000))})


@st.composite
def texts(draw):
    slots = draw(st.lists(SLOT, max_size=6))
    return draw(st.lists(TEXT, min_size=len(slots) + 1, max_size=len(slots) + 1)), slots, draw(VALUES)


def crlf(text):
    return re.sub("\r\n?|\n", "\r\n", text)


def naive(static, slots, values):
    """Each piece with CRLF, joined: what every encoding must decode to."""
    pieces = reduce(iadd, ([values[name], piece] for name, piece in zip(slots, static[1:], strict=True)), [static[0]])
    return "".join(crlf(piece) for piece in pieces)


def decoded(body, encoding):
    """What the standard library makes of a part between its boundaries."""
    raw = (
        b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body + b"\r\n--=_b--\r\n"
    )
    (part,) = email.message_from_bytes(raw, policy=email.policy.compat32).get_payload()
    return part.get_payload(decode=True).decode()


def octets(values):
    return {name: value.encode() for name, value in values.items()}


def filled(static, slots, values, encoding, html=False):
    made = splice.compile(static, slots, encoding, html=html).fit(octets(values))
    return made, b"".join(made.fill(octets(values)))


def check(body, encoding):
    lines = body.split(b"\r\n")
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= LONGEST[encoding]
    assert not [line for line in lines if line.startswith((b".", b"From "))]
    if encoding is not Encoding.EIGHT_BIT:
        assert body.isascii()
        assert not re.search(rb"[^\r\n -~]|  |[ ]$", body.replace(b"\r\n", b"\n"), re.MULTILINE)


@given(texts(), st.sampled_from(Encoding), st.booleans())
@settings(max_examples=400)
@example((["", ""], ["view"], {"view": ""}), Encoding.QUOTED, False)
@example((["a", "", "b", ""], ["view", "view", "click"], {"view": "", "click": ""}), Encoding.BASE64, False)
@example((["abc", ""], ["view"], {"view": ""}), Encoding.BASE64, False)
@example((["abc", "de"], ["view"], {"view": "f"}), Encoding.BASE64, False)
@example((["a ", ""], ["view"], {"view": ""}), Encoding.QUOTED, False)
@example((["a ", "\r\n"], ["view"], {"view": ""}), Encoding.QUOTED, False)
@example((["From", " x"], ["view"], {"view": ""}), Encoding.EIGHT_BIT, False)
@example((["", ". x"], ["view"], {"view": ""}), Encoding.EIGHT_BIT, False)
@example((["." * 300 + "From " * 60], [], {}), Encoding.QUOTED, False)
def test_any_text_in_any_encoding_is_decoded_as_the_naive_way_makes_it(given_text, encoding, html):
    static, slots, values = given_text
    made, body = filled(static, slots, values, encoding, html)
    check(body, made.encoding)
    told, expected = decoded(body, made.encoding), naive(static, slots, values)
    assert made.text(octets(values)) == told
    if html and encoding is Encoding.EIGHT_BIT:
        told, expected = told.replace("\r\n", " "), expected.replace("\r\n", " ")
    assert told == expected
    assert made.encoding in {encoding, Encoding.QUOTED}
    assert filled(static, slots, values, encoding, html) == (made, body)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=6), st.lists(st.integers(0, 130), min_size=5, max_size=5))
@settings(max_examples=200)
def test_base64_is_never_padded_inside(lengths, sizes):
    names = [f"name{number}" for number in range(len(lengths) - 1)]
    values = {name: "v" * size for name, size in zip(names, sizes, strict=False)}
    made, body = filled(["s" * length for length in lengths], names, values, Encoding.BASE64)
    assert b"=" not in body.rstrip(b"=")
    assert all(len(line) % 4 == 0 and line for line in body.split(b"\r\n")) or not body
    assert decoded(body, made.encoding) == made.text(octets(values))


def test_a_body_does_not_end_with_the_line_end_before_the_boundary():
    for encoding, expected in {
        Encoding.BASE64: b"YQ0K",
        Encoding.QUOTED: b"a\r\n",
        Encoding.EIGHT_BIT: b"a\r\n",
    }.items():
        assert filled(["a\n"], [], {}, encoding)[1] == expected


def test_what_stands_between_slots_is_the_same_bytes_for_every_reader():
    page = "算力淘金热 " * 400
    made = splice.compile(["Hi ", page, "."], ["name0", "view"], Encoding.BASE64, html=False)
    one, other = (made.fill({"name0": name, "view": b"v"}) for name in (b"Ann", b"Bob"))
    assert any(mine is theirs and len(mine) > 5000 for mine in one for theirs in other)


def test_values_of_any_length_keep_lines_short():
    for length in range(160):
        for encoding in Encoding:
            made, body = filled(["a", "b"], ["view"], {"view": "=é "[length % 3] * length}, encoding)
            check(body, made.encoding)
            assert decoded(body, made.encoding) == "a" + "=é "[length % 3] * length + "b"


def test_quoted_printable_is_written_so_that_nothing_alters_it():
    made, body = filled([".a  b \n\tFrom x\nFrom y ", "."], ["view"], {"view": "算 "}, Encoding.QUOTED)
    assert made.encoding is Encoding.QUOTED
    assert body == b"=2Ea =20b=20\r\n=09From x\r\n=46rom y=20=\r\n=E7=AE=97=20=\r\n=2E"


def test_8bit_is_the_text_itself():
    made, body = filled(["算 \r\n  力", " <\n"], ["view"], {"view": "値"}, Encoding.EIGHT_BIT)
    assert made.encoding == "8bit"
    assert body == "算 \r\n  力値 <\r\n".encode()


def test_8bit_html_is_wrapped_between_attributes_alone():
    card = '<td class="a b" title=\'c d\' style="color: red"><!-- e f --><a href="'
    rest = '" title="g h">one two</a></td>'
    static = ["<!DOCTYPE html>\n" + card, *([f"{rest}{card}"] * 39), rest + "<style>i{} b{}</style>"]
    made, body = filled(
        static, ["click"] * 40, {"click": "https://example.org/r/" + "t" * 80}, Encoding.EIGHT_BIT, True
    )
    assert made.encoding is Encoding.EIGHT_BIT
    lines = body.decode().split("\r\n")
    assert max(map(len, lines)) <= 800
    assert len(lines) > 10
    assert all(re.match(r"<!DOCTYPE|<td|class=|title=|style=|href=", line) for line in lines)
    for whole in ('"a b"', "'c d'", '"color: red"', "<!-- e f -->", '"g h"', "one two"):
        assert body.count(whole.encode()) == 40
    assert b"<style>i{} b{}</style>" in body
    plain, told = filled(static, ["click"] * 40, {"click": "x"}, Encoding.EIGHT_BIT, False)
    assert plain.encoding is Encoding.QUOTED
    check(told, plain.encoding)


def test_a_line_that_fits_is_not_wrapped():
    html = "<p\n" + "<td class='a' id=b>\n" * 200
    assert filled([html], [], {}, Encoding.EIGHT_BIT, True)[1].decode() == crlf(html)


@pytest.mark.parametrize("static", ["x" * 999, ".x", "a\n.b", "From x", "a\0b", "a\x0bb", "<p>" + "算" * 400])
def test_what_8bit_cannot_hold_goes_out_as_quoted_printable(static):
    made, body = filled([static], [], {}, Encoding.EIGHT_BIT, True)
    assert made.encoding is Encoding.QUOTED
    assert decoded(body, made.encoding) == crlf(static)


@pytest.mark.parametrize("value", ["x" * 998, ".", "From ", "a\nb", "\0"])
def test_a_value_that_8bit_cannot_hold_changes_that_message_alone(value):
    made = splice.compile(["", "x\nline"], ["view"], Encoding.EIGHT_BIT, html=False)
    with pytest.raises(ValueError, match="8bit"):
        made.fill({"view": value.encode()})
    fit = made.fit({"view": value.encode()})
    assert (made.encoding, fit.encoding) == (Encoding.EIGHT_BIT, Encoding.QUOTED)
    assert fit.text({"view": b"a"}) == made.text({"view": b"a"}) == "ax\r\nline"
    assert made.fit({"view": b"short"}) is made


def test_pieces_and_slots_must_agree():
    with pytest.raises(ValueError, match="1 slots part 2 pieces, not 1"):
        splice.compile(["a"], ["view"], Encoding.BASE64, html=False)
    with pytest.raises(ValueError):
        splice.compile(["\ud800"], [], Encoding.BASE64, html=False)
    with pytest.raises(KeyError):
        splice.compile(["a", "b"], ["view"], Encoding.BASE64, html=False).fill({})
