"""Markdown to safe HTML whose addresses are absolute: comrak renders, nh3 cleans. The only maker of ``Html``."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import comrak
import nh3

from publisher.content import shortcode
from publisher.content.article import Html
from publisher.errors import PublisherError
from publisher.text import clean, one_line
from publisher.urls import absolute, encode

MAX_SOURCE = 512 * 1024
MAX_OUTPUT = 8 * 1024 * 1024
MAX_DEPTH = 200
"""Levels of quotes or elements; 100 000 nested quotes take nh3 57 s."""

MAX_CELLS = 200_000
"""Short rows are filled up: 13 KB of Markdown with 1 000 columns and 3 000 rows become 30 MB."""
MAX_DEFINITIONS = 1000

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
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
_CLASSES = ("footnote", "language-", "task")
_FOOTNOTE_ANCHOR = re.compile(r"fn(?:ref)?-")

# No expression here may look far ahead for what might not come: that takes minutes for a hostile text.
_TAG = re.compile(r"<([/]?)([a-zA-Z][\w-]*)[^<>]*>")
_UNCOUNTED = frozenset("area br col embed hr img input link meta source track wbr p li td tr th dt dd option".split())  # noqa: SIM905
# In these an HTML parser reads no tags, or moves them: they would swallow or reorder what follows.
_SWALLOWING = re.compile(
    r"<[/]?(?:plaintext|title|textarea|xmp|noembed|noframes|select|frameset|svg|math|form)\b[^<>]*>", re.IGNORECASE
)
_QUOTES = re.compile(rf"^(?:[ \t]*>){{{MAX_DEPTH + 1}}}", re.MULTILINE)
_SPACED = re.compile(
    r"(!?\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]\()[ \t]{0,8}"
    r"((?:[^()<>\n\"]|\([^()<>\n\"]*\)){0,800}?)([ \t]{1,8}\"[^\"\n]{0,300}\")?[ \t]{0,8}\)"
)
_BARE_LINK = re.compile(r'(<a href=")([^"<>]*)("[^<>]*>)((?:https?://|www\.)[^<]*)(<[/]a>)')
_CJK_END = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201d\u2026]")
_DEFINITION = re.compile(r"^[ \t>*+-]{0,20}:[ \t]", re.MULTILINE)
_CODE_TEXT = re.compile(r"<(pre|code)\b[^<>]*>[^<]*<[/]\1>")
_CODE_HTML = re.compile(r"(<(pre|code)\b.*?<[/]\2>)", re.DOTALL)
_UNDEFINED = re.compile(r"\s?\[\^\w+(?:\s*[,，、]\s*\^?\w+)*\]")
_LOOSE_BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
# Blank within one of the two marks: bold that slipped. Blanks within both are a power, or a row of stars.
_BOLD_LEFT = re.compile(r"\*\*(?:[^*\s][^*\n]*|[^*\n]*[^*\s])\*\*")
_TEMPLATE_LEFT = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP = re.compile(
    r"<[/]?(?:a|abbr|b|big|br|cite|code|del|div|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strong|sub|sup|u)\b[^<>]*>",
    re.IGNORECASE,
)
_LIST_START = re.compile(r"^(\d{1,9})([.)])(?=\s)")


class MarkdownError(PublisherError):
    """A text that is too big or nested too deep to be rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The HTML, and what was mended on the way, in words."""

    html: Html
    warnings: tuple[tuple[str, str], ...] = ()
    """Code and message of each."""


def _extensions(*, definitions: bool = True) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    options.table = options.strikethrough = options.autolink = options.tasklist = True
    options.footnotes = options.alerts = True
    options.description_lists = definitions
    # Without it "**…。**字" stays literal: 350 of 1 013 articles of a Chinese news site.
    options.cjk_friendly_emphasis = True
    return options


def _unsafe(*, escape: bool = False) -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = not escape  # nh3 decides what raw HTML may stay
    options.escape = escape
    return options


_EXTENSIONS, _WITHOUT_DEFINITIONS = _extensions(), _extensions(definitions=False)
_PARSE, _RENDER, _ESCAPE = comrak.ParseOptions(), _unsafe(), _unsafe(escape=True)


def render(markdown: str, base_url: str, prefix: str) -> Html:
    """The Markdown as safe HTML, every address absolute, every id beginning with ``prefix``.

    Raises ``MarkdownError`` for a text that is too big or nested too deep.
    """
    return convert(markdown, base_url, prefix).html


def convert(markdown: str, base_url: str, prefix: str) -> Rendered:
    """As ``render``, with warnings about what had to be mended or dropped."""
    if len(markdown) > MAX_SOURCE:
        raise MarkdownError(f"the text has more than {MAX_SOURCE // 1024} KiB", hint="split it")
    if _QUOTES.search(markdown):
        raise MarkdownError(f"quotes are nested more than {MAX_DEPTH} deep", hint="remove the surplus >")
    if "|" in markdown and _cells(markdown) > MAX_CELLS:
        raise MarkdownError(f"a table has more than {MAX_CELLS} cells", hint="split it")
    source, counted = shortcode.resolve(clean(markdown))
    source = _wrapped(source)
    raw = _rendered(source)
    if "**" in raw and _BOLD_LEFT.search(_CODE_TEXT.sub("", raw)):
        raw = _rendered(shortcode.outside_code(source, _tightened))
    cleaned = _clean(raw, base_url, prefix)
    cleaned, undefined = _without_leftovers(_finished(cleaned))
    warnings = []
    if counted:
        warnings.append(
            (
                "shortcode",
                f"{counted} shortcodes, template tags or leaked tags were resolved or left out; write Markdown",
            )
        )
    if undefined:
        warnings.append(
            ("footnote-undefined", f"{', '.join(undefined[:3])} refer to no footnote; add [^1]: … or delete them")
        )
    if markdown.strip() and not cleaned.strip():
        warnings.append(("body-vanished", "nothing of the text can be shown; look for an unclosed <script> or <!--"))
    return Rendered(html=Html(cleaned), warnings=tuple(warnings))


def _rendered(source: str) -> str:
    # comrak takes time in the square of the number of definitions: 20 000 took 37 s.
    extensions = _EXTENSIONS if len(_DEFINITION.findall(source)) <= MAX_DEFINITIONS else _WITHOUT_DEFINITIONS
    raw = comrak.render_markdown(source, extensions, _PARSE, _RENDER)
    if len(raw) > MAX_OUTPUT:
        raise MarkdownError(
            f"the text becomes more than {MAX_OUTPUT // 2**20} MiB of HTML", hint="make its tables smaller"
        )
    raw = _SWALLOWING.sub("", raw)
    if _depth(raw) > MAX_DEPTH:
        raise MarkdownError(f"elements are nested more than {MAX_DEPTH} deep", hint="close them, or use fewer levels")
    return _BARE_LINK.sub(_cut_at_punctuation, raw)


def _cells(markdown: str) -> int:
    """How many cells the tables may have, at most: every row is filled up to the widest."""
    columns = [row.count("|") for row in markdown.split("\n") if "|" in row]
    return max(columns) * len(columns)


def _depth(raw: str) -> int:
    """How deep elements may be nested, at most: an end tag counts only for an element of its name."""
    depth = deepest = 0
    opened: Counter[str] = Counter()
    for tag in _TAG.finditer(raw):
        name = tag[2].lower()
        if name in _UNCOUNTED:
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return deepest


def _wrapped(source: str) -> str:
    """The source with link destinations that hold blanks put into ``<…>``, as CommonMark wants them."""
    if "](" not in source:
        return source

    def wrap(match: re.Match[str]) -> str:
        before, target, title = match[1], match[2].rstrip(), match[3] or ""
        is_address = before.startswith("!") or re.match(r"(?:https?:|[./])", target)
        return f"{before}<{target}>{title})" if is_address and re.search(r"[ \t]", target) else match[0]

    return shortcode.outside_code(source, lambda part: _SPACED.sub(wrap, part))


def _tightened(part: str) -> str:
    """Bold text with a blank within one of its marks, ``**so **``, as its author meant it."""

    def tighten(match: re.Match[str]) -> str:
        inner = match[1]
        head, tail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return match[0] if head and tail else f"{head}**{inner.strip()}**{tail}"

    return _LOOSE_BOLD.sub(tighten, part)


def _cut_at_punctuation(match: re.Match[str]) -> str:
    """A bare URL ends before CJK punctuation; every autolinker swallows it and what follows."""
    opening, target, middle, shown, closing = match.groups()
    end = _CJK_END.search(shown)
    if end is None or quote(html.unescape(shown), safe="%/:?#[]@!$&'()*+,;=~") not in html.unescape(target):
        return match[0]
    target = target.split(quote(end[0]), 1)[0]
    return f"{opening}{target}{middle}{shown[: end.start()]}{closing}{shown[end.start() :]}"


def _clean(raw: str, base_url: str, prefix: str) -> str:
    cleaner = nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        attribute_filter=_filter(base_url, prefix),
        url_schemes=_SCHEMES,
        link_rel="noopener",
    )
    return cleaner.clean(raw)


def _filter(base_url: str, prefix: str) -> Callable[[str, str, str], str | None]:
    def decide(tag: str, name: str, value: str) -> str | None:
        del tag
        if name in {"href", "src"}:
            return _address(value, base_url, prefix)
        if name == "srcset":
            return _srcset(value, base_url, prefix)
        if name == "id":
            return prefix + re.sub(r"\s+", "-", value.strip()) if value.strip() else None
        if name == "class":
            return " ".join(word for word in value.split() if word.startswith(_CLASSES)) or None
        return one_line(value)

    return decide


def _address(value: str, base_url: str, prefix: str) -> str | None:
    """The address, absolute and encoded; a footnote's anchor with the prefix of its id; ``None`` if it may not stay."""
    value = value.strip()
    if value.startswith("#"):
        own = prefix if _FOOTNOTE_ANCHOR.match(value, 1) else ""
        value = f"{base_url.partition('#')[0]}#{own}{value[1:]}"
    try:
        if value.startswith(base_url):  # an anchor of this page: urljoin would take most of the time of all
            return encode(value)
        address = absolute(base_url, value)
        return address if address.partition(":")[0].lower() in _SCHEMES else None
    except ValueError:
        return None


def _srcset(value: str, base_url: str, prefix: str) -> str | None:
    sources = []
    for candidate in re.split(r",\s+", value.strip()):
        address, _, size = candidate.strip().partition(" ")
        if resolved := _address(address, base_url, prefix):
            sources.append(f"{resolved.replace(',', '%2C')} {size}".strip())
    return ", ".join(sources) or None


def _finished(cleaned: str) -> str:
    """What feed readers and mail clients need: no h1, check marks as text, pictures with a source and an alt text."""

    def tag(match: re.Match[str]) -> str:
        text, slash, name = match[0], match[1], match[2]
        if name == "h1":
            return f"<{slash}h2{text[len(slash) + 3 :]}"
        if name == "input":
            return "" if 'type="checkbox"' not in text else "☑" if " checked" in text else "☐"
        if name != "img":
            return text
        if ' src="' not in text:
            return ""
        # nh3 could set these two, but in an order that changes from process to process.
        alt = "" if ' alt="' in text else ' alt=""'
        return f'{text[:-1]}{alt} decoding="async" loading="lazy">'

    if any(mark in cleaned for mark in ("<h1", "<input", "<img")):
        return _TAG.sub(tag, cleaned)
    return cleaned


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
    line = one_line(_UNDEFINED.sub("", _MARKUP.sub("", shortcode.resolve(markdown[:20_000])[0])))
    line = _LIST_START.sub(r"\1\\\2", line)
    if not re.search(r"[*_`\[\]<>&#~!\\|>+-]", line):
        return line
    return plain(comrak.render_markdown(line, _EXTENSIONS, _PARSE, _ESCAPE))


def plain(text: str) -> str:
    """HTML as one line of plain text: tags off, entities decoded."""
    return one_line(html.unescape(_TAG.sub("", re.sub(r"<br\b[^>]*>", " ", text))))
