"""Pages for everybody: the front page, the archive, confirmation, pictures, health."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.issues import store
from publisher.issues.issue import BEGUN
from publisher.web.page import page, style
from publisher.web.security import DIGEST_POLICY, TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import RefusedError, UnknownError
from subscribers.tokens import Purpose, verify

FOREVER = "public, max-age=31536000, immutable"
_PICTURE = re.compile(r"[0-9a-f]{16,64}\.(jpg|png)")
_KINDS = {"jpg": "image/jpeg", "png": "image/png"}


def stylesheet_path(app: App) -> str:
    """Where the style sheet is served: a new one has a new name, so that browsers may keep it for ever."""
    return f"/static/site.{hashlib.blake2b(style(app).encode(), digest_size=6).hexdigest()}.css"


def routes(app: App, css: str) -> list[Route]:
    """The routes of these pages; ``css`` is the path of the style sheet."""
    pages: dict[str, Callable[[App, str, Request], Response]] = {
        "/": _home,
        "/archive": _to_archive,
        "/archive/": _archive,
        "/archive/{issue}": _issue,
        "/media/{name}": _picture,
        "/healthz": _health,
    }
    sheet = Response(style(app), media_type="text/css", headers={"cache-control": FOREVER})
    return [
        *(Route(path, partial(endpoint, app, css)) for path, endpoint in pages.items()),
        Route("/confirm/{token}", partial(_confirm, app, css), methods=["GET", "POST"]),
        Route(css, partial(_same, sheet)),
    ]


def _home(app: App, css: str, request: Request) -> Response:
    with app.database.read() as connection:
        issues = store.latest(connection, states=BEGUN, limit=5)
    letters = list(app.config.newsletters.values())
    zone = app.config.site.timezone
    return page(app, request, "web/home.html", css=css, letters=letters, issues=issues, zone=zone)


def _to_archive(app: App, css: str, request: Request) -> Response:
    del app, css, request
    return RedirectResponse("/archive/", status_code=301)


def _archive(app: App, css: str, request: Request) -> Response:
    with app.database.read() as connection:
        issues = store.latest(connection, states=BEGUN, limit=200)
    titles = {key: letter.title for key, letter in app.config.newsletters.items()}
    zone = app.config.site.timezone
    return page(app, request, "web/archive.html", css=css, issues=issues, titles=titles, zone=zone)


def _issue(app: App, css: str, request: Request) -> Response:
    del css
    with app.database.read() as connection:
        issue = store.get(connection, request.path_params["issue"])
        edition = editions.load(connection, issue.id, press.public_wish(app.config).key)
    if issue.state not in BEGUN or edition is None:
        raise NotFoundError(f"issue {issue.id} has no public page")
    html = web_page(edition, app.config, app.templates, public=True)
    return HTMLResponse(
        html, headers={"content-security-policy": DIGEST_POLICY, "cache-control": "public, max-age=300"}
    )


def _confirm(app: App, css: str, request: Request) -> Response:
    """GET asks, POST confirms: a scanner that follows links signs nobody up."""
    reader = verify(app.keys, Purpose.CONFIRM, request.path_params["token"], app.clock.now())
    state = "expired" if reader is None else "ask"
    if reader is not None and request.method == "POST":
        state = _confirmed(app, reader, request)
    status = 404 if state == "expired" else 200
    return page(app, request, "web/confirm.html", css=css, state=state, status=status, headers=TOKEN_HEADERS)


def _confirmed(app: App, reader: int, request: Request) -> str:
    ip = request.client.host if request.client else ""
    try:
        with app.database.write() as connection:
            readers.act(connection, reader, Act.CONFIRM, now=app.clock.now(), how="confirm-link", ip=ip)
    except (RefusedError, UnknownError):  # they left since, or were erased: an old link brings nobody back
        return "expired"
    return "done"


def _picture(app: App, css: str, request: Request) -> Response:
    del css
    name = request.path_params["name"]
    kind, file = _PICTURE.fullmatch(name), app.config.output / "media" / name
    if not kind or not file.is_file():
        raise NotFoundError("no such picture")
    # Mail programs and feed readers show it on other origins.
    headers = {"cache-control": FOREVER, "cross-origin-resource-policy": "cross-origin"}
    return Response(file.read_bytes(), media_type=_KINDS[kind[1]], headers=headers)


def _health(app: App, css: str, request: Request) -> Response:
    del css, request
    with app.database.read() as connection:
        store.latest(connection, limit=1)
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


def _same(response: Response, request: Request) -> Response:
    del request
    return response
