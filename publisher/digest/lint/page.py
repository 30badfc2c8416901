"""The HTML of a mail as the rules read it: parsed once, flat, each element with its line and its story. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lxml import etree

_DECLARATION = re.compile(r"""(?:[^;"'(]|"[^"]*"|'[^']*'|\([^()]*\)|["'(])+?(?=;|\Z)""", re.DOTALL)
_QUOTING = re.compile("[\"'(]")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "title", "head", "template"})


class Declaration(NamedTuple):
    """One declaration of CSS: name in lower case, value as written without ``!important``."""

    name: str
    value: str
    important: bool


class Node(NamedTuple):
    """One element.

    A tuple, since a digest has two thousand, and a frozen dataclass takes four times as long to make.
    """

    number: int
    tag: str
    attributes: Mapping[str, str]
    line: int
    parent: int
    """Index of the element that it stands in; -1 for the outermost."""
    end: int
    """Index after its last descendant."""
    text: str
    """What stands directly in it, its children's words left out."""
    words: bool
    """Whether that is shown: not in ``<style>``, ``<title>`` and the like, and more than blanks."""

    @property
    def classes(self) -> frozenset[str]:
        """Names of its classes."""
        return _words(self.attributes.get("class", ""))

    @property
    def style(self) -> tuple[Declaration, ...]:
        """What its style attribute declares."""
        return declarations(self.attributes.get("style", ""))


class Page(NamedTuple):
    """All elements of a mail in the order of the document, and which story each belongs to."""

    nodes: tuple[Node, ...]
    stories: Mapping[int, str]
    """Path of the article by an element's index, for those that stand in a card or a line of one story alone."""

    def all(self, *tags: str) -> list[Node]:
        """The elements of these tags."""
        return [node for node in self.nodes if node.tag in tags]

    def within(self, node: Node) -> tuple[Node, ...]:
        """The element and everything in it."""
        return self.nodes[node.number : node.end]

    def above(self, node: Node) -> Iterator[Node]:
        """The elements that it stands in, the nearest first."""
        while node.parent >= 0:
            node = self.nodes[node.parent]
            yield node

    def text(self, node: Node) -> str:
        """The words of it and everything in it, with alternative texts of pictures, on one line."""
        found = (each.attributes.get("alt", "") if each.tag == "img" else each.text for each in self.within(node))
        return " ".join(" ".join(found).split())

    def place(self, node: Node, more: int = 0) -> str:
        """Where an element stands, and how many others share its fault: ``html line 40 (a.md) and 2 more``."""
        story = self.stories.get(node.number)
        return f"html line {node.line}" + (f" ({story})" if story else "") + (f" and {more} more" if more else "")

    def story(self, node: Node) -> str:
        """Path of the article that an element belongs to, or empty."""
        return self.stories.get(node.number, "")


def parse(html: str, addresses: Mapping[str, str]) -> Page:
    """The page of any text; ``addresses`` gives the path of the article that a link leads to. Never raises."""
    from lxml import etree

    root = etree.fromstring(html.encode("utf-8", "replace"), _parser()) if html.strip() else None
    nodes: list[Node] = []
    if root is not None:
        _add(nodes, root, -1, silent=False)
    return Page(tuple(nodes), _stories(nodes, addresses))


@lru_cache(maxsize=4096)
def declarations(style: str) -> tuple[Declaration, ...]:
    """What a style attribute or the inside of a rule declares."""
    found = []
    plain = not _QUOTING.search(style)
    for part in style.split(";") if plain else _DECLARATION.findall(style):
        name, colon, value = part.partition(":")
        if colon and name.strip():
            bare = _IMPORTANT.sub("", value)
            found.append(Declaration(name.strip().lower(), bare.strip(), bare != value))
    return tuple(found)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@cache
def _parser() -> etree.HTMLParser:
    """Takes any text, fetches nothing, and lets nothing stand deeper than 256."""
    from lxml import etree

    return etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


def _add(nodes: list[Node], element: Any, parent: int, *, silent: bool) -> None:  # its stubs do not know sourceline
    index, tag = len(nodes), str(element.tag).lower()
    silent = silent or tag in _SILENT
    attributes = {str(name): str(value) for name, value in element.items()}
    node = Node(index, tag, attributes, element.sourceline or 0, parent, index + 1, element.text or "", False)
    nodes.append(node)
    tails = []
    for child in element:
        _add(nodes, child, index, silent=silent)
        if child.tail:
            tails.append(child.tail)
    text = " ".join((node.text, *tails)) if tails else node.text
    words = not silent and bool(text) and not text.isspace()
    nodes[index] = Node(index, tag, attributes, node.line, parent, len(nodes), text, words)


def _stories(nodes: list[Node], addresses: Mapping[str, str]) -> dict[int, str]:
    """Each element that holds links to one story and no other belongs to it, and so does all that it holds."""
    told: dict[int, set[str]] = {}
    for node in nodes:
        if node.tag in {"a", "h1"}:
            path = addresses.get(node.attributes.get("href", ""), "")
            above = node.number
            while above >= 0:
                told.setdefault(above, set()).add(path)
                above = nodes[above].parent
    found: dict[int, str] = {}
    for node in nodes:
        own = told.get(node.number, set())
        if node.parent in found:
            found[node.number] = found[node.parent]
        elif len(own) == 1 and (path := next(iter(own))):
            found[node.number] = path
    return found
