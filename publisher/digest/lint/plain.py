"""Rules of the text part: as complete as the HTML, and readable in a plain window. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher import text
from publisher.digest.lint.finding import Finding, error, warning
from publisher.digest.lint.proof import Proof

COLUMNS = 78
"""Columns of a line (RFC 5322 2.1.1 says characters; a Han character is two columns wide)."""
_LEAST = 40
_ADDRESS = re.compile(r"https?://\S+")


def rules(proof: Proof) -> Iterator[Finding]:
    """What the text part lacks, and the lines of it that are too wide."""
    if len(proof.text.strip()) <= _LEAST:
        yield error("text-empty", "text", "the text part is nearly empty; put the shipped digest.txt back")
        return
    for story in proof.stories:
        if not _stands(story.url, proof.text):
            message = f"{story.path} has no address in the text part; put the card's url back into digest.txt"
            yield error("text-story", "text", message, story.path)
    wide = [
        number
        for number, line in enumerate(proof.text.splitlines(), 1)
        if len(line) * 2 > COLUMNS and text.width(line) > COLUMNS and not _holds_one_address(line)
    ]
    if wide:
        more = f" and {len(wide) - 1} more" if len(wide) > 1 else ""
        message = f"lines are wider than {COLUMNS} columns, and some programs break them anywhere; wrap them"
        yield warning("text-wide", f"text line {wide[0]}{more}", message)


def _stands(url: str, written: str) -> bool:
    """Whether the address stands there, and not as the start of a longer one."""
    at = written.find(url)
    while at >= 0:
        after = written[at + len(url) : at + len(url) + 1]
        if not after or after.isspace() or after in ">)]，。、;,":
            return True
        at = written.find(url, at + 1)
    return False


def _holds_one_address(line: str) -> bool:
    """A line that is too wide for the address in it alone."""
    rest = _ADDRESS.sub("", line, count=1)
    return rest != line and text.width(rest) <= COLUMNS // 2
