"""OPML 2.0 (http://opml.org/spec2.opml): one file by which a reader subscribes to many feeds."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from xml.etree import ElementTree as ET

from publisher.feeds.feed import NEVER, Channel, Feed, Format, Kind
from publisher.times import rfc822

PATH = "feeds/index.opml"
MEDIA_TYPE = "text/x-opml"
_HEADINGS = MappingProxyType(
    {
        Kind.ALL: "",
        Kind.TOPIC: "Topics",
        Kind.EXTRA: "Selections",
        Kind.NEWSLETTER: "Newsletters",
        Kind.TAG: "Tags",
    }
)


def write(channel: Channel, feeds: Sequence[Feed]) -> bytes:
    """All feeds as one document, topics and tags in an outline of their own. No clock: dated by the newest change.

    Each feed stands once, in the first XML format that the site has: a reader that takes OPML takes RSS or Atom.
    """
    form = next((f for f in channel.formats if f is not Format.JSON), Format.JSON)
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = channel.title
    ET.SubElement(head, "dateModified").text = rfc822(max((feed.updated for feed in feeds), default=NEVER))
    if channel.author:
        ET.SubElement(head, "ownerName").text = channel.author
    body = ET.SubElement(root, "body")
    for kind, heading in _HEADINGS.items():
        members = [feed for feed in feeds if feed.kind is kind]
        if members:
            place = ET.SubElement(body, "outline", text=heading) if heading else body
            for feed in members:
                _outline(place, feed, form)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def _outline(place: ET.Element, feed: Feed, form: Format) -> None:
    attributes = {
        "type": "rss",  # OPML's word for every kind of feed
        "text": feed.name or feed.title,
        "title": feed.title,
        "description": feed.description,
        "language": feed.channel.language,
        "htmlUrl": feed.home,
        "xmlUrl": feed.url(form),
    }
    ET.SubElement(place, "outline", attributes)
