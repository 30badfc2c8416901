"""The desk: draft, edit, skip, and what the hour demands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from issues.newsroom import AT, look, move, site, write

from publisher.app import App
from publisher.content.index import Index
from publisher.errors import NotFoundError, StateError
from publisher.issues import desk, slots, store
from publisher.issues.compose import Edit
from publisher.issues.issue import Issue, State, Stream

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WALL = "2025-06-30T08:00"
TOO_DEEP = ">" * 3000 + " x"
"""A body that nobody renders."""


def draft(app: App, *, slot=AT, wall: str = "", by: str = "li"):
    return desk.draft(app.config, app.database, WEEKLY, slot, app.clock.now(), wall=wall, by=by)


def drafted(app: App, **options) -> Issue:
    made = draft(app, **options)
    assert isinstance(made, Issue)
    return made


def edit(app: App, issue: Issue, change: Edit | None = None, **names) -> Issue:
    return desk.edit(app.config, app.database, issue.id, change or Edit(), now=app.clock.now(), by="li", **names)


def stored(app: App, id: str) -> Issue:
    with app.database.read() as connection:
        return store.get(connection, id)


def events(app: App, id: str):
    with app.database.read() as connection:
        return [(what, by, detail) for _, what, by, detail in store.events(connection, id)]


def paths(issue: Issue) -> list[str]:
    return [story.path.removeprefix("posts/").removesuffix(".md") for story in issue.stories]


def test_a_draft_freezes_what_is_new(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="topics: [A]", seen=False)
        write(app, "omega", head="topics: [B]\nfeatured: true", date=AT - 2 * DAY, seen=False)
        write(app, "old", date=AT - 20 * DAY)
        write(app, "later", date=AT + HOUR)
        write(app, "ended", head=f"expiryDate: {(AT - HOUR).isoformat()}", date=AT - DAY)
        issue = drafted(app)
        assert issue == stored(app, "weekly-2025-06-30")
        assert paths(issue) == ["omega", "alpha"]
        assert [(item.path, item.reason) for item in issue.left_out] == [("posts/old.md", "too-old")]
        assert issue.subject == f"Weekly: {issue.stories[0].title}"
        assert events(app, issue.id) == [("issue.drafted", "li", "2 stories")]


def test_drafting_while_one_is_open_gives_that_one(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        first = drafted(app)
        write(app, "omega")
        assert draft(app, slot=AT + 7 * DAY) == first
        desk.skip(app.database, first.id, "no", now=AT)
        second = drafted(app)
        assert second.id == "weekly-2025-06-30-2"
        assert sorted(paths(second)) == ["alpha", "omega"]


def test_the_schedule_stands_in_the_id_where_it_is_not_the_newsletters_name(tmp_path: Path):
    with site(tmp_path, schedules='weekly: "mon 08:00", daily: "23:00"', more="timezone: Asia/Shanghai") as app:
        letter = app.config.newsletters["weekly"]
        assert desk.issue_id(Stream("weekly", "daily"), AT, letter) == "weekly-daily-2025-06-30"
        assert desk.issue_id(WEEKLY, AT.replace(hour=17), letter) == "weekly-2025-07-01"


def test_too_little_is_thin_with_its_reasons(tmp_path: Path):
    with site(tmp_path, more="select: {min: 3}") as app:
        write(app, "alpha", seen=False)
        write(app, "old", date=AT - 20 * DAY)
        thin = draft(app)
        assert str(thin) == "weekly/weekly: 1 new stories, 3 wanted (left out: 1 too-old)"
        assert isinstance(thin, desk.Thin)
        assert (thin.found, thin.minimum, dict(thin.reasons)) == (1, 3, {"too-old": 1})
        with app.database.read() as connection:
            assert store.latest(connection) == []
    with site(tmp_path / "empty") as app:
        look(app)
        assert str(draft(app)) == "weekly/weekly: 0 new stories, 1 wanted"


def test_too_little_skips_the_slot_once_it_has_come(tmp_path: Path):
    with site(tmp_path, at=AT - HOUR) as app:
        look(app)
        assert isinstance(draft(app, wall=WALL), desk.Thin)
        with app.database.read() as connection:
            assert not slots.taken(connection, WEEKLY, WALL)
        move(app, AT)
        assert isinstance(draft(app, wall=WALL), desk.Thin)
        with app.database.read() as connection:
            assert slots.skipped(connection, WEEKLY) == [(WALL, "weekly/weekly: 0 new stories, 1 wanted")]
        write(app, "alpha")
        assert draft(app, wall=WALL) is None


def test_too_little_may_become_a_note(tmp_path: Path):
    with site(tmp_path, more="empty: send_note, select: {min: 2}") as app:
        write(app, "alpha")
        note = drafted(app)
        assert (note.stories, note.subject, note.preheader) == ((), "Weekly", "")


def test_the_wall_belongs_to_whoever_inserts_it(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        with app.database.write() as connection:
            slots.take(connection, WEEKLY, wall=WALL, due_at=AT, state=slots.DUE, by="other:1", now=AT)
        assert draft(app, wall=WALL) is None
        with app.database.read() as connection:
            assert store.latest(connection) == []


def test_a_slot_takes_the_issue_that_was_drafted_by_hand(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        by_hand = drafted(app)
        assert draft(app, wall=WALL) == by_hand
        with app.database.read() as connection:
            row = connection.execute(slots.slot_table.select()).one()
        assert (row.issue, row.state, row.by) == (by_hand.id, "due", "li")


def test_an_issue_that_leaves_the_desk_meanwhile_is_not_replaced_by_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with site(tmp_path) as app:
        write(app, "alpha")
        first = drafted(app)
        found = store.open_issue

        def gone(connection, stream):
            monkeypatch.setattr(store, "open_issue", found)
            return first

        desk.skip(app.database, first.id, "meanwhile", now=AT)
        monkeypatch.setattr(store, "open_issue", gone)
        with pytest.raises(StateError) as caught:
            draft(app, wall=WALL)
        assert caught.value.line() == "issue weekly-2025-06-30 was changed meanwhile; draft again"
        with app.database.read() as connection:
            assert not slots.taken(connection, WEEKLY, WALL)


def test_what_was_sent_is_in_no_next_issue(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        first = drafted(app)
        for state in (State.APPROVED, State.QUEUED, State.SENDING):
            desk.move(app.database, first.id, state, now=AT)
        move(app, AT + DAY)
        write(app, "omega")
        write(app, "back-dated", date=AT - 10 * DAY)
        second = drafted(app, slot=AT + 7 * DAY)
        assert sorted(paths(second)) == ["back-dated", "omega"]
        assert (second.number, [item.reason for item in second.left_out]) == (2, ["already-sent"])


# ---- what cannot be rendered


def paths_and_reasons(issue: Issue) -> dict[str, str]:
    return {item.path: item.reason for item in issue.left_out}


def test_another_takes_the_place_of_what_cannot_be_rendered(tmp_path: Path):
    with site(tmp_path, more="select: {per_topic: 1}") as app:
        write(app, "alpha", head="topics: [A]\nfeatured: true", body=TOO_DEEP, seen=False)
        write(app, "beta", head="topics: [A]\nweight: 1", body=TOO_DEEP, seen=False)
        write(app, "omega", head="topics: [A]", date=AT - DAY)
        issue = drafted(app)
        assert paths(issue) == ["omega"]
        assert issue.stories[0].summary == "What omega is about."
        assert paths_and_reasons(issue) == {"posts/alpha.md": "unreadable", "posts/beta.md": "unreadable"}
        assert {problem.path for problem in Index(app.database).problems()} == {"posts/alpha.md", "posts/beta.md"}
        assert stored(app, issue.id) == issue
        write(app, "alpha", head="topics: [A]\nfeatured: true")  # mended
        assert paths(edit(app, issue, pin=["alpha"])) == ["alpha"]


def test_a_pin_does_not_help_what_cannot_be_rendered(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", seen=False)
        write(app, "deep", body=TOO_DEEP)
        after = edit(app, drafted(app), pin=["deep"])
        assert (paths(after), after.pinned) == (["alpha"], ("posts/deep.md",))
        assert paths_and_reasons(after) == {"posts/deep.md": "unreadable"}


def test_nothing_that_can_be_rendered_is_thin(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "deep", body=TOO_DEEP)
        assert str(draft(app)) == "weekly/weekly: 0 new stories, 1 wanted (left out: 1 unreadable)"


def test_a_broken_body_goes_out_as_it_last_was(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="featured: true")
        first = drafted(app)
        write(app, "beta", seen=False)
        write(app, "alpha", head="featured: true", body=TOO_DEEP)
        after = edit(app, first, exclude=["beta"])
        assert after.stories == first.stories
        assert paths_and_reasons(after) == {"posts/beta.md": "excluded"}
        assert [problem.code for problem in Index(app.database).problems()] == ["body"]


def test_what_is_not_chosen_is_never_rendered(tmp_path: Path):
    with site(tmp_path, more="select: {per_topic: 1}") as app:
        write(app, "alpha", head="topics: [A]", seen=False)
        write(app, "deep", head="topics: [A]", date=AT - DAY, body=TOO_DEEP)
        assert paths_and_reasons(drafted(app)) == {"posts/deep.md": "topic-full"}
        assert Index(app.database).problems() == []


# ---- edits


def test_pins_and_exclusions_choose_anew_and_keep_the_editors_words(tmp_path: Path):
    with site(tmp_path, more="select: {per_topic: 1}") as app:
        write(app, "alpha", head="topics: [A]", seen=False)
        write(app, "omega", head="topics: [A]", date=AT - DAY, seen=False)
        write(app, "ancient", head="topics: [A]", date=AT - 300 * DAY)
        issue = drafted(app)
        assert paths(issue) == ["alpha"]
        after = edit(app, issue, Edit(subject="My own"), pin=["ancient"], exclude=["alpha.md"])
        assert paths(after) == ["ancient"]
        assert (after.subject, after.preheader, after.revision) == ("My own", after.stories[0].title, 2)
        assert (after.pinned, after.excluded) == (("posts/ancient.md",), ("posts/alpha.md",))
        assert {item.path: item.reason for item in after.left_out} == {
            "posts/alpha.md": "excluded",
            "posts/omega.md": "topic-full",
        }
        assert after == stored(app, issue.id)
        again = edit(app, after, pin=["alpha"], exclude=["ancient"])
        assert (again.pinned, again.excluded, paths(again)) == (("posts/alpha.md",), ("posts/ancient.md",), ["alpha"])
        assert (again.subject, again.preheader) == ("My own", again.stories[0].title)
        assert events(app, issue.id)[-1] == ("issue.edited", "li", "revision 3")


def test_an_edit_voids_the_approval(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        desk.move(app.database, issue.id, State.APPROVED, now=AT)
        assert edit(app, issue, Edit(intro="Hello")).state is State.DRAFT


def test_order_and_exclusion_know_the_frozen_stories(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="topics: [A]")
        write(app, "omega", head="topics: [B]")
        issue = drafted(app)
        last = paths(issue)[-1]
        (app.config.content.path / f"posts/{last}.md").unlink()
        look(app)
        assert paths(edit(app, issue, Edit(order=(last,))))[0] == last
        assert last not in paths(edit(app, issue, exclude=[last]))


def test_what_contradicts_itself_is_refused(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        with pytest.raises(StateError, match=r"^posts/alpha.md cannot be pinned and excluded at once$"):
            edit(app, issue, pin=["alpha"], exclude=["posts/alpha.md"])
        with pytest.raises(NotFoundError, match="no article nobody"):
            edit(app, issue, pin=["nobody"])
        desk.skip(app.database, issue.id, "x", now=AT)
        with pytest.raises(StateError, match="is skipped and cannot be changed"):
            edit(app, issue, Edit(subject="x"))


def test_a_pin_that_expired_since_does_not_go_out(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        write(app, "brief", head=f"expiryDate: {(AT + HOUR).isoformat()}")
        issue = edit(app, drafted(app), pin=["brief"])
        assert paths(issue)[0] == "brief"
        move(app, AT + 2 * HOUR)
        assert paths(edit(app, issue, exclude=["alpha"])) == []


def test_a_pin_that_was_put_off_does_not_go_out(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        write(app, "dated")
        write(app, "embargoed")
        issue = edit(app, drafted(app), pin=["dated", "embargoed"])
        assert paths(issue)[:2] == ["dated", "embargoed"]
        write(app, "dated", date=AT + DAY)
        assert paths(edit(app, issue)) == paths(issue)  # an edit of words alone chooses nothing
        assert paths(edit(app, stored(app, issue.id), exclude=["alpha"])) == ["embargoed"]
        write(app, "embargoed", head=f"publishDate: {(AT + DAY).isoformat()}")
        assert paths(edit(app, stored(app, issue.id), exclude=["alpha"])) == []


# ---- states


def test_skipping_says_why_on_one_line(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        skipped = desk.skip(app.database, issue.id, "not\nthis \ud800week\x00", now=AT, by="li")
        assert (skipped.state, skipped.note) == (State.SKIPPED, "not this week")
        assert stored(app, issue.id) == skipped
        assert events(app, issue.id)[-1] == ("issue.skipped", "li", "not this week")
        with pytest.raises(StateError, match="is skipped and cannot become skipped"):
            desk.skip(app.database, issue.id, "again", now=AT)


def test_holding_voids_an_approval(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        desk.move(app.database, issue.id, State.APPROVED, now=AT)
        held = desk.hold(app.database, issue.id, "a template\nchanged", now=AT, by="schedule")
        assert (held.state, held.note, held.revision, held.approvers) == (State.HELD, "a template changed", 2, ())
        assert stored(app, issue.id) == held


@pytest.mark.parametrize(
    ("state", "hours", "after"),
    [
        (State.DRAFT, -1, State.DRAFT),
        (State.DRAFT, 0, State.HELD),
        (State.DRAFT, 13, State.SKIPPED),
        (State.APPROVED, 0, State.APPROVED),
        (State.APPROVED, 13, State.SKIPPED),
    ],
)
def test_the_hour_holds_and_skips_but_queues_nothing(tmp_path: Path, state, hours, after):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        if state is State.APPROVED:
            desk.move(app.database, issue.id, state, now=AT)
        made = desk.on_time(app.config, app.database, issue.id, AT + hours * HOUR)
        assert made.state is after
        assert made == stored(app, issue.id)
        assert desk.on_time(app.config, app.database, issue.id, AT + hours * HOUR) == made


# ---- names


def test_streams_are_found_by_name(tmp_path: Path):
    with site(tmp_path, schedules='daily: "08:00", weekly: "mon 08:00"') as app:
        assert desk.stream(app.config, "weekly") == Stream("weekly", "daily")
        assert desk.stream(app.config, "weekly", "weekly") == WEEKLY
        for name, schedule, line in (
            ("other", "", "no newsletter 'other'; there is weekly"),
            ("weekly", "hourly", "newsletter weekly has no schedule 'hourly'; there is daily, weekly"),
        ):
            with pytest.raises(NotFoundError) as caught:
                desk.stream(app.config, name, schedule)
            assert caught.value.line() == line


@pytest.mark.parametrize(
    ("topics", "select", "expected"),
    [
        ("", "", ()),
        ("topics: {a: {title: A}, b: {title: B}}\n", "", ("a", "b")),
        ("topics: {a: {title: A}, b: {title: B}}\n", "select: {topics: [b]}", ("b",)),
    ],
)
def test_a_newsletter_takes_its_own_topics_else_the_sites(tmp_path: Path, topics, select, expected):
    import textwrap

    from publisher.config import parse

    text = textwrap.dedent(f"""
        site: {{title: T, url: "https://t.example"}}
        {topics}newsletters: {{weekly: {{title: W, from: "n@t.example"{select and ", " + select}}}}}
    """)
    text = "\n".join(line.strip() for line in text.splitlines())
    config = parse(text.encode(), tmp_path / "config.yaml", {})
    rule = desk.rule(config, config.newsletters["weekly"], ["p"], ["x"])
    assert (rule.topics, rule.pinned, rule.excluded) == (expected, ("p",), {"x"})


def test_a_pin_of_what_is_not_shown_says_why(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        write(app, "kept", head="draft: true")
        write(app, "late", date=AT + DAY)
        write(app, "bad", head="expiryDate: never")
        issue = drafted(app)
        with pytest.raises(StateError, match=r"^posts/kept.md is not shown: draft$"):
            edit(app, issue, pin=["kept.md"])
        with pytest.raises(StateError, match=r"^posts/late.md is not shown: scheduled \(2025-"):
            edit(app, issue, pin=["posts/late.md"])
        with pytest.raises(StateError, match=r"^posts/bad.md:\d+: error: expiryDate: 'never' is not a date"):
            edit(app, issue, pin=["bad.md"])


def test_an_empty_subject_is_made_from_the_stories_again(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha")
        made = drafted(app)
        by_hand = edit(app, made, Edit(subject="By hand", preheader="Mine"))
        assert (by_hand.subject, by_hand.own_subject, by_hand.own_preheader) == ("By hand", True, True)
        again = edit(app, made, Edit(subject=" ", preheader=""))
        assert (again.subject, again.preheader) == (made.subject, made.preheader)
        assert not again.own_subject
        assert not again.own_preheader
