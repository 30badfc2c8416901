"""``publisher check --feeds``: files, addresses and pages, as a user types it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from feeds.lint_documents import ATOM, JSON, RSS

from publisher.cli.main import run

NOW = "2025-07-01T09:00:00Z"
HOST = "https://tide.example.org/"


class Site(BaseHTTPRequestHandler):
    """A site that serves feeds well at some paths and badly at others."""

    def do_GET(self) -> None:
        pages = {
            "/rss.xml": (RSS, "application/rss+xml; charset=utf-8"),
            "/bad.xml": (RSS.replace("zh-CN", "zh_CN"), "text/html"),
            "/feed.json": (JSON, "application/feed+json"),
            "/clock.xml": (ATOM, "application/atom+xml"),
            "/page": (
                (
                    "<html><link rel=alternate type=application/rss+xml href=rss.xml>"
                    "<link rel=alternate type=application/atom+xml href=/gone.xml>"
                    "<link rel=alternate type=application/atom+xml href=/page>"
                ),
                "text/html",
            ),
            "/bare": ("<!doctype html><p>hello", "text/html"),
            "/words": ("hello", "text/plain"),
        }
        if self.path == "/old":
            self.reply(301, b"", {"Location": "/rss.xml"})
        elif self.path not in pages:
            self.reply(404, b"no", {})
        else:
            text, kind = pages[self.path]
            self.serve(text.replace(HOST, self.server.url), kind)

    def serve(self, text: str, kind: str) -> None:
        steady = self.path not in {"/clock.xml", "/bad.xml"}
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        if steady or self.path == "/clock.xml":
            headers |= {"ETag": 'W/"1"'}
        headers |= {"Link": f'<https://hub.example.org/>; rel="hub", <{self.server.url}>; rel="self"'}
        if steady and self.headers["If-None-Match"]:
            self.reply(304, b"", {})
        else:
            self.reply(200, gzip.compress(text.encode(), mtime=0), headers)

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*targets: str, json: bool = False) -> tuple[int, list[str], list[str]]:
        words = [word for target in targets for word in ("--feeds", target)]
        code = run(["check", *words, "--now", NOW, *(["--json"] if json else [])])
        told = capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    return call


def test_files_are_linted_without_a_site(check, tmp_path):
    (tmp_path / "rss.xml").write_text(RSS, encoding="utf-8")
    assert check("rss.xml") == (0, ["0 errors, 0 warnings in 1 feed"], [])
    (tmp_path / "bad.xml").write_text(ATOM.replace(' length="12345"', ' length="x"', 1), encoding="utf-8")
    (tmp_path / "mild.json").write_text(JSON.replace('"expired"', '"expires"'), encoding="utf-8")
    code, out, err = check("rss.xml", "bad.xml", "mild.json")
    assert (code, err) == (1, [])
    assert out == [
        (
            "bad.xml: line 12, entry 1 'Tide 2: R&D at the pier': error: "
            "length of the enclosure is 'x'; write the file's bytes in digits"
        ),
        "mild.json: feed: warning: the format has no key 'expires'; mend the spelling, or begin your own with _",
        "1 error, 1 warning in 3 feeds",
    ]
    assert check("mild.json")[0] == 0, "warnings alone are no failure"


def test_json_lists_the_findings(check, tmp_path):
    (tmp_path / "bad.json").write_text(JSON.replace("zh-CN", "zh_CN"), encoding="utf-8")
    code, out, _ = check("bad.json", json=True)
    assert code == 1
    assert json.loads("\n".join(out)) == [
        {
            "feed": "bad.json",
            "severity": "error",
            "code": "language-invalid",
            "message": "language: 'zh_CN' is no language tag; write zh-CN",
            "place": "feed",
        }
    ]
    (tmp_path / "rss.xml").write_text(RSS, encoding="utf-8")
    assert check("rss.xml", json=True)[1] == ["[]"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("none.xml", "none.xml cannot be read: No such file or directory; name a file, or a URL with https://"),
        (".", ". is a folder; name a feed in it, such as rss.xml"),
        ("ftp://a.example/rss", "'ftp://a.example/rss' is not an http(s) URL; write https://…"),
        ("a\0b", "cannot be read"),
    ],
)
def test_what_cannot_be_had_is_a_wrong_usage(check, tmp_path, target, said):
    (tmp_path / "rss.xml").write_text(RSS, encoding="utf-8")
    code, out, err = check(target, "rss.xml")
    assert code == 2
    assert len(err) == 1
    assert said in err[0]
    assert out == ["0 errors, 0 warnings in 1 feed"], "the others are looked at all the same"


def test_nothing_to_look_at_prints_no_sum(check):
    assert check("none.xml")[1] == []


def test_an_address_is_linted_with_its_headers(check, site):
    assert check(f"{site}rss.xml") == (0, ["0 errors, 0 warnings in 1 feed"], [])
    assert check(f"{site}feed.json")[:2] == (0, ["0 errors, 0 warnings in 1 feed"])
    code, out, _ = check(f"{site}bad.xml")
    assert code == 1
    assert [line.removeprefix(f"{site}bad.xml: ").partition(";")[0] for line in out] == [
        "headers: error: Content-Type is text/html, by which programs do not know RSS",
        "headers: warning: there is neither ETag nor Last-Modified, so that every poll loads the whole feed",
        f"feed: warning: its link rel=\"self\" is '{site}rss.xml', but it is served at {site}bad.xml",
        "feed: error: language: 'zh_CN' is no language tag",
        "2 errors, 2 warnings in 1 feed",
    ]


def test_a_conditional_request_is_tried(check, site):
    code, out, _ = check(f"{site}clock.xml")
    assert code == 0
    assert "headers: warning: asked again with its own validators it sends the same feed anew" in out[0]


def test_a_redirect_is_told(check, site):
    code, out, _ = check(f"{site}old")
    assert code == 0
    assert out[0].startswith(f"{site}old: headers: warning: {site}old leads for good to {site}rss.xml;")


def test_an_address_without_a_feed(check, site):
    code, out, err = check(f"{site}gone.xml")
    assert (code, out) == (2, [])
    assert err == [f"publisher: {site}gone.xml answers with the status 404; look at the address in a browser"]
    code, out, _ = check(f"{site}words")
    assert code == 1
    assert "neither RSS, Atom, JSON Feed nor OPML" in out[0]


def test_the_feeds_of_a_page_are_linted(check, site, tmp_path):
    code, out, _ = check(f"{site}page")
    assert code == 1
    assert out == [
        (
            f"{site}page is an HTML page that names 3 feeds: "
            f"{site}rss.xml (RSS), {site}gone.xml (Atom), {site}page (Atom)"
        ),
        (
            f"{site}gone.xml: feed: error: a page names it as a feed, but {site}gone.xml answers with the status 404; "
            "look at the address in a browser"
        ),
        f"{site}page: feed: error: a page names it as a feed, but it is an HTML page; name the feed itself",
        "2 errors, 0 warnings in 3 feeds",
    ]
    code, out, _ = check(f"{site}bare")
    assert code == 1
    assert "it is an HTML page that names no feed; give a feed's address" in out[0]


def test_a_page_in_a_file_names_feeds_by_whole_addresses(check, site, tmp_path):
    links = f'<link rel="alternate" type="application/rss+xml" href="{site}rss.xml">'
    (tmp_path / "index.html").write_text(f"<html>{links}{links.replace(site, '/')}", encoding="utf-8")
    code, out, _ = check("index.html")
    assert code == 1
    assert out == [
        f"index.html is an HTML page that names 1 feed: {site}rss.xml (RSS)",
        (
            "index.html: feed: error: it names the feed '/rss.xml', and a file has no address to begin at; "
            "check the served page"
        ),
        "1 error, 0 warnings in 1 feed",
    ]
