"""Header fields as bytes: ASCII only, never broken, never more of them than meant. Pure.

The standard library's folding turns a List-Unsubscribe of more than 78 characters into an encoded-word, loses blanks
of Chinese subjects, and on Python 3.11.7 writes the line break that an encoded-word hides (CVE-2024-6923). Here every
value passes one cleaner, and what could be mistaken for an encoded-word becomes one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

LINE, LONGEST = 78, 998
"""A line should and must not be longer (RFC 5322 2.1.1)."""
_WORD = 76  # an encoded-word's line, "=?utf-8?b?" and "?=" included (RFC 2047 2)
_FRAME = 12

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029 ]+")
# Controls, zero-width byte order mark, surrogates, and the marks that make a name read backwards.
_BANNED = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_PRINTABLE = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # RFC 5322 3.2.3
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: ``meant`` is what a reader's program must find in it, ``wire`` the bytes with their CRLF."""

    name: str
    meant: str
    wire: bytes


def clean(text: str) -> str:
    """One line of text without control characters, direction marks and surrogates; runs of blanks become one."""
    return _BANNED.sub("", _BREAKS.sub(" ", text)).strip(" ")


def text(name: str, value: str) -> Field:
    """A field of free text such as Subject: plain where it is short ASCII, else encoded-words (RFC 2047 2)."""
    meant = clean(value)
    return Field(name, meant, _line(name, _fold(name, meant) or _encode(name, meant)))


def exact(name: str, value: str) -> Field:
    """A field of ASCII that is never encoded nor folded, such as List-Unsubscribe: programs read it, not people.

    Raises ``ValueError`` for anything but printable ASCII within the limit of a line.
    """
    if not _PRINTABLE.fullmatch(value) or value != value.strip() or "=?" in value:
        raise ValueError(f"{name}: {value!r} is not plain printable ASCII")
    if len(name) + 2 + len(value) > LONGEST:
        raise ValueError(f"{name} is longer than {LONGEST} characters")
    return Field(name, value, _line(name, value))


def mailbox(name: str, display: str, address: str) -> Field:
    """A field with one address, such as From: only the display name is ever encoded (RFC 2047 5).

    A domain of other letters goes out in its ASCII form. Raises ``ValueError`` for an address that cannot be written
    without SMTPUTF8, or is none.
    """
    told, reach = clean(display), _address(name, address)
    if not told:
        return Field(name, reach, _line(name, reach))
    return Field(name, f"{told} <{reach}>", _line(name, _phrase(name, told, f"<{reach}>")))


def list_id(title: str, identifier: str) -> Field:
    """The List-Id field (RFC 2919 3): the list's title for people, its identifier for programs."""
    told = clean(title)
    written = _phrase("List-Id", told, f"<{identifier}>") if told else f"<{identifier}>"
    return Field("List-Id", f"{told} <{identifier}>".strip(), _line("List-Id", written))


def message_id(value: str) -> Field:
    """The Message-ID field. Raises ``ValueError`` for what is not ``<left@right>`` (RFC 5322 3.6.4)."""
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError(f"{value!r} is not a Message-ID; it has the form <left@right>")
    return exact("Message-ID", value)


def block(fields: Iterable[Field]) -> bytes:
    """The fields one after another, without the empty line that ends a head."""
    return b"".join(field.wire for field in fields)


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")


def _fold(name: str, value: str) -> str:
    """Plain ASCII in lines of at most 78, cut at blanks, which stay; "" where that cannot be done."""
    if not _PRINTABLE.fullmatch(value) or "=?" in value:
        return ""
    lines, room = [""], LINE - len(name) - 2
    for word in value.split(" "):
        if len(word) >= LINE:
            return ""
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = LINE - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    # The first word may be too long for the line that it shares with the name.
    return "\r\n ".join(lines) if len(name) + 2 + len(lines[0]) <= LINE else ""


def _encode(name: str, value: str) -> str:
    """Encoded-words over the whole value, cut between characters, never inside one (RFC 2047 5)."""
    words, part, size = [], bytearray(), (_WORD - len(name) - 2 - _FRAME) // 4 * 3
    for character in value:
        octets = character.encode()
        if len(part) + len(octets) > size:
            words.append(bytes(part))
            part, size = bytearray(), (_WORD - 1 - _FRAME) // 4 * 3
        part += octets
    if part:
        words.append(bytes(part))
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def _phrase(name: str, told: str, angle: str) -> str:
    """A display name, in the form that its characters need, and what follows it."""
    escaped = told.replace("\\", r"\\").replace('"', r"\"")
    plain = told if _ATOMS.fullmatch(told) else f'"{escaped}"'
    if not _PRINTABLE.fullmatch(told) or "=?" in told or len(name) + 2 + len(plain) > LINE:
        plain = _encode(name, told)
    used = len(plain.rpartition("\r\n")[2]) + (0 if "\r\n" in plain else len(name) + 2)
    return f"{plain} {angle}" if used + 1 + len(angle) <= LINE else f"{plain}\r\n {angle}"


def ascii_domain(domain: str) -> str:
    """A domain in the form that mail carries (RFC 5890 2.3.2.1). Raises ``ValueError`` where it has none."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{domain!r} is no domain that can be written in ASCII") from error


def _address(name: str, address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    reach = f"{local}@{ascii_domain(domain)}"
    if not _ADDRESS.fullmatch(reach):
        raise ValueError(f"{name}: {address!r} is not an address that every relay takes")
    return reach
