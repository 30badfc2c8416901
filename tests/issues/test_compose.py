"""From a selection to an issue, and the editor's changes of it."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import AT, CHIPS, FUNDING, make_article, make_issue, make_story
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Article, Head, Image
from publisher.errors import NotFoundError, StateError
from publisher.issues import compose
from publisher.issues.compose import Edit, fill
from publisher.issues.issue import EDITABLE, LeftOut, State, Story, Stream
from publisher.selection import Pick, Reason, Selection, Skip


def letter(**changes: Any) -> Any:
    """What wording asks of a newsletter."""
    values: dict[str, Any] = {
        "title": "Weekly",
        "subject": "{title}: {first_title}",
        "preheader": "{titles}",
        "zone": ZoneInfo("Asia/Shanghai"),
    }
    return SimpleNamespace(**(values | changes))


def selection(*titles: str) -> Selection:
    picks = tuple(Pick(make_article(f"p{n}", title=title), CHIPS, 1.0 - n / 10) for n, title in enumerate(titles))
    return Selection(picks=picks, skips=(Skip(make_article("out", title="Out"), Reason.TOO_OLD, "2025-06-01"),))


def whole(choice: Selection) -> dict[str, Article]:
    """The chosen articles, rendered."""
    return {pick.article.path: pick.article for pick in choice.picks if isinstance(pick.article, Article)}


def drawn(*titles: str, **changes: Any):
    choice = selection(*titles)
    return compose.compose(
        choice,
        whole(choice),
        id="weekly-2025-06-30",
        stream=Stream("weekly", "weekly"),
        slot=AT.replace(hour=22),
        newsletter=letter(**changes),
        number=7,
        now=AT,
    )


def test_a_story_is_a_whole_copy_of_its_article():
    article = make_article(
        "whole",
        tags=("GPU", "云"),
        authors=("陈",),
        image=Image(url="https://example.org/a.jpg", alt="A", file="/a.jpg", media_type="image/jpeg", length=3),
        language="zh-CN",
        featured=True,
        reading_minutes=9,
        topics=(CHIPS, FUNDING),
    )
    head = Head(**{field.name: getattr(article, field.name) for field in fields(Head)})
    story = compose.story(Pick(head, FUNDING, 0.25), article)
    assert (story.topic, story.score) == (FUNDING, 0.25)
    shared = {field.name for field in fields(Story)} - {"topic", "score"}
    assert {name: getattr(story, name) for name in shared} == {name: getattr(article, name) for name in shared}


def test_an_issue_is_composed_of_picks_and_skips():
    issue = drawn("One", "Two")
    assert [story.title for story in issue.stories] == ["One", "Two"]
    assert issue.left_out == (LeftOut(path="posts/out.md", title="Out", reason="too-old", detail="2025-06-01"),)
    assert (issue.subject, issue.preheader) == ("Weekly: One", "One · Two")
    assert (issue.number, issue.state, issue.created, issue.revision) == (7, State.DRAFT, AT, 1)


def test_every_placeholder_is_filled_in():
    pattern = "{title}|{first_title}|{titles}|{date}|{count}|{number}"
    issue = drawn("a", "b", "c", "d", "e", subject=pattern)
    # 22:00 in UTC is the next day in Shanghai.
    assert issue.subject == "Weekly|a|a · b · c · d|2025-07-01|5|7"


def test_without_stories_no_loose_punctuation_is_left():
    issue = drawn(subject="{title}: {first_title}", preheader="{titles} - {count}")
    assert (issue.subject, issue.preheader) == ("Weekly", "0")
    assert drawn(subject="{first_title}").subject == ""


@pytest.mark.parametrize(
    ("pattern", "title", "expected"),
    [
        ("{first_title}", "{title}", "{title}"),
        ("{first_title} {count}", "{{7*7}} {count}", "{{7*7}} {count} 1"),
        ("{7*7} {unknown} {{title}}", "x", "{7*7} {unknown} {Weekly}"),
        ("{first_title}", "—— “Ein Satz” ——", "—— “Ein Satz” ——"),
        ("{first_title}", "C:", "C:"),
        ("- {first_title} -", "x", "- x -"),
        ("{title}：{first_title}", "a\r\nBcc: x@example.org\x00\x1b[1m\u202e", "Weekly：a Bcc: x@example.org[1m"),
        ("{first_title}", "%s %(title)s $title \\1 \\g<0>", "%s %(title)s $title \\1 \\g<0>"),
    ],
)
def test_titles_are_data(pattern, title, expected):
    assert drawn(title, subject=pattern).subject == expected


@settings(max_examples=150)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_filled_pattern_is_one_printable_line(pattern, title):
    text = fill(pattern + "{first_title}", {"first_title": title})
    assert not {"\n", "\r", "\x00", "\u202e", "\u2028"} & set(text)
    assert text == " ".join(text.split())


def test_an_empty_value_takes_the_punctuation_around_it():
    values = {"a": "", "b": "B"}
    assert fill("{a}: {b}", values) == "B"
    assert fill("{b} — {a}", values) == "B"
    assert fill("{b}:", values) == "B:"


# ---- edits


def test_an_edit_changes_only_what_it_names_and_voids_the_approval():
    issue = make_issue(state=State.APPROVED, approved_hash="h", approvers=("li",), intro="old", revision=4)
    after = compose.edit(issue, Edit(subject="  New\nsubject\x07 "))
    assert after == replace(
        issue, subject="New subject", own_subject=True, state=State.DRAFT, approved_hash="", approvers=(), revision=5
    )
    words = compose.edit(issue, Edit(preheader="P\u202ere", intro="\n*Hi*\x00\n\nyou\n"))
    assert (words.preheader, words.intro, words.subject) == ("Pre", "*Hi*\n\nyou", issue.subject)
    assert (words.own_preheader, words.own_subject) == (True, False)
    assert compose.edit(issue, Edit(intro="")).intro == ""


@pytest.mark.parametrize("state", sorted(set(State) - EDITABLE))
def test_what_is_queued_is_not_edited(state):
    with pytest.raises(StateError) as caught:
        compose.edit(make_issue(state=state), Edit(subject="x"))
    assert caught.value.line() == f"issue weekly-2025-06-30 is {state} and cannot be changed; draft a new one"


def test_a_held_issue_stays_held():
    assert compose.edit(make_issue(state=State.HELD), Edit(subject="x")).state is State.HELD


def test_order_puts_the_named_first():
    stories = tuple(make_story(name) for name in ("one", "two", "three", "four"))
    issue = compose.edit(make_issue(stories=stories), Edit(order=("three.md", "posts/two", "posts/three.md")))
    assert [story.path for story in issue.stories] == [f"posts/{n}.md" for n in ("three", "two", "one", "four")]


def test_order_refuses_what_is_no_story():
    with pytest.raises(NotFoundError) as caught:
        compose.edit(make_issue(), Edit(order=("posts/one.md", "elsewhere.md")))
    assert caught.value.line() == "elsewhere.md is not a story of this issue; 'publisher issue show' lists them"


def test_a_new_selection_keeps_the_words_of_the_editor():
    issue = compose.edit(make_issue(), Edit(subject="My own"))
    choice = selection("Fresh")
    after = compose.reselected(issue, choice, whole(choice), ["a"], ["b"], letter())
    assert (after.subject, after.preheader) == ("My own", "Fresh")
    assert (after.pinned, after.excluded, [s.title for s in after.stories]) == (("a",), ("b",), ["Fresh"])
    assert [item.path for item in after.left_out] == ["posts/out.md"]
    assert compose.edit(after, Edit()).revision == issue.revision + 1


# ---- what an editor means


ARTICLES = [
    make_article("openai"),
    make_article("ai", path="notes/ai.md", guid="g-ai", url="https://example.org/notes/ai/"),
    make_article("bundle", path="posts/deep/index.md", guid="g-deep", url="https://example.org/deep/"),
    make_article("one", path="posts/2025/one.md", guid="g-1", url="u1"),
    make_article("one", path="posts/2024/one.md", guid="g-2", url="u2"),
]


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("posts/openai.md", "posts/openai.md"),
        ("./posts/openai.md", "posts/openai.md"),
        ("openai.md", "posts/openai.md"),
        ("openai", "posts/openai.md"),
        ("ai", "notes/ai.md"),
        ("g-ai", "notes/ai.md"),
        ("https://example.org/notes/ai/", "notes/ai.md"),
        ("deep", "posts/deep/index.md"),
        ("posts/deep", "posts/deep/index.md"),
        ("deep/index.md", "posts/deep/index.md"),
        ("2025/one", "posts/2025/one.md"),
    ],
)
def test_an_article_is_found_by_its_names(reference, path):
    assert compose.find(ARTICLES, reference).path == path


@pytest.mark.parametrize("reference", ["pen", "enai", "i.md", "", "./", "posts", "nothing", "*"])
def test_a_part_of_a_name_is_no_name(reference):
    with pytest.raises(NotFoundError) as caught:
        compose.find(ARTICLES, reference)
    assert (
        caught.value.line() == f"no article {reference}; 'publisher articles' lists them; paths start at content.path"
    )


def test_a_name_of_several_is_asked_back():
    with pytest.raises(NotFoundError) as caught:
        compose.find(ARTICLES, "one")
    assert (
        caught.value.line()
        == "one may mean several articles: posts/2024/one.md, posts/2025/one.md; write the whole path"
    )


def test_a_story_whose_file_is_gone_can_still_be_taken_out():
    issue = make_issue(stories=(make_story("gone"),))
    assert compose.drop(issue, ARTICLES, "gone") == "posts/gone.md"
    assert compose.drop(issue, ARTICLES, "openai") == "posts/openai.md"
    with pytest.raises(NotFoundError):
        compose.drop(issue, ARTICLES, "never")
