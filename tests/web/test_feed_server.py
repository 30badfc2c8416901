"""Answers of the feed server, header by header."""

from __future__ import annotations

import gzip
from datetime import timedelta
from email.utils import format_datetime

import brotli
import pytest
from web.feed_folder import MODIFIED, RSS, TAG, Folder

AT = format_datetime(MODIFIED, usegmt=True)
EARLY = format_datetime(MODIFIED - timedelta(days=1), usegmt=True)
LATER = format_datetime(MODIFIED + timedelta(days=1), usegmt=True)
SELF = '<https://news.example.org/feeds/rss.xml>; rel="self"'
HUBS = '<https://hub.example.org/>; rel="hub", <https://hub2.example.org/?a=1>; rel="hub"'


@pytest.fixture
def folder(tmp_path):
    made = Folder(
        tmp_path,
        moves={
            "/index.xml": "/feeds/rss.xml",
            "/tags/*/index.xml": "/feeds/tags/*/rss.xml",
            "/old": "https://x.example/",
        },
    )
    made.build(
        {
            "feeds/rss.xml": RSS,
            "feeds/feed.json": b"{}",
            "feeds/index.html": b"<p>",
            "feeds/index.opml": b"<opml/>",
            "feeds/feeds.css": b"p{}",
            "feeds/archive/2025-06.rss.xml": b"<rss></rss>",
            "feeds/topics/算力/rss.xml": b"<rss></rss>",
            "feeds/topics/算力/index.html": b"<h1>",
            "feeds/topics/archive/atom.xml": b"<feed></feed>",
        }
    )
    return made


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "encoding"),
    [
        ({}, None),
        ({"accept_encoding": "gzip"}, "gzip"),
        ({"accept_encoding": "x-gzip"}, "gzip"),
        ({"accept_encoding": "gzip, br"}, "br"),
        ({"accept_encoding": "br;q=0.1, gzip"}, "gzip"),
        ({"accept_encoding": "deflate"}, None),
        ({"accept_encoding": "identity;q=0"}, None),
        ({"range": "bytes=0-3"}, None),
        ({"if_none_match": '"x"'}, None),
        ({"if_none_match": '"xyz' + TAG[1:]}, None),
        ({"if_none_match": "", "if_modified_since": LATER}, None),
        ({"if_modified_since": EARLY}, None),
        ({"if_modified_since": "yesterday"}, None),
        ({"if_match": "*"}, None),
        ({"if_unmodified_since": AT}, None),
    ],
)
def test_the_document_comes_in_the_coding_asked_for(folder, method, headers, encoding):
    answer = folder.ask(method, **headers)
    length = {None: len(RSS), "gzip": len(gzip.compress(RSS, mtime=0)), "br": len(brotli.compress(RSS))}[encoding]
    assert (answer.status_code, answer.content) == (200, RSS if method == "GET" else b"")
    assert dict(answer.headers) == {
        "etag": f"W/{TAG}",
        "last-modified": AT,
        "cache-control": "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400",
        "vary": "Accept-Encoding",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Link",
        "link": f"{HUBS}, {SELF}",
        "content-type": "application/rss+xml; charset=utf-8",
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
        "content-length": str(length),
    } | ({"content-encoding": encoding} if encoding else {})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {"if_none_match": f"W/{TAG}"},
        {"if_none_match": TAG},
        {"if_none_match": f'"x", W/{TAG}'},
        {"if_none_match": "*"},
        {"if_modified_since": AT},
        {"if_modified_since": LATER},
        {"if_none_match": TAG, "if_modified_since": EARLY},
        {"if_none_match": TAG, "accept_encoding": "br"},
    ],
)
def test_what_the_client_has_is_not_sent_again(folder, method, headers):
    answer = folder.ask(method, **headers)
    assert (answer.status_code, answer.content) == (304, b"")
    assert set(answer.headers) == {
        "etag",
        "last-modified",
        "cache-control",
        "vary",
        "link",
        "access-control-allow-origin",
        "access-control-expose-headers",
    }
    assert answer.headers["link"] == f"{HUBS}, {SELF}"


@pytest.mark.parametrize("headers", [{"if_match": TAG}, {"if_unmodified_since": EARLY}])
def test_a_condition_that_fails(folder, headers):
    answer = folder.get(**headers)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (412, b"", f"W/{TAG}")


def test_several_header_lines_are_one_list(folder):
    same = folder.client.get("/feeds/rss.xml", headers=[("if-none-match", '"x"'), ("if-none-match", TAG)])
    assert same.status_code == 304
    answer = folder.client.get("/feeds/rss.xml", headers=[("accept-encoding", "deflate"), ("accept-encoding", "gzip")])
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("path", "media_type", "linked"),
    [
        ("feeds/feed.json", "application/feed+json", True),
        ("feeds/topics/archive/atom.xml", "application/atom+xml; charset=utf-8", True),
        ("feeds/archive/2025-06.rss.xml", "application/rss+xml; charset=utf-8", False),
        ("feeds/index.opml", "text/x-opml; charset=utf-8", False),
        ("feeds/index.html", "text/html; charset=utf-8", False),
        ("feeds/feeds.css", "text/css; charset=utf-8", False),
    ],
)
def test_types_and_what_readers_subscribe_to(folder, path, media_type, linked):
    answer = folder.get(f"/{path}")
    assert answer.headers["content-type"] == media_type
    assert ("link" in answer.headers) is linked
    page = "'self'" if path.endswith(".html") else "'none'"
    assert answer.headers["content-security-policy"] == f"default-src {page}"


def test_what_no_coding_makes_shorter_is_sent_plain(folder):
    answer = folder.get("/feeds/feed.json", accept_encoding="gzip, br")
    assert (answer.content, answer.headers.get("content-encoding")) == (b"{}", None)


@pytest.mark.parametrize("packed", [True, False])
def test_a_build_without_compressed_files_is_compressed_here(tmp_path, packed):
    made = Folder(tmp_path)
    made.build({"feeds/rss.xml": RSS, "feeds/feed.json": b"{}"}, packed=packed)
    answer = made.get(accept_encoding="gzip")
    assert (answer.content, answer.headers["content-encoding"]) == (RSS, "gzip")
    assert int(answer.headers["content-length"]) < len(RSS) / 10
    for _ in range(2):
        assert "content-encoding" not in made.get("/feeds/feed.json", accept_encoding="gzip").headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/feeds/rss.xml", "/feeds", "/index.xml"])
def test_other_methods_are_refused(folder, method, path):
    folder.get()
    answer = folder.ask(method, path, if_none_match="*")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "GET, HEAD, OPTIONS", b"")


@pytest.mark.parametrize("path", ["/feeds/rss.xml", "/feeds", "/index.xml"])
def test_a_program_in_a_browser_may_ask(folder, path):
    folder.get()
    asked = folder.ask("OPTIONS", path, origin="https://reader.example", access_control_request_method="GET")
    assert (asked.status_code, asked.content) == (204, b"")
    assert "content-length" not in asked.headers
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]


def test_paths(folder):
    assert folder.get("/feeds/topics/%E7%AE%97%E5%8A%9B/rss.xml").content == b"<rss></rss>"
    assert "%E7%AE%97%E5%8A%9B/rss.xml" in folder.get("/feeds/topics/算力/rss.xml").headers["link"]
    assert folder.get("/feeds/").content == folder.get("/feeds/index.html").content == b"<p>"
    assert folder.get("/feeds/topics/算力/").content == b"<h1>"
    for path in (
        "/feeds/none.xml",
        "/feeds/manifest.json",
        "/feeds/rss.xml.gz",
        "/feeds/../feeds/manifest.json",
        "/feedsx",
        "/feeds/topics",
        "/",
        "/feeds/rss.xml/",
        "/feeds/" + "X" * 9000,
        "/FEEDS/rss.xml",
    ):
        assert folder.get(path).text == "beyond", path
    assert folder.get("/feeds/rss.xml?utm_source=x").status_code == 200


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/feeds", "feeds/"),
        ("/feeds/topics/算力", "../../feeds/topics/%E7%AE%97%E5%8A%9B/"),
        ("/feeds/RSS.xml", "../feeds/rss.xml"),
        ("/feeds/Topics/Archive/ATOM.XML", "../../../feeds/topics/archive/atom.xml"),
        ("/index.xml", "feeds/rss.xml"),
        ("/index.xml?x=1", "feeds/rss.xml"),
        ("/tags/c%23/index.xml", "../../feeds/tags/c%23/rss.xml"),
        ("/tags/算力/index.xml", "../../feeds/tags/%E7%AE%97%E5%8A%9B/rss.xml"),
        ("/old", "https://x.example/"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_readers_are_sent_to_where_a_feed_is(folder, method, path, place):
    folder.get()
    answer = folder.ask(method, path, host="evil.example")
    assert (answer.status_code, answer.headers["location"], answer.content) == (301, place, b"")
    assert answer.headers["cache-control"].startswith("public, max-age=900")


def test_a_path_in_another_normal_form_leads_to_ours(tmp_path):
    made = Folder(tmp_path)
    made.build({"feeds/tags/caf\u00e9/rss.xml": b"<rss></rss>"})
    answer = made.get("/feeds/tags/Cafe%CC%81/rss.xml")
    assert (answer.status_code, answer.headers["location"]) == (301, "../../../feeds/tags/caf%C3%A9/rss.xml")
    assert made.client.get("/feeds/tags/Cafe%CC%81/rss.xml", follow_redirects=True).status_code == 200


def test_who_moves_a_feed_that_is_still_built_means_it(tmp_path):
    made = Folder(tmp_path, moves={"/feeds/tags/*/rss.xml": "/feeds/rss.xml"})
    made.build({"feeds/rss.xml": RSS, "feeds/tags/a/rss.xml": b"<rss></rss>"})
    assert made.get("/feeds/tags/a/rss.xml").headers["location"] == "../../../feeds/rss.xml"


def test_what_is_no_request_is_handed_on(tmp_path):
    import asyncio

    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    made = Folder(tmp_path)
    made.server._app = app
    asyncio.run(made.server({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
