from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import limit
from publisher.content.limit import Excess


@pytest.mark.parametrize(
    ("text", "excess"),
    [
        ("", None),
        ("> " * 200 + "x", None),
        ("a\n" * 3 + "> " * 201, Excess("quotes are nested more than 200 deep", "remove the surplus >", 4)),
        ("a > b\n" * 201, None),
        ("|a|b|\n" * 1000, None),
        ("|a|\n|" + "b|" * 999 + "\n" + "|c|\n" * 199, Excess("a table has more than 200000 cells", "split it", 2)),
        ("[a](b)" * 20_000, None),
        ("[a](b)" * 10_000 + "[^1]" * 10_001, Excess("the text has more than 20000 links and footnotes", "split it")),
        ("x" * (limit.MAX_SOURCE + 1), Excess("the text has more than 512 KiB", "split it", 1)),
    ],
)
def test_excess(text: str, excess: Excess | None):
    assert limit.excess(text) == excess


def test_many_definitions():
    assert not limit.many_definitions("a: b\n" * 1001)
    assert not limit.many_definitions(": b\n" * 1000)
    assert limit.many_definitions("> : b\n" * 1001)


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ("<b>" * 200, None),
        ("<b>" * 201, 600),
        ("<p>" * 999, None),
        ("<p class=x>" * 999, None),
        ("<b>x</b>" * 999, None),
        ("</b>" * 9 + "<b></i>" * 201, 36 + 1400),
    ],
)
def test_too_deep(html: str, place: int | None):
    assert limit.too_deep(html) == place


@given(st.lists(st.sampled_from(["<b>", "</b>", "<p>", "<li >", "<i>x</i>", "<", "</", "<br />", "x"]), max_size=60))
def test_the_quick_answer_is_the_slow_one(pieces: list[str]):
    html = "".join(pieces) * 20
    depth = deepest = 0
    for tag in limit.TAG.finditer(html):
        if tag[2] in {"b", "i"}:
            depth = depth - 1 if tag[1] else depth + 1
            deepest = max(deepest, depth)
    if limit.too_deep(html) is None:
        assert deepest <= limit.MAX_DEPTH
