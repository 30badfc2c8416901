from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from content.shelf import NOW, SHANGHAI, Shelf

from publisher.content import index as module
from publisher.content.article import Head, Topic
from publisher.content.index import Absence, Collision, Hidden, Index, Listed

SOON = datetime(2025, 7, 2, tzinfo=UTC)


@pytest.fixture
def index(shelf: Shelf) -> Index:
    return Index(shelf.database)


def test_newest_first_by_topic_tag_and_number(shelf: Shelf, index: Index):
    shelf.article("a.md", date="2025-06-28", topics="[R&D, Chips]", tags="[GPU]")
    shelf.article("b.md", date="2025-06-30", topics="[Chips]", tags="[gpu, C#]")
    shelf.article("c.md", date="2025-06-29", tags="[C#]")
    shelf.scan()
    assert [a.path for a in index.heads(NOW)] == ["b.md", "c.md", "a.md"]
    assert [a.path for a in index.heads(NOW, topic="chips")] == ["b.md", "a.md"]
    assert [a.path for a in index.heads(NOW, tag="c#")] == ["b.md", "c.md"]
    assert [a.path for a in index.heads(NOW, topic="chips", tag="gpu", limit=1)] == ["b.md"]
    assert [a.path for a in index.heads(NOW, tag="c#", limit=1)] == ["b.md"]
    assert [a.path for a in index.heads(NOW, limit=2)] == ["b.md", "c.md"]
    assert list(index.heads(NOW, topic="none")) == []
    assert index.topics(NOW) == [(Topic("chips", "Chips"), 2), (Topic("rd", "R&D"), 1)]
    assert index.tags(NOW) == [("C#", "c#", 2), ("GPU", "gpu", 2)]


def test_a_head_comes_back_as_it_was(shelf: Shelf, index: Index):
    shelf.article(
        "posts/a.md",
        image="https://cdn.example.net/a.jpg",
        authors="[Ann]",
        weight="2",
        tags="[a]",
        topics="[b]",
        lang="fr",
        expiryDate="2026-01-01T00:00:00Z",
    )
    shelf.scan()
    assert index.head("posts/a.md") == Head(
        path="posts/a.md",
        guid="tag:example.org,2025-06-30:posts/a",
        url="https://example.org/posts/a/",
        title="One",
        published=datetime(2025, 6, 30, tzinfo=SHANGHAI),
        appears=datetime(2025, 6, 30, tzinfo=SHANGHAI),
        first_seen=datetime(2025, 6, 30, tzinfo=SHANGHAI),
        expires=datetime(2026, 1, 1, tzinfo=UTC),
        topics=(Topic("b", "b"),),
        tags=("a",),
        authors=("Ann",),
        language="fr",
        section="posts",
        featured=True,
        weight=2,
    )
    assert list(index.heads(NOW)) == [index.head("posts/a.md")]
    assert index.head("none.md") is None


def test_more_heads_than_are_in_memory_at_once(shelf: Shelf, index: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(5):
        shelf.article(f"{number}.md", tags="[a]")
    shelf.scan()
    assert [head.path for head in index.heads(NOW)] == [f"{number}.md" for number in range(5)]
    assert index.tags(NOW) == [("a", "a", 5)]
    guids = [f"tag:example.org,2025-06-30:{number}" for number in (4, 9, 0, 1)]
    assert sorted(head.path for head in index.by_guid(guids, NOW)) == ["0.md", "1.md", "4.md"]


def test_the_listing_is_the_heads_with_less_of_each(shelf: Shelf, index: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE", 2)
    shelf.article("a.md", date="2025-06-28", topics="[R&D, Chips]", tags="[GPU, c]", lang="fr")
    shelf.article("b.md", date="2025-06-30", topics="[Chips]")
    shelf.article("c.md", date="2025-06-30")
    shelf.article("draft.md", draft="true")
    shelf.article("future.md", date="2030-01-01")
    shelf.scan()
    listed = list(index.listing(NOW))
    june = datetime(2025, 6, 28, tzinfo=SHANGHAI)
    assert listed[2] == Listed("a.md", june, (("rd", "R&D"), ("chips", "Chips")), ("GPU", "c"), "fr")
    assert listed == [
        Listed(each.path, each.published, tuple((t.key, t.title) for t in each.topics), each.tags, each.language)
        for each in index.heads(NOW)
    ]
    assert listed == list(shelf.library.listing(NOW))
    assert len(listed) == 3


def test_topics_by_name_and_those_that_no_topic_knows(shelf: Shelf, index: Index):
    shelf.configure("topics: {zoo: {title: Zoo}, ant: {title: Ant}}\n")
    shelf.article("a.md", topics="[Ant, Zoo, Bee, bee]")
    shelf.article("b.md", topics="[BEE, Cat]")
    shelf.scan()
    assert index.topics(NOW) == [(Topic("ant", "Ant"), 1), (Topic("zoo", "Zoo"), 1)]
    assert index.unmatched_topics() == [("BEE", 2), ("Cat", 1)]


def test_since_counts_when_an_article_was_published_or_first_seen(shelf: Shelf, index: Index):
    shelf.article("old.md", date="2025-06-01")
    shelf.article("new.md", date="2025-06-30")
    shelf.scan()
    shelf.article("late.md", date="2025-01-01")
    shelf.scan()
    assert [head.path for head in index.heads(NOW, since=datetime(2025, 6, 15, tzinfo=UTC))] == ["new.md", "late.md"]


def test_articles_by_id_are_those_that_are_shown(shelf: Shelf, index: Index):
    shelf.article("a.md", guid="urn:a")
    shelf.article("b.md", guid="urn:a")
    shelf.article("future.md", guid="urn:future", date="2030-01-01")
    shelf.article("draft.md", guid="urn:draft", draft="true")
    file = shelf.article("gone.md", guid="urn:gone")
    shelf.scan()
    file.unlink()
    shelf.scan()
    guids = ["urn:a", "urn:future", "urn:draft", "urn:gone", "urn:none"]
    assert [head.path for head in index.by_guid(guids, NOW)] == ["a.md", "b.md"]
    assert index.by_guid([], NOW) == []


def test_an_article_appears_later_than_its_date_where_it_says_so(shelf: Shelf, index: Index):
    shelf.article("a.md", date="2025-06-01", publishDate="2025-07-02T00:00:00Z")
    shelf.article("b.md", date="2025-06-20", publishDate="2025-06-10")
    shelf.scan()
    assert [head.path for head in index.heads(NOW)] == ["b.md"]
    assert index.hidden(NOW) == [Hidden(path="a.md", title="One", reason=Absence.SCHEDULED, when=SOON)]
    assert index.next_change(NOW) == SOON
    assert [head.path for head in index.heads(SOON)] == ["b.md", "a.md"]


def test_what_is_hidden_and_when_that_changes(shelf: Shelf, index: Index):
    shelf.article("draft.md", draft="true")
    shelf.article("future.md", date="2025-07-02T08:00:00+08:00")
    shelf.article("old.md", expiryDate="2025-06-30T08:00:00Z")
    shelf.article("here.md", expiryDate="2025-07-03T00:00:00Z")
    shelf.scan()
    assert [a.path for a in index.heads(NOW)] == ["here.md"]
    assert index.hidden(NOW) == [
        Hidden(path="draft.md", title="One", reason=Absence.DRAFT, when=None),
        Hidden(path="future.md", title="One", reason=Absence.SCHEDULED, when=SOON),
        Hidden(path="old.md", title="One", reason=Absence.EXPIRED, when=datetime(2025, 6, 30, 8, tzinfo=UTC)),
    ]
    assert index.head("draft.md") is None
    assert index.head("future.md") is not None
    assert index.next_change(NOW) == SOON
    assert [a.path for a in index.heads(SOON)] == ["future.md", "here.md"]
    assert [a.path for a in index.heads(SOON - timedelta(microseconds=1))] == ["here.md"]
    assert index.next_change(SOON) == datetime(2025, 7, 3, tzinfo=UTC)
    assert [a.path for a in index.heads(datetime(2025, 7, 3, tzinfo=UTC))] == ["future.md"]
    assert index.next_change(datetime(2025, 7, 3, tzinfo=UTC)) is None


def test_a_tag_is_spelled_as_in_the_oldest_article(shelf: Shelf, index: Index):
    shelf.article("a.md", date="2025-06-30", tags="[gpu]")
    shelf.article("b.md", date="2025-06-01", tags="[GPU]")
    shelf.scan()
    assert index.tags(NOW) == [("GPU", "gpu", 2)]


def test_two_names_with_one_slug(shelf: Shelf, index: Index):
    shelf.article("a.md", tags="[QA, GPU]", topics="[R&D]")
    shelf.article("b.md", tags="[Q&A, gpu]", topics="[RD, R D]", draft="true")
    shelf.scan()
    assert index.slug_collisions() == [
        Collision(kind="tag", slug="qa", names=("Q&A", "QA")),
        Collision(kind="topic", slug="rd", names=("R&D", "RD")),
    ]


def test_problems_are_errors_first(shelf: Shelf, index: Index):
    shelf.article("a.md", title="")
    shelf.write("b.md", "---\n")
    shelf.scan()
    assert [(problem.path, problem.code) for problem in index.problems()] == [
        ("b.md", "front-matter"),
        ("a.md", "title-missing"),
    ]
