"""Small makers of valid data for tests; every argument can be replaced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from publisher.content.article import Article, Topic
from publisher.issues.issue import Issue, Story, Stream

AT = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
FUNDING = Topic("funding", "投融资")
CHIPS = Topic("chips", "算力与芯片")


def make_article(name: str = "one", **changes: Any) -> Article:
    """An article published a day before ``AT``."""
    values: dict[str, Any] = {
        "path": f"posts/{name}.md",
        "guid": f"tag:example.org,2025-06-29:posts/{name}",
        "url": f"https://example.org/posts/{name}/",
        "title": f"Story {name}",
        "published": AT - timedelta(days=1),
        "updated": AT - timedelta(days=1),
        "first_seen": AT - timedelta(days=1),
        "summary": f"What happened in {name}.",
        "topics": (CHIPS,),
        "revision": "r1",
    }
    return Article(**(values | changes))


def make_story(name: str = "one", **changes: Any) -> Story:
    """A story filed under chips."""
    values: dict[str, Any] = {
        "path": f"posts/{name}.md",
        "guid": f"tag:example.org,2025-06-29:posts/{name}",
        "url": f"https://example.org/posts/{name}/",
        "title": f"Story {name}",
        "summary": f"What happened in {name}.",
        "published": AT - timedelta(days=1),
        "topic": CHIPS,
        "topics": (CHIPS,),
        "tags": ("GPU",),
    }
    return Story(**(values | changes))


def make_issue(**changes: Any) -> Issue:
    """A draft of the weekly with two stories, due at ``AT``."""
    values: dict[str, Any] = {
        "id": "weekly-2025-06-30",
        "stream": Stream("weekly", "weekly"),
        "slot": AT,
        "subject": "Weekly: Story one",
        "preheader": "Story one · Story two",
        "stories": (make_story("one"), make_story("two", topic=FUNDING, topics=(FUNDING, CHIPS))),
        "created": AT - timedelta(days=1),
    }
    return Issue(**(values | changes))
