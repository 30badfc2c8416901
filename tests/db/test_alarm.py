"""Alarms: raised once however often they are seen, told of until they end, raised anew after that."""

from __future__ import annotations

import threading
from datetime import UTC, timedelta

from builders import AT

from publisher.db import alarm
from publisher.db.alarm import Alarm

LATER = AT + timedelta(minutes=5)


def raised(database, *arguments):
    with database.write() as connection:
        return alarm.raise_(connection, *arguments)


def standing(database, **only):
    with database.read() as connection:
        return alarm.standing(connection, **only)


def test_an_alarm_is_new_once(database):
    assert raised(database, "bounces", "weekly-1", AT, "21 of 100") is True
    assert raised(database, "bounces", "weekly-1", LATER, "30 of 100") is False
    assert standing(database) == [
        Alarm(kind="bounces", subject="weekly-1", raised=AT, seen=LATER, count=2, text="30 of 100")
    ]


def test_alarms_are_told_apart(database):
    raised(database, "signups", "", LATER, "b")
    raised(database, "bounces", "weekly-1", AT, "a")
    raised(database, "bounces", "weekly-2", LATER, "c")
    assert [(each.kind, each.subject) for each in standing(database)] == [
        ("bounces", "weekly-1"),
        ("bounces", "weekly-2"),
        ("signups", ""),
    ]
    assert [each.subject for each in standing(database, kind="bounces")] == ["weekly-1", "weekly-2"]
    assert [each.text for each in standing(database, subject="weekly-2")] == ["c"]


def test_an_alarm_that_ended_stands_no_more_and_may_come_again(database):
    raised(database, "bounces", "weekly-1", AT, "a")
    with database.write() as connection:
        assert alarm.end(connection, "bounces", "weekly-1", LATER) is True
        assert alarm.end(connection, "bounces", "weekly-1", LATER) is False
        assert alarm.end(connection, "bounces", "other", LATER) is False
    assert standing(database) == []
    again = LATER + timedelta(hours=1)
    assert raised(database, "bounces", "weekly-1", again, "b") is True
    (only,) = standing(database)
    assert (only.raised, only.count, only.text, only.ended) == (again, 1, "b", None)


def test_an_alarm_that_was_seen_meanwhile_goes_on(database):
    raised(database, "bounces", "weekly-1", AT, "a")
    raised(database, "bounces", "weekly-1", LATER, "b")
    with database.write() as connection:
        assert alarm.end(connection, "bounces", "weekly-1", LATER, seen=AT) is False
        assert alarm.end(connection, "bounces", "weekly-1", LATER, seen=LATER) is True
        (row,) = connection.execute(alarm.alarm_table.select()).mappings()
    assert (row["raised"], row["seen"], row["count"], row["text"], row["ended"]) == (AT, LATER, 2, "b", LATER)


def test_an_alarm_says_since_when(database):
    raised(database, "bounces", "weekly-1", AT, "21 of 100; look")
    (only,) = standing(database)
    assert only.sentence(UTC) == f"alarm since {AT.astimezone(UTC):%Y-%m-%d %H:%M}: 21 of 100; look"


def test_of_many_who_raise_it_at_once_one_is_first(database):
    start, answers = threading.Barrier(6), []

    def attempt():
        start.wait(20)
        answers.append(raised(database, "bounces", "weekly-1", AT, "a"))

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [False] * 5 + [True]
    assert standing(database)[0].count == 6
