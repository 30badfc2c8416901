"""What refusals mean: words before numbers, a temporary one never for good, and every word of the table proved."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.bounces.classify import LOOKED_AT, code, enhanced, kind, named
from publisher.delivery.bounces.report import Kind
from publisher.delivery.bounces.words import WORDS

INVALID, SOFT, POLICY, NOTHING = Kind.INVALID, Kind.SOFT, Kind.POLICY, Kind.NOTHING

SAID = [
    # By words, whatever the number.
    (550, "", "550 Domain frequency limited", POLICY),
    (550, "", "550 Connection frequency limited [MN192.0.2.1]", POLICY),
    (550, "", "550 Mailbox unavailable or access denied", POLICY),
    (550, "", "550 Mail content denied", POLICY),
    (550, "", "550 Suspected spam sender", POLICY),
    (421, "", "421 HL:ICC 163 gzmx1", POLICY),
    (421, "", "421 HL:IFC 163 gzmx1", POLICY),
    (450, "", "450 MI:DMC 163 gzmx1", POLICY),
    (451, "", "451 DT:SPM 163 mx1, please try again", POLICY),
    (554, "", "554 DT:SUM 163 smtp1", POLICY),
    (550, "5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more", POLICY),
    (454, "", "454 Throttling failure: Maximum sending rate exceeded.", POLICY),
    (421, "4.7.0", "421 4.7.0 Too many connections from your IP", POLICY),
    (550, "5.1.1", "550 5.1.1 Too many invalid recipients from your host", POLICY),
    (550, "5.7.1", "550 5.7.1 messages weren't sent since part of their network is on our block list (S3150)", POLICY),
    (554, "5.7.1", "554 5.7.1 Client host blocked using Spamhaus", POLICY),
    (550, "5.7.25", "550-5.7.25 The IP address sending this message does not have a PTR record", POLICY),
    (550, "5.1.8", "550 5.1.8 Sender address rejected: Domain not found", POLICY),
    (553, "5.1.8", "553 5.1.8 Domain of sender address does not exist", POLICY),
    (554, "", "554 rejected due to spam content", POLICY),
    (0, "", "您的发信频率过高", POLICY),
    (0, "", "邮件被对方反垃圾系统拒收", POLICY),
    (0, "", "邮件被拒收", POLICY),
    (552, "5.2.2", "552 5.2.2 Mailbox full", SOFT),
    (550, "5.1.1", "550 5.1.1 mailbox over quota", SOFT),
    (554, "", "554 Message size exceeds limit", SOFT),
    (451, "4.7.1", "451 4.7.1 Greylisted, please try again later", SOFT),
    (0, "", "收件人邮箱空间不足", SOFT),
    (0, "", "对方邮箱已满", SOFT),
    (550, "", "550 Mail is rejected by recipients", SOFT),
    (0, "", "连接对方服务器超时", SOFT),
    (550, "5.1.1", "550 5.1.1 User unknown", INVALID),
    (550, "5.7.1", "550 5.7.1 <someone@example.net>: Recipient address rejected: user unknown", INVALID),
    (550, "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", INVALID),
    (550, "", "550 User suspended", INVALID),
    (554, "5.2.1", "554 This account has been disabled", INVALID),
    (554, "5.7.1", "554 5.7.1 Relay access denied", SOFT),
    (550, "5.4.4", "Host or domain name not found. Name service error for name=gone.test type=MX: Host not found", INVALID),
    (556, "5.1.10", "556 5.1.10 recipient domain has a null MX", INVALID),
    (0, "", "用户不存在", INVALID),
    (0, "", "该收件人地址有误", INVALID),
    (0, "", "Utilisateur inconnu", INVALID),
    # By the enhanced code.
    (550, "5.1.1", "no", INVALID),
    (550, "5.1.2", "", INVALID),
    (550, "5.2.1", "", INVALID),
    (550, "5.4.4", "", INVALID),
    (550, "5.2.2", "", SOFT),
    (552, "5.3.4", "", SOFT),
    (550, "5.4.6", "", SOFT),
    (550, "5.7.1", "", POLICY),
    (550, "5.1.7", "", POLICY),
    (554, "5.6.0", "", POLICY),
    (421, "4.7.28", "", POLICY),
    (550, "", "550 5.1.1 no", INVALID),
    (550, "5.0.0", "550 5.7.1 no", POLICY),
    # What is temporary never makes an address invalid.
    (450, "4.1.1", "450 4.1.1 user unknown", SOFT),
    (450, "", "450 user unknown", SOFT),
    (0, "4.4.4", "", SOFT),
    (550, "4.0.0", "550 user unknown", SOFT),
    # Nothing known.
    (550, "", "550 no", SOFT),
    (550, "5.0.0", "", SOFT),
    (550, "5.1.0", "no", SOFT),
    (0, "", "", SOFT),
    # No refusal.
    (250, "2.0.0", "250 queued", NOTHING),
    (250, "", "250 queued", NOTHING),
    (0, "2.1.5", "", NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(("number", "status", "text", "meant"), SAID)
def test_what_a_refusal_means(number: int, status: str, text: str, meant: Kind):
    assert kind(number, status, text) is meant


@pytest.mark.parametrize(
    ("permanent", "number", "status", "text", "meant"),
    [
        (True, 0, "", "", INVALID),
        (True, 550, "5.0.0", "no", INVALID),
        (True, 552, "5.2.2", "", SOFT),
        (True, 550, "5.7.1", "", POLICY),
        (True, 450, "", "", SOFT),
        (False, 550, "5.1.1", "user unknown", SOFT),
        (False, 550, "5.7.1", "", POLICY),
        (False, 0, "", "", SOFT),
    ],
)
def test_what_the_source_says_of_its_own(permanent: bool, number: int, status: str, text: str, meant: Kind):
    assert kind(number, status, text, permanent=permanent) is meant


def test_words_of_one_provider_mean_that_there_only():
    assert kind(550, "5.1.1", "550 access denied", domain="QQ.com.") is POLICY
    assert kind(550, "5.1.1", "550 access denied", domain="example.com") is INVALID
    assert kind(521, "", "521 5.2.1 :  (HVU:B1)", domain="aol.com") is POLICY
    assert kind(521, "", "521 5.2.1 :  (HVU:B1)") is INVALID


def test_a_readers_address_and_paths_of_links_are_no_words():
    assert kind(550, "", "550 <spam@blocklist.example>: user unknown") is INVALID
    assert kind(550, "", "550 no such user, see https://help.example/spam/blocked") is INVALID
    assert kind(550, "", "550 no, see https://www.spamhaus.org/query/ip/192.0.2.1") is POLICY


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("550 5.1.1 no", 550),
        ("550-5.1.1 no", 550),
        ("550", 550),
        ("554: no", 554),
        ("ERROR_CODE :550, no", 550),
        ("host said: 452 full", 452),
        ("250 fine", 0),
        ("192.0.2.550 at 10:15", 0),
        ("#550 no", 0),
        ("", 0),
    ],
)
def test_the_reply_code_in_a_text(text: str, number: int):
    assert code(text) == number


@pytest.mark.parametrize(
    ("status", "text", "meant"),
    [
        ("5.1.1", "5.7.1", "5.1.1"),
        ("5.1.1 (bad address)", "", "5.1.1"),
        ("5.0.0", "(#5.2.2)", "5.2.2"),
        ("5.0.0", "550 no", "5.0.0"),
        ("", "550 5.2.1 no", "5.2.1"),
        ("permanent", "no", ""),
        ("", "host 5.1.1.5 and 15.1.1", ""),
    ],
)
def test_the_enhanced_code(status: str, text: str, meant: str):
    assert enhanced(status, text) == meant


def test_the_table_is_what_it_says():
    seen = [word for _, words in WORDS for word in words]
    assert len({(word.pattern, word.domains) for word in seen}) == len(seen), "a pattern twice"
    for word in seen:
        assert word.seen, f"{word.pattern}: say where it was seen"
        assert word.pattern == word.pattern.lower().replace(r"\s", r"\s") or "\\" in word.pattern
        assert "*" not in word.pattern.replace(r"\*", ""), f"{word.pattern}: a repeat without bound"
        assert "+" not in word.pattern.replace(r"\+", ""), f"{word.pattern}: a repeat without bound"


def test_what_stands_far_behind_is_not_looked_at():
    assert named("x" * LOOKED_AT + " user unknown") is None


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 999),
    st.sampled_from(["", "5.1.1", "4.2.2", "2.0.0", "5.7.1", "x", "5.99.999"]),
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(["user", "mailbox", "is", "full", "unknown", "blocked", "5.1.1", "550", "不存在", "拒收"])).map(" ".join)),
    st.sampled_from([None, True, False]),
)  # fmt: skip
def test_laws(number: int, status: str, text: str, permanent: bool | None):
    meant = kind(number, status, text, permanent=permanent)
    assert meant in {INVALID, SOFT, POLICY, NOTHING}
    assert kind(number, status, text.upper(), permanent=permanent) is meant or not text.isascii()
    if permanent is False or 400 <= number < 500 or status.startswith("4."):
        assert meant is not INVALID
    if meant is NOTHING:
        assert status.startswith("2.") or 200 <= number < 300


@pytest.mark.parametrize("text", ["user " * 800, "exceed " * 700, "a@" * 2000, "https://" * 500, "mailbox is was " * 300, "5.1." * 1000, "邮箱" * 2000])  # fmt: skip
def test_long_texts_end(text: str):
    assert kind(550, "", text) in {INVALID, SOFT, POLICY}
