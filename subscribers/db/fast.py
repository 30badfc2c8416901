"""Many rows in one statement, in the driver's own loop: SQLAlchemy's takes three times as long a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Values = tuple[Any, ...]  # Any: what columns hold


def insert_many(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> int:
    """Inserts rows, each with the values of ``columns``, but for those whose key is taken; how many went in."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # same verbs, another class
    statement = insert(table).on_conflict_do_nothing()
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows]).rowcount
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    order = [columns.index(name) for name in compiled.positiontup or ()]
    steps = [(place, step) for place in order if (step := _step(connection, table, columns[place]))]
    assert order == list(range(len(columns))), "the columns are in the table's order"
    ready = [_bound(row, steps) for row in rows] if steps else rows
    return connection.exec_driver_sql(str(compiled), list(ready)).rowcount


def _step(connection: Connection, table: sa.Table, column: str) -> Callable[[Any], Any] | None:
    return table.c[column].type.bind_processor(connection.dialect)


def _bound(row: Values, steps: Sequence[tuple[int, Callable[[Any], Any]]]) -> Values:
    values = list(row)
    for place, step in steps:
        values[place] = step(values[place])
    return tuple(values)
