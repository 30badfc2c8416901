"""A reader's preferences, behind the link at the foot of their mails: shown by GET, changed by POST alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.db.engine import Connection
from publisher.delivery import link
from publisher.delivery.letters import store as letters
from publisher.delivery.letters.letter import Kind
from publisher.errors import NotFoundError
from publisher.web import choice, form, leave, leaving, narrow, pause
from publisher.web.choice import Fault, Form
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.error import RefusedError
from subscribers.subscriber import SUPPRESSED, Status, Subscriber

_HOW = "preferences"
_LIVING = frozenset(Status) - SUPPRESSED
_TRUE_WHILE: Mapping[str, frozenset[Status]] = MappingProxyType(
    {
        "saved": _LIVING,
        "paused": frozenset({Status.PAUSED}),
        "resumed": frozenset({Status.ACTIVE}),
        "left": _LIVING,
        "back": _LIVING,
        "data": _LIVING | {Status.UNSUBSCRIBED},
        "revoked": _LIVING,
    }
)
"""Notes that the page can show, and the statuses in which each is true: an address may be opened again much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a form did: a note to show after a redirect, or the page again with what is wrong."""

    reader: Subscriber
    done: str = ""
    undo: str | None = None
    """They left altogether: the code that takes it back, or blank where nothing can."""
    status: int = 200
    form: Form | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pressed:
    """A button of the page and what was sent with it, inside of a transaction."""

    app: App
    connection: Connection
    reader: Subscriber
    fields: list[tuple[str, str]]
    now: datetime
    ip: str


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
    fields, ip = form.fields(request, body), form.visitor(request)
    with app.database.write() as connection:
        reader = _read(app, connection, token)
        pressed = _Pressed(app=app, connection=connection, reader=reader, fields=fields, now=app.clock.now(), ip=ip)
        outcome = _done(pressed)
    if outcome.undo is not None:  # the answer itself: an address would keep the code that takes it back
        return leave.left(look, request, outcome.reader, outcome.undo)
    if not outcome.done:
        return _shown(look, request, outcome)
    if outcome.reader.epoch != reader.epoch:
        token = link.preferences_path(app.keys, reader.id, outcome.reader.epoch).rpartition("/")[2]
    # By GET: loading the page again sends nothing again.
    return RedirectResponse(f"{look.root}/p/{token}?done={outcome.done}", status_code=303, headers=TOKEN_HEADERS)


def _done(pressed: _Pressed) -> _Outcome:
    """What the pressed button does. Without one nothing is done: an empty form would ask for everything."""
    acts, reader = [value for name, value in pressed.fields if name == "act"], pressed.reader
    # Who left may have pressed twice, and can ask for what is held of them; whose mail came back cannot be sent it.
    left = reader.status is Status.UNSUBSCRIBED and acts in (["data"], ["leave"])
    if reader.status in SUPPRESSED and not left:
        return _Outcome(reader=reader, status=409)
    if len(acts) != 1 or acts[0] not in _BUTTONS:
        raise HTTPException(400)
    try:
        return _BUTTONS[acts[0]](pressed)
    except RefusedError:  # a reader who has not confirmed yet has nothing to pause
        return _Outcome(reader=reader, status=409)


def _save(pressed: _Pressed) -> _Outcome:
    app, reader = pressed.app, pressed.reader
    offer = choice.offer(app.config, reader, pressed.now)
    before = choice.stored(reader, offer, app.config.site.language)
    wish = choice.read(pressed.fields, before)
    if wish is None:
        raise HTTPException(400)
    if faults := choice.faults(wish, offer):
        return _Outcome(reader=reader, status=422, form=wish, faults=faults)
    changes = choice.changes(wish, before, offer, reader.declined)
    kept = readers.set_preferences(pressed.connection, reader.id, now=pressed.now, how=_HOW, ip=pressed.ip, **changes)
    return _Outcome(reader=kept, done="saved")


def _pause(pressed: _Pressed) -> _Outcome:
    fields = form.single(pressed.fields)
    until = pause.until(fields, choice.clock(pressed.app.config, pressed.reader), pressed.now)
    if isinstance(until, Fault):
        return _Outcome(reader=pressed.reader, status=422, faults={"until": until}, typed=fields)
    return _acted(pressed, Act.PAUSE, "paused", until)


def _resume(pressed: _Pressed) -> _Outcome:
    return _acted(pressed, Act.RESUME, "resumed")


def _acted(pressed: _Pressed, act: Act, done: str, until: datetime | None = None) -> _Outcome:
    after = readers.act(
        pressed.connection, pressed.reader.id, act, now=pressed.now, how=_HOW, ip=pressed.ip, until=until
    )
    return _Outcome(reader=after, done=done)


def _leave(pressed: _Pressed) -> _Outcome:
    """Leaves one newsletter; the last one that comes is left as all are."""
    config, reader, name = pressed.app.config, pressed.reader, _newsletter(pressed)
    declined = leaving.without(config, reader, name)
    if declined is None and any(each.name == name for each in leaving.coming(config, reader)):
        after, event = readers.leave(pressed.connection, reader.id, now=pressed.now, how=_HOW, ip=pressed.ip)
        undo = link.undo(pressed.app.keys, reader.id, event, pressed.now) if event is not None else ""
        return _Outcome(reader=after, undo=undo)
    return _declined(pressed, declined or reader.declined, "left")


def _rejoin(pressed: _Pressed) -> _Outcome:
    name = _newsletter(pressed)
    return _declined(pressed, tuple(each for each in pressed.reader.declined if each != name), "back")


def _declined(pressed: _Pressed, names: tuple[str, ...], done: str) -> _Outcome:
    after = readers.set_preferences(
        pressed.connection, pressed.reader.id, now=pressed.now, how=_HOW, ip=pressed.ip, declined=names
    )
    return _Outcome(reader=after, done=done)


def _newsletter(pressed: _Pressed) -> str:
    name = form.single(pressed.fields).get("newsletter", "")
    if name not in pressed.app.config.newsletters:
        raise HTTPException(400)
    return name


def _data(pressed: _Pressed) -> _Outcome:
    """Everything held of a reader is shown by a fresh link alone: this one stands in mails, which are forwarded."""
    letters.queue(pressed.connection, Kind.DATA, pressed.reader.id, pressed.now)
    return _Outcome(reader=pressed.reader, done="data")


def _revoke(pressed: _Pressed) -> _Outcome:
    """Makes all links of mails up to now worthless, but for the ways out."""
    return _Outcome(reader=readers.revoke_links(pressed.connection, pressed.reader.id, now=pressed.now), done="revoked")


_BUTTONS: Mapping[str, Callable[[_Pressed], _Outcome]] = MappingProxyType(
    {
        "save": _save,
        "pause": _pause,
        "resume": _resume,
        "leave": _leave,
        "rejoin": _rejoin,
        "data": _data,
        "revoke": _revoke,
    }
)


def _shown(look: Look, request: Request, outcome: _Outcome) -> Response:
    app, reader = look.app, outcome.reader
    config, now = app.config, app.clock.now()
    offer = choice.offer(config, reader, now)
    before = choice.stored(reader, offer, config.site.language)
    done = request.query_params.get("done", "") if outcome.status == 200 else ""
    zone = choice.clock(config, reader)
    today = now.astimezone(zone).date()
    return page(
        look,
        request,
        "web/preferences.html",
        status=outcome.status,
        headers=TOKEN_HEADERS,
        language=reader.language,
        reader=reader,
        gone=reader.status in SUPPRESSED,
        done=done if reader.status in _TRUE_WHILE.get(done, ()) else "",
        offer=offer,
        form=outcome.form or before,
        faults=outcome.faults,
        typed=outcome.typed,
        coming=leaving.coming(config, reader),
        left=leaving.left(config, reader),
        zone=config.site.timezone.key,
        own_zone=zone,
        elsewhere=narrow.elsewhere(config, reader, now),
        feed=link.feed(config, app.keys, reader, "rss.xml"),
        days=(pause.later(today, 0), today + pause.LONGEST),
        path=f"{look.root}/p/{request.path_params['token']}",
        leave=look.root + link.unsubscribe_path(app.keys, reader.id),
    )
