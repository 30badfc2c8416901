"""Judges of the small texts of a feed: dates, addresses, languages, titles, and what is left over in prose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from publisher.feeds.lint.finding import Finding, error, quoted, warning

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ZONES = {
    "UT": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_RFC822 = re.compile(
    rf"(?:({'|'.join(_DAYS)}), ?)?(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d)(?::(\d\d))? "
    rf"(?:([+-])(\d\d)(\d\d)|({'|'.join(_ZONES)}))",
    re.ASCII,
)
_SHORT_YEAR = re.compile(r"(?:\w{3}, ?)?\d{1,2} \w{3} \d\d \d\d:\d\d", re.ASCII)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)
RFC822_FORM = "Mon, 30 Jun 2025 08:00:00 +0000"
RFC3339_FORM = "2025-06-30T08:00:00Z"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_WEB = re.compile(r"https?://[^/?#\s]", re.ASCII | re.IGNORECASE)
# What RFC 3986 leaves out of every part of an address; the W3C validator calls it InvalidUriChar.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
_PLAIN_WEB = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]+", re.ASCII)
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|rsquo|lsquo|#\d+|#[xX][0-9a-fA-F]+);", re.ASCII)
_MARKUP = re.compile(r"<[/]?(?:b|i|em|strong|a|span|br|p|code|sup|sub|u|font)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LEFTOVERS = (
    (re.compile(r"\*\*[^*\s](?:[^*\n]{0,200}[^*\s])?\*\*"), "Markdown's bold"),
    (re.compile(r"\[\^[\w-]{1,40}\]"), "a Markdown footnote"),
    (re.compile(r"\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}"), "a template tag"),
    (re.compile(r"\]\]>|<!\[CDATA\["), "a CDATA mark"),
    (re.compile(r"\]\((?:https?:|/)"), "a Markdown link"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one text, before anybody knows where it stands."""

    code: str
    message: str


def rfc822(text: str) -> datetime | Fault:
    """The moment of an RFC 822 date as RSS has it, or what is wrong with it (RFC 5322 3.3)."""
    match = _RFC822.fullmatch(text)
    if not match:
        if _SHORT_YEAR.match(text):
            return Fault("date-year", f"{quoted(text)} has a year of two digits; write four, as in {RFC822_FORM}")
        return Fault("date-invalid", f"{quoted(text)} is no date of RSS; write it as {RFC822_FORM}, in English")
    weekday, day, month, year, hour, minute, second, sign, hours, minutes, zone = match.groups()
    if zone:
        offset = timedelta(hours=_ZONES[zone])
    else:
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        numbers = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute))
        moment = datetime(*numbers, min(int(second or 0), 59), tzinfo=timezone(offset))  # 60: a leap second
        weekday_is = _DAYS[moment.weekday()]
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return Fault("date-invalid", f"{quoted(text)} is a day or time that does not exist; write a real one")
    if weekday and weekday != weekday_is:
        return Fault("date-weekday", f"{quoted(text)} was a {weekday_is}; write {weekday_is}, or leave the weekday out")
    return moment


def rfc3339(text: str) -> datetime | Fault:
    """The moment of an RFC 3339 date as Atom and JSON Feed have it, or what is wrong with it (RFC 3339 5.6)."""
    match = _RFC3339.fullmatch(text)
    if not match:
        if _NAIVE.fullmatch(text):
            return Fault("date-naive", f"{quoted(text)} has no time zone; write Z or an offset such as +08:00 after it")
        return Fault("date-invalid", f"{quoted(text)} is no date of RFC 3339; write it as {RFC3339_FORM}")
    day, time, fraction, zone = match.groups()
    time = time if time[6:] != "60" else f"{time[:6]}59"  # a leap second
    try:
        return datetime.fromisoformat(f"{day}T{time}.{(fraction or '')[:6]:0<6}{zone.replace('z', 'Z')}").astimezone(
            UTC
        )
    except (ValueError, OverflowError):
        return Fault("date-invalid", f"{quoted(text)} is a day or time that does not exist; write a real one")


def address(url: str) -> Fault | None:
    """What is wrong with an address that must be absolute and percent-encoded; None if nothing is."""
    if _PLAIN_WEB.fullmatch(url):
        return None
    shown = quoted(url)
    if not url:
        return Fault("url-relative", "an address is empty; write https://…, or leave it out")
    if not _SCHEME.match(url):
        return Fault("url-relative", f"{shown} is relative, and readers are elsewhere; write https://… in full")
    if match := _FORBIDDEN.search(url):
        what = "a blank" if match[0].isspace() else f"the character {match[0]!r}"
        right = "".join(f"%{byte:02X}" for byte in match[0].encode())
        return Fault("url-character", f"{shown} has {what}; write {right} in its place")
    if url[:4].lower() == "http" and url[:5].lower() in {"http:", "https"} and not _WEB.match(url):
        return Fault("url-host", f"{shown} names no host; write https://example.org/…")
    if not url.isascii():
        return Fault(
            "url-not-ascii", f"{shown} has letters beyond ASCII; percent-encode them (%E4…): not all readers do"
        )
    return None


def web(url: str) -> bool:
    """Whether it is an http(s) address with a host."""
    return bool(_WEB.match(url))


def language(tag: str) -> Fault | None:
    """What is wrong with a language tag (RFC 5646 2.1)."""
    if _TAG.fullmatch(tag):
        return None
    right = tag.replace("_", "-")
    advice = f"write {right}" if _TAG.fullmatch(right) else "write for example en or zh-CN"
    return Fault("language-invalid", f"{quoted(tag)} is no language tag; {advice}")


def title(text: str, place: str) -> Iterator[Finding]:
    """What a reader would stumble over in a title, which is plain text."""
    if match := _ENTITY.search(text):
        message = f"readers see {match[0]} in the title {quoted(text)}; escape the title once, not twice"
        yield warning("title-entity", message, place)
    if match := _MARKUP.search(text):
        yield warning("title-html", f"readers see {match[0]} in the title {quoted(text)}; write plain text", place)
    if "\n" in text.strip():
        yield warning("title-lines", f"the title {quoted(text)} has a line break; write it on one line", place)


def leftovers(text: str, place: str, where: str) -> Iterator[Finding]:
    """Marks of the language that the text was written in, in what readers see of it."""
    for pattern, what in _LEFTOVERS:
        if match := pattern.search(text):
            message = f"{where}: {what} is left in the text: {quoted(match[0])}; render it, or put it into <code>"
            yield warning("leftover", message, place)


def told(fault: Fault, place: str, what: str) -> Finding:
    """The fault of a text as a finding: addresses that only some readers mind are warnings."""
    make = warning if fault.code in {"url-not-ascii", "url-host", "date-weekday"} else error
    return make(fault.code, f"{what}: {fault.message}", place)
