"""What must hold of a mail or page whatever an enemy wrote: judged by parsers that are not ours."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from typing import Any

from lxml import html

HEAD = [
    "From", "Reply-To", "Subject", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language", "List-Id",
    "List-Archive", "List-Help", "Feedback-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
]  # fmt: skip
TAGS = {
    "html", "head", "meta", "title", "style", "link", "body", "div", "table", "tbody", "tr", "td", "img", "h1", "h2", "h3", "p", "a",
    "span", "ol", "ul", "li", "hr", "br",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "dir", "charset", "name", "content", "class", "role", "aria-label", "aria-roledescription", "style", "href", "src", "alt",
    "width", "height", "cellpadding", "cellspacing", "border", "align", "valign", "bgcolor", "rel", "type", "title", "data-premailer",
    "data-css-inline", "property",
}  # fmt: skip
INTRO_TAGS = TAGS | {
    "b", "i", "em", "strong", "code", "pre", "blockquote", "del", "s", "u", "sup", "sub", "h4", "h5", "h6", "thead", "th", "tfoot",
    "section", "dl", "dt", "dd", "abbr", "q", "small", "center", "details", "summary", "figure", "figcaption", "caption", "picture",
    "kbd", "mark", "cite", "ins", "time", "bdi", "bdo", "source", "aside", "article", "footer", "header", "col", "colgroup", "strike",
    "tt", "rp", "rt", "ruby", "samp", "var", "wbr", "acronym", "big", "data", "dfn", "address", "main",
}  # fmt: skip
_ANYTHING = {"href", "src", "alt", "aria-label", "title", "content", "lang", "dir"}
"""Attributes whose values are an article's own."""
_SCHEMES = ("https://", "http://", "mailto:", "/", "#")
_ACTIVE = re.compile(
    r"^[\x00-\x20]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|v\s*b\s*s\s*c\s*r\s*i\s*p\s*t|data)\s*:", re.IGNORECASE
)
_LEFT = re.compile(r"xq[0-9a-f]{16}[-:][a-z0-9.]+")
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def parsed(document: str) -> Any:
    """The root element, as libxml2 sees the document."""
    return html.document_fromstring(document.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))


def elements(root: Any) -> list[Any]:
    return [each for each in root.iter() if isinstance(each.tag, str)]


def skeleton(root: Any, without: str = "") -> list[tuple[Any, ...]]:
    """Each element with its depth, and its attributes without what an article may say; ``without``: an XPath to skip."""
    skipped = {below for each in root.xpath(without) for below in each.iter()} if without else set()
    made = []
    for each in elements(root):
        if each not in skipped:
            told = tuple(sorted((name, "" if name in _ANYTHING else value) for name, value in each.attrib.items()))
            made.append((sum(1 for _ in each.iterancestors()), each.tag, told))
    return made


def comments(root: Any) -> list[str]:
    return [each.text for each in root.iter(html.etree.Comment)]


def assert_inert(document: str, *, tags: set[str] = TAGS, more: frozenset[str] = frozenset()) -> Any:
    """The parsed document; nothing in it runs, asks, frames, posts or leads where no page should."""
    root = parsed(document)
    for each in elements(root):
        assert each.tag in tags, f"an element <{each.tag}>: {html.tostring(each)[:200]!r}"
        for name, value in each.attrib.items():
            assert name in ATTRIBUTES | more, f"an attribute {name}={value[:80]!r} of <{each.tag}>"
            assert not (name in {"href", "src"} and _ACTIVE.match(value)), f"{name}={value[:80]!r}"
            if name in {"href", "src"}:
                assert value.startswith(_SCHEMES), f"{name}={value[:80]!r} of <{each.tag}>"
        if "style" in each.attrib:
            assert not re.search(r"expression|javascript|url\(|@import|binding", each.get("style"), re.IGNORECASE)
    for sheet in root.iter("style"):
        assert not re.search(r"expression|javascript|url\(|@import|binding|<", sheet.text or "", re.IGNORECASE)
    assert not root.xpath("//meta[@http-equiv]")
    return root


def words(root: Any) -> str:
    """All that the document says, on one line."""
    return " ".join(root.text_content().split())


def attributed(root: Any) -> str:
    """All that its attributes say to people."""
    return " ".join(" ".join(root.xpath("//@alt | //@aria-label | //@content")).split())


_TO = re.compile(rb"(?m)^To: .*(?:\r\n[ \t].*)*")


def told(value: object) -> str:
    """A header field as people read it."""
    return str(make_header(decode_header("".join(str(value).splitlines()))))


def assert_wire(raw: bytes) -> tuple[Message, EmailMessage]:
    """The message as old and new parsers read it; its bytes are fit for any relay.

    A reader whose local part is of other letters is the one exception (RFC 6532 3.2): for the parsers, which know no
    such field, each of these letters is an "a".
    """
    if (to := _TO.search(raw)) and not to[0].isascii():
        raw = raw[: to.start()] + re.sub(r"[^\0-\x7f]", "a", to[0].decode("utf-8")).encode("ascii") + raw[to.end() :]
    head = raw.partition(b"\r\n\r\n")[0]
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"), "a bare CR or LF"
    assert b"\0" not in raw
    assert head.isascii()
    assert not re.search(rb"[^\r\n -~\t]", head), "a control character in the head"
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not [line for line in raw.split(b"\r\n") if line.startswith((b".", b"From "))]
    old = email.message_from_bytes(raw, policy=email.policy.compat32)
    new = email.message_from_bytes(raw, policy=email.policy.default)
    assert old.keys() == new.keys()
    for message in (old, new):
        assert not any(part.defects for part in message.walk())
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]
        assert not message.preamble
        assert not message.epilogue
    return old, new


def bodies(message: Message) -> list[str]:
    """The parts as a mail program decodes them."""
    return [part.get_payload(decode=True).decode("utf-8") for part in message.get_payload()]


def assert_head(old: Message, new: EmailMessage, fields: Any = None, *, head: list[str] = HEAD) -> None:
    """Exactly our fields once each, and as meant; folded anew by an old Python they are still those (CVE-2024-6923)."""
    assert old.keys() == head
    for field in fields or ():
        if field.name in {"From", "To", "List-Id", "Reply-To"}:
            assert (
                told(old[field.name]).replace('\\"', '"').replace("\\\\", "\\").split()
                == (field.meant.replace('\\"', '"').replace("\\\\", "\\").split())
                or '"' in old[field.name]
            )
        else:
            assert told(old[field.name]) == field.meant
    for name in ("From", "To", *(["Reply-To"] if "Reply-To" in head else [])):
        assert len(new[name].addresses) == 1
    assert not BIDI.search("".join(map(told, old.values())))


def assert_refolds(raw: bytes, head: list[str]) -> None:
    """A relay that reads the message with an old Python and writes it anew adds no field."""
    cut = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    for policy in (email.policy.SMTP, email.policy.default.clone(refold_source="all")):
        again = email.message_from_bytes(cut, policy=policy).as_bytes()
        assert email.message_from_bytes(again, policy=email.policy.compat32).keys() == head


def assert_text(text: str, *, whole: bool = True) -> None:
    """The text part: no control character, no mark of ours, no line that is too long but for an address or one letter."""
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    assert not BIDI.search(text)
    for line in text.splitlines():
        if "://" not in line and len(line.encode()) > 998:
            towers = re.sub("[\u0300-\u036f\u200d\ufe0f]", "", line)
            assert len(towers) <= 72, f"a line of {len(line.encode())} octets: {line[:80]!r}"
    if whole:
        assert text.endswith("\n")


def assert_no_marks(*documents: str) -> None:
    """No mark of the program is left but those that the corpus wrote (``0123456789abcdef``)."""
    for document in documents:
        assert not [mark for mark in _LEFT.findall(document) if "0123456789abcdef" not in mark]
