"""A reader's own data, behind a link that is mailed to them for a day: shown, taken away, erased."""

from __future__ import annotations

import json
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.app import App
from publisher.db.engine import Connection
from publisher.delivery import farewell, link
from publisher.delivery.ledger import NOT_ACTIVE, STOPPED
from publisher.delivery.plan import EMPTY
from publisher.errors import NotFoundError
from publisher.web import choice, form, leaving
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers import store as readers
from subscribers.subscriber import Subscriber
from subscribers.tokens import Purpose, claimed, verify

_LATE = "its deadline has passed"
_SHOWN = 50
"""Mails that the page lists; the file has all."""


def routes(look: Look) -> list[Route]:
    """The routes of this page, also with a slash at its end, and of its file."""
    return [
        Route("/d/{token}/data.json", partial(_file, look)),
        *(Route(path, partial(_page, look), methods=["GET", "POST"]) for path in ("/d/{token}", "/d/{token}/")),
    ]


def _read(app: App, connection: Connection, token: str) -> Subscriber:
    reader = link.read_data(connection, app.keys, token, app.clock.now())
    if reader is None:
        raise NotFoundError("no such link")
    return reader


def _file(look: Look, request: Request) -> Response:
    app = look.app
    with app.database.read() as connection:
        found = farewell.held(connection, _read(app, connection, request.path_params["token"]))
    headers = TOKEN_HEADERS | {"content-disposition": 'attachment; filename="data.json"'}
    text = json.dumps(farewell.document(found), ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "replace"), media_type="application/json", headers=headers)


async def _page(look: Look, request: Request) -> Response:
    """GET shows, POST erases."""
    body = await request.body() if request.method == "POST" else b""
    return await run_in_threadpool(_answer, look, request, body)


def _answer(look: Look, request: Request, body: bytes) -> Response:
    app, token = look.app, request.path_params["token"]
    if request.method == "POST" and _gone(app, token):
        return _erased(look, request, "")  # the button pressed twice
    with app.database.read() as connection:
        reader = _read(app, connection, token)
    if request.method != "POST":
        return _shown(look, request, reader, sure=True)
    if form.single(form.fields(request, body)).get("sure") != "yes":
        return _shown(look, request, reader, sure=False)
    with app.database.write() as connection:
        reader = _read(app, connection, token)
        farewell.erase(connection, app.keys, reader.id, app.clock.now())
    return _erased(look, request, reader.language)


def _gone(app: App, token: str) -> bool:
    """Whether it was a link of a reader who is erased; of one who had links revoked nothing is left to prove it."""
    number = claimed(token)
    if number is None or verify(app.keys, Purpose.DATA, token, app.clock.now()) is None:
        return False
    with app.database.read() as connection:
        return readers.by_id(connection, number) is None


def _erased(look: Look, request: Request, language: str) -> Response:
    return page(look, request, "web/data.html", headers=TOKEN_HEADERS, language=language, held=None)


def _shown(look: Look, request: Request, reader: Subscriber, *, sure: bool) -> Response:
    app = look.app
    with app.database.read() as connection:
        held = farewell.held(connection, reader)
    return page(
        look,
        request,
        "web/data.html",
        status=200 if sure else 422,
        headers=TOKEN_HEADERS,
        language=reader.language,
        held=held,
        sent=held.sent[:_SHOWN],
        sure=sure,
        zone=choice.clock(app.config, reader),
        offset=choice.offset,
        reasons={NOT_ACTIVE: "inactive", STOPPED: "stopped", EMPTY: "empty", _LATE: "late"},
        said=leaving.said,
        topics={slug: rule.title for slug, rule in app.config.topics.items()},
        titles={name: letter.title for name, letter in app.config.newsletters.items()},
        path=f"{look.root}/d/{request.path_params['token']}",
    )
