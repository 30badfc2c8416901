"""The permanent id of an article: named by its file, else minted once and kept. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publisher.urls import authority

_URI = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)
_SAFE = "/:@!$&'()*+,;=~"


def tag(site: str, zone: ZoneInfo, published: datetime, name: str) -> str:
    """A tag URI (RFC 4151 2.1) of host, date and name, so that a machine without memory mints the same."""
    day = published.astimezone(zone).date().isoformat()
    return f"tag:{authority(site)},{day}:{name if _PLAIN.fullmatch(name) else quote(name, safe=_SAFE)}"


def declared(text: str, site: str, zone: ZoneInfo, published: datetime) -> str:
    """The id that a file names, as a URI; an own number or word becomes a tag of the site; empty for none."""
    if not text or _URI.match(text):
        return quote(text, safe=_SAFE + "?#[]%")
    return tag(site, zone, published, text)
