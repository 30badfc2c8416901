from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from feeds.material import PICTURE, RD, listed, make_channel, make_entry, newest_first
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Image, Severity, Topic
from publisher.feeds.feed import Category, Contents, Extra, Kind, Picture
from publisher.feeds.fill import Row, entry, lay_out, layouts
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
    assert [each.label for each in made.categories] == [CHIPS.title, "GPU", "R&D"]
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


def test_an_id_that_is_given_takes_the_place_of_the_stored_one():
    assert entry(make_article(), make_channel(), "https://example.org/old/").id == "https://example.org/old/"


# ---- which feeds there are


def laid(channel, *heads, **how):
    """What is laid out of a stream that can be read once."""
    return layouts(channel, map(listed, newest_first(heads)), **how)


def names(made):
    return [(each.kind.value, each.key, each.name, list(each.paths)) for each in made]


def test_which_feeds_there_are():
    made, problems = laid(
        make_channel(tag_minimum=2, topics=(Topic("space", "Space"), CHIPS)),
        make_article("a", topics=(FUNDING,), tags=("GPU", "IPO")),
        make_article("b", topics=(CHIPS, FUNDING), tags=("GPU",), published=AT),
        make_article("c", topics=(), tags=("GPU",), published=AT),
    )
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
    made, problems = laid(make_channel())
    assert (names(made), problems) == ([("all", "", "", [])], ())


def test_no_tag_has_a_feed_where_none_is_wanted():
    articles = [make_article(name, tags=("GPU",)) for name in "abc"]
    assert [each.kind for each in laid(make_channel(tag_minimum=0), *articles)[0]] == [Kind.ALL, Kind.TOPIC]


def test_two_names_with_one_slug_share_a_feed_and_are_reported():
    made, problems = laid(
        make_channel(tag_minimum=3),
        make_article("a", topics=(RD,), tags=("R&D",), published=AT - timedelta(days=9)),
        make_article("b", topics=(Topic("rd", "rd"),), tags=("RD",)),
        make_article("c", topics=(RD,), tags=("R&D", "r&d")),  # case alone: one name is meant
    )
    paths = ["posts/b.md", "posts/c.md", "posts/a.md"]
    assert names(made)[1:] == [("topic", "rd", "R&D <x>", paths), ("tag", "rd", "R&D", paths)]
    assert [(p.path, p.code, p.severity) for p in problems] == [("posts/b.md", "slug-twice", Severity.ERROR)] * 2
    assert "topic 'rd' has the same address as 'R&D <x>' (feeds/topics/rd/)" in problems[0].message
    assert "'RD' has the same address as 'R&D' (feeds/tags/rd/)" in problems[1].message


def test_a_feed_is_called_as_its_oldest_article_spells_it():
    made, problems = laid(
        make_channel(topics=(CHIPS,)),
        make_article("a", tags=("gpu",)),
        make_article("b", tags=("gpu",)),
        make_article("c", tags=("GPU",), published=AT - timedelta(days=9)),
    )
    assert (made[-1].key, made[-1].name, problems) == ("gpu", "GPU", ())


def test_the_oldest_spelling_names_a_feed_even_where_its_article_is_past_the_limit():
    made, _ = laid(
        make_channel(limit=1, tag_minimum=2),
        make_article("new", topics=(Topic("ai", "ai"),), tags=("gpu",), published=AT),
        make_article("old", topics=(Topic("ai", "AI"),), tags=("GPU",)),
    )
    assert names(made) == [
        ("all", "", "", ["posts/new.md"]),
        ("topic", "ai", "AI", ["posts/new.md"]),
        ("tag", "gpu", "GPU", ["posts/new.md"]),
    ]


def test_the_configured_name_of_a_topic_wins():
    made, problems = laid(make_channel(topics=(Topic("chips", "Chips"),)), make_article(topics=(CHIPS,)))
    assert made[1].name == "Chips"
    assert [p.code for p in problems] == ["slug-twice"]


def test_topics_and_tags_whose_names_are_empty_have_no_feed():
    odd = make_article(topics=(Topic("dot", "\x00"), Topic("bare", "")), tags=("\n", " GPU "))
    made, problems = laid(make_channel(tag_minimum=1), odd)
    assert [(each.kind, each.key, each.name) for each in made[1:]] == [
        (Kind.TOPIC, "bare", "bare"),
        (Kind.TAG, "gpu", "GPU"),
    ]
    assert problems == ()


def test_an_article_stands_once_in_a_feed_however_often_it_names_it():
    twice = {"topics": (CHIPS, CHIPS, Topic("Chips", "Chips!")), "tags": ("GPU", "GPU", "gpu", "GPU!")}
    made, _ = laid(make_channel(tag_minimum=2), make_article("a", **twice), make_article("b", **twice))
    assert [(each.key, len(each.paths)) for each in made] == [("", 2), ("chips", 2), ("gpu", 2)]


def test_one_article_with_many_spellings_does_not_make_a_tag_common():
    many = make_article("many", tags=("GPU", "gpu", "Gpu"))
    assert len(laid(make_channel(tag_minimum=2), many)[0]) == 2


def test_nor_does_it_past_the_limit_of_the_feed():
    many = make_article("many", tags=("GPU", "gpu", "Gpu"))
    made, _ = laid(make_channel(tag_minimum=3, limit=1), make_article("new", tags=("GPU",), published=AT), many)
    assert Kind.TAG not in {each.kind for each in made}


def test_what_is_left_out_counts_for_nothing_and_the_next_moves_up():
    articles = [
        make_article("a", topics=(CHIPS,), tags=("GPU", "IPO"), published=AT),
        make_article("b", topics=(), tags=("GPU",)),
        make_article("c", topics=(FUNDING,), tags=("ipo",), published=AT - timedelta(days=9)),
    ]
    channel = make_channel(limit=1, tag_minimum=2)
    assert names(laid(channel, *articles)[0]) == [
        ("all", "", "", ["posts/a.md"]),
        ("topic", "funding", FUNDING.title, ["posts/c.md"]),
        ("topic", "chips", CHIPS.title, ["posts/a.md"]),
        ("tag", "gpu", "GPU", ["posts/a.md"]),
        ("tag", "ipo", "ipo", ["posts/a.md"]),
    ]
    assert names(laid(channel, *articles, without={"posts/a.md"})[0]) == [
        ("all", "", "", ["posts/b.md"]),
        ("topic", "funding", FUNDING.title, ["posts/c.md"]),
    ]


# ---- choices of the config


def test_choices_stand_between_topics_and_tags_in_the_order_of_the_config():
    extras = (
        Extra(name="zh", title="中文", language="zh", contents=Contents.SUMMARY),
        Extra(name="no-chips", title="no-chips", not_topics=frozenset({"chips"})),
        Extra(name="gpu-or-funding", title="G", topics=frozenset({"funding"}), tags=frozenset({"gpu"})),
        Extra(name="none", title="None", tags=frozenset({"nothing"})),
    )
    made, _ = laid(
        make_channel(extras=extras, tag_minimum=1),
        make_article("a", topics=(CHIPS,), tags=("GPU",), language="zh-CN", published=AT),
        make_article("b", topics=(CHIPS,), tags=(), language="en", published=AT),
        make_article("c", topics=(FUNDING,), tags=(), language="zh"),
    )
    assert [each.kind for each in made] == [Kind.ALL, *[Kind.TOPIC] * 2, *[Kind.EXTRA] * 4, Kind.TAG]
    assert names(made)[3:7] == [
        ("extra", "zh", "中文", ["posts/a.md", "posts/c.md"]),
        ("extra", "no-chips", "no-chips", ["posts/c.md"]),
        ("extra", "gpu-or-funding", "G", ["posts/a.md", "posts/c.md"]),
        ("extra", "none", "None", []),
    ]
    assert [each.contents for each in made[3:5]] == [Contents.SUMMARY, Contents.FULL]


# ---- archives


def months(each):
    return [(month.name, month.paths) for month in each.months]


def test_archives_begin_where_the_feed_ends_and_hold_whole_months():
    made, _ = laid(
        make_channel(limit=3, tag_minimum=1),
        make_article("june", published=AT, tags=("GPU",)),
        make_article("may2", published=AT - timedelta(days=35)),
        make_article("may1", published=AT - timedelta(days=40)),
        make_article("may0", published=AT - timedelta(days=41)),
        make_article("march", published=AT - timedelta(days=100)),
    )
    everything, topic, tag = made
    assert (everything.total, len(everything.paths)) == (5, 3)
    # All of June is in the feed; May is not whole there.
    assert months(everything) == months(topic) == [
        ("2025-05", ["posts/may2.md", "posts/may1.md", "posts/may0.md"]), ("2025-03", ["posts/march.md"]),
    ]  # fmt: skip
    assert (tag.total, months(tag)) == (1, [])


def test_a_feed_that_holds_all_has_no_archive_and_none_has_where_none_is_wanted():
    articles = [make_article(str(number), published=AT - timedelta(days=40 * number)) for number in range(3)]
    assert [months(each) for each in laid(make_channel(limit=3), *articles)[0]] == [[], []]
    assert [months(each) for each in laid(make_channel(limit=1, archive=False), *articles)[0]] == [[], []]


def test_months_begin_where_the_site_is():
    shanghai = make_channel(limit=1, zone=ZoneInfo("Asia/Shanghai"))
    eve = datetime(2025, 5, 31, 18, tzinfo=UTC)  # two in the morning of June there
    articles = [make_article("new", published=AT), make_article("eve", published=eve)]
    assert months(laid(shanghai, *articles)[0][0]) == [("2025-06", ["posts/new.md", "posts/eve.md"])]
    assert months(laid(make_channel(limit=1), *articles)[0][0]) == [("2025-05", ["posts/eve.md"])]


def test_entries_of_one_list_are_laid_out_without_topics():
    rows = [Row(path=f"issue:{number}", published=AT - timedelta(days=31 * number)) for number in range(3)]
    made = lay_out(Kind.NEWSLETTER, "weekly", "Weekly", rows, make_channel(limit=1))
    assert (made.kind, made.key, made.name, made.paths, made.total) == (
        Kind.NEWSLETTER, "weekly", "Weekly", ("issue:0",), 3,
    )  # fmt: skip
    assert months(made) == [("2025-05", ["issue:1"]), ("2025-04", ["issue:2"])]


TOPICS = st.lists(st.sampled_from([CHIPS, FUNDING, RD]), unique=True).map(tuple)
TAGS = st.lists(st.sampled_from(["GPU", "gpu", "C#", "R&D", "rd", "算力", "🚀"]), unique=True).map(tuple)
HEADS = st.lists(st.tuples(TOPICS, TAGS, st.integers(0, 5), st.booleans()), max_size=12).map(
    lambda rows: [
        (make_article(f"n{number:02}", topics=topics, tags=tags, published=AT - timedelta(days=age)), kept)
        for number, (topics, tags, age, kept) in enumerate(rows)
    ]
)


@given(HEADS, st.integers(0, 3), st.integers(1, 5))
@settings(max_examples=100)
def test_every_feed_is_the_newest_of_its_kind(rows, minimum, limit):
    channel = make_channel(tag_minimum=minimum, limit=limit)
    without = {head.path for head, kept in rows if not kept}
    made, problems = laid(channel, *(head for head, _ in rows), without=without)
    order = newest_first(head for head, kept in rows if kept)
    assert laid(channel, *order) == (made, problems)
    counts = Counter(key for head in order for key in {slug(tag) for tag in head.tags})
    assert {each.key for each in made if each.kind is Kind.TAG} == {k for k, n in counts.items() if 0 < minimum <= n}
    assert len({(each.kind, each.key) for each in made}) == len(made)
    for each in made:
        match each.kind:
            case Kind.ALL:
                wanted = order
            case Kind.TOPIC:
                wanted = [head for head in order if each.key in {topic.key for topic in head.topics}]
            case Kind.TAG:
                wanted = [head for head in order if each.key in {slug(tag) for tag in head.tags}]
        assert list(each.paths) == [head.path for head in wanted[:limit]]
        assert each.total == len(wanted)
        archived = [path for month in each.months for path in month.paths]
        assert archived == [head.path for head in wanted[len(wanted) - len(archived) :]]
        if each.kind is Kind.TAG:
            assert not archived
        else:  # no article is lost between the feed and its archives
            assert {*each.paths, *archived} == {head.path for head in wanted}
