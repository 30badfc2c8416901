from __future__ import annotations

import pytest
from builders import AT

from publisher.feeds.feed import Format
from publisher.feeds.store import FeedStore, Fragment, Written


def fragment(path="posts/a.md", form=Format.RSS, stamp="s1", body=b"<item/>"):
    return Fragment(path=path, format=form, stamp=stamp, body=body)


def written(path="feeds/rss.xml", **changes):
    values = {"source": "s", "hash": "h", "size": 7, "media_type": "application/rss+xml", "modified": AT}
    return Written(path=path, **(values | changes))


@pytest.fixture
def store(database):
    return FeedStore(database)


def test_fragments_are_kept_by_article_and_format(store):
    store.save([fragment(), fragment(form=Format.JSON, body=b"{}"), fragment("posts/b.md", body=b"\x00\xff")])
    store.save([fragment(stamp="s2", body=b"<item>2")])
    assert store.stamps() == {
        ("posts/a.md", Format.RSS): "s2",
        ("posts/a.md", Format.JSON): "s1",
        ("posts/b.md", Format.RSS): "s1",
    }
    assert store.bodies([Format.RSS, Format.ATOM], ["posts/b.md", "posts/a.md", "posts/none.md"]) == {
        ("posts/a.md", Format.RSS): b"<item>2",
        ("posts/b.md", Format.RSS): b"\x00\xff",
    }
    assert store.bodies(list(Format), []) == {}


def test_what_vanished_is_forgotten_in_every_format(store):
    store.save([fragment(), fragment(form=Format.ATOM), fragment("posts/b.md")])
    store.forget(set())
    store.forget({"posts/a.md", "posts/none.md"})
    assert list(store.stamps()) == [("posts/b.md", Format.RSS)]


def test_more_articles_than_one_statement_takes(store):
    paths = [f"posts/{number}.md" for number in range(1203)]
    store.save(fragment(path) for path in paths)
    assert len(store.bodies([Format.RSS], paths)) == 1203
    store.forget(set(paths))
    assert not store.stamps()


def test_nothing_to_save_is_nothing(store):
    store.save([])
    store.record([])
    store.strike([])
    assert (store.stamps(), store.written()) == ({}, {})


def test_files_are_noted_and_struck(store):
    store.record([written(), written("feeds/atom.xml")])
    store.record([written(hash="h2")])
    assert store.written() == {"feeds/rss.xml": written(hash="h2"), "feeds/atom.xml": written("feeds/atom.xml")}
    store.strike(["feeds/rss.xml"])
    assert list(store.written()) == ["feeds/atom.xml"]
