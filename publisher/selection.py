"""Which articles an issue carries, and why the others stay out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from publisher.content.article import Article, Topic
from publisher.text import bigrams, similarity, title_key
from publisher.times import utc

NO_TOPIC = Topic("", "")
"""Where articles are filed that have no topic, on a site that names none."""
WEIGHT_LIMIT = 10
"""A front-matter weight counts for no more than this: in Hugo's menus weights of 1000 are common."""


class Reason(StrEnum):
    """Why an article was left out: the first that holds."""

    OTHER_LANGUAGE = "other-language"
    OTHER_SECTION = "other-section"
    OTHER_TAG = "other-tag"
    EXCLUDED = "excluded"
    ALREADY_SENT = "already-sent"
    TOO_OLD = "too-old"
    NOT_FEATURED = "not-featured"
    NO_TOPIC = "no-topic"
    SAME_TITLE = "same-title"
    TOPIC_FULL = "topic-full"
    NEAR_DUPLICATE = "near-duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one stream wants. Empty texts and tuples ask for nothing."""

    topics: tuple[str, ...] = ()
    """Keys, in the order of the sections: only articles of these; empty: every topic, and articles of none."""
    language: str = ""
    """A prefix: ``zh`` takes ``zh-CN``."""
    section: str = ""
    tag: str = ""
    window: timedelta | None = None
    """How far back news reaches; None: to the last issue."""
    max_age: timedelta = timedelta(days=14)
    featured: str = "prefer"
    """prefer, only or ignore."""
    half_life: timedelta = timedelta(days=3)
    per_topic: int = 3
    untopiced: int = 12
    """Room for articles without a topic."""
    near_duplicate: float = 0.30
    """Titles at least this alike (Jaccard of their bigrams) tell the same story."""
    pinned: tuple[str, ...] = ()
    """Paths that the editor wants on top, in this order, whatever the other rules say."""
    excluded: frozenset[str] = frozenset()
    """Paths that the editor does not want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the stream sent before."""

    sent: frozenset[str] = frozenset()
    """Guids of every story that an issue of the stream began to send."""
    last: datetime | None = None
    """When the newest of those issues was drawn up."""
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Recent stories: ``title_key`` to the title as it was printed."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen article, the topic it is filed under, and its score."""

    article: Article
    topic: Topic
    score: float


@dataclass(frozen=True, slots=True)
class Skip:
    """An article not chosen, the first rule that refused it, and what that rule saw."""

    article: Article
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The choice, best first, and its explanation: picks + skips = all candidates."""

    picks: tuple[Pick, ...]
    skips: tuple[Skip, ...]


def since(rule: Rule, history: History, now: datetime) -> datetime:
    """From when an article is news: the last issue or the window, but never before ``max_age``.

    An article counts from its date or from when this program first saw it, whichever is later: a back-dated file that
    was committed after the last issue is not lost.
    """
    oldest = now - rule.max_age
    start = now - rule.window if rule.window is not None else history.last
    return max(start, oldest) if start is not None else oldest


def select(articles: Iterable[Article], rule: Rule, history: History, now: datetime) -> Selection:
    """Chooses from ``articles``; the same input gives the same issue, in whatever order it comes.

    Candidates are ranked by freshness (halved every ``half_life``), featured and weight, pins first; each is filed
    under that of its topics with room that is emptiest, unless its title was told already.
    """
    start = since(rule, history, now)
    pool: list[tuple[float, Article]] = []
    skips: list[Skip] = []
    for article in articles:
        refused = _refuse(article, rule, history, start)
        if refused is None:
            pool.append((_score(article, rule, now), article))
        else:
            skips.append(refused)
    pool.sort(key=lambda scored: scored[1].path)
    pool.sort(key=lambda scored: (scored[0], scored[1].published), reverse=True)
    picks, more = _fill(pool, rule, history)
    skips.sort(key=lambda skip: skip.article.path)
    return Selection(picks=tuple(picks), skips=(*more, *skips))


def _refuse(article: Article, rule: Rule, history: History, start: datetime) -> Skip | None:
    """The first rule that keeps an article out by itself, without looking at the others."""
    if article.path in rule.excluded:
        return Skip(article, Reason.EXCLUDED)
    if article.path in rule.pinned:
        return None
    if rule.language and not _speaks(article.language, rule.language):
        return Skip(article, Reason.OTHER_LANGUAGE, article.language)
    if rule.section and article.section != rule.section:
        return Skip(article, Reason.OTHER_SECTION, article.section)
    if rule.tag and rule.tag.casefold() not in {tag.casefold() for tag in article.tags}:
        return Skip(article, Reason.OTHER_TAG, rule.tag)
    if article.guid in history.sent:
        return Skip(article, Reason.ALREADY_SENT)
    if max(article.published, article.first_seen) < start:
        return Skip(article, Reason.TOO_OLD, f"{utc(start):%Y-%m-%d %H:%M} UTC")
    if rule.featured == "only" and not article.featured:
        return Skip(article, Reason.NOT_FEATURED)
    return None


def _speaks(language: str, prefix: str) -> bool:
    language, prefix = language.lower(), prefix.lower()
    return language == prefix or language.startswith(prefix + "-")


def _score(article: Article, rule: Rule, now: datetime) -> float:
    if article.path in rule.pinned:
        return 1e6 - rule.pinned.index(article.path)
    age = max(now - max(article.published, min(article.first_seen, now)), timedelta())
    fresh = 0.5 ** (age / rule.half_life) if rule.half_life else 0.0
    weight = max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, article.weight))
    return fresh + (0.5 if article.featured and rule.featured == "prefer" else 0.0) + weight * 0.1


def _fill(pool: list[tuple[float, Article]], rule: Rule, history: History) -> tuple[list[Pick], list[Skip]]:
    picks: list[Pick] = []
    skips: list[Skip] = []
    filed: dict[str, int] = {}
    told = {key: (title, bigrams(key)) for key, title in history.titles.items()}
    for score, article in pool:
        key = title_key(article.title)
        shape = bigrams(key)
        topics = _wanted(article, rule)
        topic = _roomiest(topics, rule, filed)
        if article.path in rule.pinned:
            topic = topic or (topics or (NO_TOPIC,))[0]
        elif not topics:
            skips.append(Skip(article, Reason.NO_TOPIC))
            continue
        elif key and key in told:
            skips.append(Skip(article, Reason.SAME_TITLE, told[key][0]))
            continue
        elif topic is None:
            skips.append(Skip(article, Reason.TOPIC_FULL, ", ".join(t.title for t in topics)))
            continue
        elif twin := _twin(shape, told, rule.near_duplicate):
            skips.append(Skip(article, Reason.NEAR_DUPLICATE, twin))
            continue
        told[key] = (article.title, shape)
        filed[topic.key] = filed.get(topic.key, 0) + 1
        picks.append(Pick(article, topic, score))
    return picks, skips


def _wanted(article: Article, rule: Rule) -> tuple[Topic, ...]:
    """The article's topics that this rule has a section for."""
    if rule.topics:
        return tuple(topic for topic in article.topics if topic.key in rule.topics)
    return article.topics or (NO_TOPIC,)


def _roomiest(topics: tuple[Topic, ...], rule: Rule, filed: Mapping[str, int]) -> Topic | None:
    """The topic with room that is least filled; a tie goes to the rule's order, then to the article's own."""

    def rank(topic: Topic) -> tuple[float, int]:
        place = rule.topics.index(topic.key) if topic.key in rule.topics else len(rule.topics)
        return filed.get(topic.key, 0) / _room(topic, rule), place

    free = [topic for topic in topics if filed.get(topic.key, 0) < _room(topic, rule)]
    return min(free, key=rank) if free else None


def _room(topic: Topic, rule: Rule) -> int:
    return rule.per_topic if topic.key else rule.untopiced


def _twin(shape: frozenset[str], told: Mapping[str, tuple[str, frozenset[str]]], limit: float) -> str:
    """The title of a story told already that this one is too much like; empty where there is none."""
    if limit <= 0:
        return ""
    return next((title for title, other in told.values() if similarity(shape, other) >= limit), "")
