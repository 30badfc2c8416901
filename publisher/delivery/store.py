"""Clicks and opens in the database: what was asked for, the verdict on who asked, and by whom where that is wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery import ledger
from publisher.delivery.delivery import State
from publisher.delivery.visit import SOON, Verdict, Visit, judge
from publisher.issues.store import issue_table, story_table
from subscribers import store as readers

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
    sa.Column("verdict", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("visitor", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Index("ix_click_issue", "issue", "story"),
    sa.Index("ix_click_visitor", "visitor", "at"),
)
"""``story`` is its index in the issue, or ``PICTURE``; ``reader`` is NULL where it is not kept, or was erased.

``visitor`` is a keyed hash of issue and reader, by which different ones are counted; ``verdict`` and ``visitor`` are
blank in rows of before they were kept.
"""
PICTURE = -1
"""In place of a story: the picture that counts opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A request for a counted link, or for the picture that counts opens, by whatever program."""

    issue: str
    story: int
    """Its index in the issue, or ``PICTURE``."""
    reader: int
    at: datetime
    method: str
    """``GET`` or ``HEAD``."""
    agent: str
    """What the program calls itself."""
    prefetch: bool = False
    """It said that it asks ahead of need."""
    visitor: str = ""
    """Keyed hash of issue and reader."""
    named: bool = False
    """Whether the reader and the program's name are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How often something was asked for, and by how many different readers."""

    count: int
    readers: int


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
    """Keeps clicks with the verdict on each, in their order; one of a reader who is not on the list is nobody's.

    Several links of a mail at once make a scanner of them all, also of those that are kept already.
    """
    for click in clicks:
        verdict = judge(_visit(connection, click))
        known = click.named and readers.by_id(connection, click.reader) is not None
        values = {
            "issue": click.issue,
            "story": click.story,
            "reader": click.reader if known else None,
            "at": click.at,
            "method": click.method,
            "agent": click.agent if known else "",
            "verdict": verdict.value,
            "visitor": click.visitor,
        }
        connection.execute(sa.insert(click_table).values(values))
        if known and verdict is Verdict.HUMAN and click.story != PICTURE:
            readers.engage(connection, click.reader, click.at)


def _visit(connection: Connection, click: Click) -> Visit:
    """The request, with what else is known of its mail."""
    sent = ledger.state_of(connection, click.issue, click.reader)
    state, at = sent or (None, None)
    return Visit(
        at=click.at,
        method=click.method,
        agent=click.agent,
        prefetch=click.prefetch,
        on_its_way=state in {State.PENDING, State.SENDING, State.DEFERRED},
        accepted=at if state is State.ACCEPTED else None,
        nearest=_nearest(connection, click),
    )


def _nearest(connection: Connection, click: Click) -> datetime | None:
    """When another link of the mail was asked for about that time; whoever seemed a person then was none."""
    if not click.visitor or click.story == PICTURE:
        return None
    column = click_table.c
    others = sa.and_(
        column.visitor == click.visitor,
        column.story.not_in([click.story, PICTURE]),
        column.at > click.at - SOON,
        column.at < click.at + SOON,
    )
    found = list(connection.execute(sa.select(column.at).where(others)).scalars())
    if found:
        human = column.verdict == Verdict.HUMAN.value
        connection.execute(sa.update(click_table).where(others, human).values(verdict=Verdict.SCANNER.value))
    return min(found, key=lambda at: abs(at - click.at), default=None)


def visits(connection: Connection, issue: str, *, opens: bool) -> Mapping[str, Visits]:
    """How often the issue's links were asked for, or with ``opens`` its picture, by verdict; blank: never judged."""
    column = click_table.c
    different = sa.func.count(sa.distinct(sa.func.nullif(column.visitor, "")))
    query = sa.select(column.verdict, sa.func.count(), different).where(column.issue == issue)
    query = query.where(column.story == PICTURE if opens else column.story != PICTURE).group_by(column.verdict)
    found = {verdict: Visits(count=count, readers=readers) for verdict, count, readers in connection.execute(query)}
    return {name: found[name] for name in (*map(str, Verdict), "") if name in found}


def of_reader(connection: Connection, reader: int) -> list[Click]:
    """What was asked for with a reader's links, oldest first."""
    table = click_table
    rows = connection.execute(sa.select(table).where(table.c.reader == reader).order_by(table.c.id))
    return [
        Click(issue=row.issue, story=row.story, reader=reader, at=row.at, method=row.method, agent=row.agent)
        for row in rows
    ]


def forget(connection: Connection, reader: int) -> None:
    """Takes an erased reader out of their clicks, which stay counted: neither who nor with what program."""
    table = click_table
    connection.execute(sa.update(table).where(table.c.reader == reader).values(reader=None, agent=""))
