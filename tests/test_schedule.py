"""What a tick makes of every stream, and the scheduler that ticks."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from issues.newsroom import AT, break_templates, join, move, site, write

from publisher import schedule
from publisher.app import App
from publisher.delivery import steer
from publisher.errors import ConfigError, StoreError
from publisher.issues import desk, slots, store
from publisher.issues.issue import Issue, State, Stream
from publisher.schedule import tick

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
NONE = timedelta()


# ---- ticks


def issues(app: App) -> list[tuple[str, str, str]]:
    with app.database.read() as connection:
        return [(issue.id, str(issue.state), issue.note) for issue in reversed(store.latest(connection))]


def only(app: App) -> Issue:
    with app.database.read() as connection:
        (issue,) = store.latest(connection)
    return issue


def rows(app: App) -> list[tuple[str, str, str | None, str]]:
    with app.database.read() as connection:
        found = connection.execute(slots.slot_table.select().order_by(slots.slot_table.c.wall))
        return [(row.wall, row.state, row.issue, row.note) for row in found]


def approve(app: App, id: str = "weekly-2025-06-30") -> None:
    steer.approve(app.post, id, now=app.clock.now(), by="li")


def test_a_draft_is_made_draft_before_its_slot_and_held_at_it(tmp_path: Path):
    with site(tmp_path, at=AT - 2 * DAY) as app:
        write(app, "alpha")
        tick(app)
        assert issues(app) == []
        move(app, AT - DAY - timedelta(seconds=1))
        tick(app)
        assert issues(app) == []
        move(app, AT - DAY)
        tick(app)
        tick(app)
        assert issues(app) == [("weekly-2025-06-30", "draft", "")]
        assert rows(app) == [("2025-06-30T08:00", "due", "weekly-2025-06-30", "")]
        move(app, AT - timedelta(seconds=1))
        tick(app)
        assert only(app).state is State.DRAFT
        move(app, AT)
        tick(app)
        assert issues(app) == [("weekly-2025-06-30", "held", "its hour has come and nobody approved it")]
        move(app, AT + 12 * HOUR)
        tick(app)
        assert only(app).state is State.HELD
        approve(app)
        tick(app)
        assert only(app).state is State.QUEUED


def test_an_approved_issue_is_queued_at_its_slot(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        write(app, "alpha")
        tick(app)
        approve(app)
        tick(app)
        assert only(app).state is State.APPROVED
        move(app, AT)
        tick(app)
        tick(app)
        assert only(app).state is State.QUEUED


def test_a_late_issue_goes_into_the_next(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        write(app, "alpha")
        tick(app)
        move(app, AT + 13 * HOUR)
        tick(app)
        assert issues(app) == [
            ("weekly-2025-06-30", "skipped", "not approved in time; its stories stay for the next issue")
        ]
        move(app, AT + WEEK - DAY)
        tick(app)
        assert [id for id, _, _ in issues(app)] == ["weekly-2025-06-30", "weekly-2025-07-07"]
        with app.database.read() as connection:
            assert [story.path for story in store.get(connection, "weekly-2025-07-07").stories] == ["posts/alpha.md"]


def test_approve_auto_sends_by_itself_at_the_slot(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, more="approve: auto") as app:
        write(app, "alpha")
        tick(app)
        assert only(app).state is State.DRAFT
        move(app, AT)
        tick(app)
        issue = only(app)
        assert (issue.state, issue.approvers) == (State.QUEUED, ("auto",))
        assert issue.approved_hash


def test_approve_auto_with_no_time_before_does_all_in_one_tick(tmp_path: Path):
    with site(tmp_path, more="approve: auto, draft_before: 0") as app:
        write(app, "alpha")
        tick(app)
        assert only(app).state is State.QUEUED


def test_what_its_checks_refuse_is_held_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with site(tmp_path, more="approve: auto, draft_before: 0") as app:
        break_templates(app)
        write(app, "alpha")
        tick(app)
        issue = only(app)
        assert issue.state is State.HELD
        assert "digest/" in issue.note
        tick(app)
        assert only(app).revision == issue.revision
    assert "issue.held" in capsys.readouterr().err


def test_what_changed_after_the_approval_is_held_and_the_approval_void(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with site(tmp_path, at=AT - DAY) as app:
        write(app, "alpha")
        tick(app)
        approve(app)
    with site(tmp_path, readers=0, others="theme: {colour: '#0f5f6e'}\n") as app:
        tick(app)
        issue = only(app)
        assert (issue.state, issue.approved_hash, issue.approvers) == (State.HELD, "", ())
        tick(app)
        assert only(app) == issue
        approve(app)
        tick(app)
        assert only(app).state is State.QUEUED
    assert "issue.held" in capsys.readouterr().err


def test_without_readers_an_issue_is_skipped(tmp_path: Path):
    with site(tmp_path, readers=0, more="approve: auto, draft_before: 0") as app:
        write(app, "alpha")
        tick(app)
        assert issues(app) == [("weekly-2025-06-30", "skipped", "no active reader")]


def test_a_second_approval_is_waited_for(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, more="approvals: 2") as app:
        write(app, "alpha")
        tick(app)
        approve(app)
        move(app, AT)
        tick(app)
        assert (only(app).state, only(app).approvers) == (State.APPROVED, ("li",))
        steer.approve(app.post, "weekly-2025-06-30", now=AT, by="wang")
        tick(app)
        assert only(app).state is State.QUEUED


def test_an_outage_of_weeks_gives_one_issue_and_says_what_was_missed(tmp_path: Path):
    with site(tmp_path, at=AT - 3 * WEEK - HOUR, schedules='weekly: "mon,thu 08:00"') as app:
        tick(app)
        move(app, AT + HOUR)
        write(app, "alpha")
        tick(app)
        tick(app)
        missed = ["06-09", "06-12", "06-16", "06-19", "06-23", "06-26"]
        note = "missed; merged into the next slot"
        assert rows(app) == [
            *((f"2025-{day}T08:00", "skipped", None, note) for day in missed),
            ("2025-06-30T08:00", "due", "weekly-2025-06-30", ""),
        ]
        assert [(id, state) for id, state, _ in issues(app)] == [("weekly-2025-06-30", "held")]
        with app.database.read() as connection:
            assert len(slots.skipped(connection, WEEKLY, limit=3)) == 3


def test_nothing_is_owed_from_before_the_site_was_first_used(tmp_path: Path):
    with site(tmp_path, at=AT + HOUR) as app:
        write(app, "alpha")
        tick(app)
        assert (rows(app), issues(app)) == ([], [])
    with site(tmp_path / "sharp", at=AT) as app:
        write(app, "alpha")
        tick(app)
        assert [wall for wall, *_ in rows(app)] == ["2025-06-30T08:00"]


def test_too_little_news_is_waited_for_until_the_slot(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        write(app, "old", date=AT - 20 * DAY)
        tick(app)
        move(app, AT - HOUR)
        tick(app)
        assert rows(app) == []
        write(app, "alpha")
        tick(app)
        assert rows(app) == [("2025-06-30T08:00", "due", "weekly-2025-06-30", "")]
    with site(tmp_path / "never", at=AT - DAY) as app:
        write(app, "old", date=AT - 20 * DAY)
        tick(app)
        move(app, AT)
        tick(app)
        note = "weekly/weekly: 0 new stories, 1 wanted (left out: 1 too-old)"
        assert rows(app) == [("2025-06-30T08:00", "skipped", None, note)]


def test_the_issue_on_the_desk_goes_first(tmp_path: Path):
    with site(tmp_path, at=AT, schedules='weekly: "08:00"') as app:
        write(app, "alpha")
        tick(app)
        assert [(id, state) for id, state, _ in issues(app)] == [("weekly-2025-06-30", "held")]
        move(app, AT + 12 * HOUR)
        tick(app)
        assert len(issues(app)) == 1
        move(app, AT + 13 * HOUR)
        tick(app)
        assert [(id, state) for id, state, _ in issues(app)] == [
            ("weekly-2025-06-30", "skipped"),
            ("weekly-2025-07-01", "draft"),
        ]


def test_an_issue_drafted_by_hand_is_the_slots(tmp_path: Path):
    with site(tmp_path, at=AT - 3 * DAY) as app:
        write(app, "alpha")
        made = desk.draft(app.config, app.database, WEEKLY, AT, app.clock.now())
        assert isinstance(made, Issue)
        move(app, AT - DAY)
        tick(app)
        assert rows(app) == [("2025-06-30T08:00", "due", made.id, "")]
        assert len(issues(app)) == 1


def test_an_issue_sent_before_its_slot_is_not_sent_again_at_it(tmp_path: Path):
    with site(tmp_path, at=AT - 3 * DAY) as app:
        write(app, "alpha")
        made = desk.draft(app.config, app.database, WEEKLY, AT, app.clock.now())
        assert isinstance(made, Issue)
        for state in (State.APPROVED, State.QUEUED, State.SENDING, State.SENT):
            desk.move(app.database, made.id, state, now=app.clock.now())
        move(app, AT - DAY)
        write(app, "omega")
        tick(app)
        tick(app)
        assert rows(app) == [("2025-06-30T08:00", "due", made.id, "")]
        assert len(issues(app)) == 1


def test_two_programs_on_one_database_fire_once(tmp_path: Path):
    with site(tmp_path) as one, site(tmp_path, readers=0) as other:
        write(one, "alpha")
        barrier = threading.Barrier(2)

        def run(app: App) -> None:
            barrier.wait()
            tick(app)

        threads = [threading.Thread(target=run, args=(app,)) for app in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(issues(one)) == 1
        assert [row[:3] for row in rows(one)] == [("2025-06-30T08:00", "due", "weekly-2025-06-30")]


def test_one_streams_error_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with site(tmp_path, schedules='first: "mon 08:00", weekly: "mon 08:00"') as app:
        write(app, "alpha")
        real = desk.draft

        def draft(config, database, on, *arguments, **names):
            if on.schedule == "first":
                raise StoreError("the disk is full", hint="make room")
            return real(config, database, on, *arguments, **names)

        monkeypatch.setattr(desk, "draft", draft)
        tick(app)
        assert [id for id, _, _ in issues(app)] == ["weekly-2025-06-30"]
    told = capsys.readouterr().err
    assert "slot.failed" in told
    assert "weekly/first" in told


def test_every_schedule_of_a_newsletter_is_a_stream_of_its_own(tmp_path: Path):
    with site(tmp_path, schedules='weekly: "mon 08:00", daily: "08:00"') as app:
        join(app, 1, schedule="daily")
        write(app, "alpha")
        tick(app)
        assert sorted(id for id, _, _ in issues(app)) == ["weekly-2025-06-30", "weekly-daily-2025-06-30"]


# ---- drafting by hand


@pytest.mark.parametrize(
    ("at", "taken", "wall"),
    [
        (AT - HOUR, False, "2025-06-30T08:00"),
        (AT, False, "2025-06-30T08:00"),
        (AT + 11 * HOUR, False, "2025-06-30T08:00"),
        (AT + 11 * HOUR, True, "2025-07-07T08:00"),
        (AT + 13 * HOUR, False, "2025-07-07T08:00"),
    ],
)
def test_a_draft_by_hand_is_for_the_slot_that_just_came_or_the_next(tmp_path: Path, at, taken, wall):
    with site(tmp_path, at=at) as app:
        if taken:
            with app.database.write() as connection:
                slots.take(
                    connection, WEEKLY, wall="2025-06-30T08:00", due_at=AT, state=slots.DUE, by="other:1", now=AT
                )
        assert schedule.drafting_slot(app, WEEKLY).wall == wall


def test_a_schedule_that_names_no_day_is_told(tmp_path: Path):
    with site(tmp_path, schedules='weekly: {cron: "0 8 30 2 *"}') as app:
        with pytest.raises(ConfigError) as caught:
            schedule.drafting_slot(app, WEEKLY)
        assert caught.value.line() == "schedule '0 8 30 2 *' of weekly/weekly names no day there is; correct it"
        tick(app)
        assert issues(app) == []


# ---- the real scheduler


def test_the_scheduler_wakes_and_ends(tmp_path: Path, eventually, monkeypatch: pytest.MonkeyPatch):
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    at = AT - timedelta(seconds=1)
    woken: list[str] = []
    with site(tmp_path, at=at) as app:
        app.clock.shift = datetime.now(UTC) - at

        def fail() -> None:
            woken.append("send")
            raise StoreError("no room")

        running = schedule.start(
            app,
            tick=lambda: woken.append("tick"),
            build=lambda: None,
            send=fail,
            letters=lambda: woken.append("letters"),
            duties=lambda: woken.append("duties"),
        )
        try:
            jobs = {job.id: job.trigger for job in running.get_jobs()}
            eventually(lambda: woken.count("tick") >= 2 and {"send", "letters", "duties"} <= set(woken))
            eventually(lambda: "job.failed" in told.getvalue())
        finally:
            running.shutdown(wait=False)
    assert set(jobs) == {"slot:weekly/weekly", "draft:weekly/weekly", "tick", "build", "send", "letters", "duties"}
    assert (jobs["slot:weekly/weekly"].before, jobs["draft:weekly/weekly"].before) == (NONE, DAY)


def test_a_process_has_a_name():
    host, _, number = schedule.owner().rpartition(":")
    assert host
    assert int(number) > 0
