"""Requests to other servers, against one on loopback: bounded in time, size and redirects, and clear when they fail."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from publisher import http
from publisher.errors import FetchError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, _, rest = self.path[1:].partition("/")
        getattr(self, f"say_{name}")(rest)

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])), 202)

    def do_HEAD(self) -> None:
        self.do_GET()

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_plain(self, rest: str) -> None:
        self.answer(self.headers["User-Agent"].encode() + rest.encode(), X_One="1")

    def say_zipped(self, rest: str) -> None:
        self.answer(gzip.compress(b"sea" * int(rest), mtime=0), Content_Encoding="gzip")

    def say_cut(self, rest: str) -> None:
        self.answer(gzip.compress(b"sea" * 1000, mtime=0)[:-9], Content_Encoding="gzip")

    def say_liar(self, rest: str) -> None:
        self.answer(b"no gzip", Content_Encoding="gzip")

    def say_brotli(self, rest: str) -> None:
        self.answer(b"x", Content_Encoding="br")

    def say_moved(self, rest: str) -> None:
        status, _, left = rest.partition("/")
        self.answer(b"", int(status), Location=f"/{left}")

    def say_round(self, rest: str) -> None:
        self.answer(b"", 302, Location="/round")

    def say_away(self, rest: str) -> None:
        self.answer(b"", 302, Location="ftp://x.example/")

    def say_kept(self, rest: str) -> None:
        self.answer(b"", 304)

    def say_cookie(self, rest: str) -> None:
        self.close_connection = True  # not a word

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


def get(url: str, **changes: object) -> http.Answer:
    options = {"timeout": 5.0, "limit": 100_000} | changes
    return http.request("GET", url, **options)  # type: ignore[arg-type]


def test_an_answer_has_all_that_was_said(server):
    answer = get(f"{server}plain/!", headers={"X-Two": "2"})
    assert (answer.status, answer.url, answer.body) == (200, f"{server}plain/!", http.AGENT.encode() + b"!")
    assert answer.headers["x-one"] == "1"
    assert answer.good
    assert not answer.unchanged
    assert answer.hops == ()


def test_a_body_can_be_sent(server):
    assert http.request("POST", server, body=b"hub.mode=publish", timeout=5, limit=100).body == b"hub.mode=publish"


def test_gzip_is_undone_within_the_limit(server):
    assert get(f"{server}zipped/1000").body == b"sea" * 1000
    assert len(get(f"{server}zipped/1000", limit=3000).body) == 3000
    with pytest.raises(FetchError, match="sends more than 2999 bytes"):
        get(f"{server}zipped/1000", limit=2999)
    with pytest.raises(FetchError, match="sends more than 100000 bytes"):
        get(f"{server}zipped/30000000")  # 90 MB in 90 kB
    with pytest.raises(FetchError, match="sends more than 3 bytes"):
        get(f"{server}plain", limit=3)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cut", "a gzip body that is cut off"),
        ("liar", "a body that is no gzip"),
        ("brotli", "sends Content-Encoding 'br', which was not asked for"),
        ("round", "redirects more than 3 times"),
        ("away", "is not an http"),
        ("cookie", "cannot be reached"),
    ],
)
def test_what_goes_wrong_is_said_with_the_address_and_a_hint(server, path, said):
    with pytest.raises(FetchError, match=said) as caught:
        get(server + path, redirects=3)
    assert server + path in str(caught.value)
    assert caught.value.hint


def test_redirects_are_followed_only_where_asked(server):
    assert get(f"{server}moved/301/plain").status == 301
    answer = get(f"{server}moved/301/moved/308/plain", redirects=5)
    assert answer.good
    assert answer.url == f"{server}plain"
    assert answer.hops == (f"{server}moved/301/moved/308/plain", f"{server}moved/308/plain")
    assert answer.permanent
    assert not get(f"{server}moved/301/moved/302/plain", redirects=5).permanent


def test_not_modified_is_an_answer(server):
    answer = get(f"{server}kept")
    assert answer.unchanged
    assert not answer.good


def test_the_head_of_an_answer_comes_from_the_address_that_is_named(server):
    port = server.rpartition(":")[2]
    answer = http.head("GET", f"http://user:x@nowhere.invalid:{port}brotli#part", address="127.0.0.1", timeout=5)
    assert (answer.status, answer.body, answer.headers["content-encoding"]) == (200, b"", "br")
    assert answer.url == f"http://user:x@nowhere.invalid:{port}brotli#part"
    assert http.head("HEAD", f"http://nowhere.invalid:{port}plain", address="127.0.0.1", timeout=5).good
    with pytest.raises(FetchError, match=r"nowhere\.invalid:\d+/cookie cannot be reached"):
        http.head("GET", f"http://nowhere.invalid:{port}cookie", address="127.0.0.1", timeout=5)


def test_a_redirect_says_where_it_leads(server):
    base = server.replace("127.0.0.1", "nowhere.invalid")
    moved = http.head("GET", f"{base}moved/307/plain", address="127.0.0.1", timeout=5)
    assert (moved.onward, moved.gone) == (f"{base}plain", False)
    assert get(f"{server}kept").onward == "", "304 is no redirect"
    gone = get(f"{server}moved/410/plain")
    assert (gone.gone, gone.onward) == (True, ""), "a Location leads on in a redirect alone"


def test_a_server_that_is_silent_or_drips_holds_nobody():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(FetchError, match=r"did not answer within 0.1 s"):
            get(url, timeout=0.1)
    pieces = http._in_time([b"a", b"b"], "u", 0.0, 1.5)
    with pytest.raises(FetchError, match=r"u did not answer within 1.5 s"):
        next(pieces)


@pytest.mark.parametrize("url", ["ftp://a.example/", "nonsense", "http://", "http://[x/", "http://\udce9/"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(FetchError, match=r"is not an http|cannot be reached"):
        get(url)


def test_a_closed_port_cannot_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(FetchError, match="cannot be reached"):
        get(url)
