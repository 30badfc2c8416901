"""Text for people: cleaning, display width, shortening and wrapping that know CJK, and title likeness. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

# What XML 1.0 forbids (2.2), and the C1 controls, DEL and surrogates that no reader can show.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Zero-width space, BOM and bidirectional overrides: invisible, and able to reorder the words around a title.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

_CLOSERS = "\"')\\]”’」』）】》〉"
_SENTENCE = re.compile(rf"[。！？；…]+[{_CLOSERS}]*|[.!?]+[{_CLOSERS}]*(?=\s|$)")
_DANGLING = " ,;:，、；：—-（(“‘「"
# Kinsoku (JIS X 4051, GB/T 15834): the first never begin a line, the second never end one, not even beside a blank.
_CLOSING = frozenset(
    "，。！？；：、．）」』】》〉〕］｝〗〙〛〞〟…—–·・‧ー～〜々〻‼⁇⁈⁉％‰℃℉°%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_OPENING = frozenset("（「『【《〈〔［｛〖〘〚〝￥＄￡＃")
# Beside a blank these may be Latin words' own: 'tis, .NET, ”ord”, "a / b".
_NO_LINE_START = _CLOSING | frozenset("”’,.!?;:)]}/-\"'")
_NO_LINE_END = _OPENING | frozenset("“‘([{$£€¥#@\"'")
_SIGNS = re.compile(r"[\W_]")
_ATTACHED = frozenset({"Mn", "Me", "Mc", "Sk"})


def clean(text: str) -> str:
    """The text without characters that XML forbids or no reader can show; tabs and line ends stay (XML 1.0 2.2)."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """The text as one line for a title, header or field: cleaned, invisible marks dropped, whitespace squeezed."""
    if not text.isprintable():
        text = _INVISIBLE.sub("", clean(_BREAKS.sub(" ", text)))
    return " ".join(text.split())


def width(text: str) -> int:
    """Columns that a terminal or a monospaced mail needs: wide characters 2, combining ones 0 (UAX 11)."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char < "\u0300" and char != "\xad":
        return 1
    if "\u4e00" <= char <= "\u9fff":
        return 2
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, columns: int) -> str:
    """At most ``columns`` of the text, as one line: whole sentences where they fill half, else a cut with ``…``.

    Never cuts a grapheme (a letter with its marks, an emoji with its joiners, a flag), nor a word of ASCII letters
    where a space is near enough.
    """
    text = one_line(text)
    end = _fitting(text, columns)
    if end == len(text):
        return text
    head = text[: end + 40]  # a run of 100 000 full stops would take minutes
    ends = (match.end() for match in _SENTENCE.finditer(head))
    whole = max((place for place in ends if place <= end and not _joined(text, place)), default=0)
    if whole and 2 * width(text[:whole]) >= columns:
        return text[:whole]
    if columns < 1:
        return ""
    end = _fitting(text, columns - 1)
    while end and _joined(text, end):
        end -= 1
    if end and _in_word(text, end):
        space = text.rfind(" ", 0, end)
        if space > 0 and 2 * width(text[:space]) >= columns:
            end = space
    return text[:end].rstrip(_DANGLING) + "…"


def _fitting(text: str, columns: int) -> int:
    used = 0
    for index, char in enumerate(text):
        used += _columns(char)
        if used > columns:
            return index
    return len(text)


def _in_word(text: str, index: int) -> bool:
    return all(char.isascii() and char.isalnum() for char in text[index - 1 : index + 1])


def _joined(text: str, index: int) -> bool:
    """Whether a cut within the text, before ``text[index]``, splits what a reader sees as one character (UAX 29)."""
    before, after = text[index - 1], text[index]
    if _is_regional(after) and _is_regional(before):
        start = index
        while start and _is_regional(text[start - 1]):
            start -= 1
        return (index - start) % 2 == 1
    return _extends(after) or before == "\u200d" or (unicodedata.combining(before) == 9 and _is_letter(after))


def _extends(char: str) -> bool:
    # Joiners, tag characters, Thai and Lao AM, the half-width kana marks and conjoining Hangul have no category for it.
    code = ord(char)
    return (
        (unicodedata.category(char) in _ATTACHED and code > 0x7F)
        or char in "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"
        or 0xE0020 <= code <= 0xE007F
        or 0x1160 <= code <= 0x11FF
        or 0xD7B0 <= code <= 0xD7FF
    )


def _is_letter(char: str) -> bool:
    return unicodedata.category(char) == "Lo"


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def wrap(text: str, columns: int) -> list[str]:
    """One paragraph as lines of at most ``columns``: broken at spaces and between CJK characters.

    No line begins with closing punctuation or ends with an opening bracket (kinsoku). An address (``://``) stays whole
    on a line of its own however long it is; another word is cut only where it is longer than a line.
    """
    lines: list[str] = []
    line, used = "", 0
    for unit in _units(" ".join(clean(text).split())):
        for part in _parts(unit, columns):
            if line and used + width(part.rstrip()) > columns:
                lines.append(line.rstrip())
                line, used = "", 0
            told = part if line else part.lstrip()
            line, used = line + told, used + width(told)
    return [*lines, line.rstrip()] if line.strip() else lines


def _units(text: str) -> Iterator[str]:
    """The pieces between which a line may end; a space belongs to the piece before it."""
    start = 0
    for index in range(1, len(text)):
        if _breakable(text, index) and not _joined(text, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _breakable(text: str, index: int) -> bool:
    before, after = text[index - 1], text[index]
    if before == " ":
        return after not in _CLOSING and text[index - 2] not in _OPENING
    if after == " " or after in _NO_LINE_START or before in _NO_LINE_END:
        return False
    return _columns(before) == 2 or _columns(after) == 2


def _parts(unit: str, columns: int) -> Iterator[str]:
    """The unit, or where it is wider than a line its cuts between graphemes."""
    if width(unit.rstrip()) <= columns or "://" in unit:
        yield unit
        return
    start, edge, used = 0, 0, 0
    for index, char in enumerate(unit):
        if index and not _joined(unit[edge : index + 1], index - edge):
            edge = index
        used += _columns(char)
        if used > columns and edge > start:
            yield unit[start:edge]
            start, used = edge, width(unit[edge : index + 1])
    yield unit[start:]


def title_key(title: str) -> str:
    """What two titles of one story have in common: NFKC, case-folded, letters and digits only."""
    if title.isascii():
        return _SIGNS.sub("", title.lower())
    key = _folded(title)
    # Dropping a mark can let NFKC compose what it parted.
    while not (unicodedata.is_normalized("NFKC", key) and key.casefold() == key) and (again := _folded(key)) != key:
        key = again
    return key


def _folded(title: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold()))


def bigrams(key: str) -> frozenset[str]:
    """The adjacent pairs of characters of a title key; a key of one character is its own pair."""
    return frozenset(key[i : i + 2] for i in range(max(len(key) - 1, 1))) if key else frozenset()


def similarity(first: AbstractSet[str], second: AbstractSet[str]) -> float:
    """How alike two sets of bigrams are, from 0 to 1 (Jaccard); two empty ones are not alike."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0
