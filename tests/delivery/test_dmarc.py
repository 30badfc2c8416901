"""DMARC policies and DKIM key records are read as receivers read them; the way up the tree finds the organisation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.outside import dmarc, keyrecord
from publisher.delivery.outside.dmarc import Policy
from publisher.delivery.outside.tags import tags


def test_a_policy_is_understood_whole():
    text = "v=DMARC1; p=Reject ;sp=quarantine; np=none; adkim=s; aspf=S; psd=n; rua=mailto:a@x.cn, https://x.cn/r;"
    assert dmarc.parse(text) == Policy(
        wish="reject",
        below="quarantine",
        strict_dkim=True,
        strict_spf=True,
        psd="n",
        reports=("mailto:a@x.cn", "https://x.cn/r"),
    )


def test_what_is_unsaid_is_relaxed_and_goes_for_what_lies_below():
    assert dmarc.parse("v=DMARC1;p=quarantine;t=n;fo=1;pct=5") == Policy(wish="quarantine", below="quarantine")


def test_a_policy_that_is_only_tested_asks_for_less():
    assert dmarc.parse("v=DMARC1;p=reject;sp=quarantine;t=y") == Policy(wish="quarantine", below="none")


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("rua=mailto:a@x.cn", "it has no p=, which older receivers need"),
        ("p=block", "p='block' is none of none, quarantine, reject"),
        ("p=none;adkim=strict", "adkim='strict' is none of r, s"),
        ("p=none;rua=a@x.cn", "rua='a@x.cn' is no address such as mailto:…"),
        ("p=none;rua=mailto:x.cn", "rua='mailto:x.cn' is no address such as mailto:…"),
        ("p=none;p=none", "it has p= twice"),
        ("p=none;reject", "'reject' is no tag such as v=…"),
        ("p=none;2=3", "'2=3' is no tag such as v=…"),
    ],
)
def test_what_receivers_do_not_understand_is_a_flaw_and_counts_as_unsaid(text, flaw):
    policy = dmarc.parse(f"v=DMARC1;{text}")
    assert policy.flaws == (flaw,)
    assert (policy.wish, policy.strict_dkim) == ("none", False)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("v=DMARC1; p=none", True),
        ("V = DMARC1", True),
        ("v=dmarc1;p=none", False),
        ("p=none;v=DMARC1", False),
        ("", False),
    ],
)
def test_dmarc_is_told_from_other_texts(text, yes):
    assert dmarc.claims(text) is yes


def test_the_walk_goes_up_in_at_most_eight_steps():
    assert dmarc.walk("News.X.cn.") == ("news.x.cn", "x.cn", "cn")
    assert dmarc.walk("cn") == ("cn",)
    deep = dmarc.walk("a.b.c.d.e.f.g.h.i.j.mail.x.cn")
    assert deep[:2] == ("a.b.c.d.e.f.g.h.i.j.mail.x.cn", "g.h.i.j.mail.x.cn")
    assert (len(deep), deep[-1]) == (8, "cn")
    assert dmarc.walk("1.2.3.4.5.6.7.cn")[1] == "2.3.4.5.6.7.cn"


def policy(psd="u"):
    return Policy(wish="none", below="none", psd=psd)


@pytest.mark.parametrize(
    ("domain", "found", "organisation"),
    [
        ("a.x.cn", [], "a.x.cn"),
        ("a.x.cn", [("a.x.cn", "u"), ("x.cn", "u")], "x.cn"),
        ("a.x.cn", [("a.x.cn", "n")], "a.x.cn"),
        ("b.a.x.com.cn", [("b.a.x.com.cn", "u"), ("com.cn", "y")], "x.com.cn"),
        ("com.cn", [("com.cn", "y")], "com.cn"),
    ],
)
def test_the_organisation_is_found(domain, found, organisation):
    assert dmarc.organisation(domain, [(holder, policy(psd)) for holder, psd in found]) == organisation


LABELS = st.lists(st.sampled_from(["a", "b", "x", "cn"]), min_size=1, max_size=12)


@given(LABELS, st.data())
def test_the_organisation_is_the_domain_or_above_it(labels, data):
    domain = ".".join(labels)
    steps = dmarc.walk(domain)
    assert len(steps) <= 8
    marks = data.draw(st.lists(st.sampled_from(["", "u", "y", "n"]), min_size=len(steps), max_size=len(steps)))
    found = [(holder, policy(mark)) for holder, mark in zip(steps, marks, strict=True) if mark]
    assert f".{domain}".endswith(f".{dmarc.organisation(domain, found)}")


# ---- keys


def test_a_key_record_is_understood_whole():
    record = keyrecord.parse("v=DKIM1; k=RSA; h=sha1:sha256; t=s:y; n=a note; p=MIIB IjAN\tBg==")
    assert (record.kind, record.public, record.testing, record.flaws) == ("rsa", "MIIBIjANBg==", True, ())
    assert keyrecord.parse("k=ed25519;p=").public == ""
    assert keyrecord.parse("p=MIIB") == keyrecord.KeyRecord(kind="rsa", public="MIIB")


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("v=DKIM2; p=x", "it says v='DKIM2', not v=DKIM1"),
        ("v=DKIM1; k=rsa", "it has no p=, the key itself"),
        ("v=DKIM1; h=sha1; p=x", "h='sha1' forbids sha256, with which mails are signed"),
        ("v=DKIM1; p=x; MIIB", "'MIIB' is no tag such as v=…"),
    ],
)
def test_what_a_receiver_would_stumble_over_is_a_flaw(text, flaw):
    assert keyrecord.parse(text).flaws == (flaw,)


@settings(max_examples=200)
@given(st.one_of(st.text(), st.lists(st.sampled_from(["p=", "v=DMARC1", ";", " ", "=", "sp=x", "rua=,"])).map("".join)))
def test_no_text_breaks_the_readings(text):
    pairs, _ = tags(text)
    assert len(dict(pairs)) == len(pairs)
    assert dmarc.parse(text).wish in {"none", "quarantine", "reject"}
    assert isinstance(keyrecord.parse(text).testing, bool)
    assert dmarc.claims(text) in {True, False}
