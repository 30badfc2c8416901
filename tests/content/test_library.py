"""Bodies: rendered once, again when the file, the rules or the picture change, and the last good one kept."""

from __future__ import annotations

import builtins
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from content.shelf import NOW, SHANGHAI, Shelf, picture

from publisher.config import load
from publisher.content import body, library
from publisher.content.article import Article
from publisher.content.index import Index
from publisher.content.library import Mark

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=1)
LAST = NOW + timedelta(days=2)
TOO_DEEP = ">" * 300 + " x\n"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Markdown files that are read as a whole from now on."""
    names: list[str] = []
    real = builtins.open

    def watched(file: Any, *rest: Any, **how: Any) -> Any:
        if str(file).endswith(".md"):
            names.append(Path(file).name)
        return real(file, *rest, **how)

    monkeypatch.setattr(builtins, "open", watched)
    return names


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles that are rendered from now on."""
    paths: list[str] = []
    real = body.render

    def watched(draft: Any, *rest: Any) -> Any:
        paths.append(draft.path)
        return real(draft, *rest)

    monkeypatch.setattr(body, "render", watched)
    return paths


def one(shelf: Shelf, now: datetime = NOW) -> Article:
    """The article ``a.md`` after a scan."""
    return shelf.renewed(now)["a.md"]


# ---- when


@pytest.mark.usefixtures("settled")
def test_a_body_is_rendered_when_it_is_needed_and_once(shelf: Shelf, read: list[str], rendered: list[str]):
    shelf.article("a.md")
    shelf.article("b.md")
    shelf.scan()
    assert read == []
    first = shelf.library.articles(["a.md"], NOW)
    assert (list(first), read, rendered) == (["a.md"], ["a.md"], ["a.md"])
    assert shelf.library.articles(["a.md", "b.md", "a.md"], NOW)["a.md"] == first["a.md"]
    assert (read, rendered) == (["a.md", "b.md"], ["a.md", "b.md"])
    assert shelf.renewed(LATER, full=True)["a.md"] == first["a.md"]
    assert read == ["a.md", "b.md"]


@pytest.mark.usefixtures("settled")
def test_a_body_is_rendered_again_when_its_bytes_change_not_when_it_is_touched(shelf: Shelf, rendered: list[str]):
    file = shelf.article("a.md")
    before = one(shelf)
    os.utime(file, ns=(1, 1))
    assert one(shelf, LATER) == before
    assert rendered == ["a.md"]
    shelf.article("a.md", body="Other.\n")
    assert one(shelf, LATER).revision != before.revision
    assert shelf.html("a.md") == "<p>Other.</p>\n"
    assert rendered == ["a.md", "a.md"]
    assert one(shelf, LAST).updated == LATER
    assert len(rendered) == 2


def test_a_young_file_is_read_again_but_rendered_only_if_it_differs(shelf: Shelf, read: list[str], rendered: list[str]):
    file = shelf.article("a.md", body="Old.\n")
    one(shelf)
    one(shelf)
    assert (read, rendered) == (["a.md", "a.md"], ["a.md"])
    stat = file.stat()
    file.write_text(file.read_text("utf-8").replace("Old", "New"), "utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    shelf.articles()
    assert shelf.html("a.md") == "<p>New.</p>\n"


@pytest.mark.usefixtures("settled")
def test_other_rules_render_every_body_again_and_nothing_is_updated(shelf: Shelf, rendered: list[str]):
    shelf.article("a.md", body="[x](y.html)\n")
    before = one(shelf)
    (shelf.root / "config.yaml").write_text("site: {title: S, url: 'https://other.org', timezone: UTC}\n", "utf-8")
    shelf.config = load(shelf.root / "config.yaml", {})
    after = one(shelf, LATER)
    assert len(rendered) == 2
    assert "https://other.org/" in shelf.html("a.md")
    assert after.revision != before.revision
    assert after.updated == after.published
    assert one(shelf, LAST) == after
    assert len(rendered) == 2


@pytest.mark.usefixtures("settled")
def test_a_body_whose_picture_changes_is_rendered_again_without_news(shelf: Shelf, rendered: list[str]):
    shelf.article("a.md", image="/a.png")
    shelf.article("b.md")
    before = one(shelf)
    shelf.put("static/a.png", picture("PNG"))
    after = shelf.articles(LATER)["a.md"]
    assert (before.image.width, after.image.width) == (0, 8)
    assert (before.updated, after.updated) == (JUNE, JUNE)
    assert rendered == ["a.md", "b.md", "a.md"]
    shelf.articles(LATER)
    assert len(rendered) == 3


def test_marks_tell_what_articles_would_and_render_what_is_due(shelf: Shelf, rendered: list[str]):
    for name in "abc":
        shelf.article(f"{name}.md", body=f"{name}\n")
    shelf.article("draft.md", draft="true")
    shelf.article("broken.md", body=TOO_DEEP)
    shelf.scan()
    asked = ["c.md", "draft.md", "unknown.md", "a.md", "broken.md", "c.md"]
    marks = list(shelf.library.marks(asked, NOW))
    assert [mark.path for mark in marks] == ["c.md", "a.md"]
    assert sorted(rendered) == ["a.md", "c.md", "draft.md"]
    whole = shelf.library.articles(asked, NOW)
    assert marks == [
        Mark(each.path, each.revision, each.guid, each.url, each.updated, each.published, True)
        for each in whole.values()
    ]
    shelf.article("a.md", body="Other.\n")
    shelf.scan(LATER)
    (after,) = shelf.library.marks(["a.md"], LATER)
    assert (after.updated, after.guid) == (LATER, marks[1].guid)
    assert after.revision != marks[1].revision


# ---- what cannot be rendered


@pytest.mark.usefixtures("settled")
def test_a_body_that_breaks_keeps_the_last_good_one_until_it_is_mended(shelf: Shelf):
    shelf.article("a.md", body="Good.\n")
    before = one(shelf)
    shelf.article("a.md", body=TOO_DEEP)
    for now in (LATER, LAST):
        assert one(shelf, now) == before
        assert shelf.html("a.md") == "<p>Good.</p>\n"
        assert shelf.problems() == [
            "a.md:5: error: quotes are nested more than 200 deep; remove the surplus >",
        ]
    shelf.article("a.md", body="Mended.\n")
    assert one(shelf, LAST).updated == LAST
    assert shelf.html("a.md") == "<p>Mended.</p>\n"
    assert shelf.problems() == []


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("broken", [TOO_DEEP, "\udcff"], ids=["too deep", "not UTF-8"])
def test_a_body_that_breaks_and_is_put_back_is_no_update(shelf: Shelf, broken: str):
    shelf.article("a.md", body="First.\n")
    one(shelf)
    shelf.article("a.md", body="Good.\n")
    before = one(shelf, LATER)
    assert before.updated == LATER
    shelf.write("a.md", f"---\ntitle: One\ndate: 2025-06-30\n---\n{broken}".encode(errors="surrogateescape"))
    assert one(shelf, LAST) == before
    assert [text.partition(": error")[0] for text in shelf.problems()] == ["a.md:5"]
    shelf.article("a.md", body="Good.\n")
    assert one(shelf, LAST) == before
    assert shelf.problems() == []


@pytest.mark.usefixtures("settled")
def test_a_head_that_breaks_after_an_update_keeps_the_time_of_the_update(shelf: Shelf):
    shelf.article("a.md")
    one(shelf)
    shelf.article("a.md", body="Other.\n")
    assert one(shelf, LATER).updated == LATER
    shelf.write("a.md", "---\ntitle: a: b\n---\n")
    assert one(shelf, LAST).updated == LATER
    shelf.article("a.md", body="Other.\n")
    assert one(shelf, LAST).updated == LATER


@pytest.mark.usefixtures("settled")
def test_what_never_could_be_rendered_is_no_article(shelf: Shelf):
    shelf.article("a.md", body=TOO_DEEP)
    shelf.article("b.md")
    assert list(shelf.renewed()) == ["b.md"]
    assert shelf.library.html(["a.md", "b.md", "none.md"]) == {"b.md": "<p>Text.</p>\n"}
    assert len(shelf.problems()) == 1
    shelf.article("a.md")
    assert one(shelf, LATER).updated == JUNE
    assert shelf.problems() == []


def test_a_body_that_is_not_utf_8_beyond_the_head_is_told(shelf: Shelf):
    shelf.write("a.md", b"---\ntitle: One\ndate: 2025-06-30\n---\n" + b"x" * 9000 + b"\n\xff")
    assert shelf.scan().problems == ()
    assert shelf.articles() == {}
    assert shelf.problems() == ["a.md:6: error: byte 9038 is not UTF-8; save the file as UTF-8"]


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[OSError]:
    """Where an error is put into it, reading the whole of ``a.md`` raises that."""
    errors: list[OSError] = []
    real = builtins.open

    def refused(file: Any, *rest: Any, **how: Any) -> Any:
        if errors and str(file).endswith("a.md"):
            raise errors[0]
        return real(file, *rest, **how)

    monkeypatch.setattr(builtins, "open", refused)
    return errors


@pytest.mark.usefixtures("settled")
def test_a_file_that_vanished_since_the_scan(shelf: Shelf, refusing: list[OSError]):
    shelf.article("a.md")
    shelf.article("b.md")
    shelf.scan()
    refusing.append(FileNotFoundError(2, "No such file"))
    assert list(shelf.articles()) == ["b.md"]
    assert shelf.problems() == []
    refusing.clear()
    assert list(shelf.articles()) == ["a.md", "b.md"]


@pytest.mark.usefixtures("settled")
def test_a_file_that_is_unreadable_for_a_while(shelf: Shelf, refusing: list[OSError]):
    shelf.article("a.md")
    one(shelf)
    shelf.article("a.md", body="Other.\n")
    before = one(shelf, LATER)
    shelf.article("a.md", body="Third.\n")
    refusing.append(PermissionError(13, "Permission denied"))
    for _ in range(2):
        assert one(shelf, LAST) == before
        assert shelf.problems() == ["a.md: error: cannot be read (Permission denied); check owner and permissions"]
    refusing.clear()
    assert one(shelf, LAST).updated == LAST
    assert shelf.html("a.md") == "<p>Third.</p>\n"
    assert shelf.problems() == []


@pytest.mark.usefixtures("settled")
def test_a_warning_about_the_body_stays_until_it_is_mended(shelf: Shelf):
    shelf.article("a.md", body="")
    one(shelf)
    warning = "a.md:5: warning: neither text nor summary; write some, or draft: true"
    assert shelf.problems() == [warning]
    assert [str(problem) for problem in shelf.scan(full=True).problems] == [warning]
    shelf.article("a.md", body="Now.\n")
    one(shelf)
    assert shelf.problems() == []


def test_problems_of_head_and_body_stand_side_by_side(shelf: Shelf):
    shelf.article("a.md", title="", body="")
    one(shelf)
    assert [line.partition(";")[0] for line in shelf.problems()] == [
        "a.md:1: warning: no title",
        "a.md:4: warning: neither text nor summary",
    ]


# ---- drafts and updates


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("look", [False, True], ids=["unseen", "checked"])
def test_a_draft_that_is_published_is_no_update(shelf: Shelf, look: bool):
    shelf.article("old.md")
    shelf.article("a.md", draft="true", body="First thoughts.\n")
    shelf.scan()
    if look:
        shelf.library.render_all(NOW)
    assert "a.md" not in shelf.articles()
    shelf.article("a.md", body="Final.\n")
    assert one(shelf, LATER).updated == JUNE
    shelf.article("a.md", body="Better.\n")
    assert one(shelf, LAST).updated == LAST


@pytest.mark.usefixtures("settled")
def test_render_all_renders_drafts_and_future_articles_too(shelf: Shelf, rendered: list[str]):
    shelf.article("a.md")
    shelf.article("draft.md", draft="true", date="", body="![x](/none.png)\n\n[^1]\n")
    shelf.article("future.md", date="2030-01-01", body=TOO_DEEP)
    shelf.write("broken.md", "---\n")
    shelf.scan()
    steps: list[tuple[int, int]] = []
    shelf.library.render_all(NOW, progress=lambda done, total: steps.append((done, total)))
    assert sorted(rendered) == ["a.md", "draft.md"]
    assert steps == [(3, 3)]
    assert {line.partition(":")[0] for line in shelf.problems()} == {"broken.md", "draft.md", "future.md"}
    shelf.library.render_all(NOW)
    assert len(rendered) == 2
    assert shelf.library.articles(["draft.md", "future.md", "broken.md"], NOW) == {}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("kept", [1, 2, 3, 5, 100])
def test_what_is_rendered_is_kept_part_by_part(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, kept: int):
    monkeypatch.setattr(library, "BATCH", 2)
    monkeypatch.setattr(library, "KEPT", kept)
    for number in range(5):
        shelf.article(f"{number}.md", body=f"{number}\n")
    assert list(shelf.renewed()) == [f"{number}.md" for number in range(5)]
    assert [shelf.html(f"{number}.md") for number in range(5)] == [f"<p>{number}</p>\n" for number in range(5)]


@pytest.mark.usefixtures("settled")
def test_an_empty_draft_is_no_fault(shelf: Shelf):
    shelf.article("a.md", draft="true", body="")
    shelf.scan()
    shelf.library.render_all(NOW)
    assert shelf.problems() == []


@pytest.mark.usefixtures("settled")
def test_a_minor_change_is_no_update_nor_is_the_next_sight_of_it(shelf: Shelf):
    shelf.article("a.md")
    one(shelf)
    shelf.article("a.md", body="Text!\n", minor="true")
    assert one(shelf, LATER).updated == JUNE
    assert shelf.html("a.md") == "<p>Text!</p>\n"
    shelf.article("a.md", body="Text!\n")
    assert one(shelf, LAST).updated == JUNE
    shelf.article("a.md", body="Text?\n")
    assert one(shelf, LAST).updated == LAST


@pytest.mark.usefixtures("settled")
def test_an_update_that_nobody_asked_for_meanwhile_is_one_when_it_is_seen(shelf: Shelf):
    shelf.article("a.md")
    one(shelf)
    shelf.article("a.md", body="Second.\n")
    shelf.scan(LATER)
    assert shelf.articles(LAST)["a.md"].updated == LAST


@pytest.mark.usefixtures("settled")
def test_a_file_that_changes_between_scan_and_rendering(shelf: Shelf):
    shelf.article("a.md")
    one(shelf)
    shelf.article("a.md", body="Other.\n")
    shelf.scan(LATER)
    shelf.article("a.md", title="Two", body="Third.\n")
    assert shelf.articles(LATER)["a.md"].summary == "Third."
    after = one(shelf, LAST)
    assert (after.title, after.summary, after.updated) == ("Two", "Third.", LATER)


# ---- many


def many(shelf: Shelf, count: int) -> None:
    for number in range(count):
        shelf.article(f"{number:04}.md", title=f"Title {number}", body=f"Text **{number}**.\n")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many children each rendering takes from now on."""
    numbers: list[int] = []
    real: Callable[..., Any] = library.crew.spread

    def watched(*arguments: Any, children: int) -> Any:
        numbers.append(children)
        return real(*arguments, children=children)

    monkeypatch.setattr(library.crew, "spread", watched)
    return numbers


@pytest.mark.usefixtures("settled")
def test_many_bodies_are_rendered_by_children_to_the_same_end(
    shelf: Shelf, asked: list[int], monkeypatch: pytest.MonkeyPatch
):
    many(shelf, 620)
    shelf.article("0007.md", title="Title 7", body=TOO_DEEP)
    shelf.scan()
    asked.clear()
    monkeypatch.setattr(library.crew, "cores", lambda: 3)
    steps: list[tuple[int, int]] = []
    shelf.library.render_all(NOW, progress=lambda done, total: steps.append((done, total)))
    assert asked == [2]
    assert steps[-1] == (620, 620)
    assert sorted(steps) == steps
    together = (shelf.articles(), shelf.problems(), shelf.html("0600.md"))
    assert len(together[0]) == 619
    assert together[2] == "<p>Text <strong>600</strong>.</p>\n"
    with shelf.database.write() as connection:
        connection.execute(library.body_table.delete())
    monkeypatch.setattr(library.crew, "cores", lambda: 1)
    assert (shelf.articles(), shelf.problems(), shelf.html("0600.md")) == together
    assert asked == [2, 0]


@pytest.mark.usefixtures("settled")
def test_few_bodies_are_rendered_here(shelf: Shelf, asked: list[int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library.crew, "cores", lambda: 64)
    monkeypatch.setattr(library, "WORTH", 10)
    many(shelf, 9)
    shelf.scan()
    asked.clear()
    shelf.articles()
    assert asked == [0]


@pytest.mark.usefixtures("settled")
def test_articles_come_in_the_order_in_which_they_are_asked_for(shelf: Shelf):
    many(shelf, 5)
    shelf.scan()
    wanted = ["0003.md", "0001.md", "none.md", "0004.md", "0001.md"]
    assert list(shelf.library.articles(wanted, NOW)) == ["0003.md", "0001.md", "0004.md"]
    assert shelf.library.articles([], NOW) == {}
    assert shelf.library.html([]) == {}


def test_heads_of_the_library_are_those_of_the_index(shelf: Shelf):
    shelf.article("a.md")
    shelf.article("b.md", date="2030-01-01")
    shelf.scan()
    assert list(shelf.library.heads(NOW)) == list(Index(shelf.database).heads(NOW))
    assert [head.path for head in shelf.library.heads(datetime(2031, 1, 1, tzinfo=UTC))] == ["b.md", "a.md"]


def test_a_name_in_another_normal_form_is_found_again(shelf: Shelf):
    shelf.write("re\u0301sume\u0301.md", "---\ntitle: One\ndate: 2025-06-30\n---\nText.\n")
    assert list(shelf.renewed()) == ["r\u00e9sum\u00e9.md"]
    assert shelf.html("r\u00e9sum\u00e9.md") == "<p>Text.</p>\n"
