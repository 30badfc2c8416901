"""A newsletter that is for some of its readers only: planned, counted and sent to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from issues.newsroom import AT, join, move, site, write

from publisher import schedule
from publisher.delivery import audience, mail, steer
from publisher.errors import StateError
from publisher.issues import desk
from publisher.issues.issue import Issue, Stream
from subscribers import store as readers
from subscribers.subscriber import Status

DAY = timedelta(days=1)


def drafted(app):
    made = desk.draft(app.config, app.database, Stream("weekly", "weekly"), AT, app.clock.now())
    assert isinstance(made, Issue)
    return steer.approve(app.post, made.id, now=app.clock.now(), by="me")[0]


def test_an_issue_is_planned_for_whom_it_is_true_at_that_moment(tmp_path):
    with site(
        tmp_path, at=AT - 9 * DAY, more="readers: joined within 8d and not (topic:sports and not topic:all)", readers=2
    ) as app:
        move(app, AT - DAY)
        write(app, "alpha")
        with app.database.write() as connection:
            for name, topics in (("new", []), ("sport", ["sports"])):
                readers.add(
                    connection,
                    address=f"{name}@example.org",
                    topics=topics,
                    now=AT - DAY,
                    how="test",
                    consent_text="yes",
                    confirmed=True,
                    mac=str,
                )
        issue = drafted(app)
        assert [row.subscriber for row in mail.planned(app.post, issue, AT, connections=1)] == [3]
        with app.database.read() as connection:
            assert mail.edition_counts(app.config, connection, issue, AT) == [("all.en.html", 1)]
            assert mail.has_readers(app.config, connection, issue, AT + 6 * DAY)
            assert not mail.has_readers(app.config, connection, issue, AT + 8 * DAY)


def test_an_issue_for_nobody_is_not_sent(tmp_path):
    with site(tmp_path, more="readers: language:de, approve: auto") as app:
        write(app, "alpha")
        issue = drafted(app)
        with pytest.raises(StateError, match=r"nobody is subscribed to weekly.* of whom this is true: language:de"):
            steer.queue(app.post, issue.id, AT)
        assert schedule._queue(app, issue, app.config.newsletters["weekly"]).note == "no active reader"


def test_blanks_are_the_sites(tmp_path):
    with site(tmp_path) as app:
        assert audience.segment(app.config, " ", AT) is None
        with app.database.read() as connection:
            reader = readers.get(connection, 1)
        assert audience.holds(None, reader)
        for text, answer in (
            ("language:en and timezone:UTC and schedule:weekly", True),
            ("schedule:daily", False),
            ("status:active", True),
        ):
            assert audience.holds(audience.segment(app.config, text, AT), reader) is answer
        assert reader.status is Status.ACTIVE


def test_more_readers_come_and_are_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "PAGE", 2)
    with site(tmp_path, more="readers: email:r*", readers=5) as app:
        write(app, "alpha")
        issue = drafted(app)
        join(app, 1, schedule="weekly")
        assert [row.subscriber for row in mail.planned(app.post, issue, AT, connections=1)] == [1, 2, 3, 4, 5, 6]
