"""Keys that are one slip away from a known one are told; words of their own are not."""

from __future__ import annotations

import pytest
from content.shelf import HEAD, complaints, read
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import slips
from publisher.content.rules import SOURCES
from publisher.content.slips import WATCHED, meant


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("daft", "draft"),
        ("darft", "draft"),
        ("drafft", "draft"),
        ("draf", "draft"),
        ("draft_", "draft"),
        ("xdraft", "draft"),
        ("tile", "title"),
        ("titel", "title"),
        ("dat", "date"),
        ("daet", "date"),
        ("sumary", "summary"),
        ("descripton", "description"),
        ("featured-image", "featured_image"),
        ("main_topic", "main_topics"),
        ("catagories", "categories"),
        ("lastmd", "lastmod"),
        ("expirydat", "expiryDate"),
        ("languge", "language"),
        ("permalnk", "permalink"),
        ("wieght", "weight"),
        ("tgas", "tags"),
    ],
)
def test_a_slip(key: str, known: str):
    assert meant(key) == known


@pytest.mark.parametrize(
    "key", ["data", "dates", "late", "gate", "tag s", "bags", "slag", "layout", "type", "mage", "height", "x", ""]
)
def test_a_word_of_its_own(key: str):
    assert meant(key) == ""


@pytest.mark.parametrize("key", sorted({*WATCHED, *(key.lower() for key in SOURCES.known), *slips._HONEST}))
def test_no_known_key_is_a_slip(key: str):
    if key.lower() in slips._LOWER or key in slips._HONEST:
        assert meant(key.lower()) == ""
    parsed = read(f"{HEAD}{key.partition('.')[0]}: ''\n---\nText.")
    assert not [problem for problem in parsed.problems if problem.code == "key-unknown"]


@given(st.sampled_from(sorted(WATCHED)), st.data())
def test_a_letter_too_few_is_told_unless_it_makes_another_word(known: str, data: st.DataObject):
    place = data.draw(st.integers(0, len(known) - 1))
    key = (known[:place] + known[place + 1 :]).lower()
    assert meant(key) in WATCHED or key in slips._HONEST or key in slips._LOWER


@given(st.text(max_size=12))
def test_any_key_has_an_answer(key: str):
    assert meant(key) in {"", *WATCHED}


def test_a_slip_is_told_with_its_line_where_the_field_is_missing():
    assert complaints(read(f"{HEAD}daft: true\n---\nText.")) == [":4: warning: 'daft' is no known key; write draft"]
    assert complaints(read(f"{HEAD}Daft: true\n---\nText.")) == [":4: warning: 'Daft' is no known key; write draft"]
    assert complaints(read(f"{HEAD}draft: false\ndaft: true\n---\nText.")) == []
    assert complaints(read("---\ntitel: One\ndate: 2025-06-30\n---\nText."))[-1] == (
        ":2: warning: 'titel' is no known key; write title"
    )
