"""Front matter read through python-frontmatter's extension point: bounded handlers for YAML, TOML and JSON.

The YAML reader is a loop over libyaml's events: no recursion (CSafeLoader's kills the process at 16 000 levels), no
aliases, every scalar stays text (``no``, ``12:30``, ``010`` and ``1.10`` mean what they say) and each key has its line.
Pure.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeAlias, cast

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from publisher.errors import PublisherError

MAX_HEADER = 64 * 1024
"""Characters of front matter; the longest of 9 953 real ones has 1 435 bytes."""
MAX_DEPTH = 16
MAX_NODES = 4000

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""A value as front matter holds it: numbers, booleans and dates are still text."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_QUOTES = 'put the value in quotes, for example title: "A: B"'
_JSON_START = re.compile(r'\{\s*(?:"|\})')


class FrontMatterError(PublisherError):
    """Front matter that cannot be read; ``line_number`` counts from 1 in the file."""

    # Not a ValueError: frontmatter.parse swallows that one and returns the file as body without metadata.
    def __init__(self, message: str, *, line: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.line_number = line


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What stands above the body, and the body with its first line's number."""

    fields: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Line of each top-level key, from 1."""
    repeated: tuple[tuple[str, int], ...] = ()
    """Keys that are there twice, with the line of the second; the last value holds."""
    body: str
    body_line: int = 1


def read(text: str) -> FrontMatter:
    """The front matter and body of a file's text (decoded, line feeds alone). Raises ``FrontMatterError``."""
    lead = len(text) - len(text.lstrip())
    offset = text.count("\n", 0, lead)
    text_after = text[lead:].rstrip()
    handlers = [_Yaml(offset), _Toml(offset), _Json(offset)]
    handler = cast("_Fenced | None", frontmatter.detect_format(text_after, handlers))
    if handler is None:
        return FrontMatter(body=text)
    fields, _ = frontmatter.parse(text_after, handler=handler)
    # The handler's own body: frontmatter.parse strips the indentation of one that begins with code.
    return FrontMatter(
        fields=cast("dict[str, Value]", fields),
        lines=handler.lines,
        repeated=tuple(handler.repeated),
        body=handler.body,
        body_line=handler.body_line,
    )


class _Fenced(BaseHandler):
    """Header between two fences; ``split`` keeps the body's place."""

    FM_BOUNDARY = re.compile("")
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    fence: str

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.first = offset + 2
        self.lines: dict[str, int] = {}
        self.repeated: list[tuple[str, int]] = []
        self.body = ""
        self.body_line = 1

    def detect(self, text: str) -> bool:
        return bool(self.opening.match(text))

    def split(self, text: str) -> tuple[str, str]:
        start = self.opening.match(text).end()  # type: ignore[union-attr] # detect() said so
        end = self.closing.search(text, start)
        if end is None:
            raise FrontMatterError(
                f"front matter is not closed with {self.fence}",
                line=self.first - 1,
                hint=f"write {self.fence} on a line of its own below the last key",
            )
        header = text[start : end.start()]
        _within_bounds(header, self.first)
        self.body = text[end.end() :].removeprefix("\n")
        self.body_line = self.first + text.count("\n", start, end.end()) + 1
        return header, self.body

    def fail(self, message: str, line: int, hint: str) -> FrontMatterError:
        return FrontMatterError(message, line=self.first + line, hint=hint)


def _within_bounds(header: str, line: int) -> None:
    if len(header) > MAX_HEADER:
        raise FrontMatterError(
            f"front matter is longer than {MAX_HEADER // 1024} KiB",
            line=line,
            hint="close it with --- above the text, or shorten its values",
        )


class _Yaml(_Fenced):
    opening = re.compile(r"---[ \t]*(?:\n|\Z)")
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
    fence = "---"

    def load(self, fm: str) -> dict[str, Value]:
        try:
            root = _Tree(self).read(fm)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read")
            raise self._explained(fm, mark.line if mark else 0, said, _QUOTES) from error
        except FrontMatterError as error:
            raise self._explained(fm, error.line_number - self.first, str(error), error.hint) from error
        except UnicodeError as error:
            raise self.fail("half a character (a lone surrogate)", 0, "delete it") from error
        if root is None:
            return {}
        if not isinstance(root, dict):
            raise self.fail("front matter is not a set of keys", 0, "write 'key: value' on each line")
        return root

    def _explained(self, header: str, line: int, said: str, hint: str) -> FrontMatterError:
        rows = header.split("\n")
        line = min(line, len(rows) - 1)
        if "{{" in rows[line] or "{%" in rows[line]:
            said, hint = "a template is not front matter", "fill in the values, or ignore this file in config.yaml"
        elif "\t" in rows[line] and hint is _QUOTES:
            said, hint = f"{said} (there is a tab)", "indent with spaces"
        return self.fail(said, line, hint)


class _Tree:
    """The value that a YAML text holds, built from events on one explicit stack."""

    def __init__(self, handler: _Fenced) -> None:
        self.handler = handler
        self.root: Value = None
        self.stack: list[list[Any]] = []  # [container, pending key or None]
        self.nodes = 0
        self.documents = 0

    def read(self, text: str) -> Value:
        parser = yaml.CSafeLoader(text)
        while (event := parser.get_event()) is not None:
            step = self._steps.get(type(event))
            if step is not None:
                step(self, event)
        return self.root

    def _start(self, event: yaml.Event) -> None:
        if len(self.stack) == MAX_DEPTH:
            raise self._fail(event, f"nested deeper than {MAX_DEPTH} levels", "write plain keys and lists")
        container: Value = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._place(container, event)
        self.stack.append([container, None])

    def _end(self, event: yaml.Event) -> None:
        del event
        self.stack.pop()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        plain_null = not event.style and event.value in _NULLS
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][1] is None:
            self._key(event)
        else:
            self._place(None if plain_null else event.value, event)

    def _key(self, event: yaml.ScalarEvent) -> None:
        key, line = event.value, self.handler.first + _line(event)
        if key in self.stack[-1][0]:
            self.handler.repeated.append((key, line))
        if len(self.stack) == 1:
            self.handler.lines[key] = line
        self.stack[-1][1] = key
        self._count(event)

    def _place(self, value: Value, event: yaml.Event) -> None:
        self._count(event)
        if not self.stack:
            self.root = value
            return
        container, key = self.stack[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is None:
            raise self._fail(event, "a key must be text", 'put it in quotes, for example "[x]": y')
        else:
            container[key] = value
            self.stack[-1][1] = None

    def _count(self, event: yaml.Event) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._fail(event, f"more than {MAX_NODES} values", "move data out of the front matter")

    def _alias(self, event: yaml.Event) -> None:
        raise self._fail(event, "aliases (*name) are not read", "write the value out")

    def _document(self, event: yaml.Event) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._fail(event, "a second document begins here", "keep one set of keys between the two ---")

    def _fail(self, event: yaml.Event, message: str, hint: str) -> FrontMatterError:
        return self.handler.fail(message, _line(event), hint)

    _steps: dict[type[yaml.Event], Callable[..., None]] = {  # noqa: RUF012 # a table, never written
        yaml.ScalarEvent: _scalar,
        yaml.MappingStartEvent: _start,
        yaml.SequenceStartEvent: _start,
        yaml.MappingEndEvent: _end,
        yaml.SequenceEndEvent: _end,
        yaml.AliasEvent: _alias,
        yaml.DocumentStartEvent: _document,
    }


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


class _Toml(_Fenced):
    opening = re.compile(r"\+\+\+[ \t]*(?:\n|\Z)")
    closing = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
    fence = "+++"

    def load(self, fm: str) -> dict[str, Value]:
        try:
            data = tomllib.loads(fm)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
            line = int(place[1]) - 1 if place and place[1] else fm.count("\n") - 1
            message = str(error)[: place.start()] if place else str(error)
            raise self.fail(message, max(line, 0), 'write key = "value" (TOML)') from error
        except (ValueError, RecursionError) as error:
            raise self.fail("nested too deep or a number too long", 0, "write plain keys and lists") from error
        root = _plain_root(data, self.first)
        for found in re.finditer(r'^[ \t]*"?([\w-]+)"?[ \t]*=', fm, re.MULTILINE):
            self.lines.setdefault(found[1], self.first + fm.count("\n", 0, found.start()))
        return root


class _Json(_Fenced):
    fence = "}"

    def detect(self, text: str) -> bool:
        return bool(_JSON_START.match(text))

    def split(self, text: str) -> tuple[str, str]:
        self.first -= 1  # there is no fence above the first key
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=str, parse_float=str, parse_constant=str, strict=False
        )
        try:
            self._data, end = decoder.raw_decode(text[: MAX_HEADER + 1])
        except json.JSONDecodeError as error:
            if len(text) > MAX_HEADER:
                _within_bounds(text, self.first)
            raise self.fail(f"JSON: {error.msg}", error.lineno - 1, "check quotes, commas and braces") from error
        except RecursionError as error:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels", 0, "write plain keys and lists") from error
        header = text[:end]
        self.body = text[end:].removeprefix("\n")
        self.body_line = self.first + header.count("\n") + 1
        return header, self.body

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                self.repeated.append((key, self.first))
            found[key] = value
        return found

    def load(self, fm: str) -> dict[str, Value]:
        root = _plain_root(self._data, self.first)
        for key in root:
            at = fm.find(json.dumps(key, ensure_ascii=False))
            self.lines[key] = self.first + fm.count("\n", 0, max(at, 0))
        return root


def _plain_root(data: dict[str, Any], line: int) -> dict[str, Value]:
    """The data with every scalar as text, as the YAML reader gives it, under the same bounds."""
    nodes = 0

    def plain(value: Any, depth: int) -> Value:
        nonlocal nodes
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise FrontMatterError(
                f"nested deeper than {MAX_DEPTH} levels or more than {MAX_NODES} values",
                line=line,
                hint="write plain keys and lists",
            )
        match value:
            case None | str():
                return value
            case dict():
                return {str(key): plain(item, depth + 1) for key, item in value.items()}
            case list():
                return [plain(item, depth + 1) for item in value]
            case bool():
                return "true" if value else "false"
            case datetime() | date() | time():
                return value.isoformat()
            case _:
                return str(value)

    return {str(key): plain(item, 1) for key, item in data.items()}
