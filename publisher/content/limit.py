"""How big and how deep a Markdown text may be before its rendering takes minutes or fills the memory. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

MAX_SOURCE = 512 * 1024
MAX_OUTPUT = 8 * 1024 * 1024
MAX_DEPTH = 200
"""Levels of quotes or elements; 100 000 nested quotes take nh3 57 s."""

MAX_CELLS = 200_000
"""Short rows are filled up: 13 KB of Markdown with 1 000 columns and 3 000 rows become 30 MB."""
MAX_LINKS = 20_000
"""Links and references to footnotes: 60 000 take 3 s, and make 5 MB of HTML."""
MAX_OPEN_NOTES = 200
"""``[^`` after one another: comrak takes time in the square of them, 19 000 took 20 s."""
MAX_ADDRESSES = 200
"""E-mail addresses on a line: comrak makes links of them by recursion, 30 000 kill the process."""
MAX_DEFINITIONS = 1000
"""comrak takes time in the square of them: 20 000 took 37 s."""

# No expression here may look far ahead for what might not come: that takes minutes for a hostile text.
TAG = re.compile(r"<([/]?)([a-zA-Z][\w-]*)[^<>]*>")
"""A start or end tag: its slash, its name."""
_UNCOUNTED = frozenset("area br col embed hr img input link meta source track wbr p li td tr th dt dd option".split())  # noqa: SIM905
# Beginnings of tags that are not counted; none begins another.
_COMMON = ("<p>", "<br />", "<li>", "<li ", "<td>", "<tr>", "<th>", "<hr />", "<img ")
_END = "<" + chr(47)  # an end tag begins so
_QUOTES = re.compile(rf"^(?:[ \t]*>){{{MAX_DEPTH + 1}}}", re.MULTILINE)
_OPEN_NOTES = re.compile(rf"(?:\[\^){{{MAX_OPEN_NOTES}}}")
_DEFINITION = re.compile(r"^[ \t>*+-]{0,20}:[ \t]", re.MULTILINE)


class Excess(NamedTuple):
    """What is too much of a text: the fault, the way out, and its line in the text, from 1."""

    message: str
    hint: str
    line: int = 1


def line_at(text: str, place: int) -> int:
    """The line of a place in a text, from 1."""
    return text.count("\n", 0, place) + 1


def excess(markdown: str) -> Excess | None:
    """What is too much of a Markdown text before it is rendered, or nothing."""
    if len(markdown) > MAX_SOURCE:
        return Excess(f"the text has more than {MAX_SOURCE // 1024} KiB", "split it")
    if len(markdown) > 2 * MAX_LINKS and markdown.count("](") + markdown.count("[^") > MAX_LINKS:
        return Excess(f"the text has more than {MAX_LINKS} links and footnotes", "split it")
    if markdown.count("[^[^") > MAX_OPEN_NOTES // 2 - 1 and (notes := _OPEN_NOTES.search(markdown)):
        message = f"more than {MAX_OPEN_NOTES} footnotes are begun within one another"
        return Excess(message, "close them", line_at(markdown, notes.start()))
    if markdown.count(">") > MAX_DEPTH and (quotes := _QUOTES.search(markdown)):
        return Excess(
            f"quotes are nested more than {MAX_DEPTH} deep", "remove the surplus >", line_at(markdown, quotes.start())
        )
    if "|" in markdown:
        rows = [(row.count("|"), -number) for number, row in enumerate(markdown.split("\n"), 1) if "|" in row]
        columns, line = max(rows)
        if columns * len(rows) > MAX_CELLS:  # every row is filled up to the widest
            return Excess(f"a table has more than {MAX_CELLS} cells", "split it", -line)
    return None


def many_definitions(markdown: str) -> bool:
    """Whether there are too many definition lists to read them as such."""
    return markdown.count(":") > MAX_DEFINITIONS and len(_DEFINITION.findall(markdown)) > MAX_DEFINITIONS


def many_addresses(markdown: str) -> bool:
    """Whether a line holds too many addresses to make links of them."""
    if markdown.count("@") <= MAX_ADDRESSES:
        return False
    return any(row.count("@") > MAX_ADDRESSES for row in markdown.split("\n"))


def too_deep(html: str) -> int | None:
    """Where an element is, perhaps, nested too deep: an end tag counts only for an element of its name."""
    opened = html.count("<")
    if opened <= MAX_DEPTH:
        return None
    opened -= html.count(_END)
    if opened <= MAX_DEPTH or opened - sum(map(html.count, _COMMON)) <= MAX_DEPTH:
        return None  # no element of a usual article need be looked at
    depth = 0
    open_: Counter[str] = Counter()
    for tag in TAG.finditer(html):
        name = tag[2].lower()
        if name in _UNCOUNTED:
            continue
        if not tag[1]:
            open_[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return tag.start()
        elif open_[name]:
            open_[name] -= 1
            depth -= 1
    return None
