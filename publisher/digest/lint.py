"""What is wrong with a digest before anybody gets it: an error blocks approval, a warning does not.

It judges what will be sent: the bytes of a filled message, parsed back, beside the edition that they were made of.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from html.parser import HTMLParser

from publisher import text, urls
from publisher.config import Config
from publisher.content.article import Severity
from publisher.digest.edition import SLOT_MARK, Edition
from publisher.digest.headers import Field
from publisher.digest.wire import Slots, Wire

SAFE_BYTES, CLIP_BYTES = 76_800, 102_400
"""Gmail cuts near 102 kB; whether of base64 or not is disputed, and 76,800 bytes are 102,400 in base64."""
SUBJECT_COLUMNS = 150
_TEMPLATE = re.compile(r"\{\{|\{%")

SAMPLE = Slots(
    to="reader@example.org",
    name="Reader 读者",
    unsubscribe="https://example.org/u/sample-of-a-token-as-long-as-a-real-one-in-a-message",
    view="https://example.org/i/sample-of-a-token-as-long-as-a-real-one-in-a-message",
    message_id="<sample.0123456789abcdef@example.org>",
    date=datetime(2000, 1, 1, tzinfo=UTC),
)
"""A reader that nobody is, to fill the slots with."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is, what it is, and after a semicolon what to do."""

    severity: Severity
    code: str
    """Short stable name of the kind, such as ``html-size``."""
    place: str
    """The edition's key, then the part: ``all.en.html: subject``."""
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message}"


def lint(edition: Edition, wire: Wire, config: Config, *, slots: Slots = SAMPLE) -> tuple[Finding, ...]:
    """All faults of one edition, errors first; none = it may go out."""
    try:
        raw = wire.fill(slots)
    except ValueError as error:
        fault = _Fault(True, "headers", "headers", f"{error}; mend it in config.yaml or in the issue")
        return (_finding(fault, edition),)
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    plain, html = _parts(message)
    faults = [
        *_words(edition),
        *_stories(edition),
        *_page(html, slots, config),
        *_left_over(edition, plain, html),
        *_plain(plain, slots),
        *_headers(message, wire.fields(slots)),
    ]
    findings = [_finding(fault, edition) for fault in faults]
    return tuple(sorted(findings, key=lambda finding: finding.severity != Severity.ERROR))


@dataclass(frozen=True, slots=True)
class _Fault:
    error: bool
    code: str
    part: str
    message: str


def _finding(fault: _Fault, edition: Edition) -> Finding:
    severity = Severity.ERROR if fault.error else Severity.WARNING
    return Finding(severity, fault.code, f"{edition.key}: {fault.part}", fault.message)


def _words(edition: Edition) -> Iterator[_Fault]:
    subject = edition.subject.strip()
    if not subject:
        yield _Fault(True, "subject-empty", "subject", "the subject is empty; write one with issue edit --subject")
    if text.one_line(subject) != subject:
        yield _Fault(
            False, "subject-lines", "subject", "it has line breaks, invisible marks or double blanks; retype it"
        )
    if text.width(subject) > SUBJECT_COLUMNS:
        yield _Fault(
            False, "subject-long", "subject",
            f"it is {text.width(subject)} columns wide and inboxes show 40 to 80; write at most {SUBJECT_COLUMNS}",
        )  # fmt: skip
    if not edition.preheader.strip():
        yield _Fault(
            False, "preheader-empty", "preheader",
            "inboxes will show the first words of the mail; write one with issue edit --preheader",
        )  # fmt: skip


def _stories(edition: Edition) -> Iterator[_Fault]:
    paths = Counter(story.path for story in edition.stories)
    titles = Counter(text.title_key(story.title) for story in edition.stories)
    for story in edition.stories:
        if paths[story.path] > 1:
            paths[story.path] = 0
            yield _Fault(True, "story-twice", "stories", f"{story.path} is in it twice; exclude one")
        elif titles[text.title_key(story.title)] > 1:
            titles[text.title_key(story.title)] = 0
            yield _Fault(False, "title-twice", "stories", f"two stories are titled {story.title!r}; exclude one?")


def _page(html: str, slots: Slots, config: Config) -> Iterator[_Fault]:
    size = len(html.encode())
    if size > SAFE_BYTES:
        what = "Gmail cuts it off" if size > CLIP_BYTES else "Gmail may cut it off"
        yield _Fault(
            size > CLIP_BYTES, "html-size", "html",
            f"{size} bytes, {what} and hides the unsubscribe link; lower select.max or shorten the summaries",
        )  # fmt: skip
    page = _Page()
    page.feed(html)
    if not page.lang:
        yield _Fault(True, "html-lang", "html", "the html element has no lang; Han letters would look Japanese")
    for source in page.no_alt:
        yield _Fault(True, "image-alt", "html", f"the picture {source} has no alt; write one, or leave it empty")
    for source in page.no_width:
        yield _Fault(
            True, "image-width", "html", f"the picture {source} has no width in pixels: Outlook needs it; "
            "leave pictures out of the intro, or mend the template",
        )  # fmt: skip
    if slots.unsubscribe not in page.links:
        yield _Fault(True, "unsubscribe-html", "html", "it has no unsubscribe link; put the template's footer back")
    own = urls.authority(config.web.url) if config.web.url else ""
    for link in dict.fromkeys(page.links):
        yield from _link(link, own)


def _link(link: str, own: str) -> Iterator[_Fault]:
    if link.startswith(("mailto:", "tel:", "#")):
        return
    if not urls.web(link):
        yield _Fault(True, "link-relative", "html", f"the link {link!r} leads nowhere from a mail; write https://…")
    elif link.startswith("http:") and own == urls.authority(link) and not _loopback(own):
        yield _Fault(True, "link-http", "html", f"{link} is our own page without https; set web.url to https://…")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _left_over(edition: Edition, plain: str, html: str) -> Iterator[_Fault]:
    """Slots and template marks: faults of a template, unless an article really says so."""
    content = "\n".join(
        part for story in edition.stories for part in (story.title, story.summary, *story.tags, *story.authors)
    )
    for part, written in (("html", html), ("text", plain)):
        if SLOT_MARK in written:
            yield _Fault(
                True, "slot-left", part, f"the mark {SLOT_MARK} of a reader's value is left in it; "
                "mend the template, or remove that word from the story",
            )  # fmt: skip
        if _TEMPLATE.search(written):
            yield _Fault(
                not _TEMPLATE.search(content + edition.subject), "template-left", part,
                "it has {{ or {%; mend the template, or let it be if an article means it",
            )  # fmt: skip


def _plain(plain: str, slots: Slots) -> Iterator[_Fault]:
    if len(plain.strip()) <= 40:
        yield _Fault(True, "text-empty", "text", "the text part is nearly empty; put the shipped digest.txt back")
    if slots.unsubscribe not in plain:
        yield _Fault(True, "unsubscribe-text", "text", "it has no unsubscribe link; put the template's footer back")


def _headers(message: email.message.Message, meant: tuple[Field, ...]) -> Iterator[_Fault]:
    """The message parsed back has exactly our fields, once each, with our values (CVE-2024-6923)."""
    found = [(name, _decoded(str(value))) for name, value in message.items()]
    if [name for name, _ in found] != [field.name for field in meant]:
        names = ", ".join(name for name, _ in found)
        yield _Fault(True, "headers", "headers", f"parsed back it has other fields: {names}; report this, do not send")
        return
    for (name, value), ours in zip(found, meant, strict=True):
        if value.replace('\\"', '"').replace("\\\\", "\\") not in _spellings(ours.meant):
            yield _Fault(True, "headers", name, f"parsed back it says {value!r}, not {ours.meant!r}; do not send")


def _decoded(value: str) -> str:
    return str(make_header(decode_header("".join(value.splitlines()))))


def _spellings(meant: str) -> tuple[str, ...]:
    """A value, and the value with its display name in quotes."""
    name, angle, address = meant.rpartition(" <")
    return (meant, f'"{name}" <{address}') if angle else (meant,)


def _parts(message: email.message.Message) -> tuple[str, str]:
    """Text and HTML of the message, as a mail program decodes them."""
    decoded = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    plain, html = (part.decode() for part in decoded if isinstance(part, bytes))
    return plain, html


class _Page(HTMLParser):
    """Notes what matters of a page while it is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.lang = False
        self.no_alt: list[str] = []
        self.no_width: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one start tag."""
        has = dict(attrs)
        if tag == "html":
            self.lang = bool(has.get("lang"))
        elif tag == "img":
            if "alt" not in has:
                self.no_alt.append(str(has.get("src")))
            if not (has.get("width") or "").isdigit():
                self.no_width.append(str(has.get("src")))
        elif tag == "a":
            self.links.append(has.get("href") or "")
