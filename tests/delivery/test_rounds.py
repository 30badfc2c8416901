"""The rounds of a service: what one part fails at is told, and the others are done all the same."""

from __future__ import annotations

import pytest
from delivery.letterbox import AT, at, make_post, wanted
from fakes import FakeTransport

from publisher.delivery import duties, rounds, signup
from publisher.delivery.bounces import poll
from publisher.delivery.bounces.poll import Polled
from publisher.delivery.delivery import Receipt
from publisher.delivery.letters import postman
from publisher.delivery.rounds import Drained
from publisher.errors import StoreError
from subscribers.error import AddressError


def locked(*arguments):
    raise StoreError("database is locked", hint="wait")


def test_a_round_does_all_of_it(monkeypatch):
    done = []
    monkeypatch.setattr(duties, "each_round", lambda post, now: done.append("duties"))
    monkeypatch.setattr(poll, "poll", lambda post, now: done.append("bounces") or Polled())
    monkeypatch.setattr(signup, "work", lambda post, transport, now: done.append("letters"))
    assert rounds.each_minute(None, None)
    assert rounds.each_second(None, None, None)
    assert done == ["duties", "bounces", "letters"]


def test_one_part_that_fails_stops_no_other(monkeypatch, capsys):
    done = []
    monkeypatch.setattr(duties, "each_round", locked)
    monkeypatch.setattr(poll, "poll", lambda post, now: done.append("bounces") or Polled())
    monkeypatch.setattr(signup, "work", locked)
    assert not rounds.each_minute(None, None)
    assert not rounds.each_second(None, None, None)
    assert done == ["bounces"]
    assert capsys.readouterr().err.count("database is locked") == 2


@pytest.mark.parametrize("error", [AddressError("no address", hint="write one"), TypeError("a defect")])
def test_no_error_of_one_part_stops_the_next(monkeypatch, capsys, error):
    done = []

    def broken(*arguments):
        raise error

    monkeypatch.setattr(duties, "each_round", broken)
    monkeypatch.setattr(poll, "poll", lambda post, now: done.append("bounces") or Polled())
    assert not rounds.each_minute(None, None)
    assert done == ["bounces"]
    assert str(error) in capsys.readouterr().err


def test_all_that_waits_is_done_in_one_run(tmp_path, database, monkeypatch):
    post, transport = make_post(tmp_path, database, "{network: 100, domain: 100}"), FakeTransport()
    monkeypatch.setattr(signup, "MOST", 2)
    monkeypatch.setattr(postman, "MOST", 1)
    for number in range(7):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    assert rounds.drained(post, transport, at(AT)) == Drained(sent=7, done=True)
    assert len(transport.handed) == 7
    assert rounds.drained(post, transport, at(AT)) == Drained(sent=0, done=True)


def test_a_run_that_drains_ends_after_a_while(tmp_path, database, monkeypatch):
    post, moments = make_post(tmp_path, database, "{network: 100, domain: 100}"), [AT]
    monkeypatch.setattr(signup, "MOST", 1)

    def slow(envelope, times):
        moments[0] += rounds.LONG
        return Receipt(code=250)

    for number in range(3):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    assert rounds.drained(post, FakeTransport(script=slow), lambda: moments[0]) == Drained(sent=1, done=True)


def test_a_database_that_fails_is_told_with_what_was_sent(monkeypatch, capsys):
    monkeypatch.setattr(signup, "decide", locked)
    assert rounds.drained(None, None, at(AT)) == Drained(sent=0, done=False)
    assert "database is locked" in capsys.readouterr().err


def test_a_mailbox_that_cannot_be_read_is_no_success(monkeypatch):
    monkeypatch.setattr(duties, "each_round", lambda post, now: None)
    monkeypatch.setattr(poll, "poll", lambda post, now: Polled(trouble=["imap.example.org does not answer"]))
    assert not rounds.each_minute(None, None)
