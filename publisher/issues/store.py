"""Issues in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.content.article import Image, Topic
from publisher.db.engine import Connection, Moment, metadata
from publisher.errors import NotFoundError, StateError
from publisher.issues.issue import BEGUN, OPEN, Issue, LeftOut, State, Story, Stream
from publisher.selection import History
from publisher.text import title_key
from publisher.times import parse_rfc3339

RECENT_ISSUES = 6
"""A story that was told in one of so many last issues is not told again under a like title."""

issue_table = sa.Table(
    "issue",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("serial", sa.Integer, nullable=False, unique=True),
    sa.Column("newsletter", sa.Text, nullable=False),
    sa.Column("schedule", sa.Text, nullable=False),
    sa.Column("slot", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("preheader", sa.Text, nullable=False),
    sa.Column("own_subject", sa.Boolean, nullable=False),
    sa.Column("own_preheader", sa.Boolean, nullable=False),
    sa.Column("intro", sa.Text, nullable=False),
    sa.Column("left_out", sa.Text, nullable=False),
    sa.Column("pinned", sa.Text, nullable=False),
    sa.Column("excluded", sa.Text, nullable=False),
    sa.Column("approved_hash", sa.Text, nullable=False),
    sa.Column("approvers", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("sent", Moment),
    sa.Column("closed", Moment),
    sa.Index("ix_issue_stream", "newsletter", "schedule", "state"),
)
story_table = sa.Table(
    "issue_story",
    metadata,
    sa.Column("issue", sa.Text, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("frozen", sa.Text, nullable=False),
)
event_table = sa.Table(
    "issue_event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("issue", sa.Text, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)


class Begun(NamedTuple):
    """An issue that readers have, without its stories."""

    id: str
    when: datetime
    """Its slot; where it was sent ahead of that, when its sending began."""
    revision: int


class Listed(NamedTuple):
    """An issue as a list of issues shows it, without its stories."""

    id: str
    newsletter: str
    slot: datetime
    subject: str
    preheader: str
    stories: int
    """How many it holds."""


def insert(connection: Connection, issue: Issue) -> Issue:
    """Keeps a new issue with its stories, and gives it its serial number."""
    serial = connection.execute(sa.select(sa.func.coalesce(sa.func.max(issue_table.c.serial), 0) + 1)).scalar_one()
    numbered = replace(issue, serial=serial)
    connection.execute(sa.insert(issue_table).values(id=issue.id, serial=serial, **_columns(numbered)))
    _insert_stories(connection, numbered)
    return numbered


def update(connection: Connection, issue: Issue, *, seen: Issue) -> None:
    """Replaces the issue as it was ``seen``; ``StateError`` where somebody else changed it meanwhile."""
    changed = connection.execute(
        sa.update(issue_table)
        .where(issue_table.c.id == issue.id)
        .where(issue_table.c.revision == seen.revision)
        .where(issue_table.c.state == seen.state.value)
        .where(issue_table.c.approvers == _json(seen.approvers))
        .values(**_columns(issue))
    )
    if changed.rowcount != 1:
        raise StateError(f"issue {issue.id} was changed meanwhile", hint="look at it again, then repeat the change")
    if issue.stories != seen.stories:
        connection.execute(sa.delete(story_table).where(story_table.c.issue == issue.id))
        _insert_stories(connection, issue)


def record(connection: Connection, issue: str, what: str, *, now: datetime, by: str = "", detail: str = "") -> None:
    """Notes who did what to an issue."""
    connection.execute(sa.insert(event_table).values(issue=issue, at=now, what=what, by=by, detail=detail))


def events(connection: Connection, issue: str) -> list[tuple[datetime, str, str, str]]:
    """What happened to an issue, oldest first: (when, what, by whom, detail)."""
    columns = (event_table.c.at, event_table.c.what, event_table.c.by, event_table.c.detail)
    rows = connection.execute(sa.select(*columns).where(event_table.c.issue == issue).order_by(event_table.c.id))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def get(connection: Connection, id: str) -> Issue:
    """The issue of that id; ``NotFoundError`` with the nearest ones where there is none."""
    row = connection.execute(sa.select(issue_table).where(issue_table.c.id == id)).mappings().one_or_none()
    if row is None:
        known = connection.execute(
            sa.select(issue_table.c.id).order_by(issue_table.c.created.desc()).limit(3)
        ).scalars()
        latest = ", ".join(known)
        raise NotFoundError(f"no issue {id}", hint=f"the latest are {latest}" if latest else "'issue draft' makes one")
    return _issue(connection, row)


def by_serial(connection: Connection, serial: int) -> Issue | None:
    """The issue of that number, or None."""
    row = connection.execute(sa.select(issue_table).where(issue_table.c.serial == serial)).mappings().one_or_none()
    return None if row is None else _issue(connection, row)


def latest(
    connection: Connection,
    *,
    newsletter: str = "",
    schedule: str = "",
    states: Iterable[State] = (),
    limit: int = 50,
) -> list[Issue]:
    """Issues, newest first."""
    query = sa.select(issue_table).order_by(issue_table.c.slot.desc(), issue_table.c.created.desc(), issue_table.c.id)
    if newsletter:
        query = query.where(issue_table.c.newsletter == newsletter)
    if schedule:
        query = query.where(issue_table.c.schedule == schedule)
    if wanted := [state.value for state in states]:
        query = query.where(issue_table.c.state.in_(wanted))
    return [_issue(connection, row) for row in connection.execute(query.limit(limit)).mappings().all()]


def begun(connection: Connection, newsletter: str) -> list[Begun]:
    """The newsletter's issues with stories whose sending began, newest first."""
    column = issue_table.c
    told = sa.exists().where(story_table.c.issue == column.id)
    query = sa.select(column.id, column.slot, column.sent, column.revision)
    query = query.where(column.newsletter == newsletter, column.state.in_([state.value for state in BEGUN]), told)
    rows = connection.execute(query.order_by(column.slot.desc(), column.created.desc(), column.id))
    return [Begun(id, min(slot, sent or slot), revision) for id, slot, sent, revision in rows]


def listed(connection: Connection, *, newsletter: str = "", before: str = "", limit: int) -> list[Listed]:
    """Issues with stories whose sending began, newest first; with ``before`` only those behind that issue in the list.

    Empty where there is no issue ``before``.
    """
    column, ours = issue_table.c, story_table.c.issue == issue_table.c.id
    stories = sa.select(sa.func.count()).where(ours).scalar_subquery()
    query = sa.select(column.id, column.newsletter, column.slot, column.subject, column.preheader, stories)
    query = query.where(column.state.in_([state.value for state in BEGUN]), sa.exists().where(ours))
    if newsletter:
        query = query.where(column.newsletter == newsletter)
    if before:
        at = connection.execute(sa.select(column.slot).where(column.id == before)).scalar_one_or_none()
        if at is None:
            return []
        query = query.where(sa.or_(column.slot < at, sa.and_(column.slot == at, column.id < before)))
    rows = connection.execute(query.order_by(column.slot.desc(), column.id.desc()).limit(limit))
    return [Listed(*row) for row in rows]


def told(connection: Connection, stream: Stream, issues: int) -> list[str]:
    """The paths of the stories of the stream's newest issues whose sending began."""
    begun = [state.value for state in BEGUN]
    newest = _of_stream(sa.select(issue_table.c.id).where(issue_table.c.state.in_(begun)), stream)
    newest = newest.order_by(issue_table.c.slot.desc(), issue_table.c.id).limit(issues)
    query = sa.select(story_table.c.path).where(story_table.c.issue.in_(newest)).distinct()
    return sorted(connection.execute(query).scalars())


def open_issue(connection: Connection, stream: Stream) -> Issue | None:
    """The issue of the stream that is neither sent nor skipped."""
    row = (
        connection.execute(
            _of_stream(sa.select(issue_table), stream)
            .where(issue_table.c.state.in_([state.value for state in OPEN]))
            .order_by(issue_table.c.created.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else _issue(connection, row)


def open_issues(connection: Connection) -> list[Issue]:
    """All issues that are neither sent nor skipped, by id."""
    query = sa.select(issue_table).where(issue_table.c.state.in_([state.value for state in OPEN]))
    rows = connection.execute(query.order_by(issue_table.c.id)).mappings().all()
    return [_issue(connection, row) for row in rows]


def free_id(connection: Connection, wanted: str) -> str:
    """``wanted``, or with ``-2``, ``-3``… where there is such an issue already."""
    taken = set(connection.execute(sa.select(issue_table.c.id).where(issue_table.c.id.startswith(wanted))).scalars())
    number = 1
    while (wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return wanted if number == 1 else f"{wanted}-{number}"


def number(connection: Connection, newsletter: str) -> int:
    """What the newsletter's next issue is: 1 for its first, counting those that began to be sent."""
    begun = [state.value for state in BEGUN]
    query = sa.select(sa.func.count()).where(issue_table.c.newsletter == newsletter, issue_table.c.state.in_(begun))
    return int(connection.execute(query).scalar_one()) + 1


def history(connection: Connection, stream: Stream) -> History:
    """What was sent before: guids of all the stream's stories and of the other streams', titles of its last issues.

    An issue without stories, a note that there is no news, sets no end to the news before it: the few stories that
    were too few for an issue stay eligible.
    """
    issue, story = issue_table.c, story_table.c
    query = (
        sa.select(issue.id, issue.newsletter, issue.schedule, issue.created, story.guid, story.title)
        .join(story_table, story.issue == issue.id)
        .where(issue.state.in_([state.value for state in BEGUN]))
        .order_by(issue.created.desc(), issue.serial.desc(), story.position)
    )
    sent: set[str] = set()
    elsewhere: dict[str, str] = {}
    issues: dict[str, datetime] = {}
    titles: list[str] = []
    for row in connection.execute(query):
        if Stream(row.newsletter, row.schedule) != stream:
            elsewhere[row.guid] = row.id  # the oldest comes last and stays
            continue
        sent.add(row.guid)
        issues.setdefault(row.id, row.created)
        if len(issues) <= RECENT_ISSUES:
            titles.append(row.title)
    return History(
        sent=frozenset(sent),
        elsewhere=MappingProxyType(elsewhere),
        last=next(iter(issues.values()), None),
        titles=MappingProxyType({title_key(title): title for title in sorted(titles) if title_key(title)}),
    )


def sent_for(connection: Connection, stream: Stream, slot: datetime) -> str | None:
    """The id of an issue that was drafted for the slot and began to be sent, or None."""
    query = _of_stream(sa.select(issue_table.c.id), stream).where(
        issue_table.c.slot == slot, issue_table.c.state.in_([state.value for state in BEGUN])
    )
    return connection.execute(query.order_by(issue_table.c.serial).limit(1)).scalar_one_or_none()


def kin(connection: Connection, issue: Issue) -> list[str]:
    """Ids of begun issues in other schedules of the newsletter that hold one of this issue's stories."""
    begun = [state.value for state in BEGUN]
    query = (
        sa.select(issue_table.c.id)
        .distinct()
        .join(story_table, story_table.c.issue == issue_table.c.id)
        .where(issue_table.c.newsletter == issue.stream.newsletter, issue_table.c.state.in_(begun))
        .where(issue_table.c.schedule != issue.stream.schedule)
        .where(story_table.c.guid.in_([story.guid for story in issue.stories]))
    )
    return list(connection.execute(query).scalars())


def _of_stream(query: sa.Select[Any], stream: Stream) -> sa.Select[Any]:
    return query.where(issue_table.c.newsletter == stream.newsletter, issue_table.c.schedule == stream.schedule)


def _columns(issue: Issue) -> dict[str, Any]:
    return {
        "newsletter": issue.stream.newsletter,
        "schedule": issue.stream.schedule,
        "slot": issue.slot,
        "state": issue.state.value,
        "revision": issue.revision,
        "number": issue.number,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "own_subject": issue.own_subject,
        "own_preheader": issue.own_preheader,
        "intro": issue.intro,
        "left_out": _json([asdict(item) for item in issue.left_out]),
        "pinned": _json(issue.pinned),
        "excluded": _json(issue.excluded),
        "approved_hash": issue.approved_hash,
        "approvers": _json(issue.approvers),
        "note": issue.note,
        "created": issue.created,
        "sent": issue.sent,
        "closed": issue.closed,
    }


def _insert_stories(connection: Connection, issue: Issue) -> None:
    rows = [
        {
            "issue": issue.id,
            "position": position,
            "guid": story.guid,
            "path": story.path,
            "title": story.title,
            "frozen": story_json(story),
        }
        for position, story in enumerate(issue.stories)
    ]
    if rows:
        connection.execute(sa.insert(story_table), rows)


def _issue(connection: Connection, row: sa.RowMapping) -> Issue:
    stories = connection.execute(
        sa.select(story_table.c.frozen).where(story_table.c.issue == row["id"]).order_by(story_table.c.position)
    ).scalars()
    return Issue(
        id=row["id"],
        serial=row["serial"],
        stream=Stream(row["newsletter"], row["schedule"]),
        slot=row["slot"],
        state=State(row["state"]),
        revision=row["revision"],
        number=row["number"],
        subject=row["subject"],
        preheader=row["preheader"],
        own_subject=row["own_subject"],
        own_preheader=row["own_preheader"],
        intro=row["intro"],
        stories=tuple(story_from(json.loads(text)) for text in stories),
        left_out=tuple(LeftOut(**item) for item in json.loads(row["left_out"])),
        pinned=tuple(json.loads(row["pinned"])),
        excluded=tuple(json.loads(row["excluded"])),
        approved_hash=row["approved_hash"],
        approvers=tuple(json.loads(row["approvers"])),
        note=row["note"],
        created=row["created"],
        sent=row["sent"],
        closed=row["closed"],
    )


def story_json(story: Story) -> str:
    """A story as text, for ``story_from``."""
    return _json(asdict(story) | {"published": story.published.isoformat()})


def story_from(values: Mapping[str, Any]) -> Story:
    """The story that ``asdict`` and JSON took apart."""
    plain = Story(
        **{
            **values,
            "published": parse_rfc3339(values["published"]),
            "topic": Topic(**values["topic"]),
            "topics": tuple(Topic(**topic) for topic in values["topics"]),
            "image": Image(**values["image"]) if values["image"] else None,
        }
    )
    return replace(plain, tags=tuple(plain.tags), authors=tuple(plain.authors))


def _json(value: Sequence[Any] | Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
