"""Pages for everybody: the front page, the archive, confirmation, pictures, health."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from publisher.delivery import mail
from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.issues import store
from publisher.issues.issue import BEGUN, Issue
from publisher.web.page import Look, page
from publisher.web.security import PICTURE_POLICY, TOKEN_HEADERS, digest_policy
from publisher.web.sentence import rhythm
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import RefusedError, UnknownError
from subscribers.tokens import Purpose, verify

FOREVER = "public, max-age=31536000, immutable"
_SHORTLY = {"cache-control": "public, max-age=60"}
_ISSUE = re.compile(r"[a-z0-9_-]{1,200}", re.ASCII)
_PICTURE = re.compile(r"[0-9a-f]{16,64}\.(jpg|png)", re.ASCII)
_KINDS = {"jpg": "image/jpeg", "png": "image/png"}
_LATEST, _LISTED = 5, 200


def routes(look: Look) -> list[Route]:
    """The routes of these pages, each also with a slash at its end."""
    pages: dict[str, Callable[[Look, Request], Response]] = {
        "/": _home,
        "/archive": _to_archive,
        "/archive/": _archive,
        "/archive/{issue}": _issue,
        "/archive/{issue}/": _issue,
        "/media/{name}": _picture,
        "/favicon.ico": _icon,
        "/healthz": _health,
        "/healthz/": _health,
        look.css: _sheet,
    }
    return [
        *(Route(path, partial(endpoint, look)) for path, endpoint in pages.items()),
        *(Route(path, partial(_confirm, look), methods=["GET", "POST"]) for path in _both("/confirm/{token}")),
    ]


def _both(path: str) -> tuple[str, str]:
    return path, f"{path}/"


def _issues(look: Look, limit: int) -> list[Issue]:
    """The latest issues that have a page: one without stories is a note of a quiet week."""
    with look.app.database.read() as connection:
        return [issue for issue in store.latest(connection, states=BEGUN, limit=limit) if issue.stories]


def _home(look: Look, request: Request) -> Response:
    config = look.app.config
    letters = [(letter, [rhythm(when) for when in letter.schedules.values()]) for letter in config.newsletters.values()]
    return page(
        look,
        request,
        "web/home.html",
        letters=letters,
        topics=[rule.title for rule in config.topics.values()],
        issues=_issues(look, _LATEST),
        zone=config.site.timezone,
        headers=_SHORTLY,
    )


def _to_archive(look: Look, request: Request) -> Response:
    del request
    return RedirectResponse(f"{look.root}/archive/", status_code=301)


def _archive(look: Look, request: Request) -> Response:
    config = look.app.config
    return page(
        look,
        request,
        "web/archive.html",
        issues=[(issue, _shown(look, issue)) for issue in _issues(look, _LISTED)],
        titles={key: letter.title for key, letter in config.newsletters.items()},
        zone=config.site.timezone,
        headers=_SHORTLY,
    )


def _shown(look: Look, issue: Issue) -> int:
    """How many of the issue's stories its page shows: those that a reader of all topics got."""
    letter = look.app.config.newsletters.get(issue.stream.newsletter)
    return min(len(issue.stories), letter.select.max) if letter else len(issue.stories)


def _issue(look: Look, request: Request) -> Response:
    app, id = look.app, request.path_params["issue"]
    if not _ISSUE.fullmatch(id):
        raise NotFoundError("no such issue")
    with app.database.read() as connection:
        issue = store.get(connection, id)
        edition = editions.load(connection, issue.id, press.public_wish(app.config).key)
    if issue.state not in BEGUN or edition is None:
        raise NotFoundError(f"issue {issue.id} has no public page")
    html = web_page(edition, app.config, app.templates, public=True, feeds=look.feeds)
    return HTMLResponse(
        html, headers={"content-security-policy": digest_policy(app.config), "cache-control": "public, max-age=300"}
    )


async def _confirm(look: Look, request: Request) -> Response:
    """GET asks, POST confirms: a scanner that follows links signs nobody up."""
    if request.method == "POST":
        await request.body()  # read to its end, which the limit may refuse
    return await run_in_threadpool(_confirmation, look, request)


def _confirmation(look: Look, request: Request) -> Response:
    app = look.app
    reader = verify(app.keys, Purpose.CONFIRM, request.path_params["token"], app.clock.now())
    state = "expired" if reader is None else "ask"
    if reader is not None and request.method == "POST":
        state = _confirmed(look, reader, request)
    status = 404 if state == "expired" else 200
    feed = _own_feed(look, reader) if reader is not None and state == "done" else ""
    return page(look, request, "web/confirm.html", state=state, feed=feed, status=status, headers=TOKEN_HEADERS)


def _own_feed(look: Look, reader: int) -> str:
    app = look.app
    with app.database.read() as connection:
        return mail.feed_link(app.config, app.keys, readers.get(connection, reader), "rss.xml")


def _confirmed(look: Look, reader: int, request: Request) -> str:
    ip, now = request.client.host if request.client else "", look.app.clock.now()
    try:
        with look.app.database.write() as connection:
            readers.act(connection, reader, Act.CONFIRM, now=now, how="confirm-link", ip=ip)
    except (RefusedError, UnknownError):  # they left since, or were erased: an old link brings nobody back
        return "expired"
    return "done"


def _picture(look: Look, request: Request) -> Response:
    return _pictured(look, request.path_params["name"], FOREVER)


def _icon(look: Look, request: Request) -> Response:
    """The logo, for browsers that ask without being told; 204 where there is none, which they remember."""
    del request
    name = look.logo.url.removeprefix(f"{look.root}/media/") if look.logo else ""
    if not _PICTURE.fullmatch(name):
        return Response(status_code=204, headers={"cache-control": "public, max-age=86400"})
    return _pictured(look, name, "public, max-age=86400")


def _pictured(look: Look, name: str, keep: str) -> Response:
    kind, file = _PICTURE.fullmatch(name), look.app.config.output / "media" / name
    if not kind or not file.is_file():
        raise NotFoundError("no such picture")
    headers = {
        "cache-control": keep,
        "content-security-policy": PICTURE_POLICY,
        "cross-origin-resource-policy": "cross-origin",  # mail programs and feed readers show it
    }
    return Response(file.read_bytes(), media_type=_KINDS[kind[1]], headers=headers)


def _sheet(look: Look, request: Request) -> Response:
    del request
    return Response(look.sheet, media_type="text/css", headers={"cache-control": FOREVER})


def _health(look: Look, request: Request) -> Response:
    del request
    with look.app.database.read() as connection:
        store.latest(connection, limit=1)
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})
