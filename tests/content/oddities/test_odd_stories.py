"""Stories that change, vanish, come late or come six times: what an issue and the feeds make of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from content.oddities.odd import Site

MONDAY = "2025-06-30T00:30:00Z"
ISSUE = "weekly-2025-06-30"
NEXT = "2025-07-07T00:30:00Z"


def article(title: str, *, date: str = "2025-06-28", rows: str = "", body: str = "Text of it.") -> str:
    return f"---\ntitle: {title}\ndate: {date}\nsummary: What it is about.\n{rows}---\n{body}\n"


def drafted(site: Site, now: str = MONDAY) -> dict[str, Any]:
    return site.json("issue", "draft", "weekly", now=now)


def reasons(issue: dict[str, Any]) -> dict[str, str]:
    return {each["article"]: each["reason"] for each in issue["left_out"]}


def stories(issue: dict[str, Any]) -> list[str]:
    return sorted(each["article"] for each in issue["stories"])


def send(site: Site) -> None:
    """One issue with the articles of now, to one reader."""
    site.run("subscribers", "add", "reader@example.net", "--confirmed", "--consent-text", "a test", now=MONDAY)
    assert drafted(site)["issue"] == ISSUE
    site.run("issue", "approve", ISSUE, now=MONDAY)
    site.run("issue", "send", ISSUE, now=MONDAY)


# ---- six times the same


def test_six_articles_of_one_title_are_one_story(tmp_path):
    site = Site(tmp_path)
    titles = [
        "Nvidia 发布新芯片",
        "nvidia发布新芯片！",
        "Ｎｖｉｄｉａ 发布新芯片",
        "“Nvidia” 发布新芯片",
        "NVIDIA，发布新芯片",
        "Nvidia 发布 新芯片…",
    ]
    for number, title in enumerate(titles):
        site.write(f"n{number}.md", article(f"'{title}'"))
    issue = drafted(site)
    assert len(issue["stories"]) == 1
    assert sorted(reasons(issue).values()) == ["same-title"] * 5
    assert len(site.articles(MONDAY)) == 6, "each of them stays an article of its own"


def test_nearly_the_same_title_is_the_same_story(tmp_path):
    site = Site(tmp_path)
    site.write("a.md", article("英伟达发布新一代人工智能芯片", date="2025-06-29"))
    site.write("b.md", article("英伟达正式发布新一代人工智能芯片 Rubin"))
    site.write("c.md", article("潮汐发电站投入运行"))
    issue = drafted(site)
    assert stories(issue) == ["a.md", "c.md"]
    assert reasons(issue) == {"b.md": "near-duplicate"}


def test_the_same_title_again_next_week(tmp_path):
    site = Site(tmp_path)
    site.write("a.md", article("The tide comes in"))
    send(site)
    site.write("b.md", article("The Tide comes in!", date="2025-07-03"))
    site.write("c.md", article("Something else altogether", date="2025-07-03"))
    issue = drafted(site, NEXT)
    assert stories(issue) == ["c.md"]
    assert reasons(issue) == {"a.md": "already-sent", "b.md": "same-title"}


# ---- deleted and edited after they were sent


@pytest.fixture
def sent(tmp_path) -> Site:
    site = Site(tmp_path)
    site.write("gone.md", article("Goes soon"))
    site.write("stays.md", article("Stays for ever"))
    assert set(site.build(MONDAY)) == {"gone.md", "stays.md"}
    send(site)
    return site


def test_a_story_deleted_after_it_was_sent_leaves_the_feeds_and_stays_in_its_issue(sent: Site):
    (sent.folder / "content/gone.md").unlink()
    assert set(sent.build(NEXT)) == {"stays.md"}
    assert b"Goes soon" not in sent.feed("rss.xml") + sent.feed("atom.xml")
    shown = sent.json("issue", "show", ISSUE, now=NEXT)
    assert (shown["state"], stories(shown)) == ("sent", ["gone.md", "stays.md"])


def test_a_story_that_comes_back_has_its_old_id_and_is_not_sent_again(sent: Site):
    before = sent.articles(MONDAY)["gone.md"]
    text = (sent.folder / "content/gone.md").read_text("utf-8")
    (sent.folder / "content/gone.md").unlink()
    sent.build(NEXT)
    sent.write("gone.md", text)
    sent.write("new.md", article("Quite another thing", date="2025-07-03"))
    again = sent.articles(NEXT)["gone.md"]
    assert (again["guid"], again["updated"]) == (before["guid"], before["updated"])
    assert stories(drafted(sent, NEXT)) == ["new.md"]


def test_a_story_edited_after_it_was_sent_is_updated_in_feeds_and_not_sent_again(sent: Site):
    before = sent.articles(MONDAY)["gone.md"]
    sent.write("gone.md", article("Goes on, corrected", body="Text, corrected."))
    sent.write("new.md", article("Quite another thing", date="2025-07-03"))
    sent.build("2025-07-02T12:00:00Z")
    after = sent.articles("2025-07-02T12:00:00Z")["gone.md"]
    assert after["guid"] == before["guid"]
    assert after["published"] == before["published"]
    assert after["updated"].startswith("2025-07-02T12:00:00")
    issue = drafted(sent, NEXT)
    assert stories(issue) == ["new.md"]
    assert reasons(issue)["gone.md"] == "already-sent"
    shown = sent.json("issue", "show", ISSUE, now=NEXT)
    assert "Goes soon" in {each["title"] for each in shown["stories"]}, "the issue keeps what was sent"


# ---- late, early, few


def test_a_back_dated_article_committed_after_the_issue_is_not_lost(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", article("First of all"))
    send(site)
    site.write("late.md", article("Written long ago", date="2025-06-20"))
    assert "late.md" in site.articles("2025-07-01T12:00:00Z")
    assert stories(drafted(site, NEXT)) == ["late.md"]


def test_a_future_article_and_an_expired_one_and_a_draft(tmp_path):
    site = Site(tmp_path)
    site.write("now.md", article("It is time"))
    site.write("soon.md", article("At its second", date="2025-06-30T09:00:00+08:00"))
    site.write("over.md", article("Over and out", rows="expiryDate: 2025-06-30T09:00:00+08:00\n"))
    site.write("draft.md", article("Not yet", rows="draft: true\n"))
    assert sorted(site.articles("2025-06-30T00:59:59Z")) == ["now.md", "over.md"]
    assert sorted(site.articles("2025-06-30T01:00:00Z")) == ["now.md", "soon.md"]
    assert sorted(site.build("2025-06-30T01:00:00Z")) == ["now.md", "soon.md"]


def test_a_thin_week_is_skipped_and_its_stories_come_with_the_next(tmp_path):
    site = Site(tmp_path, select="min: 2")
    site.write("one.md", article("First of all"))
    told = site.run("issue", "draft", "weekly", now=MONDAY, code=None)
    assert "weekly-2025-06-30" not in told.split()
    site.write("two.md", article("Quite another thing", date="2025-07-03"))
    assert stories(drafted(site, NEXT)) == ["one.md", "two.md"]


def test_a_site_where_nothing_new_came_says_so(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", article("First of all", date="2025-05-24"))
    found = site.json("check", now=MONDAY, code=None)
    assert "nothing new for 37 days; if that is meant, raise content.quiet_alarm" in [each["message"] for each in found]


def test_the_same_folder_gives_the_same_issue_and_the_same_bytes(tmp_path):
    folders = []
    for name in ("a", "b"):
        site = Site(tmp_path / name)
        for number in range(20):
            site.write(
                f"n{number:02}.md",
                article(f"Story {number * 7919} of {chr(97 + number) * 5}", date=f"2025-06-{10 + number}"),
            )
        folders.append((stories(drafted(site)), site.build(MONDAY), site.feed("rss.xml"), site.feed("atom.xml")))
    assert folders[0] == folders[1]


def test_titles_that_are_markup_are_text_everywhere(tmp_path):
    site = Site(tmp_path)
    title = 'R&D <update> "now" {{ 1 }}'
    site.write("one.md", article("'" + title + "'"))
    site.build(MONDAY)
    assert json.loads(site.feed("feed.json"))["items"][0]["title"] == title
    assert list(site.rss()) == [title]
