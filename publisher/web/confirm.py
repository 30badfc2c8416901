"""The page behind the link of a confirmation letter: GET asks, POST confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.app import App
from publisher.db.engine import Connection
from publisher.delivery import link
from publisher.web import form
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import SUPPRESSED, Status, Subscriber

_EVER = datetime(1970, 1, 2, tzinfo=UTC)
"""A moment at which no link has expired: to tell one that was ours from one that never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Whose link it is and what the page says."""

    state: str
    """``ask``, ``done``, ``used`` or ``past`` (they are subscribed; the link is good or not), ``left`` (since then),
    ``expired``, ``unknown``."""
    reader: Subscriber | None = None


def routes(look: Look) -> list[Route]:
    """The routes of this page, also with a slash at its end."""
    paths = ("/confirm/{token}", "/confirm/{token}/")
    return [Route(path, partial(_confirm, look), methods=["GET", "POST"]) for path in paths]


async def _confirm(look: Look, request: Request) -> Response:
    """A scanner that follows links signs nobody up."""
    if request.method == "POST":
        await request.body()  # read to its end, which the limit may refuse
    return await run_in_threadpool(_answer, look, request)


def _answer(look: Look, request: Request) -> Response:
    app = look.app
    token = request.path_params["token"]
    with app.database.read() as connection:
        asked = _asked(app, connection, token)
    if request.method == "POST" and asked.state == "ask":
        with app.database.write() as connection:
            asked = _confirmed(app, connection, token, form.visitor(request))
    # Who finds a used link learns nothing of the reader's own pages: mails are forwarded.
    mine = asked.reader if asked.state == "done" else None
    return page(
        look,
        request,
        "web/confirm.html",
        status=404 if asked.state in {"left", "expired", "unknown"} else 200,
        headers=TOKEN_HEADERS,
        language=asked.reader.language if asked.reader else "",
        state=asked.state,
        feed=link.feed(app.config, app.keys, mine, "rss.xml") if mine else "",
        preferences=look.root + link.preferences_path(app.keys, mine.id, mine.epoch) if mine else "",
    )


def _asked(app: App, connection: Connection, token: str) -> _Asked:
    """What a link asks for now. Of one that expired its reader is only looked up to say it kindly."""
    reader = link.read_confirm(connection, app.keys, token, _EVER)
    if reader is None:
        return _Asked(state="unknown")
    if reader.status in SUPPRESSED:
        return _Asked(state="left", reader=reader)
    living = link.read_confirm(connection, app.keys, token, app.clock.now()) is not None
    if reader.status is Status.PENDING:
        return _Asked(state="ask" if living else "expired", reader=reader)
    return _Asked(state="used" if living else "past", reader=reader)


def _confirmed(app: App, connection: Connection, token: str, ip: str) -> _Asked:
    """What the button does: it confirms whoever is pending still, now that nobody else writes."""
    asked = _asked(app, connection, token)
    if asked.state != "ask" or asked.reader is None:
        return asked
    after = readers.act(connection, asked.reader.id, Act.CONFIRM, now=app.clock.now(), how="confirm-link", ip=ip)
    return _Asked(state="done", reader=after)
