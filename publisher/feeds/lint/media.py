"""What RSS and Atom share: Media RSS, enclosures, links of the feed, elements that may stand once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from publisher.feeds.lint.finding import Finding, Link, error, quoted, warning
from publisher.feeds.lint.text import address, told
from publisher.feeds.lint.xml import ATOM, MEDIA, SYNDICATION, Node

_MEDIUMS = frozenset({"image", "audio", "video", "document", "executable"})
_NUMBERS = ("width", "height", "fileSize")
_PERIODS = frozenset({"hourly", "daily", "weekly", "monthly", "yearly"})


def media(entry: Node, place: str) -> Iterator[Finding]:
    """Faults of the pictures and films of an entry (Media RSS 1.5.1)."""
    for group in entry.all(f"{MEDIA}group"):
        if len(group.all(f"{MEDIA}content")) == 1:
            message = "media:group holds one media:content, and is for alternatives; put media:content into the entry"
            yield error("media-group", message, place)
        yield from media(group, place)
    for part in entry.children:
        if part.name in {f"{MEDIA}content", f"{MEDIA}thumbnail"}:
            yield from _medium(part, part.name.removeprefix(MEDIA), place)


def _medium(part: Node, name: str, place: str) -> Iterator[Finding]:
    url = part.attributes.get("url")
    if url is not None:
        yield from located(url, f"media:{name}", place)
    elif name == "thumbnail":
        yield error("media-url", "media:thumbnail has no url; write one, or leave it out", place)
    for key in _NUMBERS:
        value = part.attributes.get(key, "0")
        if not _digits(value):
            yield error("media-number", f"{key} of media:{name} is {quoted(value)}; write digits alone", place)
    medium = part.attributes.get("medium", "image")
    if medium not in _MEDIUMS:
        message = f"medium of media:{name} is {quoted(medium)}; write one of {', '.join(sorted(_MEDIUMS))}"
        yield error("media-medium", message, place)


def located(url: str, what: str, place: str) -> Iterator[Finding]:
    """The fault of one address, if it has one."""
    if fault := address(url.strip()):
        yield told(fault, place, what)


def length(value: str, what: str, place: str) -> Iterator[Finding]:
    """Faults of an enclosure's length."""
    if not _digits(value):
        yield error("enclosure-length", f"length of {what} is {quoted(value)}; write the file's bytes in digits", place)
    elif int(value[:20]) == 0:
        yield warning("enclosure-length", f"length of {what} is 0; write the file's bytes", place)


def _digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


def once(parent: Node, names: Collection[str], place: str, namespace: str = "") -> Iterator[Finding]:
    """Elements that stand more than once where readers take one of them."""
    for name, count in Counter(child.name for child in parent.children).items():
        short = name.removeprefix(namespace)
        if count > 1 and short in names and name == namespace + short:
            yield error("element-twice", f"<{short}> stands {count} times; write it once", place)


def known(parent: Node, names: Collection[str], place: str, namespace: str = "") -> Iterator[Finding]:
    """Elements of the format's own namespace that the format does not have."""
    for child in parent.children:
        short = child.name.removeprefix(namespace)
        foreign = short.startswith("{") or (namespace and short == child.name)
        if not foreign and short not in names:
            message = f"<{short}> is no element of this format; remove it, or use a namespace of your own"
            yield error("element-unknown", message, f"line {child.line}" if place == "feed" else place)


def syndication(channel: Node) -> Iterator[Finding]:
    """Faults of the hints how often a feed changes (RSS 1.0 module Syndication)."""
    for child in channel.children:
        name = child.name.removeprefix(SYNDICATION)
        if name == child.name:
            continue
        if name not in {"updatePeriod", "updateFrequency", "updateBase"}:
            message = f"sy:{name} does not exist; write sy:updatePeriod, sy:updateFrequency or sy:updateBase"
            yield error("syndication", message)
        elif name == "updatePeriod" and child.text.strip() not in _PERIODS:
            message = f"sy:updatePeriod is {quoted(child.text)}; write hourly, daily, weekly, monthly or yearly"
            yield error("syndication", message)


def links(parent: Node) -> tuple[Link, ...]:
    """The Atom links of a feed or an entry."""
    return tuple(
        Link(
            rel=(each.attributes.get("rel") or "alternate").removeprefix("http://www.iana.org/assignments/relation/"),
            href=each.attributes.get("href", "").strip(),
            type=each.attributes.get("type", ""),
            hreflang=each.attributes.get("hreflang", ""),
        )
        for each in parent.all(f"{ATOM}link")
    )
