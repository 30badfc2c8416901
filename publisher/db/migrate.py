"""Keeps the schema up to date: Alembic's only home."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from publisher.db.engine import Connection, Database

HEAD = "0001"
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
    """Whether the schema was behind; it is up to date afterwards. Each revision is one transaction."""
    if current(database) == HEAD:
        return False
    from alembic import command
    from alembic.config import Config

    with database.write() as connection:
        if _current(connection) == HEAD:  # another process was quicker
            return False
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", MIGRATIONS.as_posix())
        command.upgrade(config, "head")
    return True
