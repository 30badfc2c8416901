"""How many readers there are, by state and by wish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.segment import belongs
from subscribers.db.table import subscriber, subscriber_topic
from subscribers.segments.tree import Segment
from subscribers.subscriber import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How many readers there are; all but ``statuses`` count the active ones, under "" those who take the default."""

    statuses: Mapping[str, int]
    """Every status, zero included."""
    newsletters: Mapping[str, int]
    schedules: Mapping[str, int]
    languages: Mapping[str, int]
    formats: Mapping[str, int]
    topics: Mapping[str, int]


def stats(connection: Connection, where: Segment | None = None) -> Stats:
    """The counts, each in the order of its names; with ``where`` of the readers in that segment alone."""
    counted = belongs(where)
    active = sa.and_(subscriber.c.status == Status.ACTIVE, counted)
    chosen = (
        sa.select(subscriber_topic.c.topic, sa.func.count())
        .join(subscriber, subscriber.c.id == subscriber_topic.c.subscriber)
        .where(active)
        .group_by(subscriber_topic.c.topic)
    )
    everything = sa.select(sa.func.count()).where(active, subscriber.c.topics == "")
    topics = {"": connection.execute(everything).scalar_one()} | _pairs(connection, chosen)
    return Stats(
        statuses={str(status): 0 for status in Status} | _count(connection, subscriber.c.status, counted),
        newsletters=_count(connection, subscriber.c.newsletter, active),
        schedules=_count(connection, subscriber.c.schedule, active),
        languages=_count(connection, subscriber.c.language, active),
        formats=_count(connection, subscriber.c.format, active),
        topics={name: count for name, count in topics.items() if count},
    )


def _count(connection: Connection, column: sa.Column[str], where: sa.ColumnElement[bool]) -> dict[str, int]:
    return _pairs(connection, sa.select(column, sa.func.count()).where(where).group_by(column))


def _pairs(connection: Connection, statement: sa.Select[str, int]) -> dict[str, int]:
    return dict(sorted((row[0], row[1]) for row in connection.execute(statement)))
