"""The table of consent: every pair is decided, and none brings back who left without their own confirmation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.consent import NEXT, Act, apply, former_after
from subscribers.error import RefusedError
from subscribers.subscriber import SUPPRESSED, Status

PAIRS = list(product((None, *Status), Act))
OTHERS = (Act.INVITE, Act.ADD, Act.IMPORT_PENDING, Act.IMPORT_ACTIVE, Act.IMPORT_PAUSED)


@pytest.mark.parametrize(("status", "act"), PAIRS, ids=str)
def test_every_pair_is_decided(status, act):
    if (status, act) in NEXT:
        assert apply(status, act) is NEXT[status, act]
    else:
        with pytest.raises(RefusedError) as refused:
            apply(status, act, who="ann@example.org")
        assert str(refused.value).startswith("ann@example.org ")
        assert refused.value.hint


@pytest.mark.parametrize("status", sorted(SUPPRESSED), ids=str)
@pytest.mark.parametrize("act", [each for each in Act if each is not Act.UNDO], ids=str)
def test_no_single_act_leads_from_suppressed_to_the_post(status, act):
    assert NEXT.get((status, act)) not in {Status.ACTIVE, Status.PAUSED}


@pytest.mark.parametrize(("former", "act"), list(product(sorted(SUPPRESSED), OTHERS)), ids=str)
def test_acts_of_others_see_the_suppression_behind_a_new_sign_up(former, act):
    with pytest.raises(RefusedError):
        apply(Status.PENDING, act, former=former)


@pytest.mark.parametrize("former", sorted(SUPPRESSED), ids=str)
def test_the_readers_own_confirmation_lifts_it(former):
    assert apply(former, Act.SIGNUP) is Status.PENDING
    assert former_after(former, None, Status.PENDING) is former
    assert former_after(Status.PENDING, former, Status.PENDING) is former
    assert apply(Status.PENDING, Act.CONFIRM, former=former) is Status.ACTIVE
    assert former_after(Status.PENDING, former, Status.ACTIVE) is None


@pytest.mark.parametrize(
    ("status", "act", "message"),
    [
        (None, Act.PAUSE, "ann is not on the list; add or import the address first"),
        (Status.PENDING, Act.PAUSE, "ann has not confirmed yet: no pause; confirm first"),
        (
            Status.ACTIVE,
            Act.ADD,
            (
                "ann is already on the list (active); "
                "to change what they get, import a CSV with their address and the new wishes"
            ),
        ),
        (
            Status.UNSUBSCRIBED,
            Act.CONFIRM,
            "ann has unsubscribed; only their own new sign-up, confirmed, brings them back",
        ),
        (
            Status.BOUNCED,
            Act.ADD,
            "ann is suppressed: mail to it bounced; only their own new sign-up, confirmed, brings them back",
        ),
        (
            Status.COMPLAINED,
            Act.INVITE,
            "ann is suppressed: they reported our mail as spam; only their own new sign-up, confirmed, brings them back",
        ),
    ],
)
def test_a_refusal_says_why_and_what_to_do(status, act, message):
    with pytest.raises(RefusedError) as refused:
        apply(status, act, who="ann")
    assert refused.value.line() == message


@given(
    st.sampled_from([*Status]), st.lists(st.sampled_from([each for each in Act if each is not Act.UNDO]), max_size=12)
)
def test_nobody_who_left_is_active_without_a_confirmation_after_it(status, acts):
    former, left = None, status in SUPPRESSED
    for act in acts:
        try:
            after = apply(status, act, former=former)
        except RefusedError:
            continue
        status, former = after, former_after(status, former, after)
        if status is None:
            return
        left = (left and act is not Act.CONFIRM) or status in SUPPRESSED
        assert not (left and status in {Status.ACTIVE, Status.PAUSED})
        assert former is None or status is Status.PENDING


@pytest.mark.parametrize("act", [Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN])
@pytest.mark.parametrize("status", Status, ids=str)
def test_leaving_is_always_possible_and_never_undone_by_leaving_again(status, act):
    once = apply(status, act)
    assert once in SUPPRESSED
    assert apply(once, act) is once
