"""Old paths of feeds and the places they moved to, as ``feeds.moved`` has them: read and checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from urllib.parse import quote, unquote, urlsplit

from publisher import urls

PAGES = frozenset({"f", "u", "i", "p", "r", "o", "confirm", "admin", "api", "media", "webhooks", "healthz", "metrics"})
"""First segments of addresses that this server answers itself: a link in a sent mail must never lead elsewhere."""
_EXAMPLE = "/index.xml: /feeds/rss.xml"


def read(moved: Mapping[str, str]) -> dict[str, str]:
    """Old paths, decoded, with new places, percent-encoded: paths or absolute URLs. For what has no ``flaws``."""
    return {
        unquote(old): urls.encode(new) if urls.web(new) else quote(unquote(new), safe="/*")
        for old, new in moved.items()
    }


def flaws(moved: Mapping[str, str]) -> Iterator[tuple[tuple[str], str]]:
    """What is wrong with the moves: the old path and a sentence for each flaw."""
    seen: dict[str, str] = {}
    for old, new in moved.items():
        wrong = _old(old) or _new(new, starred="*" in unquote(old))
        if not wrong and unquote(old) in seen:
            wrong = f"is the same path as {seen[unquote(old)]!r}; keep one of them"
        if wrong:
            yield (old,), wrong
        else:
            seen[unquote(old)] = old
    for old, new in ((old, moved[old]) for old in seen.values()):
        # A chain is refused with the loop: a reader should find the feed in one step.
        again = next(
            (each for each in seen.values() if new.startswith("/") and _overlap(unquote(new), unquote(each))), None
        )
        if again == old and unquote(new) == unquote(old):
            yield (old,), "moves to itself; write the place it is at now, or remove the line"
        elif again is not None:
            yield (old,), f"moves to {new!r}, which {again!r} moves again; write the place where it ends"


def _old(path: str) -> str:
    wrong = _path(path)
    if wrong:
        return wrong
    parts = unquote(path).split("/")[1:]
    if parts[0] in PAGES or parts in ([""], ["*"], ["archive"], ["archive", ""], ["archive", "*"]):
        return f"{path!r} is an address of this server's own pages; write an old path of a feed"
    return ""


def _new(place: str, *, starred: bool) -> str:
    if urls.web(place):
        parts = urlsplit(place)
        wrong = _path(parts.path or "/", place)
        if not wrong and ("*" in parts.netloc + parts.query or parts.fragment):
            wrong = f"{place!r} has a * outside its path, or a #; write an address such as https://example.org/rss.xml"
    else:
        wrong = _path(place)
    if not wrong and "*" in unquote(place) and not starred:
        wrong = f"{place!r} has a * where the old path has none; write a * in both"
    return wrong


def _path(path: str, shown: str = "") -> str:
    """What is wrong with a path of one or more segments, of which one may be ``*``; nothing where it is right."""
    shown = repr(shown or path)
    if not path.startswith("/") or path.startswith("//"):
        return f"{shown} is no path on this server; begin it with one slash, as in {_EXAMPLE}"
    if "?" in path or "#" in path:
        return f"{shown} has a ? or #, which addresses of feeds cannot have here; write the path alone"
    if any(ord(char) <= 0x20 or ord(char) == 0x7F or char == "\\" for char in unquote(path)):
        return f"{shown} has a blank, a backslash or a control character; write the path as readers ask for it"
    parts = unquote(path).split("/")
    if "." in parts or ".." in parts:
        return f"{shown} has a segment of dots; write the path as readers ask for it"
    if parts.count("*") > 1 or any("*" in part and part != "*" for part in parts):
        return f"{shown} has more than one * or one beside letters; write one * in place of a whole segment"
    return ""


def _overlap(one: str, other: str) -> bool:
    """Whether a path could be both: ``*`` stands for any segment."""
    pairs = list(zip_longest(one.split("/"), other.split("/")))
    return all(None not in pair and (pair[0] == pair[1] or ("*" in pair and "" not in pair)) for pair in pairs)
