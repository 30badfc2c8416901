"""Keeps the schema up to date: Alembic's only home."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from publisher.db.engine import Connection, Database
from publisher.errors import StoreError

HEAD = "0005"
"""The newest revision under ``migrations/versions``; a test holds the two together."""
MIGRATIONS = Path(__file__).parent / "migrations"


def current(database: Database) -> str:
    """The revision of the database; empty for a new one."""
    with database.read() as connection:
        return _current(connection)


def _current(connection: Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")


def upgrade(database: Database) -> bool:
    """Whether the schema was behind; it is up to date afterwards. All that is missing is one transaction.

    Raises ``StoreError`` for the database of a newer program.
    """
    if current(database) == HEAD:
        return False
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with database.write() as connection:
        if _current(connection) == HEAD:  # another process was quicker
            return False
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"database {database.where}: its schema is of revision {_current(connection)}, and this program knows "
                f"none later than {HEAD}",
                hint="install the version of publisher that made it",
            ) from error
    return True
