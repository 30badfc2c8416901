"""What a delivery may become, and what an answer makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.delivery import NEXT, OPEN, Counts, Phase, Receipt, State
from publisher.delivery.plan import EMPTY, Reader, plan, shard_size
from publisher.delivery.retry import BACKOFF, JITTER, backoff, settle
from publisher.digest.edition import Wish

CODES = st.one_of(st.just(0), st.integers(100, 699))


def test_every_state_says_what_may_follow():
    assert set(NEXT) == set(State)


def test_nothing_leaves_accepted_or_skipped():
    assert not NEXT[State.ACCEPTED]
    assert not NEXT[State.SKIPPED]


def test_only_a_message_on_its_way_becomes_accepted_or_uncertain():
    assert [state for state in State if State.UNCERTAIN in NEXT[state]] == [State.SENDING]
    assert {state for state in State if State.ACCEPTED in NEXT[state]} == {State.SENDING, State.UNCERTAIN}


def test_only_open_states_lead_to_sending():
    assert {state for state in State if State.SENDING in NEXT[state]} == OPEN - {State.SENDING}


def test_no_state_follows_itself():
    assert not [state for state in State if state in NEXT[state]]


@given(st.lists(st.sampled_from(State)))
def test_counts_of_whatever_rows_balance(rows):
    counts = Counts(planned=len(rows), **{state.value: rows.count(state) for state in State})
    assert counts.balanced
    assert counts.open == sum(state in OPEN for state in rows)


def test_counts_that_lost_a_row_do_not_balance():
    assert not Counts(planned=3, accepted=2).balanced


# ---- what an answer means


@given(code=CODES, phase=st.sampled_from(Phase), attempts=st.integers(1, 20), left=st.integers(-100000, 400000))
def test_an_answer_means_one_thing(code, phase, attempts, left):
    deadline = AT + timedelta(seconds=left)
    outcome = settle(
        Receipt(code=code, text="said\r\nthis", phase=phase), attempts=attempts, key="k", now=AT, deadline=deadline
    )
    assert outcome.state in NEXT[State.SENDING] - {State.PENDING}
    assert (outcome.state is State.ACCEPTED) == (phase is Phase.DOT and 200 <= code < 300)
    assert (outcome.state is State.UNCERTAIN) == (phase is Phase.DOT and code // 100 not in {2, 4, 5})  # fmt: skip
    assert (outcome.retry_at is not None) == (outcome.state is State.DEFERRED)
    if outcome.retry_at is not None:
        assert AT < outcome.retry_at <= deadline
    if 500 <= code < 600:
        assert outcome.state is State.FAILED
    assert "\n" not in outcome.reply
    assert outcome.code == code


def test_a_retry_that_would_come_too_late_fails_and_says_so():
    receipt = Receipt(code=451, text="later", phase=Phase.ENVELOPE)
    outcome = settle(receipt, attempts=1, key="k", now=AT, deadline=AT + timedelta(seconds=10))
    assert outcome.state is State.FAILED
    assert outcome.reply == "later (no time left before the deadline)"


def test_silence_after_the_dot_says_what_it_is():
    outcome = settle(Receipt(code=0), attempts=1, key="k", now=AT, deadline=AT)
    assert (outcome.state, outcome.reply) == (State.UNCERTAIN, "no answer after the final dot")


@given(st.text(max_size=1200))
def test_a_reply_is_one_short_printable_line(text):
    outcome = settle(Receipt(code=550, text=text), attempts=1, key="k", now=AT, deadline=AT)
    assert len(outcome.reply) <= 500
    assert outcome.reply.isprintable()


@given(key=st.text(max_size=20), attempts=st.integers(-2, 30))
def test_backoff_is_stable_within_its_jitter_and_grows(key, attempts):
    wait = backoff(attempts, key)
    assert wait == backoff(attempts, key)
    base = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    assert abs(wait.total_seconds() - base) <= base * JITTER + 1
    if 1 <= attempts < len(BACKOFF):
        assert backoff(attempts + 1, key) > wait


def test_backoff_spreads_readers():
    assert len({backoff(1, f"issue/{reader}") for reader in range(100)}) > 15


# ---- who gets what


WISHES = [Wish(), Wish(topics=("chips",)), Wish(topics=("energy",), language="zh-CN")]


@given(st.lists(st.sampled_from(WISHES), max_size=60), st.integers(1, 20))
def test_the_plan_has_a_row_for_every_reader_in_order(wishes, size):
    crowd = [Reader(10 + place, wish) for place, wish in enumerate(wishes)]
    rows = list(plan(crowd, lambda wish: wish.topics != ("chips",), size))
    assert [row.subscriber for row in rows] == [reader.id for reader in crowd]
    assert [row.shard for row in rows] == [place // size for place in range(len(crowd))]
    for row, reader in zip(rows, crowd, strict=True):
        if reader.wish.topics == ("chips",):
            assert (row.state, row.reply, row.edition) == (State.SKIPPED, EMPTY, "")
        else:
            assert (row.state, row.reply, row.edition) == (State.PENDING, "", reader.wish.key)


@pytest.mark.parametrize(
    ("readers", "connections", "size"), [(0, 1, 64), (12, 4, 64), (10_000, 4, 312), (1_000_000, 8, 1000), (900, 0, 900)]
)
def test_shards_keep_every_connection_busy(readers, connections, size):
    assert shard_size(readers, connections) == size
