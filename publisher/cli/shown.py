"""How an issue is laid out in a terminal, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher.cli.context import table

if TYPE_CHECKING:
    from publisher.issues.issue import Issue, LeftOut, Story


def body(
    found: Issue,
    due: str,
    hash: str,
    stories: list[tuple[Story, str]],
    counts: list[tuple[str, int]],
) -> Iterator[str]:
    """The issue itself: where it stands, its words, its stories with their reasons, its editions with their readers."""
    yield f"{found.id}  {found.state}" + (f"  ({found.note})" if found.note else "")
    yield f"due        {due}"
    yield f"subject    {found.subject}"
    yield f"preheader  {found.preheader}"
    yield f"hash       {hash}" + ("  (approved)" if hash == found.approved_hash else "")
    yield ""
    yield from table(
        ("", "article", "title", "why"),
        [(place, story.path, story.title, why) for place, (story, why) in enumerate(stories, 1)],
    )
    yield ""
    yield from table(("edition", "readers"), counts)
    if not counts:
        yield "no reader: add some with 'publisher subscribers add|import'"


def aside(reasons: list[tuple[LeftOut, str]], changed: list[tuple[str, str]]) -> Iterator[str]:
    """What is not in the issue, and what of it changed since it was approved."""
    if reasons:
        yield ""
        yield from table(("left out", "why"), [(item.path, why) for item, why in reasons])
    if changed:
        yield ""
        yield from table(("changed since it was approved", "how"), changed)
        yield "it goes out as approved; to take the changes over, edit the issue and approve it again"
