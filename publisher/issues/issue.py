"""What an issue is, and the states it may go through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from publisher.content.article import Image, Topic
from publisher.errors import StateError


class State(StrEnum):
    """Where an issue stands."""

    DRAFT = "draft"
    HELD = "held"
    APPROVED = "approved"
    QUEUED = "queued"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    STOPPED = "stopped"
    SKIPPED = "skipped"


NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.APPROVED, State.HELD, State.SKIPPED}),
        State.HELD: frozenset({State.APPROVED, State.DRAFT, State.SKIPPED}),
        State.APPROVED: frozenset({State.DRAFT, State.QUEUED, State.SKIPPED}),
        State.QUEUED: frozenset({State.APPROVED, State.SENDING, State.SKIPPED}),
        State.SENDING: frozenset({State.PAUSED, State.SENT, State.STOPPED}),
        State.PAUSED: frozenset({State.SENDING, State.STOPPED}),
        State.SENT: frozenset({State.SENDING}),  # issue retry
        State.STOPPED: frozenset(),
        State.SKIPPED: frozenset(),
    }
)
"""From each state, the states that may follow."""

OPEN = frozenset({State.DRAFT, State.HELD, State.APPROVED, State.QUEUED})
"""Not yet sent and still able to be: a stream has at most one such issue."""
EDITABLE = frozenset({State.DRAFT, State.HELD, State.APPROVED})
BEGUN = frozenset({State.SENDING, State.PAUSED, State.SENT, State.STOPPED})
"""Its stories count as sent in its stream."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What readers subscribe to: a newsletter in one of its rhythms."""

    newsletter: str
    schedule: str

    def __str__(self) -> str:
        return f"{self.newsletter}/{self.schedule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article as the issue froze it: what happens to the file afterwards does not reach the readers."""

    path: str
    guid: str
    url: str
    title: str
    summary: str
    published: datetime
    topic: Topic
    """The topic it is filed under; key and title empty where it has none."""
    topics: tuple[Topic, ...] = ()
    """All its topics: readers of any of them may get it."""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: Image | None = None
    language: str = "en"
    featured: bool = False
    reading_minutes: int = 1
    score: float = 0.0
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An article that is not in the issue, and why."""

    path: str
    title: str
    reason: str
    """A value of ``selection.Reason``."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of a newsletter: frozen stories, words around them, and where it stands."""

    id: str
    serial: int = 0
    """A number for links, given when it is stored."""
    stream: Stream
    slot: datetime
    """The moment it is due."""
    state: State = State.DRAFT
    revision: int = 1
    """Counts the changes; an edit names the one it saw."""
    number: int = 1
    """Which issue of its newsletter it is, counting those that began to be sent."""
    subject: str = ""
    preheader: str = ""
    own_subject: bool = False
    """Whether an editor wrote the subject: then every edition has it. Else each is worded from its own stories."""
    own_preheader: bool = False
    intro: str = ""
    """Markdown."""
    stories: tuple[Story, ...] = ()
    """In the order in which an edition takes them: best first."""
    left_out: tuple[LeftOut, ...] = ()
    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    approved_hash: str = ""
    approvers: tuple[str, ...] = ()
    note: str = ""
    """Why it was skipped, held or stopped."""
    created: datetime
    sent: datetime | None = None
    """When its sending began."""
    closed: datetime | None = None


def advance(issue: Issue, state: State, *, note: str = "") -> Issue:
    """The issue in its next state. Raises ``StateError`` naming the states that may follow where this one may not."""
    if state not in NEXT[issue.state]:
        may = ", ".join(sorted(NEXT[issue.state])) or "nothing: it is over"
        raise StateError(f"issue {issue.id} is {issue.state} and cannot become {state}", hint=f"it may become: {may}")
    return replace(issue, state=state, note=note or issue.note)


def due_state(issue: Issue, *, auto: bool, late_ok: timedelta, now: datetime) -> tuple[State, str] | None:
    """What time alone makes of an open issue: (next state, why), or None where it waits.

    At its slot an approved issue is queued and a draft is held, unless the newsletter approves by itself; one later
    than ``late_ok`` (after its slot, or after an editor drafted it belatedly) is skipped, its stories go into the next.
    """
    if issue.state not in OPEN or now < issue.slot:
        return None
    if now > max(issue.slot, issue.created) + late_ok and issue.state is not State.QUEUED:
        missed = issue.state is State.APPROVED or (issue.state is State.DRAFT and auto)
        why = "missed by more than late_ok" if missed else "not approved in time"
        return State.SKIPPED, f"{why}; its stories stay for the next issue"
    if issue.state is State.APPROVED:
        return State.QUEUED, ""
    if issue.state is State.DRAFT and not auto:
        return State.HELD, "its hour has come and nobody approved it"
    return None
