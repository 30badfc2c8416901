from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders import AT
from feeds.material import make_channel, make_entry, make_feed

from publisher.feeds.feed import NEVER, Format, Kind, content, source, synopsis


def test_addresses_are_encoded_and_folders_are_not():
    feed = make_feed(kind=Kind.TAG, key="c#", name="C#")
    assert feed.path(Format.RSS) == "feeds/tags/c#/rss.xml"
    assert feed.url(Format.RSS) == "https://news.example.org/feeds/tags/c%23/rss.xml"
    assert feed.link(Format.JSON) == "tags/c%23/feed.json"
    topic = make_feed(kind=Kind.TOPIC, key="投融资", name="投融资")
    assert topic.path(Format.ATOM) == "feeds/topics/投融资/atom.xml"
    assert topic.url(Format.ATOM) == "https://news.example.org/feeds/topics/%E6%8A%95%E8%9E%8D%E8%B5%84/atom.xml"
    assert make_feed().url(Format.JSON) == "https://news.example.org/feeds/feed.json"


def test_the_id_stays_when_feeds_are_served_elsewhere():
    here, there = make_feed(), make_feed(channel=make_channel(base_url="https://cdn.example.net"))
    assert here.id == there.id == "https://example.org/feeds/"


def test_title_and_description_of_each_kind():
    assert make_feed().title == "Tide & <Line>"
    topic = make_feed(kind=Kind.TOPIC, key="chips", name="Chips")
    assert (topic.title, topic.description) == ("Chips · Tide & <Line>", "Chips: News of the sea")
    silent = make_channel(description="")
    assert make_feed(channel=silent).description == "Tide & <Line>"
    assert make_feed(channel=silent, kind=Kind.TAG, key="x", name="X").description == "X · Tide & <Line>"


def test_a_feed_is_as_new_as_its_newest_change():
    old, new = make_entry("old", updated=AT + timedelta(hours=3)), make_entry("new", updated=AT)
    assert make_feed(new, old).updated == AT + timedelta(hours=3)
    assert make_feed().updated == NEVER == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_stamp_moves_with_everything_that_is_shown():
    entry = make_entry()
    assert entry.stamp == make_entry().stamp
    for changes in ({"title": "x"}, {"revision": "r2"}, {"guid": "tag:x,2025:y"}, {"tags": ("x",)}):
        assert make_entry(**changes).stamp != entry.stamp
    assert make_entry(channel=make_channel(full=False)).stamp != entry.stamp


def test_the_source_of_a_document_moves_with_entries_and_frame():
    one, two = make_entry("one"), make_entry("two")
    stamps = {item.path: item.stamp for item in (one, two)}
    feed = make_feed(one, two)
    mark = source(feed, Format.RSS, stamps)
    assert mark == source(feed, Format.RSS, stamps)
    others = [
        source(feed, Format.ATOM, stamps),
        source(make_feed(two, one), Format.RSS, stamps),
        source(make_feed(one), Format.RSS, stamps),
        source(replace(feed, channel=make_channel(title="Other")), Format.RSS, stamps),
        source(feed, Format.RSS, stamps | {one.path: "changed"}),
    ]
    assert len({mark, *others}) == 6


@pytest.mark.parametrize(
    ("html", "expected"),
    [("a\r\nb\rc\n", "a\nb\nc\n"), ("x\x00\x08\x1f\ufffe\ud800y", "xy"), ("\tkept 🚀", "\tkept 🚀")],
)
def test_html_holds_only_what_xml_can_hold(html, expected):
    assert content(html) == expected


def test_no_entry_is_without_a_body():
    assert synopsis(make_entry(summary="S"), "<p>x</p>") == "S"
    assert synopsis(make_entry(summary=""), "<p>x</p>") == ""
    assert synopsis(make_entry(summary="", title="T"), "") == "T"


def test_formats_know_their_files_and_types():
    assert [(form.file, form.media_type) for form in Format] == [
        ("rss.xml", "application/rss+xml"),
        ("atom.xml", "application/atom+xml"),
        ("feed.json", "application/feed+json"),
    ]
