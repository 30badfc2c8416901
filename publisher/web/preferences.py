"""A reader's preferences, behind the link at the foot of their mails: shown by GET, changed by POST alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.db.engine import Connection
from publisher.delivery import link
from publisher.errors import NotFoundError
from publisher.web import choice
from publisher.web.choice import Fault, Form
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import RefusedError
from subscribers.subscriber import SUPPRESSED, Status, Subscriber

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000
_HOW = "preferences"
_STEPS = {"pause": (Act.PAUSE, "paused"), "resume": (Act.RESUME, "resumed")}
_TRUE_WHILE = {"saved": set(Status), "paused": {Status.PAUSED}, "resumed": {Status.ACTIVE}}
"""Notes that the page can show, and the statuses in which each is true: an address may be opened again much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a form did: a note to show after a redirect, or the page again with what is wrong."""

    reader: Subscriber
    done: str = ""
    status: int = 200
    form: Form | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)


def routes(look: Look) -> list[Route]:
    """The routes of this page, also with a slash at its end."""
    return [Route(path, partial(_page, look), methods=["GET", "POST"]) for path in ("/p/{token}", "/p/{token}/")]


def _read(app: App, connection: Connection, token: str) -> Subscriber:
    reader = link.read_preferences(connection, app.keys, token, app.clock.now())
    if reader is None:
        raise NotFoundError("no such link")
    return reader


async def _page(look: Look, request: Request) -> Response:
    """Who has the link may use it, whatever page they come from: no cookie has a say here, so none can be misused."""
    body = await request.body() if request.method == "POST" else b""
    return await run_in_threadpool(_answer, look, request, body)


def _answer(look: Look, request: Request, body: bytes) -> Response:
    app, token = look.app, request.path_params["token"]
    with app.database.read() as connection:  # a forged link may not even wait for the lock of writers
        reader = _read(app, connection, token)
    if request.method != "POST":
        return _shown(look, request, _Outcome(reader=reader))
    fields = _fields(request, body)
    with app.database.write() as connection:
        reader = _read(app, connection, token)
        outcome = _done(app, connection, reader, fields, request.client.host if request.client else "")
    if not outcome.done:
        return _shown(look, request, outcome)
    # By GET: loading the page again sends nothing again.
    return RedirectResponse(f"{look.root}/p/{token}?done={outcome.done}", status_code=303, headers=TOKEN_HEADERS)


def _fields(request: Request, body: bytes) -> list[tuple[str, str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415)
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error


def _done(app: App, connection: Connection, reader: Subscriber, fields: list[tuple[str, str]], ip: str) -> _Outcome:
    """What the pressed button does. Without one nothing is done: an empty form would ask for everything."""
    if reader.status in SUPPRESSED:
        return _Outcome(reader=reader, status=409)
    acts = [value for name, value in fields if name == "act"]
    if acts == ["save"]:
        return _saved(app, connection, reader, fields, ip)
    if len(acts) != 1 or acts[0] not in _STEPS:
        raise HTTPException(400)
    act, done = _STEPS[acts[0]]
    try:
        reader = readers.act(connection, reader.id, act, now=app.clock.now(), how=_HOW, ip=ip)
    except RefusedError:  # a reader who has not confirmed yet has nothing to pause
        return _Outcome(reader=reader, status=409)
    return _Outcome(reader=reader, done=done)


def _saved(app: App, connection: Connection, reader: Subscriber, fields: list[tuple[str, str]], ip: str) -> _Outcome:
    now = app.clock.now()
    offer = choice.offer(app.config, reader, now)
    before = choice.stored(reader, offer, app.config.site.language)
    form = choice.read(fields, before)
    if form is None:
        raise HTTPException(400)
    if faults := choice.faults(form, offer):
        return _Outcome(reader=reader, status=422, form=form, faults=faults)
    changes = choice.changes(form, before, offer)
    return _Outcome(
        reader=readers.set_preferences(connection, reader.id, now=now, how=_HOW, ip=ip, **changes), done="saved"
    )


def _shown(look: Look, request: Request, outcome: _Outcome) -> Response:
    app, reader = look.app, outcome.reader
    offer = choice.offer(app.config, reader, app.clock.now())
    before = choice.stored(reader, offer, app.config.site.language)
    done = request.query_params.get("done", "") if outcome.status == 200 else ""
    return page(
        look,
        request,
        "web/preferences.html",
        status=outcome.status,
        headers=TOKEN_HEADERS,
        reader=reader,
        gone=reader.status in SUPPRESSED,
        done=done if reader.status in _TRUE_WHILE.get(done, ()) else "",
        offer=offer,
        form=outcome.form or before,
        faults=outcome.faults,
        titles=next((stream.titles for stream in offer.streams if stream.value == before.stream), ()),
        zone=app.config.site.timezone.key,
        path=f"{look.root}/p/{request.path_params['token']}",
        leave=look.root + link.unsubscribe_path(app.keys, reader.id),
    )
