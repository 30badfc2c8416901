"""``newsletters.<name>.readers``: kept as written, and a mistake told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import parse
from publisher.errors import ConfigError

SITE = "site: {title: X, url: https://x.example}\n"
TOPICS = "topics: {chips: {title: Chips}}\n"
WEEKLY = "newsletters:\n  weekly:\n    title: W\n    from: w@x.example\n    readers: "


def read(text):
    return parse(text.encode(), Path("config.yaml"), {})


@pytest.mark.parametrize("text", ["language:zh and not engaged within 90d", "topic:all,anything", "name:“李 *”", "''"])
def test_it_is_kept_as_written(text):
    assert read(SITE + WEEKLY + text).newsletters["weekly"].readers == text.strip("'")


def test_it_is_everybody_where_nothing_is_said():
    assert read(SITE + WEEKLY.removesuffix("    readers: ")).newsletters["weekly"].readers == ""
    assert read(SITE + WEEKLY).newsletters["weekly"].readers == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("topik:chips", "column 1: 'topik' is no field; did you mean topic?"),
        ("status:active and (topic:chips", "column 19: this ( is not closed; write ) behind its last test"),
        ("topic:chip,chip", "'chip' is not a key of topics; did you mean chips? write one of chips"),
        ("[topic:chips]", "must be a single value, not a list; write one"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, told):
    with pytest.raises(ConfigError) as caught:
        read(SITE + TOPICS + WEEKLY + text)
    assert str(caught.value) == f"config.yaml:7: newsletters.weekly.readers: {told}"
