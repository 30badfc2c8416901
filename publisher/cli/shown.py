"""How an issue is laid out in a terminal, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from publisher.cli.context import table
from publisher.issues.issue import OPEN, State

if TYPE_CHECKING:
    from publisher.delivery.delivery import Counts
    from publisher.delivery.store import Visits
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
    approved = "  (approved)" if hash == found.approved_hash else "  (not what was approved: approve it again)"
    yield f"hash       {hash}" + (approved if found.approved_hash and found.state in OPEN else "")
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


def sums(found: Issue, counts: Counts) -> str:
    """The accounting of an issue in a line."""
    parts = [f"{value} {name}" for name, value in asdict(counts).items() if name != "planned" and value]
    why = f" ({found.note})" if found.note and found.state in {State.HELD, State.SKIPPED} else ""
    return f"{found.id} is {found.state}{why}: {counts.planned} planned = {' + '.join(parts) or '0'}"


def report(
    found: Issue,
    counts: Counts,
    domains: Mapping[str, Counts],
    reasons: list[tuple[Any, str, int]],
    returned: Mapping[str, int],
    seen: Mapping[str, Mapping[str, Visits]],
    rows: list[Any],
) -> Iterator[str]:
    """The accounting of an issue: a line, by domain and reason, what came back and was seen, by reader where asked."""
    yield sums(found, counts)
    states = ("planned", "accepted", "failed", "uncertain", "skipped", "pending", "sending", "deferred")
    yield from table(
        ("domain", *states), [(domain, *(getattr(each, name) for name in states)) for domain, each in domains.items()]
    )
    if reasons:
        yield ""
        yield from table(("state", "count", "reason"), [(state, count, reply) for state, reply, count in reasons])
    if returned:
        yield ""
        yield "came back: " + ", ".join(f"{count} {kind}" for kind, count in returned.items())
    yield from _seen(seen)
    if rows:
        yield ""
        yield from table(
            ("address", "state", "attempts", "at", "reply"),
            [(row.address or "(erased)", row.state, row.attempts, at, row.reply) for row, at in rows],
        )


def _seen(seen: Mapping[str, Mapping[str, Visits]]) -> Iterator[str]:
    """Clicks and opens by who asked: a line each, where there are any."""
    for name, found in seen.items():
        if found:
            told = (
                f"{each.count} {verdict or 'unjudged'} ({each.readers} reader{'' if each.readers == 1 else 's'})"
                for verdict, each in found.items()
            )
            yield f"{name}: {', '.join(told)}"
