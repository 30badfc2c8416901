"""Random expressions and readers for tests: of few words, so that they meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from subscribers.error import SegmentError
from subscribers.segments import value
from subscribers.segments.tree import HAS, MOMENTS, And, Defaults, Field, Not, Or, Relation
from subscribers.segments.tree import Test as Ask
from subscribers.subscriber import Format, Status, Subscriber

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
SITE = Defaults(
    language="zh-CN",
    zone=ZoneInfo("Asia/Shanghai"),
    first={"weekly": "mon", "Daily": "work_days", "brief": "mon"},
)
TOPICS = ("chips", "ai", "a_b", "axb", "50%", "芯片", "Große", "all")
NEWSLETTERS = ("weekly", "Daily", "brief", "we_kly")
SCHEDULES = ("mon", "work_days", "workxdays", "MON")
LANGUAGES = ("zh", "zh-CN", "zh-Hans-CN", "en", "en-GB", "zha")
ZONES = ("Asia/Shanghai", "Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires")
NAMES = (
    "Li Ming",
    "li ming",
    "李雷",
    "O'Brien",
    "100%_/\\",
    "Ärne",
    "ärne",
    "\u0130stanbul",
    "and",
    'a "b" ;--',
    "(x)",
)
KEYS = ("li@qq.com", "a_b@163.com", "axb@mail.163.com", "李@xn--fiqs8s.cn", "o'b@x.edu.cn", "x@edu.cn", "li@xqq.com")
GLOBS = (
    "*",
    "li*",
    "*@QQ.com",
    "*_*",
    "%",
    "*%*",
    "*i*g",
    "李*",
    "Ä*",
    "*/*",
    "*\\",
    "a*b*c",
    "and",
    "*'*",
    "A*",
    "**z",
)
WORDS = {
    Field.TOPIC: TOPICS,
    Field.NEWSLETTER: (*NEWSLETTERS, "all"),
    Field.SCHEDULE: SCHEDULES,
    Field.LANGUAGE: LANGUAGES,
    Field.TIMEZONE: (*ZONES, "asia/*", "*_aires", "*"),
    Field.FORMAT: tuple(Format),
    Field.STATUS: tuple(Status),
    Field.DOMAIN: ("qq.com", "163.com", "*.163.com", "*.edu.cn", "中国.cn", "*.cn", "QQ.COM"),
    Field.EMAIL: (*KEYS, *GLOBS),
    Field.NAME: (*NAMES, *GLOBS),
    Field.HAS: HAS,
}
LENGTHS = ("1h", "24h", "1d", "90d", "12w", "520w")
PERIODS = ("2025-06-30", "2025-06-29", "2025-06", "2025-12", "2025", "2024-02-29", "1970", "2199-12-31")
EDGES = tuple(
    found + step
    for text in PERIODS
    for found in value.period(text, SITE.zone)
    for step in (timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1))
) + tuple(NOW + sign * value.length(text) for text in LENGTHS for sign in (-1, 1))


def _test(field: Field, texts: list[str]) -> Ask:
    return Ask(field, Relation.IS, tuple(dict.fromkeys(value.read(field, text) for text in texts)))


@st.composite
def words(draw):
    field = draw(st.sampled_from(sorted(WORDS)))
    return _test(field, draw(st.lists(st.sampled_from(WORDS[field]), min_size=1, max_size=3)))


@st.composite
def any_name(draw):
    """A test of a name with any text that one can be."""
    text = draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
    try:
        return _test(Field.NAME, [text])
    except SegmentError:
        return _test(Field.NAME, ["x"])


@st.composite
def days(draw):
    relation = draw(st.sampled_from([each for each in Relation if each is not Relation.IS]))
    texts = LENGTHS if relation in {Relation.WITHIN, Relation.BEFORE} else PERIODS
    return Ask(draw(st.sampled_from(sorted(MOMENTS))), relation, (draw(st.sampled_from(texts)),))


def _joined(parts):
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return parts.map(Not) | several.map(And) | several.map(Or)


expressions = st.recursive(words() | days() | any_name(), _joined, max_leaves=8)


def _some(values):
    return st.sampled_from(("", *values))


_moments = st.none() | st.sampled_from(EDGES)


@st.composite
def readers(draw):
    """Up to six readers with different addresses."""
    return [
        Subscriber(
            id=number,
            address=key,
            key=key,
            name=draw(_some(NAMES)),
            status=draw(st.sampled_from(Status)),
            topics=tuple(sorted(draw(st.sets(st.sampled_from(TOPICS), max_size=2)))),
            newsletter=draw(_some(NEWSLETTERS)),
            schedule=draw(_some(SCHEDULES)),
            language=draw(_some(LANGUAGES)),
            declined=tuple(sorted(draw(st.sets(st.sampled_from(NEWSLETTERS), max_size=2)))),
            timezone=draw(_some(ZONES)),
            format=draw(st.sampled_from(Format)),
            created=draw(st.sampled_from(EDGES)),
            changed=NOW,
            consent_at=draw(_moments),
            paused_until=draw(_moments),
            engaged_at=draw(_moments),
        )
        for number, key in enumerate(draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1, max_size=6)), 1)
    ]
