"""Topics and tags: how names are read, and which configured topic an article belongs to. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from publisher.content.article import Topic
from publisher.text import one_line
from publisher.urls import slug

# "产业生态 (Industry Ecosystem)": a translation behind the name is not part of it.
_TRANSLATION = re.compile(r"(?<=\S)\s*\(\s*[A-Za-z][^()]*\)$")
_BRACKETS = " \t[]【】"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A topic of config.yaml and what makes an article belong to it: any one match is enough."""

    key: str
    title: str
    topics: tuple[str, ...] = ()
    """Names in the articles, ``*`` and ``?`` as wildcards."""
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Parts of the title."""


@lru_cache(maxsize=16384)
def tidy(name: str) -> str:
    """A topic's name without brackets around it or a translation in brackets behind it, NFKC; may be empty."""
    name = tag(name)
    return _TRANSLATION.sub("", name) or name


# The same few thousand names stand in all articles.
@lru_cache(maxsize=16384)
def tag(name: str) -> str:
    """A tag's name: NFKC, one line, brackets and a leading ``#`` stripped; empty where no letter or digit is in it."""
    name = one_line(unicodedata.normalize("NFKC", name)).strip(_BRACKETS).removeprefix("#").strip()
    return name if any(char.isalnum() or unicodedata.category(char) == "So" for char in name) else ""


@lru_cache(maxsize=16384)
def identity(name: str) -> str:
    """What makes two names one: case does not count."""
    return unicodedata.normalize("NFKC", name.casefold())


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names without empty ones and repetitions, in order; of two spellings the first."""
    seen: dict[str, str] = {}
    for name in names:
        if name and (key := identity(name)) not in seen:
            seen[key] = name
    return tuple(seen.values())


def resolve(
    rules: Sequence[Rule], names: Sequence[str], tags: Sequence[str], title: str
) -> tuple[tuple[Topic, ...], tuple[str, ...]]:
    """The article's topics, and those of its topic names that no rule knows.

    Without rules every name is a topic of its own. With rules, first those matched by name in the article's order, then
    those matched by tag or title in the order of config.yaml; no match, no topic.
    """
    found: dict[str, Topic] = {}
    if not rules:
        for name in names:
            found.setdefault(slug(name), Topic(slug(name), name))
        return tuple(found.values()), ()
    unmatched: list[str] = []
    for name in names:
        hits = [rule for rule in rules if any(_like(pattern, name) for pattern in rule.topics)]
        for rule in hits:
            found.setdefault(rule.key, Topic(rule.key, rule.title))
        if not hits:
            unmatched.append(name)
    heading = identity(title)
    for rule in rules:
        by_tag = any(_like(pattern, name) for pattern in rule.tags for name in tags)
        if by_tag or any(identity(word) in heading for word in rule.words):
            found.setdefault(rule.key, Topic(rule.key, rule.title))
    return tuple(found.values()), tuple(unmatched)


@lru_cache(maxsize=4096)
def _like(pattern: str, name: str) -> bool:
    return bool(_glob(identity(tidy(pattern) or pattern)).fullmatch(identity(name)))


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL)
