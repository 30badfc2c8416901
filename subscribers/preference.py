"""Cleans what a reader or an editor wrote as a preference, or refuses it with a sentence. Pure.

What comes out is safe in a header, a log line and a CSV cell's text, and cleaning it again changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from subscribers.error import PreferenceError
from subscribers.subscriber import Format

NAME_LIMIT = 200
TEXT_LIMIT = 2000
TOPIC_LIMIT = 100
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)  # the shape of a BCP 47 tag (RFC 5646 2.1)


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    """The text on one line: NFC, runs of white space as one space, no control or format characters but joiners.

    The zero-width joiners stay: names in Persian and Indic scripts are spelt with them.
    """
    if text.isascii() and text.isprintable():  # four of five names: 20 times faster
        return " ".join(text.split())[:limit].strip()
    kept = "".join(" " if each.isspace() else each for each in text if each.isspace() or _shown(each))
    return " ".join(unicodedata.normalize("NFC", kept).split())[:limit].strip()


def many_lines(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text with its line ends as LF, at most ``limit`` characters, without control characters but TAB and LF."""
    if text.isascii() and text.isprintable():
        return text.strip()[:limit].strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(each for each in lines if each in "\t\n" or _shown(each))
    return unicodedata.normalize("NFC", kept).strip()[:limit].strip()


def _shown(character: str) -> bool:
    return character in "\u200c\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def topics(names: Iterable[str]) -> tuple[str, ...]:
    """The topics, sorted, each once, blanks dropped. Raises ``PreferenceError`` for one that no slug can be."""
    return _topics(tuple(names))


# A list of a million readers holds few different wishes: each is checked once.
@lru_cache(maxsize=4096)
def _topics(names: tuple[str, ...]) -> tuple[str, ...]:
    found = sorted({name for each in names if (name := unicodedata.normalize("NFC", each.strip()))})
    for name in found:
        if len(name) > TOPIC_LIMIT or not all(
            each not in ";," and _shown(each) and not each.isspace() for each in name
        ):
            raise PreferenceError(
                f"topic {name[:40]!r} is no slug", hint="write topics as in config.yaml, divided by ;"
            )
    return tuple(found)


@lru_cache(maxsize=1024)
def slug(name: str, what: str) -> str:
    """The name of a newsletter or rhythm. Raises ``PreferenceError`` saying ``what`` it should have been."""
    found = unicodedata.normalize("NFC", name.strip())
    if len(found) > TOPIC_LIMIT or not all(_shown(each) and not each.isspace() for each in found):
        raise PreferenceError(f"{what} {found[:40]!r} is no name", hint=f"write the {what}'s name as in config.yaml")
    return found


def names(texts: Iterable[str], what: str) -> tuple[str, ...]:
    """Names, sorted, each once, blanks dropped. Raises ``PreferenceError`` saying ``what`` they should have been."""
    found = sorted({name for each in texts if (name := slug(each, what))})
    for name in found:
        if ";" in name:
            raise PreferenceError(f"{what} {name[:40]!r} is no name", hint="write several divided by ;")
    return tuple(found)


@lru_cache(maxsize=1024)
def language(tag: str) -> str:
    """The language tag, in its usual case (``zh-CN``, ``zh-Hans``). Raises ``PreferenceError`` where it is none."""
    found = tag.strip().replace("_", "-")
    if not found:
        return ""
    if len(found) > 35 or not _LANGUAGE.fullmatch(found):
        raise PreferenceError(f"language {found[:40]!r} is no language tag", hint="write it as in en, zh-CN")
    first, *rest = found.split("-")
    return "-".join([first.lower(), *(_subtag(each) for each in rest)])


def _subtag(part: str) -> str:
    """A script in title case, a region in upper case, all else in lower case (RFC 5646 2.1.1)."""
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()


@lru_cache(maxsize=1024)
def timezone(name: str) -> str:
    """The zone's name. Raises ``PreferenceError`` for one that is not in the time zone database."""
    found = name.strip()
    if found:
        try:
            ZoneInfo(found)
        except (KeyError, OSError, ValueError) as error:  # unknown; a folder of zones; a path that leads elsewhere
            hint = "write it as in Asia/Shanghai, UTC"
            raise PreferenceError(f"time zone {found[:40]!r} is not known", hint=hint) from error
    return found


def format(name: str) -> Format:
    """The format; blank is HTML. Raises ``PreferenceError`` for any other word."""
    try:
        return Format(name.strip().lower() or Format.HTML)
    except ValueError as error:
        raise PreferenceError(f"format {name[:40]!r} is not known", hint="write html or text") from error
