"""Selection: the laws of DESIGN 3.2 over many sites, then each rule by an example."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from builders import AT, CHIPS, FUNDING, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Topic
from publisher.selection import NO_TOPIC, History, Reason, Rule, Skip, select, since
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


def choose(*articles: Any, sent: tuple[str, ...] = (), last: Any = None, titles: Any = (), **rule: Any):
    past = History(sent=frozenset(sent), last=last, titles={title_key(title): title for title in titles})
    return select(articles, Rule(**rule), past, AT)


# ---- the laws


@st.composite
def sites(draw):
    """Articles, a rule over them and a history, close enough to one another that every reason comes up."""
    count = draw(st.integers(0, 8))
    articles = []
    for number in range(count):
        published = AT - draw(st.sampled_from([timedelta(), HOUR, DAY, 3 * DAY, 8 * DAY, 20 * DAY, 60 * DAY]))
        articles.append(
            make_article(
                f"a{number:02}",
                guid=f"g{number}",
                title=draw(st.sampled_from(TITLES)),
                published=published,
                first_seen=draw(st.sampled_from([published, AT - HOUR, AT + HOUR, published - DAY])),
                topics=tuple(draw(st.lists(st.sampled_from([CHIPS, FUNDING, MODELS]), max_size=3, unique=True))),
                tags=tuple(draw(st.lists(st.sampled_from(["GPU", "ipo"]), max_size=2, unique=True))),
                language=draw(st.sampled_from(["zh-CN", "zh", "en", "zhx"])),
                section=draw(st.sampled_from(["", "posts", "notes"])),
                featured=draw(st.booleans()),
                weight=draw(st.sampled_from([0, 0, 1, -5, 1000])),
            )
        )
    paths = [article.path for article in articles]
    some = st.lists(st.sampled_from(paths), max_size=3, unique=True) if paths else st.just([])
    rule = Rule(
        topics=tuple(draw(st.sampled_from([(), ("chips",), ("funding", "chips"), ("models", "unknown")]))),
        language=draw(st.sampled_from(["", "zh", "ZH-cn"])),
        section=draw(st.sampled_from(["", "", "posts"])),
        tag=draw(st.sampled_from(["", "", "gpu"])),
        window=draw(st.sampled_from([None, 7 * DAY, timedelta()])),
        featured=draw(st.sampled_from(["prefer", "only", "ignore"])),
        half_life=draw(st.sampled_from([timedelta(), 3 * DAY])),
        per_topic=draw(st.integers(1, 3)),
        untopiced=draw(st.integers(1, 4)),
        near_duplicate=draw(st.sampled_from([0.0, 0.3, 0.9, 1.0])),
        pinned=tuple(draw(some)),
        excluded=frozenset(draw(some)),
    )
    history = History(
        sent=frozenset(draw(st.lists(st.sampled_from([a.guid for a in articles]), max_size=3)) if articles else []),
        last=draw(st.sampled_from([None, AT - 7 * DAY, AT - DAY])),
        titles=MappingProxyType({title_key(t): t for t in draw(st.lists(st.sampled_from(TITLES[:7]), max_size=2))}),
    )
    return articles, rule, history, draw(st.randoms(use_true_random=False))


@settings(max_examples=50)
@given(sites())
def test_every_candidate_is_picked_or_skipped_once(site):
    articles, rule, history, _ = site
    made = select(articles, rule, history, AT)
    seen = Counter([pick.article.path for pick in made.picks] + [skip.article.path for skip in made.skips])
    assert seen == Counter(article.path for article in articles)


@settings(max_examples=50)
@given(sites())
def test_the_order_of_the_input_changes_nothing(site):
    articles, rule, history, random = site
    shuffled = list(articles)
    random.shuffle(shuffled)
    assert select(shuffled, rule, history, AT) == select(iter(articles), rule, history, AT)


@settings(max_examples=50)
@given(sites())
def test_nothing_comes_twice_and_nothing_excluded_comes_at_all(site):
    articles, rule, history, _ = site
    picks = select(articles, rule, history, AT).picks
    for pick in picks:
        assert pick.article.path not in rule.excluded
        assert pick.article.guid not in history.sent or pick.article.path in rule.pinned


@settings(max_examples=50)
@given(sites())
def test_pins_stand_on_top_in_their_order(site):
    articles, rule, history, _ = site
    known = {article.path for article in articles} - rule.excluded
    picks = [pick.article.path for pick in select(articles, rule, history, AT).picks]
    pins = [path for path in rule.pinned if path in known]
    assert picks[: len(pins)] == pins


@settings(max_examples=50)
@given(sites())
def test_a_topic_takes_no_more_than_its_quota(site):
    articles, rule, history, _ = site
    picks = select(articles, rule, history, AT).picks
    filed = Counter(pick.topic for pick in picks)
    pinned = Counter(pick.topic for pick in picks if pick.article.path in rule.pinned)
    for topic, count in filed.items():
        assert count <= max(rule.per_topic if topic.key else rule.untopiced, pinned[topic])
    for pick in picks:
        assert pick.topic in pick.article.topics or pick.topic == NO_TOPIC
        assert not rule.topics or pick.topic.key in (*rule.topics, "")
        assert pick.topic.key or not pick.article.topics or pick.article.path in rule.pinned


def holds(skip: Skip, made, rule: Rule, history: History) -> bool:
    """Whether the reason of a skip is true, looked at from outside."""
    article = skip.article
    told = {**{pick.article.title: None for pick in made.picks}, **dict.fromkeys(history.titles.values())}
    match skip.reason:
        case Reason.EXCLUDED:
            return article.path in rule.excluded
        case Reason.OTHER_LANGUAGE:
            return article.language.lower().split("-")[: rule.language.count("-") + 1] != rule.language.lower().split(
                "-"
            )
        case Reason.OTHER_SECTION:
            return article.section != rule.section
        case Reason.OTHER_TAG:
            return rule.tag.lower() not in [tag.lower() for tag in article.tags]
        case Reason.ALREADY_SENT:
            return article.guid in history.sent
        case Reason.TOO_OLD:
            return article.published < since(rule, history, AT) > article.first_seen
        case Reason.NOT_FEATURED:
            return rule.featured == "only" and not article.featured
        case Reason.NO_TOPIC:
            return bool(rule.topics) and not {topic.key for topic in article.topics} & set(rule.topics)
        case Reason.SAME_TITLE:
            return skip.detail in told and title_key(skip.detail) == title_key(article.title) != ""
        case Reason.TOPIC_FULL:
            filed = Counter(pick.topic for pick in made.picks)
            mine = [t for t in article.topics if not rule.topics or t.key in rule.topics] or [NO_TOPIC]
            return all(filed[t] >= (rule.per_topic if t.key else rule.untopiced) for t in mine)
        case Reason.NEAR_DUPLICATE:
            alike = similarity(bigrams(title_key(skip.detail)), bigrams(title_key(article.title)))
            return skip.detail in told and alike >= rule.near_duplicate > 0
    return False


@settings(max_examples=50)
@given(sites())
def test_every_reason_really_holds(site):
    articles, rule, history, _ = site
    made = select(articles, rule, history, AT)
    for skip in made.skips:
        assert skip.article.path not in rule.pinned or skip.article.path in rule.excluded
        assert holds(skip, made, rule, history), skip


@settings(max_examples=50)
@given(sites())
def test_what_an_issue_sent_is_in_no_next_one(site):
    articles, rule, history, _ = site
    first = select(articles, rule, history, AT)
    after = History(sent=history.sent | {pick.article.guid for pick in first.picks}, last=None, titles=history.titles)
    again = select(articles, rule, after, AT)
    twice = {p.article.guid for p in first.picks} & {p.article.guid for p in again.picks}
    assert twice <= {article.guid for article in articles if article.path in rule.pinned}


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
    assert refused(made) == {"old": ("too-old", "2025-06-23 08:00 UTC")}


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
    assert refused(made) == {"e": ("topic-full", "算力与芯片, 投融资")}


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
