import re

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import segments
from publisher.digest.segments import Segments

NAMES = ["a", "b", "c"]
TEXTS = st.text(alphabet="xy<>&é\n", max_size=6)


@st.composite
def cut_texts(draw):
    slots = draw(st.lists(st.sampled_from(NAMES), max_size=4))
    return Segments(tuple(draw(TEXTS) for _ in range(len(slots) + 1)), tuple(slots))


VALUES = {"a": "<1>", "b": "", "c": "3&"}


def test_a_text_is_cut_at_its_marks():
    assert segments.cut("x[a]y[b]", re.compile(r"\[(?P<name>\w)\]")) == Segments(("x", "y", ""), ("a", "b"))
    assert segments.cut("", re.compile(r"\[(?P<name>\w)\]")) == Segments(("",), ())


def test_values_are_escaped_for_their_place():
    assert (
        Segments(("<p>", "</p>"), ("a",)).fill({"a": "<\"'&>"}, segments.escaped) == "<p>&lt;&quot;&#x27;&amp;&gt;</p>"
    )


@given(st.lists(cut_texts(), max_size=4))
@settings(max_examples=60)
def test_joining_and_filling_is_filling_and_joining(parts):
    joined = segments.join((part, {}) for part in parts)
    assert joined.fill(VALUES) == "".join(part.fill(VALUES) for part in parts)
    assert len(joined.static) == len(joined.slots) + 1


@given(cut_texts(), cut_texts())
@settings(max_examples=60)
def test_what_is_known_is_put_in_and_the_rest_stays_a_slot(part, inner):
    joined = segments.join([(part, {"a": "<1>", "b": inner})])
    assert joined.fill(VALUES) == part.fill(VALUES | {"b": inner.fill(VALUES)})
    assert "a" not in joined.slots or "a" in inner.slots


@given(cut_texts())
@settings(max_examples=60)
def test_what_is_stored_comes_back(part):
    assert segments.unlisted(segments.listed(part)) == part


MARKED = Segments(
    ("1<!--mail-->2", "3<!--personal-->4", "<!--/personal-->5<!--/mail-->6<!--page-->7", "<!--/page-->8"),
    ("a", "b", "c"),
)


def test_stretches_of_other_kinds_go_with_their_slots():
    kept = segments.keep(MARKED, frozenset({"mail"}))
    assert kept == Segments(
        (
            "12",
            "3568",
        ),
        ("a",),
    )
    assert segments.keep(MARKED, frozenset({"page"})) == Segments(("167", "8"), ("c",))
    assert segments.keep(MARKED, frozenset({"mail", "page", "personal"})) == Segments(
        ("12", "34", "567", "8"), ("a", "b", "c")
    )
    assert segments.keep(MARKED, frozenset()) == Segments(("168",), ())


def test_an_end_without_its_beginning_ends_nothing():
    assert segments.keep(Segments(("a<!--/mail-->b<!--other-->",)), frozenset()) == Segments(("ab<!--other-->",))


def test_stretches_of_one_kind_may_stand_in_each_other():
    text = Segments(("<!--mail-->1<!--page-->2<!--mail-->3<!--/mail-->4<!--/page-->5<!--/mail-->6",))
    assert segments.keep(text, frozenset({"mail"})).static == ("156",)


def test_words_can_be_taken_out():
    assert segments.without(Segments(("a!b", "!"), ("x",)), "!") == Segments(("ab", ""), ("x",))
