"""An output folder as builds leave it, a clock that the test moves, and the feed server over both."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime

import brotli
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from publisher.feeds.feed import digest
from publisher.web.feeds import STALE, FeedServer
from publisher.web.snapshot import Terms

MODIFIED = datetime(2025, 6, 30, 7, 10, 4, tzinfo=UTC)
RSS = b"<rss>" + b"tide " * 400 + b"</rss>"
TAG = f'"{digest(RSS)}"'
TYPES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "json": "application/feed+json",
    "html": "text/html",
    "css": "text/css",
    "opml": "text/x-opml",
}
TERMS = Terms(
    base_url="https://news.example.org",
    hubs=("https://hub.example.org/", "https://hub2.example.org/?a=1"),
    page={"content-security-policy": "default-src 'self'", "x-content-type-options": "nosniff"},
    feed={"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"},
)


class Folder:
    """The folder, the clock, the server, and a client that sends no header of its own."""

    def __init__(self, root, **more):
        self.root, self.seconds = root, 100.0
        settings = {
            "output": root,
            "terms": TERMS,
            "monotonic": lambda: self.seconds,
            "now": lambda: MODIFIED,
            **more,
        }
        self.server = FeedServer(PlainTextResponse("beyond", status_code=404), **settings)
        self.client = TestClient(self.server, follow_redirects=False)
        self.client.headers.clear()

    def build(self, files, modified=MODIFIED, *, packed=True):
        """All of it: documents, their compressed forms, the manifest last."""
        documents = {path: self.write(path, body, modified, packed=packed) for path, body in files.items()}
        self.manifest(json.dumps({"version": digest(repr(documents).encode()), "documents": documents}))
        return documents

    def write(self, path, body, modified=MODIFIED, *, packed=True):
        """One document; its line in the manifest."""
        forms = {"gzip": gzip.compress(body, mtime=0), "br": brotli.compress(body)} if packed else {}
        forms = {coding: data for coding, data in forms.items() if len(data) < len(body)}
        for ending, data in {"": body, ".gz": forms.get("gzip"), ".br": forms.get("br")}.items():
            if data is not None:
                self.replace(path + ending, data)
                os.utime(self.root / (path + ending), (modified.timestamp(),) * 2)
        line = {
            "hash": digest(body),
            "media_type": next(kind for ending, kind in TYPES.items() if path.endswith(ending)),
            "modified": f"{modified:%Y-%m-%dT%H:%M:%SZ}",
            "size": len(body),
        }
        return {**line, "codings": {coding: len(data) for coding, data in forms.items()}} if packed else line

    def manifest(self, text):
        self.replace("feeds/manifest.json", text.encode())

    def replace(self, path, data):
        """By a new file, as builds do it."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        fresh = (self.root / path).with_name(".part")
        fresh.write_bytes(data)
        fresh.replace(self.root / path)

    def later(self, seconds=STALE):
        self.seconds += seconds
        return self

    def get(self, path="/feeds/rss.xml", **headers):
        return self.ask("GET", path, **headers)

    def ask(self, method, path="/feeds/rss.xml", **headers):
        return self.client.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
