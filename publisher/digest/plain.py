"""The text part of a digest, from its own template: as complete as the HTML, easy to read in a monospaced window."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher import text, urls
from publisher.templates import Templates

_EMPHASIS = re.compile(r"(\*\*|\*(?=\S))((?:(?!\*).)+?)\1", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(([^()\s]+)\)")
COLUMNS = 72
"""What a quoted reply still shows in 78 (RFC 5322 2.1.1, RFC 3676 4.2)."""

_PATH = re.compile(r"\]\((/[^()\s]*)\)")


def render(templates: Templates, language: str, *, intro: str, base: str, **context: object) -> str:
    """The text of a digest; ``context`` is that of the HTML template, ``intro`` the Markdown itself.
    Its links that are paths begin at ``base``.

    Lines are at most 72 columns wide, a Han character being two; an address is never broken and ends its line.
    """
    written = templates.render(
        "digest/digest.txt",
        language=language,
        intro=paragraphs(intro, base),
        wrap=wrap,
        items=items,
        rule=rule,
        **context,
    )
    return tidy(written)


def wrap(value: str, indent: int = 0, hang: int | None = None) -> str:
    """``value`` in lines of 72 columns, the first indented by ``indent`` and the others by ``hang``."""
    rest = indent if hang is None else hang
    lines = text.wrap(text.one_line(value), COLUMNS - max(indent, rest))
    return "\n".join(" " * (rest if index else indent) + line for index, line in enumerate(lines))


def items(label: str, values: Iterable[str], comma: str, indent: int) -> str:
    """A list after its label, in lines of 72 columns that end between two of its values."""
    lines = [label]
    told = [text.one_line(value) for value in values]
    for index, value in enumerate(told):
        piece = value + (comma if index < len(told) - 1 else "")
        if index and text.width(lines[-1] + piece.rstrip()) > COLUMNS - indent:
            lines.append("")
        lines[-1] += piece
    return "\n".join(" " * indent + line.rstrip() for line in lines)


def rule(character: str) -> str:
    """A line across the page."""
    return character * COLUMNS


def paragraphs(markdown: str, base: str) -> str:
    """Markdown for reading as text: no marks of emphasis, links as ``words <address>``, long lines wrapped."""
    markdown = _EMPHASIS.sub(r"\2", markdown)
    whole = _PATH.sub(lambda match: f"]({urls.absolute(base, match[1])})", text.clean(markdown.strip()))
    whole = _LINK.sub(r"\1 <\2>", whole)
    return "\n".join("\n".join(text.wrap(line, COLUMNS)) for line in whole.splitlines())


def tidy(written: str) -> str:
    """The text without blanks at line ends and with at most one empty line in a row; it ends in one line end."""
    kept: list[str] = []
    for line in (line.rstrip() for line in text.clean(written).strip().splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"
