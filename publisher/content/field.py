"""Finding and reading single fields in front matter, whose values are all text, lists or maps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.content.frontmatter import FrontMatter, Value
from publisher.text import one_line

_FALSE = frozenset({"", "false", "no", "off", "0", "n", "f", "none", "null"})
# Zola keeps a site's own keys in [extra], Hugo in params.
_NESTS = ("extra", "params")


@dataclass(frozen=True, slots=True)
class Found:
    """A value, the key it was found under and that key's line."""

    value: Value
    key: str = ""
    line: int | None = None

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def text(self) -> str:
        """The value as one line; of a list or map its first text, empty where there is none."""
        return one_line(next(_texts(self.value), ""))

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts of a list, or the parts of a comma-separated text."""
        if isinstance(self.value, str):
            return tuple(part for part in map(one_line, re.split(r"[,，]", self.value)) if part)
        return tuple(part for part in map(one_line, _texts(self.value)) if part)


@dataclass(frozen=True, slots=True)
class Fields:
    """Front matter asked by keys in which case does not count, as in Hugo."""

    sources: Mapping[str, Sequence[str]]
    matter: FrontMatter
    folded: dict[str, str]
    """Lower-case key to key as written, for the top level."""

    def find(self, name: str) -> Found:
        """The first source of a field that is present and not empty; ``Found(None)`` where none is."""
        for source in self.sources.get(name, ()):
            if found := self.at(source):
                return found
        return _NOTHING

    def all(self, name: str) -> Iterator[Found]:
        """Every source of a field that is present, in their order."""
        return filter(None, map(self.at, self.sources.get(name, ())))

    def at(self, source: str) -> Found:
        """The value at a dotted key such as ``cover.image``, also looked for in ``extra`` and ``params``."""
        found = self._walk(source)
        for nest in _NESTS:
            if not found and nest in self.folded:
                found = self._walk(f"{nest}.{source}")
        return found

    def _walk(self, source: str) -> Found:
        if "." not in source and source.lower() not in self.folded:
            return _NOTHING  # what nearly every question is answered with
        first, *rest = source.split(".")
        spelled = self.folded.get(first.lower())
        if spelled is None:
            return _NOTHING
        value = self.matter.fields[spelled]
        for part in rest:
            if not isinstance(value, dict):
                return _NOTHING
            value = value.get(next((key for key in value if key.lower() == part.lower()), ""))
        if isinstance(value, str):
            value = value.strip()
        if not value:
            return _NOTHING
        inner = self.matter.lines.get(rest[-1]) if rest else None
        return Found(value, source, inner or self.matter.lines.get(spelled))


_NOTHING = Found(None)


def of(sources: Mapping[str, Sequence[str]], matter: FrontMatter) -> Fields:
    """The fields of a file's front matter; of keys that differ in case alone, the one in lower case counts."""
    folded = {key.lower(): key for key in matter.fields}
    folded.update({key: key for key in matter.fields if key in folded})
    return Fields(sources, matter, folded)


def _texts(value: Value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                if isinstance(item, str):
                    yield item
                elif isinstance(item, dict):  # authors: [{name: …}], images: [{url: …}]
                    yield from (
                        text for key in ("name", "title", "url", "src") if isinstance(text := item.get(key), str)
                    )
        case dict():
            yield from _texts([value])


def said(text: str) -> bool | None:
    """What a text says where only yes or no is asked; ``None`` if it says something else."""
    return {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }.get(text.strip().casefold())


def truthy(text: str) -> bool:
    """Whether a text means yes; whatever is not a known no does, so that a slip keeps a draft unpublished."""
    return text.strip().casefold() not in _FALSE
