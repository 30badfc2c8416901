"""Bounces in the database: whose, of which issue, with what words; each report once, however often it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery.bounces.judge import SILENCE, Event
from publisher.delivery.bounces.report import Kind
from publisher.delivery.delivery import State
from publisher.delivery.ledger import delivery_table
from publisher.issues.store import issue_table

MOST = 5
"""Rows of one kind, reader and issue in a day: who sends one report in many wordings fills no table."""
RECENT = 60
"""Issues whose Message-IDs a report may name."""
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers only columns of its own INTEGER type

bounce_table = sa.Table(
    "bounce",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("reader", sa.BigInteger, index=True),
    sa.Column("issue", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("code", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("server", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("digest", "position"),
    sa.Index("ix_bounce_issue_at", "issue", "at"),
    sa.Index("ix_bounce_at", "at"),
)
"""``reader`` is NULL once the reader was erased, ``issue`` empty where that is not known. ``digest`` is the hash
of the message or event, ``position`` the report's place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report that was proved to be about a mail of ours."""

    reader: int
    issue: str
    at: datetime
    kind: Kind
    code: int
    status: str
    text: str
    server: str
    source: str
    digest: str
    position: int

    @property
    def reply(self) -> str:
        """What the other side said, with its codes, each of them once, in a line."""
        codes, text = [part for part in (str(self.code or ""), self.status) if part], self.text
        for code in codes:
            if text.startswith((f"{code} ", f"{code}-")):
                text = text[len(code) + 1 :].lstrip()
        return " ".join(part for part in (*codes, text) if part)


def append(connection: Connection, bounce: Bounce) -> bool:
    """Keeps the bounce; False where this report is there already."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    names = (column.name for column in bounce_table.columns if column.name != "id")
    values = {name: getattr(bounce, name) for name in names} | {"kind": bounce.kind.value}
    statement = insert(bounce_table).values(**values)
    kept = connection.execute(statement.on_conflict_do_nothing().returning(bounce_table.c.id))
    return kept.first() is not None


def has(connection: Connection, digest: str, position: int) -> bool:
    """Whether that report is there already."""
    table = bounce_table
    query = sa.select(table.c.id).where(table.c.digest == digest, table.c.position == position)
    return connection.execute(query).first() is not None


def flooded(connection: Connection, bounce: Bounce) -> bool:
    """Whether there are so many like this one that a further one tells nothing."""
    table = bounce_table
    query = sa.select(sa.func.count()).where(
        table.c.reader == bounce.reader,
        table.c.issue == bounce.issue,
        table.c.kind == bounce.kind.value,
        table.c.at > bounce.at - timedelta(days=1),
    )
    return connection.execute(query).scalar_one() >= MOST


def soft(connection: Connection, reader: int) -> list[Event]:
    """The reader's soft bounces, oldest first."""
    table = bounce_table
    query = sa.select(table.c.issue, table.c.at).where(table.c.reader == reader, table.c.kind == Kind.SOFT.value)
    return [Event(*row) for row in connection.execute(query.order_by(table.c.at))]


def delivered(connection: Connection, reader: int, since: datetime) -> list[Event]:
    """The reader's mails that a relay took since that moment, of issues whose sending began not long before it."""
    table = delivery_table
    begun = sa.select(issue_table.c.id).where(issue_table.c.sent >= since - SILENCE)
    # By issue and reader, as the ledger has an index: it knows no reader without an issue.
    query = sa.select(table.c.issue, table.c.at).where(
        table.c.issue.in_(begun),
        table.c.subscriber == reader,
        table.c.state == State.ACCEPTED.value,
        table.c.at >= since,
    )
    return [Event(*row) for row in connection.execute(query)]


def touched(connection: Connection, issue: str, kinds: Sequence[Kind], since: datetime) -> int:
    """How many readers of the issue such bounces came for since that moment, each counted once."""
    table = bounce_table
    query = sa.select(sa.func.count(table.c.reader.distinct())).where(
        table.c.issue == issue, table.c.at > since, table.c.kind.in_([kind.value for kind in kinds])
    )
    return int(connection.execute(query).scalar_one())


def accepted(connection: Connection, issue: str) -> int:
    """How many mails of the issue a relay took."""
    table = delivery_table
    mine = sa.and_(table.c.issue == issue, table.c.state == State.ACCEPTED.value)
    return connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()


def issue_of(connection: Connection, serial: int) -> str:
    """The id of the issue with that serial number; empty where there is none."""
    query = sa.select(issue_table.c.id).where(issue_table.c.serial == serial)
    return connection.execute(query).scalar_one_or_none() or ""


def recent_issues(connection: Connection) -> list[str]:
    """Ids of the issues that were sent last, newest first."""
    column = issue_table.c
    query = sa.select(column.id).where(column.sent.is_not(None)).order_by(column.sent.desc(), column.id)
    return list(connection.execute(query.limit(RECENT)).scalars())


def of_reader(connection: Connection, reader: int, limit: int = 10) -> list[Bounce]:
    """The reader's last bounces, newest first."""
    table = bounce_table
    query = sa.select(table).where(table.c.reader == reader).order_by(table.c.at.desc(), table.c.id.desc())
    rows = connection.execute(query.limit(limit)).mappings()
    return [_bounce(row) for row in rows]


def by_kind(connection: Connection, issue: str) -> dict[str, int]:
    """How many readers of the issue bounces of each kind came for; those who were erased are counted one by one."""
    table = bounce_table
    gone = sa.func.count().filter(table.c.reader.is_(None))
    query = sa.select(table.c.kind, sa.func.count(table.c.reader.distinct()) + gone)
    found = {row[0]: row[1] for row in connection.execute(query.where(table.c.issue == issue).group_by(table.c.kind))}
    return {kind.value: found[kind.value] for kind in Kind if kind.value in found}


def _bounce(row: sa.RowMapping | Mapping[str, object]) -> Bounce:
    values = {name: row[name] for name in Bounce.__slots__}
    return Bounce(**(values | {"kind": Kind(str(values["kind"]))}))  # type: ignore[arg-type] # as the columns say


def forget(connection: Connection, reader: int) -> None:
    """Takes an erased reader out of their bounces, which stay counted: neither who, nor words that may name them."""
    table = bounce_table
    nobody = {"reader": None, "text": "", "server": ""}
    connection.execute(sa.update(table).where(table.c.reader == reader).values(**nobody))


def has_old(connection: Connection, before: datetime) -> bool:
    """Whether there is a bounce of before that moment."""
    return (
        connection.execute(sa.select(bounce_table.c.id).where(bounce_table.c.at < before).limit(1)).first() is not None
    )


def drop_old(connection: Connection, before: datetime) -> int:
    """Throws away bounces of before that moment; how many."""
    return connection.execute(sa.delete(bounce_table).where(bounce_table.c.at < before)).rowcount
