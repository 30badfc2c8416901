"""What DNS must say so that receivers know a newsletter's mail as its own, against a name server on loopback."""

from __future__ import annotations

import nameserver
import pytest

from publisher.content.article import Severity
from publisher.delivery.outside import alignment
from publisher.delivery.outside.alignment import Sending
from publisher.digest import dkim
from publisher.digest.dkim import Algorithm, Key
from publisher.dns import Resolver


def make_key(domain="x.cn", selector="s1", *, bits=2048, algorithm=Algorithm.RSA, public="MIIBIjAN"):
    return Key(domain=domain, selector=selector, algorithm=algorithm, bits=bits, public=public, sign=bytes)


KEY = make_key()
EDDY = make_key(selector="e1", bits=256, algorithm=Algorithm.ED25519, public="11qYAYKx")
SPF = "x.cn TXT v=spf1 include:_spf.relay.cn -all\n_spf.relay.cn TXT v=spf1 ip4:192.0.2.0/24 -all\n"
DMARC = "_dmarc.x.cn TXT v=DMARC1; p=reject; rua=mailto:postmaster@x.cn\n"
DKIM = f"s1._domainkey.x.cn TXT {dkim.public_record(KEY)}\n"
GOOD = SPF + DMARC + DKIM


def found(zone, *, author="x.cn", envelope="x.cn", keys=(KEY,)):
    sending = Sending(author=author, envelope=envelope, keys=tuple(keys))
    with nameserver.serving(zone) as running:
        return alignment.check(sending, Resolver(["127.0.0.1"], port=running.port, patience=0.2))


def codes(zone, **changes):
    return [finding.code for finding in found(zone, **changes)]


def only(zone, code, severity, **changes):
    """The message of the one finding."""
    (finding,) = found(zone, **changes)
    assert (finding.code, finding.severity) == (code, severity), finding
    assert finding.fix, "every finding says what to do"
    return f"{finding.place}: {finding.message}"


def test_a_well_kept_domain_has_nothing_to_mend():
    assert codes(GOOD) == []
    both = GOOD + f"e1._domainkey.x.cn TXT v=DKIM1; k=ed25519; p={EDDY.public}\n"
    assert codes(both, keys=(KEY, EDDY)) == []


def test_a_subdomain_stands_on_the_policy_of_its_organisation():
    zone = GOOD + "news.x.cn TXT v=spf1 redirect=x.cn\nbounce.x.cn TXT v=spf1 redirect=x.cn\n"
    assert codes(zone, author="news.x.cn", envelope="bounce.x.cn") == []


@pytest.mark.parametrize("domain", ["tideline.example", "news.example.org", "localhost", "mail.test"])
def test_reserved_names_are_not_looked_up(domain):
    assert codes("", author=domain, envelope=domain, keys=[make_key(domain)]) == []


# ---- SPF


def test_no_spf_is_a_warning_with_what_to_publish():
    message = only(DMARC + DKIM, "spf-missing", Severity.WARNING)
    assert message.startswith("dns: x.cn: ")
    assert '"v=spf1 include:… -all"' in message


def test_both_domains_of_a_mail_are_looked_at():
    zone = GOOD.replace("x.cn TXT v=spf1", "bounce.x.cn TXT v=spf1", 1)
    assert codes(zone, envelope="bounce.x.cn") == ["spf-missing"]


@pytest.mark.parametrize(
    ("record", "code", "said"),
    [
        ("v=spf1 ip5:192.0.2.1 -all", "spf-wrong", "'ip5:192.0.2.1' is no term of SPF"),
        ("v=spf1 a +all", "spf-everyone", "the whole world may send as you"),
        ("v=spf1 include:nothing.cn -all", "spf-include", "nothing.cn, which has no SPF record"),
        ("v=spf1 redirect=two.cn", "spf-include", "two.cn, which has several SPF records"),
        ("v=spf1 " + "a " * 11 + "-all", "spf-lookups", "more than 10 questions"),
        ("v=spf1 include:x.cn -all", "spf-lookups", "more than 10 questions"),
        ("v=spf1 include:five.cn include:five.cn -all", "spf-lookups", "more than 10 questions"),
    ],
)
def test_spf_that_receivers_do_not_heed_is_an_error(record, code, said):
    zone = f"x.cn TXT {record}\ntwo.cn TXT v=spf1 a\ntwo.cn TXT v=spf1 mx\nfive.cn TXT v=spf1 a mx ptr exists:y.cn mx:z.cn\n"
    assert said in only(zone + DMARC + DKIM, code, Severity.ERROR)


def test_ten_questions_are_allowed():
    zone = "x.cn TXT v=spf1 include:five.cn a a a a -all\nfive.cn TXT v=spf1 a mx ptr exists:y.cn mx:z.cn\n"
    assert codes(zone + DMARC + DKIM) == []


def test_two_spf_records_are_none():
    assert "it has 2 SPF records" in only(GOOD + "x.cn TXT v=spf1 a -all\n", "spf-twice", Severity.ERROR)


# ---- DKIM


def test_a_key_that_is_not_published_is_an_error_with_its_record():
    message = only(SPF + DMARC, "dkim-missing", Severity.ERROR)
    assert message.startswith("dns: s1._domainkey.x.cn: no key is published there; ")
    assert message.endswith("v=DKIM1;k=rsa;p=MIIBIjAN")


@pytest.mark.parametrize(
    ("record", "code", "severity"),
    [
        ("v=DKIM1; k=rsa; p=MIIBother", "dkim-other", Severity.ERROR),
        ("v=DKIM1; k=ed25519; p=MIIBIjAN", "dkim-other", Severity.ERROR),
        ("v=DKIM1; p=", "dkim-revoked", Severity.ERROR),
        ("v=DKIM1; k=rsa", "dkim-wrong", Severity.ERROR),
        ("v=DKIM1; t=y; p=MIIBIjAN", "dkim-testing", Severity.WARNING),
    ],
)
def test_what_is_published_is_compared_with_what_signs(record, code, severity):
    only(SPF + DMARC + f"s1._domainkey.x.cn TXT {record}\n", code, severity)


def test_two_records_at_a_selector_are_one_too_many():
    message = only(GOOD + "s1._domainkey.x.cn TXT v=DKIM1; p=x\n", "dkim-missing", Severity.ERROR)
    assert "several records stand there" in message


def test_a_short_key_is_a_warning():
    assert "publisher dkim new x.cn" in only(GOOD, "dkim-short", Severity.WARNING, keys=[make_key(bits=1024)])


# ---- DMARC


def test_no_dmarc_is_a_warning_with_the_record_to_add():
    message = only(SPF + DKIM, "dmarc-missing", Severity.WARNING)
    assert message.endswith('"v=DMARC1;p=none;rua=mailto:postmaster@x.cn"')


def test_without_any_policy_what_lies_below_is_of_the_same_house():
    zone = SPF + DKIM + "bounce.x.cn TXT v=spf1 redirect=x.cn\ny.cn TXT v=spf1 redirect=x.cn\n"
    assert codes(zone, envelope="bounce.x.cn") == ["dmarc-missing"]
    assert codes(zone, envelope="y.cn") == ["dmarc-missing", "unaligned-spf"]


def test_two_policies_are_none():
    only(GOOD + "_dmarc.x.cn TXT v=DMARC1; p=none\n", "dmarc-twice", Severity.ERROR)


def test_a_policy_with_a_flaw_is_a_warning_where_it_stands():
    zone = SPF + DKIM + "_dmarc.x.cn TXT v=DMARC1; p=block\nnews.x.cn TXT v=spf1 redirect=x.cn\n"
    message = only(zone, "dmarc-wrong", Severity.WARNING, author="news.x.cn", envelope="x.cn")
    assert message.startswith("dns: _dmarc.x.cn: its DMARC record is wrong: p='block' is none of")


def test_the_policy_of_a_public_suffix_goes_for_who_has_none():
    zone = SPF + DKIM + "_dmarc.cn TXT v=DMARC1; p=reject; psd=y; adkim=x\ny.cn TXT v=spf1 redirect=x.cn\n"
    assert codes(zone) == ["dmarc-wrong"]
    assert codes(zone, envelope="y.cn") == ["dmarc-wrong", "unaligned-spf"], "two houses under one suffix"


def test_from_must_belong_to_who_signs_or_who_gets_mail_back():
    zone = GOOD + "y.cn TXT v=spf1 redirect=x.cn\n"
    foreign = found(zone, envelope="y.cn", keys=[make_key("y.cn")])
    assert [(finding.code, finding.severity) for finding in foreign] == [
        ("unaligned-dkim", Severity.ERROR),
        ("unaligned-spf", Severity.WARNING),
    ]
    assert "all keys are for y.cn, so mails are unsigned, and its DMARC policy asks to reject such mail" in str(
        foreign[0]
    )
    message = only(zone, "unaligned-dkim", Severity.WARNING, keys=[make_key("y.cn")])
    assert "reject" not in message
    assert "sign with a key for x.cn" in message
    only(zone, "unaligned-spf", Severity.WARNING, envelope="y.cn")
    relayed = only(zone, "unaligned-spf", Severity.WARNING, envelope="y.cn", keys=[])
    assert "without a key of ours DMARC holds only where the relay signs" in relayed
    assert codes(zone, envelope="bounce.test") == ["unaligned-spf"], "a name that is not looked up is nobody's kin"


def test_a_strict_policy_wants_the_very_same_domain():
    zone = GOOD.replace("p=reject;", "p=none; sp=quarantine; adkim=s; aspf=s;")
    zone += "news.x.cn TXT v=spf1 redirect=x.cn\n"
    signature, envelope = found(zone, author="news.x.cn")
    assert "mails are signed for x.cn (its DMARC policy wants the very same domain)" in signature.message
    assert "asks to quarantine such mail" in envelope.message, "that of the organisation for what lies below"


# ---- silence


def test_what_dns_does_not_answer_is_one_warning_and_the_rest_is_checked():
    zone = SPF + "s1._domainkey.x.cn SERVFAIL\n_dmarc.x.cn SILENT\n"
    message = only(zone, "dns-silent", Severity.WARNING)
    assert "this is not checked: DKIM at s1._domainkey.x.cn, DMARC of x.cn; try again later" in message


def test_no_name_server_at_all_is_one_warning():
    with nameserver.serving("") as gone:
        port = gone.port
    names = Resolver(["127.0.0.1"], port=port, patience=0.1, budget=0.2)
    (finding,) = alignment.check(Sending(author="x.cn", envelope="x.cn", keys=(KEY,)), names)
    assert finding.code == "dns-silent"


def test_nothing_is_asked_twice():
    with nameserver.serving(GOOD) as running:
        alignment.check(
            Sending(author="x.cn", envelope="x.cn", keys=(KEY,)), Resolver(["127.0.0.1"], port=running.port)
        )
    assert set(running.asked.values()) == {1}
