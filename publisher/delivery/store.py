"""Clicks in the database: what was asked for and by whom, appended as it comes and judged by nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.issues.store import issue_table, story_table
from subscribers.store import subscriber as reader_table

click_table = sa.Table(
    "click",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("issue", sa.Text, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    sa.Column("story", sa.Integer, nullable=False),
    sa.Column("reader", sa.BigInteger, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Index("ix_click_issue", "issue", "story"),
)
"""``story`` is its index in the issue; ``reader`` is NULL once the reader was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A request for a counted link, by whatever program: whether that was a person is nothing to know here."""

    issue: str
    story: int
    """Its index in the issue."""
    reader: int
    at: datetime
    method: str
    """``GET`` or ``HEAD``."""
    agent: str
    """What the program calls itself."""


class Target(NamedTuple):
    """Where a counted link leads."""

    issue: str
    url: str
    """The story's address as it was frozen with the issue."""


def target(connection: Connection, serial: int, story: int) -> Target | None:
    """Where the link of that story of the issue with that serial number leads, or None where there is none."""
    query = (
        sa.select(issue_table.c.id, story_table.c.frozen)
        .join(story_table, story_table.c.issue == issue_table.c.id)
        .where(issue_table.c.serial == serial, story_table.c.position == story)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Target(row.id, json.loads(row.frozen)["url"])


def append(connection: Connection, clicks: Sequence[Click]) -> None:
    """Keeps clicks, in their order; one of a reader who is not on the list any more is nobody's."""
    known = sa.select(reader_table.c.id).where(reader_table.c.id == sa.bindparam("by")).scalar_subquery()
    agent = sa.case((known.is_(None), ""), else_=sa.bindparam("program", type_=sa.Text))
    rows = [
        {
            "issue": click.issue,
            "story": click.story,
            "at": click.at,
            "method": click.method,
            "by": click.reader,
            "program": click.agent,
        }
        for click in clicks
    ]
    connection.execute(sa.insert(click_table).values(reader=known, agent=agent), rows)


def forget(connection: Connection, reader: int) -> None:
    """Takes an erased reader out of their clicks, which stay counted: neither who nor with what program."""
    table = click_table
    connection.execute(sa.update(table).where(table.c.reader == reader).values(reader=None, agent=""))
