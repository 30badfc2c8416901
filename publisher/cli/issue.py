"""Commands on issues: draft, look at, edit, check, preview, approve, send, account for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import shown
from publisher.cli.context import Context, Group, complain, counted, table
from publisher.errors import PublisherError, StateError, StoreError

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.delivery.delivery import Counts
    from publisher.issues.drift import Drift
    from publisher.issues.issue import Issue


@click.group(cls=Group)
def issue() -> None:
    """Draft, edit, preview, approve and send issues of newsletters."""


@issue.command()
@click.argument("newsletter")
@click.option("--schedule", default="", help="One of the newsletter's schedules; the first, if not given.")
@click.pass_obj
def draft(context: Context, newsletter: str, schedule: str) -> int:
    """Make the newsletter's next issue, or show the open one.

    What is new is selected and frozen; the issue is then for an editor to look at.
    """
    from publisher.cli.site import scan
    from publisher.issues import desk
    from publisher.schedule import drafting_slot

    with context.app() as app:
        stream = desk.stream(app.config, newsletter, schedule)
        scan(app)
        now = app.clock.now()
        slot = drafting_slot(app, stream)
        wall = slot.wall if slot.instant <= now else ""  # a slot that has come is fired by this; a later one is not
        made = desk.draft(app.config, app.database, stream, slot.instant, now, wall=wall, by="command line")
    if made is None:
        raise StateError("another process has just drafted this slot", hint="'publisher issue list' shows the issue")
    if isinstance(made, desk.Thin):
        context.show({"issue": None, "state": None, "stories": [], "left_out": []}, list)
        complain(f"nothing to draft for {made}; 'publisher explain ARTICLE' says why one stays out")
        return 1
    result = {
        "issue": made.id,
        "state": made.state.value,
        "stories": [_story(story) for story in made.stories],
        "left_out": [{"article": item.path, "reason": item.reason, "detail": item.detail} for item in made.left_out],
    }
    context.show(result, lambda: [made.id])
    if not context.json:
        click.echo(
            f"{_stories(len(made.stories))}, {len(made.left_out)} left out; look: publisher issue show {made.id}",
            err=True,
        )
    return 0


def _stories(number: int) -> str:
    return "1 story" if number == 1 else f"{number} stories"


def _story(story: Any) -> dict[str, Any]:
    return {
        "article": story.path,
        "title": story.title,
        "topic": story.topic.key,
        "topics": [topic.key for topic in story.topics],
        "score": round(story.score, 4),
        "url": story.url,
    }


@issue.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="So many at most.")
@click.pass_obj
def list_(context: Context, limit: int) -> int:
    """List issues, newest first."""
    from publisher.issues import store

    with context.app() as app, app.database.read() as connection:
        found = store.latest(connection, limit=limit)
        zone = app.config.site.timezone
    rows = [
        (each.id, each.state, each.slot.astimezone(zone).strftime("%Y-%m-%d %H:%M"), len(each.stories), each.subject)
        for each in found
    ]
    context.show(
        [
            {
                "issue": each.id,
                "state": each.state.value,
                "slot": each.slot,
                "stories": len(each.stories),
                "subject": each.subject,
            }
            for each in found
        ],
        lambda: [*table(("issue", "state", "due", "stories", "subject"), rows), counted(len(found), "issue")],
    )
    return 0


@issue.command()
@click.argument("id")
@click.pass_obj
def show(context: Context, id: str) -> int:
    """Show an issue.

    Its state and stories, what was left out and why, its editions with their readers, and its hash.
    """
    from publisher import explain as explanation
    from publisher.delivery import mail
    from publisher.digest import press
    from publisher.issues import store

    with context.app() as app:
        drifts = _follow(app, id)
        with app.database.read() as connection:
            found = store.get(connection, id)
            events = store.events(connection, id)
            counts = mail.edition_counts(app.config, connection, found, app.clock.now())
        hash = press.content_hash(app.post.press, found)
        voice = explanation.voice(app, "en" if context.json else "")  # scripts read the same in every language
        stories = [(story, explanation.story(voice, story)) for story in found.stories]
        reasons = [(item, explanation.left_out(voice, item)) for item in found.left_out]
        changed = [(each.path, why) for each in drifts for why in explanation.drifted(voice, each)]
        due = _local(app, found.slot)
    result = {
        "issue": found.id,
        "state": found.state.value,
        "revision": found.revision,
        "slot": found.slot,
        "subject": found.subject,
        "preheader": found.preheader,
        "intro": found.intro,
        "hash": hash,
        "approved_hash": found.approved_hash,
        "note": found.note,
        "stories": [_story(story) | {"why": why} for story, why in stories],
        "left_out": [
            {"article": item.path, "reason": item.reason, "detail": item.detail, "why": why} for item, why in reasons
        ],
        "changed": [
            {"article": each.path, "gone": each.gone, "changes": [asdict(change) for change in each.changes]}
            for each in drifts
        ],
        "editions": [{"edition": key, "readers": readers} for key, readers in counts],
        "events": [{"at": at, "what": what, "by": by, "detail": detail} for at, what, by, detail in events],
    }
    context.show(result, lambda: [*shown.body(found, due, hash, stories, counts), *shown.aside(reasons, changed)])
    return 0


def _follow(app: App, id: str) -> tuple[Drift, ...]:
    """Reads the articles for an issue that is not out yet; how an approved one differs from them."""
    from publisher.issues import follow, store
    from publisher.issues.issue import OPEN

    with app.database.read() as connection:
        found = store.get(connection, id)
    if found.state not in OPEN:
        return ()
    read = follow.read(app.config, app.database, app.clock.now())
    return tuple(each for each in read.drifts if each.issue == id)


def _local(app: App, moment: datetime) -> str:
    zone = app.config.site.timezone
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone}"


@issue.command()
@click.argument("id")
@click.option("--subject", default=None, help="The subject line; empty: made from the stories again.")
@click.option(
    "--preheader", default=None, help="The line that inboxes show beside the subject; empty: made from the stories."
)
@click.option(
    "--intro",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="A Markdown file with words to begin with.",
)
@click.option(
    "--pin", multiple=True, metavar="ARTICLE", help="Put this article on top: first in the mail, its section too."
)
@click.option("--exclude", multiple=True, metavar="ARTICLE", help="Leave this article out.")
@click.option(
    "--order",
    default=None,
    metavar="A,B,…",
    help="These articles first, in this order; a mail keeps them under their topics.",
)
@click.pass_obj
def edit(context: Context, /, id: str, **changes: Any) -> int:
    """Change an issue; an approval that it had is void.

    Only before it is on its way.
    """
    from publisher.cli.site import scan
    from publisher.digest import press
    from publisher.issues import desk
    from publisher.issues.compose import Edit

    if all(value in (None, ()) for value in changes.values()):
        raise click.UsageError("nothing to change: say --subject, --preheader, --intro, --pin, --exclude or --order")
    change = Edit(
        subject=changes["subject"],
        preheader=changes["preheader"],
        intro=_words(changes["intro"]),
        order=tuple(part.strip() for part in (changes["order"] or "").split(",") if part.strip()),
    )
    with context.app() as app:
        scan(app)
        edited = desk.edit(
            app.config,
            app.database,
            id,
            change,
            now=app.clock.now(),
            pin=changes["pin"],
            exclude=changes["exclude"],
            by="command line",
        )
        hash = press.content_hash(app.post.press, edited)
    context.show(
        {"issue": id, "state": edited.state.value, "revision": edited.revision, "hash": hash},
        lambda: [f"{id} is now revision {edited.revision}, {edited.state}, hash {hash}"],
    )
    return 0


def _words(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}", hint="name another file") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{file} is not UTF-8", hint="save it as UTF-8") from error


@issue.command("check")
@click.argument("id")
@click.option("--links", is_flag=True, help="Ask for every address that the mails link to, once.")
@click.pass_obj
def check_(context: Context, id: str, *, links: bool) -> int:
    """Lint the issue's editions: errors block approval.

    Where mails leave by SMTP, DNS is asked whether receivers can know them as yours; where SpamAssassin or rspamd is
    installed, one mail is scored.
    """
    from publisher.delivery.check import check

    with context.app() as app:
        _follow(app, id)
        findings = check(app.post, id, app.clock.now(), links=links)
    errors = sum(finding.severity == "error" for finding in findings)
    context.show(
        [asdict(finding) | {"fix": finding.fix} for finding in findings],
        lambda: [
            *(str(finding) for finding in findings),
            f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}",
        ],
    )
    return 1 if errors else 0


@issue.command()
@click.argument("id")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--as", "address", default="", metavar="ADDRESS", help="As this reader gets it.")
@click.pass_obj
def preview(context: Context, id: str, folder: Path, address: str) -> int:
    """Write what will be sent into a folder.

    Each edition gets a folder with digest.html, digest.txt and message.eml; with --as they stand right in the folder.
    """
    from publisher.delivery import preview as previewing

    with context.app() as app:
        _follow(app, id)
        made = previewing.write(app.post, id, folder, address=address, now=app.clock.now())
    context.show({"issue": id, "files": [str(path) for path in made]}, lambda: [str(path) for path in made])
    return 0


@issue.command()
@click.argument("id")
@click.option("--hash", "hash", default="", help="Only if the issue's hash is still this one.")
@click.option("--by", default="command line", metavar="NAME", help="Who approves.")
@click.pass_obj
def approve(context: Context, id: str, hash: str, by: str) -> int:
    """Approve exactly what the issue is now.

    Any later change voids it.
    """
    from publisher.delivery import steer

    with context.app() as app:
        approved, findings = steer.approve(app.post, id, now=app.clock.now(), by=by, hash=hash, ask_dns=True)
    for finding in findings:
        context.say(str(finding))
    context.show(
        {"issue": id, "state": approved.state.value, "hash": approved.approved_hash},
        lambda: [f"{id} is {approved.state}, hash {approved.approved_hash}"],
    )
    return 0


@issue.command()
@click.argument("id")
@click.option("--why", required=True, help="The reason, for the record.")
@click.pass_obj
def skip(context: Context, id: str, why: str) -> int:
    """Give an issue up; its stories stay for the next."""
    from publisher.issues import desk

    with context.app() as app:
        skipped = desk.skip(app.database, id, why, now=app.clock.now(), by="command line")
    context.show({"issue": id, "state": skipped.state.value}, lambda: [f"{id} is skipped: {why}"])
    return 0


@issue.command()
@click.argument("id")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.pass_obj
def test(context: Context, id: str, addresses: tuple[str, ...]) -> int:
    """Send the issue to ADDRESSes, marked [TEST].

    It is counted nowhere, and its links act on nobody.
    """
    from publisher.delivery import preview as previewing

    with context.app() as app:
        _follow(app, id)
        receipts = previewing.send_test(app.post, app.transport, id, addresses, app.clock.now())
        where = app.transport.describe()
    bad = [address for address, receipt in receipts if not 200 <= receipt.code < 300]
    context.show(
        [{"address": address, "code": receipt.code, "reply": receipt.text} for address, receipt in receipts],
        lambda: [f"{address}: {receipt.code} {receipt.text} ({where})" for address, receipt in receipts],
    )
    return 1 if bad else 0


@issue.command()
@click.argument("id")
@click.option("--no-wait", is_flag=True, help="Leave deferred messages to run-due or serve.")
@click.pass_obj
def send(context: Context, id: str, *, no_wait: bool) -> int:
    """Send an approved issue, until all is accounted for.

    Ctrl-C and kill are safe; running it again goes on and never mails anyone twice.
    """
    from publisher.cli import sending
    from publisher.issues import store
    from publisher.issues.issue import BEGUN

    with context.app() as app:
        with app.database.read() as connection:
            before = store.get(connection, id)
        found, counts = sending.send(app, context, id, wait=not no_wait)
        if found.state in BEGUN and before.state not in BEGUN:
            _into_feeds(app)
    again = ["it was sent already; nothing was sent now"] if before.state.value == "sent" else []
    context.show(_accounting(found, counts), lambda: [shown.sums(found, counts), *again])
    over = {"sent"} | ({"sending"} if no_wait and not counts.pending and not counts.sending else set())
    return 0 if found.state.value in over else 1


def _into_feeds(app: App) -> None:
    """Puts an issue that has just gone out into its newsletter's feed; a folder that is full fails no sending."""
    from publisher.feeds.publish import publish

    try:
        publish(app.config, app.database, app.templates, app.clock.now())
    except PublisherError as error:
        complain(error.line())


def _accounting(found: Issue, counts: Counts) -> dict[str, Any]:
    return {"issue": found.id, "state": found.state.value, **asdict(counts)}


def _transition(name: str, help: str) -> click.Command:
    @click.argument("id")
    @click.pass_obj
    def command(context: Context, id: str) -> int:
        from publisher.delivery import steer

        with context.app() as app:
            found, counts = getattr(steer, name)(app.database, id, app.clock.now())
        context.show(_accounting(found, counts), lambda: [shown.sums(found, counts)])
        return 0

    return issue.command(name, help=help)(command)


pause = _transition("pause", "Let nothing more of an issue out until it is resumed.")
resume = _transition("resume", "Go on with a paused issue (send it, or let serve do it).")
stop = _transition("stop", "End an issue for good; what has not left is skipped.")


@issue.command()
@click.argument("id")
@click.option("--failed", "which", flag_value="failed", help="Those that the relay refused.")
@click.option("--uncertain", "which", flag_value="uncertain", help="Those whose outcome a crash hid: most had arrived.")
@click.pass_obj
def retry(context: Context, id: str, which: str | None) -> int:
    """Send again to readers whose delivery failed or is uncertain."""
    if which is None:
        raise click.UsageError("say which: --failed or --uncertain")
    from publisher.cli import sending
    from publisher.delivery import steer

    with context.app() as app:
        again = steer.retry(app.database, id, which, app.clock.now())
        if not again:
            raise StateError(f"issue {id} has no {which} delivery", hint="'publisher issue report' shows what it has")
        context.say(f"trying again: {again} {which}")
        found, counts = sending.send(app, context, id, wait=True)
    context.show(_accounting(found, counts), lambda: [shown.sums(found, counts)])
    return 0 if found.state.value == "sent" else 1


@issue.command()
@click.argument("id")
@click.option("--deliveries", is_flag=True, help="List every reader.")
@click.pass_obj
def report(context: Context, id: str, *, deliveries: bool) -> int:
    """Account for an issue: who got it, who did not, and why.

    planned = accepted + failed + uncertain + skipped + pending + sending + deferred.
    """
    from publisher.db import alarm
    from publisher.delivery import ledger
    from publisher.delivery import store as clicks
    from publisher.delivery.bounces import record
    from publisher.delivery.bounces import store as bounces
    from publisher.issues import store

    with context.app() as app, app.database.read() as connection:
        found = store.get(connection, id)
        alarms = [each.sentence(app.config.site.timezone) for each in alarm.standing(connection, record.ALARM, id)]
        counts = ledger.counts(connection, id)
        domains = ledger.by_domain(connection, id)
        reasons = ledger.reasons(connection, id)
        returned = bounces.by_kind(connection, id)
        seen = {name: clicks.visits(connection, id, opens=name == "opens") for name in ("clicks", "opens")}
        rows = list(ledger.entries(connection, id)) if deliveries else []
        times = [_local(app, row.at) for row in rows]
    result = _accounting(found, counts) | {
        "by_domain": {domain: asdict(each) for domain, each in domains.items()},
        "reasons": [{"state": state.value, "reply": reply, "count": count} for state, reply, count in reasons],
        "bounces": returned,
        "alarms": alarms,
        **{
            name: {verdict or "unjudged": asdict(each) for verdict, each in found.items()}
            for name, found in seen.items()
        },
    }
    if deliveries:
        result["deliveries"] = [
            {
                "address": row.address,
                "state": row.state.value,
                "attempts": row.attempts,
                "reply": row.reply,
                "at": row.at,
            }
            for row in rows
        ]
    timed = list(zip(rows, times, strict=True))
    context.show(result, lambda: [*shown.report(found, counts, domains, reasons, returned, seen, timed), *alarms])
    return 0 if counts.balanced else 1


COMMANDS = (issue,)
