from __future__ import annotations

from dataclasses import replace

import pytest
from builders import AT
from feeds.material import make_card, make_entry

from publisher.feeds.feed import Contents, Format, Stored
from publisher.feeds.store import FeedStore, Written

BODIES = {Format.RSS: b"<item/>", Format.ATOM: b"<entry/>", Format.JSON: b"{}"}


def stored(name="a", contents=Contents.FULL, stamp="s1", bodies=BODIES, **changes):
    card = replace(make_card(make_entry(name), stamp), **changes)
    return Stored(card=card, contents=contents, bodies=bodies)


def written(path="feeds/rss.xml", **changes):
    values = {"source": "s", "hash": "h", "size": 7, "media_type": "application/rss+xml", "modified": AT}
    return Written(path=path, **(values | changes))


@pytest.fixture
def store(database):
    return FeedStore(database)


def test_entries_are_kept_by_key_and_contents(store):
    store.save([stored(), stored(contents=Contents.SUMMARY, stamp="s9"), stored("b", bodies={Format.RSS: b"\x00\xff"})])
    store.save([stored(stamp="s2", bodies=BODIES | {Format.RSS: b"<item>2"})])
    keys = ["posts/b.md", "posts/a.md", "posts/none.md"]
    assert store.stamps(Contents.FULL, keys) == {"posts/a.md": "s2", "posts/b.md": "s1"}
    assert store.stamps(Contents.SUMMARY, keys) == {"posts/a.md": "s9"}
    assert store.bodies(Contents.FULL, keys, [Format.RSS, Format.JSON]) == {
        Format.RSS: {"posts/a.md": ("s2", b"<item>2"), "posts/b.md": ("s1", b"\x00\xff")},
        Format.JSON: {"posts/a.md": ("s2", b"{}"), "posts/b.md": ("s1", b"")},
    }
    assert store.bodies(Contents.FULL, [], [Format.ATOM]) == {Format.ATOM: {}}


def test_a_card_comes_back_as_it_went(store):
    kept = stored(updated=AT)
    store.save([kept])
    assert store.cards(Contents.FULL, ["posts/a.md", "posts/b.md"]) == {"posts/a.md": kept.card}
    assert store.cards(Contents.SUMMARY, ["posts/a.md"]) == {}


def test_what_stands_in_no_feed_goes(store):
    store.save([stored(), stored(contents=Contents.SUMMARY), stored("b")])
    store.keep_only({Contents.FULL: {"posts/b.md", "posts/none.md"}, Contents.SUMMARY: {"posts/a.md"}})
    keys = ["posts/a.md", "posts/b.md"]
    assert list(store.stamps(Contents.FULL, keys)) == ["posts/b.md"]
    assert list(store.stamps(Contents.SUMMARY, keys)) == ["posts/a.md"]
    store.keep_only({Contents.FULL: {"posts/b.md"}})
    assert store.stamps(Contents.SUMMARY, keys) == {}


def test_more_articles_than_one_statement_takes(store):
    keys = [f"posts/{number}.md" for number in range(1203)]
    store.save(stored(str(number)) for number in range(1203))
    assert (
        len(store.bodies(Contents.FULL, keys, [Format.RSS])[Format.RSS])
        == len(store.cards(Contents.FULL, keys))
        == 1203
    )
    store.keep_only({})
    assert not store.stamps(Contents.FULL, keys)


def test_entries_that_share_an_id_are_told_in_order(store):
    store.save(
        [stored("b", id="urn:1"), stored("a", id="urn:1"), stored("c"), stored("c", Contents.SUMMARY, id="urn:1")]
    )
    assert store.same_ids(Contents.FULL) == [["posts/a.md", "posts/b.md"]]
    assert store.same_ids(Contents.SUMMARY) == []


def test_an_address_that_became_an_id_stays_one(store):
    assert store.permalinks({}) == {}
    assert store.permalinks({"g1": "https://e.org/1", "g2": "https://e.org/2"}) == {
        "g1": "https://e.org/1", "g2": "https://e.org/2",
    }  # fmt: skip
    assert store.permalinks({"g2": "https://e.org/moved", "g3": "https://e.org/3"}) == {
        "g2": "https://e.org/2", "g3": "https://e.org/3",
    }  # fmt: skip


def test_two_articles_never_share_an_address_as_id(store):
    same = "https://e.org/same"
    assert store.permalinks({"g1": same, "g2": same}) == {"g1": same, "g2": "g2"}
    assert store.permalinks({"g3": same, "g2": same, "g1": "https://e.org/moved"}) == {
        "g1": same, "g2": "g2", "g3": "g3",
    }  # fmt: skip


def test_nothing_to_save_is_nothing(store, database):
    store.save([])
    with database.write() as connection:
        store.record(connection, [])
    store.strike([])
    assert store.written() == {}


def test_files_are_noted_and_struck(store, database):
    with database.write() as connection:
        store.record(connection, [written(), written("feeds/atom.xml", gzip=3, br=2)])
        store.record(connection, [written(hash="h2")])
    assert store.written() == {
        "feeds/rss.xml": written(hash="h2"), "feeds/atom.xml": written("feeds/atom.xml", gzip=3, br=2),
    }  # fmt: skip
    store.strike(["feeds/rss.xml"])
    assert list(store.written()) == ["feeds/atom.xml"]
