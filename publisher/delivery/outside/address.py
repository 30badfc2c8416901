"""Which network addresses belong to the public internet. Pure.

A link is written by whoever wrote the article; a server that follows it must not be led into its own network.
"""

from __future__ import annotations

import ipaddress

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, what is kept for later, broadcast
        "2001::/23",  # protocols, Teredo with an IPv4 address inside among them
        "2001:db8::/32", "3fff::/20",  # for documents
        "2002::/16",  # 6to4: any IPv4 address inside
    )
)  # fmt: skip
"""From the registries of special addresses (RFC 6890 2.2), within what ``_GLOBAL`` leaves."""
_GLOBAL = ipaddress.IPv6Network("2000::/3")
"""All that is given out of IPv6. Outside lie ``::1``, mapped IPv4, NAT64, local and link-local addresses, multicast."""


def public(address: str) -> bool:
    """Whether an IP address is one that anybody can reach; text that is no address is not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.scope_id or ip not in _GLOBAL):
        return False
    return not any(ip in network for network in _NOT_PUBLIC)
