"""A reader's own issue in the browser, behind the link of its mail."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from publisher.db.engine import Connection
from publisher.delivery import ledger, link
from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.page import strict
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.issues import store
from publisher.issues.issue import BEGUN
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS, digest_policy
from subscribers import store as readers
from subscribers.tokens import Purpose, verify


def routes(look: Look) -> list[Route]:
    """The routes of this page, also with a slash at its end."""
    return [Route(path, partial(_view, look)) for path in ("/i/{token}", "/i/{token}/")]


def _view(look: Look, request: Request) -> Response:
    app, token = look.app, request.path_params["token"]
    with app.database.read() as connection:
        found = link.read_view(connection, app.keys, token, app.clock.now())
        if found is None:
            return _erased(look, request, connection, token)
        reader, issue = found
        key = ledger.edition_of(connection, issue.id, reader.id)
        edition = editions.load(connection, issue, key) if key else None
    if edition is None:
        raise NotFoundError(f"issue {issue.id} has no edition for reader {reader.id}")
    html = web_page(
        edition,
        app.config,
        app.templates,
        public=False,
        unsubscribe=link.unsubscribe(app.config, app.keys, reader.id),
        preferences=link.preferences(app.config, app.keys, reader.id, reader.epoch),
        name=reader.name,
    )
    shown = strict(html)
    policy = {"content-security-policy": digest_policy(app.config, shown.styles)}
    return HTMLResponse(shown.html.encode("utf-8", "replace"), headers=TOKEN_HEADERS | policy)


def _erased(look: Look, request: Request, connection: Connection, token: str) -> Response:
    """The page for a link that was good once, while its reader was on the list. Raises ``NotFoundError`` for others.

    Of a reader who had their links revoked before nothing is left that could prove it: that link is as any other.
    """
    number = verify(look.app.keys, Purpose.VIEW, token, look.app.clock.now())
    reader, serial = link.parted(number) if number is not None else (0, 0)
    if number is None or readers.by_id(connection, reader) is not None:
        raise NotFoundError("no such link")
    issue = store.by_serial(connection, serial)
    public = (
        issue is not None
        and issue.state in BEGUN
        and editions.load(connection, issue, press.public_wish(look.app.config).key)
    )
    return page(look, request, "web/erased.html", issue=issue if public else None, status=404, headers=TOKEN_HEADERS)
