from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from content.shelf import NOW, SHANGHAI, Shelf, picture

from publisher.content import scan as module
from publisher.content.article import Article, Head
from publisher.content.index import Index
from publisher.errors import ConfigError

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Markdown files whose heads are read from now on."""
    names: list[str] = []
    real = os.open

    def watched(file: Any, *rest: Any, **how: Any) -> int:
        if str(file).endswith(".md"):
            names.append(Path(file).name)
        return real(file, *rest, **how)

    monkeypatch.setattr(os, "open", watched)
    return names


def heads(shelf: Shelf, now: datetime = LATER) -> dict[str, Head]:
    return {head.path: head for head in Index(shelf.database).heads(now)}


def paths(shelf: Shelf, now: datetime = NOW) -> list[str]:
    return list(heads(shelf, now))


def only(shelf: Shelf, now: datetime = LATER) -> Article:
    """The one article that is shown, rendered."""
    (article,) = shelf.articles(now).values()
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
    for path in ("a.md", "b.markdown", "d.mdown", "e.MD", "x/c.md", "x/y/index.md", "中文/é.md", "x/_draft.md"):
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
        "d.mdown",
        "e.MD",
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


def test_a_young_file_is_read_again(shelf: Shelf, opened: list[str]):
    file = shelf.article("a.md", title="Old")
    shelf.scan()
    assert shelf.scan().changed == 1
    assert opened == ["a.md", "a.md"]
    stat = file.stat()
    shelf.article("a.md", title="New")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shelf.scan().changed == 1
    assert only(shelf).title == "New"


@pytest.mark.usefixtures("settled")
def test_of_a_file_that_is_touched_alone_the_head_is_read_once_more(shelf: Shelf, opened: list[str]):
    file = shelf.article("a.md")
    shelf.scan()
    before = heads(shelf)
    os.utime(file, ns=(1, 1))
    assert shelf.scan().changed == 1
    opened.clear()
    assert shelf.scan().changed == 0
    assert opened == []
    assert heads(shelf) == before


@pytest.mark.usefixtures("settled")
def test_only_the_head_of_a_long_file_is_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    sizes: list[int] = []
    real = os.read

    def counted(handle: int, size: int) -> bytes:
        data = real(handle, size)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(os, "read", counted)
    shelf.article("a.md", body="Text. " * 100_000)
    assert shelf.scan().articles == 1
    assert sizes == [8 * 1024]


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
    shelf.article("a.md", date="2025-06-29")
    shelf.scan(LATER)
    after = only(shelf)
    assert (after.guid, after.first_seen) == (before.guid, before.first_seen)
    assert shelf.scan(LATER).removed == 0


@pytest.mark.usefixtures("settled")
def test_a_folder_of_files_that_goes_is_removed_in_pages(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    from publisher.content import store

    monkeypatch.setattr(store, "_PAGE", 3)
    monkeypatch.setattr(store, "_CHUNK", 2)
    for name in ("a/1", "a/2", "a/3", "a-b/1", "b/1", "b", "c"):
        shelf.article(f"{name}.md")
    assert shelf.scan().changed == 7
    assert shelf.scan().changed == 0
    for name in ("a/1", "a/2", "a/3", "c"):
        (shelf.root / f"content/{name}.md").unlink()
    report = shelf.scan()
    assert (report.removed, report.changed, sorted(paths(shelf))) == (4, 0, ["a-b/1.md", "b.md", "b/1.md"])


def test_a_new_site_is_the_same_on_every_machine(shelf: Shelf):
    shelf.article("a.md", lastmod="2025-06-30T20:00:00Z")
    shelf.article("b.md")
    shelf.scan(LATER)
    found = shelf.articles(LATER)
    assert found["b.md"].first_seen == found["b.md"].published == found["b.md"].updated == JUNE
    assert found["a.md"].updated == datetime(2025, 6, 30, 20, tzinfo=UTC)
    assert found["b.md"].guid == "tag:example.org,2025-06-30:b"


def test_a_late_file_is_first_seen_when_it_came(shelf: Shelf):
    shelf.scan(NOW)
    shelf.article("a.md")
    shelf.scan(NOW)
    shelf.article("b.md", date="2025-01-01")
    shelf.scan(LATER)
    assert {path: head.first_seen for path, head in heads(shelf).items()} == {"a.md": JUNE, "b.md": LATER}
    assert [each.path for each in Index(shelf.database).heads(LATER, since=LATER)] == ["b.md"]


def test_a_file_that_lies_there_before_it_is_shown_is_first_seen_when_it_is_shown(shelf: Shelf):
    shelf.article("old.md")
    shelf.scan()
    shelf.article("a.md", date="2025-08-01T00:00:00Z")
    shelf.article("b.md", date="2025-06-01", publishDate="2025-08-02T00:00:00Z")
    shelf.scan()
    assert {path: head.first_seen for path, head in heads(shelf, datetime(2026, 1, 1, tzinfo=UTC)).items()} == {
        "a.md": datetime(2025, 8, 1, tzinfo=UTC),
        "old.md": JUNE,
        "b.md": datetime(2025, 8, 2, tzinfo=UTC),
    }


def test_an_article_that_is_shown_earlier_than_planned_is_first_seen_then(shelf: Shelf):
    shelf.article("old.md")
    shelf.scan()
    shelf.article("a.md", date="2052-06-30")
    shelf.scan()
    shelf.article("a.md", date="2025-06-25")
    shelf.scan(LATER)
    assert heads(shelf)["a.md"].first_seen <= LATER


def test_a_draft_is_first_seen_when_it_is_published(shelf: Shelf):
    shelf.article("old.md", date="2025-06-30")
    shelf.article("kept.md", date="2025-06-01", draft="true")
    shelf.scan()
    shelf.article("kept.md", date="2025-06-01", draft="false", body="Now it is out.\n")
    shelf.scan(LATER)
    assert {path: head.first_seen for path, head in heads(shelf).items()} == {"old.md": JUNE, "kept.md": LATER}


def test_a_draft_without_a_date_gets_its_id_with_its_date(shelf: Shelf):
    shelf.article("old.md")
    shelf.article("kept.md", date="", draft="true")
    assert shelf.scan().problems == ()
    shelf.article("kept.md", date="2025-06-15")
    shelf.scan(LATER)
    assert heads(shelf)["kept.md"].guid == "tag:example.org,2025-06-15:kept"


def test_an_article_that_is_withheld_for_a_while_is_the_same_afterwards(shelf: Shelf):
    shelf.article("a.md")
    shelf.scan()
    before = heads(shelf)["a.md"]
    shelf.article("a.md", draft="true", date="2025-06-20")
    shelf.scan()
    assert paths(shelf) == []
    shelf.article("a.md", date="2025-06-20")
    shelf.scan(LATER)
    after = heads(shelf)["a.md"]
    assert (after.guid, after.first_seen) == (before.guid, before.first_seen)


def test_a_first_scan_that_was_killed_goes_on_as_the_first(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("a.md")
    shelf.article("b.md")
    monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(module, "KEPT", 1)
    with pytest.raises(KeyboardInterrupt):
        shelf.scan(progress=_kill)
    assert paths(shelf) == ["a.md"]
    shelf.scan(LATER)
    assert {head.first_seen for head in heads(shelf).values()} == {JUNE}


def _kill(done: int, total: int) -> None:
    assert (done, total) == (1, 2)
    raise KeyboardInterrupt


def test_many_files_are_read_by_children_to_the_same_end(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    for number in range(30):
        shelf.article(f"{number}.md", title=f"Title {number}", tags="[a]")
    shelf.write("bad.md", "---\n")
    alone = (shelf.scan(), heads(shelf))
    monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(module, "KEPT", 8)
    monkeypatch.setattr(module, "_children", lambda files: 2)
    together = (shelf.scan(full=True), heads(shelf))
    assert together == alone


def test_how_many_children_a_scan_takes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module.crew, "cores", lambda: 4)
    assert [module._children(files) for files in (0, 2999, 3000, 9000, 900_000)] == [0, 0, 1, 3, 3]
    monkeypatch.setattr(module.crew, "cores", lambda: 64)
    assert module._children(900_000) == 8
    monkeypatch.setattr(module.crew, "cores", lambda: 1)
    assert module._children(900_000) == 0


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
    assert shelf.renewed()["a.md"].updated == JUNE
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
    shelf.scan()
    assert only(shelf).image.url == "https://example.org/news/Jun%2030,%202025.jpg"
    missing = "a.md:4: warning: '/news/Jun 30, 2025.jpg' is not there; put the file into the static folder or beside the article"
    assert shelf.problems() == [missing]
    assert not only(shelf).image.local
    assert only(shelf).featured
    file = shelf.put("static/news/Jun 30, 2025.jpg", picture("PNG"))
    assert (only(shelf).image.media_type, only(shelf).image.width) == ("image/png", 8)
    assert shelf.scan(LATER).problems == ()
    assert only(shelf).updated == JUNE
    file.write_bytes(picture("PNG", (9, 9)))
    assert only(shelf).image.width == 9
    file.unlink()
    assert not only(shelf).image.local
    assert shelf.problems() == [missing]


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
    assert shelf.problems() == []
    assert article.summary == "算力云服务商在狂潮中异军突起，其身家在短短十二天内激增五十亿美元，成为百亿富豪。"
    assert (article.language, article.section, article.reading_minutes) == ("zh-CN", "ai", 1)
    assert article.guid == "tag:example.org,2025-06-30:ai/coreweave"
    assert "<strong>“石油”</strong>" in shelf.html("ai/coreweave.md")


def test_an_id_of_ones_own(shelf: Shelf):
    shelf.article("a.md", id="42")
    shelf.article("b.md", guid="https://old.example.net/?p=1 2")
    shelf.article("中 文.md")
    shelf.scan()
    assert {path: head.guid for path, head in heads(shelf).items()} == {
        "a.md": "tag:example.org,2025-06-30:42",
        "b.md": "https://old.example.net/?p=1%202",
        "中 文.md": "tag:example.org,2025-06-30:%E4%B8%AD%20%E6%96%87",
    }


def test_progress(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BATCH", 2)
    for number in range(5):
        shelf.article(f"{number}.md")
    steps: list[tuple[int, int]] = []
    shelf.scan(progress=lambda done, total: steps.append((done, total)))
    assert steps == [(2, 5), (4, 5), (5, 5)]
