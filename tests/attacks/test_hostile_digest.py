"""Stories of an enemy in the digest itself: every text in every field, in each design and language."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from attacks import corpus, harmless
from attacks.harmless import assert_inert, assert_no_marks, assert_text, attributed, parsed, skeleton, words
from builders import make_story
from digest.sample import MINE, SLOTS, TEMPLATES, make_config, picture, studio, tideline, weekly

from publisher.content.article import Topic
from publisher.digest import lint, wire
from publisher.digest.edition import Edition, Format, Wish
from publisher.digest.render import called, editions, web_page
from publisher.digest.segments import escaped
from publisher.text import clean, one_line

KINDS = [
    ("cards", "en", "html"),
    ("cards", "zh-CN", "html"),
    ("list", "zh-CN", "html"),
    ("text", "en", "html"),
    ("cards", "en", "text"),
]
PLAIN = "harmless"


def story(name, text, **changes):
    """A story that says one text wherever a story can say anything."""
    topic = Topic(f"t{len(name)}", text)
    values = {
        "title": text, "summary": text, "tags": (text, "tag"), "authors": (text, "author"), "topic": Topic("hostile", "Hostile"),
        "topics": (Topic("hostile", "Hostile"), topic), "image": picture("picture", text), "language": "en", "reading_minutes": 3,
    }  # fmt: skip
    return make_story(name, **(values | changes))


def issue(texts, **changes):
    stories = tuple(story(name, text) for name, text in texts.items())
    values = {"stories": stories, "intro": "", "own_subject": False, "own_preheader": False}
    return tideline(**(values | changes))


def made(config, of, language="en", form="html") -> Edition:
    (done,) = editions(of, [Wish(language=language, format=Format(form))], studio(config)).values()
    return done


def filled(done: Edition) -> str:
    return done.html().fill(MINE | called(done.sheet, SLOTS.name), escaped)


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def pair(request, tmp_path_factory):
    """The digest of all short texts and the same digest of a harmless word, with its config."""
    design, language, form = request.param
    config = make_config(tmp_path_factory.mktemp("hostile"), design=design, most=1000)
    hostile = made(config, issue(corpus.SHORT), language, form)
    plain = made(config, issue(dict.fromkeys(corpus.SHORT, PLAIN)), language, form)
    return hostile, plain, config


def test_no_text_changes_the_shape_of_a_mail(pair):
    hostile, plain, _ = pair
    document = filled(hostile)
    root, expected = assert_inert(document), parsed(filled(plain))
    assert skeleton(root) == skeleton(expected)
    assert harmless.comments(root) == harmless.comments(expected)
    assert_no_marks(document)


def test_no_text_changes_the_shape_of_a_page(pair):
    hostile, plain, config = pair
    for public in (True, False):
        mine = {"unsubscribe": SLOTS.unsubscribe, "preferences": SLOTS.preferences, "name": SLOTS.name}
        words_of = {} if public else mine
        one, other = (web_page(each, config, TEMPLATES, public=public, **words_of) for each in (hostile, plain))
        assert skeleton(assert_inert(one)) == skeleton(parsed(other))
        assert one.count("<!--page-head-->") == one.count('name="robots"') - (not public) == 0


def test_every_text_is_told_as_it_is(pair):
    hostile, _, config = pair
    document, text = filled(hostile), hostile.text().fill(MINE)
    root = parsed(document)
    said, pictured = words(root), attributed(root)
    named = bool(
        root.xpath("//*[starts-with(@aria-label, 'Read')]")
    )  # links of the plain design are named by their words
    page = words(parsed(web_page(hostile, config, TEMPLATES, public=True)))
    flat = "".join(text.split())
    for name, attack in corpus.SHORT.items():
        meant = " ".join(clean(attack).split())
        assert meant in said, name
        assert meant in page, name
        assert meant in pictured or not named, name
        assert "".join(one_line(attack).split()) in flat, name


def test_no_text_reaches_a_readers_own_values(pair):
    hostile, plain, _ = pair
    for kind, form in (("html", escaped), ("text", str)):
        one, other = (getattr(each, kind)() for each in (hostile, plain))
        assert one.slots == other.slots
        with_tokens = one.fill(MINE | called(hostile.sheet, SLOTS.name), form)
        for token in (SLOTS.unsubscribe, SLOTS.preferences, SLOTS.view):
            expected = other.fill(MINE | called(plain.sheet, SLOTS.name), form).count(form(token))
            assert with_tokens.count(form(token)) == expected


def test_the_text_part_is_safe(pair):
    assert_text(pair[0].text().fill(MINE))


@pytest.mark.parametrize("encoding", ["base64", "8bit", "quoted-printable"])
def test_a_message_of_them_is_what_was_meant(pair, encoding):
    hostile, _, config = pair
    other = config.model_copy(update={"delivery": config.delivery.model_copy(update={"encoding": encoding})})
    compiled = wire.compile(hostile, weekly(other), other)
    raw = compiled.fill(SLOTS)
    old, new = harmless.assert_wire(raw)
    harmless.assert_head(old, new, compiled.fields(SLOTS))
    assert harmless.bodies(old) == [compiled.text(SLOTS), compiled.html(SLOTS)]
    assert compiled.text(SLOTS) == hostile.text().fill(MINE).replace("\n", "\r\n")
    assert " ".join(compiled.html(SLOTS).split()) == " ".join(filled(hostile).split())


def test_bidi_marks_stay_in_their_own_block(pair):
    """A mark that turns text around ends with its paragraph: no block of ours has one before words of ours."""
    hostile, plain, _ = pair
    ours = {each.text_content() for each in parsed(filled(plain)).xpath("//p | //h2 | //td")}
    for block in parsed(filled(hostile)).xpath("//p[not(ancestor::td[contains(@class, 'story')])]"):
        if harmless.BIDI.search(block.text_content()):
            assert block.text_content() not in ours


# ---- long ones, alone and together


@pytest.mark.parametrize("name", corpus.LONG)
def test_a_long_text_is_slow_for_nobody(tmp_path, name):
    """One takes a fifth of a second of work; what takes time in the square of a text took five."""
    config = make_config(tmp_path, most=1000)
    begun = time.process_time()
    done = made(config, issue({"a": corpus.LONG[name], "b": PLAIN, "c": "x"}))
    assert time.process_time() - begun < 3
    expected = made(config, issue({"a": PLAIN, "b": PLAIN, "c": "x"}))
    compiled = wire.compile(done, weekly(config), config)
    raw = compiled.fill(SLOTS)
    old, new = harmless.assert_wire(raw)
    harmless.assert_head(old, new, compiled.fields(SLOTS))
    assert harmless.bodies(old) == [compiled.text(SLOTS), compiled.html(SLOTS)]
    assert_text(compiled.text(SLOTS).replace("\r\n", "\n"))
    assert skeleton(assert_inert(compiled.html(SLOTS))) == skeleton(parsed(filled(expected)))
    for finding in lint.lint(done, compiled, config):
        assert finding.severity != "error" or finding.code == "html-size"


def test_a_thousand_tags_and_authors_are_only_long(tmp_path):
    config = make_config(tmp_path, most=1000)
    many = tuple(f"tag {number} <b>" for number in range(1000))
    one = story("many", "Many", tags=many, authors=many, topics=tuple(Topic(f"k{n}", f"<i>{n}") for n in range(1000)))
    done = made(config, replace(issue({}), stories=(one, story("b", "b"))))
    document = filled(done)
    root = assert_inert(document)
    assert len(root.xpath("//span[@class='chip']")) == 1000 + 2
    assert "tag 999 <b>" in words(root)
    assert_text(done.text().fill(MINE))
    errors = [each for each in lint.lint(done, wire.compile(done, weekly(config), config), config) if each.severity == "error"]  # fmt: skip
    assert [each.code for each in errors] == ["html-size"]
    assert "posts/many.md" in errors[0].message


# ---- addresses of stories


@pytest.mark.parametrize("name", corpus.URLS)
def test_an_address_leads_nowhere_else_or_is_refused_with_its_story(tmp_path, name):
    """As the core gets it, without the reader of articles before it, who lets few of these through."""
    config = make_config(tmp_path, most=1000)
    bad = story("bad", "Bad", url=corpus.URLS[name])
    done = made(config, replace(issue({"a": "x", "b": "y"}), stories=(story("a", "x"), bad, story("b", "y"))))
    compiled = wire.compile(done, weekly(config), config)
    old, new = harmless.assert_wire(compiled.fill(SLOTS))
    harmless.assert_head(old, new)
    expected = replace(bad, url="https://evil.example/")
    plain = made(config, replace(issue({}), stories=(story("a", "x"), expected, story("b", "y"))))
    document = filled(done)
    assert skeleton(parsed(document)) == skeleton(parsed(filled(plain)))
    findings = lint.lint(done, compiled, config)
    errors = [each for each in findings if each.severity == "error"]
    assert all(each.story == bad.path for each in errors), errors
    schemes = [link for link in parsed(document).xpath("//@href") if not re.match(r"https?://|mailto:|#", link)]
    assert not schemes or errors, schemes
    assert_no_marks(document)


# ---- what lint says


@pytest.mark.parametrize("field", ["title", "tags", "topics", "image"])
def test_no_text_of_an_article_is_taken_for_a_fault_of_ours(tmp_path, field):
    """A story may say anything: what forbids an issue names the story, and most texts forbid nothing."""
    config = make_config(tmp_path, most=1000)
    stories = tuple(
        story(
            name,
            PLAIN,
            **{
                field: {
                    "tags": (text,),
                    "authors": (text,),
                    "topics": (Topic("hostile", "H"), Topic("x", text)),
                    "image": picture("p", text),
                }.get(field, text)
            },
        )
        for name, text in corpus.SHORT.items()
    )
    for place in range(0, len(stories), 12):  # few enough that no mail of them is too long
        done = made(config, replace(issue({}), stories=stories[place : place + 12]))
        findings = lint.lint(done, wire.compile(done, weekly(config), config), config)
        wrong = [
            each for each in findings if each.severity == "error" and each.story not in {one.path for one in stories}
        ]
        assert not wrong
