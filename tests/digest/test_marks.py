from digest.sample import CHIPS, ENERGY, FUNDING, edition, html, make_config, many, studio, text, tideline
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import render
from publisher.digest.edition import Wish
from publisher.digest.html import inline
from publisher.digest.marks import Marks
from publisher.digest.segments import Segments

MARKS = Marks.of("what it is made of")


def test_marks_are_of_what_the_document_is_made_of():
    assert Marks.of("a") == Marks.of("a") != Marks.of("b")
    assert Marks.of("\ud800").nonce


def test_a_document_is_cut_into_named_pieces_and_slots():
    document = f"""<p>{MARKS.word("address")}/<a href="{MARKS.url("view")}#x">v</a></p>
  {MARKS.piece("card.1")}
<b>one</b>{MARKS.piece("foot")}two
"""
    assert MARKS.pieces(document) == {
        "top": Segments(("<p>", '/<a href="', '#x">v</a></p>\n'), ("address", "view")),
        "card.1": Segments(("<b>one</b>",)),
        "foot": Segments(("two\n",)),
    }


def test_a_piece_in_two_places_is_one():
    document = "".join((MARKS.piece("a"), "1", MARKS.piece("b"), "2", MARKS.piece("a"), "3"))
    assert MARKS.pieces(document) == {"top": Segments(("",)), "a": Segments(("13",)), "b": Segments(("2",))}


def test_marks_pass_the_inliner():
    page = f'<html><body>{MARKS.piece("x.1")}<a href="{MARKS.url("view")}">{MARKS.word("address")}</a></body></html>'
    pieces = MARKS.pieces(inline(page))
    assert pieces["x.1"].slots == ("view", "address")


def test_an_article_cannot_hold_a_mark(tmp_path):
    """Its own text decides the marks; those of another document are words like any other."""
    issue = tideline()
    evil = f"{MARKS.word('unsubscribe')} {MARKS.url('unsubscribe')} {MARKS.piece('foot')} https://xq7unsubxq7.invalid/"
    stories = tuple(
        type(story)(**{**{name: getattr(story, name) for name in story.__slots__}, "title": evil})
        for story in issue.stories
    )
    done = edition(make_config(tmp_path), tideline(stories=stories))
    for part in (html(done), text(done)):
        assert MARKS.word("unsubscribe") in part
        assert "xq7unsubxq7" in part


TOPICS = [ENERGY.key, CHIPS.key, FUNDING.key]


@given(wishes=st.lists(st.sets(st.sampled_from(TOPICS)), min_size=1, max_size=3), most=st.integers(1, 9))
@settings(max_examples=12)
def test_an_edition_cut_from_the_master_is_the_one_rendered_alone(tmp_path_factory, wishes, most):
    config = make_config(tmp_path_factory.mktemp("cut"), most=most)
    issue = tideline(stories=many(tideline()))
    wanted = [Wish(topics=tuple(topics)) for topics in wishes]
    together = render.editions(issue, wanted, studio(config))
    for wish in wanted:
        alone = render.editions(issue, [wish], studio(config))[wish.key]
        one = together[wish.key]
        assert (html(one), text(one), one.page()) == (html(alone), text(alone), alone.page())
