"""The style sheets that a mail keeps in its head: their rules, and which elements these choose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from publisher.digest.lint.page import Declaration, Node, Page, declarations

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|<!--|-->", re.DOTALL)
_TOKEN = re.compile(r"""[{};]|"[^"\n]*"|'[^'\n]*'|url\([^()\n]*\)""")
_COMPOUND = re.compile(r"(?P<tag>[a-z][a-z0-9-]*|\*)?(?P<names>(?:[.#][\w-]+)*)", re.IGNORECASE)
_STEP = re.compile(r"\s*>\s*|\s+")
_NAME = re.compile(r"[.#][\w-]+")


class Rule(NamedTuple):
    """One rule: what its at-rules ask for, whom it chooses, what it declares, and its line in the page."""

    around: tuple[str, ...]
    """The at-rules that it stands in, outermost first: ``@media (max-width:600px)``."""
    selectors: tuple[str, ...]
    declared: tuple[Declaration, ...]
    line: int


class Step(NamedTuple):
    """One compound of a selector, and whether the one before it must be its parent rather than any ancestor."""

    tag: str
    classes: frozenset[str]
    id: str
    child: bool


class Sheet(NamedTuple):
    """Everything that the style elements of a page say."""

    rules: tuple[Rule, ...]
    at: tuple[tuple[str, int], ...]
    """At-rules as written up to their brace or semicolon, each with its line."""


def read(page: Page) -> Sheet:
    """What all style elements of the page say, in their order. Never raises."""
    rules: list[Rule] = []
    at: list[tuple[str, int]] = []
    for style in page.all("style"):
        for found in _parse(style.text):
            rule = found._replace(line=style.line + found.line)
            if rule.selectors:
                rules.append(rule)
            else:
                at.append((rule.around[-1], rule.line))
    return Sheet(tuple(rules), tuple(at))


@lru_cache(maxsize=16)
def _parse(css: str) -> tuple[Rule, ...]:
    """The rules of one sheet by line from its start; one without selectors stands for the last at-rule around it."""
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), css)
    found: list[Rule] = []
    around: list[str] = []
    bodies: list[list[str]] = []
    start = 0
    for token in _TOKEN.finditer(text):
        if token[0] not in "{};":
            continue
        piece, start = text[start : token.start()], token.end()
        line = text.count("\n", 0, token.start() - len(piece.lstrip()))
        if token[0] == "{":
            around.append(" ".join(piece.split()))
            bodies.append([])
        elif around:
            bodies[-1].append(piece)
        if piece.lstrip().startswith("@") and token[0] != "}":
            found.append(Rule(tuple(around) if token[0] == "{" else (" ".join(piece.split()),), (), (), line))
        if token[0] == "}" and around:
            own, body = around.pop(), ";".join(bodies.pop())
            selectors = () if own.startswith("@") else tuple(each.strip() for each in own.split(","))
            if body.strip():
                found.append(Rule(tuple(around), selectors or (own,), declarations(body.strip()), line))
    return tuple(found)


@lru_cache(maxsize=1024)
def steps(selector: str) -> tuple[Step, ...]:
    """A selector of tags, classes, ids and their nesting, read backwards; empty for any other."""
    parts = _STEP.split(selector.strip())
    between = _STEP.findall(selector.strip())
    found = []
    for number, part in enumerate(parts):
        match = _COMPOUND.fullmatch(part)
        if not match or not part:
            return ()
        names = _NAME.findall(match["names"])
        classes = frozenset(name[1:] for name in names if name[0] == ".")
        id = next((name[1:] for name in names if name[0] == "#"), "")
        child = number > 0 and ">" in between[number - 1]
        tag = (match["tag"] or "").lower()
        found.append(Step("" if tag == "*" else tag, classes, id, child))
    return tuple(reversed(found))


def chooses(path: Sequence[Step], node: Node, page: Page) -> bool:
    """Whether a selector, as ``steps`` gives it, chooses the element."""
    if not path or not fits(path[0], node):
        return False
    rest = path[1:]
    if not rest:
        return True
    above: Iterator[Node] = page.above(node)
    if path[0].child:
        parent = next(above, None)
        return parent is not None and chooses(rest, parent, page)
    return any(chooses(rest, each, page) for each in above)


def weight(path: Sequence[Step]) -> tuple[int, int, int]:
    """How specific a selector is: ids, classes, tags."""
    return (
        sum(bool(step.id) for step in path),
        sum(len(step.classes) for step in path),
        sum(bool(step.tag) for step in path),
    )


def fits(step: Step, node: Node) -> bool:
    """Whether one compound of a selector chooses the element."""
    return (
        (not step.tag or step.tag == node.tag)
        and (not step.id or step.id == node.attributes.get("id"))
        and (not step.classes or step.classes <= node.classes)
    )
