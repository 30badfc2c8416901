"""The web application, and the service that runs it beside scheduler and sender."""

from __future__ import annotations

import threading
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from publisher.app import App
from publisher.config import Listen
from publisher.errors import ConfigError, StoreError
from publisher.feeds.publish import base_url
from publisher.web import public, reader
from publisher.web.errors import handlers
from publisher.web.feeds import FeedServer
from publisher.web.security import SecurityHeaders


def application(app: App) -> ASGIApp:
    """The ASGI application: feeds from memory first, then the router."""
    config = app.config
    css = public.stylesheet_path(app)
    return Starlette(
        routes=[*public.routes(app, css), *reader.routes(app, css)],
        middleware=[
            Middleware(SecurityHeaders, https=config.web.url.startswith("https://")),
            Middleware(
                FeedServer,
                output=config.output,
                base_url=base_url(config),
                max_age=config.feeds.max_age,
            ),
        ],
        exception_handlers=handlers(app, css),
    )


def address(app: App, text: str) -> Listen:
    """Where to listen: as the config says, or ``HOST:PORT``. Raises ``ConfigError`` for what is neither."""
    if not text:
        return app.config.web.listen
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{text!r} is not an address to listen at", hint="write for example 127.0.0.1:8000")
    return Listen(host=host, port=int(port))


def serve(app: App, listen: Listen, *, ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM. ``ready`` is told the address once it answers; port 0 takes a free one.

    Raises ``StoreError`` where the address cannot be had.
    """
    config = uvicorn.Config(
        application(app),
        host=listen.host,
        port=listen.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(app.config.web.trusted_proxies) or "127.0.0.1",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)

    def announce() -> None:
        while not server.started and not server.should_exit:
            done.wait(0.05)
        if server.started:
            port = server.servers[0].sockets[0].getsockname()[1]
            ready(f"http://{listen.host}:{port}/")

    done = threading.Event()
    watcher = threading.Thread(target=announce, name="announce")
    watcher.start()
    try:
        server.run()
    except SystemExit as error:  # uvicorn's way to say that it could not bind
        raise StoreError(
            f"{listen.host}:{listen.port} cannot be listened at", hint="another server has it: use --listen HOST:PORT"
        ) from error
    finally:
        server.should_exit = True
        watcher.join()
