"""What a YAML parser's complaint means, in the words of whoever writes front matter: what, where, what to write. Pure.

libyaml tells where it gave up, often lines below the slip, and in terms of its own grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

QUOTE = 'put the value in quotes, for example title: "A: B"'

_WIDE_COLON = re.compile(r"\s*([\w-]+)\s*：\s*(.*)")
_TIGHT_COLON = re.compile(r"([\w-]+):(?![\s/])(\S.*)")
_KEY_COLON = re.compile(r":(\s|$)")
_VALUE_START = re.compile(r":\s+(\S)")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_BARE = "write key: value, or --- above it if the text begins there"


class Slip(NamedTuple):
    """What is wrong, what to write, and the line (from 0)."""

    message: str
    hint: str
    line: int


class _Scene(NamedTuple):
    rows: Sequence[str]
    said: str
    line: int
    """Where the parser gave up."""
    opened: int
    """Where what it was reading begins."""

    @property
    def row(self) -> str:
        return self.rows[self.line]


def explained(text: str, said: str, line: int, opened: int | None) -> Slip:
    """The slip behind ``said``: the parser's words, where it stopped and where it had begun (lines from 0)."""
    rows = text.split("\n")
    last = len(rows) - 1
    stopped = min(line, last)
    scene = _Scene(rows, said, stopped, stopped if opened is None else min(opened, last))
    if found := template(rows, stopped):
        return found
    for sign, explain in _EXPLAINED:
        if sign in said:
            return explain(scene)
    return Slip(said, QUOTE, stopped)


def template(rows: Sequence[str], line: int) -> Slip | None:
    """The slip of a line that is a template's, which is what it looks like whatever a parser makes of it."""
    if "{{" not in rows[line] and "{%" not in rows[line]:
        return None
    return Slip("a template is not front matter", "fill in the values, or ignore this file in config.yaml", line)


def wide_colon(rows: Sequence[str]) -> Slip | None:
    """The first line whose colon is a Chinese one, if there is any."""
    for number, row in enumerate(rows):
        if wide := _WIDE_COLON.match(row):
            return Slip("the colon is a Chinese one (：)", f"write {wide[1]}: {wide[2]}", number)
    return None


def _colon(scene: _Scene) -> Slip:
    rows, line = scene.rows, scene.line
    if wide := wide_colon(rows[: line + 1]):
        return wide
    for number in {line: None, max(line - 1, 0): None}:
        if tight := _TIGHT_COLON.match(rows[number]):
            return Slip("no blank follows the colon", f"write {tight[1]}: {tight[2]}", number)
    if scene.said.startswith("could"):
        return _no_key(rows, scene.opened)
    row = scene.row
    if row[:1] in {" ", "\t"} and row.count(": ") + row.endswith(":") == 1:
        return Slip("this key is indented", "begin it at the start of its line", line)
    above = rows[line - 1] if line else ""
    if above and not _KEY_COLON.search(above):
        return _no_key(rows, line - 1)
    return Slip('a second ": " stands in this value', QUOTE, line)


def _no_key(rows: Sequence[str], line: int) -> Slip:
    return Slip(f"{rows[line].strip()[:40]!r} is no key with a value", _BARE, line)


def _tab(scene: _Scene) -> Slip:
    return Slip("a tab indents this line", "indent with spaces", scene.line)


def _start(scene: _Scene) -> Slip:
    if scene.row[:1] == "\t":
        return _tab(scene)
    found = _VALUE_START.search(scene.row)
    first = found[1] if found else scene.row.strip().removeprefix("- ").strip()[:1]
    return Slip(f"a value cannot begin with {first}", QUOTE, scene.line)


def _open_quote(scene: _Scene) -> Slip:
    return Slip("a quote is opened here and never closed", "close it", scene.opened)


def _open_bracket(scene: _Scene) -> Slip:
    close = "]" if "']'" in scene.said else "}"
    opening = {"]": "[", "}": "{"}[close]
    return Slip(f"a {opening} is opened here and never closed", f"close it with {close}", scene.opened)


def _surplus(scene: _Scene) -> Slip:
    hint = "put the whole value in quotes, for example title: '[A] \"B\"'"
    return Slip("text follows the end of the value", hint, scene.line)


def _escape(scene: _Scene) -> Slip:
    if half := _SURROGATE.search(scene.row):
        return Slip(f"half a character ({half[0]}) is written", "write the character itself", scene.line)
    return Slip("a backslash stands within double quotes", "write two of them, or use single quotes", scene.line)


_EXPLAINED: tuple[tuple[str, Callable[[_Scene], Slip]], ...] = (
    ("tab character", _tab),
    ("mapping values are not allowed", _colon),
    ("could not find expected ':'", _colon),
    ("cannot start any token", _start),
    ("alphabetic or numeric", _start),
    ("unexpected end of stream", _open_quote),
    ("did not find expected ',' or", _open_bracket),
    ("did not find expected key", _surplus),
    ("Unicode character escape", _escape),
    ("unknown escape", _escape),
)
