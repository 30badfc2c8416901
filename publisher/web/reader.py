"""Pages behind a reader's token: their issue in the browser, and leaving."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from publisher.delivery import ledger, mail
from publisher.digest import store as editions
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS, digest_policy
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import UnknownError
from subscribers.tokens import Purpose, verify

_ONE_CLICK = b"One-Click"


def routes(look: Look) -> list[Route]:
    """The routes of these pages, each also with a slash at its end."""
    return [
        *(Route(path, partial(_view, look)) for path in ("/i/{token}", "/i/{token}/")),
        *(Route(path, partial(_leaving, look), methods=["GET", "POST"]) for path in ("/u/{token}", "/u/{token}/")),
    ]


def _view(look: Look, request: Request) -> Response:
    app = look.app
    with app.database.read() as connection:
        found = mail.read_view(connection, app.keys, request.path_params["token"], app.clock.now())
        if found is None:
            raise NotFoundError("no such link")
        reader, issue = found
        key = ledger.edition_of(connection, issue.id, reader.id)
        edition = editions.load(connection, issue.id, key) if key else None
    if edition is None:
        raise NotFoundError(f"issue {issue.id} has no edition for reader {reader.id}")
    leave = look.root + mail.unsubscribe_path(app.keys, reader.id)
    html = web_page(edition, app.config, app.templates, public=False, unsubscribe=leave)
    return HTMLResponse(html, headers=TOKEN_HEADERS | {"content-security-policy": digest_policy(app.config)})


async def _leaving(look: Look, request: Request) -> Response:
    """GET shows one button; POST acts at once, whoever sends it: a provider has no cookie and no origin."""
    body = await request.body() if request.method == "POST" else b""
    return await run_in_threadpool(_unsubscribe, look, request, one_click=_ONE_CLICK in body)


def _unsubscribe(look: Look, request: Request, *, one_click: bool) -> Response:
    app = look.app
    reader = verify(app.keys, Purpose.UNSUB, request.path_params["token"], app.clock.now())
    if reader is None:
        raise NotFoundError("no such link")
    if request.method != "POST":
        return page(look, request, "web/unsubscribe.html", state="ask", headers=TOKEN_HEADERS)
    _leave(look, reader, "one-click" if one_click else "link")
    if one_click or "text/html" not in request.headers.get("accept", ""):
        # A mail provider's one-click POST: 200, no redirect, no cookie (RFC 8058 3.1).
        return PlainTextResponse("unsubscribed\n", headers=TOKEN_HEADERS)
    return page(look, request, "web/unsubscribe.html", state="done", headers=TOKEN_HEADERS)


def _leave(look: Look, reader: int, how: str) -> None:
    """Unsubscribes; doing it twice, or after erasure, is as good as once."""
    try:
        with look.app.database.write() as connection:
            readers.act(connection, reader, Act.UNSUBSCRIBE, now=look.app.clock.now(), how=how)
    except UnknownError:
        return
