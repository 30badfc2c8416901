"""Fields as four generators and twenty years write them: names, dates, drafts, topics, tags, languages, addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from content.shelf import RULES, complaints, read

from publisher.content.parse import Draft
from publisher.content.rules import Featured
from publisher.content.topic import Rule

HEAD = "---\ntitle: One\ndate: 2025-06-30\n"
EXAMPLE = "write for example 2025-06-30T08:00:00+08:00"


def good(rows: str, path: str = "posts/one.md", **rules: object) -> Draft:
    """The draft of an article with these rows in its head, of which nothing is wrong."""
    parsed = read(f"{HEAD}{rows}\n---\nText.\n", path, replace(RULES, **rules))
    assert complaints(parsed) == []
    assert parsed.draft is not None
    return parsed.draft


def told(rows: str, path: str = "posts/one.md") -> list[str]:
    """What is said of an article with these rows in its head; the first of them is line 4."""
    return [str(each).removeprefix(path) for each in read(f"{HEAD}{rows}\n---\nText.\n", path).problems]


# ---- dates


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-30T08:00:00+08:00", "2025-06-30T08:00:00+08:00"),
        ("2025-06-30T08:00:00.724+08:00", "2025-06-30T08:00:00.724000+08:00"),
        ("2025-06-30T08:00:00.999Z", "2025-06-30T08:00:00.999000+00:00"),
        ("2025-06-30T08:00:00.123456789Z", "2025-06-30T08:00:00.123456+00:00"),
        ("2025-06-30 08:00:00 +0800", "2025-06-30T08:00:00+08:00"),
        ("2013-02-22 12:00:00 +0000", "2013-02-22T12:00:00+00:00"),
        ("2014-05-14 00:00:00 -5", "2014-05-14T00:00:00-05:00"),
        ("2025-06-30T08:00:00 UTC", "2025-06-30T08:00:00+00:00"),
        ("2025-06-30T08:00:00 GMT", "2025-06-30T08:00:00+00:00"),
        ("2025-06-30 8:00", "2025-06-30T08:00:00+08:00"),
        ("2025-06-30", "2025-06-30T00:00:00+08:00"),
        ("2025-6-3", "2025-06-03T00:00:00+08:00"),
        ("Jun 30, 2025", "2025-06-30T00:00:00+08:00"),
        ("June 30, 2025", "2025-06-30T00:00:00+08:00"),
        ("30 Jun 2025", "2025-06-30T00:00:00+08:00"),
        ("30 June 2025", "2025-06-30T00:00:00+08:00"),
        ("2025/06/30", "2025-06-30T00:00:00+08:00"),
        ("2025/06/30 08:00", "2025-06-30T08:00:00+08:00"),
        ("2025/06/30 08:00:01", "2025-06-30T08:00:01+08:00"),
        ("2025.06.30", "2025-06-30T00:00:00+08:00"),
        ("2025年6月30日", "2025-06-30T00:00:00+08:00"),
        ("2025年06月30日 08:00", "2025-06-30T08:00:00+08:00"),
        ("20250630", "2025-06-30T00:00:00+08:00"),
        ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T15:04:05-07:00"),
        ("02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05+00:00"),
        ('" 2025-06-30 "', "2025-06-30T00:00:00+08:00"),
        ('"2025-06-30\\n"', "2025-06-30T00:00:00+08:00"),
    ],
)
def test_each_form_of_a_date(text: str, moment: str):
    parsed = read(f"---\ntitle: One\ndate: {text}\n---\nText.\n")
    assert complaints(parsed) == []
    assert parsed.draft.published.isoformat() == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-02-30", "is not a date: day is out of range for month"),
        ("2025-13-01", "is not a date: month must be in 1..12"),
        ("2025-06-30T24:00:00", "is not a date: hour must be in 0..23"),
        ("2025-06-30T08:00:00+99:00", "is not a date: no place on earth is +99:00 from UTC"),
        ("0000-01-01", "is not a date: year 0 is out of range"),
        ("06/30/2025", "is in an order of day and month that differs by country"),
        ("30.06.2025", "is in an order of day and month that differs by country"),
        ("yesterday", "is not a date"),
        ("2025", "is not a date"),
        ("2025-06-30 08:00 CST", "is not a date"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_line(text: str, why: str):
    parsed = read(f"---\ntitle: One\ndate: {text}\n---\n")
    assert parsed.draft is None
    assert complaints(parsed) == [f":3: error: date: '{text}' {why}; {EXAMPLE}"]


@pytest.mark.parametrize("key", ["date", "published", "publishDate", "pubdate", "Date", "PUBLISHDATE"])
def test_where_a_date_may_stand(key: str):
    parsed = read(f"---\ntitle: One\n{key}: 2025-06-30\n---\n")
    assert complaints(parsed) == []
    assert parsed.draft.published.isoformat() == "2025-06-30T00:00:00+08:00"


@pytest.mark.parametrize(
    ("path", "rows", "day"),
    [
        pytest.param("_posts/2014-01-02-name.md", "", "2014-01-02", id="Jekyll's file name"),
        pytest.param("posts/2014-1-2-name.md", "", "2014-01-02", id="a name without noughts"),
        pytest.param("posts/2014-01-02.md", "", "2014-01-02", id="a name that is a date"),
        pytest.param("posts/2014-01-02-name/index.md", "", "2014-01-02", id="a bundle's folder"),
        pytest.param("posts/2014/01/02/name.md", "", "2014-01-02", id="folders"),
        pytest.param("name.md", 'path: "2014/01/02/name"', "2014-01-02", id="Zola's path"),
        pytest.param("2014-01-02-name.md", "date: 2025-06-30", "2025-06-30", id="the head before the name"),
        pytest.param("2014-01-02-name.md", "date:", "2014-01-02", id="an empty date"),
        pytest.param("2014-01-02-name.md", "published: true", "2014-01-02", id="Jekyll's published: true"),
    ],
)
def test_a_date_in_the_name_or_the_path(path: str, rows: str, day: str):
    parsed = read(f"---\ntitle: One\n{rows}\n---\nText.\n", path)
    assert [str(each) for each in parsed.problems] == []
    assert parsed.draft.published.isoformat() == f"{day}T00:00:00+08:00"


@pytest.mark.parametrize("path", ["posts/one.md", "posts/2014-13-45-one.md", "posts/v2014-01-02.md"])
def test_no_date_anywhere(path: str):
    (line,) = map(str, read("---\ntitle: One\n---\n", path).problems)
    assert line == f"{path}:1: error: no date; {EXAMPLE} as date, or begin the file's name with 2025-06-30-"


@pytest.mark.parametrize("key", ["lastmod", "modified", "updated", "updated_date"])
def test_where_the_date_of_a_change_may_stand(key: str):
    assert good(f"{key}: 2025-07-01").updated.isoformat() == "2025-07-01T00:00:00+08:00"
    assert told(f"{key}: soon") == [f":4: error: {key}: 'soon' is not a date; {EXAMPLE}"]


@pytest.mark.parametrize("key", ["expiryDate", "unpublishdate", "expirydate"])
def test_where_the_date_of_expiry_may_stand(key: str):
    assert good(f"{key}: 2025-07-01").expires.isoformat() == "2025-07-01T00:00:00+08:00"


# ---- drafts


@pytest.mark.parametrize(
    ("row", "withheld"),
    [
        ("draft: true", True),
        ("draft: True", True),
        ("draft: yes", True),
        ("draft: 1", True),
        ('draft: "true"', True),
        ("draft: on", True),
        ("draft: false", False),
        ("draft: no", False),
        ("draft: 0", False),
        ('draft: "false"', False),
        ("draft:", False),
        ("published: false", True),
        ("published: true", False),
    ],
)
def test_drafts(row: str, withheld: bool):
    assert good(row).withheld is withheld


def test_an_unclear_draft_stays_withheld():
    parsed = read(f"{HEAD}draft: ture\n---\n")
    assert parsed.draft.withheld
    assert complaints(parsed) == [
        ":4: warning: draft: 'ture' is neither true nor false, so taken as true; write draft: true or draft: false"
    ]


# ---- topics and tags


@pytest.mark.parametrize(
    ("row", "topics"),
    [
        pytest.param("main_topics: [A]\ntopics: [B]\ncategories: [C]", ["A"], id="the first source wins"),
        pytest.param("main_topics:\ncategories: [C]", ["C"], id="an empty source does not"),
        pytest.param("topics: [A, B]", ["A", "B"], id="topics"),
        pytest.param("category: A", ["A"], id="category"),
        pytest.param("section: A", ["A"], id="section"),
        pytest.param("categories: [A, a, Ａ]", ["A"], id="one name in three spellings"),
        pytest.param("main_topics: --", [], id="two hyphens"),
        pytest.param("main_topics: ['']", [], id="an empty name"),
        pytest.param('main_topics: ["[AI日报]"]', ["AI日报"], id="brackets"),
        pytest.param("main_topics: ['【AI日报】']", ["AI日报"], id="wide brackets"),
        pytest.param("main_topics: 产业生态与商业版图 (Industry Ecosystem & Business Landscape)", ["产业生态与商业版图"], id="a translation behind"),
        pytest.param("main_topics: ['产业生态（Industry）']", ["产业生态"], id="a translation in wide brackets"),
        pytest.param('main_topics: "A\\n"', ["A"], id="a line break within quotes"),
        pytest.param("categories: A, B，C", ["A", "B", "C"], id="comma string"),
        pytest.param("categories: {a: b}", [], id="a map"),
    ],
)  # fmt: skip
def test_topics(row: str, topics: list[str]):
    assert [topic.title for topic in good(row).topics] == topics


def test_jekylls_own_blank_separated_categories():
    """``jekyll new`` itself writes ``categories: jekyll update``; elsewhere a blank belongs to the name."""
    found = good("categories: jekyll update\ntags: release notes", "_posts/2025-06-30-one.md")
    assert [topic.title for topic in found.topics] == ["jekyll", "update"]
    assert found.tags == ("release", "notes")
    assert good("tags: machine learning").tags == ("machine learning",)


RULE = (
    Rule(key="models", title="模型", topics=("模型", "Frontier*")),
    Rule(key="money", title="Money", tags=("ipo",), words=("融资",)),
)


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        pytest.param("main_topics: [模型]", ["models"], id="by name"),
        pytest.param(
            'main_topics: ["[FRONTIER models (x)]"]', ["models"], id="by pattern, case and brackets do not count"
        ),
        pytest.param("main_topics: [Ｆｒｏｎｔｉｅｒ]", ["models"], id="by name in wide letters"),
        pytest.param("tags: [IPO]", ["money"], id="by tag"),
        pytest.param("main_topics: [模型]\ntags: [IPO]", ["models", "money"], id="by both"),
        pytest.param("main_topics: [Other]", [], id="by nothing"),
    ],
)
def test_topics_of_the_config_match_by_name_and_tag(rows: str, keys: list[str]):
    assert [topic.key for topic in good(rows, topics=RULE).topics] == keys


def test_topics_of_the_config_match_by_title():
    parsed = read("---\ntitle: 完成新一轮融资\ndate: 2025-06-30\n---\n", rules=replace(RULES, topics=RULE))
    assert [topic.key for topic in parsed.draft.topics] == ["money"]


@pytest.mark.parametrize(
    ("row", "tags"),
    [
        pytest.param("tags: [GPU, gpu, ＧＰＵ]", ("GPU",), id="case and width do not count"),
        pytest.param("tags: GPU, 英伟达，IPO", ("GPU", "英伟达", "IPO"), id="comma string, wide comma too"),
        pytest.param("tags:", (), id="null"),
        pytest.param("tags: [null, '', ' ', A]", ("A",), id="nulls and blanks in the list"),
        pytest.param("tags: ['[A]', '#B', '【C】']", ("A", "B", "C"), id="brackets and hash"),
        pytest.param("tags: [2024, 1.10, 010, no]", ("2024", "1.10", "010", "no"), id="numbers and words of YAML 1.1"),
        pytest.param('tags: ["A\u200b", "A"]', ("A",), id="zero-width space"),
        pytest.param("taxonomies: {tags: [A]}", ("A",), id="Zola's taxonomies"),
        pytest.param("keywords: A, B", ("A", "B"), id="keywords"),
        pytest.param("tags:\n- A\n- B", ("A", "B"), id="a list that is not indented"),
    ],
)
def test_tags(row: str, tags: tuple[str, ...]):
    assert good(row).tags == tags


def test_a_name_that_no_database_indexes():
    assert told(f"tags: [{'x' * 101}, ok]") == [
        ":4: warning: tags: a name longer than 100 characters is left out; shorten it"
    ]


# ---- picture, summary, language, the rest


@pytest.mark.parametrize(
    ("rows", "image"),
    [
        pytest.param("featured_image: /a.jpg\nimage: /b.jpg", "/a.jpg", id="the first source wins"),
        pytest.param('featured_image: "/a.jpg\\n"', "/a.jpg", id="a line break within quotes"),
        pytest.param("featured_image: images/default (1).png", "images/default (1).png", id="blanks and brackets, no slash"),
        pytest.param("featured_image: null\nimage: /b.jpg", "/b.jpg", id="null"),
        pytest.param("cover: {image: /c.jpg, alt: C}", "/c.jpg", id="cover.image"),
        pytest.param("cover: /c.jpg", "/c.jpg", id="cover as text"),
        pytest.param("images: [/1.jpg, /2.jpg]", "/1.jpg", id="the first of images"),
        pytest.param("thumbnail: /t.jpg", "/t.jpg", id="thumbnail"),
        pytest.param("hero: /h.jpg", "/h.jpg", id="hero as text"),
        pytest.param("hero: true", "", id="hero as a mark"),
        pytest.param("hero: false\ncover: {alt: C}", "", id="a cover without a picture"),
        pytest.param("extra: {image: /e.jpg}", "/e.jpg", id="Zola's extra"),
        pytest.param("params: {cover: {image: /p.jpg}}", "/p.jpg", id="Hugo's params"),
    ],
)  # fmt: skip
def test_where_a_picture_may_stand(rows: str, image: str):
    assert good(rows).image == image


@pytest.mark.parametrize("key", ["summary", "description", "excerpt", "lead"])
def test_where_a_summary_may_stand(key: str):
    assert good(f"{key}: What it is about.").summary == "What it is about."


@pytest.mark.parametrize(
    ("rows", "path", "language"),
    [
        ("lang: zh_cn", "one.md", "zh-CN"),
        ("language: ZH-hans-cn", "one.md", "zh-Hans-CN"),
        ("locale: zh_CN.UTF-8", "one.md", "zh-CN"),
        ("lang: fr", "zh/one.md", "fr"),
        ("x: y", "zh/posts/one.md", "zh"),
        ("x: y", "posts/one.zh.md", "zh"),
        ("x: y", "posts/one.zh-tw.md", "zh-TW"),
        ("x: y", "posts/one/index.de.md", "de"),
        ("x: y", "posts/node.js.md", "en"),
        ("x: y", "posts/one.md", "en"),
    ],
)
def test_language(rows: str, path: str, language: str):
    assert (good(rows, path).language or RULES.language) == language


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("lang: 中文", "lang: '中文' is no language; write for example zh-CN"),
        ("weight: heavy", "weight: 'heavy' is no whole number; write for example 1"),
        ("weight: 1.5", "weight: '1.5' is no whole number; write for example 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_warning(row: str, message: str):
    assert told(row) == [f":4: warning: {message}"]


@pytest.mark.parametrize(
    ("row", "featured"),
    [
        ("hero: true", True),
        ("hero: 1", True),
        ("hero: false", False),
        ("hero: no", False),
        ("featured_image: /pictures/a.jpg", True),
        ("featured_image: images/default (1).png", False),
        ("featured_image: /images/default (1).png", False),
        ("featured_image: /x/ai-report-default.png", False),
        ("x: y", False),
    ],
)
def test_featured_by_a_mark_or_by_a_picture_that_is_no_placeholder(row: str, featured: bool):
    rules = (Featured(key="hero"), Featured(image=True, not_image=("images/default*", "*/ai-report-default.png")))
    assert good(row, featured=rules).featured is featured


# ---- addresses, as Hugo makes them


@pytest.mark.parametrize(
    ("path", "rows", "url"),
    [
        ("A B, c.md", "", "/a-b-c/"),
        ("posts/R&D 100%🚀.md", "", "/posts/rd-100/"),
        ("posts/a_b.c~d+e@f#g.md", "", "/posts/a_b.c~d+e@f%23g/"),
        ("新闻/算力 芯片.md", "", "/%E6%96%B0%E9%97%BB/%E7%AE%97%E5%8A%9B-%E8%8A%AF%E7%89%87/"),
        ("posts/two/index.md", "", "/posts/two/"),
        ("index.md", "", "/"),
        ("posts/one.zh.md", "", "/zh/posts/one/"),
        ("posts/one.en.md", "", "/posts/one/"),
        ("posts/one.md", "slug: 2024", "/posts/2024/"),
        ("posts/one.md", "slug: New Name", "/posts/new-name/"),
        ("posts/one.md", "url: /blog/x", "/blog/x/"),
        ("posts/one.md", "url: blog/x.html", "/blog/x.html"),
        ("posts/one.md", "permalink: /blog/:year/:title/", "/blog/2025/one/"),
        ("posts/one.md", "path: 2014/09/15/Name", "/2014/09/15/Name/"),
    ],
)
def test_addresses(path: str, rows: str, url: str):
    assert good(rows, path).url == f"https://example.org{url}"


def test_an_address_that_is_none():
    assert told("url: 'https://[x'") == [
        ":4: error: url: 'https://[x' is no http address with a host; write a path such as /posts/one/"
    ]


# ---- keys that slipped


@pytest.mark.parametrize(
    ("typed", "meant", "value"),
    [
        ("sumary", "summary", "What it is about."),
        ("summmary", "summary", "What it is about."),
        ("descripton", "description", "What it is about."),
        ("daft", "draft", "true"),
        ("drfat", "draft", "true"),
        ("featured_imge", "featured_image", "/a.jpg"),
        ("feature_image", "featured_image", "/a.jpg"),
        ("catgories", "categories", "A"),
        ("tgas", "tags", "A"),
        ("lastmdo", "lastmod", "2025-07-01"),
        ("expiryDat", "expiryDate", "2025-07-01"),
        ("autor", "author", "A"),
        ("wieght", "weight", "1"),
        ("permalnk", "permalink", "/a/"),
        ("languge", "language", "de"),
    ],
)
def test_a_key_one_slip_away_from_a_known_one(typed: str, meant: str, value: str):
    assert told(f"{typed}: {value}") == [f":4: warning: '{typed}' is no known key; write {meant}"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("tilte", "title"), ("titel", "title"), ("ttle", "title"), ("dtae", "date")]
)
def test_a_title_or_date_that_slipped(typed: str, meant: str):
    rows = {"title": "One", "date": "2025-06-30"}
    head = "".join(f"{typed if key == meant else key}: {value}\n" for key, value in rows.items())
    row = list(rows).index(meant) + 2
    parsed = read(f"---\n{head}---\nText.\n")
    assert f":{row}: warning: '{typed}' is no known key; write {meant}" in complaints(parsed)


def test_the_code_of_a_slip_is_key_unknown():
    assert [each.code for each in read(f"{HEAD}sumary: S\n---\n").problems] == ["key-unknown"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("summary: S\nsumary: T", id="the field is there under its own name"),
        pytest.param("description: S\nsumary: T", id="the field is there under another name"),
    ],
)
def test_a_slip_beside_the_field_itself_is_somebody_elses_key(rows: str):
    good(rows)


HONEST = """aliases audio author_bio cascade class classes comments cover cover_image css disqus eleventyNavigation expiration_date
extra figcaption footer formerly github_repo headless hero hideMeta image_caption image_figcaption image_icon js katex layout
learn_more license linkTitle link_title markup math menu meta mermaid noindex og_image outputs params parent pin
project_url project_weight redirect_from redirect_to release render resources robots series share show_lastmod showtoc sidebar
sitemap skip_index social sort_by source source_url sticky subtitle sync_time team team_url template text toc
translationKey translator tumblr_url twitter type uid version video word_count reading_time ai_score isCJKLanguage""".split()  # noqa: SIM905


@pytest.mark.parametrize("key", HONEST)
def test_an_honest_key_of_ones_own_is_no_slip(key: str):
    good(f"{key}: '1'")


@pytest.mark.parametrize("row", ["source_url: ''", "show_lastmod: 1", "cover: {image: '', caption: C}", "aliases: [/old/]", "menu: {main: {weight: 1}}", "cascade: {draft: true}", "word_count: 1200"])  # fmt: skip
def test_what_is_somebody_elses_changes_nothing(row: str):
    assert good(row) == good("x: y")
