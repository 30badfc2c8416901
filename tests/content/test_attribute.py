from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from publisher.content import attribute
from publisher.content.attribute import page
from publisher.urls import absolute

PAGE = page("https://example.org/posts/%E4%B8%AD/", "a1-")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("href", "#fn-1", f"{PAGE.url}#a1-fn-1"),
        ("href", "#fnref-中", f"{PAGE.url}#a1-fnref-%E4%B8%AD"),
        ("href", "#part", f"{PAGE.url}#part"),
        ("href", "https://x.org/a?b#c", "https://x.org/a?b#c"),
        ("href", "/a%20b/c.png", "https://example.org/a%20b/c.png"),
        ("href", "/a/../b", "https://example.org/b"),
        ("src", "c d.png", f"{PAGE.url}c%20d.png"),
        ("src", "c.png", f"{PAGE.url}c.png"),
        ("href", "../c", "https://example.org/posts/c"),
        ("href", "javascript:x", None),
        ("href", "http://[中", None),
        ("href", "mailto:a@b.org", "mailto:a@b.org"),
        ("srcset", "a.png 1x, javascript:x 2x", f"{PAGE.url}a.png 1x"),
        ("srcset", "data:x", None),
        ("class", "footnote-ref", "footnote-ref"),
        ("class", "a language-py", "language-py"),
        ("class", "a", None),
        ("id", " a  b ", "a1-a-b"),
        ("id", "  ", None),
        ("title", "a\n b", "a b"),
    ],
)
def test_kept(name: str, value: str, kept: str | None):
    assert attribute.kept(PAGE, name, value) == kept


@pytest.mark.parametrize(
    ("url", "origin", "folder", "notes"),
    [
        ("https://x.org/a/b", "https://x.org", "https://x.org/a/", "https://x.org/a/b#p-"),
        ("https://x.org:81/", "https://x.org:81", "https://x.org:81/", "https://x.org:81/#p-"),
        ("https://x.org/a//b", "", "", ""),
        ("https://x.org/a/../b", "", "", ""),
        ("https://x.org/a?b", "", "", ""),
        ("https://x.org/中", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_what_is_plain_of_a_page(url: str, origin: str, folder: str, notes: str):
    made = page(url, "p-")
    assert (made.origin, made.folder, made.notes) == (origin, folder, notes)


def test_a_prefix_that_is_not_plain_is_encoded():
    made = page("https://x.org/", "中-")
    assert (made.notes, attribute.kept(made, "href", "#fn-1")) == ("", "https://x.org/#%E4%B8%AD-fn-1")


@given(
    st.sampled_from(["https://example.org/a/b/", "https://example.org/a/b", "http://x.org/", "https://x.org/a?b=/c"]),
    st.text(alphabet="ab/.:%20?#;~@ 中&=", max_size=12),
)
def test_the_quick_way_gives_what_the_slow_one_does(base: str, value: str):
    assume(not value.strip().startswith("#"))
    kept = attribute.kept(page(base, "p-"), "href", value)
    try:
        slow = absolute(base, value)
    except ValueError:
        slow = ""
    if slow.partition(":")[0] in attribute.SCHEMES:
        assert kept == slow
    else:
        assert kept is None
