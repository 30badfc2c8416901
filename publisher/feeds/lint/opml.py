"""Rules of OPML 2.0 (http://opml.org/spec2.opml) as a list of feeds. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publisher.feeds.lint.finding import Finding, entry_place, error, quoted, warning
from publisher.feeds.lint.media import located
from publisher.feeds.lint.rss import dated
from publisher.feeds.lint.xml import Node

_VERSIONS = frozenset({"1.0", "1.1", "2.0"})


def rules(root: Node) -> Iterator[Finding]:
    """The faults of a document."""
    version = root.attributes.get("version", "")
    if version not in _VERSIONS:
        yield error("version", f'its version is {quoted(version)}; write <opml version="2.0">', f"line {root.line}")
    head, body = root.first("head"), root.first("body")
    if head is None:
        yield warning("element-missing", "there is no <head>; write one with a <title>", "head")
    else:
        for name in ("dateCreated", "dateModified"):
            yield from dated(head, name, "head")
    if body is None or body.first("outline") is None:
        yield error("element-missing", "there is no <body> with an <outline>; write one for each feed", "body")
        return
    outlines = [node for node in body.walk() if node.name == "outline"]
    for number, outline in enumerate(outlines, 1):
        yield from _outline(outline, number)
    for url, count in Counter(node.attributes.get("xmlUrl", "") for node in outlines).items():
        if url and count > 1:
            yield warning("id-duplicate", f"{count} outlines have the xmlUrl {quoted(url)}; keep one", "body")


def _outline(outline: Node, number: int) -> Iterator[Finding]:
    has = outline.attributes
    place = entry_place(number, has.get("text") or has.get("title") or has.get("xmlUrl"), outline.line)
    place = place.replace("entry", "outline", 1)
    if not has.get("text", "").strip():
        yield error("outline-text", "it has no text; write the name of the feed", place)
    if "xmlUrl" not in has and has.get("type", "").lower() in {"rss", "atom", "feed"}:
        yield error("outline-url", "it is a feed without xmlUrl; write the feed's address", place)
    elif "xmlUrl" not in has and not outline.children and not has.get("type"):
        yield warning(
            "outline-url", "it holds no outline and has no xmlUrl; write a feed's address, or remove it", place
        )
    for name in ("xmlUrl", "htmlUrl"):
        if has.get(name) or (name == "xmlUrl" and name in has):
            yield from located(has[name], name, place)
