"""The gate before an entry is published: only what makes it broken for readers, and fast. Pure."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from xml.parsers import expat

from publisher.content.article import Severity
from publisher.feeds.feed import Format
from publisher.feeds.lint import atom as lint_atom
from publisher.feeds.lint import cut as lint_cut
from publisher.feeds.lint import html as lint_html
from publisher.feeds.lint import jsonfeed as lint_json
from publisher.feeds.lint import rss as lint_rss
from publisher.feeds.lint import xml as lint_xml
from publisher.feeds.lint.finding import Finding, error
from publisher.feeds.lint.text import Fault

_NAMESPACES = (
    b'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)
_ROOTS = MappingProxyType(
    {
        Format.RSS: b"<rss " + _NAMESPACES + b">%b<" + b"/rss>",
        Format.ATOM: b'<feed xmlns="http://www.w3.org/2005/Atom" ' + _NAMESPACES + b">%b<" + b"/feed>",
    }
)
_ENTRY = MappingProxyType({Format.RSS: "item", Format.ATOM: f"{lint_xml.ATOM}entry"})
_PLACE = "entry"
_DECODER = json.JSONDecoder(parse_constant=lint_json.refuse)  # without the hook of load(), which costs as much again
_MILD = frozenset({"url-not-ascii", "url-host"})
"""Faults of addresses that are the author's, and harm that one link only."""


def fragment(form: Format, data: bytes) -> tuple[Finding, ...]:
    """What makes the bytes of one entry broken; nothing: it may be published.

    ``data`` is ``<item>…`` or ``<entry>…`` as cut out of a feed, whose root declares the prefixes, or a JSON object.
    """
    found = _json(data) if form is Format.JSON else _xml(form, data)
    return tuple(each for each in found if each.severity is Severity.ERROR)


class Gate:
    """Lints entries that our own writers made, one after another.

    The first of each shape is linted in all formats. Of the others the JSON is, which holds the same values, and the
    elements around them are those of the first: what is left to prove is that the XML is well-formed.
    """

    def __init__(self) -> None:
        self._known: set[Hashable] = set()

    def entry(self, bodies: Mapping[Format, bytes], shape: Hashable) -> tuple[Finding, ...]:
        """What makes the entry broken; ``shape``: equal for entries that have the same kinds of elements."""
        suspect = [form for form, data in bodies.items() if shape not in self._known or not _well_formed(form, data)]
        found = [each for form in dict.fromkeys((*suspect, Format.JSON)) for each in fragment(form, bodies[form])]
        if not found:
            self._known.add(shape)
        return tuple(found)


def _well_formed(form: Format, data: bytes) -> bool:
    if form is Format.JSON:  # it is linted in any case
        return True
    parser = expat.ParserCreate()
    try:
        parser.Parse(rooted(form, data), True)  # expat takes no names
    except expat.ExpatError:
        return False
    return True


def rooted(form: Format, data: bytes) -> bytes:
    """The entry as a document: the root declares what a feed's root does."""
    return _ROOTS[form] % data


def _xml(form: Format, data: bytes) -> Iterator[Finding]:
    entry = lint_cut.read(form, data)
    if entry is None:
        parsed = lint_xml.parse(rooted(form, data))
        root = parsed.root
        if root is None or len(root.children) != 1 or root.children[0].name != _ENTRY[form]:
            told = parsed.findings or (error("xml", "it is not one entry; let the writer make it anew"),)
            yield from (Finding(each.severity, each.code, each.message, _PLACE) for each in told)
            return
        entry = root.children[0]
    rules = lint_rss if form is Format.RSS else lint_atom
    yield from rules.identity(entry, _PLACE)
    yield from rules.details(entry, _PLACE)
    yield from _bodies(rules.bodies(entry))


def _json(data: bytes) -> Iterator[Finding]:
    item = _object(data)
    if isinstance(item, Finding):
        yield Finding(item.severity, item.code, item.message, _PLACE)
        return
    yield from lint_json.identity(item, _PLACE)
    if b"\\u" in data or b"\xef\xbf" in data:  # no other bytes can stand for what may not be shown
        yield from lint_json.characters(item, _PLACE)
    yield from _bodies(lint_json.bodies(item))


def _object(data: bytes) -> dict[str, Any] | Finding:
    try:
        item = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return lint_json.load(data)
    return item if isinstance(item, dict) else lint_json.load(data)


def _bodies(bodies: tuple[tuple[str, str], ...]) -> Iterator[Finding]:
    for name, text in bodies:
        for fault in lint_html.faults(text):
            if _breaks(fault):
                yield error(fault.code, f"{name}: {fault.message}", _PLACE)


def _breaks(fault: Fault) -> bool:
    return fault.code not in _MILD
