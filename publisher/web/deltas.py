"""Answers that hold only new entries, to readers that the config lists (RFC 3229): off unless it lists one.

For feeds that such a reader asked for, the entries of the last versions are remembered, as hashes. A partial answer
says ``no-store, im``: a cache that does not know the status must not give it to another reader, one that does may keep
it. Full answers and 304s are right for everybody, so their Vary stays as it is and caches keep one copy, not one for
each reader program.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from publisher.feeds.packed import pack
from publisher.web import conditional, delta
from publisher.web.snapshot import Header, Ready, Served

VERSIONS, FEEDS = 8, 512
"""How many versions of a feed are remembered, and of how many feeds."""
_OWN = {b"cache-control", b"vary", b"content-length", b"content-encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A partial answer, ready to be sent."""

    headers: tuple[Header, ...]
    body: bytes


class Deltas:
    """What listed readers have, and what they lack."""

    def __init__(self, products: tuple[str, ...]) -> None:
        """``products`` are the names that the User-Agents of listed readers begin with."""
        self._products = products
        self._known: OrderedDict[str, OrderedDict[bytes, frozenset[str]]] = OrderedDict()
        """By path, then by tag."""

    def __bool__(self) -> bool:
        return bool(self._products)

    def wanted(self, asked: conditional.Heeded) -> bool:
        """Whether the request takes partial answers and its reader is listed."""
        return (
            conditional.A_IM in asked
            and delta.wanted(asked[conditional.A_IM])
            and delta.listed(asked.get(conditional.USER_AGENT, b""), self._products)
        )

    def answer(self, ready: Ready, asked: conditional.Heeded, status: int) -> Part | None:
        """The entries that the reader lacks; None where all or nothing is to be sent. ``ready`` is not compressed.

        Remembers the version, which is the one that the reader has afterwards.
        """
        served = ready.served
        if not served.media_type.endswith("+xml") or ready.coding:
            return None
        versions = self._known.setdefault(served.path, OrderedDict())
        self._known.move_to_end(served.path)
        if served.etag not in versions:
            versions[served.etag] = delta.entries(ready.body)
        versions.move_to_end(served.etag)
        while len(versions) > VERSIONS:
            versions.popitem(last=False)
        while len(self._known) > FEEDS:
            self._known.popitem(last=False)
        if status != 200 or conditional.IF_NONE_MATCH not in asked:
            return None
        held = conditional.tags(asked[conditional.IF_NONE_MATCH])
        base = next((tag for tag in reversed(versions) if tag.removeprefix(b"W/") in held), None)
        body = delta.cut(ready.body, versions[base]) if base is not None else None
        return None if base is None or body is None else _part(served, base, body, asked)


def _part(served: Served, base: bytes, body: bytes, asked: conditional.Heeded) -> Part:
    headers = [
        *(header for header in served.whole if header[0] not in _OWN),
        (b"im", b"feed"),
        (b"delta-base", base),
        (b"cache-control", b"no-store, im"),
        (b"vary", b"Accept-Encoding, A-IM, If-None-Match, User-Agent"),
    ]
    accepted = conditional.codings(asked.get(conditional.ACCEPT_ENCODING))
    if "gzip" in accepted[: accepted.index("") + 1]:
        body = pack(body, "gzip")
        headers.append((b"content-encoding", b"gzip"))
    return Part(headers=(*headers, (b"content-length", b"%d" % len(body))), body=body)
