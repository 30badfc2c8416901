"""Commands that run a site: run-due, serve, migrate."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Command, Context, complain, counted
from publisher.issues.issue import BEGUN, OPEN, Issue, State

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.app import App
    from publisher.feeds.websub import Pinged

UNDONE = OPEN | {State.SENDING, State.PAUSED}
"""What ``run-due`` tells of at every run; of other issues it tells when they came to their state."""


@click.command("run-due", cls=Command)
@click.pass_obj
def run_due(context: Context) -> int:
    """Do everything that is due now, then end: for cron.

    Feeds are built, issues drafted, held, queued and sent. WebSub hubs are told of what earlier builds changed; of
    what this run builds the next run tells them, as a site may have to be uploaded in between.
    """
    from publisher import schedule
    from publisher.cli import sending
    from publisher.db import alarm
    from publisher.delivery import rounds
    from publisher.feeds import websub

    with context.app() as app:
        before, passed = _issues(app), _passed(app)
        ready = websub.see(app.database, app.config.feeds.hubs, app.clock.now())
        wrong = _attempt(app)
        done = rounds.each_minute(app.post, app.clock.now())
        letters = rounds.drained(app.post, app.transport, app.clock.now)
        if not (done and letters.done):
            wrong = 1  # the log says what is in the way
        if schedule.tick(app):
            wrong = 1  # the log names the stream and what is wrong with it
        sending.send_due(app)
        pinged = _ping(app, ready)
        if pinged.refused:
            wrong = 1  # the log names the hub and what it says
        known = {each.id: each.state for each in before}
        latest = _issues(app)
        found = [each for each in latest if each.state in UNDONE or known.get(each.id) != each.state]
        if any(each.state in BEGUN and known.get(each.id) not in BEGUN for each in latest):
            wrong = _attempt(app) or wrong  # each of them is an entry of a feed now
        skipped = [each for each in _passed(app) if each not in passed]
        with app.database.read() as connection:
            alarms = [each.sentence(app.config.site.timezone) for each in alarm.standing(connection)]
    context.show(
        [{"issue": each.id, "state": each.state.value, "slot": each.slot, "note": each.note} for each in found],
        lambda: (
            (
                [
                    *(f"{stream} has no issue for {wall}: {why}" for stream, wall, why in skipped),
                    *(f"{each.id} is {each.state}" + (f" ({each.note})" if each.note else "") for each in found),
                    *([f"{counted(letters.sent, 'letter')} sent"] if letters.sent else []),
                    *([f"{counted(pinged.told, 'ping')} sent to WebSub hubs"] if pinged.told else []),
                    *([f"{counted(pinged.later, 'ping')} put off: a hub is down or busy"] if pinged.later else []),
                ]
                or ["nothing is due"]
            )
            + alarms
        ),
    )
    return wrong


def _issues(app: App) -> list[Issue]:
    """The newest issues."""
    from publisher.issues import store

    with app.database.read() as connection:
        return store.latest(connection)


def _passed(app: App) -> list[tuple[str, str, str]]:
    """The newest slots that became no issue: stream, wall time, why."""
    from publisher import schedule
    from publisher.issues import slots

    with app.database.read() as connection:
        return [
            (str(stream), wall, why.removeprefix(f"{stream}: "))
            for stream in schedule.streams(app)
            for wall, why in slots.skipped(connection, stream)
        ]


def _ping(app: App, ready: datetime | None) -> Pinged:
    """Tells hubs of changed feeds; ``ready`` is when the bytes of the newest ones are served."""
    from publisher.feeds import websub

    if ready is not None:
        time.sleep(max(0.0, (ready - app.clock.now()).total_seconds()))
    return websub.ping_due(app.database, app.config.feeds.hubs, app.clock.now)


def _attempt(app: App) -> int:
    """Builds; 1 if that was not possible: readers get what was approved, whatever became of the feeds' folder."""
    from publisher.errors import PublisherError

    try:
        _build(app)
    except PublisherError as error:
        complain(error.line())
        return 1
    return 0


def _build(app: App) -> None:
    from publisher.cli import rebuild
    from publisher.cli.site import scan
    from publisher.feeds.publish import publish

    scan(app)
    now = app.clock.now()
    publish(app.config, app.database, app.templates, now)
    rebuild.tell_quiet(app, now)


@click.command(cls=Command)
@click.option("--listen", default="", metavar="HOST:PORT", help="In place of web.listen; port 0 takes a free one.")
@click.pass_obj
def serve(context: Context, listen: str) -> int:
    """Run the whole site: web, schedule and sending.

    One process does it all; changed articles, pictures and templates are built at once. Ctrl-C or SIGTERM ends it.
    """
    from publisher import log, schedule, watch
    from publisher.cli.rebuild import Rebuild
    from publisher.cli.sending import Turn, terminable
    from publisher.delivery import rounds
    from publisher.feeds import websub
    from publisher.feeds.output import MANIFEST
    from publisher.web import site

    with terminable(), context.app(service=True) as app:
        where = site.address(app, listen)
        turn, rebuild = Turn(app), Rebuild(app, apart=True)

        def step() -> None:
            if rebuild.due():  # an article appears or expires at its second, not at the next minute's build
                threading.Thread(target=rebuild.run, name="build", daemon=True).start()  # sending does not wait for it
            turn.step()

        def ready(url: str) -> None:
            context.say(f"serving {app.config.site.title} at {url}")
            # Not before: a hub that is told comes at once to fetch.
            served.enter_context(websub.pinging(app.database, app.config.feeds.hubs, app.clock.now))

        with watch.following(watch.places(app.config), rebuild.changed), ExitStack() as served:
            if (app.config.output / MANIFEST).is_file():
                # Readers get what there is while the first build runs, however long it takes.
                threading.Thread(target=rebuild.run, name="build", daemon=True).start()
            else:
                rebuild.run()
            scheduler = schedule.start(
                app,
                tick=lambda: schedule.tick(app),
                build=rebuild.run,
                send=step,
                letters=lambda: rounds.each_second(app.post, app.transport, app.clock.now),
                duties=lambda: rounds.each_minute(app.post, app.clock.now()),
            )
            try:
                with suppress(KeyboardInterrupt):  # uvicorn stops at a signal, then may raise it once more
                    site.serve(app, where, ready=ready)
                log.event("service.stopped")
            finally:
                scheduler.shutdown(wait=False)
                turn.stop()
                rebuild.stop()
    return 0


@click.command(cls=Command)
@click.pass_obj
def migrate(context: Context) -> int:
    """Bring the database's schema up to date.

    Every command does so by itself.
    """
    from publisher.db import migrate as migrating

    with context.app() as app:
        revision = migrating.current(app.database)
    context.show({"revision": revision}, lambda: [f"the database is at revision {revision}"])
    return 0


COMMANDS = (run_due, serve, migrate)
