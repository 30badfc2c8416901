"""Pages for everybody: the archive, pictures, health; the front page is ``signup``'s."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import groupby

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.page import strict
from publisher.digest.render import web_page
from publisher.errors import NotFoundError
from publisher.feeds.feed import FOLDERS, Kind
from publisher.issues import store
from publisher.issues.issue import BEGUN
from publisher.web import conditional
from publisher.web.page import Look, page
from publisher.web.security import PICTURE_POLICY, digest_policy

FOREVER = "public, max-age=31536000, immutable"
_SHORTLY = {"cache-control": "public, max-age=60"}
_ISSUE = re.compile(r"[a-z0-9_-]{1,200}", re.ASCII)
_PICTURE = re.compile(r"[0-9a-f]{16,64}\.(jpg|png)", re.ASCII)
_KINDS = {"jpg": "image/jpeg", "png": "image/png"}
_LISTED = 200
_strict = lru_cache(maxsize=16)(strict)  # nearly everybody asks for the newest issue, which is the same for all


def routes(look: Look) -> list[Route]:
    """The routes of these pages, each also with a slash at its end."""
    pages: dict[str, Callable[[Look, Request], Response]] = {
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
    return [Route(path, partial(endpoint, look)) for path, endpoint in pages.items()]


def _to_archive(look: Look, request: Request) -> Response:
    del request
    return RedirectResponse(f"{look.root}/archive/", status_code=301)


def _archive(look: Look, request: Request) -> Response:
    """All issues, or those of ``?newsletter=``, newest first; older ones than fit stand behind ``?before=<issue>``."""
    config = look.app.config
    newsletter, before = request.query_params.get("newsletter", ""), request.query_params.get("before", "")
    if (newsletter and newsletter not in config.newsletters) or (before and not _ISSUE.fullmatch(before)):
        raise NotFoundError("no such list")
    with look.app.database.read() as connection:
        found = store.listed(connection, newsletter=newsletter, before=before, limit=_LISTED + 1)
    if before and not found:
        raise NotFoundError("no such list")
    shown = [(issue, _shown(look, issue)) for issue in found[:_LISTED]]
    letters = [(key, letter.title, _has_feed(look, key)) for key, letter in config.newsletters.items()]
    own = [key for key, _, built in letters if built and (key == newsletter or len(letters) == 1)]
    years = groupby(shown, lambda each: each[0].slot.astimezone(config.site.timezone).year)
    return page(
        look,
        request,
        "web/archive.html",
        years=[(year, list(issues)) for year, issues in years],
        letters=letters,
        titles={key: title for key, title, _ in letters},
        chosen=newsletter,
        feed=f"newsletters/{own[0]}/" if own else "",
        older=shown[-1][0].id if len(found) > _LISTED else "",
        zone=config.site.timezone,
        headers=_SHORTLY,
    )


def _shown(look: Look, issue: store.Listed) -> int:
    """How many of the issue's stories its page shows: those that a reader of all topics got."""
    letter = look.app.config.newsletters.get(issue.newsletter)
    return min(issue.stories, letter.select.max) if letter else issue.stories


def _has_feed(look: Look, newsletter: str) -> bool:
    """Whether the newsletter's own feed is built: it is from its first issue on."""
    return (look.app.config.output / FOLDERS[Kind.NEWSLETTER] / newsletter).is_dir()


def _issue(look: Look, request: Request) -> Response:
    app, id = look.app, request.path_params["issue"]
    if not _ISSUE.fullmatch(id):
        raise NotFoundError("no such issue")
    with app.database.read() as connection:
        issue = store.get(connection, id)
        edition = editions.load(connection, issue, press.public_wish(app.config).key)
    if issue.state not in BEGUN or edition is None:
        raise NotFoundError(f"issue {issue.id} has no public page")
    shown = _strict(web_page(edition, app.config, app.templates, public=True, feeds=look.feeds))
    body = shown.html.encode("utf-8", "replace")
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    # The policy stands in a 304 too: whoever kept the page takes over that answer's headers (RFC 9110 15.4.5).
    policy = digest_policy(app.config, shown.styles)
    headers = {"etag": etag, "cache-control": "public, max-age=300", "content-security-policy": policy}
    asked = conditional.heeded(request.headers.raw)
    # A template moves no date: only the tag tells of its change, so that none is given and none believed.
    asked.pop(conditional.IF_MODIFIED_SINCE, None)
    status = conditional.status(asked, etag.encode("ascii"), 0, app.clock.now().year)
    if status != 200:
        return Response(status_code=status, headers=headers)
    return HTMLResponse(body, headers=headers)


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
