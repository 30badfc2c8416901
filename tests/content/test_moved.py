"""Files that are moved, come back or go: an article keeps its id, and nothing of a deleted text stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from content.shelf import NOW, SHANGHAI, Shelf

from publisher.content.article import Article

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=1)
LAST = NOW + timedelta(days=2)
TOO_DEEP = ">" * 300 + " x\n"


def one(shelf: Shelf, now: datetime = NOW) -> Article:
    """The article ``a.md`` after a scan."""
    return shelf.renewed(now)["a.md"]


@pytest.mark.usefixtures("settled")
def test_a_file_that_comes_back_as_it_was_has_its_body(shelf: Shelf):
    file = shelf.article("a.md", body="Whole.\n", summary="Short.", image="https://cdn.example.net/a.jpg")
    before = one(shelf)
    data = file.read_bytes()
    file.unlink()
    shelf.scan()
    assert shelf.articles() == {}
    file.write_bytes(data)
    assert one(shelf, LATER) == before
    assert shelf.html("a.md") == "<p>Whole.</p>\n"


@pytest.mark.usefixtures("settled")
def test_a_file_that_is_moved_keeps_id_first_seen_and_updated(shelf: Shelf):
    shelf.article("old.md")
    shelf.scan()
    file = shelf.article("a.md", title="Moved", body="First.\n")
    shelf.renewed(LATER)
    shelf.article("a.md", title="Moved", body="Whole.\n", summary="Short.")
    before = one(shelf, LAST)
    assert (before.first_seen, before.updated) == (LATER, LAST)
    (shelf.root / "content/posts").mkdir()
    file.rename(shelf.root / "content/posts/b.md")
    after = shelf.renewed(LAST + timedelta(days=1))["posts/b.md"]
    assert (after.guid, after.first_seen) == (before.guid, before.first_seen)
    assert after.summary == before.summary
    assert after.url == "https://example.org/posts/b/"
    assert shelf.html("posts/b.md") == "<p>Whole.</p>\n"
    assert "a.md" not in shelf.articles()
    assert after.updated == before.updated


@pytest.mark.usefixtures("settled")
def test_a_file_moved_from_a_later_place_to_an_earlier_one(shelf: Shelf):
    file = shelf.article("z.md", title="Moved")
    before = shelf.renewed()["z.md"]
    file.rename(shelf.root / "content/a.md")
    after = one(shelf, LATER)
    assert (after.guid, after.first_seen, after.updated) == (before.guid, before.first_seen, before.updated)
    file = shelf.root / "content/a.md"
    file.rename(shelf.root / "content/z.md")
    assert shelf.renewed(LAST)["z.md"].guid == before.guid


@pytest.mark.usefixtures("settled")
def test_of_a_folder_that_is_renamed_every_article_is_the_same(shelf: Shelf):
    for number in range(7):
        shelf.article(f"old/{number}.md", title=f"Title {number % 4}", date=f"2025-06-0{1 + number // 4}")
    before = {article.title + str(article.published): article.guid for article in shelf.renewed().values()}
    (shelf.root / "content/old").rename(shelf.root / "content/a new one")
    after = {article.title + str(article.published): article.guid for article in shelf.renewed(LATER).values()}
    assert after == before
    assert {article.section for article in shelf.articles().values()} == {"a new one"}


@pytest.mark.usefixtures("settled")
def test_a_warning_about_its_body_moves_along(shelf: Shelf):
    file = shelf.article("a.md", title="Moved", body="")
    one(shelf)
    file.rename(shelf.root / "content/b.md")
    shelf.renewed(LATER)
    assert shelf.problems() == ["b.md:5: warning: neither text nor summary; write some, or draft: true"]


@pytest.mark.usefixtures("settled")
def test_a_moved_file_with_another_date_is_another_article(shelf: Shelf):
    file = shelf.article("a.md", title="Moved")
    before = one(shelf)
    file.unlink()
    shelf.article("b.md", title="Moved", date="2025-06-29")
    after = shelf.renewed(LATER)["b.md"]
    assert after.guid != before.guid
    assert after.first_seen == LATER


@pytest.mark.usefixtures("settled")
def test_of_two_articles_that_a_file_may_have_been_it_is_neither(shelf: Shelf):
    files = [shelf.article(f"{name}.md", title="Same") for name in "ab"]
    guids = {article.guid for article in shelf.renewed().values()}
    for file in files:
        file.unlink()
    shelf.article("c.md", title="Same")
    after = shelf.renewed(LATER)["c.md"]
    assert after.guid not in guids
    assert after.first_seen == LATER


@pytest.mark.usefixtures("settled")
def test_of_two_files_that_one_article_may_have_become_at_most_one_is_it(shelf: Shelf):
    file = shelf.article("a.md", title="Same")
    before = one(shelf)
    file.unlink()
    shelf.article("b.md", title="Same")
    shelf.article("c.md", title="Same")
    after = shelf.renewed(LATER)
    assert [article.guid for article in after.values()].count(before.guid) <= 1
    assert len({article.guid for article in after.values()}) == 2


@pytest.mark.usefixtures("settled")
def test_a_copy_is_another_article(shelf: Shelf):
    shelf.article("a.md", title="Same")
    before = one(shelf)
    shelf.article("b.md", title="Same")
    after = shelf.renewed(LATER)
    assert after["a.md"] == before
    assert (after["b.md"].guid, after["b.md"].first_seen) == ("tag:example.org,2025-06-30:b", LATER)


@pytest.mark.usefixtures("settled")
def test_a_moved_article_of_an_own_id_keeps_that(shelf: Shelf):
    file = shelf.article("a.md", title="Moved", id="urn:x")
    one(shelf)
    file.rename(shelf.root / "content/b.md")
    assert shelf.renewed(LATER)["b.md"].guid == "urn:x"


def _texts(shelf: Shelf) -> str:
    with shelf.database.read() as connection:
        tables = sa.inspect(connection).get_table_names()
        return repr([connection.exec_driver_sql(f'SELECT * FROM "{table}"').all() for table in tables])


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("good", [True, False])
def test_nothing_of_a_deleted_text_is_kept(shelf: Shelf, good: bool):
    text = "Secret text of a source.\n"
    file = shelf.article(
        "a.md", body=text, summary="Secret summary", tags="[Secret tag]", author="Secret author", image="/Secret.jpg"
    )
    one(shelf)
    if not good:
        shelf.article("a.md", body=text + TOO_DEEP, summary="Secret summary")
        one(shelf)
    assert "Secret" in _texts(shelf)
    file.unlink()
    shelf.scan()
    assert "Secret" not in _texts(shelf)
    assert shelf.library.html(["a.md"]) == {}
    assert shelf.problems() == []
