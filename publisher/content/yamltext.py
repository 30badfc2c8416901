"""YAML as plain keys, lists and text: every scalar stays what is written, each top-level key has its line. Pure.

The reader is a loop over libyaml's events: no recursion (CSafeLoader's kills the process at 16 000 levels), no
aliases, bounded in depth and number, and ``no``, ``12:30``, ``010`` and ``1.10`` mean what they say. Most front matter
is plainer still, lines of ``key: value`` and ``- item``: that is read line by line, in a third of the time, to the same
result (a property test holds the two together).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import yaml

from publisher.content import yamlwords

MAX_DEPTH = 16
MAX_NODES = 4000

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""A value as front matter holds it: numbers, booleans and dates are still text."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_KEY = re.compile(r"[A-Za-z_][\w-]{0,127}")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`\\")
_ESCAPED = re.compile(r'(?:[^"\\]|\\["\\/])*')
_ESCAPE = re.compile(r"\\(.)")
_LINES = MAX_NODES // 4
"""Lines that are read one by one: each holds two values at most."""
_COMPLEX = object()


class YamlError(Exception):
    """YAML that cannot be read: ``line`` counts from 0 in the text, ``hint`` says what to write."""

    def __init__(self, message: str, line: int, hint: str) -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


@dataclass(slots=True)
class Tree:
    """A text's value, the lines of its keys (from 0; ``cover.image`` one level down), and keys that are there twice."""

    root: Value = None
    lines: dict[str, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    """Key and line of the second one; the last value holds."""


def read(text: str) -> Tree:
    """What the YAML text holds. Raises ``YamlError``, and nothing else."""
    return _by_lines(text) or by_events(text)


def _by_lines(text: str) -> Tree | None:
    """The tree of the plainest YAML, or None for anything that needs the whole language."""
    rows = text.split("\n")
    # What is not printable may be refused by libyaml, or end a line for it.
    if len(rows) > _LINES or not "".join(rows).isprintable():
        return None
    found: dict[str, Value] = {}
    tree = Tree(found)
    items: list[Value] | None = None
    key, dash, is_open = "", "- ", False
    for number, row in enumerate(rows):
        if items is not None and row.startswith(dash):
            value = _item(row[len(dash) :].strip(" "))
            if value is _COMPLEX:
                return None
            items.append(value)
            continue
        bare = row.strip(" ")
        if not bare:
            continue
        if row[0] in " -":
            value = _item(bare[2:].lstrip(" "))
            if bare[:2] != "- " or value is _COMPLEX or items is not None or not is_open:
                return None
            items, dash = [value], row[: row.index("-") + 2]
            found[key] = items
        else:
            key, colon, rest = bare.partition(":")
            value = _scalar(rest.lstrip(" "))
            if not colon or rest[:1] not in {"", " "} or value is _COMPLEX or key in found or not _KEY.fullmatch(key):
                return None
            is_open, items = not rest, None
            found[key], tree.lines[key] = value, number
    return tree if found else None


def _scalar(text: str) -> Any:
    """The value of a bare or simply quoted scalar, or ``_COMPLEX``."""
    if text in _NULLS:
        return None
    first = text[0]
    if first not in _INDICATORS:
        # YAML may read the one as a comment, the others as a key.
        return _COMPLEX if " #" in text or ": " in text or text[-1] == ":" else text
    inner = text[1:-1]
    if first not in "\"'" or len(text) < 2 or text[-1] != first:
        return _COMPLEX
    if first not in inner and "\\" not in inner:
        return inner
    return _ESCAPE.sub(r"\1", inner) if first == '"' and _ESCAPED.fullmatch(inner) else _COMPLEX


# The same few thousand tags and topics stand in all articles.
_item = lru_cache(maxsize=4096)(_scalar)


def by_events(text: str) -> Tree:
    """The tree of any YAML within bounds."""
    try:
        return _Builder(text).tree
    except YamlError as error:
        slip = yamlwords.template(text.split("\n"), error.line)
        if slip is None:
            raise
        raise YamlError(slip.message, slip.line, slip.hint) from error
    except yaml.YAMLError as error:
        mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read")
        slip = yamlwords.explained(text, said, mark.line if mark else 0, begun.line if begun else None)
        raise YamlError(slip.message, slip.line, slip.hint) from error
    except UnicodeError as error:
        raise YamlError("half a character (a lone surrogate)", 0, "delete it") from error


class _Builder:
    """One loop over the events of a text, with one explicit stack."""

    def __init__(self, text: str) -> None:
        self.tree = Tree()
        self._stack: list[tuple[Any, str | None]] = []
        self._nodes = self._documents = 0
        self._build(yaml.CSafeLoader(text))

    def _build(self, parser: Any) -> None:
        """Scalars are nine events of ten, and are placed here; ``container`` is what is being filled."""
        container: Any = None
        key: str | None = None
        following = parser.get_event
        while (event := following()) is not None:
            kind = _KINDS.get(type(event), 0)
            if kind != _SCALAR_EVENT:
                if kind:
                    container, key = self._structure(kind, event, container, key)
                continue
            self._count(event)
            value = None if event.value in _NULLS and not event.style else event.value
            if container is None:
                self.tree.root = value
            elif type(container) is list:
                container.append(value)
            elif key is None:
                key = self._key(container, event)
            else:
                container[key] = value
                key = None

    def _structure(self, kind: int, event: Any, container: Any, key: str | None) -> tuple[Any, str | None]:
        """What is filled after an event that begins or ends something, and the key whose value comes next."""
        if kind == _END:
            return self._stack.pop()[0], None
        if kind == _START:
            self._count(event)
            inner: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._place(container, key, inner, event)
            self._stack.append((container, key))
            return inner, None
        if kind == _ALIAS:
            raise _error(event, "aliases (*name) are not read", "write the value out")
        self._documents += 1
        if self._documents > 1:
            raise _error(event, "a second document begins here", "keep one set of keys between the two ---")
        return container, key

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _error(event, f"more than {MAX_NODES} values", "move data out of the front matter")

    def _key(self, container: dict[str, Value], event: Any) -> str:
        key: str = event.value
        if key in container:
            self.tree.repeated.append((key, event.start_mark.line))
        if len(self._stack) == 1:
            self.tree.lines[key] = event.start_mark.line
        elif len(self._stack) == 2 and (above := self._stack[1][1]) is not None:
            self.tree.lines[f"{above}.{key}"] = event.start_mark.line
        return key

    def _place(self, container: Any, key: str | None, value: Value, event: Any) -> None:
        if len(self._stack) == MAX_DEPTH:
            raise _error(event, f"nested deeper than {MAX_DEPTH} levels", "write plain keys and lists")
        if container is None:
            self.tree.root = value
        elif type(container) is list:
            container.append(value)
        elif key is None:
            raise _error(event, "a key must be text", 'put it in quotes, for example "[x]": y')
        else:
            container[key] = value


_SCALAR_EVENT: Final = 1
_START: Final = 2
_END: Final = 3
_ALIAS: Final = 4
_DOCUMENT: Final = 5
_KINDS: Mapping[type, int] = MappingProxyType(
    {
        yaml.ScalarEvent: _SCALAR_EVENT,
        yaml.MappingStartEvent: _START,
        yaml.SequenceStartEvent: _START,
        yaml.MappingEndEvent: _END,
        yaml.SequenceEndEvent: _END,
        yaml.AliasEvent: _ALIAS,
        yaml.DocumentStartEvent: _DOCUMENT,
    }
)


def _error(event: Any, message: str, hint: str) -> YamlError:
    return YamlError(message, event.start_mark.line, hint)
