"""Markdown to safe HTML whose addresses are absolute: comrak renders, nh3 cleans. The only maker of ``Html``."""

from __future__ import annotations

import html
import re
from contextvars import ContextVar
from functools import cache
from typing import NamedTuple

import comrak
import nh3

from publisher.content import attribute, limit, mend, shortcode
from publisher.content.article import Html
from publisher.content.attribute import Page
from publisher.content.limit import Excess
from publisher.content.shortcode import Link
from publisher.errors import PublisherError
from publisher.text import clean, one_line

_TAGS = (nh3.ALLOWED_TAGS - {"center", "area", "map", "nav", "hgroup"}) | {"input", "section", "picture", "source"}
_ATTRIBUTES = {
    "*": {"id", "class", "title", "lang", "dir"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "source": {"srcset", "type"},
    "ol": {"start", "type", "reversed"},
    "input": {"type", "checked", "disabled"},
    "time": {"datetime"},
}
_DROPPED = {"script", "style", "iframe", "noscript", "template"}
# In these an HTML parser reads no tags, or moves them: they would swallow or reorder what follows.
_SWALLOWERS = r"<[/]?(?:plaintext|title|textarea|xmp|noembed|noframes|select|frameset|svg|math|form)\b"
_SWALLOWER, _SWALLOWING = re.compile(_SWALLOWERS, re.IGNORECASE), re.compile(_SWALLOWERS + "[^<>]*>", re.IGNORECASE)
_UNCLOSED = re.compile(r"<(?:script|style|iframe|noscript|template|!--)", re.IGNORECASE)
_FINISHED = re.compile(r"<([/]?)(h1|input|img)\b[^<>]*>")
_CODE_HTML = re.compile(r"(<(pre|code)\b.*?<[/]\2>)", re.DOTALL)
_UNDEFINED = re.compile(r"\s?\[\^\w+(?:\s*[,，、]\s*\^?\w+)*\]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKUP = re.compile(
    r"<[/]?(?:a|abbr|b|big|br|cite|code|del|div|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strong|sub|sup|u)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[/]?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\b[^>]*>")
_MARK = re.compile(r"[*_`\[\]<>&#~!\\|>+-]")
_LIST_START = re.compile(r"^(\d{1,9})([.)])(?=\s)")


class MarkdownError(PublisherError):
    """A text that is too big or nested too deep to be rendered; ``body_line`` says where in it, from 1."""

    def __init__(self, message: str, *, hint: str = "", body_line: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.body_line = body_line


class Rendered(NamedTuple):
    """The HTML, and what was mended on the way, in words."""

    html: Html
    warnings: tuple[tuple[str, str, int | None], ...] = ()
    """Code and message of each, and its line in the Markdown, from 1, where it is known."""


@cache
def _extensions(*, definitions: bool, autolink: bool) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    options.table = options.strikethrough = options.tasklist = True
    options.footnotes = options.alerts = True
    options.description_lists = definitions
    options.autolink = autolink
    # Without it "**…。**字" stays literal: 350 of 1 013 articles of a Chinese news site.
    options.cjk_friendly_emphasis = True
    return options


def _unsafe(*, escape: bool = False) -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = not escape  # nh3 decides what raw HTML may stay
    options.escape = escape
    return options


_PARSE, _RENDER, _ESCAPE = comrak.ParseOptions(), _unsafe(), _unsafe(escape=True)


def render(markdown: str, base_url: str, prefix: str) -> Html:
    """The Markdown as safe HTML, every address absolute, every id beginning with ``prefix``.

    Raises ``MarkdownError`` for a text that is too big or nested too deep.
    """
    return convert(markdown, base_url, prefix).html


def convert(markdown: str, base_url: str, prefix: str, link: Link | None = None) -> Rendered:
    """As ``render``, with warnings about what had to be mended or dropped.

    ``link`` gives the address of an article that a shortcode names (``shortcode.Link``).
    """
    if surplus := limit.excess(markdown):
        raise _error(surplus)
    resolved = shortcode.resolve(mend.articles(clean(markdown), link), link)
    source = mend.emphasised_urls(mend.destinations(resolved.text))
    raw = _rendered(source, markdown)
    if mend.has_loose_bold(raw):
        raw = _rendered(mend.loose_bold(source), markdown)
    cleaned, undefined = _without_leftovers(_finished(_clean(raw, attribute.page(base_url, prefix))))
    if "&#" in markdown:  # what stood there in figures was no control character yet
        cleaned = clean(cleaned)
    warnings: list[tuple[str, str, int | None]] = []
    if done := resolved.words():
        line = None if resolved.place is None else limit.line_at(markdown, resolved.place)
        warnings.append(("shortcode", f"{done}; write Markdown instead", line))
    if undefined:
        warnings.append(("footnote-undefined", _undefined(undefined), _line_of(undefined[0], markdown)))
    if not cleaned.strip() and markdown.strip():
        unclosed = _UNCLOSED.search(markdown)
        line = limit.line_at(markdown, unclosed.start()) if unclosed else 1
        message = "nothing of the text can be shown; look for an unclosed <script> or <!--"
        warnings.append(("body-vanished", message, line))
    return Rendered(html=Html(cleaned), warnings=tuple(warnings))


def _error(surplus: Excess) -> MarkdownError:
    return MarkdownError(surplus.message, hint=surplus.hint, body_line=surplus.line)


def _undefined(references: list[str]) -> str:
    shown = [*references[:3], "…"] if len(references) > 3 else references
    verb = "refers" if len(references) == 1 and "," not in references[0] else "refer"
    return f"{', '.join(shown)} {verb} to no footnote; add [^1]: … or delete them"


def _line_of(text: str, markdown: str) -> int | None:
    """The line of the first place outside code where the text stands."""
    start = 0
    for part, prose in shortcode.parts(markdown):
        if prose and (place := part.find(text)) >= 0:
            return limit.line_at(markdown, start + place)
        start += len(part)
    return None


def _rendered(source: str, markdown: str) -> str:
    extensions = _extensions(definitions=not limit.many_definitions(source), autolink=not limit.many_addresses(source))
    raw = comrak.render_markdown(source, extensions, _PARSE, _RENDER)
    if len(raw) > limit.MAX_OUTPUT:
        size = limit.MAX_OUTPUT // 2**20
        raise MarkdownError(f"the text becomes more than {size} MiB of HTML", hint="make its tables smaller")
    if _SWALLOWER.search(source):  # comrak itself writes no such tag
        raw = _SWALLOWING.sub("", raw)
    if limit.too_deep(raw) is not None:
        place = limit.too_deep(markdown) or 0  # 0: it is lists, or marks of emphasis, not tags
        message = f"elements are nested more than {limit.MAX_DEPTH} deep"
        hint = "close them, or use fewer levels"
        raise MarkdownError(message, hint=hint, body_line=limit.line_at(markdown, place))
    return mend.bare_urls(raw)


# One cleaner for all texts and threads: making it takes as long as a short article. nh3 calls the filter in the thread
# that cleans, so each call finds its own page.
_PAGE: ContextVar[Page] = ContextVar("page")


def _kept(_tag: str, name: str, value: str) -> str | None:
    return attribute.kept(_PAGE.get(), name, value)


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    clean_content_tags=_DROPPED,
    attribute_filter=_kept,
    url_schemes=set(attribute.SCHEMES),
    link_rel="noopener",
)


def _clean(raw: str, page: Page) -> str:
    token = _PAGE.set(page)
    try:
        return _CLEANER.clean(raw)
    finally:
        _PAGE.reset(token)


def _finished(cleaned: str) -> str:
    """What feed readers and mail clients need: no h1, check marks as text, pictures with a source and an alt text."""
    if "<h1" in cleaned or "<input" in cleaned or "<img" in cleaned:
        return _FINISHED.sub(_finish, cleaned)
    return cleaned


def _finish(match: re.Match[str]) -> str:
    text, slash, name = match[0], match[1], match[2]
    if name == "h1":
        return f"<{slash}h2{text[len(slash) + 3 :]}"
    if name == "input":
        return "" if 'type="checkbox"' not in text else "☑" if " checked" in text else "☐"
    if ' src="' not in text:
        return ""
    # nh3 could set these two, but in an order that changes from process to process.
    alt = "" if ' alt="' in text else ' alt=""'
    return f'{text[:-1]}{alt} decoding="async" loading="lazy">'


def _without_leftovers(cleaned: str) -> tuple[str, list[str]]:
    """The HTML without references to footnotes that are not there, and those references."""
    if "[^" not in cleaned:
        return cleaned, []
    undefined: list[str] = []

    def drop(match: re.Match[str]) -> str:
        undefined.append(match[0].strip())
        return ""

    parts = _CODE_HTML.split(cleaned)
    # split() gives prose, code, the code's tag name, prose, …
    for index in range(0, len(parts), 3):
        parts[index] = _UNDEFINED.sub(drop, parts[index])
    return "".join(part for index, part in enumerate(parts) if index % 3 != 2), undefined


def inline_text(markdown: str) -> str:
    """A short Markdown text, such as a summary, as plain text on one line: marks and known HTML tags gone."""
    text = shortcode.resolve(markdown[:20_000]).text
    if "<" in text:
        text = _MARKUP.sub("", _COMMENT.sub("", text))
    if "[^" in text:
        text = _UNDEFINED.sub("", text)
    line = _LIST_START.sub(r"\1\\\2", one_line(text))
    if not _MARK.search(line):
        return line
    # Nobody sees the links of plain text.
    return plain(comrak.render_markdown(line, _extensions(definitions=True, autolink=False), _PARSE, _ESCAPE))


def plain(text: str) -> str:
    """HTML as one line of plain text: tags off, entities decoded."""
    if "<br" in text:
        text = _BREAK.sub(" ", text)
    line = " ".join(html.unescape(_TAG.sub("", text)).split())
    return line if line.isprintable() else one_line(line)
