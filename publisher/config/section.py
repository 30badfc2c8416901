"""What all sections of the configuration share: frozen, strict about keys, aware of features that come later."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from publisher.config.problem import Place, dotted

# We have no plugins of pydantic's; looking for some reads what every installed library says of itself, at each start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a validator may know of the file around its value, whether or not the rest of it is valid."""

    path: Path
    """The file, absolute."""
    topics: frozenset[str] = frozenset()
    """Keys of ``topics``; empty where none are named and every topic is welcome."""
    newsletters: bool = False
    """Whether any newsletter is configured."""


class FlawsError(ValueError):
    """Several things wrong below one value, each with its place from there and its text."""

    def __init__(self, flaws: Iterable[tuple[Place, str]]) -> None:
        flaws = tuple(flaws)
        super().__init__("; ".join(text for _, text in flaws))
        self.flaws = flaws


@dataclass(frozen=True, slots=True)
class Later:
    """Marks a key that is read and checked now, and whose feature is not in this version."""

    sentence: str
    """What happens instead, as the end of a sentence that begins with the key."""
    when: Callable[[Any], bool] = bool
    """Which values ask for the feature: any that is not empty, 0 or false."""


class Section(BaseModel):
    """A mapping of config.yaml: frozen, no unknown keys, every default checked like a value that was written."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        hide_input_in_errors=True,
        serialize_by_alias=True,
        protected_namespaces=(),
        defer_build=True,  # one validator for the whole file, made when it is read, in place of one a section
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: object) -> object:
        """Keys with nothing after the colon count as not written."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise ValueError("must hold keys of its own; write " + shape(cls))  # noqa: TRY004 # pydantic collects this
        return {key: value for key, value in data.items() if value is not None}


def setting(
    default: Any = ...,
    *,
    description: str,
    example: str = "",
    alias: str | None = None,
    ge: int | None = None,
    le: int | None = None,
    secret: bool = False,
) -> Any:
    """A key of a section; its default is written as in the file, and read as if it stood there. No default: required.

    A secret one is never shown: not in the repr of its section, and not in what is dumped of it.
    """
    return Field(
        default,
        description=description,
        examples=[example] if example else None,
        alias=alias,
        ge=ge,
        le=le,
        repr=not secret,
        exclude=secret or None,
    )


def unheeded(value: object, place: Place = ()) -> Iterator[str]:
    """Sentences on the keys below a value that were set and have no effect yet, in the order of the reference."""
    if isinstance(value, Section):
        for name, info in type(value).model_fields.items():
            here, held = (*place, info.alias or name), getattr(value, name)
            for mark in info.metadata:
                if isinstance(mark, Later) and mark.when(held):
                    yield f"{dotted(here)} {mark.sentence}"
            yield from unheeded(held, here)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unheeded(item, (*place, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from unheeded(item, (*place, number))


def shape(section: type[Section]) -> str:
    """The keys of a section as an example: its required ones, else its first two."""
    fields = section.model_fields.items()
    names = [info.alias or name for name, info in fields if info.is_required()]
    names = names or [info.alias or name for name, info in fields][:2]
    return "{" + ", ".join(f"{name}: …" for name in names) + "}"
