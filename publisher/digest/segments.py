"""A text cut at its slots: how such texts are joined, filled and stripped of what a place does not want. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_STRETCH = re.compile(r"<!--(/?)(mail|page|personal)-->")


@dataclass(frozen=True, slots=True)
class Segments:
    """``static[0] slot[0] static[1] …``: one more static piece than slots; a slot is the name of its value."""

    static: tuple[str, ...] = ("",)
    slots: tuple[str, ...] = ()

    def fill(self, values: Mapping[str, str], escaped: Callable[[str], str] = str) -> str:
        """The text with each slot's value, escaped for the place it goes to."""
        ready = {name: escaped(values[name]) for name in set(self.slots)}
        filled = [piece + ready[name] for piece, name in zip(self.static, self.slots, strict=False)]
        return "".join([*filled, self.static[-1]])


Known = Mapping[str, "str | Segments"]
"""What is put in place of slots by their name; the others stay slots."""


def cut(text: str, mark: re.Pattern[str]) -> Segments:
    """The text cut at the marks, each of which is a slot named by the pattern's group ``name``."""
    static, slots, at = [], [], 0
    for match in mark.finditer(text):
        static.append(text[at : match.start()])
        slots.append(match["name"])
        at = match.end()
    return Segments((*static, text[at:]), tuple(slots))


def join(parts: Iterable[tuple[Segments, Known]]) -> Segments:
    """The texts one after another, each with what is known of its slots put in."""
    static: list[str] = []
    slots: list[str] = []
    run: list[str] = []
    for part, known in parts:
        run.append(part.static[0])
        for name, text in zip(part.slots, part.static[1:], strict=True):
            value = known.get(name)
            if isinstance(value, str):
                run += (value, text)
                continue
            inner = Segments(("", ""), (name,)) if value is None else value
            run.append(inner.static[0])
            for slot, after in zip(inner.slots, inner.static[1:], strict=True):
                static.append("".join(run))
                slots.append(slot)
                run = [after]
            run.append(text)
    return Segments((*static, "".join(run)), tuple(slots))


def keep(text: Segments, kinds: frozenset[str]) -> Segments:
    """The text without its stretches ``<!--kind-->…<!--/kind-->`` of other kinds, and without these marks.

    Stretches may stand in stretches and may span slots: all that stands in a stretch that goes, goes.
    """
    static: list[str] = []
    slots: list[str] = []
    run: list[str] = []
    within: list[str] = []
    for index, piece in enumerate(text.static):
        if index and kinds.issuperset(within):
            static.append("".join(run))
            slots.append(text.slots[index - 1])
            run = []
        for start, end in pairwise((0, *_edges(piece), len(piece))):
            told = _STRETCH.fullmatch(piece[start:end])
            if told is None:
                if kinds.issuperset(within):
                    run.append(piece[start:end])
            elif not told[1]:
                within.append(told[2])
            elif told[2] in within:
                within.reverse()
                within.remove(told[2])
                within.reverse()
    return Segments((*static, "".join(run)), tuple(slots))


def without(text: Segments, words: str) -> Segments:
    """The text without these words."""
    return Segments(tuple(piece.replace(words, "") for piece in text.static), text.slots)


def _edges(text: str) -> list[int]:
    return [place for match in _STRETCH.finditer(text) for place in match.span()]


def escaped(value: str) -> str:
    """The value as it stands in HTML, between tags or between the quotes of an attribute."""
    return escape(value, quote=True)


def listed(text: Segments) -> list[str]:
    """Static pieces and names of slots by turns: how a text is stored."""
    woven = [text.static[0]]
    for name, piece in zip(text.slots, text.static[1:], strict=True):
        woven += (name, piece)
    return woven


def unlisted(woven: list[str]) -> Segments:
    """The text that ``listed`` gave."""
    return Segments(tuple(woven[::2]), tuple(woven[1::2]))
