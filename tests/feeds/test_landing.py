from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from builders import AT
from feeds.landed import LONG, MONTHS, TAGS, TITLE, TITLES, TOPICS, make_cards, make_feeds, make_site
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from publisher.feeds import landing
from publisher.feeds.channel import channel_of
from publisher.feeds.feed import NEVER, Feed, Format, Kind
from publisher.templates import Templates
from publisher.urls import slug

BASE = "https://news.tide.example.org/feeds/"


@pytest.fixture(scope="module")
def templates():
    return Templates(None)


@pytest.fixture
def made(tmp_path, templates):
    def make(tags=60, **site):
        config = make_site(tmp_path, **site)
        return documents(config, make_feeds(config, tags=tags), templates)

    return make


def documents(config, feeds, templates):
    return {page.path: page for page in landing.pages(config, feeds, templates)}


def tree(document):
    return html.document_fromstring(document.body.decode())


def text(node):
    return " ".join(node.text_content().split())


def topic(name):
    return f"feeds/topics/{slug(name)}/index.html"


# ---- what there is


def test_a_page_for_each_feed_and_what_they_need(made):
    found = made(tags=2)
    kinds = {path: page.media_type for path, page in found.items()}
    assert {kinds.pop(f"feeds/{name}.css") for name in ("feeds", "entries")} == {"text/css"}
    assert kinds.pop("feeds/feeds.js") == "text/javascript"
    assert set(kinds.values()) == {"text/html"}
    assert set(kinds) == {
        "feeds/index.html",
        *(topic(name) for name in TOPICS),
        "feeds/extra/calm/index.html",
        "feeds/newsletters/weekly/index.html",
        *(f"feeds/tags/{slug(name)}/index.html" for name in (*TAGS, "标签0号", "tag 1")),
    }
    assert found["feeds/index.html"].modified == AT
    assert found[topic(LONG)].modified == NEVER


def test_the_page_of_all_feeds_names_them_all(made):
    page = tree(made()["feeds/index.html"])
    names = [text(node) for node in page.xpath("//h3")]
    assert names == [*(" ".join(name.split()) for name in TOPICS), "芯片，但不谈钱", "潮信周报"]
    assert [text(node) for node in page.xpath("//h2")] == [
        "Everything", "By e-mail", "All feeds at once", "Topics", "Selections", "Newsletters", "Tags",
    ]  # fmt: skip
    chips = page.xpath("//ul[@class='chips']//bdi/text()")
    assert sorted(chips) == sorted([*TAGS, *(f"tag {i}" if i % 3 else f"标签{i}号" for i in range(60))])
    assert chips[: len(TAGS)] == list(TAGS), "the most used ones first"
    assert [text(node) for node in page.xpath("//summary")][-1] == "27 more tags"
    assert page.xpath("//main//a[@download]/@href") == ["index.opml"]


def test_what_a_site_does_not_have_is_not_shown(tmp_path, templates):
    config = make_site(tmp_path, letters=False)
    channel = channel_of(config)
    page = tree(documents(config, [Feed(channel=channel, kind=Kind.ALL)], templates)["feeds/index.html"])
    assert [text(node) for node in page.xpath("//h2")] == ["Everything", "All feeds at once"]
    assert not page.xpath("//details")
    assert "Nothing has appeared here yet." in text(page)
    assert page.xpath("//header//a/@href") == ["https://tide.example.org", "./"]


def test_the_page_of_a_feed_tells_what_it_is_how_often_and_what_came_last(made):
    page = tree(made()[topic("算力与芯片")])
    assert text(page.xpath("//h1")[0]) == "算力与芯片"
    assert text(page.xpath("//p[@class='lead']")[0]) == f"Every new article of {TITLE} on this topic."
    assert text(page.xpath("//p[@class='about']")[0]) == "30 articles · about 4 a week · latest Jun 30, 2025"
    entries = page.xpath("//ul[@class='entries']/li")
    assert len(entries) == 10
    assert text(entries[1]) == f"{TITLES[1]} Jun 28, 2025"
    assert entries[1].xpath("a/@href") == ["https://tide.example.org/posts/1/"]
    assert page.xpath("//title/text()") == [f"算力与芯片 · Feeds · {TITLE}"]


@pytest.mark.parametrize(
    ("path", "told", "facts"),
    [
        ("feeds/extra/calm/index.html", "Chosen from the articles of", "3 articles · about 4 a week · latest Jun 30, 2025"),
        ("feeds/newsletters/weekly/index.html", "Every issue of this newsletter of", "20 issues · about one a week · latest Jun 30, 2025"),
        ("feeds/tags/gpu/index.html", "with this tag.", "67 articles · about 4 a week · latest Jun 30, 2025"),
        (topic("الموانئ والطاقة"), "on this topic.", "2 articles · latest Jun 30, 2025"),
        (topic(LONG), "on this topic.", "Nothing has appeared here yet."),
    ],
)  # fmt: skip
def test_each_kind_has_its_own_words(made, path, told, facts):
    page = tree(made()[path])
    assert told in text(page.xpath("//p[@class='lead']")[0])
    assert text(page.xpath("//p[@class='about']")[0]) == facts
    assert told in page.xpath("//meta[@name='description']/@content")[0]
    assert bool(page.xpath("//ul[@class='entries']")) is ("Nothing" not in facts)


@pytest.mark.parametrize(
    ("days", "number", "told"),
    [
        (1, 5, "about one a day"), (0.5, 5, "about 2 a day"), (7, 5, "about one a week"), (2.3, 5, "about 3 a week"),
        (30, 5, "about one a month"), (10, 5, "about 3 a month"), (365, 5, "about one a year"), (90, 5, "about 4 a year"),
    ],
)  # fmt: skip
def test_a_rhythm_in_words(tmp_path, templates, days, number, told):
    config = make_site(tmp_path)
    cards = make_cards(number, timedelta(days=days))
    feed = Feed(channel=channel_of(config), kind=Kind.ALL, members=cards, total=number)
    assert f"5 articles · {told} · latest" in text(tree(documents(config, [feed], templates)["feeds/index.html"]))


def test_chinese_words_for_a_chinese_site(made):
    found = made(language="zh-CN")
    page = tree(found[topic("算力与芯片")])
    assert page.get("lang") == "zh-CN"
    assert text(page.xpath("//p[@class='about']")[0]) == "30 篇文章 · 大约每周更新 4 次 · 最近更新 2025年6月30日"
    assert [text(node) for node in page.xpath("//button")] == ["复制"] * 3
    assert "另外 27 个标签" in text(tree(found["feeds/index.html"]))


def test_words_of_another_language_than_the_sites_are_marked(made):
    page = tree(made(language="de")["feeds/index.html"])
    assert page.get("lang") == "en"
    assert page.xpath("//a[@class='name']/@lang") == ["de"]


# ---- addresses


def test_reader_programs_find_the_feeds_of_a_page_by_absolute_addresses(made):
    found = made()
    for path, own in (
        ("feeds/tags/c#/index.html", f"{BASE}tags/c%23/"),
        ("feeds/extra/calm/index.html", f"{BASE}extra/calm/"),
    ):
        page = tree(found[path])
        links = page.xpath("//head/link[@rel='alternate']")
        expected = [(form.media_type, f"{place}{form.file}") for place in (own, BASE) for form in Format]
        assert [(link.get("type"), link.get("href")) for link in links] == expected
        assert all(TITLE in link.get("title") for link in links)
        assert page.xpath("//link[@rel='canonical']/@href") == [own]
    page = tree(found["feeds/index.html"])
    assert page.xpath("//link[@rel='canonical']/@href") == [BASE]
    announced = page.xpath("//head/link[@rel='alternate']/@href")
    assert len(announced) == 3 * (1 + len(TOPICS) + 2)  # tags are listed, not announced


def test_links_between_pages_and_to_files_are_relative_and_lead_somewhere(made):
    found = made()
    files = set(found) | {"feeds/index.opml"}
    for feed in make_feeds(make_site(Path())):
        files |= {feed.path(form) for form in Format}
        files |= {feed.archive_path(month, Format.RSS) for month in feed.months}
    outside = set()
    for path, document in found.items():
        if document.media_type != "text/html":
            continue
        page = tree(document)
        for href in [
            *page.xpath("//body//a/@href"),
            *page.xpath("//link[@rel='stylesheet']/@href"),
            *page.xpath("//script/@src"),
        ]:
            if urlsplit(href).scheme or href.startswith("#"):
                continue
            target = os.path.normpath(PurePosixPath("/", path).parent / unquote(urlsplit(href).path)).lstrip("/")
            target += "/index.html" if href.split("?")[0].split("#")[0].endswith("/") else ""
            if target.startswith("feeds/"):
                assert target in files, (path, href)
            else:
                outside.add(target)
    assert outside == {"/index.html", "archive/index.html"}  # the front page and the archive, where `serve` has them


def test_every_format_can_be_copied_and_opened(made):
    page = tree(made()["feeds/tags/c#/index.html"])
    assert page.xpath("//ul[@class='formats']/li/a/@href") == ["rss.xml", "atom.xml", "feed.json"]
    assert page.xpath("//code/text()") == [f"{BASE}tags/c%23/{form.file}" for form in Format]
    assert all(button.get("hidden") is not None for button in page.xpath("//button")), "a script shows them"
    assert [button.get("aria-label") for button in page.xpath("//button")] == [
        "Copy: RSS, C#", "Copy: Atom, C#", "Copy: JSON Feed, C#",
    ]  # fmt: skip
    assert page.xpath("//a[@class='button']/@href") == [f"feed:{BASE}tags/c%23/rss.xml"]
    readers = page.xpath("//p[@class='readers']/a")
    assert [text(link) for link in readers] == ["Feedly", "Inoreader", "NewsBlur", "The Old Reader"]
    for link in readers:
        assert link.get("rel") == "nofollow noopener noreferrer"
        assert link.get("href").endswith("https%3A%2F%2Fnews.tide.example.org%2Ffeeds%2Ftags%2Fc%2523%2Frss.xml")


def test_the_scheme_leaves_http_out(tmp_path, templates):
    config = make_site(tmp_path)
    channel = replace(channel_of(config), base_url="http://tide.example")
    page = tree(documents(config, [Feed(channel=channel, kind=Kind.ALL)], templates)["feeds/index.html"])
    assert page.xpath("//a[@class='button']/@href") == ["feed://tide.example/feeds/rss.xml"]


def test_months_lead_to_archives_in_the_first_format_that_has_them(made):
    assert tree(made()["feeds/index.html"]).xpath("//ul[@class='months']//a/@href") == [
        f"archive/{month}.rss.xml" for month in MONTHS
    ]
    page = tree(made(formats=["atom", "json"])["feeds/index.html"])
    assert page.xpath("//ul[@class='months']//a/@href") == [f"archive/{month}.atom.xml" for month in MONTHS]
    assert page.xpath("//a[@class='button']/@href") == [f"feed:{BASE}atom.xml"]
    assert not tree(made(formats=["json"])["feeds/index.html"]).xpath("//ul[@class='months']")


def test_the_same_by_mail_where_there_are_newsletters(made):
    found = made()
    expected = {
        "feeds/index.html": "../#newsletters",
        topic("算力与芯片"): "../../../?topic=%E7%AE%97%E5%8A%9B%E4%B8%8E%E8%8A%AF%E7%89%87#newsletters",
        "feeds/newsletters/weekly/index.html": "../../../?newsletter=weekly#newsletters",
        "feeds/tags/gpu/index.html": "../../../#newsletters",
        "feeds/extra/calm/index.html": "../../../#newsletters",
    }
    for path, href in expected.items():
        assert tree(found[path]).xpath("//section[@aria-labelledby='mail']//a/@href") == [href]
    for document in made(letters=False).values():
        assert b"#newsletters" not in document.body
        assert b'archive/"' not in document.body


# ---- safety, size, sameness


def test_nothing_runs_in_the_page_but_its_own_script_and_nothing_comes_from_elsewhere(made):
    for document in made().values():
        if document.media_type == "text/html":
            page = tree(document)
            assert not page.xpath(
                "//style | //*[@style] | //*[@*[starts-with(name(), 'on')]] | //img | //iframe | //form"
            )
            assert len(page.xpath("//script")) == 1
            assert re.fullmatch(r"(\.\./){0,2}feeds\.js", page.xpath("//script/@src")[0])
            policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
@settings(max_examples=40)
def test_any_name_stands_in_the_page_as_text(templates, name):
    config = make_site(Path())
    channel = channel_of(config)
    card = replace(make_cards(1)[0], title=name)
    feed = Feed(channel=channel, kind=Kind.TAG, key=slug(name), name=name, members=(card,), total=1)
    found = documents(config, [Feed(channel=channel, kind=Kind.ALL), feed], templates)
    page = tree(found[f"{feed.folder}index.html"])
    assert page.xpath("string(//h1/bdi)") == page.xpath("string(//ul[@class='entries']//bdi)") == name
    assert page.xpath("string(//head/link[@rel='canonical']/@href)") == feed.home
    assert len(page.xpath("//script")) == 1


def test_a_page_of_six_hundred_tags_stays_small(made):
    found = made(tags=600)
    assert len(found["feeds/index.html"].body) < 100_000
    assert len(tree(found["feeds/index.html"]).xpath("//details//ul[@class='chips']/li")) == 567


def test_the_same_feeds_give_the_same_bytes_and_sources(tmp_path):
    config = make_site(tmp_path)
    first, again = (
        {
            page.path: (page.source, page.make().body)
            for page in landing.planned(config, make_feeds(config), Templates(None))
        }
        for _ in range(2)
    )
    assert first == again
    assert len({source for source, _ in first.values()}) == len(first)


def changed(before, after):
    """Paths whose source changed; fails where bytes changed and the source did not."""
    old, new = ({page.path: (page.source, page.make().body) for page in plan} for plan in (before, after))
    assert old.keys() == new.keys()
    for path in old:
        assert old[path][0] != new[path][0] or old[path][1] == new[path][1], path
    return {path for path in old if old[path][0] != new[path][0]}


def test_a_new_article_is_news_to_the_pages_that_show_it(tmp_path, templates):
    config = make_site(tmp_path)
    feeds = make_feeds(config)
    topic_feed, main = feeds[1], feeds[0]
    card = replace(make_cards(1)[0], title="New", published=AT + timedelta(days=1))
    newer = [replace(feed, members=(card, *feed.members), total=feed.total + 1) for feed in (main, topic_feed)]
    assert changed(
        landing.planned(config, feeds, templates), landing.planned(config, [*newer, *feeds[2:]], templates)
    ) == {"feeds/index.html", f"{topic_feed.folder}index.html"}


def test_a_changed_template_or_site_is_news_to_all(tmp_path):
    config = make_site(tmp_path)
    feeds = make_feeds(config, tags=2)
    own = tmp_path / "templates"
    (own / "feeds").mkdir(parents=True)
    before = list(landing.planned(config, feeds, Templates(own)))
    (own / "feeds/parts.html").write_text(
        (Templates(None)._folders[0] / "feeds/parts.html").read_text("utf-8").replace("<ul", "<ol"), encoding="utf-8"
    )
    everything = {page.path for page in before}
    assert changed(before, landing.planned(config, feeds, Templates(own))) == everything
    renamed = config.model_copy(update={"site": config.site.model_copy(update={"copyright": "© 2026"})})
    assert changed(before, landing.planned(renamed, feeds, Templates(own))) == everything
