"""Judges the HTML of one entry without building a tree: addresses, risky elements, balance, pictures. Pure."""

from __future__ import annotations

import html as markup
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from publisher.feeds.lint.finding import Finding, error, quoted, warning, words
from publisher.feeds.lint.text import Fault, address, leftovers, told

_SLASH = "[/]"
# Comment or declaration; or a tag: slash, name, attributes, end. Possessive: no input makes it go back.
_TOKEN = re.compile(
    rf"<(?:(!--(?:.*?-->|.*)|[!?][^>]*+>?)"
    rf"|({_SLASH}?)([A-Za-z][^\s/>]*+)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)(>?))",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++)))?+")
_RAW_END = {
    name: re.compile(rf"<{_SLASH}{name}[\s/>]", re.IGNORECASE) for name in ("script", "style", "textarea", "title")
}
_VOID = words("area base br col embed hr img input link meta param source track wbr")
_OPTIONAL_END = words("p li td tr th dt dd thead tbody tfoot colgroup caption option optgroup rp rt html head body")
_EMBEDDED = words("iframe frame object embed applet form style link meta base")
_LINKS = words("href src poster cite action srcset")
_CODE = frozenset({"code", "pre", "kbd", "samp", "textarea", "math"})
_INERT = words(
    "a abbr article aside b blockquote caption cite code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 "
    "h6 i ins kbd li mark ol p pre q s section small span strong sub summary sup table tbody td tfoot th thead tr u ul"
)
_INERT_VOID = frozenset({"br", "hr", "img"})
_LEAF = re.compile(rf"<(p|em|strong|li|h[2-6]|code|t[dhr]|ul|b|i)>[^<]*+<{_SLASH}\1>")
_ENDS = {f"/{name}": name for name in _INERT}
_PLAIN_ATTRIBUTES = re.compile(
    r"(?: (?:(?:alt|class|id|title|rel|width|height|lang|dir|start|colspan|rowspan|datetime|loading|decoding|align)"
    r"=\"[^\"]*+\""
    r"|(?:href|src)=\"https?://(?:[A-Za-z0-9._~:/?#\[\]@!$'()*+,;=-]|%[0-9A-Fa-f]{2}|&amp;)++\"))*+"
)
_SCRIPTING = re.compile(r"[\s\x00-\x1f]*(?:java|vb)script:", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    r"<[/]?(?:p|div|a|em|strong|b|i|br|h[1-6]|ul|ol|li|img|span|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_KEPT = 8
"""Faults of one kind that are told of one text: a page of relative links is one mistake."""
_LENIENT = frozenset({"html-embedded", "html-unbalanced", "url-fragment"})
"""Faults that a reader survives, so that another's feed gets a warning; in ours they are errors."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the tags of a text say."""

    urls: tuple[str, ...]
    scripts: tuple[str, ...]
    embedded: tuple[str, ...]
    unbalanced: tuple[str, ...]
    without_alt: int
    tags: int


class _Scanner:
    """Notes what matters while the tags of a text go by."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.scripts: list[str] = []
        self.embedded: list[str] = []
        self.unbalanced: list[str] = []
        self.without_alt = 0
        self.tags = 0
        self._open: list[str] = []
        self._count: Counter[str] = Counter()

    def scan(self, text: str) -> Scan:
        place = 0
        while match := _TOKEN.search(text, place):
            place = match.end()
            comment, slash, name, attributes, end = match.groups()
            if comment is not None:
                continue
            self.tags += 1
            name = name.lower()
            if not end:
                self.unbalanced.append(f"<{name} without its >")
            elif slash:
                self._close(name)
            else:
                self._start(name, attributes)
                if name in _RAW_END and not attributes.endswith("/"):  # what stands in it is no markup
                    stop = _RAW_END[name].search(text, place)
                    place = stop.start() if stop else len(text)
        self.unbalanced += [f"<{name}> is never closed" for name in self._open if name not in _OPTIONAL_END]
        return Scan(
            tuple(dict.fromkeys(self.urls)),
            tuple(dict.fromkeys(self.scripts)),
            tuple(dict.fromkeys(self.embedded)),
            tuple(self.unbalanced),
            self.without_alt,
            self.tags,
        )

    def _start(self, name: str, attributes: str) -> None:
        if name == "script":
            self.scripts.append("<script>")
        elif name in _EMBEDDED:
            self.embedded.append(f"<{name}>")
        described = self._attributes(name, attributes) if attributes else False
        if name == "img" and not described:
            self.without_alt += 1
        if name not in _VOID and not attributes.endswith("/"):
            self._open.append(name)
            self._count[name] += 1

    def _attributes(self, name: str, attributes: str) -> bool:
        """Whether there is an ``alt``."""
        described = False
        for attribute, double, single, bare in _ATTRIBUTE.findall(attributes):
            key = attribute.lower()
            value = double or single or bare
            if key == "alt":
                described = True
            elif key.startswith("on"):
                self.scripts.append(f"{name} {key}=")
            elif key in _LINKS:
                value = markup.unescape(value) if "&" in value else value
                if _SCRIPTING.match(value):
                    self.scripts.append(f"{name} {key}={quoted(value)}")
                elif key == "srcset":
                    self.urls += [each.split()[0] for each in re.split(r",\s+", value) if each.strip()]
                else:
                    self.urls.append(value.strip())
        return described

    def _close(self, name: str) -> None:
        if not self._count[name]:
            if name not in _VOID and name not in _OPTIONAL_END:
                self.unbalanced.append(f"the end of <{name}> has no start")
            return
        while True:
            top = self._open.pop()
            self._count[top] -= 1
            if top == name:
                return
            if top not in _OPTIONAL_END:
                self.unbalanced.append(f"<{top}> is never closed")


def scan(text: str) -> Scan:
    """What the tags of this HTML say."""
    return _Scanner().scan(text)


@lru_cache(maxsize=16)
def faults(text: str) -> tuple[Fault, ...]:
    """What breaks this HTML in a reader, mildest kinds too. Remembered: three formats hold the same text."""
    if plain(text):
        return ()
    seen = scan(text)
    found = [each for url in seen.urls if (each := _link(url))][:_KEPT]
    found += [
        Fault("html-script", f"{what} is a program, and readers run none; remove it") for what in seen.scripts[:_KEPT]
    ]
    found += [
        Fault("html-embedded", f"{what} is removed by readers; write a link or a picture in its place")
        for what in seen.embedded[:_KEPT]
    ]
    found += [Fault("html-unbalanced", f"{what}; close each element once") for what in seen.unbalanced[:_KEPT]]
    return tuple(found)


def plain(text: str) -> bool:
    """Whether the text is of the kind that a sanitiser writes, with nothing to find: five times as fast as a scan."""
    stack: list[str] = []
    for piece in _LEAF.sub("", _LEAF.sub("", text)).split("<")[1:]:
        tag, end, _ = piece.partition(">")
        if not end:
            return False
        if tag in _INERT:
            stack.append(tag)
        elif start := _ENDS.get(tag):
            if not stack or stack.pop() != start:
                return False
        elif tag not in _INERT_VOID:
            name, _, _ = tag.partition(" ")
            if not _PLAIN_ATTRIBUTES.fullmatch(tag, len(name)):
                return False
            if name in _INERT:
                stack.append(name)
            elif name not in _INERT_VOID:
                return False
    return not stack


def _link(url: str) -> Fault | None:
    if url.startswith("#"):
        return Fault("url-fragment", f"{quoted(url)} leads nowhere in a reader; write the page's address before it")
    return address(url)


def findings(name: str, text: str, place: str, *, based: bool = False) -> Iterator[Finding]:
    """All that is wrong with one text of an entry; ``based``: an ``xml:base`` gives relative addresses a meaning."""
    for fault in faults(text):
        lenient = fault.code in _LENIENT or (based and fault.code == "url-relative")
        yield warning(fault.code, f"{name}: {fault.message}", place) if lenient else told(fault, place, name)
    seen = scan(text)
    if seen.without_alt:
        images = "an image has" if seen.without_alt == 1 else f"{seen.without_alt} images have"
        yield warning("image-alt", f'{name}: {images} no alt; describe it, or write alt="" for an ornament', place)
    prose = shown(text)
    if match := _ESCAPED_TAG.search(prose):
        message = f"{name}: readers see the markup {quoted(match[0])}; escape the HTML once, not twice"
        if not seen.tags:
            yield error("escaped-twice", message, place)
            return
        yield warning("escaped-twice", message, place)
    yield from leftovers(prose, place, name)


def shown(text: str) -> str:
    """The text that a reader shows, without what stands in code and raw elements."""
    parts: list[str] = []
    place, hidden = 0, 0
    while match := _TOKEN.search(text, place):
        if not hidden:
            parts.append(text[place : match.start()])
        place = match.end()
        name, attributes = (match[3] or "").lower(), match[4] or ""
        if name in _CODE and not attributes.endswith("/"):
            hidden = max(0, hidden + (-1 if match[2] else 1))
        elif name in _RAW_END and not match[2]:
            stop = _RAW_END[name].search(text, place)
            place = stop.start() if stop else len(text)
        parts.append("\n" if name in _BLOCKS else "")
    parts.append("" if hidden else text[place:])
    return markup.unescape("".join(parts))


_BLOCKS = words("p div li ul ol br h1 h2 h3 h4 h5 h6 blockquote pre td tr table hr")
