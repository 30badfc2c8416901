"""A judge of whole messages that shares no code with the program: bytes, header fields and parts, by the RFCs alone."""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage

ONCE = (
    *("from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type", "content-language"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-id", "list-help", "list-archive", "feedback-id"),
)
"""The fields of a digest, each once, and no other but its signatures."""
LETTER = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
)
"""Those of a letter to one person: it is no list's."""
LISTED = re.compile(r"<(https://[!-;=?-~]+)>")
"""One address of a list field, and nothing beside it (RFC 2369 2)."""
SLOTS = re.compile(r"xq7|\{\{|\{%|\{name|\.invalid\b")


def fields_of(raw: bytes) -> list[tuple[str, bytes]]:
    """Name in lower case and raw value (folds included) of each header field, in their order (RFC 5322 2.2.3)."""
    head = raw.partition(b"\r\n\r\n")[0]
    split = (line.partition(b":") for line in re.split(rb"\r\n(?![ \t])", head))
    return [(name.decode("latin-1").lower(), value) for name, _, value in split]


def value_of(raw: bytes, name: str) -> str:
    """The value of the one field of that name, unfolded, not decoded."""
    (value,) = (value for each, value in fields_of(raw) if each == name)
    return value.replace(b"\r\n", b"").strip().decode("latin-1")


def parsed(raw: bytes) -> EmailMessage:
    """The message as the standard library's modern parser reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def parts_of(raw: bytes) -> dict[str, bytes]:
    """The decoded octets of each leaf, by its media type."""
    leaves = [part for part in parsed(raw).walk() if not part.is_multipart()]
    return {part.get_content_type(): part.get_payload(decode=True) for part in leaves}


def faults(raw: bytes, *, domain: str, letter: bool = False) -> list[str]:
    """Everything that is wrong with a message from that domain, each in a few words; nothing for a good one."""
    found = [*_octets(raw), *_fields(raw, LETTER if letter else ONCE)]
    if found:
        return found  # what follows reads fields that may be missing
    found += [*_identity(raw, domain), *_parts(raw)]
    return [*found, *(_letter(raw) if letter else _list(raw, domain))]


def _octets(raw: bytes) -> Iterator[str]:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = raw.split(b"\r\n")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a line break that is not CRLF"
    if b"\0" in raw:
        yield "NUL"
    if lines[-1]:
        yield "no CRLF at the end"
    if max(map(len, lines)) > 998:
        yield "a line of more than 998 octets"
    if not head.isascii():
        yield "a head that is not ASCII"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head):
        yield "a control character in the head"
    if re.search(rb"(?m)^[ \t]*\r$", head):
        yield "a line of blanks in the head"
    if not body.isascii() and b"8bit" not in body:
        yield "octets beyond ASCII that no encoding announces"


def _fields(raw: bytes, wanted: tuple[str, ...]) -> Iterator[str]:
    counts = Counter(name for name, _ in fields_of(raw))
    for name in counts:
        if not re.fullmatch(r"[!-9;-~]+", name):
            yield f"a field named {name!r}"
    for name in wanted:
        if counts[name] != 1:
            yield f"{name} {counts[name]} times"
    for name in counts.keys() - {*wanted, "dkim-signature"}:
        yield f"{name}, which is not meant"


def _identity(raw: bytes, domain: str) -> Iterator[str]:
    message = parsed(raw)
    for name in ("from", "to"):
        if len(message[name].addresses) != 1 or message[name].defects:
            yield f"{name} that does not read as one address"
    if message["from"].addresses[0].domain != domain:
        yield "From of another domain"
    if not re.fullmatch(r"<[A-Za-z0-9.]{16,}@" + re.escape(domain) + ">", value_of(raw, "message-id")):
        yield "a Message-ID that is not the sender's"
    date = email.utils.parsedate_tz(value_of(raw, "date"))
    if date is None or date[9] is None or value_of(raw, "date").endswith("-0000"):
        yield "a Date without zone"
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value_of(raw, "content-language")):
        yield "a Content-Language that names none"
    for name in ("from", "to", "subject"):
        if "\ufffd" in str(message[name]) or "=?" in str(message[name]).replace("=?utf-8?q?not=20a=0Aword?=", ""):
            yield f"{name} that does not decode"


def _list(raw: bytes, domain: str) -> Iterator[str]:
    leave = next(value for name, value in fields_of(raw) if name == "list-unsubscribe")
    if b"=?" in leave or b"\r\n" in leave:
        yield "List-Unsubscribe encoded or folded"
    for name in ("list-unsubscribe", "list-help", "list-archive"):
        if not LISTED.fullmatch(value_of(raw, name)):
            yield f"{name} that is no https address"
    if value_of(raw, "list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post of another value"
    if not re.search(rf"<[a-z0-9-]+\.{re.escape(domain)}>$", value_of(raw, "list-id")):
        yield "List-Id without an identifier of ours"
    told = value_of(raw, "feedback-id").split(":")
    if len(told) != 4 or not all(told) or not 5 <= len(told[3]) <= 15:
        yield "Feedback-ID that has not four fields"
    local = parsed(raw)["to"].addresses[0].username
    token = value_of(raw, "list-unsubscribe").rstrip(">").rpartition("/")[2]
    if local in re.split(r"[:.-]", ":".join(told)) or (token and token in ":".join(told)):
        yield "Feedback-ID that tells of the reader"


def _letter(raw: bytes) -> Iterator[str]:
    if value_of(raw, "auto-submitted") != "auto-generated":
        yield "Auto-Submitted of another value"


def _parts(raw: bytes) -> Iterator[str]:
    message = parsed(raw)
    for part in message.walk():
        if part.defects:
            yield f"a {part.get_content_type()} with {part.defects}"
    kinds = [part.get_content_type() for part in message.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        yield f"parts {kinds}"
        return
    if (message.preamble or "").strip() or (message.epilogue or "").strip():
        yield "text beside the parts"
    for part in message.iter_parts():
        if part.get_param("charset") != "utf-8":
            yield f"charset {part.get_param('charset')}"
        octets = part.get_payload(decode=True)
        try:
            text = octets.decode("utf-8", "strict")
        except UnicodeDecodeError:
            yield f"a {part.get_content_type()} that is not UTF-8"
            continue
        if found := SLOTS.search(text):
            yield f"a {part.get_content_type()} with {found[0]}"
        if not text.strip():
            yield f"an empty {part.get_content_type()}"
