"""Serves the built feeds from memory, in front of the router: conditional requests, codings, no database.

The snapshot is a dictionary that is replaced whole when the manifest of the output folder changes; a request that has
begun keeps the one it saw, and while a build runs or fails the last good one stays.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import brotli
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher import log
from publisher.times import parse_rfc3339

MANIFEST = "feeds/manifest.json"
CHECK_SECONDS = 1.0
"""How often, at most, the manifest is looked at."""
_TEXT = ("application/rss+xml", "application/atom+xml", "text/")
_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


@dataclass(frozen=True, slots=True)
class Served:
    """A document ready to be sent, in every coding, with the headers that all its answers share."""

    tag: str
    """The entity tag without ``W/``: one for all codings, compared weakly (RFC 9110 8.8.3.2)."""
    modified: int
    """Seconds since 1970."""
    headers: tuple[tuple[bytes, bytes], ...]
    media_type: bytes
    bodies: dict[str, bytes]
    """By coding, ``""`` being the plain bytes; a coding is made when it is first asked for."""

    def body(self, coding: str) -> bytes:
        """The bytes in one coding."""
        if coding not in self.bodies:
            plain = self.bodies[""]
            self.bodies[coding] = (
                gzip.compress(plain, 6, mtime=0) if coding == "gzip" else brotli.compress(plain, quality=5)
            )
        return self.bodies[coding]


class FeedServer:
    """ASGI: answers GET and HEAD for documents of the snapshot, hands everything else on."""

    def __init__(self, app: ASGIApp, *, output: Path, base_url: str, max_age: int) -> None:
        self._app = app
        self._output = output
        self._base_url = base_url
        self._max_age = max_age
        self._snapshot: Mapping[str, Served] = {}
        self._version: tuple[int, int] | None = None
        self._checked = 0.0
        self._cache: dict[tuple[str, str], Served] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"].startswith("/feeds"):
            if scope["path"] == "/feeds":
                await _redirect("/feeds/", send)
                return
            self._refresh()
            served = self._snapshot.get(scope["path"])
            if served is not None:
                await _answer(served, scope, send)
                return
        await self._app(scope, receive, send)

    def _refresh(self) -> None:
        """Takes over a newer build, if there is one and it is whole."""
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS and self._version is not None:
            return
        self._checked = now
        manifest = self._output / MANIFEST
        try:
            found = manifest.stat()
            version = (found.st_mtime_ns, found.st_ino)
            if version != self._version:
                self._snapshot = self._load(json.loads(manifest.read_bytes()))
                self._version = version
        except FileNotFoundError:
            return  # nothing was built yet, or a file of the manifest is just being replaced: the next look has it
        except (OSError, ValueError, KeyError) as error:
            log.trouble("feeds.unreadable", error)

    def _load(self, manifest: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Mapping[str, Served]:
        snapshot: dict[str, Served] = {}
        cache: dict[tuple[str, str], Served] = {}
        for path, item in manifest["documents"].items():
            key = (path, item["hash"] + item["modified"])
            served = self._cache.get(key) or self._document(path, item)
            cache[key] = served
            snapshot["/" + path] = served
            if path.endswith("/index.html"):
                snapshot["/" + path.removesuffix("index.html")] = served
        self._cache = cache
        return snapshot

    def _document(self, path: str, item: Mapping[str, str]) -> Served:
        body = (self._output / path).read_bytes()
        tag = f'"{item["hash"][:24]}"'
        modified = parse_rfc3339(item["modified"])
        media_type = item["media_type"]
        keep = f"public, max-age={self._max_age}, stale-while-revalidate={self._max_age}, stale-if-error=86400"
        headers = [
            (b"etag", f"W/{tag}".encode()),
            (b"last-modified", format_datetime(modified.astimezone(UTC), usegmt=True).encode()),
            (b"cache-control", keep.encode()),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if media_type.startswith("application/"):
            headers.append((b"link", f"<{self._base_url}/{quote(path)}>; rel=self".encode()))
        charset = "; charset=utf-8" if media_type.startswith(_TEXT) else ""
        return Served(tag, int(modified.timestamp()), tuple(headers), (media_type + charset).encode(), {"": body})


async def _answer(served: Served, scope: Scope, send: Send) -> None:
    if scope["method"] not in {"GET", "HEAD"}:
        await _empty(405, [(b"allow", b"GET, HEAD")], send)
        return
    headers = Headers(scope=scope)
    if unchanged(served, headers):
        await _empty(304, list(served.headers), send)
        return
    coding = _coding(headers.get("accept-encoding", ""))
    body = served.body(coding)
    out = [*served.headers, (b"content-type", served.media_type), (b"content-length", str(len(body)).encode())]
    if coding:
        out.append((b"content-encoding", coding.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": out})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _redirect(to: str, send: Send) -> None:
    await _empty(301, [(b"location", to.encode()), (b"content-length", b"0")], send)


async def _empty(status: int, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def unchanged(served: Served, headers: Headers) -> bool:
    """Whether the client has this version: If-None-Match decides; only without it If-Modified-Since (RFC 9110 13.2.2).

    Several If-None-Match lines are one list; tags compare weakly; an unreadable date is ignored.
    """
    tags = ",".join(headers.getlist("if-none-match"))
    if tags.strip():
        return tags.strip() == "*" or served.tag in _tags(tags)
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and served.modified <= since


@lru_cache(maxsize=4096)
def _tags(text: str) -> frozenset[str]:
    return frozenset(re.findall(r'"[\x21\x23-\x7e\x80-\xff]*"', text))


@lru_cache(maxsize=4096)
def _moment(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@lru_cache(maxsize=256)
def _coding(accept: str) -> str:
    """The best of br and gzip that the client takes, else none (RFC 9110 12.5.3)."""
    asked: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, rest = part.strip().partition(";")
        if not name:
            continue
        quality = _QUALITY.fullmatch(rest.strip()) if rest.strip() else None
        asked[name.strip()] = float(quality[1]) if quality else (0.0 if rest.strip() else 1.0)
    return next((name for name in ("br", "gzip") if asked.get(name, asked.get("*", 0.0)) > 0), "")
