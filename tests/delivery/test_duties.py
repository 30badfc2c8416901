"""What time brings: pauses end, who did not confirm is forgotten, counts and alarms go."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from delivery.letterbox import AT, HASHED, VICTIM, add, found, make_post, rows, wanted
from fakes import FakeTransport

from publisher import log
from publisher.db import alarm
from publisher.delivery import duties, signup
from publisher.delivery.letters.store import letter_table
from publisher.delivery.signup import Answer
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.db import budget
from subscribers.subscriber import Status

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def post(tmp_path, database):
    return make_post(tmp_path, database, "{site: 2, network: 100}")


def test_who_does_not_confirm_is_forgotten_a_day_after_the_link_ended(post):
    signup.take(post, wanted(), AT)
    signup.work(post, FakeTransport(), AT)
    duties.daily(post, AT + 8 * DAY)
    assert found(post).status is Status.PENDING
    duties.daily(post, AT + 8 * DAY + SECOND)
    assert found(post) is None


def test_each_letter_counts_anew(post):
    for at in (AT, AT + 5 * DAY):
        signup.take(post, wanted(), at)
        signup.work(post, FakeTransport(), at)
    duties.daily(post, AT + 9 * DAY)
    assert found(post).status is Status.PENDING
    duties.daily(post, AT + 13 * DAY + SECOND)
    assert found(post) is None


def test_forgotten_or_not_the_fourth_letter_never_comes(post):
    transport = FakeTransport()
    for week in range(0, 80, 10):
        signup.take(post, wanted(), AT + week * DAY)
        signup.work(post, transport, AT + week * DAY)
        duties.daily(post, AT + (week + 9) * DAY)
        assert found(post) is None
    assert transport.handed == [VICTIM] * 3


def test_who_left_before_is_again_who_left(post):
    add(post, VICTIM, Act.UNSUBSCRIBE)
    signup.take(post, wanted(), AT + DAY)
    signup.work(post, FakeTransport(), AT + DAY)
    duties.daily(post, AT + 10 * DAY)
    assert found(post).status is Status.UNSUBSCRIBED


def test_a_pause_ends(post, monkeypatch):
    lines = []
    monkeypatch.setattr(log, "event", lambda name, **fields: lines.append((name, fields)))
    id = add(post)
    with post.database.write() as connection:
        readers.act(connection, id, Act.PAUSE, now=AT, how="page", until=AT + DAY)
    duties.daily(post, AT + DAY - SECOND)
    assert found(post).status is Status.PAUSED
    duties.daily(post, AT + DAY)
    assert found(post).status is Status.ACTIVE
    assert lines == [("readers.resumed", {"readers": 1})]


def test_the_form_opens_again_and_its_alarm_ends(post):
    for number in range(2):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    duties.daily(post, AT + DAY - SECOND)
    with post.database.read() as connection:
        assert alarm.standing(connection, "signup", "site")
    duties.daily(post, AT + DAY)
    with post.database.read() as connection:
        assert not alarm.standing(connection)
    assert signup.take(post, wanted(), AT + DAY) is Answer.TAKEN


def test_counts_and_spent_proofs_go(post):
    signup.take(post, wanted(), AT)
    signup.work(post, FakeTransport(), AT)
    with post.database.write() as connection:
        budget.spend(connection, "stamp", AT + DAY, mac=HASHED)
    duties.daily(post, AT + DAY)
    assert rows(post, budget.budget) == rows(post, budget.spent) == rows(post, letter_table) == []
    assert len(rows(post, budget.asked)) == 1


def test_it_costs_little_where_nothing_is_due(post):
    add(post)
    said = []
    sa.event.listen(post.database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    duties.daily(post, AT)
    assert len([line for line in said if not line.startswith("BEGIN")]) < 12
