"""The language that a text is written in, as far as its script tells. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
_ANY_SCRIPT = re.compile(f"[{''.join(span for _, span in _SCRIPTS)}]")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalpha()}
# What is in a text, but not in its language.
_FOREIGN = re.compile(
    r"```[^\0]{0,3000}?(?:```|\Z)|~~~[^\0]{0,3000}?(?:~~~|\Z)|`[^`\n]{1,200}`"
    r"|\{[{%#][^{}]{0,200}[}%#]\}|<[/]?[A-Za-z][^<>]{0,300}>|(?:https?://|www\.)[!-~]{1,500}"
)
_FOREIGN_STARTS = ("`", "~~~", "{", "<", "://", "www.")
# From these shares of all letters on; Chinese is full of Latin names, Japanese of Chinese characters.
_SHARES = (("ja", 0.08), ("ko", 0.20), ("zh", 0.08))
_LETTERS = 20
"""With fewer the script says nothing."""
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


def language(text: str, site: str) -> str:
    """The language to assume of a text that names none: the site's, unless the script contradicts it.

    Code, templates, tags and URLs do not count. Latin letters say nothing about the language: where the site's own
    script is another, they are taken as English.
    """
    text = text[:3000]
    if any(map(text.__contains__, _FOREIGN_STARTS)):
        text = _FOREIGN.sub(" ", text)
    guess = _script(text)
    own = site.partition("-")[0]
    own = _WRITTEN_IN.get(own, own)
    if guess == "latin":
        return "en" if own in _IN_SCRIPT else site
    return site if not guess or guess == own else guess


def _script(text: str) -> str:
    if text.isascii():
        return "latin" if len(text.translate(_NO_LETTERS)) >= _LETTERS else ""
    chinese = _letters(_IN_SCRIPT["zh"], text)
    if chinese >= max(_LETTERS, 0.08 * len(text)) and not _KANA_OR_HANGUL.search(text):
        return "zh"  # its share of the letters is greater still
    if not chinese and not _ANY_SCRIPT.search(text):
        return "latin" if _letters(_LATIN, text) >= _LETTERS else ""
    counts = {name: _letters(pattern, text) for name, pattern in _IN_SCRIPT.items()}
    return _largest(counts, _letters(_LATIN, text))


def _largest(counts: Mapping[str, int], latin: int) -> str:
    letters = latin + sum(counts.values())
    if letters < _LETTERS:
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
