"""Which addresses a link may lead this machine to: the public internet's alone."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.outside.address import public


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "223.5.5.5", "100.63.255.255", "100.128.0.0", "2606:4700::1", "2400:3200::1"]
)
def test_the_public_internet_is_public(address):
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0",
        "2606:4700::1%eth0", "fec0::1", "ff02::1", "5f00::1",
        "", "localhost", "127.1", "0x7f.1", "2130706433", "8.8.8.8 ", "[::1]",
    ],
)  # fmt: skip
def test_everything_else_is_not(address):
    assert not public(address)


@settings(max_examples=300)
@given(st.ip_addresses())
def test_what_is_public_is_global_for_the_standard_library_too(address):
    if public(str(address)):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_no_ipv4_is_public_inside_an_ipv6(address):
    number = int(address)
    for wrapped in (0xFFFF << 32 | number, number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert not public(str(ipaddress.IPv6Address(wrapped)))


@given(st.text())
def test_no_text_breaks_it(text):
    assert public(text) in {True, False}
