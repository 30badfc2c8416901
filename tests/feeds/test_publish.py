from __future__ import annotations

import json
import locale
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from feeds.material import BODY, PICTURE, RD, Shelf, make_config, read
from lxml import etree

from publisher.content.article import Html
from publisher.db.engine import Database, metadata
from publisher.errors import StoreError, TemplateError
from publisher.feeds import outbox, rss_atom
from publisher.feeds import publish as publishing
from publisher.feeds.feed import Contents, Format
from publisher.feeds.store import FeedStore
from publisher.templates import Templates

LATER = AT + timedelta(hours=1)


class Site:
    """A site in a folder, its articles in memory."""

    def __init__(self, root: Path, database: Database, *articles, **feeds) -> None:
        self.root, self.database = root, database
        self.output = root / "public"
        self.shelf = Shelf(list(articles))
        self.feeds = feeds

    def publish(self, now=AT, *, full=False, progress=None):
        config = make_config(self.root, **self.feeds)
        return publishing.publish(
            config, self.database, Templates(None), now, full=full, progress=progress, articles=self.shelf
        )

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in self.output.rglob("*")
            if path.is_file() and path.suffix not in {".gz", ".br"} and path.name != ".lock"
        }

    def read(self, path: str):
        form = next(form for form in Format if path.endswith(form.file))
        return read(form, (self.output / path).read_bytes())

    def titles(self, path: str) -> list[str]:
        return [entry.title for entry in self.read(path)]


@pytest.fixture
def site(tmp_path, database):
    return Site(
        tmp_path,
        database,
        make_article("a", topics=(CHIPS, FUNDING), tags=("GPU", "R&D"), image=PICTURE, published=AT, updated=AT),
        make_article("b", topics=(RD,), tags=("GPU", "C#"), title="R&D <update> “q” 🚀"),
        make_article("c", topics=(CHIPS,), tags=("GPU",), published=AT - timedelta(days=3)),
        tags=2,
    )


AROUND = {"feeds/index.opml", "feeds/index.html", "feeds/feeds.css", "feeds/feeds.js", "feeds/entries.css"}


def test_every_feed_in_every_format_with_opml_pages_and_manifest(site):
    done = site.publish()
    names = ("rss.xml", "atom.xml", "feed.json")
    folders = ("topics/chips/", "topics/funding/", "topics/rd/", "tags/gpu/")
    expected = {f"feeds/{folder}{name}" for folder in ("", *folders) for name in names}
    expected |= {f"feeds/{folder}index.html" for folder in folders} | AROUND
    assert set(site.files()) == expected | {"feeds/manifest.json"}
    assert (done.feeds, done.documents, done.written, done.removed, done.problems) == (5, 24, 24, 0, ())
    assert set(json.loads(site.files()["feeds/manifest.json"])["documents"]) == expected


def test_the_three_formats_say_the_same(site):
    site.publish()
    for folder in ("feeds/", "feeds/topics/chips/", "feeds/tags/gpu/"):
        rss, atom, feed = (site.read(folder + form.file) for form in Format)
        assert rss == atom
        assert [(e.id, e.title, e.url, e.published, e.tags, e.html) for e in rss] == [
            (e.id, e.title, e.url, e.published, e.tags, e.html) for e in feed
        ]
    assert site.titles("feeds/rss.xml") == ["Story a", "R&D <update> “q” 🚀", "Story c"]


def test_a_second_build_writes_nothing_and_asks_for_no_html(site):
    site.publish()
    before, site.shelf.asked = site.files(), []
    done = site.publish(LATER)
    assert (done.written, done.removed, site.shelf.asked) == (0, 0, [])
    assert site.files() == before
    full = site.publish(LATER, full=True)
    assert (full.written, site.files()) == (0, before)
    assert sorted(site.shelf.asked) == ["posts/a.md", "posts/b.md", "posts/c.md"]


def test_a_changed_article_is_made_again_in_its_feeds_alone(site):
    site.publish()
    before, site.shelf.asked = site.files(), []
    site.shelf.items[1] = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="New", revision="r2", updated=AT)
    site.publish(LATER)
    changed = {path for path, body in site.files().items() if before.get(path) != body}
    assert site.shelf.asked == ["posts/b.md"]
    assert {path.rpartition("/")[0] for path in changed if path.endswith(("rss.xml", "atom.xml", "feed.json"))} == {
        "feeds",
        "feeds/topics/rd",
        "feeds/tags/gpu",
    }
    manifest = json.loads(site.files()["feeds/manifest.json"])["documents"]
    assert manifest["feeds/topics/rd/rss.xml"]["modified"] == "2025-06-30T09:00:00Z"
    assert manifest["feeds/topics/chips/rss.xml"]["modified"] == "2025-06-30T08:00:00Z"
    assert (site.output / "feeds/topics/rd/rss.xml").stat().st_mtime == LATER.timestamp()


def test_a_change_of_body_alone_is_seen_by_its_revision(site):
    site.publish()
    site.shelf.bodies["posts/c.md"] = Html("<p>new words</p>")
    site.shelf.items[2] = make_article(
        "c", topics=(CHIPS,), tags=("GPU",), published=AT - timedelta(days=3), revision="2"
    )
    site.publish(LATER)
    assert site.read("feeds/atom.xml")[-1].html == "<p>new words</p>"


def test_what_vanishes_takes_its_feeds_and_bytes_with_it(site):
    site.publish()
    del site.shelf.items[1]
    done = site.publish(LATER)
    assert done.removed == 4
    assert not (site.output / "feeds/topics/rd").exists()
    assert site.titles("feeds/feed.json") == ["Story a", "Story c"]
    paths = ["posts/a.md", "posts/b.md", "posts/c.md"]
    assert FeedStore(site.database).stamps(Contents.FULL, paths).keys() == {"posts/a.md", "posts/c.md"}


def test_articles_come_and_go_with_the_clock(site):
    site.shelf.items.append(make_article("soon", published=LATER, updated=LATER, expires=LATER + timedelta(hours=1)))
    for moment, shown in ((AT, False), (LATER, True), (LATER + timedelta(hours=1), False)):
        site.publish(moment)
        assert ("Story soon" in site.titles("feeds/rss.xml")) is shown


def test_the_limit_and_the_order(site):
    site.feeds = {"entries": 2, "tags": 0}
    site.publish()
    assert site.titles("feeds/rss.xml") == ["Story a", "R&D <update> “q” 🚀"]
    assert site.titles("feeds/topics/chips/atom.xml") == ["Story a", "Story c"]


def test_summaries_only(site):
    site.publish()
    site.feeds = {"content": "summary", "tags": 2}
    site.shelf.asked = []
    site.publish(LATER)
    assert site.shelf.asked == []
    assert [entry.html for entry in site.read("feeds/rss.xml")] == ["", "", ""]
    assert site.read("feeds/feed.json")[0].html == "What happened in a."


def test_a_format_given_up_is_removed(site):
    site.publish()
    site.feeds = {"formats": ["atom"], "tags": 2}
    done = site.publish(LATER)
    assert done.removed == 10
    left = {
        path.name.removesuffix(".gz").removesuffix(".br") for path in (site.output / "feeds/topics/chips").iterdir()
    }
    assert left == {"atom.xml", "index.html"}


def test_an_empty_site_has_valid_feeds(site):
    site.shelf.items = []
    done = site.publish()
    assert (done.feeds, done.problems) == (1, ())
    for form in Format:
        assert site.read(f"feeds/{form.file}") == []
    atom = etree.fromstring(site.files()["feeds/atom.xml"])
    assert atom.findtext("{http://www.w3.org/2005/Atom}updated") == "1970-01-01T00:00:00+00:00"


def test_one_bad_article_is_left_out_and_the_next_moves_up(site):
    site.feeds = {"entries": 2, "tags": 0}
    site.shelf.bodies["posts/a.md"] = Html("<p><script>x</script>")  # the lint refuses its bytes
    site.shelf.items.append(make_article("d", url="no address"))  # not even its head
    done = site.publish()
    assert site.titles("feeds/rss.xml") == ["R&D <update> “q” 🚀", "Story c"]
    assert sorted((p.path, p.code) for p in done.problems) == [
        ("posts/a.md", "feed-entry"),
        ("posts/d.md", "feed-entry"),
    ]
    assert all("left out of the feeds" in p.message for p in done.problems)


def test_what_cannot_be_rendered_stands_in_no_feed_and_the_library_tells_it(site):
    site.feeds = {"entries": 2, "tags": 2}
    site.shelf.unreadable = {"posts/a.md"}
    done = site.publish()
    assert done.problems == ()  # said once, by those who tried
    assert site.titles("feeds/rss.xml") == ["R&D <update> “q” 🚀", "Story c"]
    assert site.titles("feeds/topics/chips/rss.xml") == ["Story c"]
    assert not (site.output / "feeds/topics/funding").exists()
    site.shelf.unreadable = set()
    site.publish(LATER)
    assert site.titles("feeds/rss.xml") == ["Story a", "R&D <update> “q” 🚀"]


def test_only_what_feeds_carry_is_asked_for_whole(site):
    site.feeds = {"entries": 1, "tags": 0, "archive": False}
    site.shelf.items = [make_article(f"n{number}", published=AT - timedelta(days=number)) for number in range(9)]
    site.shelf.unreadable = {"posts/n0.md", "posts/n1.md"}
    site.publish()
    assert site.titles("feeds/rss.xml") == ["Story n2"]
    assert site.shelf.rendered == ["posts/n0.md", "posts/n1.md", "posts/n2.md"]  # each once


def test_an_id_that_articles_share_stays_with_the_first_by_path(site):
    site.shelf.items += [
        make_article("y", guid="tag:example.org,2025:same", published=AT),
        make_article("x", guid="tag:example.org,2025:same"),
    ]
    assert site.publish().problems == ()  # the index tells of it
    assert sorted(site.titles("feeds/rss.xml")) == ["R&D <update> “q” 🚀", "Story a", "Story c", "Story x"]


def test_names_that_collide_are_reported(site):
    site.shelf.items.append(make_article("d", tags=("GPU!",)))
    assert [(p.path, p.code) for p in site.publish().problems] == [("posts/d.md", "slug-twice")]


def test_progress_counts_feeds(site):
    seen = []
    site.publish(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(number, 5) for number in range(1, 6)]


def test_an_article_without_a_summary_has_its_content_alone(site):
    site.shelf.items = [make_article("a", summary="")]
    site.publish()
    (entry,) = site.read("feeds/atom.xml")
    assert (entry.html, entry.summary) == (BODY, BODY)  # feedparser shows the content where there is no summary


def test_an_output_that_cannot_be_written_loses_nothing(site):
    blocked = site.output / "feeds/topics"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file", "utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        site.publish()
    blocked.unlink()
    site.shelf.asked = []
    assert site.publish().documents == len(site.files()) - 1 == 24
    assert site.shelf.asked == []  # the entries made before are still there


def test_a_build_that_was_killed_after_writing_files_is_finished_by_the_next(site):
    site.publish()
    store = FeedStore(site.database)
    before = site.files()
    store.strike(list(store.written()))  # killed before anything was noted
    (site.output / "feeds/manifest.json").unlink()
    done = site.publish(LATER)
    assert (done.written, site.files()) == (0, before)


EXTRA = [{"name": "not-chips", "title": "All but chips", "not": {"topics": ["chips"]}, "content": "summary"}]


def test_a_choice_of_the_config_is_a_feed_with_contents_of_its_own(site):
    site.feeds = {"tags": 0, "extra": EXTRA}
    assert site.publish().feeds == 5
    for form in Format:
        (entry,) = site.read(f"feeds/extra/not-chips/{form.file}")
        assert (entry.title, entry.html) == (
            "R&D <update> “q” 🚀", entry.summary if form is Format.JSON else "",
        )  # fmt: skip
    assert {entry.html for entry in site.read("feeds/rss.xml")} == {BODY}
    assert "All but chips · Tide &amp; &lt;Line&gt;" in site.files()["feeds/extra/not-chips/rss.xml"].decode()
    site.feeds = {"tags": 0}
    site.publish(LATER)
    assert not (site.output / "feeds/extra").exists()
    assert FeedStore(site.database).stamps(Contents.SUMMARY, ["posts/b.md"]) == {}


def test_what_a_feed_has_no_room_for_is_kept_by_month(site):
    site.feeds = {"entries": 1, "tags": 0}
    site.shelf.items += [
        make_article("d", published=AT - timedelta(days=40)),
        make_article("e", published=AT - timedelta(days=41)),
    ]
    site.publish()
    archives = sorted(path for path in site.files() if path.startswith("feeds/archive/"))
    assert archives == [f"feeds/archive/2025-0{month}.{form}.xml" for month in (5, 6) for form in ("atom", "rss")]
    # Walked as RFC 5005 4.2 says, from the feed backwards, nothing is missing.
    titles, url = [], "https://news.example.org/feeds/atom.xml"
    while url:
        root = etree.fromstring(site.files()[url.removeprefix("https://news.example.org/")])
        titles += root.xpath("//a:entry/a:title/text()", namespaces=ATOM)
        url = next(iter(root.xpath("/a:feed/a:link[@rel='prev-archive']/@href", namespaces=ATOM)), "")
    assert list(dict.fromkeys(titles)) == ["Story a", "R&D <update> “q” 🚀", "Story c", "Story d", "Story e"]


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_a_month_that_is_over_is_not_written_again(site):
    site.feeds = {"entries": 1, "tags": 0}
    site.shelf.items += [make_article(f"d{days}", published=AT - timedelta(days=days)) for days in (40, 41, 80)]
    site.publish()
    before = site.files()
    site.shelf.items.append(make_article("new", published=LATER, updated=LATER))
    site.publish(LATER)
    old = [path for path in before if "archive/2025-0" in path and "2025-06" not in path]
    assert old
    assert all(site.files()[path] == before[path] for path in old)


def test_hubs_are_owed_a_ping_of_exactly_the_changed_feeds(site):
    site.feeds = {"tags": 2, "hubs": ["https://hub.example.org/"]}
    site.publish()
    with site.database.write() as connection:
        connection.execute(outbox.ping_table.delete())
    site.shelf.items[1] = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="New", revision="r2", updated=AT)
    done = site.publish(LATER)
    places = [
        f"https://news.example.org/feeds/{folder}{form.file}"
        for folder in ("", "topics/rd/", "tags/gpu/")
        for form in Format
    ]
    assert sorted(done.changed) == sorted(places)
    with site.database.read() as connection:
        owed = connection.execute(outbox.ping_table.select()).all()
    assert sorted(row.topic for row in owed) == sorted(places)
    assert site.publish(LATER).changed == ()


def test_an_address_stays_an_id_when_the_article_moves(site):
    site.feeds = {"tags": 0, "ids": "permalink"}
    site.shelf.items[0] = replace(site.shelf.items[0], guid="urn:own:1")
    site.publish()
    ids = {"urn:own:1", "https://example.org/posts/b/", "https://example.org/posts/c/"}
    assert {entry.id for entry in site.read("feeds/rss.xml")} == ids
    site.shelf.items[1] = replace(site.shelf.items[1], url="https://example.org/moved/")
    site.publish(LATER)
    assert {entry.id for entry in site.read("feeds/rss.xml")} == ids
    assert "https://example.org/moved/" in {entry.url for entry in site.read("feeds/rss.xml")}


def test_a_feed_whose_frame_the_lint_refuses_keeps_its_last_good_bytes(site, monkeypatch):
    site.publish()
    before = site.files()
    site.shelf.items[1] = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="New", revision="r2", updated=AT)
    whole = rss_atom.frame

    def broken(frame, form):
        head, tail = whole(frame, form)
        return (head.replace(b"<channel>", b"<chanel>"), tail) if frame.title.startswith("R") else (head, tail)

    monkeypatch.setattr(rss_atom, "frame", broken)
    done = site.publish(LATER)
    assert [(problem.path, problem.code) for problem in done.problems] == [("feeds/topics/rd/rss.xml", "feed")]
    assert "the last good bytes stay" in done.problems[0].message
    assert site.files()["feeds/topics/rd/rss.xml"] == before["feeds/topics/rd/rss.xml"]
    assert site.titles("feeds/topics/rd/atom.xml") == ["New"]
    assert "feeds/topics/rd/rss.xml" in json.loads(site.files()["feeds/manifest.json"])["documents"]


def test_a_broken_page_is_told_when_all_feeds_are_written(site, tmp_path):
    site.publish()
    page = site.files()["feeds/index.html"]
    own = tmp_path / "own/feeds/index.html"
    own.parent.mkdir(parents=True)
    own.write_text("{{ nothing.here }}", "utf-8")
    site.shelf.items[1] = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="New", revision="r2", updated=AT)
    for minutes in (0, 1):
        with pytest.raises(TemplateError, match="nothing"):
            publishing.publish(
                make_config(site.root, **site.feeds), site.database, Templates(tmp_path / "own"),
                LATER + timedelta(minutes=minutes), articles=site.shelf,
            )  # fmt: skip
        assert site.titles("feeds/topics/rd/rss.xml") == ["New"]
        assert (site.output / "feeds/topics/rd/rss.xml").stat().st_mtime == LATER.timestamp()
    assert site.files()["feeds/index.html"] == page
    manifest = json.loads(site.files()["feeds/manifest.json"])["documents"]
    assert manifest["feeds/topics/rd/rss.xml"]["modified"] == "2025-06-30T09:00:00Z"
    assert "feeds/index.html" in manifest


def test_an_article_saved_between_two_looks_waits_for_the_next_build(site, monkeypatch):
    site.publish()
    site.shelf.items[1] = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="New", revision="r2", updated=AT)
    told = site.shelf.articles
    newer = make_article("b", topics=(RD,), tags=("GPU", "C#"), title="Newer", revision="r3", updated=AT)
    monkeypatch.setattr(site.shelf, "articles", lambda paths, now: told(paths, now) | {"posts/b.md": newer})
    site.publish(LATER)
    monkeypatch.undo()
    site.publish(LATER + timedelta(hours=1))
    assert site.titles("feeds/topics/rd/rss.xml") == ["New"]


def test_more_entries_than_one_process_makes(site):
    site.feeds = {"entries": 200, "tags": 0, "archive": True}
    site.shelf.items = [make_article(f"n{number}", published=AT - timedelta(hours=number)) for number in range(900)]
    assert site.publish().problems == ()
    assert len(site.titles("feeds/rss.xml")) == 200
    paths = [item.path for item in site.shelf.items]
    assert FeedStore(site.database).stamps(Contents.FULL, paths).keys() == set(paths)


PROGRAM = """
import sys
from pathlib import Path
from feeds.elsewhere import build
build(Path(sys.argv[1]))
"""


def test_the_same_bytes_under_any_locale_and_zone(tmp_path):
    outputs = []
    for number, (language, zone) in enumerate(
        (("C", "UTC"), ("C.UTF-8", "Asia/Shanghai"), ("tr_TR", "America/New_York"))
    ):
        root = tmp_path / str(number)
        root.mkdir()
        environ = {"LC_ALL": language, "LANG": language, "TZ": zone, "PYTHONHASHSEED": str(number), "PATH": "/usr/bin"}
        environ["PYTHONPATH"] = ":".join(sys.path)
        subprocess.run([sys.executable, "-c", PROGRAM, str(root)], env=environ, check=True, timeout=60)
        outputs.append({p.relative_to(root): p.read_bytes() for p in (root / "public").rglob("*") if p.is_file()})
    assert outputs[0]
    assert outputs[0] == outputs[1] == outputs[2]


def test_publishing_leaves_the_locale_alone(site):
    before = locale.setlocale(locale.LC_ALL)
    site.publish()
    assert locale.setlocale(locale.LC_ALL) == before


def test_two_databases_two_machines_the_same_files(site, tmp_path):
    site.publish()
    other = Database(f"sqlite:///{tmp_path / 'other.db'}", durable=False)
    metadata.create_all(other.engine)
    twin = Site(tmp_path / "twin", other, *reversed(site.shelf.items), **site.feeds)
    twin.publish()
    other.close()
    assert twin.files() == site.files()
