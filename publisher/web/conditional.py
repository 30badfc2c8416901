"""What the conditions and the Accept-Encoding of a request ask for (RFC 9110 12.5.3, 13). Pure.

Headers are the bytes of their lines, several lines of one name joined with a comma (RFC 9110 5.3). What a client can
send without end is cut off or kept in no cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

IF_MATCH, IF_NONE_MATCH = b"if-match", b"if-none-match"
IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE = b"if-modified-since", b"if-unmodified-since"
ACCEPT_ENCODING, A_IM, USER_AGENT = b"accept-encoding", b"a-im", b"user-agent"
HEEDED = frozenset({IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, ACCEPT_ENCODING, A_IM, USER_AGENT})
"""Headers that change an answer; all others are not looked at, Range among them (RFC 9110 14.2 allows it)."""
Heeded = Mapping[bytes, bytes]

_SHORT = 512
"""Bytes of a header that is worth a place in a cache: real ones have fifty."""
_LONGEST_LIST = 1024
"""Bytes of Accept-Encoding that are looked at: real ones have thirty."""
_MEMBER = re.compile(rb'[ \t]*(?:(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|\Z)')
_VARIANT = re.compile(rb'[-;](?:gzip|br)"\Z')
"""What Apache and others append to a tag whose document they compressed themselves."""
_QUALITY = re.compile(r"[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_MONTH = f"(?P<month>{'|'.join(_NAMES)})"
_DATES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"[A-Z][a-z]{{2}}, (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"[A-Z][a-z]{{5,8}}, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
"""IMF-fixdate, and the forms of RFC 850 and asctime, which must be read too (RFC 9110 5.6.7)."""


def heeded(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers that matter, in one walk; the lines of one name joined."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in HEEDED:
            found[name] = found[name] + b"," + value if name in found else value
    return found


def status(asked: Heeded, etag: bytes, modified: int, year: int) -> int:
    """200, 304 or 412 for a GET or HEAD of a document, in the order of RFC 9110 13.2.2.

    ``etag`` is our weak tag with its ``W/``, ``modified`` seconds since 1970, ``year`` the present one.
    """
    if IF_MATCH in asked:
        # Compared strongly, and a weak tag is never strongly equal: only `*` holds (RFC 9110 13.1.1).
        if asked[IF_MATCH].strip(b" \t") != b"*":
            return 412
    elif IF_UNMODIFIED_SINCE in asked:
        until = moment(asked[IF_UNMODIFIED_SINCE], year)
        if until is not None and modified > until:
            return 412
    if IF_NONE_MATCH in asked:  # then the date does not count, whatever it says (RFC 9110 13.1.3)
        return 304 if held(asked[IF_NONE_MATCH], etag) else 200
    if IF_MODIFIED_SINCE in asked:
        since = moment(asked[IF_MODIFIED_SINCE], year)
        return 304 if since is not None and modified <= since else 200
    return 200


def held(header: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names the tag, compared weakly (RFC 9110 8.8.3.2, 13.1.2), or is ``*``."""
    if header == etag:  # nearly always, and a tenth of the price
        return True
    return header.strip(b" \t") == b"*" or etag.removeprefix(b"W/") in tags(header)


def tags(header: bytes) -> frozenset[bytes]:
    """The opaque tags of a list, in their quotes; none of a list that is malformed anywhere: a 200 is never wrong."""
    return _tags(header) if len(header) <= _SHORT else _tags.__wrapped__(header)


@lru_cache(maxsize=4096)
def _tags(header: bytes) -> frozenset[bytes]:
    found: set[bytes] = set()
    at = 0
    while at < len(header):
        member = _MEMBER.match(header, at)
        if member is None:
            return frozenset()
        if member[1]:
            found |= {member[1], _VARIANT.sub(b'"', member[1])}
        at = member.end()
    return frozenset(found)


def moment(header: bytes, year: int) -> int | None:
    """Seconds since 1970 of an HTTP date in any of its three forms; None for all else, which is to be ignored.

    A year of two digits lies at most 50 years ahead of the present one (RFC 9110 5.6.7).
    """
    return _moment(header, year) if len(header) <= len("Wednesday, 30-Jun-25 07:10:04 GMT") + 2 else None


@lru_cache(maxsize=1024)
def _moment(header: bytes, year: int) -> int | None:
    text = header.decode("latin-1").strip(" \t")
    match = next((found for form in _DATES if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    then = int(match["year"])
    if len(match["year"]) == 2:
        then += year - year % 100
        then -= 100 if then > year + 50 else 0
    second = min(int(match["second"]), 59)  # a leap second is one of the grammar
    try:
        read = datetime(
            then, _MONTHS[match["month"]], int(match["day"]), int(match["hour"]), int(match["minute"]), second, 0, UTC
        )
    except ValueError:
        return None
    return int(read.timestamp())


def codings(accept: bytes | None) -> tuple[str, ...]:
    """What the client takes, best first: of ``br``, ``gzip`` and ``""`` (plain), which always comes last at least.

    Plain is sent even where it is refused and nothing else is left: the standard prefers that to a 406
    (RFC 9110 12.5.3), and a reader that refuses everything reads nothing.
    """
    return ("",) if accept is None else _codings(accept[:_LONGEST_LIST])


@lru_cache(maxsize=256)
def _codings(accept: bytes) -> tuple[str, ...]:
    asked: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        name, semicolon, weight = part.partition(";")
        quality = _QUALITY.fullmatch(weight.rstrip(" \t")) if semicolon else None
        # A weight that cannot be read refuses: plain bytes are understood by all.
        asked[name.strip(" \t")] = float(quality[1]) if quality else 0.0 if semicolon else 1.0
    rest = asked.get("*", 0.0)
    gzip = asked.get("gzip", asked.get("x-gzip", rest))  # the same coding by its old name (RFC 9110 8.4.1.3)
    weights = {"br": asked.get("br", rest), "gzip": gzip, "": asked.get("identity", 0.0)}
    return tuple(sorted((name for name in weights if weights[name] or not name), key=lambda name: -weights[name]))
