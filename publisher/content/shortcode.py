"""What stands in Markdown beside Markdown: Hugo's shortcodes, Jekyll's tags, a language model's leftovers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
_LEAKS = tuple(
    (re.compile(f"<{name}>", re.IGNORECASE), re.compile(f"<[/]{name}>", re.IGNORECASE))
    for name in ("think", "thinking", "tags")
)
_LEAKED_TAG = re.compile(r"<[/]?(?:think|thinking|tags)>", re.IGNORECASE)
_HIGHLIGHTS = (
    (re.compile(r"\{%-?\s?highlight\s([\w+#-]{0,40})[^%\n]{0,200}%\}\n?"), re.compile(r"\{%-?\s?endhighlight\s?-?%\}")),
    (
        re.compile(r"\{\{[<%]\s?highlight\s([\w+#-]{0,40})[^}\n]{0,200}[>%]\}\}\n?"),
        re.compile(r"\{\{[<%]\s?/\s?highlight\s?[>%]\}\}"),
    ),
)
_RAW = (re.compile(r"\{%-?\s?raw\s?-?%\}"), re.compile(r"\{%-?\s?endraw\s?-?%\}"))
_HUGO = (re.compile(r"\{\{[<%]"), re.compile(r"[>%]\}\}"))
_LIQUIDS = (
    (re.compile(r"\{%"), re.compile(r"%\}")),
    (re.compile(r"\{\{"), re.compile(r"\}\}")),
    (re.compile(r"\{#"), re.compile(r"#\}")),
)
_WORD = re.compile(r'(?:([\w-]+)=)?(?:"((?:\\.|[^"\\])*)"|`([^`]*)`|(\S+))')
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
}


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The Markdown with ``change`` applied to all of it that is neither fenced code nor a code span."""
    return "".join(change(part) if prose else part for part, prose in _parts(text))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for code in _CODE.finditer(text):
        yield text[end : code.start()], True
        yield code[0], False
        end = code.end()
    yield text[end:], True


def resolve(text: str) -> tuple[str, int]:
    """The Markdown without shortcodes, tags and leaked thoughts, and how many there were.

    Pictures, videos, code and references become Markdown; of an unknown pair the text within stays; others go.
    """
    counted = 0

    def change(part: str) -> str:
        nonlocal counted
        part, times = _change(part)
        counted += times
        return part

    if "{%" in text or "{{" in text:  # these make code of what is none yet
        for pair in _HIGHLIGHTS:
            text, times = _each(text, pair, _fence)
            counted += times
    if any(mark in text for mark in ("{{", "{%", "{#")) or _LEAKED_TAG.search(text):
        text = outside_code(text, change)
    return text, counted


def _each(text: str, pair: Pair, make: Callable[[re.Match[str], str], str]) -> tuple[str, int]:
    """The text with every pair of marks replaced by what ``make`` makes of the first and what stands between them.

    Of several openings before one closing the last counts. Takes time in proportion to the text.
    """
    opening, closing = pair
    parts: list[str] = []
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
        parts += [text[end : mark.start()], make(mark, text[mark.end() : close.start()])]
        end = close.end()
    return "".join([*parts, text[end:]]), len(parts) // 2


def _fence(opening: re.Match[str], code: str) -> str:
    code = code.rstrip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    return f"\n{ticks}{opening[1]}\n{code}\n{ticks}\n"


def _change(part: str) -> tuple[str, int]:
    counted = 0
    replacements: list[tuple[Pair, Callable[[re.Match[str], str], str]]] = [
        *((pair, lambda _mark, _inner: "") for pair in _LEAKS),
        (_RAW, lambda _mark, inner: re.sub(r"[{}%]", r"\\\g<0>", inner)),
        (_HUGO, lambda _mark, inner: _shortcode(inner)),
        *((pair, lambda mark, inner: _liquid(mark[0], inner)) for pair in _LIQUIDS),
    ]
    for pair, make in replacements:
        part, times = _each(part, pair, make)
        counted += times
    part, times = _LEAKED_TAG.subn("", part)
    return part, counted + times


def _arguments(text: str) -> tuple[list[str], dict[str, str]]:
    places: list[str] = []
    names: dict[str, str] = {}
    for name, quoted, ticked, bare in _WORD.findall(text):
        value = quoted or ticked or bare
        if name:
            names[name.lower()] = value
        else:
            places.append(value)
    return places, names


def _shortcode(text: str) -> str:
    places, names = _arguments(text.strip().strip("/"))
    name = places.pop(0).lower() if places else ""
    first = places[0] if places else ""
    if name in {"figure", "img", "image"}:
        source = names.get("src") or names.get("link") or first
        caption = names.get("caption") or names.get("title") or ""
        picture = f"![{names.get('alt') or caption}](<{source}>)" if source else ""
        return f"{picture}\n\n{caption}\n" if picture and caption else picture
    if name in _VIDEOS:
        return _video(name, names.get("id") or first)
    if name in {"ref", "relref"}:
        return re.sub(r"(?:/?_?index)?\.md(?=#|$)", "/", names.get("path") or first)
    return ""


def _video(name: str, id: str) -> str:
    return f"<{_VIDEOS[name].format(id)}>" if re.fullmatch(r"[\w-]+", id) else ""


def _liquid(mark: str, inner: str) -> str:
    name, *places = inner.strip(" -\n").split() or [""]
    if mark != "{%" or len(places) != 1:
        return ""
    if name in _VIDEOS:
        return _video(name, places[0].strip("\"'"))
    if name not in {"link", "post_url"}:
        return ""
    target = re.sub(r"\.(?:md|markdown)$", "/", places[0].lstrip("_"))
    return "/" + target.lstrip("/")
