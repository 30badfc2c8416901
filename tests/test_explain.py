"""Why an article is or is not in an issue, why a reader did or did not get it: in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from issues.newsroom import AT, look, move, site, write

from publisher import explain
from publisher.app import App
from publisher.delivery import ledger
from publisher.delivery.plan import Row
from publisher.errors import NotFoundError
from publisher.issues import desk
from publisher.issues.issue import Issue, LeftOut, State, Stream
from publisher.selection import Reason
from subscribers import store as readers
from subscribers.consent import Act

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHO = "r0@example.org"


def drafted(app: App) -> Issue:
    made = desk.draft(app.config, app.database, WEEKLY, AT, app.clock.now())
    assert isinstance(made, Issue)
    return made


def begin(app: App, issue: Issue) -> None:
    from dataclasses import replace

    from publisher.issues import store

    for state in (State.APPROVED, State.QUEUED, State.SENDING):
        desk.move(app.database, issue.id, state, now=app.clock.now())
    with app.database.write() as connection:
        seen = store.get(connection, issue.id)
        store.update(connection, replace(seen, sent=app.clock.now()), seen=seen)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason):
    said = explain.reason(LeftOut(path="a.md", title="A", reason=reason.value, detail="{detail} {0} %s"))
    assert said
    if "{detail" in explain.WORDS[reason]:
        assert "{detail} {0} %s" in said
    assert said[0].islower()


def test_an_article_in_feeds_and_issues(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="topics: [Chips]", title="Alpha", seen=False)
        write(app, "old", date=AT - 20 * DAY, title="Old")
        assert explain.article(app, "alpha", "") == [
            "posts/alpha.md: Alpha",
            "published 2025-06-30 07:00; topics: chips",
            "feeds: it is entry 1 of the newest 30, and in the feeds of its topics and tags",
            "next issue of weekly/weekly: it would be in, score 0.990",
        ]
        issue = drafted(app)
        assert explain.article(app, "posts/old.md", issue.id) == [
            "posts/old.md: Old",
            "published 2025-06-10 08:00; topics: none of this site's",
            "feeds: it is entry 2 of the newest 30, and in the feeds of its topics and tags",
            (
                "weekly-2025-06-30 (draft): left out: it is older than the issue's window, "
                "which begins at 2025-06-16 08:00 UTC"
            ),
        ]
        assert explain.article(app, "alpha.md", issue.id)[-1] == (
            "weekly-2025-06-30 (draft): it is story 1 under Chips, score 0.990"
        )
        begin(app, issue)
        move(app, AT + HOUR)
        write(app, "omega", title="Omega")
        assert explain.article(app, "alpha", "")[-2:] == [
            "weekly-2025-06-30 (sending): it is story 1 under Chips, score 0.990",
            "next issue of weekly/weekly: left out: an earlier issue of this newsletter and schedule carried it",
        ]
        assert explain.article(app, "omega", "")[-2].endswith(
            "it was not there yet, or too old, when the issue was drafted"
        )


def test_an_article_beyond_the_main_feed(tmp_path: Path):
    with site(tmp_path, others="feeds: {entries: 1}\n") as app:
        write(app, "alpha", seen=False)
        write(app, "older", date=AT - DAY)
        assert "feeds: 1 articles are newer and the main feed holds 1; feeds of its topics may hold it" in (
            explain.article(app, "older", "")
        )


def test_articles_that_are_not_shown(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "later", date=AT + HOUR, seen=False)
        write(app, "idea", head="draft: true", seen=False)
        write(app, "ended", head=f"expiryDate: {(AT - HOUR).isoformat()}", date=AT - DAY, seen=False)
        (app.config.content.path / "posts" / "bad.md").write_text("---\ntitle: Bad\n---\nx\n", encoding="utf-8")
        look(app)
        assert explain.article(app, "later.md", "") == [
            "posts/later.md: in no feed and no issue: scheduled (2025-06-30 09:00)"
        ]
        assert explain.article(app, "posts/idea.md", "") == ["posts/idea.md: in no feed and no issue: draft"]
        assert explain.article(app, "ended.md", "") == [
            "posts/ended.md: in no feed and no issue: expired (2025-06-30 07:00)"
        ]
        (bad,) = explain.article(app, "bad.md", "")
        assert bad.startswith("in no feed and no issue: posts/bad.md")
        with pytest.raises(NotFoundError, match="no article never"):
            explain.article(app, "never", "")


def test_a_reader_and_what_became_of_each_issue(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        move(app, AT)
        write(app, "alpha")
        with pytest.raises(NotFoundError) as caught:
            explain.reader(app, "nobody@example.org", "")
        assert caught.value.line() == "no reader nobody@example.org; 'publisher subscribers export' lists all"
        issue = drafted(app)
        assert explain.reader(app, WHO, "") == [
            "r0@example.org is active; wants all topics of all newsletters, first schedule, in en as html",
            "weekly-2025-06-30: not sent to anybody: it is draft",
        ]
        begin(app, issue)
        assert explain.reader(app, WHO, issue.id)[1:] == [
            "weekly-2025-06-30: they were not active, or read something else, when it was planned"
        ]
        with app.database.write() as connection:
            ledger.insert(connection, issue.id, [Row(subscriber=1, shard=0, edition="all.en.html")], AT)
        assert explain.reader(app, WHO, "")[1:] == ["weekly-2025-06-30: pending at 2025-06-30 08:00"]


@pytest.mark.parametrize(
    ("wish", "act", "why"),
    [
        ({"newsletter": "other"}, None, "not for them: they read other"),
        ({"schedule": "daily"}, None, "not for them: their schedule is daily"),
        ({}, None, "they joined after it was sent"),
    ],
)
def test_why_a_reader_did_not_get_it(tmp_path: Path, wish, act, why):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        begin(app, issue)
        with app.database.write() as connection:
            readers.add(
                connection, address="li@example.org", now=AT + HOUR, how="test", confirmed=True, consent_text="y",
                mac=str, **wish,
            )  # fmt: skip
        assert explain.reader(app, "LI@example.org", issue.id)[1:] == [f"weekly-2025-06-30: {why}"]


def test_a_reader_who_left(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        move(app, AT)
        write(app, "alpha")
        issue = drafted(app)
        begin(app, issue)
        with app.database.write() as connection:
            readers.act(connection, 1, Act.UNSUBSCRIBE, now=AT, how="test")
        assert explain.reader(app, WHO, "")[1:] == [
            "weekly-2025-06-30: they were not active when it was planned, and are unsubscribed now"
        ]


def test_an_issue_of_a_newsletter_that_is_no_more(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, others="  gone: {title: G, from: g@tideline.example}\n") as app:
        move(app, AT)
        write(app, "alpha")
        made = desk.draft(app.config, app.database, Stream("gone", "weekly"), AT, AT)
        assert isinstance(made, Issue)
        begin(app, made)
    with site(tmp_path, readers=0) as app:
        assert explain.reader(app, WHO, "")[1:] == [
            "gone-weekly-2025-06-30: they were not active, or read something else, when it was planned"
        ]
