from dataclasses import replace

import pytest
from builders import make_story
from digest.sample import SLOTS, edition, make_config, tideline, weekly

from publisher.content.article import Severity
from publisher.digest import headers, lint, wire
from publisher.errors import TemplateError


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def findings(config, done, **options):
    return {
        finding.code: finding
        for finding in lint.lint(done, wire.compile(done, weekly(config), config), config, **options)
    }


def test_a_good_digest_has_no_fault(config):
    for wish in ({}, {"language": "zh-CN"}, {"format": "text"}, {"topics": ("chips",)}):
        assert findings(config, edition(config, **wish)) == {}
    assert findings(config, edition(config), slots=SLOTS) == {}


@pytest.mark.parametrize(
    ("code", "severity", "change"),
    [
        ("subject-empty", "error", {"subject": " "}),
        ("subject-lines", "warning", {"subject": "one\ntwo"}),
        ("subject-long", "warning", {"subject": "汉" * 80}),
        ("preheader-empty", "warning", {"preheader": ""}),
        ("story-twice", "error", {"stories": (make_story("a"), make_story("a"))}),
        ("title-twice", "warning", {"stories": (make_story("a", title="One!"), make_story("b", title="ONE"))}),
        ("html-size", "warning", {"html": "{html}" + "x" * 70_000}),
        ("html-size", "error", {"html": "{html}" + "汉" * 40_000}),
        ("html-lang", "error", {"html": "{html}", "cut": ' lang="en"'}),
        ("image-alt", "error", {"html": '{html}<img src="https://a.example/x.png" width="1">'}),
        ("image-width", "error", {"html": '{html}<img src="https://a.example/x.png" alt="" width="100%">'}),
        ("unsubscribe-html", "error", {"html": "{html}", "cut": "https://xq7unsubxq7.invalid/"}),
        ("unsubscribe-text", "error", {"text": "A text of some length without what a text part has to have."}),
        ("text-empty", "error", {"text": "short"}),
        ("link-relative", "error", {"html": '{html}<a href="/x">x</a><a href="#y">y</a><a href="mailto:a@b">z</a>'}),
        ("link-relative", "error", {"html": '{html}<a href="javascript:x">x</a>'}),
        (
            "link-http",
            "error",
            {"html": '{html}<a href="http://news.tideline.example/x">x</a><a href="http://other.example/">y</a>'},
        ),
        ("slot-left", "error", {"html": "{html}xq7namexq7"}),
        ("template-left", "error", {"text": "{text}{% if %}"}),
    ],
)
def test_a_fault_is_found(config, code, severity, change):
    done = edition(config)
    cut = change.get("cut", "\0")
    values = {
        name: value.replace("{html}", done.html).replace("{text}", done.text).replace(cut, "")
        if isinstance(value, str)
        else value
        for name, value in change.items()
        if name != "cut"
    }
    found = findings(config, replace(done, **values))
    assert found[code].severity == severity
    assert "; " in found[code].message
    assert str(found[code]).startswith(f"all.en.html: {found[code].place.split(': ')[1]}: {severity}: ")


def test_an_article_may_write_of_templates(config):
    issue = tideline(stories=(make_story(title="What {{7*7}} does"),))
    assert findings(config, edition(config, issue))["template-left"].severity == Severity.WARNING


def test_a_loopback_host_needs_no_https(config):
    here = config.model_copy(update={"web": config.web.model_copy(update={"url": "http://127.0.0.1:8000"})})
    assert "link-http" not in findings(here, edition(here))
    local = config.model_copy(update={"web": config.web.model_copy(update={"url": "http://news.localhost:8000"})})
    assert "link-http" not in findings(local, edition(local))


def test_errors_come_first(config):
    done = replace(edition(config), preheader="", subject="")
    found = lint.lint(done, wire.compile(done, weekly(config), config), config)
    assert [finding.severity for finding in found] == ["error", "warning"]


def test_a_sender_that_no_header_can_hold_is_a_fault(config):
    made = wire.compile(edition(config), weekly(config), config)
    found = lint.lint(edition(config), made, config, slots=replace(SLOTS, to="ü@example.org"))
    assert [(finding.code, finding.severity) for finding in found] == [("headers", "error")]


def test_a_header_that_an_article_smuggled_in_is_a_fault(config):
    made = wire.compile(edition(config), weekly(config), config)
    smuggled = replace(made.before[-1], wire=b"Subject: x\r\nBcc: y@example.org\r\n")
    other = replace(made.before[-1], wire=b"Subject: x\r\n")
    for field, told in ((smuggled, "Bcc"), (other, "parsed back it says 'x'")):
        found = lint.lint(edition(config), replace(made, before=(*made.before[:-1], field)), config)
        assert [finding.code for finding in found] == ["headers"]
        assert told in found[0].message


def test_a_name_in_quotes_is_the_same_name(config):
    made = wire.compile(edition(config), weekly(config), config)
    for name in ('Bee, "Ann" \\ Lee', "a@b", "=?utf-8?q?x?="):
        assert lint.lint(edition(config), made, config, slots=replace(SLOTS, name=name)) == ()
    assert headers.mailbox("To", "Bee, Ann", "a@b.org").meant == "Bee, Ann <a@b.org>"


def test_a_template_with_a_selector_that_no_inliner_agrees_on_is_refused(config, tmp_path):
    from publisher.digest.edition import Wish
    from publisher.digest.render import render
    from publisher.templates import Templates

    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "digest.html").write_text('{% extends "digest/base.html" %}{% block sheet %}td p{top:0}{% endblock %}')
    with pytest.raises(TemplateError, match="td p"):
        render(tideline(), Wish(), weekly(config), config, Templates(tmp_path / "templates"), lambda image: None)
