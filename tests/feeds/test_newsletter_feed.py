"""Each issue that was sent is an entry of its newsletter's feed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import AT, CHIPS, FUNDING, make_issue, make_story
from feeds.material import Shelf, make_config, read
from lxml import html

from publisher.config import parse
from publisher.feeds.feed import Format
from publisher.feeds.publish import publish
from publisher.issues import store
from publisher.issues.issue import State, Stream
from publisher.templates import Templates

WEEK, LATER = timedelta(days=7), AT + timedelta(days=60)
TOPICS = "topics: {funding: {title: 投融资}, chips: {title: 算力与芯片}}"
LETTER = """
newsletters:
  weekly: {title: "Weekly & more", from: "T <t@example.org>", schedules: {weekly: "mon 08:00"}, select: {max: 3}}
  quiet: {title: Quiet, from: "T <t@example.org>", schedules: {weekly: "mon 08:00"}}
"""


class Desk:
    """A site without articles whose newsletter has issues."""

    def __init__(self, root, database) -> None:
        self.root, self.database = root, database
        self.configure("https://example.org", TOPICS)

    def configure(self, url, topics):
        text = (
            f'site: {{title: Tide, url: "{url}", language: zh-CN, timezone: Asia/Shanghai}}\n'
            'web: {url: "https://news.example.org"}\nfeeds: {entries: 2}\n' + topics + LETTER
        )
        self.config = parse(text.encode(), make_config(self.root).path, {})

    def send(self, **changes):
        issue = make_issue(**({"state": State.SENT, "sent": AT + timedelta(minutes=3)} | changes))
        with self.database.write() as connection:
            return store.insert(connection, issue)

    def publish(self, now=LATER):
        return publish(self.config, self.database, Templates(None), now, articles=Shelf())

    def entries(self, form=Format.ATOM, name="weekly"):
        return read(form, (self.root / f"public/feeds/newsletters/{name}/{form.file}").read_bytes())


@pytest.fixture
def desk(tmp_path, database):
    return Desk(tmp_path, database)


def test_a_newsletter_has_a_feed_from_its_first_sent_issue_on(desk):
    desk.send(state=State.APPROVED, sent=None)
    assert desk.publish().feeds == 3
    assert not (desk.root / "public/feeds/newsletters").exists()
    desk.send(id="weekly-2025-07-07", slot=AT + WEEK, sent=AT + WEEK)
    assert desk.publish().feeds == 4
    assert [path.name for path in (desk.root / "public/feeds/newsletters").iterdir()] == ["weekly"]
    assert [entry.id for entry in desk.entries()] == ["tag:example.org,2025-07-07:newsletters/weekly/weekly-2025-07-07"]


def test_an_issue_is_its_list_of_stories_by_topic(desk):
    desk.send(
        intro="Hello **all**, see [this](/about/).",
        stories=(
            make_story("one", title="R&D <x>"), make_story("two", topic=FUNDING, topics=(FUNDING,), summary=""),
            make_story("three"), make_story("four"),
        ),
    )  # fmt: skip
    desk.publish()
    for form in Format:
        (entry,) = desk.entries(form)
        assert (entry.title, entry.published) == ("Weekly: Story one", AT)
        assert entry.url == "https://news.example.org/archive/weekly-2025-06-30"
        assert entry.tags == [CHIPS.title, FUNDING.title]
        page = html.fragment_fromstring(entry.html, create_parent=True)
        assert [heading.text for heading in page.iter("h2")] == [FUNDING.title, CHIPS.title]
        assert page.xpath("//li//a/@href") == [
            f"https://example.org/posts/{name}/" for name in ("two", "one", "three")
        ]  # as many as its page shows
        assert page.xpath("//strong/text()") == ["all", "Story two", "R&D <x>", "Story three"]
        assert page.xpath("//p/a/@href")[0] == "https://example.org/about/"
        assert not page.xpath("//*[@style or @class]")


def test_the_list_grows_and_older_issues_move_into_archives(desk):
    for number in range(4):
        moment = AT + number * WEEK
        desk.send(id=f"weekly-{number}", slot=moment, sent=moment, subject=f"Issue {number}")
        desk.publish()
    assert [entry.title for entry in desk.entries(Format.RSS)] == ["Issue 3", "Issue 2"]
    folder = desk.root / "public/feeds/newsletters/weekly/archive"
    assert sorted(path.name for path in folder.glob("*.xml")) == [
        "2025-06.atom.xml", "2025-06.rss.xml", "2025-07.atom.xml", "2025-07.rss.xml",
    ]  # fmt: skip
    assert [entry.title for entry in read(Format.ATOM, (folder / "2025-06.atom.xml").read_bytes())] == ["Issue 0"]


def test_an_entry_is_made_once_and_stays_what_it_was(desk):
    issue = desk.send()
    desk.publish()
    before = (desk.root / "public/feeds/newsletters/weekly/rss.xml").read_bytes()
    assert desk.publish(LATER + WEEK).written == 0
    with desk.database.write() as connection:  # closed, its row is written again
        store.update(connection, replace(issue, revision=2, closed=LATER), seen=issue)
    assert desk.publish(LATER + WEEK).written == 0
    assert (desk.root / "public/feeds/newsletters/weekly/rss.xml").read_bytes() == before


def test_an_issue_sent_ahead_of_its_slot_is_dated_by_its_sending(desk):
    desk.send(sent=AT - timedelta(hours=2))
    desk.publish()
    assert desk.entries()[0].published == AT - timedelta(hours=2)


def test_one_issue_that_cannot_be_made_stops_no_other(desk):
    desk.send(intro="> " * 3000 + "x")
    desk.send(id="quiet-1", stream=Stream("quiet", "weekly"))
    done = desk.publish()
    assert [(problem.path, problem.code) for problem in done.problems] == [("issue:weekly-2025-06-30", "feed-entry")]
    assert [entry.title for entry in desk.entries(name="quiet")] == ["Weekly: Story one"]
    assert "complete" in (desk.root / "public/feeds/newsletters/quiet/rss.xml").read_text("utf-8")


def test_ids_outlive_an_address_a_retry_and_a_new_order_of_topics(desk):
    issue = desk.send(sent=AT - timedelta(days=1), stories=(make_story("one"), make_story("two", topic=FUNDING)))
    desk.publish()
    (before,) = desk.entries()
    with desk.database.write() as connection:
        store.update(connection, replace(issue, revision=2, sent=AT + WEEK), seen=issue)
    desk.configure("https://other.example.net", "topics: {chips: {title: C}, funding: {title: F}}")
    desk.publish(LATER + WEEK)
    (after,) = desk.entries()
    assert after.id == before.id
    assert [heading.text for heading in html.fragment_fromstring(after.html, create_parent=True).iter("h2")] == [
        CHIPS.title, FUNDING.title,
    ]  # fmt: skip


def test_a_note_without_stories_and_an_unknown_newsletter_have_no_entry(desk):
    desk.send(stories=())
    desk.send(id="old-1", stream=Stream("gone", "weekly"))
    assert desk.publish().feeds == 3


def test_an_issue_without_words_is_called_by_newsletter_and_number(desk):
    desk.send(subject=" ", preheader="", number=7)
    desk.publish()
    assert [entry.title for entry in desk.entries()] == ["Weekly & more 7"]
    item = json.loads((desk.root / "public/feeds/newsletters/weekly/feed.json").read_text("utf-8"))["items"][0]
    assert item["summary"] == "Story one · Story two"
