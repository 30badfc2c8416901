"""What no single value can know: names of a file that readers, ids or folders would take for one another. Pure.

Looks at the file as it was read, before its values are understood, so that these problems are told with all others.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Iterator, Mapping

from publisher import urls
from publisher.config.problem import Place

Flaw = tuple[Place, str]
_DEFAULT_SCHEDULES = {"weekly": None}


def collisions(file: Mapping[str, object]) -> Iterator[Flaw]:
    """Every collision in a file, with its place. Values of the wrong kind are passed over: that is told elsewhere."""
    yield from _topics(_mapping(file.get("topics")))
    yield from _streams(_mapping(file.get("newsletters")))
    yield from _folders(file)


def _topics(topics: Mapping[str, object]) -> Iterator[Flaw]:
    titles = {key: title for key, rule in topics.items() if isinstance(title := _mapping(rule).get("title"), str)}
    seen: dict[str, str] = {}
    for key, title in titles.items():
        # Readers tell neither capitals nor width nor blanks apart.
        first = seen.setdefault("".join(unicodedata.normalize("NFKC", title).casefold().split()), key)
        other = urls.slug(title)
        if first != key:
            yield ("topics", key, "title"), f"{title!r} is the title of {first} too; give each topic its own"
        elif other != key and other in topics:
            yield ("topics", key, "title"), f"{title!r} is the key of another topic, {other}; choose another title"


def _streams(newsletters: Mapping[str, object]) -> Iterator[Flaw]:
    """Issues are named ``<newsletter>-<schedule>-<date>``, so ``a`` with ``b-c`` and ``a-b`` with ``c`` collide."""
    seen: dict[str, str] = {}
    for name, newsletter in newsletters.items():
        for schedule in _mapping(_mapping(newsletter).get("schedules")) or _DEFAULT_SCHEDULES:
            prefix, own = name if schedule == name else f"{name}-{schedule}", f"newsletters.{name}.schedules.{schedule}"
            other = seen.setdefault(prefix, own)
            if other != own:
                text = f"its issues would be named {prefix}-… like those of {other}; rename one of the two"
                yield ("newsletters", name, "schedules", schedule), text


def _folders(file: Mapping[str, object]) -> Iterator[Flaw]:
    content = _mapping(file.get("content"))
    output = _path(file.get("output"), "public")
    if output in {_path(content.get("path"), "content"), _path(content.get("static"), "static")}:
        yield ("output",), "is the folder of the articles or their files; write another one, for example public"


def _path(raw: object, default: str) -> str:
    return posixpath.normpath(raw if isinstance(raw, str) and raw else default)


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else {}
