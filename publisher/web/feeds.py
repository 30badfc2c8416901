"""Serves the built feeds from memory, in front of the router: conditional requests, codings, no database.

The snapshot is a mapping that is replaced whole when the manifest of the output folder changes; a request that has
begun keeps the one it saw, and while a build runs or fails the last good one stays.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher import log
from publisher.feeds.feed import digest
from publisher.feeds.output import MANIFEST
from publisher.times import parse_rfc3339

CHECK_SECONDS = 1.0
"""How often, at most, the manifest is looked at."""
_TEXT = ("application/rss+xml", "application/atom+xml", "text/")
_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)", re.ASCII)
_LONGEST_DATE = 64
_LONGEST_LIST = 1024
"""Characters of Accept-Encoding that are looked at: real ones have thirty."""
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What a manifest may raise that another program wrote, or that a full disk cut off."""


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
                gzip.compress(plain, 9, mtime=0) if coding == "gzip" else brotli.compress(plain, quality=9)
            )
        return self.bodies[coding]


class FeedServer:
    """ASGI: answers for documents of the snapshot, hands everything else on."""

    def __init__(
        self, app: ASGIApp, *, output: Path, base_url: str, max_age: int, monotonic: Callable[[], float]
    ) -> None:
        """``monotonic`` counts seconds and never goes back; it paces the looks at the manifest."""
        self._app = app
        self._output = output
        self._base_url = base_url
        self._max_age = max_age
        self._monotonic = monotonic
        self._snapshot: Mapping[str, Served] = {}
        self._version: tuple[int, int, int] | None = None
        self._look_again = monotonic()
        self._loading = Lock()
        self._told = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/feeds":
            await _empty(301, [(b"location", b"feeds/")], send)  # relative: right behind any proxy
            return
        if path.startswith("/feeds/"):
            await self._refresh()
            served = self._snapshot.get(path)
            if served is not None:
                await _answer(served, scope, send)
                return
        await self._app(scope, receive, send)

    async def _refresh(self) -> None:
        """Takes over a newer build, if there is one; others are served the old one meanwhile."""
        if self._monotonic() >= self._look_again and not (self._loading.locked() and self._snapshot):
            await run_in_threadpool(self._look)

    def _look(self) -> None:
        with self._loading:
            if self._monotonic() >= self._look_again:
                self._load()
                self._look_again = self._monotonic() + CHECK_SECONDS

    def _load(self) -> None:
        manifest = self._output / MANIFEST
        try:
            found = manifest.stat()
            version = (found.st_mtime_ns, found.st_ino, found.st_size)
            if version == self._version:
                return
            documents = json.loads(manifest.read_bytes())["documents"]
            fresh, missing = self._read(documents)
        except FileNotFoundError:
            return  # nothing was built yet
        except _BROKEN as error:
            self._tell(error)
            return
        self._snapshot = fresh
        if not missing:  # else the next look tries again: a build is replacing files, or somebody took one away
            self._version = version

    def _read(self, documents: Mapping[str, Mapping[str, Any]]) -> tuple[Mapping[str, Served], bool]:
        """The snapshot of a manifest, and whether a document of it could not be had: its last good form stands in."""
        snapshot: dict[str, Served] = {}
        missing = False
        for path, item in documents.items():
            last = self._snapshot.get(f"/{path}")
            served = last if last and _is(last, item) else None
            if served is None:
                try:
                    served = self._document(path, item)
                except OSError as error:
                    self._tell(error)
                if served is None:
                    missing, served = True, last
            if served is not None:
                snapshot[f"/{path}"] = served
                if path.endswith("/index.html"):
                    snapshot[f"/{path.removesuffix('index.html')}"] = served
        return snapshot, missing

    def _document(self, path: str, item: Mapping[str, str]) -> Served | None:
        """The document, or None where its bytes are not those of the manifest: a build is replacing the file."""
        body = (self._output / path).read_bytes()
        if digest(body) != item["hash"]:
            return None
        modified, media_type = parse_rfc3339(item["modified"]), item["media_type"]
        keep = f"public, max-age={self._max_age}, stale-while-revalidate={self._max_age}, stale-if-error=86400"
        headers = [
            (b"etag", f"W/{_tag(item)}".encode()),
            (b"last-modified", format_datetime(modified.astimezone(UTC), usegmt=True).encode()),
            (b"cache-control", keep.encode()),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", b"ETag"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if media_type.startswith("application/"):
            headers.append((b"link", f"<{self._base_url}/{quote(path)}>; rel=self".encode()))
        charset = "; charset=utf-8" if media_type.startswith(_TEXT) else ""
        return Served(
            _tag(item), int(modified.timestamp()), tuple(headers), (media_type + charset).encode(), {"": body}
        )

    def _tell(self, error: Exception) -> None:
        """Notes the trouble, once for as long as it stays the same."""
        if str(error) != self._told:
            self._told = str(error)
            log.trouble("feeds.unreadable", error)


def _tag(item: Mapping[str, str]) -> str:
    return f'"{item["hash"][:24]}"'


def _is(served: Served, item: Mapping[str, str]) -> bool:
    return served.tag == _tag(item) and served.modified == int(parse_rfc3339(item["modified"]).timestamp())


async def _answer(served: Served, scope: Scope, send: Send) -> None:
    if scope["method"] == "OPTIONS":
        await _empty(204, _PREFLIGHT, send)
        return
    if scope["method"] not in {"GET", "HEAD"}:
        await _empty(405, [(b"allow", b"GET, HEAD, OPTIONS")], send)
        return
    headers = Headers(scope=scope)
    if unchanged(served, headers):
        await _empty(304, list(served.headers), send)
        return
    chosen = coding(",".join(headers.getlist("accept-encoding")))
    body = served.bodies[chosen] if chosen in served.bodies else await run_in_threadpool(served.body, chosen)
    out = [*served.headers, (b"content-type", served.media_type), (b"content-length", str(len(body)).encode())]
    if chosen:
        out.append((b"content-encoding", chosen.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": out})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


_PREFLIGHT = [
    (b"allow", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since"),
    (b"access-control-max-age", b"86400"),
]
"""What a reader program in a browser asks before a conditional request from another origin."""


async def _empty(status: int, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    length = [] if status in {204, 304} else [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b""})


def unchanged(served: Served, headers: Headers) -> bool:
    """Whether the client has this version: If-None-Match decides; only without it If-Modified-Since (RFC 9110 13.2.2).

    Several If-None-Match lines are one list; tags compare weakly; an unreadable date is ignored.
    """
    tags = ",".join(headers.getlist("if-none-match")).strip()
    if tags:
        # The tag stands in its quotes and no tag holds one: where it is found, it is a member of the list.
        return tags == "*" or served.tag in tags
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and served.modified <= since


def _moment(text: str) -> int | None:
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError, TypeError, IndexError):  # what the parser raises depends on where it stumbles
        return None


def coding(accept: str) -> str:
    """The best of br and gzip that the client takes, else none (RFC 9110 12.5.3); a broken weight is 0."""
    asked: dict[str, float] = {}
    for part in accept[:_LONGEST_LIST].lower().split(","):
        name, _, rest = part.strip().partition(";")
        if not name:
            continue
        quality = _QUALITY.fullmatch(rest.strip()) if rest.strip() else None
        asked[name.strip()] = float(quality[1]) if quality else (0.0 if rest.strip() else 1.0)
    return next((name for name in ("br", "gzip") if asked.get(name, asked.get("*", 0.0)) > 0), "")
