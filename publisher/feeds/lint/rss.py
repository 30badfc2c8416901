"""Rules of RSS 2.0 (https://www.rssboard.org/rss-specification). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.feeds.lint.finding import Facts, Finding, Item, Language, entry_place, error, quoted, warning, words
from publisher.feeds.lint.media import known, length, links, located, media, once, syndication
from publisher.feeds.lint.text import Fault, address, rfc822, told, web
from publisher.feeds.lint.xml import CONTENT, DC, HISTORY, Node

_CHANNEL = words(
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs "
    "cloud ttl image rating textInput skipHours skipDays item"
)
_CHANNEL_ONCE = _CHANNEL - {"category", "item"}
_ITEM = words("title link description author category comments enclosure guid pubDate source")
_ITEM_ONCE = _ITEM - {"category", "enclosure"}
ENCODED = f"{CONTENT}encoded"


def facts(channel: Node) -> Facts:
    """What the channel says."""
    stamp = rfc822(channel.value("lastBuildDate") or channel.value("pubDate"))
    language = channel.first("language")
    return Facts(
        language_of=Language.RSS,
        items=tuple(_item(item, number) for number, item in enumerate(channel.all("item"), 1)),
        home=channel.value("link"),
        links=links(channel),
        language=(language.text if language else channel.value(f"{DC}language")).strip() or None,
        stamp=stamp if isinstance(stamp, datetime) else None,
        archive=channel.first(f"{HISTORY}archive") is not None,
        complete=channel.first(f"{HISTORY}complete") is not None,
    )


def _item(item: Node, number: int) -> Item:
    published = rfc822(item.value("pubDate"))
    title = item.first("title")
    return Item(
        place=place(item, number),
        id=item.value("guid"),
        title=title.text if title else None,
        published=published if isinstance(published, datetime) else None,
        bodies=bodies(item),
    )


def place(item: Node, number: int) -> str:
    """Where an item stands, and which it is."""
    return entry_place(number, item.value("title") or item.value("guid") or item.value("link"), item.line)


def bodies(item: Node) -> tuple[tuple[str, str], ...]:
    """Name and HTML of the texts of an item."""
    texts = (("description", item.first("description")), ("content:encoded", item.first(ENCODED)))
    return tuple((name, node.text) for name, node in texts if node)


def rules(root: Node) -> Iterator[Finding]:
    """The faults of a document, but for those that any format can have."""
    version = root.attributes.get("version", "")
    if version != "2.0":
        yield warning("version", f'its version is {quoted(version)}; write <rss version="2.0">', f"line {root.line}")
    channel = root.first("channel")
    if channel is None:
        yield error("element-missing", "there is no <channel>; put title, link, description and items into one")
        return
    yield from _channel(channel)
    for number, item in enumerate(channel.all("item"), 1):
        where = place(item, number)
        yield from identity(item, where)
        yield from details(item, where)
        yield from _order(item, where)


def _channel(channel: Node) -> Iterator[Finding]:
    for name in ("title", "link", "description"):
        if channel.first(name) is None:
            yield error("element-missing", f"there is no <{name}>; write one")
        elif not channel.value(name):
            make = warning if name == "description" else error
            yield make("element-empty", f"<{name}> is empty; write what readers should see")
    yield from known(channel, _CHANNEL, "feed")
    yield from once(channel, _CHANNEL_ONCE, "feed")
    for name in ("lastBuildDate", "pubDate"):
        yield from dated(channel, name, "feed")
    ttl = channel.first("ttl")
    if ttl and not (ttl.text.strip().isascii() and ttl.text.strip().isdigit()):
        yield error("ttl", f"ttl is {quoted(ttl.text)}; write minutes in digits")
    for name in ("managingEditor", "webMaster"):
        yield from _mailbox(channel, name, "feed")
    if channel.first("textInput"):
        yield warning("element-obsolete", "no reader shows <textInput>; remove it")
    yield from syndication(channel)


def dated(parent: Node, name: str, where: str) -> Iterator[Finding]:
    """The fault of a date, if there is one and it is wrong."""
    node = parent.first(name)
    if node is not None and isinstance(fault := rfc822(node.text.strip()), Fault):
        yield told(fault, where, name)


def _mailbox(parent: Node, name: str, where: str) -> Iterator[Finding]:
    person = parent.value(name)
    if person and "@" not in person:
        message = f"<{name}> is {quoted(person)} and must be an e-mail address; name people in <dc:creator>"
        yield error("author-address", message, where)


def identity(item: Node, where: str) -> Iterator[Finding]:
    """Faults of what tells an item from all others."""
    guid = item.first("guid")
    text = guid.text.strip() if guid else ""
    if guid is None or not text:
        message = "it has no <guid>, so that readers guess which entries are new; write one that never changes"
        yield error("id-missing", message, where)
    elif guid.attributes.get("isPermaLink", "true") == "true" and not web(text):
        message = f'<guid> {quoted(text)} is no address, but is called a permalink; add isPermaLink="false"'
        yield error("guid-permalink", message, where)
    yield from dated(item, "pubDate", where)


def details(item: Node, where: str) -> Iterator[Finding]:
    """Faults of links, enclosures and pictures of an item."""
    if link := item.value("link"):
        if fault := address(link):
            yield told(fault, where, "link")
    elif not item.first("enclosure") and not web(item.value("guid")):
        yield warning("link-missing", "it has no <link>, so that nobody can open it; write its page's address", where)
    for enclosure in item.all("enclosure"):
        yield from located(enclosure.attributes.get("url", ""), "enclosure", where)
        yield from length(enclosure.attributes.get("length", ""), "the enclosure", where)
        if "/" not in enclosure.attributes.get("type", ""):
            yield error("enclosure-type", 'the enclosure has no media type; write for example type="image/jpeg"', where)
    yield from media(item, where)


def _order(item: Node, where: str) -> Iterator[Finding]:
    """What a reader survives."""
    names = [child.name for child in item.children]
    yield from known(item, _ITEM, where)
    yield from once(item, _ITEM_ONCE, where)
    yield from _mailbox(item, "author", where)
    if not item.first("title") and not item.first("description"):
        yield error("element-missing", "it has neither <title> nor <description>; write one", where)
    if item.first("pubDate") is None and item.first(f"{DC}date") is None:
        yield warning("date-missing", "it has no <pubDate>, so that readers cannot sort it; write one", where)
    if names.count("enclosure") > 1:
        yield warning("enclosure-many", "it has several enclosures, and readers take one; keep the first", where)
    if ENCODED in names and "description" in names[names.index(ENCODED) :]:
        message = "content:encoded stands before description, which some readers then show in its place; swap them"
        yield warning("content-order", message, where)
