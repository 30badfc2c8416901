from __future__ import annotations

import json

from builders import CHIPS
from feeds.material import BODY, PICTURE, make_channel, make_entry, make_feed

from publisher.content.article import Image
from publisher.feeds import jsonfeed
from publisher.feeds.feed import Format


def whole(*entries, html=BODY, **changes):
    head, tail = jsonfeed.frame(make_feed(*entries, **changes).frame(Format.JSON))
    return head + b",".join(jsonfeed.item(item, html) for item in entries) + tail


def test_head_and_items_are_the_whole_feed_byte_for_byte():
    body = whole(make_entry("a", image=PICTURE), make_entry("b"))
    assert body == json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()


def test_the_feed_itself():
    feed = json.loads(whole())
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Tide & <Line>",
        "home_page_url": "https://example.org/",
        "feed_url": "https://news.example.org/feeds/feed.json",
        "description": "News of the sea",
        "language": "zh-CN",
        "authors": [{"name": "Ed"}],
        "items": [],
    }
    assert "authors" not in json.loads(whole(channel=make_channel(author="")))


def test_hubs_are_named():
    channel = make_channel(hubs=("https://hub.example.org/", "https://other.example.org/"))
    assert json.loads(whole(channel=channel))["hubs"] == [
        {"type": "WebSub", "url": "https://hub.example.org/"},
        {"type": "WebSub", "url": "https://other.example.org/"},
    ]


def test_an_item_has_everything():
    entry = make_entry(title="R&D <x>", image=PICTURE, topics=(CHIPS,), tags=("GPU",), authors=("Ann",), language="en")
    (item,) = json.loads(whole(entry))["items"]
    assert item == {
        "id": "tag:example.org,2025-06-29:posts/one",
        "url": "https://example.org/posts/one/",
        "title": "R&D <x>",
        "content_html": BODY,
        "summary": "What happened in one.",
        "image": "https://example.org/a%20b.jpg",
        "date_published": "2025-06-29T08:00:00Z",
        "date_modified": "2025-06-29T08:00:00Z",
        "authors": [{"name": "Ann"}],
        "tags": [CHIPS.title, "GPU"],
        "language": "en",
        "attachments": [{"url": "https://example.org/a%20b.jpg", "mime_type": "image/jpeg", "size_in_bytes": 1234}],
    }


def test_what_is_not_there_is_absent():
    (item,) = json.loads(whole(make_entry(image=Image(url="https://x.org/a.png"), topics=())))["items"]
    assert item["image"] == "https://x.org/a.png"
    assert not {"attachments", "tags", "authors"} & item.keys()
    (item,) = json.loads(whole(make_entry()))["items"]
    assert "image" not in item


def test_without_html_the_summary_is_the_content():
    (item,) = json.loads(whole(make_entry(summary="1<2 & 3"), html=""))["items"]
    assert (item["content_html"], item["summary"]) == ("1&lt;2 &amp; 3", "1<2 & 3")
