"""Serves the built feeds from memory, outside the router and all its layers: a poll costs a look into a mapping.

The snapshot is replaced whole when the manifest of the output folder changes; a request that has begun keeps the one
it saw. Whatever becomes of the folder (a build runs, fails, is killed; somebody moves it away), the last good snapshot
goes on: conditions are answered without any file, bodies as long as they are in memory or on the disk. A document that
the manifest names and that is nowhere any more is a 404 that nobody may keep; it comes back with its file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from publisher import log
from publisher.feeds.output import MANIFEST
from publisher.web import conditional, moved
from publisher.web.deltas import Deltas
from publisher.web.snapshot import Header, Ready, Served, Shelf, Terms, canonical, load, plain, table

LOOK, STALE = 1.0, 2.0
"""Seconds after which the manifest is looked at again; after which a request waits for that look, because nobody came
by in the meantime: a site that is asked once an hour does not answer with what it had an hour ago."""
PATIENCE = 1.0
"""Seconds that a request waits for a look, where there is a snapshot to answer from: a disk may hang."""
MEMORY = 64 * 1024 * 1024
"""Bytes of bodies that are kept."""
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What a manifest may raise that another program wrote, or that a full disk cut off."""
_ALLOWED: Header = (b"allow", b"GET, HEAD, OPTIONS")
_PREFLIGHT = (
    _ALLOWED,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
)
"""What a reader program in a browser asks before a conditional request from another origin."""


class FeedServer:
    """ASGI: answers for documents of the snapshot and for feeds that moved, hands everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        output: Path,
        terms: Terms,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
        moves: Mapping[str, str] | None = None,
        deltas: tuple[str, ...] = (),
        memory: int = MEMORY,
    ) -> None:
        """``monotonic`` counts seconds and never goes back; it paces the looks at the manifest.

        ``moves`` is the config's ``feeds.moved``, ``deltas`` its ``feeds.delta``.
        """
        self._app = app
        self._output = output
        self._terms = terms
        self._secure = tuple((name.encode(), value.encode()) for name, value in terms.feed.items())
        self._monotonic = monotonic
        self._now = now
        self._moves = moved.moves(moves or {})
        self._deltas = Deltas(deltas)
        self._shelf = Shelf(memory)
        self._table: Mapping[str, Served] = {}
        self._lines: Mapping[str, tuple[Mapping[str, Any], Served]] = {}
        """The manifest's line and the document of each path, kept for those that a build leaves alone."""
        self._newer: dict[str, Served] = {}
        """Documents whose files were newer than the manifest, as it names them."""
        self._swap = Lock()
        """Held for the moment in which a thread puts another table in place."""
        self._version: tuple[int, int, int] | None = None
        self._looked = -STALE
        self._began = 0.0
        self._look: asyncio.Future[None] | None = None
        self._loads: dict[tuple[Served, str], asyncio.Task[Ready | None]] = {}
        self._year = now().year
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        served = self._table.get(path)
        if (served is not None or path.startswith("/feeds")) and self._monotonic() - self._looked >= LOOK:
            await self._refresh(known=served is not None)
            served = self._table.get(path)
        if served is not None:
            await self._answer(served, scope, send)
        elif (place := self._elsewhere(path)) is not None:
            raw: bytes = scope.get("raw_path") or quote(path).encode()
            where = (b"location", moved.location(raw, place))
            await self._redirect(scope["method"], where, send)
        else:
            await self._app(scope, receive, send)

    def _elsewhere(self, path: str) -> str | None:
        """Where a path leads that is no document: as the config says, or to our spelling of it."""
        place = moved.place(self._moves, path)
        if place is None and path.startswith("/feeds") and len(path) < moved.LONGEST:
            found = canonical(path)
            for each in (found, f"{found}/"):  # a folder without its slash
                if each != path and each in self._table:
                    return quote(each)
        return place

    # ---- the snapshot

    async def _refresh(self, *, known: bool) -> None:
        """Looks at the manifest in a thread; waits for it only where the snapshot may be old or lacks the document."""
        present = self._monotonic()
        look = self._look
        if look is None or not _running(look):
            look = asyncio.get_running_loop().run_in_executor(None, self._load)
            self._look, self._began = look, present
        if not known or (present - self._looked >= STALE and present - self._began < PATIENCE):
            await asyncio.wait((look,), timeout=PATIENCE if self._table else None)

    def _load(self) -> None:
        """Takes over a newer build, if there is one."""
        try:
            self._year = self._now().year
            found = (self._output / MANIFEST).stat()
            version = (found.st_mtime_ns, found.st_ino, found.st_size)
            if version != self._version:
                documents = json.loads((self._output / MANIFEST).read_bytes())["documents"]
                self._take(table(documents, self._terms, self._lines))
                self._version = version
        except FileNotFoundError:
            pass  # nothing was built yet, or the folder was moved away: what we have goes on
        except _BROKEN as error:
            self._tell("feeds.unreadable", error)
        finally:
            if self._newer:
                with self._swap:  # those files may have changed again: what the manifest names is looked for first
                    self._table, self._newer = {**self._table, **_places(self._newer)}, {}
            self._looked = self._monotonic()

    def _take(self, lines: Mapping[str, tuple[Mapping[str, Any], Served]]) -> None:
        fresh = _places({path: served for path, (_, served) in lines.items()})
        for path in [path for path in fresh if moved.place(self._moves, path) is not None]:
            del fresh[path]  # who moves a feed means it, whether or not it is still built
        with self._swap:
            self._table, self._lines, self._newer = fresh, lines, {}
        self._told.clear()

    def _tell(self, event: str, error: Exception) -> None:
        """Notes a trouble, once for as long as the manifest stays the same."""
        if str(error) not in self._told:
            self._told.add(str(error))
            log.trouble(event, error)

    # ---- one answer

    async def _answer(self, served: Served, scope: Scope, send: Send) -> None:
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await self._other(method, send)
            return
        asked = conditional.heeded(scope["headers"])
        status = conditional.status(asked, served.etag, served.modified, self._year)
        if self._deltas and served.subscription and self._deltas.wanted(asked):
            full = await self._bring(served, "")
            if full is not None:
                served = full.served
                status = conditional.status(asked, served.etag, served.modified, self._year)
                part = self._deltas.answer(full, asked, status)
                if part is not None:
                    await _send(226, part.headers, b"" if method == "HEAD" else part.body, send)
                    return
        if status == 200:
            preferred = conditional.codings(asked.get(conditional.ACCEPT_ENCODING))
            coding = next(each for each in preferred if each in served.offers)
            ready = self._shelf.get(served, coding) or await self._bring(served, coding)
            if ready is None:
                await self._empty(404, (b"cache-control", b"no-store"), send)
                return
            if ready.served is not served:  # what was found is another version: the conditions are about that one
                served = ready.served
                status = conditional.status(asked, served.etag, served.modified, self._year)
            if status == 200:
                await _send(200, ready.headers, b"" if method == "HEAD" else ready.body, send)
                return
        if status == 304:
            await _send(304, served.unchanged, b"", send)
        else:
            await self._empty(412, (b"etag", served.etag), send)

    async def _other(self, method: str, send: Send) -> None:
        if method == "OPTIONS":
            await _send(204, (*_PREFLIGHT, *self._secure), b"", send)
        else:
            await self._empty(405, _ALLOWED, send)

    async def _redirect(self, method: str, where: Header, send: Send) -> None:
        """301, never 308: rss2email and others know only the old one; both are for good."""
        if method in {"GET", "HEAD"}:
            await self._empty(301, where, send, (b"cache-control", self._terms.keep))
        else:
            await self._other(method, send)

    async def _empty(self, status: int, header: Header, send: Send, *more: Header) -> None:
        await _send(status, (header, *more, *self._secure, (b"content-length", b"0")), b"", send)

    async def _bring(self, served: Served, coding: str) -> Ready | None:
        """The document from memory, else from the disk, else the version of it that was sent last."""
        ready = self._shelf.get(served, coding)
        if ready is not None:
            return ready
        key = (served, coding)
        loading = self._loads.get(key)
        if loading is None or not _running(loading):  # one reads for all who ask at once
            loading = self._loads[key] = asyncio.get_running_loop().create_task(self._fetch(served, coding))
        ready = await asyncio.shield(loading)  # who goes away stops it for nobody
        if ready is None:
            last = self._shelf.last(served.path)
            return last if last is None or last.coding == coding else plain(last)
        return ready

    async def _fetch(self, served: Served, coding: str) -> Ready | None:
        """The document from the disk, put on the shelf."""
        run = asyncio.get_running_loop().run_in_executor
        try:
            ready = await run(None, load, self._output, served, coding, self._terms)
            if ready is None:
                self._tell("feeds.unreadable", FileNotFoundError(f"{served.path} is not in the output folder as built"))
                return None
            if ready.served is not served:
                ready = self._newest(served, ready)
            self._shelf.put(ready, coding)
            return ready
        finally:
            self._loads.pop((served, coding), None)

    def _newest(self, named: Served, ready: Ready) -> Ready:
        """Answers for the file from now on, in place of the version that the manifest names."""
        with self._swap:
            present = self._newer.get(named.path) and self._table.get(f"/{named.path}")
            if present and present.hash == ready.served.hash:
                return Ready(served=present, coding=ready.coding, headers=ready.headers, body=ready.body)
            if self._table.get(f"/{named.path}") is named:
                self._newer[named.path] = named
                self._table = {**self._table, **_places({named.path: ready.served})}
        return ready


def _running(future: asyncio.Future[Any]) -> bool:
    """Whether it is under way in this loop: one of a loop that ended never comes to its end."""
    return not future.done() and future.get_loop() is asyncio.get_running_loop()


def _places(documents: Mapping[str, Served]) -> dict[str, Served]:
    """The documents by the paths they are asked for: a page also by its folder."""
    made = {}
    for path, served in documents.items():
        made[f"/{path}"] = served
        if path.endswith("/index.html"):
            made[f"/{path.removesuffix('index.html')}"] = served
    return made


async def _send(status: int, headers: tuple[Header, ...], body: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
