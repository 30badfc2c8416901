"""What a mail uses of HTML and CSS, by the names that caniemail.com gives it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from publisher.digest.lint.page import Declaration, Node, Page
from publisher.digest.lint.sheet import Rule, Sheet

_TAGS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
    **dict.fromkeys(
        ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section",
         "summary", "time"), "html-semantics"),
    "b": "html-strong",
}  # fmt: skip
_ATTRIBUTES = {
    "srcset": "html-srcset", "sizes": "html-srcset", "loading": "html-loading-attribute",
    "inert": "css-inert-attribute",
    **{name: f"html-{name}" for name in (
        "align", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "aria-live", "background",
        "cellpadding", "cellspacing", "dir", "height", "hidden", "lang", "popover", "required", "role", "target",
        "valign", "width")},
}  # fmt: skip
_PICTURES = {"jpeg": "jpg", "svgz": "svg", "tif": "tiff", "heic": "heif"}
_EDGES = ("top", "right", "bottom", "left")
_PREFIXES = (
    ("border-inline", "css-border-inline-block-longhand"),
    ("border-block", "css-border-inline-block-longhand"),
    ("border-", "css-border"),
    ("padding-inline-", "css-padding-inline-start-end"),
    ("padding-block-", "css-padding-block-start-end"),
    ("margin-inline-", "css-margin-inline-start-end"),
    ("margin-block-", "css-margin-block-start-end"),
    ("padding-inline", "css-padding-inline-block"),
    ("padding-block", "css-padding-inline-block"),
    ("margin-inline", "css-margin-inline-block"),
    ("margin-block", "css-margin-inline-block"),
    ("padding-", "css-padding"),
    ("margin-", "css-margin"),
    ("inset-", "css-inset"),
    ("grid", "css-display-grid"),
    ("flex", "css-display-flex"),
    ("column", "css-column-layout-properties"),
    ("animation-", "css-animation"),
    ("transition-", "css-transition"),
    ("overflow-", "css-overflow"),
    ("scroll-snap-", "css-scroll-snap"),
    ("text-emphasis-", "css-text-emphasis"),
    ("background-", "css-background"),
    ("outline-", "css-outline"),
    ("--", "css-variables"),
)
"""Longhands that share an entry, the first that fits; what has an entry of its own is found before."""
_PROPERTIES = {
    **dict.fromkeys(_EDGES, "css-left-right-top-bottom"),
    **dict.fromkeys(("row-gap", "column-gap"), "css-gap"),
    **dict.fromkeys(("block-size", "inline-size"), "css-block-inline-size"),
    **dict.fromkeys(("border-inline", "border-block"), "css-border-inline-block"),
}
_STRING = re.compile(r""""[^"]*"|'[^']*'|url\([^()]*\)""")
_CALL = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])-?\d*\.?\d+(px|pt|pc|em|rem|ex|ch|cm|mm|in|vh|vw|vmin|vmax|%)(?![\w])")
_CALLS = {
    "calc": "css-unit-calc", "clamp": "css-function-clamp", "min": "css-function-min", "max": "css-function-max",
    "light-dark": "css-function-light-dark", "var": "css-variables", "rgb": "css-rgb", "rgba": "css-rgba",
    **dict.fromkeys(("lch", "oklch", "lab", "oklab", "color"), "css-modern-color"),
}  # fmt: skip
_SYSTEM = re.compile(r"\b(?:system-ui|ui-(?:serif|sans-serif|rounded|monospace))\b")
_MEDIA = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
    "hover": "css-at-media-hover",
}
_PSEUDO = re.compile(r"(::?)([a-z-]+)")
_ELEMENTS = frozenset({"before", "after", "first-letter", "first-line"})


def used(page: Page, sheet: Sheet, known: Iterable[str]) -> Iterator[tuple[str, Node | int]]:
    """Each use of a known feature with its element, or with its line where it stands in a sheet."""
    table = frozenset(known)
    for node in page.nodes:
        for slug in _element(node):
            if slug in table:
                yield slug, node
        for slug in declared(node.style, table):
            yield slug, node
    for said, line in sheet.at:
        for slug in _at_rule(said):
            if slug in table:
                yield slug, line
    for rule in sheet.rules:
        for slug in (*declared(rule.declared, table), *(each for each in _selectors(rule) if each in table)):
            yield slug, rule.line


def _element(node: Node) -> Iterator[str]:
    tag, attributes = node.tag, node.attributes
    yield _tag(tag, attributes)
    for name, value in attributes.items():
        yield _ATTRIBUTES.get(name, "")
        if name == "href" and tag == "a":
            if value.startswith("#"):
                yield "html-anchor-links"
            elif value.startswith("mailto:"):
                yield "html-mailto-links"
        elif name == "src" and tag == "img":
            yield _picture(value)
        elif name == "name" and tag == "meta" and value == "color-scheme":
            yield "html-meta-color-scheme"


def _tag(tag: str, attributes: Mapping[str, str]) -> str:
    if tag in {"input", "button"}:
        kind = attributes.get("type", "text" if tag == "input" else "submit").lower()
        return f"html-{tag}-{kind}"
    return _TAGS.get(tag, f"html-{tag}")


def _picture(source: str) -> str:
    try:
        name = urlsplit(source).path.rpartition(".")[2].lower()
    except ValueError:
        return ""
    return f"image-{_PICTURES.get(name, name)}"


@lru_cache(maxsize=4096)
def declared(style: tuple[Declaration, ...], known: frozenset[str]) -> tuple[str, ...]:
    """The features that some declarations use."""
    found = dict.fromkeys(slug for each in style for slug in _declaration(each, known))
    return tuple(slug for slug in found if slug in known)


def _declaration(each: Declaration, known: frozenset[str]) -> Iterator[str]:
    value = _STRING.sub(" ", each.value.lower())
    if each.name == "display":
        kind = value.removeprefix("inline-")
        yield f"css-display-{kind}" if kind in {"flex", "grid", "none"} else "css-display"
    elif not each.name.startswith(("-", "mso-")) or each.name.startswith("--"):
        yield _property(each.name, known)
    if each.important:
        yield "css-important"
    if "(" in value:
        for call in _CALL.findall(value):
            yield _CALLS.get(call, f"css-{call.removeprefix('repeating-')}")
    for unit in _UNIT.findall(value):
        yield "css-unit-percent" if unit == "%" else f"css-unit-{unit}"
    if each.name in {"font", "font-family"} and _SYSTEM.search(value):
        yield "css-sytem-ui"  # caniemail's own spelling


def _property(name: str, known: frozenset[str]) -> str:
    if name in _PROPERTIES:
        return _PROPERTIES[name]
    own = f"css-{name}"
    if own in known:
        return own
    if name.startswith("border-") and name.endswith("-radius"):
        return "css-border-radius" if any(edge in name for edge in _EDGES) else "css-border-radius-logical"
    return next((slug for prefix, slug in _PREFIXES if name.startswith(prefix)), own)


def _at_rule(said: str) -> Iterator[str]:
    name = said[1:].partition(" ")[0].partition("(")[0].lower()
    yield f"css-at-{name}"
    if name == "media":
        yield from (slug for word, slug in _MEDIA.items() if word in said)


def _selectors(rule: Rule) -> Iterator[str]:
    if any(not said.startswith("@") for said in rule.around):
        yield "css-nesting"
    for selector in rule.selectors:
        if "[" in selector:
            continue  # [data-ogsc] and its like are written for the one program that knows them
        for colons, name in _PSEUDO.findall(selector):
            element = colons == "::" or name in _ELEMENTS
            yield f"css-pseudo-{'element' if element else 'class'}-{name}"
        if ">" in selector:
            yield "css-selector-child"
        if "+" in selector:
            yield "css-selector-adjacent-sibling"
        if "~" in selector:
            yield "css-selector-general-sibling"
        if "*" in selector:
            yield "css-selector-universal"
