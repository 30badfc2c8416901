"""What SES says of a mail, as the house's own kinds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from delivery.providers.signed import CODE, MAIL, MARK, NOW, OURS, TOPIC, bounce, complaint, pem, sns

from publisher.delivery.bounces.providers import ses
from publisher.delivery.bounces.providers.event import Told
from publisher.delivery.bounces.report import Kind, Report


def test_everything_that_a_bounce_tells():
    (report,) = ses.told(bounce(status="5.1.1", diagnosticCode="smtp; 550 5.1.1 <li@example.org>... User unknown"))
    assert report == Report(
        kind=Kind.INVALID,
        source="ses",
        recipient="li@example.org",
        marks=(MARK,),
        links=(CODE,),
        message_id=OURS,
        status="5.1.1",
        code=550,
        text="smtp; 550 5.1.1 <li@example.org>... User unknown",
        server="mx.example.org",
        at=datetime(2025, 6, 29, 23, 59, 30, 123000, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("type", "subtype", "said", "kind"),
    [
        ("Permanent", "General", "", Kind.INVALID),
        ("Permanent", "General", "smtp; 550 5.1.1 user unknown", Kind.INVALID),
        ("Permanent", "General", "smtp; 550 5.7.1 Service unavailable; blocked using zen.spamhaus.org", Kind.POLICY),
        ("Permanent", "General", "smtp; 550 5.7.26 Unauthenticated email is not accepted", Kind.POLICY),
        ("Permanent", "NoEmail", "", Kind.INVALID),
        ("Permanent", "Suppressed", "", Kind.INVALID),
        ("Permanent", "OnAccountSuppressionList", "", Kind.INVALID),
        ("Permanent", "UnsubscribedRecipient", "", Kind.LEAVE),
        ("Transient", "General", "", Kind.NOTHING),
        ("Transient", "General", "smtp; 451 4.3.2 try again later", Kind.SOFT),
        ("Transient", "General", "smtp; 550 5.1.1 user unknown", Kind.SOFT),
        ("Transient", "MailboxFull", "", Kind.SOFT),
        ("Transient", "MessageTooLarge", "", Kind.SOFT),
        ("Transient", "ContentRejected", "", Kind.POLICY),
        ("Transient", "AttachmentRejected", "", Kind.POLICY),
        ("Undetermined", "Undetermined", "", Kind.SOFT),
        ("Undetermined", "Undetermined", "smtp; 550 5.1.1 user unknown", Kind.INVALID),
        ("Sudden", "New", "", Kind.SOFT),
    ],
)
def test_each_type_of_bounce(type, subtype, said, kind):
    (report,) = ses.told(bounce(type, subtype, diagnosticCode=said))
    assert report.kind is kind


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        ("abuse", Kind.COMPLAINT),
        ("fraud", Kind.COMPLAINT),
        ("other", Kind.COMPLAINT),
        ("something new", Kind.COMPLAINT),
        (None, Kind.COMPLAINT),
        ("not-spam", Kind.NOTHING),
        ("auth-failure", Kind.POLICY),
        ("virus", Kind.POLICY),
    ],
)
def test_each_type_of_complaint(type, kind):
    (report,) = ses.told(complaint(type))
    assert (report.kind, report.recipient, report.text) == (kind, "li@example.org", type or "")
    assert report.message_id == OURS


def test_several_recipients_are_several_reports():
    value = bounce()
    value["bounce"]["bouncedRecipients"] = [
        {"emailAddress": "Li <li@example.org>", "status": "5.1.1"},
        {"emailAddress": "mara@example.org", "diagnosticCode": "smtp; 452 4.2.2 mailbox full"},
        "nonsense",
    ]
    found = ses.told(value)
    assert [(report.recipient, report.status) for report in found] == [
        ("li@example.org", "5.1.1"),
        ("mara@example.org", "4.2.2"),
        ("", ""),
    ]


def test_amazons_own_message_id_is_not_ours():
    value = bounce() | {"mail": {"messageId": "0102018a-2", "source": "bounce@example.org"}}
    (report,) = ses.told(value)
    assert (report.message_id, report.marks, report.links) == ("", (), ())
    value = bounce() | {"mail": {"messageId": "0102018a-2", "commonHeaders": MAIL["commonHeaders"]}}
    assert ses.told(value)[0].message_id == OURS


@pytest.mark.parametrize("type", ["Delivery", "Send", "Open", "Click", "DeliveryDelay", "Subscription", "", None, 5])
def test_other_notifications_are_no_concern_of_ours(type):
    found = ses.read(body(sns({"eventType": type, "mail": MAIL})), TOPIC, NOW, lambda url: pem())
    assert found == Told(ignored=1)


def test_the_greeting_of_a_new_topic_is_no_concern_of_ours():
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    assert ses.read(body(sns(greeting)), TOPIC, NOW, lambda url: pem()) == Told(ignored=1)


def body(value):
    import json

    return json.dumps(value).encode()
