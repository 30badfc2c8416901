"""Newsletters that go to some readers only: whether one comes to a reader at the moment, and what decides it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from publisher.config import Config
from publisher.delivery import audience
from subscribers.segments.tree import Expression, Field, Not, Test
from subscribers.subscriber import Status, Subscriber


def elsewhere(config: Config, reader: Subscriber, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """The newsletters that would not come to the reader at the moment were they active, and what decides it.

    By newsletter the names of the fields that are asked for, in the order of the expression.
    """
    found = {}
    for name, letter in config.newsletters.items():
        where = audience.segment(config, letter.readers, now)
        if where is not None and not audience.holds(where, replace(reader, status=Status.ACTIVE)):
            found[name] = asked(where.expression)
    return found


def asked(expression: Expression) -> tuple[str, ...]:
    """What an expression asks of a reader, each field once; for what they ``has`` that field itself."""
    if isinstance(expression, Test):
        return expression.values if expression.field is Field.HAS else (expression.field.value,)
    parts = (expression.part,) if isinstance(expression, Not) else expression.parts
    return tuple(dict.fromkeys(name for part in parts for name in asked(part)))
