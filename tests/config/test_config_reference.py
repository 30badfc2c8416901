"""What is generated from the configuration's descriptions is complete and up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from publisher.config import Config, schema
from publisher.config.explain import explain, section_at, unwrap
from publisher.config.newsletter import Select
from publisher.config.reader import Tree
from publisher.config.section import Later, Section
from scripts.reference import PAGE, SCHEMA, page, schema_text, written


def sections(section: type[Section]) -> Iterator[type[Section]]:
    yield section
    for info in section.model_fields.values():
        found = unwrap(info.annotation)
        if isinstance(found, type) and issubclass(found, Section):
            yield from sections(found)


def test_every_key_is_described_in_a_sentence():
    for section in sections(Config):
        for name, info in section.model_fields.items():
            assert info.description, f"{section.__name__}.{name}"
            assert info.description.rstrip("`").endswith((".", ")")), f"{section.__name__}.{name}"


def test_every_needed_key_has_an_example():
    for section in sections(Config):
        for name, info in section.model_fields.items():
            assert not info.is_required() or info.examples, f"{section.__name__}.{name}"


def test_the_reference_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m scripts.reference"


def test_the_json_schema_is_up_to_date():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run python -m scripts.reference"


def test_every_key_stands_on_the_page():
    text = page()
    for section in sections(Config):
        for name, info in section.model_fields.items():
            assert f"| `{info.alias or name}` |" in text


def test_the_page_says_which_keys_have_no_effect_yet():
    marks = [mark for section in sections(Config) for info in section.model_fields.values() for mark in info.metadata]
    sentences = {mark.sentence for mark in marks if isinstance(mark, Later)}
    assert sentences
    for sentence in sentences:
        assert f"**Not yet:** it {sentence}." in page()


def test_the_json_schema_knows_the_keys_of_the_file():
    made: dict[str, Any] = json.loads(json.dumps(schema()))
    assert set(made["properties"]) == set(Config.model_fields)
    assert made["required"] == ["site"]
    letter = made["$defs"]["Newsletter"]
    assert "from" in letter["properties"]
    assert "sender" not in letter["properties"]
    assert "name" not in letter["properties"]
    assert letter["additionalProperties"] is False
    assert letter["properties"]["draft_before"]["default"] == "24h"
    assert made["$defs"]["Theme"]["properties"]["width"]["maximum"] == 800


def test_a_place_leads_to_its_section():
    assert section_at(Config, ()) is Config
    assert section_at(Config, ("newsletters", "weekly", "select")) is Select
    assert section_at(Config, ("delivery", "relays", 3)).__name__ == "Relay"
    assert section_at(Config, ("delivery", "bounces", "imap")).__name__ == "Imap"


def test_defaults_are_shown_as_they_are_written():
    shown = [written(default) for default in (True, 3, 0.3, "", "14d", "a b", "#fff", (), ("a", {"k": True}), {}, None)]
    assert shown == ["true", "3", "0.3", '""', "14d", '"a b"', '"#fff"', "[]", "[a, {k: true}]", "{}", "none"]


def test_an_error_that_pydantic_finds_by_itself_is_told_too():
    class Odd(Section):
        number: int = 0

    tree = Tree(value={"number": "x"}, lines={("number",): 3})
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate(tree.value)
    (problem,) = explain(caught.value, tree, Odd)
    assert problem.line == 3
    assert problem.text.endswith("; compare it with the reference of config.yaml")


def test_a_section_may_be_made_without_a_file():
    assert Config.model_validate({"site": {"title": "X", "url": "https://x.example"}}).path == Path()
