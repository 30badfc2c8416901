"""An expression about readers as a condition of SQL, and the readers of whom it is true.

What an editor wrote is only ever a bound value: columns come from ``Field``. Each test is true or false, never NULL
(an unknown moment meets no comparison), so that ``not`` means the same here as in ``segments.match``. A-Z count as a-z
on every database; other capitals as themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement

from subscribers.db.table import subscriber, subscriber_topic, unpacked
from subscribers.segments.match import suffix
from subscribers.segments.tree import ALL, And, Defaults, Expression, Field, Not, Or, Relation, Segment, Test, lowered
from subscribers.segments.value import bounds
from subscribers.subscriber import Subscriber

_MOMENTS = {
    Field.JOINED: subscriber.c.created,
    Field.CONSENT: subscriber.c.consent_at,
    Field.ENGAGED: subscriber.c.engaged_at,
    Field.PAUSED: subscriber.c.paused_until,
}
_EXACT = {Field.FORMAT: subscriber.c.format, Field.STATUS: subscriber.c.status, Field.EMAIL: subscriber.c.key}
"""Columns that hold their values as ``segments.value`` cleans them, so that an index can find one."""
_ESCAPE = "/"


def condition(expression: Expression, now: datetime, defaults: Defaults) -> ColumnElement[bool]:
    """The expression as a condition on the rows of ``subscriber``: true of those of whom ``match.matches`` is."""
    match expression:
        case And(parts):
            return sa.and_(sa.true(), *(condition(part, now, defaults) for part in parts))
        case Or(parts):
            return sa.or_(sa.false(), *(condition(part, now, defaults) for part in parts))
        case Not(part):
            return sa.not_(condition(part, now, defaults))
        case Test(relation=Relation.IS):
            return sa.or_(sa.false(), *(_is(expression.field, value, defaults) for value in expression.values))
        case _:
            column = _MOMENTS[expression.field]
            low, high = bounds(expression, now, defaults.zone)
            after = [] if low is None else [column >= low]
            return sa.and_(column.is_not(None), *after, *([] if high is None else [column < high]))


def belongs(where: Segment | None) -> ColumnElement[bool]:
    """The condition of a segment; none: everybody."""
    return sa.true() if where is None else condition(where.expression, where.now, where.defaults)


def page(
    connection: Connection, *, where: Segment | None = None, after: int = 0, limit: int = 1000
) -> list[Subscriber]:
    """Readers of the segment with ids above ``after``, by id, at most ``limit``."""
    statement = sa.select(subscriber).where(subscriber.c.id > after, belongs(where)).order_by(subscriber.c.id)
    return [unpacked(row) for row in connection.execute(statement.limit(limit))]


def count(connection: Connection, where: Segment | None = None) -> int:
    """How many readers are in the segment."""
    return connection.execute(sa.select(sa.func.count()).select_from(subscriber).where(belongs(where))).scalar_one()


def kept(connection: Connection, field: Field, names: Collection[str]) -> set[str]:
    """Those of the names that a reader still has as a topic, newsletter or schedule."""
    columns = {
        Field.TOPIC: subscriber_topic.c.topic,
        Field.NEWSLETTER: subscriber.c.newsletter,
        Field.SCHEDULE: subscriber.c.schedule,
    }
    column = columns[field]
    return set(connection.scalars(sa.select(column).where(column.in_(list(names))).distinct()))


class _Lower(FunctionElement[str]):
    """A text with A-Z as a-z."""

    name = "lower"
    type = sa.Text()
    inherit_cache = True


@compiles(_Lower)
def _lower(element: _Lower, compiler: SQLCompiler, **options: Any) -> str:  # Any: SQLAlchemy's own
    """SQLite's own function, which knows no other capitals."""
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(_Lower, "postgresql")
def _lower_of_c(element: _Lower, compiler: SQLCompiler, **options: Any) -> str:  # Any: SQLAlchemy's own
    """PostgreSQL's, which follows the database's locale unless it is told another."""
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


def _is(field: Field, value: str, defaults: Defaults) -> ColumnElement[bool]:
    match field:
        case Field.TOPIC:
            return sa.or_(subscriber.c.topics == "", _among(subscriber.c.topics, value))
        case Field.NEWSLETTER:
            everything = sa.and_(subscriber.c.newsletter == "", subscriber.c.declined == "")
            return everything if value == ALL else _gets(value)
        case Field.SCHEDULE:
            names = [name for name, first in defaults.first.items() if lowered(first) == lowered(value)]
            by_default = sa.and_(subscriber.c.schedule == "", sa.or_(sa.false(), *map(_gets, names)))
            return sa.or_(_like(subscriber.c.schedule, value, glob=False), by_default)
        case Field.LANGUAGE:
            tag = _or(subscriber.c.language, defaults.language)
            return sa.or_(_like(tag, value), _like(tag, f"{value}-*"))
        case Field.TIMEZONE:
            return _like(_or(subscriber.c.timezone, defaults.zone.key), value)
        case Field.DOMAIN:
            return _like(subscriber.c.key, suffix(value))
        case Field.HAS:
            return subscriber.c.name != "" if value == "name" else _MOMENTS[Field(value)].is_not(None)
        case Field.NAME:
            return _like(subscriber.c.name, value)
        case _:
            return _like(_EXACT[field], value) if "*" in value else _EXACT[field] == value


def _or(column: sa.Column[str], default: str) -> ColumnElement[str]:
    return sa.case((column == "", default), else_=column)


def _gets(newsletter: str) -> ColumnElement[bool]:
    name = subscriber.c.newsletter
    wanted = sa.or_(name == "", _like(name, newsletter, glob=False))
    return sa.and_(wanted, sa.not_(_among(subscriber.c.declined, newsletter)))


def _among(column: sa.Column[str], name: str) -> ColumnElement[bool]:
    """Whether the ;-joined column holds the name, which has no ; itself."""
    inner = f";{_escaped(lowered(name))};"
    return _Lower(";" + column + ";").like(f"%{inner}%", escape=_ESCAPE)


def _like(text: ColumnElement[str], pattern: str, *, glob: bool = True) -> ColumnElement[bool]:
    """Whether the pattern is true of the whole text, as ``match.like`` says."""
    wanted = lowered(pattern)
    if glob and "*" in wanted:
        return _Lower(text).like("%".join(map(_escaped, wanted.split("*"))), escape=_ESCAPE)
    return _Lower(text) == wanted


def _escaped(text: str) -> str:
    for each in (_ESCAPE, "%", "_"):
        text = text.replace(each, _ESCAPE + each)
    return text
