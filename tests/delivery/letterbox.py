"""A site that takes sign-ups, without a server: its post, a clock, and readers in any state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fakes import CONFIG

from publisher.config import load
from publisher.db import alarm  # noqa: F401 # its table
from publisher.delivery import signup
from publisher.delivery.letters.store import letter_table
from publisher.delivery.mail import Post
from publisher.delivery.signup import Answer, Wanted
from publisher.delivery.signup.store import signup_table
from publisher.templates import Templates
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.tokens import Keys, mac

AT = datetime(2025, 6, 30, 0, tzinfo=UTC)
KEYS = Keys((b"k" * 32,))
HASHED = partial(mac, KEYS)
VICTIM = "victim@example.org"


def make_post(folder: Path, database: Any, limits: str = "{}", *, delivery: str = "{transport: folder}") -> Post:
    """The post of a site whose ``subscribers.signup`` is ``limits``."""
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(delivery=delivery, approvals=1) + f"subscribers: {{signup: {limits}}}\n")
    config = load(file, {})
    return Post(config=config, database=database, templates=Templates(config.templates), keys=KEYS, media=folder)


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: moment


def wanted(address: str = VICTIM, **changes: Any) -> Wanted:
    return replace(Wanted(address=address, consent_text="The digest, by mail.", ip="192.0.2.1"), **changes)


def post_all(post: Post, forms: Iterator[Wanted], now: datetime) -> list[Answer]:
    """The answers to the forms, each decided before the next comes."""
    return [signup.take(post, form, now) for form in forms]


def add(post: Post, address: str = VICTIM, *acts: Act, now: datetime = AT) -> int:
    """The id of a new active reader after these acts."""
    with post.database.write() as connection:
        reader = readers.add(
            connection, address=address, now=now, how="command", confirmed=True, consent_text="yes", mac=HASHED
        )
        for act in acts:
            readers.act(connection, reader.id, act, now=now, how="test")
    return reader.id


def rows(post: Post, table: sa.Table) -> list[dict[str, Any]]:
    with post.database.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]


def queued(post: Post) -> list[dict[str, Any]]:
    return rows(post, signup_table)


def letters(post: Post) -> list[tuple[str, int]]:
    return [(row["kind"], row["reader"]) for row in rows(post, letter_table) if row["due"] is not None]


def found(post: Post, address: str = VICTIM) -> Any:
    with post.database.read() as connection:
        return readers.by_address(connection, address)


def each_day(days: int, start: datetime = AT) -> list[datetime]:
    return [start + timedelta(days=day) for day in range(days)]
