"""Writes what is made of the configuration's own descriptions: its reference page and the JSON Schema for editors.

Run ``python -m scripts.reference`` after any change of ``publisher/config``; a test fails until it was run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from publisher.config import Config, schema
from publisher.config.explain import unwrap
from publisher.config.kind import SecretFile
from publisher.config.section import Later, Section
from publisher.config.value import Listen, Mailbox, QuietHours
from publisher.times import Recurrence

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "config.md"
SCHEMA = ROOT / "publisher" / "config.schema.json"
INTRODUCTION = """\
# config.yaml

This page is made from the program's own descriptions (`python -m scripts.reference`); change those, not the page.

- Paths are relative to the file's folder.
- A time is a number and a unit: `30s`, `90m`, `12h`, `7d` or `2w`; ten years at most.
- `${NAME}` in a value reads the environment; `$${` stands for the text `${`. A key that ends in `_file` reads a file. A
  secret never stands in the file itself, and is never shown.
- Every value stays as it is written: `no` is the language Norwegian, `08:00` a time of day. Only `true` and `false` are
  flags. Aliases (`*name`), tags (`!name`) and keys that stand twice are errors.
- All errors of the file are told at once, each as `config.yaml:12: newsletters.weekly.from: what is wrong; what to
  write instead`. `publisher check` also lists the keys that have no effect in this version.
- Editors that know JSON Schema check the file while it is written; its first line tells them:
  `# yaml-language-server: $schema=` and the path of `publisher/config.schema.json`.
"""
_WORDS = {
    bool: "true or false",
    int: "whole number",
    float: "0 to 1, or per cent as `5%`",
    timedelta: "time",
    Path: "path",
    ZoneInfo: "time zone",
    Mailbox: "`Name <address>`",
    Recurrence: "schedule",
    Listen: "host:port",
    QuietHours: "hours",
    SecretFile: "path of a file with the secret",
    str: "text",
}


def page() -> str:
    """The reference page: a table for each section, in the order of the file."""
    return "\n".join([INTRODUCTION, *_section(Config, "", 1)]) + "\n"


def _section(section: type[Section], name: str, depth: int) -> Iterator[str]:
    inner: list[tuple[str, type[Section], str]] = []
    yield "| key | takes | default | meaning |"
    yield "|---|---|---|---|"
    for field, info in section.model_fields.items():
        key = info.alias or field
        found = unwrap(info.annotation)
        if isinstance(found, type) and issubclass(found, Section):
            inner.append((name + key + _below(info.annotation), found, info.description or ""))
        marks = [mark for mark in info.metadata if isinstance(mark, Later)]
        later = f" **Not yet:** it {marks[0].sentence}." if marks else ""
        meaning = (info.description or "") + later
        default = "*needed*" if info.is_required() else f"`{written(info.default)}`"
        yield f"| `{key}` | {_takes(info.annotation, info.metadata)} | {default} | {meaning} |".replace("  ", " ")
    yield ""
    for place, found, description in inner:
        yield f"{'#' * min(depth + 1, 4)} {place}"
        yield ""
        yield description
        yield ""
        yield from _section(found, f"{place}.", depth + 1)


def _below(annotation: Any) -> str:
    """What stands between the key of many sections and the keys of one: ``.NAME`` or ``[]``."""
    return {dict: ".NAME", tuple: "[]"}.get(get_origin(annotation), "")


def _takes(annotation: Any, metadata: list[Any]) -> str:
    """What may be written, in a few words."""
    found, arguments = unwrap(annotation), get_args(annotation)
    origin = get_origin(annotation)
    if origin is dict:
        return f"names, each with its {_takes(arguments[1], [])}"
    if origin is tuple:
        return f"list of {_takes(arguments[0], [])}"
    if isinstance(found, type) and issubclass(found, Section):
        return "section"
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in arguments if word)
    if arguments:  # Annotated[X, …] and X | None
        return _takes(arguments[0], [*metadata, *arguments[1:]])
    least = next((mark.ge for mark in metadata if hasattr(mark, "ge")), None)
    most = next((mark.le for mark in metadata if hasattr(mark, "le")), None)
    bounds = "" if least is None else f", {least} or more" if most is None else f", {least} to {most}"
    return _WORDS[annotation] + bounds


def written(default: object) -> str:
    """A default as it would stand in the file."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list | tuple):
        return f"[{', '.join(written(item) for item in default)}]"
    if isinstance(default, dict):
        return f"{{{', '.join(f'{key}: {written(item)}' for key, item in default.items())}}}"
    if default is None:
        return "none"
    text = str(default)
    return f'"{text}"' if not text or set(text) & set("#{}[],&*") or ": " in text or " " in text else text


def main() -> None:
    """Writes both files."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    for path in (PAGE, SCHEMA):
        print(path.relative_to(ROOT))


def schema_text() -> str:
    """The JSON Schema as it is shipped."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main()
