"""Who reads a stream: the active readers of a newsletter and schedule, page by page, and their wishes counted."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.segment import belongs
from subscribers.db.table import split, subscriber, unpacked
from subscribers.segment import Wish
from subscribers.segments.tree import Segment
from subscribers.subscriber import Format, Status, Subscriber


def readers(
    connection: Connection,
    *,
    newsletter: str,
    schedule: str,
    first: bool,
    where: Segment | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[Subscriber]:
    """A page of the stream's active readers with ids above ``after``, by id; ``first``: it is the first schedule.

    With ``where`` only those who are in that segment too.
    """
    statement = (
        sa.select(subscriber)
        .where(_stream(newsletter, schedule, first=first), belongs(where), subscriber.c.id > after)
        .order_by(subscriber.c.id)
        .limit(limit)
    )
    return [unpacked(row) for row in connection.execute(statement)]


def wishes(
    connection: Connection,
    *,
    newsletter: str,
    schedule: str,
    first: bool,
    default_language: str,
    where: Segment | None = None,
) -> list[tuple[Wish, int]]:
    """Each different wish among the stream's active readers and how many have it, the most wanted first."""
    language = sa.case((subscriber.c.language == "", default_language), else_=subscriber.c.language).label("language")
    # The two columns that group are selected as they are: PostgreSQL must see one expression, not two with parameters.
    inner = (
        sa.select(subscriber.c.topics, language, subscriber.c.format)
        .where(_stream(newsletter, schedule, first=first), belongs(where))
        .subquery()
    )
    columns = (inner.c.topics, inner.c.language, inner.c.format)
    count = sa.func.count().label("readers")
    statement = sa.select(*columns, count).group_by(*columns).order_by(count.desc(), *columns)
    return [
        (Wish(split(row.topics), row.language, Format(row.format)), row.readers)
        for row in connection.execute(statement)
    ]


def _stream(newsletter: str, schedule: str, *, first: bool) -> sa.ColumnElement[bool]:
    schedules = ["", schedule] if first else [schedule]
    return sa.and_(
        subscriber.c.status == Status.ACTIVE,
        subscriber.c.newsletter.in_(["", newsletter]),
        subscriber.c.schedule.in_(schedules),
        # Names hold neither ; nor what LIKE takes for more than itself, but for _, which autoescape writes as one.
        sa.not_((";" + subscriber.c.declined + ";").contains(f";{newsletter};", autoescape=True)),
    )
