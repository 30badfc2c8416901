"""Why a reader left, kept with their leaving."""

from datetime import UTC, datetime, timedelta

import pytest

from subscribers import store
from subscribers.consent import UNDO_WITHIN, Act
from subscribers.subscriber import Status

NOW = datetime(2025, 6, 30, 8, tzinfo=UTC)


@pytest.fixture
def ann(connection):
    added = store.add(
        connection,
        address="ann@example.org",
        now=NOW,
        how="test",
        confirmed=True,
        consent_text="x",
        mac=lambda key: key,
    )
    return added.id


def told(connection, ann):
    return store.history(connection, ann)[-1].text


def test_it_stands_with_the_leaving_and_can_be_said_again(connection, ann):
    store.leave(connection, ann, now=NOW, how="link")
    assert store.reason(connection, ann, "too many mails\0", now=NOW)
    assert told(connection, ann) == "too many mails"
    assert store.reason(connection, ann, "not relevant", now=NOW + timedelta(minutes=29))
    assert not store.reason(connection, ann, "  ", now=NOW)
    assert told(connection, ann) == "not relevant"
    assert store.history(connection, ann)[0].text == "x"


def test_it_hinders_no_undo(connection, ann):
    _, event = store.leave(connection, ann, now=NOW, how="link")
    store.reason(connection, ann, "never signed up", now=NOW)
    assert store.undo(connection, event, now=NOW, how="undo").status is Status.ACTIVE
    assert not store.reason(connection, ann, "too late", now=NOW), "they have come back"


def test_too_late_and_without_a_leaving_nothing_is_kept(connection, ann):
    assert not store.reason(connection, ann, "x", now=NOW)
    assert not store.reason(connection, 999, "x", now=NOW)
    store.leave(connection, ann, now=NOW, how="link")
    assert not store.reason(connection, ann, "x", now=NOW + UNDO_WITHIN)
    assert told(connection, ann) == ""
    store.act(connection, ann, Act.COMPLAIN, now=NOW, how="report")
    assert not store.reason(connection, ann, "x", now=NOW)
