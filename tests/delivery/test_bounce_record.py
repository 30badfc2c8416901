"""Reports become acts only with a proof, once each, and whatever somebody forges, swaps or replays acts on nobody."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import AT
from delivery.returned import OTHERS, code, leaving, make_post, mark, message_id, report, status, went_out
from fakes import add_readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import log
from publisher.db import alarm
from publisher.db import engine as engine_module
from publisher.delivery import ledger
from publisher.delivery.bounces import poll, store
from publisher.delivery.bounces.record import Outcome, Told, calm, fingerprint, record, record_all
from publisher.delivery.bounces.report import Kind
from publisher.errors import StoreError
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.tokens import Keys

LATER = AT + timedelta(hours=2)


@pytest.fixture
def ids(database):
    return add_readers(database, 3)


@pytest.fixture
def issue(database, ids):
    return went_out(database, ids)


@pytest.fixture
def post(database, tmp_path, issue):
    return make_post(database, tmp_path)


def told(post, *reports, digest="d1", now=LATER, trusted=False):
    return record(post, reports, now, digest=digest, trusted=trusted)


def outcomes(post, *reports, **how):
    return [each.outcome for each in told(post, *reports, **how)]


def rows(database):
    with database.read() as connection:
        return connection.execute(sa.select(store.bounce_table)).mappings().all()


# ---- what proves a report


def test_a_mark_proves_reader_and_issue(database, post, ids, issue):
    (done,) = told(post, report(marks=(mark(ids[0], issue),)))
    assert (done.outcome, done.address, done.kind, done.act, done.issue) == (
        Outcome.RECORDED, "r1…@example.org", Kind.INVALID, Act.BOUNCE, issue.id,
    )  # fmt: skip
    assert [status(database, id) for id in ids] == ["bounced", "active", "active"]
    with database.read() as connection:
        (row,) = store.of_reader(connection, ids[0])
        last = readers.history(connection, ids[0])[-1]
    assert (row.issue, row.kind, row.reply, row.server, row.at) == (
        issue.id, Kind.INVALID, "550 5.1.1 user unknown", "mx.example.org", LATER,
    )  # fmt: skip
    assert (last.act, last.how, last.text) == (Act.BOUNCE, "bounce", "550 5.1.1 user unknown")


def test_mail_that_was_forwarded_is_about_who_got_it_of_us(database, post, ids, issue):
    (done,) = told(post, report(marks=(mark(ids[0], issue).upper(),), recipient="elsewhere@forwarded.example"))
    assert (done.act, done.address) == (Act.BOUNCE, "r1…@example.org")


def test_the_code_of_an_unsubscribe_link_proves_the_reader(database, post, ids, issue):
    (done,) = told(post, report(Kind.COMPLAINT, links=(code(ids[1]),), recipient=""), trusted=True)
    assert (done.outcome, done.act, done.issue) == (Outcome.RECORDED, Act.COMPLAIN, "")
    (again,) = told(post, report(links=(code(ids[2]),), message_id=message_id(post, ids[2], issue)), digest="d2")
    assert again.issue == issue.id
    assert [status(database, id) for id in ids] == ["active", "complained", "bounced"]


def test_a_link_alone_proves_no_more_than_a_wish_to_leave(database, post, ids, issue):
    """Whoever was forwarded a mail has its link, and can unsubscribe with it: a forged report must do no more."""
    (done,) = told(post, report(Kind.COMPLAINT, links=(code(ids[0]),), text="abuse"))
    assert (done.outcome, done.kind, done.act) == (Outcome.RECORDED, Kind.COMPLAINT, Act.UNSUBSCRIBE)
    with database.read() as connection:
        last = readers.history(connection, ids[0])[-1]
    assert (last.act, last.how, status(database, ids[0])) == (Act.UNSUBSCRIBE, "complaint", "unsubscribed")
    (gone,) = told(post, report(links=(code(ids[1]),)), digest="d2")
    assert (gone.outcome, gone.kind, gone.act) == (Outcome.RECORDED, Kind.SOFT, None)
    assert status(database, ids[1]) == "active"
    assert [row["kind"] for row in rows(database)] == ["complaint", "soft"]


def test_a_mark_or_a_message_id_beside_the_link_proves_all(database, post, ids, issue):
    told(post, report(Kind.COMPLAINT, links=(code(ids[0]),), marks=(mark(ids[0], issue),)))
    mine = message_id(post, ids[1], issue)
    told(post, report(Kind.COMPLAINT, links=(code(ids[1]),), message_id=mine, recipient="r2@example.org"), digest="d2")
    assert [status(database, id) for id in ids[:2]] == ["complained"] * 2


def test_address_and_message_id_prove_together(database, post, ids, issue):
    mine = message_id(post, ids[0], issue)
    assert outcomes(post, report(recipient="R1@Example.org", message_id=mine)) == [Outcome.RECORDED]
    assert status(database, ids[0]) == "bounced"
    elsewhere = mine.partition("@")[0] + "@an-older-domain.example>"
    assert outcomes(post, report(message_id=elsewhere), digest="d2") == [Outcome.RECORDED]


def test_an_old_key_still_proves(database, post, ids, issue, monkeypatch):
    old = mark(ids[0], issue)
    object.__setattr__(post, "keys", Keys((b"n" * 32, *post.keys.ring)))
    assert outcomes(post, report(marks=(old,))) == [Outcome.RECORDED]


def test_a_trusted_source_needs_the_address_alone(database, post, ids, issue):
    assert outcomes(post, report(), trusted=True) == [Outcome.RECORDED]
    assert outcomes(post, report(Kind.LEAVE, recipient="r2@example.org"), digest="d2", trusted=True) == ["recorded"]
    (third,) = told(
        post, report(recipient="r3@example.org", message_id=message_id(post, ids[2], issue)), digest="3", trusted=True
    )
    assert third.issue == issue.id
    assert [status(database, id) for id in ids] == ["bounced", "unsubscribed", "bounced"]


# ---- what proves nothing


def forgeries(post, ids, issue):
    one, two = ids[0], ids[1]
    swapped = f"{mark(one, issue).partition('.')[0]}.{mark(two, issue).partition('.')[2]}"
    yield "only an address", {}
    yield "another's key", {"marks": (mark(one, issue, OTHERS),)}
    yield "halves of two marks", {"marks": (swapped,)}
    yield "marks of two readers", {"marks": (mark(one, issue), mark(two, issue))}
    yield "links of two readers", {"links": (code(one), code(two))}
    yield "a mark as a link", {"links": (mark(one, issue),)}
    yield "a leave mark", {"marks": (leaving(one),)}
    yield "a link of another key", {"links": (code(one, OTHERS),)}
    yield "another's Message-ID", {"message_id": message_id(post, two, issue)}
    yield "a forged Message-ID", {"message_id": message_id(post, one, issue, OTHERS)}
    yield "a strange Message-ID", {"message_id": "<" + "é" * 32 + "@x>"}
    yield "a Message-ID without an address", {"message_id": message_id(post, one, issue), "recipient": ""}
    yield "of nobody", {"message_id": message_id(post, one, issue), "recipient": "stranger@example.org"}
    yield "no address at all", {"message_id": message_id(post, one, issue), "recipient": "r1@@\0"}


@pytest.mark.parametrize("kind", [Kind.INVALID, Kind.COMPLAINT, Kind.SOFT, Kind.LEAVE])
def test_what_is_forged_acts_on_nobody(database, post, ids, issue, kind):
    for number, (name, changes) in enumerate(forgeries(post, ids, issue)):
        if kind is Kind.LEAVE and name == "a leave mark":
            continue
        assert outcomes(post, report(kind, **changes), digest=f"d{number}") == [Outcome.UNPROVED], name
    assert rows(database) == []
    assert [status(database, id) for id in ids] == ["active"] * 3


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 26), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567."))
def test_no_letter_of_a_mark_can_be_changed(database, post, ids, issue, place, letter):
    good = mark(ids[0], issue)
    changed = good[:place] + letter + good[place + 1 :]
    assert changed == good or outcomes(post, report(marks=(changed,)), digest=changed) == [Outcome.UNPROVED]


# ---- leaving by mail


def test_a_leave_mark_unsubscribes(database, post, ids):
    (done,) = told(post, report(Kind.LEAVE, marks=(leaving(ids[0]),), recipient="", status="", code=0, text=""))
    assert (done.outcome, done.act) == (Outcome.RECORDED, Act.UNSUBSCRIBE)
    with database.read() as connection:
        last = readers.history(connection, ids[0])[-1]
    assert (last.act, last.how, last.status) == (Act.UNSUBSCRIBE, "mail", "unsubscribed")


def test_no_answer_to_a_digest_unsubscribes(database, post, ids, issue):
    """The return path and what a mail quotes are in every automatic answer: they are no wish to leave."""
    proofs = {"marks": (mark(ids[0], issue),), "links": (code(ids[0]),), "message_id": message_id(post, ids[0], issue)}
    assert outcomes(post, report(Kind.LEAVE, **proofs)) == [Outcome.UNPROVED]
    assert status(database, ids[0]) == "active"


# ---- once each


def test_a_replay_counts_once(database, post, ids, issue):
    mine = report(marks=(mark(ids[0], issue),))
    assert outcomes(post, mine) == [Outcome.RECORDED]
    assert outcomes(post, mine, now=LATER + timedelta(days=3)) == [Outcome.DUPLICATE]
    assert len(rows(database)) == 1


def test_a_message_with_many_reports_counts_each(database, post, ids, issue):
    both = [report(marks=(mark(id, issue),)) for id in ids[:2]]
    assert outcomes(post, *both, report(Kind.NOTHING), report(recipient="x@example.org")) == [
        Outcome.RECORDED, Outcome.RECORDED, Outcome.IGNORED, Outcome.UNPROVED,
    ]  # fmt: skip
    assert outcomes(post, *both) == [Outcome.DUPLICATE] * 2


def test_a_replay_brings_nobody_down_who_came_back(database, post, ids, issue):
    """They signed up again and confirmed; an old notice, found anew under another hash, is about before that."""
    mine = report(marks=(mark(ids[0], issue),), at=AT + timedelta(hours=1))
    told(post, mine)
    with database.write() as connection:
        readers.add(connection, address="r1@example.org", now=LATER, how="signup", mac=str)
        readers.act(connection, ids[0], Act.CONFIRM, now=LATER, how="link", text="yes")
    (old,) = told(post, mine, digest="d2", now=LATER + timedelta(days=1))
    assert (old.outcome, old.act, status(database, ids[0])) == (Outcome.RECORDED, None, "active")
    (new,) = told(post, report(marks=(mark(ids[0], issue),)), digest="d3", now=LATER + timedelta(days=1))
    assert (new.act, status(database, ids[0])) == (Act.BOUNCE, "bounced")


def test_one_report_in_many_wordings_fills_no_table(database, post, ids, issue):
    for number in range(20):
        told(post, report(Kind.SOFT, marks=(mark(ids[0], issue),), text=f"{number}"), digest=f"d{number}")
    assert len(rows(database)) == store.MOST
    (last,) = told(post, report(marks=(mark(ids[0], issue),)), digest="last")
    assert last.act is Act.BOUNCE


# ---- who is gone, or was gone before


def test_a_reader_who_was_erased_is_unknown(database, post, ids, issue):
    proof = mark(ids[0], issue)
    told(post, report(marks=(proof,)))
    with database.write() as connection:
        readers.erase(connection, ids[0], mac=str, now=LATER)
        store.forget(connection, ids[0])
    assert outcomes(post, report(marks=(proof,)), digest="d2") == [Outcome.UNKNOWN]
    (row,) = rows(database)
    assert (row["reader"], row["text"], row["server"], row["kind"]) == (None, "", "", "invalid")
    with database.read() as connection:
        assert store.by_kind(connection, issue.id) == {"invalid": 1}


def test_who_left_already_is_no_error(database, post, ids, issue):
    with database.write() as connection:
        readers.act(connection, ids[0], Act.UNSUBSCRIBE, now=AT, how="link")
    (done,) = told(post, report(marks=(mark(ids[0], issue),)))
    assert (done.outcome, done.act, status(database, ids[0])) == (Outcome.RECORDED, None, "unsubscribed")
    (worse,) = told(post, report(Kind.COMPLAINT, marks=(mark(ids[0], issue),)), digest="d2")
    assert (worse.act, status(database, ids[0])) == (Act.COMPLAIN, "complained")


# ---- what each kind does


def test_a_refusal_for_our_sake_is_never_the_readers(database, post, ids, issue):
    for number in range(12):
        (done,) = told(
            post, report(Kind.POLICY, marks=(mark(ids[0], issue),)), digest=f"d{number}", now=AT + timedelta(9 * number)
        )
        assert done.act is None
    assert status(database, ids[0]) == "active"


def test_what_was_accepted_stays_accepted(database, post, ids, issue):
    """No transition out of it exists: the bounce stands beside the ledger."""
    told(post, report(marks=(mark(ids[0], issue),)), report(Kind.POLICY, marks=(mark(ids[1], issue),)))
    with database.read() as connection:
        assert ledger.counts(connection, issue.id).accepted == 3
        assert store.by_kind(connection, issue.id) == {"invalid": 1, "policy": 1}


def weekly(database, post, ids, number):
    """The issue of so many weeks later, and its soft bounce for the first reader."""
    at = AT + timedelta(weeks=number)
    issue = went_out(database, ids, at=at, id=f"weekly-{at:%Y-%m-%d}-n")
    soft = report(Kind.SOFT, marks=(mark(ids[0], issue),), status="4.2.2", code=452, text="mailbox full")
    return told(post, soft, digest=f"w{number}", now=at + timedelta(minutes=5))[0].act


def test_a_full_mailbox_is_suppressed_in_the_fourth_week(database, post, ids):
    assert [weekly(database, post, ids, number) for number in range(1, 5)] == [None, None, None, Act.BOUNCE]
    assert status(database, ids[0]) == "bounced"


def test_a_mail_that_stays_away_resets_the_count(database, post, ids):
    assert [weekly(database, post, ids, number) for number in range(1, 4)] == [None] * 3
    went_out(database, ids, at=AT + timedelta(weeks=4), id="arrived")
    assert [weekly(database, post, ids, number) for number in range(5, 9)] == [None, None, None, Act.BOUNCE]


def test_soft_bounces_of_before_a_new_consent_are_forgotten(database, post, ids):
    assert [weekly(database, post, ids, number) for number in range(1, 5)][-1] is Act.BOUNCE
    now = AT + timedelta(weeks=4, days=1)
    with database.write() as connection:
        readers.add(connection, address="r1@example.org", now=now, how="signup", mac=str)
        readers.act(connection, ids[0], Act.CONFIRM, now=now, how="link", text="yes")
    assert weekly(database, post, ids, 5) is None
    assert status(database, ids[0]) == "active"


def test_nobodys_clock_says_what_is_yet_to_come(database, post, ids, issue):
    marks = (mark(ids[0], issue),)
    told(post, report(Kind.SOFT, marks=marks, at=AT + timedelta(days=900)))
    told(post, report(Kind.SOFT, marks=marks, at=AT.replace(tzinfo=None)), digest="d2")
    assert {row["at"] for row in rows(database)} == {LATER}


def test_what_a_stranger_writes_is_clean_and_short(database, post, ids, issue):
    nasty = report(
        Kind.SOFT, marks=(mark(ids[0], issue),), text="a\0b\x1b[2J\ud800" + "x" * 900, status="4.\r\n2", server="h" * 999, code=10**12
    )  # fmt: skip
    told(post, nasty)
    (row,) = rows(database)
    assert (row["code"], row["status"], len(row["text"]), len(row["server"])) == (0, "4. 2", 500, 255)
    assert row["text"].startswith("ab[2Jxxx")


# ---- bursts


def burst(post, issue, ids, kind=Kind.INVALID, now=LATER, start=0):
    batch = [
        Told(digest=f"{kind}{start + number}", reports=[report(kind, marks=(mark(id, issue),))])
        for number, id in enumerate(ids)
    ]
    return record_all(post, batch, now)


def alarms(database):
    with database.read() as connection:
        return [(each.kind, each.subject, each.count) for each in alarm.standing(connection)]


def test_a_burst_raises_one_alarm(database, tmp_path, monkeypatch):
    warned = []
    monkeypatch.setattr(log, "warning", lambda name, **fields: warned.append((name, fields["issue"])))
    ids = add_readers(database, 30)
    issue, post = went_out(database, ids), make_post(database, tmp_path)
    with monkeypatch.context() as patched:  # a million rows of the ledger are not counted at each report
        patched.setattr(store, "accepted", None)
        burst(post, issue, ids[:20])
    assert alarms(database) == []
    burst(post, issue, ids[20:21], start=20)
    assert alarms(database) == [("bounces", issue.id, 1)]
    burst(post, issue, ids[21:23], start=21)
    assert alarms(database) == [("bounces", issue.id, 2)]
    assert warned == [("bounce.burst", issue.id)]


def test_an_alarm_ends_when_an_hour_was_quiet(database, tmp_path):
    ids = add_readers(database, 30)
    issue, post = went_out(database, ids), make_post(database, tmp_path)
    burst(post, issue, ids[:22])
    burst(post, issue, ids[22:23], start=22, now=LATER + timedelta(minutes=30))
    assert calm(post, LATER + timedelta(minutes=89)) == []
    assert alarms(database) == [("bounces", issue.id, 2)]
    object.__setattr__(post.config.delivery, "bounces", None)  # reports may come by webhooks alone
    poll.poll(post, LATER + timedelta(minutes=90))
    assert alarms(database) == []
    with database.read() as connection:
        (row,) = connection.execute(alarm.alarm_table.select()).mappings()
    assert (row["raised"], row["seen"], row["count"]) == (LATER, LATER + timedelta(minutes=30), 2)
    assert row["ended"] == LATER + timedelta(minutes=90)


def test_a_database_that_cannot_end_an_alarm_is_told(post, monkeypatch):
    def locked(*arguments):
        raise StoreError("database: locked", hint="wait")

    monkeypatch.setattr(poll, "calm", locked)
    assert poll.poll(post, LATER).trouble == ["database: locked; wait"]


def test_complaints_and_refusals_burst_too_but_not_a_day_of_drops(database, tmp_path):
    ids = add_readers(database, 44)
    issue, post = went_out(database, ids), make_post(database, tmp_path)
    for hour in range(4):
        burst(post, issue, ids[hour * 10 : hour * 10 + 10], now=AT + timedelta(hours=hour + 1), start=hour * 10)
    assert alarms(database) == []
    burst(post, issue, ids[40:44] + ids[:18], kind=Kind.POLICY, now=AT + timedelta(hours=9))
    assert alarms(database) == [("bounces", issue.id, 1)]


def test_one_reader_alone_is_no_burst(database, post, ids, issue):
    """Else whoever holds one mail of ours could stop the sending of an issue."""
    for number in range(40):
        told(post, report(marks=(mark(ids[0], issue),), text=f"{number}"), digest=f"d{number}")
    assert alarms(database) == []


# ---- when the database cannot


def test_a_locked_database_is_told_and_nothing_is_half_kept(database, post, ids, issue, monkeypatch):
    if not database.sqlite:
        return  # its writers do not wait for one another
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    database.close()
    patient = database.engine
    database.engine = database._engine(durable=False)
    path = database.url.database
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="locked"):
            told(post, report(marks=(mark(ids[0], issue),)))
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert outcomes(post, report(marks=(mark(ids[0], issue),))) == [Outcome.RECORDED]
    database.close()
    database.engine = patient


def test_a_full_disk_keeps_all_or_nothing(database, post, ids, issue, monkeypatch):
    def full(connection, *arguments, **named):
        raise sa.exc.OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))

    both = [report(marks=(mark(id, issue),)) for id in ids[:2]]
    with monkeypatch.context() as patched, pytest.raises(StoreError, match="full") as raised:
        patched.setattr(readers, "act", full)
        told(post, *both)
    assert raised.value.hint
    assert rows(database) == []
    assert outcomes(post, *both) == [Outcome.RECORDED] * 2


# ---- around it


def test_events_show_no_address(post, ids, issue, monkeypatch):
    noted = []
    monkeypatch.setattr(log, "event", lambda name, **fields: noted.append((name, fields)))
    told(post, report(marks=(mark(ids[0], issue),)), report(Kind.NOTHING))
    assert noted == [
        ("bounce.recorded", {"address": "r1…@example.org", "bounce": "invalid", "issue": issue.id, "act": "bounce"})
    ]


def test_what_is_unproved_leaves_a_trace(post, ids, monkeypatch):
    noted = []
    monkeypatch.setattr(log, "event", lambda name, **fields: noted.append((name, *fields.values())))
    (plain, *_) = told(post, report(), report(links=("x",), marks=("y",)), report(Kind.LEAVE))
    assert noted == [
        ("bounce.unproved", "r1…@example.org", "invalid", "it holds no mark, link or Message-ID"),
        ("bounce.unproved", "r1…@example.org", "invalid", "not ours, or not of this reader: mark, link"),
        (
            "bounce.unproved",
            "r1…@example.org",
            "leave",
            "it did not come to the address of a reader's List-Unsubscribe",
        ),
    ]
    assert (plain.address, plain.named) == ("r1…@example.org", "r1@example.org")


@pytest.mark.parametrize(
    ("code", "status", "text", "reply"),
    [
        (550, "5.1.1", "550 5.1.1 user unknown", "550 5.1.1 user unknown"),
        (550, "5.1.1", "550-5.1.1 user unknown", "550 5.1.1 user unknown"),
        (550, "5.1.1", "5.1.1 user unknown", "550 5.1.1 user unknown"),
        (550, "5.1.1", "550 user unknown", "550 5.1.1 user unknown"),
        (550, "", "554 5.7.1 no", "550 554 5.7.1 no"),
        (0, "5.1.1", "5.1.10 no", "5.1.1 5.1.10 no"),
        (0, "", "no", "no"),
    ],
)
def test_a_reply_shows_its_codes_once(database, post, ids, issue, code, status, text, reply):
    told(post, report(marks=(mark(ids[0], issue),), code=code, status=status, text=text))
    with database.read() as connection:
        assert [row.reply for row in store.of_reader(connection, ids[0])] == [reply]


def test_a_message_is_the_same_whatever_way_it_came():
    assert fingerprint(b"a: b\r\n\r\nc\r\n") == fingerprint(b"a: b\n\nc\n\n") == fingerprint(b"a: b\n\nc")
    assert fingerprint(b"a: b\n\nc") != fingerprint(b"a: b\n\nd")


def test_old_bounces_are_dropped(database, post, ids, issue):
    told(post, report(marks=(mark(ids[0], issue),)))
    told(post, report(marks=(mark(ids[1], issue),)), digest="d2", now=LATER + timedelta(days=9))
    with database.write() as connection:
        assert store.drop_old(connection, LATER + timedelta(days=1)) == 1
    assert [row["reader"] for row in rows(database)] == [ids[1]]


def test_nothing_to_act_on_does_not_ask_the_database(post):
    object.__setattr__(post, "database", None)
    assert outcomes(post, report(Kind.NOTHING), report(Kind.NOTHING)) == [Outcome.IGNORED] * 2
