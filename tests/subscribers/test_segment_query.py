"""An expression as SQL: the same readers as by its meaning, and nothing of what was written in the SQL's text."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segment_forms import KEYS, NOW, SITE, WORDS, expressions, readers
from sqlalchemy.dialects import postgresql, sqlite

from subscribers import store
from subscribers.db.segment import condition
from subscribers.db.table import packed, row_of, subscriber, subscriber_topic
from subscribers.error import SegmentError
from subscribers.segments import value
from subscribers.segments.language import parse
from subscribers.segments.match import matches
from subscribers.segments.tree import And, Field, Not, Relation, Segment
from subscribers.segments.tree import Test as Ask
from subscribers.subscriber import Format, Status, Subscriber

DIALECTS = (sqlite.dialect(), postgresql.dialect())
HOSTILE = (
    "' OR 1=1 --",
    "'; DROP TABLE subscriber; --",
    '" OR ""="',
    "%",
    "_",
    "%_%/_\\%",
    "/",
    "\\",
    ":x_1",
    "%(x_1)s",
    "$1",
    "?",
    "{0}",
    "/* */",
    "\u02bc\uff07' ",
    "\u202e'",
    "\u0130\u0131\u212a",
    "NULL",
    "select",
    "😀",
)


def reader(id, **changes):
    values = {"id": id, "address": f"r{id}@x.org", "key": f"r{id}@x.org", "status": Status.ACTIVE}
    return Subscriber(**(values | {"created": NOW, "changed": NOW} | changes))


def put(connection, people):
    connection.execute(sa.insert(subscriber), [packed(row_of(each)) | {"id": each.id} for each in people])
    topics = [{"subscriber": each.id, "topic": topic} for each in people for topic in each.topics]
    if topics:
        connection.execute(sa.insert(subscriber_topic), topics)


def found(connection, tree):
    query = sa.select(subscriber.c.id).where(condition(tree, NOW, SITE)).order_by(subscriber.c.id)
    return list(connection.scalars(query))


def meant(people, tree):
    return [each.id for each in people if matches(tree, each, NOW, SITE)]


@given(people=readers(), trees=st.lists(expressions, min_size=1, max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_rows_are_those_of_whom_it_is_true(engine, people, trees):
    with engine.connect() as connection:
        put(connection, people)
        for tree in trees:
            assert found(connection, tree) == meant(people, tree), str(tree)
            assert found(connection, Not(tree)) == meant(people, Not(tree)), f"not {tree}"
        connection.rollback()


def test_each_word_of_each_field_alone(connection):
    people = [
        reader(number, key=key, name=name, topics=topics, declined=declined, language=language, format=format)
        for number, (key, name, topics, declined, language, format) in enumerate(
            zip(
                KEYS,
                ("Li Ming", "李雷", "", "Ä_x", "ä%x", "a/b", "a\\b"),
                ((), ("a_b",), ("axb",), ("ai", "chips"), ("50%",), ("Große", "芯片"), ("all",)),
                ((), ("Daily",), ("we_kly",), ("weekly",), (), ("brief", "weekly"), ()),
                ("", "zh", "zha", "zh-Hans-CN", "en", "EN-gb", "de"),
                (Format.HTML, Format.TEXT) * 3 + (Format.HTML,),
                strict=True,
            ),
            1,
        )
    ]
    put(connection, people)
    for field, texts in WORDS.items():
        for text in texts:
            tree = Ask(field, Relation.IS, (value.read(field, text),))
            assert found(connection, tree) == meant(people, tree), str(tree)


def test_what_is_not_known_is_never_null(connection):
    people = [reader(1), reader(2, engaged_at=NOW)]
    put(connection, people)
    for text in ("engaged within 90d", "engaged before 90d ago", "engaged < 2025", "paused = 2025", "has:engaged"):
        tree = parse(text)
        both = found(connection, tree) + found(connection, Not(tree))
        assert sorted(both) == [1, 2], text
    assert found(connection, parse("not engaged within 90d")) == [1]


# ---- attacks


def _text(tree, dialect):
    return str(sa.select(subscriber.c.id).where(condition(tree, NOW, SITE)).compile(dialect=dialect))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_value_is_in_the_sql(hostile, dialect):
    for field in WORDS:
        try:
            tree = Ask(field, Relation.IS, (value.read(field, hostile),))
        except SegmentError:
            continue
        harmless = Ask(field, Relation.IS, ("q*q*q" if "*" in hostile else "q",))
        if field is not Field.SCHEDULE:  # its default schedules are the config's
            assert _text(tree, dialect) == _text(harmless, dialect)
        assert parse(str(tree)) == tree


@given(text=st.text(max_size=40))
@settings(max_examples=200)
def test_nothing_of_a_name_is_in_the_sql(text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("*", "") + '"'
    try:
        tree = parse(f"name:{quoted}")
    except SegmentError:
        return
    for dialect in DIALECTS:
        assert _text(tree, dialect) == _text(parse("name:q"), dialect)


@pytest.mark.parametrize(
    "text",
    ["select:1", "subscriber.key:x", '"key":x', "key:x", "1=1", "id:1", "consent_ip:*", "epoch:0", "joined = 1 or 1=1"],
)
def test_no_field_but_ours_is_one(text):
    with pytest.raises(SegmentError):
        parse(text)


def test_hostile_values_find_themselves_alone(connection):
    people = [reader(number, name=text) for number, text in enumerate(HOSTILE, 1)]
    put(connection, [*people, reader(100, name="x")])
    for number, text in enumerate(HOSTILE, 1):
        whole = Ask(Field.NAME, Relation.IS, (text,))
        inside = Ask(Field.NAME, Relation.IS, (f"*{text}*",))
        assert found(connection, whole) == [number]
        assert number in found(connection, inside)
        assert 100 not in found(connection, inside)
        assert found(connection, inside) == meant(people, inside)


def test_the_widest_expression_runs(connection):
    put(connection, [reader(1)])
    deep = parse("not (" * 14 + "topic:" + ",".join(f"t{number}" for number in range(100)) + ")" * 14)
    wide = parse(" and ".join(["has:name"] * 100))
    assert found(connection, deep) == [1]
    assert found(connection, wide) == []


# ---- where it is used


def segment(text):
    return Segment(expression=parse(text), now=NOW, defaults=SITE)


def test_pages_counts_and_statistics_of_a_segment(connection):
    languages = ("en", "zh", "", "en-GB", "en")
    people = [reader(number, language=each) for number, each in enumerate(languages, 1)]
    put(connection, [*people[:4], replace(people[4], status=Status.PAUSED)])
    english = segment("language:en")
    assert [each.id for each in store.page(connection, where=english)] == [1, 4, 5]
    assert [each.id for each in store.page(connection, where=english, after=1, limit=1)] == [4]
    assert [each.id for each in store.page(connection, after=3)] == [4, 5]
    assert store.count(connection, english) == 3
    assert store.count(connection) == 5
    counted = store.stats(connection, english)
    assert counted.statuses["active"] == 2
    assert counted.statuses["paused"] == 1
    assert counted.languages == {"en": 1, "en-GB": 1}
    assert counted.topics == {"": 2}
    assert [row["email"] for row in store.export(connection, where=store.belongs(english))] == [
        "r1@x.org",
        "r4@x.org",
        "r5@x.org",
    ]


def test_a_stream_has_the_readers_of_its_segment(connection):
    put(connection, [reader(1), reader(2, language="en"), reader(3, language="en", status=Status.PAUSED)])
    stream = {"newsletter": "weekly", "schedule": "mon", "first": True, "where": segment("language:en")}
    assert [each.id for each in store.readers(connection, **stream)] == [2]
    assert [(wish.language, count) for wish, count in store.wishes(connection, default_language="zh", **stream)] == [
        ("en", 1)
    ]
    everybody = stream | {"where": None}
    assert [each.id for each in store.readers(connection, **everybody)] == [1, 2]


def test_everybody_is_a_condition_too(connection):
    put(connection, [reader(1)])
    assert found(connection, And(())) == [1]
