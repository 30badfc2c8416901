"""feeds.moved, feeds.delta and the title of an extra feed."""

from __future__ import annotations

import pytest

from publisher.config import load
from publisher.config.moved import flaws, read
from publisher.errors import ConfigError

SITE = "site: {title: X, url: https://x.example}\n"


def feeds(tmp_path, text):
    (tmp_path / "config.yaml").write_text(f"{SITE}feeds: {text}\n", encoding="utf-8")
    return load(tmp_path / "config.yaml", {}).feeds


def test_both_are_off_by_default(tmp_path):
    found = feeds(tmp_path, "{}")
    assert (found.moved, found.delta) == ({}, ())


def test_moves_are_read(tmp_path):
    found = feeds(
        tmp_path,
        '{moved: {/index.xml: /feeds/rss.xml, "/tags/*/index.xml": "/feeds/tags/*/rss.xml", '
        "/%E7%AE%97/index.xml: /feeds/topics/算/rss.xml, /b: 'https://例.example/算?x=1'}, delta: [newsboat, python-reader]}",
    )
    assert found.moved == {
        "/index.xml": "/feeds/rss.xml",
        "/tags/*/index.xml": "/feeds/tags/*/rss.xml",
        "/算/index.xml": "/feeds/topics/%E7%AE%97/rss.xml",
        "/b": "https://xn--fsq.example/%E7%AE%97?x=1",
    }
    assert found.delta == ("newsboat", "python-reader")


def test_an_extra_feed_may_have_a_title(tmp_path):
    found = feeds(tmp_path, "{extra: [{name: a, title: 'R&D, ohne Geld'}, {name: b}]}")
    assert [each.title for each in found.extra] == ["R&D, ohne Geld", ""]


PATH = "begin it with one slash, as in /index.xml: /feeds/rss.xml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("index.xml", "/feeds/rss.xml", f"'index.xml' is no path on this server; {PATH}"),
        ("//x/index.xml", "/feeds/rss.xml", f"'//x/index.xml' is no path on this server; {PATH}"),
        ("https://x.example/a", "/b", f"'https://x.example/a' is no path on this server; {PATH}"),
        (
            "/a?feed=rss",
            "/b",
            "'/a?feed=rss' has a ? or #, which addresses of feeds cannot have here; write the path alone",
        ),
        ("/a#b", "/b", "'/a#b' has a ? or #, which addresses of feeds cannot have here; write the path alone"),
        ("/a/../b", "/c", "'/a/../b' has a segment of dots; write the path as readers ask for it"),
        (
            "/a%20b",
            "/c",
            "'/a%20b' has a blank, a backslash or a control character; write the path as readers ask for it",
        ),
        (
            "/a%0d",
            "/c",
            "'/a%0d' has a blank, a backslash or a control character; write the path as readers ask for it",
        ),
        ("/a/*/*", "/c", "'/a/*/*' has more than one * or one beside letters; write one * in place of a whole segment"),
        (
            "/a/*.xml",
            "/c",
            "'/a/*.xml' has more than one * or one beside letters; write one * in place of a whole segment",
        ),
        ("/a%2A", "/c", "'/a%2A' has more than one * or one beside letters; write one * in place of a whole segment"),
        ("/", "/c", "'/' is an address of this server's own pages; write an old path of a feed"),
        ("/*", "/c", "'/*' is an address of this server's own pages; write an old path of a feed"),
        ("/u/*", "/c", "'/u/*' is an address of this server's own pages; write an old path of a feed"),
        ("/%75/x", "/c", "'/%75/x' is an address of this server's own pages; write an old path of a feed"),
        ("/archive/*", "/c", "'/archive/*' is an address of this server's own pages; write an old path of a feed"),
        ("/healthz", "/c", "'/healthz' is an address of this server's own pages; write an old path of a feed"),
        ("/a", "b", f"'b' is no path on this server; {PATH}"),
        ("/a", "//evil.example/", f"'//evil.example/' is no path on this server; {PATH}"),
        ("/a", "ftp://x.example/", f"'ftp://x.example/' is no path on this server; {PATH}"),
        ("/a", "/b/*", "'/b/*' has a * where the old path has none; write a * in both"),
        (
            "/a/*",
            "/b/*/*",
            "'/b/*/*' has more than one * or one beside letters; write one * in place of a whole segment",
        ),
        (
            "/a/*",
            "https://*.example/",
            "'https://*.example/' has a * outside its path, or a #; write an address such as https://example.org/rss.xml",
        ),
        (
            "/a",
            "https://x.example/#b",
            "'https://x.example/#b' has a * outside its path, or a #; write an address such as https://example.org/rss.xml",
        ),
        ("/a", "https://x.example/*", "'https://x.example/*' has a * where the old path has none; write a * in both"),
        ("/a", "/a", "moves to itself; write the place it is at now, or remove the line"),
        ("/a/*", "/a/*", "moves to itself; write the place it is at now, or remove the line"),
        ("/%61", "/a", "moves to itself; write the place it is at now, or remove the line"),
        ("/a/*/c", "/a/b/c", "moves to '/a/b/c', which '/a/*/c' moves again; write the place where it ends"),
    ],
)
def test_a_move_that_cannot_be(old, new, told):
    assert list(flaws({old: new})) == [((old,), told)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/a/*", "/b"),
        ("/a/*", "https://x.example/*/rss.xml?y=1"),
        ("/a", "https://x.example"),
        ("/archive/index.xml", "/feeds/rss.xml"),
        ("/feeds/topics/old/rss.xml", "/feeds/topics/new/rss.xml"),
        ("/feeds/*", "/feeds/"),
        ("/a/%2A", "/b/%2A"),
        ("/a/", "/a"),
    ],
)
def test_a_move_that_can_be(old, new):
    assert not list(flaws({old: new}))
    assert read({old: new})


def test_chains_and_loops_are_told_at_each_end():
    again = "write the place where it ends"
    assert list(flaws({"/a": "/b", "/b": "/a"})) == [
        (("/a",), f"moves to '/b', which '/b' moves again; {again}"),
        (("/b",), f"moves to '/a', which '/a' moves again; {again}"),
    ]
    assert list(flaws({"/x/*": "/y/*", "/y/b": "/feeds/"})) == [
        (("/x/*",), f"moves to '/y/*', which '/y/b' moves again; {again}")
    ]
    assert list(flaws({"/%61": "/c", "/a": "/b"})) == [(("/a",), "is the same path as '/%61'; keep one of them")]


def test_flaws_are_told_with_their_lines(tmp_path):
    with pytest.raises(ConfigError) as error:
        feeds(tmp_path, "\n  moved:\n    /a: b\n    c: /d\n  delta: [newsboat/2]")
    lines = str(error.value).splitlines()
    assert [line.partition("config.yaml:")[2] for line in lines] == [
        f"4: feeds.moved./a: 'b' is no path on this server; {PATH}",
        f"5: feeds.moved.c: 'c' is no path on this server; {PATH}",
        "6: feeds.delta[0]: 'newsboat/2' has a slash; write the name without its version",
    ]
