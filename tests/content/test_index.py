from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from content.shelf import NOW, Shelf

from publisher.content.article import Topic
from publisher.content.index import Absence, Collision, Hidden, Index

SOON = datetime(2025, 7, 2, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path, database: Any) -> Shelf:
    return Shelf(tmp_path, database)


@pytest.fixture
def index(shelf: Shelf) -> Index:
    return Index(shelf.database)


def test_newest_first_by_topic_tag_and_number(shelf: Shelf, index: Index):
    shelf.article("a.md", date="2025-06-28", topics="[R&D, Chips]", tags="[GPU]")
    shelf.article("b.md", date="2025-06-30", topics="[Chips]", tags="[gpu, C#]")
    shelf.article("c.md", date="2025-06-29", tags="[C#]")
    shelf.scan()
    assert [a.path for a in index.articles(NOW)] == ["b.md", "c.md", "a.md"]
    assert [a.path for a in index.articles(NOW, topic="chips")] == ["b.md", "a.md"]
    assert [a.path for a in index.articles(NOW, tag="c#")] == ["b.md", "c.md"]
    assert [a.path for a in index.articles(NOW, topic="chips", tag="gpu", limit=1)] == ["b.md"]
    assert index.articles(NOW, topic="none") == []
    assert index.topics(NOW) == [(Topic("chips", "Chips"), 2), (Topic("rd", "R&D"), 1)]
    assert index.tags(NOW) == [("C#", "c#", 2), ("GPU", "gpu", 2)]


def test_an_article_comes_back_as_it_was(shelf: Shelf, index: Index):
    shelf.article("a.md", image="https://cdn.example.net/a.jpg", authors="[Ann]", weight="2", tags="[a]", topics="[b]")
    shelf.scan()
    article = index.article("a.md")
    assert article == index.articles(NOW)[0]
    assert (article.authors, article.weight, article.tags) == (("Ann",), 2, ("a",))
    assert article.image.url == "https://cdn.example.net/a.jpg"
    assert index.html(["a.md", "none.md"]) == {"a.md": "<p>Text.</p>\n"}
    assert index.article("none.md") is None


def test_topics_in_the_order_of_the_config(shelf: Shelf, index: Index):
    shelf.configure("topics: {zoo: {title: Zoo}, ant: {title: Ant}}\n")
    shelf.article("a.md", topics="[Ant, Zoo, Bee, bee]")
    shelf.article("b.md", topics="[BEE, Cat]")
    shelf.scan()
    assert [topic.key for topic, _ in index.topics(NOW)] == ["zoo", "ant"]
    assert index.unmatched_topics() == [("BEE", 2), ("Cat", 1)]


def test_what_is_hidden_and_when_that_changes(shelf: Shelf, index: Index):
    shelf.article("draft.md", draft="true")
    shelf.article("future.md", date="2025-07-02T08:00:00+08:00")
    shelf.article("old.md", expiryDate="2025-06-30T08:00:00Z")
    shelf.article("here.md", expiryDate="2025-07-03T00:00:00Z")
    shelf.scan()
    assert [a.path for a in index.articles(NOW)] == ["here.md"]
    assert index.hidden(NOW) == [
        Hidden(path="draft.md", title="One", reason=Absence.DRAFT, when=None),
        Hidden(path="future.md", title="One", reason=Absence.SCHEDULED, when=SOON),
        Hidden(path="old.md", title="One", reason=Absence.EXPIRED, when=datetime(2025, 6, 30, 8, tzinfo=UTC)),
    ]
    assert index.article("draft.md") is None
    assert index.article("future.md") is not None
    assert index.next_change(NOW) == SOON
    assert [a.path for a in index.articles(SOON)] == ["future.md", "here.md"]
    assert [a.path for a in index.articles(SOON - timedelta(microseconds=1))] == ["here.md"]
    assert index.next_change(SOON) == datetime(2025, 7, 3, tzinfo=UTC)
    assert [a.path for a in index.articles(datetime(2025, 7, 3, tzinfo=UTC))] == ["future.md"]
    assert index.next_change(datetime(2025, 7, 3, tzinfo=UTC)) is None


def test_a_tag_is_spelled_as_in_the_oldest_article(shelf: Shelf, index: Index):
    shelf.article("a.md", date="2025-06-30", tags="[gpu]")
    shelf.article("b.md", date="2025-06-01", tags="[GPU]")
    shelf.scan()
    assert index.tags(NOW) == [("GPU", "gpu", 2)]


def test_two_names_with_one_slug(shelf: Shelf, index: Index):
    shelf.article("a.md", tags="[QA, GPU]", topics="[R&D]")
    shelf.article("b.md", tags="[Q&A, gpu]", topics="[RD, R D]")
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
