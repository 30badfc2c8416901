from __future__ import annotations

import json
import locale
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from feeds.material import BODY, PICTURE, RD, Shelf, make_config, read
from lxml import etree, html

from publisher.config import parse
from publisher.content.article import Html
from publisher.db.engine import Database, metadata
from publisher.errors import StoreError
from publisher.feeds import publish as publishing
from publisher.feeds.feed import Format
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
            if path.is_file()
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


def test_every_feed_in_every_format_with_opml_page_and_manifest(site):
    done = site.publish()
    names = ("rss.xml", "atom.xml", "feed.json")
    folders = ("", "topics/chips/", "topics/funding/", "topics/rd/", "tags/gpu/")
    expected = {f"feeds/{folder}{name}" for folder in folders for name in names}
    expected |= {"feeds/index.opml", "feeds/index.html", "feeds/feeds.css"}
    assert set(site.files()) == expected | {"feeds/manifest.json"}
    assert (done.feeds, done.documents, done.written, done.removed, done.problems) == (5, 18, 19, 0, ())
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
    assert done.removed == 3
    assert not (site.output / "feeds/topics/rd").exists()
    assert site.titles("feeds/feed.json") == ["Story a", "Story c"]
    assert {path for path, _ in publishing.FeedStore(site.database).stamps()} == {"posts/a.md", "posts/c.md"}


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
    assert {path.name for path in (site.output / "feeds/topics/chips").iterdir()} == {"atom.xml"}


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
    site.shelf.missing = {"posts/a.md"}  # its bytes cannot be made
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
    site.feeds = {"entries": 1, "tags": 0}
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


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ("", "https://example.org"),
        ('{url: "http://localhost:8000"}', "https://example.org"),
        ('{listen: "0.0.0.0:80"}', "https://example.org"),
        ('{url: "https://news.example.org"}', "https://news.example.org"),
    ],
)
def test_no_feed_says_that_it_lives_on_this_machine(tmp_path, web, expected):
    text = f'site: {{title: T, url: "https://example.org"}}\nweb: {web}\n'
    config = parse(text.encode(), tmp_path / "config.yaml", {})
    assert publishing.base_url(config) == publishing.channel_of(config).base_url == expected


def test_progress_counts_documents(site):
    seen = []
    site.publish(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(number, 15) for number in (3, 6, 9, 12, 15)]


def test_an_article_without_a_summary_has_its_content_alone(site):
    site.shelf.items = [make_article("a", summary="")]
    site.publish()
    (entry,) = site.read("feeds/atom.xml")
    assert (entry.html, entry.summary) == (BODY, BODY)  # feedparser shows the content where there is no summary


def test_an_output_that_cannot_be_written_loses_nothing(site):
    site.output.write_text("a file", "utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        site.publish()
    site.output.unlink()
    site.shelf.asked = []
    assert site.publish().written == 19
    assert site.shelf.asked == []  # the entries made before are still there


def test_a_build_that_was_killed_after_writing_files_is_finished_by_the_next(site):
    site.publish()
    store = publishing.FeedStore(site.database)
    before = site.files()
    store.strike(list(store.written()))  # killed before anything was noted
    (site.output / "feeds/manifest.json").unlink()
    done = site.publish(LATER)
    assert (done.written, site.files()) == (1, before)


def test_the_page_lists_all_feeds_and_needs_no_script(site):
    site.publish()
    page = html.document_fromstring(site.files()["feeds/index.html"].decode())
    hrefs = page.xpath("//ul[@class='formats']//a/@href")
    assert "tags/gpu/feed.json" in hrefs
    assert len(hrefs) == 15
    assert all((site.output / "feeds" / href).is_file() for href in hrefs)
    assert "https://news.example.org/feeds/topics/rd/rss.xml" in page.xpath("//code/text()")
    found = page.xpath("//link[@rel='alternate']")
    assert ("application/atom+xml", "https://news.example.org/feeds/topics/chips/atom.xml") in [
        (link.get("type"), link.get("href")) for link in found
    ]
    assert len(found) == 12  # tags are listed, not announced
    assert not page.xpath("//script | //style | //*[@style] | //*[@*[starts-with(name(), 'on')]]")
    assert page.get("lang").startswith("zh")
    assert (site.output / "feeds" / page.xpath("//link[@rel='stylesheet']/@href")[0]).is_file()
    assert "Tide & <Line>" in page.xpath("//title/text()")[0]


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
