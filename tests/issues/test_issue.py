"""The states of an issue, and what time alone makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT, make_issue

from publisher.errors import StateError
from publisher.issues.issue import BEGUN, EDITABLE, NEXT, OPEN, State, Stream, advance, due_state

MAY = {
    "draft": {"approved", "held", "skipped"},
    "held": {"approved", "draft", "skipped"},
    "approved": {"draft", "queued", "skipped"},
    "queued": {"approved", "sending", "skipped"},
    "sending": {"paused", "sent", "stopped"},
    "paused": {"sending", "stopped"},
    "sent": {"sending"},
    "stopped": set(),
    "skipped": set(),
}
LATE = timedelta(hours=12)
SECOND = timedelta(microseconds=1)


def test_the_table_of_states_is_the_one_that_is_written():
    assert {str(state): {str(after) for after in NEXT[state]} for state in State} == MAY


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("after", State)
def test_advance_goes_where_the_table_says_and_nowhere_else(state, after):
    issue = make_issue(state=state, note="before")
    if after in NEXT[state]:
        moved = advance(issue, after)
        assert (moved.state, moved.note) == (after, "before")
        assert advance(issue, after, note="why").note == "why"
        return
    with pytest.raises(StateError) as caught:
        advance(issue, after)
    may = ", ".join(sorted(MAY[state])) or "nothing: it is over"
    assert caught.value.line() == f"issue weekly-2025-06-30 is {state} and cannot become {after}; it may become: {may}"


def test_open_and_begun_are_all_but_skipped():
    assert set(State) - {State.SKIPPED} == OPEN | BEGUN
    assert not OPEN & BEGUN
    assert EDITABLE < OPEN


def test_a_stream_is_named_newsletter_and_schedule():
    assert str(Stream("weekly", "daily")) == "weekly/daily"


MERGED = "; its stories stay for the next issue"
HELD = ("held", "its hour has come and nobody approved it")
UNAPPROVED, MISSED = ("skipped", f"not approved in time{MERGED}"), ("skipped", f"missed by more than late_ok{MERGED}")
QUEUED = ("queued", "")


@pytest.mark.parametrize(
    ("state", "auto", "at_slot", "late"),
    [
        ("draft", False, HELD, UNAPPROVED),
        ("draft", True, None, MISSED),
        ("held", False, None, UNAPPROVED),
        ("held", True, None, UNAPPROVED),
        ("approved", False, QUEUED, MISSED),
        ("approved", True, QUEUED, MISSED),
        *((state, auto, None, None) for auto in (False, True) for state in ("queued", *sorted(BEGUN), "skipped")),
    ],
)
def test_what_time_makes_of_an_issue(state, auto, at_slot, late):
    issue = make_issue(state=State(state))
    moments = [
        (AT - SECOND, None),
        (AT, at_slot),
        (AT + timedelta(hours=3), at_slot),
        (AT + LATE, at_slot),
        (AT + LATE + SECOND, late),
        (AT + timedelta(days=30), late),
    ]
    assert [(now, due_state(issue, auto=auto, late_ok=LATE, now=now)) for now, _ in moments] == moments


def test_an_issue_drafted_after_its_slot_is_late_from_its_draft():
    issue = make_issue(state=State.APPROVED, created=AT + timedelta(hours=10))
    assert due_state(issue, auto=False, late_ok=LATE, now=AT + timedelta(hours=22)) == (State.QUEUED, "")
    late = due_state(issue, auto=False, late_ok=LATE, now=AT + timedelta(hours=22) + SECOND)
    assert late is not None
    assert late[0] is State.SKIPPED
