"""JSON of any shape: nothing raises, and what comes out fits where it is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from delivery.providers.signed import (
    MAIL,
    NOW,
    OURS,
    SIGNING_KEY,
    TOPIC,
    basic,
    bounce,
    complaint,
    event,
    failed,
    pem,
    public,
    sns,
)
from delivery.providers.signed import mailgun as post
from delivery.providers.signed import (
    postmark as returned,
)
from delivery.providers.signed import (
    sendgrid as sign,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.bounces.providers import event as shared
from publisher.delivery.bounces.providers import mailgun, postmark, sendgrid, ses
from publisher.delivery.bounces.providers.event import Refusal, Told

FORMS = [
    (ses.told, bounce(status="5.1.1", diagnosticCode="smtp; 550 no")),
    (ses.told, complaint()),
    (mailgun.told, failed()),
    (postmark.told, returned()),
    (postmark.told, returned(RecordType="SubscriptionChange", SuppressSending=True, SuppressionReason="HardBounce")),
    (sendgrid.told, event("bounce", type="bounce", reason="550 5.1.1 no", bounce_classification="Content")),
    (sendgrid.told, event("dropped", reason="Bounced Address")),
]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["\ud800", "5.1.1", "a@b", "\x00", "9" * 400, "0001-01-01T00:00+23:59", "9999-12-31T23:59:59-23:59"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """The way to each value within."""
    yield path
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in found:
        yield from places(inner, (*path, key))


def put(value, path, junk):
    if not path:
        return junk
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], junk)
    return copy


def reports(found):
    return found if isinstance(found, tuple) else [found] if found else []


@given(st.data())
@settings(max_examples=150)
def test_whatever_stands_at_whatever_place(data):
    told, value = data.draw(st.sampled_from(FORMS))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([*places(value)]))
        value = put(value, path, data.draw(JUNK))
    for report in reports(told(value)):
        assert 0 <= report.code < 600
        assert len(report.text) <= 500 and len(report.recipient) <= 320
        assert all(text.isprintable() for text in (report.text, report.recipient, report.server, report.message_id))
        assert report.at is None or report.at.tzinfo is UTC


@given(st.binary(max_size=200) | JUNK.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=60)
def test_whatever_is_posted(body):
    found = [
        ses.read(body, TOPIC, NOW, lambda url: pem()),
        mailgun.read(body, SIGNING_KEY, NOW),
        postmark.read(basic("x", "y"), body, "y"),
        sendgrid.read({}, body, public(), NOW),
    ]
    assert all(isinstance(each, Refusal | Told) for each in found)


@given(JUNK)
@settings(max_examples=25)
def test_whatever_is_signed(junk):
    body = json.dumps(junk).encode()
    assert isinstance(sendgrid.read(sign(body), body, public(), NOW), Refusal | Told)
    assert isinstance(mailgun.read(post(junk), SIGNING_KEY, NOW), Refusal | Told)
    value = json.dumps(sns(json.dumps(junk))).encode()
    assert ses.read(value, TOPIC, NOW, lambda url: pem()) == Told(ignored=1)


def test_numbers_and_times():
    assert [shared.number(value) for value in (5, "5", True, 5.5, "-5", "٣", "9" * 30, None)] == [
        5,
        5,
        0,
        0,
        0,
        0,
        0,
        0,
    ]
    assert shared.moment(1751241570) == shared.moment(1751241570.0) == datetime(2025, 6, 29, 23, 59, 30, tzinfo=UTC)
    assert shared.moment("2025-06-29T23:59:30") == datetime(2025, 6, 29, 23, 59, 30, tzinfo=UTC)
    for none in (True, None, [], "", "x", 10**30, float("nan"), float("inf"), -(10**14)):
        assert shared.moment(none) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smtp; 550 5.1.1 no", (550, "5.1.1")),
        ("smtp;421-4.7.0 slow", (421, "4.7.0")),
        ("550", (550, "")),
        ("5500 things", (0, "")),
        ("at 10.5.1.1.2", (0, "")),
        ("X 550", (0, "")),
        ("", (0, "")),
    ],
)
def test_the_codes_of_a_reply(text, found):
    assert shared.reply(text) == found


def test_message_ids_links_marks():
    assert shared.message_id(" a@b ") == "<a@b>"
    assert [shared.message_id(text) for text in ("", "a", "<a@b", "a b@c", "a@b@c", "<a@b>\n<c@d>", "a@" + "b" * 999)] == [
        "", "", "<a@b>", "", "", "", "",
    ]  # fmt: skip
    assert shared.links(f"<https://x.example/u/{'a' * 36}> <https://x.example/u/{'b' * 37}>") == ("a" * 36,)
    assert shared.marks("b+AAAAAAAAAAAAA.bbbbbbbbbbbbb@x", "b+aaaaaaaaaaaaa.bbbbbbbbbbbbb@y") == (
        "aaaaaaaaaaaaa.bbbbbbbbbbbbb",
    )
    assert shared.address("Li <li@example.org>") == shared.address(" li@example.org ") == "li@example.org"
    assert shared.address("li") == shared.address("a@" + "b" * 320) == ""
    assert shared.headers(MAIL["headers"])["message-id"] == OURS
    assert shared.headers([{"name": "A", "value": "1"}, {"name": "a", "value": "2"}, 7]) == {"a": "1", "": ""}
