"""A reader's wish, and the stories it takes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from subscribers.segment import Wish, wants, wish
from subscribers.subscriber import Format, Status, Subscriber

AT = datetime(2025, 6, 30, tzinfo=UTC)


def reader(**changes):
    values = {"id": 1, "address": "a@x.org", "key": "a@x.org", "status": Status.ACTIVE, "created": AT, "changed": AT}
    return Subscriber(**(values | changes))


def test_blanks_are_the_sites():
    assert wish(reader(), default_language="zh-CN") == Wish((), "zh-CN", Format.HTML)


def test_choices_are_the_readers():
    chosen = reader(topics=("chips",), language="en", format=Format.TEXT)
    assert wish(chosen, default_language="zh-CN") == Wish(("chips",), "en", Format.TEXT)


@pytest.mark.parametrize(
    ("topics", "story", "wanted"),
    [((), (), True), ((), ("a",), True), (("a",), (), False), (("a", "b"), ("b", "c"), True), (("a",), ("b",), False)],
)
def test_a_story_is_wanted_for_one_common_topic(topics, story, wanted):
    assert wants(topics, story) is wanted
