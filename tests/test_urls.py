from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import urls


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("A B, c", "a-b-c"),
        ("R&D <x>", "rd-x"),
        ("A & B", "a-b"),
        ("a - b", "a-b"),
        ("C#", "c#"),
        ("2016--a_-_b", "2016--a_-_b"),
        ("产业 生态", "产业-生态"),
        ("AI/ML", "ai-ml"),
        (".NET", "net"),
        ("Cafe\u0301", "café"),
        ("中" * 100, "中" * 66),
    ],
)
def test_slug_as_hugo(name: str, slug: str):
    assert urls.slug(name) == slug


@pytest.mark.parametrize("name", ["", "🚀", "..", ".", "？", "\ud800"])
def test_a_name_of_which_nothing_is_left_gets_a_hash(name: str):
    assert urls.slug(name).startswith("x")
    assert urls.slug(name) not in {urls.slug("🚀🚀"), ""}


@given(st.text(max_size=300))
def test_slug_is_idempotent_and_fits_into_a_folder(name: str):
    slug = urls.slug(name)
    assert urls.slug(slug) == slug
    assert "/" not in slug
    assert slug not in {"", ".", ".."}
    assert len(slug.encode()) <= 200


def test_path_slug():
    assert urls.path_slug("A B, c/D//e") == "a-b-c/d/e"
    assert urls.path_slug("a & b/🚀/ c") == "a--b/-c"


@pytest.mark.parametrize(
    ("name", "segment"),
    [("plain-name_1.2", "plain-name_1.2"), ("A  B, c", "a-b-c"), ("a - b", "a-b"), (".NET", ".net"), ("x%2Fy", "x%2fy"), ("100%", "100"), ("Cafe\u0301", "cafe\u0301"), ("İΣ", "iσ"), ("🚀", ""), ("a\\b", "a\\b")],
)  # fmt: skip
def test_a_segment_as_hugo(name: str, segment: str):
    assert urls.segment(name) == segment


@pytest.mark.parametrize(
    ("path", "escaped"),
    [("/a(b)/%7E", "/a(b)/%7E"), ("/(b) %7E", "/%28b%29%20~"), ("/a[b]", "/a[b]"), ("/100%", "/100%25"), ("/\ud800", "/%3F")],
)  # fmt: skip
def test_a_path_is_escaped_as_go_does(path: str, escaped: str):
    assert urls.escaped(path) == escaped


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/中?q=文#段", "https://example.org/%E4%B8%AD?q=%E6%96%87#%E6%AE%B5"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org/a\n", "https://example.org/a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_encode(url: str, encoded: str):
    assert urls.encode(url) == encoded


@given(st.text(max_size=60))
def test_encode_gives_ascii_that_stays_as_it_is(path: str):
    encoded = urls.encode("https://example.org/" + path)
    assert encoded.isascii()
    assert urls.encode(encoded) == encoded


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("/a b.png", "https://example.org/a%20b.png"),
        ("b.png", "https://example.org/posts/one/b.png"),
        ("../b.png", "https://example.org/posts/b.png"),
        (" https://other.org/x ", "https://other.org/x"),
        ("//cdn.org/x", "https://cdn.org/x"),
        ("#top", "https://example.org/posts/one/#top"),
    ],
)
def test_absolute(reference: str, address: str):
    assert urls.absolute("https://example.org/posts/one/", reference) == address


@pytest.mark.parametrize(
    ("base", "path", "address"),
    [
        ("https://example.org", "/a/", "https://example.org/a/"),
        ("https://example.org/blog/", "a/中", "https://example.org/blog/a/%E4%B8%AD"),
        ("https://example.org", "tags/c#/a?b", "https://example.org/tags/c%23/a%3Fb"),
        ("https://example.org/", "", "https://example.org/"),
    ],
)
def test_join_takes_a_path_and_nothing_else(base: str, path: str, address: str):
    assert urls.join(base, path) == address


def test_authority():
    assert urls.authority("https://News.Example.org:8443/x") == "news.example.org"
    assert urls.authority("nonsense") == "localhost"


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://a.org/", True),
        ("http://a", True),
        ("ftp://a", False),
        ("https:///x", False),
        ("http://[", False),
        ("/a", False),
    ],
)
def test_web(url: str, is_web: bool):
    assert urls.web(url) is is_web
