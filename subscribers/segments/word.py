"""The words and signs of an expression, each with its column. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from subscribers.error import SegmentError
from subscribers.segments.tree import KEYWORDS, PUNCTUATION, WIDE, lowered

_QUOTES = '"“”'
_SIGNS = ("<=", ">=", "==", "<", ">", "=", ":", ",", "(", ")")
_SHOWN = 40


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    """Without quotation marks, and no keyword."""
    KEYWORD = "keyword"
    QUOTED = "quoted"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign; ``text`` is a keyword or sign in its usual form, else what was written, without its marks."""

    kind: Kind
    text: str
    column: int
    """From 1, in characters."""

    def wrong(self, what: str, hint: str) -> SegmentError:
        """The error of this token."""
        return SegmentError(f"column {self.column}: {what}", hint=hint)


def shown(text: str) -> str:
    """The text as an error shows it: quoted, on one line, not too long."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def tokens(text: str) -> Iterator[Token]:
    """The tokens of an expression, ``Kind.END`` last.

    Raises ``SegmentError`` for control characters, an open quotation mark and a word in single ones.
    """
    at, wide = 0, text.translate(WIDE)
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        here = wide[at]
        if here in _QUOTES:
            token, at = _quoted(text, at)
        elif here in PUNCTUATION:
            sign = next(each for each in _SIGNS if wide.startswith(each, at))
            token, at = Token(Kind.SIGN, sign, at + 1), at + len(sign)
        else:
            token, at = _word(text, wide, at)
        yield token
    yield Token(Kind.END, "", len(text) + 1)


def check(text: str) -> None:
    """Raises ``SegmentError`` for a character that no database takes, or that no editor sees."""
    for at, each in enumerate(text):
        if unicodedata.category(each) in {"Cc", "Cs"} and each not in "\t\n\r":
            what = f"column {at + 1}: U+{ord(each):04X} is a control character"
            raise SegmentError(what, hint="remove it")


def _word(text: str, wide: str, start: int) -> tuple[Token, int]:
    end = start
    while end < len(text) and not wide[end].isspace() and wide[end] not in PUNCTUATION:
        end += 1
    word = text[start:end]
    if word[0] == "'":
        raise Token(Kind.WORD, word, start + 1).wrong(
            "single quotation marks hold nothing together", 'write "…" around a value'
        )
    if lowered(word) in KEYWORDS:
        return Token(Kind.KEYWORD, lowered(word), start + 1), end
    return Token(Kind.WORD, word, start + 1), end


def _quoted(text: str, start: int) -> tuple[Token, int]:
    """The text in quotation marks, and the place behind it; a backslash stands before a mark or itself."""
    kept: list[str] = []
    at = start + 1
    while at < len(text):
        if text[at] in _QUOTES:
            return Token(Kind.QUOTED, "".join(kept), start + 1), at + 1
        if text[at] == "\\" and text[at + 1 : at + 2] and text[at + 1] in _QUOTES + "\\":
            at += 1
        kept.append(text[at])
        at += 1
    raise Token(Kind.QUOTED, "", start + 1).wrong(
        "this quotation mark is not closed", 'write " at the end of the value'
    )
