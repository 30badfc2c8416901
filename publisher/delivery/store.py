"""Clicks and opens in the database: what was asked for, the verdict on who asked, and by whom where that is wanted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery import ledger
from publisher.delivery.delivery import State
from publisher.delivery.visit import SOON, Verdict, Visit, judge
from publisher.issues.store import issue_table, story_table
from subscribers import store as readers
from subscribers import tokens
from subscribers.tokens import Keys

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
    sa.Index("ix_click_at", "at"),
)
"""``story`` is its index in the issue, or ``PICTURE``; ``reader`` is NULL where it is not kept, or was erased.

``visitor`` is a keyed hash of issue and reader, by which different ones are counted; of an erased reader it is a random
text instead, or blank for what they asked for later. ``verdict`` and ``visitor`` are blank in rows of before they were
kept.
"""
PICTURE = -1
"""In place of a story: the picture that counts opens."""
SETTLED = SOON + timedelta(seconds=10)
"""After so long nothing changes the verdict on a click: what came close to it has been written too."""
RECENT = timedelta(days=1)
"""How far back engagement is looked for: longer than a service stands still."""
_AT_ONCE = 500
"""Values in one statement: databases allow only so many."""


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
class Kept:
    """What is kept of a request by a reader's link, where the site keeps whose it was."""

    issue: str
    story: int
    """Its index in the issue, or ``PICTURE``."""
    at: datetime
    method: str
    agent: str
    verdict: str
    """Who asked, by ``visit``'s rule; blank in rows of before it was judged."""


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


def visitor(keys: Keys, issue: str, reader: int) -> str:
    """What stands for the reader among the visitors of an issue; nobody without the keys can tell who it is."""
    return tokens.mac(keys, f"visit/{issue}/{reader}")


def append(connection: Connection, clicks: Sequence[Click]) -> None:
    """Keeps clicks with the verdict on each, in their order; one of a reader who is not on the list is nobody's.

    Several links of a mail at once make a scanner of them all, also of those that are kept already. Nothing changes
    the reader: what a first click is shows only when no other has followed it (``engage_due``).
    """
    for click in clicks:
        verdict = judge(_visit(connection, click))
        known = readers.by_id(connection, click.reader) is not None
        named = known and click.named
        values = {
            "issue": click.issue,
            "story": click.story,
            "reader": click.reader if named else None,
            "at": click.at,
            "method": click.method,
            "agent": click.agent if named else "",
            "verdict": verdict.value,
            "visitor": click.visitor if known else "",
        }
        connection.execute(sa.insert(click_table).values(values))


def to_engage(connection: Connection, now: datetime) -> bool:
    """Whether ``engage_due`` has something to note."""
    query = sa.select(click_table.c.id).join(readers.subscriber, _settled(now)).limit(1)
    return connection.execute(query).first() is not None


def engage_due(connection: Connection, now: datetime, *, limit: int = 2000) -> int:
    """Notes the engagement of who followed a link lately, once it is settled that a person did; of how many readers.

    Call it again until it is 0. Where there is nothing to note it only reads.
    """
    column = click_table.c
    query = sa.select(column.reader, sa.func.max(column.at)).join(readers.subscriber, _settled(now))
    found = connection.execute(query.group_by(column.reader).limit(limit)).all()
    for id, at in found:
        readers.engage(connection, id, at)
    return len(found)


def _settled(now: datetime) -> sa.ColumnElement[bool]:
    """Joins to readers the clicks that tell of an engagement which the reader's row does not tell of yet."""
    column, reader = click_table.c, readers.subscriber.c
    return sa.and_(
        reader.id == column.reader,
        column.at > now - RECENT,
        column.at <= now - SETTLED,
        column.verdict == Verdict.HUMAN.value,
        column.story != PICTURE,
        sa.or_(reader.engaged_at.is_(None), reader.engaged_at < column.at),
    )


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


def of_reader(connection: Connection, reader: int) -> list[Kept]:
    """What was asked for with a reader's links, oldest first."""
    column = click_table.c
    query = sa.select(column.issue, column.story, column.at, column.method, column.agent, column.verdict)
    rows = connection.execute(query.where(column.reader == reader).order_by(column.id))
    return [
        Kept(issue=row.issue, story=row.story, at=row.at, method=row.method, agent=row.agent, verdict=row.verdict)
        for row in rows
    ]


def forget(connection: Connection, reader: int, keys: Keys) -> None:
    """Takes an erased reader out of their clicks, which stay counted: neither who nor with what program.

    What stood for them among an issue's visitors becomes a random text, so that different visitors stay as many as
    they were, but nobody can find again who it was; also where no reader was kept.
    """
    column = click_table.c
    mine = set(connection.scalars(sa.select(column.visitor).where(column.reader == reader).distinct()))
    issues = connection.scalars(sa.select(column.issue).distinct())
    mine.update(_kept(connection, [visitor(keys, issue, reader) for issue in issues]))
    connection.execute(sa.update(click_table).where(column.reader == reader).values(reader=None, agent=""))
    for each in sorted(mine - {""}):
        other = secrets.token_hex(16)
        connection.execute(sa.update(click_table).where(column.visitor == each).values(visitor=other))


def _kept(connection: Connection, visitors: Sequence[str]) -> Iterable[str]:
    """Those among the visitors who asked for something."""
    for first in range(0, len(visitors), _AT_ONCE):
        some = click_table.c.visitor.in_(visitors[first : first + _AT_ONCE])
        yield from connection.scalars(sa.select(click_table.c.visitor).where(some).distinct())
