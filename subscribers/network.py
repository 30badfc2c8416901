"""The network that an IP address belongs to, as far as it is one visitor's. Pure."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network


def prefix(address: str) -> str:
    """The address's network, as ``192.0.2.0/24`` or ``2001:db8::/64``; "" for what is no IP address.

    A whole /64 is what one connection gets (RFC 6177), and its holder changes addresses at will. An IPv4 address that
    IPv6 wraps (``::ffff:192.0.2.1``, RFC 4291 2.5.5.2) counts as what it is.
    """
    try:
        found = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found.packed, 64), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found.packed, 24), strict=False))
