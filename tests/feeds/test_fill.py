from __future__ import annotations

from collections import Counter
from datetime import timedelta, timezone

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from feeds.material import PICTURE, RD, make_channel, make_entry
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Image, Severity, Topic
from publisher.feeds.feed import Category, Kind, Picture
from publisher.feeds.fill import entry, feeds, live
from publisher.urls import slug


def test_an_entry_is_clean_whatever_the_article_holds():
    made = make_entry(
        title=" R&D <update>\n\x01 \ud800“q” 🚀 ",
        summary="1<2\u2028and  more\r\n",
        guid=" tag:x,2025:y\n",
        url="https://example.org/算力 淘金/",
        tags=("GPU", " GPU ", "\x00", "R&D"),
        authors=("Ann", "", "Ann", "Bo\n"),
        language="zh_CN",
    )
    assert made.title == "R&D <update> “q” 🚀"
    assert made.summary == "1<2 and more"
    assert made.id == "tag:x,2025:y"
    assert made.url == "https://example.org/%E7%AE%97%E5%8A%9B%20%E6%B7%98%E9%87%91/"
    assert made.tags == ("GPU", "R&D")
    assert made.authors == ("Ann", "Bo")
    assert made.language == "zh-CN"


def test_moments_are_whole_seconds_of_utc_and_updated_is_never_first():
    shanghai = timezone(timedelta(hours=8))
    published = (AT + timedelta(microseconds=5)).astimezone(shanghai)
    made = make_entry(published=published, updated=published - timedelta(days=3))
    assert made.published == made.updated == AT
    assert made.published.utcoffset() == timedelta(0)


def test_topics_come_before_tags_and_no_label_twice():
    made = make_entry(topics=(CHIPS, FUNDING), tags=("GPU", CHIPS.title))
    assert made.categories == (
        Category(term="chips", label=CHIPS.title, scheme="https://example.org/feeds/topics/"),
        Category(term="funding", label=FUNDING.title, scheme="https://example.org/feeds/topics/"),
        Category(term="GPU", label="GPU", scheme="https://example.org/feeds/tags/"),
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (None, None),
        (Image(url="/relative.jpg"), None),
        (Image(url="https://x.org/a b,c.jpg"), Picture(url="https://x.org/a%20b,c.jpg")),
        (
            PICTURE,
            Picture(url="https://example.org/a%20b.jpg", media_type="image/jpeg", length=1234, width=30, height=40),
        ),
        # The server's word on a picture that is not at hand is worth nothing.
        (Image(url="https://x.org/a.jpg", media_type="image/jpeg", length=9), Picture(url="https://x.org/a.jpg")),
    ],
)
def test_only_a_picture_at_hand_may_be_enclosed(image, expected):
    made = make_entry(image=image).picture
    assert made == expected
    assert bool(made and made.enclosable) == bool(image and image.local)


@pytest.mark.parametrize(
    "changes",
    [{"url": "posts/one/"}, {"url": "ftp://example.org/x"}, {"guid": " \n"}, {"published": AT.replace(tzinfo=None)}],
)
def test_what_no_feed_can_hold_is_refused(changes):
    with pytest.raises(ValueError):
        entry(make_article(**changes), make_channel())


def test_a_title_is_never_empty_and_a_strange_language_is_the_sites():
    made = make_entry(title="\x01", language="chinese, mostly")
    assert made.title == made.url
    assert made.language == "zh-CN"


def test_permalinks_are_ids_where_a_site_wants_them():
    channel = make_channel(permalinks=True)
    assert make_entry(channel=channel).id == "https://example.org/posts/one/"
    assert make_entry(channel=channel, guid="urn:uuid:1").id == "urn:uuid:1"  # its front matter says so


def test_live_is_published_and_not_expired():
    articles = [
        make_article("now", published=AT),
        make_article("later", published=AT + timedelta(seconds=1)),
        make_article("expires-now", expires=AT),
        make_article("expires-later", expires=AT + timedelta(seconds=1)),
    ]
    assert [a.path for a in live(articles, AT)] == ["posts/now.md", "posts/expires-later.md"]


def names(made):
    return [(feed.kind.value, feed.key, feed.name, [item.path for item in feed.entries]) for feed in made]


def test_which_feeds_there_are():
    entries = [
        make_entry("a", topics=(FUNDING,), tags=("GPU", "IPO")),
        make_entry("b", topics=(CHIPS, FUNDING), tags=("GPU",), published=AT, updated=AT),
        make_entry("c", topics=(), tags=("GPU",), published=AT, updated=AT),
    ]
    made, problems = feeds(make_channel(tag_minimum=2, topics=(Topic("space", "Space"), CHIPS)), entries)
    assert not problems
    everything = ["posts/b.md", "posts/c.md", "posts/a.md"]
    assert names(made) == [
        ("all", "", "", everything),
        ("topic", "space", "Space", []),
        ("topic", "chips", CHIPS.title, ["posts/b.md"]),
        ("topic", "funding", FUNDING.title, ["posts/b.md", "posts/a.md"]),
        ("tag", "gpu", "GPU", everything),
    ]


def test_a_site_without_articles_has_the_one_feed():
    made, problems = feeds(make_channel(), [])
    assert (names(made), problems) == ([("all", "", "", [])], ())


def test_no_tag_has_a_feed_where_none_is_wanted():
    entries = [make_entry(name, tags=("GPU",)) for name in "abc"]
    assert [feed.kind for feed in feeds(make_channel(tag_minimum=0), entries)[0]] == [Kind.ALL, Kind.TOPIC]


def test_two_names_with_one_slug_share_a_feed_and_are_reported():
    entries = [
        make_entry("a", topics=(RD,), tags=("R&D",), published=AT - timedelta(days=9)),
        make_entry("b", topics=(Topic("rd", "rd"),), tags=("RD",)),
        make_entry("c", topics=(RD,), tags=("R&D", "r&d")),  # case alone: one name is meant
    ]
    made, problems = feeds(make_channel(tag_minimum=3), entries)
    paths = ["posts/b.md", "posts/c.md", "posts/a.md"]
    assert names(made)[1:] == [("topic", "rd", "R&D <x>", paths), ("tag", "rd", "R&D", paths)]
    assert [(p.path, p.code, p.severity) for p in problems] == [("posts/b.md", "slug-twice", Severity.ERROR)] * 2
    assert "'RD' has the same address as 'R&D' (feeds/tags/rd/)" in problems[1].message


def test_a_feed_is_called_as_its_oldest_article_spells_it():
    entries = [
        make_entry("a", tags=("gpu",)),
        make_entry("b", tags=("gpu",)),
        make_entry("c", tags=("GPU",), published=AT - timedelta(days=9)),
    ]
    made, problems = feeds(make_channel(topics=(CHIPS,)), entries)
    assert (made[-1].key, made[-1].name, problems) == ("gpu", "GPU", ())


def test_the_configured_name_of_a_topic_wins():
    made, problems = feeds(make_channel(topics=(Topic("chips", "Chips"),)), [make_entry(topics=(CHIPS,))])
    assert made[1].name == "Chips"
    assert [p.code for p in problems] == ["slug-twice"]


def test_an_id_belongs_to_one_entry():
    same = {"guid": "tag:example.org,2025:same"}
    made, problems = feeds(make_channel(), [make_entry("b", **same), make_entry("a", **same), make_entry("c")])
    assert [item.path for item in made[0].entries] == ["posts/a.md", "posts/c.md"]
    assert [(p.path, p.code) for p in problems] == [("posts/b.md", "id-twice")]
    assert "posts/a.md" in problems[0].message


TOPICS = st.lists(st.sampled_from([CHIPS, FUNDING, RD]), unique=True).map(tuple)
TAGS = st.lists(st.sampled_from(["GPU", "gpu", "C#", "R&D", "rd", "算力", "🚀"]), unique=True).map(tuple)
ENTRIES = st.lists(st.tuples(TOPICS, TAGS, st.integers(0, 5)), max_size=12).map(
    lambda rows: [
        make_entry(f"n{number:02}", topics=topics, tags=tags, published=AT - timedelta(days=age), updated=AT)
        for number, (topics, tags, age) in enumerate(rows)
    ]
)


@given(ENTRIES, st.integers(0, 3), st.integers(1, 5), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_every_feed_is_the_newest_of_its_kind(entries, minimum, limit, chance):
    channel = make_channel(tag_minimum=minimum, limit=limit)
    made, problems = feeds(channel, entries)
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert feeds(channel, shuffled) == (made, problems)
    order = sorted(sorted(entries, key=lambda item: item.path), key=lambda item: item.published, reverse=True)
    counts = Counter(key for item in entries for key in {slug(tag) for tag in item.tags})
    assert {feed.key for feed in made if feed.kind is Kind.TAG} == {k for k, n in counts.items() if 0 < minimum <= n}
    assert len({feed.folder for feed in made}) == len(made)
    for feed in made:
        match feed.kind:
            case Kind.ALL:
                wanted = order
            case Kind.TOPIC:
                wanted = [item for item in order if feed.key in {topic.key for topic in item.topics}]
            case Kind.TAG:
                wanted = [item for item in order if feed.key in {slug(tag) for tag in item.tags}]
        assert list(feed.entries) == wanted[:limit]
