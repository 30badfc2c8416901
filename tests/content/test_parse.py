"""One test for each oddity that real folders hold, with the message that its author reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from content.shelf import HEAD, RULES, SHANGHAI, complaints, read
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import load
from publisher.content.article import Topic
from publisher.content.field import Sources
from publisher.content.parse import Draft, parse
from publisher.content.rules import FIELDS, Featured, Rules, of
from publisher.content.topic import Rule

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)


def draft(text: str | bytes, path: str = "posts/one.md", rules: Rules = RULES) -> Draft:
    parsed = read(text, path, rules)
    assert parsed.draft is not None, parsed.problems
    return parsed.draft


def headed(fields: str, path: str = "posts/one.md", rules: Rules = RULES) -> Draft:
    return draft(f"{HEAD}{fields}\n---\nText.\n", path, rules)


def test_a_plain_article():
    text = f"{HEAD}tags: [GPU, 英伟达]\nmain_topics:\n  - 算力与芯片\nsummary: Short.\n---\n\nBody.\n"
    assert draft(text) == Draft(
        path="posts/one.md",
        title="One",
        published=JUNE,
        url="https://example.org/posts/one/",
        topics=(Topic("算力与芯片", "算力与芯片"),),
        tags=("GPU", "英伟达"),
        summary="Short.",
        section="posts",
        line=2,
        body="\nBody.\n",
        body_line=9,
    )


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_bom_crlf_and_cr(ends: str):
    text = f"\ufeff{HEAD}---\nLine.\nNext.".replace("\n", ends)
    assert draft(text).body == "Line.\nNext."
    assert draft(text).body_line == 5


def test_bytes_that_are_not_utf_8():
    assert complaints(read(f"{HEAD}---\n中文".encode("gbk"))) == [
        ":5: error: byte 37 is not UTF-8; save the file as UTF-8"
    ]
    assert read(b"\xff\xfe-\0").problems[0].code == "not-utf-8"


def test_a_file_that_is_too_long():
    message = ":1: error: the file is longer than 1 MiB; split it"
    assert complaints(read(b"x" * (1024 * 1024 + 1))) == [message]
    assert "too-long" not in {problem.code for problem in read(b"x" * (1024 * 1024)).problems}


def test_a_control_character_is_dropped_and_told_where():
    parsed = read(f"{HEAD}summary: a\x07b\n---\nBody\x01 text\x00.")
    assert parsed.draft.summary == "ab"
    assert parsed.draft.body == "Body\x01 text\x00."  # Markdown drops those
    assert complaints(parsed) == [":4: warning: a control character was dropped; delete it"]


def test_a_title_with_quotes_emoji_and_a_line_break():
    assert headed("Title: x").title == "One"
    assert draft('---\ntitle: "A \\"B\\" 🚀\\n R&D <update>"\ndate: 2025-06-30\n---\n').title == 'A "B" 🚀 R&D <update>'


def test_a_lone_surrogate_in_json_is_dropped():
    assert draft('{"title": "a\\ud800b", "date": "2025-06-30"}\nText').title == "ab"


def test_a_key_that_is_there_twice():
    parsed = read(f"{HEAD}title: Two\n---\n")
    assert parsed.draft.title == "Two"
    assert complaints(parsed) == [":4: warning: title is there twice; the last one holds: delete the other"]


def test_front_matter_that_cannot_be_read_is_an_error_with_its_line():
    parsed = read("---\ntitle: a: b\n---\n")
    assert parsed.draft is None
    assert parsed.problems[0].code == "front-matter"
    assert complaints(parsed) == [
        ':2: error: a second ": " stands in this value; put the value in quotes, for example title: "A: B"'
    ]


# ---- titles


@pytest.mark.parametrize(
    ("body", "path", "title", "source"),
    [
        ("# A **bold** [link](/x) #\n", "a.md", "A bold link", "its first heading"),
        ("Setext\n======\n", "a.md", "Setext", "its first heading"),
        ("Text\n", "posts/2025-06-30-a_new-thing.md", "a new thing", "its file name"),
        ("Text\n", "posts/big-news/index.md", "big news", "its file name"),
    ],
)
def test_no_title(body: str, path: str, title: str, source: str):
    parsed = read(f"---\ndate: 2025-06-30\n---\n{body}", path)
    assert parsed.draft.title == title
    assert parsed.problems[0].message == f"no title; {source} is used: write title: {title}"
    assert parsed.problems[0].severity == "warning"


# ---- dates


def test_no_date_is_an_error_that_says_what_to_write():
    assert complaints(read("---\ntitle: One\n---\n")) == [
        ":1: error: no date; write for example 2025-06-30T08:00:00+08:00 as date, or begin the file's name with 2025-06-30-"
    ]


@pytest.mark.parametrize("value", ["2025-02-30", "2025-06-30T24:00:00", "06/30/2025", "yesterday", '"{{ .Date }}"'])
def test_a_bad_date_is_an_error_at_its_line(value: str):
    parsed = read(f"---\ntitle: One\ndate: {value}\n---\n")
    assert parsed.draft is None
    assert (parsed.problems[0].code, parsed.problems[0].line) == ("date-invalid", 3)
    assert parsed.problems[0].message.startswith(f"date: '{value.strip(chr(34))}' is ")
    assert parsed.problems[0].message.endswith("; write for example 2025-06-30T08:00:00+08:00")


def test_the_date_of_a_file_name_a_folder_and_a_path():
    undated = "---\ntitle: One\n---\n"
    assert draft(undated, "_posts/2014-01-02-name.md").published == datetime(2014, 1, 2, tzinfo=SHANGHAI)
    assert draft(undated, "2014/01/02/name.md").published == datetime(2014, 1, 2, tzinfo=SHANGHAI)
    zola = draft('+++\ntitle = "One"\npath = "2014/09/15/Name"\n+++\n')
    assert zola.published == datetime(2014, 9, 15, tzinfo=SHANGHAI)
    assert zola.url == "https://example.org/2014/09/15/Name/"


def test_the_first_date_that_is_present_wins():
    assert draft("---\ntitle: One\ndate:\npubdate: 2025-01-01\npublishDate: 2025-06-30\n---\n").published == JUNE
    assert draft("---\ntitle: One\npublished: true\npubdate: 2025-06-30\n---\n").published == JUNE


def test_the_order_in_which_a_date_is_looked_for():
    rows = [
        "date: 2025-06-01",
        "publishDate: 2025-06-02",
        "pubdate: 2025-06-03",
        "published: 2025-06-04",
        "lastmod: 2025-06-06",
    ]
    days = []
    for start in range(len(rows)):
        text = "\n".join(["---", "title: One", *reversed(rows[start:]), "---", ""])
        published = draft(text, "posts/2025-06-05-one.md").published
        assert published is not None
        days.append(published.day)
    assert days == [1, 2, 3, 4, 5]
    published = draft("---\ntitle: One\nlastmod: 2025-06-06\n---\n").published
    assert published == datetime(2025, 6, 6, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("fields", "appears"),
    [
        ("publishDate: 2025-07-02", datetime(2025, 7, 2, tzinfo=SHANGHAI)),
        ("pubdate: 2025-06-01", datetime(2025, 6, 1, tzinfo=SHANGHAI)),
        ("a: b", None),
    ],
)
def test_from_when_an_article_appears(fields: str, appears: datetime | None):
    assert headed(fields).appears == appears


def test_a_date_of_publication_alone_is_the_date():
    found = draft("---\ntitle: One\npublishDate: 2025-06-30\n---\n")
    assert (found.published, found.appears) == (JUNE, None)
    assert complaints(read(f"{HEAD}publishDate: soon\n---\n")) == [
        ":4: error: publishDate: 'soon' is not a date; write for example 2025-06-30T08:00:00+08:00"
    ]


CHINESE = "算力云服务商在狂潮中异军突起，其身家在短短十二天内激增五十亿美元，成为百亿富豪。" * 2
ENGLISH = "A cloud company has risen from nothing within twelve days, says a report. " * 2


@pytest.mark.parametrize(
    ("site", "title", "summary", "body", "language"),
    [
        ("en", CHINESE, "", ENGLISH * 9, "zh"),
        ("zh-CN", ENGLISH, "", CHINESE * 9, "en"),
        ("zh-CN", CHINESE, "", ENGLISH * 9, "zh-CN"),
        ("en", "One", CHINESE, ENGLISH * 9, "zh"),
        ("en", "One", "", CHINESE, "zh"),
        ("zh-CN", "One", "", ENGLISH * 9 + CHINESE * 9, "en"),
        ("zh-CN", "One", "", "", "zh-CN"),
        ("fr", ENGLISH, "", "", "fr"),
    ],
)
def test_the_language_is_guessed_from_title_and_summary_else_from_the_beginning_of_the_body(
    site: str, title: str, summary: str, body: str, language: str
):
    text = f"---\ntitle: '{title}'\nsummary: '{summary}'\ndate: 2025-06-30\n---\n{body}"
    assert draft(text, rules=replace(RULES, language=site)).language == language


@given(st.integers(0, 1500), st.text(st.sampled_from("中a é🚀\n"), max_size=40))
def test_the_head_of_a_file_says_what_the_whole_file_says(cut: int, end: str):
    data = f"{HEAD}tags: [a]\n---\n{'中文 text ' * 90}{end}".encode()
    whole = read(data).draft
    head = parse(data[: max(cut, 700)], "posts/one.md", RULES, whole=len(data) <= max(cut, 700)).draft
    assert whole is not None
    assert head is not None
    assert head._replace(body="") == whole._replace(body="")
    assert whole.body.startswith(head.body)


@pytest.mark.parametrize(
    ("rows", "image", "line"),
    [
        ("featured_image: true\nimage: /a.png", "/a.png", 5),
        ("image: yes\nhero: no", "", None),
        ("hero: true", "", None),
        ("image: /a.png\nhero: true", "/a.png", 4),
    ],
)
def test_a_picture_is_none_where_only_yes_or_no_is_said(rows: str, image: str, line: int | None):
    assert (headed(rows).image, headed(rows).image_line) == (image, line)


def test_updated_and_expires():
    found = headed("lastmod: 2025-07-01T00:00:00Z\nexpirydate: 2025-08-01")
    assert found.updated == datetime(2025, 7, 1, tzinfo=UTC)
    assert found.expires == datetime(2025, 8, 1, tzinfo=SHANGHAI)
    assert complaints(read(f"{HEAD}lastmod: soon\n---\n")) == [
        ":4: error: lastmod: 'soon' is not a date; write for example 2025-06-30T08:00:00+08:00"
    ]


@pytest.mark.parametrize(
    ("field", "withheld"),
    [("draft: true", True), ("draft: 'yes'", True), ("draft: 1", True), ("draft: false", False), ("draft:", False), ("published: false", True), ("published: true", False)],
)  # fmt: skip
def test_drafts(field: str, withheld: bool):
    assert headed(field).withheld is withheld


def test_a_draft_needs_no_date_and_an_unclear_one_stays_withheld():
    assert draft("---\ntitle: One\ndraft: true\n---\n").published is None
    parsed = read(f"{HEAD}draft: maybe\n---\n")
    assert parsed.draft.withheld
    assert complaints(parsed) == [
        ":4: warning: draft: 'maybe' is neither true nor false, so taken as true; write draft: true or draft: false"
    ]
    assert parsed.problems[0].code == "draft-unclear"


# ---- topics and tags


def test_topics_lose_brackets_and_translations():
    found = headed('main_topics: ["[AI日报]", "产业生态 (Industry Ecosystem & Business)", "--", "Ｒ＆Ｄ", AI日报]')
    assert [topic.title for topic in found.topics] == ["AI日报", "产业生态", "R&D"]


def test_tags_as_list_text_and_null():
    assert headed("tags: [GPU, gpu, '[IPO]', ' ', '#X']").tags == ("GPU", "IPO", "X")
    assert headed("tags: GPU, 英伟达，IPO").tags == ("GPU", "英伟达", "IPO")
    assert headed("tags:").tags == ()
    assert draft('+++\ntitle = "T"\ndate = 2025-06-30\n[taxonomies]\ntags = ["a"]\n+++\n').tags == ("a",)


def test_configured_topics_by_name_tag_and_title():
    rules = replace(
        RULES,
        topics=(
            Rule(key="models", title="Models", topics=("前沿模型", "Frontier*")),
            Rule(key="funding", title="Funding", topics=("Funding",), tags=("ipo",), words=("融资",)),
        ),
    )
    found = headed("topics: [funding, '[frontier models (x)]', Other]", rules=rules)
    assert found.topics == (Topic("funding", "Funding"), Topic("models", "Models"))
    assert found.unmatched == ("Other",)
    assert headed("tags: [IPO]", rules=rules).topics == (Topic("funding", "Funding"),)
    assert headed("title: 完成新一轮融资", rules=rules).topics == (Topic("funding", "Funding"),)
    assert headed("topics: [Other]", rules=rules).topics == ()


# ---- pictures, featured, the rest


def test_a_picture_with_a_line_break_in_its_quotes():
    assert headed('featured_image: "/a.jpg\\n"').image == "/a.jpg"


@pytest.mark.parametrize(
    ("fields", "reference"),
    [
        ("cover: {image: /c.png, alt: A}", "/c.png"),
        ("images: [/1.png, /2.png]", "/1.png"),
        ("hero: /h.png", "/h.png"),
        ("image: null\nthumbnail: /t.png", "/t.png"),
        ("extra: {image: /e.png}", "/e.png"),
        ("image: {src: /s.png}", "/s.png"),
        ("hero: true\nimage:", ""),
    ],
)
def test_where_a_picture_may_stand(fields: str, reference: str):
    assert headed(fields).image == reference


def test_hero_true_is_no_picture():
    assert headed("hero: true").image == ""


def test_featured_by_key_or_by_a_picture_that_is_no_placeholder():
    rules = replace(
        RULES,
        featured=(Featured(key="hero"), Featured(image=True, not_image=("images/default*", "*/report-default.png"))),
    )
    assert headed("hero: yes", rules=rules).featured
    assert not headed("hero: no", rules=rules).featured
    assert headed("image: /a.jpg", rules=rules).featured
    assert not headed("image: '/images/default (1).png'", rules=rules).featured
    assert not headed("image: images/default.png", rules=rules).featured
    assert not headed("image: /x/report-default.png", rules=rules).featured
    assert not headed("a: b", rules=rules).featured


@pytest.mark.parametrize(
    ("field", "path", "language"),
    [
        ("lang: zh_cn", "a.md", "zh-CN"),
        ("language: no", "a.md", "no"),
        ("locale: zh-hans-cn", "a.md", "zh-Hans-CN"),
        ("a: b", "zh/posts/a.md", "zh"),
        ("a: b", "posts/a.zh-tw.md", "zh-TW"),
        ("a: b", "posts/a.js.md", "en"),
        ("a: b", "a.md", "en"),
        ("lang: '中文'", "zh/posts/a.md", "zh"),
    ],
)
def test_language(field: str, path: str, language: str):
    assert headed(field, path).language == language


def test_a_language_that_is_none():
    assert complaints(read(f"{HEAD}lang: '中文'\n---\n")) == [
        ":4: warning: lang: '中文' is no language; write for example zh-CN"
    ]


def test_weight():
    assert headed("weight: 3").weight == 3
    assert headed("weight: 99999").weight == 1000
    assert complaints(read(f"{HEAD}weight: heavy\n---\n")) == [
        ":4: warning: weight: 'heavy' is no whole number; write for example 1"
    ]


def test_authors():
    assert headed("author: Ann").authors == ("Ann",)
    assert headed("authors: [{name: Ann}, Bob, 7]").authors == ("Ann", "Bob", "7")


def test_fields_may_be_mapped_by_the_site():
    rules = replace(RULES, sources=Sources({**FIELDS, "summary": ("kicker",), "topics": ("beat",)}))
    found = headed("kicker: K\nsummary: S\nbeat: [B]\ntopics: [T]", rules=rules)
    assert (found.summary, found.topics) == ("K", (Topic("b", "B"),))


def test_the_fingerprint_holds_every_rule():
    others = [
        replace(RULES, site="https://other.org"),
        replace(RULES, language="zh"),
        replace(RULES, urls="/:slug/"),
        replace(RULES, zone=ZoneInfo("UTC")),
        replace(RULES, sources=Sources({})),
        replace(RULES, topics=(Rule(key="a", title="A"),)),
        replace(RULES, featured=()),
    ]
    assert len({RULES.fingerprint, *(rules.fingerprint for rules in others)}) == len(others) + 1


def test_a_url_that_is_none():
    parsed = read(f"{HEAD}url: 'https://[x'\n---\n")
    assert complaints(parsed) == [
        ":4: error: url: 'https://[x' is no http address with a host; write a path such as /posts/one/"
    ]


# ---- anything

PIECES = st.sampled_from(
    ["---\n", "+++\n", "{", "}", '"a": ', "title: ", "date: 2025-06-30\n", "tags: [", "]", "\n", "\r", ": ", "- ", "&a ", "*a", "\x00", "<<: ", "!!x ", "|\n ", "'", '"', "\t", "中", "🚀", "path: 2025/01/01/x\n", "url: //[", "slug: ", "draft: ", "cover:\n  image: x\n", "a = 1\n", "[extra]\n", "..."]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode()))
def test_parse_never_raises_and_always_answers(data: bytes):
    parsed = read(data)
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    assert (parsed.draft is None) == bool(errors)
    for problem in parsed.problems:
        assert problem.message == " ".join(problem.message.split())
        assert problem.line is None or 1 <= problem.line <= data.count(b"\n") + data.count(b"\r") + 1
    if parsed.draft:
        assert parsed.draft.title
        assert parsed.draft.url.isascii()
        parsed.draft.title.encode()


def test_names_and_addresses_longer_than_a_database_indexes():
    parsed = read(f"{HEAD}tags: [{'x' * 101}, ok]\n---\n")
    assert parsed.draft.tags == ("ok",)
    assert complaints(parsed) == [":4: warning: tags: a name longer than 100 characters is left out; shorten it"]
    assert parsed.problems[0].code == "name-too-long"
    parsed = read(f"{HEAD}url: /{'x' * 2001}\n---\n")
    assert complaints(parsed) == [
        ":4: error: url: the address is longer than 2000 characters; write a shorter url or slug"
    ]


def test_a_key_spelled_twice_in_two_cases():
    assert draft("---\nTitle: A\ntitle: B\nDATE: 2025-06-30\n---\n").title == "B"


def test_a_field_inside_of_what_is_no_map():
    assert headed("cover: text").image == "text"
    assert headed("tags: [[a], {x: y}, b]").tags == ("b",)


def test_rules_of_a_configuration(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(
        "site: {title: S, url: 'https://example.org', timezone: Asia/Shanghai}\n"
        "content: {fields: {link: [slug, permalink], id: [uuid], topics: [beat]}}\n"
        "topics: {chips: {title: Chips, match: {topic: ['GPU*'], tag: [IPO], title: [算力]}}}\n"
        "featured: {any: [{key: hero}, {image: true, not_image: ['images/default*']}]}\n",
        encoding="utf-8",
    )
    rules = of(load(file, {}))
    assert rules.sources.table["slug"] == ("slug",)
    assert rules.sources.table["url"] == ("permalink",)
    assert rules.sources.table["guid"] == ("uuid",)
    assert rules.sources.table["topics"] == ("beat",)
    assert rules.topics == (
        Rule(key="chips", title="Chips", topics=("Chips", "chips", "GPU*"), tags=("IPO",), words=("算力",)),
    )
    assert rules.featured == (Featured(key="hero"), Featured(image=True, not_image=("images/default*",)))
    assert rules.zone == SHANGHAI


def test_plans_of_keys_are_forgotten_when_there_are_too_many():
    sources = Sources({"title": ("title",)})
    first = sources.plan(["title", "k"])
    assert sources.plan(["title", "k"]) is first
    for number in range(2000):
        sources.plan([f"k{number}"])
    assert sources.plan(["title", "k"]) is not first
    assert sources.plan(["title", "k"]).fields == first.fields
