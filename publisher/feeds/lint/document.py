"""Lints any feed in the world: RSS 2.0, Atom 1.0, JSON Feed 1.1 and OPML 2.0, told apart by their bytes. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType

from publisher.content.article import Severity
from publisher.feeds.feed import Format
from publisher.feeds.lint import atom as lint_atom
from publisher.feeds.lint import feed as lint_feed
from publisher.feeds.lint import jsonfeed as lint_json
from publisher.feeds.lint import media as lint_media
from publisher.feeds.lint import opml as lint_opml
from publisher.feeds.lint import rss as lint_rss
from publisher.feeds.lint import xml as lint_xml
from publisher.feeds.lint.finding import Finding, Language, error, quoted, warning

LARGEST = 64 << 20
"""Bytes of a document that is judged at all."""
_LARGE = 512 << 10
_HEAD = 4000
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_FORMATS = MappingProxyType({Format.RSS: Language.RSS, Format.ATOM: Language.ATOM, Format.JSON: Language.JSON})
_LANGUAGES = {"rss": Language.RSS, "feed": Language.ATOM, "opml": Language.OPML}
_XML = {Language.RSS: "rss", Language.ATOM: f"{lint_xml.ATOM}feed", Language.OPML: "opml"}


def document(data: bytes, *, url: str = "", now: datetime | None = None) -> list[Finding]:
    """Everything that is wrong with a feed or an OPML list, in the order of the document.

    ``url``: the address it was fetched from, which its ``self`` should be; ``now`` (aware): what is later is told.
    Never raises, whatever the bytes.
    """
    if len(data) > LARGEST:
        return [error("too-large", f"it has more than {LARGEST >> 20} MiB; write the newest 20 to 50 entries")]
    if not data.strip():
        return [error("empty", "it is empty; write a feed")]
    language = language_of(data)
    if language is None:
        return [_stranger(data)]
    found = list(_bytes(data, language))
    found += _json(data, url, now) if language is Language.JSON else _xml(data, language, url, now)
    return found


def frame(form: Format, head: bytes, tail: bytes) -> tuple[Finding, ...]:
    """What makes a feed broken that holds no entry yet: ``head + tail`` is the whole of an empty one."""
    data = head + tail
    if language_of(data) is not _FORMATS[form]:
        return (error("format", f"it is no {_FORMATS[form]}; let the writer make it anew"),)
    return tuple(each for each in document(data) if each.severity is Severity.ERROR)


def language_of(data: bytes) -> Language | None:
    """What the document is, by its first brace or element; None where it is none of them."""
    head = _head(data)
    if head.startswith(("{", "[")):
        return Language.JSON
    match = _ROOT.search(_uncommented(head))
    return _LANGUAGES.get(match[1].lower()) if match else None


def is_page(data: bytes) -> bool:
    """Whether the document is a page of HTML."""
    head = _head(data)
    match = _ROOT.search(_uncommented(head))
    return head.lower().startswith("<!doctype html") or (match is not None and match[1].lower() == "html")


def names_hub(data: bytes) -> bool:
    """Whether a feed names a WebSub hub."""
    language = language_of(data)
    if language is Language.JSON:
        feed = lint_json.load(data)
        return not isinstance(feed, Finding) and bool(lint_json.facts(feed).hrefs("hub"))
    root = lint_xml.parse(data).root if language else None
    if root is None:
        return False
    return any(link.rel == "hub" for link in lint_media.links(root.first("channel") or root))


def _head(data: bytes) -> str:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data[:_HEAD].decode("utf-16" if utf16 else "utf-8", "replace").lstrip("\ufeff \t\r\n")


def _uncommented(head: str) -> str:
    return re.sub(r"<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>", "", head, flags=re.DOTALL)


def _stranger(data: bytes) -> Finding:
    head = _uncommented(_head(data))
    match = _ROOT.search(head)
    root = match[1].lower() if match else ""
    if is_page(data):
        return error("format", "it is an HTML page; give the address of a feed", "line 1")
    if root == "rdf":
        return error(
            "format", "it is RSS 1.0, which few programs write and some no longer read; write RSS 2.0", "line 1"
        )
    what = f"its root is <{quoted(root)[1:-1]}>" if root and head.startswith("<") else "its bytes begin otherwise"
    return error("format", f"it is neither RSS, Atom, JSON Feed nor OPML: {what}; write one of them", "line 1")


def _bytes(data: bytes, language: Language) -> Iterator[Finding]:
    if data.startswith(codecs.BOM_UTF8):
        yield warning("bom", "it begins with a byte order mark, over which some parsers stumble; remove it", "line 1")
    place = data.find("\ufffd".encode())
    if place >= 0:
        message = "it holds U+FFFD, where a conversion lost a character; mend the text"
        yield warning("replacement", message, f"line {data.count(10, 0, place) + 1}")
    if language is not Language.OPML and len(data) > _LARGE:
        message = f"it has {len(data) >> 10} KiB, and some readers stop at 512; write fewer entries"
        yield warning("large", message)


def _json(data: bytes, url: str, now: datetime | None) -> Iterator[Finding]:
    feed = lint_json.load(data)
    if isinstance(feed, Finding):
        yield feed
        return
    if "items" not in feed and not str(feed.get("version", "")).startswith("https://jsonfeed.org/"):
        yield error(
            "format", f'it is JSON but no JSON Feed; write "version": "{lint_json.VERSION}" and items', "line 1"
        )
        return
    yield from lint_json.rules(feed)
    yield from lint_feed.rules(lint_json.facts(feed), url=url, now=now)


def _xml(data: bytes, language: Language, url: str, now: datetime | None) -> Iterator[Finding]:
    parsed = lint_xml.parse(data)
    yield from parsed.findings
    root = parsed.root
    if root is None:
        return
    if root.name != _XML[language]:
        message = f"its root is {quoted(root.name)}; write it in the namespace of {language}"
        yield error("namespace", message, f"line {root.line}")
        return
    if language is Language.OPML:
        yield from lint_opml.rules(root)
    elif language is Language.ATOM:
        yield from lint_atom.rules(root)
        yield from lint_feed.rules(lint_atom.facts(root), url=url, now=now)
    else:
        yield from lint_rss.rules(root)
        if channel := root.first("channel"):
            yield from lint_feed.rules(lint_rss.facts(channel), url=url, now=now)
