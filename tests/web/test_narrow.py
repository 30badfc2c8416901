"""Newsletters for some readers: what an expression asks of them."""

import pytest

from publisher.web import leaving, narrow
from subscribers.segments import language


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ()),
        ("language:zh", ("language",)),
        ("not (topic:chips or language:zh) and topic:energy", ("topic", "language")),
        ("has:engaged,name and engaged within 90d", ("engaged", "name")),
    ],
)
def test_what_an_expression_asks(text, asked):
    assert narrow.asked(language.parse(text)) == asked


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "many"}, ("many", "")),
        ({"reason": "other", "note": "moved: away"}, ("other", "moved: away")),
        ({"note": "too many mailshots"}, ("", "too many mailshots")),
        ({}, ("", "")),
    ],
)
def test_a_reason_is_read_back(fields, said):
    assert leaving.said(leaving.reason(fields)) == said
