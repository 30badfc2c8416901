"""Judges how a feed is served: its media type, its validators, its links, the way to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from publisher.feeds.lint.finding import Finding, Language, error, quoted, warning

PLACE = "headers"
_TYPES: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {  # the right one first
        Language.RSS: ("application/rss+xml",),
        Language.ATOM: ("application/atom+xml",),
        Language.JSON: ("application/feed+json",),
        Language.OPML: ("text/x-opml", "application/xml", "text/xml"),
    }
)
_NEAR = frozenset({"application/xml", "text/xml", "application/json", "application/rss+xml", "application/atom+xml"})
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE | re.ASCII)
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_WORTH_GZIP = 10_000


def rules(headers: Mapping[str, str], language: Language, *, encoding: str, size: int, hub: bool) -> Iterator[Finding]:
    """The faults of one whole answer.

    ``headers``: by lower-case name. ``encoding``: what the body says it is in; ``size``: its bytes; ``hub``: whether it
    names a WebSub hub.
    """
    yield from _media_type(headers.get("content-type", ""), language, encoding)
    tag = headers.get("etag", "")
    if not tag and not headers.get("last-modified"):
        message = "there is neither ETag nor Last-Modified, so that every poll loads the whole feed; send one of them"
        yield warning("validator-missing", message, PLACE)
    if tag and not _TAG.fullmatch(tag):
        message = f'ETag {quoted(tag)} is not in quotes, and many programs ignore it; write "…" or W/"…"'
        yield warning("etag-form", message, PLACE)
    if size > _WORTH_GZIP and not headers.get("content-encoding"):
        message = f"its {size >> 10} KiB come uncompressed; let the server send gzip to those who accept it"
        yield warning("gzip-missing", message, PLACE)
    rels = relations(headers.get("link", ""))
    if hub and not {"hub", "self"} <= rels:
        missing = " and ".join(f"rel={each}" for each in ("hub", "self") if each not in rels)
        message = f"the body names a hub, but the header Link has no {missing}; send it too (WebSub 4)"
        yield warning("link-header", message, PLACE)


def _media_type(header: str, language: Language, encoding: str) -> Iterator[Finding]:
    kind = header.partition(";")[0].strip().lower()
    right = _TYPES[language]
    if not kind:
        yield warning("content-type", f"there is no Content-Type; send {right[0]}", PLACE)
    elif kind not in right:
        make = warning if kind in _NEAR else error
        message = f"Content-Type is {kind}, by which programs do not know {language}; send {right[0]}"
        yield make("content-type", message, PLACE)
    charset = match[1].lower() if (match := _CHARSET.search(header)) else ""
    if charset and _plain(charset) != _plain(encoding):
        message = f"Content-Type says {charset}, the document is in {encoding}; send charset={encoding}"
        yield error("charset", message, PLACE)
    elif not charset and kind == "text/xml":
        message = "text/xml without a charset is US-ASCII to strict programs; send charset=utf-8"
        yield warning("charset", message, PLACE)


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def relations(header: str) -> frozenset[str]:
    """The relations that a ``Link`` header names (RFC 8288 3.3)."""
    found = (match[1] or match[2] for _, rest in _LINK.findall(header) for match in _REL.finditer(rest))
    return frozenset(rel for each in found for rel in each.lower().split())


def conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with which a reader asks again (RFC 9110 13.1.2, 13.1.3)."""
    asked = {"if-none-match": headers.get("etag", ""), "if-modified-since": headers.get("last-modified", "")}
    return {name: value for name, value in asked.items() if value}


def repeated(*, unchanged: bool, same: bool) -> Iterator[Finding]:
    """The fault of the answer to a conditional request; ``same``: whether its bytes are those of the first."""
    if unchanged:
        return
    if same:
        message = "asked again with its own validators it sends the same feed anew; answer 304 Not Modified"
        yield warning("conditional", message, PLACE)
    else:
        message = "two requests in a row get different bytes; leave the clock, and whatever else moves, out of the feed"
        yield warning("unstable", message, PLACE)


def moved(asked: str, answered: str, *, permanent: bool) -> Finding:
    """That the address leads to another one."""
    advice = "write the new address where the feed is named" if permanent else "answer there, or move it for good (301)"
    kind = "for good" if permanent else "for now"
    return warning("redirect", f"{asked} leads {kind} to {answered}; {advice}", PLACE)
