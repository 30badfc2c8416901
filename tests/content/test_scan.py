from __future__ import annotations

import builtins
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from content.shelf import NOW, SHANGHAI, Shelf, picture

from publisher.content import scan as module
from publisher.content.index import Index
from publisher.errors import ConfigError

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def shelf(tmp_path: Path, database: Any) -> Shelf:
    return Shelf(tmp_path, database)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written an hour before it was scanned."""
    monkeypatch.setattr(module, "file_system_now", lambda: time.time_ns() + 3600 * 10**9)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Markdown files that are opened from now on."""
    names: list[str] = []
    real = builtins.open

    def watched(file: Any, *rest: Any, **how: Any) -> Any:
        if str(file).endswith(".md"):
            names.append(Path(file).name)
        return real(file, *rest, **how)

    monkeypatch.setattr(builtins, "open", watched)
    return names


def paths(shelf: Shelf, now: datetime = NOW) -> list[str]:
    return [article.path for article in Index(shelf.database).articles(now)]


def only(shelf: Shelf) -> Any:
    (article,) = Index(shelf.database).articles(LATER)
    return article


def test_an_empty_folder(shelf: Shelf):
    report = shelf.scan()
    assert (report.files, report.articles, report.changed, report.removed, report.problems) == (0, 0, 0, 0, ())


def test_a_folder_that_is_not_there_removes_nothing(shelf: Shelf):
    shelf.article()
    shelf.scan()
    (shelf.root / "content").rename(shelf.root / "elsewhere")
    with pytest.raises(ConfigError) as caught:
        shelf.scan()
    assert (
        caught.value.line()
        == f"content.path: {shelf.root / 'content'} is no folder; make it, or name another one in config.yaml"
    )
    assert paths(shelf) == ["posts/one.md"]


def test_which_files_are_articles(shelf: Shelf):
    for path in ("a.md", "b.markdown", "x/c.md", "x/y/index.md", "中文/é.md", "x/_draft.md"):
        shelf.article(path)
    for path in (
        "_index.md",
        "x/_index.md",
        "archetypes/d.md",
        ".git/e.md",
        "@eaDir/f.md",
        "x/@g.md",
        "h.txt",
        "x/.i.md",
    ):
        shelf.article(path)
    shelf.write("x/k.md/l.txt", "no article")
    shelf.article("x/k.md/m.md")
    report = shelf.scan()
    assert sorted(paths(shelf)) == [
        "a.md",
        "b.markdown",
        "x/_draft.md",
        "x/c.md",
        "x/k.md/m.md",
        "x/y/index.md",
        "中文/é.md",
    ]
    assert report.problems == ()


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("b.md", ["a.md", "x/a.md", "x/y/a.md"]),
        ("x/*.md", ["a.md", "b.md", "x/y/a.md", "x/y/b.md"]),
        ("x/**", ["a.md", "b.md"]),
        ("**/y/*", ["a.md", "b.md", "x/a.md", "x/b.md"]),
        ("x", ["a.md", "b.md"]),
        ("?.md", []),
    ],
)
def test_ignored_patterns(shelf: Shelf, pattern: str, kept: list[str]):
    shelf.configure(f"content: {{ignore: ['{pattern}']}}\n")
    for path in ("a.md", "b.md", "x/a.md", "x/b.md", "x/y/a.md", "x/y/b.md"):
        shelf.article(path)
    shelf.scan()
    assert sorted(paths(shelf)) == kept


def test_links_are_not_followed_out_of_the_folder_nor_into_folders(shelf: Shelf):
    outside = shelf.put("secret.md", "---\ntitle: S\ndate: 2025-01-01\n---\n")
    (shelf.root / "content/a.md").symlink_to(outside)
    inside = shelf.article("b.md")
    (shelf.root / "content/c.md").symlink_to(inside)
    (shelf.root / "content/loop").symlink_to(shelf.root / "content")
    (shelf.root / "content/gone.md").symlink_to(shelf.root / "nowhere.md")
    shelf.scan()
    assert paths(shelf) == ["b.md", "c.md"]


@pytest.mark.usefixtures("settled")
def test_unchanged_files_are_not_read(shelf: Shelf, opened: list[str]):
    shelf.article("a.md")
    shelf.article("b.md")
    shelf.write("bad.md", "---\n")
    shelf.scan()
    assert sorted(opened) == ["a.md", "b.md", "bad.md"]
    opened.clear()
    report = shelf.scan()
    assert (opened, report.changed, report.articles) == ([], 0, 2)
    assert [problem.path for problem in report.problems] == ["bad.md"]
    shelf.article("b.md", title="Two")
    assert shelf.scan().changed == 1
    assert opened == ["b.md"]
    assert shelf.scan(full=True).changed == 3


def test_a_young_file_is_read_again_but_parsed_only_if_it_differs(shelf: Shelf, opened: list[str]):
    file = shelf.article("a.md", title="Old")
    shelf.scan()
    assert shelf.scan().changed == 0
    assert opened == ["a.md", "a.md"]
    stat = file.stat()
    shelf.article("a.md", title="New")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shelf.scan().changed == 1
    assert only(shelf).title == "New"


@pytest.mark.usefixtures("settled")
def test_a_file_that_is_touched_alone_is_not_parsed(shelf: Shelf, opened: list[str]):
    file = shelf.article("a.md")
    shelf.scan()
    os.utime(file, ns=(1, 1))
    assert shelf.scan().changed == 0
    opened.clear()
    assert shelf.scan().changed == 0
    assert opened == []


@pytest.mark.usefixtures("settled")
def test_other_rules_read_every_file_again_without_news(shelf: Shelf):
    shelf.article("a.md", topics="[X, Y]")
    shelf.scan()
    before = only(shelf)
    shelf.configure("topics: {ex: {title: Ex, match: {topic: [X]}}}\n")
    assert shelf.scan(LATER).changed == 1
    after = only(shelf)
    assert [topic.key for topic in after.topics] == ["ex"]
    assert after.revision != before.revision
    assert after.updated == before.updated == JUNE
    assert Index(shelf.database).unmatched_topics() == [("Y", 1)]


@pytest.mark.usefixtures("settled")
def test_a_removed_file_leaves_and_comes_back_as_the_same_article(shelf: Shelf):
    shelf.article("a.md")
    shelf.article("b.md", draft="true")
    shelf.scan()
    before = only(shelf)
    (shelf.root / "content/a.md").unlink()
    report = shelf.scan()
    assert (report.removed, report.articles, paths(shelf)) == (1, 1, [])
    assert Index(shelf.database).html(["a.md"]) == {}
    shelf.article("a.md", date="2025-06-29")
    shelf.scan(LATER)
    after = only(shelf)
    assert (after.guid, after.first_seen) == (before.guid, before.first_seen)


def test_a_new_site_is_the_same_on_every_machine(shelf: Shelf):
    shelf.article("a.md", lastmod="2025-06-30T20:00:00Z")
    shelf.article("b.md")
    shelf.scan(LATER)
    found = {article.path: article for article in Index(shelf.database).articles(LATER)}
    assert found["b.md"].first_seen == found["b.md"].published == found["b.md"].updated == JUNE
    assert found["a.md"].updated == datetime(2025, 6, 30, 20, tzinfo=UTC)
    assert found["b.md"].guid == "tag:example.org,2025-06-30:b"


def test_a_late_file_is_first_seen_when_it_came(shelf: Shelf):
    shelf.scan(NOW)
    shelf.article("a.md")
    shelf.scan(NOW)
    shelf.article("b.md", date="2025-01-01")
    shelf.scan(LATER)
    found = {article.path: article.first_seen for article in Index(shelf.database).articles(LATER)}
    assert found == {"a.md": JUNE, "b.md": LATER}
    assert [each.path for each in Index(shelf.database).articles(LATER, since=LATER)] == ["b.md"]


def test_a_draft_is_first_seen_when_it_is_published(shelf: Shelf):
    shelf.article("old.md", date="2025-06-30")
    shelf.article("kept.md", date="2025-06-01", draft="true")
    shelf.scan()
    shelf.article("kept.md", date="2025-06-01", draft="false", body="Now it is out.\n")
    shelf.scan(LATER)
    found = {article.path: article.first_seen for article in Index(shelf.database).articles(LATER)}
    assert found == {"old.md": JUNE, "kept.md": LATER}


def test_a_first_scan_that_was_killed_goes_on_as_the_first(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("a.md")
    shelf.article("b.md")
    monkeypatch.setattr(module, "BATCH", 1)
    with pytest.raises(KeyboardInterrupt):
        shelf.scan(progress=_kill)
    shelf.scan(LATER)
    assert {article.first_seen for article in Index(shelf.database).articles(LATER)} == {JUNE}


def _kill(done: int, total: int) -> None:
    assert (done, total) == (1, 2)
    raise KeyboardInterrupt


# ---- bad files


@pytest.mark.usefixtures("settled")
def test_a_bad_file_keeps_its_last_good_version_until_it_is_mended(shelf: Shelf):
    shelf.article("a.md", title="Good")
    shelf.article("b.md", title="Other")
    shelf.scan()
    shelf.write("a.md", "---\ntitle: a: b\n---\n")
    for _ in range(2):
        report = shelf.scan()
        assert [str(problem) for problem in report.problems] == [
            'a.md:2: error: mapping values are not allowed in this context; put the value in quotes, for example title: "A: B"'
        ]
        assert {a.title for a in Index(shelf.database).articles(NOW)} == {"Good", "Other"}
    shelf.article("a.md", title="Mended")
    assert shelf.scan().problems == ()
    assert {a.title for a in Index(shelf.database).articles(NOW)} == {"Mended", "Other"}


@pytest.mark.usefixtures("settled")
def test_a_body_that_is_too_much_is_a_problem(shelf: Shelf):
    shelf.article("a.md", body=">" * 300 + " x")
    assert [str(problem) for problem in shelf.scan().problems] == [
        "a.md:5: error: quotes are nested more than 200 deep; remove the surplus >"
    ]


def test_a_file_that_cannot_be_read_is_tried_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("a.md", title="Good")
    shelf.scan()
    shelf.article("a.md", title="New")
    real = builtins.open

    def refused(file: Any, *rest: Any, **how: Any) -> Any:
        if str(file).endswith("a.md"):
            raise PermissionError(13, "Permission denied")
        return real(file, *rest, **how)

    monkeypatch.setattr(builtins, "open", refused)
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == [
        "a.md: error: cannot be read (Permission denied); check owner and permissions"
    ]
    assert only(shelf).title == "Good"
    monkeypatch.setattr(builtins, "open", real)
    assert shelf.scan().problems == ()
    assert only(shelf).title == "New"


def test_a_file_that_goes_during_the_scan(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("a.md")
    real = builtins.open

    def gone(file: Any, *rest: Any, **how: Any) -> Any:
        if str(file).endswith("a.md"):
            raise FileNotFoundError(2, "No such file")
        return real(file, *rest, **how)

    monkeypatch.setattr(builtins, "open", gone)
    report = shelf.scan()
    assert (report.articles, report.problems) == (0, ())


def test_a_folder_that_cannot_be_read_keeps_its_articles(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("x/a.md")
    shelf.article("b.md")
    shelf.scan()
    real = os.scandir

    def refused(folder: str) -> Any:
        if folder.endswith("x"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refused)
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == [
        "x: error: cannot be read (Permission denied); check owner and permissions"
    ]
    assert (report.removed, paths(shelf)) == (0, ["b.md", "x/a.md"])
    monkeypatch.setattr(os, "scandir", real)
    assert shelf.scan().problems == ()


def test_a_file_name_that_is_not_utf_8(shelf: Shelf):
    shelf.article("a.md")
    (shelf.root / "content").joinpath(os.fsdecode(b"b\xff.md")).write_text("x")
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == ["b?.md: error: the file's name is not UTF-8; rename it"]
    assert report.articles == 1


def test_two_articles_with_one_address_or_id_stay_and_are_told(shelf: Shelf):
    shelf.article("a.md", slug="same")
    shelf.article("b.md", slug="same")
    shelf.article("c.md", guid="urn:x")
    shelf.article("d.md", guid="urn:x")
    shelf.article("e.md", slug="same", draft="true")
    assert [str(problem) for problem in shelf.scan().problems] == [
        "a.md: error: has the address https://example.org/same/ together with b.md; give one of them another slug or url",
        "b.md: error: has the address https://example.org/same/ together with a.md; give one of them another slug or url",
        "c.md: error: has the id urn:x together with d.md; give one of them another guid, or none",
        "d.md: error: has the id urn:x together with c.md; give one of them another guid, or none",
    ]
    assert len(paths(shelf)) == 4


# ---- updates


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("change", "updated"),
    [
        ({"title": "Two"}, LATER),
        ({"body": "Other text."}, LATER),
        ({"title": "Two", "minor": "true"}, JUNE),
        ({"title": "Two", "lastmod": "2025-06-30T22:00:00Z"}, datetime(2025, 6, 30, 22, tzinfo=UTC)),
        ({"lastmod": "2020-01-01"}, JUNE),
        ({"unknown": "key"}, JUNE),
        ({"date": "2025-06-30T10:00:00+08:00"}, LATER),
    ],
)
def test_when_updated_moves(shelf: Shelf, change: dict[str, str], updated: datetime):
    shelf.article("a.md")
    shelf.scan()
    shelf.article("a.md", **change)
    shelf.scan(LATER)
    assert only(shelf).updated == updated
    shelf.scan(LATER + timedelta(days=1), full=True)
    assert only(shelf).updated == updated


@pytest.mark.usefixtures("settled")
def test_the_revision_holds_what_a_reader_sees(shelf: Shelf):
    changes: list[dict[str, str]] = [
        {}, {"title": "T"}, {"summary": "S"}, {"tags": "[a]"}, {"topics": "[b]"}, {"image": "/c.jpg"}, {"slug": "d"}, {"lang": "fr"}, {"author": "E"}, {"body": "F"},
    ]  # fmt: skip
    seen = set()
    for change in changes:
        shelf.article("a.md", **change)
        shelf.scan()
        seen.add(only(shelf).revision)
    assert len(seen) == len(changes)


# ---- pictures


@pytest.mark.usefixtures("settled")
def test_a_picture_that_appears_changes_and_goes_is_noticed(shelf: Shelf):
    shelf.article("a.md", image="'/news/Jun 30, 2025.jpg'")
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == [
        "a.md:4: warning: '/news/Jun 30, 2025.jpg' is not there; put the file into the static folder or beside the article"
    ]
    assert only(shelf).image.url == "https://example.org/news/Jun%2030,%202025.jpg"
    assert not only(shelf).image.local
    assert only(shelf).featured
    file = shelf.put("static/news/Jun 30, 2025.jpg", picture("PNG"))
    assert shelf.scan(LATER).problems == ()
    assert (only(shelf).image.media_type, only(shelf).image.width) == ("image/png", 8)
    assert only(shelf).updated == JUNE
    file.write_bytes(picture("PNG", (9, 9)))
    shelf.scan()
    assert only(shelf).image.width == 9
    file.unlink()
    assert len(shelf.scan().problems) == 1


# ---- the rest


def test_the_sample_in_chinese(shelf: Shelf):
    shelf.configure(language="zh-CN")
    shelf.write(
        "ai/coreweave.md",
        "---\ntitle: 算力淘金热：CoreWeave的财富神话\ndate: 2025-06-30T15:10:04+08:00\ndraft: false\n"
        "tags:\n  - GPU\n  - 英伟达\nmain_topics:\n  - 投融资与市场洞察\n  - 算力与芯片\n---\n\n"
        "> 算力云服务商在狂潮中异军突起，其身家在短短十二天内激增五十亿美元，成为百亿富豪。\n\n正文**“石油”**后[^1]。\n\n[^1]: 来源\n",
    )
    assert shelf.scan().problems == ()
    article = only(shelf)
    assert article.summary == "算力云服务商在狂潮中异军突起，其身家在短短十二天内激增五十亿美元，成为百亿富豪。"
    assert (article.language, article.section, article.reading_minutes) == ("zh-CN", "ai", 1)
    assert article.guid == "tag:example.org,2025-06-30:ai/coreweave"
    html = Index(shelf.database).html(["ai/coreweave.md"])["ai/coreweave.md"]
    assert "<strong>“石油”</strong>" in html


def test_an_id_of_ones_own(shelf: Shelf):
    shelf.article("a.md", id="42")
    shelf.article("b.md", guid="https://old.example.net/?p=1 2")
    shelf.article("中 文.md")
    shelf.scan()
    assert {article.path: article.guid for article in Index(shelf.database).articles(NOW)} == {
        "a.md": "tag:example.org,2025-06-30:42",
        "b.md": "https://old.example.net/?p=1%202",
        "中 文.md": "tag:example.org,2025-06-30:%E4%B8%AD%20%E6%96%87",
    }


def test_an_article_with_nothing_in_it_is_a_warning(shelf: Shelf):
    shelf.article("a.md", body="")
    assert [str(problem) for problem in shelf.scan().problems] == [
        "a.md:5: warning: neither text nor summary; write some, or draft: true"
    ]


def test_progress(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BATCH", 2)
    for number in range(5):
        shelf.article(f"{number}.md")
    steps: list[tuple[int, int]] = []
    shelf.scan(progress=lambda done, total: steps.append((done, total)))
    assert steps == [(2, 5), (4, 5), (5, 5)]
