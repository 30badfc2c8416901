"""How an open issue and its articles drift apart, and how a draft follows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from builders import AT, CHIPS, FUNDING, make_article, make_issue, make_story
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Newsletter
from publisher.content.article import Article, Image, Topic
from publisher.issues.drift import Change, Drift, changes, drifts, followed
from publisher.issues.issue import Issue, LeftOut, Story
from publisher.selection import NO_TOPIC

LETTER = Newsletter(title="Weekly", **{"from": "Tideline <news@tideline.example>"})
PICTURE = Image(url="https://example.org/a.jpg", alt="A boat")


def alike(story: Story, **other: Any) -> Article:
    """The article that a story was made of, but for ``other``."""
    article = make_article(
        path=story.path,
        guid=story.guid,
        url=story.url,
        title=story.title,
        summary=story.summary,
        published=story.published,
        topics=story.topics,
        tags=story.tags,
        authors=story.authors,
        image=story.image,
        language=story.language,
        reading_minutes=story.reading_minutes,
        revision=story.revision,
    )
    return replace(article, **other)


def by_id(*articles: Article) -> dict[str, Article]:
    return {article.guid: article for article in articles}


@pytest.mark.parametrize(
    ("of", "now", "told"),
    [
        ({}, {"title": "Other"}, ("title", "Story one", "Other")),
        ({}, {"summary": ""}, ("summary", "What happened in one.", "")),
        ({}, {"url": "https://example.org/new/"}, ("url", "https://example.org/posts/one/", "https://example.org/new/")),
        ({}, {"image": PICTURE}, ("image", "", "https://example.org/a.jpg")),
        ({"image": PICTURE}, {"image": None}, ("image", "https://example.org/a.jpg", "")),
        ({"image": PICTURE}, {"image": replace(PICTURE, url="https://example.org/b.jpg")}, ("image", "https://example.org/a.jpg", "https://example.org/b.jpg")),
        ({"image": PICTURE}, {"image": replace(PICTURE, alt="A ship")}, ("alt", "A boat", "A ship")),
        ({}, {"published": AT}, ("date", "2025-06-29T08:00:00+00:00", "2025-06-30T08:00:00+00:00")),
        ({}, {"tags": ("GPU", "IPO")}, ("tags", "GPU", "GPU, IPO")),
        ({}, {"authors": ("Ann", "Bo")}, ("authors", "", "Ann, Bo")),
        ({}, {"language": "zh-CN"}, ("language", "en", "zh-CN")),
    ],
)  # fmt: skip
def test_what_readers_would_see_otherwise_is_a_change(of, now, told):
    story = make_story(**of)
    found = changes(story, alike(story, **now))
    name, before, after = told
    assert Change(field=name, before=before, after=after) in found
    assert {each.field for each in found} <= {name, "alt"}  # a picture comes and goes with its words


@pytest.mark.parametrize(
    "now",
    [
        {},
        {"revision": "r2"},
        {"updated": AT},
        {"weight": 3},
        {"published": (AT - timedelta(days=1)).astimezone(timezone(timedelta(hours=8)))},
        {"image": replace(PICTURE, length=9, width=9, height=9, file="a.jpg", media_type="image/jpeg")},
    ],
)
def test_what_no_reader_of_a_digest_sees_is_none(now):
    story = make_story(image=PICTURE)
    assert changes(story, alike(story, **now)) == ()


def test_changes_come_in_one_order_whatever_they_are():
    story = make_story()
    other = alike(story, title="T", summary="S", url="https://example.org/u/", tags=(), language="de")
    assert [each.field for each in changes(story, other)] == ["title", "summary", "url", "tags", "language"]


def test_the_drifts_of_an_issue_are_those_of_its_stories_in_their_order():
    issue = make_issue(stories=tuple(make_story(name) for name in ("one", "two", "three")))
    one, _, three = issue.stories
    found = drifts(issue, by_id(alike(one), alike(three, title="Other"), make_article("none of them")))
    assert found == (
        Drift(issue=issue.id, path="posts/two.md", title="Story two"),
        Drift(
            issue=issue.id,
            path="posts/three.md",
            title="Story three",
            changes=(Change(field="title", before="Story three", after="Other"),),
        ),
    )
    assert [each.gone for each in found] == [True, False]


def test_a_draft_takes_over_what_its_articles_are_now():
    issue = make_issue(pinned=("posts/two.md",), intro="Hello.")
    one, two = issue.stories
    edited = alike(
        two,
        path="moved/two.md",
        url="https://example.org/moved/",
        title="Tides",
        summary="They turn.",
        image=PICTURE,
        tags=("sea",),
        authors=("Ann",),
        language="de",
        published=AT,
        reading_minutes=4,
        revision="r2",
        topics=(CHIPS,),
        featured=True,
    )
    made = followed(issue, by_id(alike(one), edited), LETTER)
    assert made.stories == (
        one,
        replace(
            two,
            path="moved/two.md",
            url="https://example.org/moved/",
            title="Tides",
            summary="They turn.",
            image=PICTURE,
            topic=CHIPS,
            topics=(CHIPS,),
            tags=("sea",),
            authors=("Ann",),
            language="de",
            published=AT,
            reading_minutes=4,
            revision="r2",
        ),
    )
    assert (made.subject, made.preheader) == ("Weekly: Story one", "Story one · Tides")
    assert (made.intro, made.pinned, made.revision, made.left_out) == ("Hello.", ("moved/two.md",), issue.revision, ())


def test_what_an_editor_wrote_stays():
    issue = make_issue(subject="Own", preheader="Words", own_subject=True, own_preheader=True)
    made = followed(issue, by_id(alike(issue.stories[1], title="Other")), LETTER)
    assert (made.subject, made.preheader) == ("Own", "Words")


def test_what_is_gone_is_left_out_first_and_once():
    other = LeftOut(path="posts/three.md", title="Story three", reason="too-old")
    before = LeftOut(path="posts/one.md", title="Story one", reason="excluded")
    issue = make_issue(left_out=(before, other))
    made = followed(issue, by_id(alike(issue.stories[1])), LETTER)
    assert [story.path for story in made.stories] == ["posts/two.md"]
    assert made.left_out == (LeftOut(path="posts/one.md", title="Story one", reason="vanished", detail="chips"), other)
    assert made.subject == "Weekly: Story two"


def test_an_issue_all_of_whose_articles_are_gone_is_empty():
    made = followed(make_issue(), {}, LETTER)
    assert made.stories == ()
    assert [(item.path, item.reason) for item in made.left_out] == [
        ("posts/one.md", "vanished"),
        ("posts/two.md", "vanished"),
    ]
    assert made.subject == "Weekly"


NAMES = ["one", "two", "three", "four"]
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Tides", "Boats"]),
        "summary": st.sampled_from(["", "Short."]),
        "path": st.sampled_from(["moved/x.md", "y.md"]),
        "image": st.sampled_from([PICTURE, None]),
        "published": st.sampled_from([AT, AT - timedelta(days=9)]),
        "tags": st.sampled_from([(), ("sea", "GPU")]),
        "revision": st.just("r9"),
    },
)


@st.composite
def followings(draw) -> tuple[Issue, dict[str, Article]]:
    """An issue, and its articles after a week of edits and deletions."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    stories = tuple(make_story(name, topic=draw(st.sampled_from([CHIPS, FUNDING]))) for name in names)
    kept = [story for story in stories if draw(st.booleans())]
    return make_issue(stories=stories), by_id(*(alike(story, **draw(EDITS)) for story in kept))


@given(followings())
@settings(max_examples=100)
def test_a_draft_that_followed_has_drifted_nowhere(case):
    issue, articles = case
    made = followed(issue, articles, LETTER)
    assert drifts(made, articles) == ()
    assert followed(made, articles, LETTER) == made
    order = [story.guid for story in issue.stories]
    assert [story.guid for story in made.stories] == [guid for guid in order if guid in articles]
    gone = {story.path for story in issue.stories if story.guid not in articles}
    assert {item.path for item in made.left_out} == gone
    assert {each.path for each in drifts(issue, articles) if each.gone} == gone
    topics = {story.guid: (story.topic, story.topics, story.score) for story in issue.stories}
    assert all((each.topic, each.topics, each.score) == topics[each.guid] for each in made.stories)


@given(followings())
@settings(max_examples=50)
def test_an_issue_drifts_exactly_where_a_digest_would_differ(case):
    issue, articles = case
    shown = {each.path: {change.field for change in each.changes} for each in drifts(issue, articles) if not each.gone}
    for story in issue.stories:
        if (article := articles.get(story.guid)) is not None:
            same = (story.title, story.summary, story.tags, story.image, story.published) == (
                article.title, article.summary, article.tags, article.image, article.published,
            )  # fmt: skip
            assert (story.path in shown) is not same


def test_what_had_gone_comes_back_at_the_end_in_its_section_and_once():
    issue = make_issue()
    one, two = issue.stories
    without = followed(issue, by_id(alike(two)), LETTER)
    again = {"posts/one.md": alike(one)}
    back = followed(without, by_id(alike(two)), LETTER, again)
    assert [(story.path, story.topic) for story in back.stories] == [
        ("posts/two.md", two.topic),
        ("posts/one.md", one.topic),
    ]
    assert back.left_out == ()
    moved_home = followed(without, by_id(alike(two), alike(one)), LETTER, {"posts/one.md": alike(two)})
    assert [story.path for story in moved_home.stories] == ["posts/two.md"], "its id is told already"


def test_an_article_of_other_topics_stands_in_the_first_of_them_and_one_without_in_none():
    issue = make_issue()
    one, two = issue.stories
    other = Topic("sea", "Sea")
    made = followed(issue, by_id(alike(one, topics=(other,)), alike(two, topics=())), LETTER)
    assert [story.topic for story in made.stories] == [other, NO_TOPIC]


def test_a_draft_whose_articles_are_as_they_were_is_the_very_same():
    issue = make_issue()
    assert followed(issue, by_id(*map(alike, issue.stories)), LETTER) is issue
