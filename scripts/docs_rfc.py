"""Writes the column of docs/rfc.md that the code itself can tell: which sections of each RFC are cited.

A citation is ``RFC 4287``, or with its section in brackets ``(RFC 4287 4.2.6)``, in ``publisher`` or ``subscribers``.
Titles and states are people's: a new row gets a ``?``, which a test refuses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "rfc.md"
CITATION = re.compile(r"(?P<open>\()?\bRFC (?P<number>\d{3,5})\b(?: (?P<section>(?:\d+|[A-Z])(?:\.\d+)*)(?=[\s,;:)]))?")
ROW = re.compile(r"\| (?P<number>\d+) \| (?P<title>.*?) \| (?P<state>.*?) \| (?P<sections>.*?) \|")
STATES = {"yes": True, "partly": True, "later": False}
"""States of a row, and whether code must cite it."""


def citations(texts: Iterable[str]) -> dict[int, set[str]]:
    """The cited sections of each RFC; one that is only named has none."""
    found: dict[int, set[str]] = defaultdict(set)
    for text in texts:
        for match in CITATION.finditer(re.sub(r"\s*\n\s*(?:# )?", " ", text)):
            sections = found[int(match["number"])]
            if match["section"] and (match["open"] or "." in match["section"]):
                sections.add(match["section"])
    return found


def rewrite(page: str, cited: Mapping[int, set[str]]) -> str:
    """The page with the sections of its rows brought up to date, new rows added, all in order."""
    lines = page.splitlines()
    rows = {int(match["number"]): match for line in lines if (match := ROW.fullmatch(line))}
    rule = max(number for number, line in enumerate(lines) if line.startswith("|---"))
    rest = [line for line in lines[rule + 1 :] if not ROW.fullmatch(line)]
    table = []
    for number in sorted({*rows, *cited}):
        title, state = (rows[number]["title"], rows[number]["state"]) if number in rows else ("?", "?")
        sections = ", ".join(sorted(cited.get(number, ()), key=order))
        table.append(f"| {number} | {title} | {state} | {sections or '–'} |")
    return "\n".join([*lines[: rule + 1], *table, *rest]) + "\n"


def order(section: str) -> list[tuple[bool, int, str]]:
    """Sorts 4.2.10 behind 4.2.9, appendices last."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in section.split(".")]


def sources() -> list[str]:
    """Text of every module."""
    return [
        path.read_text("utf-8") for top in ("publisher", "subscribers") for path in sorted((ROOT / top).rglob("*.py"))
    ]


def main() -> None:
    """Writes the page and names the rows that wait for a title or a state."""
    page = rewrite(PAGE.read_text("utf-8"), citations(sources()))
    PAGE.write_text(page, "utf-8")
    rows = [match for line in page.splitlines() if (match := ROW.fullmatch(line))]
    bare = [match["number"] for match in rows if "?" in {match["title"], match["state"]}]
    print("docs/rfc.md written" + (f"; give a title and a state to RFC {', '.join(bare)}" if bare else ""))


if __name__ == "__main__":
    main()
