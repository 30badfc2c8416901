"""A rendered text as plain text, from its clean HTML: nothing that the page says is lost, only its looks. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, TypeAlias
from urllib.parse import unquote

from publisher import text

_DEEPEST = 20
"""Below that, elements are read as if they stood beside each other: a line has no room for more indents."""
_NARROWEST = 48
"""Room for a mark that stands for a name."""
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SILENT = frozenset({"script", "style", "template", "title", "colgroup", "source"})
_FLOWS = frozenset({
    "address", "article", "aside", "body", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "header", "html", "li", "main", "p", "section", "summary", "tbody", "td", "tfoot", "th", "thead", "tr",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_BLOCKS = _FLOWS | _HEADINGS | _LISTS | {"blockquote", "hr", "pre", "table"}
_ROUND = {"del": "~~", "s": "~~", "strike": "~~"}
_RAISED: Final = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED: Final = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPT = re.compile(r"[0-9+=()-]+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HARD = "\v"
"""A line end that the author wrote; clean text has none."""
_SOFT = re.compile(r"[ \t\r\f]*\n\s*")
_WORD = re.compile(r"\S+")


@dataclass(slots=True, kw_only=True)
class _Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)


_Node: TypeAlias = "_Element | str"
_Block: TypeAlias = "list[str]"


@dataclass(slots=True, kw_only=True)
class _Notes:
    """The addresses of the links so far, each once."""

    addresses: list[str] = field(default_factory=list)

    def label(self, address: str) -> str:
        if address not in self.addresses:
            self.addresses.append(address)
        return label(self.addresses.index(address))


def plain(html: str, columns: int) -> str:
    """The text of clean HTML in lines of ``columns``; below it, the addresses of its links as ``[a] https://…``.

    Lists keep their numbers and hang, quotes have ``> ``, headings a line below, code four blanks and its own lines,
    pictures are their alt texts. Addresses stay whole and code as it is, so their lines may be wider. Never raises.
    """
    notes = _Notes()
    blocks = ["\n".join(block) for block in _flow(_tree(html).children, columns, notes)]
    if notes.addresses:
        blocks.append("\n".join(f"[{label(index)}] {address}" for index, address in enumerate(notes.addresses)))
    return "\n\n".join(blocks)


def label(index: int) -> str:
    """The sign of a note by its place from 0: a to z, then aa, ab and so on."""
    name = ""
    while index >= 0:
        index, place = divmod(index, len(string.ascii_lowercase))
        name = string.ascii_lowercase[place] + name
        index -= 1
    return name


class _Reader(HTMLParser):
    """Makes a tree of whatever comes: an end without a beginning is nothing, a beginning ends with its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [_Element(tag="body")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag=tag, attributes={name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID and len(self.open) < _DEEPEST:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(text.clean(data))


def _tree(html: str) -> _Element:
    reader = _Reader()
    # html.parser stops at "<![" with an error of its own; clean HTML has no declarations.
    reader.feed(_COMMENT.sub("", html).replace("<!", "&lt;!"))
    reader.close()
    return reader.open[0]


def _flow(nodes: Sequence[_Node], columns: int, notes: _Notes) -> list[_Block]:
    """The blocks of these nodes in their order; what stands between blocks is a paragraph."""
    blocks: list[_Block] = []
    run: list[_Node] = []
    for node in nodes:
        if isinstance(node, str) or node.tag not in _BLOCKS:
            run.append(node)
            continue
        blocks += _paragraph(run, columns, notes)
        run = []
        blocks += _block(node, max(columns, _NARROWEST), notes)
    return [*blocks, *_paragraph(run, columns, notes)]


def _block(element: _Element, columns: int, notes: _Notes) -> list[_Block]:
    tag = element.tag
    if tag in _LISTS:
        return _list(element, columns, notes)
    if tag == "blockquote":
        return _framed(_flow(element.children, columns - 2, notes), "> ", "> ")
    if tag == "dd":
        return _framed(_flow(element.children, columns - 4, notes), "    ", "    ")
    if tag == "pre":
        return _code(element)
    if tag == "hr":
        return [["* * *"]]
    if tag == "table":
        return _table(element, columns, notes)
    blocks = _flow(element.children, columns, notes)
    if tag in _HEADINGS and blocks:
        blocks[-1].append("-" * min(columns, max(text.width(line) for line in blocks[-1])))
    return blocks


def _framed(blocks: Sequence[_Block], first: str, rest: str, *, tight: bool = False) -> list[_Block]:
    """The blocks as one, its first line after ``first`` and the others after ``rest``."""
    lines: _Block = []
    for block in blocks:
        lines += [*([""] if lines and not tight else []), *block]
    return [[((rest if index else first) + line).rstrip() for index, line in enumerate(lines)]] if lines else []


def _list(element: _Element, columns: int, notes: _Notes) -> list[_Block]:
    items = [child for child in element.children if isinstance(child, _Element)]
    start, step = _number(element.attributes.get("start", ""), 1), 1
    if "reversed" in element.attributes:
        start, step = _number(element.attributes.get("start", ""), len(items)), -1
    marks = [f"{start + step * place}. " if element.tag == "ol" else "- " for place in range(len(items))]
    hang = max(map(len, marks), default=0)
    tight = not any(isinstance(part, _Element) and part.tag == "p" for item in items for part in item.children)
    blocks: list[_Block] = []
    for mark, item in zip(marks, items, strict=True):
        inner = _flow([item] if item.tag != "li" else item.children, columns - hang, notes)
        blocks += _framed(inner or [[""]], mark.rjust(hang), " " * hang, tight=tight)
    return [[line for block in blocks for line in block]] if tight and blocks else blocks


def _number(value: str, otherwise: int) -> int:
    return int(value) if re.fullmatch(r"-?[0-9]{1,4}", value) else otherwise


def _code(element: _Element) -> list[_Block]:
    lines = [line.rstrip() for line in "".join(_data(element)).expandtabs(4).splitlines()]
    while lines and not lines[-1]:
        del lines[-1]
    # Word by word, so that blanks stay and what could reorder the line goes.
    told = [_WORD.sub(lambda word: text.one_line(word[0]), line) for line in lines]
    return _framed([told], "    ", "    ") if told else []


def _data(element: _Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield "\n"
        else:
            yield from _data(child)


def _table(element: _Element, columns: int, notes: _Notes) -> list[_Block]:
    """A table in columns where it fits, else a line for each cell, its rows a blank line apart."""
    captions, rows = _rows(element, notes)
    wide = max(map(len, rows), default=0)
    rows = [[*row, *[""] * (wide - len(row))] for row in rows]
    widths = [max(text.width(row[place]) for row in rows) for place in range(wide)]
    blocks: list[_Block] = [text.wrap(caption, columns) for caption in captions]
    if rows and sum(widths) + 2 * (wide - 1) > columns:
        return [*blocks, *([line for cell in row for line in text.wrap(cell, columns)] for row in rows if any(row))]
    lines = [
        "  ".join(cell + " " * (size - text.width(cell)) for cell, size in zip(row, widths, strict=True))
        for row in rows
    ]
    if _headed(element):
        lines.insert(1, "  ".join("-" * size for size in widths))
    return [*blocks, lines] if lines else blocks


def _headed(element: _Element) -> bool:
    return any(isinstance(child, _Element) and child.tag == "thead" for child in element.children)


def _rows(element: _Element, notes: _Notes) -> tuple[list[str], list[list[str]]]:
    captions: list[str] = []
    rows: list[list[str]] = []
    for child in element.children:
        if isinstance(child, str):
            stray = _line(child)
            captions += [stray] if stray else []
        elif child.tag == "tr":
            rows.append([_cell(cell, notes) for cell in child.children if not isinstance(cell, str) or _line(cell)])
        elif child.tag in {"thead", "tbody", "tfoot"}:
            more, inner = _rows(child, notes)
            captions, rows = captions + more, rows + inner
        else:
            stray = _cell(child, notes)
            captions += [stray] if stray else []
    return captions, rows


def _cell(node: _Node, notes: _Notes) -> str:
    return " ".join(filter(None, map(_line, _inline([node], notes).split(_HARD))))


def _paragraph(run: Sequence[_Node], columns: int, notes: _Notes) -> list[_Block]:
    lines: _Block = []
    for part in _inline(run, notes).split(_HARD):
        lines += text.wrap(_line(part), max(columns, _NARROWEST))
    return [lines] if lines else []


def _line(part: str) -> str:
    """The words on one line; a line end between two Han characters is no blank."""
    return text.one_line(_SOFT.sub(lambda end: _between(part, end), part))


def _between(part: str, end: re.Match[str]) -> str:
    before, after = part[end.start() - 1 : end.start()], part[end.end() : end.end() + 1]
    return "" if before and after and _han(before) and _han(after) else " "


def _han(char: str) -> bool:
    return text.width(char) == 2 and not "\uac00" <= char <= "\ud7a3"


def _inline(nodes: Sequence[_Node], notes: _Notes) -> str:
    return "".join(node if isinstance(node, str) else _word(node, notes) for node in nodes)


def _word(element: _Element, notes: _Notes) -> str:
    tag, kind = element.tag, element.attributes.get("class", "")
    if tag == "br":
        return _HARD
    if tag == "img":
        return element.attributes.get("alt", "")
    if tag in _SILENT or "footnote-backref" in kind:
        return ""
    if "footnote-ref" in kind:  # its link leads to the foot of this text
        return "[" + "".join(_data(element)) + "]"
    words = _inline(element.children, notes)
    if tag == "a":
        return _link(element.attributes.get("href", ""), words, notes)
    if tag in {"sup", "sub"}:
        return _scripted(words, tag)
    if tag == "q":
        return f"“{words}”"
    if mark := _ROUND.get(tag):
        return f"{mark}{words}{mark}" if words.strip() else words
    return f"{_HARD}{words}{_HARD}" if tag in _BLOCKS else words


def _scripted(words: str, tag: str) -> str:
    if not _SCRIPT.fullmatch(words):
        return words
    return words.translate(_RAISED if tag == "sup" else _LOWERED)


def _link(address: str, words: str, notes: _Notes) -> str:
    address, shown = text.one_line(address), _line(words)
    if not address:
        return words
    if "?" not in address:
        address = address.removeprefix("mailto:")
    if unquote(address).rstrip("/") == unquote(shown).rstrip("/"):
        return f"<{address}>" if "://" in address else address
    end = words[len(words.rstrip()) :]
    return f"{words.rstrip()} [{notes.label(address)}]{end}" if shown else f"[{notes.label(address)}]"
