"""Commands that run a site: run-due, serve, migrate."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Command, Context, complain
from publisher.issues.issue import OPEN, Issue, State

if TYPE_CHECKING:
    from publisher.app import App

UNDONE = OPEN | {State.SENDING, State.PAUSED}
"""What ``run-due`` tells of at every run; of other issues it tells when they came to their state."""


@click.command("run-due", cls=Command)
@click.pass_obj
def run_due(context: Context) -> int:
    """Do everything that is due now, then end: for cron.

    Feeds are built, issues drafted, held, queued and sent.
    """
    from publisher import schedule
    from publisher.cli import sending
    from publisher.errors import PublisherError

    wrong = 0
    with context.app() as app:
        before, passed = _issues(app), _passed(app)
        try:
            _build(app)
        except PublisherError as error:  # readers get what was approved, whatever became of the feeds' folder
            complain(error.line())
            wrong = 1
        if schedule.tick(app):
            wrong = 1  # the log names the stream and what is wrong with it
        sending.send_due(app)
        known = {each.id: each.state for each in before}
        found = [each for each in _issues(app) if each.state in UNDONE or known.get(each.id) != each.state]
        skipped = [each for each in _passed(app) if each not in passed]
    context.show(
        [{"issue": each.id, "state": each.state.value, "slot": each.slot, "note": each.note} for each in found],
        lambda: (
            [
                *(f"{stream} has no issue for {wall}: {why}" for stream, wall, why in skipped),
                *(f"{each.id} is {each.state}" + (f" ({each.note})" if each.note else "") for each in found),
            ]
            or ["nothing is due"]
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
    from publisher.web import site

    with terminable(), context.app(service=True) as app:
        where = site.address(app, listen)
        turn, rebuild = Turn(app), Rebuild(app)

        def step() -> None:
            if rebuild.due():  # an article appears or expires at its second, not at the next minute's build
                threading.Thread(target=rebuild.run, name="build", daemon=True).start()  # sending does not wait for it
            turn.step()

        with watch.following(watch.places(app.config), rebuild.changed):
            rebuild.run()
            scheduler = schedule.start(app, tick=lambda: schedule.tick(app), build=rebuild.run, send=step)
            try:
                with suppress(KeyboardInterrupt):  # uvicorn stops at a signal, then may raise it once more
                    site.serve(app, where, ready=lambda url: context.say(f"serving {app.config.site.title} at {url}"))
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
