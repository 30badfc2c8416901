from dataclasses import replace

import pytest
from digest.sample import html, make_config, studio, text, tideline

from publisher.digest import render
from publisher.digest.edition import Wish


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def make(config, issue, wish):
    return render.editions(issue, [wish], studio(config)).get(wish.key)


def test_a_subject_names_only_stories_of_its_own_edition(config):
    issue = tideline(own_subject=False, own_preheader=False)
    mine = make(config, issue, Wish(topics=("chips",)))
    titles = {story.title for story in mine.stories}
    best = next(story.title for story in issue.stories if story.title in titles)
    assert mine.subject.endswith(best)
    assert all(title in titles for title in mine.preheader.split(" · "))


def test_an_editors_subject_stands_in_every_edition(config):
    assert make(config, tideline(subject="By hand"), Wish(topics=("chips",))).subject == "By hand"


def test_an_empty_edition_is_none_or_a_note_as_the_newsletter_says(config):
    nobody = Wish(topics=("sports",))
    assert make(config, tideline(), nobody) is None
    made = studio(config)
    note = replace(made, newsletter=made.newsletter.model_copy(update={"empty": "send_note"}))
    (sent,) = render.editions(tideline(own_subject=False), [nobody], note).values()
    assert sent.stories == ()
    for part in (html(sent), text(sent)):
        assert "Nothing new on your topics this time." in " ".join(part.split())
        assert "Until next time" in part
        assert "0 " not in part.partition("Nothing new on")[0].rpartition("2025")[2]
