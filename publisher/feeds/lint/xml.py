"""Reads the XML of a feed without ever obeying it: no entity is resolved, nothing is fetched, nothing raised. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.feeds.lint.finding import Finding, error, quoted, warning

if TYPE_CHECKING:
    from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_HEAD = 4000
_ELEMENT = re.compile(rb"<[A-Za-z_\x80-\xff]")
_XSLT = re.compile(rb"<\?xml-stylesheet[^>]*\bxslt?\b")
_ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
    rb"|&#(?:x0*(?:[0-8BbCcEeFf]|1[0-9A-Fa-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)


class Node(NamedTuple):
    """One element: its name with the namespace in braces before it, as ElementTree writes it.

    A tuple, since the gate makes thirty for each entry, and a frozen dataclass takes four times as long.
    """

    name: str
    attributes: Mapping[str, str]
    text: str
    """What stands before its first child."""
    children: tuple[Node, ...]
    line: int | None

    def all(self, name: str) -> list[Node]:
        """Its children of one name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Node | None:
        """Its first child of one name."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """The text of its first child of one name, without blanks around it; empty where there is none."""
        child = self.first(name)
        return child.text.strip() if child else ""

    def walk(self) -> Iterator[Node]:
        """It and everything in it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document as it was read; ``root`` is None where it is not well-formed, and then a finding says why."""

    root: Node | None
    findings: tuple[Finding, ...] = ()


@cache
def _parser() -> etree.XMLParser:
    """Refuses what is deeper than 256, and texts of more than 10 MB, as long as ``huge_tree`` is off."""
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def parse(data: bytes) -> Parsed:
    """The document as nodes, with what is wrong with the XML itself."""
    from lxml import etree  # entries that our writers made never get here

    found = list(_prologue(data))
    if any(each.code == "xml-entities" for each in found):
        return Parsed(root=None, findings=tuple(found))
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as problem:
        return Parsed(root=None, findings=(*found, _broken(data, problem)))
    return Parsed(root=_node(root), findings=tuple(found))


def _node(element: Any) -> Node:  # its stubs know neither comments among the children nor sourceline
    attributes = {str(name): str(value) for name, value in element.items()}
    if not len(element):
        return Node(str(element.tag), attributes, element.text or "", (), element.sourceline)
    children = tuple(_node(child) for child in element if isinstance(child.tag, str))
    return Node(str(element.tag), attributes, _text(element), children, element.sourceline)


def _text(element: Any) -> str:
    """Its own text: comments within it do not end it, an unresolved entity is kept as written."""
    from lxml import etree

    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            break
        if child.tag is etree.Entity:
            parts.append(child.text or "")
        parts.append(child.tail or "")
    return "".join(parts)


def markup(node: Node) -> str:
    """The children of an XHTML element as HTML, near enough to be judged: names, attributes and texts."""
    return "".join(_markup(child) for child in node.children)


def _markup(node: Node) -> str:
    name = node.name.removeprefix(XHTML)
    described = "".join(
        f' {key}="{value.replace("&", "&amp;").replace(chr(34), "&quot;")}"' for key, value in node.attributes.items()
    )
    inner = node.text.replace("&", "&amp;").replace("<", "&lt;") + markup(node)
    return f"<{name}{described}>{inner}" + ("" if name in _VOID and not inner else f"<{_SLASH}{name}>")


_SLASH = "/"
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "source", "track", "col", "area", "embed"})


def encoding(data: bytes) -> str:
    """The encoding that the document says it is in, lower case; ``utf-8`` where it says nothing."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(data[:_HEAD].removeprefix(codecs.BOM_UTF8).lstrip())
    return declared[1].decode("ascii").lower() if declared else "utf-8"


def _prologue(data: bytes) -> Iterator[Finding]:
    coding = encoding(data)
    if coding not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        message = f"it is written in {coding}, which not every reader knows; write UTF-8"
        yield warning("encoding", message, "line 1")
    plain = data.replace(b"\0", b"") if coding == "utf-16" else data
    root = _ELEMENT.search(plain)  # an article on XML may quote all of this
    start = plain[: root.start()] if root else plain
    if b"<!ENTITY" in start:
        message = "it declares entities, with which a small file can fill a reader's memory; write the characters"
        yield error("xml-entities", message, _line(plain, start.index(b"<!ENTITY")))
    elif b"<!DOCTYPE" in start:
        message = "it has a DOCTYPE, for which careful readers refuse a feed; remove it"
        yield warning("xml-doctype", message, _line(plain, start.index(b"<!DOCTYPE")))
    if match := _XSLT.search(start):
        message = 'it is styled with XSLT, which browsers remove; name a CSS file with type="text/css", or nothing'
        yield warning("xslt", message, _line(plain, match.start()))


def _line(data: bytes, offset: int) -> str:
    return f"line {data.count(10, 0, offset) + 1}"


def _broken(data: bytes, problem: etree.XMLSyntaxError) -> Finding:
    """Why it is not well-formed, in words for the usual cases."""
    from lxml import etree

    codes = etree.ErrorTypes
    place = f"line {problem.lineno or 1}"
    said = quoted(str(problem.msg).partition(", line ")[0])
    utf8 = _broken_utf8(data)
    if utf8 is not None and encoding(data) in {"utf-8", "utf8"}:
        return error("encoding", "it holds bytes that are not UTF-8; save it as UTF-8", _line(data, utf8))
    if illegal := _ILLEGAL.search(data):
        message = f"it holds the control character {illegal[0]!r}, which XML forbids; remove it"
        return error("xml-character", message, _line(data, illegal.start()))
    match getattr(problem, "code", 0):  # not in its stubs
        case codes.ERR_NAME_REQUIRED | codes.ERR_ENTITYREF_SEMICOL_MISSING:
            return error("xml-escape", "a bare & or < stands in it; write &amp; or &lt;", place)
        case codes.ERR_UNDECLARED_ENTITY:
            message = f"{said}: XML knows only amp, lt, gt, quot and apos; write the character itself"
            return error("xml-escape", message, place)
        case codes.NS_ERR_UNDEFINED_NAMESPACE:
            return error("xml-prefix", f"{said}; declare it with xmlns:… on the root element", place)
        case codes.ERR_RESOURCE_LIMIT | codes.ERR_NAME_TOO_LONG:
            return error("xml-limit", f"{said}; no reader takes that: write less, or flatter", place)
    return error("xml", f"it is not well-formed XML: {said}; let a library write it", place)


def _broken_utf8(data: bytes) -> int | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.start
    return None
