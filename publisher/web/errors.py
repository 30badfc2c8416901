"""What a visitor sees when something is wrong: the only place that turns our errors into HTTP status codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from publisher import log
from publisher.app import App
from publisher.errors import NotFoundError, PublisherError, StateError, StoreError
from publisher.web.page import page
from subscribers.error import SubscriberError

STATUS = {NotFoundError: 404, StateError: 409, StoreError: 503}
"""By error; any other of ours is a 500, and none of their texts is shown: they speak to the operator."""


def handlers(app: App, css: str) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """Starlette's exception handlers."""

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _say(app, css, request, status)

    def ours(request: Request, error: Exception) -> Response:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        log.trouble("request.failed", error, path=_shown(request.url.path), status=status)
        return _say(app, css, request, status)

    return {HTTPException: http, PublisherError: ours, SubscriberError: ours, Exception: ours}


def _say(app: App, css: str, request: Request, status: int) -> Response:
    kind = "missing" if status in {404, 405, 410} else "trouble"
    return page(app, request, "web/error.html", css=css, status=status, kind=kind)


def _shown(path: str) -> str:
    """The path as a log may show it: tokens open readers' pages, so they are cut."""
    parts = path.split("/")
    return "/".join(part if len(part) < 36 else part[:4] + "…" for part in parts)
