"""What forms are measured by, in the database: budgets, letters that were asked for, proofs that were spent.

No address and no network stands here, only keyed hashes. Every function takes a connection inside a transaction that
its caller ends, and ``now``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.db.table import Mac, Moment, metadata, suppression
from subscribers.signup import FORGET, Asked, Claim, Decision, Erased

WINDOW = timedelta(hours=24)
"""How long a budget lasts, from the first piece that is taken."""

budget = sa.Table(
    "budget",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("start", Moment, nullable=False, index=True),
    sa.Column("taken", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
asked = sa.Table(
    "asked",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("first", Moment, nullable=False),
    sa.Column("last", Moment, nullable=False, index=True),
    sa.Column("letters", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
spent = sa.Table(
    "spent",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)


def take(connection: Connection, claims: Sequence[Claim], now: datetime, *, mac: Mac) -> str | None:
    """Takes a piece of each budget, or none of any; the scope of the first that is used up, ``None`` if all were taken.

    Callers that take at the same moment name their scopes in the same order: each waits for the row before.
    """
    with connection.begin_nested() as step:
        for claim in claims:
            if _more(connection, claim.scope, _hash(claim, mac), now) > claim.limit:
                step.rollback()
                return claim.scope
    return None


def _more(connection: Connection, scope: str, hash: str, now: datetime) -> int:
    """The count of the budget's window with one more piece taken; a window that is over begins anew."""
    values = {"of": scope, "by": hash, "now": now, **_ends(now)}
    return int(connection.execute(_one_more(connection.dialect.name), values).scalar_one())


# Made once: to make these statements takes five times as long as to execute them, and a flood asks for thousands.
@cache
def _one_more(dialect: str) -> Any:  # Any: as ``_insert``
    fresh = {"scope": sa.bindparam("of"), "hash": sa.bindparam("by"), "start": sa.bindparam("now"), "taken": 1}
    statement = _insert(dialect, budget).values(fresh)
    more = {
        "start": sa.case((_RUNNING, budget.c.start), else_=statement.excluded.start),
        "taken": sa.case((_RUNNING, budget.c.taken + 1), else_=1),
    }
    return statement.on_conflict_do_update(index_elements=["scope", "hash"], set_=more).returning(budget.c.taken)


_RUNNING = sa.and_(
    budget.c.start > sa.bindparam("begun", type_=Moment), budget.c.start < sa.bindparam("coming", type_=Moment)
)
"""Whether a window has not ended; one from the future is of a clock that was set back, and is over too."""
_COUNTS = sa.select(budget.c.hash, budget.c.taken).where(
    budget.c.scope.in_(sa.bindparam("scopes", expanding=True)),
    budget.c.hash.in_(sa.bindparam("hashes", expanding=True)),
    _RUNNING,
)
_ANY = sa.select(budget.c.hash).where(budget.c.scope == sa.bindparam("of"), _RUNNING).limit(1)


def _ends(now: datetime) -> dict[str, datetime]:
    return {"begun": now - WINDOW, "coming": now + WINDOW}


def used_up(connection: Connection, claims: Sequence[Claim], now: datetime, *, mac: Mac) -> str | None:
    """The scope of the first budget of which nothing is left, ``None`` if a piece of each is; nothing is taken."""
    hashes = [_hash(claim, mac) for claim in claims]
    values = {"scopes": [claim.scope for claim in claims], "hashes": hashes, **_ends(now)}
    taken = {row.hash: row.taken for row in connection.execute(_COUNTS, values)}
    for claim, hash in zip(claims, hashes, strict=True):
        if taken.get(hash, 0) >= claim.limit:
            return claim.scope
    return None


def running(connection: Connection, scope: str, now: datetime) -> bool:
    """Whether a window of any budget of the scope has begun and not ended."""
    return connection.execute(_ANY, {"of": scope, **_ends(now)}).first() is not None


def _hash(claim: Claim, mac: Mac) -> str:
    return mac(f"budget/{claim.scope}/{claim.key}")


def letters(connection: Connection, kind: Decision, key: str, *, mac: Mac) -> Asked | None:
    """The letters of that kind that went to the address with that key, ``None`` if none is remembered."""
    row = connection.execute(sa.select(asked).where(asked.c.hash == mac(f"{kind}/{key}"))).one_or_none()
    return None if row is None else Asked(first=row.first, last=row.last, count=row.letters)


def note(connection: Connection, kind: Decision, key: str, letters: Asked, *, mac: Mac) -> None:
    """Remembers the letters of that kind to the address in place of those before."""
    values = {"first": letters.first, "last": letters.last, "letters": letters.count}
    statement = _insert(connection.dialect.name, asked).values(hash=mac(f"{kind}/{key}"), **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=values))


def erased(connection: Connection, key: str, *, mac: Mac) -> Erased | None:
    """What is left of an erased reader with that address, ``None`` if there is nothing."""
    row = connection.execute(sa.select(suppression).where(suppression.c.hash == mac(key))).one_or_none()
    return None if row is None else Erased(at=row.at, reason=row.reason)


def spend(connection: Connection, proof: str, until: datetime, *, mac: Mac) -> bool:
    """Whether the proof was not spent before; it is now, and is remembered until that moment."""
    statement = _insert(connection.dialect.name, spent).values(hash=mac(f"spent/{proof}"), until=until)
    done = connection.execute(statement.on_conflict_do_nothing(index_elements=["hash"]).returning(spent.c.hash))
    return done.one_or_none() is not None


def has_old(connection: Connection, now: datetime) -> bool:
    """Whether ``drop_old`` would forget anything."""
    found = (sa.select(table.c.hash).where(old).limit(1) for table, old in _old(now))
    return any(connection.execute(each).first() is not None for each in found)


def drop_old(connection: Connection, now: datetime) -> None:
    """Forgets what measures nothing any more."""
    for table, old in _old(now):
        connection.execute(sa.delete(table).where(old))


def _old(now: datetime) -> tuple[tuple[sa.Table, sa.ColumnElement[bool]], ...]:
    return (
        (budget, budget.c.start <= now - WINDOW),
        (asked, asked.c.last <= now - FORGET),
        (spent, spent.c.until <= now),
    )


def _insert(dialect: str, table: sa.Table) -> Any:  # Any: two classes with the same verbs
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    return insert(table)
