"""What the sender finds when it comes back, and that it is the only one."""

from __future__ import annotations

import pytest
from builders import AT
from fakes import Clock, FakeTransport, add_issue, add_readers, make_work, plan_rows

from publisher.db.engine import Database
from publisher.delivery import ledger
from publisher.delivery.delivery import Counts
from publisher.delivery.sender import Sender, sending_alone
from publisher.errors import StateError, StoreError
from publisher.issues.issue import State as IssueState
from subscribers import store as readers


@pytest.fixture
def clock():
    return Clock()


def counted(database, issue):
    with database.read() as connection:
        return ledger.counts(connection, issue.id)


@pytest.mark.parametrize(
    ("known", "resend", "counts"),
    [
        (None, False, Counts(planned=2, uncertain=1, pending=1)),
        (None, True, Counts(planned=2, pending=2)),
        (True, False, Counts(planned=2, accepted=1, pending=1)),
        (False, False, Counts(planned=2, pending=2)),
    ],
)
def test_what_a_crash_left_is_settled_by_what_the_transport_knows(database, clock, known, resend, counts):
    ids, issue = add_readers(database, 2), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids)
    with database.write() as connection:
        ledger.take(connection, issue.id, 0, -1, AT)
    transport = FakeTransport(known=lambda envelope: known)
    at_work = Sender(make_work(database, transport, clock, ids, resend=resend))
    assert at_work.recover() == 1
    assert at_work.recover() == 0
    assert counted(database, issue) == counts


@pytest.mark.parametrize("error", [StateError("no edition"), ValueError("not an address")])
def test_what_cannot_be_composed_after_a_crash_is_uncertain(database, clock, error):
    ids, issue = add_readers(database, 1), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids)
    with database.write() as connection:
        ledger.take(connection, issue.id, 0, -1, AT)

    def compose(leased, now):
        raise error

    at_work = Sender(make_work(database, FakeTransport(), clock, ids, compose=compose))
    assert at_work.recover() == 1
    assert counted(database, issue) == Counts(planned=1, uncertain=1)


def test_recovery_waits_where_the_database_cannot_be_read(database, clock):
    ids, issue = add_readers(database, 1), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids)
    with database.write() as connection:
        ledger.take(connection, issue.id, 0, -1, AT)

    def compose(leased, now):
        raise StoreError("locked")

    with pytest.raises(StoreError):
        Sender(make_work(database, FakeTransport(), clock, ids, compose=compose)).recover()
    assert counted(database, issue).sending == 1


def test_an_erased_reader_left_on_the_way_is_uncertain(database, clock):
    ids, issue = add_readers(database, 1), add_issue(database, IssueState.SENDING)
    plan_rows(database, issue, ids)
    with database.write() as connection:
        ledger.take(connection, issue.id, 0, -1, AT)
        readers.erase(connection, ids[0], mac=str, now=AT)
    Sender(make_work(database, FakeTransport(), clock, ids)).recover()
    assert counted(database, issue) == Counts(planned=1, uncertain=1)


def test_only_one_process_of_a_site_sends(database):
    with sending_alone(database) as first, sending_alone(database) as second:
        assert (first, second) == (True, False)
    with sending_alone(database) as third:
        assert third


def test_a_database_in_memory_is_always_alone():
    with sending_alone(Database("sqlite://")) as alone:
        assert alone


def test_a_lock_file_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "test.db.sender").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    with pytest.raises(StoreError, match="cannot be opened"), sending_alone(database):
        pass
