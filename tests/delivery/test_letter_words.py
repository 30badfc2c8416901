"""Letters to one person: what stands in them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from delivery.letterbox import AT, KEYS, VICTIM, add, found, make_post
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.db.engine import Database
from publisher.delivery import link
from publisher.delivery.letters import compose
from publisher.delivery.letters.letter import Kind
from publisher.errors import StateError
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.db.table import metadata
from subscribers.subscriber import Format, Status, Subscriber
from subscribers.tokens import Purpose, verify

SECOND = timedelta(seconds=1)


@pytest.fixture
def post(tmp_path, database):
    return make_post(tmp_path, database)


def pending(post, address=VICTIM, **wish):
    with post.database.write() as connection:
        return readers.add(connection, address=address, now=AT, how="signup", mac=str, **wish).id


def parts(message):
    parsed = message_from_bytes(message.body, policy=policy.default)
    html, text = (parsed.get_body((kind,)).get_content() for kind in ("html", "plain"))
    return parsed, html, text


def verified(post, purpose, token, now):
    if purpose is not Purpose.CONFIRM:
        return verify(KEYS, purpose, token, now)
    with post.database.read() as connection:
        reader = link.read_confirm(connection, KEYS, token, now)
    return None if reader is None else reader.id


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", Kind)
def test_a_letter_is_whole_in_both_languages(post, kind, language):
    id = pending(post, language=language)
    parsed, html, text = parts(compose.message(post, kind, found(post), AT))
    assert parsed["To"] == VICTIM
    assert parsed["From"] == "Tideline <news@tideline.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in parsed
    assert parsed["Content-Language"] == language
    assert ("Tideline" in parsed["Subject"]) and ("Tideline" in text)
    path, purpose = {
        "confirm": ("confirm", Purpose.CONFIRM),
        "known": ("p", Purpose.PREFS),
        "data": ("d", Purpose.DATA),
    }[kind]
    for body in (html, text):
        (token,) = set(re.findall(rf"https://news\.tideline\.example/{path}/([\w-]{{36}})", body))
        assert verified(post, purpose, token, AT) == id
    assert ("请" in text) is (language == "zh-CN")
    assert "3 Harbour Street" in text
    assert max(map(len, text.splitlines())) < 120


def test_links_end_when_they_say(post):
    id = pending(post)
    for kind, purpose, lasts in (
        (Kind.CONFIRM, Purpose.CONFIRM, timedelta(days=7)),
        (Kind.DATA, Purpose.DATA, link.DATA_WITHIN),
    ):
        _, html, _ = parts(compose.message(post, kind, found(post), AT))
        (token,) = set(re.findall(r"/(?:confirm|d)/([\w-]{36})", html))
        assert verified(post, purpose, token, AT + lasts - SECOND) == id
        assert verified(post, purpose, token, AT + lasts) is None


def test_a_paused_reader_is_told_that_they_are(post):
    add(post)
    before = parts(compose.message(post, Kind.KNOWN, found(post), AT))
    with post.database.write() as connection:
        readers.act(connection, found(post).id, Act.PAUSE, now=AT, how="test")
    after = parts(compose.message(post, Kind.KNOWN, found(post), AT))
    assert ["paused" in text for text in (*before[1:], *after[1:])] == [False, False, True, True]


typed = st.text("abcXYZ é中<>&\"'=?:/", min_size=0, max_size=30).map(lambda text: f"vis{text}itor")


@settings(max_examples=25)
@given(
    name=typed,
    topics=st.lists(st.sampled_from(["topic-of-theirs", "x-injected"]), max_size=2),
    text=typed,
    kind=st.sampled_from(Kind),
)
def test_nothing_that_was_typed_stands_in_a_letter(post_of_module, name, topics, text, kind):
    reader = Subscriber(
        id=7, address=VICTIM, key=VICTIM, name=name, status=Status.PENDING, topics=tuple(topics), newsletter="weekly",
        format=Format.TEXT, created=AT, changed=AT, consent_ip="203.0.113.77", consent_text=text,
    )  # fmt: skip
    plain = replace(reader, name="", topics=(), consent_ip="", consent_text="")
    made, bare = (compose.message(post_of_module, kind, each, AT).body for each in (reader, plain))
    assert made == bare


@pytest.fixture(scope="module")
def post_of_module(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    database = Database(f"sqlite:///{folder / 'site.db'}")
    with database.write() as connection:
        metadata.create_all(connection)
    yield make_post(folder, database)
    database.engine.dispose()


def test_without_a_newsletter_nobody_can_speak(post):
    bare = replace(post, config=post.config.model_copy(update={"newsletters": {}}))
    pending(post)
    with pytest.raises(StateError, match="no newsletter"):
        compose.message(bare, Kind.CONFIRM, found(post), AT)


def several(post):
    weekly = post.config.newsletters["weekly"]
    letters = {"weekly": weekly, "monthly": weekly.model_copy(update={"title": "Monthly"})}
    return replace(post, config=post.config.model_copy(update={"newsletters": letters}))


@pytest.mark.parametrize(("newsletter", "titles"), [("", "Weekly, Monthly"), ("monthly", "Monthly")])
def test_all_newsletters_that_were_asked_for_are_named(post, newsletter, titles):
    pending(post, newsletter=newsletter)
    for body in parts(compose.message(several(post), Kind.CONFIRM, found(post), AT))[1:]:
        assert f"to send {titles} to this address" in " ".join(body.split())


def test_who_was_on_the_list_is_not_told_that_they_are_forgotten(post):
    add(post, VICTIM, Act.UNSUBSCRIBE)
    pending(post, newsletter="monthly")
    for body in parts(compose.message(several(post), Kind.CONFIRM, found(post), AT))[1:]:
        said = " ".join(body.split())
        assert "to send Monthly to" in said
        assert "nothing changes for this address" in said
        assert "forgotten" not in said
    pending(post, "new@example.org")
    assert "forgotten" in parts(compose.message(post, Kind.CONFIRM, found(post, "new@example.org"), AT))[2]
