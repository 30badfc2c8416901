"""Commands that run a site: run-due, serve, migrate."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Command, Context

if TYPE_CHECKING:
    from publisher.app import App


@click.command("run-due", cls=Command)
@click.pass_obj
def run_due(context: Context) -> int:
    """Do everything that is due now (build, draft, hold, send), then end: for cron."""
    from publisher import schedule
    from publisher.cli import sending
    from publisher.issues import store
    from publisher.issues.issue import OPEN, State

    with context.app() as app:
        _build(app)
        schedule.tick(app)
        sending.send_due(app)
        with app.database.read() as connection:
            found = store.latest(connection, states=[*OPEN, State.SENDING, State.PAUSED])
    context.show(
        [{"issue": each.id, "state": each.state.value, "slot": each.slot} for each in found],
        lambda: (
            [f"{each.id} is {each.state}" + (f" ({each.note})" if each.note else "") for each in found]
            or ["nothing is open"]
        ),
    )
    return 0


def _build(app: App) -> None:
    from publisher.content import scan
    from publisher.feeds.publish import publish

    scan.scan(app.config, app.database, app.clock.now())
    publish(app.config, app.database, app.templates, app.clock.now())


@click.command(cls=Command)
@click.option("--listen", default="", metavar="HOST:PORT", help="In place of web.listen; port 0 takes a free one.")
@click.pass_obj
def serve(context: Context, listen: str) -> int:
    """Run the whole site in one process: web, schedule and sending. Ctrl-C ends it."""
    from publisher import log, schedule
    from publisher.delivery.sender import sending_alone
    from publisher.errors import PublisherError
    from publisher.web import site

    with context.app(service=True) as app, sending_alone(app.database) as alone:
        where = site.address(app, listen)
        sender = app.sender() if alone else None
        if sender is None:
            log.event("sender.elsewhere", why="another process sends for this site")
        else:
            sender.recover()
        building = threading.Lock()

        def build() -> None:
            with building:
                try:
                    _build(app)
                except PublisherError as error:
                    log.trouble("build.failed", error)

        build()
        scheduler = schedule.start(
            app,
            tick=lambda: schedule.tick(app),
            build=build,
            send=sender.step if sender else lambda: None,
        )
        try:
            site.serve(app, where, ready=lambda url: context.say(f"serving {app.config.site.title} at {url}"))
        finally:
            scheduler.shutdown(wait=False)
            if sender:
                sender.stop()
            with building:
                pass  # a build that runs is let finish: its files are whole
    return 0


@click.command(cls=Command)
@click.pass_obj
def migrate(context: Context) -> int:
    """Bring the database's schema up to date (every command does so by itself)."""
    from publisher.db import migrate as migrating

    with context.app() as app:
        revision = migrating.current(app.database)
    context.show({"revision": revision}, lambda: [f"the database is at revision {revision}"])
    return 0


COMMANDS = (run_due, serve, migrate)
