"""Finding and reading single fields in front matter, whose values are all text, lists or maps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from publisher.content import slips
from publisher.content.frontmatter import FrontMatter
from publisher.content.yamltext import Value
from publisher.text import one_line

_FALSE = frozenset({"", "false", "no", "off", "0", "n", "f", "none", "null"})
_SAID = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_COMMA = re.compile(r"[,，]")
# Zola keeps a site's own keys in [extra], Hugo in params.
_NESTS = ("extra", "params")
_PLANS = 1024
"""Different sets of keys that are remembered."""


class Found(NamedTuple):
    """A value, the key it was found under and that key's line. A tuple, for ten are made of each file."""

    value: Value
    key: str = ""
    line: int | None = None

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def text(self) -> str:
        """The value as one line; of a list or map its first text, empty where there is none."""
        value = self.value
        if value is None:
            return ""
        return one_line(value if isinstance(value, str) else next(_texts(value), ""))

    @property
    def texts(self) -> list[str]:
        """All texts of a list, or the parts of a comma-separated text, as they are written."""
        value = self.value
        if value is None:
            return []
        if isinstance(value, str):
            return _COMMA.split(value)
        texts = list(_texts(value))
        # [一，二] has a Chinese comma, and so is one item for YAML.
        return re.split("[，\n]", joined) if "，" in (joined := "\n".join(texts)) else texts


_NOTHING = Found(None)


class Sources:
    """Where each field is looked for in front matter, in which case does not count, as in Hugo."""

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        """``table``: field to its sources, first present wins; ``cover.image`` is the key ``image`` of ``cover``."""
        self.table = table
        self.known = frozenset(source.lower() for sources in table.values() for source in sources)
        self._plans: dict[tuple[str, ...], Plan] = {}

    def __reduce__(self) -> tuple[type[Sources], tuple[dict[str, Sequence[str]]]]:
        """Travels to another process without its plans."""
        return Sources, (dict(self.table),)

    def plan(self, keys: Iterable[str]) -> Plan:
        """Where to look in front matter of these keys: files of one folder have the same, so it is made once."""
        spelled = tuple(keys)
        plan = self._plans.get(spelled)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[spelled] = Plan(self, spelled)
        return plan


_Step: TypeAlias = "tuple[str, str, tuple[str, ...]]"
"""The source as it is named, the key as it is spelled, and the keys below it, in lower case."""


class Plan:
    """Which of the sources a set of keys holds."""

    def __init__(self, sources: Sources, keys: tuple[str, ...]) -> None:
        folded = {key.lower(): key for key in keys}
        # Of keys that differ in case alone, the one in lower case counts.
        self._spelled = folded | {key: key for key in keys if key in folded}
        self._at: dict[str, tuple[_Step, ...]] = {}
        steps = {
            name: tuple(step for each in listed for step in self.at(each)) for name, listed in sources.table.items()
        }
        self.fields = {name: places for name, places in steps.items() if places}
        self.slips = tuple(
            (key, meant) for low, key in folded.items() if low not in sources.known and (meant := slips.meant(low))
        )
        """Keys that nothing looks for, and what each may be a slip of."""

    def at(self, source: str) -> tuple[_Step, ...]:
        """The places of one source that these keys leave open: itself, then within ``extra`` and ``params``."""
        steps = self._at.get(source)
        if steps is None:
            first, *rest = source.lower().split(".")
            places = [(first, tuple(rest)), *((nest, (first, *rest)) for nest in _NESTS)]
            found = ((source, self._spelled[head], below) for head, below in places if head in self._spelled)
            steps = self._at[source] = tuple(found)
        return steps


class Fields:
    """The front matter of a file, asked by field."""

    __slots__ = ("_found", "matter", "plan")

    def __init__(self, matter: FrontMatter, plan: Plan) -> None:
        self.matter, self.plan = matter, plan
        self._found: dict[str, Found] = {}
        values, lines = matter.fields, matter.lines
        for name, steps in plan.fields.items():
            for step in steps:
                value = values[step[1]]
                if step[2] or not isinstance(value, str):
                    found = self._walk(step)
                else:  # nearly all are plain texts, told here without a call
                    text = value.strip()
                    found = Found(text, step[0], lines.get(step[1])) if text else _NOTHING
                if found.value is not None:
                    self._found[name] = found
                    break

    def find(self, name: str) -> Found:
        """The first source of a field that is present and not empty; ``Found(None)`` where none is."""
        return self._found.get(name, _NOTHING)

    def text(self, name: str) -> str:
        """The field as one line; empty where there is none."""
        found = self._found.get(name)
        return found.text if found else ""

    def all(self, name: str) -> Iterator[Found]:
        """Every source of a field that is present, in their order."""
        return filter(None, map(self._walk, self.plan.fields.get(name, ())))

    def at(self, source: str) -> Found:
        """The value at a key such as ``cover.image``, also looked for in ``extra`` and ``params``."""
        steps = self.plan.at(source)
        return next(filter(None, map(self._walk, steps)), _NOTHING) if steps else _NOTHING

    def _walk(self, step: _Step) -> Found:
        source, spelled, rest = step
        value = self.matter.fields[spelled]
        place = spelled
        for part in rest:
            if not isinstance(value, dict):
                return _NOTHING
            name = next((key for key in value if key.lower() == part), "")
            value, place = value.get(name), f"{place}.{name}"
        if isinstance(value, str):
            value = value.strip()
        if not value:
            return _NOTHING
        lines = self.matter.lines
        return Found(value, source, lines.get(place) or lines.get(spelled))


def of(sources: Sources, matter: FrontMatter) -> Fields:
    """The fields of a file's front matter."""
    return Fields(matter, sources.plan(matter.fields))


def _texts(value: list[Value] | dict[str, Value]) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):  # authors: [{name: …}], images: [{url: …}]
            yield from (text for key in ("name", "title", "url", "src") if isinstance(text := item.get(key), str))


def said(text: str) -> bool | None:
    """What a text says where only yes or no is asked; ``None`` if it says something else."""
    return _SAID.get(text.strip().casefold())


def truthy(text: str) -> bool:
    """Whether a text means yes; whatever is not a known no does, so that a slip keeps a draft unpublished."""
    return text.strip().casefold() not in _FALSE
