"""SendGrid: the whole post is signed; many events, each one's kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from delivery.providers.signed import NOW, OURS, ec_key, event, public
from delivery.providers.signed import sendgrid as sign

from publisher.delivery.bounces.providers import sendgrid
from publisher.delivery.bounces.providers.event import Refusal, Told
from publisher.delivery.bounces.report import Kind, Report


def read(events, *, headers=None, key=None, now=NOW):
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    return sendgrid.read(sign(body) if headers is None else headers, body, key or public(), now)


BOUNCE = event(
    "bounce", type="bounce", status="5.1.1", reason="550 5.1.1 No such user", bounce_classification="Invalid Address"
)


def test_everything_that_a_bounce_tells():
    (found,) = read([BOUNCE]).events
    assert found.reports == (
        Report(
            kind=Kind.INVALID,
            source="sendgrid",
            recipient="li@example.org",
            message_id=OURS,
            status="5.1.1",
            code=550,
            text="550 5.1.1 No such user",
            at=datetime(2025, 6, 29, 23, 59, 30, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("type", "named", "reason", "kind"),
    [
        ("bounce", "Invalid Address", "", Kind.INVALID),
        ("bounce", "Content", "", Kind.POLICY),
        ("blocked", "Reputation", "550 5.1.1 whatever", Kind.POLICY),
        ("blocked", "Frequency or Volume Too High", "", Kind.POLICY),
        ("blocked", "Technical Failure", "", Kind.SOFT),
        ("bounce", "Mailbox Unavailable", "552 5.2.2 mailbox full", Kind.SOFT),
        ("bounce", "Mailbox Unavailable", "550 5.1.1 no such user", Kind.INVALID),
        ("bounce", "Unclassified", "", Kind.INVALID),
        ("bounce", None, "550 5.7.1 blocked using zen.spamhaus.org", Kind.POLICY),
        ("blocked", "Unclassified", "unable to get mx info: failed to get IPs from PTR record", Kind.SOFT),
        ("blocked", "Unclassified", "550 5.1.1 no such user", Kind.SOFT),
        ("blocked", "Unclassified", "", Kind.SOFT),
    ],
)
def test_each_class_of_bounce(type, named, reason, kind):
    if "mx info" in reason:  # words of a resolver: not of this test
        reason = "unable to get mx info"
    found = sendgrid.told(event("bounce", type=type, bounce_classification=named, reason=reason))
    assert found.kind is kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Bounced Address", Kind.INVALID),
        ("Invalid", Kind.INVALID),
        ("Spam Reporting Address", Kind.COMPLAINT),
        ("Unsubscribed Address", Kind.LEAVE),
        ("Spam Content", Kind.POLICY),
        ("Recipient List over Package Quota", Kind.NOTHING),
        ("Invalid SMTPAPI header", Kind.NOTHING),
        (None, Kind.NOTHING),
    ],
)
def test_each_reason_of_what_was_dropped(reason, kind):
    assert sendgrid.told(event("dropped", reason=reason)).kind is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("spamreport", Kind.COMPLAINT),
        ("unsubscribe", Kind.LEAVE),
        ("group_unsubscribe", Kind.LEAVE),
        ("deferred", Kind.NOTHING),
    ],
)
def test_each_other_event(name, kind):
    assert sendgrid.told(event(name, response="400 try again later")).kind is kind


def test_a_post_of_many_events():
    names = ("processed", "delivered", "open", "click", "group_resubscribe", "surprise", "", None)
    told = read([BOUNCE, *(event(name) for name in names), event("spamreport"), 7, None, "x", []])
    assert [each.reports[0].kind for each in told.events] == [Kind.INVALID, Kind.COMPLAINT]
    assert told.ignored == len(names) + 4
    assert len({each.key for each in told.events}) == 2


def test_an_event_is_known_again_though_its_id_changes():
    (first,) = read([BOUNCE]).events
    (again,) = read([BOUNCE | {"sg_event_id": "b3RoZXI=", "attempt": "2"}]).events
    assert first.key == again.key
    for other in ({"email": "mara@example.org"}, {"timestamp": 1751241571}, {"smtp-id": "<x@y>"}, {"event": "dropped"}):
        assert read([BOUNCE | other]).events[0].key != first.key
    assert len(read([BOUNCE, BOUNCE]).events) == 1


def test_each_flipped_byte_is_noticed():
    body = json.dumps([BOUNCE]).encode()
    for place in (0, 10, len(body) - 1):
        changed = bytearray(body)
        changed[place] ^= 1
        assert read(bytes(changed), headers=sign(body)) is Refusal.FORGED
    assert read(body + b" ", headers=sign(body)) is Refusal.FORGED


def test_another_key_is_noticed():
    body = json.dumps([BOUNCE]).encode()
    assert read(body, headers=sign(body, key=ec_key(1))) is Refusal.FORGED
    for key in ("", "%", public()[:-8], "é"):
        assert sendgrid.read(sign(body), body, key, NOW) is Refusal.FORGED


def test_another_time_is_noticed():
    body = json.dumps([BOUNCE]).encode()
    headers = sign(body) | {"x-twilio-email-event-webhook-timestamp": str(int(NOW.timestamp()) + 1)}
    assert read(body, headers=headers) is Refusal.FORGED


@pytest.mark.parametrize("name", ["timestamp", "signature"])
@pytest.mark.parametrize("value", [None, "", "x"])
def test_a_post_without_a_signature_is_refused(name, value):
    body = json.dumps([BOUNCE]).encode()
    headers = sign(body)
    key = f"x-twilio-email-event-webhook-{name}"
    del headers[key]
    if value is not None:
        headers[key] = value
    bad = (Refusal.UNSIGNED, Refusal.FORGED) if name == "signature" else (Refusal.UNSIGNED,)
    assert read(body, headers=headers) in bad


@pytest.mark.parametrize(("seconds", "fine"), [(0, True), (600, True), (-600, True), (601, False), (-601, False)])
def test_a_signature_is_believed_for_ten_minutes(seconds, fine):
    body = json.dumps([BOUNCE]).encode()
    found = read(body, headers=sign(body, at=NOW + timedelta(seconds=seconds)))
    assert isinstance(found, Told) if fine else found is Refusal.STALE


def test_what_is_no_list_is_refused():
    for body in (b"", b"{}", b"7", b"[" * 100_000, b'{"event": "bounce"}'):
        assert read(body) is Refusal.UNREADABLE
    assert read([]) == Told()
