"""What the body alone tells: its summary, its language's script and its reading time. Pure."""

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
_SKIPPED = re.compile(r'<sup class="footnote-ref".*?<[/]sup>|<(pre|figure|table|script|style)\b.*?<[/]\1>', re.DOTALL)
_LABEL = re.compile(r"(?:tl;?\s?dr|摘要|导语|编者按|summary|abstract)\s*[:：]?", re.IGNORECASE)

_SCRIPTS = (
    ("ko", "\uac00-\ud7af"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u3400-\u9fff\U00020000-\U0002fa1f"),
    ("ru", "\u0400-\u04ff"),
    ("ar", "\u0600-\u06ff"),
    ("he", "\u0590-\u05ff"),
    ("th", "\u0e00-\u0e7f"),
    ("el", "\u0370-\u03ff"),
    ("hi", "\u0900-\u097f"),
)
# Runs, not letters: a text is a few hundred matches, not three thousand.
_IN_SCRIPT = {name: re.compile(f"[{span}]+") for name, span in _SCRIPTS}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0002fa1f]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# From these shares of all letters on; Chinese is full of Latin names, Japanese of Chinese characters.
_SHARES = (("ja", 0.08), ("ko", 0.20), ("zh", 0.08))
_WRITTEN_IN = {
    "uk": "ru",
    "bg": "ru",
    "sr": "ru",
    "be": "ru",
    "mk": "ru",
    "kk": "ru",
    "fa": "ar",
    "ur": "ar",
    "mr": "hi",
    "ne": "hi",
}


def summary(written: str, body: str, html: str) -> str:
    """The summary: the one of the front matter, else the text above ``<!--more-->``, else a lead, else nothing.

    The lead is the first blockquote among the first three blocks, else the first paragraph that is long enough; a note
    too short for either is its own summary.
    """
    if text := markdown.inline_text(written):
        return text
    divider = _MORE.search(body)
    if divider and (text := markdown.inline_text(body[: divider.start()])):
        return shorten(text, LONGEST)
    return shorten(_lead(html) or _note(html), LONGEST)


def _note(html: str) -> str:
    text = prose(html)
    return text if width(text) <= NOTE and not _LABEL.fullmatch(text) else ""


def _lead(html: str) -> str:
    paragraph = ""
    for number, (tag, inner) in enumerate(_blocks(html)):
        if number >= 12:
            break
        if tag == "blockquote" and number < 3:
            text = prose(inner)
            if width(text) >= 40:
                return text
        if tag == "p" and not paragraph:
            text = prose(inner)
            if width(text) >= 40 and not _LABEL.fullmatch(text):
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
    return markdown.plain(_SKIPPED.sub(" ", html).replace("<p>", " "))


def language(text: str, site: str) -> str:
    """The language to assume of a text that names none: the site's, unless the script contradicts it.

    Latin letters say nothing about the language: where the site's own script is another, they are taken as English.
    """
    guess = _script(text[:3000])
    own = _WRITTEN_IN.get(site.partition("-")[0], site.partition("-")[0])
    if guess == "latin":
        return "en" if own in _IN_SCRIPT else site
    return site if not guess or guess == own else guess


def _script(text: str) -> str:
    counts = {name: 0 if text.isascii() else _letters(pattern, text) for name, pattern in _IN_SCRIPT.items()}
    latin = _letters(_LATIN, text)
    letters = latin + sum(counts.values())
    if letters < 20:
        return ""
    for name, share in _SHARES:
        if counts[name] >= share * letters:
            return name
    name = max(counts, key=lambda script: counts[script])
    if counts[name] >= 0.20 * letters:
        return name
    return "latin" if latin >= 0.9 * letters else ""


def _letters(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


def minutes(text: str) -> int:
    """Minutes to read a text: 500 CJK characters or 212 words each, as Hugo counts, at least one."""
    cjk = _letters(_CJK, text)
    words = len(_WORD.findall(_CJK.sub(" ", text) if cjk else text))
    return max(1, math.ceil(cjk / 500 + words / 212))
