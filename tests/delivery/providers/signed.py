"""Posts as the four providers send them, signed with keys made here; every address is an invented one."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

NOW = datetime(2025, 6, 30, 0, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
SIGNING_KEY = "key-0123456789abcdef"
TOKEN = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123"
SUBSCRIBE = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37f"
MARK = "aaaaaaaaaaaba.bcdefghijklmn"
CODE = "AAAAAAAAAAAAAAABcdefghijklmnopqrstuv"
OURS = "<0123456789abcdef0123456789abcdef@news.example.org>"


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key=None, *, start=NOW - timedelta(days=30), end=NOW + timedelta(days=30)) -> bytes:
    """A certificate, signed by itself."""
    key = key or rsa_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(end)
    signer = key if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def sns(message: object, *, key=None, version: str = "1", **changes: object) -> dict[str, object]:
    """A message of Amazon's notification service with a signature that is right; ``changes`` are signed."""
    value: dict[str, object] = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2025-06-29T23:59:38.655Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": f"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={TOPIC}:c9135db0",
    } | changes
    return value | {"Signature": signature(value, key)}


def begin(**changes: object) -> dict[str, object]:
    """A message that asks whether a subscription is meant."""
    fields = {"Type": "SubscriptionConfirmation", "Token": "2336412f37f", "SubscribeURL": SUBSCRIBE}
    return sns("You have chosen to subscribe to the topic.", **(fields | changes))


def signature(value: dict[str, object], key=None) -> str:
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if value["Type"] != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{value[name]}\n" for name in names if name in value)
    algorithm = hashes.SHA256() if value["SignatureVersion"] == "2" else hashes.SHA1()
    made = (key or rsa_key()).sign(text.encode(), padding.PKCS1v15(), algorithm)
    return b64encode(made).decode()


def bounce(type: str = "Permanent", subtype: str = "General", **recipient: str) -> dict[str, object]:
    """A notification of SES."""
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": type,
            "bounceSubType": subtype,
            "bouncedRecipients": [{"emailAddress": "li@example.org"} | recipient],
            "reportingMTA": "dns; mx.example.org",
            "timestamp": "2025-06-29T23:59:30.123Z",
            "feedbackId": "0102018a-1",
        },
        "mail": MAIL,
    }


MAIL = {
    "timestamp": "2025-06-29T23:59:00.000Z",
    "source": f"bounce+{MARK}@example.org",
    "messageId": "0102018a-2",
    "destination": ["li@example.org"],
    "headersTruncated": False,
    "headers": [
        {"name": "From", "value": "Tide <news@example.org>"},
        {"name": "Message-ID", "value": OURS},
        {"name": "List-Unsubscribe", "value": f"<https://news.example.org/u/{CODE}>, <mailto:bounce@example.org>"},
    ],
    "commonHeaders": {"from": ["Tide <news@example.org>"], "messageId": OURS},
}


def complaint(type: str | None = "abuse") -> dict[str, object]:
    told = {"complainedRecipients": [{"emailAddress": "li@example.org"}], "timestamp": "2025-06-29T23:59:30Z"}
    return {
        "eventType": "Complaint",
        "complaint": told | ({"complaintFeedbackType": type} if type else {}),
        "mail": MAIL,
    }


def mailgun(event: dict[str, object], *, key: str = SIGNING_KEY, at: datetime = NOW, token: str = TOKEN) -> bytes:
    seconds = str(int(at.timestamp()))
    right = hmac.new(key.encode(), (seconds + token).encode(), "sha256").hexdigest()
    return json.dumps(
        {"signature": {"timestamp": seconds, "token": token, "signature": right}, "event-data": event}
    ).encode()


def failed(severity: str = "permanent", reason: str = "bounce", code: int = 550, **status: object) -> dict[str, object]:
    return {
        "event": "failed",
        "severity": severity,
        "reason": reason,
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1751241570.389832,
        "log-level": "error",
        "recipient": "li@example.org",
        "recipient-domain": "example.org",
        "envelope": {"sender": f"bounce+{MARK}@example.org", "transport": "smtp", "targets": "li@example.org"},
        "message": {"headers": {"to": "li@example.org", "message-id": OURS.strip("<>"), "subject": "Tide"}},
        "delivery-status": {
            "code": code,
            "message": "5.1.1 The email account that you tried to reach does not exist",
            "mx-host": "mx.example.org",
            "attempt-no": 1,
        }
        | status,
    }


def postmark(type: str = "HardBounce", code: int = 1, **changes: object) -> dict[str, object]:
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": type,
        "TypeCode": code,
        "Name": "Hard bounce",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "li@example.org",
        "From": "news@example.org",
        "BouncedAt": "2025-06-29T19:59:30.5193827-04:00",
        "Metadata": {"issue": "weekly-2025-06-30", "message-id": OURS},
        "Inactive": True,
    } | changes


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def public(key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """The key as SendGrid shows it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode((key or ec_key()).public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def sendgrid(body: bytes, *, key: ec.EllipticCurvePrivateKey | None = None, at: datetime = NOW) -> dict[str, str]:
    """The headers that sign the body."""
    seconds = str(int(at.timestamp()))
    made = (key or ec_key()).sign(seconds.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-timestamp": seconds,
        "x-twilio-email-event-webhook-signature": b64encode(made).decode(),
    }


def event(name: str, **changes: object) -> dict[str, object]:
    return {
        "email": "li@example.org",
        "timestamp": 1751241570,
        "smtp-id": OURS,
        "event": name,
        "sg_event_id": "ZXZlbnQ=",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    } | changes
