from __future__ import annotations

from builders import AT
from feeds.material import make_channel, make_entry, make_feed
from lxml import etree

from publisher.feeds import opml
from publisher.feeds.feed import Format, Kind

FEEDS = (
    make_feed(make_entry(updated=AT)),
    make_feed(kind=Kind.TOPIC, key="rd", name="R&D <x>"),
    make_feed(kind=Kind.TAG, key="c#", name='C# "sharp"'),
)


def test_all_feeds_by_kind():
    root = etree.fromstring(opml.write(make_channel(), FEEDS))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Tide & <Line>"
    assert root.findtext("head/ownerName") == "Ed"
    assert root.findtext("head/dateModified") == "Mon, 30 Jun 2025 08:00:00 +0000"
    groups = [outline.get("text") for outline in root.find("body")]
    assert groups == ["Tide & <Line>", "Topics", "Tags"]
    feeds = root.xpath("//outline[@type='rss']")
    assert [(feed.get("text"), feed.get("xmlUrl")) for feed in feeds] == [
        ("Tide & <Line>", "https://news.example.org/feeds/rss.xml"),
        ("R&D <x>", "https://news.example.org/feeds/topics/rd/rss.xml"),
        ('C# "sharp"', "https://news.example.org/feeds/tags/c%23/rss.xml"),
    ]
    assert feeds[1].get("htmlUrl") == "https://news.example.org/feeds/topics/rd/"


def test_the_first_xml_format_is_named_else_json():
    for formats, file in (((Format.ATOM, Format.JSON), "atom.xml"), ((Format.JSON,), "feed.json")):
        root = etree.fromstring(opml.write(make_channel(formats=formats, author=""), FEEDS[:1]))
        assert root.xpath("//outline/@xmlUrl") == [f"https://news.example.org/feeds/{file}"]
        assert root.find("head/ownerName") is None


def test_no_feeds_no_clock():
    root = etree.fromstring(opml.write(make_channel(), ()))
    assert root.findtext("head/dateModified") == "Thu, 01 Jan 1970 00:00:00 +0000"
    assert len(root.find("body")) == 0
