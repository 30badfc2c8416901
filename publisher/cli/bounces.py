"""The command on returned mail: bounces."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.context import Command, Context, complain, counted, table

if TYPE_CHECKING:
    from publisher.delivery.bounces.poll import Polled

DONE = {"bounce": "bounced", "complain": "complained", "unsubscribe": "unsubscribed"}
"""What became of a reader by each act that returned mail leads to."""
VOUCH = (
    "nothing in them shows that they are about mails of this site, so nobody was suppressed; if you vouch for where "
    "they come from, run it again with --trust-addresses"
)


@click.command(cls=Command)
@click.argument("path", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--trust-addresses", is_flag=True, help="You vouch for these messages: an address in them is enough.")
@click.option("--again", is_flag=True, help="Of a Maildir, read also what is marked as read.")
@click.pass_obj
def bounces(context: Context, path: Path, *, trust_addresses: bool, again: bool) -> int:
    """Read returned mail and complaints, and act on them.

    PATH is an mbox file, a Maildir (what is read gets the flag S) or a file of one message; - is standard input, for
    an alias of a mail server. A report counts once, however often it is read. Messages that are no report are passed
    over.
    """
    from publisher.delivery.bounces import mailbox, poll

    with context.app() as app:
        piped = str(path) == "-"
        messages = mailbox.pipe(sys.stdin.buffer) if piped else mailbox.at(path, again=again)
        done = poll.take(app.post, messages, app.clock.now(), trusted=trust_addresses)
    context.show(_result(done), lambda: _lines(done))
    for each in done.trouble:
        complain(each)
    return 1 if done.trouble else 0


def _result(done: Polled) -> dict[str, Any]:
    return {
        "messages": done.messages,
        "reports": [
            {"kind": kind.value, "outcome": outcome.value, "count": count}
            for (kind, outcome), count in sorted(done.counts.items())
        ],
        "acts": {act.value: count for act, count in sorted(done.acts.items())},
        "unproved": [
            {"address": each.named, "kind": each.kind.value, "text": each.text, "why": each.why}
            for each in done.unproved
        ],
        "trouble": done.trouble,
    }


def _lines(done: Polled) -> Iterator[str]:
    acts = ", ".join(f"{counted(count, 'reader')} {DONE[act]}" for act, count in sorted(done.acts.items()))
    told = f"{counted(done.messages, 'message')} read, {counted(done.recorded, 'report')} recorded"
    yield f"{told} ({acts})" if acts else told
    yield from table(
        ("report", "outcome", "count"),
        [(kind, outcome, count) for (kind, outcome), count in sorted(done.counts.items())],
    )
    if done.unproved:
        yield ""
        yield from table(
            ("unproved", "report", "what it says"), [(each.named, each.kind, each.text) for each in done.unproved]
        )
        yield VOUCH


COMMANDS = (bounces,)
