"""Front matter read through python-frontmatter's extension point: YAML, TOML, JSON and Pelican's bare keys, bounded.

Whatever the format, every scalar stays text and each top-level key has its line. Pure.
"""

from __future__ import annotations

import json
import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, cast

import frontmatter
from frontmatter.default_handlers import BaseHandler

from publisher.content import yamltext, yamlwords
from publisher.content.dates import EXAMPLE
from publisher.content.yamltext import MAX_DEPTH, MAX_NODES, Value, YamlError
from publisher.errors import PublisherError
from publisher.text import clean

MAX_HEADER = 64 * 1024
"""Characters of front matter; the longest of 9 953 real ones has 1 435 bytes."""

_PLAIN = "write plain keys and lists"
# gray-matter (11ty) names the language behind the fence.
_YAML_OPENING = re.compile(r"---[ \t]*(?:ya?ml)?[ \t]*(?:\n|\Z)")
_YAML_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_OPENING = re.compile(r"\+\+\+[ \t]*(?:\n|\Z)")
_TOML_CLOSING = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_NAMED_OPENING = re.compile(r"---[ \t]*(toml|json5?|js|javascript|coffee|cson)[ \t]*(?:\n|\Z)", re.IGNORECASE)
_JSON_START = re.compile(r'\{\s*(?:"|\})')
_JSON_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
_BARE = re.compile(r"(?:[A-Za-z][\w -]{0,40}:(?:[ \t].*)?\n(?:[ \t]{2,}\S.*\n)*)+(?=\n|\Z)")
_BARE_TITLE = re.compile(r"^title:[ \t]*\S", re.IGNORECASE | re.MULTILINE)


class FrontMatterError(PublisherError):
    """Front matter that cannot be read; ``line_number`` counts from 1 in the file."""

    # Not a ValueError: frontmatter.parse swallows that one and returns the file as body without metadata.
    def __init__(self, message: str, *, line: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.line_number = line


class FrontMatter(NamedTuple):
    """What stands above the body, and the body with its first line's number. A tuple, for one is made of each file."""

    body: str
    body_line: int = 1
    fields: Mapping[str, Value] = MappingProxyType({})
    lines: Mapping[str, int] = MappingProxyType({})
    """Line of each top-level key, and of each key one level down (``cover.image``), from 1."""
    repeated: Sequence[tuple[str, int]] = ()
    """Keys that are there twice, with the line of the second; the last value holds."""
    controls: Sequence[int] = ()
    """Lines of the front matter from which control characters were dropped."""


def read(text: str, *, whole: bool = True) -> FrontMatter:
    """The front matter and body of a file's text (decoded, line feeds alone). Raises ``FrontMatterError``.

    With ``whole`` false the text is the head of a file.
    """
    lead = len(text) - len(text.lstrip()) if text[:1].isspace() else 0
    found = cast("_Handler | None", frontmatter.detect_format(text[lead:] if lead else text, _HANDLERS))
    if found is None:
        return FrontMatter(body=text)
    handler = type(found)(text, lead, whole=whole)
    # The header alone, not the file: the body's indentation would be lost, and its length is time.
    fields, _ = frontmatter.parse(handler.header, handler=handler)
    return FrontMatter(
        handler.body,
        handler.body_line,
        cast("dict[str, Value]", fields),
        handler.lines,
        handler.repeated,
        handler.controls,
    )


class _Handler(BaseHandler, ABC):
    """Reads one header; ``first`` is the number of the line that its text begins on."""

    FM_BOUNDARY = re.compile("")

    def __init__(self, text: str = "", lead: int = 0, *, whole: bool = True) -> None:
        # Nothing of BaseHandler's own is used but its place in frontmatter.parse.
        self.first = text.count("\n", 0, lead) + 1
        self.lines: dict[str, int] = {}
        self.repeated: list[tuple[str, int]] = []
        self.controls: tuple[int, ...] = ()
        self.whole = whole
        self.header = ""
        self.body = ""
        self.body_line = 1
        if text:
            self.cut(text, lead)

    @abstractmethod
    def cut(self, text: str, start: int) -> None:
        """Sets header, body and their places from a text that has front matter at ``start``."""

    def split(self, text: str) -> tuple[str, str]:
        del text
        return self.header, ""

    def cleaned(self, header: str) -> str:
        """The header within bounds and without control characters, whose lines are noted."""
        if len(header) > MAX_HEADER:
            raise FrontMatterError(
                f"front matter is longer than {MAX_HEADER // 1024} KiB",
                line=self.first,
                hint="close it with --- above the text, or shorten its values",
            )
        cleaned = clean(header)
        if cleaned != header:
            rows = enumerate(header.split("\n"), self.first)
            self.controls = tuple(number for number, row in rows if clean(row) != row)
        return cleaned

    def fail(self, message: str, line: int, hint: str) -> FrontMatterError:
        return FrontMatterError(message, line=self.first + line, hint=hint)


class _Fenced(_Handler):
    """Header between two fences on lines of their own."""

    opening: ClassVar[re.Pattern[str]]
    closing: ClassVar[re.Pattern[str]]
    fence: ClassVar[str]

    def detect(self, text: str) -> bool:
        return bool(self.opening.match(text))

    def cut(self, text: str, start: int) -> None:
        opening = self.opening.match(text, start)
        begin = opening.end() if opening else start
        end = self.closing.search(text, begin)
        self.first += 1
        if end is None:
            if not self.whole:
                self.cleaned(text[begin:])  # one that is too long may well be closed, beyond what was read of it
            raise FrontMatterError(
                f"front matter is not closed with {self.fence}",
                line=self.first - 1,
                hint=f"write {self.fence} on a line of its own below the last key",
            )
        self.header = self.cleaned(text[begin : end.start()])
        self.body = text[end.end() :].removeprefix("\n")
        self.body_line = self.first + text.count("\n", begin, end.end()) + 1


class _Yaml(_Fenced):
    opening, closing, fence = _YAML_OPENING, _YAML_CLOSING, "---"

    def load(self, fm: str) -> dict[str, Value]:
        try:
            tree = yamltext.read(fm)
        except YamlError as error:
            raise self.fail(str(error), error.line, error.hint) from error
        self.lines = {key: self.first + line for key, line in tree.lines.items()}
        self.repeated = [(key, self.first + line) for key, line in tree.repeated]
        if tree.root is None:
            return {}
        if not isinstance(tree.root, dict):
            if slip := yamlwords.wide_colon(fm.split("\n")):
                raise self.fail(slip.message, slip.line, slip.hint)
            raise self.fail("front matter is not a set of keys", 0, "write 'key: value' on each line")
        return tree.root


def _toml(handler: _Handler, fm: str) -> dict[str, Value]:
    for number, row in enumerate(fm.split("\n")):
        if row.partition("=")[0].count(".") > MAX_DEPTH:  # tomllib takes time in the square of the dots of a key
            raise handler.fail(f"nested deeper than {MAX_DEPTH} levels", number, _PLAIN)
    try:
        data = tomllib.loads(fm)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1]) - 1 if place and place[1] else fm.count("\n") - 1
        message = str(error)[: place.start()] if place else str(error)
        hint = EXAMPLE if "date" in message else 'write key = "value" (TOML)'
        raise handler.fail(message, max(line, 0), hint) from error
    except (ValueError, RecursionError) as error:
        raise handler.fail("nested too deep or a number too long", 0, _PLAIN) from error
    root = _plain_root(data, handler.first)
    table = ""
    for found in re.finditer(r'^[ \t]*(?:\[([\w.-]+)\]|"?([\w-]+)"?[ \t]*=)', fm, re.MULTILINE):
        if found[1]:
            table = f"{found[1]}."
        name = found[1] or table + found[2]
        handler.lines.setdefault(name, handler.first + fm.count("\n", 0, found.start()))
    return root


class _Toml(_Fenced):
    opening, closing, fence = _TOML_OPENING, _TOML_CLOSING, "+++"

    def load(self, fm: str) -> dict[str, Value]:
        return _toml(self, fm)


class _Json(_Handler):
    """An object at the very start; the body is what follows it."""

    def __init__(self, text: str = "", lead: int = 0, *, whole: bool = True) -> None:
        self._twice: list[str] = []
        super().__init__(text, lead, whole=whole)

    def detect(self, text: str) -> bool:
        return bool(_JSON_START.match(text))

    def cut(self, text: str, start: int) -> None:
        whole = text[start : start + MAX_HEADER + 1]
        self._data, end = self.decoded(whole)
        self.header = self.cleaned(whole[:end])
        self.body = text[start + end :].removeprefix("\n")
        self.body_line = self.first + self.header.count("\n") + 1

    def decoded(self, text: str) -> tuple[Any, int]:
        """The object at the start of the text, and where it ends."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=str, parse_float=str, parse_constant=str, strict=False
        )
        try:
            return decoder.raw_decode(text)
        except json.JSONDecodeError as error:
            if len(text) > MAX_HEADER:
                self.cleaned(text)
            raise self.fail(f"JSON: {error.msg}", error.lineno - 1, "check quotes, commas and braces") from error
        except RecursionError as error:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels", 0, _PLAIN) from error

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                self._twice.append(key)
            found[key] = value
        return found

    def load(self, fm: str) -> dict[str, Value]:
        if not isinstance(self._data, dict):
            raise self.fail("front matter is not a set of keys", 0, 'write {"key": "value"}')
        root = _plain_root(self._data, self.first)
        lines: dict[str, list[int]] = {}
        line, end = self.first, 0
        for found in _JSON_KEY.finditer(fm):  # once through the text, however many keys it has
            line += fm.count("\n", end, found.start())
            end = found.start()
            lines.setdefault(found[1], []).append(line)
        self.lines = {key: lines.get(key, [self.first])[0] for key in root}
        self.repeated = [(key, lines.get(key, [self.first])[-1]) for key in dict.fromkeys(self._twice)]
        return root


class _Named(_Fenced, _Json):
    """A fence that names its language, as gray-matter has it: ``---toml``, ``---json``; scripts are not run."""

    opening, closing, fence = _NAMED_OPENING, _YAML_CLOSING, "---"

    def cut(self, text: str, start: int) -> None:
        named = self.opening.match(text, start)
        self._language = named[1].lower() if named else ""
        super().cut(text, start)

    def load(self, fm: str) -> dict[str, Value]:
        if self._language == "toml":
            return _toml(self, fm)
        if self._language != "json":
            message = "JavaScript front matter is not run" if "j" in self._language else "CoffeeScript is not run"
            raise self.fail(message, -1, "write YAML between --- lines")
        self._data, _ = self.decoded(fm.strip())
        return _Json.load(self, fm)


class _Bare(_Handler):
    """Pelican's metadata: ``Key: value`` lines from the first line to the first empty one, indented lines continue."""

    def detect(self, text: str) -> bool:
        found = _BARE.match(text if text.endswith("\n") else f"{text}\n")
        return bool(found and _BARE_TITLE.search(found[0]))

    def cut(self, text: str, start: int) -> None:
        whole = text if text.endswith("\n") else f"{text}\n"
        found = _BARE.match(whole, start)
        end = found.end() if found else start
        self.header = self.cleaned(whole[start:end])
        self.body = text[end:].removeprefix("\n")
        self.body_line = self.first + self.header.count("\n") + 1

    def load(self, fm: str) -> dict[str, Value]:
        found: dict[str, Value] = {}
        key = ""
        for number, row in enumerate(fm.rstrip("\n").split("\n"), self.first):
            if row[:1].isspace():
                found[key] = f"{found[key]} {row.strip()}".strip()
                continue
            name, _, value = row.partition(":")
            key = name.strip().lower()
            if key in found:
                self.repeated.append((key, number))
            found[key], self.lines[key] = value.strip(), number
        return found


_HANDLERS = [_Yaml(), _Toml(), _Json(), _Named(), _Bare()]


def _plain_root(data: dict[str, Any], line: int) -> dict[str, Value]:
    """The data with every scalar as text, as the YAML reader gives it, under the same bounds."""
    nodes = 0

    def plain(value: Any, depth: int) -> Value:
        nonlocal nodes
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise FrontMatterError(
                f"nested deeper than {MAX_DEPTH} levels or more than {MAX_NODES} values", line=line, hint=_PLAIN
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
