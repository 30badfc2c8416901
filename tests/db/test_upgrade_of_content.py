"""A database of the first release, with content, becomes one of heads and bodies: nobody is told anything twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from content.shelf import NOW, SHANGHAI, Shelf

from publisher.content.article import Article
from publisher.content.index import Index
from publisher.db import migrate
from publisher.db.engine import Database

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)
SEEN = datetime(2025, 6, 30, 9, 30, tzinfo=UTC)
EDITED = datetime(2025, 6, 30, 20, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """An empty database of the first release."""
    from alembic import command
    from alembic.config import Config

    opened = Database(f"sqlite:///{tmp_path / 'old.db'}", durable=False)
    with opened.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", migrate.MIGRATIONS.as_posix())
        command.upgrade(config, "0001")
    assert migrate.current(opened) == "0001"
    yield opened
    opened.close()


@pytest.fixture
def shelf(tmp_path: Path, old: Database) -> Shelf:
    """A site whose database has seen a scan, but no articles yet."""
    insert(old, "content_state", name="scanned", value="yes")
    return Shelf(tmp_path, old)


def insert(database: Database, table: str, **values: Any) -> None:
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    with database.write() as connection:
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)


def rows(database: Database, table: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]


def known(
    shelf: Shelf,
    path: str,
    *,
    guid: str = "",
    title: str = "One",
    draft: bool = False,
    file: Path | None = None,
    there: bool = True,
) -> None:
    """Puts an article into the old tables as the first release had it: first seen at SEEN, last changed at EDITED."""
    digest = hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest() if file else "0" * 32
    guid = guid or f"tag:example.org,2025-06-30:minted/{path}"
    common = {"path": path, "guid": guid, "revision": f"old {path}"}
    times = {"updated": micros(EDITED), "first_seen": micros(SEEN)}
    if there:
        insert(
            shelf.database,
            "content_article",
            **common,
            **times,
            url=f"https://example.org/{path}",
            title=title,
            published=micros(JUNE),
            expires=None,
            withheld=draft,
            data="{}",
        )
        seen = {
            "stamp": "1:1:1:1",
            "racy": False,
            "digest": digest,
            "fingerprint": "old",
            "image": "",
            "image_stamp": "",
        }
        insert(shelf.database, "content_file", path=path, **seen)
        insert(shelf.database, "content_html", path=path, html="<p>Old.</p>")
        insert(shelf.database, "content_label", path=path, kind="tag", identity="a", key="a", name="A", position=0)
    if not draft:
        insert(shelf.database, "content_identity", **common, **times, digest=digest)


def after(shelf: Shelf, now: datetime = NOW) -> dict[str, Article]:
    """The articles after the upgrade and a scan."""
    migrate.upgrade(shelf.database)
    assert migrate.current(shelf.database) == migrate.HEAD
    return shelf.renewed(now)


def test_articles_that_did_not_change_are_as_they_were(shelf: Shelf):
    for name in "abc":
        known(shelf, f"{name}.md", file=shelf.article(f"{name}.md", title=f"Title {name}"), title=f"Title {name}")
    found = after(shelf)
    assert {path: (each.guid, each.first_seen, each.updated) for path, each in found.items()} == {
        f"{name}.md": (f"tag:example.org,2025-06-30:minted/{name}.md", SEEN, EDITED) for name in "abc"
    }
    assert {each.summary for each in found.values()} == {"Text."}
    assert shelf.renewed(LATER, full=True) == found


def test_an_article_that_changed_meanwhile_is_updated_now(shelf: Shelf):
    known(shelf, "a.md", file=shelf.article("a.md"))
    shelf.article("a.md", body="Other.\n")
    found = after(shelf)["a.md"]
    assert (found.first_seen, found.updated) == (SEEN, NOW)


def test_a_draft_is_still_one_and_seen_first_when_it_is_published(shelf: Shelf):
    known(shelf, "a.md", file=shelf.article("a.md", draft="true"), draft=True)
    assert after(shelf) == {}
    assert [hidden.path for hidden in Index(shelf.database).hidden(NOW)] == ["a.md"]
    shelf.article("a.md")
    found = shelf.renewed(LATER)["a.md"]
    assert (found.guid, found.first_seen, found.updated) == ("tag:example.org,2025-06-30:a", LATER, JUNE)


def test_a_file_that_is_new_since_then_is_first_seen_now(shelf: Shelf):
    known(shelf, "a.md", file=shelf.article("a.md"))
    shelf.article("new.md", title="New", date="2025-01-01")
    assert after(shelf)["new.md"].first_seen == NOW


def test_a_file_that_was_gone_before_comes_back_as_the_same_article(shelf: Shelf):
    known(shelf, "a.md", there=False)
    assert after(shelf) == {}
    shelf.article("a.md")
    found = shelf.renewed(LATER)["a.md"]
    assert (found.guid, found.first_seen) == ("tag:example.org,2025-06-30:minted/a.md", SEEN)


def test_a_file_that_went_since_then_is_gone(shelf: Shelf):
    known(shelf, "a.md")
    assert after(shelf) == {}
    assert shelf.scan().files == 0
    assert "Old" not in repr(rows(shelf.database, "content_body"))


def test_a_file_that_moved_since_then_is_the_same_article(shelf: Shelf):
    file = shelf.article("a.md", title="Moved")
    known(shelf, "a.md", file=file, title="Moved")
    file.rename(shelf.root / "content/b.md")
    found = after(shelf)
    assert {path: (each.guid, each.first_seen, each.updated) for path, each in found.items()} == {
        "b.md": ("tag:example.org,2025-06-30:minted/a.md", SEEN, EDITED)
    }


@pytest.mark.parametrize("copy", ["0.md", "z.md"])
def test_a_copy_that_came_since_then_takes_nothing_from_the_article(shelf: Shelf, copy: str):
    known(shelf, "a.md", file=shelf.article("a.md", title="Same"), title="Same")
    shelf.article(copy, title="Same")
    found = after(shelf)
    assert (found["a.md"].guid, found["a.md"].first_seen, found["a.md"].updated) == (
        "tag:example.org,2025-06-30:minted/a.md",
        SEEN,
        EDITED,
    )
    assert (found[copy].guid, found[copy].first_seen) == (f"tag:example.org,2025-06-30:{copy[0]}", NOW)


def test_a_broken_file_is_told_and_has_no_good_version_any_more(shelf: Shelf):
    known(shelf, "a.md", file=shelf.article("a.md"))
    file = shelf.write("a.md", "---\n")
    assert after(shelf) == {}
    assert [line.partition(":")[0] for line in shelf.problems()] == ["a.md"]
    assert file.exists()
    shelf.article("a.md")
    found = shelf.renewed(LATER)["a.md"]
    assert (found.guid, found.first_seen) == ("tag:example.org,2025-06-30:minted/a.md", SEEN)


def test_an_id_that_the_file_names_stays(shelf: Shelf):
    known(shelf, "a.md", guid="urn:x", file=shelf.article("a.md", id="urn:x"))
    assert after(shelf)["a.md"].guid == "urn:x"


def test_feeds_and_the_mark_of_a_finished_scan_stay(shelf: Shelf):
    entry = {"path": "a.md", "format": "rss", "stamp": "s", "body": b"<item/>"}
    document = {"path": "feed.xml", "source": "s", "hash": "h", "size": 1, "media_type": "application/rss+xml"}
    insert(shelf.database, "feed_entry", **entry)
    insert(shelf.database, "feed_document", **document, modified=micros(SEEN))
    before = rows(shelf.database, "content_state")
    migrate.upgrade(shelf.database)
    assert rows(shelf.database, "content_state") == before
    assert rows(shelf.database, "feed_entry") == []  # made again from the articles
    # What was written into the folder is known: no date of last change goes back.
    assert rows(shelf.database, "feed_document") == [
        ("feed.xml", "s", "h", -1, 0, 0, "application/rss+xml", micros(SEEN))
    ]


def test_old_problems_and_helping_tables_are_gone(shelf: Shelf):
    insert(
        shelf.database,
        "content_problem",
        path="a.md",
        position=0,
        code="x",
        message="Old problem",
        line=1,
        severity="error",
    )
    migrate.upgrade(shelf.database)
    with shelf.database.read() as connection:
        tables = {name for name in sa.inspect(connection).get_table_names() if name.startswith("content_")}
    assert tables == {"content_article", "content_body", "content_problem", "content_state"}
    assert shelf.scan().problems == ()


def test_a_database_without_content_is_upgraded_too(old: Database, tmp_path: Path):
    shelf = Shelf(tmp_path, old)
    shelf.article("a.md")
    found = after(shelf, LATER)["a.md"]
    assert (found.first_seen, found.updated) == (JUNE, JUNE)  # a fresh site: the same on every machine
