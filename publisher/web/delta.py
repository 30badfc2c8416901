"""The entries of a feed that a reader does not have yet (RFC 3229 with the manipulation ``feed``). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.feeds.feed import digest

_ENTRY = re.compile(rb"<(item|entry)(?:\s[^>]*)?>.*?</\1>", re.DOTALL)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]")


def listed(agent: bytes, products: Iterable[str]) -> bool:
    """Whether a User-Agent begins with one of the products' names, in any case: ``newsboat/2.21 (…)``."""
    text = agent.decode("latin-1").lower()
    return any(text.startswith(name.lower()) and not _TOKEN.match(text[len(name) : len(name) + 1]) for name in products)


def wanted(a_im: bytes) -> bool:
    """Whether the header A-IM takes ``feed`` (RFC 3229 10.5.3): in any case, in a list, its weight not 0."""
    for part in a_im.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "feed":
            return not re.fullmatch(r"\s*q\s*=\s*0?(\.0*)?\s*", weight)
    return False


def entries(feed: bytes) -> frozenset[str]:
    """Hashes of the feed's entries: an edited one has another."""
    return frozenset(digest(match[0]) for match in _ENTRY.finditer(feed))


def cut(feed: bytes, known: frozenset[str]) -> bytes | None:
    """The RSS or Atom feed without the entries that are known.

    None where that is no gain: nothing would be left, or nothing left out; also where a section of raw text could
    hide the end of an entry.
    """
    if b"<![CDATA[" in feed:
        return None
    kept = dropped = 0
    parts: list[bytes] = []
    at = 0
    for match in _ENTRY.finditer(feed):
        parts.append(feed[at : match.start()])
        if digest(match[0]) in known:
            dropped += 1
        else:
            kept += 1
            parts.append(match[0])
        at = match.end()
    return b"".join((*parts, feed[at:])) if kept and dropped else None
