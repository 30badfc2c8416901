"""Refuses forms that another site makes a visitor's browser send: the rule of Sec-Fetch-Site and Origin, no tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher import log
from publisher.text import one_line

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


def allowed(method: str, headers: Mapping[str, str], own: str, *, secret: bool = False) -> bool:
    """Whether the request may act. ``headers`` by lower-case name; ``own`` is the site's origin as the config says it.

    Browsers tell by Sec-Fetch-Site where a request was made (Fetch Metadata 2.3): same-origin, or none for one that the
    visitor made alone. Where it is missing (plain http, older browsers) Origin must be ours, and where that is missing
    too no browser sent it: who is no browser carries nobody's rights here (RFC 6454 7.3). ``secret``: the path itself
    is a secret, whose page sends no referrer; browsers that lack Sec-Fetch-Site then call our own origin ``null``.
    """
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    origin = headers.get("origin")
    return origin is None or origin == own or (secret and origin == "null")


def origin(url: str) -> str:
    """The origin of an address, as browsers write it: scheme, host, and a port that is not the scheme's own."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


class OwnOrigin:
    """ASGI: refuses what ``allowed`` refuses, but for ``exempt`` paths, which prove themselves otherwise."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        own: str,
        exempt: Sequence[str],
        secret: Sequence[str],
        refuse: Callable[[Request], Response],
    ) -> None:
        """``exempt`` and ``secret``: beginnings of paths, such as ``/u/``."""
        self._app, self._own, self._refuse = app, own, refuse
        self._exempt, self._secret = tuple(exempt), tuple(secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            path, headers = str(scope["path"]), Headers(scope=scope)
            secret = path.startswith(self._secret)
            if not path.startswith(self._exempt) and not allowed(scope["method"], headers, self._own, secret=secret):
                site, sender = headers.get("sec-fetch-site", ""), headers.get("origin", "")
                log.event("request.foreign", site=one_line(site)[:40], origin=one_line(sender)[:200])
                answer = await run_in_threadpool(self._refuse, Request(scope))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
