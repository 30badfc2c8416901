"""The web application, and the service that runs it beside scheduler and sender."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp

from publisher.app import App
from publisher.config import Listen
from publisher.errors import ConfigError, StoreError
from publisher.feeds.channel import base_url
from publisher.web import click, confirm, data, hooks, leave, personal, preferences, public, reader, signup
from publisher.web.errors import handlers, refusal
from publisher.web.feeds import FeedServer
from publisher.web.origin import OwnOrigin, origin
from publisher.web.page import look
from publisher.web.security import SecurityHeaders, feed_headers, headers, page_policy, scripted_policy
from publisher.web.snapshot import Terms

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body: the longest form of ours has a hundredth of it."""


def application(app: App) -> ASGIApp:
    """The ASGI application: feeds from memory outside of everything, then security headers, then the router."""
    config, pages = app.config, look(app)
    https = config.web.url.startswith("https://")
    parts = (signup, public, reader, confirm, leave, preferences, data, personal, click, hooks)
    inner = Starlette(
        routes=[route for part in parts for route in part.routes(pages)],
        middleware=[
            Middleware(
                OwnOrigin,
                own=origin(config.web.url or f"http://{config.web.listen}"),
                exempt=("/u/", "/webhooks/"),
                secret=("/p/", "/d/", "/confirm/"),
                refuse=partial(refusal, pages),
            ),
            Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT),
        ],
        exception_handlers=handlers(pages),
    )
    # Starlette's own redirect names the host that the request named: anybody could write another there.
    inner.router.redirect_slashes = False
    return FeedServer(
        SecurityHeaders(inner, policy=page_policy(config), https=https),
        output=config.output,
        terms=Terms(
            base_url=base_url(config),
            hubs=config.feeds.hubs,
            max_age=config.feeds.max_age,
            page=headers(scripted_policy(config), https=https),
            feed=feed_headers(https=https),
        ),
        monotonic=app.clock.monotonic,
        now=app.clock.now,
        moves=config.feeds.moved,
        deltas=config.feeds.delta,
    )


def address(app: App, text: str) -> Listen:
    """Where to listen: as the config says, or ``HOST:PORT``. Raises ``ConfigError`` for what is neither."""
    if not text:
        return app.config.web.listen
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{text!r} is not an address to listen at", hint="write for example 127.0.0.1:8000")
    return Listen(host=host, port=int(port))


def serve(app: App, listen: Listen, *, ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM, then returns. ``ready`` is told the address once it answers.

    Port 0 takes a free one. Raises ``StoreError`` where the address cannot be had.
    """
    with _bound(listen) as listening, _returning():
        config = uvicorn.Config(
            application(app),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=bool(app.config.web.trusted_proxies),
            forwarded_allow_ips=[str(each) for each in app.config.web.trusted_proxies],
            timeout_graceful_shutdown=5,
        )
        host = f"[{listen.host}]" if ":" in listen.host else listen.host
        url = f"http://{host}:{listening.getsockname()[1]}/"
        _Server(config, lambda: ready(url)).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Uvicorn, which says when it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer."""
        await super().startup(sockets)
        self._announce()


@contextmanager
def _bound(listen: Listen) -> Iterator[socket.socket]:
    """A listening socket. Made here: where uvicorn cannot have its address, it ends the process."""
    try:
        found = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, where = found[0]
        opened = socket.create_server((str(where[0]), listen.port), family=family, backlog=2048)
    except OSError as error:
        raise StoreError(
            f"{listen.host}:{listen.port} cannot be listened at: {os.strerror(error.errno) if error.errno else error}",
            hint="if another server has it, use --listen HOST:PORT",
        ) from error
    with opened:
        yield opened


@contextmanager
def _returning() -> Iterator[None]:
    """Lets a signal that ends the server do no more: uvicorn sends it again, and we would die before tidying up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _ignore) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _ignore(number: int, frame: object) -> None:
    del number, frame
