"""Readers in the database: signing up, confirming, choosing, leaving, being erased; the readers of an issue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from subscribers import store
from subscribers.consent import Act
from subscribers.error import AddressError, PreferenceError, RefusedError, UnknownError
from subscribers.segment import Wish
from subscribers.subscriber import SUPPRESSED, Format, Status

NOW = datetime(2025, 6, 30, 8, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def add(connection, hashed):
    def call(address="Ann@Example.org", **options):
        return store.add(connection, **({"address": address, "now": NOW, "how": "command", "mac": hashed} | options))

    return call


@pytest.fixture
def active(add):
    return lambda address="ann@example.org", **options: add(address, confirmed=True, consent_text="Yes", **options)


def test_a_new_reader_is_pending_until_they_confirm(connection, add):
    ann = add(
        name=" Ann\n", topics=["chips", "ai"], language="zh_cn", how="signup", ip="192.0.2.1", consent_text="Weekly"
    )
    assert (ann.address, ann.key, ann.name, ann.status) == ("Ann@example.org", "ann@example.org", "Ann", "pending")
    assert (ann.topics, ann.language, ann.format, ann.created) == (("ai", "chips"), "zh-CN", Format.HTML, NOW)
    assert ann.consent_at is None
    ann = store.act(connection, ann.id, Act.CONFIRM, now=LATER, how="link", ip="192.0.2.2")
    assert (ann.status, ann.consent_at, ann.consent_ip, ann.consent_text) == ("active", LATER, "192.0.2.2", "Weekly")
    assert (ann.created, ann.changed) == (NOW, LATER)
    assert [
        (each.at, each.act, each.status, each.how, each.ip, each.text) for each in store.history(connection, ann.id)
    ] == [
        (NOW, Act.SIGNUP, Status.PENDING, "signup", "192.0.2.1", "Weekly"),
        (LATER, Act.CONFIRM, Status.ACTIVE, "link", "192.0.2.2", ""),
    ]


def test_a_reader_is_found_however_the_address_is_spelt(connection, add):
    ann = add("Ann@Bücher.example")
    assert store.by_address(connection, " aNN@xn--BCHER-kva.example") == ann
    assert store.by_id(connection, ann.id) == ann
    assert store.by_address(connection, "bob@bücher.example") is None
    assert store.by_id(connection, ann.id + 1) is None
    with pytest.raises(AddressError):
        store.by_address(connection, "ann")


def test_a_declared_consent_makes_active_and_is_needed(connection, add):
    ann = add(confirmed=True, consent_text="Signed at the fair")
    assert (ann.status, ann.consent_at, ann.consent_text) == (Status.ACTIVE, NOW, "Signed at the fair")
    with pytest.raises(RefusedError, match=r"bob@example\.org cannot be active without a consent") as refused:
        add("bob@example.org", confirmed=True, consent_text=" ")
    assert refused.value.hint == "say what they agreed to: --consent-text"
    assert store.by_address(connection, "bob@example.org") is None


@pytest.mark.parametrize("how", ["command", "signup"])
def test_adding_who_is_there_is_refused(add, active, how):
    active()
    with pytest.raises(RefusedError, match=r"ANN@example\.org is already on the list \(active\)"):
        add("ANN@example.org", how=how)


def test_a_pending_one_takes_the_new_wish_and_keeps_its_id(connection, add):
    first = add(topics=["ai"])
    second = add("ANN@example.org", topics=iter(["chips"]), now=LATER)
    assert (second.id, second.address, second.topics, second.created) == (first.id, "ANN@example.org", ("chips",), NOW)
    rows = connection.execute(sa.select(store.subscriber_topic)).all()
    assert rows == [(first.id, "chips")]
    invited = add(confirmed=True, consent_text="On paper")
    assert (invited.id, invited.status) == (first.id, Status.ACTIVE)


@pytest.mark.parametrize("gone", [Act.UNSUBSCRIBE, Act.BOUNCE, Act.COMPLAIN])
def test_who_left_comes_back_by_their_own_sign_up_and_confirmation_alone(connection, add, active, gone):
    ann = active()
    left = store.act(connection, ann.id, gone, now=LATER, how="link")
    assert left.status in SUPPRESSED
    for options in ({}, {"confirmed": True, "consent_text": "They said so"}):
        with pytest.raises(RefusedError, match=r"Ann@example\.org"):
            add(**options)
    with pytest.raises(RefusedError):
        store.act(connection, ann.id, Act.CONFIRM, now=LATER, how="an old link")
    back = add(how="signup")
    assert (back.id, back.status, back.former, back.asked_at) == (ann.id, Status.PENDING, left.status, NOW)
    for options in ({}, {"confirmed": True, "consent_text": "They said so"}):
        with pytest.raises(RefusedError):
            add(**options)
    assert add(how="signup", now=LATER).former is left.status
    again = store.act(connection, ann.id, Act.CONFIRM, now=LATER, how="link")
    assert (again.status, again.former, again.consent_at) == (Status.ACTIVE, None, LATER)


def test_leaving_twice_is_leaving_once(connection, active):
    ann = active()
    once = store.act(connection, ann.id, Act.UNSUBSCRIBE, now=LATER, how="one-click", ip="192.0.2.9", text="too many")
    assert once.status is Status.UNSUBSCRIBED
    assert store.act(connection, ann.id, Act.UNSUBSCRIBE, now=LATER + timedelta(1), how="one-click") == once
    assert [each.act for each in store.history(connection, ann.id)] == [Act.ADD, Act.UNSUBSCRIBE]


def test_an_act_that_the_table_forbids_changes_nothing(connection, add):
    ann = add()
    with pytest.raises(RefusedError, match=r"Ann@example\.org has not confirmed yet"):
        store.act(connection, ann.id, Act.PAUSE, now=LATER, how="link")
    with pytest.raises(RefusedError, match="not erased by this"):
        store.act(connection, ann.id, Act.ERASE, now=LATER, how="link")
    assert store.by_id(connection, ann.id) == ann


def test_an_unknown_reader_is_named(connection, hashed):
    for call in (
        lambda: store.act(connection, 7, Act.PAUSE, now=NOW, how="link"),
        lambda: store.get(connection, 7),
        lambda: store.erase(connection, 7, mac=hashed, now=NOW),
        lambda: store.set_preferences(connection, 7, now=NOW, how="link"),
        lambda: store.revoke_links(connection, 7, now=NOW),
    ):
        with pytest.raises(UnknownError, match="reader 7 is not on the list"):
            call()


def test_preferences_change_alone_and_are_told(connection, active):
    ann = active(topics=["ai"], name="Ann")
    changed = store.set_preferences(
        connection,
        ann.id,
        now=LATER,
        how="page",
        ip="192.0.2.1",
        topics=["chips", "ai"],
        format="text",
        timezone="Asia/Shanghai",
    )
    assert (changed.topics, changed.format, changed.timezone, changed.name) == (
        ("ai", "chips"), Format.TEXT, "Asia/Shanghai", "Ann",
    )  # fmt: skip
    assert changed.changed == LATER
    event = store.history(connection, ann.id)[-1]
    assert (event.act, event.status, event.how, event.ip) == (Act.PREFER, Status.ACTIVE, "page", "192.0.2.1")
    assert event.text == "topics: ai → ai;chips, timezone: (none) → Asia/Shanghai, format: html → text"
    blank = store.set_preferences(
        connection, ann.id, now=LATER, how="page", topics=(), newsletter="", schedule="", language=""
    )
    assert blank.topics == ()
    named = store.set_preferences(
        connection, ann.id, now=LATER, how="page", name="A", newsletter="weekly", schedule="daily", language="EN"
    )
    assert (named.name, named.newsletter, named.schedule, named.language) == ("A", "weekly", "daily", "en")


def test_preferences_that_change_nothing_leave_no_trace(connection, active):
    ann = active(topics=["ai"])
    assert store.set_preferences(connection, ann.id, now=LATER, how="page", topics=["ai", "ai"]) == ann
    assert len(store.history(connection, ann.id)) == 1


def test_preferences_of_who_left_and_wrong_ones_are_refused(connection, active):
    ann = active()
    with pytest.raises(PreferenceError):
        store.set_preferences(connection, ann.id, now=LATER, how="page", timezone="Mars")
    store.act(connection, ann.id, Act.UNSUBSCRIBE, now=LATER, how="link")
    with pytest.raises(RefusedError, match="has unsubscribed"):
        store.set_preferences(connection, ann.id, now=LATER, how="page", topics=["ai"])


def test_links_are_revoked_by_the_epoch(connection, active):
    ann = active()
    assert store.revoke_links(connection, ann.id, now=LATER).epoch == ann.epoch + 1


def test_an_erased_reader_leaves_a_hash_and_nothing_else(connection, add, active, hashed):
    ann = active("secret@example.org", topics=["ai"], name="Ann Secret", ip="192.0.2.77")
    store.erase(connection, ann.id, mac=hashed, now=LATER)
    left = {table.name: connection.execute(sa.select(table)).all() for table in store.metadata.sorted_tables}
    assert left.pop("suppression") == [(hashed("secret@example.org"), "erased", LATER)]
    assert not any(left.values())
    for options in ({}, {"confirmed": True, "consent_text": "They said so"}):
        with pytest.raises(RefusedError, match="has unsubscribed"):
            add("Secret@example.org", **options)
    back = add("secret@example.org", how="signup")
    assert (back.status, back.former) == (Status.PENDING, Status.UNSUBSCRIBED)
    assert back.id > ann.id, "an old link must never reach another reader"
    store.act(connection, back.id, Act.COMPLAIN, now=LATER, how="bounce")
    store.erase(connection, back.id, mac=hashed, now=LATER)
    assert connection.execute(sa.select(store.suppression.c.reason)).scalar_one() == "complained"


def page(connection, **options):
    found = store.readers(connection, **({"newsletter": "weekly", "schedule": "weekly", "first": True} | options))
    return [each.address.partition("@")[0] for each in found]


def test_the_readers_of_a_stream(connection, add, active):
    active("all@x.org")
    active("own@x.org", newsletter="weekly", schedule="weekly")
    active("daily@x.org", newsletter="weekly", schedule="daily")
    active("other@x.org", newsletter="monthly")
    add("pending@x.org")
    for name, act in [("paused", Act.PAUSE), ("left", Act.UNSUBSCRIBE), ("dead", Act.BOUNCE), ("angry", Act.COMPLAIN)]:
        store.act(connection, active(f"{name}@x.org").id, act, now=NOW, how="link")
    assert page(connection) == ["all", "own"]
    assert page(connection, first=False) == ["own"]
    assert page(connection, schedule="daily", first=False) == ["daily"]
    assert page(connection, newsletter="monthly", schedule="monthly") == ["all", "other"]


def test_readers_come_in_pages(connection, active):
    ids = [active(f"r{number}@x.org", topics=["b", "a"]).id for number in range(5)]
    options = {"newsletter": "w", "schedule": "w", "first": True, "limit": 2}
    found, after = [], 0
    while rows := store.readers(connection, after=after, **options):
        assert len(rows) <= 2
        assert all(row.topics == ("a", "b") for row in rows)
        found += [row.id for row in rows]
        after = rows[-1].id
    assert found == ids


def test_the_wishes_of_a_stream_are_counted(connection, add, active):
    active("a@x.org", topics=["ai", "chips"])
    active("b@x.org", topics=["chips", "ai"], language="en")
    active("c@x.org", topics=["chips", "ai"], language="zh-CN")
    active("d@x.org", format="text")
    active("e@x.org", schedule="daily")
    add("f@x.org")
    options = {"newsletter": "weekly", "schedule": "weekly", "default_language": "en"}
    assert store.wishes(connection, first=True, **options) == [
        (Wish(("ai", "chips"), "en", Format.HTML), 2),
        (Wish((), "en", Format.TEXT), 1),
        (Wish(("ai", "chips"), "zh-CN", Format.HTML), 1),
    ]
    assert store.wishes(connection, first=False, **options) == []


def test_stats(connection, add, active):
    assert store.stats(connection).statuses == dict.fromkeys(Status, 0)
    active("a@x.org", topics=["ai", "chips"], newsletter="weekly", language="en")
    active("b@x.org", topics=["chips"], schedule="daily", format="text")
    active("c@x.org")
    add("d@x.org", topics=["ai"])
    found = store.stats(connection)
    assert found.statuses == {"pending": 1, "active": 3, "paused": 0, "unsubscribed": 0, "bounced": 0, "complained": 0}
    assert found.topics == {"": 1, "ai": 1, "chips": 2}
    assert found.newsletters == {"": 2, "weekly": 1}
    assert found.schedules == {"": 2, "daily": 1}
    assert found.languages == {"": 2, "en": 1}
    assert found.formats == {"html": 2, "text": 1}


def test_moments_keep_their_microseconds_and_need_a_zone(connection, add):
    ann = add(now=NOW.astimezone(timezone(timedelta(hours=8))))
    assert ann.created == NOW
    assert ann.created.tzinfo is UTC
    with pytest.raises(sa.exc.StatementError, match="a moment without a zone"):
        add("bob@x.org", now=NOW.replace(tzinfo=None))


def test_a_race_for_one_address_ends_with_one_reader(connection, add, monkeypatch):
    """Another process adds the address between our look and our insert: the second look finds it."""
    find, looks = store._find, []

    def late(opened, where, **options):
        looks.append(where)
        return None if len(looks) == 2 else find(opened, where, **options)

    ann = add()
    looks.clear()
    looks.append("the first look of add is the second of this list")
    monkeypatch.setattr(store, "_find", late)
    assert add(topics=["ai"]).id == ann.id
    assert len(looks) > 2


def test_the_statements_mean_the_same_to_postgresql():
    from sqlalchemy.dialects import postgresql

    from subscribers.db import table

    statement = postgresql.insert(table.subscriber).on_conflict_do_nothing(index_elements=["key"])
    assert "ON CONFLICT (key) DO NOTHING" in str(statement.compile(dialect=postgresql.dialect()))
    for each in store.metadata.sorted_tables:
        text = str(sa.schema.CreateTable(each).compile(dialect=postgresql.dialect()))
        assert "BIGSERIAL" in text or "id" not in each.c


def test_a_second_entry_wipes_nothing_before_a_sign_up_is_confirmed(connection, add):
    first = add(name="Ann", topics=["chips"], language="zh-CN")
    again = add()
    assert (again.id, again.name, again.topics, again.language) == (first.id, "Ann", ("chips",), "zh-CN")
    chosen = add(how="signup", topics=())
    assert (chosen.topics, chosen.language) == (("chips",), "zh-CN")
    done = store.act(connection, first.id, Act.CONFIRM, now=LATER, how="link")
    assert (done.topics, done.language, done.name) == (
        (),
        "zh-CN",
        "Ann",
    )  # a form shows topics; a blank language says nothing
