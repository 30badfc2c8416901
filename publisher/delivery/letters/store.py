"""Letters that wait to be sent, in the database: leased, sent, gone. Nothing personal stands in a row."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from publisher.db.engine import Connection, Moment, metadata
from publisher.delivery.letters.letter import LEASE, REST, RESTING, Kind, Waiting

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

letter_table = sa.Table(
    "letter",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reader", sa.BigInteger, nullable=False),
    sa.Column("queued", Moment, nullable=False),
    sa.Column("due", Moment, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("leased_until", Moment),
    sa.UniqueConstraint("kind", "reader"),
    sqlite_autoincrement=True,  # else SQLite gives the number of a letter that is gone to the next one
)
"""``due`` is NULL once a letter of a kind that rests was sent: the row stays for as long as it forbids the next."""


def queue(connection: Connection, kind: Kind, reader: int, now: datetime) -> bool:
    """Whether a letter of that kind to the reader waits now because of this call.

    One that waits already is enough; one of a kind that rests, too, for as long as it does.
    """
    table = letter_table
    fresh = {"queued": now, "due": now, "tries": 0, "leased_until": None}
    rested = sa.and_(table.c.due.is_(None), table.c.queued <= now - REST)
    mine = (table.c.kind == kind, table.c.reader == reader)
    if connection.execute(sa.update(table).where(*mine, rested).values(fresh)).rowcount:
        return True
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    statement = insert(table).values(kind=kind, reader=reader, **fresh)
    done = statement.on_conflict_do_nothing(index_elements=["kind", "reader"]).returning(table.c.id)
    return connection.execute(done).one_or_none() is not None


def due(connection: Connection, now: datetime) -> bool:
    """Whether a letter is due that nobody has."""
    found = sa.select(letter_table.c.id).where(letter_table.c.due <= now, _free(now)).limit(1)
    return connection.execute(found).first() is not None


def lease(connection: Connection, now: datetime) -> Waiting | None:
    """The letter that has been due for longest, this process's alone for ``LEASE``; ``None`` if none is due."""
    table = letter_table
    first = sa.select(table.c.id).where(table.c.due <= now, _free(now)).order_by(table.c.due, table.c.id).limit(1)
    id = connection.execute(first).scalar_one_or_none()
    return None if id is None else _leased(connection, table.c.id == id, now)


def lease_own(connection: Connection, kind: Kind, reader: int, now: datetime) -> Waiting | None:
    """The letter of that kind to that reader, due or not, unless somebody has it or none waits."""
    table = letter_table
    mine = sa.and_(table.c.kind == kind, table.c.reader == reader, table.c.due.is_not(None), _free(now))
    return _leased(connection, mine, now)


def _free(now: datetime) -> sa.ColumnElement[bool]:
    """Whether nobody has the letter; a lease longer than any is of a clock that was set back."""
    until = letter_table.c.leased_until
    return sa.or_(until.is_(None), until <= now, until > now + LEASE)


def _leased(connection: Connection, where: sa.ColumnElement[bool], now: datetime) -> Waiting | None:
    table = letter_table
    statement = sa.update(table).where(where).values(leased_until=now + LEASE)
    row = connection.execute(statement.returning(table)).one_or_none()
    if row is None:
        return None
    return Waiting(id=row.id, kind=Kind(row.kind), reader=row.reader, tries=row.tries, until=row.leased_until)


def _held(letter: Waiting) -> sa.ColumnElement[bool]:
    """The letter, as long as nobody took it over after its lease had ended."""
    return sa.and_(letter_table.c.id == letter.id, letter_table.c.leased_until == letter.until)


def done(connection: Connection, letter: Waiting) -> None:
    """The letter was sent: its row goes, or rests."""
    table = letter_table
    if letter.kind in RESTING:
        connection.execute(sa.update(table).where(_held(letter)).values(due=None, leased_until=None))
    else:
        connection.execute(sa.delete(table).where(_held(letter)))


def drop(connection: Connection, letter: Waiting) -> None:
    """The letter is not sent: its row goes."""
    connection.execute(sa.delete(letter_table).where(_held(letter)))


def put_off(connection: Connection, letter: Waiting, due: datetime) -> None:
    """The letter is tried again at that moment."""
    changed = {"due": due, "tries": letter.tries + 1, "leased_until": None}
    connection.execute(sa.update(letter_table).where(_held(letter)).values(changed))


def put_off_all(connection: Connection, letter: Waiting, due: datetime) -> None:
    """This letter and every other that is due earlier wait until that moment; no try is counted."""
    table = letter_table
    connection.execute(sa.update(table).where(_held(letter)).values(leased_until=None))
    connection.execute(sa.update(table).where(table.c.due < due).values(due=due))


def forget(connection: Connection, reader: int) -> None:
    """Drops every letter to an erased reader."""
    connection.execute(sa.delete(letter_table).where(letter_table.c.reader == reader))


def has_old(connection: Connection, now: datetime) -> bool:
    """Whether ``drop_old`` would forget any."""
    return connection.execute(sa.select(letter_table.c.id).where(_rested(now)).limit(1)).first() is not None


def drop_old(connection: Connection, now: datetime) -> None:
    """Forgets the letters that forbid no other any more."""
    connection.execute(sa.delete(letter_table).where(_rested(now)))


def _rested(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(letter_table.c.due.is_(None), letter_table.c.queued <= now - REST)
