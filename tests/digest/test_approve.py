from dataclasses import replace

import pytest
from builders import make_story
from digest.sample import SLOT, TEMPLATES, make_config, media, studio, tideline, weekly

from publisher.digest import approve, render
from publisher.digest.edition import MediaPicture, Wish
from publisher.templates import Templates


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def digest(config, issue=None, newsletter=None, templates=TEMPLATES, **options):
    return approve.content_hash(issue or tideline(), newsletter or weekly(config), config, templates, **options)


def test_the_hash_is_short_and_steady(config, tmp_path):
    first = digest(config)
    assert len(first) == 16
    assert int(first, 16) >= 0
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert digest(make_config(other)) == first


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "other"}, {"preheader": "other"}, {"intro": "other"}, {"id": "other"}, {"slot": SLOT.replace(day=29)},
        {"stories": tideline().stories[:-1]}, {"stories": tideline().stories[::-1]},
        {"stories": (replace(tideline().stories[0], summary="other"), *tideline().stories[1:])},
    ],
)  # fmt: skip
def test_any_change_of_the_issue_is_another_hash(config, change):
    assert digest(config, tideline(**change)) != digest(config)


def test_what_no_reader_sees_changes_nothing(config):
    story = replace(tideline().stories[0], score=9.0, revision="r9")
    assert digest(
        config, tideline(stories=(story, *tideline().stories[1:]), note="x", revision=7, approvers=("a",))
    ) == digest(config)


def test_a_change_of_look_sender_site_or_picture_is_another_hash(config, tmp_path):
    plain = digest(config)
    site = config.model_copy(update={"site": config.site.model_copy(update={"postal_address": "elsewhere"})})
    theme = config.model_copy(update={"theme": config.theme.model_copy(update={"colour": "#000000"})})
    sender = weekly(config).model_copy(update={"title": "other"})
    shown = digest(config, media=media)
    other = digest(config, media=lambda image: MediaPicture(url=f"https://a.example/2-{image.file}"))
    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "tags.html").write_text("")
    hashes = [
        plain,
        digest(site),
        digest(theme),
        digest(config, newsletter=sender),
        shown,
        other,
        digest(config, templates=Templates(own.parent)),
    ]
    assert len(set(hashes)) == len(hashes)


def judged(issue, wishes, config):
    """What the check says of the editions that these wishes give."""
    letter = weekly(config)
    made = list(render.editions(issue, wishes, studio(config)).values())
    return approve.check(issue, [edition for edition in made if edition], letter, config)


def test_every_wish_is_judged_and_a_fault_told_once(config):
    issue = tideline(preheader="")
    wishes = [Wish(), Wish(language="zh-CN"), Wish(format="text"), Wish(topics=("sports",))]
    found = judged(issue, wishes, config)
    assert [(finding.code, finding.place) for finding in found] == [
        ("preheader-empty", "all.en.html: preheader"),
        ("summary-empty", "all.en.html: story posts/fab.md"),
    ]


def test_a_good_issue_passes_and_one_for_nobody_does_not(config):
    stories = tuple(story for story in tideline().stories if story.summary)
    assert judged(tideline(stories=stories), [Wish()], config) == ()
    for issue, wish in ((tideline(), Wish(topics=("sports",))), (tideline(stories=()), Wish())):
        (finding,) = judged(issue, [wish], config)
        assert (finding.code, finding.severity) == ("stories-none", "error")


def test_an_attack_in_every_text_is_harmless(config):
    evil = "=?utf-8?q?hi=0ABcc:_v@x.org?= {{7*7}} </style><script>alert(1)</script> \u202e\x00 " + "x" * 10_000
    story = make_story(title=evil, summary=evil, tags=(evil,), authors=(evil,))
    found = judged(tideline(subject=evil, stories=(story,)), [Wish(), Wish(format="text")], config)
    assert "headers" not in {finding.code for finding in found}
