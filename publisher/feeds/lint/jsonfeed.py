"""Rules of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from publisher.feeds.lint.finding import (
    Facts,
    Finding,
    Item,
    Language,
    Link,
    entry_place,
    error,
    quoted,
    warning,
    words,
)
from publisher.feeds.lint.text import Fault, address, rfc3339, told

VERSION = "https://jsonfeed.org/version/1.1"
_FEED = words(
    "version title home_page_url feed_url description user_comment next_url icon favicon author authors language "
    "expired hubs items"
)
_ITEM = words(
    "id url external_url title content_html content_text summary image banner_image date_published date_modified "
    "author authors tags language attachments"
)
_TEXTS = words(
    "title description user_comment content_html content_text summary language home_page_url feed_url next_url icon "
    "favicon url external_url image banner_image"
)
_FEED_URLS = ("home_page_url", "feed_url", "next_url", "icon", "favicon")
_ITEM_URLS = ("url", "external_url", "image", "banner_image")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TWICE = "\0twice"
"""Key under which an object keeps the keys that it was given more than once: no text of a feed has it."""


def load(data: bytes) -> dict[str, Any] | Finding:
    """The object that the document is, or why it is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = f"line {data.count(10, 0, problem.start) + 1}"
        return error("encoding", "it holds bytes that are not UTF-8; save it as UTF-8 (RFC 8259 8.1)", line)
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=refuse)
    except json.JSONDecodeError as problem:
        message = f"it is not JSON: {problem.msg} (column {problem.colno}); let a library write it"
        return error("json", message, f"line {problem.lineno}")
    except RecursionError:
        return error("json", "it is nested too deep for any reader; write it flatter", "line 1")
    except ValueError as problem:
        return error("json", f"it is not JSON: {quoted(problem)}; let a library write it", "line 1")
    if not isinstance(value, dict):
        return error("json-object", 'it is JSON but no object; write {"version": …, "items": […]}', "line 1")
    return value


def _pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        found[_TWICE] = sorted(key for key, count in Counter(key for key, _ in members).items() if count > 1)
    return found


def refuse(name: str) -> Any:
    """Raises ``ValueError`` for NaN and Infinity, which Python reads and nobody else."""
    raise ValueError(f"{name} is no number of JSON")


def facts(feed: Mapping[str, Any]) -> Facts:
    """What the feed says."""
    links = [Link("self", _text(feed, "feed_url"))] if "feed_url" in feed else []
    links += [Link("hub", _text(hub, "url")) for hub in _objects(feed.get("hubs")) if hub.get("type") == "WebSub"]
    items = _objects(feed.get("items"))
    return Facts(
        language_of=Language.JSON,
        items=tuple(_item(item, number) for number, item in enumerate(items, 1)),
        home=_text(feed, "home_page_url"),
        links=tuple(links),
        language=_text(feed, "language") or None,
    )


def _item(item: Mapping[str, Any], number: int) -> Item:
    published, updated = rfc3339(_text(item, "date_published")), rfc3339(_text(item, "date_modified"))
    return Item(
        place=place(item, number),
        id=_text(item, "id"),
        title=_text(item, "title") if "title" in item else None,
        published=published if isinstance(published, datetime) else None,
        updated=updated if isinstance(updated, datetime) else None,
        bodies=bodies(item),
    )


def place(item: Mapping[str, Any], number: int) -> str:
    """Which item it is."""
    return entry_place(number, item.get("title") or item.get("id"))


def bodies(item: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Name and HTML of the text of an item: the others are plain."""
    html = _text(item, "content_html")
    return (("content_html", html),) if html else ()


def _text(members: Mapping[str, Any], key: str) -> str:
    value = members.get(key)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def rules(feed: Mapping[str, Any]) -> Iterator[Finding]:
    """The faults of a document, but for those that any format can have."""
    version = feed.get("version")
    if version == "https://jsonfeed.org/version/1":
        yield warning("version", f'it is JSON Feed 1; write "version": "{VERSION}", authors and language')
    elif version != VERSION:
        yield error("version", f'its version is {quoted(version)}; write "{VERSION}"')
    if not _text(feed, "title").strip():
        yield error("element-missing", "it has no title; write one")
    for key in ("home_page_url", "feed_url"):
        if key not in feed:
            yield warning("element-missing", f"it has no {key}; write the address")
    yield from _members(feed, _FEED, "feed")
    yield from _urls(feed, _FEED_URLS, "feed")
    if "expired" in feed and not isinstance(feed["expired"], bool):
        yield error("json-type", f"expired is {quoted(feed['expired'])}; write true or false")
    yield from _hubs(feed)
    items = feed.get("items")
    if not isinstance(items, list):
        yield error("element-missing", 'it has no list of items; write "items": […]')
        return
    if len(items) > len(_objects(items)):
        yield error("json-type", 'an item is no object; write {"id": …, "content_html": …}')
    for number, item in enumerate(_objects(items), 1):
        where = place(item, number)
        yield from identity(item, where)
        yield from characters(item, where)
        yield from _urls(item, _ITEM_URLS, where)
        yield from _details(item, where)


def _members(members: Mapping[str, Any], names: frozenset[str], where: str) -> Iterator[Finding]:
    """What any object of the format can have wrong."""
    if twice := members.get(_TWICE):
        yield error("json-twice", f"the key {', '.join(twice)} stands twice in one object; write it once", where)
    odd = sorted(key for key in members if key not in names and not key.startswith("_") and key != _TWICE)
    if odd:
        message = f"the format has no key {quoted(', '.join(odd))}; mend the spelling, or begin your own with _"
        yield warning("key-unknown", message, where)
    for key in sorted(_TEXTS & members.keys()):
        if not isinstance(members[key], str):
            yield error("json-type", f"{key} is no text; write it in quotes, or leave the key out", where)
    if "author" in members:
        yield warning("element-obsolete", 'author is of version 1; write "authors": [{…}]', where)
    authors = members.get("authors", [])
    if not isinstance(authors, list) or len(_objects(authors)) < len(authors):
        yield error("json-type", 'authors is no list of objects; write [{"name": …}]', where)
    elif not all({"name", "url", "avatar"} & author.keys() for author in authors):
        yield error("author-name", "an author has neither name, url nor avatar; write one", where)


def _urls(members: Mapping[str, Any], keys: tuple[str, ...], where: str) -> Iterator[Finding]:
    for key in keys:
        if isinstance(members.get(key), str) and (fault := address(members[key])):
            yield told(fault, where, key)


def _hubs(feed: Mapping[str, Any]) -> Iterator[Finding]:
    hubs = feed.get("hubs", [])
    complete = isinstance(hubs, list) and all({"type", "url"} <= hub.keys() for hub in _objects(hubs))
    if not complete or len(_objects(hubs)) < len(hubs):
        yield error("hub-shape", 'hubs is no list of objects with type and url; write [{"type": "WebSub", "url": …}]')


def identity(item: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Faults of what every item must have."""
    id = item.get("id")
    if not isinstance(id, str) or not id.strip():
        what = "it has no id" if id is None or id == "" else f"its id {quoted(id)} is no text"
        yield error("id-missing", f"{what}; write one in quotes that never changes", where)
    if not _text(item, "content_html") and not _text(item, "content_text"):
        yield error("content-missing", "it has neither content_html nor content_text; write one", where)
    for key in ("date_published", "date_modified"):
        if key in item and isinstance(fault := rfc3339(_text(item, key)), Fault):
            yield told(fault, where, key)


def characters(item: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Characters that no reader can show; RSS and Atom could not even hold them."""
    for key, value in item.items():
        if isinstance(value, str) and (match := _ILLEGAL.search(value)):
            message = f"{key} holds the character U+{ord(match[0]):04X}, which no reader can show; remove it"
            yield error("xml-character", message, where)


def _details(item: Mapping[str, Any], where: str) -> Iterator[Finding]:
    yield from _members(item, _ITEM, where)
    tags = item.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        yield error("json-type", 'tags is no list of texts; write ["one", "two"]', where)
    attachments = item.get("attachments", [])
    if not isinstance(attachments, list) or len(_objects(attachments)) < len(attachments):
        yield error("json-type", 'attachments is no list of objects; write [{"url": …, "mime_type": …}]', where)
    for each in _objects(attachments):
        if not _text(each, "url") or "/" not in _text(each, "mime_type"):
            yield error("attachment", "an attachment has no url or no mime_type; write both", where)
        yield from _urls(each, ("url",), where)
        for key in ("size_in_bytes", "duration_in_seconds"):
            if key in each and (isinstance(each[key], bool) or not isinstance(each[key], int | float)):
                yield error("attachment", f"{key} is {quoted(each[key])}; write a number without quotes", where)
