"""Folders of four generators and a network drive: which files are articles, and what each says of itself."""

from __future__ import annotations

import os
from typing import Any

import pytest
from content.oddities.odd import HEAD, Site, line
from content.shelf import SHANGHAI, complaints, picture, read

# ---- what is no article

TRASH = [
    "@eaDir/one.md@SynoEAStream",
    "posts/@eaDir/one.md",
    "posts/@eaDir/one.md@SynoResource",
    ".git/one.md",
    ".obsidian/one.md",
    "posts/.one.md.swp",
    "posts/.hidden.md",
    "posts/._one.md",
    "archetypes/default.md",
    "posts/_index.md",
    "_index.md",
    "posts/one.md~",
    "posts/one.md.bak",
    "posts/one.txt",
    "posts/one.html",
    "posts/.DS_Store",
    "posts/Thumbs.db",
]


def test_trash_is_neither_an_article_nor_a_problem(tmp_path):
    site = Site(tmp_path)
    site.write("posts/one.md", HEAD + "Text.")
    for path in TRASH:
        site.write(path, b"\x00\x05\x16\x07 no text at all")
    assert site.told() == []
    assert list(site.articles()) == ["posts/one.md"]


@pytest.mark.parametrize(
    "path", ["posts/one.MD", "posts/one.markdown", "_posts/one.md", "posts/a b/one.md", "新闻/一.md"]
)
def test_what_is_an_article(tmp_path, path: str):
    site = Site(tmp_path)
    site.write(path, HEAD + "Text.")
    assert list(site.articles()) == [path]


def test_a_folder_named_like_an_article_and_an_empty_folder(tmp_path):
    site = Site(tmp_path)
    site.write("posts/one.md/two.md", HEAD + "Text.")
    (tmp_path / "content/empty").mkdir()
    assert site.told() == []
    assert list(site.articles()) == ["posts/one.md/two.md"]


def test_links_are_not_followed_out_of_the_folder(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", HEAD + "Text.")
    outside = site.put("elsewhere/two.md", HEAD + "Text.")
    os.symlink(outside, tmp_path / "content/two.md")
    os.symlink(outside.parent, tmp_path / "content/more")
    os.symlink(tmp_path / "content", tmp_path / "content/again")
    os.symlink(tmp_path / "nowhere.md", tmp_path / "content/gone.md")
    assert list(site.articles()) == ["one.md"]
    assert [each for each in site.told() if not each.startswith("gone.md")] == []


def test_names_in_two_forms_of_unicode_are_one_path(tmp_path):
    site = Site(tmp_path)
    site.write("Cafe\u0301.md", HEAD + "Text.")
    assert list(site.articles()) == ["Caf\u00e9.md"]


# ---- generators

PELICAN = """Title: My super title
Date: 2010-12-03 10:20
Modified: 2010-12-05 19:30
Category: Python
Tags: pelican, publishing
Slug: my-super-post
Authors: Alexis Metaireau, Conan Doyle
Lang: fr
Summary: Short version for index
    and feeds, over
    three lines: all of it.

This is the content.

Note: this is content, too.
"""


def test_pelican():
    parsed = read(PELICAN, "my-post.md")
    assert complaints(parsed) == []
    found = parsed.draft
    assert (found.title, found.url) == ("My super title", "https://example.org/my-super-post/")
    assert found.published.isoformat() == "2010-12-03T10:20:00+08:00"
    assert found.updated.isoformat() == "2010-12-05T19:30:00+08:00"
    assert [topic.title for topic in found.topics] == ["Python"]
    assert found.tags == ("pelican", "publishing")
    assert found.authors == ("Alexis Metaireau", "Conan Doyle")
    assert found.language == "fr"
    assert found.summary == "Short version for index and feeds, over three lines: all of it."
    assert found.body.strip() == "This is the content.\n\nNote: this is content, too."
    assert (found.body_line, found.published.tzinfo) == (13, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "withheld"),
    [("Status: draft", True), ("Status: published", False), ("Status:", False)],
)
def test_pelicans_draft_stays_withheld(text: str, withheld: bool):
    assert read(f"Title: One\nDate: 2025-06-30\n{text}\n\nText.\n").draft.withheld is withheld


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Note: this is prose.\n\nMore of it.\n", id="a paragraph that begins with a word and a colon"),
        pytest.param("https://example.org/\n\nText.\n", id="a bare address"),
        pytest.param("Title\n=====\n\nText.\n", id="a heading"),
        pytest.param("Dear reader: hello\nand more.\n\nText.\n", id="a letter"),
    ],
)
def test_prose_is_no_metadata(text: str):
    assert read(text, "2025-06-30-one.md").draft.body.startswith(text.rstrip("\n"))


def test_a_date_of_pelican_that_is_none_has_its_line():
    assert complaints(read("Title: One\nDate: 06/30/2025\n\nText.\n")) == [
        (
            ":2: error: date: '06/30/2025' is in an order of day and month that differs by country; "
            "write for example 2025-06-30T08:00:00+08:00"
        )
    ]


GENERATORS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Hugo's bundle": (
        "posts/tide/index.md",
        ("---\ntitle: Tide\ndate: 2025-06-30T15:10:04+08:00\ndraft: false\nsummary: S\ncategories: [Energy]\n"
        "tags: [GPU]\ncover:\n  image: tide.jpg\nparams: {toc: true}\nmenu: {main: {weight: 2}}\nshow_lastmod: 1\n---\nText.\n"),
        {"url": "https://example.org/posts/tide/", "topics": ["energy"], "tags": ["GPU"], "image": "https://example.org/posts/tide/tide.jpg"},
    ),
    "Hugo in TOML": (
        "posts/toml.md",
        '+++\ntitle = "Toml"\ndate = 2025-06-30T15:10:04+08:00\nsummary = "S"\ntags = ["GPU"]\n[params]\nfeatured = true\n+++\nText.\n',
        {"url": "https://example.org/posts/toml/", "tags": ["GPU"], "featured": True},
    ),
    "Hugo in JSON": (
        "posts/json.md",
        '{\n  "title": "Json",\n  "date": "2025-06-30",\n  "summary": "S",\n  "tags": ["GPU"]\n}\n\nText.\n',
        {"url": "https://example.org/posts/json/", "tags": ["GPU"]},
    ),
    "Hugo's translation": (
        "posts/tide.zh.md",
        "---\ntitle: 潮汐\ndate: 2025-06-30\nsummary: 摘\n---\n正文。\n",
        {"url": "https://example.org/zh/posts/tide/", "language": "zh"},
    ),
    "the news site's article": (
        "insights/news.md",
        ('---\ntitle: "[AI日报] 三则"\ndate: 2025-06-30T08:00:00.724+08:00\nlastmod: 2025-06-30T09:00:00.999Z\n'
        'featured_image: "/newsimages/a b, c.jpg\\n"\nsummary: "**今日** 三则"\nmain_topics:\n'
        '  - "产业生态与商业版图 (Industry Ecosystem & Business Landscape)"\nsource_url: ""\nauthor: AI\ncover: {image: x}\n'
        "word_count: 1200\nreading_time: 3\nai_score: 0.9\nsync_time: 2025-06-30\n---\n正文。\n"),
        {"topics": ["产业生态与商业版图"], "image": "https://example.org/newsimages/a%20b,%20c.jpg", "summary": "今日 三则", "title": "[AI日报] 三则"},
    ),
    "Jekyll's post": (
        "_posts/2013-02-22-name.md",
        "---\nlayout: news_post\ntitle: Jekyll\nauthor: A\ntranslator: B\ndate: 2013-02-22 12:00:00 +0000\nlang: en\npublished: true\nsummary: S\n---\nText.\n",
        {"published": "2013-02-22T12:00:00+00:00", "language": "en"},
    ),
    "Zola's page": (
        "2014-09-15-rust.md",
        '+++\npath = "2014/09/15/Rust"\ntitle = "Zola"\nauthors = ["A"]\naliases = ["old/x.html"]\ndescription = "S"\n[extra]\nteam = "T"\n+++\nText.\n',
        {"url": "https://example.org/2014/09/15/Rust/", "published": "2014-09-14T16:00:00+00:00"},
    ),
    "11ty's post": (
        "_posts/2014-05-14-blog.md",
        '---\ntitle: "  Eleventy "\ndate: 2014-05-14 00:00:00 -5\nauthors:\n- a\nexcerpt: "S"\nimage:\nhero: false\ntags:\n---\nText.\n',
        {"title": "Eleventy", "published": "2014-05-14T05:00:00+00:00", "tags": [], "image": None},
    ),
    "Pelican's article": (
        "pelican.md",
        "Title: Pelican\nDate: 2010-12-03 10:20\nCategory: Python\nTags: a, b\nSummary: S\n\nText.\n",
        {"title": "Pelican", "topics": ["python"], "tags": ["a", "b"], "published": "2010-12-03T02:20:00+00:00"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def generators(tmp_path_factory: pytest.TempPathFactory) -> Any:
    site = Site(tmp_path_factory.mktemp("generators"))
    for path, text, _ in GENERATORS.values():
        site.write(path, text)
    site.put("static/newsimages/a b, c.jpg", picture())
    site.write("posts/tide/tide.jpg", picture())
    site.lines, site.listed = site.told(), site.articles()
    return site


@pytest.mark.parametrize("title", GENERATORS)
def test_each_generators_article_is_read_without_a_word(generators: Any, title: str):
    path, _, expected = GENERATORS[title]
    assert [each for each in generators.lines if each.startswith(f"{path}:")] == []
    listed = generators.listed[path]
    assert {key: listed[key] for key in expected} == expected


# ---- problems that stand between files


def collision(path: str, row: int, url: str, other: str) -> str:
    return (
        f"{path}:{row}: error: has the address https://example.org{url} together with {other}; "
        "give one of them another slug or url"
    )


def test_two_articles_with_one_address_are_told_at_the_line_that_makes_it(tmp_path):
    site = Site(tmp_path)
    site.write("a.md", "---\ntitle: A\ndate: 2025-06-30\nurl: /same/\n---\nText.\n")
    site.write("b.md", "---\ntitle: B\ndate: 2025-06-30\nx: y\nslug: same\n---\nText.\n")
    site.write("same.md", "---\ndate: 2025-06-30\ntitle: C\n---\nText.\n")
    assert site.told() == [
        collision("a.md", 4, "/same/", "b.md, same.md"),
        collision("b.md", 5, "/same/", "a.md, same.md"),
        collision("same.md", 3, "/same/", "a.md, b.md"),
    ]
    assert {each["code"] for each in site.findings()} == {"url-collision"}


def test_one_mended_the_other_is_free_again(tmp_path):
    site = Site(tmp_path)
    site.write("a.md", "---\ntitle: A\ndate: 2025-06-30\nslug: same\n---\nText.\n")
    site.write("same.md", HEAD + "Text.")
    assert len(site.told()) == 2
    site.write("a.md", "---\ntitle: A\ndate: 2025-06-30\nslug: other\n---\nText.\n")
    assert site.told() == []


def test_a_page_bundle_and_a_file_of_one_name(tmp_path):
    site = Site(tmp_path)
    site.write_all({"posts/one.md": HEAD + "Text.", "posts/one/index.md": HEAD + "Text."})
    found = site.findings()
    assert [line(each) for each in found if each["code"] == "url-collision"] == [
        collision("posts/one.md", 2, "/posts/one/", "posts/one/index.md"),
        collision("posts/one/index.md", 2, "/posts/one/", "posts/one.md"),
    ]
    assert [each for each in found if not each["line"]] == [], "the shared id stands at a line, too"


def test_a_bad_file_never_stops_the_others_nor_takes_its_last_good_version_away(tmp_path):
    site = Site(tmp_path)
    site.write("good.md", HEAD.replace("One", "Good") + "Text.")
    site.write("bad.md", HEAD.replace("One", "Was good") + "Text.")
    assert set(site.build()) == {"good.md", "bad.md"}
    site.write("bad.md", HEAD.replace("2025-06-30", "2025-02-30") + "Text.")
    entries = site.build()
    assert entries["bad.md"]["title"] == "Was good"
    assert site.told() == [
        (
            "bad.md:3: error: date: '2025-02-30' is not a date: day is out of range for month; "
            "write for example 2025-06-30T08:00:00+08:00"
        )
    ]
    site.run("check", code=1)
    site.run("build", "--strict", code=1)


def test_stubs_without_text(tmp_path):
    site = Site(tmp_path)
    empty = "neither text nor summary; write some, or draft: true"
    for name, rows in {"bare": "", "draft": "draft: true\n", "summed": "summary: S\n"}.items():
        site.write(f"{name}.md", f"---\ntitle: {name}\ndate: 2025-06-30\n{rows}---\n")
    site.write("blank.md", "---\ntitle: blank\ndate: 2025-06-30\n---\n\n \n\n")
    assert site.told() == [f"bare.md:5: warning: {empty}", f"blank.md:5: warning: {empty}"]


def test_a_pipe_named_like_an_article_holds_nobody_up(tmp_path):
    site = Site(tmp_path)
    site.write("one.md", HEAD + "Text.")
    os.mkfifo(tmp_path / "content/pipe.md")
    assert list(site.articles()) == ["one.md"]
    assert [each for each in site.told() if each.startswith("pipe.md")] == []
