"""Commands that run a site: run-due, serve, migrate."""

from __future__ import annotations

import threading
from datetime import datetime
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
    from publisher.content import scan
    from publisher.feeds.publish import publish

    scan.scan(app.config, app.database, app.clock.now())
    publish(app.config, app.database, app.templates, app.clock.now())


class _Changes:
    """Knows when the next article is to appear or to expire."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._next: datetime | None = None

    def built(self) -> None:
        """Looks ahead from now."""
        from publisher.content.index import Index

        self._next = Index(self._app.database).next_change(self._app.clock.now())

    def due(self) -> bool:
        """Whether that moment has come; said once, so that a build that fails is not tried each second."""
        if self._next is None or self._app.clock.now() < self._next:
            return False
        self._next = None
        return True


@click.command(cls=Command)
@click.option("--listen", default="", metavar="HOST:PORT", help="In place of web.listen; port 0 takes a free one.")
@click.pass_obj
def serve(context: Context, listen: str) -> int:
    """Run the whole site: web, schedule and sending.

    One process does it all; Ctrl-C or SIGTERM ends it.
    """
    from publisher import log, schedule
    from publisher.cli.sending import Turn, terminable
    from publisher.errors import PublisherError
    from publisher.web import site

    with terminable(), context.app(service=True) as app:
        where = site.address(app, listen)
        turn = Turn(app)
        building, changes = threading.Lock(), _Changes(app)

        def build() -> None:
            with building:
                try:
                    _build(app)
                    changes.built()
                except PublisherError as error:
                    log.trouble("build.failed", error)

        def step() -> None:
            if changes.due():  # an article appears or expires at its second, not at the next minute's build
                build()
            turn.step()

        build()
        scheduler = schedule.start(
            app,
            tick=lambda: schedule.tick(app),
            build=build,
            send=step,
        )
        try:
            site.serve(app, where, ready=lambda url: context.say(f"serving {app.config.site.title} at {url}"))
        except KeyboardInterrupt:  # uvicorn stops at a signal, then raises it once more
            log.event("service.stopped")
        finally:
            scheduler.shutdown(wait=False)
            turn.stop()
            with building:
                pass  # a build that runs is let finish: its files are whole
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
