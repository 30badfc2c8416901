"""Reads YAML into texts, lists and mappings that remember their lines. The home of the configuration's YAML.

Every scalar stays text, and the field that takes it decides what it means: so ``no`` stays a language, ``08:00`` a time
and ``1.10`` a title, where YAML 1.1 makes them false, 480 and 1.1. Only an unquoted ``null``, ``~`` or nothing is None.
Aliases, merge keys and tags are refused: configuration needs none of them, and bombs are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml
from yaml.reader import Reader

from publisher.config.problem import Place, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_VARIABLE = re.compile(r"(\$?)\$\{([^}\n]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class FromEnvironment(str):
    """A text of which some came from the environment: it is never shown, its source is."""

    __slots__ = ("given", "source")
    source: str
    """As it stands in the file, ``${NAME}``."""
    given: tuple[str, ...]
    """What the variables held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What a file says, with the line of every key and list item, and what could not be read."""

    value: object = None
    lines: Mapping[Place, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    broken: frozenset[Place] = frozenset()
    """Places whose own problem is told already: what follows from it need not be."""
    readable: bool = True
    """False where the YAML itself ended in an error, so that ``value`` is not the whole."""

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def at(self, place: Place) -> object:
        """The value at a place; where the file ends on the way there, the last value met."""
        value = self.value
        for part in place:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
        return value


def read(data: bytes, environ: Mapping[str, str]) -> Tree:
    """The tree of a YAML file, ``${NAME}`` filled from ``environ``. What is wrong stands in its problems."""
    if len(data) > MAX_BYTES:
        return _unreadable(1, f"the file has {len(data):,} bytes; a configuration has less than {MAX_BYTES:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _unreadable(line, "the file is not UTF-8; save it as UTF-8")
    control = Reader.NON_PRINTABLE.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return _unreadable(line, f"a control character ({control[0]!a}); remove it")
    builder = _Builder(environ)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax(error, text.splitlines()))
    except _RefusedError as error:
        builder.problems.append(error.problem)
    else:
        return builder.tree(readable=True)
    return builder.tree(readable=False)


def _unreadable(line: int, text: str) -> Tree:
    return Tree(problems=(Problem(line=line, text=text),), readable=False)


class _RefusedError(Exception):
    """The file cannot be read on from here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: dict[str, object] | list[object]
    place: Place
    key: str | None = None
    line: int = 1
    twice: bool = False


class _Builder:
    """Builds values from YAML events with a stack of its own: no recursion, however deep the file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.root: object = None
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.broken: set[Place] = set()
        self._open: list[_Open] = []
        self._documents = 0

    def tree(self, *, readable: bool) -> Tree:
        """What was built."""
        return Tree(
            value=self.root,
            lines=self.lines,
            problems=tuple(self.problems),
            broken=frozenset(self.broken),
            readable=readable,
        )

    def take(self, event: yaml.Event) -> None:
        """Takes the next event of the parser."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _RefusedError(Problem(line=line, text="a second document begins; remove the line ---"))
            case yaml.AliasEvent():
                self._put(None, line, flaw=f"*{event.anchor} is a YAML alias; write the value out")
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
                place = self._put(value, line, flaw=_tag(event.tag))
                if len(self._open) >= MAX_DEPTH:
                    raise _RefusedError(Problem(line=line, text=f"more than {MAX_DEPTH} levels; no key lies so deep"))
                self._open.append(_Open(value, place))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            self._key(event.value, line)
        elif event.tag:
            self._put(None, line, flaw=_tag(event.tag))
        elif not event.style and event.value in _NULLS:
            self._put(None, line)
        else:
            value, flaw = _fill(event.value, self.environ)
            self._put(value, line, flaw=flaw)

    def _key(self, key: str, line: int) -> None:
        top = self._open[-1]
        top.key, top.line = key, line
        top.twice = isinstance(top.value, dict) and key in top.value
        if top.twice:
            first = self.lines[*top.place, key]
            text = f"stands twice, first in line {first}; keep one of them"
            self.problems.append(Problem(line=line, place=(*top.place, key), text=text))

    def _put(self, value: object, line: int, *, flaw: str = "") -> Place:
        """Puts a value where it belongs and returns its place; a flaw is recorded there."""
        place: Place = ()
        if not self._open:
            self.root = value
        elif isinstance(around := self._open[-1].value, list):
            place = (*self._open[-1].place, len(around))
            around.append(value)
        else:
            top = self._open[-1]
            if top.key is None:
                raise _RefusedError(Problem(line=line, place=top.place, text="a key must be text; write key: value"))
            place, line = (*top.place, top.key), top.line
            if not top.twice:
                around[top.key] = value
            top.key = None
        self.lines.setdefault(place, line)
        if flaw:
            self.problems.append(Problem(line=line, place=place, text=flaw))
            self.broken.add(place)
        return place


def _tag(tag: str | None) -> str:
    return f"{tag} is a YAML tag; write the value alone, or ${{NAME}} for one from the environment" if tag else ""


def _fill(text: str, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The text with its variables filled in, or None and what is wrong with them."""
    if "${" not in text:
        return text, ""
    flaws: list[str] = []
    given: list[str] = []

    def replace(match: re.Match[str]) -> str:
        escaped, name, end = match.groups()
        if escaped:
            return match[0][1:]
        if not end or not _NAME.fullmatch(name):
            flaws.append(f"{match[0]!r} is not a variable; write ${{NAME}}, or $${{ where the text ${{ is meant")
        elif name not in environ:
            flaws.append(
                f"the environment variable {name} is not set; set it, or write $${{{name}}} for the text itself"
            )
        else:
            given.append(environ[name])
        return environ.get(name, "")

    filled = _VARIABLE.sub(replace, text)
    if flaws:
        return None, flaws[0]
    if not given:
        return filled, ""
    value = FromEnvironment(filled)
    value.source, value.given = text, tuple(given)
    return value, ""


def _syntax(error: yaml.MarkedYAMLError, lines: list[str]) -> Problem:
    """The parser's error in the words of someone who edits a file."""
    mark, context, problem = error.problem_mark, error.context_mark, error.problem or "unknown error"
    line, column = (mark.line, mark.column) if mark else (0, 0)
    opened = context.line if context else line
    here = lines[line] if line < len(lines) else ""
    if "tab" in problem or "\t" in here[: len(here) - len(here.lstrip())]:
        text = "a tab in the indentation; indent with spaces"
    elif "cannot start any token" in problem:
        text = f"a value cannot begin with {here[column : column + 1]!r}; put the value in quotes"
    elif "quoted scalar" in (error.context or ""):
        return Problem(line=opened + 1, text="a quotation mark that is not closed; close it")
    elif "flow" in (error.context or ""):
        return Problem(line=opened + 1, text=f"a bracket that is not closed before line {line + 1}; close it")
    elif "mapping values are not allowed" in problem:
        text = "a colon where no key can stand; put the value in quotes, or correct the indentation"
    else:
        text = f"not YAML ({problem}); compare the indentation with the lines around it"
    return Problem(line=line + 1, text=text)
