"""Leaving, behind the link that every mail holds: good for ever, for one reader, and able to do nothing else.

GET shows buttons. A provider's POST acts at once (RFC 8058). A person's does too, and its page can take that back for
half an hour: by a second code, which only that page holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publisher.delivery import link
from publisher.errors import NotFoundError
from publisher.web import form, leaving
from publisher.web.page import Look, page
from publisher.web.security import TOKEN_HEADERS
from subscribers import store as readers
from subscribers.consent import UNDOABLE
from subscribers.error import RefusedError, UnknownError
from subscribers.subscriber import SUPPRESSED, Status, Subscriber
from subscribers.tokens import Purpose, verify

_FIELD, _ONE_CLICK = "List-Unsubscribe", b"One-Click"
_MOST_FIELDS = 100


def routes(look: Look) -> list[Route]:
    """The routes of this page, also with a slash at its end."""
    return [Route(path, partial(_page, look), methods=["GET", "POST"]) for path in ("/u/{token}", "/u/{token}/")]


async def _page(look: Look, request: Request) -> Response:
    """Whoever has the link may use it, from anywhere: a provider has no cookie and no origin."""
    body = await request.body() if request.method == "POST" else b""
    return await run_in_threadpool(_answer, look, request, body)


def _answer(look: Look, request: Request, body: bytes) -> Response:
    app = look.app
    number = verify(app.keys, Purpose.UNSUB, request.path_params["token"], app.clock.now())
    if number is None:
        raise NotFoundError("no such link")
    if request.method != "POST":
        return _ask(look, request)
    fields = _fields(request, body)
    if "undo" in fields:
        return _undone(look, request, number, fields["undo"])
    if "reason" in fields or "note" in fields:
        return _told(look, request, number, fields)
    if "newsletter" in fields:
        return _left_one(look, request, number, fields["newsletter"])
    one_click = _one_click(request, body, fields)
    undo = _leave(look, request, number, "one-click" if one_click else "link")
    if one_click or "text/html" not in request.headers.get("accept", ""):
        # A mail provider's one-click POST: 200, no redirect, no cookie (RFC 8058 3.1).
        return PlainTextResponse("unsubscribed\n", headers=TOKEN_HEADERS)
    return _shown(look, request, "done", undo=undo)


def _fields(request: Request, body: bytes) -> Mapping[str, str]:
    """What a form of ours says; nothing of any other body, which nevertheless unsubscribes: no way out may fail."""
    if form.kind(request) != form.URLENCODED:
        return {}
    try:
        found = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(found)


def _one_click(request: Request, body: bytes, fields: Mapping[str, str]) -> bool:
    """Whether a provider sent it: urlencoded, or as multipart/form-data, as both are allowed (RFC 8058 3.2)."""
    if form.kind(request) == form.URLENCODED:
        return fields.get(_FIELD, "").strip().lower() == _ONE_CLICK.decode().lower()
    return _ONE_CLICK in body


def _ask(look: Look, request: Request, *, missing: bool = False) -> Response:
    """One button; where the site has several newsletters, one for each besides. The same for everybody.

    ``missing``: the newsletter that somebody wanted to leave is not one of them any more.
    """
    letters = [(name, letter.title) for name, letter in look.app.config.newsletters.items()]
    several = letters if len(letters) > 1 else ()
    return _shown(look, request, "ask", status=422 if missing else 200, several=several, missing=missing)


def _leave(look: Look, request: Request, number: int, how: str) -> str:
    """Unsubscribes; doing it twice, or after erasure, is as good as once. The code that takes it back, if any can."""
    app, now, event = look.app, look.app.clock.now(), None
    try:
        with app.database.write() as connection:
            _, event = readers.leave(connection, number, now=now, how=how, ip=form.visitor(request))
    except UnknownError:
        return ""
    return link.undo(app.keys, number, event, now) if event is not None else ""


def _left_one(look: Look, request: Request, number: int, name: str) -> Response:
    """Leaves one newsletter of several. Where nothing else comes it is the same as leaving."""
    app = look.app
    letter = app.config.newsletters.get(name)
    if letter is None:  # renamed or dropped while the page was open: no way out may fail
        return _ask(look, request, missing=True)
    with app.database.write() as connection:
        reader = readers.by_id(connection, number)
        living = reader is not None and reader.status not in SUPPRESSED
        declined = leaving.without(app.config, reader, name) if reader is not None and living else None
        if declined is not None:
            now, ip = app.clock.now(), form.visitor(request)
            readers.set_preferences(connection, number, now=now, how="link", ip=ip, declined=declined)
    if declined is not None:
        return _shown(look, request, "one", title=letter.title)
    return _shown(look, request, "done", undo=_leave(look, request, number, "link"))


def _told(look: Look, request: Request, number: int, fields: Mapping[str, str]) -> Response:
    """Keeps why they left; the page still offers to take it back."""
    app, now = look.app, look.app.clock.now()
    with app.database.write() as connection:
        readers.reason(connection, number, leaving.reason(fields), now=now)
    kept = fields.get("kept", "")
    undo = kept if link.read_undo(app.keys, number, kept, now) is not None else ""
    return _shown(look, request, "told", undo=undo)


def _undone(look: Look, request: Request, number: int, code: str) -> Response:
    """Takes the leaving back; again is as good as once."""
    event = link.read_undo(look.app.keys, number, code, look.app.clock.now())
    if event is not None:
        _take_back(look, request, number, event)
    with look.app.database.read() as connection:
        reader = readers.by_id(connection, number)
    if reader is None or reader.status not in UNDOABLE:
        return _shown(look, request, "late", status=409)
    return _shown(look, request, "back", paused=reader.status is Status.PAUSED)


def _take_back(look: Look, request: Request, number: int, event: int) -> None:
    """Does so where nothing has happened since. Raises ``NotFoundError`` for another reader's leaving."""
    try:
        with look.app.database.write() as connection:
            now, ip = look.app.clock.now(), form.visitor(request)
            if readers.undo(connection, event, now=now, how="undo", ip=ip).id != number:
                raise NotFoundError("no such link")  # and nothing of it is written
    except (RefusedError, UnknownError):
        return


def left(look: Look, request: Request, reader: Subscriber, undo: str) -> Response:
    """The page that a reader sees who left by another page of theirs; its buttons are sent to this one."""
    path = look.root + link.unsubscribe_path(look.app.keys, reader.id)
    return _shown(look, request, "done", undo=undo, path=path, language=reader.language)


def _shown(
    look: Look,
    request: Request,
    state: str,
    *,
    status: int = 200,
    undo: str = "",
    title: str = "",
    several: Sequence[tuple[str, str]] = (),
    paused: bool = False,
    missing: bool = False,
    path: str = "",
    language: str = "",
) -> Response:
    return page(
        look,
        request,
        "web/unsubscribe.html",
        status=status,
        headers=TOKEN_HEADERS,
        language=language,
        state=state,
        undo=undo,
        title=title,
        several=several,
        paused=paused,
        missing=missing,
        path=path,
        reasons=tuple(leaving.REASONS),
    )
