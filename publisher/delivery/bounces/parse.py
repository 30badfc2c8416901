"""A stranger's mail as parts, fields and text: bounded, and never an error whatever the bytes. Pure.

The standard library's parser takes any structure. What a few bytes could make expensive is cut before it sees them:
its work grows with lines times open parts, and with the square of a field's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from html import unescape

from publisher.text import one_line

OCTETS, LINES = 1_000_000, 20_000
"""What is looked at of a mail. The report stands first, the returned mail last: more is more of that."""
CONTAINERS, PARTS, BLOCKS, FIELD, TEXT = 30, 200, 1_100, 4_000, 100_000
"""Parts that hold parts; parts and groups of fields read; characters of a field and of a part's text."""

ADDRESS = re.compile(
    r"[^\s<>@\"'(),;:\[\]（），；：“”‘’。、]{1,64}@[^\s<>@\"'(),;:\[\]（），；：“”‘’。、!?=*/]{0,254}\w"
)
_CONTAINER = re.compile(rb"^content-type:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
# No codec that is slow (punycode, idna) or no text (hex, zlib) is ever asked for.
_CHARSET = re.compile(
    r"utf-?(?:7|8|16)|gb18030|big5(?:hkscs)?|iso-?8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|iso-2022-(?:jp|kr)"
    r"|shift_jis|euc-(?:jp|kr)",
    re.ASCII,
)
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk", "hz-gb-2312"}
_TAG = re.compile(r"<([/!?]?)([A-Za-z][A-Za-z0-9]{0,20})?[^<>]*>")
_UNSEEN = {"style", "script", "head", "title"}
_INLINE = {"a", "b", "i", "em", "strong", "span", "font", "code", "tt", "u", "wbr"}


class _Bounded(Compat32):
    """The policy that raises at no defect, with fields of bounded length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        value = value[:FIELD]
        # The parser raises at some charsets of extended parameters (RFC 2231 4), which no type and boundary need.
        return name, value.replace("*", "") if name.lower() == "content-type" else value


_POLICY = _Bounded()


def parse(raw: bytes) -> Message | None:
    """The mail, as far as it is looked at; None for one with so many parts in parts that it can only be an attack."""
    plain = raw[:OCTETS].replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    plain = b"\n".join(plain.split(b"\n", LINES)[:LINES])
    if len(_CONTAINER.findall(plain)) > CONTAINERS:
        return None
    return BytesParser(policy=_POLICY).parsebytes(plain)


def fields(text: str) -> Message:
    """The header fields that the text begins with."""
    return HeaderParser(policy=_POLICY).parsestr(text.lstrip("\n"), headersonly=True)


def address(value: str) -> str:
    """The first address in the text, as it is written there; empty where there is none."""
    match = ADDRESS.search(value[:FIELD])
    return match[0] if match else ""


def moment(value: str) -> datetime | None:
    """The date of a field (RFC 5322 3.3) with its zone; None for what is none, or of another century."""
    try:
        at = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if 2000 <= at.year < 2100 else None


def blocks(part: Message) -> list[Message]:
    """The groups of fields of a report (RFC 3464 2.1, RFC 5965 3), also where it came as text or in base64."""
    held = _held(part)
    if not held:
        return blocks_of(text(part))
    told = [block for block in held if block.keys()]
    if told:
        # The library knows that one type has groups, and not the other (RFC 6533 4).
        more = part.get_content_type() == "message/global-delivery-status"
        return [*told, *(blocks_of(text(told[0])) if more else ())][:BLOCKS]
    # Encoded although it must not be: its lines were taken for a body without fields.
    plain = Message(policy=_POLICY)
    plain["Content-Transfer-Encoding"] = field(part, "Content-Transfer-Encoding")
    plain.set_payload("\n".join(text(block) for block in held))
    return blocks_of(text(plain))


def _held(part: Message) -> list[Message]:
    # Asked for the payload of anything else, the library decodes it, and raises at some charsets.
    nested = part.get_payload() if part.is_multipart() else []
    return [each for each in nested if isinstance(each, Message)] if isinstance(nested, list) else []


def blocks_of(plain: str) -> list[Message]:
    """The groups of fields in a text, parted by empty lines."""
    found = (fields(block) for block in re.split(r"\n[ \t]*\n", plain.replace("\r", ""), maxsplit=BLOCKS))
    return [block for block in found if block.keys()][:BLOCKS]


def parts(message: Message) -> Iterator[Message]:
    """The parts that are no containers, in order; a mail within the mail counts as one part."""
    waiting, left = [message], PARTS
    while waiting and left:
        part, left = waiting.pop(), left - 1
        if part.get_content_maintype() == "multipart":
            waiting += reversed(_held(part)[:PARTS])
        else:
            yield part


def field(part: Message, name: str) -> str:
    """The field's first value as one line of text, encoded words read (RFC 2047); empty where there is none."""
    return one_line(_words(str(part.get(name, ""))))


def every(part: Message, *names: str) -> list[str]:
    """All values of the fields of these names, at most 50 of each, as they stand."""
    return [str(value) for name in names for value in part.get_all(name, [])[:50]]


def _words(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        pairs = decode_header(value)
    except HeaderParseError:
        return value
    return "".join(chunk if isinstance(chunk, str) else decoded(chunk, charset or "") for chunk, charset in pairs)


def text(part: Message) -> str:
    """The part's text of at most ``TEXT`` characters, lines ended by LF; of HTML what is seen. Empty for no text."""
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return ""
    plain = decoded(octets, part.get_content_charset() or "").replace("\r\n", "\n")[:TEXT]
    return seen(plain) if part.get_content_type() == "text/html" else plain


def decoded(octets: bytes, charset: str) -> str:
    """The text in the charset it names; where it names none, or none that is known, in UTF-8, GB 18030 or Latin-1."""
    name = charset.strip().lower()
    name = "gb18030" if name in _CHINESE else name
    if _CHARSET.fullmatch(name):
        try:
            return octets.decode(name, "replace")
        except (LookupError, UnicodeError):  # such as iso-8859-99
            name = ""
    for guess in ("utf-8", "gb18030"):
        try:
            return octets.decode(guess)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def seen(html: str) -> str:
    """The text that a reader sees of a piece of HTML, a line for each block."""
    out: list[str] = []
    start, hidden = 0, ""
    for match in _TAG.finditer(html):
        kind, name = match[1], (match[2] or "").lower()
        if not hidden:
            out += [html[start : match.start()], "" if name in _INLINE else "\n"]
        start = match.end()
        if not kind and name in _UNSEEN:
            hidden = hidden or name
        elif kind == "/" and name == hidden:
            hidden = ""
    out.append("" if hidden else html[start:])
    return re.sub(r"\n[ \t]*(?=\n)", "", unescape("".join(out)).replace("\xa0", " "))
