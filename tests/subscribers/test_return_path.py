"""The return path of a delivery: read in any case, forged by nobody, and of no use as anything else."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.tokens import Keys, Purpose, read_return_path, return_path, sign, verify

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
KEYS = Keys((b"n" * 32, b"o" * 32))
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

ids = st.integers(0, 2**63 - 1)


@given(ids, st.booleans())
def test_what_was_signed_is_read_in_any_case(id, upper):
    piece = return_path(KEYS, id)
    assert len(piece) == 27
    assert set(piece) <= {*ALPHABET, "."}
    assert read_return_path(KEYS, piece.upper() if upper else piece) == id
    assert read_return_path(KEYS, piece.swapcase().title()) == id


@pytest.mark.parametrize("place", range(27))
def test_changing_any_character_of_a_path_is_refused(place):
    piece = return_path(KEYS, 42)
    for other in {*ALPHABET, "."} - {piece[place]}:
        assert read_return_path(KEYS, piece[:place] + other + piece[place + 1 :]) is None


@given(ids, ids)
def test_the_code_of_one_delivery_proves_no_other(one, other):
    forged = f"{return_path(KEYS, one)[:13]}.{return_path(KEYS, other)[14:]}"
    assert read_return_path(KEYS, forged) == (one if one == other else None)


@given(st.text(max_size=40) | st.from_regex(r"[a-z2-7]{13}\.[a-z2-7]{13}", fullmatch=True))
def test_any_other_text_is_nothing(text):
    assert read_return_path(KEYS, text) is None


@pytest.mark.parametrize("change", ["bounce+{}", "{}@example.org", " {}", "{}\n", "{}=", ""])
def test_only_the_piece_itself_is_read(change):
    assert read_return_path(KEYS, change.format(return_path(KEYS, 7))) is None


@pytest.mark.parametrize(("letter", "alike"), [("k", "\u212a"), ("s", "\u017f"), ("a", "\uff41")])
def test_letters_that_only_look_like_ours_are_refused(letter, alike):
    piece = next(piece for piece in (return_path(KEYS, id) for id in range(99)) if letter in piece[14:])
    assert read_return_path(KEYS, piece.replace(letter, alike)) is None


def test_a_rotated_ring_reads_the_old_and_signs_with_the_newest():
    old, other = Keys(KEYS.ring[1:]), Keys((b"x" * 32,))
    assert read_return_path(KEYS, return_path(old, 9)) == 9
    assert read_return_path(old, return_path(KEYS, 9)) is None
    assert read_return_path(other, return_path(KEYS, 9)) is None


@given(ids)
def test_a_path_is_no_token_and_a_token_no_path(id):
    assert all(verify(KEYS, purpose, return_path(KEYS, id), NOW) is None for purpose in Purpose)
    assert all(read_return_path(KEYS, sign(KEYS, purpose, id, None)) is None for purpose in Purpose)


def test_its_layout_is_the_documented_one():
    claim = struct.pack(">Q", 258)
    code = blake2b(claim, key=b"n" * 32, person=b"return-path", digest_size=8).digest()
    written = [base64.b32encode(octets).decode().removesuffix("===").lower() for octets in (claim, code)]
    assert return_path(KEYS, 258) == ".".join(written)
