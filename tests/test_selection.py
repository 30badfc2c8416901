"""Selection: each rule by an example; its laws stand in test_selection_laws.py."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Topic
from publisher.selection import NO_TOPIC, History, Parts, Rule, select, since
from publisher.text import bigrams, similarity, title_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MODELS = Topic("models", "模型")
TITLES = (
    "算力淘金热：CoreWeave的财富神话",
    "算力淘金热：CoreWeave 的财富神话！",
    "算力淘金热与CoreWeave的财富神话之后",
    "Rust in the kernel",
    "RUST IN THE KERNEL",
    "Rust in the kernels",
    "一",
    "!?…",
    "A quiet week",
    "{title} {7*7} %s",
)


def named(selection) -> list[str]:
    return [pick.article.path.removeprefix("posts/").removesuffix(".md") for pick in selection.picks]


def refused(selection) -> dict[str, tuple[str, str]]:
    return {
        skip.article.path.removeprefix("posts/").removesuffix(".md"): (skip.reason.value, skip.detail)
        for skip in selection.skips
    }


def choose(*articles: Any, sent: Any = (), elsewhere: Any = None, last: Any = None, titles: Any = (), **rule: Any):
    past = History(
        sent=frozenset(sent), elsewhere=elsewhere or {}, last=last, titles={title_key(each): each for each in titles}
    )
    return select(articles, Rule(**rule), past, AT)


# ---- titles told already


def plainly_alike(told: dict[str, str], key: str, limit: float) -> str:
    """The rule as one says it: the first story told whose title is so like this one, and not of the same series."""
    for other, title in told.items():
        series = re.sub(SERIES, "#", key) == re.sub(SERIES, "#", other)
        if similarity(bigrams(key), bigrams(other)) >= limit > 0 and not series:
            return title
    return ""


SERIES = "[0-9〇零一二两三四五六七八九十百千万]+"
WRITTEN = st.one_of(
    st.sampled_from(
        [*TITLES, "AI 周报 第 27 期", "AI 周报 第 28 期", "第十二夜", "第十三夜", "Release 1.2", "Release 1.3"]
    ),
    st.text("abc一二三数据12 ：", max_size=8),
)


@settings(max_examples=150)
@given(
    known=st.lists(WRITTEN, max_size=12),
    new=WRITTEN,
    limit=st.sampled_from([0.0, 0.01, 0.25, 0.3, 1 / 3, 0.5, 0.9, 1.0]),
)
def test_the_index_of_titles_finds_what_comparing_with_each_finds(known, new, limit):
    told: dict[str, str] = {}
    for title in known:
        if title_key(title):
            told[title_key(title)] = title
    there = make_article("new", title=new)
    made = choose(there, near_duplicate=limit, titles=told.values())
    key = title_key(new)
    if key in told:
        assert refused(made) == {"new": ("same-title", told[key])}
    elif twin := plainly_alike(told, key, limit):
        assert refused(made) == {"new": ("near-duplicate", twin)}
    else:
        assert named(made) == ["new"]


def test_the_parts_of_a_series_are_not_one_story():
    titles = (
        "AI 周报 第 27 期",
        "AI 周报 第 28 期",
        "Release notes 1.2.0",
        "Release notes 1.3.0",
        "第十二夜",
        "第十三夜",
    )
    articles = [make_article(f"a{number}", title=title) for number, title in enumerate(titles)]
    assert len(choose(*articles, per_topic=9).picks) == len(titles)
    assert named(choose(articles[1], titles=titles[:1])) == ["a1"]
    other = choose(make_article("b", title="Release notes 1.3.0 and more"), titles=titles)
    assert refused(other) == {"b": ("near-duplicate", "Release notes 1.2.0")}


def test_a_pin_of_a_title_told_before_takes_its_place():
    pin = make_article("pin", title="Quiet WEEK")
    made = choose(pin, make_article("copy", title="quiet week"), titles=("Quiet week",), pinned=(pin.path,))
    assert refused(made) == {"copy": ("same-title", "Quiet WEEK")}


# ---- rule by rule


@pytest.mark.parametrize(
    ("window", "last", "expected"),
    [
        (None, None, 14 * DAY),
        (None, AT - 7 * DAY, 7 * DAY),
        (None, AT - 90 * DAY, 14 * DAY),
        (3 * DAY, AT - 7 * DAY, 3 * DAY),
        (30 * DAY, None, 14 * DAY),
    ],
)
def test_news_reaches_back_to_the_last_issue_or_the_window_and_never_beyond_max_age(window, last, expected):
    assert since(Rule(window=window), History(last=last), AT) == AT - expected


def test_a_back_dated_article_is_news_from_when_it_was_first_seen():
    late = make_article("late", published=AT - 40 * DAY, first_seen=AT - HOUR)
    old = make_article("old", published=AT - 40 * DAY, first_seen=AT - 39 * DAY, title="Old")
    edge = make_article("edge", published=AT - 7 * DAY, first_seen=AT - 9 * DAY, title="Edge of the week")
    made = choose(late, old, edge, last=AT - 7 * DAY)
    assert named(made) == ["late", "edge"]
    assert refused(made) == {"old": ("too-old", "2025-06-23T08:00:00Z")}


def test_the_language_is_a_prefix_of_whole_parts():
    spoken = [make_article(name, language=name, title=name * 9) for name in ("zh", "zh-CN", "zh-Hant-TW", "zhx", "en")]
    assert refused(choose(*spoken, language="zh", per_topic=9)) == {
        "en": ("other-language", "en"),
        "zhx": ("other-language", "zhx"),
    }
    assert sorted(named(choose(*spoken, language="ZH-cn"))) == ["zh-CN"]


def test_section_and_tag_are_conditions():
    here = make_article("here", section="news", tags=("Gpu", "x"))
    away = make_article("away", section="notes", tags=("Gpu",), title="Away")
    bare = make_article("bare", section="news", title="Bare")
    made = choose(here, away, bare, section="news", tag="gPU")
    assert named(made) == ["here"]
    assert refused(made) == {"away": ("other-section", "notes"), "bare": ("other-tag", "gPU")}


def test_featured_prefer_only_ignore():
    plain = make_article("plain", published=AT - HOUR, first_seen=AT - HOUR)
    star = make_article("star", published=AT - DAY, title="Star", featured=True)
    assert named(choose(plain, star, featured="prefer")) == ["star", "plain"]
    assert named(choose(plain, star, featured="ignore")) == ["plain", "star"]
    made = choose(plain, star, featured="only")
    assert named(made) == ["star"]
    assert refused(made) == {"plain": ("not-featured", "")}
    scores = [choose(star, featured=wish).picks[0].score for wish in ("prefer", "ignore")]
    assert scores[0] - scores[1] == pytest.approx(0.5)


def test_rank_halves_with_the_half_life_and_weight_counts_within_limits():
    fresh = make_article("fresh", published=AT, first_seen=AT)
    aged = make_article("aged", published=AT - 3 * DAY, first_seen=AT - 3 * DAY, title="Aged")
    heavy = make_article("heavy", published=AT - 3 * DAY, first_seen=AT - 3 * DAY, title="Much weight", weight=1000)
    light = make_article("light", published=AT, first_seen=AT + DAY, title="Too light", weight=-1000)
    made = choose(fresh, aged, heavy, light, per_topic=9)
    assert {pick.article.path: pick.score for pick in made.picks} == {
        fresh.path: 1.0,
        aged.path: 0.5,
        heavy.path: 1.5,
        light.path: 0.0,
    }
    assert {pick.score for pick in choose(fresh, aged, half_life=timedelta()).picks} == {0.0}


def test_ties_go_to_the_newer_then_to_the_path():
    same = {"published": AT - DAY, "first_seen": AT - DAY}
    articles = [make_article(name, title=name * 9, **same) for name in ("c", "a", "b")]
    newer = make_article("z", title="Newest", published=AT - HOUR, first_seen=AT - HOUR)
    made = choose(*articles, newer, half_life=timedelta(), per_topic=9)
    assert named(made) == ["z", "a", "b", "c"]


def test_no_topics_named_takes_all_and_those_without():
    made = choose(
        make_article("one", topics=(CHIPS,)),
        make_article("two", topics=(), title="Second"),
        make_article("three", topics=(), title="A third"),
        untopiced=1,
    )
    assert [(pick.article.path, pick.topic) for pick in made.picks] == [
        ("posts/one.md", CHIPS),
        ("posts/three.md", NO_TOPIC),
    ]
    assert refused(made) == {"two": ("topic-full", "")}


def test_named_topics_take_only_their_own():
    made = choose(
        make_article("one", topics=(MODELS, CHIPS)),
        make_article("two", topics=(), title="Second"),
        make_article("three", topics=(MODELS,), title="A third"),
        topics=("chips", "funding"),
    )
    assert [(pick.article.path, pick.topic) for pick in made.picks] == [("posts/one.md", CHIPS)]
    assert refused(made) == {"two": ("no-topic", ""), "three": ("no-topic", "")}


def test_an_article_of_several_topics_goes_where_most_room_is():
    both = (CHIPS, FUNDING)
    articles = [
        make_article(name, title=name * 9, topics=both, published=AT - hours * HOUR, first_seen=AT - hours * HOUR)
        for hours, name in enumerate("abcde")
    ]
    made = choose(*articles, topics=("funding", "chips"), per_topic=2)
    assert [pick.topic.key for pick in made.picks] == ["funding", "chips", "funding", "chips"]
    assert refused(made) == {"e": ("topic-full", "算力与芯片 / 投融资")}


def test_the_same_title_is_told_once_also_against_history():
    made = choose(
        make_article("one", title="CoreWeave IPO", published=AT, topics=(CHIPS,)),
        make_article("two", title="coreweave  ipo!", topics=(FUNDING,)),
        make_article("three", title="Quiet week", topics=(MODELS,)),
        titles=("Quiet Week…",),
    )
    assert named(made) == ["one"]
    assert refused(made) == {"two": ("same-title", "CoreWeave IPO"), "three": ("same-title", "Quiet Week…")}


def test_near_duplicates_are_told_once_also_against_history():
    made = choose(
        make_article("one", title="Rust in the kernel", published=AT),
        make_article("two", title="Rust in the kernels", topics=(FUNDING,)),
        make_article("three", title="算力淘金热与财富神话", topics=(MODELS,)),
        titles=("算力淘金热：财富神话",),
    )
    assert named(made) == ["one"]
    assert refused(made) == {
        "two": ("near-duplicate", "Rust in the kernel"),
        "three": ("near-duplicate", "算力淘金热：财富神话"),
    }
    again = choose(
        make_article("one", title="Rust in the kernel"),
        make_article("two", title="Rust in the kernels"),
        near_duplicate=0,
    )
    assert len(again.picks) == 2


def test_titles_of_signs_only_are_not_alike():
    made = choose(make_article("one", title="?!"), make_article("two", title="?!"), titles=("…",))
    assert len(made.picks) == 2


def test_a_pin_goes_before_every_rule_but_exclusion():
    stubborn = make_article(
        "pin", title="Quiet week", published=AT - 400 * DAY, first_seen=AT - 400 * DAY, language="en", topics=(MODELS,)
    )
    full = make_article("full", title="Quiet week", published=AT, topics=(CHIPS,))
    other = make_article("other", title="Other", language="zh", topics=(CHIPS,))
    rule = {"topics": ("chips",), "language": "zh", "featured": "only", "per_topic": 1}
    made = choose(
        stubborn, full, other, sent=(stubborn.guid,), titles=("Quiet week",), pinned=(full.path, stubborn.path), **rule
    )
    assert [(pick.article.path, pick.topic, pick.score) for pick in made.picks] == [
        (full.path, CHIPS, 1e6),
        (stubborn.path, NO_TOPIC, 1e6 - 1),
    ]
    assert refused(made) == {"other": ("not-featured", "")}
    out = choose(full, pinned=(full.path,), excluded=frozenset({full.path}))
    assert refused(out) == {"full": ("excluded", "")}


def test_pins_may_overfill_their_topic_and_others_then_find_no_room():
    pins = [make_article(name, title=name * 9) for name in ("a", "b", "c")]
    made = choose(*pins, make_article("d", title="Dearest"), pinned=tuple(pin.path for pin in pins), per_topic=1)
    assert named(made) == ["a", "b", "c"]
    assert refused(made) == {"d": ("topic-full", "算力与芯片")}


def test_nothing_gives_nothing():
    made = choose()
    assert (made.picks, made.skips) == ((), ())


# ---- what is not shown, not readable, not wanted twice


def test_what_is_not_shown_stays_out_even_if_pinned():
    later = make_article("later", published=AT + HOUR, title="Later")
    ended = make_article("ended", expires=AT, title="Ended")
    made = choose(later, ended, make_article("lasts", expires=AT + HOUR), pinned=(later.path, ended.path))
    assert named(made) == ["lasts"]
    assert refused(made) == {
        "later": ("scheduled", "2025-06-30T09:00:00Z"),
        "ended": ("expired", "2025-06-30T08:00:00Z"),
    }


def test_what_cannot_be_rendered_stays_out_even_if_pinned():
    torn, whole = make_article("torn", title="Torn"), make_article("whole")
    made = choose(torn, whole, pinned=(torn.path, whole.path), unreadable=frozenset({torn.path}))
    assert named(made) == ["whole"]
    assert refused(made) == {"torn": ("unreadable", "")}


def test_the_first_reason_is_told():
    """Each article has all the faults that follow in the order of the facts, and tells the first."""
    bad = {"language": "en", "section": "notes", "tags": (), "published": AT - 60 * DAY, "first_seen": AT - 60 * DAY}
    mends = [
        ("other-language", {}),
        ("other-section", {"language": "zh"}),
        ("other-tag", {"section": "news"}),
        ("excluded", {"tags": ("gpu",)}),
        ("unreadable", {"path": "u"}),
        ("already-sent", {"path": "s"}),
        ("sent-elsewhere", {"guid": "e"}),
        ("too-old", {"guid": "o"}),
        ("not-featured", {"published": AT - DAY}),
        ("no-topic", {"featured": True}),
        ("same-title", {"topics": (CHIPS,)}),
        ("topic-full", {"title": "Something else altogether"}),
        ("near-duplicate", {"title": "Quiet weeks", "topics": (FUNDING,)}),
    ]
    values: dict[str, Any] = {"path": "x", "guid": "s", "title": "Quiet week", "topics": (MODELS,), **bad}
    full = make_article("full", title="Fills chips", language="zh", section="news", tags=("gpu",), featured=True)
    for reason, mend in mends:
        values |= mend
        made = choose(
            full, make_article(**values), sent=("s",), elsewhere={"s": "i", "e": "i"}, titles=("Quiet week",), tag="gpu",
            language="zh", section="news", excluded=frozenset({"x"}), unreadable=frozenset({"x", "u"}), repeat="never",
            featured="only", topics=("chips", "funding"), per_topic=1,
        )  # fmt: skip
        assert [skip.reason for skip in made.skips] == [reason]


def test_by_time_the_newest_comes_first_and_nothing_else_counts():
    made = choose(
        make_article("star", published=AT - 2 * DAY, first_seen=AT - 2 * DAY, title="Star", featured=True, weight=9),
        make_article("late", published=AT - 9 * DAY, first_seen=AT - HOUR, title="Came late"),
        make_article("b", published=AT - DAY, title="Same second, b"),
        make_article("a", published=AT - DAY, title="The other of that second"),
        make_article("pin", published=AT - 5 * DAY, title="Wanted"),
        rank="chronological",
        pinned=("posts/pin.md",),
        per_topic=9,
    )
    assert named(made) == ["pin", "late", "a", "b", "star"]
    assert {pick.parts for pick in made.picks} == {None}
    assert [pick.score for pick in made.picks] == [1e6, 0, 0, 0, 0]


def test_by_time_only_featured_ones_may_still_be_asked_for():
    made = choose(make_article("plain"), rank="chronological", featured="only")
    assert refused(made) == {"plain": ("not-featured", "")}


def test_what_another_newsletter_sent_may_come_or_never():
    one, two = make_article("one"), make_article("two", title="Another")
    elsewhere = {one.guid: "daily-2025-06-29"}
    assert len(choose(one, two, elsewhere=elsewhere).picks) == 2
    made = choose(one, two, elsewhere=elsewhere, repeat="never")
    assert named(made) == ["two"]
    assert refused(made) == {"one": ("sent-elsewhere", "daily-2025-06-29")}
    assert named(choose(one, elsewhere=elsewhere, repeat="never", pinned=(one.path,))) == ["one"]
    assert refused(choose(one, sent=(one.guid,), elsewhere=elsewhere, repeat="never")) == {"one": ("already-sent", "")}


def test_a_pick_tells_what_its_score_is_made_of():
    aged = make_article("aged", published=AT - 3 * DAY, first_seen=AT - 3 * DAY, featured=True, weight=-2)
    (pick,) = choose(aged).picks
    assert pick.parts == Parts(fresh=0.5, featured=0.5, weight=-0.2)
    (pinned,) = choose(aged, pinned=(aged.path,)).picks
    assert pinned.parts is None
