"""The configuration of docs/nginx.md, word for word, in Debian's nginx over an output folder."""

from __future__ import annotations

import gzip
import http.client
import http.server
import os
import re
import shutil
import socket
import subprocess
import threading
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from web.feed_folder import MODIFIED, RSS, Folder

PAGE = Path(__file__).parents[2] / "docs" / "nginx.md"
AT = format_datetime(MODIFIED, usegmt=True)
FRAME = """
daemon off; pid {folder}/pid; error_log {folder}/error.log notice; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{snippet}
}}
"""
FILES = {
    "feeds/rss.xml": RSS,
    "feeds/atom.xml": b"<feed>" + b"tide " * 400 + b"</feed>",
    "feeds/feed.json": b"{}",
    "feeds/index.html": b"<p>",
    "feeds/index.opml": b"<opml/>",
    "feeds/feeds.css": b"p{}",
    "feeds/archive/2025-06.rss.xml": b"<rss></rss>",
    "feeds/archive/2025-06.atom.xml": b"<feed></feed>",
    "feeds/topics/算力/rss.xml": b"<rss></rss>",
    "feeds/topics/算力/index.html": b"<h1>",
}


class Beyond(http.server.BaseHTTPRequestHandler):
    """Stands where publisher serve does."""

    def do_GET(self):
        body = f"beyond {self.path}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def program():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Beyond)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(program, tmp_path, eventually):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")  # no user's PATH has sbin
    if nginx is None:
        pytest.skip("nginx-light missing; run: make system")
    Folder(tmp_path / "public").build(FILES)
    tmp_path.chmod(0o755)
    door = tmp_path / "nginx.sock"  # a port could be somebody else's by the time that nginx takes it
    snippet = re.search(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
    for old, new in (
        ("listen 80;", f"listen unix:{door};"),
        ("/srv/news/public", str(tmp_path / "public")),
        ("127.0.0.1:8000", f"127.0.0.1:{program}"),
    ):
        assert snippet.count(old) == 1, old
        snippet = snippet.replace(old, new)
    conf = tmp_path / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # else workers are a user who may not read the test's folder
    conf.write_text(user + FRAME.format(folder=tmp_path, snippet=snippet), encoding="utf-8")
    command = [nginx, "-c", str(conf), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            eventually(lambda: _listens(door) or process.poll() is not None)
            assert process.poll() is None, process.stderr.read()
            yield lambda path, method="GET", **headers: _ask(door, path, method, headers)
        finally:
            process.terminate()
            process.wait(10)


def _listens(path):
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


class Line(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.host)


def _ask(door, path, method, headers):
    line = Line(str(door))
    try:
        line.putrequest(method, path, skip_accept_encoding=True, skip_host=True)
        line.putheader("Host", "news.example.org")
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        answer = line.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        line.close()


SHARED = {
    "Cache-Control": "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


def test_documents_come_as_serve_sends_them(ask):
    for path, media_type, linked in (
        ("/feeds/rss.xml", "application/rss+xml; charset=utf-8", True),
        ("/feeds/atom.xml", "application/atom+xml; charset=utf-8", True),
        ("/feeds/feed.json", "application/feed+json", True),
        ("/feeds/topics/%E7%AE%97%E5%8A%9B/rss.xml", "application/rss+xml; charset=utf-8", True),
        ("/feeds/archive/2025-06.rss.xml", "application/rss+xml; charset=utf-8", False),
        ("/feeds/archive/2025-06.atom.xml", "application/atom+xml; charset=utf-8", False),
        ("/feeds/index.opml", "text/x-opml; charset=utf-8", False),
        ("/feeds/", "text/html; charset=utf-8", False),
        ("/feeds/topics/%E7%AE%97%E5%8A%9B/", "text/html; charset=utf-8", False),
        ("/feeds/feeds.css", "text/css; charset=utf-8", False),
    ):
        for method in ("GET", "HEAD"):
            status, headers, body = ask(f"{path}?utm_source=x", method)
            assert (status, headers["Content-Type"]) == (200, media_type), path
            assert headers.items() >= SHARED.items()
            assert headers["Last-Modified"] == AT
            assert headers["ETag"]
            assert "Accept-Ranges" not in headers
            assert ("script-src" in headers["Content-Security-Policy"]) is path.endswith("/")
            link = f'<https://hub.example.org/>; rel="hub", <https://news.example.org{path}>; rel="self"'
            assert headers.get("Link") == (link if linked else None)
            assert body or method == "HEAD"


def test_the_compressed_file_is_sent(ask):
    status, headers, body = ask("/feeds/rss.xml", Accept_Encoding="gzip")
    assert (status, headers["Content-Encoding"], gzip.decompress(body)) == (200, "gzip", RSS)
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    status, headers, body = ask("/feeds/rss.xml", Accept_Encoding="gzip;q=0")
    assert (body, headers["Vary"], "Content-Encoding" in headers) == (RSS, "Accept-Encoding", False)


def test_conditions(ask):
    tag = ask("/feeds/rss.xml")[1]["ETag"]
    packed = ask("/feeds/rss.xml", Accept_Encoding="gzip")[1]["ETag"]
    later = format_datetime(parsedate_to_datetime(AT) + timedelta(days=1), usegmt=True)
    earlier = format_datetime(parsedate_to_datetime(AT) - timedelta(seconds=1), usegmt=True)
    for expected, conditions in (
        (304, {"If_None_Match": tag}),
        (304, {"If_None_Match": f"W/{tag}"}),
        (304, {"If_None_Match": f'"x", {tag}'}),
        (304, {"If_None_Match": "*"}),
        (304, {"If_None_Match": packed, "Accept_Encoding": "gzip"}),
        (304, {"If_Modified_Since": AT}),
        (304, {"If_Modified_Since": later}),
        (304, {"If_None_Match": tag, "If_Modified_Since": later}),
        (200, {"If_Modified_Since": earlier}),
        (200, {"If_None_Match": '"x"', "If_Modified_Since": later}),
        (200, {"If_None_Match": '"x"'}),
    ):
        for method in ("GET", "HEAD"):
            status, headers, body = ask("/feeds/rss.xml", method, **conditions)
            assert status == expected, conditions
            assert headers.items() >= SHARED.items()
            assert "Link" in headers
            assert headers["Vary"] == "Accept-Encoding"
            assert bool(body) is (status == 200 and method == "GET")


def test_moved_feeds_and_folders(ask):
    for path, place in (
        ("/index.xml", "/feeds/rss.xml"),
        ("/index.xml?x=1", "/feeds/rss.xml"),
        ("/tags/%E7%AE%97/index.xml", "/feeds/tags/%E7%AE%97/rss.xml"),
        ("/feeds", "/feeds/"),
        ("/feeds/topics/%E7%AE%97%E5%8A%9B", "/feeds/topics/%E7%AE%97%E5%8A%9B/"),
    ):
        status, headers, _ = ask(path)
        assert (status, headers["Location"]) == (301, place)


def test_the_rest(ask):
    status, headers, _ = ask("/feeds/rss.xml", "OPTIONS", Origin="https://reader.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "If-None-Match" in headers["Access-Control-Allow-Headers"]
    assert ask("/feeds/rss.xml", "POST")[0] == 405
    for path in ("/feeds/none.xml", "/feeds/manifest.json", "/feeds/rss.xml.gz", "/feeds/.lock", "/u/x", "/"):
        assert ask(path)[2] == f"beyond {path}".encode()
