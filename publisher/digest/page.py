"""A digest as a web page that needs no inline styles, so that its policy allows none. Pure.

Mail carries its styles in attributes. On a page every different attribute becomes a class of one sheet, and the policy
names the hash of each sheet: whatever an article might smuggle in, it can neither run nor dress itself up.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from types import MappingProxyType

_BLANK = r"[\t\n\f\r ]"
_CLOSED = r"(?=[\t\n\f\r />]|\Z)"
_NAME = r"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
_VALUE = rf"""{_BLANK}*+={_BLANK}*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\t\n\f\r >]*+)"""
_ATTRIBUTES = rf"(?:[\t\n\f\r /]++|{_NAME}(?:{_VALUE})?+)*+"
_RAW = "iframe|noembed|noframes|script|style|textarea|title|xmp"
"""Elements whose text holds no tags."""
_MARKUP = re.compile(
    r"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|!\[[^>]*+>|\?[^>]*+>"
    rf"|(?P<name>(?P<raw>{_RAW}){_CLOSED}|/?[a-z][^\t\n\f\r />]*+)(?P<attributes>{_ATTRIBUTES})>"
    rf"(?(raw)(?P<text>.*?(?=<(?=/(?P=raw){_CLOSED})|\Z))))",
    re.DOTALL | re.IGNORECASE | re.ASCII,
)
"""A comment, Outlook's conditions included; or a tag: its name, with the slash of an end, and its attributes."""


def _attribute(name: str) -> re.Pattern[str]:
    """Finds the first attribute of that name in a tag's attributes: (what stands before it, its value as written)."""
    others = rf"(?:[\t\n\f\r /]++|(?!{name}(?:[\t\n\f\r />=]|\Z)){_NAME}(?:{_VALUE})?+)*+"
    return re.compile(rf"({others}){name}(?:{_VALUE.replace('(?:', '(', 1)})?+", re.IGNORECASE | re.ASCII)


_STYLE, _CLASS = _attribute("style"), _attribute("class")
_TOKEN = re.compile(
    r"""(/\*.*?\*/)|/\*|"(?:[^"\\\n\f]|\\.)*+"|'(?:[^'\\\n\f]|\\.)*+'"""
    r"""|url\([ \t\n]*+(?:(?!/\*)[^"'()\[\]{}<\\\s])*+[ \t\n]*+\)|\\.|[^"'\\/()\[\]{};<u]++|.""",
    re.DOTALL | re.IGNORECASE,
)
_LESS = re.compile(r"\\.|<", re.DOTALL)
_CLOSERS = MappingProxyType({"(": ")", "[": "]", "{": "}"})
_OPEN_TO_THE_END = frozenset({'"', "'", "/*"})
"""A string or comment that does not end."""
_NEVER = frozenset("\\<{")
"""What stands in no whole declaration; as part of a longer token it may."""
_STRONG = ":not(#_#_#_)"
"""Makes a class stronger than the selectors of templates, as the attribute was: only !important still beats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page without style attributes."""

    html: str
    styles: tuple[str, ...]
    """What a policy's ``style-src`` names for its sheets, ``'sha256-…'``; each once, in their order."""


def strict(html: str) -> Page:
    """The page with its style attributes turned into classes, and without comments.

    Every element keeps its effective style. A declaration that is broken, and so might reach out of its rule, is
    dropped. The classes are ``_1``, ``_2``…, which templates leave alone; a tag without such an attribute stays.
    """
    text = html.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    made, rules, styles = list[str](), dict[str, str](), list[str]()
    at, head = 0, None
    for found in _MARKUP.finditer(text):
        attributes, name = found["attributes"], (found["name"] or "").lower()
        if name == "style":
            styles.append(found["text"])
        elif name == "/head" and head is None:
            head = len(made) + 1
            made += [text[at : found.start()], ""]
            at = found.start()
        if attributes is None:  # a comment
            made.append(text[at : found.start()])
            at = found.end()
        elif "style" in attributes.lower():
            made += [text[at : found.start("attributes")], _classed(attributes, rules)]
            at = found.end("attributes")
    made.append(text[at:])
    if rules:
        styles.append("\n".join(f".{name}{_STRONG}{{{body}}}" for body, name in rules.items()))
        made.insert(len(made) if head is None else head, f"<style>{styles[-1]}<{'/'}style>")
    return Page(html="".join(made), styles=tuple(dict.fromkeys(map(_source, styles))))


def _classed(attributes: str, rules: dict[str, str]) -> str:
    """A tag's attributes with a class in place of the style; a new style is entered into ``rules`` with its class."""
    body, before, after = _cut(attributes)
    return f"{before}{rules.setdefault(body, f'_{len(rules) + 1}')}{after}" if body else before


@lru_cache(maxsize=4096)  # the same page is asked for again and again, and most tags of a digest are alike
def _cut(attributes: str) -> tuple[str, str, str]:
    """A tag's attributes without its style: (its declarations, what stands before the class for them, what behind)."""
    style = _STYLE.match(attributes)
    if style is None:
        return "", attributes, ""
    before, after = style[1], attributes[style.end() :]
    while again := _STYLE.match(after):  # of two the first counts
        after = again[1] + after[again.end() :]
    body = declarations(unescape(_bare(style[2])))
    kept = before.rstrip("\t\n\f ") + after
    if not body:
        return "", kept, ""
    known = _CLASS.match(kept)
    if known is None:
        return body, f'{before}class="', f'"{after}'
    classes = _bare(known[2]).replace('"', "&quot;")
    return body, f'{known[1]}class="{classes} ', f'"{kept[known.end() :]}'


def _bare(value: str | None) -> str:
    """An attribute's value without its quotes; none is an empty one."""
    return (value[1:-1] if value[:1] in {'"', "'"} else value) if value else ""


def declarations(style: str) -> str:
    """The declarations of a style attribute, fit to stand in a rule of a sheet; empty where none is whole."""
    kept, piece, closers, broken = list[str](), "", "", False
    for found in _TOKEN.finditer(style.replace("\r", "\n") + ";"):
        part = found[0]
        if part in _OPEN_TO_THE_END:
            break
        if part == ";" and not closers:
            kept += [piece.lstrip()] if ":" in piece and not broken else []
            piece, broken = "", False
            continue
        if part in _CLOSERS:
            closers += _CLOSERS[part]
        elif part in {")", "]", "}"}:
            broken = broken or not closers.endswith(part)
            closers = closers.removesuffix(part)
        broken = broken or part in _NEVER
        piece += "/**/" if found[1] else _LESS.sub(_escaped, part)
    return ";".join(kept)


def _escaped(found: re.Match[str]) -> str:
    """CSS for a character so that no sheet can hold the end of its element; other escapes as they are."""
    return "\\3c " if found[0].endswith("<") else found[0]


def _source(sheet: str) -> str:
    digest = hashlib.sha256(sheet.encode("utf-8", "replace")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
