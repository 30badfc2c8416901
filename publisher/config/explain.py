"""Turns what the models refuse into problems with lines: what is wrong, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from publisher.config.problem import Place, Problem, closest
from publisher.config.reader import FromEnvironment, Tree
from publisher.config.section import FlawsError, Section


def explain(error: ValidationError, tree: Tree, model: type[Section]) -> Iterator[Problem]:
    """Every problem that an error of the models holds; those that follow from one that is told already are left out."""
    for detail in error.errors(include_url=False, include_input=False):
        place = tuple(part for part in detail["loc"] if part != "[key]")
        for rest, text in _texts(detail, place, tree.at(place), model):
            where = (*place, *rest)
            if not any(where[:length] in tree.broken for length in range(len(where) + 1)):
                yield Problem(line=tree.line(where), place=where, text=discreet(text, tree.at(where)))


def _texts(detail: ErrorDetails, place: Place, raw: object, model: type[Section]) -> list[tuple[Place, str]]:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            error = context["error"]
            return [*error.flaws] if isinstance(error, FlawsError) else [((), str(error))]
        case "missing":
            text = _missing(place, model)
        case "extra_forbidden":
            text = _unknown(str(place[-1]), section_at(model, place[:-1]))
        case "literal_error":
            text = _choice(context["expected"], raw)
        case "greater_than_equal" | "less_than_equal" as kind:
            size = "small" if kind == "greater_than_equal" else "large"
            shown = repr(raw.source) if isinstance(raw, FromEnvironment) else raw
            text = f"{shown} is too {size}; write {_range(place, model)}"
        case _:
            text = f"does not fit ({detail['msg']}); compare it with the reference of config.yaml"
    return [((), text)]


def _missing(place: Place, model: type[Section]) -> str:
    example = (_field(place, model).examples or ["…"])[0]
    return f"is missing; write {place[-1]}: {example}"


def _field(place: Place, model: type[Section]) -> FieldInfo:
    fields = section_at(model, place[:-1]).model_fields.items()
    return next(info for name, info in fields if (info.alias or name) == place[-1])


def _unknown(key: str, section: type[Section]) -> str:
    known = [info.alias or name for name, info in section.model_fields.items()]
    guess = closest(key, known)
    return f"unknown key; did you mean {guess}?" if guess else f"unknown key; the keys here are {', '.join(known)}"


def _choice(expected: str, raw: object) -> str:
    known = [word for word in re.findall(r"'([^']*)'", expected) if word]
    guess = closest(str(raw), known)
    meant = f"did you mean {guess}? " if guess else ""
    return f"{raw!r} is not one of its values; {meant}write {', '.join(known[:-1])} or {known[-1]}"


def _range(place: Place, model: type[Section]) -> str:
    marks = _field(place, model).metadata
    least = next((mark.ge for mark in marks if hasattr(mark, "ge")), 0)
    most = next((mark.le for mark in marks if hasattr(mark, "le")), None)
    return f"{least} or more" if most is None else f"{least} to {most}"


def section_at(model: type[Section], place: Place) -> type[Section]:
    """The section that stands at a place of the model."""
    found: Any = model
    inside = False  # between a mapping or list of sections and one of them: the next part is a name or number
    for part in place:
        if inside:
            inside = False
            continue
        info = next(info for name, info in found.model_fields.items() if (info.alias or name) == part)
        found = unwrap(info.annotation)
        inside = info.annotation is not found and not _optional(info.annotation)
    section: type[Section] = found
    return section


def _optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def unwrap(annotation: Any) -> Any:
    """The section inside ``dict[str, X]``, ``tuple[X, ...]``, ``Annotated[X, …]`` or ``X | None``; else as given."""
    for inner in get_args(annotation) if get_origin(annotation) else ():
        found = unwrap(inner)
        if isinstance(found, type) and issubclass(found, Section):
            return found
    return annotation


def discreet(text: str, raw: object) -> str:
    """The text, without what came from the environment: that may be a secret in the wrong place.

    What a problem shows of a value stands in quotation marks, so a text without any is shown as it is.
    """
    found = [*_from_environment(raw)]
    if not found or not set("'\"") & set(text):
        return text
    fix = text.partition("; ")[2]
    parts = {
        part for value in found for given in value.given for part in (_squeeze(given), *re.findall(r"\w{3,}", given))
    }
    if not fix or any(part and _squeeze(part) in _squeeze(fix) for part in parts):
        fix = "compare it with the reference of config.yaml"
    return f"{found[0].source!r} does not fit as the environment has it; {fix}"


def _from_environment(raw: object) -> Iterator[FromEnvironment]:
    if isinstance(raw, FromEnvironment):
        yield raw
    elif isinstance(raw, dict | list):
        for item in raw.values() if isinstance(raw, dict) else raw:
            yield from _from_environment(item)


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
