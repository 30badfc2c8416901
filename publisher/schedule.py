"""APScheduler's only home: slots on wall-clock time, and the service that ticks."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, takewhile
from threading import Lock
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from publisher import log
from publisher.app import App
from publisher.config import Newsletter
from publisher.delivery import mail, steer
from publisher.errors import ConfigError, PublisherError, StateError, TemplateError
from publisher.issues import desk, slots, store
from publisher.issues.issue import Issue, State, Stream, due_state
from publisher.times import Recurrence

MOST_SLOTS = 1000
"""Missed slots that one tick looks at; a longer outage takes several ticks."""
DST = timedelta(hours=3)
"""More than any clock change moves a wall clock."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a stream is due."""

    wall: str
    """On the newsletter's own clock: ``2025-06-30T08:00``."""
    instant: datetime


def upcoming(recurrence: Recurrence, zone: tzinfo, after: datetime) -> Iterator[Slot]:
    """The slots later than ``after``, in order, without end.

    CronTrigger only ever sees a clock without daylight saving, labelled UTC: on a real zone it loses whole days and
    fires twice (53 of 324 schedules tried). A wall time in a gap takes the offset before it, and so moves forward; a
    repeated one takes its first occurrence. Raises ``ConfigError`` for fields that are no cron line.
    """
    try:
        cron = CronTrigger(timezone=UTC, **recurrence.fields)
    except ValueError as error:
        raise ConfigError(f"schedule {recurrence.text!r}: {error}", hint="correct it in config.yaml") from error
    wall = _wall(after, zone) - DST
    while True:
        found = cron.get_next_fire_time(None, wall)
        if found is None:
            return
        wall = found + timedelta(microseconds=1)
        instant = found.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant > after:
            yield Slot(found.strftime("%Y-%m-%dT%H:%M"), instant)


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=UTC, fold=0)


def drafting_slot(app: App, stream: Stream) -> Slot:
    """The slot that an issue drafted by hand is for: one that has just come and was not fired, else the next free one.

    Raises ``ConfigError`` where there is none, as for the 30th of February.
    """
    letter = app.config.newsletters[stream.newsletter]
    recurrence, now = letter.schedules[stream.schedule], app.clock.now()
    past = takewhile(lambda slot: slot.instant <= now, upcoming(recurrence, letter.zone, now - letter.late_ok))
    latest = max(past, key=lambda slot: slot.instant, default=None)
    if latest is not None:
        with app.database.read() as connection:
            if not slots.taken(connection, stream, latest.wall):
                return latest
    for slot in upcoming(recurrence, letter.zone, now):
        with app.database.read() as connection:
            if store.sent_for(connection, stream, slot.instant) is None:
                return slot
    raise ConfigError(f"schedule {recurrence.text!r} of {stream} names no day there is", hint="correct it")


class WallClockTrigger(BaseTrigger):  # type: ignore[misc] # apscheduler has no types
    """Fires at the slots of a schedule, ``before`` them, on a clock that runs ``shift`` behind the real one."""

    def __init__(self, recurrence: Recurrence, zone: tzinfo, *, before: timedelta, shift: timedelta) -> None:
        self.recurrence, self.zone, self.before, self.shift = recurrence, zone, before, shift

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The next real moment to fire at, never the one before again."""
        latest = max(previous_fire_time, now) if previous_fire_time else now - timedelta(microseconds=1)
        slot = next(upcoming(self.recurrence, self.zone, latest - self.shift + self.before), None)
        return None if slot is None else slot.instant - self.before + self.shift


def streams(app: App) -> list[Stream]:
    """Every stream that the config names."""
    return [Stream(name, schedule) for name, letter in app.config.newsletters.items() for schedule in letter.schedules]


def tick(app: App) -> int:
    """Does what the hour demands of every stream: fires slots, holds, approves, queues or skips issues.

    One stream's trouble stops no other: it is logged, and the number of such streams is given back. Safe at any time,
    from any number of processes.
    """
    failed = 0
    for stream in streams(app):
        try:
            _mature(app, stream)
            _fire(app, stream)
            _mature(app, stream)
        except PublisherError as error:
            failed += 1
            log.trouble("slot.failed", error, stream=str(stream))
    return failed


def _mature(app: App, stream: Stream) -> None:
    """What time makes of the stream's open issue."""
    with app.database.read() as connection:
        issue = store.open_issue(connection, stream)
    if issue is None:
        return
    now, letter = app.clock.now(), app.config.newsletters[stream.newsletter]
    auto = letter.approve == "auto"
    after = desk.on_time(app.config, app.database, issue.id, now)
    if after.state is State.DRAFT and auto and after.slot <= now:
        after = _approve(app, after)
    due = due_state(after, auto=auto, late_ok=letter.late_ok, now=now)
    if due is not None and due[0] is State.QUEUED:
        after = _queue(app, after, letter)
    if after.state is not issue.state:
        log.event(f"issue.{after.state}", issue=after.id, why=after.note)


def _approve(app: App, issue: Issue) -> Issue:
    """An issue of a newsletter that approves by itself; held where its checks find an error."""
    try:
        return steer.approve(app.post, issue.id, now=app.clock.now(), by="auto")[0]
    except (StateError, TemplateError) as error:  # a locked database is no reason to hold: the next tick tries again
        return _hold(app, issue, error)


def _queue(app: App, issue: Issue, letter: Newsletter) -> Issue:
    """An approved issue whose hour has come: queued; skipped where nobody reads it.

    Held where it is not what was approved any more; one that lacks an approval waits for it.
    """
    now = app.clock.now()
    with app.database.read() as connection:
        wanted = mail.has_readers(app.config, connection, issue, now)
    if not wanted:
        return desk.skip(app.database, issue.id, "no active reader", now=now, by="schedule")
    if len(issue.approvers) < letter.approvals:
        return issue
    try:
        return steer.queue(app.post, issue.id, now)
    except (StateError, TemplateError) as error:
        return _hold(app, issue, error)


def _hold(app: App, issue: Issue, error: PublisherError) -> Issue:
    with app.database.read() as connection:
        current = store.get(connection, issue.id)
    if current.state is not issue.state:  # another process led it on meanwhile
        return current
    log.trouble("issue.held", error, issue=issue.id)
    return desk.hold(app.database, issue.id, str(error), now=app.clock.now(), by="schedule")


def _fire(app: App, stream: Stream) -> None:
    """Fires the stream's newest due slot, and records those before it as merged into it."""
    letter, now = app.config.newsletters[stream.newsletter], app.clock.now()
    with app.database.write() as connection:
        start = slots.last(connection, stream) or slots.activate(connection, stream, now) - timedelta(microseconds=1)
        standing = store.open_issue(connection, stream)
    merged, target = owed(upcoming(letter.schedules[stream.schedule], letter.zone, start), letter, now)
    if merged:
        _merge(app, stream, merged, now)
    if target is None or (standing is not None and standing.slot < target.instant):
        return  # nothing due, or the issue before is still on the desk
    if _sent_early(app, stream, target, now):
        return
    made = desk.draft(app.config, app.database, stream, target.instant, now, wall=target.wall, by=owner())
    if isinstance(made, desk.Thin):
        if target.instant <= now:
            log.event("slot.skipped", stream=str(stream), slot=target.wall, why=str(made))
    elif made is not None:
        log.event("slot.fired", stream=str(stream), slot=target.wall, issue=made.id)


def owed(coming: Iterator[Slot], letter: Newsletter, now: datetime) -> tuple[list[Slot], Slot | None]:
    """Which slots since the last one were missed and merge into a later one, and which is to be fired now, if any.

    Fired is the newest that has come and is no later than ``late_ok``, else the next as soon as its draft is due.
    """
    drafting = takewhile(lambda slot: slot.instant - letter.draft_before <= now, coming)
    due = list(islice(drafting, MOST_SLOTS))
    missed = [slot for slot in due if slot.instant <= now]
    if len(missed) == MOST_SLOTS:
        return missed, None  # there are newer ones, which the next tick sees
    if missed and now - missed[-1].instant <= letter.late_ok:
        return missed[:-1], missed[-1]
    return missed, due[len(missed)] if len(due) > len(missed) else None


def _sent_early(app: App, stream: Stream, slot: Slot, now: datetime) -> bool:
    """Whether an issue that was drafted by hand for the slot was sent before its time; the slot is then its."""
    with app.database.write() as connection:
        issue = store.sent_for(connection, stream, slot.instant)
        if issue is None:
            return False
        if slots.take(connection, stream, wall=slot.wall, due_at=slot.instant, state=slots.DUE, by=owner(), now=now):
            slots.attach(connection, stream, slot.wall, issue)
        return True


def _merge(app: App, stream: Stream, merged: list[Slot], now: datetime) -> None:
    with app.database.write() as connection:
        recorded = [
            slot
            for slot in merged
            if slots.take(
                connection,
                stream,
                wall=slot.wall,
                due_at=slot.instant,
                state=slots.SKIPPED,
                note="missed; merged into the next slot",
                by=owner(),
                now=now,
            )
        ]
    for slot in recorded:
        log.event("slot.missed", stream=str(stream), slot=slot.wall)


def owner() -> str:
    """This process, as slot rows name it: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def start(
    app: App,
    *,
    tick: Callable[[], int],
    build: Callable[[], None],
    send: Callable[[], None],
    letters: Callable[[], object],
    duties: Callable[[], object],
) -> Any:
    """A running scheduler; its ``shutdown(wait=False)`` ends it.

    It only wakes: ``tick`` at every slot and at every draft before one, and each 20 s for what a clock change or an
    approval made due; ``send`` and ``letters`` each second; ``build`` and ``duties`` each minute. What is really to be
    done is read from the tables.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    one = Lock()

    def alone() -> None:  # the slots of several streams come at one moment, and each wakes the whole
        with one:
            tick()

    shift = app.clock.shift
    for stream in streams(app):
        letter = app.config.newsletters[stream.newsletter]
        recurrence = letter.schedules[stream.schedule]
        for name, before in (("slot", timedelta()), ("draft", letter.draft_before)):
            trigger = WallClockTrigger(recurrence, letter.zone, before=before, shift=shift)
            scheduler.add_job(alone, trigger, id=f"{name}:{stream}", replace_existing=True)
    scheduler.add_job(alone, IntervalTrigger(seconds=20), id="tick", next_run_time=app.clock.now() + shift)
    scheduler.add_job(build, IntervalTrigger(seconds=60), id="build")
    scheduler.add_job(send, IntervalTrigger(seconds=1), id="send")
    scheduler.add_job(letters, IntervalTrigger(seconds=1), id="letters")
    scheduler.add_job(duties, IntervalTrigger(seconds=60), id="duties", next_run_time=app.clock.now() + shift)
    scheduler.add_listener(_failed, EVENT_JOB_ERROR)
    # Its own lines: a job that failed, which _failed tells, and each wake that found its job still at work, no news.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler.start()
    return scheduler


def _failed(event: JobExecutionEvent) -> None:
    log.trouble("job.failed", event.exception, job=event.job_id)
