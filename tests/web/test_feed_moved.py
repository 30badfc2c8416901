"""Where old paths lead."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import moved as written
from publisher.web.moved import LONGEST, location, moves, place

KNOWN = moves(
    written.read(
        {
            "/index.xml": "/feeds/rss.xml",
            "/tags/*/index.xml": "/feeds/tags/*/rss.xml",
            "/tags/all/index.xml": "/feeds/atom.xml",
            "/tags/*/atom.xml": "/feeds/rss.xml",
            "/*/feed": "https://new.example/*/rss.xml?x=1",
            "/%E7%AE%97/x": "/feeds/topics/算/rss.xml",
            "/home": "/",
        }
    )
)


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/index.xml", "/feeds/rss.xml"),
        ("/tags/ai/index.xml", "/feeds/tags/ai/rss.xml"),
        ("/tags/all/index.xml", "/feeds/atom.xml"),
        ("/tags/ai/atom.xml", "/feeds/rss.xml"),
        ("/tags/a b&c/index.xml", "/feeds/tags/a%20b%26c/rss.xml"),
        ("/tags/*/index.xml", "/feeds/tags/%2A/rss.xml"),
        ("/x\r\ny/feed", "https://new.example/x%0D%0Ay/rss.xml?x=1"),
        ("/算/x", "/feeds/topics/%E7%AE%97/rss.xml"),
        ("/tags//index.xml", None),
        ("/tags/a/b/index.xml", None),
        ("/tags/index.xml", None),
        ("/tags/ai/index.xmlx", None),
        ("/index.xml/", None),
        ("/", None),
        ("", None),
        ("/" + "x" * LONGEST + "/feed", None),
    ],
)
def test_places(path, new):
    assert place(KNOWN, path) == new


def test_a_site_that_moved_nothing():
    assert place(moves({}), "/index.xml") is None


@pytest.mark.parametrize(
    ("raw", "new", "expected"),
    [
        (b"/index.xml", "/feeds/rss.xml", b"feeds/rss.xml"),
        (b"/a/b/c", "/feeds/", b"../../feeds/"),
        (b"/a%2Fb/c", "/feeds/", b"../feeds/"),
        (b"/home", "/", b"./"),
        (b"/a/b", "/", b".././"),
        (b"/a/b", "https://x.example/", b"https://x.example/"),
    ],
)
def test_locations(raw, new, expected):
    assert location(raw, new) == expected


@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/"), min_size=1, max_size=20).filter(
        lambda s: s not in {".", ".."}
    )
)
def test_a_reader_behind_any_proxy_finds_the_place(segment):
    found = place(KNOWN, f"/tags/{segment}/index.xml")
    if segment != "all":
        raw = f"/tags/{quote(segment, safe='')}/index.xml"
        for prefix in ("https://x.example", "https://x.example/behind/it"):
            end = urljoin(prefix + raw, location(raw.encode(), found).decode())
            assert unquote(end) == f"{prefix}/feeds/tags/{segment}/rss.xml"


def test_a_pattern_takes_no_place_of_ours():
    known = moves({"/*/atom.xml": "/feeds/topics/*/atom.xml", "/*/": "/feeds/topics/*/"})
    assert place(known, "/tides/atom.xml") == "/feeds/topics/tides/atom.xml"
    for own in ("/feeds/atom.xml", "/archive/", "/u/", "/f/", "/feeds/"):
        assert place(known, own) is None
    exact = moves({"/feeds/old.xml": "/feeds/rss.xml"})
    assert place(exact, "/feeds/old.xml") == "/feeds/rss.xml"
