"""Commands on subscribers: add, import, export, show, confirm, unsubscribe, erase, stats."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.context import Context, Group, table
from publisher.errors import NotFoundError, StateError, StoreError, TransportError

if TYPE_CHECKING:
    from publisher.app import App
    from subscribers.intake import RowResult
    from subscribers.subscriber import Subscriber

SHOWN = 50
"""Rows of an import's report that are printed; ``--json`` has all."""


@click.group(cls=Group)
def subscribers() -> None:
    """Add, import, look up and erase readers."""


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="For the To line.")
@click.option("--topics", default="", metavar="A;B", help="Keys of topics; all, if not given.")
@click.option("--newsletter", default="", help="Only this one; all, if not given.")
@click.option("--schedule", default="", help="The newsletter's rhythm; its first, if not given.")
@click.option(
    "--language", default="", help="Of the words around the stories, such as zh-CN; the site's, if not given."
)
@click.option("--timezone", default="", help="Such as Europe/Berlin; the site's, if not given.")
@click.option("--format", type=click.Choice(["html", "text"]), default="html", help="How the digest is sent.")
@click.option("--confirmed", is_flag=True, help="They have agreed already: active at once, no confirmation mail.")
@click.option("--consent-text", default="", help="What they agreed to; needed with --confirmed.")
@click.pass_obj
def add(context: Context, /, address: str, *, confirmed: bool, **values: Any) -> int:
    """Add a reader, and ask them to confirm.

    They are pending until they follow the link in the mail that this sends; with --confirmed they are active at once.
    """
    from subscribers import store, tokens

    topics = [part.strip() for part in values.pop("topics").split(";") if part.strip()]
    with context.app() as app:
        _known(app, topics, values)
        if not confirmed:
            from publisher.delivery import mail

            mail.need_newsletter(app.config)
        with app.database.write() as connection:
            reader = store.add(
                connection,
                address=address,
                topics=topics,
                now=app.clock.now(),
                how="command line",
                confirmed=confirmed,
                mac=partial(tokens.mac, app.keys),
                **values,
            )
        if not confirmed:
            _ask(app, context, reader)
    context.show(_shown(reader), lambda: [f"{reader.address} is {reader.status} (reader {reader.id})"])
    return 0


def _ask(app: App, context: Context, reader: Subscriber) -> None:
    """Sends the confirmation mail; a refusal leaves the reader pending and says how to ask again."""
    from publisher.delivery import mail

    again = "then run 'publisher subscribers add' again"
    message = mail.confirmation(app.post, reader, app.clock.now())
    try:
        with app.transport.open() as connection:
            receipt = connection.send(message.envelope, message.body)
    except TransportError as error:
        told = f"{reader.address} is pending, but its confirmation mail could not leave: {error}"
        raise TransportError(told, hint=f"{error.hint}, {again}") from error
    if not 200 <= receipt.code < 300:
        told = f"{reader.address} is pending, but its confirmation mail was refused: {receipt.code} {receipt.text}"
        raise TransportError(told, hint=f"check the address, {again}")
    context.say(f"a confirmation mail went to {reader.address} ({app.transport.describe()})")


def _known(app: App, topics: list[str], values: dict[str, Any]) -> None:
    """Raises ``NotFoundError`` for a topic, newsletter or schedule that the site does not have."""
    from publisher.issues import desk

    known = _topic_keys(app)
    for topic in topics:
        if known is not None and topic not in known:
            raise NotFoundError(f"no topic {topic!r}", hint=f"there is {', '.join(sorted(known))}")
    if values["newsletter"] or values["schedule"]:
        desk.stream(app.config, values["newsletter"] or next(iter(app.config.newsletters), ""), values["schedule"])


def _topic_keys(app: App) -> frozenset[str] | None:
    """The topics that readers can choose: the config's, else those found in the articles; None: there is no article."""
    if app.config.topics:
        return frozenset(app.config.topics)
    from publisher.cli.site import scan
    from publisher.content.index import Index

    scan(app)
    return frozenset(topic.key for topic, _ in Index(app.database).topics(app.clock.now())) or None


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", is_flag=True, help="Do it; without, only say what would be done.")
@click.option("--declare", default="", metavar="TEXT", help="The consent that stands for rows without their own.")
@click.pass_obj
def import_(context: Context, file: Path, *, apply: bool, declare: str) -> int:
    """Import readers from CSV or JSON: a dry run unless --apply.

    Every row is reported. Nobody who left is brought back.
    """
    from subscribers import store, tokens, transfer
    from subscribers.intake import Choices, Outcome
    from subscribers.subscriber import Status

    with context.app() as app, transfer.opened(file) as listing:
        choices = Choices(
            topics=_topic_keys(app),
            newsletters={name: tuple(letter.schedules) for name, letter in app.config.newsletters.items()},
        )
        with app.database.write() as connection:
            results = list(
                store.import_rows(
                    connection,
                    listing.rows,
                    now=app.clock.now(),
                    apply=apply,
                    mac=partial(tokens.mac, app.keys),
                    declared=declare,
                    choices=choices,
                )
            )
        unknown = list(listing.unknown)
    counts = Counter(result.outcome.value for result in results)
    bad = {Outcome.REFUSED, Outcome.SUPPRESSED}
    refused = [result for result in results if result.outcome in bad]
    waiting = sum(result.outcome is Outcome.NEW and result.status is Status.PENDING for result in results)
    context.show(
        {"applied": apply, "rows": [asdict(result) for result in results], "unknown_columns": unknown, **counts},
        lambda: [
            *(f"column {name!r} is not known and was not read" for name in unknown),
            *(_row(result) for result in sorted(results, key=lambda each: each.outcome not in bad)[:SHOWN]),
            *([f"… and {len(results) - SHOWN} more rows: --json has all"] if len(results) > SHOWN else []),
            ", ".join(f"{counts[each.value]} {each}" for each in Outcome if counts[each.value]) or "no rows",
            *(
                [f"{waiting} of them wait for a consent: give consent_at, --declare, or 'subscribers confirm'"]
                * bool(waiting)
            ),
            "done" if apply else "nothing was changed: this was a dry run, --apply does it",
        ],
    )
    return 1 if refused else 0


def _row(result: RowResult) -> str:
    """A row's line of the report."""
    status = f" ({result.status})" if result.status else ""
    return f"row {result.row}: {result.address}: {result.outcome}{f': {result.reason}' if result.reason else status}"


@subscribers.command()
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="A file; standard output, if not given.",
)
@click.pass_obj
def export(context: Context, file: Path | None) -> int:
    """Write all readers as CSV, or as JSON with --json.

    Import takes all of it.
    """
    from subscribers import store, transfer

    with context.app() as app, app.database.read() as connection:
        rows = store.export(connection)
        write = transfer.write_json if context.json else transfer.write_csv
        if file is None:
            write(rows, sys.stdout)
        else:
            try:
                with file.open("w", encoding="utf-8", newline="") as stream:
                    write(rows, stream)
            except OSError as error:
                raise StoreError(
                    f"{file} cannot be written: {error.strerror}", hint="name another with --to"
                ) from error
    return 0


@subscribers.command()
@click.argument("address")
@click.pass_obj
def show(context: Context, address: str) -> int:
    """Show a reader.

    Their state and wishes, the history of their consent, and what they were sent.
    """
    from publisher.delivery import ledger, link
    from subscribers import store

    with context.app() as app:
        reader = _reader(app, address)
        with app.database.read() as connection:
            history = store.history(connection, reader.id)
            sent = ledger.of_reader(connection, reader.id)
        zone = app.config.site.timezone
        feed = link.feed(app.config, app.keys, reader, "rss.xml") if app.config.web.url else ""
    context.show(
        _shown(reader)
        | {
            "feed": feed,
            "history": [asdict(event) for event in history],
            "deliveries": [
                {"issue": issue, "state": state.value, "reply": reply, "edition": edition, "at": at}
                for issue, state, reply, edition, at in sent
            ],
        },
        lambda: _told(reader, feed, history, sent, zone),
    )
    return 0


def _told(reader: Subscriber, feed: str, history: Any, sent: Any, zone: tzinfo) -> Iterator[str]:
    for name, value in _shown(reader).items():
        yield f"{name:13} {value if value not in ('', None) else '-'}"
    yield f"{'feed':13} {feed or '-'}"
    yield ""
    yield from table(
        ("when", "act", "then", "how"),
        [(f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}", event.act, event.status, event.how) for event in history],
    )
    if sent:
        yield ""
        yield from table(("issue", "delivery", "reply"), [(issue, state, reply) for issue, state, reply, _, _ in sent])


def _reader(app: App, address: str) -> Subscriber:
    from subscribers import store

    with app.database.read() as connection:
        found = store.by_address(connection, address)
    if found is None:
        raise NotFoundError(f"no reader {address}", hint="'publisher subscribers export' lists all")
    return found


def _act(context: Context, address: str, name: str) -> int:
    from subscribers import store
    from subscribers.consent import Act

    with context.app() as app:
        reader = _reader(app, address)
        with app.database.write() as connection:
            after = store.act(connection, reader.id, Act(name), now=app.clock.now(), how="command line")
    context.show(_shown(after), lambda: [f"{after.address} is {after.status}"])
    return 0


@subscribers.command()
@click.argument("address")
@click.pass_obj
def confirm(context: Context, address: str) -> int:
    """Confirm a pending reader, as their link would.

    Only with a proof that they asked for it.
    """
    return _act(context, address, "confirm")


@subscribers.command()
@click.argument("address")
@click.pass_obj
def unsubscribe(context: Context, address: str) -> int:
    """Unsubscribe a reader.

    They are never mailed again unless they sign up anew.
    """
    return _act(context, address, "unsubscribe")


@subscribers.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(context: Context, address: str, *, yes: bool) -> int:
    """Erase a reader and their history.

    A keyed hash stays, so that no import brings them back.
    """
    from publisher.delivery import store as clicks
    from subscribers import store, tokens

    with context.app() as app:
        reader = _reader(app, address)
        if not yes:
            _agreed(f"Erase {reader.address} and all that is known of them?")
        with app.database.write() as connection:
            store.erase(connection, reader.id, mac=partial(tokens.mac, app.keys), now=app.clock.now())
            clicks.forget(connection, reader.id)
    context.show({"erased": True}, lambda: ["erased"])
    return 0


def _agreed(question: str) -> None:
    """Raises ``StateError`` unless somebody says yes."""
    try:
        if click.confirm(question, err=True):
            return
    except click.Abort as error:
        raise StateError("nobody answered, and nothing was erased", hint="say --yes to erase unasked") from error
    raise StateError("nothing was erased", hint="answer y, or say --yes")


@subscribers.command()
@click.pass_obj
def stats(context: Context) -> int:
    """Count readers by state, wish and language."""
    from subscribers import store

    with context.app() as app, app.database.read() as connection:
        found = store.stats(connection)
    groups = {name: dict(value) for name, value in asdict(found).items()}
    context.show(
        groups,
        lambda: [
            f"{group}: " + (", ".join(f"{count} {name or '(default)'}" for name, count in values.items()) or "-")
            for group, values in groups.items()
        ],
    )
    return 0


def _shown(reader: Subscriber) -> dict[str, Any]:
    return {
        "id": reader.id,
        "email": reader.address,
        "name": reader.name,
        "status": reader.status.value,
        "topics": ";".join(reader.topics),
        "newsletter": reader.newsletter,
        "schedule": reader.schedule,
        "language": reader.language,
        "timezone": reader.timezone,
        "format": str(reader.format),
        "consent_at": reader.consent_at,
        "consent_ip": reader.consent_ip,
        "consent_text": reader.consent_text,
    }


COMMANDS = (subscribers,)
