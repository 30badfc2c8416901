"""Whatever happens to one file, the others go on, and an article that is late, put off or mended is news in the end."""

from __future__ import annotations

import time
import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from content.shelf import NOW, SHANGHAI, Shelf

from publisher.content import body, crew, heads, limit, markdown, outline, parse
from publisher.content.index import Index

DAY = timedelta(days=1)


def head(shelf: Shelf, path: str = "posts/one.md") -> Any:
    return Index(shelf.database).head(path)


def told(shelf: Shelf) -> list[str]:
    return [f"{each.path}: {each.code}" for each in Index(shelf.database).problems()]


def test_an_article_that_is_put_off_again_before_it_came_is_news_when_it_comes(shelf: Shelf):
    shelf.write("posts/old.md", "---\ntitle: Old\ndate: 2025-06-01\n---\nText.\n")
    shelf.scan(NOW)
    shelf.article(date="2025-06-01", publishDate="2025-07-10")
    shelf.scan(NOW)
    shelf.article(date="2025-06-01", publishDate="2025-08-01")
    shelf.scan(NOW + DAY)
    assert head(shelf).first_seen == datetime(2025, 8, 1, tzinfo=SHANGHAI)
    shelf.scan(NOW + 40 * DAY)
    assert head(shelf).first_seen == datetime(2025, 8, 1, tzinfo=SHANGHAI), "once it came it stays so"


def test_an_article_that_could_not_be_rendered_is_news_from_when_it_can(shelf: Shelf):
    shelf.article("posts/other.md")
    shelf.scan(NOW)
    shelf.article(body=">" * 300 + " x\n")
    assert list(shelf.renewed(NOW)) == ["posts/other.md"]
    shelf.article(body="Mended.\n")
    assert "posts/one.md" in shelf.renewed(NOW + DAY)
    assert head(shelf).first_seen == NOW + DAY
    assert head(shelf, "posts/other.md").first_seen < NOW


def test_what_was_wrong_with_a_body_is_forgotten_when_its_file_changes(shelf: Shelf):
    shelf.article(body="See [^1].\n")
    shelf.renewed()
    assert told(shelf) == ["posts/one.md: footnote-undefined"]
    shelf.article(body="See nothing.\n")
    shelf.scan()
    assert told(shelf) == [], "before anybody renders it again"


def test_a_name_that_is_used_again_gets_an_id_of_its_own(shelf: Shelf):
    shelf.article("posts/news.md", title="First")
    shelf.scan(NOW)
    (shelf.root / "content/posts/news.md").rename(shelf.root / "content/posts/news-old.md")
    shelf.scan(NOW)
    shelf.article("posts/news.md", title="Second")
    shelf.scan(NOW)
    old, new = head(shelf, "posts/news-old.md"), head(shelf, "posts/news.md")
    assert (old.guid, new.guid) == (
        "tag:example.org,2025-06-30:posts/news",
        "tag:example.org,2025-06-30:posts/news-2",
    )
    assert told(shelf) == []


def test_an_address_named_by_a_shortcode_follows_its_article(shelf: Shelf):
    shelf.article(body='[Two]({{< ref "two.md" >}})\n')
    shelf.renewed()
    shelf.article("posts/two.md", slug="zwei")
    shelf.renewed()
    assert 'href="https://example.org/posts/zwei/"' in shelf.html()
    shelf.article("posts/two.md", slug="deux")
    shelf.renewed()
    assert 'href="https://example.org/posts/deux/"' in shelf.html()


def test_a_link_that_leads_to_itself_stops_no_other(shelf: Shelf):
    shelf.article()
    (shelf.root / "content/posts/loop.md").symlink_to("loop.md")
    (shelf.root / "content/posts/pipe.txt").symlink_to("pipe.txt")
    assert list(shelf.renewed()) == ["posts/one.md"]
    assert told(shelf) == ["posts/loop.md: unreadable"]
    (shelf.root / "content/posts/loop.md").unlink()
    shelf.scan()
    assert told(shelf) == []


def test_two_names_that_differ_in_how_accents_are_written_are_told_and_one_is_read(shelf: Shelf):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "é")
        shelf.article(f"{name}/a.md", title=form)
        shelf.article(f"{name}.md", title=form)
    report = shelf.scan()
    other = unicodedata.normalize("NFD", "é")
    assert (report.files, told(shelf)) == (2, [f"{other}: name-twice", f"{other}.md: name-twice"])
    assert {each.title for each in shelf.articles().values()} == {"NFC"}
    assert shelf.scan().removed == 0


@pytest.mark.parametrize("where", ["parse", "render"])
def test_what_nobody_foresaw_in_one_file_stops_no_other(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, where: str):
    shelf.article("a.md", title="Bad")
    shelf.article("b.md")
    module, name = (parse, "parse") if where == "parse" else (body, "render")
    real = getattr(module, name)

    def surprised(first: Any, *rest: Any, **how: Any) -> Any:
        path = rest[0] if where == "parse" else first.path
        if path == "a.md":
            raise IndexError("list index\nout of range")
        return real(first, *rest, **how)

    monkeypatch.setattr(module, name, surprised)
    assert list(shelf.renewed()) == ["b.md"]
    assert shelf.problems() == [
        "a.md:1: error: IndexError: list index out of range; the program did not foresee this: report it with the article"
    ]


def test_a_long_toml_header_may_hold_the_fence_of_yaml(shelf: Shelf):
    shelf.write("a.md", '+++\ntitle = "A"\ndate = 2025-06-30\nx = """\n---\n"""\n+++\n' + "Text. " * 2000)
    assert list(shelf.renewed()) == ["a.md"]
    assert heads.read(str(shelf.root / "content/a.md"))[0].count(b"+++") == 2


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join('"a":1' for _ in range(8000)) + "}",
        "{" + ",".join(f'"k{n}":1' for n in range(3900)) + "}",
        "+++\n" + ".".join("a" * 16_000) + " = 1\n+++\n",
        "+++\n" + "a." * 15 + "a = 1\n" * 4000 + "+++\n",
        "Title: T\n" + "Tags: x\n" * 7000,
    ],
    ids=["a key 8 000 times", "3 900 keys", "16 000 dots", "4 000 dotted keys", "Pelican's key 7 000 times"],
)
def test_a_header_that_is_a_bomb_is_told_soon_and_in_few_words(text: str):
    start = time.process_time()
    found = parse.parse(text.encode(), "posts/one.md", outline_rules())
    assert time.process_time() - start < 2
    assert len(found.problems) <= 2 * parse.MANY


def outline_rules() -> Any:
    from content.shelf import RULES

    return RULES


def test_addresses_beyond_number_kill_no_process():
    html = markdown.render("a@b.c " * 30_000, "https://example.org/a/", "p-")
    assert "mailto" not in html
    assert 'href="mailto:a@b.c"' in markdown.render("a@b.c\n" * 300, "https://example.org/a/", "p-")
    assert markdown.inline_text("a@b.c * " * 2000).startswith("a@b.c")


def test_footnotes_begun_within_one_another_are_refused():
    with pytest.raises(markdown.MarkdownError, match="more than 200 footnotes are begun within one another"):
        markdown.render("x\n" + "[^" * 4000 + "a]" * 4000, "https://example.org/a/", "p-")
    assert limit.excess("[^" * 199 + "a]") is None


def test_no_process_to_be_had_is_no_reason_not_to_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    def refused(*arguments: Any, **how: Any) -> Any:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(crew.subprocess, "Popen", refused)
    shelf.article()
    files = [outline.File("posts/one.md", str(shelf.root / "content/posts/one.md"))]
    made = list(crew.spread(outline.outlines, [files, files], outline_rules(), children=2))
    assert [each.path for batch in made for each in batch] == ["posts/one.md"] * 2


def test_code_that_lies_in_the_working_folder_is_not_run(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    mark = shelf.root / "was-run"
    (shelf.root / "queue.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(shelf.root)
    shelf.article()
    files = [outline.File("posts/one.md", str(shelf.root / "content/posts/one.md"))]
    made = list(crew.spread(outline.outlines, [files], outline_rules(), children=1))
    assert made[0][0].facts is not None
    assert not mark.exists()


def test_files_that_are_renumbered_keep_their_ids_and_histories(shelf: Shelf, settled: None):
    for number in (1, 2, 3):
        shelf.article(f"0{number}.md", title=f"Chapter {number}", date=f"2025-06-2{number}", body=f"Text {number}.\n")
    before = {each.title: (each.guid, each.updated, each.revision) for each in shelf.renewed(NOW).values()}
    folder = shelf.root / "content"
    for number in (3, 2, 1):
        (folder / f"0{number}.md").rename(folder / f"0{number + 1}.md")
    shelf.article("01.md", title="Foreword", date="2025-06-21", body="New.\n")
    after = {each.title: (each.guid, each.updated, each.revision) for each in shelf.renewed(NOW + DAY).values()}
    foreword = after.pop("Foreword")
    assert after == before
    assert foreword[0] == "tag:example.org,2025-06-21:01-2"
    assert head(shelf, "01.md").first_seen == NOW + DAY


def test_files_that_change_places_change_no_ids(shelf: Shelf, settled: None):
    shelf.article("a.md", title="A", date="2025-06-21", body="Text a.\n")
    shelf.article("b.md", title="B", date="2025-06-22", body="Text b.\n")
    before = {each.title: (each.guid, each.updated) for each in shelf.renewed(NOW).values()}
    folder = shelf.root / "content"
    (folder / "a.md").rename(folder / "c.tmp")
    (folder / "b.md").rename(folder / "a.md")
    (folder / "c.tmp").rename(folder / "b.md")
    assert {each.title: (each.guid, each.updated) for each in shelf.renewed(NOW + DAY).values()} == before
    assert {path: each.title for path, each in shelf.articles().items()} == {"a.md": "B", "b.md": "A"}
    assert "Text b." in shelf.html("a.md")


def test_an_edit_of_title_and_date_is_no_other_article(shelf: Shelf, settled: None):
    shelf.article("a.md", title="A", date="2025-06-21")
    before = shelf.renewed(NOW)["a.md"]
    shelf.article("a.md", title="Better", date="2025-06-22")
    after = shelf.renewed(NOW + DAY)["a.md"]
    assert (after.guid, after.first_seen, after.updated) == (before.guid, before.first_seen, NOW + DAY)


def test_a_folder_that_is_suddenly_empty_takes_nothing_away_until_somebody_says_so(shelf: Shelf):
    for number in range(20):
        shelf.article(f"{number}.md", title=f"T{number}")
    shelf.scan()
    (shelf.root / "content").rename(shelf.root / "away")
    (shelf.root / "content").mkdir()
    report = shelf.scan()
    assert (report.removed, report.articles, told(shelf)) == (0, 20, [".: content-gone"])
    assert shelf.scan(full=True).removed == 20
    (shelf.root / "content").rmdir()
    (shelf.root / "away").rename(shelf.root / "content")
    assert (shelf.scan().articles, told(shelf)) == (20, [])


@pytest.mark.parametrize(
    ("urls", "path", "head_", "url"),
    [
        ("jekyll", "2025-06-24-one.md", "categories: [news, 新闻]", "/news/%E6%96%B0%E9%97%BB/2025/06/24/one.html"),
        ("jekyll", "2025-06-24-one.md", "categories: news tech", "/news/tech/2025/06/24/one.html"),
        ("jekyll", "_posts/2025-06-24-one.md", "category: big news", "/big%20news/2025/06/24/one.html"),
    ],
)
def test_jekylls_categories_stand_in_its_addresses_wherever_its_posts_lie(
    shelf: Shelf, urls: str, path: str, head_: str, url: str
):
    shelf.configure(f"content: {{urls: {urls}}}\n")
    shelf.write(path, f"---\ntitle: One\n{head_}\n---\nText.\n")
    shelf.scan()
    assert head(shelf, path).url == f"https://example.org{url}"


def test_lists_as_generators_and_chinese_authors_write_them(shelf: Shelf):
    shelf.article("a.md", tags="[算力，芯片, GPU]")
    shelf.write(
        "z.md", '+++\ntitle = "Z"\ndate = 2025-06-30\n[taxonomies]\ntags = ["甲"]\ncategories = ["乙"]\n+++\nText.\n'
    )
    shelf.article("no.md", permalink="false")
    shelf.article("out.md", eleventyExcludeFromCollections="true")
    shelf.article("m.md", last_modified_at="2025-06-30T12:00:00Z")
    found = shelf.renewed()
    assert sorted(found) == ["a.md", "m.md", "z.md"]
    assert found["a.md"].tags == ("算力", "芯片", "GPU")
    assert (found["z.md"].tags, [topic.title for topic in found["z.md"].topics]) == (("甲",), ["乙"])
    assert found["m.md"].updated.hour == 12


@pytest.mark.parametrize(
    ("header", "line"), [("title: T\ndate：2025-06-20\ntags：[a]\n", 3), ("title：T\ndate：2025-06-20\n", 2)]
)
def test_the_first_chinese_colon_is_told(header: str, line: int):
    (problem,) = parse.parse(f"---\n{header}---\nText.\n".encode(), "posts/one.md", outline_rules()).problems
    assert (problem.line, problem.message.partition(";")[0]) == (line, "the colon is a Chinese one (：)")
