"""Mailgun: its signature is of a time and a token; what failed for good counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from delivery.providers.signed import MARK, NOW, OURS, SIGNING_KEY, TOKEN, failed
from delivery.providers.signed import mailgun as post

from publisher.delivery.bounces.providers import mailgun
from publisher.delivery.bounces.providers.event import Event, Refusal, Told
from publisher.delivery.bounces.report import Kind, Report


def read(body, *, key=SIGNING_KEY, now=NOW):
    return mailgun.read(body, key, now)


def test_everything_that_a_failure_tells():
    assert read(post(failed())) == Told(
        events=(
            Event(
                key=TOKEN,
                reports=(
                    Report(
                        kind=Kind.INVALID,
                        source="mailgun",
                        recipient="li@example.org",
                        marks=(MARK,),
                        message_id=OURS,
                        status="5.1.1",
                        code=550,
                        text="5.1.1 The email account that you tried to reach does not exist",
                        server="mx.example.org",
                        at=datetime(2025, 6, 29, 23, 59, 30, 389832, tzinfo=UTC),
                    ),
                ),
            ),
        )
    )


@pytest.mark.parametrize(
    ("reason", "code", "said", "kind"),
    [
        ("bounce", 550, "5.1.1 no such user", Kind.INVALID),
        ("bounce", 550, "5.7.1 blocked using zen.spamhaus.org", Kind.POLICY),
        ("generic", 552, "5.2.2 mailbox full", Kind.SOFT),
        ("suppress-bounce", 605, "Not delivering to previously bounced address", Kind.INVALID),
        ("suppress-complaint", 607, "Not delivering to a user who marked your messages as spam", Kind.COMPLAINT),
        ("suppress-unsubscribe", 606, "Not delivering to unsubscribed address", Kind.LEAVE),
        ("espblock", 550, "anything", Kind.POLICY),
        ("old", 602, "Too old", Kind.SOFT),
    ],
)
def test_each_reason_of_a_lasting_failure(reason, code, said, kind):
    report = mailgun.told(failed(reason=reason, code=code, message=said))
    assert report.kind is kind
    assert report.code == (code if code < 600 else 0)


def test_what_is_tried_again_is_nothing_yet():
    for reason in ("generic", "greylisted", "suppress-bounce"):
        assert mailgun.told(failed("temporary", reason, 450, message="4.2.0 greylisted")).kind is Kind.NOTHING


def test_codes_are_taken_from_wherever_they_stand():
    report = mailgun.told(failed(code=0, message="", description="550 5.2.1 disabled"))
    assert (report.code, report.status, report.text) == (550, "5.2.1", "550 5.2.1 disabled")
    report = mailgun.told(failed(code="554", message="no", **{"enhanced-code": "5.1.10"}))
    assert (report.code, report.status) == (554, "5.1.10")


@pytest.mark.parametrize(("event", "kind"), [("complained", Kind.COMPLAINT), ("unsubscribed", Kind.LEAVE)])
def test_readers_who_had_enough(event, kind):
    told = read(post({"event": event, "recipient": "li@example.org", "timestamp": 1751241570}))
    assert [(report.kind, report.recipient) for report in told.events[0].reports] == [(kind, "li@example.org")]


@pytest.mark.parametrize("event", ["delivered", "accepted", "opened", "clicked", "stored", "rejected", "", None, 3])
def test_other_events_are_no_concern_of_ours(event):
    assert read(post({"event": event, "recipient": "li@example.org"})) == Told(ignored=1)


def changed(**signature):
    value = json.loads(post(failed()))
    value["signature"] |= signature
    return json.dumps(value).encode()


def test_another_key_is_noticed():
    assert read(post(failed(), key="key-of-somebody-else")) is Refusal.FORGED
    assert read(post(failed()), key=f"{SIGNING_KEY}0") is Refusal.FORGED


@pytest.mark.parametrize(
    "signature",
    [
        {"token": TOKEN[:-1] + "4"},
        {"timestamp": "1751241601"},
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": None},
        {"signature": "zz" * 32},
        {"signature": "é" * 64},
    ],
)
def test_a_changed_signature_is_noticed(signature):
    assert read(changed(**signature)) is Refusal.FORGED


def test_digits_do_not_move_from_the_time_into_the_token():
    seconds = str(int(NOW.timestamp()))
    for time, token in ((seconds + TOKEN[0], TOKEN[1:]), (seconds[:-1], seconds[-1] + TOKEN), ("", seconds + TOKEN)):
        assert read(changed(timestamp=time, token=token)) is Refusal.UNSIGNED


@pytest.mark.parametrize("token", [None, 5, "", "x" * 50, ["a"]])
def test_a_post_without_a_token_is_unsigned(token):
    assert read(changed(token=token)) is Refusal.UNSIGNED
    assert read(changed(timestamp=True)) is Refusal.UNSIGNED


def test_the_time_may_be_a_number():
    assert isinstance(read(changed(timestamp=int(NOW.timestamp()))), Told)


def test_the_account_above_may_sign():
    own = json.loads(post(failed(), key="key-of-a-subaccount"))
    own["signature"]["parent-signature"] = json.loads(post(failed()))["signature"]["signature"]
    assert isinstance(read(json.dumps(own).encode()), Told)


@pytest.mark.parametrize(("seconds", "fine"), [(0, True), (600, True), (-600, True), (601, False), (-601, False)])
def test_a_signature_is_believed_for_ten_minutes(seconds, fine):
    found = read(post(failed(), at=NOW + timedelta(seconds=seconds)))
    assert isinstance(found, Told) if fine else found is Refusal.STALE


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"timestamp=1&token=2&signature=3", b'{"event-data": {}}', b'{"signature": {}}']
)
def test_what_is_no_event_is_refused(body):
    assert read(body) is Refusal.UNREADABLE
