"""Commands on subscribers: add, import, export, show, confirm, unsubscribe, revoke, erase, stats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import moving, segments
from publisher.cli.context import Context, Group, complain
from publisher.cli.reader_shown import counts, lines, values
from publisher.cli.segments import where_option
from publisher.errors import NotFoundError, StateError, TransportError

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.db.engine import Connection
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
@click.option(
    "--format", type=click.Choice(["html", "text"]), help="How the digest is sent; as html, if nothing else was chosen."
)
@click.option("--confirmed", is_flag=True, help="They have agreed already: active at once, no confirmation mail.")
@click.option("--consent-text", default="", help="What they agreed to; needed with --confirmed.")
@click.pass_obj
def add(context: Context, /, address: str, *, confirmed: bool, **wish: Any) -> int:
    """Add a reader, and ask them to confirm.

    They are pending until they follow the link in the mail that this sends; with --confirmed they are active at once.
    """
    topics = [part.strip() for part in wish.pop("topics").split(";") if part.strip()]
    wish["format"] = wish["format"] or ""  # a blank says nothing, and keeps what a pending reader has chosen
    with context.app() as app:
        _known(app, topics, wish)
        if not confirmed:
            from publisher.delivery.letters import compose

            compose.need_newsletter(app.config)
        with app.database.write() as connection:
            reader = _added(app, connection, address, confirmed=confirmed, topics=topics, **wish)
            letter = None if confirmed else _letter(app, connection, reader.id)
        if letter is not None:
            _ask(app, context, reader, letter)
    told = [f"{reader.address} is {reader.status} (reader {reader.id})", *_flagged(reader)]
    context.show(values(reader), lambda: told)
    return 0


def _added(app: App, connection: Connection, address: str, *, confirmed: bool, **wish: Any) -> Subscriber:
    """The reader, put on the list. Raises ``RefusedError``, for one who was erased in the words of an import."""
    from subscribers import store, tokens
    from subscribers.error import RefusedError

    now, mac = app.clock.now(), partial(tokens.mac, app.keys)
    try:
        return store.add(connection, address=address, now=now, how="command line", confirmed=confirmed, mac=mac, **wish)
    except RefusedError as error:
        unproved = confirmed and not wish["consent_text"].strip()
        if unproved or store.by_address(connection, address) is not None:
            raise
        hint = "only their own new sign-up, confirmed, brings them back"
        raise RefusedError(f"{address} was erased", hint=hint) from error


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


def _known(app: App, topics: list[str], wish: dict[str, Any]) -> None:
    """Raises ``NotFoundError`` for a topic, newsletter or schedule that the site does not have."""
    from publisher.issues import desk

    known = moving.topics(app)
    for topic in topics:
        if known is not None and topic not in known:
            raise NotFoundError(f"no topic {topic!r}", hint=f"there is {', '.join(sorted(known))}")
    if wish["newsletter"] or wish["schedule"]:
        desk.stream(app.config, wish["newsletter"] or next(iter(app.config.newsletters), ""), wish["schedule"])


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
        values(reader)
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
        lambda: lines(reader, feed, history, sent, returned, zone),
    )
    return 0


def _reader(app: App, address: str) -> Subscriber:
    from subscribers import store

    with app.database.read() as connection:
        found = store.by_address(connection, address)
    if found is None:
        raise NotFoundError(f"no reader {address}", hint="'publisher subscribers export' lists all")
    return found


def _act(context: Context, address: str, name: str, *, consent: str = "") -> int:
    from subscribers import store
    from subscribers.consent import Act

    with context.app() as app:
        reader = _reader(app, address)
        with app.database.write() as connection:
            before = store.get(connection, reader.id)
            after = store.act(
                connection, reader.id, Act(name), now=app.clock.now(), how="command line", text=consent.strip()
            )
    same = before.status is after.status
    told = f"was already {after.status}, and nothing was changed" if same else f"is {after.status}"
    context.show(values(after), lambda: [f"{after.address} {told}"])
    if name == "confirm" and not same and not after.consent_text:
        complain(f"no proof is kept of what {after.address} agreed to; say it with --consent-text")
    return 0


@subscribers.command()
@click.argument("address")
@click.option("--consent-text", default="", help="What they agreed to, where and how: kept as the proof.")
@click.pass_obj
def confirm(context: Context, address: str, consent_text: str) -> int:
    """Confirm a pending reader, as their link would.

    Only with a proof that they asked for it.
    """
    return _act(context, address, "confirm", consent=consent_text)


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
@click.pass_obj
def revoke(context: Context, address: str) -> int:
    """Make the links in a reader's old mails dead.

    For a reader whose mail was forwarded or whose feed was shared: their next mail has new links. Unsubscribe links go
    on working.
    """
    from subscribers import store

    with context.app() as app:
        reader = _reader(app, address)
        with app.database.write() as connection:
            after = store.revoke_links(connection, reader.id, now=app.clock.now())
    dead = "links in old mails to preferences, views and feeds are dead; unsubscribe links go on working"
    context.show(values(after), lambda: [f"{after.address}: {dead}"])
    return 0


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
    """Count readers by state, active ones also by wish."""
    from subscribers import store

    with context.app() as app, app.database.read() as connection:
        found = store.stats(connection, segments.meant(app, connection, where))
    context.show({name: dict(group) for name, group in asdict(found).items()}, lambda: counts(found))
    return 0


def _flagged(reader: Subscriber) -> Iterator[str]:
    """What is worth knowing of their address, as sentences."""
    from publisher.cli.tally import FLAGS
    from subscribers.address import flags

    return (f"{reader.address} is flagged {flag}: {FLAGS[flag]}" for flag in sorted(flags(reader.key)))


for _each in (segments.list_, moving.import_, moving.export):
    subscribers.add_command(_each)
COMMANDS = (subscribers,)
