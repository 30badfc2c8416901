"""Pages behind a reader's token: their issue in the browser, and leaving."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.delivery import ledger, mail
from publisher.digest import store as editions
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.web.page import page
from publisher.web.security import DIGEST_POLICY, TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import UnknownError
from subscribers.tokens import Purpose, verify


def routes(app: App, css: str) -> list[Route]:
    """The routes of these pages; ``css`` is the path of the style sheet."""

    def view(request: Request) -> Response:
        with app.database.read() as connection:
            found = mail.read_view(connection, app.keys, request.path_params["token"], app.clock.now())
            if found is None:
                raise NotFoundError("no such link")
            reader, issue = found
            key = ledger.edition_of(connection, issue.id, reader.id)
            edition = editions.load(connection, issue.id, key) if key else None
        if edition is None:
            raise NotFoundError(f"issue {issue.id} has no edition for reader {reader.id}")
        leave = mail.unsubscribe_path(app.keys, reader.id)
        html = web_page(edition, app.config, app.templates, public=False, unsubscribe=leave)
        return HTMLResponse(html, headers=TOKEN_HEADERS | {"content-security-policy": DIGEST_POLICY})

    def unsubscribe(request: Request) -> Response:
        reader = verify(app.keys, Purpose.UNSUB, request.path_params["token"], app.clock.now())
        if reader is None:
            raise NotFoundError("no such link")
        if request.method in {"GET", "HEAD"}:
            return page(app, request, "web/unsubscribe.html", css=css, state="ask", headers=TOKEN_HEADERS)
        _leave(app, reader)
        if "text/html" not in request.headers.get("accept", ""):
            # A mail provider's one-click POST: 200, no redirect, no cookie (RFC 8058 3.1).
            return PlainTextResponse("unsubscribed\n", headers=TOKEN_HEADERS)
        return page(app, request, "web/unsubscribe.html", css=css, state="done", headers=TOKEN_HEADERS)

    return [
        Route("/i/{token}", view),
        Route("/u/{token}", unsubscribe, methods=["GET", "POST"]),
    ]


def _leave(app: App, reader: int) -> None:
    """Unsubscribes; doing it twice, or after erasure, is as good as once."""
    try:
        with app.database.write() as connection:
            readers.act(connection, reader, Act.UNSUBSCRIBE, now=app.clock.now(), how="link")
    except UnknownError:
        return
