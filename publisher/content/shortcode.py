"""What stands in Markdown beside Markdown: Hugo's shortcodes, Jekyll's tags, a language model's leftovers. Pure."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

# A fence and everything to its end, or a code span within one line: nothing in them is touched. Every expression is
# bounded or takes a text in one go: growing runs of backticks or 50 000 "<think>" would else take minutes.
_CODE = re.compile(
    r"^[ >\t]{0,40}(?:[-*+]|\d{1,9}[.)])?[ \t]{0,8}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n(?![ >\t]*(?P=fence))[^\n]*)*"
    r"(?:\n[ >\t]*(?P=fence)[`~]*|\Z)"
    r"|(?<!`)(?P<tick>`{1,3})(?!`)[^\n]{0,500}?(?<!`)(?P=tick)(?!`)",
    re.MULTILINE,
)
Pair: TypeAlias = "tuple[re.Pattern[str], re.Pattern[str]]"
Make: TypeAlias = "Callable[[re.Match[str], str], str]"
_MARK = re.compile(r"\{[{%]|\{#(?=[^\n]{0,400}#\})|<[/]?(?:think|thinking|tags)>", re.IGNORECASE)
_MAYBE_LEAK = re.compile(r"<[/]?[tT]")
_LEAKED_TAG = re.compile(r"<[/]?(think|thinking|tags)>", re.IGNORECASE)
# Pairs that may hold code between them, each kind with its end; what begins in code is none.
_SPAN = re.compile(
    rf"(?P<code>{_CODE.pattern})"
    r"|(?P<leak>(?i:<(?P<thought>think|thinking|tags)>))"
    r"|(?P<liquid>\{%-?\s?highlight\s(?P<liquid_language>[\w+#-]{0,40})[^%\n]{0,200}%\}\n?)"
    r"|(?P<hugo>\{\{[<%]\s?highlight\s(?P<hugo_language>[\w+#-]{0,40})[^}\n]{0,200}[>%]\}\}\n?)"
    r"|(?P<liquid_comment>\{%-?\s?comment\s?-?%\})"
    r"|(?P<hugo_comment>\{\{[<%]\s?comment\s?[>%]\}\})",
    re.MULTILINE,
)
_ENDS = {
    "<think>": re.compile(r"<[/]think>", re.IGNORECASE),
    "<thinking>": re.compile(r"<[/]thinking>", re.IGNORECASE),
    "<tags>": re.compile(r"<[/]tags>", re.IGNORECASE),
    "liquid": re.compile(r"\{%-?\s?endhighlight\s?-?%\}"),
    "hugo": re.compile(r"\{\{[<%]\s?/\s?highlight\s?[>%]\}\}"),
    "liquid_comment": re.compile(r"\{%-?\s?endcomment\s?-?%\}"),
    "hugo_comment": re.compile(r"\{\{[<%]\s?/\s?comment\s?[>%]\}\}"),
}
_RAW = (re.compile(r"\{%-?\s?raw\s?-?%\}"), re.compile(r"\{\{?%-?\s?endraw\s?-?%\}"))
_CLOSING = {"<": ">", "%": "%"}
# A constant that 11ty and Jekyll put before the site's own address.
_SITE_URL = re.compile(
    r"""\{\{-?\s{0,9}["']([^"'{}\n]{1,500})["']\s{0,9}\|\s{0,9}(?:url|relative_url|absolute_url)\s{0,9}-?\}\}"""
)
_HUGO = (re.compile(r"\{\{([<%])"), re.compile(r"[>%]\}\}"))
_LIQUIDS = (
    (re.compile(r"\{%"), re.compile(r"%\}")),
    (re.compile(r"\{\{"), re.compile(r"\}\}")),
    (re.compile(r"\{#"), re.compile(r"#\}")),
)
_WORD = re.compile(r'(?:([\w-]+)=)?(?:"((?:\\.|[^"\\])*)"|`([^`]*)`|(\S+))')
_LIQUID_WORD = re.compile(r"""(?:([\w-]+)\s?(?:=|:(?!//))\s?)?(?:"([^"]*)"|'([^']*)'|([^\s,"']+))""")
_BRACE = re.compile(r"[{}%]")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>%#|~!]")
_PICTURES = frozenset({"figure", "img", "image", "picture", "image_with_class"})
_PICTURE_FILE = re.compile(r"[^?#]*\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#].*)?", re.IGNORECASE)
_SIZE = re.compile(r"[\d.]+(?:px|%)?")
_ROOTED = re.compile(r"[a-z][a-z0-9+.-]*:|[./]", re.IGNORECASE)
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
}
_VIDEO_PAGE = re.compile(
    r"https?://(?:www\.)?(?:youtube\.com|youtu\.be|vimeo\.com|bilibili\.com)/[\w./?=&%-]{1,200}", re.ASCII
)
_HTML_BLOCK = re.compile(
    r" {0,3}<[/]?(?:article|aside|center|dd|details|div|dl|dt|figcaption|figure|footer|header|li|main|nav|ol|p|section"
    r"|summary|table|tbody|td|th|thead|tr|ul)\b",
    re.IGNORECASE,
)
_BLOCK = 2000
"""So many characters back the beginning of a block is looked for."""
_LISTED, _LONGEST = 5, 40
"""So many names stand in a warning, of so many characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Markdown alone, and how often each shortcode stood in it, by name."""

    text: str
    made: Counter[str] = field(default_factory=Counter)
    """Became Markdown or plain text."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Left out; of a pair the text within stays."""
    place: int | None = None
    """Where the first of them stands in the text that was given."""

    def words(self) -> str:
        """What was done, as a warning says it, the commonest name first; empty if nothing was."""
        kinds = ((self.dropped, "left out"), (self.made, "turned into Markdown"))
        said = [f"{counts.total()} {done} ({_names(counts)})" for counts, done in kinds if counts]
        return f"shortcodes: {', '.join(said)}" if said else ""


def _names(counts: Counter[str]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{times} {name}" for name, times in ranked[:_LISTED]]
    return ", ".join([*shown, "…"] if len(ranked) > _LISTED else shown)


Link: TypeAlias = Callable[[str], str]
"""From the place of an article, as a shortcode names it, to its address; empty where there is none."""


class _Tally:
    """Counts while a text is resolved: of a pair its beginning, and an end only where there is no beginning."""

    def __init__(self, link: Link | None) -> None:
        self.made, self.dropped, self._ends = Counter[str](), Counter[str](), Counter[str]()
        self._link = link

    def link(self, name: str) -> str:
        """The address of the article of that name; empty where nobody knows it."""
        return self._link(name) if self._link and name else ""

    def note(self, name: str, result: str) -> str:
        (self.made if result else self.dropped)[name[:_LONGEST] or "template"] += 1
        return result

    def end(self, name: str) -> str:
        self._ends[name[:_LONGEST] or "end"] += 1
        return ""

    def settle(self) -> None:
        for name in self._ends.keys() - self.made.keys() - self.dropped.keys():
            self.dropped[name] = self._ends[name]


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The Markdown with ``change`` applied to all of it that is neither fenced code nor a code span."""
    return "".join(change(part) if prose else part for part, prose in parts(text))


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The Markdown in pieces, and of each whether it is prose: neither fenced code nor a code span."""
    end = 0
    if "`" in text or "~~~" in text:
        for code in _CODE.finditer(text):
            yield text[end : code.start()], True
            yield code[0], False
            end = code.end()
    yield text[end:], True


def resolve(text: str, link: Link | None = None) -> Resolved:
    """The Markdown without shortcodes, tags and leaked thoughts, and what there was of them.

    Pictures, videos, code and references become Markdown; of an unknown pair the text within stays; others go.
    ``link`` knows the articles that ``ref`` and ``post_url`` name.
    """
    templates = "{" in text and ("{{" in text or "{%" in text or "{#" in text)
    if not templates and not (_MAYBE_LEAK.search(text) and _LEAKED_TAG.search(text)):
        return Resolved(text=text)
    tally = _Tally(link)
    source = text
    text = _without_spans(text, tally)
    if "|" in text:
        text = outside_code(text, partial(_SITE_URL.sub, lambda mark: tally.note("url", mark[1])))
    text = outside_code(text, partial(_change, tally))
    tally.settle()
    place = _first(source) if tally.made or tally.dropped else None
    return Resolved(text=text, made=tally.made, dropped=tally.dropped, place=place)


def _first(text: str) -> int | None:
    start = 0
    for part, prose in parts(text):
        if prose and (mark := _MARK.search(part)):
            return start + mark.start()
        start += len(part)
    return None


def _each(text: str, pair: Pair, make: Make) -> str:
    """The text with every pair of marks replaced by what ``make`` makes of the first and what stands between them.

    Of several openings before one closing the last counts. Takes time in proportion to the text.
    """
    opening, closing = pair
    made: list[str] = []
    end = 0
    marks = list(opening.finditer(text))
    close: re.Match[str] | None = None
    for number, mark in enumerate(marks):
        if close is None or close.start() < mark.end():
            close = closing.search(text, mark.end())
        if close is None:
            break
        if number + 1 < len(marks) and marks[number + 1].start() < close.start():
            continue
        made += [text[end : mark.start()], make(mark, text[mark.end() : close.start()])]
        end = close.end()
    return "".join([*made, text[end:]])


def _without_spans(text: str, tally: _Tally) -> str:
    """The text with highlighted code as fences, and without leaked thoughts and comments, whatever they hold."""
    made: list[str] = []
    end = place = 0
    closes: dict[str, re.Match[str] | None] = {}
    while mark := _SPAN.search(text, place):
        place = mark.end()
        if not (kind := _kind(mark)):
            continue
        close = closes.get(kind)
        if kind not in closes or (close and close.start() < place):  # looked for once, or this takes minutes
            close = closes[kind] = _ENDS[kind].search(text, place)
        again = mark["leak"] and close and _LEAKED_TAG.search(text, place, close.start())
        if close and not again:  # of several beginnings of a thought before its end the last counts
            made += [text[end : mark.start()], _spanned(tally, kind, mark, text[place : close.start()])]
            end = place = close.end()
    return "".join([*made, text[end:]])


def _kind(mark: re.Match[str]) -> str:
    if mark["leak"]:
        return f"<{mark['thought'].lower()}>"
    return next((kind for kind in ("liquid", "hugo", "liquid_comment", "hugo_comment") if mark[kind]), "")


def _spanned(tally: _Tally, kind: str, mark: re.Match[str], inner: str) -> str:
    if kind not in {"liquid", "hugo"}:
        return tally.note("comment" if kind.endswith("comment") else kind, "")
    code = inner.rstrip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    return tally.note("highlight", f"\n{ticks}{mark[f'{kind}_language']}\n{code}\n{ticks}\n")


def _change(tally: _Tally, part: str) -> str:
    steps: list[tuple[Pair, Make]] = [
        (_RAW, lambda _mark, inner: tally.note("raw", _BRACE.sub(r"\\\g<0>", inner))),
        (_HUGO, lambda mark, inner: _shortcode(tally, mark, inner)),
        *((pair, lambda mark, inner: _liquid(tally, mark, inner)) for pair in _LIQUIDS),
    ]
    for pair, make in steps:
        part = _each(part, pair, make)
    return _LEAKED_TAG.sub(lambda tag: tally.end(f"<{tag[1].lower()}>"), part)


def _arguments(words: re.Pattern[str], text: str) -> tuple[list[str], dict[str, str]]:
    places: list[str] = []
    names: dict[str, str] = {}
    for name, *forms in words.findall(text):
        value = "".join(forms)
        if name:
            names[name.lower()] = value
        else:
            places.append(value)
    return places, names


def _shortcode(tally: _Tally, mark: re.Match[str], text: str) -> str:
    """What one of Hugo's shortcodes becomes."""
    bare = text.strip()
    if bare.startswith("/*") and bare.endswith("*/"):  # Hugo's way to show a shortcode in a text about it
        return _SPECIAL.sub(r"\\\g<0>", f"{{{{{mark[1]}{bare[2:-2]}{_CLOSING[mark[1]]}}}}}")
    is_end = bare.startswith("/")
    places, names = _arguments(_WORD, bare.strip("/"))
    name = places.pop(0).lower() if places else ""
    if is_end:
        return tally.end(name)
    first = places[0] if places else ""
    made = ""
    if name in {"figure", "img", "image"}:
        source = names.get("src") or names.get("link") or first
        made = _picture(mark, source, names.get("alt", ""), names.get("caption") or names.get("title") or "")
    elif name in _VIDEOS:
        made = _video(mark, name, names.get("id") or first)
    elif name in {"ref", "relref"}:
        target, hash, anchor = (names.get("path") or first).partition("#")
        made = (tally.link(target) or re.sub(r"(?:/?_?index)?\.md$", "/", target)) + hash + anchor
    return tally.note(name, made)


def _in_html(mark: re.Match[str]) -> bool:
    """Whether the mark stands in a block of raw HTML, in which no Markdown is read."""
    before = mark.string[max(0, mark.start() - _BLOCK) : mark.start()]
    return _HTML_BLOCK.match(before.rpartition("\n\n")[2].lstrip("\n")) is not None


def _picture(mark: re.Match[str], source: str, alt: str, caption: str) -> str:
    if not source:
        return ""
    if _in_html(mark):
        return f'<img src="{html.escape(source)}" alt="{html.escape(alt or caption)}">{html.escape(caption)}'
    shown = re.sub(r"[\[\]\n]", " ", alt or caption)
    picture = f"![{shown}](<{source}>)"
    return f"{picture}\n\n{caption}\n" if caption else picture


def _video(mark: re.Match[str], name: str, id: str) -> str:
    page = _VIDEOS[name].format(id) if re.fullmatch(r"[\w-]+", id) else id
    if not _VIDEO_PAGE.fullmatch(page):
        return ""
    return page if _in_html(mark) else f"<{page}>"


def _liquid(tally: _Tally, mark: re.Match[str], inner: str) -> str:
    """What one of Liquid's or Nunjucks's tags becomes: Jekyll's, 11ty's."""
    name, _, rest = inner.strip(" -\n\t").partition(" ")
    if mark[0] != "{%":
        return tally.note("comment" if mark[0] == "{#" or name.startswith("/*") else name, "")
    if name.startswith("end"):
        return tally.end(name[3:])
    places, names = _arguments(_LIQUID_WORD, rest)
    made = ""
    if name in _PICTURES:
        made = _liquid_picture(mark, places, names)
    elif name in _VIDEOS:
        made = _video(mark, name, names.get("id") or (places[0] if places else ""))
    elif name in {"link", "post_url"} and len(rest.split()) == 1:
        target = rest.split()[0]
        plain = "/" + re.sub(r"\.(?:md|markdown)$", "/", target.lstrip("_")).lstrip("/")
        made = tally.link(target if name == "link" else f"_posts/{target}.md") or plain
    return tally.note(name, made)


def _liquid_picture(mark: re.Match[str], places: list[str], names: dict[str, str]) -> str:
    """A picture by its file's name, wherever that stands, and the last words after it; seen from the site's root."""
    files = [number for number, place in enumerate(places) if _PICTURE_FILE.fullmatch(place)]
    source = names.get("src") or (places[files[0]] if files else "")
    if not _ROOTED.match(source):
        source = source and "/" + source
    after = [place for place in places[files[0] + 1 if files else 0 :] if not _SIZE.fullmatch(place)]
    return _picture(mark, source, names.get("alt") or (after[-1] if after else ""), names.get("caption", ""))
