"""What the texts of config.yaml mean: each function takes a text and returns a value, or says in a ``ValueError`` what
is wrong and, after a semicolon, what to write instead. Pure: nothing is looked at but the database of time zones.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from datetime import time, timedelta
from email.utils import getaddresses
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from publisher import times, urls
from publisher.config.problem import closest
from subscribers.error import SegmentError
from subscribers.segments import language as segments

PLACEHOLDERS = ("title", "first_title", "titles", "date", "count", "number")
"""What a subject or preheader may hold in braces."""
URL_RULES = ("hugo", "jekyll", "jekyll-pretty", "zola", "pelican", "eleventy")
"""Site generators whose own rule ``content.urls`` may name."""
URL_NAMES = ("slug", "title", "filename", "contentbasename", "slugorfilename", "slugorcontentbasename")
URL_COMMON = ("year", "month", "day", "slug", "title", "filename", "section", "categories")
URL_PARTS = (
    *URL_NAMES,
    *("section", "sections", "categories", "slugified_categories"),
    *("year", "short_year", "month", "i_month", "monthname", "long_month", "short_month"),
    *("day", "i_day", "y_day", "yearday", "week", "w_year", "w_day", "weekday", "weekdayname", "long_day", "short_day"),
    *("hour", "minute", "second", "output_ext"),
)
"""What ``content.urls`` may hold after a colon: Hugo's and Jekyll's parts."""
LONGEST = timedelta(days=3660)
_LANGUAGE = re.compile(
    r"([A-Za-z]{2,3})(-[A-Za-z]{4})?(-[A-Za-z]{2}|-\d{3})?((?:-[A-Za-z0-9]{5,8}|-\d[A-Za-z0-9]{3})*)"
)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([^\s@<>()\[\]\\,;:\"]+)")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mail address and the name shown beside it (RFC 5322 3.4)."""

    name: str = ""
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where the web server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A span of the day on the reader's wall clock; it may pass midnight."""

    start: time
    end: time


def line(text: str) -> str:
    """The text as one line, trimmed."""
    text = text.strip()
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in text):
        raise ValueError("has a line break or control character; write it on one line")
    return text


def lines(text: str) -> str:
    """The text, trimmed; it may have several lines."""
    text = text.strip()
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise ValueError("has a control character; remove it")
    return text


def flag(text: str) -> bool:
    """True or false, by these two words only."""
    try:
        return {"true": True, "false": False}[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither true nor false; write true or false") from None


def whole(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?\d{1,12}", text.strip(), re.ASCII):
        raise ValueError(f"{text!r} is not a whole number; write digits only")
    return int(text)


def share(text: str) -> float:
    """A part of a whole from 0 to 1, written ``5%`` or ``0.05``."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)\s*(%?)", text.strip(), re.ASCII)
    number = float(match[1]) / (100 if match[2] else 1) if match else -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"{text!r} is not a share; write a number from 0 to 1, or per cent as 5%")
    return number


def duration(text: str) -> timedelta:
    """A span of time such as ``7d``, ten years at most."""
    span = times.duration(text)
    if span > LONGEST:
        raise ValueError(f"{text!r} is longer than ten years; write a shorter time, for example 14d")
    return span


def some_time(text: str) -> timedelta:
    """A span of time longer than nothing."""
    span = duration(text)
    if not span:
        raise ValueError(f"{text!r} is no time at all; write for example 12h, 7d or 2w")
    return span


def zone(text: str) -> ZoneInfo:
    """The time zone of that name in the IANA database."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        pass
    known = available_timezones()
    # "Shanghai" is looked for among the cities, "Asia/Shanghia" among the whole names.
    guess = closest(text, known) or {name.rpartition("/")[2]: name for name in sorted(known)}.get(
        text.strip().title(), ""
    )
    raise ValueError(
        f"{text!r} is not a time zone; {_meant(guess)}write a name such as Asia/Shanghai, Europe/Berlin or UTC"
    )


def language(text: str) -> str:
    """A language tag with its usual capitals: ``zh-CN`` (BCP 47, RFC 5646 2.1)."""
    tag = _tag(text)
    if tag:
        return tag
    guess = _tag(text.strip().partition(".")[0].replace("_", "-"))
    fix = f"write {guess}" if guess else "write for example en, zh-CN or pt-BR"
    raise ValueError(f"{text!r} is not a language tag; {fix}")


def _tag(text: str) -> str:
    match = _LANGUAGE.fullmatch(text)
    if not match:
        return ""
    script, region = match[2] or "", match[3] or ""
    return match[1].lower() + script.title() + region.upper() + match[4].lower()


def colour(text: str) -> str:
    """A colour as ``#rrggbb`` in lower case, from that or ``#rgb``."""
    digits = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", digits):
        return "#" + "".join(c * 2 for c in digits[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", digits):
        raise ValueError(f'{text!r} is not a colour; write it with quotes as "#1a56a8" or "#15a"')
    return digits


def name(text: str) -> str:
    """The name of a newsletter, schedule or feed as ids and addresses hold it."""
    if not _NAME.fullmatch(text):
        guess = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:64]
        fix = f"write {guess!r}" if guess else "write for example 'weekly'"
        raise ValueError(f"{text!r} cannot stand in addresses; {fix} (a-z, 0-9, - and _; at most 64)")
    return text


def readers(text: str) -> str:
    """The expression about readers, as written, if it can be read."""
    text = line(text)
    try:
        segments.parse(text)
    except SegmentError as error:
        raise ValueError(error.line()) from error
    return text


def topic(text: str) -> str:
    """The key of a topic: its own slug, so that the feed's address can be foreseen."""
    if not text or urls.slug(text) != text or not text[0].isalnum():
        guess = urls.slug(text).lstrip("._-#+~@") if text else ""
        fix = f"write {guess!r}" if guess else "write for example 'chips'"
        raise ValueError(f"{text!r} cannot stand in addresses; {fix}, and the name people read as its title")
    return text


def address(text: str) -> str:
    """A bare mail address; its domain may have other letters than ASCII, what is before the @ may not."""
    text = text.strip()
    match = _ADDRESS.fullmatch(text)
    if not match or len(text) > 254 or not hostname(match[1]):
        raise ValueError(f"{text!r} is not a mail address; write for example news@example.org")
    return text


def mailbox(text: str) -> Mailbox:
    """The mailbox of ``Name <news@example.org>`` or of a bare address (RFC 5322 3.4)."""
    text = line(text)
    pairs = getaddresses([text])
    shown = text.rpartition("<")[2].partition(">")[0] if "<" in text else text
    if len(pairs) != 1 or not pairs[0][1] or pairs[0][1] != shown.strip():
        raise ValueError(
            f"{text!r} is not a mailbox; write 'Name <news@example.org>', and \"…\" around a name with a comma"
        )
    return Mailbox(name=line(pairs[0][0]), address=address(pairs[0][1]))


def hostname(text: str) -> bool:
    """Whether this is the name of a host (RFC 1123 2.1); other letters count as their IDNA form."""
    try:
        ascii_name = text.encode("idna").decode("ascii") if not text.isascii() else text
    except UnicodeError:
        return False
    labels = ascii_name.removesuffix(".").split(".")
    return len(ascii_name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def host(text: str) -> str:
    """A host's name or IP address."""
    text = text.strip()
    if not hostname(text) and not _ip(text):
        raise ValueError(f"{text!r} is not a host; write a name such as smtp.example.org")
    return text


def _ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def network(text: str) -> str:
    """An IP address or network, as ``10.0.0.0/8``."""
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IP address or network; write for example 127.0.0.1 or 10.0.0.0/8"
        ) from None
    return text.strip()


def loopback(host_name: str) -> bool:
    """Whether a host is this machine itself."""
    if host_name.lower().removesuffix(".") == "localhost":
        return True
    return _ip(host_name) and ipaddress.ip_address(host_name).is_loopback


def listen(text: str) -> Listen:
    """Host and port of ``127.0.0.1:8000`` or ``[::1]:8000``."""
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})", text.strip(), re.ASCII)
    if not match or not (_ip(match[1]) if match[1] else hostname(match[2])) or not 1 <= int(match[3]) <= 65535:
        raise ValueError(f"{text!r} is not host:port; write for example 127.0.0.1:8000")
    return Listen(host=match[1] or match[2], port=int(match[3]))


def url(text: str) -> str:
    """An absolute http(s) address, percent-encoded, without user, query and fragment."""
    try:
        address = urls.encode(line(text))
        parts = urlsplit(address)
        right = urls.web(address) and _plain(parts)
    except (ValueError, UnicodeError):
        right = False
        address = ""
    if not right:
        raise ValueError(f"{text!r} is not an absolute http(s) address; write for example https://example.org")
    return address


def base(text: str) -> str:
    """As ``url``, without a slash at the end: paths are put behind it."""
    return url(text).rstrip("/")


def _plain(parts: SplitResult) -> bool:
    """Whether an address is host and path alone. ``ValueError`` for a port that is none."""
    host_name = parts.hostname or ""
    return (
        (hostname(host_name) or _ip(host_name))
        and parts.port != 0
        and not (parts.query or parts.fragment or parts.username or parts.password)
    )


def hub(text: str) -> str:
    """An absolute http(s) address that may have a query."""
    url(text.partition("?")[0])
    return urls.encode(line(text))


def quiet_hours(text: str) -> QuietHours | None:
    """The span ``22:00-07:00``; nothing where the text is empty."""
    if not text.strip():
        return None
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)", text.strip(), re.ASCII)
    if not match:
        raise ValueError(f"{text!r} is not a span of hours; write for example 22:00-07:00")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError(f"{text!r} begins when it ends; write for example 22:00-07:00")
    return QuietHours(start=start, end=end)


def subject(text: str) -> str:
    """One line in which only the fixed placeholders stand in braces."""
    text = line(text)
    known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
    for found in re.findall(r"\{[^{}]*\}|[{}]", text):
        if found[1:-1] not in PLACEHOLDERS or len(found) < 3:
            guess = closest(found[1:-1].strip(), PLACEHOLDERS)
            raise ValueError(f"{found!r} is not a placeholder; {_meant(guess and f'{{{guess}}}')}write one of {known}")
    return text


def url_pattern(text: str) -> str:
    """A generator's name, or a path such as ``/:year/:month/:slug/`` of known parts, alone or after ``jekyll``."""
    text = " ".join(text.split())
    if text in URL_RULES:
        return text
    path = text.removeprefix("jekyll ")
    if not path.startswith("/") or re.search(r"[\s?#\\[]|//|/\.\.?/", path):
        guess = closest(text, URL_RULES)
        raise ValueError(
            f"{text!r} is not a path; {_meant(guess)}write one of {', '.join(URL_RULES)}, "
            "or for example /:year/:month/:slug/"
        )
    parts = [part.rstrip("_") for part in re.findall(r":([A-Za-z_]*)", path)]
    for part in parts:
        if part not in URL_PARTS:
            guess = closest(part, URL_PARTS)
            raise ValueError(
                f"{':' + part!r} is not part of an address; {_meant(guess and f':{guess}')}"
                f"write some of :{', :'.join(URL_COMMON)}, or others of docs/reference/config.md"
            )
    if not set(URL_NAMES) & set(parts):
        raise ValueError(f"{text!r} gives many articles one address; add :slug, :filename or :title")
    return text


def _meant(guess: str) -> str:
    return f"did you mean {guess}? " if guess else ""
