"""Questions to DNS, against a name server on loopback: whole answers, each asked for once, within a budget."""

from __future__ import annotations

import nameserver
import pytest

from publisher import dns
from publisher.errors import FetchError

ZONE = f"""
plain.cn TXT v=spf1 -all
long.cn TXT {"a" * 254}"\\{"b" * 300}
huge.cn TXT {"c" * 4000}
two.cn TXT one
two.cn TXT other
_dmarc.below.above.cn TXT x
other.cn A 127.0.0.1
broken.cn SERVFAIL
silent.cn SILENT
"""


@pytest.fixture
def zone():
    with nameserver.serving(ZONE) as running:
        yield running


def resolver(zone, **options):
    return dns.Resolver(["127.0.0.1"], port=zone.port, **options)


def test_texts_come_whole_however_they_are_cut(zone):
    names = resolver(zone)
    assert names.txt("plain.cn") == ("v=spf1 -all",)
    assert names.txt("long.cn") == ("a" * 254 + '"\\' + "b" * 300,)
    assert names.txt("huge.cn") == ("c" * 4000,), "over TCP, where it does not fit into a datagram"
    assert sorted(names.txt("two.cn")) == ["one", "other"]


@pytest.mark.parametrize(
    "name", ["missing.cn", "below.above.cn", "other.cn", "", "a..cn", "x" * 64 + ".cn", "x." * 130, "xn--\udc80.cn"]
)
def test_where_nothing_stands_there_is_nothing(zone, name):
    assert resolver(zone).txt(name) == ()


def test_a_name_is_asked_for_once_however_it_is_written(zone):
    names = resolver(zone)
    for name in ("plain.cn", "PLAIN.cn", "plain.cn."):
        assert names.txt(name) == ("v=spf1 -all",)
    assert zone.asked["plain.cn"] == 1


def test_a_failure_is_said_and_remembered(zone):
    names = resolver(zone)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"broken\.cn: the name servers fail at it") as caught:
            names.txt("broken.cn")
        assert caught.value.hint
    assert zone.asked["broken.cn"] <= 4, "dnspython may try again, we do not"


def test_silence_costs_the_patience_and_no_more_than_the_budget(zone):
    names = resolver(zone, patience=0.1, budget=0.1)
    with pytest.raises(FetchError, match=r"silent\.cn: no answer in time"):
        names.txt("silent.cn")
    with pytest.raises(FetchError, match=r"no time was left to ask for plain\.cn"):
        names.txt("plain.cn")
    assert not zone.asked["plain.cn"]


def test_a_machine_without_name_servers_says_so(monkeypatch):
    import dns.resolver

    def nothing(self, file):
        raise dns.resolver.NoResolverConfiguration("no nameservers")

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", nothing)
    from publisher.dns import Resolver

    with pytest.raises(FetchError, match="this machine names no name server"):
        Resolver().txt("plain.cn")


@pytest.mark.parametrize(
    ("name", "invented", "reserved"),
    [
        ("tideline.example", True, True),
        ("news.Example.ORG.", True, True),
        ("x.test", True, True),
        ("localhost", False, True),
        ("intranet", False, True),
        ("printer.local", False, True),
        ("1.168.192.in-addr.arpa", False, True),
        ("myexample.org", False, False),
        ("example.cn", False, False),
        ("测试.cn", False, False),
    ],
)
def test_names_that_stand_in_no_public_dns_are_known(name, invented, reserved):
    assert (dns.invented(name), dns.reserved(name)) == (invented, reserved)


def test_the_system_names_the_name_servers_where_none_are_given(monkeypatch, zone):
    import dns.resolver

    def read(self, file):
        self.nameservers, self.port = ["127.0.0.1"], zone.port

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", read)
    from publisher.dns import Resolver

    assert Resolver().txt("plain.cn") == ("v=spf1 -all",)
