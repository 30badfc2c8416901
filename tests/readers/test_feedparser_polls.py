"""feedparser polls, and what every coding and HEAD tell beside it."""

from __future__ import annotations

import gzip
import urllib.request

import brotli
from journeys.walk import ask
from readers.clients import Aggregator
from readers.newsstand import Newsstand, live

PLAIN = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
WISHES = ("", "identity", "gzip", "br", "gzip, deflate, br, zstd", "gzip;q=0, br;q=0", "*", "deflate")
SHARED = ("ETag", "Last-Modified", "Content-Type", "Content-Encoding", "Content-Length", "Cache-Control", "Vary")


def test_feedparser_gets_all_then_nothing_then_what_is_new(stand: Newsstand):
    for form in ("rss.xml", "atom.xml", "feed.json"):
        _every_coding_and_head_tell_the_same(stand.url(form))
    assert {each.sent for each in stand.proxy.taken() if each.method == "HEAD"} == {0}
    live(stand, Aggregator([stand.url("rss.xml"), stand.url("atom.xml")]), in_place=True)


def _every_coding_and_head_tell_the_same(url: str) -> None:
    bodies, tags = set(), set()
    for wish in WISHES:
        got = ask(url, headers={"Accept-Encoding": wish})
        coding = got.headers["Content-Encoding"] or ""
        assert coding in wish or wish == "*"
        assert "Accept-Encoding" in got.headers["Vary"]
        bodies.add(PLAIN[coding](got.body))
        tags.add(got.headers["ETag"])
        request = urllib.request.Request(url, headers={"Accept-Encoding": wish}, method="HEAD")
        with urllib.request.urlopen(request, timeout=20) as head:
            assert {name: head.headers[name] for name in SHARED} == {name: got.headers[name] for name in SHARED}
    assert len(bodies) == len(tags) == 1, url
