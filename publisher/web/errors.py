"""What a visitor sees when something is wrong: the only place that turns our errors into HTTP status codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from publisher import log
from publisher.errors import NotFoundError, PublisherError, StateError, StoreError, TemplateError
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers.error import SubscriberError

STATUS = {NotFoundError: 404, StateError: 409, StoreError: 503}
"""By error; any other of ours is a 500, and none of their texts is shown: they speak to the operator."""
_SHORTEST_SECRET = 24


def handlers(look: Look) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """Starlette's exception handlers."""

    def http(request: Request, error: Exception) -> Response:
        status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
        return _say(look, request, status, headers or {})

    def ours(request: Request, error: Exception) -> Response:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        if status >= 500:  # what visitors mistype is no trouble of the operator's
            log.trouble("request.failed", error, path=shown(request.url.path), status=status)
        return _say(look, request, status, {"retry-after": "120"} if status == 503 else {})

    def gone(request: Request, error: Exception) -> Response:
        del request, error  # nobody is there to read an answer
        return Response(status_code=400)

    return {HTTPException: http, PublisherError: ours, SubscriberError: ours, ClientDisconnect: gone, Exception: ours}


def refusal(look: Look, request: Request) -> Response:
    """The page for a form that another site sent."""
    return _say(look, request, 403, {})


def _say(look: Look, request: Request, status: int, headers: Mapping[str, str]) -> Response:
    kind = "missing" if status in {404, 410} else "refused" if status < 500 else "trouble"
    # The address may be a token that has become invalid: it is kept as secret as a living one.
    sent = {**TOKEN_HEADERS, **headers}
    try:
        return page(look, request, "web/error.html", status=status, kind=kind, headers=sent)
    except TemplateError as error:
        log.trouble("request.failed", error, status=status)
        return PlainTextResponse(f"{status}\n", status_code=status, headers=sent)


def shown(path: str) -> str:
    """The path as a log may show it: tokens open readers' pages, so they are cut; nothing in it steers a terminal."""
    parts = ascii(path)[1:-1].split("/")
    return "/".join(part if len(part) < _SHORTEST_SECRET else part[:4] + "…" for part in parts)
