"""Which articles an issue carries, and why the others stay out. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import NamedTuple

from publisher.content.article import Head, Topic
from publisher.text import bigrams, title_key
from publisher.times import rfc3339

NO_TOPIC = Topic("", "")
"""Where articles are filed that have no topic, on a site that names none."""
LATE = timedelta(hours=1)
"""No reading of a folder takes longer: an issue drawn up meanwhile did not see what it found."""
WEIGHT_LIMIT = 10
"""A front-matter weight counts for no more than this: in Hugo's menus weights of 1000 are common."""
PINNED_SCORE = 1e6
"""The score of the first pin; each further one has one less."""
_NUMERALS = re.compile(r"[\d〇零一二两三四五六七八九十百千万]+")

_Ranked = tuple[float, datetime, Head]


class Reason(StrEnum):
    """Why an article was left out: the first that holds, in this order."""

    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    OTHER_LANGUAGE = "other-language"
    OTHER_SECTION = "other-section"
    OTHER_TAG = "other-tag"
    EXCLUDED = "excluded"
    UNREADABLE = "unreadable"
    ALREADY_SENT = "already-sent"
    SENT_ELSEWHERE = "sent-elsewhere"
    TOO_OLD = "too-old"
    NOT_FEATURED = "not-featured"
    NO_TOPIC = "no-topic"
    SAME_TITLE = "same-title"
    TOPIC_FULL = "topic-full"
    NEAR_DUPLICATE = "near-duplicate"
    VANISHED = "vanished"
    """Never of a choice: the file of a story that was chosen is gone."""


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
    rank: str = "score"
    """score, or chronological: the newest first, and neither being featured nor a weight counts."""
    repeat: str = "allowed_from_other_newsletters"
    """Or never: what any stream of the site began to send does not come again."""
    half_life: timedelta = timedelta(days=3)
    per_topic: int = 3
    untopiced: int = 12
    """Room for articles without a topic."""
    near_duplicate: float = 0.30
    """Titles at least this alike (Jaccard of their bigrams) tell the same story."""
    pinned: tuple[str, ...] = ()
    """Paths that the editor wants on top, in this order, whatever the newsletter's wishes say."""
    excluded: frozenset[str] = frozenset()
    """Paths that the editor does not want."""
    unreadable: frozenset[str] = frozenset()
    """Paths whose text cannot be rendered: a pin does not help them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was sent before."""

    sent: frozenset[str] = frozenset()
    """Guids of every story that an issue of the stream began to send."""
    elsewhere: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Guids of the stories that other streams of the site began to send, each with the first such issue's id."""
    last: datetime | None = None
    """When the newest of the stream's issues that carried a story was drawn up."""
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Recent stories of the stream: ``title_key`` to the title as it was printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a score is the sum of."""

    fresh: float = 0.0
    """1 for an article of this moment, halved with every half-life of its age."""
    featured: float = 0.0
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen article, the topic it is filed under, its score and what made it.

    A pin has no parts, nor has anything where the rank is chronological: its score is then 0.
    """

    article: Head
    topic: Topic
    score: float
    parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """An article not chosen, the first rule that refused it, and what that rule saw.

    ``detail`` is data in no language: a title, titles of topics between " / ", a moment as RFC 3339 in UTC, a language,
    a section, a tag or an issue's id, as the reason has it.
    """

    article: Head
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


def select(articles: Iterable[Head], rule: Rule, history: History, now: datetime) -> Selection:
    """Chooses from ``articles``; the same input gives the same issue, in whatever order it comes.

    Candidates are ranked by freshness (halved every ``half_life``), featured and weight, or by time alone, pins first;
    each is filed under that of its topics with room that is emptiest, unless its title was told already.
    """
    window = _Window(since(rule, history, now), now, rfc3339(since(rule, history, now)))
    pool: list[_Ranked] = []
    skips: list[Skip] = []
    for article in articles:
        refused = _refuse(article, rule, history, window)
        if refused is not None:
            skips.append(refused)
        elif rule.rank == "chronological":
            pool.append((_pin(article, rule) or 0.0, _news(article), article))
        else:
            pool.append((_pin(article, rule) or _score(article, rule, now), article.published, article))
    pool.sort(key=lambda ranked: ranked[2].path)
    pool.sort(key=itemgetter(0, 1), reverse=True)
    picks, more = _fill(pool, rule, history, now)
    skips.sort(key=attrgetter("article.path"))
    return Selection(picks=tuple(picks), skips=(*more, *skips))


class _Window(NamedTuple):
    start: datetime
    now: datetime
    begins: str
    """The start as the reasons tell it."""


def _refuse(article: Head, rule: Rule, history: History, window: _Window) -> Skip | None:
    """The first rule that keeps an article out by itself, without looking at the others."""
    appears = article.appears or article.published
    if appears > window.now:
        return Skip(article, Reason.SCHEDULED, rfc3339(appears))
    if article.expires is not None and article.expires <= window.now:
        return Skip(article, Reason.EXPIRED, rfc3339(article.expires))
    pinned = article.path in rule.pinned
    if not pinned and (foreign := _foreign(article, rule)):
        return foreign
    if article.path in rule.excluded:
        return Skip(article, Reason.EXCLUDED)
    if article.path in rule.unreadable:
        return Skip(article, Reason.UNREADABLE)
    return None if pinned else _stale(article, rule, history, window)


def _foreign(article: Head, rule: Rule) -> Skip | None:
    """The condition of the newsletter that the article does not meet."""
    if rule.language and not _speaks(article.language, rule.language):
        return Skip(article, Reason.OTHER_LANGUAGE, article.language)
    if rule.section and article.section != rule.section:
        return Skip(article, Reason.OTHER_SECTION, article.section)
    if rule.tag and rule.tag.casefold() not in {tag.casefold() for tag in article.tags}:
        return Skip(article, Reason.OTHER_TAG, rule.tag)
    return None


def _stale(article: Head, rule: Rule, history: History, window: _Window) -> Skip | None:
    """Why the article is no news to the stream's readers, or not featured where it must be."""
    if article.guid in history.sent:
        return Skip(article, Reason.ALREADY_SENT)
    if rule.repeat == "never" and article.guid in history.elsewhere:
        return Skip(article, Reason.SENT_ELSEWHERE, history.elsewhere[article.guid])
    if article.published < window.start and _known_since(article) < window.start:
        return Skip(article, Reason.TOO_OLD, window.begins)
    if rule.featured == "only" and not article.featured:
        return Skip(article, Reason.NOT_FEATURED)
    return None


def _known_since(article: Head) -> datetime:
    """When an issue could weigh the article: a late file is kept some time after its reading began."""
    return article.first_seen + LATE if article.first_seen > article.published else article.first_seen


def _speaks(language: str, prefix: str) -> bool:
    language, prefix = language.lower(), prefix.lower()
    return language == prefix or language.startswith(prefix + "-")


def _news(article: Head) -> datetime:
    """When the article became news: its date, or when it was first seen, whichever is later."""
    return max(article.published, article.first_seen)


def _pin(article: Head, rule: Rule) -> float | None:
    return PINNED_SCORE - rule.pinned.index(article.path) if article.path in rule.pinned else None


def _score(article: Head, rule: Rule, now: datetime) -> float:
    return _fresh(article, rule, now) + _extra(article, rule) + _weight(article)


def _fresh(article: Head, rule: Rule, now: datetime) -> float:
    age = max(now - _news(article), timedelta())
    return float(0.5 ** (age / rule.half_life)) if rule.half_life else 0.0


def _extra(article: Head, rule: Rule) -> float:
    return 0.5 if article.featured and rule.featured == "prefer" else 0.0


def _weight(article: Head) -> float:
    return max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, article.weight)) * 0.1 if article.weight else 0.0


def _parts(article: Head, rule: Rule, now: datetime) -> Parts | None:
    if article.path in rule.pinned or rule.rank == "chronological":
        return None
    return Parts(fresh=_fresh(article, rule, now), featured=_extra(article, rule), weight=_weight(article))


def _fill(pool: list[_Ranked], rule: Rule, history: History, now: datetime) -> tuple[list[Pick], list[Skip]]:
    picks: list[Pick] = []
    skips: list[Skip] = []
    filed: Counter[str] = Counter()
    places = {key: place for place, key in enumerate(rule.topics)}
    told = _Told(history.titles)
    for score, _, article in pool:
        pinned = article.path in rule.pinned
        topics = _wanted(article, places)
        key = title_key(article.title) if topics or pinned else ""
        topic = _roomiest(topics, rule, places, filed)
        if pinned:
            topic = topic or (topics or (NO_TOPIC,))[0]
        elif not topics:
            skips.append(Skip(article, Reason.NO_TOPIC))
            continue
        elif twin := told.same(key):
            skips.append(Skip(article, Reason.SAME_TITLE, twin))
            continue
        elif topic is None:
            skips.append(Skip(article, Reason.TOPIC_FULL, " / ".join(t.title for t in topics)))
            continue
        elif twin := told.alike(key, rule.near_duplicate):
            skips.append(Skip(article, Reason.NEAR_DUPLICATE, twin))
            continue
        told.add(key, article.title)
        filed[topic.key] += 1
        picks.append(Pick(article, topic, score, _parts(article, rule, now)))
    return picks, skips


def _wanted(article: Head, places: Mapping[str, int]) -> tuple[Topic, ...]:
    """The article's topics that the rule has a section for."""
    if places:
        return tuple([topic for topic in article.topics if topic.key in places])
    return article.topics or (NO_TOPIC,)


def _roomiest(
    topics: tuple[Topic, ...], rule: Rule, places: Mapping[str, int], filed: Mapping[str, int]
) -> Topic | None:
    """The topic with room that is least filled; a tie goes to the rule's order, then to the article's own."""

    def rank(topic: Topic) -> tuple[float, int]:
        return filed[topic.key] / _room(topic, rule), places.get(topic.key, 0)

    free = [topic for topic in topics if filed[topic.key] < _room(topic, rule)]
    return min(free, key=rank) if free else None


def _room(topic: Topic, rule: Rule) -> int:
    return rule.per_topic if topic.key else rule.untopiced


class _Told:
    """The titles that readers know: found by their key, or by likeness without comparing each with each."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._places: dict[str, int] = {}
        self._keys: list[str] = []
        self._titles: list[str] = []
        self._sizes: list[int] = []
        self._having: dict[str, list[int]] = {}
        for key, title in titles.items():
            self.add(key, title)

    def add(self, key: str, title: str) -> None:
        """Notes a story; a later one of the same title takes the earlier one's place."""
        place = self._places.setdefault(key, len(self._keys))
        if place < len(self._keys):
            self._titles[place] = title
            return
        shape = bigrams(key)
        self._keys.append(key)
        self._titles.append(title)
        self._sizes.append(len(shape))
        for pair in shape:
            self._having.setdefault(pair, []).append(place)

    def same(self, key: str) -> str:
        """The story of the very same title; empty where there is none, and for a title of signs only."""
        return self._titles[self._places[key]] if key and key in self._places else ""

    def alike(self, key: str, limit: float) -> str:
        """The first story told whose title is at least so like this one; empty where there is none.

        Titles that differ in their numbers alone are parts of a series, not one story: "第 27 期" is not "第 28 期".
        """
        if limit <= 0:
            return ""
        shape = bigrams(key)
        shared: Counter[int] = Counter()
        for pair in shape:
            shared.update(self._having.get(pair, ()))
        near = [place for place, n in shared.items() if n / (len(shape) + self._sizes[place] - n) >= limit]
        return next((self._titles[place] for place in sorted(near) if not _is_series(key, self._keys[place])), "")


def _is_series(first: str, second: str) -> bool:
    return _NUMERALS.sub("#", first) == _NUMERALS.sub("#", second)
