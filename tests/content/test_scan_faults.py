"""Files and folders with which something is wrong: told, tried again, and the last good version stays."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from content.shelf import NOW, SHANGHAI, Shelf

from publisher.content.article import Article, Head
from publisher.content.index import Index

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=1)


def heads(shelf: Shelf, now: datetime = LATER) -> dict[str, Head]:
    return {head.path: head for head in Index(shelf.database).heads(now)}


def paths(shelf: Shelf, now: datetime = NOW) -> list[str]:
    return list(heads(shelf, now))


def only(shelf: Shelf, now: datetime = LATER) -> Article:
    """The one article that is shown, rendered."""
    (article,) = shelf.articles(now).values()
    return article


@pytest.mark.usefixtures("settled")
def test_a_bad_file_keeps_its_last_good_version_until_it_is_mended(shelf: Shelf):
    shelf.article("a.md", title="Good", body="Good text.\n")
    shelf.article("b.md", title="Other")
    shelf.renewed()
    shelf.write("a.md", "---\ntitle: a: b\n---\n")
    for _ in range(2):
        report = shelf.scan()
        assert [str(problem) for problem in report.problems] == [
            'a.md:2: error: a second ": " stands in this value; put the value in quotes, for example title: "A: B"'
        ]
        assert {a.title for a in shelf.articles().values()} == {"Good", "Other"}
        assert shelf.html("a.md") == "<p>Good text.</p>\n"
    shelf.article("a.md", title="Mended")
    assert shelf.scan().problems == ()
    assert {a.title for a in shelf.articles().values()} == {"Mended", "Other"}


def test_a_file_that_was_never_good_is_forgotten_when_it_goes(shelf: Shelf):
    file = shelf.write("a.md", "---\n")
    assert len(shelf.scan().problems) == 1
    assert shelf.scan().articles == 0
    file.unlink()
    assert shelf.scan().problems == ()
    shelf.article("a.md")
    assert shelf.scan().articles == 1


def test_a_file_that_is_too_long_is_told_without_being_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.article("a.md", body="x" * (1024 * 1024))
    message = "a.md:1: error: the file is longer than 1 MiB; split it"
    assert [str(problem) for problem in shelf.scan().problems] == [message]
    assert paths(shelf) == []


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[OSError]:
    """Where an error is put into it, opening ``a.md`` for its head raises that."""
    errors: list[OSError] = []
    real = os.open

    def refused(file: Any, *rest: Any, **how: Any) -> int:
        if errors and str(file).endswith("a.md"):
            raise errors[0]
        return real(file, *rest, **how)

    monkeypatch.setattr(os, "open", refused)
    return errors


def test_a_file_that_cannot_be_read_is_tried_again(shelf: Shelf, refusing: list[OSError]):
    shelf.article("a.md", title="Good")
    shelf.scan()
    shelf.article("a.md", title="New")
    refusing.append(PermissionError(13, "Permission denied"))
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == [
        "a.md: error: cannot be read (Permission denied); check owner and permissions"
    ]
    assert heads(shelf)["a.md"].title == "Good"
    refusing.clear()
    assert shelf.scan().problems == ()
    assert only(shelf).title == "New"


@pytest.mark.usefixtures("settled")
def test_a_file_that_goes_during_the_scan(shelf: Shelf, refusing: list[OSError]):
    shelf.article("a.md")
    shelf.article("b.md")
    refusing.append(FileNotFoundError(2, "No such file"))
    report = shelf.scan()
    assert (report.articles, report.problems) == (1, ())
    refusing.clear()
    assert shelf.scan().articles == 2


def test_a_file_that_cannot_be_opened_is_told_and_kept_and_one_that_goes_meanwhile_is_neither(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    shelf.article("a.md")
    shelf.article("b.md")
    shelf.scan()
    errors: list[OSError] = [PermissionError(13, "Permission denied")]
    real = {name: getattr(os, name) for name in ("stat", "open")}

    def refused(name: str) -> Any:
        def call(file: Any, *rest: Any, **how: Any) -> Any:
            if errors and str(file).endswith("a.md"):
                raise errors[0]
            return real[name](file, *rest, **how)

        return call

    for name in real:
        monkeypatch.setattr(os, name, refused(name))
    report = shelf.scan()
    assert [str(problem) for problem in report.problems] == [
        "a.md: error: cannot be read (Permission denied); check owner and permissions"
    ]
    assert (report.removed, sorted(paths(shelf))) == (0, ["a.md", "b.md"])
    errors[:] = [FileNotFoundError(2, "No such file")]
    assert (shelf.scan().removed, sorted(paths(shelf))) == (0, ["a.md", "b.md"]), "the next look at its folder tells"
    errors.clear()
    assert (shelf.scan().problems, sorted(paths(shelf))) == ((), ["a.md", "b.md"])


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
        "a.md:4: error: has the address https://example.org/same/ together with b.md; give one of them another slug or url",
        "b.md:4: error: has the address https://example.org/same/ together with a.md; give one of them another slug or url",
        "c.md:2: error: has the id urn:x together with d.md; give one of them another guid, or none",
        "d.md:2: error: has the id urn:x together with c.md; give one of them another guid, or none",
    ]
    assert len(paths(shelf)) == 4
