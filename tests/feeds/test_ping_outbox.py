"""What hubs are owed, in the table: one row per hub and topic, lost by nobody and to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import AT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from publisher.db.engine import metadata
from publisher.feeds import outbox

HUB, OTHER = "https://hub.example/", "https://other.example/hub?key=1"
RSS, ATOM = "https://example.org/feeds/rss.xml", "https://example.org/feeds/atom.xml"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def write(database):
    """A function of the outbox, in a transaction of its own."""

    def run(function, *arguments, **options):
        with database.write() as connection:
            return function(connection, *arguments, **options)

    return run


def owe(write, topics=(RSS,), hubs=(HUB,), now=AT):
    write(outbox.note, topics, hubs, now)
    write(outbox.release, now)


def take(write, now=AT, hub=HUB, limit=50):
    return write(outbox.due, hub, now, limit=limit, until=now + MINUTE)


def test_every_hub_is_owed_every_topic_once(write):
    assert write(outbox.note, iter([RSS, ATOM, RSS]), iter([HUB, OTHER, HUB]), AT) == 4
    assert write(outbox.note, [RSS], [HUB], AT + SECOND) == 1
    assert write(outbox.note, [], [HUB], AT) == 0
    assert write(outbox.note, [RSS], [], AT) == 0
    assert write(outbox.waiting) == 4


def test_no_ping_goes_before_a_sender_has_seen_it(write):
    write(outbox.note, [RSS], [HUB], AT)
    assert write(outbox.unseen, [HUB])
    assert (write(outbox.next_due), write(outbox.hubs_due, AT + MINUTE), take(write, AT + MINUTE)) == (None, [], [])
    assert write(outbox.release, AT + SECOND) == 1
    assert not write(outbox.unseen, [HUB])
    assert write(outbox.next_due) == AT + SECOND
    assert write(outbox.hubs_due, AT) == []
    assert write(outbox.hubs_due, AT + SECOND) == [HUB]
    assert write(outbox.release, AT + MINUTE) == 0
    assert write(outbox.next_due) == AT + SECOND, "what was seen stays due when it was"


def test_the_earliest_go_first_and_nobody_else_has_them_meanwhile(write):
    owe(write, [RSS], now=AT + SECOND)
    owe(write, [ATOM])
    now = AT + SECOND
    assert [ping.topic for ping in take(write, now, limit=1)] == [ATOM]
    assert [ping.topic for ping in take(write, now)] == [RSS]
    assert take(write, now) == []
    assert take(write, now, OTHER) == []
    again = take(write, now + MINUTE)
    assert {ping.topic for ping in again} == {RSS, ATOM}, "whoever had them has died"
    assert all(ping.attempts == 0 for ping in again)


def test_what_is_done_is_gone_and_what_goes_again_stays_as_told(write):
    owe(write, [RSS, ATOM])
    atom, rss = take(write)
    later = replace(rss, attempts=1, due=AT + MINUTE, error="it answers 503")
    write(outbox.settle, done=[atom], again=[later])
    assert write(outbox.waiting) == 1
    assert not write(outbox.tried, HUB, AT)
    assert write(outbox.tried, HUB, AT + MINUTE)
    assert take(write, AT + MINUTE) == [later]


def test_a_change_while_its_ping_is_under_way_is_told_too(write):
    owe(write)
    (sent,) = take(write)
    write(outbox.note, [RSS], [HUB], AT + SECOND)
    write(outbox.settle, done=[sent])
    assert write(outbox.waiting) == 1
    write(outbox.settle, again=[replace(sent, attempts=5, due=AT + MINUTE, error="x")])
    assert write(outbox.unseen, [HUB]), "the older attempt says nothing of the new bytes"
    write(outbox.release, AT + SECOND)
    assert take(write, AT + SECOND) == [replace(sent, noted=AT + SECOND, due=AT + SECOND)]


def test_a_newer_change_begins_anew(write):
    owe(write)
    (ping,) = take(write)
    write(outbox.settle, again=[replace(ping, attempts=7, due=AT + 60 * MINUTE, error="it answers 500")])
    owe(write, now=AT + SECOND)
    assert take(write, AT + SECOND) == [outbox.Ping(hub=HUB, topic=RSS, noted=AT + SECOND, due=AT + SECOND)]


def test_hubs_that_the_config_dropped_are_owed_nothing(write):
    owe(write, [RSS, ATOM], [HUB, OTHER])
    assert write(outbox.unseen, [OTHER]), "there are some to be dropped"
    assert write(outbox.keep_only, [OTHER]) == 2
    assert not write(outbox.unseen, [OTHER])
    assert write(outbox.hubs_due, AT) == [OTHER]
    assert write(outbox.keep_only, []) == 2
    assert write(outbox.waiting) == 0


def test_a_rolled_back_build_owes_nothing(database, write):
    with pytest.raises(KeyError), database.write() as connection:
        outbox.note(connection, [RSS], [HUB], AT)
        raise KeyError("the documents were not recorded")
    assert write(outbox.waiting) == 0


def test_the_statements_mean_the_same_to_postgresql():
    dialect = postgresql.dialect()
    made = str(sa.schema.CreateTable(outbox.ping_table).compile(dialect=dialect))
    assert "due BIGINT," in made
    assert "noted BIGINT NOT NULL" in made
    assert "PRIMARY KEY (hub, topic)" in made

    class Spy:
        """Notes the statements in PostgreSQL's words and finds one row."""

        def __init__(self):
            self.said = []
            self.dialect = dialect

        def execute(self, statement, *rest):
            self.said.append(str(statement.compile(dialect=dialect)))
            return self

        def mappings(self):
            return [{"hub": HUB, "topic": RSS, "noted": AT, "attempts": 0, "due": AT, "error": ""}]

    spy = Spy()
    outbox.due(spy, HUB, AT, limit=5, until=AT)
    assert "FOR UPDATE SKIP LOCKED" in spy.said[0]
    assert spy.said[1].startswith("UPDATE feed_ping SET due=")
    outbox.note(spy, [RSS], [HUB], AT)
    assert "ON CONFLICT (hub, topic) DO UPDATE" in spy.said[2]


STEPS = st.lists(
    st.tuples(st.sampled_from(["note", "release", "take", "done", "again", "drop"]), st.integers(0, 2)), max_size=25
)


@given(steps=STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_change_is_told_whatever_happens_between(database, steps):
    """Against a model: a ping is forgotten only where one that was taken after its last note is done."""
    topics = [f"https://example.org/{number}" for number in range(3)]
    with database.write() as connection:
        connection.execute(sa.delete(outbox.ping_table))
    owed, flying, now = dict[str, object](), dict[str, outbox.Ping](), AT
    for verb, number in steps:
        now, topic = now + SECOND, topics[number]
        with database.write() as connection:
            if verb == "note":
                outbox.note(connection, [topic], [HUB], now)
                owed[topic] = now
            elif verb == "release":
                outbox.release(connection, now)
            elif verb == "take":
                flying |= {p.topic: p for p in outbox.due(connection, HUB, now, limit=2, until=now + 2 * SECOND)}
            elif verb == "drop":  # the process dies
                flying.pop(topic, None)
            elif topic in flying:
                ping = flying.pop(topic)
                if verb == "again":
                    outbox.settle(connection, again=[replace(ping, attempts=1, due=now)])
                else:
                    outbox.settle(connection, done=[ping])
                    if owed.get(topic) == ping.noted:
                        del owed[topic]
            outbox.release(connection, now) if number == 2 else None
    with database.write() as connection:
        outbox.release(connection, now)
        left = outbox.due(connection, HUB, now + MINUTE, limit=9, until=now)
    assert {ping.topic: ping.noted for ping in left} == owed


def test_the_table_is_among_those_that_migrations_make():
    assert metadata.tables["feed_ping"] is outbox.ping_table
    assert [column.name for column in outbox.ping_table.columns] == [
        "hub",
        "topic",
        "noted",
        "attempts",
        "due",
        "error",
    ]
