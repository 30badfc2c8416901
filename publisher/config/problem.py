"""One thing that is wrong with config.yaml, and its place. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 200
Place = tuple[str | int, ...]
"""The way to a value: keys, and the numbers of list items from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong at one place: ``text`` says what, then, after a semicolon, what to write instead."""

    line: int
    """In the file, from 1."""
    text: str
    place: Place = ()


def dotted(place: Place) -> str:
    """A place as people write it, on one line: ``delivery.relays[0].host``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in place).removeprefix(".")


def _shown(key: str) -> str:
    return key if key.isprintable() else ascii(key)[1:-1]


def render(file: str, problems: Iterable[Problem]) -> str:
    """All problems, one a line, in the order of the file: ``config.yaml:12: feeds.entries: …; …``.

    Of a file with hundreds the first ones are enough, and their number.
    """
    told = sorted({(problem.line, dotted(problem.place), problem.text) for problem in problems})
    lines = [f"{file}:{line}: {key}: {text}" if key else f"{file}:{line}: {text}" for line, key, text in told[:SHOWN]]
    if len(told) > SHOWN:
        lines.append(f"{file}:{told[SHOWN][0]}: {len(told) - SHOWN:,} more problems from here; correct the first ones")
    return "\n".join(lines)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or nothing."""
    folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
