"""The kinds of value that keys have, as types: each knows how to read its text and how an editor should check it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from publisher import times
from publisher.config import value
from publisher.config.reader import FromEnvironment
from publisher.config.section import Reading

T = TypeVar("T")
_DURATION = r"^(0|\d{1,7} ?[smhdw])$"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """A file that holds one secret, and the secret without its final line break. The text is never shown."""

    path: Path
    text: str = field(repr=False)


def _scalar(raw: object) -> str:
    """The text of a scalar; defaults may be numbers and flags."""
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, int | float):
        return str(raw)
    if raw is None:
        raise ValueError("is empty; write a value")
    raise ValueError(
        f"must be a single value, not {'a list' if isinstance(raw, list) else 'keys of its own'}; write one"
    )


def _by(read: Callable[[str], T]) -> BeforeValidator:
    return BeforeValidator(lambda raw: read(_scalar(raw)))


def _listed(raw: object) -> object:
    """A list; a single value counts as a list of one."""
    if isinstance(raw, str):
        return [raw]
    if not isinstance(raw, list | tuple):
        raise ValueError("must be a list; write [a, b], or each item on a line after a dash")  # noqa: TRY004 # collected
    return raw


def _keyed(raw: object) -> object:
    if not isinstance(raw, dict):
        raise ValueError("must hold names of your own, each with its value; write {name: …}")  # noqa: TRY004 # collected
    return raw


def _filled(text: str) -> str:
    text = value.line(text)
    if not text:
        raise ValueError("is empty; write some text")
    return text


def reading(info: ValidationInfo) -> Reading:
    """What is known of the file around a value."""
    context = info.context
    return context if isinstance(context, Reading) else Reading(path=Path.cwd() / "config.yaml")


def _path(raw: object, info: ValidationInfo) -> Path:
    text = _filled(_scalar(raw))
    return Path(os.path.normpath(reading(info).path.parent / text))


def _database(raw: object, info: ValidationInfo) -> str:
    text = value.line(_scalar(raw))
    scheme, _, rest = text.partition("://")
    if scheme in {"postgresql", "postgresql+psycopg"} and rest:
        return text
    name = rest.removeprefix("/")
    if scheme != "sqlite" or not rest.startswith("/") or not name or name == ":memory:" or "?" in name:
        raise ValueError("is no database that works here; write sqlite:///var/publisher.db or postgresql://host/name")
    return f"sqlite:///{_path(name, info)}"


def _secret_file(raw: object, info: ValidationInfo) -> SecretFile:
    path = _path(raw, info)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(
            f"{str(path)!r} cannot be read ({error.strerror}); make the file, or correct its path or owner"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{str(path)!r} is not text in UTF-8; write the secret into it as text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{str(path)!r} is empty; write the secret into it")
    return SecretFile(path=path, text=text)


def _secret(raw: object, info: ValidationInfo) -> str:
    """The secret that the environment or the file beside it gives; the field ``<name>_file`` stands before this one."""
    text = _scalar(raw)
    beside = f"{info.field_name}_file"
    file = info.data.get(beside)
    if text and file:
        raise ValueError(f"stands beside {beside}; keep one of the two")
    if text and not isinstance(raw, FromEnvironment):
        raise ValueError(f"a secret must not stand in this file; write ${{NAME}}, or name a file in {beside}")
    return file.text if isinstance(file, SecretFile) else text


def _schedule(raw: object) -> times.Recurrence:
    if isinstance(raw, dict):
        if set(raw) != {"cron"} or not isinstance(raw["cron"], str):
            raise ValueError('is not a schedule; write "mon 08:00" or {cron: "0 8 * * mon"}')
        return _cron(raw["cron"])
    return times.recurrence(_scalar(raw))


def _cron(text: str) -> times.Recurrence:
    try:
        return times.cron(text)
    except ValueError as error:
        what, _, fix = str(error).partition("; ")
        raise ValueError(f"{what}; {fix or 'write five fields as cron has them, such as 0 8 * * mon'}") from None


def _window(text: str) -> timedelta | None:
    return None if text.strip() == "since_last_issue" else value.some_time(text)


def _or_empty(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: read(text) if text.strip() else ""


WORD = BeforeValidator(_scalar)
LIST = BeforeValidator(_listed)
NAMED = BeforeValidator(_keyed)

Line = Annotated[str, _by(value.line)]
Lines = Annotated[str, _by(value.lines)]
Filled = Annotated[str, _by(_filled), WithJsonSchema({"type": "string", "minLength": 1})]
Flag = Annotated[bool, _by(value.flag)]
Whole = Annotated[int, _by(value.whole)]
Share = Annotated[
    float,
    _by(value.share),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": r"^[\d.]+ ?%$"}]}
    ),
]
Duration = Annotated[
    timedelta,
    _by(value.duration),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _DURATION}, {"const": 0}]}),
]
SomeTime = Annotated[timedelta, _by(value.some_time), WithJsonSchema({"type": "string", "pattern": _DURATION})]
WindowTime = Annotated[
    timedelta | None,
    _by(_window),
    WithJsonSchema({"anyOf": [{"const": "since_last_issue"}, {"type": "string", "pattern": _DURATION}]}),
]
Zone = Annotated[ZoneInfo, _by(value.zone), WithJsonSchema({"type": "string"})]
Language = Annotated[
    str, _by(value.language), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$"})
]
LanguageOrAny = Annotated[str, _by(_or_empty(value.language))]
Colour = Annotated[
    str,
    _by(value.colour),
    WithJsonSchema({"type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"}),
]
Name = Annotated[str, _by(value.name), WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"})]
TopicKey = Annotated[str, _by(value.topic)]
Address = Annotated[str, _by(value.address), WithJsonSchema({"type": "string", "format": "email"})]
AddressOrNone = Annotated[str, _by(_or_empty(value.address))]
Sender = Annotated[value.Mailbox, _by(value.mailbox), WithJsonSchema({"type": "string"})]
Url = Annotated[str, _by(value.url), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})]
BaseUrl = Annotated[str, _by(value.base), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})]
BaseUrlOrEmpty = Annotated[str, _by(_or_empty(value.base)), WithJsonSchema({"type": "string"})]
HubUrl = Annotated[str, _by(value.hub), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})]
UrlPattern = Annotated[
    str,
    _by(value.url_pattern),
    WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(value.URL_RULES)}|(jekyll )?/.*)$"}),
]
Host = Annotated[str, _by(value.host)]
Port = Annotated[int, Field(ge=1, le=65535), _by(value.whole)]
Network = Annotated[str, _by(value.network)]
Listening = Annotated[value.Listen, _by(value.listen), WithJsonSchema({"type": "string", "pattern": r":\d+$"})]
Quiet = Annotated[value.QuietHours | None, _by(value.quiet_hours), WithJsonSchema({"type": "string"})]
Readers = Annotated[str, _by(value.readers)]
Subject = Annotated[str, _by(value.subject)]
Somewhere = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})]
SomewhereOrNone = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})] | None
Database = Annotated[
    str, BeforeValidator(_database), WithJsonSchema({"type": "string", "pattern": "^(sqlite:///|postgresql)"})
]
Secret = Annotated[str, BeforeValidator(_secret), WithJsonSchema({"type": "string", "pattern": r"\$\{"})]
InFile = Annotated[SecretFile, BeforeValidator(_secret_file), WithJsonSchema({"type": "string", "minLength": 1})]
Schedule = Annotated[
    times.Recurrence,
    BeforeValidator(_schedule),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"cron": {"type": "string"}},
                    "required": ["cron"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
