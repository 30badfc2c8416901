"""The text part of a digest, from its own template: as complete as the HTML, easy to read in a monospaced window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from publisher import text
from publisher.digest import prose
from publisher.templates import Templates

COLUMNS = 72
"""What a quoted reply still shows in 78 (RFC 5322 2.1.1, RFC 3676 4.2)."""


def render(templates: Templates, language: str, *, intro: str, piece: Callable[[str], str], **context: object) -> str:
    """The text of a digest with its marks; ``intro`` and the rest of ``context`` are those of the HTML template.

    Lines are at most 72 columns wide, a Han character being two; an address is never broken. Each piece between two
    marks is tidy by itself, so that pieces join in any order.
    """
    marks: set[str] = set()

    def cut(name: str) -> str:
        marks.add(mark := piece(name))
        return mark

    written = templates.render(
        "digest/digest.txt",
        language=language,
        intro=prose.plain(intro, COLUMNS),
        piece=cut,
        wrap=wrap,
        items=items,
        rule=rule,
        **context,
    )
    return tidy(written, marks)


def wrap(value: str, indent: int = 0, hang: int | None = None) -> str:
    """``value`` in lines of 72 columns, the first indented by ``indent`` and the others by ``hang``."""
    rest = indent if hang is None else hang
    lines = text.wrap(text.one_line(value), COLUMNS - max(indent, rest))
    return "\n".join(" " * (rest if index else indent) + line for index, line in enumerate(lines))


def items(label: str, values: Iterable[str], comma: str, indent: int) -> str:
    """A list after its label, in lines of 72 columns that end between two of its values where they can."""
    room = COLUMNS - indent
    lines = [label]
    told = [text.one_line(value) for value in values]
    for index, value in enumerate(told):
        piece = value + (comma if index < len(told) - 1 else "")
        if index and text.width(lines[-1] + piece.rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return "\n".join(" " * indent + part for line in lines for part in text.wrap(line, room))


def rule(character: str) -> str:
    """A line across the page."""
    return character * COLUMNS


def tidy(written: str, marks: AbstractSet[str] = frozenset()) -> str:
    """The text without blanks at line ends and with at most one empty line in a row; it ends in one line end.

    A mark on a line of its own begins a piece. A piece has no empty line before its words and keeps one after them; one
    that is nothing but empty lines is one of them.
    """
    kept: list[str] = []
    piece: list[str] = []
    for line in (line.rstrip() for line in text.clean(written).strip().splitlines()):
        if line.lstrip() in marks:
            kept += [*_squeezed(piece), line.lstrip()]
            piece = []
        else:
            piece.append(line)
    return "\n".join([*kept, *_squeezed(piece)]) + "\n"


def _squeezed(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept or [""] * bool(lines)
