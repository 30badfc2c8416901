"""The commands that take an expression about readers: list them, and the option that others share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Command, Context, counted, table

if TYPE_CHECKING:
    from datetime import tzinfo

    from publisher.db.engine import Connection
    from subscribers.segments.tree import Segment
    from subscribers.subscriber import Subscriber


def _readable(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The expression, if it can be read."""
    del context, parameter
    from subscribers.error import SegmentError
    from subscribers.segments.language import parse

    try:
        parse(value)
    except SegmentError as error:
        raise click.BadParameter(error.line(), param_hint="--where") from error
    return value


where_option = click.option(
    "--where",
    default="",
    callback=_readable,
    metavar="EXPR",
    help="Only these readers, such as 'topic:chips and joined >= 2025'; all, if not given.",
)
PAGE = 1000
"""Readers that are read at once."""


@click.command("list", cls=Command)
@where_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="So many at most, those who joined first; 'export' writes all.",
)
@click.pass_obj
def list_(context: Context, where: str, limit: int) -> int:
    """List readers, and count them.

    The words of --where are in docs/segments.md, such as: language:zh and not engaged within 90d.
    """
    from publisher.delivery import audience
    from subscribers import store

    with context.app() as app:
        segment = audience.segment(app.config, where, app.clock.now())
        with app.database.read() as connection:
            total = store.count(connection, segment)
            found = list(chain.from_iterable(_pages(connection, segment, limit)))
        zone = app.config.site.timezone
    context.show({"total": total, "readers": [_shown(reader) for reader in found]}, lambda: _told(found, total, zone))
    return 0


def _pages(connection: Connection, segment: Segment | None, limit: int) -> Iterator[list[Subscriber]]:
    from subscribers import store

    after = 0
    while limit and (page := store.page(connection, where=segment, after=after, limit=min(limit, PAGE))):
        yield page
        after, limit = page[-1].id, limit - len(page)


def _shown(reader: Subscriber) -> dict[str, object]:
    return {
        "id": reader.id,
        "email": reader.address,
        "name": reader.name,
        "status": reader.status.value,
        "topics": ";".join(reader.topics),
        "newsletter": reader.newsletter,
        "schedule": reader.schedule,
        "language": reader.language,
        "joined": reader.created,
    }


def _told(found: list[Subscriber], total: int, zone: tzinfo) -> Iterator[str]:
    yield from table(
        ("address", "status", "topics", "newsletter", "schedule", "language", "joined"),
        [
            (
                reader.address,
                reader.status,
                ";".join(reader.topics) or "all",
                reader.newsletter or "all",
                reader.schedule or "-",
                reader.language or "-",
                f"{reader.created.astimezone(zone):%Y-%m-%d}",
            )
            for reader in found
        ],
    )
    shown = f", the first {len(found)} shown: --limit shows more, 'subscribers export' writes all"
    yield counted(total, "reader") + (shown if len(found) < total else "")
