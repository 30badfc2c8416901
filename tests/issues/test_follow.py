"""Open issues follow their articles: drafts change along, an approved issue goes out as approved and says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from content.shelf import picture
from issues.newsroom import AT, move, site, write
from journeys.walk import ISSUE, NOW, Site, run, words_of

from publisher import check
from publisher.app import App
from publisher.content.library import Library
from publisher.delivery import steer
from publisher.issues import desk, drift, follow, store
from publisher.issues.compose import Edit
from publisher.issues.drift import Change, Drift
from publisher.issues.issue import Issue, State, Stream

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOO_DEEP = ">" * 3000 + " x"
"""A body that nobody renders."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A site of two articles, alpha newer than brief."""
    with site(tmp_path) as opened:
        story(opened, "alpha")
        story(opened, "brief", date=AT - DAY)
        yield opened


def story(app: App, name: str, *, title: str = "", summary: str = "", head: str = "", **more: Any) -> None:
    """Writes an article with a summary of its own; nothing reads it yet."""
    head = f"summary: {summary or f'About {name}.'}\n{head}"
    write(app, name, title=title or name.title(), head=head, seen=False, **more)


def remove(app: App, name: str) -> None:
    (app.config.content.path / "posts" / f"{name}.md").unlink()


def read(app: App) -> tuple[Drift, ...]:
    return follow.read(app.config, app.database, app.clock.now()).drifts


def drafted(app: App, on: Stream = WEEKLY) -> Issue:
    read(app)
    made = desk.draft(app.config, app.database, on, AT, app.clock.now())
    assert isinstance(made, Issue)
    return made


def stored(app: App, id: str = ISSUE) -> Issue:
    with app.database.read() as connection:
        return store.get(connection, id)


def events(app: App, id: str = ISSUE) -> list[tuple[str, str, str]]:
    with app.database.read() as connection:
        return [(what, by, detail) for _, what, by, detail in store.events(connection, id)]


def titles(issue: Issue) -> list[str]:
    return [each.title for each in issue.stories]


def left(issue: Issue) -> list[tuple[str, str]]:
    return [(item.path, item.reason) for item in issue.left_out]


# ---- drafts


def test_a_draft_takes_over_an_edit(app: App):
    first = drafted(app)
    (app.config.root / "static").mkdir()
    (app.config.root / "static" / "sea.jpg").write_bytes(picture())
    story(app, "brief", title="Brought", summary="Otherwise.", head="image: /sea.jpg\ntags: [sea]", date=AT - DAY)
    assert read(app) == ()
    second = stored(app)
    alpha, brief = second.stories
    assert alpha == first.stories[0]
    assert (brief.title, brief.summary, brief.tags) == ("Brought", "Otherwise.", ("sea",))
    assert brief.image is not None
    assert brief.image.url == "https://tideline.example/sea.jpg"
    assert (brief.guid, brief.topic, brief.score) == (
        first.stories[1].guid,
        *(first.stories[1].topic, first.stories[1].score),
    )
    assert (second.state, second.revision) == (State.DRAFT, first.revision + 1)
    assert (second.subject, second.preheader) == ("Weekly: Alpha", "Alpha · Brought")
    assert events(app)[1:] == [("issue.followed", "content", "2 of 2 stories, as their articles are now")]


def test_what_the_editor_made_of_a_draft_stays(app: App):
    issue = drafted(app)
    change = Edit(subject="Own words", preheader="Own line", intro="Hello.", order=("brief",))
    desk.edit(app.config, app.database, issue.id, change, now=AT, by="li", pin=["brief"])
    story(app, "alpha", title="Other")
    read(app)
    after = stored(app)
    assert titles(after) == ["Brief", "Other"]
    assert (after.subject, after.preheader, after.intro) == ("Own words", "Own line", "Hello.")
    assert (after.pinned, after.excluded, after.revision) == (("posts/brief.md",), (), 3)


def test_a_held_issue_follows_as_a_draft_does(app: App):
    drafted(app)
    desk.hold(app.database, ISSUE, "nobody approved it", now=AT, by="schedule")
    story(app, "alpha", title="Other")
    assert read(app) == ()
    after = stored(app)
    assert (titles(after)[0], after.state, after.note) == ("Other", State.HELD, "nobody approved it")


@pytest.mark.parametrize(
    "head",
    ["", "draft: true", f"expiryDate: {(AT - HOUR).isoformat()}", f"publishDate: {(AT + HOUR).isoformat()}"],
    ids=["deleted", "withdrawn", "expired", "put off"],
)
def test_what_readers_may_no_longer_see_leaves_a_draft(app: App, head: str):
    issue = drafted(app)
    if head:
        story(app, "alpha", head=head)
    else:
        remove(app, "alpha")
    assert read(app) == ()
    after = stored(app)
    assert (titles(after), left(after)) == (["Brief"], [("posts/alpha.md", "vanished")])
    assert (after.subject, after.revision) == ("Weekly: Brief", issue.revision + 1)
    assert events(app)[-1] == ("issue.followed", "content", "1 of 2 stories, as their articles are now")


def test_a_story_expires_at_its_second(app: App):
    story(app, "alpha", head=f"expiryDate: {(AT + HOUR).isoformat()}")
    drafted(app)
    move(app, AT + HOUR - timedelta(seconds=1))
    read(app)
    assert titles(stored(app)) == ["Alpha", "Brief"]
    move(app, AT + HOUR)
    read(app)
    assert titles(stored(app)) == ["Brief"]


def test_a_draft_may_lose_all_its_stories(app: App):
    drafted(app)
    remove(app, "alpha")
    remove(app, "brief")
    read(app)
    after = stored(app)
    assert (titles(after), after.subject, after.state) == ([], "Weekly", State.DRAFT)
    assert left(after) == [("posts/alpha.md", "vanished"), ("posts/brief.md", "vanished")]


@pytest.mark.parametrize("broken", ["body", "head"])
def test_what_cannot_be_read_now_stays_as_it_was(app: App, broken: str):
    issue = drafted(app)
    story(app, "alpha", body=TOO_DEEP if broken == "body" else "", head="" if broken == "body" else "summary: [")
    assert read(app) == ()
    assert stored(app) == issue


@pytest.mark.parametrize("guid", ["guid: urn:tide", ""])
def test_a_renamed_file_stays_with_its_new_path_and_its_id(app: App, guid: str):
    story(app, "alpha", head=guid)
    issue = drafted(app)
    remove(app, "alpha")
    story(app, "moved", title="Alpha", head=guid)
    read(app)
    after = stored(app)
    assert [each.path for each in after.stories] == ["posts/moved.md", "posts/brief.md"]
    assert [each.guid for each in after.stories] == [each.guid for each in issue.stories]
    assert after.stories[0].url == "https://tideline.example/posts/moved/"
    assert left(after) == []


def test_a_file_that_moves_and_keeps_its_address_is_known_by_its_new_path(app: App):
    story(app, "alpha", head="url: /tide/")
    drafted(app)
    remove(app, "alpha")
    story(app, "moved", title="Alpha", summary="About alpha.", head="url: /tide/")
    read(app)
    assert [each.path for each in stored(app).stories] == ["posts/moved.md", "posts/brief.md"]


def test_a_pinned_story_whose_file_moves_stays_pinned(app: App):
    story(app, "brief", date=AT - 20 * DAY)
    drafted(app)
    desk.edit(app.config, app.database, ISSUE, Edit(), now=AT, pin=["brief"])
    remove(app, "brief")
    story(app, "moved", title="Brief", date=AT - 20 * DAY)
    read(app)
    assert titles(stored(app)) == ["Brief", "Alpha"]
    desk.edit(app.config, app.database, ISSUE, Edit(), now=AT, exclude=["alpha"])
    assert titles(stored(app)) == ["Brief"]


def test_a_story_is_not_swapped_for_another_article_of_the_same_id(app: App):
    story(app, "alpha", head="guid: urn:tide")
    issue = drafted(app)
    story(app, "zulu", head="guid: urn:tide", date=AT - 2 * DAY)
    assert read(app) == ()
    assert stored(app) == issue


def test_two_articles_of_one_id_do_not_become_one_story_told_twice(app: App):
    story(app, "alpha", head="guid: urn:tide")
    story(app, "zulu", head="guid: urn:tide")
    issue = drafted(app)
    read(app)
    assert stored(app) == issue
    assert len(set(titles(issue))) == len(issue.stories)


def test_a_change_of_the_text_alone_changes_no_draft(app: App):
    issue = drafted(app)
    story(app, "alpha", body="Quite another text, about as long as before.")
    assert read(app) == ()
    assert read(app) == ()
    assert stored(app) == issue
    whole = Library(app.config, app.database).articles(["posts/alpha.md"], AT)["posts/alpha.md"]
    assert whole.revision != issue.stories[0].revision, "the article itself has changed"


def test_two_readings_in_a_row_change_nothing(app: App):
    drafted(app)
    story(app, "alpha", title="Other")
    remove(app, "brief")
    read(app)
    once, told = stored(app), events(app)
    move(app, AT + HOUR)
    read(app)
    assert (stored(app), events(app)) == (once, told)


@pytest.mark.parametrize(
    "rows",
    [
        "date: 2025-06-30T07:30:00.999Z",
        "date: 2025-06-30T12:30:00.123456+05:30",
        "date: 2025-06-28T23:59:59.9999999-09:30",
        "date: 2025-06-30",
        "date: 2025-06-29\nimage: https://elsewhere.example/a b.jpg?c=中\nimage_alt: ''",
        "date: 2025-06-29\ntags: [GPU, gpu, '[a]', 'b, c']\nauthors: [Ann, {name: Bo}]\nlang: zh_tw",
        "date: 2025-06-29\nsummary: '**a** <b>c</b> & 👩‍👩‍👧 \\u0007'\nurl: /a b/中/",
        'date: 2025-06-29\nsummary: "a\\u0001b\\u200bc\\nd"',
    ],
)
def test_a_story_is_kept_as_exactly_as_it_is_compared(app: App, rows: str):
    file = app.config.content.path / "posts" / "alpha.md"
    file.write_text(f"---\ntitle: '  Odd “—” 🌊 '\n{rows}\n---\nSome text of it.\n", encoding="utf-8")
    issue = drafted(app)
    assert len(issue.stories) == 2
    assert read(app) == ()
    assert stored(app) == issue
    approve(app)
    assert read(app) == ()


def test_a_draft_that_somebody_changes_at_this_moment_is_left_for_the_next_reading(app: App, monkeypatch):
    drafted(app)
    story(app, "alpha", title="Other")
    real = drift.followed

    def meanwhile(*given: Any) -> Issue:
        desk.edit(app.config, app.database, ISSUE, Edit(subject="Quicker"), now=AT, by="li")
        return real(*given)

    monkeypatch.setattr(drift, "followed", meanwhile)
    assert read(app) == ()
    between = stored(app)
    assert (between.subject, titles(between), between.revision) == ("Quicker", ["Alpha", "Brief"], 2)
    assert [what for what, _, _ in events(app)] == ["issue.drafted", "issue.edited"]
    monkeypatch.setattr(drift, "followed", real)
    read(app)
    after = stored(app)
    assert (after.subject, titles(after), after.revision) == ("Quicker", ["Other", "Brief"], 3)


def test_the_draft_of_a_newsletter_that_is_no_more_stays(tmp_path: Path):
    with site(tmp_path, others="  gone: {title: G, from: g@tideline.example}\n") as app:
        story(app, "alpha")
        issue = drafted(app, Stream("gone", "weekly"))
    with site(tmp_path, readers=0) as app:
        story(app, "alpha", title="Other")
        assert read(app) == ()
        assert stored(app, issue.id) == issue


# ---- approved issues


def approve(app: App) -> Issue:
    return steer.approve(app.post, ISSUE, now=AT, by="li")[0]


def test_an_approved_issue_is_not_touched_and_told(app: App):
    drafted(app)
    issue = approve(app)
    assert read(app) == ()
    story(app, "alpha", title="Other")
    remove(app, "brief")
    told = (
        Drift(
            issue=ISSUE,
            path="posts/alpha.md",
            title="Alpha",
            changes=(Change(field="title", before="Alpha", after="Other"),),
        ),
        Drift(issue=ISSUE, path="posts/brief.md", title="Brief"),
    )
    assert read(app) == told
    assert read(app) == told, "until somebody acts"
    assert stored(app) == issue
    desk.move(app.database, ISSUE, State.QUEUED, now=AT)
    assert read(app) == told
    desk.move(app.database, ISSUE, State.SENDING, now=AT)
    assert read(app) == (), "it is on its way, and nobody can change it"


def test_check_tells_what_an_approved_issue_misses(app: App):
    drafted(app)
    approve(app)
    story(app, "alpha", title="Other")
    remove(app, "brief")
    found = [str(each) for each in check.run(app) if each.code == "story-drifted"]
    how = "edit the issue and approve it again to take it over"
    assert found == [
        f"posts/alpha.md: warning: approved issue {ISSUE}: title was: Alpha — and is now: Other; {how}",
        f"posts/brief.md: warning: approved issue {ISSUE}: its article is no longer there; {how}",
    ]


def test_a_draft_that_followed_is_no_finding_of_check(app: App):
    drafted(app)
    story(app, "alpha", title="Other")
    assert [each.code for each in check.run(app)] == []
    assert titles(stored(app)) == ["Other", "Brief"]


# ---- on the command line


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    """A site with a draft of two stories, tide and hello, and one reader."""
    made = Site(tmp_path / "site", capsys)
    assert run(["init", str(made.folder), "--now", NOW]) == 0
    (made.folder / "content" / "posts" / "ni-hao.md").unlink()
    made.article("tide", "2025-06-30T07:30:00Z")
    made.reader("a@example.net")
    made.run("issue", "draft", "weekly")
    return made


NO_LONGER = "it is no longer shown: its file is gone, or it is a draft, put off or expired"


def edit(made: Site, **head: str) -> None:
    made.article("tide", "2025-06-30T07:30:00Z", **{"title": "Ebb", "summary": "It turned."} | head)


def test_issue_show_tells_what_left_a_draft_in_the_sites_language(shell: Site):
    (shell.folder / "content" / "posts" / "tide.md").unlink()
    said = shell.run("issue", "show", ISSUE).out
    assert "left out" in said
    assert f"posts/tide.md  {NO_LONGER}" in said
    assert "changed since" not in said
    shell.config("language: en ", "language: zh-CN ")
    assert (
        "posts/tide.md  文章已不再显示：文件已删除，或改回草稿、推迟发布、已过期"
        in shell.run("issue", "show", ISSUE).out
    )
    data = shell.json("issue", "show", ISSUE)
    assert [(each["article"], each["reason"]) for each in data["left_out"]] == [("posts/tide.md", "vanished")]
    assert data["left_out"][0]["why"] == NO_LONGER, "scripts read the same in every language"
    assert (data["changed"], data["revision"]) == ([], 2)
    assert [each["what"] for each in data["events"]] == ["issue.drafted", "issue.followed"]


def test_what_is_withdrawn_is_not_told_to_be_gone(shell: Site):
    edit(shell, draft="true")
    assert NO_LONGER in shell.run("issue", "show", ISSUE).out


def test_what_is_shown_again_comes_back_into_its_draft(shell: Site):
    content = shell.folder / "content"
    content.rename(shell.folder / "away")
    content.mkdir()
    assert shell.json("issue", "show", ISSUE)["stories"] == []
    content.rmdir()
    (shell.folder / "away").rename(content)
    data = shell.json("issue", "show", ISSUE)
    assert sorted(story["article"] for story in data["stories"]) == ["posts/hello.md", "posts/tide.md"]
    assert data["left_out"] == []


def test_issue_show_tells_what_changed_since_the_approval(shell: Site):
    shell.run("issue", "approve", ISSUE)
    assert "changed since" not in shell.run("issue", "show", ISSUE).out
    edit(shell)
    (shell.folder / "content" / "posts" / "hello.md").unlink()
    said = shell.run("issue", "show", ISSUE).out
    table = said[said.index("changed since it was approved") :].splitlines()
    assert [line.split(maxsplit=1) for line in table[1:4]] == [
        ["posts/tide.md", "title was: Tide — and is now: Ebb"],
        ["posts/tide.md", "summary was: What tide is about. — and is now: It turned."],
        ["posts/hello.md", "its article is no longer there"],
    ]
    assert table[-1] == "it goes out as approved; to take the changes over, edit the issue and approve it again"
    assert "(approved)" in said
    assert shell.json("issue", "show", ISSUE)["changed"] == [
        {
            "article": "posts/tide.md",
            "gone": False,
            "changes": [
                {"field": "title", "before": "Tide", "after": "Ebb"},
                {"field": "summary", "before": "What tide is about.", "after": "It turned."},
            ],
        },
        {"article": "posts/hello.md", "gone": True, "changes": []},
    ]


def test_build_tells_it_on_stderr(shell: Site):
    edit(shell)
    assert shell.run("build").err == "", "a draft changes along"
    shell.run("issue", "approve", ISSUE)
    shell.article("tide", "2025-06-30T07:30:00Z", title="Flood", summary="It turned.")
    for words in (["build"], ["build", "--json"]):
        done = shell.run(*words)
        told = f"publisher: {ISSUE}: posts/tide.md: title was: Ebb — and is now: Flood; "
        assert done.errors == [told + "it goes out as approved unless you edit the issue"]
        assert "Flood" not in done.out


def test_an_approved_issue_goes_out_as_approved(shell: Site):
    shell.run("issue", "approve", ISSUE)
    edit(shell)
    shell.run("build")
    assert shell.run("issue", "send", ISSUE).out == f"{ISSUE} is sent: 1 planned = 1 accepted\n"
    mail = shell.mails()["a@example.net"]
    text = words_of(mail, "plain")
    assert "What tide is about." in text
    assert "Tide" in mail["Subject"]
    assert "Ebb" not in text + mail["Subject"]


def test_who_edits_an_approved_issue_and_approves_it_again_takes_the_changes_over(shell: Site):
    shell.run("issue", "approve", ISSUE)
    edit(shell)
    shell.run("issue", "edit", ISSUE, "--preheader", "Mended")
    shell.run("issue", "approve", ISSUE)
    shell.run("issue", "send", ISSUE)
    assert "It turned." in words_of(shell.mails()["a@example.net"], "plain")


def test_issue_show_of_a_sent_issue_reads_no_file(shell: Site):
    shell.run("issue", "approve", ISSUE)
    shell.run("issue", "send", ISSUE)
    before = shell.json("issue", "show", ISSUE)
    edit(shell)
    (shell.folder / "content" / "posts" / "new.md").write_text("no head", encoding="utf-8")
    assert shell.json("issue", "show", ISSUE) == before
    (shell.folder / "content").rename(shell.folder / "away")
    assert shell.json("issue", "show", ISSUE) == before
    assert "sent" in shell.run("issue", "show", ISSUE).out
