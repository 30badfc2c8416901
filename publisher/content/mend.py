"""Markdown as its authors meant it, where CommonMark reads it otherwise: blanks in addresses and marks, CJK after URLs.

Pure.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from publisher.content import shortcode

# No expression here may look far ahead for what might not come: that takes minutes for a hostile text.
_SPACED = re.compile(
    r"(\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]\()[ \t]{0,8}"
    r"((?:[^()<>\n\"]|\([^()<>\n\"]*\)){0,800}?)([ \t]{1,8}\"[^\"\n]{0,300}\")?[ \t]{0,8}\)"
)
# What every match of the expression above that matters has within it, and hardly any other text: it is ten times as
# quick to search for.
_MAYBE_SPACED = re.compile(
    r"\]\([ \t]{0,8}(?:[^ \t\n()<>\"]|\([^ \t\n()<>\"]{0,800}\)){1,800}+(?:\([^ \t\n()<>\"]{0,800})?[ \t]+[^ \t\n\"]"
)
_FILE_LINK = re.compile(r"(\]\()(@/|\{(?:filename|static|attach)\})([^\s()<>#]{1,500})(#[^\s()<>]{0,200})?(?=[)\s])")
_PAGE_FILE = re.compile(r"(?:/?_?index)?\.(?:md|markdown)$")
_ADDRESS = re.compile(r"https?:|[./]")
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}(?:[?#][^ \t]*)?$")
_BLANK = re.compile(r"[ \t]")
_MEASURE = re.compile(r"[ \t]+=\d{0,5}%?x?\d{0,5}%?$")
"""A picture's size as some editors write it, ``a.png =300x200``."""

_LOOSE_BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
_CODE_TEXT = re.compile(r"<(pre|code)\b[^<>]*>[^<]*<[/]\1>")
# Blank within one of the two marks: bold that slipped. Blanks within both are a power, or a row of stars.
_BOLD_LEFT = re.compile(r"\*\*(?:[^*\s][^*\n]*|[^*\n]*[^*\s])\*\*")

_CJK_MARKS = "\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201d\u2026"
_CJK_END = re.compile(f"[{_CJK_MARKS}]")
_BARE_LINK = re.compile(r'(<a href=")([^"<>]*)("[^<>]*>)((?:https?://|www\.)[^<]*)(<[/]a>)')
# A bare URL, then marks of emphasis, then a letter of another script: autolinkers take the marks for a part of it.
_STARRED_URL = re.compile(r"(?<![\w(<\"'=/])(https?://[^\s<>()\[\]*~\"'`]{1,500})(?=(?:\*{1,3}|~~)[^\x00-\x7f])")


def articles(source: str, link: shortcode.Link | None) -> str:
    """The source with links to files, as Zola (``@/``) and Pelican (``{filename}``) name them, leading to addresses."""
    if "](@/" not in source and "](" + "{" not in source:
        return source

    def found(match: re.Match[str]) -> str:
        kind, target, anchor = match[2].strip("{}"), match[3], match[4] or ""
        if kind in {"static", "attach"}:  # a file that is served as it is
            return f"{match[1]}{target if kind == 'attach' else '/' + target.lstrip('/')}{anchor}"
        name = "/" + target if kind == "@/" else target
        return f"{match[1]}{(link(name) if link else '') or _PAGE_FILE.sub('/', name)}{anchor}"

    return shortcode.outside_code(source, lambda part: _FILE_LINK.sub(found, part))


def destinations(source: str) -> str:
    """The source with link destinations that hold blanks put into ``<…>``, as CommonMark wants them."""
    if "](" not in source or not _MAYBE_SPACED.search(source):
        return source
    return shortcode.outside_code(source, lambda part: _SPACED.sub(_wrapped, part))


def _wrapped(match: re.Match[str]) -> str:
    before, target, title = match[1], match[2].rstrip(), match[3] or ""
    label = before[1:-2]
    if "](" in label:  # a picture that is a link
        before = f"[{_SPACED.sub(_wrapped, label)}]("
    rest = match[0][len(match[1]) :]
    if not _BLANK.search(target):
        return before + rest
    if match.string.startswith("!", max(0, match.start() - 1)):  # a picture
        target = _MEASURE.sub("", target)
    elif not (_ADDRESS.match(target) or _FILE.search(target)):
        return before + rest
    return f"{before}<{target}>{title})"


def emphasised_urls(source: str) -> str:
    """The source with a comment after bare URLs that the end of bold or deleted text follows, and then CJK.

    An autolink ends there, and in a block of raw HTML it does no harm.
    """
    if source.isascii() or "://" not in source or not _STARRED_URL.search(source):
        return source
    return shortcode.outside_code(source, lambda part: _STARRED_URL.sub(r"\1<!-- -->", part))


def has_loose_bold(raw: str) -> bool:
    """Whether rendered HTML shows ``**`` that was meant as bold."""
    return "**" in raw and _BOLD_LEFT.search(_CODE_TEXT.sub("", raw)) is not None


def loose_bold(source: str) -> str:
    """The source with bold text that has a blank within one of its marks, ``**so **``, as its author meant it."""
    return shortcode.outside_code(source, lambda part: _LOOSE_BOLD.sub(_tightened, part))


def _tightened(match: re.Match[str]) -> str:
    inner = match[1]
    head, tail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return match[0] if head and tail else f"{head}**{inner.strip()}**{tail}"


def bare_urls(raw: str) -> str:
    """Rendered HTML whose bare URLs end before CJK punctuation: every autolinker takes it in, and what follows."""
    if ">http" not in raw and ">www." not in raw:
        return raw
    return _BARE_LINK.sub(_cut, raw)


def _cut(match: re.Match[str]) -> str:
    opening, target, middle, shown, closing = match.groups()
    end = _CJK_END.search(shown)
    if end is None or quote(html.unescape(shown), safe="%/:?#[]@!$&'()*+,;=~") not in html.unescape(target):
        return match[0]
    target = target.split(quote(end[0]), 1)[0]
    return f"{opening}{target}{middle}{shown[: end.start()]}{closing}{shown[end.start() :]}"
