"""Header fields as bytes: ASCII only, never broken, never more of them than meant. Pure.

The standard library's folding turns a List-Unsubscribe of more than 78 characters into an encoded-word, loses blanks
of Chinese subjects, and on Python 3.11.7 writes the line break that an encoded-word hides (CVE-2024-6923). Here every
value passes one cleaner, and what could be mistaken for an encoded-word becomes one.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LINE, LONGEST = 78, 998
"""A line should and must not be longer (RFC 5322 2.1.1)."""
_WORD = 76  # an encoded-word's line, "=?utf-8?b?" and "?=" included (RFC 2047 2)
_FRAME = 12
_MAILBOX = 254  # of an address (RFC 5321 4.5.3.1.3, erratum 1690)

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029 ]+")
# Controls, surrogates, what is no character, and marks that nobody sees or that make a name read backwards. The joiners
# U+200C and U+200D stay: Persian and emoji are written with them.
_BANNED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U000e0001]"
)
_PRINTABLE = re.compile(r"[ -~]*")
_EXACT = re.compile(r"[!-~]([ -~]*[!-~])?")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"  # RFC 5322 3.2.3
_ATOMS = re.compile(rf"(?:{_ATEXT}| )+")
_DOTTED = rf"{_ATEXT}+(?:\.{_ATEXT}+)*"
_LABEL = r"(?!-)[A-Za-z0-9-]+(?<!-)"
_ADDRESS = re.compile(rf"{_DOTTED}@{_LABEL}(?:\.{_LABEL})*")
_MESSAGE_ID = re.compile(rf"<{_DOTTED}@{_DOTTED}>")
_LIST_ID = re.compile(rf"(?=.{{3,255}}\Z){_ATEXT}+(?:\.{_ATEXT}+)+")
_URI = re.compile(r"(?:https?://|mailto:)[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986 2
_FEEDBACK = re.compile(r"[!-9;-~]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: ``meant`` is what a reader's program must find in it, ``wire`` the bytes with their CRLF."""

    name: str
    meant: str
    wire: bytes


def clean(text: str) -> str:
    """One line of text without control characters, direction marks and surrogates; runs of blanks become one."""
    if not text.isprintable():
        text = _BANNED.sub("", _BREAKS.sub(" ", text))
    while "  " in text:  # also those that stood around what was taken out
        text = text.replace("  ", " ")
    return text.strip(" ")


def text(name: str, value: str) -> Field:
    """A field of free text such as Subject: plain where it is ASCII with blanks to fold at, else encoded-words.

    (RFC 2047 2, 5.) Of any length, in as many lines as it needs: whoever writes for people shortens before.
    """
    meant = clean(value)
    return Field(name, meant, _line(name, _fold(name, meant) or _encode(name, meant)))


def exact(name: str, value: str) -> Field:
    """A field of ASCII that is never encoded nor folded, such as List-Unsubscribe: programs read it, not people.

    Raises ``ValueError`` for anything but printable ASCII within the limit of a line.
    """
    return _lines(name, (value,))


def mailbox(name: str, display: str, address: str) -> Field:
    """A field with one address, such as From: only the display name is ever encoded (RFC 2047 5).

    A domain of other letters goes out in its ASCII form. Raises ``ValueError`` for an address that cannot be written
    without SMTPUTF8, or is none.
    """
    told, reach = clean(display), _address(name, address)
    return _named(name, told, f"<{reach}>") if told else Field(name, reach, _line(name, reach))


def recipient(display: str, address: str) -> Field:
    """The To field with one reader; as ``mailbox``, but a local part of other letters stands in it as UTF-8.

    Only a relay that offers SMTPUTF8 takes such a message (RFC 6532 3.2, RFC 6531 3.4). Raises ``ValueError`` for what
    is no address even so.
    """
    local, _, domain = address.rpartition("@")
    if local.isascii():
        return mailbox("To", display, address)
    reach = f"{local}@{ascii_domain(domain)}"
    if len(reach.encode()) > _MAILBOX:
        raise ValueError(f"To: {address!r} is longer than {_MAILBOX} octets")
    # Held to the same rules with a letter for each of the others, which is then taken back.
    stand_in = "".join(
        "a" if ord(each) > 0x9F and each.isprintable() and not each.isspace() else each for each in reach
    )
    field = mailbox("To", display, stand_in)
    meant, _, after = field.meant.rpartition(stand_in)
    wire, _, end = field.wire.rpartition(stand_in.encode("ascii"))
    return Field("To", f"{meant}{reach}{after}", wire + reach.encode() + end)


def list_id(title: str, identifier: str) -> Field:
    """The List-Id field (RFC 2919 3): the list's title for people, its identifier for programs.

    Raises ``ValueError`` for an identifier that is not ``label.domain`` in at most 255 ASCII characters.
    """
    if not _LIST_ID.fullmatch(identifier):
        raise ValueError(f"List-Id: {identifier!r} is not the identifier of a list; write it as in weekly.example.org")
    return _named("List-Id", clean(title), f"<{identifier}>")


def link(name: str, *uris: str) -> Field:
    """A field of addresses in angle brackets, the preferred one first, such as List-Help (RFC 2369 2).

    Never encoded, and never folded but between two addresses that together are too long for a line. Raises
    ``ValueError`` for what is no https, http or mailto address in ASCII, or is too long by itself.
    """
    for uri in uris:
        if not _URI.fullmatch(uri):
            raise ValueError(f"{name}: {uri!r} is not a https or mailto address in ASCII; percent-encode the rest")
    parts = [f"<{uri}>" for uri in uris]
    whole = ", ".join(parts)
    fits = len(name) + 2 + len(whole) <= LONGEST
    return _lines(name, (whole,) if fits else (*(f"{part}," for part in parts[:-1]), parts[-1]))


def unsubscribe(url: str, mailto: str = "") -> Field:
    """The List-Unsubscribe field: the address that takes the one-click POST, then one to write to (RFC 8058 3.1).

    Raises ``ValueError`` where the first is not https (http: a site that is tried out) or the second not ``mailto:``.
    """
    if not url.startswith(("https://", "http://")) or (mailto and not mailto.startswith("mailto:")):
        raise ValueError(f"List-Unsubscribe: {url!r}, {mailto!r}; write a https address, then mailto: and an address")
    return link("List-Unsubscribe", url, *((mailto,) if mailto else ()))


def feedback_id(campaign: str, newsletter: str, site: str, sender: str) -> Field:
    """The Feedback-ID field, by which Gmail counts complaints: three names and a sender of 5 to 15 characters.

    Nothing in it may tell of a person. Raises ``ValueError`` for blanks, colons and what is not ASCII (Google support
    6254652).
    """
    parts = (campaign, newsletter, site, sender)
    if not all(map(_FEEDBACK.fullmatch, parts)) or not 5 <= len(sender) <= 15:
        raise ValueError(f"Feedback-ID: {parts!r} are not four plain words, the last of 5 to 15 characters")
    return exact("Feedback-ID", ":".join(parts))


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


def _lines(name: str, lines: Sequence[str]) -> Field:
    """A field of ASCII in exactly these lines, joined by a blank in what they mean."""
    value = " ".join(lines)
    if not _EXACT.fullmatch(value) or "=?" in value:
        raise ValueError(f"{name}: {value!r} is not plain printable ASCII, or could be taken for an encoded-word")
    if len(name) + 2 + len(lines[0]) > LONGEST or any(len(line) >= LONGEST for line in lines[1:]):
        raise ValueError(f"{name} is longer than {LONGEST} characters")
    return Field(name, value, _line(name, "\r\n ".join(lines)))


def _named(name: str, told: str, angle: str) -> Field:
    written = _phrase(name, told, angle) if told else angle
    return Field(name, f"{told} {angle}" if told else angle, _line(name, written))


def _fold(name: str, value: str) -> str:
    """Plain ASCII in lines of at most 78, cut at blanks, which stay; "" where that cannot be done."""
    if not _PRINTABLE.fullmatch(value) or "=?" in value:
        return ""
    lines, start, room = [], 0, LINE - len(name) - 2
    while len(value) - start > room:
        end = value.rfind(" ", start, start + room + 1)
        if end < 0:
            return ""
        lines.append(value[start:end])
        start, room = end + 1, LINE - 1
    return "\r\n ".join([*lines, value[start:]])


def _encode(name: str, value: str) -> str:
    """Encoded-words over the whole value, cut between characters, never inside one (RFC 2047 5)."""
    octets, words, start = value.encode(), [], 0
    room = max(4, (_WORD - len(name) - 2 - _FRAME) // 4 * 3)
    while start < len(octets):
        end = start + room
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        words.append(b2a_base64(octets[start:end], newline=False).decode("ascii"))
        start, room = end, (_WORD - 1 - _FRAME) // 4 * 3
    return "\r\n ".join([f"=?utf-8?b?{word}?=" for word in words])


def _phrase(name: str, told: str, angle: str) -> str:
    """A display name, in the form that its characters need, and what follows it."""
    escaped = told.replace("\\", r"\\").replace('"', r"\"")
    plain = told if _ATOMS.fullmatch(told) else f'"{escaped}"'
    if not _PRINTABLE.fullmatch(told) or "=?" in told or len(name) + 2 + len(plain) > LINE:
        plain = _encode(name, told)
    limit = _WORD if plain.startswith("=?") else LINE  # a line with an encoded-word is the shorter (RFC 2047 2)
    used = len(plain.rpartition("\r\n")[2]) + (0 if "\r\n" in plain else len(name) + 2)
    return f"{plain} {angle}" if used + 1 + len(angle) <= limit else f"{plain}\r\n {angle}"


def ascii_domain(domain: str) -> str:
    """A domain in the form that mail carries, the same that readers' addresses get (RFC 5890 2.3.2.1, UTS 46).

    Python's own codec is of IDNA 2003: it writes straße.example as another domain. Raises ``ValueError`` where there is
    no such form.
    """
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"{domain!r} is no domain that can be written in ASCII: {error}") from error


def _address(name: str, address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    reach = f"{local}@{ascii_domain(domain)}"
    if not _ADDRESS.fullmatch(reach) or "=?" in reach or len(reach) > _MAILBOX:
        raise ValueError(f"{name}: {address!r} is not an address that every relay takes; write one as name@example.org")
    return reach
