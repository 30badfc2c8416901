"""Rules of the message: parsed back, it has exactly our fields and parts (CVE-2024-6923), in lines that fit. Pure."""

from __future__ import annotations

import email
import email.errors
import email.message
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.header import decode_header, make_header
from email.utils import parseaddr

from publisher import urls
from publisher.digest.headers import LONGEST, Field
from publisher.digest.lint.finding import Finding, error, quoted
from publisher.digest.lint.links import loopback

_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_OURS = "report this, and do not send"


def rules(raw: bytes, meant: Sequence[Field], text: str, html: str) -> Iterator[Finding]:
    """What is wrong with the bytes of a message that should have these fields and decode to these parts."""
    yield from _lines(raw)
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    yield from _fields(message, meant)
    yield from _values(message)
    for kind, wanted in (("plain", text), ("html", html)):
        if _part(message, kind) != wanted:
            part = "text" if kind == "plain" else kind
            yield error("part-altered", part, f"decoded from the message it is not what was rendered; {_OURS}")


def sender(meant: Sequence[Field]) -> str:
    """The domain of the From field, in lower case; empty where there is none."""
    said = next((field.meant for field in meant if field.name == "From"), "")
    return said.rpartition("@")[2].rstrip(">").lower()


def _lines(raw: bytes) -> Iterator[Finding]:
    head = raw.partition(b"\r\n\r\n")[0]
    if not raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r"):
        yield error("line-end", "message", f"a line does not end in CRLF (RFC 5322 2.3); {_OURS}")
    if max(map(len, raw.split(b"\r\n"))) > LONGEST:
        yield error("line-long", "message", f"a line has more than {LONGEST} octets (RFC 5322 2.1.1); {_OURS}")
    if not head.isascii():
        yield error("headers-ascii", "headers", f"a header field is not ASCII (RFC 5322 2.2); {_OURS}")


def _fields(message: email.message.Message, meant: Sequence[Field]) -> Iterator[Finding]:
    """Exactly our fields, once each, with our values."""
    found = [(name, _decoded(value)) for name, value in message.items()]
    if [name for name, _ in found] != [field.name for field in meant]:
        names = ", ".join(name for name, _ in found)
        yield error("headers", "headers", f"parsed back it has other fields: {names}; {_OURS}")
        return
    for (name, value), ours in zip(found, meant, strict=True):
        if value not in _spellings(ours.meant):
            yield error("headers", name, f"parsed back it says {quoted(value)}, not {quoted(ours.meant)}; {_OURS}")


def _values(message: email.message.Message) -> Iterator[Finding]:
    """What providers ask of the fields (RFC 8058 3.1, RFC 5322 3.6)."""
    links = re.findall(r"<([^<>]*)>", str(message.get("List-Unsubscribe", "")))
    first = next((link for link in links if not link.startswith("mailto:")), "")
    if not urls.web(first) or (first.startswith("http:") and not loopback(urls.authority(first))):
        message_ = "it has no https address to leave by, and big providers refuse that; set web.url to https://…"
        yield error("list-unsubscribe", "List-Unsubscribe", message_)
    if message.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield error("list-unsubscribe", "List-Unsubscribe-Post", f"it is not exactly one-click (RFC 8058 3.1); {_OURS}")
    if not _MESSAGE_ID.fullmatch(str(message.get("Message-ID", ""))):
        yield error("message-id", "Message-ID", f"it is not <left@right> (RFC 5322 3.6.4); {_OURS}")
    local, at, domain = parseaddr(str(message.get("From", "")))[1].rpartition("@")
    if not (local and at and "." in domain):
        fix = "write newsletters.<name>.from as Name <news@example.org>"
        yield error("from-address", "From", f"it holds no address that a program can read; {fix}")


def _decoded(value: object) -> str:
    """The value as a mail program shows it; as it stands where that cannot be told."""
    plain = "".join(str(value).splitlines())
    try:
        return str(make_header(decode_header(plain)))
    except (LookupError, ValueError, email.errors.MessageError):
        return plain


def _spellings(meant: str) -> tuple[str, ...]:
    """A value, and the value with its display name in quotes."""
    name, angle, address = meant.rpartition(" <")
    inner = name.replace("\\", r"\\").replace('"', r"\"")
    return (meant, f'"{inner}" <{address}') if angle else (meant,)


def _part(message: email.message.Message, kind: str) -> str | None:
    """A part as a mail program decodes it; None unless there is exactly one that is UTF-8."""
    found = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == f"text/{kind}"]
    if len(found) != 1 or not isinstance(found[0], bytes):
        return None
    return found[0].decode("utf-8", "replace")
