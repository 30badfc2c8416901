"""Commands on subscribers: add, import, export, show, confirm, unsubscribe, erase, stats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import moving, segments
from publisher.cli.context import Context, Group, table
from publisher.cli.segments import where_option
from publisher.errors import NotFoundError, StateError, TransportError

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.db.engine import Connection
    from publisher.delivery.bounces.store import Bounce
    from publisher.delivery.letters.letter import Waiting
    from subscribers.subscriber import Subscriber


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
            from publisher.delivery.letters import compose

            compose.need_newsletter(app.config)
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
            letter = None if confirmed else _letter(app, connection, reader.id)
        if letter is not None:
            _ask(app, context, reader, letter)
    told = [f"{reader.address} is {reader.status} (reader {reader.id})", *_flagged(reader)]
    context.show(_shown(reader), lambda: told)
    return 0


def _letter(app: App, connection: Connection, reader: int) -> Waiting:
    """The confirmation letter to the reader, queued and this command's own to send."""
    from publisher.delivery.letters import store
    from publisher.delivery.letters.letter import Kind

    now = app.clock.now()
    store.queue(connection, Kind.CONFIRM, reader, now)
    letter = store.lease_own(connection, Kind.CONFIRM, reader, now)
    if letter is None:
        raise StateError("another process sends them a confirmation mail now", hint="wait a moment, then look again")
    return letter


def _ask(app: App, context: Context, reader: Subscriber, letter: Waiting) -> None:
    """Sends the confirmation mail; a refusal leaves the reader pending and says how to ask again."""
    from publisher.delivery.letters import postman

    again = "then run 'publisher subscribers add' again"
    try:
        receipt = postman.send_own(app.post, app.transport, letter, app.clock.now())
    except TransportError as error:
        told = f"{reader.address} is pending, but its confirmation mail could not leave: {error}"
        raise TransportError(told, hint=f"{error.hint}, {again}") from error
    if receipt is None:
        return  # confirmed, or erased, while this command ran
    if not 200 <= receipt.code < 300:
        told = f"{reader.address} is pending, but its confirmation mail was refused: {receipt.code} {receipt.text}"
        raise TransportError(told, hint=f"check the address, {again}")
    context.say(f"a confirmation mail went to {reader.address} ({app.transport.describe()})")


def _known(app: App, topics: list[str], values: dict[str, Any]) -> None:
    """Raises ``NotFoundError`` for a topic, newsletter or schedule that the site does not have."""
    from publisher.issues import desk

    known = moving.topics(app)
    for topic in topics:
        if known is not None and topic not in known:
            raise NotFoundError(f"no topic {topic!r}", hint=f"there is {', '.join(sorted(known))}")
    if values["newsletter"] or values["schedule"]:
        desk.stream(app.config, values["newsletter"] or next(iter(app.config.newsletters), ""), values["schedule"])


@subscribers.command()
@click.argument("address")
@click.pass_obj
def show(context: Context, address: str) -> int:
    """Show a reader.

    Their state and wishes, the history of their consent, and what they were sent.
    """
    from publisher.delivery import ledger, link
    from publisher.delivery.bounces import store as bounces
    from subscribers import store

    with context.app() as app:
        reader = _reader(app, address)
        with app.database.read() as connection:
            history = store.history(connection, reader.id)
            sent = ledger.of_reader(connection, reader.id)
            returned = bounces.of_reader(connection, reader.id)
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
            "bounces": [
                {
                    "issue": each.issue,
                    "at": each.at,
                    "kind": each.kind.value,
                    "reply": each.reply,
                    "server": each.server,
                }
                for each in returned
            ],
        },
        lambda: _told(reader, feed, history, sent, returned, zone),
    )
    return 0


def _told(
    reader: Subscriber, feed: str, history: Any, sent: Any, returned: Sequence[Bounce], zone: tzinfo
) -> Iterator[str]:
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
    if returned:
        yield ""
        yield from table(
            ("came back", "issue", "report", "reply"),
            [(f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}", each.issue, each.kind, each.reply) for each in returned],
        )


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
    from publisher.delivery import farewell

    with context.app() as app:
        reader = _reader(app, address)
        if not yes:
            _agreed(f"Erase {reader.address} and all that is known of them?")
        with app.database.write() as connection:
            farewell.erase(connection, app.keys, reader.id, app.clock.now())
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
@where_option
@click.pass_obj
def stats(context: Context, where: str) -> int:
    """Count readers by state, wish and language."""
    from publisher.delivery import audience
    from subscribers import store

    with context.app() as app, app.database.read() as connection:
        found = store.stats(connection, audience.segment(app.config, where, app.clock.now()))
    groups = {name: dict(value) for name, value in asdict(found).items()}
    context.show(
        groups,
        lambda: [
            f"{group}: " + (", ".join(f"{count} {name or '(default)'}" for name, count in values.items()) or "-")
            for group, values in groups.items()
        ],
    )
    return 0


def _flagged(reader: Subscriber) -> Iterator[str]:
    """What is worth knowing of their address, as sentences."""
    from publisher.cli.tally import FLAGS
    from subscribers.address import flags

    return (f"{reader.address} is flagged {flag}: {FLAGS[flag]}" for flag in sorted(flags(reader.key)))


def _shown(reader: Subscriber) -> dict[str, Any]:
    from subscribers.address import flags

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
        "declined": ";".join(reader.declined),
        "paused_until": reader.paused_until,
        "joined": reader.created,
        "flags": ";".join(sorted(flags(reader.key))),
    }


for _each in (segments.list_, moving.import_, moving.export):
    subscribers.add_command(_each)
COMMANDS = (subscribers,)
