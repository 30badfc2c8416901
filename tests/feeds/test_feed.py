from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders import AT
from feeds.material import make_card, make_channel, make_entry, make_feed

from publisher.feeds.feed import NEVER, Extra, Format, Kind, content, joined, synopsis


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


def test_the_source_of_a_document_moves_with_entries_and_frame():
    feed = make_feed(make_entry("one"), make_entry("two"))

    def mark(feed, form=Format.RSS):
        return feed.frame(form).source(feed.members)

    assert mark(feed) == mark(make_feed(make_entry("one"), make_entry("two")))
    others = [
        mark(feed, Format.ATOM),
        mark(replace(feed, members=feed.members[::-1])),
        mark(replace(feed, members=feed.members[:1])),
        mark(replace(feed, channel=make_channel(title="Other"))),
        mark(replace(feed, name="Other")),
        mark(replace(feed, months=("2025-05",))),
        mark(replace(feed, total=9)),
        mark(replace(feed, members=(replace(feed.members[0], stamp="other"), feed.members[1]))),
    ]
    assert len({mark(feed), *others}) == 9


def test_only_what_entries_are_made_of_makes_them_anew():
    channel = make_channel()
    assert make_channel(title="Other", minutes=3, hubs=("https://hub.example.org/",)).mark == channel.mark
    for changes in ({"home_url": "https://other.example.org/"}, {"language": "fr"}):
        assert make_channel(**changes).mark != channel.mark


def test_the_archives_of_a_feed_are_a_chain():
    feed = make_feed(
        make_entry(), channel=make_channel(hubs=("https://hub.example.org/",)), total=9,
        months=("2025-06", "2025-04", "2025-03"),
    )  # fmt: skip
    place = "https://news.example.org/feeds"
    assert feed.archive_path("2025-06", Format.RSS) == "feeds/archive/2025-06.rss.xml"
    assert feed.frame(Format.ATOM).links == (
        ("hub", "https://hub.example.org/"), ("prev-archive", f"{place}/archive/2025-06.atom.xml"),
    )  # fmt: skip
    assert feed.frame(Format.JSON).links == (("hub", "https://hub.example.org/"),)
    cards = (make_card(make_entry(updated=AT)),)
    newest, middle, oldest = (feed.archive_frame(month, cards, Format.RSS) for month in feed.months)
    assert newest.links == (
        ("current", f"{place}/rss.xml"), ("prev-archive", f"{place}/archive/2025-04.rss.xml"),
    )  # fmt: skip
    assert middle.links == (
        ("current", f"{place}/rss.xml"),
        ("prev-archive", f"{place}/archive/2025-03.rss.xml"),
        ("next-archive", f"{place}/archive/2025-06.rss.xml"),
    )
    assert oldest.links == (
        ("current", f"{place}/rss.xml"), ("next-archive", f"{place}/archive/2025-04.rss.xml"),
    )  # fmt: skip
    assert (oldest.url, oldest.id, oldest.updated) == (f"{place}/archive/2025-03.rss.xml", feed.id, AT)
    assert all(frame.archive and not frame.complete for frame in (newest, middle, oldest))
    assert feed.archive_frame("2025-03", (), Format.ATOM).updated == NEVER


@pytest.mark.parametrize(("total", "complete"), [(1, True), (2, False)])
def test_a_feed_that_holds_all_there_is_says_so_but_in_json(total, complete):
    feed = make_feed(make_entry(), total=total)
    assert [feed.frame(form).complete for form in Format] == [complete, complete, False]


def test_the_page_of_a_feed():
    assert make_feed(kind=Kind.TAG, key="c#", name="C#").home == "https://news.example.org/feeds/tags/c%23/"
    assert make_feed().home == "https://news.example.org/feeds/"


CHOICES = [
    (Extra(name="x", title="X"), True),
    (Extra(name="x", title="X", topics=frozenset({"chips"})), True),
    (Extra(name="x", title="X", topics=frozenset({"funding"})), False),
    (Extra(name="x", title="X", topics=frozenset({"funding"}), tags=frozenset({"gpu"})), True),
    (Extra(name="x", title="X", tags=frozenset({"ipo"})), False),
    (Extra(name="x", title="X", topics=frozenset({"chips"}), not_tags=frozenset({"gpu"})), False),
    (Extra(name="x", title="X", not_topics=frozenset({"chips"})), False),
    (Extra(name="x", title="X", not_topics=frozenset({"funding"})), True),
    (Extra(name="x", title="X", language="zh"), True),
    (Extra(name="x", title="X", language="zh-cn"), True),
    (Extra(name="x", title="X", language="z"), False),
    (Extra(name="x", title="X", language="en"), False),
]


@pytest.mark.parametrize(("extra", "taken"), CHOICES)
def test_a_choice_takes_any_of_its_topics_and_tags_but_what_it_excludes(extra, taken):
    assert extra.takes({"chips"}, {"gpu"}, "zh-CN") is taken


@pytest.mark.parametrize(
    ("html", "expected"),
    [("a\r\nb\rc\n", "a\nb\nc\n"), ("x\x00\x08\x1f\ufffe\ud800y", "xy"), ("\tkept 🚀", "\tkept 🚀")],
)
def test_html_holds_only_what_xml_can_hold(html, expected):
    assert content(html) == expected


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_document_is_its_frame_around_its_entries(count):
    entries = [str(number).encode() for number in range(count)]
    assert joined(Format.RSS, b"<", entries, b">") == b"<" + b"".join(entries) + b">"
    assert joined(Format.JSON, b"[", entries, b"]") == b"[" + b",".join(entries) + b"]"


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
