"""Messages of Amazon's notification service: what is signed in them, and whom they may name. Pure."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, urlsplit

from publisher.delivery.bounces.providers.event import Refusal, fresh, moment, part, text
from publisher.signature import Hash

OLDEST = timedelta(hours=1)
"""What Amazon advises; it tries a failed delivery again for less."""
_TOPIC = re.compile(r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{3,32}):\d{12}:[A-Za-z0-9_-]{1,256}", re.ASCII)
_CERTIFICATE = re.compile(r"/[A-Za-z0-9_-]{1,200}\.pem", re.ASCII)
_HASHES = {"1": Hash.SHA1, "2": Hash.SHA256}
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Type(StrEnum):
    """What a message is for."""

    NOTIFICATION = "Notification"
    BEGIN = "SubscriptionConfirmation"
    END = "UnsubscribeConfirmation"


_SIGNED = {
    Type.NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    Type.BEGIN: _CONFIRMATION,
    Type.END: _CONFIRMATION,
}
"""Fields in the order they are signed in; the subject only where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, unproved."""

    type: Type
    id: str
    topic: str
    at: datetime | None
    text: str
    subscribe: str
    """Where a subscription is confirmed."""
    certificate: str
    """Where the certificate is."""
    algorithm: Hash
    signed: bytes
    signature: bytes


def read(value: object) -> Message | Refusal:
    """The message of a JSON value."""
    try:
        type = Type(text(value, "Type"))
    except ValueError:
        return Refusal.UNREADABLE
    algorithm, certificate = _HASHES.get(text(value, "SignatureVersion")), text(value, "SigningCertURL")
    try:
        signature = b64decode(text(value, "Signature"), validate=True)
    except ValueError:
        signature = b""
    if algorithm is None or not signature or not certificate:
        return Refusal.UNSIGNED
    return Message(
        type=type,
        id=text(value, "MessageId"),
        topic=text(value, "TopicArn"),
        at=moment(part(value, "Timestamp")),
        text=text(value, "Message"),
        subscribe=text(value, "SubscribeURL"),
        certificate=certificate,
        algorithm=algorithm,
        signed=_signed(value, type),
        signature=signature,
    )


def _signed(value: object, type: Type) -> bytes:
    present = [(name, part(value, name)) for name in _SIGNED[type]]
    lines = (f"{name}\n{found}\n" for name, found in present if isinstance(found, str))
    return "".join(lines).encode("utf-8", "replace")


def judge(message: Message, topic: str, now: datetime) -> Refusal | None:
    """Why the message is not even worth a look at its signature; None where it is."""
    if message.topic != topic:
        return Refusal.FOREIGN
    if not fresh(message.at, now, OLDEST):
        return Refusal.STALE
    return None if certificate(message.certificate, topic) else Refusal.FORGED


def host(topic: str) -> str:
    """The host that speaks for a topic; empty for what is no topic."""
    found = _TOPIC.fullmatch(topic)
    if not found:
        return ""
    return f"sns.{found[2]}.amazonaws.com{'.cn' if found[1] == 'aws-cn' else ''}"


def certificate(url: str, topic: str) -> bool:
    """Whether this is where Amazon keeps certificates of the topic's region: whoever is led elsewhere is deceived."""
    parts = _of(url, topic)
    return parts is not None and not parts.query and bool(_CERTIFICATE.fullmatch(parts.path))


def confirmation(url: str, topic: str) -> bool:
    """Whether asking for this address confirms a subscription to the topic, and does nothing else."""
    parts = _of(url, topic)
    if parts is None or parts.path not in {"", "/"}:
        return False
    asked = parse_qs(parts.query, keep_blank_values=True)
    return (
        {"Action", "TopicArn", "Token"} <= set(asked)
        and asked["Action"] == ["ConfirmSubscription"]
        and asked["TopicArn"] == [topic]
    )


def _of(url: str, topic: str) -> SplitResult | None:
    """The parts of an https address of exactly the topic's host; None for any other."""
    # urlsplit drops tabs and line breaks, which whoever asks for the address may not; nor has it a backslash's view.
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or "#" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    expected = host(topic)
    # The whole authority is compared: no port, no user name, no other spelling.
    return parts if expected and parts.scheme == "https" and parts.netloc == expected else None
