"""A reader's wish."""

from __future__ import annotations

from datetime import UTC, datetime

from subscribers.segment import Wish, wish
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
