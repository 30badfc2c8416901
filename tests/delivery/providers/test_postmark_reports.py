"""Postmark: a secret of the two of us; its types as the house's own kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from delivery.providers.signed import CODE, MARK, OURS, basic
from delivery.providers.signed import postmark as bounce

from publisher.delivery.bounces.providers import postmark
from publisher.delivery.bounces.providers.event import Event, Refusal, Told
from publisher.delivery.bounces.report import Kind, Report

SECRET = "a long secret"


def read(value, headers, *, secret=SECRET, user=""):
    return postmark.read(headers, json.dumps(value).encode(), secret, user)


def test_everything_that_a_bounce_tells():
    assert read(bounce(), basic("hooks", SECRET)) == Told(
        events=(
            Event(
                key="Bounce 4323372036854775807",
                reports=(
                    Report(
                        kind=Kind.INVALID,
                        source="postmark",
                        recipient="li@example.org",
                        message_id=OURS,
                        status="5.1.1",
                        code=550,
                        text="smtp;550 5.1.1 The email account that you tried to reach does not exist.",
                        at=datetime(2025, 6, 29, 23, 59, 30, 519382, tzinfo=UTC),
                    ),
                ),
            ),
        )
    )


@pytest.mark.parametrize(
    ("type", "code", "details", "kind"),
    [
        ("HardBounce", 1, "smtp;550 5.1.1 no such user", Kind.INVALID),
        ("HardBounce", 1, "", Kind.INVALID),
        ("HardBounce", 1, "smtp;550 5.7.1 blocked using zen.spamhaus.org", Kind.POLICY),
        ("SoftBounce", 4096, "smtp;452 4.2.2 mailbox full", Kind.SOFT),
        ("SoftBounce", 4096, "", Kind.SOFT),
        ("Unknown", 2048, "", Kind.SOFT),
        ("Unknown", 2048, "smtp;550 5.1.1 no such user", Kind.INVALID),
        ("Surprise", 9, "", Kind.SOFT),
        ("BadEmailAddress", 100000, "", Kind.INVALID),
        ("SpamComplaint", 100001, "", Kind.COMPLAINT),
        ("Unsubscribe", 16, "", Kind.LEAVE),
        ("ManuallyDeactivated", 100002, "", Kind.LEAVE),
        ("DnsError", 256, "", Kind.SOFT),
        ("SpamNotification", 512, "", Kind.POLICY),
        ("Blocked", 100006, "", Kind.POLICY),
        ("ISPBlock", 100006, "", Kind.POLICY),
        ("DMARCPolicy", 100009, "", Kind.POLICY),
        ("VirusNotification", 8192, "", Kind.POLICY),
        ("Transient", 2, "", Kind.NOTHING),
        ("AutoResponder", 64, "", Kind.NOTHING),
        ("AddressChange", 128, "", Kind.NOTHING),
        ("OpenRelayTest", 1024, "", Kind.NOTHING),
        ("ChallengeVerification", 16384, "", Kind.NOTHING),
        ("Subscribe", 32, "", Kind.NOTHING),
    ],
)
def test_each_type(type, code, details, kind):
    # What a person reads says nothing that the type does not: a hard bounce is one in whatever words.
    assert postmark.told(bounce(type, code, Details=details, Description="")).kind is kind


def test_the_number_of_a_type_stands_in_for_its_name():
    assert postmark.told(bounce(None, 100000)).kind is Kind.INVALID
    assert postmark.told(bounce("", 100006)).kind is Kind.POLICY


def test_a_complaint_has_a_record_of_its_own():
    value = bounce("SpamComplaint", 100001, RecordType="SpamComplaint", Details="Test spam complaint details")
    assert postmark.told(value).kind is Kind.COMPLAINT
    assert postmark.told(bounce("", 0, RecordType="SpamComplaint")).kind is Kind.COMPLAINT


@pytest.mark.parametrize(
    ("suppressed", "reason", "kind"),
    [
        (True, "ManualSuppression", Kind.LEAVE),
        (True, "HardBounce", Kind.INVALID),
        (True, "SpamComplaint", Kind.COMPLAINT),
        (True, "Surprise", Kind.NOTHING),
        (False, None, Kind.NOTHING),
        ("true", "ManualSuppression", Kind.NOTHING),
    ],
)
def test_a_change_of_a_subscription(suppressed, reason, kind):
    value = {
        "RecordType": "SubscriptionChange",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ChangedAt": "2025-06-29T23:59:30Z",
        "Recipient": "li@example.org",
        "Origin": "Recipient",
        "SuppressSending": suppressed,
        "SuppressionReason": reason,
    }
    (event,) = read(value, basic("x", SECRET)).events
    assert [(report.kind, report.recipient) for report in event.reports] == [(kind, "li@example.org")]
    (other,) = read(value | {"Recipient": "mara@example.org"}, basic("x", SECRET)).events
    assert other.key != event.key


def test_the_returned_mail_is_looked_at_for_what_is_ours():
    content = f"Return-Path: <bounce+{MARK}@example.org>\r\nList-Unsubscribe: <https://news.example.org/u/{CODE}>\r\n"
    report = postmark.told(bounce(Content=content, Metadata=None))
    assert (report.marks, report.links, report.message_id) == ((MARK,), (CODE,), "")


def test_a_message_id_among_the_metadata():
    assert postmark.told(bounce(Metadata={"Message_ID": OURS.strip("<>")})).message_id == OURS
    assert postmark.told(bounce(Metadata={"message-id": 5, "other": OURS})).message_id == ""


@pytest.mark.parametrize("record", ["Delivery", "Open", "Click", "Inbound", "", None])
def test_other_records_are_no_concern_of_ours(record):
    assert read({"RecordType": record, "Recipient": "li@example.org"}, basic("x", SECRET)) == Told(ignored=1)


def test_the_secret_in_the_address_or_in_a_header_of_our_choice():
    for headers in (
        basic("anybody", SECRET),
        basic("", SECRET),
        {"x-webhook-secret": SECRET},
        {"x-webhook-secret": "wrong"} | basic("x", SECRET),
        {"x-webhook-secret": SECRET} | basic("x", "wrong"),
        {"authorization": basic("x", SECRET)["authorization"].replace("Basic", "bASIC")},
    ):
        assert isinstance(read(bounce(), headers), Told)
    assert isinstance(read(bounce(), basic("潮", "密码:x"), secret="密码:x", user="潮"), Told)


@pytest.mark.parametrize(
    "headers",
    [
        basic("hooks", f"{SECRET} "),
        basic("hooks", SECRET[:-1]),
        basic("hooks", ""),
        basic(SECRET, "hooks"),
        {"x-webhook-secret": SECRET.upper()},
        {"x-webhook-secret": "\udcff"},
    ],
)
def test_another_secret_is_noticed(headers):
    assert read(bounce(), headers) is Refusal.FORGED


def test_a_name_counts_where_one_is_set():
    assert isinstance(read(bounce(), basic("hooks", SECRET), user="hooks"), Told)
    assert read(bounce(), basic("other", SECRET), user="hooks") is Refusal.FORGED
    assert isinstance(read(bounce(), {"x-webhook-secret": SECRET}, user="hooks"), Told)


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Bearer x"}, {"authorization": "Basic %%"},
                {"authorization": "Basic"}, {"authorization": "Basic eA=="}, {"authorization": "Basic /w=="}]
)  # fmt: skip
def test_a_post_without_a_secret_is_refused(headers):
    assert read(bounce(), headers) is Refusal.UNSIGNED


def test_what_is_no_event_is_refused():
    for body in (b"", b"[]", b"{", b"7"):
        assert postmark.read(basic("x", SECRET), body, SECRET) is Refusal.UNREADABLE
