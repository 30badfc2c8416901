"""The lint of whole digests: what is shipped has no fault, and what is sent is what was meant."""

import json
from dataclasses import asdict, replace

import pytest
from builders import make_story
from digest.sample import SLOTS, edition, make_config, many, studio, tideline, weekly

from publisher.config import Config
from publisher.content.article import Severity
from publisher.digest import headers, lint, wire
from publisher.digest.edition import MediaPicture, Wish
from publisher.digest.render import editions

PICTURE = MediaPicture(url="https://news.tideline.example/media/a.jpg", width=1200, height=675)
DESIGNS = ("cards", "list", "text")


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def designed(made: Config, design: str) -> Config:
    own = weekly(made).model_copy(update={"design": design})
    own = own.placed("weekly", made.site.timezone)
    return made.model_copy(update={"newsletters": {"weekly": own}})


def told(issue=None):
    """The sample's issue, each story with a summary."""
    issue = issue or tideline()
    return replace(issue, stories=tuple(replace(story, summary=story.summary or "Why.") for story in issue.stories))


def lint_of(made, done, **options):
    return lint.lint(done, wire.compile(done, weekly(made), made), made, **options)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_shipped_templates_have_no_fault(config, design, language):
    made = designed(config, design)
    for wish in ({}, {"format": "text"}, {"topics": ("chips",)}):
        assert lint_of(made, edition(made, told(), language=language, **wish)) == ()
    assert lint_of(made, edition(made, told()), slots=SLOTS) == ()


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffee00", "#808080", "#ff0000", "#00ff88", "#1a1aff"])
def test_any_theme_can_be_read_on_light_and_dark_screens(tmp_path, colour):
    made = make_config(tmp_path, colour=colour)
    for design in DESIGNS:
        own = designed(made, design)
        assert lint_of(own, edition(own, told())) == ()


def test_a_long_digest_with_more_on_the_web_has_no_fault(tmp_path):
    made = make_config(tmp_path, most=6)
    stories = tuple(replace(story, title=f"{story.title} {turn}") for turn, story in enumerate(many(told())))
    assert lint_of(made, edition(made, told(tideline(stories=stories)))) == ()


def test_counted_links_belong_to_their_stories(config):
    made = config.model_copy(update={"tracking": config.tracking.model_copy(update={"clicks": True})})
    assert lint_of(made, edition(made, told())) == ()
    done = edition(made, told(), picture_of=lambda image: replace(PICTURE, url=f"/media/{image.file}"))
    assert {(each.code, each.story) for each in lint_of(made, done)} == {
        ("image-source", "posts/cranes.md"),
        ("image-source", "posts/gold.md"),
    }


def test_what_was_judged_in_one_edition_is_not_judged_again_in_another(config):
    stories = tuple(
        replace(story, summary="x{{" if story.path.endswith("gold.md") else "Why.") for story in tideline().stories
    )
    wishes = [Wish(), Wish(topics=("chips",)), Wish(language="zh-CN"), Wish(topics=("funding",))]
    bad = studio(config, picture_of=lambda image: replace(PICTURE, url=f"/media/{image.file}"))
    made = editions(tideline(stories=stories), wishes, bad).values()
    judged: lint.Judged = set()
    found = [[each.code for each in lint_of(config, done, judged=judged)] for done in made]
    assert found[0] == ["image-source", "image-source", "template-left", "template-left"]
    again = lint_of(config, next(iter(made)), judged=judged)
    assert [each.code for each in again] == ["template-left", "template-left"]
    assert {code for codes in found[1:] for code in codes} <= {*found[0]}


def test_a_fault_says_where_what_and_what_to_do(config):
    found = lint_of(config, edition(config, tideline(subject="")))
    assert [(each.severity, each.code) for each in found] == [("error", "subject-empty"), ("warning", "summary-empty")]
    assert str(found[0]) == ("all.en.html: subject: error: the subject is empty; write one with issue edit --subject")
    assert found[1].place == "all.en.html: story posts/fab.md"
    assert found[1].story == "posts/fab.md"
    assert found[1].fix == "write a description in its front matter"
    assert json.loads(json.dumps(asdict(found[1])))["severity"] == "warning"


def test_heavy_stories_are_named(tmp_path):
    made = make_config(tmp_path, most=60)
    heavy = make_story("heavy", title="Heavy", summary="汉" * 9000)
    light = [make_story(f"light{number}", title=f"Light {number}", summary="x" * 900) for number in range(3)]
    found = lint_of(made, edition(made, tideline(stories=(*light, heavy))))
    assert found == ()
    found = lint_of(made, edition(made, tideline(stories=(*light, replace(heavy, summary="汉" * 24_000)))))
    assert [(each.code, each.severity) for each in found] == [("html-size", "warning")]
    assert "the heaviest stories are posts/heavy.md (" in found[0].message
    found = lint_of(made, edition(made, tideline(stories=(*light, replace(heavy, summary="汉" * 40_000)))))
    assert [(each.code, each.severity) for each in found] == [("html-size", "error")]


def test_mails_that_nobody_signs_are_told(config):
    sent = config.model_copy(update={"delivery": config.delivery.model_copy(update={"transport": "smtp"})})
    (found,) = lint_of(sent, edition(sent, told()))
    assert (found.code, found.severity) == ("dkim-none", "warning")
    assert "publisher dkim new tideline.example" in found.message
    for domain, faults in (("tideline.example", 0), ("example", 0), ("line.example", 1), ("a.tideline.example", 1)):
        key = _Key(domain)
        signed = sent.model_copy(update={"delivery": sent.delivery.model_copy(update={"dkim": (key,)})})
        assert len(lint_of(signed, edition(signed, told()))) == faults


class _Key:
    def __init__(self, domain: str) -> None:
        self.domain = domain


def test_an_address_that_no_header_can_hold_is_a_fault(config):
    found = lint_of(config, edition(config, told()), slots=replace(SLOTS, to="ü x@example.org"))
    assert [(each.code, each.severity) for each in found] == [("headers", "error")]


def test_an_address_of_other_letters_makes_a_head_that_few_relays_take(config):
    found = lint_of(config, edition(config, told()), slots=replace(SLOTS, to="ü@example.org"))
    assert {(each.code, each.severity) for each in found} == {("headers-ascii", "error"), ("headers", "error")}


def test_a_header_that_an_article_smuggled_in_is_a_fault(config):
    done = edition(config, told())
    made = wire.compile(done, weekly(config), config)
    smuggled = replace(made.before[-1], wire=b"Subject: x\r\nBcc: y@example.org\r\n")
    other = replace(made.before[-1], wire=b"Subject: x\r\n")
    for field, said in ((smuggled, "Bcc"), (other, "parsed back it says 'x'")):
        found = lint.lint(done, replace(made, before=(*made.before[:-1], field)), config)
        assert [each.code for each in found] == ["headers"]
        assert said in found[0].message


def test_a_name_in_quotes_is_the_same_name(config):
    done = edition(config, told())
    for name in ('Bee, "Ann" \\ Lee', "a@b", "=?utf-8?q?x?="):
        assert lint_of(config, done, slots=replace(SLOTS, name=name)) == ()
    assert headers.mailbox("To", "Bee, Ann", "a@b.org").meant == "Bee, Ann <a@b.org>"


def test_errors_come_first(config):
    found = lint_of(config, edition(config, tideline(preheader="", subject="")))
    assert [each.severity for each in found] == [Severity.ERROR, Severity.WARNING, Severity.WARNING]
