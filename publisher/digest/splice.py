"""Transfer encodings of a text with slots: all that readers share is encoded once, a message encodes only joints. Pure.

A body is that of a MIME part: the CRLF before the boundary is not in it (RFC 2046 5.1.1), so it decodes to exactly the
text, whether that ends in a line end or not. Line ends are made CRLF piece by piece, before pieces are joined; U+0085
and U+2028 are characters like any other. base64 and quoted-printable bodies are ASCII in lines of at most 76 and their
own relaxed form (RFC 6376 3.4.4); an 8bit body keeps its blanks, so a signer must hash its relaxed form.

An 8bit body has lines of at most 998 octets, no control character but tabs, and no line that starts with ``.`` or
``From ``, which transports and mailboxes alter. HTML is made so by line breaks in place of single blanks inside tags,
between attributes, where they mean the same: the one difference between what is decoded and what was given. Whatever
cannot be made so goes out as quoted-printable: a whole edition by ``compile``, one reader's message by ``fit``.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

_CRLF, _SOFT = b"\r\n", b"=\r\n"
_LINE_END = re.compile(rb"\r\n?|\n")
_BLOCK = 57
"""Octets of a base64 line of 76."""
_LONGEST = 998
"""Octets of a line without its CRLF (RFC 5322 2.1.1)."""
_AIM, _ROOM = 800, 160
"""HTML is wrapped at so many octets, a slot counted as so many: longer values still find room."""

_CONTROL = re.compile(rb"[\x00-\x08\n-\x1f\x7f]")
_ALTERED = (b".", b"From ")

# What goes out as =XX: what is not printable; all but the first of a run of blanks or dots, so that nothing squeezes
# the one and a line can be cut beside the other; a last blank; what is altered at a line's start.
_UNSAFE = re.compile(rb"[^ !-<>-~]+|(?<= ) | \Z|(?<=\.)\.|\A\.|\AF(?=rom )")
# A line with room for its "=", cut neither inside an =XX nor before what would be altered.
_CUT = re.compile(rb"(?s).{1,75}(?<!=)(?<!=.)(?!\.|From )")

# The blanks of comments and of raw text are not ours to change.
_MARKUP = re.compile(
    rb"(?is)<!--.*?-->|<(style|script|title|textarea)\b.*?<[/]\1"
    rb"|(?P<tag><[a-z](?:\"[^\"<]*\"|'[^'<]*'|[^\"'<>])*>)"
)
_GAP = re.compile(rb"\"[^\"]*\"|'[^']*'|(?<![ \t\n])(?P<gap> )(?![ \t\r.])")
_MARK = b"\0"
"""Stands for a slot while 8bit lines are made: no 8bit body may contain it (RFC 2045 2.8)."""


class Encoding(StrEnum):
    """Values of Content-Transfer-Encoding (RFC 2045 6)."""

    BASE64 = "base64"
    EIGHT_BIT = "8bit"
    QUOTED = "quoted-printable"


class _Form(Protocol):
    """A text made ready for one encoding."""

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Spliced:
    """A text ready to be filled: ``static[0] slots[0] static[1] …``, one more static piece than slots."""

    encoding: Encoding
    """What the part's Content-Transfer-Encoding must say."""
    static: tuple[bytes, ...] = field(repr=False)
    """As decoded: UTF-8 with CRLF."""
    slots: tuple[str, ...]
    form: _Form = field(repr=False, compare=False)

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]:
        """The body in chunks to be joined. ``values``: UTF-8, escaped for their place, at least one for each slot.

        Raises ``ValueError`` where 8bit cannot hold these values: ask ``fit`` first.
        """
        return self.form.fill(self._ready(values))

    def fit(self, values: Mapping[str, bytes]) -> Spliced:
        """Itself, or its quoted-printable twin for values that no 8bit line can hold: very long ones, or line ends."""
        if self.encoding is not Encoding.EIGHT_BIT:
            return self
        try:
            self.fill(values)
        except ValueError:
            return _quoted(self.static, self.slots)
        return self

    def text(self, values: Mapping[str, bytes]) -> str:
        """What a reader's program decodes from the body, in any encoding, line ends still CRLF."""
        ready, pieces = self._ready(values), [self.static[0]]
        for name, piece in zip(self.slots, self.static[1:], strict=True):
            pieces += (ready[name], piece)
        return b"".join(pieces).decode()

    def _ready(self, values: Mapping[str, bytes]) -> dict[str, bytes]:
        return {name: _crlf(values[name]) for name in dict.fromkeys(self.slots)}


def compile(static: Sequence[str], slots: Sequence[str], encoding: Encoding, *, html: bool) -> Spliced:
    """The text in the encoding asked for, or in quoted-printable where 8bit cannot hold it; ``html``: may be wrapped.

    Raises ``ValueError`` where there is not one static piece more than slots, or a lone surrogate in one.
    """
    if len(static) != len(slots) + 1:
        raise ValueError(f"{len(slots)} slots part {len(slots) + 1} pieces, not {len(static)}")
    pieces, names = tuple(_crlf(piece.encode()) for piece in static), tuple(slots)
    if encoding is Encoding.BASE64:
        return Spliced(encoding, pieces, names, _base64(pieces, names))
    if encoding is Encoding.EIGHT_BIT and not any(_MARK in piece for piece in pieces):
        joined = _MARK.join(pieces)
        joined = _wrapped(joined) if html else joined
        if form := _lines(joined, names):
            return Spliced(encoding, tuple(joined.split(_MARK)), names, form)
    return _quoted(pieces, names)


@dataclass(frozen=True, slots=True)
class _Base64:
    """Static pieces encoded at each of the three places that a value before them can leave in a group of 4."""

    opening: bytes
    carry: bytes
    """The 0 to 2 octets before the first slot that fill no group."""
    joints: tuple[_Joint, ...]

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]:
        chunks, carry = [self.opening], self.carry
        for parts, phases in self.joints:
            octets = carry
            for name, short in parts:
                octets += values[name] + short
            head, lines, carry = phases[-len(octets) % 3]
            octets += head
            for start in range(0, len(octets), _BLOCK):
                chunks += (b2a_base64(octets[start : start + _BLOCK], newline=False), _CRLF)
            chunks.append(lines)
        return _closed(chunks, _CRLF)


_Phase = tuple[bytes, bytes, bytes]
"""The piece's first 0 to 2 octets, then base64 lines, then 0 to 2 octets left over."""
_Joint = tuple[tuple[tuple[str, bytes], ...], tuple[_Phase, _Phase, _Phase]]
"""Slots, each with a static piece too short for phases of its own, and the phases of what follows them."""
_NOTHING: _Phase = (b"", b"", b"")


def _base64(static: tuple[bytes, ...], slots: tuple[str, ...]) -> _Base64:
    whole = len(static[0]) - (len(static[0]) % 3 if slots else 0)
    parts: list[tuple[str, bytes]] = []
    joints: list[_Joint] = []
    for place, (name, piece) in enumerate(zip(slots, static[1:], strict=True), 1):
        if len(piece) < 2:
            parts.append((name, piece))
            continue
        last = place == len(slots)
        joints.append(((*parts, (name, b"")), (_phase(piece, 0, last), _phase(piece, 1, last), _phase(piece, 2, last))))
        parts = []
    if parts:
        joints.append((tuple(parts), (_NOTHING, _NOTHING, _NOTHING)))
    return _Base64(_encoded(static[0][:whole]), static[0][whole:], tuple(joints))


def _phase(piece: bytes, shift: int, last: bool) -> _Phase:
    # Only the text's end may be padded.
    end = len(piece) - (0 if last else (len(piece) - shift) % 3)
    return piece[:shift], _encoded(piece[shift:end]), piece[end:]


def _encoded(octets: bytes) -> bytes:
    code = b2a_base64(octets, newline=False)
    return b"".join([code[start : start + 76] + _CRLF for start in range(0, len(code), 76)])


@dataclass(frozen=True, slots=True)
class _Quoted:
    """Pieces that each start and end a line, so that nothing depends on what stands beside them."""

    static: tuple[bytes, ...]
    slots: tuple[str, ...]

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]:
        ready, chunks = {name: _quote(value) for name, value in values.items()}, [self.static[0]]
        for name, piece in zip(self.slots, self.static[1:], strict=True):
            chunks += (ready[name], piece)
        return _closed(chunks, _SOFT)


def _quoted(static: tuple[bytes, ...], slots: tuple[str, ...]) -> Spliced:
    return Spliced(Encoding.QUOTED, static, slots, _Quoted(tuple(_quote(piece) for piece in static), slots))


def _quote(octets: bytes) -> bytes:
    """Quoted-printable lines; after an unfinished one a soft break (RFC 2045 6.7)."""
    lines = [_SOFT.join(_CUT.findall(_UNSAFE.sub(_hex, line))) for line in octets.split(_CRLF)]
    return _CRLF.join(lines) + (_SOFT if lines[-1] else b"")


def _hex(found: re.Match[bytes]) -> bytes:
    return b"=" + found[0].hex("=").upper().encode("ascii")


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines without slots, joined, and between them the lines that have some."""

    closed: tuple[bytes, ...]
    opened: tuple[tuple[bytes, tuple[tuple[bytes, str], ...]], ...]
    """What a line begins with, and each slot's name after the text that follows it."""

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]:
        fits = not any(_CONTROL.search(value) for value in values.values())
        chunks = [self.closed[0]]
        for (line, rest), block in zip(self.opened, self.closed[1:], strict=True):
            for after, name in rest:
                line += values[name] + after  # noqa: PLW2901 - a line grows
            fits &= len(line) <= _LONGEST and not line.startswith(_ALTERED)
            chunks += (line, _CRLF, block)
        if not fits:
            raise ValueError("a value makes a line that 8bit cannot hold; ask fit() before")
        return _closed(chunks, _CRLF)


def _lines(text: bytes, slots: tuple[str, ...]) -> _Lines | None:
    """The 8bit form of a text with marks in place of its slots, or None."""
    names, closed, opened = iter(slots), list[list[bytes]]([[]]), []
    for line in text.split(_CRLF):
        if _length(line) > _LONGEST or line.startswith(_ALTERED) or _CONTROL.search(line.replace(_MARK, b"")):
            return None
        start, *rest = line.split(_MARK)
        if rest:
            opened.append((start, tuple(zip(rest, names, strict=False))))
            closed.append([])
        else:
            closed[-1] += (line, _CRLF)
    return _Lines(tuple(map(b"".join, closed)), tuple(opened))


def _wrapped(html: bytes) -> bytes:
    """The HTML with line breaks for blanks between attributes where a line would become long."""
    pieces: list[bytes] = []
    start = used = 0
    for end in (*_gaps(html), len(html)):
        piece = html[start:end]
        first, broken, _ = piece.partition(_CRLF)
        if pieces:
            fits = used + 1 + _length(first) <= _AIM
            pieces.append(b" " if fits else _CRLF)
            used = used + 1 if fits else 0
        pieces.append(piece)
        used = _length(piece.rpartition(_CRLF)[2]) + (0 if broken else used)
        start = end + 1
    return b"".join(pieces)


def _gaps(html: bytes) -> Iterator[int]:
    for markup in _MARKUP.finditer(html):
        if markup["tag"]:
            for found in _GAP.finditer(html, *markup.span("tag")):
                if found["gap"]:
                    yield found.start()


def _length(line: bytes) -> int:
    return len(line) + (_ROOM - 1) * line.count(_MARK)


def _crlf(octets: bytes) -> bytes:
    return _LINE_END.sub(_CRLF, octets) if b"\n" in octets or b"\r" in octets else octets


def _closed(chunks: list[bytes], end: bytes) -> list[bytes]:
    """The chunks without the line end that the last of them would put before the boundary."""
    while chunks and not chunks[-1]:
        chunks.pop()
    if chunks:
        chunks[-1] = chunks[-1].removesuffix(end)
    return chunks
