"""Issues in the database: whole, one writer at a time, counted."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import AT, CHIPS, FUNDING, make_issue, make_story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content.article import Image, Topic
from publisher.db import engine
from publisher.db.engine import Database
from publisher.errors import NotFoundError, StateError, StoreError
from publisher.issues import store
from publisher.issues.issue import BEGUN, Issue, LeftOut, State, Story, Stream

UGLY = "“《算力》’ \U0001f1e8\U0001f1f3\u200d\U0001f9d1 e\u0301 %s {0} </b> \\ \" ' \t\n\r ; DROP TABLE issue;-- \u2028\u202e\ufeff"
WEEKLY, DAILY = Stream("weekly", "weekly"), Stream("weekly", "daily")
DAY = timedelta(days=1)


def ugly_issue() -> Issue:
    """An issue in which every field differs from its default."""
    topic = Topic(f"k{UGLY}", UGLY)
    image = Image(url=UGLY, alt=UGLY, file=UGLY, media_type="image/png", length=2**40, width=7, height=8)
    story = Story(
        path=f"p/{UGLY}", guid=UGLY, url=UGLY, title=UGLY, summary=UGLY, published=datetime(1969, 1, 2, 3, 4, 5, 6, UTC),
        topic=topic, topics=(topic, CHIPS), tags=(UGLY, ""), authors=(UGLY,), image=image, language="zh-Hant-TW",
        featured=True, reading_minutes=99, score=0.1 + 0.2, revision=UGLY,
    )  # fmt: skip
    return make_issue(
        id=f"weekly-{UGLY}", stream=Stream("wö", "täglich"), slot=AT + timedelta(microseconds=1), state=State.PAUSED,
        number=5, revision=12, subject=UGLY, preheader=UGLY, own_subject=True, own_preheader=True, intro=UGLY,
        stories=(story, make_story("two")), left_out=(LeftOut(path=UGLY, title=UGLY, reason="too-old", detail=UGLY),),
        pinned=(UGLY, "b"), excluded=("c", UGLY), approved_hash=UGLY, approvers=(UGLY, "li"), note=UGLY,
        created=AT - 2 * DAY, sent=AT, closed=AT + DAY,
    )  # fmt: skip


def test_the_sample_leaves_no_field_at_its_default():
    plain = make_issue(stories=())
    assert [f.name for f in fields(Issue) if getattr(ugly_issue(), f.name) == getattr(plain, f.name)] == ["serial"]
    assert not [
        f.name for f in fields(Story) if getattr(ugly_issue().stories[0], f.name) == getattr(make_story(), f.name)
    ]


def test_an_issue_comes_back_whole(database: Database):
    with database.write() as connection:
        kept = store.insert(connection, ugly_issue())
    assert kept == replace(ugly_issue(), serial=1)
    with database.read() as connection:
        assert store.get(connection, kept.id) == kept
        assert store.by_serial(connection, 1) == kept
        assert store.by_serial(connection, 2) is None


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.tuples(TEXT, TEXT, TEXT),
    tags=st.lists(TEXT, max_size=3),
    published=st.datetimes(timezones=st.timezones()),
    score=st.floats(allow_nan=False, allow_infinity=False),
)
def test_stories_come_back_from_text_as_they_were(texts, tags, published, score):
    title, summary, url = texts
    story = make_story(title=title, summary=summary, url=url, tags=tuple(tags), published=published, score=score)
    import json

    assert store.story_from(json.loads(store.story_json(story))) == story


def test_an_update_replaces_everything(database: Database):
    with database.write() as connection:
        first = store.insert(connection, make_issue(id=ugly_issue().id))
    after = replace(ugly_issue(), serial=first.serial)
    with database.write() as connection:
        store.update(connection, after, seen=first)
    with database.read() as connection:
        assert store.get(connection, first.id) == after


@pytest.mark.parametrize(
    "elsewhere",
    [{"state": State.HELD}, {"revision": 2}, {"approvers": ("wang",)}],
    ids=["state", "revision", "approvers"],
)
def test_whoever_changed_it_first_wins(database: Database, elsewhere: dict[str, Any]):
    with database.write() as connection:
        seen = store.insert(connection, make_issue())
    with database.write() as connection:
        store.update(connection, replace(seen, **elsewhere), seen=seen)
    mine = replace(seen, subject="mine", revision=seen.revision + 1, stories=())
    with pytest.raises(StateError) as caught, database.write() as connection:
        store.update(connection, mine, seen=seen)
    assert caught.value.line() == (
        "issue weekly-2025-06-30 was changed meanwhile; look at it again, then repeat the change"
    )
    with database.read() as connection:
        assert store.get(connection, seen.id) == replace(seen, **elsewhere)


def test_an_unknown_issue_is_answered_with_the_latest(database: Database):
    with pytest.raises(NotFoundError) as caught, database.read() as connection:
        store.get(connection, "nope")
    assert caught.value.line() == "no issue nope; 'issue draft' makes one"
    with database.write() as connection:
        for number in range(4):
            store.insert(connection, make_issue(id=f"i{number}", created=AT + number * DAY))
    with pytest.raises(NotFoundError) as caught, database.read() as connection:
        store.get(connection, "nope")
    assert caught.value.line() == "no issue nope; the latest are i3, i2, i1"


def fill(database: Database, *issues: Issue) -> None:
    with database.write() as connection:
        for issue in issues:
            store.insert(connection, issue)


def test_history_is_what_the_stream_began_to_send(database: Database):
    begun = [
        make_issue(
            id=f"b{n}",
            state=state,
            created=AT - (n + 1) * DAY,
            stories=(make_story(f"s{n}", guid=f"g{n}", title=f"Title {n}"),),
        )
        for n, state in enumerate(sorted(BEGUN))
    ]
    others = [
        make_issue(id=f"o{n}", state=state, created=AT + DAY, stories=(make_story("x", guid=f"x{n}", title=f"No {n}"),))
        for n, state in enumerate(sorted(set(State) - BEGUN))
    ]
    daily = make_issue(id="d", stream=DAILY, state=State.SENT, stories=(make_story("d", guid="d", title="Daily"),))
    fill(database, *others, *begun, daily)
    with database.read() as connection:
        past = store.history(connection, WEEKLY)
        assert past.sent == {f"g{n}" for n in range(len(BEGUN))}
        assert past.last == AT - DAY
        assert dict(past.titles) == {f"title{n}": f"Title {n}" for n in range(len(BEGUN))}
        assert store.history(connection, DAILY).sent == {"d"}
        empty = store.history(connection, Stream("other", "other"))
    assert (empty.sent, empty.last, dict(empty.titles)) == (frozenset(), None, {})


def test_titles_are_remembered_for_some_issues_and_guids_for_ever(database: Database):
    count = store.RECENT_ISSUES + 2
    fill(
        database,
        *(
            make_issue(
                id=f"i{n}",
                state=State.SENT,
                created=AT - n * DAY,
                stories=(
                    make_story(f"s{n}", guid=f"g{n}", title=f"Title {n}"),
                    make_story("?", guid=f"q{n}", title="?!"),
                ),
            )
            for n in range(count)
        ),
    )
    with database.read() as connection:
        past = store.history(connection, WEEKLY)
    assert len(past.sent) == 2 * count
    assert sorted(past.titles.values()) == [f"Title {n}" for n in range(store.RECENT_ISSUES)]


def test_an_id_that_is_taken_gets_a_number(database: Database):
    def free(connection: Any) -> str:
        return store.free_id(connection, "weekly-2025-06-30")

    with database.write() as connection:
        assert free(connection) == "weekly-2025-06-30"
        for expected in ("weekly-2025-06-30", "weekly-2025-06-30-2", "weekly-2025-06-30-3"):
            assert free(connection) == expected
            store.insert(connection, make_issue(id=expected))
        store.insert(connection, make_issue(id="weekly-2025-06-30-30"))
        assert free(connection) == "weekly-2025-06-30-4"
        assert store.free_id(connection, "weekly-2025-06-3") == "weekly-2025-06-3"


def test_numbers_count_what_was_sent_and_serials_everything(database: Database):
    with database.write() as connection:
        assert store.number(connection, "weekly") == 1
        for n, state in enumerate(State):
            assert store.insert(connection, make_issue(id=f"i{n}", state=state)).serial == n + 1
        store.insert(connection, make_issue(id="daily", stream=DAILY, state=State.SENT))
        store.insert(connection, make_issue(id="other", stream=Stream("other", "weekly"), state=State.SENT))
        assert store.number(connection, "weekly") == len(BEGUN) + 2


def test_latest_is_by_slot_and_can_be_narrowed(database: Database):
    fill(
        database,
        make_issue(id="a", slot=AT, created=AT - 2 * DAY),
        make_issue(id="b", slot=AT, created=AT - DAY),
        make_issue(id="c", slot=AT + DAY, state=State.SENT),
        make_issue(id="d", slot=AT + 2 * DAY, stream=Stream("other", "weekly")),
    )
    with database.read() as connection:

        def ids(**narrow: Any) -> list[str]:
            return [issue.id for issue in store.latest(connection, **narrow)]

        assert ids() == ["d", "c", "b", "a"]
        assert ids(newsletter="weekly") == ["c", "b", "a"]
        assert ids(states=[State.DRAFT], limit=2) == ["d", "b"]


def test_the_open_issue_of_a_stream(database: Database):
    with database.write() as connection:
        for n, state in enumerate((State.SENT, State.SKIPPED, State.STOPPED)):
            store.insert(connection, make_issue(id=f"i{n}", state=state))
        assert store.open_issue(connection, WEEKLY) is None
        store.insert(connection, make_issue(id="queued", state=State.QUEUED))
        found = store.open_issue(connection, WEEKLY)
        assert found is not None
        assert found.id == "queued"
        assert store.open_issue(connection, DAILY) is None


def test_what_was_sent_for_a_slot(database: Database):
    fill(database, make_issue(id="open"), make_issue(id="other", stream=DAILY, state=State.SENT))
    with database.read() as connection:
        assert store.sent_for(connection, WEEKLY, AT) is None
    fill(database, make_issue(id="early", state=State.SENDING))
    with database.read() as connection:
        assert store.sent_for(connection, WEEKLY, AT) == "early"
        assert store.sent_for(connection, WEEKLY, AT + DAY) is None


def test_events_tell_what_happened_in_order(database: Database):
    fill(database, make_issue())
    with database.write() as connection:
        store.record(connection, "weekly-2025-06-30", "issue.drafted", now=AT, by="陈", detail=UGLY)
        store.record(connection, "weekly-2025-06-30", "issue.held", now=AT - DAY)
        assert store.events(connection, "weekly-2025-06-30") == [
            (AT, "issue.drafted", "陈", UGLY),
            (AT - DAY, "issue.held", "", ""),
        ]
        assert store.events(connection, "other") == []


def test_a_locked_database_is_a_store_error(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    impatient = Database(str(database.url))
    try:
        with database.write(), pytest.raises(StoreError) as caught, impatient.write() as connection:
            store.insert(connection, make_issue())
    finally:
        impatient.close()
    assert str(caught.value) == f"database {database.where}: database is locked"
    assert "look for a publisher that hangs" in caught.value.hint
    with database.read() as connection:
        assert store.latest(connection) == []


def test_topics_are_kept_apart_from_the_one_it_is_filed_under(database: Database):
    fill(database, make_issue())
    with database.read() as connection:
        second = store.get(connection, "weekly-2025-06-30").stories[1]
    assert (second.topic, second.topics) == (FUNDING, (FUNDING, CHIPS))
