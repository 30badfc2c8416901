"""How each element of a mail looks on a light or a dark screen: the cascade, as far as contrast asks for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from publisher.digest.lint import paint
from publisher.digest.lint.page import Declaration, Node, Page
from publisher.digest.lint.paint import Paint
from publisher.digest.lint.sheet import Sheet, Step, chooses, steps, weight


class Scheme(StrEnum):
    """What a reader's screen asks for."""

    LIGHT = "light"
    DARK = "dark"


class Look(NamedTuple):
    """What a reader sees of an element's text; None = it cannot be told."""

    colour: Paint | None
    ground: Paint | None
    size: float
    """In pixels."""
    bold: bool
    hidden: bool


_ASKED = frozenset(
    {"color", "background", "background-color", "background-image", "font", "font-size", "font-weight", "display",
     "visibility", "opacity"}
)  # fmt: skip
_LENGTH = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|%)?")
_SHORT_SIZE = re.compile(r"(\d*\.?\d+(?:px|pt|em|rem|%))")
_HEADS: Mapping[str, float] = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67, "small": 0.83}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_DEFAULT_LINK, _DARK_LINK = Paint(0, 0, 238), Paint(158, 158, 255)
_DARK_CANVAS = Paint(18, 18, 18)
_MEDIA = re.compile(r"@media\s*", re.IGNORECASE)

Values = dict[str, str]
_Weight = tuple[int, int, int]
_Found = dict[str, tuple[tuple[bool, int, _Weight, int], str]]


class _Choice(NamedTuple):
    path: tuple[Step, ...]
    weight: _Weight
    order: int
    declared: tuple[Declaration, ...]


def looks(page: Page, sheet: Sheet, scheme: Scheme) -> list[Look]:
    """How each element looks, in the order of the page's elements."""
    plain, nested = _choices(sheet, scheme)
    found: list[Look] = []
    known: dict[tuple[str, ...], Values] = {}
    first = canvas(page, sheet, scheme)
    for node in page.nodes:
        attributes = node.attributes
        key = (node.tag, *map(attributes.get, ("class", "id", "style", "bgcolor", "color"), ("",) * 5))
        own: Values | None = known.get(key)
        if own is None:
            ranked = _ranked(node, page, plain)
            own = known[key] = {name: value for name, (_, value) in ranked.items()}
        if touched := [choice for choice in nested if chooses(choice.path, node, page)]:
            ranked = _ranked(node, page, (*plain, *touched))
            own = {name: value for name, (_, value) in ranked.items()}
        parent = found[node.parent] if node.parent >= 0 else first
        found.append(_look(node, own, parent, scheme))
    return found


def canvas(page: Page, sheet: Sheet, scheme: Scheme) -> Look:
    """What is behind all of a page: dark only where the page says that it can be."""
    metas = (node.attributes.get("content", "") for node in page.all("meta") if _named(node, "color-scheme"))
    roots = (
        each.value
        for rule in sheet.rules
        if ":root" in rule.selectors and not rule.around
        for each in rule.declared
        if each.name == "color-scheme"
    )
    dark = scheme is Scheme.DARK and any("dark" in said.lower() for said in (*metas, *roots))
    return Look(paint.WHITE if dark else paint.BLACK, _DARK_CANVAS if dark else paint.WHITE, 16.0, False, False)


def has_dark(sheet: Sheet) -> bool:
    """Whether the mail brings colours for a dark screen."""
    return any("prefers-color-scheme" in said and "dark" in said for said, _ in sheet.at)


def applies(around: Iterable[str], scheme: Scheme) -> bool:
    """Whether a rule in these at-rules holds on a wide screen of this scheme."""
    return all(_MEDIA.match(said) and _matches(_MEDIA.sub("", said).lower(), scheme) for said in around)


def _matches(query: str, scheme: Scheme) -> bool:
    known = {"screen", "all", "only screen", "", f"(prefers-color-scheme:{scheme})"}
    return any(all(part.strip().replace(": ", ":") in known for part in one.split(" and ")) for one in query.split(","))


def _named(node: Node, name: str) -> bool:
    return node.attributes.get("name", "").lower() == name


def _choices(sheet: Sheet, scheme: Scheme) -> tuple[tuple[_Choice, ...], tuple[_Choice, ...]]:
    """What chooses by the element alone, and what looks at those around it too."""
    plain: list[_Choice] = []
    nested: list[_Choice] = []
    for order, rule in enumerate(sheet.rules):
        declared = tuple(each for each in rule.declared if each.name in _ASKED)
        if not declared or not applies(rule.around, scheme):
            continue
        for selector in rule.selectors:
            if path := steps(selector):
                (nested if len(path) > 1 else plain).append(_Choice(path, weight(path), order, declared))
    return tuple(plain), tuple(nested)


def _ranked(node: Node, page: Page, choices: Iterable[_Choice]) -> _Found:
    """What holds for the element itself, by property, with its rank in the cascade (CSS Cascade 4, 6.1)."""
    found: _Found = {}
    hints = [Declaration("background-color", node.attributes.get("bgcolor", ""), False)]
    if node.tag == "font":
        hints.append(Declaration("color", node.attributes.get("color", ""), False))
    for each in hints:
        if each.value:
            found[each.name] = ((False, 0, (0, 0, 0), -1), each.value)
    for choice in choices:
        if chooses(choice.path, node, page):
            _keep(found, choice.declared, 0, choice.weight, choice.order)
    _keep(found, (each for each in node.style if each.name in _ASKED), 1, (0, 0, 0), 0)
    return found


def _keep(found: _Found, declared: Iterable[Declaration], inline: int, own: _Weight, order: int) -> None:
    for each in _longhands(declared):
        rank = (each.important, inline, own, order)
        if each.name not in found or found[each.name][0] <= rank:
            found[each.name] = (rank, each.value)


def _longhands(declared: Iterable[Declaration]) -> Iterator[Declaration]:
    for each in declared:
        if each.name == "background":
            image = "url(" in each.value or "gradient" in each.value
            yield each._replace(name="background-image", value=each.value if image else "none")
            colours = (word for word in re.findall(r"rgba?\([^()]*\)|[^\s()]+", each.value) if paint.read(word))
            yield each._replace(name="background-color", value=next(colours, "transparent"))
        elif each.name == "font":
            if match := _SHORT_SIZE.search(each.value):
                yield each._replace(name="font-size", value=match[1])
                yield each._replace(name="font-weight", value="bold" if "bold" in each.value else "normal")
        else:
            yield each


def _look(node: Node, own: Values, parent: Look, scheme: Scheme) -> Look:
    size = _size(own.get("font-size"), parent.size, _HEADS.get(node.tag, 1.0))
    return Look(
        _colour(node, own, parent, scheme),
        _ground(own, parent),
        size,
        _bold(own.get("font-weight"), node, parent=parent.bold),
        parent.hidden or own.get("display") == "none" or own.get("visibility") == "hidden" or size < 3,
    )


def _colour(node: Node, own: Values, parent: Look, scheme: Scheme) -> Paint | None:
    said = own.get("color")
    if said is None:
        if node.tag == "a" and "href" in node.attributes:
            dark = scheme is Scheme.DARK and parent.colour is not None and parent.colour.red > 127
            return _DARK_LINK if dark else _DEFAULT_LINK
        return parent.colour
    return parent.colour if said in {"inherit", "currentcolor"} else paint.read(said)


def _ground(own: Values, parent: Look) -> Paint | None:
    if own.get("background-image", "none") != "none" or own.get("opacity", "1") != "1":
        return None
    said = own.get("background-color")
    if said is None:
        return parent.ground
    colour = parent.ground if said == "inherit" else paint.read(said)
    if colour is None or colour.alpha == 1:
        return colour
    return parent.ground and paint.over(colour, parent.ground)


def _size(said: str | None, parent: float, usual: float) -> float:
    match = _LENGTH.fullmatch(said or "")
    if not match:
        return parent * usual
    number, unit = float(match[1]), match[2] or "px"
    return number * {"px": 1.0, "pt": 4 / 3, "em": parent, "rem": 16.0, "%": parent / 100}[unit]


def _bold(said: str | None, node: Node, *, parent: bool) -> bool:
    if said is None:
        return parent or node.tag in _BOLD
    return said in {"bold", "bolder"} or (said.isdigit() and int(said) >= 700)
