"""Intros of an enemy: Markdown and HTML above the stories, with places for a reader's name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attacks import corpus, harmless
from attacks.harmless import INTRO_TAGS, assert_head, assert_inert, assert_no_marks, assert_text, assert_wire, skeleton
from digest.sample import SLOTS, TEMPLATES, make_config, studio, tideline, weekly

from publisher.digest import headers, lint, wire
from publisher.digest.edition import Format, Wish
from publisher.digest.render import editions, web_page
from publisher.errors import PublisherError

PROSE = "//td[contains(concat(' ', @class, ' '), ' prose ')]"
MORE = frozenset({"id", "decoding", "loading", "start", "reversed", "datetime", "hreflang", "srcset"})
STORIES = tideline().stories[:3]
EVIL = "</td><script>1</script>\" onclick='1'"
"""The name of a reader who joins in."""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return make_config(tmp_path_factory.mktemp("intro"))


def made(config, intro, form="html"):
    issue = tideline(stories=STORIES, intro=intro)
    (done,) = editions(issue, [Wish(format=Format(form))], studio(config)).values()
    return done


@pytest.fixture(scope="module")
def around(config):
    """What stands around a harmless intro, for mail and page."""
    done = made(config, "x")
    mail = wire.compile(done, weekly(config), config).html(SLOTS)
    return skeleton(harmless.parsed(mail), f"{PROSE}/*"), skeleton(harmless.parsed(page(config, done)), f"{PROSE}/*")


def page(config, done, *, public=False, name=SLOTS.name):
    mine = {} if public else {"unsubscribe": SLOTS.unsubscribe, "preferences": SLOTS.preferences, "name": name}
    return web_page(done, config, TEMPLATES, public=public, **mine)


@pytest.mark.parametrize("name", corpus.INTROS)
def test_an_intro_stays_in_its_place(config, around, name):
    done = made(config, corpus.INTROS[name])
    if "pad prose" not in "".join(done.sheet.html["top"].static):
        return  # nothing of it can be shown
    for reader in (SLOTS, replace(SLOTS, name=EVIL), replace(SLOTS, name="")):
        compiled = wire.compile(done, weekly(config), config)
        document, text = compiled.html(reader), compiled.text(reader)
        root = assert_inert(document, tags=INTRO_TAGS, more=MORE)
        assert skeleton(root, f"{PROSE}/*") == around[0]
        assert_no_marks(document, text)
        assert_text(text.replace("\r\n", "\n"))
        for token in (reader.unsubscribe, reader.preferences, reader.view):
            assert not [each for each in root.xpath(f"{PROSE}//@*") if token in each]
        own = assert_inert(page(config, done, name=reader.name), tags=INTRO_TAGS, more=MORE)
        assert skeleton(own, f"{PROSE}/*") == around[1]
    public = assert_inert(page(config, done, public=True), tags=INTRO_TAGS, more=MORE)
    assert SLOTS.name not in public.text_content()


@pytest.mark.parametrize("name", corpus.INTROS)
def test_the_message_of_an_intro_is_what_was_meant(config, name):
    encoding = ("8bit", "base64", "quoted-printable")[list(corpus.INTROS).index(name) % 3]
    other = config.model_copy(update={"delivery": config.delivery.model_copy(update={"encoding": encoding})})
    done = made(other, corpus.INTROS[name], "text" if len(name) % 2 else "html")
    compiled = wire.compile(done, weekly(other), other)
    mine = replace(SLOTS, name=EVIL)
    raw = compiled.fill(mine)
    old, new = assert_wire(raw)
    assert_head(old, new, compiled.fields(mine))
    assert harmless.bodies(old) == [compiled.text(mine), compiled.html(mine)]
    assert_inert(compiled.html(mine), tags=INTRO_TAGS, more=MORE)
    for finding in lint.lint(done, compiled, other):  # judges whatever comes; an error says where and what to do
        assert "; " in finding.message


@pytest.mark.parametrize("intro", [name for name in corpus.INTROS if name.startswith("name")])
def test_a_place_for_a_name_holds_the_name_and_nothing_else(config, intro):
    done = made(config, corpus.INTROS[intro])
    compiled = wire.compile(done, weekly(config), config)
    root = harmless.parsed(compiled.html(replace(SLOTS, name=EVIL)))
    shape = skeleton(root)
    for other in ("", "x", "{name}", "{name|y}", "https://xq7unsubxq7.invalid/", "&lt;b&gt;"):
        assert skeleton(harmless.parsed(compiled.html(replace(SLOTS, name=other)))) == shape
    (prose,) = root.xpath(PROSE)
    said = " ".join((prose.text_content() + " ".join(prose.xpath(".//@*"))).split())
    assert (headers.clean(EVIL) in said) == bool(done.sheet.names)


def test_words_for_a_reader_without_a_name_are_words(config):
    done = made(config, 'Dear {name|<b>you</b> & "me"}, {name| reader }, {name}: {name|&lt;i&gt;}.')
    compiled = wire.compile(done, weekly(config), config)
    (prose,) = harmless.parsed(compiled.html(replace(SLOTS, name=""))).xpath(PROSE)
    said = prose.text_content().strip()
    assert ", reader, : <i>." in said
    assert "reader" in compiled.text(replace(SLOTS, name=""))
    (prose,) = harmless.parsed(compiled.html(SLOTS)).xpath(PROSE)
    assert f", {SLOTS.name}, {SLOTS.name}: {SLOTS.name}." in prose.text_content()


def test_an_intro_that_is_too_much_is_refused_in_words(config):
    for intro in (">" * 500 + "x", "<div>" * 500, "[a](b)" * 30_000, "x" * 600_000):
        with pytest.raises(PublisherError):
            made(config, intro)
