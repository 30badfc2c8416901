"""From the head of a file to what the index keeps of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from publisher.content import heads, parse
from publisher.content.article import Problem
from publisher.content.parse import Draft, Parsed
from publisher.content.rules import Rules
from publisher.text import one_line


class File(NamedTuple):
    """A file of the content folder."""

    path: str
    """Under the content folder, NFC."""
    file: str
    """On this machine."""


class Outline(NamedTuple):
    """What the head of one file gave: facts where there is an article, else only problems."""

    path: str
    stamp: str = ""
    """Changes when the file does."""
    young: int = 0
    """When the file last changed, in nanoseconds of its file system."""
    facts: Facts | None = None
    problems: tuple[Problem, ...] = ()
    again: bool = False
    """It could not be read: the next scan must try again."""


class Facts(NamedTuple):
    """The article in a file, ready to be kept."""

    url: str
    title: str
    published: datetime | None
    appears: datetime | None
    """From when it is shown."""
    expires: datetime | None
    withheld: bool
    declared: str
    """The id that the file names."""
    line: int
    more: str
    """The rest as JSON: what is neither searched nor sorted by."""


def outlines(files: Sequence[File], rules: Rules) -> list[Outline]:
    """The outline of each file; one that went meanwhile is left out."""
    # Step by step for all of them, not file by file: a processor's cache holds one step's code.
    read = [(file, head) for file in files if (head := _head(file)) is not None]
    parsed = [(file, head, _parsed(file, head, rules)) for file, head in read]
    return [_outline(file, head, made) for file, head, made in parsed]


def _head(file: File) -> tuple[bytes, os.stat_result] | Problem | None:
    try:
        return heads.read(file.file)
    except FileNotFoundError:
        return None  # it went between the walk and now: the next scan forgets it
    except OSError as error:
        return unreadable(file.path, error)


def _parsed(file: File, head: tuple[bytes, os.stat_result] | Problem, rules: Rules) -> Parsed:
    if isinstance(head, Problem):
        return Parsed(draft=None, problems=(head,))
    data, stat = head
    if stat.st_size > parse.MAX_BYTES:
        return Parsed(draft=None, problems=(parse.too_long(file.path),))
    try:
        return parse.parse(data, file.path, rules, whole=len(data) >= stat.st_size)
    except Exception as error:  # noqa: BLE001 # one article must not stop the others
        return Parsed(draft=None, problems=(unforeseen(file.path, error),))


def _outline(file: File, head: tuple[bytes, os.stat_result] | Problem, made: Parsed) -> Outline:
    if isinstance(head, Problem):
        return Outline(path=file.path, problems=made.problems, again=True)
    stat = head[1]
    return Outline(
        path=file.path,
        stamp=stamp(stat),
        young=max(stat.st_mtime_ns, stat.st_ctime_ns),
        facts=_facts(made.draft, file) if made.draft else None,
        problems=made.problems,
    )


def stamp(stat: os.stat_result) -> str:
    """What changes when a file does."""
    return f"{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_size}:{stat.st_ino}"


def unreadable(path: str, error: OSError | RuntimeError) -> Problem:
    """The problem of a file or folder that the system does not let us read."""
    why = getattr(error, "strerror", "") or "a link that leads to itself"
    return Problem(path=path, code="unreadable", message=f"cannot be read ({why}); check owner and permissions")


def unforeseen(path: str, error: Exception) -> Problem:
    """The problem of a file that this program was not made for: it stops no other."""
    message = f"{type(error).__name__}: {error}; the program did not foresee this: report it with the article"
    return Problem(path=path, code="unforeseen", message=one_line(message), line=1)


def _facts(draft: Draft, file: File) -> Facts:
    more: dict[str, Any] = {
        "topics": [(topic.key, topic.title) for topic in draft.topics],
        "tags": draft.tags,
        "authors": draft.authors,
        "language": draft.language,
        "section": draft.section,
        "featured": draft.featured,
        "weight": draft.weight,
        "unmatched": draft.unmatched,
    }
    if not file.file.endswith(f"/{draft.path}"):  # its name is not written in NFC
        more["file"] = file.file
    return Facts(
        url=draft.url,
        title=draft.title,
        published=draft.published,
        appears=draft.published and max(draft.published, draft.appears or draft.published),
        expires=draft.expires,
        withheld=draft.withheld,
        declared=draft.guid,
        line=draft.line,
        more=_json(more),
    )


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
