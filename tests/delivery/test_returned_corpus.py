"""The corpus of reports, from a mailbox to the readers: each acts on the reader whose mark it carries, and on no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import AT
from delivery.returned import make_post, went_out
from fakes import add_readers

from publisher.delivery import link
from publisher.delivery.bounces import mail, poll
from publisher.delivery.bounces.mailbox import at
from publisher.delivery.bounces.record import Outcome
from publisher.delivery.bounces.report import Kind
from subscribers import store as readers
from subscribers.tokens import Keys, read_return_path

FILES = sorted((Path(__file__).parent / "bounces" / "corpus").glob("*.eml"))
KEYS = Keys((bytes(range(32)),))
"""Those that the corpus was written with, for the issue with the serial number 7."""
LATER = datetime(2026, 11, 22, tzinfo=UTC)
EXPECTED = {Kind.INVALID: "bounced", Kind.COMPLAINT: "complained"}


@pytest.fixture
def box(tmp_path):
    line = b"From MAILER-DAEMON Mon Nov 03 08:15:00 2026\n"
    quoted = [file.read_bytes().replace(b"\nFrom ", b"\n>From ") for file in FILES]
    made = tmp_path / "box"
    made.write_bytes(b"".join(line + raw + b"\n\n" for raw in quoted))
    return made


@pytest.fixture
def site(database, tmp_path):
    """A site with a reader for each mark of the corpus, and six issues before the seventh."""
    ids = add_readers(database, 99)
    for number in range(1, 8):
        issue = went_out(database, ids if number == 7 else [], at=AT + timedelta(days=number), id=f"weekly-{number}")
    assert (ids, issue.serial) == (list(range(1, 100)), 7)
    post = make_post(database, tmp_path, ", pipe: true")
    object.__setattr__(post, "keys", KEYS)
    return post


def statuses(database):
    with database.read() as connection:
        return {id: readers.get(connection, id).status.value for id in range(1, 100)}


def test_each_report_acts_on_its_reader_alone(database, site, box):
    expected = dict.fromkeys(range(1, 100), "active")
    for file in FILES:
        for report in mail.read(file.read_bytes()):
            marked = {number for mark in report.marks if (number := read_return_path(KEYS, mark)) is not None}
            if report.kind in EXPECTED and marked:
                reader, serial = link.parted(marked.pop())
                assert serial == 7
                expected[reader] = EXPECTED[report.kind]
    assert {*expected.values()} == {"active", "bounced", "complained"}

    done = poll.take(site, at(box), LATER)
    assert (done.messages, done.trouble) == (len(FILES), [])
    assert statuses(database) == expected

    again = poll.take(site, at(box), LATER)
    assert not again.recorded
    assert not again.acts
    assert statuses(database) == expected


def test_the_same_corpus_acts_on_nobody_of_another_site(database, site, box):
    object.__setattr__(site, "keys", Keys((b"another site's key, of 32 octets",)))
    done = poll.take(site, at(box), LATER)
    assert done.recorded == 0
    assert {outcome for _, outcome in done.counts} == {Outcome.UNPROVED, Outcome.IGNORED}
    assert {*statuses(database).values()} == {"active"}
