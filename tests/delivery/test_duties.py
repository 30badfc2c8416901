"""What time brings: pauses end, who did not confirm is forgotten, counts and alarms go."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from delivery.letterbox import AT, HASHED, VICTIM, add, at, found, make_post, rows, wanted
from fakes import FakeTransport

from publisher import log
from publisher.db import alarm
from publisher.delivery import duties, signup
from publisher.delivery.bounces import store as bounces
from publisher.delivery.bounces.report import Kind
from publisher.delivery.bounces.store import Bounce
from publisher.delivery.letters import store as letters
from publisher.delivery.letters.letter import Kind as Letter
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
    signup.work(post, FakeTransport(), at(AT))
    duties.each_round(post, AT + 8 * DAY)
    assert found(post).status is Status.PENDING
    duties.each_round(post, AT + 8 * DAY + SECOND)
    assert found(post) is None


def test_each_letter_counts_anew(post):
    for moment in (AT, AT + 5 * DAY):
        signup.take(post, wanted(), moment)
        signup.work(post, FakeTransport(), at(moment))
    duties.each_round(post, AT + 9 * DAY)
    assert found(post).status is Status.PENDING
    duties.each_round(post, AT + 13 * DAY + SECOND)
    assert found(post) is None


def test_forgotten_or_not_the_fourth_letter_never_comes(post):
    transport = FakeTransport()
    for week in range(0, 80, 10):
        signup.take(post, wanted(), AT + week * DAY)
        signup.work(post, transport, at(AT + week * DAY))
        duties.each_round(post, AT + (week + 9) * DAY)
        assert found(post) is None
    assert transport.handed == [VICTIM] * 3


def test_who_left_before_is_again_who_left(post):
    add(post, VICTIM, Act.UNSUBSCRIBE)
    signup.take(post, wanted(), AT + DAY)
    signup.work(post, FakeTransport(), at(AT + DAY))
    duties.each_round(post, AT + 10 * DAY)
    assert found(post).status is Status.UNSUBSCRIBED


def test_a_pause_ends(post, monkeypatch):
    lines = []
    monkeypatch.setattr(log, "event", lambda name, **fields: lines.append((name, fields)))
    id = add(post)
    with post.database.write() as connection:
        readers.act(connection, id, Act.PAUSE, now=AT, how="page", until=AT + DAY)
    duties.each_round(post, AT + DAY - SECOND)
    assert found(post).status is Status.PAUSED
    duties.each_round(post, AT + DAY)
    assert found(post).status is Status.ACTIVE
    assert lines == [("readers.resumed", {"readers": 1})]


def test_the_form_opens_again_and_its_alarm_ends(post):
    for number in range(2):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    duties.each_round(post, AT + DAY - SECOND)
    with post.database.read() as connection:
        assert alarm.standing(connection, "signup", "site")
    duties.each_round(post, AT + DAY)
    with post.database.read() as connection:
        assert not alarm.standing(connection)
    assert signup.take(post, wanted(), AT + DAY) is Answer.TAKEN


def test_counts_and_spent_proofs_go(post):
    signup.take(post, wanted(), AT)
    signup.work(post, FakeTransport(), at(AT))
    with post.database.write() as connection:
        budget.spend(connection, "stamp", AT + DAY, mac=HASHED)
    duties.each_round(post, AT + DAY + duties.SLACK - SECOND)
    assert rows(post, budget.budget)
    duties.each_round(post, AT + DAY + duties.SLACK)
    assert rows(post, budget.budget) == rows(post, budget.spent) == rows(post, letter_table) == []
    assert len(rows(post, budget.asked)) == 1


def test_it_costs_little_where_nothing_is_due(post):
    add(post)
    said = []
    sa.event.listen(post.database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    duties.each_round(post, AT)
    assert len([line for line in said if not line.startswith("BEGIN")]) < 12
    assert not any(line.startswith(("BEGIN IMMEDIATE", "UPDATE", "DELETE", "INSERT")) for line in said)


def test_it_goes_in_batches_and_leaves_the_rest_to_the_next_round(post, monkeypatch):
    for number in range(5):
        with post.database.write() as connection:
            readers.add(connection, address=f"r{number}@example.org", now=AT, how="signup", mac=HASHED)
    real = readers.forget_unconfirmed
    monkeypatch.setattr(readers, "forget_unconfirmed", lambda *about, **more: real(*about, **more, limit=2))
    monkeypatch.setattr(duties, "MOST", 2)
    duties.each_round(post, AT + 10 * DAY)
    assert [found(post, f"r{number}@example.org") for number in range(5)].count(None) == 4
    duties.each_round(post, AT + 10 * DAY)
    assert [found(post, f"r{number}@example.org") for number in range(5)].count(None) == 5


def test_who_is_forgotten_loses_all_that_is_held_of_them(post):
    with post.database.write() as connection:
        id = readers.add(connection, address=VICTIM, now=AT, how="signup", mac=HASHED).id
        bounce = Bounce(
            reader=id, issue="", at=AT, kind=Kind.SOFT, code=450, status="4.2.1", text=f"no {VICTIM}", server="mx.example",
            source="mail", digest="d", position=0,
        )  # fmt: skip
        bounces.append(connection, bounce)
        letters.queue(connection, Letter.DATA, id, AT)
    duties.each_round(post, AT + 10 * DAY)
    assert found(post) is None
    assert [(row["reader"], row["text"]) for row in rows(post, bounces.bounce_table)] == [(None, "")]
    assert rows(post, letter_table) == []
