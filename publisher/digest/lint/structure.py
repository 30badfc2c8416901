"""Rules of structure: what a screen reader reads out, and what no mail may hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.page import Node
from publisher.digest.lint.proof import Proof

_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ACTIVE = ("script", "iframe", "object", "embed", "applet", "form", "frame", "frameset", "base")


def rules(proof: Proof) -> Iterator[Finding]:
    """Language, title, headings, tables and elements that filters refuse."""
    page = proof.page
    if not any(node.attributes.get("lang", "").strip() for node in page.all("html")):
        yield error("html-lang", "html", "the html element has no lang; Han letters would look Japanese: write lang=…")
    if proof.subject.strip() and not any(node.text.strip() for node in page.all("title")):
        yield warning("html-title", "html", "it has no title; put the subject into a title element")
    yield from _headings(proof)
    for node in page.all("table"):
        heads = any(each.tag in {"th", "caption"} for each in page.within(node))
        if not heads and node.attributes.get("role") not in {"presentation", "none"}:
            message = 'screen readers read a table of the layout out as data; write role="presentation"'
            yield warning("table-role", page.place(node), message, page.story(node))
            break
    for node in page.nodes:
        if problem := _active(node):
            yield error(
                "html-active", page.place(node), f"filters refuse a mail with {problem}; remove it", page.story(node)
            )


def _headings(proof: Proof) -> Iterator[Finding]:
    found = proof.page.all(*_HEADS)
    ones = sum(node.tag == "h1" for node in found)
    if ones != 1:
        yield warning("heading-one", "html", f"it has {ones} headings h1; write one, with the newsletter's name")
    above = 1
    for node in found:
        level = int(node.tag[1])
        if level > above + 1:
            words = quoted(proof.page.text(node))
            message = f"the heading {words} is h{level} and stands under h{above}; write h{above + 1}"
            yield warning("heading-skipped", proof.page.place(node), message, proof.page.story(node))
        above = level


def _active(node: Node) -> str:
    """What of an element is a program or a form, or empty."""
    if node.tag in _ACTIVE:
        return f"a {node.tag} element"
    name = next((name for name in node.attributes if name.startswith("on")), "")
    if name:
        return f"an attribute {name}"
    refresh = node.tag == "meta" and node.attributes.get("http-equiv", "").lower() == "refresh"
    return "a meta refresh" if refresh else ""
