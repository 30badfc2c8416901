"""Amazon's messages: believed only as they were signed, of our own topic, lately, by a certificate of Amazon's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from delivery.providers.signed import CERTIFICATE, NOW, SUBSCRIBE, TOPIC, begin, bounce, pem, rsa_key, sns

from publisher.delivery.bounces.providers import ses
from publisher.delivery.bounces.providers.event import Refusal, Told
from publisher.delivery.bounces.providers.sns import certificate, confirmation, host


def read(value, *, now=NOW, topic=TOPIC, body=None, given=None):
    """What the post says, and the addresses that certificates were wanted from."""
    asked = []

    def fetch(url):
        asked.append(url)
        return given or pem()

    return ses.read(json.dumps(value).encode() if body is None else body, topic, now, fetch), asked


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_message_is_believed(version):
    told, asked = read(sns(bounce(), version=version))
    assert isinstance(told, Told)
    assert [event.key for event in told.events] == ["22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"]
    assert asked == [CERTIFICATE]


def test_a_message_without_a_subject_is_believed():
    value = sns(bounce())
    del value["Subject"]
    from delivery.providers.signed import signature

    assert isinstance(read(value | {"Signature": signature(value)})[0], Told)
    assert read(value)[0] is Refusal.FORGED


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp", "Type"])
def test_whatever_is_signed_cannot_be_changed(name):
    value = sns(bounce())
    changed = {"Timestamp": "2025-06-29T23:59:39.655Z", "Type": "UnsubscribeConfirmation"}.get(name, f"{value[name]} ")
    assert read(value | {name: changed})[0] is Refusal.FORGED


@pytest.mark.parametrize("name", ["Token", "SubscribeURL", "Message"])
def test_a_confirmation_cannot_be_changed(name):
    assert read(begin() | {name: f"{SUBSCRIBE}0"})[0] is Refusal.FORGED


def test_each_flipped_byte_is_noticed():
    body = json.dumps(sns(bounce(), version="2")).encode()
    place = body.index(b"li@example.org")
    changed = body[:place] + b"L" + body[place + 1 :]
    assert read(None, body=changed)[0] is Refusal.FORGED


def test_another_key_is_noticed():
    from cryptography.hazmat.primitives.asymmetric import rsa

    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert read(sns(bounce(), key=other))[0] is Refusal.FORGED
    assert read(sns(bounce()), given=pem(other))[0] is Refusal.FORGED
    assert read(sns(bounce()), given=b"no certificate")[0] is Refusal.FORGED
    assert read(sns(bounce()), given=pem(rsa_key(), end=NOW - timedelta(seconds=1)))[0] is Refusal.FORGED


def test_a_hash_is_not_another():
    assert read(sns(bounce(), version="2") | {"SignatureVersion": "1"})[0] is Refusal.FORGED
    for version in ("3", 1, None, ""):
        assert read(sns(bounce()) | {"SignatureVersion": version})[0] is Refusal.UNSIGNED


def test_a_message_of_another_topic_is_not_looked_at():
    for other in (f"{TOPIC}2", TOPIC.upper(), "", None, [TOPIC], TOPIC.replace("123456789012", "999999999999")):
        found, asked = read(sns(bounce(), TopicArn=other))
        assert (found, asked) == (Refusal.FOREIGN, [])


@pytest.mark.parametrize(("minutes", "fine"), [(-60, True), (-59, True), (59, True), (-61, False), (61, False)])
def test_a_message_is_believed_for_an_hour(minutes, fine):
    signed = (NOW + timedelta(minutes=minutes)).isoformat()
    found, asked = read(sns(bounce(), Timestamp=signed))
    assert isinstance(found, Told) if fine else (found is Refusal.STALE and not asked)


def test_a_message_without_a_time_is_stale():
    for time in ("", "yesterday", None, 12, "0001-01-01T00:00:00+23:59"):
        assert read(sns(bounce(), Timestamp=time))[0] is Refusal.STALE


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"Type": "Hello"}', b'{"notificationType": "Bounce"}']
)  # fmt: skip
def test_what_is_no_message_is_refused(body):
    assert read(None, body=body) == (Refusal.UNREADABLE, [])


@pytest.mark.parametrize("name", ["Signature", "SigningCertURL", "SignatureVersion"])
@pytest.mark.parametrize("value", [None, "", 7, ["x"]])
def test_a_message_without_a_signature_is_refused(name, value):
    assert read(sns(bounce()) | {name: value}) == (Refusal.UNSIGNED, [])


def test_a_signature_that_is_no_base64_is_none():
    for text in ("%%%", "é", "a"):
        assert read(sns(bounce()) | {"Signature": text})[0] is Refusal.UNSIGNED


EVIL = [
    "http://sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.test/x.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.test/x.pem",
    "https://evil.test@sns.eu-west-1.amazonaws.com/x.pem",
    "https://user:pass@sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
    "https://sns.eu-west-1.amazonaws.com:443/x.pem",
    "https://sns.eu-west-1.amazonaws.com./x.pem",
    "https://SNS.eu-west-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com.cn/x.pem",
    "https://sns-eu-west-1.amazonaws.com/x.pem",
    "https://evil.test/sns.eu-west-1.amazonaws.com/x.pem",
    "https://evil.test/?https://sns.eu-west-1.amazonaws.com/x.pem",
    "https://evil.test\\@sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com\\@evil.test/x.pem",
    "https://sns.eu-west-1.amazonaws.com/../x.pem",
    "https://sns.eu-west-1.amazonaws.com/a/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem?y=1",
    "https://sns.eu-west-1.amazonaws.com/x.pem#y",
    "https://sns.eu-west-1.amazonaws.com/x.pem\n",
    "https://sns.eu-west-1.amazonaws.com\t.evil.test/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem ",
    "https://sns.eu-west-1.amazonaws.com/?Action=Publish&x=.pem",
    "https://sns.eu-west-1.amazonaws.com/x.txt",
    "https://sns.eu-west-1.amazonaws.com/",
    "https://[::1]/x.pem",
    "https://[sns.eu-west-1.amazonaws.com/x.pem",
    "https://169.254.169.254/x.pem",
    "file:///etc/ssl/x.pem",
    "//sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonawſ.com/x.pem",
]


@pytest.mark.parametrize("url", EVIL)
def test_nobody_elses_certificate_is_fetched(url):
    assert not certificate(url, TOPIC)
    assert read(sns(bounce(), SigningCertURL=url)) == (Refusal.FORGED, [])


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        (TOPIC, "sns.eu-west-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:b", "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:b", "sns.us-gov-west-1.amazonaws.com"),
        ("arn:aws:sqs:eu-west-1:123456789012:b", ""),
        ("arn:aws:sns:evil.test/:123456789012:b", ""),
        ("", ""),
    ],
)
def test_the_host_that_speaks_for_a_topic(topic, name):
    assert host(topic) == name
    assert certificate(f"https://{name}/a.pem", topic) == bool(name)


def test_a_subscription_is_confirmed_at_amazon_alone():
    told, asked = read(begin())
    assert told == Told(confirm=SUBSCRIBE)
    assert asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "url",
    [
        SUBSCRIBE.replace("amazonaws.com", "amazonaws.com.evil.test"),
        SUBSCRIBE.replace("https", "http"),
        SUBSCRIBE.replace("amazonaws.com/", "amazonaws.com:8443/"),
        SUBSCRIBE.replace("sns.", "a@sns."),
        SUBSCRIBE.replace("/?", "/path?"),
        SUBSCRIBE.replace("ConfirmSubscription", "Unsubscribe"),
        SUBSCRIBE.replace(":bounces", ":others"),
        SUBSCRIBE.replace("&Token=2336412f37f", ""),
        f"{SUBSCRIBE}&Action=Unsubscribe",
        f"{SUBSCRIBE}&TopicArn=x",
        "",
    ],
)
def test_no_other_address_is_followed(url):
    assert not confirmation(url, TOPIC)
    assert read(begin(SubscribeURL=url))[0] is Refusal.FORGED


def test_the_end_of_a_subscription_is_told_and_not_undone():
    assert read(begin(Type="UnsubscribeConfirmation"))[0] == Told(ended=True)
