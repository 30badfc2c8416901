"""Builds a site again and again under ``serve``, one build at a time, and tells operators what they should know."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from publisher import explain, log, quiet
from publisher.config import Config, load
from publisher.content import crew
from publisher.content.index import Index
from publisher.errors import ConfigError, PublisherError
from publisher.feeds.publish import Published, publish
from publisher.issues import follow
from publisher.issues.drift import Drift
from publisher.watch import Kind

if TYPE_CHECKING:
    from publisher.app import App

AGAIN = timedelta(days=1)
"""After this long a site that is still quiet is told of once more."""
NICE = 10
"""How far a build stands back for those who are served: a reader's program waits, a build is late by nothing."""
PATIENCE = 3600
"""Seconds that a build may take."""
MOST = 20
"""New problems of one build that are told one by one."""


class Rebuild:
    """A service's builds: never two at once; it knows when the next article is to appear or to expire."""

    def __init__(self, app: App, *, apart: bool = False) -> None:
        """``apart``: all but the first build run in a process of their own, at rest while there is nothing to do.

        In ours they would hold up everybody who polls a feed meanwhile: an interpreter does one thing at a time.
        """
        self._app = app
        self._apart = apart
        self._child: crew.Child | None = None
        self._building = Lock()
        self._drifts: tuple[Drift, ...] = ()
        self._next: datetime | None = None
        self._known: frozenset[str] = frozenset()
        self._told_quiet: datetime | None = None
        self._over = False
        self._voice = explain.voice(app, "en")

    def run(self) -> None:
        """Builds, after a build that is under way; what is wrong is told, and stops no later build."""
        with self._building:
            if self._over:
                return
            # One moment for all of it: an article that appears while the build runs is the next change, not lost.
            now = self._app.clock.now()
            try:
                try:
                    made = self._build(now)
                finally:
                    self._next = Index(self._app.database).next_change(now)
                self._tell(made, now)
            except PublisherError as error:
                log.trouble("build.failed", error, hint=error.hint)
            except Exception as error:  # noqa: BLE001 # web and sending go on, and the next build may succeed
                log.trouble("build.failed", error, hint="the program did not foresee this: report it")

    def _build(self, now: datetime) -> Published:
        made = self._child.ask([now]) if self._child else None
        if self._child and not self._child.alive:
            self._child.close()  # one that hangs holds the folder's lock
            self._child = None
        (published, self._drifts), *_ = made or _built(self._app, now)
        if self._apart and self._child is None:
            self._child = crew.Child(built, (self._app.config, os.getpid()), patience=PATIENCE)
        return published

    def _tell(self, made: Published, now: datetime) -> None:
        """Tells what was written, the problems that were not there at the build before, and a site gone quiet."""
        if made.written or made.removed:
            log.event("feeds.published", written=made.written, removed=made.removed)
        # Asked for now: publishing renders bodies, whose problems the scan before it could not know.
        problems = list(dict.fromkeys(map(str, (*Index(self._app.database).problems(), *made.problems))))
        fresh = [each for each in problems if each not in self._known]
        for sentence in fresh[:MOST]:
            log.warning("article.problem", problem=sentence)
        if len(fresh) > MOST:
            log.warning("article.problems", more=len(fresh) - MOST, hint="'publisher check' lists them all")
        drifted = [
            f"{each.issue}: {each.path}: {why}" for each in self._drifts for why in explain.drifted(self._voice, each)
        ]
        for sentence in drifted:
            if sentence not in self._known:
                log.warning("issue.drifted", story=sentence, hint="it goes out as approved unless the issue is edited")
        self._known = frozenset((*problems, *drifted))
        if self._told_quiet is None or now - self._told_quiet >= AGAIN:
            self._told_quiet = now if tell_quiet(self._app, now) else None

    def due(self) -> bool:
        """Whether an article appears or expires now; said once: a build that fails is not tried each second."""
        if self._next is None or self._app.clock.now() < self._next:
            return False
        self._next = None
        return True

    def changed(self, kinds: frozenset[Kind]) -> None:
        """Does what a change of the site's files asks for."""
        if Kind.CONFIG in kinds:
            _tell_config(self._app)
        if Kind.TEMPLATES in kinds:
            self._app.templates.refresh()
        if kinds - {Kind.CONFIG}:
            self.run()

    def stop(self) -> None:
        """Returns when the build that runs has finished, so that its files are whole; none begins after it."""
        with self._building:
            self._over = True
            if self._child:
                self._child.close()


def built(batch: Sequence[datetime], context: tuple[Config, int]) -> list[tuple[Published, tuple[Drift, ...]]]:
    """What a build at each of these moments came to. Run by a child interpreter of the process in ``context``."""
    from publisher.app import App, Clock

    config, parent = context
    if os.getpid() != parent:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    found = []
    for now in batch:
        app = App(config=config, clock=Clock(now))
        try:
            found += _built(app, now)
        finally:
            app.close()
    return found


def _built(app: App, now: datetime) -> list[tuple[Published, tuple[Drift, ...]]]:
    drifts = follow.read(app.config, app.database, now).drifts
    return [(publish(app.config, app.database, app.templates, now), drifts)]


def tell_quiet(app: App, now: datetime) -> bool:
    """Whether the site is quiet, and ``content.quiet`` told if it is."""
    newest = [each.published for each in Index(app.database).heads(now, limit=1)]
    silence = quiet.silence(newest[0] if newest else None, app.config.content.quiet_alarm, now)
    if silence is None:
        return False
    log.warning("content.quiet", days=silence.days, why=quiet.sentence(silence))
    return True


def _tell_config(app: App) -> None:
    """A running service keeps the config it began with: half of it, such as the address, could not change."""
    try:
        load(app.config.path, os.environ)
    except ConfigError as error:
        log.trouble("config.changed", error, hint="correct it, then restart to apply it; the old one is still in use")
    else:
        log.event("config.changed", hint="restart to apply it; the old one is still in use")
