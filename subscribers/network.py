"""What one visitor has of the net: the network of an IP address, the domain that a host name belongs to. Pure."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
_PORT = re.compile(r"(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?", re.ASCII)
_PUBLIC = frozenset({"co", "com", "net", "org", "edu", "gov", "ac"})
"""Second labels under which registries sell third ones."""
_COUNTRY, _SHORT = 2, 3


def prefix(address: str) -> str:
    """The address's network, as ``192.0.2.0/24`` or ``2001:db8::/64``; "" for what is no IP address.

    A whole /64 is what one connection gets (RFC 6177), and its holder changes addresses at will. An IPv4 address that
    IPv6 wraps (``::ffff:192.0.2.1``, RFC 4291 2.5.5.2; ``64:ff9b::192.0.2.1``, RFC 6052 2.1) counts as what it is.
    A port after the address (``192.0.2.1:5555``, ``[2001:db8::1]:443``), as some proxies write it, is no part of it.
    """
    found = _read(address)
    if found is None:
        return ""
    return str(ip_network((found.packed, 64 if isinstance(found, IPv6Address) else 24), strict=False))


def site(address: str) -> str:
    """The /48 of an IPv6 address, as ``2001:db8::/48``: what one customer may get whole (RFC 6177); "" for others."""
    found = _read(address)
    return str(ip_network((found.packed, 48), strict=False)) if isinstance(found, IPv6Address) else ""


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """The address itself, unwrapped."""
    text = address.strip()
    ported = _PORT.fullmatch(text)
    try:
        found = ip_address(((ported[1] or ported[2]) if ported else text).partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return found
    if found in _NAT64:
        return IPv4Address(found.packed[-4:])
    return found.ipv4_mapped or found


def registrable(host: str) -> str:
    """The domain that somebody registered to have this host name (lower-case ASCII), as far as its labels tell.

    No list is asked: the last two labels, or three where the last but one is a registry's own (``co.uk``, ``com.cn``)
    or as short as those are. A holder of one domain thus has no share for each host that they make up.
    """
    labels = host.split(".")
    second = labels[-2] if len(labels) > 1 else ""
    short = len(labels[-1]) == _COUNTRY and len(second) <= _SHORT and second.isalpha()
    return ".".join(labels[-3:] if second in _PUBLIC or short else labels[-2:])
