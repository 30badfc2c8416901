"""What the digest lint finds: how bad, which kind, where, what it is and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from publisher.content.article import Severity
from publisher.text import one_line

_SHOWN = 60
"""Characters of an address or a title that a message repeats."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is, what it is, and after a semicolon what to do."""

    severity: Severity
    code: str
    """Short stable name of the kind, such as ``html-size``."""
    place: str
    """The edition's key, then the part: ``all.en.html: subject``, ``all.en.html: html line 40``."""
    message: str
    """What is wrong; then, after a semicolon, what to do. The same fault has the same message in every edition."""
    story: str = ""
    """Path of the article in which it is, where it is in one."""

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message}"

    @property
    def fix(self) -> str:
        """What to do."""
        return self.message.rpartition("; ")[2]


def error(code: str, place: str, message: str, story: str = "") -> Finding:
    """A fault that readers must not get: it blocks approval."""
    return Finding(Severity.ERROR, code, place, message, story)


def warning(code: str, place: str, message: str, story: str = "") -> Finding:
    """A fault that some reader or provider stumbles over: an editor decides."""
    return Finding(Severity.WARNING, code, place, message, story)


def quoted(text: str) -> str:
    """A text of the mail for a message: on one line, in quotes, not too long, without what would end the message."""
    plain = one_line(text[: 4 * _SHOWN]).replace("; ", ", ")
    return f"'{plain}'" if len(plain) <= _SHOWN else f"'{plain[: _SHOWN - 1]}…'"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Some names in a sentence: ``a, b and 3 more``."""
    all_of_them = list(names)
    more = len(all_of_them) - most
    return ", ".join(all_of_them[:most]) + (f" and {more} more" if more > 0 else "")
