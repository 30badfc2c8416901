"""What an expression means: whether it is true of one reader. Pure.

A reader's moment that is not known meets no comparison, so ``not engaged within 90d`` is true of who never engaged.
"""

from __future__ import annotations

from datetime import datetime

from subscribers.segments.tree import ALL, And, Defaults, Expression, Field, Not, Or, Relation, Test, lowered
from subscribers.segments.value import bounds
from subscribers.subscriber import Subscriber


def matches(expression: Expression, reader: Subscriber, now: datetime, defaults: Defaults) -> bool:
    """Whether the expression is true of the reader at that moment; ``db.segment.condition`` says the same to SQL."""
    match expression:
        case And(parts):
            return all(matches(part, reader, now, defaults) for part in parts)
        case Or(parts):
            return any(matches(part, reader, now, defaults) for part in parts)
        case Not(part):
            return not matches(part, reader, now, defaults)
        case Test(relation=Relation.IS):
            return any(_is(expression.field, value, reader, defaults) for value in expression.values)
        case _:
            at = moment(expression.field, reader)
            low, high = bounds(expression, now, defaults.zone)
            return at is not None and (low is None or low <= at) and (high is None or at < high)


def moment(field: Field, reader: Subscriber) -> datetime | None:
    """The reader's moment of that field; ``None`` where it is not known."""
    known = {
        Field.JOINED: reader.created,
        Field.CONSENT: reader.consent_at,
        Field.ENGAGED: reader.engaged_at,
        Field.PAUSED: reader.paused_until,
    }
    return known[field]


def like(text: str, pattern: str) -> bool:
    """Whether the pattern is true of the whole text: ``*`` stands for anything, A-Z for a-z."""
    text = lowered(text)
    first, *rest = lowered(pattern).split("*")
    if not rest:
        return text == first
    *middle, last = rest
    at, end = len(first), len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or at > end:
        return False
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def suffix(domain: str) -> str:
    """The pattern of the addresses of a domain, or of those below it (``*.edu.cn``)."""
    return domain if domain.startswith("*") else f"*@{domain}"


def _is(field: Field, value: str, reader: Subscriber, defaults: Defaults) -> bool:
    match field:
        case Field.TOPIC:
            return not reader.topics or lowered(value) in map(lowered, reader.topics)
        case Field.NEWSLETTER:
            return _chose_none(reader) if value == ALL else _gets(value, reader)
        case Field.SCHEDULE:
            return _comes_by(value, reader, defaults)
        case Field.LANGUAGE:
            tag = lowered(reader.language or defaults.language)
            return f"{tag}-".startswith(f"{lowered(value)}-")
        case Field.DOMAIN:
            return like(reader.key, suffix(value))
        case Field.HAS:
            return bool(reader.name) if value == "name" else moment(Field(value), reader) is not None
        case _:
            texts = {
                Field.TIMEZONE: reader.timezone or defaults.zone.key,
                Field.FORMAT: reader.format,
                Field.STATUS: reader.status,
                Field.EMAIL: reader.key,
                Field.NAME: reader.name,
            }
            return like(texts[field], value)


def _chose_none(reader: Subscriber) -> bool:
    return not reader.newsletter and not reader.declined


def _gets(newsletter: str, reader: Subscriber) -> bool:
    name = lowered(newsletter)
    return lowered(reader.newsletter) in {"", name} and name not in map(lowered, reader.declined)


def _comes_by(schedule: str, reader: Subscriber, defaults: Defaults) -> bool:
    """Whether mails come to the reader by that schedule; a blank one is the first of each newsletter that they get."""
    if reader.schedule:
        return lowered(reader.schedule) == lowered(schedule)
    wanted = lowered(schedule)
    return any(lowered(first) == wanted and _gets(name, reader) for name, first in defaults.first.items())
