"""Selection: the laws of DESIGN 3.2 over many sites whose articles are close enough for every reason to come up."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import MappingProxyType

from builders import AT, CHIPS, FUNDING, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Topic
from publisher.selection import NO_TOPIC, History, Reason, Rule, Skip, select, since
from publisher.text import bigrams, similarity, title_key
from publisher.times import rfc3339

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


@st.composite
def sites(draw):
    """Articles, a rule over them and a history, close enough to one another that every reason comes up."""
    count = draw(st.integers(0, 8))
    articles = []
    for number in range(count):
        published = AT - draw(st.sampled_from([timedelta(), HOUR, DAY, 3 * DAY, 8 * DAY, 20 * DAY, 60 * DAY, -HOUR]))
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
                expires=draw(st.sampled_from([None, None, AT + DAY, AT - HOUR])),
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
        rank=draw(st.sampled_from(["score", "chronological"])),
        repeat=draw(st.sampled_from(["allowed_from_other_newsletters", "never"])),
        half_life=draw(st.sampled_from([timedelta(), 3 * DAY])),
        per_topic=draw(st.integers(1, 3)),
        untopiced=draw(st.integers(1, 4)),
        near_duplicate=draw(st.sampled_from([0.0, 0.3, 0.9, 1.0])),
        pinned=tuple(draw(some)),
        excluded=frozenset(draw(some)),
        unreadable=frozenset(draw(some)),
    )
    guids = st.lists(st.sampled_from([a.guid for a in articles]), max_size=3) if articles else st.just([])
    history = History(
        sent=frozenset(draw(guids)),
        elsewhere=dict.fromkeys(draw(guids), "daily-2025-06-29"),
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
        assert pick.article.path not in rule.excluded | rule.unreadable
        assert pick.article.guid not in history.sent or pick.article.path in rule.pinned


@settings(max_examples=50)
@given(sites())
def test_pins_stand_on_top_in_their_order(site):
    articles, rule, history, _ = site
    known = {article.path for article in articles if is_shown(article)} - rule.excluded - rule.unreadable
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


def is_shown(article) -> bool:
    return article.published <= AT and (article.expires is None or article.expires > AT)


def holds(skip: Skip, made, rule: Rule, history: History) -> bool:
    """Whether the reason of a skip is true, looked at from outside."""
    article = skip.article
    told = {**{pick.article.title: None for pick in made.picks}, **dict.fromkeys(history.titles.values())}
    match skip.reason:
        case Reason.SCHEDULED:
            return skip.detail == rfc3339(article.published) and article.published > AT
        case Reason.EXPIRED:
            return skip.detail == rfc3339(article.expires) and article.expires <= AT
        case Reason.UNREADABLE:
            return article.path in rule.unreadable
        case Reason.SENT_ELSEWHERE:
            return rule.repeat == "never" and history.elsewhere[article.guid] == skip.detail
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
        stays_out = skip.article.path in rule.excluded | rule.unreadable or not is_shown(skip.article)
        assert skip.article.path not in rule.pinned or stays_out
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


@settings(max_examples=50)
@given(sites())
def test_the_rank_is_the_order(site):
    articles, rule, history, _ = site
    picks = [pick for pick in select(articles, rule, history, AT).picks if pick.article.path not in rule.pinned]
    if rule.rank == "chronological":
        assert {(pick.score, pick.parts) for pick in picks} <= {(0.0, None)}
        news = [(max(p.article.published, p.article.first_seen), p.article.path) for p in picks]
        assert news == sorted(sorted(news, key=lambda each: each[1]), key=lambda each: each[0], reverse=True)
        return
    assert [pick.score for pick in picks] == sorted((pick.score for pick in picks), reverse=True)
    for pick in picks:
        assert pick.parts.fresh + pick.parts.featured + pick.parts.weight == pick.score
