"""How a feed is served, judged from its headers; and the feeds that a page names."""

from __future__ import annotations

import pytest

from publisher.feeds.lint import headers as lint_headers
from publisher.feeds.lint.discover import Named, feeds
from publisher.feeds.lint.finding import Language

GOOD = {
    "content-type": "application/rss+xml; charset=utf-8",
    "etag": 'W/"abc"',
    "content-encoding": "gzip",
    "link": '<https://hub.example.org/>; rel=hub, <https://a.example/rss.xml>; type="x"; rel="self start"',
}


def judged(language: Language = Language.RSS, encoding: str = "utf-8", hub: bool = True, **changes: str) -> list[str]:
    headers = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    found = lint_headers.rules(headers, language, encoding=encoding, size=20_000, hub=hub)
    return [f"{each.severity} {each.code}" for each in found]


def test_a_well_served_feed_has_no_fault():
    assert judged() == []
    assert judged(etag="", last_modified="Mon, 30 Jun 2025 08:00:00 GMT") == []
    assert judged(link="", hub=False) == []
    assert judged(Language.JSON, content_type="application/feed+json") == []
    assert judged(Language.OPML, content_type="text/xml; charset=UTF8") == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"content_type": ""}, "warning content-type"),
        ({"content_type": "application/xml"}, "warning content-type"),
        ({"content_type": "text/html; charset=utf-8"}, "error content-type"),
        ({"content_type": 'application/rss+xml; charset="ISO-8859-1"'}, "error charset"),
        ({"etag": ""}, "warning validator-missing"),
        ({"etag": "abc"}, "warning etag-form"),
        ({"content_encoding": ""}, "warning gzip-missing"),
        ({"link": ""}, "warning link-header"),
        ({"link": "<https://hub.example.org/>; rel=hub"}, "warning link-header"),
    ],
)
def test_what_is_served_badly_is_told(changes: dict[str, str], expected: str):
    assert judged(**changes) == [expected]


def test_text_xml_without_a_charset():
    assert judged(content_type="text/xml") == ["warning content-type", "warning charset"]


def test_conditions_repeat_the_validators():
    assert lint_headers.conditions(GOOD) == {"if-none-match": 'W/"abc"'}
    assert lint_headers.conditions({"last-modified": "x"}) == {"if-modified-since": "x"}


def test_a_repeated_request_is_judged():
    def said(*, unchanged: bool, same: bool) -> list[str]:
        return [each.code for each in lint_headers.repeated(unchanged=unchanged, same=same)]

    assert said(unchanged=True, same=False) == []
    assert said(unchanged=False, same=True) == ["conditional"]
    assert said(unchanged=False, same=False) == ["unstable"]


def test_a_redirect_is_told():
    for permanent, words in ((True, "leads for good"), (False, "leads for now")):
        assert words in lint_headers.moved("https://a.example/", "https://b.example/", permanent=permanent).message


PAGE = """<!doctype html><head><base href="/blog/"><base href="/other/">
<link rel=stylesheet type=text/css href=a.css>
<LINK REL="alternate" TYPE="application/rss+xml; charset=utf-8" TITLE="All" HREF="rss.xml">
<link rel="alternate home" type="application/atom+xml" href="https://b.example/atom.xml">
<link rel="alternate" type="application/feed+json" href="rss.xml">
<link rel="alternate" type="application/json" href="/wp-json/"><link rel="alternate" type="application/rss+xml">
<link rel="alternate" type="application/rss+xml" href="http://[x">
"""


def test_a_page_names_its_feeds():
    assert feeds(PAGE, "https://a.example/x/") == (
        Named("https://a.example/blog/rss.xml", "All", "RSS"),
        Named("https://b.example/atom.xml", "", "Atom"),
        Named("http://[x", "", "RSS"),
    )
    assert feeds("<base><link rel=alternate type=application/rss+xml href=r>", "https://a.example/x/") == (
        Named("https://a.example/x/r", "", "RSS"),
    )
    assert feeds("", "") == ()
