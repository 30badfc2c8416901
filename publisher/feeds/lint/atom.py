"""Rules of Atom 1.0 (RFC 4287). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from publisher.feeds.lint.finding import Facts, Finding, Item, Language, Link, entry_place, error, quoted, words
from publisher.feeds.lint.media import known, length, links, located, media, once
from publisher.feeds.lint.text import Fault, address, rfc3339, told
from publisher.feeds.lint.xml import ATOM, HISTORY, LANG, XHTML, XML_BASE, Node, markup

_FEED = words("author category contributor entry generator icon id link logo rights subtitle title updated")
_FEED_ONCE = words("generator icon id logo rights subtitle title updated")
_ENTRY = words("author category content contributor id link published rights source summary title updated")
_ENTRY_ONCE = _ENTRY - {"author", "category", "contributor", "link"}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S", re.ASCII)
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[\w.+-]+(\s*;.*)?", re.ASCII | re.DOTALL)
_HTML = re.compile(r"<[/]?(?:p|div|a|em|strong|br|h[1-6]|ul|ol|li|img|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE)


def facts(root: Node) -> Facts:
    """What the feed says."""
    stamp = rfc3339(root.value(f"{ATOM}updated"))
    own = links(root)
    return Facts(
        language_of=Language.ATOM,
        items=tuple(_item(entry, number, root) for number, entry in enumerate(root.all(f"{ATOM}entry"), 1)),
        home=next((link.href for link in own if link.rel == "alternate"), ""),
        links=own,
        language=root.attributes.get(LANG),
        stamp=stamp if isinstance(stamp, datetime) else None,
        archive=root.first(f"{HISTORY}archive") is not None,
        complete=root.first(f"{HISTORY}complete") is not None,
    )


def _item(entry: Node, number: int, root: Node) -> Item:
    published, updated = rfc3339(entry.value(f"{ATOM}published")), rfc3339(entry.value(f"{ATOM}updated"))
    title = entry.first(f"{ATOM}title")
    content = entry.first(f"{ATOM}content")
    return Item(
        place=place(entry, number),
        id=entry.value(f"{ATOM}id"),
        title=_plain_title(title) if title else None,
        published=published if isinstance(published, datetime) else None,
        updated=updated if isinstance(updated, datetime) else None,
        bodies=bodies(entry),
        based=any(XML_BASE in node.attributes for node in (root, entry, content) if node),
    )


def _plain_title(title: Node) -> str | None:
    """The title where it is written as plain text; one that is typed as HTML is judged by readers, not here."""
    return title.text if title.attributes.get("type", "text") == "text" else None


def place(entry: Node, number: int) -> str:
    """Where an entry stands, and which it is."""
    return entry_place(number, entry.value(f"{ATOM}title") or entry.value(f"{ATOM}id"), entry.line)


def bodies(entry: Node) -> tuple[tuple[str, str], ...]:
    """Name and HTML of the texts of an entry: plain text is none."""
    found = []
    for name in ("summary", "content"):
        node = entry.first(ATOM + name)
        kind = node.attributes.get("type", "text") if node else "text"
        if node and kind == "xhtml":
            found.append((name, markup(node)))
        elif node and kind == "html":
            found.append((name, node.text))
    return tuple(found)


def rules(root: Node) -> Iterator[Finding]:
    """The faults of a document, but for those that any format can have."""
    yield from _required(root, "feed")
    yield from known(root, _FEED, "feed", ATOM)
    yield from once(root, _FEED_ONCE, "feed", ATOM)
    yield from _people(root, "feed")
    yield from _texts(root, "feed")
    yield from linked(root, "feed")
    authored = root.first(f"{ATOM}author") is not None
    for number, entry in enumerate(root.all(f"{ATOM}entry"), 1):
        where = place(entry, number)
        yield from identity(entry, where)
        yield from details(entry, where)
        yield from _rest(entry, where, authored=authored)


def _required(node: Node, where: str) -> Iterator[Finding]:
    id = node.value(f"{ATOM}id")
    if not id:
        yield error("id-missing", "it has no <id>; write one that never changes, such as tag:example.org,2025:a", where)
    elif not _ABSOLUTE.match(id):
        message = f"<id> {quoted(id)} is no absolute IRI; write one such as tag:example.org,2025:a or urn:uuid:…"
        yield error("id-relative", message, where)
    if node.first(f"{ATOM}title") is None:
        yield error("element-missing", "it has no <title>; write one, be it empty", where)
    if node.first(f"{ATOM}updated") is None:
        yield error("date-missing", "it has no <updated>; write when it last changed", where)
    for name in ("updated", "published"):
        date = node.first(ATOM + name)
        if date is not None and isinstance(fault := rfc3339(date.text.strip()), Fault):
            yield told(fault, where, name)


def identity(entry: Node, where: str) -> Iterator[Finding]:
    """Faults of what every entry must have (RFC 4287 4.1.2)."""
    yield from _required(entry, where)


def details(entry: Node, where: str) -> Iterator[Finding]:
    """Faults of links, texts and pictures of an entry."""
    yield from linked(entry, where)
    yield from _texts(entry, where)
    yield from media(entry, where)


def linked(parent: Node, where: str) -> Iterator[Finding]:
    """Faults of the links of a feed or an entry (RFC 4287 4.2.7)."""
    seen: set[tuple[str, str]] = set()
    twice = False
    for node, link in zip(parent.all(f"{ATOM}link"), links(parent), strict=True):
        if "href" not in node.attributes:
            yield error("link-href", f"a link rel={quoted(link.rel)} has no href; write the address", where)
        elif XML_BASE not in parent.attributes and (fault := address(link.href)):
            yield told(fault, where, f"link {link.rel}")
        if link.rel == "enclosure" and "length" in node.attributes:
            yield from length(node.attributes["length"], "the enclosure", where)
        twice = twice or (link.rel == "alternate" and _kind(link) in seen)
        if link.rel == "alternate":
            seen.add(_kind(link))
    if twice:
        message = 'it has two alternate links of one type and language; keep one, and write rel="enclosure" for a file'
        yield error("link-duplicate", message, where)


def _kind(link: Link) -> tuple[str, str]:
    return link.type, link.hreflang


def _texts(parent: Node, where: str) -> Iterator[Finding]:
    """Faults of the constructs that hold text (RFC 4287 3.1, 4.1.3)."""
    for name in ("title", "subtitle", "summary", "rights", "content"):
        node = parent.first(ATOM + name)
        if node is None:
            continue
        kind = node.attributes.get("type", "text")
        if kind not in {"text", "html", "xhtml"} and not (name == "content" and _MEDIA_TYPE.fullmatch(kind)):
            message = f"type of <{name}> is {quoted(kind)}; write text, html or xhtml"
            yield error("text-type", message, where)
        elif kind == "xhtml" and [child.name for child in node.children] != [f"{XHTML}div"]:
            yield error("text-xhtml", f'<{name} type="xhtml"> must hold one XHTML <div>; wrap it in one', where)
        elif kind == "html" and node.children:
            message = f'<{name} type="html"> holds elements; escape the HTML, or write type="xhtml"'
            yield error("text-type", message, where)
        elif kind == "text" and name in {"content", "summary"} and (match := _HTML.search(node.text)):
            message = f'<{name}> holds HTML ({quoted(match[0])}) that readers show as text; add type="html"'
            yield error("text-type", message, where)


def _people(parent: Node, where: str) -> Iterator[Finding]:
    for person in [*parent.all(f"{ATOM}author"), *parent.all(f"{ATOM}contributor")]:
        if not person.value(f"{ATOM}name"):
            yield error("author-name", "an author has no <name>; write one", where)


def _rest(entry: Node, where: str, *, authored: bool) -> Iterator[Finding]:
    yield from known(entry, _ENTRY, where, ATOM)
    yield from once(entry, _ENTRY_ONCE, where, ATOM)
    yield from _people(entry, where)
    source = entry.first(f"{ATOM}source")
    if not authored and not entry.first(f"{ATOM}author") and not (source and source.first(f"{ATOM}author")):
        yield error("author-missing", "neither it nor the feed has an <author>; write one in the feed", where)
    for category in entry.all(f"{ATOM}category"):
        if not category.attributes.get("term"):
            yield error("category-term", "a category has no term; write one", where)
    content = entry.first(f"{ATOM}content")
    if content is None and not any(link.rel == "alternate" for link in links(entry)):
        yield error("link-missing", "it has neither content nor an alternate link; write one of them", where)
    if content and (source_url := content.attributes.get("src")) is not None:
        yield from located(source_url, "content", where)
