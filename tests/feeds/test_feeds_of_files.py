"""Feeds of a folder of files, through the index and the library: what is broken, shared, hidden or mended in them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from builders import AT
from feeds.material import Seen, make_config, read

from publisher.content.index import Index
from publisher.content.scan import scan
from publisher.db.engine import Database
from publisher.feeds.feed import Format
from publisher.feeds.publish import Published, publish
from publisher.templates import Templates

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOO_DEEP = ">" * 3000 + " x"
"""A body that nobody renders."""
FAR = 20 * 1024
"""Beyond what a scan reads of a file."""


class Folder:
    """A site of files."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root, self.database = root, database

    def write(self, name: str, body: str | bytes = "Text.", *, age: timedelta = DAY, head: str = "") -> None:
        front = f"---\ntitle: Story {name}\ndate: {(AT - age).isoformat()}\n{head}\n---\n\n"
        file = self.root / "content" / "posts" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(front.encode() + (body.encode() if isinstance(body, str) else body) + b"\n")

    def remove(self, name: str) -> None:
        (self.root / "content" / "posts" / f"{name}.md").unlink()

    def build(self, now=AT, **feeds) -> Published:
        config = make_config(self.root, **feeds)
        scan(config, self.database, now, full=True)
        return publish(config, self.database, Templates(None), now)

    def entries(self, path: str = "feeds/rss.xml") -> list[Seen]:
        form = next(form for form in Format if path.endswith(form.file))
        return read(form, (self.root / "public" / path).read_bytes())

    def titles(self, path: str = "feeds/rss.xml") -> list[str]:
        return [entry.title.removeprefix("Story ") for entry in self.entries(path)]

    def problems(self) -> list[tuple[str, str]]:
        found = Index(self.database).problems()
        return [(problem.path.removeprefix("posts/").removesuffix(".md"), problem.code) for problem in found]


@pytest.fixture
def folder(tmp_path, database):
    return Folder(tmp_path, database)


@pytest.mark.parametrize(
    ("body", "code"),
    [(TOO_DEEP, "body"), ("a" * FAR + "\n\n" + TOO_DEEP, "body"), (b"a" * FAR + b"\xff", "not-utf-8")],
)
def test_a_body_that_cannot_be_rendered_stands_in_no_feed_and_the_next_moves_up(folder, body, code):
    folder.write("broken", body, age=HOUR, head="topics: [Chips]")
    for name, age in (("one", DAY), ("two", 2 * DAY), ("three", 3 * DAY)):
        folder.write(name, age=age)
    done = folder.build(entries=2)
    assert (done.feeds, done.problems) == (1, ())
    assert folder.titles() == ["one", "two"]
    assert folder.problems() == [("broken", code)]
    folder.write("broken", "Mended.", age=HOUR, head="topics: [Chips]")
    assert folder.build(AT + HOUR, entries=2).feeds == 2
    assert folder.titles() == ["broken", "one"]
    assert folder.titles("feeds/topics/chips/feed.json") == ["broken"]
    assert folder.problems() == []


def test_a_body_that_breaks_keeps_its_last_good_version(folder):
    folder.write("one", "First words.", age=HOUR)
    folder.write("two")
    folder.build()
    before = folder.entries()
    folder.write("one", TOO_DEEP, age=HOUR)
    done = folder.build(AT + HOUR)
    assert (done.written, done.problems) == (0, ())
    assert folder.entries() == before
    assert folder.problems() == [("one", "body")]
    folder.write("one", "Better words.", age=HOUR)
    assert folder.build(AT + 2 * HOUR).written > 0
    assert "Better words." in folder.entries()[0].html
    assert folder.problems() == []


def test_what_no_feed_carries_is_not_rendered(folder):
    folder.write("one", age=HOUR)
    folder.write("broken", TOO_DEEP)
    folder.build(entries=1, archive=False)
    assert (folder.titles(), folder.problems()) == (["one"], [])
    folder.remove("one")  # its turn has come
    folder.build(AT + HOUR, entries=1, archive=False)
    assert (folder.titles(), folder.problems()) == ([], [("broken", "body")])


def test_an_id_that_two_files_name_stays_with_the_first_by_path(folder):
    folder.write("a", head="guid: urn:x:1", age=2 * DAY)
    folder.write("b", head="guid: urn:x:1", age=HOUR)
    assert folder.build().problems == ()
    assert folder.problems() == [("a", "guid-collision"), ("b", "guid-collision")]
    assert [(entry.title, entry.id) for entry in folder.entries()] == [("Story a", "urn:x:1")]
    folder.remove("a")
    folder.build(AT + HOUR)
    assert (folder.titles(), folder.problems()) == (["b"], [])


def test_no_feed_has_an_id_twice_where_permalinks_are_ids(folder):
    folder.write("a", head="slug: same")
    folder.write("b", head="slug: same", age=HOUR)
    folder.build(ids="permalink")
    ids = [entry.id for entry in folder.entries()]
    assert len(ids) == len(set(ids)) == 2
    assert folder.titles() == ["b", "a"]
    assert ("b", "url-collision") in folder.problems()


def test_an_id_is_not_lost_to_an_article_that_is_no_longer_shown(folder):
    folder.write("a", head=f"guid: urn:x:1\nexpiryDate: {(AT - HOUR).isoformat()}", age=2 * DAY)
    folder.write("b", head="guid: urn:x:1", age=HOUR)
    folder.build()
    assert folder.titles() == ["b"]


def test_articles_come_and_go_at_their_hour(folder):
    folder.write("soon", age=-HOUR, head=f"expiryDate: {(AT + 2 * HOUR).isoformat()}")
    folder.write("draft", head="draft: true")
    for hours, shown in ((0, []), (1, ["soon"]), (2, [])):
        folder.build(AT + hours * HOUR)
        assert folder.titles() == shown


def test_a_change_that_shows_nowhere_writes_nothing(folder):
    folder.write("one", "Text.")
    folder.build()
    folder.write("one", "Text.   ")
    assert folder.build(AT + HOUR).written == 0
    folder.write("one", "Other text.")
    assert folder.build(AT + 2 * HOUR).written > 0
