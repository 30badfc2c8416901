"""SPF records are read as receivers read them, and nothing breaks the reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.outside import spf
from publisher.delivery.outside.spf import Term

GOOD = (
    "v=spf1  +a mx:mail.x.cn/24//64 a/24 ptr include:_spf.x.cn exists:%{i}.x.cn ip4:192.0.2.0/24 ip4:192.0.2.1 "
    "ip6:2001:db8::/32 ?include:%{d}.y.cn exp=why.x.cn moved=x -all"
)


def test_a_good_record_is_understood_whole():
    record = spf.parse(GOOD)
    assert record.flaws == ()
    assert record.terms[0] == Term(name="a")
    assert record.terms[1] == Term(name="mx", value="mail.x.cn/24//64")
    assert record.terms[2] == Term(name="a", value="/24")
    assert record.terms[-1] == Term(name="all", qualifier="-")
    assert record.lookups == 7
    assert record.targets == ("_spf.x.cn",), "what depends on the message is not followed"
    assert not record.everyone


def test_a_redirect_counts_only_where_nothing_else_decides():
    assert spf.parse("v=spf1 redirect=_spf.x.cn").targets == ("_spf.x.cn",)
    assert spf.parse("v=spf1 redirect=_spf.x.cn").lookups == 1
    closed = spf.parse("v=spf1 redirect=_spf.x.cn ~all")
    assert (closed.targets, closed.lookups) == ((), 0)


@pytest.mark.parametrize(("text", "yes"), [("v=spf1 all", True), ("v=spf1 +ALL", True), ("v=spf1 ?all", False)])
def test_the_whole_world_is_noticed(text, yes):
    assert spf.parse(text).everyone is yes


@pytest.mark.parametrize(
    ("term", "flaw"),
    [
        ("ipv4:192.0.2.1", "no term of SPF"),
        ("-redirect=x.cn", "no term of SPF"),
        ("include", "names no domain"),
        ("include:", "names no domain"),
        ("exists/24", "names no domain"),
        ("redirect=", "names no domain"),
        ("ip4:192.0.2.256", "no address or network"),
        ("ip6:192.0.2.1", "no address or network"),
        ("a/33", "no network length"),
        ("mx//129", "no network length"),
        ("a:x.cn/24/24", "no network length"),
        ("all:x", "takes no value"),
        ("v=spf2,", ""),
        ("…", "no term of SPF"),
    ],
)
def test_what_makes_receivers_give_up_is_a_flaw(term, flaw):
    found = spf.parse(f"v=spf1 {term} -all").flaws
    assert (len(found) == 1 and flaw in found[0]) if flaw else not found


def test_a_modifier_stands_once():
    assert spf.parse("v=spf1 redirect=a.cn redirect=b.cn exp=c.cn").flaws == ("it has redirect= twice",)


@pytest.mark.parametrize(
    ("text", "yes"), [("v=spf1", True), ("V=SPF1 -all", True), ("v=spf10", False), ("spf1", False), ("", False)]
)
def test_spf_is_told_from_other_texts(text, yes):
    assert spf.claims(text) is yes


TERMS = st.lists(st.sampled_from([*GOOD.split(" "), "all", "redirect=x", "ip4:", "a/", "=", ":", "%{"]), max_size=8)


@settings(max_examples=200)
@given(st.one_of(st.text(), TERMS.map(" ".join)))
def test_no_text_breaks_the_reading(text):
    record = spf.parse(f"v=spf1 {text}")
    assert record.lookups >= len(record.targets) >= 0
    assert all("\n" not in flaw for flaw in record.flaws)
    assert record.everyone in {True, False}
