from __future__ import annotations

import pytest
from feeds.material import make_config

from publisher.config import parse
from publisher.feeds.channel import base_url, channel_of
from publisher.feeds.feed import Contents, Extra, Format


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ("", "https://example.org"),
        ('{url: "http://localhost:8000"}', "https://example.org"),
        ('{listen: "0.0.0.0:80"}', "https://example.org"),
        ('{url: "https://news.example.org"}', "https://news.example.org"),
    ],
)
def test_no_feed_says_that_it_lives_on_this_machine(tmp_path, web, expected):
    text = f'site: {{title: T, url: "https://example.org"}}\nweb: {web}\n'
    config = parse(text.encode(), tmp_path / "config.yaml", {})
    assert base_url(config) == channel_of(config).base_url == expected


def test_what_the_config_says_of_feeds(tmp_path):
    channel = channel_of(
        make_config(
            tmp_path, formats=["json", "rss"], entries=7, content="summary", tags=0, archive=False, max_age=59,
            ids="permalink", hubs=["https://hub.example.org/"],
        )
    )  # fmt: skip
    assert channel.formats == (Format.RSS, Format.JSON)
    assert (channel.limit, channel.contents, channel.tag_minimum, channel.archive) == (7, Contents.SUMMARY, 0, False)
    assert (channel.minutes, channel.permalinks, channel.hubs) == (1, True, ("https://hub.example.org/",))
    assert (channel.title, str(channel.zone)) == ("Tide & <Line>", "Asia/Shanghai")


def test_choices_are_compared_by_slugs(tmp_path):
    rule = {"name": "x", "topics": ["R&D"], "tags": ["C#", "Open Source"], "not": {"tags": ["GPU"]}, "lang": "zh-CN"}
    other = {"name": "y", "title": "Y", "content": "summary"}
    assert channel_of(make_config(tmp_path, extra=[rule, other])).extras == (
        Extra(
            name="x", title="x", topics=frozenset({"rd"}), tags=frozenset({"c#", "open-source"}),
            not_tags=frozenset({"gpu"}), language="zh-cn",
        ),
        Extra(name="y", title="Y", contents=Contents.SUMMARY),
    )  # fmt: skip
