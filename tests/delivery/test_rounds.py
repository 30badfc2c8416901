"""The rounds of a service: what one part fails at is told, and the others are done all the same."""

from __future__ import annotations

from publisher.delivery import duties, rounds, signup
from publisher.delivery.bounces import poll
from publisher.delivery.bounces.poll import Polled
from publisher.errors import StoreError


def locked(*arguments):
    raise StoreError("database is locked", hint="wait")


def test_a_round_does_all_of_it(monkeypatch):
    done = []
    monkeypatch.setattr(duties, "daily", lambda post, now: done.append("duties"))
    monkeypatch.setattr(poll, "poll", lambda post, now: done.append("bounces") or Polled())
    monkeypatch.setattr(signup, "work", lambda post, transport, now: done.append("letters"))
    assert rounds.each_minute(None, None)
    assert rounds.each_second(None, None, None)
    assert done == ["duties", "bounces", "letters"]


def test_one_part_that_fails_stops_no_other(monkeypatch, capsys):
    done = []
    monkeypatch.setattr(duties, "daily", locked)
    monkeypatch.setattr(poll, "poll", lambda post, now: done.append("bounces") or Polled())
    monkeypatch.setattr(signup, "work", locked)
    assert not rounds.each_minute(None, None)
    assert not rounds.each_second(None, None, None)
    assert done == ["bounces"]
    assert capsys.readouterr().err.count("database is locked") == 2


def test_a_mailbox_that_cannot_be_read_is_no_success(monkeypatch):
    monkeypatch.setattr(duties, "daily", lambda post, now: None)
    monkeypatch.setattr(poll, "poll", lambda post, now: Polled(trouble=["imap.example.org does not answer"]))
    assert not rounds.each_minute(None, None)
