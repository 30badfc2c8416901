"""The commands that take an expression about readers: list them, and the option that others share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Command, Context, counted, printable, table

if TYPE_CHECKING:
    from datetime import tzinfo

    from publisher.app import App
    from publisher.config import Config
    from publisher.db.engine import Connection
    from subscribers.error import SegmentError
    from subscribers.segments.tree import Segment
    from subscribers.subscriber import Subscriber


PAGE_OF_WORDS = "the words are in docs/segments.md"
STATUSES = ("pending", "active", "paused", "unsubscribed", "bounced", "complained")


def meant(app: App, connection: Connection, text: str) -> Segment | None:
    """The segment that an expression means on this site; ``None`` for a blank one.

    Raises ``click.ClickException`` for what cannot be read, and for a topic, newsletter or schedule that the site does
    not name; of one that some reader still has, a remark says so.
    """
    from publisher.delivery import audience
    from subscribers import store
    from subscribers.error import SegmentError
    from subscribers.segments.language import parse
    from subscribers.segments.tree import Field, lowered, named

    try:
        expression = parse(text)
    except SegmentError as error:
        raise _wrong(_of_title(error, text, app.config)) from error
    for field, offered in _offered(app.config).items():
        known = set(map(lowered, offered))
        words = [word for word in dict.fromkeys(named(expression, Field(field))) if lowered(word) not in known]
        if not words or not offered:
            continue
        kept = store.kept(connection, Field(field), words)
        for word in words:
            if word not in kept:
                hint = _near(word, offered)
                what = f"the site has no {field} {word!r}; {hint}"
                raise _wrong(what)
            click.echo(f"note: the site has no {field} {printable(word)!r} any more; some readers have it", err=True)
    return audience.segment(app.config, text, app.clock.now())


def _offered(config: Config) -> dict[str, dict[str, str]]:
    """What the site names of each field, key to title."""
    letters = config.newsletters
    return {
        "topic": {key: rule.title for key, rule in config.topics.items()},
        "newsletter": {key: letter.title for key, letter in letters.items()},
        "schedule": {key: "" for letter in letters.values() for key in letter.schedules},
    }


def _wrong(what: str) -> click.ClickException:
    """The error of an expression, which names the page of its words."""
    return click.ClickException(f"Invalid value for --where: {what}; {PAGE_OF_WORDS}")


def _of_title(error: SegmentError, text: str, config: Config) -> str:
    """What is wrong, with the key of a topic whose title stands where a key belongs."""
    from subscribers.intake import folded

    for key, rule in config.topics.items():
        if f'"{folded(rule.title)}"' in folded(text) and f"{folded(rule.title)}' is no slug" in folded(str(error)):
            return f"{error}; did you mean {key}?"
    return error.line()


def _near(word: str, offered: Mapping[str, str]) -> str:
    from subscribers.intake import folded
    from subscribers.segments.value import closest

    titles = {folded(title): key for key, title in offered.items() if title}
    key = titles.get(folded(word))
    return f"did you mean {key}?" if key else closest(word, offered)


where_option = click.option(
    "--where",
    default="",
    metavar="EXPR",
    help="Only these readers, such as 'topic:chips and joined >= 2025' or 'language:zh and not engaged within 90d'; "
    "all, if not given. docs/segments.md has the words.",
)
PAGE = 1000
"""Readers that are read at once."""


@click.command("list", cls=Command)
@click.option("--status", type=click.Choice(STATUSES), help="Only readers with this status; all, if not given.")
@where_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="So many at most, those who joined first; 'export' writes all.",
)
@click.pass_obj
def list_(context: Context, status: str | None, where: str, limit: int) -> int:
    """List readers, and count them.

    The words of --where are in docs/segments.md, such as: language:zh and not engaged within 90d.
    """
    from subscribers import store

    if status:
        where = f"status:{status} and ({where})" if where.strip() else f"status:{status}"
    with context.app() as app:
        with app.database.read() as connection:
            segment = meant(app, connection, where)
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
