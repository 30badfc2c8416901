import asyncio
import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from publisher import log
from publisher.feeds.feed import digest
from publisher.web.feeds import CHECK_SECONDS, FeedServer, Served, coding, unchanged

MODIFIED = datetime(2025, 6, 30, 7, 10, 4, tzinfo=UTC)
RSS = b"<rss>" + b"tide " * 400 + b"</rss>"
TYPES = {"xml": "application/rss+xml", "json": "application/feed+json", "html": "text/html", "css": "text/css"}


class Folder:
    """An output folder, a clock that the test moves, and the server over both."""

    def __init__(self, root):
        self.root, self.seconds = root, 100.0
        self.server = FeedServer(
            PlainTextResponse("beyond", status_code=404), output=root, base_url="https://news.example.org", max_age=900, monotonic=lambda: self.seconds,
        )  # fmt: skip
        self.client = TestClient(self.server, follow_redirects=False)
        self.client.headers.clear()

    def build(self, files, modified=MODIFIED):
        documents = {}
        for path, body in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(body)
            kind = TYPES[path.rpartition(".")[2]]
            documents[path] = {
                "hash": digest(body),
                "media_type": kind,
                "modified": f"{modified:%Y-%m-%dT%H:%M:%SZ}",
                "size": len(body),
            }
        self.manifest(json.dumps({"version": "1", "documents": documents}))

    def manifest(self, text):
        """Replaced by a new file, as builds do it."""
        fresh = self.root / "feeds/.part"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.root / "feeds/manifest.json")

    def later(self):
        self.seconds += CHECK_SECONDS
        return self

    def get(self, path="/feeds/rss.xml", **headers):
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    made.build(
        {
            "feeds/rss.xml": RSS,
            "feeds/feed.json": b"{}",
            "feeds/index.html": b"<p>",
            "feeds/topics/算力/rss.xml": b"<rss/>",
        }
    )
    return made


@pytest.fixture
def troubles(monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append(f"{name} {error}"))
    return told


TAG = f'"{digest(RSS)}"'
AT = format_datetime(MODIFIED, usegmt=True)
EARLY = format_datetime(MODIFIED - timedelta(days=1), usegmt=True)
LATER = format_datetime(MODIFIED + timedelta(days=1), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "encoding"),
    [
        ({}, None),
        ({"accept_encoding": "gzip"}, "gzip"),
        ({"accept_encoding": "gzip;q=0, br;q=0"}, None),
        ({"accept_encoding": "gzip, br"}, "br"),
        ({"accept_encoding": "*"}, "br"),
        ({"accept_encoding": ""}, None),
        ({"if_none_match": '"x"'}, None),
        ({"if_none_match": '"x"', "if_modified_since": "Fri, 01 Jan 2100 00:00:00 GMT"}, None),
        ({"if_modified_since": EARLY}, None),
        ({"if_modified_since": "yesterday"}, None),
        ({"accept_encoding": "gzip;q=0.001"}, "gzip"),
        ({"accept_encoding": "br;q=nonsense, gzip"}, "gzip"),
        ({"accept_encoding": "*;q=0"}, None),
        ({"accept_encoding": "br;q=0, *"}, "gzip"),
        ({"accept_encoding": "GZIP , deflate"}, "gzip"),
        ({"if_none_match": digest(RSS)}, None),
        ({"if_none_match": ""}, None),
    ],
)  # fmt: skip
def test_the_document_comes_in_the_coding_asked_for(folder, headers, encoding):
    answer = folder.get(**headers)
    assert (answer.status_code, answer.content, answer.headers.get("content-encoding")) == (200, RSS, encoding)
    assert answer.headers["etag"] == f"W/{TAG}"
    assert answer.headers["last-modified"] == AT
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400"
    assert answer.headers["link"] == "<https://news.example.org/feeds/rss.xml>; rel=self"
    assert "set-cookie" not in answer.headers


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
    answer = folder.client.request(
        method, "/feeds/rss.xml", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert name in answer.headers
    assert "content-type" not in answer.headers


def test_several_header_lines_are_one_list(folder):
    assert (
        folder.client.get("/feeds/rss.xml", headers=[("if-none-match", '"x"'), ("if-none-match", TAG)]).status_code
        == 304
    )
    answer = folder.client.get("/feeds/rss.xml", headers=[("accept-encoding", "deflate"), ("accept-encoding", "gzip")])
    assert answer.headers["content-encoding"] == "gzip"


def test_head_has_the_headers_of_get_and_no_body(folder):
    for accept in ("", "br", "gzip"):
        get, head = (
            folder.get(accept_encoding=accept),
            folder.client.head("/feeds/rss.xml", headers={"accept-encoding": accept}),
        )
        assert head.content == b""
        assert head.headers == get.headers


def test_the_codings_hold_the_same_bytes_each_time():
    one = Served('"x"', 0, (), b"text/css", {"": RSS})
    two = Served('"x"', 0, (), b"text/css", {"": RSS})
    assert gzip.decompress(one.body("gzip")) == brotli.decompress(one.body("br")) == RSS
    assert (one.body("gzip"), one.body("br")) == (two.body("gzip"), two.body("br"))
    assert len(one.body("br")) < len(RSS) / 10


def test_other_methods_are_refused_and_browsers_may_ask(folder):
    answer = folder.client.post("/feeds/rss.xml")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    asked = folder.client.options(
        "/feeds/rss.xml", headers={"origin": "https://reader.example", "access-control-request-method": "GET"}
    )
    assert asked.status_code == 204
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]
    assert folder.get().headers["access-control-allow-origin"] == "*"


def test_paths(folder):
    assert folder.get("/feeds/topics/%E7%AE%97%E5%8A%9B/rss.xml").content == b"<rss/>"
    assert "%E7%AE%97%E5%8A%9B/rss.xml" in folder.get("/feeds/topics/算力/rss.xml").headers["link"]
    assert folder.get("/feeds/").content == folder.get("/feeds/index.html").content == b"<p>"
    answer = folder.get("/feeds", host="evil.example")
    assert (answer.status_code, answer.headers["location"]) == (301, "feeds/")
    for path in (
        "/feeds/none.xml",
        "/feeds/manifest.json",
        "/feeds/../feeds/manifest.json",
        "/feedsx",
        "/",
        "/feeds/rss.xml/",
    ):
        assert folder.get(path).text == "beyond"
    assert folder.get("/feeds/rss.xml?utm_source=x").status_code == 200


def test_a_new_build_is_seen_a_second_later_at_the_latest(folder):
    assert folder.get().content == RSS
    folder.build({"feeds/rss.xml": b"new"}, MODIFIED + timedelta(hours=1))
    assert folder.get().content == RSS
    assert folder.later().get().content == b"new"
    assert folder.get("/feeds/feed.json").status_code == 404  # the new manifest names it no more


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        '{"documents": 3}',
        '{"documents": {"feeds/feed.json": {}}}',
        '{"documents": {"feeds/rss.xml": []}}',
        "null",
        '{"documents":{"feeds/rss.xml":{"hash":"h","modified":"x","media_type":"y"}}}',
    ],
)
def test_a_broken_manifest_keeps_the_last_good_build(folder, broken, troubles):
    folder.get()
    folder.manifest(broken)
    for _ in range(3):
        assert folder.later().get().content == RSS
    assert len(troubles) <= 1, "the same trouble is told once"
    (folder.root / "feeds/manifest.json").unlink()
    assert folder.later().get().content == RSS


def test_a_missing_manifest_is_no_trouble_and_looked_for_again(tmp_path, troubles):
    made = Folder(tmp_path)
    assert made.get().status_code == 404
    made.build({"feeds/rss.xml": RSS})
    assert made.later().get().content == RSS
    assert not troubles


def test_a_build_under_way_shows_no_half_of_itself(folder):
    folder.get()
    old = (folder.root / "feeds/manifest.json").read_text("utf-8")
    (folder.root / "feeds/rss.xml").write_bytes(b"newer than the manifest")
    folder.manifest(old)  # seen as new, though it names the old bytes
    answer = folder.later().get()
    assert (answer.content, answer.headers["etag"]) == (RSS, f"W/{TAG}")
    (folder.root / "feeds/rss.xml").write_bytes(RSS)
    assert folder.later().get().content == RSS


def test_a_file_that_was_taken_away_takes_no_other_with_it(folder, troubles):
    (folder.root / "feeds/rss.xml").unlink()
    assert folder.get().status_code == 404
    assert folder.get("/feeds/feed.json").status_code == 200
    folder.later().get()
    folder.later().get()
    assert len(troubles) == 1
    (folder.root / "feeds/rss.xml").write_bytes(RSS)
    assert folder.later().get().content == RSS


def test_a_manifest_of_the_same_second_and_size_is_still_new(folder):
    folder.get()
    before = (folder.root / "feeds/manifest.json").stat()
    folder.build(
        {
            "feeds/rss.xml": RSS.replace(b"tide", b"TIDE"),
            "feeds/feed.json": b"{}",
            "feeds/index.html": b"<p>",
            "feeds/topics/算力/rss.xml": b"<rss/>",
        }
    )
    os.utime(folder.root / "feeds/manifest.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert b"TIDE" in folder.later().get().content


class Turn:
    """Awaited, it lets the others go on."""

    def __await__(self):
        yield


def test_requests_run_on_while_builds_come(folder):
    """Every answer is one build's own: tag and bytes belong together, whatever comes in between."""
    bodies = [b"<rss>%d</rss>" % number * 50 for number in range(8)]
    seen = []

    async def ask():
        for _ in range(6):
            sent = []

            async def receive():
                return {"type": "http.request"}

            async def send(message):
                await Turn()
                sent.append(message)

            scope = {
                "type": "http",
                "path": "/feeds/rss.xml",
                "method": "GET",
                "headers": [(b"accept-encoding", b"gzip")],
            }
            await folder.server(scope, receive, send)
            seen.append((dict(sent[0]["headers"])[b"etag"], gzip.decompress(sent[1]["body"])))

    async def run():
        for number, body in enumerate(bodies):
            folder.build({"feeds/rss.xml": body}, MODIFIED + timedelta(hours=number))
            folder.later()
            await asyncio.gather(*(ask() for _ in range(5)))

    asyncio.run(run())
    assert len(seen) == 8 * 30
    assert all(tag == f'W/"{digest(body)}"'.encode() for tag, body in seen)
    assert {body for _, body in seen} == set(bodies)


SERVED = Served(TAG, int(MODIFIED.timestamp()), (), b"", {"": b""})


@given(
    st.text(st.characters(codec="latin-1"), max_size=200),
    st.sampled_from(["if-none-match", "if-modified-since", "accept-encoding"]),
)
@settings(max_examples=200)
def test_no_header_makes_it_stumble(text, name):
    headers = Headers({name: text})
    assert unchanged(SERVED, headers) in {True, False}
    assert coding(text) in {"", "gzip", "br"}


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 30 Jun 99999 07:10:04 GMT",
        "Mon, 30 Jun 2025 07:10:04 +99999999",
        "0",
        "Mon, 99 Jun 2025 25:99:99 GMT",
        "x" * 100_000,
    ],
)
def test_a_date_that_is_none_is_ignored(text):
    assert not unchanged(SERVED, Headers({"if-modified-since": text}))


def test_dates_of_other_forms_are_read():
    for text in ("Monday, 30-Jun-25 07:10:04 GMT", "Mon Jun 30 07:10:04 2025"):  # RFC 9110 5.6.7, obsolete forms
        assert parsedate_to_datetime(text).replace(tzinfo=UTC) == MODIFIED
        assert unchanged(SERVED, Headers({"if-modified-since": text}))
