"""What stands in Markdown beside Markdown: Hugo's shortcodes, Jekyll's tags, a language model's leftovers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A fence and everything to its end, or a code span within one line: nothing in them is touched. The span is bounded:
# growing runs of backticks would else take quadratic time.
_CODE = re.compile(
    r"^[ >\t]*(?:[-*+]|\d+[.)])?[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*(?:\n(?![ >\t]*(?P=fence))[^\n]*)*"
    r"(?:\n[ >\t]*(?P=fence)[`~]*|\Z)"
    r"|(?<!`)(?P<tick>`{1,3})(?!`)[^\n]{0,500}?(?<!`)(?P=tick)(?!`)",
    re.MULTILINE,
)
_LEAK = re.compile(r"<(think|thinking|tags)>.*?<[/]\1>|<[/]?(?:think|thinking|tags)>", re.DOTALL | re.IGNORECASE)
_HIGHLIGHT = re.compile(r"\{%-?\s*highlight\s+([\w+#-]*)[^%]*%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}", re.DOTALL)
_HUGO_HIGHLIGHT = re.compile(
    r"\{\{[<%]\s*highlight\s+([\w+#-]*)[^}]*[>%]\}\}\n?(.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}", re.DOTALL
)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_HUGO = re.compile(r"\{\{([<%])(?P<text>(?:\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|[^\"`}]|\}(?!\}))*?)\1?[>%]\}\}")
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
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
        text, jekyll = _HIGHLIGHT.subn(_fence, text)
        text, hugo = _HUGO_HIGHLIGHT.subn(_fence, text)
        counted += jekyll + hugo
    if any(mark in text for mark in ("{{", "{%", "{#")) or _LEAK.search(text):
        text = outside_code(text, change)
    return text, counted


def _fence(match: re.Match[str]) -> str:
    code = match[2].rstrip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    return f"\n{ticks}{match[1]}\n{code}\n{ticks}\n"


def _change(part: str) -> tuple[str, int]:
    part, leaks = _LEAK.subn("", part)
    part, raw = _RAW.subn(lambda m: re.sub(r"[{}%]", r"\\\g<0>", m[1]), part)
    part, hugo = _HUGO.subn(lambda m: _shortcode(m["text"]), part)
    part, liquid = _LIQUID.subn(lambda m: _liquid(m[0]), part)
    return part, leaks + raw + hugo + liquid


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


def _liquid(text: str) -> str:
    match = re.fullmatch(r"\{%-?\s*(link|post_url|youtube|vimeo)\s+(\S+?)\s*-?%\}", text)
    if match is None:
        return ""
    if match[1] in _VIDEOS:
        return _video(match[1], match[2].strip("\"'"))
    target = re.sub(r"\.(?:md|markdown)$", "/", match[2].lstrip("_"))
    return "/" + target.lstrip("/")
