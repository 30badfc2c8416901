"""What real folders hold: each oddity gives a clear line, and everything else goes out."""

from __future__ import annotations

import io

import feedparser
import pytest
from journeys.walk import ISSUE, PICTURE, PICTURE_URL, draw, words_of

TODAY = "2025-06-30T10:00:00+08:00"


def send(site):
    site.run("issue", "draft", "weekly")
    site.run("issue", "approve", ISSUE)
    return site.run("issue", "send", ISSUE)


def test_an_empty_folder_builds_empty_feeds_and_no_issue(site):
    assert "0 articles" in site.run("build").out
    assert site.items() == []
    for format in ("rss.xml", "atom.xml"):
        assert not feedparser.parse(io.BytesIO(site.feed("", format))).bozo
    checked = site.run("check").out
    assert "content: warning: no article is published; add a Markdown file with title and date" in checked
    refused = site.run("issue", "draft", "weekly", code=1)
    assert refused.out == ""
    assert len(refused.errors) == 1
    assert "0 new stories, 1 wanted" in refused.err


def test_a_missing_folder_is_named_with_what_to_do(site):
    (site.folder / "content" / "posts").rmdir()
    (site.folder / "content").rmdir()
    done = site.run("build", code=2)
    assert done.errors == [
        f"publisher: content.path: {site.folder}/content is no folder; make it, or name another one in config.yaml"
    ]


def test_what_an_article_lacks_is_made_up_for_or_told(site):
    site.article("whole", TODAY)
    site.article("untitled", TODAY, title="")
    site.article("bare", TODAY, summary="", topics="")
    site.article("undated", "")
    site.write("content/posts/broken.md", "---\ntitle: [a\ndate: 2025-06-30\n---\nText.\n")
    built = site.run("build").out.splitlines()
    assert [line.split(": ")[:2] for line in built[:-1]] == [
        ["posts/broken.md:2", "error"],
        ["posts/undated.md:1", "error"],
        ["posts/untitled.md:1", "warning"],
    ]
    assert "no date; write for example 2025-06-30T08:00:00+08:00" in built[1]
    assert "no title; its file name is used" in built[2]
    items = {item["title"]: item for item in site.items()}
    assert sorted(items) == ["Bare", "Whole", "untitled"]
    assert "Text of bare" in items["Bare"]["content_html"]
    assert site.run("build", "--strict", code=1).out
    assert site.json("build")["problems"] == 2
    assert site.run("check", code=1).out.endswith("2 errors, 1 warning\n")
    site.reader("a@example.net")
    assert "1 accepted" in send(site).out
    text = words_of(site.mails()["a@example.net"], "plain")
    assert all(title in text for title in items)
    assert "Text of bare, and enough" in text, "its first words stand for the summary"


def test_a_text_that_cannot_be_rendered_is_told_and_the_others_go_out(site):
    for name in ("one", "two", "deep"):
        site.article(name, TODAY)
    file = site.folder / "content" / "posts" / "deep.md"
    good = file.read_text("utf-8")
    site.write("content/posts/deep.md", f"{good}\n{'>' * 3000} x\n")
    built = site.run("build").out.splitlines()
    assert len(built) == 2
    assert built[0].startswith("posts/deep.md:")
    assert "error: quotes are nested more than" in built[0]
    assert site.run("build").out.splitlines()[0] == built[0], "it is told until it is mended"
    assert site.run("build", "--strict", code=1).out.splitlines()[0] == built[0]
    assert sorted(item["title"] for item in site.items()) == ["One", "Two"]
    site.reader("a@example.net")
    site.run("issue", "draft", "weekly")
    shown = site.json("issue", "show", ISSUE)
    assert sorted(story["title"] for story in shown["stories"]) == ["One", "Two"]
    assert "posts/deep.md" in site.run("issue", "show", ISSUE).out
    assert "its text cannot be rendered" in site.run("explain", "deep.md").out
    site.write("content/posts/deep.md", good)
    assert "error" not in site.run("build").out
    assert sorted(item["title"] for item in site.items()) == ["Deep", "One", "Two"]


def test_a_text_that_breaks_after_it_was_published_stays_as_it_was(site):
    site.article("one", TODAY)
    site.run("build")
    before = site.items()
    file = site.folder / "content" / "posts" / "one.md"
    site.write("content/posts/one.md", f"{file.read_text('utf-8')}\n{'>' * 3000} x\n")
    assert "error: quotes are nested more than" in site.run("build").out
    assert site.items() == before


def test_a_picture_with_spaces_and_a_comma(site):
    site.article("drawn", TODAY, featured_image=f'"{PICTURE}"')
    draw(site)
    assert "warning" not in site.run("build").out
    assert site.items()[0]["image"] == PICTURE_URL
    site.reader("a@example.net")
    send(site)
    assert "<img" in words_of(site.mails()["a@example.net"], "html")


def test_a_topic_with_an_ampersand_and_angle_brackets(site):
    site.article("odd", TODAY, topics='["R&D <x>"]')
    site.run("build")
    (item,) = site.items("topics/rd-x")
    assert item["tags"] == ["R&D <x>"]
    for format in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse(io.BytesIO(site.feed("topics/rd-x", format)))
        assert not parsed.bozo
        assert [tag.label or tag.term for tag in parsed.entries[0].tags] == ["R&D <x>"]
    site.reader("a@example.net", topics="rd-x")
    send(site)
    mail = site.mails()["a@example.net"]
    assert "R&amp;D &lt;x&gt;" in words_of(mail, "html")
    assert "R&D <x>" in words_of(mail, "plain")


def test_a_title_with_quotes_emoji_control_characters_and_line_breaks(site):
    title = 'He said "no" — <b>it\'s</b> 🌊 then left'
    site.article("odd", TODAY, title='"He said \\"no\\" — <b>it\'s</b> 🌊\\a\\e then\\nleft"')
    site.run("build")
    assert site.items()[0]["title"] == title
    for format in ("rss.xml", "atom.xml"):
        assert not feedparser.parse(io.BytesIO(site.feed("", format))).bozo
    site.reader("a@example.net")
    send(site)
    mail = site.mails()["a@example.net"]
    assert mail["Subject"] == f"My weekly: {title}"
    assert title in words_of(mail, "plain").replace("\n    ", " ")
    assert "<b>it" not in words_of(mail, "html")
    assert title in site.run("articles").out


def test_two_articles_with_one_slug_are_both_told_and_both_go_out(site):
    site.article("one", TODAY, slug="same")
    site.article("two", TODAY, slug="same")
    built = site.run("build").out
    for here, there in (("one", "two"), ("two", "one")):
        assert (
            f"posts/{here}.md:6: error: has the address https://example.org/posts/same/ together with posts/{there}.md"
            in built
        )
    assert "give one of them another slug or url" in built
    assert sorted(item["title"] for item in site.items()) == ["One", "Two"]
    assert len({item["id"] for item in site.items()}) == 2


def test_nobody_subscribed(site):
    site.article("one", TODAY)
    site.run("issue", "draft", "weekly")
    assert "no reader" in site.run("issue", "show", ISSUE).out
    site.run("issue", "approve", ISSUE)
    refused = site.run("issue", "send", ISSUE, code=1)
    assert refused.errors == [
        "publisher: nobody is subscribed to weekly/weekly; add readers: 'publisher subscribers add|import'"
    ]
    site.reader("a@example.net")
    assert "1 accepted" in site.run("issue", "send", ISSUE).out


def test_nothing_new_this_week(site):
    site.article("one", TODAY)
    site.reader("a@example.net")
    send(site)
    refused = site.run("issue", "draft", "weekly", now="2025-07-06T08:00:00+08:00", code=1)
    assert refused.errors == [
        (
            "publisher: nothing to draft for weekly/weekly: 0 new stories, 1 wanted (left out: 1 already-sent); "
            "'publisher explain ARTICLE' says why one stays out"
        )
    ]
    assert "no issue for 2025-07-07T08:00" in site.run("run-due", now="2025-07-07T08:00:30+08:00").out
    assert len(site.mails()) == 1


def test_an_output_folder_that_cannot_be_written_stops_no_mail(site):
    site.article("one", TODAY, featured_image=f'"{PICTURE}"')
    site.article("undated", "")
    draw(site)
    site.write("public", "a file where the folder should be")
    failed = site.run("build", code=1)
    assert failed.errors[0].startswith(f"publisher: {site.folder}/public")
    assert "cannot be written" in failed.err
    assert len(failed.errors) == 1
    assert "posts/undated.md:1: error: no date" in failed.out, "what else is wrong is told all the same"
    site.reader("a@example.net")
    assert "1 accepted" in send(site).out
    assert "One" in words_of(site.mails()["a@example.net"], "plain")
    due = site.run("run-due", now="2025-06-30T17:00:00+08:00", code=1)
    assert len(due.errors) == 1


def test_all_three_mistakes_of_a_config_are_told_at_once(site):
    site.config("  language: en ", "  lnguage: en ")
    site.config("url: https://example.org ", "url: example.org ")
    site.config('schedules: {weekly: "mon 08:00"}', 'schedules: {weekly: "mo 8"}')
    done = site.run("build", code=2)
    assert done.out == ""
    assert len(done.errors) == 3
    url, language, schedule = done.errors
    assert "config.yaml:6: site.url: 'example.org' is not an absolute http(s) address; write" in url
    assert "config.yaml:7: site.lnguage: unknown key; did you mean language?" in language
    assert "newsletters.weekly.schedules.weekly: 'mo 8' is not a schedule; write" in schedule


@pytest.mark.parametrize(
    ("text", "place"),
    [("site: [\n", "config.yaml:"), ("", "config.yaml"), ("\x00", "config.yaml"), ("- a\n", "config.yaml")],
)
def test_a_config_that_is_none_is_one_line(site, text, place):
    site.write("config.yaml", text)
    done = site.run("build", code=2)
    assert place in done.err
    assert done.err.startswith("publisher: ")
    assert "defect" not in done.err
