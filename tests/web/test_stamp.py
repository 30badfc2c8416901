"""The stamp of a form: who is too quick, too late or lazy, and what a proof of work is."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from delivery.letterbox import KEYS, make_post
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.web import stamp
from publisher.web.stamp import WITHIN, Verdict
from subscribers.tokens import Keys, Purpose, sign

AT = datetime(2025, 6, 30, 8, 0, 0, 123456, tzinfo=UTC)
SOON = AT + timedelta(seconds=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def judged(tmp_path, database):
    """What a form is, by its fields and its moment, under these limits."""

    def judge(fields, now=SOON, limits="{}"):
        config = make_post(tmp_path, database, limits).config
        return stamp.judge(KEYS, config, fields, now, database)

    return judge


def shown(now=AT):
    return {"stamp": stamp.new(KEYS, now), "website": ""}


def solved(text, bits):
    for number in count():
        digest = hashlib.sha256(f"{text}:{number}".encode()).digest()
        if bin(int.from_bytes(digest, "big") | 1 << 256)[3 : 3 + bits] == "0" * bits:
            return str(number)
    raise AssertionError


def test_a_person_is_well(judged):
    assert judged(shown()) is Verdict.OK
    assert judged(shown(), AT + WITHIN - SECOND) is Verdict.OK
    assert len(stamp.new(KEYS, AT)) == 36


def test_a_program_is_too_quick(judged):
    assert judged(shown(), AT) is Verdict.HASTY
    assert judged(shown(), AT + timedelta(seconds=2.99)) is Verdict.HASTY
    assert judged(shown(), AT + timedelta(seconds=9), "{wait: 10s}") is Verdict.HASTY
    assert judged(shown(), AT, "{wait: 0}") is Verdict.OK


def test_a_program_fills_in_everything(judged):
    assert judged(shown() | {"website": "https://spam.example"}) is Verdict.BOT
    assert judged({"website": "x"}) is Verdict.BOT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 36,
        sign(KEYS, Purpose.PREFS, 1, None),
        sign(KEYS, Purpose.FORM, 1, AT - SECOND),
        stamp.new(Keys((b"j" * 32,)), AT),
        stamp.new(KEYS, AT + timedelta(minutes=5)),
    ],
)
def test_what_is_no_stamp_of_this_day_is_stale(judged, text):
    assert judged({"stamp": text}) is Verdict.STALE


def test_a_stamp_is_stale_after_a_day(judged):
    assert judged(shown(), AT + WITHIN) is Verdict.STALE
    assert judged({}) is Verdict.STALE


def test_a_stamp_of_an_older_key_is_as_good(tmp_path, database):
    config = make_post(tmp_path, database).config
    turned = Keys((b"n" * 32, *KEYS.ring))
    assert stamp.judge(turned, config, shown(), SOON, database) is Verdict.OK


def test_without_a_proof_a_form_may_be_sent_again(judged):
    form = shown()
    assert [judged(form) for _ in range(2)] == [Verdict.OK, Verdict.OK]


def test_a_proof_of_work_is_asked_for_and_spent(judged):
    form, hard = shown(), "{proof_of_work: 8}"
    for work in ("", "not it", "x" * 65, "é", " 1"):
        assert judged(form | {"work": work}, limits=hard) is Verdict.WORK
    assert judged(form, limits=hard) is Verdict.WORK
    proof = form | {"work": solved(form["stamp"], 8)}
    assert judged(proof, limits=hard) is Verdict.OK
    assert judged(proof, limits=hard) is Verdict.STALE
    assert judged(proof | {"work": "7"}, limits=hard) is not Verdict.OK


def test_a_proof_is_of_its_own_stamp(judged):
    first, second = shown(), shown(AT + timedelta(milliseconds=1))
    work = next(
        text
        for number in count()
        if stamp.proves(first["stamp"], text := str(number), 8) and not stamp.proves(second["stamp"], text, 8)
    )
    assert judged(second | {"work": work}, AT + timedelta(seconds=4), "{proof_of_work: 8}") is Verdict.WORK


@settings(max_examples=60)
@given(
    st.text("abcdefghij", min_size=1, max_size=36), st.text("0123456789", min_size=1, max_size=9), st.integers(1, 24)
)
def test_work_is_leading_zero_bits(text, work, bits):
    digest = hashlib.sha256(f"{text}:{work}".encode()).digest()
    zeros = "".join(f"{each:08b}" for each in digest).index("1")
    assert stamp.proves(text, work, bits) == (zeros >= bits)


@settings(max_examples=60)
@given(st.text(max_size=50))
def test_no_text_is_a_stamp_by_chance(text):
    from subscribers.tokens import verify

    assert verify(KEYS, Purpose.FORM, text, AT) is None
