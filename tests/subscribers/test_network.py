"""The network of an address: what one visitor has, and no more."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.network import prefix, registrable, site


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (" 192.0.2.1 ", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.1, 198.51.100.1", ""),
        ("1.2.3", ""),
        ("192.0.2.1:5555", "192.0.2.0/24"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("64:ff9b::192.0.2.7", "192.0.2.0/24"),
    ],
)
def test_the_network_of(address, network):
    assert prefix(address) == network


@settings(max_examples=50)
@given(st.ip_addresses())
def test_an_address_lies_in_its_network_however_it_is_written(address):
    network = ip_network(prefix(str(address)))
    inner = getattr(address, "ipv4_mapped", None) or address
    if address in ip_network("64:ff9b::/96"):
        inner = IPv4Address(address.packed[-4:])
    assert inner in network
    assert network.num_addresses == (256 if isinstance(inner, IPv4Address) else 2**64)
    if isinstance(address, IPv6Address):
        assert prefix(address.exploded) == prefix(str(address))
    else:
        assert prefix(str(ip_address(f"::ffff:{address}"))) == prefix(str(address))


@pytest.mark.parametrize(
    ("address", "network"),
    [("2001:db8:1:2::3", "2001:db8:1::/48"), ("192.0.2.1", ""), ("64:ff9b::192.0.2.7", ""), ("", "")],
)
def test_the_whole_of_an_ipv6_customer(address, network):
    assert site(address) == network


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("x1.victim.example.org", "example.org"),
        ("example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("a.example.com.cn", "example.com.cn"),
        ("a.example.or.jp", "example.or.jp"),
        ("a.example.de", "example.de"),
        ("test", "test"),
    ],
)
def test_the_domain_that_somebody_registered(host, domain):
    assert registrable(host) == domain
