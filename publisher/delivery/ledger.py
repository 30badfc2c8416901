"""The ledger: one row per issue and reader, with proof of what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery.delivery import NEXT, OPEN, Counts, Leased, Outcome, State
from publisher.delivery.plan import Row
from publisher.issues.issue import State as IssueState
from publisher.issues.store import issue_table
from subscribers.store import subscriber as reader_table
from subscribers.subscriber import Status

NOT_ACTIVE = "the reader was not active any more"
LEFT = "the reader left this newsletter"
STOPPED = "the issue was stopped"

delivery_table = sa.Table(
    "delivery",
    metadata,
    sa.Column("issue", sa.Text, primary_key=True),
    sa.Column("shard", sa.Integer, primary_key=True),
    sa.Column("subscriber", sa.BigInteger, primary_key=True),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("code", sa.Integer, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("retry_at", Moment),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("issue", "subscriber"),
    sqlite_with_rowid=False,  # clustered on its key: an issue's rows lie together, in the order they are sent
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger for a report. ``address`` is empty where the reader was erased."""

    address: str
    state: State
    attempts: int
    reply: str
    at: datetime


def insert(connection: Connection, issue: str, rows: Iterable[Row], now: datetime) -> int:
    """Writes the planned rows; how many they were."""
    count = 0
    for batch in _batches(rows, 1000):
        values = [
            {
                "issue": issue,
                "shard": row.shard,
                "subscriber": row.subscriber,
                "edition": row.edition,
                "state": row.state.value,
                "attempts": 0,
                "code": 0,
                "reply": row.reply,
                "retry_at": None,
                "at": now,
            }
            for row in batch
        ]
        connection.execute(sa.insert(delivery_table), values)
        count += len(values)
    return count


def _batches(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def due_shards(connection: Connection, issue: str, now: datetime) -> list[int]:
    """Shards of the issue that hold something to send now."""
    table = delivery_table
    query = sa.select(table.c.shard).distinct().where(table.c.issue == issue, _due(now)).order_by(table.c.shard)
    return list(connection.execute(query).scalars())


def _due(now: datetime) -> sa.ColumnElement[bool]:
    table = delivery_table
    deferred = sa.and_(table.c.state == State.DEFERRED.value, table.c.retry_at <= now)
    return sa.or_(table.c.state == State.PENDING.value, deferred)


def take(connection: Connection, issue: str, shard: int, after: int, now: datetime) -> Leased | None:
    """Marks the shard's next due delivery ``sending`` and gives it; None where there is none or the issue stands.

    The mark holds only while the issue is being sent, and only for a reader who is active at this moment and has not
    left its newsletter: others on the way there are skipped with the reason, whatever was planned (law 8).
    """
    table = delivery_table
    while True:
        row = (
            connection.execute(
                sa.select(table.c.subscriber, table.c.state, table.c.edition, table.c.attempts, reader_table)
                .select_from(table.outerjoin(reader_table, reader_table.c.id == table.c.subscriber))
                .where(table.c.issue == issue, table.c.shard == shard, table.c.subscriber > after, _due(now))
                .order_by(table.c.subscriber)
                .limit(1)
            )
            .mappings()
            .one_or_none()
        )
        newsletter = _newsletter_sent(connection, issue)
        if row is None or newsletter is None:
            return None
        after = int(row[table.c.subscriber])
        mine = _one(issue, shard, after, State(row[table.c.state]))
        why = _unwanted(row, newsletter)
        if why:
            values = {"state": State.SKIPPED.value, "reply": why, "retry_at": None, "at": now}
            connection.execute(sa.update(table).where(mine).values(**values))
            continue
        attempts = int(row[table.c.attempts]) + 1
        sending = {"state": State.SENDING.value, "attempts": attempts, "retry_at": None, "at": now}
        if connection.execute(sa.update(table).where(mine).values(**sending)).rowcount != 1:
            continue
        return Leased(
            issue=issue,
            shard=shard,
            subscriber=after,
            address=row["address"],
            name=row["name"],
            epoch=row["epoch"],
            edition=row[table.c.edition],
            attempts=attempts,
        )


def _unwanted(row: sa.RowMapping, newsletter: str) -> str:
    """Why the reader gets no mail of the newsletter now; empty where they do."""
    if row["status"] != Status.ACTIVE.value:
        return NOT_ACTIVE
    return LEFT if newsletter in row["declined"].split(";") else ""


def _newsletter_sent(connection: Connection, issue: str) -> str | None:
    """The issue's newsletter, or None where the issue is not being sent."""
    query = sa.select(issue_table.c.newsletter).where(
        issue_table.c.id == issue, issue_table.c.state == IssueState.SENDING.value
    )
    return connection.execute(query).scalar_one_or_none()


def _issue_state(connection: Connection, issue: str) -> str | None:
    query = sa.select(issue_table.c.state).where(issue_table.c.id == issue)
    return connection.execute(query).scalar_one_or_none()


def _one(issue: str, shard: int, subscriber: int, state: State) -> sa.ColumnElement[bool]:
    table = delivery_table
    return sa.and_(
        table.c.issue == issue, table.c.shard == shard, table.c.subscriber == subscriber, table.c.state == state.value
    )


def settle(connection: Connection, leased: Leased, outcome: Outcome, now: datetime) -> bool:
    """Writes what became of a delivery that was being sent; False where it was settled already.

    Of a stopped issue nothing stays open: what would have been tried again ends with the others. Of a reader who was
    erased meanwhile the reply is not kept: servers repeat the address in it.
    """
    if outcome.state not in NEXT[State.SENDING]:
        raise ValueError(f"a message on its way cannot become {outcome.state}")
    values: dict[str, Any] = {
        "state": outcome.state.value,
        "code": outcome.code,
        "reply": sa.case((_is_there(leased.subscriber), outcome.reply), else_=""),
        "retry_at": outcome.retry_at,
        "at": now,
    }
    if outcome.state is State.PENDING:  # nothing left this machine: the attempt is taken back
        values["attempts"] = max(0, leased.attempts - 1)
    where = _one(leased.issue, leased.shard, leased.subscriber, State.SENDING)
    if connection.execute(sa.update(delivery_table).where(where).values(**values)).rowcount != 1:
        return False
    if outcome.state in OPEN and _issue_state(connection, leased.issue) == IssueState.STOPPED:
        give_up(connection, leased.issue, STOPPED, now)
    return True


def _is_there(subscriber: int) -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(reader_table.c.id).where(reader_table.c.id == subscriber))


def unsettled(connection: Connection) -> list[Leased]:
    """Deliveries that a process left in ``sending`` when it died."""
    table = delivery_table
    rows = connection.execute(
        sa.select(table, reader_table.c.address, reader_table.c.name, reader_table.c.epoch)
        .select_from(table.outerjoin(reader_table, reader_table.c.id == table.c.subscriber))
        .where(table.c.state == State.SENDING.value)
        .order_by(table.c.issue, table.c.shard, table.c.subscriber)
    ).mappings()
    return [
        Leased(
            issue=row["issue"],
            shard=row["shard"],
            subscriber=row["subscriber"],
            address=row["address"] or "",
            name=row["name"] or "",
            epoch=row["epoch"] or 0,
            edition=row["edition"],
            attempts=row["attempts"],
        )
        for row in rows
    ]


def counts(connection: Connection, issue: str) -> Counts:
    """The accounting of an issue, counted from its rows."""
    table = delivery_table
    query = sa.select(table.c.state, sa.func.count()).where(table.c.issue == issue).group_by(table.c.state)
    found: dict[str, int] = dict(iter(connection.execute(query)))
    return Counts(planned=sum(found.values()), **found)


def give_up(connection: Connection, issue: str, why: str, now: datetime, *, deferred: State = State.SKIPPED) -> int:
    """Ends what has not left yet: pending ones are skipped, deferred ones become ``deferred``; how many they were."""
    table = delivery_table
    total = 0
    for state, end in ((State.PENDING, State.SKIPPED), (State.DEFERRED, deferred)):
        where = sa.and_(table.c.issue == issue, table.c.state == state.value)
        reply = why if state is State.PENDING else sa.func.trim(table.c.reply + sa.literal(f" ({why})"))
        values = {"state": end.value, "reply": reply, "retry_at": None, "at": now}
        total += connection.execute(sa.update(table).where(where).values(**values)).rowcount
    return total


def reopen(connection: Connection, issue: str, state: State, now: datetime) -> int:
    """Makes deliveries of one final state pending again, where the table of states allows it; how many they were."""
    if State.PENDING not in NEXT[state]:
        raise ValueError(f"{state} is final")
    table = delivery_table
    where = sa.and_(table.c.issue == issue, table.c.state == state.value)
    values = {"state": State.PENDING.value, "retry_at": None, "at": now}
    return connection.execute(sa.update(table).where(where).values(**values)).rowcount


def entries(connection: Connection, issue: str, *, states: Iterable[State] = ()) -> Iterator[Entry]:
    """The rows of an issue in the order they are sent, a page at a time."""
    table = delivery_table
    wanted = [state.value for state in states]
    place = (-1, -1)
    while True:
        query = (
            sa.select(table, reader_table.c.address)
            .select_from(table.outerjoin(reader_table, reader_table.c.id == table.c.subscriber))
            .where(table.c.issue == issue, sa.tuple_(table.c.shard, table.c.subscriber) > sa.tuple_(*place))
            .order_by(table.c.shard, table.c.subscriber)
            .limit(1000)
        )
        page = connection.execute(query.where(table.c.state.in_(wanted)) if wanted else query).mappings().all()
        for row in page:
            yield Entry(
                address=row["address"] or "",
                state=State(row["state"]),
                attempts=row["attempts"],
                reply=f"{row['code']} {row['reply']}".strip() if row["code"] else row["reply"],
                at=row["at"],
            )
        if len(page) < 1000:
            return
        place = (page[-1]["shard"], page[-1]["subscriber"])


def by_domain(connection: Connection, issue: str) -> Mapping[str, Counts]:
    """The accounting of an issue by the domain of the readers' addresses, largest first."""
    found: dict[str, Counter[str]] = {}
    for entry in entries(connection, issue):
        domain = entry.address.rpartition("@")[2] or "(erased)"
        found.setdefault(domain, Counter())[entry.state.value] += 1
    order = sorted(found, key=lambda domain: (-found[domain].total(), domain))
    return {domain: Counts(planned=found[domain].total(), **found[domain]) for domain in order}


def reasons(connection: Connection, issue: str) -> list[tuple[State, str, int]]:
    """Why deliveries are not accepted: (state, reply, how many), most frequent first."""
    table = delivery_table
    count = sa.func.count()
    query = (
        sa.select(table.c.state, table.c.reply, count)
        .where(table.c.issue == issue, table.c.state != State.ACCEPTED.value, table.c.reply != "")
        .group_by(table.c.state, table.c.reply)
        .order_by(count.desc(), table.c.state, table.c.reply)
        .limit(50)
    )
    return [(State(state), reply, number) for state, reply, number in connection.execute(query)]


def of_reader(
    connection: Connection, subscriber: int, *, limit: int | None = 50
) -> list[tuple[str, State, str, str, datetime]]:
    """What a reader got or did not, newest first: (issue, state, reply, edition, when); all of it without a limit."""
    table = delivery_table
    query = sa.select(table).where(_of(subscriber)).order_by(table.c.at.desc())
    rows = connection.execute(query.limit(limit)).mappings()
    return [(row["issue"], State(row["state"]), row["reply"], row["edition"], row["at"]) for row in rows]


def _of(subscriber: int) -> sa.ColumnElement[bool]:
    """The reader's rows, looked up issue by issue: there is an index of readers within each, and none over all."""
    table = delivery_table
    return sa.and_(table.c.issue.in_(sa.select(issue_table.c.id)), table.c.subscriber == subscriber)


def forget(connection: Connection, subscriber: int) -> None:
    """Takes the replies off an erased reader's rows, which stay counted: servers repeat the address in them."""
    table = delivery_table
    told = sa.and_(_of(subscriber), table.c.reply != "")
    connection.execute(sa.update(table).where(told).values(reply=""))


def sent_to(connection: Connection, issue: str, schedules: Iterable[str]) -> list[tuple[int, str]]:
    """Readers who are in one of these schedules now and got an issue, or may yet: (reader, key of the edition)."""
    table = delivery_table
    lost = [State.FAILED.value, State.SKIPPED.value]
    query = (
        sa.select(table.c.subscriber, table.c.edition)
        .join(reader_table, reader_table.c.id == table.c.subscriber)
        .where(table.c.issue == issue, table.c.state.not_in(lost), reader_table.c.schedule.in_(list(schedules)))
    )
    return [(row.subscriber, row.edition) for row in connection.execute(query)]


def edition_of(connection: Connection, issue: str, subscriber: int) -> str | None:
    """The key of the edition that the reader's row of an issue names."""
    table = delivery_table
    query = sa.select(table.c.edition).where(table.c.issue == issue, table.c.subscriber == subscriber)
    return connection.execute(query).scalar_one_or_none() or None


def state_of(connection: Connection, issue: str, subscriber: int) -> tuple[State, datetime] | None:
    """What became of an issue's mail to a reader, and when it did; None where none was planned."""
    table = delivery_table
    query = sa.select(table.c.state, table.c.at).where(table.c.issue == issue, table.c.subscriber == subscriber)
    row = connection.execute(query).one_or_none()
    return None if row is None else (State(row.state), row.at)
