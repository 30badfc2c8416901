from dataclasses import replace

import pytest
from digest.sample import edition, html, make_config, media, studio, text, tideline
from PIL import Image as Pillow

from publisher.digest import approve, intro, render
from publisher.digest.edition import Wish
from publisher.digest.marks import Marks

MARKS = Marks.of("x")


@pytest.fixture
def config(tmp_path):
    made = make_config(tmp_path)
    (tmp_path / "static" / "images").mkdir(parents=True)
    Pillow.new("RGB", (1200, 600), "teal").save(tmp_path / "static" / "images" / "tea.png")
    Pillow.new("RGB", (80, 40), "teal").save(tmp_path / "static" / "images" / "dot.png")
    return made


def rendered(config, words, width=536):
    return intro.render(words, "i-", config, media, width, MARKS)[1]


def test_nothing_is_nothing(config):
    assert intro.render(" \n", "i-", config, media, 536, MARKS) == ((), "")


@pytest.mark.parametrize("address", ["/images/tea.png", "https://tideline.example/images/tea.png"])
def test_a_picture_of_the_site_is_the_mails_own_copy(config, address):
    shown = rendered(config, f'![A <cup>]({address} "Tea")')
    assert '<img class="im" src="https://news.tideline.example/media/' in shown
    assert 'width="536" height="302" alt="A &lt;cup&gt;" title="Tea">' in shown
    assert "loading" not in shown


def test_a_picture_is_as_wide_as_asked_and_never_wider_than_the_mail(config):
    assert 'width="100" height="56"' in rendered(config, '<img src="/images/tea.png" width="100" alt="">')
    assert 'width="300" height="169"' in rendered(config, '<img src="/images/tea.png" width="900" alt="">', 300)


def test_other_pictures_stay_as_they_were_written(config):
    remote = rendered(config, "![](https://elsewhere.example/a.png)")
    assert '<img src="https://elsewhere.example/a.png"' in remote
    assert "loading" not in remote
    assert 'src="https://tideline.example/images/none.png"' in rendered(config, "![x](/images/none.png)")
    missing = intro.render("![x](/images/tea.png)", "i-", config, lambda _: None, 536, MARKS)[1]
    assert 'src="https://tideline.example/images/tea.png"' in missing


def test_an_intro_with_a_picture_and_a_name_may_be_approved(config):
    issue = tideline(intro="Dear {name|friend},\n\n![Tea](/images/tea.png)")
    issue = replace(issue, stories=tuple(story for story in issue.stories if story.summary))
    made = render.editions(issue, [Wish()], studio(config)).values()
    assert approve.check(issue, made, studio(config).newsletter, config) == ()


@pytest.mark.parametrize(
    "words", ["Hi {Name|x}", "Hi { name }", "Hi {{name}}", "Hi {first_name}", "Hi {name|<b>x</b>}"]
)
def test_a_name_that_is_not_spelt_as_one_is_told(config, words):
    issue = tideline(intro=words)
    made = render.editions(issue, [Wish()], studio(config)).values()
    found = {finding.code for finding in approve.check(issue, made, studio(config).newsletter, config)}
    assert found & {"name-left", "template-left"}


def test_an_editors_subject_may_be_a_pattern(config):
    issue = tideline(subject="{count} for you: {first_title}", preheader="{name}, look")
    chips = edition(config, issue, topics=("chips",))
    assert chips.subject == "3 for you: Cranes that charge <while> they wait"
    found = approve.check(issue, [chips], studio(config).newsletter, config)
    assert [(each.code, each.severity) for each in found if "hole" in each.code] == [("preheader-hole", "warning")]
    assert "{name}, look" in html(chips)
    assert "{first_title}" not in text(chips)


def test_a_pinned_story_begins_the_mail(config):
    stories = tideline().stories
    last = stories[1]
    issue = tideline(stories=(last, stories[0], *stories[2:]))
    assert edition(config, issue).stories[0] is not last
    assert edition(config, replace(issue, pinned=(last.path,))).stories[0] is last
    loose = replace(issue, stories=(stories[3], *stories[:3]), pinned=(stories[3].path,))
    assert edition(config, loose).stories[0] is stories[3], "a section without a topic as well"
