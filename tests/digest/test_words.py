from dataclasses import replace

import pytest
from digest.sample import html, make_config, studio, text, tideline

from publisher.digest import render
from publisher.digest.edition import Wish
from publisher.errors import TemplateError
from publisher.templates import Templates


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


def test_a_sites_own_words_are_two_lines(config, tmp_path):
    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "words.txt").write_text("{{ count }} stories")
    mine = replace(studio(config), templates=Templates(own.parent))
    with pytest.raises(TemplateError, match=r"digest/words.txt: it writes 1 lines"):
        render.editions(tideline(), [Wish()], mine)


@pytest.mark.parametrize(
    ("name", "text", "fix"),
    [
        (
            "digest.html",
            '{% extends "shipped/digest/digest.html" %}{% block stories %}{% endblock %}',
            "before each card",
        ),
        (
            "digest.txt",
            '{% extends "shipped/digest/digest.txt" %}{% block stories %}{% endblock %}',
            "before each card",
        ),
        (
            "digest.txt",
            "{% for heading in headings %}{{ piece(heading.piece) }}{% endfor %}{% for card in cards %}{{ piece(card.piece) }}{% endfor %}",
            "before the footer",
        ),
    ],
)
def test_a_template_that_lets_a_piece_fall_is_told(config, tmp_path, name, text, fix):
    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / name).write_text(text)
    mine = replace(studio(config), templates=Templates(own.parent))
    with pytest.raises(TemplateError) as caught:
        render.editions(tideline(), [Wish()], mine)
    assert fix in caught.value.hint


def test_a_sites_own_footer_stays_in_the_mail(config, tmp_path):
    own = tmp_path / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "digest.txt").write_text(
        '{% extends "shipped/digest/digest.txt" %}{% block footer %}Leave: {{ unsubscribe }}\n{% endblock %}'
    )
    mine = replace(studio(config), templates=Templates(own.parent))
    (done,) = render.editions(tideline(), [Wish()], mine).values()
    assert "Leave: https://news.tideline.example/u/" in text(done)


def test_a_name_glued_to_other_words_stays_whole(config):
    intro = f"{'a' * 57}/{{name|you}}/b says hello to {{name}}{{name}}."
    (done,) = render.editions(tideline(intro=intro), [Wish()], studio(config)).values()
    for part in (html(done), text(done)):
        assert ".invalid" not in part
        assert "/陈读者/b" in part
        assert "陈读者." in part
