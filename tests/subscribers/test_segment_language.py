"""The language of segments: what it says, its one form, and what it says of mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_forms import NOW, SITE, expressions

from subscribers.error import SegmentError
from subscribers.segments import language, value
from subscribers.segments.language import parse
from subscribers.segments.match import like, matches
from subscribers.segments.tree import EVERYBODY, And, Field, Not, Or, Relation, named
from subscribers.segments.tree import Test as Ask
from subscribers.subscriber import Format, Status, Subscriber

DAYS = (
    "column 8: {0} is compared with days; "
    "write {0} < 2025-06-01 (or <=, >, >=, =), {0} within 90d, or {0} before 90d ago"
)
GUIDE = Path(__file__).parents[2] / "docs/segments.md"


def reader(**changes):
    values = {
        "id": 1,
        "address": "li@qq.com",
        "key": "li@qq.com",
        "status": Status.ACTIVE,
        "created": NOW,
        "changed": NOW,
    }
    return Subscriber(**(values | changes))


def true(text, **changes):
    return matches(parse(text), reader(**changes), NOW, SITE)


def wrong(text):
    with pytest.raises(SegmentError) as caught:
        parse(text)
    return caught.value.line()


# ---- the tree


def test_a_sentence_of_an_editor():
    text = "topic:chips and (language:zh or domain:qq.com,163.com) and joined < 2025-06-01 and not engaged within 90d"
    assert parse(text) == And(
        (
            Ask(Field.TOPIC, Relation.IS, ("chips",)),
            Or(
                (
                    Ask(Field.LANGUAGE, Relation.IS, ("zh",)),
                    Ask(Field.DOMAIN, Relation.IS, ("qq.com", "163.com")),
                )
            ),
            Ask(Field.JOINED, Relation.BELOW, ("2025-06-01",)),
            Not(Ask(Field.ENGAGED, Relation.WITHIN, ("90d",))),
        )
    )
    assert str(parse(text)) == text


@given(expressions)
@settings(max_examples=300)
def test_the_text_of_a_tree_is_read_as_that_tree(tree):
    assert parse(str(tree)) == tree


@given(st.text(max_size=60) | st.lists(st.sampled_from([
    "topic", "joined", "and", "or", "not", "within", "before", "ago", ":", "<", "<=", "=", ",", "(", ")", '"', "\\",
    "chips", "2025-06-01", "90d", " ", "'", "*", "has", "consent", "李", "：", "（", "“",
]), max_size=14).map(" ".join))  # fmt: skip
@settings(max_examples=300)
def test_any_text_is_a_tree_or_one_sentence(text):
    try:
        tree = parse(text)
    except SegmentError as error:
        assert re.fullmatch(r"column \d+: .+", error.line())
        assert error.line().isprintable()
    else:
        assert parse(str(tree)) == tree
        assert str(parse(str(tree))) == str(tree)


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000"])
def test_nothing_is_everybody(text):
    assert parse(text) == EVERYBODY
    assert str(EVERYBODY) == ""
    assert matches(EVERYBODY, reader(), NOW, SITE)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("TOPICS:chips AND Not Status:Active", "topic:chips and not status:active"),
        ("topic:chips,chips , ai", "topic:chips,ai"),
        ("topic:a or topic:b and topic:c", "topic:a or (topic:b and topic:c)"),
        ("(topic:a or topic:b) and topic:c", "(topic:a or topic:b) and topic:c"),
        ("((topic:a))", "topic:a"),
        ("not not topic:a", "not not topic:a"),
        ("not (topic:a and topic:b)", "not (topic:a and topic:b)"),
        ("topic:ALL", "topic:all"),
        ("topics：chips，ai　and （name：“李 *”）", 'topic:chips,ai and name:"李 *"'),
        ("joined<2025 and joined>=2024-02", "joined < 2025 and joined >= 2024-02"),
        ("engaged before 090D", "engaged before 90d ago"),
        ("engaged before 2w ago", "engaged before 2w ago"),
        ("language:ZH_cn", "language:zh-CN"),
        ("domain:*.QQ.com", "domain:*.qq.com"),
        ("domain:*.中国", "domain:*.xn--fiqs8s"),
        ("email:*@Bücher.example", "email:*@xn--bcher-kva.example"),
        ("email:GROẞ*", "email:groß*"),
        ("email:GROẞ@", "email:groß@"),
        ("email:@bücher.example", "email:@xn--bcher-kva.example"),
        ("name:a**b", "name:a*b"),
        (r'name:"a \"b\" \\ \c"', r'name:"a \"b\" \\ \\c"'),
        ('name:"or"', 'name:"or"'),
        ("name:O'Brien", "name:O'Brien"),
        ("name:\"'x\"", "name:\"'x\""),
        ("name:Zu\u0308rich", "name:Z\u00fcrich"),
        ("timezone:asia/*", "timezone:asia/*"),
        ("has:Consent", "has:consent"),
    ],
)  # fmt: skip
def test_the_one_form(written, form):
    assert str(parse(written)) == form
    assert str(parse(form)) == form


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("topik:chips", "column 1: 'topik' is no field; did you mean topic?"),
        ("topic:a and domian:qq.com", "column 13: 'domian' is no field; did you mean domain?"),
        ('"topic":a', "column 1: 'topic' cannot stand here; write a test, for example topic:chips"),
        ("topic chips", "column 7: topic is compared with words; write topic: and one or more words, as in topic:chips"),
        ("topic < 2025", "column 7: topic is compared with words; write topic: and one or more words, as in topic:chips"),
        ("topic", "column 6: topic is compared with words; write topic: and one or more words, as in topic:chips"),
        ("topic:", "column 7: a value is missing after topic:; write it there, as in topic:chips"),
        ("topic:a,", "column 9: a value is missing after topic:; write it there, as in topic:chips"),
        ("topic:and", 'column 7: a value is missing after topic:; write "and" in quotation marks where the word itself is meant'),
        ('name:" "', 'column 6: the value is blank; write one as in name:"Li *"'),
        ("topic:a b", "column 9: 'b' cannot follow here; write and or or before it, or a comma"),
        ("topic:a)", "column 8: this ) closes nothing; remove it, or write ( before"),
        ("topic:a and (topic:b", "column 13: this ( is not closed; write ) behind its last test"),
        ("topic:a and", "column 12: the expression ends where a test is missing; write for example topic:chips"),
        ('name:"Li', 'column 6: this quotation mark is not closed; write " at the end of the value'),
        ("name:'Li Ming'", 'column 6: single quotation marks hold nothing together; write "…" around a value'),
        ("name:a*b*c*d*e", "column 6: 'a*b*c*d*e' has more than 3 *; write fewer"),
        ("status:activ", "column 8: 'activ' is no status; did you mean active?"),
        ("format:pdf", "column 8: 'pdf' is no format; there is html, text"),
        ("language:e", "column 10: language 'e' is no language tag; write it as in language:zh"),
        ("timezone:Asia/Peking", "column 10: time zone 'Asia/Peking' is not known; write it as in timezone:Asia/Shanghai"),
        ('topic:"a b"', "column 7: topic 'a b' is no slug; write it as in topic:chips"),
        ("domain:@qq.com", "column 8: '@qq.com' is no domain; write for example qq.com or *.edu.cn"),
        ("domain:中！国", "column 8: '中！国' is no domain; write for example qq.com or *.edu.cn"),
        ("email:李@*.中国", "column 7: '李@*.中国' is no address; write for example li@example.org or *@example.org"),
        ("email:.李", "column 7: '.李' is no address; write for example li@example.org or *@example.org"),
        ("joined < 2025-02-30", "column 10: '2025-02-30' is no day; write for example 2025-06-01, 2025-06 or 2025"),
        ("joined < 1969", "column 10: '1969' is no day; write for example 2025-06-01, 2025-06 or 2025"),
        ("joined < tomorrow", "column 10: 'tomorrow' is no day; write for example 2025-06-01, 2025-06 or 2025"),
        ("joined <", "column 9: a value is missing after joined <; write it there, as in joined < 2025-06-01"),
        ("engaged within 5y", "column 16: '5y' is no length of time; write for example 90d, 12w or 48h"),
        ("engaged within 0d", "column 16: '0d' is no length of time; write for example 90d, 12w or 48h"),
        ("engaged within 9999w", "column 16: '9999w' is longer than ten years; write a day, as in joined < 2015-01-01"),
        (
            "consent:yes",
            DAYS.format("consent") + "; has:consent asks whether there is any",
        ),
        (
            'joined "within" 90d',
            DAYS.format("joined"),
        ),
        ("topic:a\0", "column 8: U+0000 is a control character; remove it"),
        ("name:\ud800", "column 6: U+D800 is a control character; remove it"),
        ("x" * 50 + ":a", f"column 1: '{'x' * 39}…' is no field; there is {', '.join(Field)}"),
        ("a" * 2001, "column 2001: the expression is longer than 2,000 characters; write a shorter one"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(text, sentence):
    assert wrong(text) == sentence


def test_it_is_bounded_in_length_depth_and_values():
    assert len(parse(f'name:"{"x" * 1990}"').values[0]) == 1990
    wide = " and ".join(["joined<2025"] * 100)
    assert len(wide) < language.LONGEST
    assert len(parse(wide).parts) == 100
    assert wrong(wide + " and a:b").startswith("column 1601: 'a' is no field")
    assert wrong(" or ".join(["has:name"] * 101)) == "column 1205: more than 100 values; ask for fewer"
    assert wrong("topic:" + ",".join("a" * 101)) == "column 207: more than 100 values; ask for fewer"
    assert parse("(" * 29 + "topic:a" + ")" * 29) == parse("topic:a")
    assert wrong("(" * 30 + "topic:a") == "column 31: more than 30 brackets and not in each other; write it flatter"
    assert wrong("not " * 2000)[:18] == "column 2001: the e"
    assert wrong("not " * 499 + "x").endswith("write it flatter")


def test_what_grows_past_the_bound_in_its_one_form_is_refused():
    text = "domain:" + ",".join(f"中{number}国.中国" for number in range(100))
    assert len(text) < language.LONGEST
    assert wrong(text).startswith("column 1: written out in full the expression is longer than 2,000 characters; ")


# ---- what it means


@pytest.mark.parametrize(
    ("text", "changes", "answer"),
    [
        ("topic:chips", {}, True),
        ("topic:chips", {"topics": ("ai",)}, False),
        ("topic:CHIPS", {"topics": ("ai", "chips")}, True),
        ("topic:all", {}, True),
        ("topic:all", {"topics": ("ai",)}, False),
        ("newsletter:weekly", {}, True),
        ("newsletter:weekly", {"newsletter": "brief"}, False),
        ("newsletter:weekly", {"declined": ("weekly",)}, False),
        ("newsletter:all", {}, True),
        ("newsletter:all", {"declined": ("weekly",)}, False),
        ("newsletter:all", {"newsletter": "weekly"}, False),
        ("schedule:mon", {}, True),
        ("schedule:mon", {"newsletter": "Daily"}, False),
        ("schedule:work_days", {"newsletter": "Daily"}, True),
        ("schedule:work_days", {"declined": ("Daily",)}, False),
        ("schedule:mon", {"schedule": "MON", "newsletter": "other"}, True),
        ("schedule:fri", {}, False),
        ("language:zh", {}, True),
        ("language:en", {}, False),
        ("language:zh", {"language": "zha"}, False),
        ("language:zh-CN", {"language": "zh"}, False),
        ("timezone:Asia/*", {}, True),
        ("timezone:UTC", {"timezone": "UTC"}, True),
        ("format:text", {}, False),
        ("format:text or status:active", {}, True),
        ("format:text or status:paused", {}, False),
        ("format:text", {"format": Format.TEXT}, True),
        ("status:paused,active", {}, True),
        ("domain:qq.com", {}, True),
        ("domain:com", {}, False),
        ("domain:*.com", {}, True),
        ("domain:*.qq.com", {}, False),
        ("email:LI@qq.com", {}, True),
        ("email:*@qq.com", {}, True),
        ('name:"李*"', {"name": "李雷"}, True),
        ("name:LI*G", {"name": "li ming"}, True),
        ("name:Ä", {"name": "ä"}, False),
        ("has:name", {}, False),
        ("has:engaged", {}, False),
        ("not has:engaged,consent", {"consent_at": NOW}, False),
        ("engaged within 90d", {}, False),
        ("not engaged within 90d", {}, True),
        ("engaged before 90d ago", {}, False),
        ("paused within 7d", {"paused_until": NOW + value.length("6d")}, True),
        ("paused within 7d", {"paused_until": NOW + value.length("8d")}, False),
        ("joined within 1h and joined = 2025-06-30", {}, True),
        ("joined before 1h ago", {}, False),
    ],
)
def test_what_a_test_means(text, changes, answer):
    assert true(text, **changes) is answer


@pytest.mark.parametrize(
    ("relation", "before", "first", "last", "after"),
    [
        ("<", True, False, False, False),
        ("<=", True, True, True, False),
        (">", False, False, False, True),
        (">=", False, True, True, True),
        ("=", False, True, True, False),
    ],
)
def test_a_day_is_one_of_the_sites_clock(relation, before, first, last, after):
    start, end = value.period("2025-06-01", SITE.zone)
    assert f"{start:%Y-%m-%dT%H:%M} {end:%Y-%m-%dT%H:%M}" == "2025-05-31T16:00 2025-06-01T16:00"
    tick = value.timedelta(microseconds=1)
    for at, answer in ((start - tick, before), (start, first), (end - tick, last), (end, after)):
        assert true(f"joined {relation} 2025-06-01", created=at) is answer


@pytest.mark.parametrize(
    ("text", "days"), [("2024-02", 29), ("2025-12", 31), ("2025", 365), ("2024", 366), ("2025-12-31", 1)]
)
def test_months_and_years_have_their_length(text, days):
    start, end = value.period(text, SITE.zone)
    assert (end - start).days == days


@given(st.lists(st.sampled_from("ab*"), max_size=8).map("".join), st.text("abAB", max_size=8))
def test_a_star_is_anything(pattern, text):
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.IGNORECASE)
    assert like(text, pattern) is bool(expected)


def test_the_words_of_a_field():
    tree = parse("topic:all,chips or not (topic:ai and name:x) and topic:chips and joined < 2025")
    assert named(tree, Field.TOPIC) == ("chips", "ai", "chips")
    assert named(EVERYBODY, Field.TOPIC) == ()


# ---- its page


def test_every_example_of_the_page_can_be_read():
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) >= 10
    rows = re.findall(r"^\| `([a-z]+)` \|.*\| (`.*`) \|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == [str(field) for field in Field]
    for example in [*lines, *(each for _, cell in rows for each in re.findall(r"`([^`]*)`", cell))]:
        assert str(parse(example)) == example
    commands = re.findall(r"--where '([^']*)'", text)
    assert commands
    for example in commands:
        parse(example)
