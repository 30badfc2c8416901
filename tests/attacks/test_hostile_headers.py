"""What an enemy may write into the head of a mail: titles, a reader's name and address, a config's own words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attacks import corpus, harmless
from attacks.harmless import HEAD, assert_head, assert_inert, assert_refolds, assert_text, assert_wire, skeleton, told
from builders import make_story
from digest.sample import SLOTS, TEMPLATES, edition, make_config, studio, tideline, weekly

from publisher import config as configs
from publisher.digest import headers, lint, wire
from publisher.digest.approve import check
from publisher.digest.edition import Wish
from publisher.digest.render import editions, web_page
from publisher.errors import ConfigError
from publisher.issues import compose
from publisher.text import one_line
from subscribers import preference
from subscribers.address import parse
from subscribers.error import AddressError

QUIET = tideline(intro="", stories=tideline().stories[:1])
ENCODINGS = ("base64", "8bit", "quoted-printable")


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return make_config(tmp_path_factory.mktemp("heads"))


@pytest.fixture(scope="module")
def done(config):
    return edition(config, QUIET)


def encoded(config, encoding):
    return config.model_copy(update={"delivery": config.delivery.model_copy(update={"encoding": encoding})})


# ---- subject and preheader


@pytest.mark.parametrize("name", corpus.TEXTS)
def test_a_title_stays_in_the_subject(config, done, name):
    text = corpus.TEXTS[name]
    issue = tideline(own_subject=False, own_preheader=False)
    stories = (make_story("bad", title=text), *issue.stories)
    subject, preheader = compose.words(issue, stories, weekly(config))
    worded = replace(done, subject=subject, preheader=preheader)
    encoding = ENCODINGS[list(corpus.TEXTS).index(name) % 3]
    other = encoded(config, encoding)
    compiled = wire.compile(worded, weekly(config), other)
    raw = compiled.fill(SLOTS)
    old, new = assert_wire(raw)
    assert_head(old, new, compiled.fields(SLOTS))
    assert told(old["Subject"]) == headers.clean(subject)
    assert headers.clean(one_line(text)) in told(old["Subject"]) or name in {"surrogates", "isolates"}
    if name in corpus.SHORT:  # folding anew takes seconds
        assert_refolds(raw, HEAD)
    root = assert_inert(compiled.html(SLOTS))
    assert skeleton(root) == skeleton(harmless.parsed(wire.compile(done, weekly(config), config).html(SLOTS)))
    assert root.findtext(".//title").split() == subject.split()
    errors = [each.code for each in lint.lint(worded, compiled, other) if each.severity == "error"]
    assert errors == (["html-size"] if errors and name in corpus.LONG else [])
    page = assert_inert(web_page(worded, config, TEMPLATES, public=True))
    assert page.xpath("//meta[@name='description']/@content")[0].split() == preheader.split()


@pytest.mark.parametrize("name", [*corpus.BREAKS, *corpus.WORDS, *corpus.SCRIPTS])
def test_an_editors_own_words_are_as_harmless(config, done, name):
    """The desk cleans what an editor types; but for surrogates, which are no text, the rest does not lean on that."""
    text = corpus.SHORT[name]
    typed = compose.edit(QUIET, compose.Edit(subject=text, preheader=text, intro=text))
    assert typed.subject == typed.preheader == one_line(text)
    text = typed.subject if name == "surrogates" else text
    worded = replace(done, subject=text, preheader=text)
    compiled = wire.compile(worded, weekly(config), config)
    raw = compiled.fill(SLOTS)
    old, new = assert_wire(raw)
    assert_head(old, new, compiled.fields(SLOTS))
    assert_refolds(raw, HEAD)
    assert_inert(compiled.html(SLOTS))
    lint.lint(worded, compiled, config)  # judges whatever comes


@pytest.mark.parametrize("pattern", ["{title}: {first_title}", "{titles}", "{first_title}{number}{count} {date}"])
def test_a_pattern_fills_its_places_once(config, pattern):
    letter = weekly(config).model_copy(update={"subject": pattern, "preheader": pattern})
    for text in corpus.TEMPLATES.values():
        stories = (make_story("a", title=text), make_story("b", title="{first_title}"))
        subject, preheader = compose.words(tideline(own_subject=False, own_preheader=False), stories, letter)
        assert " ".join(text.split()) in subject
        assert subject == preheader


# ---- readers


@pytest.mark.parametrize("name", corpus.NAMES)
def test_a_readers_name_is_a_name(config, tmp_path, name):
    issue = tideline(intro='Dear {name|reader}, and [{name}](/x "{name}") `{name}`.')
    (done,) = editions(issue, [Wish()], studio(config)).values()
    said = preference.one_line(corpus.NAMES[name])
    for given in {said, corpus.NAMES[name]}:  # as the list keeps it, and as if it had been let in as it was
        mine = replace(SLOTS, name=given)
        compiled = wire.compile(done, weekly(config), config)
        raw = compiled.fill(mine)
        old, new = assert_wire(raw)
        assert_head(old, new, compiled.fields(mine))
        assert [each.addr_spec for each in new["To"].addresses] == [SLOTS.to]
        if len(given) < 1000:
            assert_refolds(raw, HEAD)
        assert harmless.bodies(old) == [compiled.text(mine), compiled.html(mine)]
        root = assert_inert(compiled.html(mine), tags=harmless.INTRO_TAGS, more=frozenset({"decoding", "loading"}))
        plain = compiled.html(replace(SLOTS, name="harmless"))
        assert skeleton(root) == skeleton(harmless.parsed(plain))
        assert f"Dear{headers.clean(given) or 'reader'},".replace(" ", "") in "".join(root.text_content().split(" "))
        page = web_page(done, config, TEMPLATES, public=False, unsubscribe="u", preferences="p", name=given)
        assert skeleton(harmless.parsed(page)) == skeleton(
            harmless.parsed(web_page(done, config, TEMPLATES, public=False, unsubscribe="u", preferences="p", name="x"))
        )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_address_is_one_or_none(config, done, encoding):
    """One that the list takes is written as it is or refused as a whole; nobody else gets a copy."""
    compiled = wire.compile(done, weekly(config), encoded(config, encoding))
    sent = set()
    for name, text in corpus.ADDRESSES.items():
        try:
            address = parse(text).sending
        except AddressError:
            continue
        mine = replace(SLOTS, to=address)
        try:
            raw = compiled.fill(mine)
        except ValueError as refused:
            assert "is not an address that every relay takes" in str(refused)
            continue
        sent.add(name)
        old, new = assert_wire(raw)
        if address.isascii():
            assert_head(old, new, compiled.fields(mine))
            assert_refolds(raw, HEAD)
        else:
            assert f"<{address}>\r\n".encode() in raw
        assert [each.addr_spec for each in new["To"].addresses] == ["".join(c if c.isascii() else "a" for c in address)]
        root = assert_inert(compiled.html(mine))
        assert address in harmless.words(root)
        assert address in compiled.text(mine)
    assert {"template", "quote", "ampersand", "path", "long", "idn"} <= sent
    assert not {"word", "word-break", "breaks", "nul", "two", "script"} & sent


# ---- the config


FIELDS = {
    "title": "title: 潮线 Weekly",
    "sender": 'from: "潮线 <news@tideline.example>"',
    "copyright": 'copyright: "© 2025 Tideline"',
    "postal": 'postal_address: "3 Harbour Street\\nShanghai 200001"',
    "site": "title: Tideline,",
    "topic": "chips: {title: 算力与芯片}",
}


def yaml(text):
    """The text in double quotes, so that YAML reads exactly its characters."""
    return (
        '"'
        + "".join(
            char if (char.isalnum() and char.isascii()) or char in " <>@." else f"\\U{ord(char):08x}" for char in text
        )
        + '"'
    )


def written(name, text):
    """The field of config.yaml with this text."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    mailbox, said = yaml(f'"{quoted}" <news@tideline.example>'), yaml(text)
    return {
        "title": f"title: {said}", "sender": f"from: {mailbox}", "copyright": f"copyright: {said}", "postal": f"postal_address: {said}",
        "site": f"title: {said},", "topic": f"chips: {{title: {said}}}",
    }[name]  # fmt: skip


def configured(folder, **fields):
    make_config(folder)
    file = folder / "config.yaml"
    text = file.read_text("utf-8")
    for name, value in fields.items():
        assert text.count(FIELDS[name]) == 1
        text = text.replace(FIELDS[name], written(name, value))
    file.write_text(text, encoding="utf-8")
    return configs.load(file, {})


def taken(folder, text):
    """The config with that text in each field that takes it, and the names of these."""
    kept = {}
    for name in FIELDS:
        try:
            configured(folder, **{name: text})
        except ConfigError as refused:
            assert "config.yaml" in str(refused)
        else:
            kept[name] = text
    return (configured(folder, **kept) if kept else None), set(kept)


def designed(made, design):
    letter = weekly(made).model_copy(update={"design": design})
    return made.model_copy(update={"newsletters": {"weekly": letter.placed("weekly", made.site.timezone)}})


@pytest.fixture(scope="module")
def expected(config):
    """The shape of each design with a harmless config."""
    found = {}
    for language, design in LOOKS:
        plain = designed(config, design)
        html = wire.compile(edition(plain, QUIET, language=language), weekly(plain), plain).html(SLOTS)
        found[language, design] = skeleton(harmless.parsed(html))
    return found


LOOKS = (("en", "cards"), ("zh-CN", "text"))


@pytest.mark.parametrize("name", [*corpus.SHORT, "long-words"])
def test_a_config_may_say_anything_that_it_takes(tmp_path, expected, name):
    text = corpus.TEXTS[name]
    made, kept = taken(tmp_path, text)
    if made is None:
        assert name in corpus.BREAKS or name in {"soft", "dollar"}
        return
    for language, design in (LOOKS[list(corpus.TEXTS).index(name) % 2],):
        shaped = designed(made, design)
        done = edition(shaped, QUIET, language=language)
        compiled = wire.compile(done, weekly(shaped), shaped)
        raw = compiled.fill(SLOTS)
        old, new = assert_wire(raw)
        assert_head(old, new, compiled.fields(SLOTS))
        assert [each.addr_spec for each in new["From"].addresses] == ["news@tideline.example"]
        assert old["List-Id"].endswith("<weekly.tideline.example>")
        assert harmless.bodies(old) == [compiled.text(SLOTS), compiled.html(SLOTS)]
        root = assert_inert(compiled.html(SLOTS))
        if "postal" not in kept:  # its lines are its own number
            assert skeleton(root) == expected[language, design]
        assert_text(compiled.text(SLOTS).replace("\r\n", "\n"))
        findings = check(tideline(), [done], weekly(shaped), shaped)
        assert (
            not [each for each in findings if each.severity == "error"]
            or name in corpus.TEMPLATES
            or "mark" in name
            or "long" in name
        )


CONFIGS = {
    "underscore": ("news@tideline.example>", "news@a_b.example>"),
    "dot": ("news@tideline.example>", "news@tideline.example.>"),
    "emoji": ("news@tideline.example>", "news@☃.example>"),
    "word": ("news@tideline.example>", "=?utf-8?q?x?=@tideline.example>"),
    "sharp-s": ("news@tideline.example>", "news@straße.example>"),
    "reply-to": ("desk@tideline.example", "desk@a_b.example"),
    "long-path": ('"https://news.tideline.example"', '"https://news.tideline.example/' + "a" * 2000 + '"'),
    "idn-web": ('"https://news.tideline.example"', '"https://例え.テスト"'),
    "quote-web": ('"https://news.tideline.example"', "'https://news.tideline.example/\"onx=1'"),
    "port": ('"https://tideline.example"', '"https://tideline.example:8443"'),
    "logo-script": ("logo: /images/logo.png", "logo: 'javascript:alert(1)'"),
    "logo-quote": ("logo: /images/logo.png", "logo: '/a\" onerror=\"x.png'"),
    "logo-data": ("logo: /images/logo.png", "logo: 'data:text/html,<script>1</script>'"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_what_a_config_takes_is_sent_or_refused_in_words(tmp_path, name):
    make_config(tmp_path)
    file = tmp_path / "config.yaml"
    old, new = CONFIGS[name]
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    try:
        made = configs.load(file, {})
    except ConfigError:
        return
    done = edition(made, QUIET)
    errors = [each for each in check(tideline(), [done], weekly(made), made) if each.severity == "error"]
    if errors:
        assert all("; " in each.message for each in errors)
        return
    compiled = wire.compile(done, weekly(made), made)
    raw = compiled.fill(SLOTS)
    parsed, modern = assert_wire(raw)
    assert_head(parsed, modern, compiled.fields(SLOTS))
    assert_refolds(raw, HEAD)
    assert_inert(compiled.html(SLOTS))
    assert parsed["Feedback-ID"].count(":") == 3
