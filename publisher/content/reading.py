"""What the body alone tells: its summary and its reading time. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from publisher.content import markdown
from publisher.text import shorten, width

NOTE = 120
"""Columns: an article with no more text than this is a note."""
LONGEST = 600
"""Columns of a summary taken from the body; one written by hand is kept whole."""

_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_BLOCKS = frozenset(
    "blockquote p h1 h2 h3 h4 h5 h6 ul ol table pre div section hr figure dl details".split()  # noqa: SIM905
)
_TAG = re.compile(r"<([/]?)([a-z][a-z0-9]*)[^>]*>")
_NOTE_MARK = re.compile(r'<sup class="footnote-ref".*?<[/]sup>', re.DOTALL)
_SKIPPED = re.compile(r"<(pre|figure|table|script|style)\b.*?<[/]\1>", re.DOTALL)
_LABEL = re.compile(r"(?:tl;?\s?dr|摘要|导语|编者按|summary|abstract)\s*[:：]?", re.IGNORECASE)

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0002fa1f]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# An apostrophe within a word parts nothing; whatever else is no letter or digit does.
_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): None}
# English has these and no other characters beyond ASCII.
_TYPOGRAPHY = (("’", "'"), *((mark, " ") for mark in "‘“”—–…·•"))


def summary(written: str, body: str, html: str) -> str:
    """The summary: the one of the front matter, else the text above ``<!--more-->``, else a lead, else nothing.

    The lead is the first blockquote among the first three blocks, else the first paragraph that is long enough; a note
    too short for either is its own summary.
    """
    if written and (text := markdown.inline_text(written)):
        return text
    divider = _MORE.search(body) if "<!--" in body else None
    if divider and (text := markdown.inline_text(body[: divider.start()])):
        return _short(text)
    return _short(_lead(html) or _note(html))


def _short(text: str) -> str:
    # No character is wider than two columns; to measure each takes longer than all the rest.
    return text if 2 * len(text) <= LONGEST else shorten(text, LONGEST)


def _is_wide(text: str, columns: int) -> bool:
    return width(text[:columns]) >= columns or (len(text) > columns and width(text) >= columns)


def _note(html: str) -> str:
    text = prose(html)
    is_note = not _is_wide(text, NOTE + 1)
    return text if is_note and not _LABEL.fullmatch(text) else ""


def _lead(html: str) -> str:
    paragraph = ""
    for number, (tag, inner) in enumerate(_blocks(html)):
        if number >= 12:
            break
        if tag == "blockquote" and number < 3:
            text = prose(inner)
            if _is_wide(text, 40):
                return text
        if tag == "p" and not paragraph:
            text = prose(inner)
            if _is_wide(text, 40) and not _LABEL.fullmatch(text):
                paragraph = text
        if paragraph and number >= 2:
            break
    return paragraph


def _blocks(html: str) -> Iterator[tuple[str, str]]:
    """The outermost blocks in order: each one's tag and inner HTML."""
    depth, start, name = 0, 0, ""
    for tag in _TAG.finditer(html):
        if tag[2] == "hr" and not depth:
            yield "hr", ""
        if tag[2] not in _BLOCKS or tag[2] == "hr":
            continue
        if not tag[1]:
            depth += 1
            if depth == 1:
                start, name = tag.end(), tag[2]
        else:
            depth -= 1
            if depth == 0:
                yield name, html[start : tag.start()]


def prose(html: str) -> str:
    """The text of HTML without code, tables, figures and footnote marks, as one line."""
    text = _SKIPPED.sub(" ", _NOTE_MARK.sub(" ", html) if "footnote-ref" in html else html)
    return markdown.plain(text.replace("↩", " ").replace("<p>", " "))


def minutes(text: str) -> int:
    """Minutes to read a text: 500 CJK characters or 212 words each, as Hugo counts, at least one."""
    if not text.isascii() and not _CJK.search(text):
        for mark, plain in _TYPOGRAPHY:
            text = text.replace(mark, plain)
    if text.isascii() and "''" not in text:  # five times as quick as the expressions below
        return max(1, math.ceil(len(text.translate(_WORDS).split()) / 212))
    rest, runs = _CJK.subn(" ", text)
    cjk = len(text) - len(rest) + runs
    return max(1, math.ceil(cjk / 500 + len(_WORD.findall(rest)) / 212))
