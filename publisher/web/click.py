"""Links of mails that lead over the server, and the picture that mails show: counted where the site wants that."""

from __future__ import annotations

from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher import urls
from publisher.delivery import click, link, store
from publisher.delivery.click import Tally
from publisher.delivery.store import PICTURE, Click, Target
from publisher.delivery.visit import prefetch
from publisher.errors import NotFoundError
from publisher.issues import store as issues
from publisher.text import one_line
from publisher.web.page import Look
from publisher.web.security import TOKEN_HEADERS
from subscribers.tokens import Purpose, verify

_AGENT = 200
"""Characters of a program's name that are looked at."""
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
"""A picture of one transparent point (GIF89a)."""


def routes(look: Look) -> list[Route]:
    """The routes of these links, also with a slash at their end: there for old mails whatever the config says."""
    tally = Tally()
    follow, show = partial(_follow, look, tally), partial(_show, look, tally)
    return [
        *(Route(path, follow) for path in ("/r/{link}/{token}", "/r/{link}/{token}/")),
        Route("/o/{token}.gif", show),
    ]


def _show(look: Look, tally: Tally, request: Request) -> Response:
    """The picture, whatever its code is: a broken one in a mail would be ours to answer for."""
    counted = None
    if look.app.config.tracking.opens and (mail := _mail(look, request)):
        reader, serial = mail
        with look.app.database.read() as connection:
            issue = issues.by_serial(connection, serial)
        counted = _visit(look, request, issue.id, PICTURE, reader) if issue else None
    return Response(
        GIF,
        headers=TOKEN_HEADERS,
        media_type="image/gif",
        background=BackgroundTask(tally.count, counted, look.app.database) if counted else None,
    )


def _follow(look: Look, tally: Tally, request: Request) -> Response:
    """Leads to the story, whoever asks: only the issue says where that is, so that nobody can be led elsewhere.

    A code that is none of ours, such as a test mail's, counts nothing. What is counted is written after the answer has
    left; a failure there is the operator's to hear of.
    """
    named = click.read(request.path_params["link"])
    if named is None:
        raise NotFoundError("no such link")
    with look.app.database.read() as connection:
        target = store.target(connection, *named)
    if target is None or not urls.web(target.url):
        raise NotFoundError("no such link")
    counted = _click(look, request, target, *named) if look.app.config.tracking.clicks else None
    return Response(
        status_code=302,
        headers={**TOKEN_HEADERS, "location": urls.encode(target.url)},
        background=BackgroundTask(tally.count, counted, look.app.database) if counted else None,
    )


def _click(look: Look, request: Request, target: Target, serial: int, story: int) -> Click | None:
    """What is kept of the request, or None where its code is not of a reader of this very issue."""
    mail = _mail(look, request)
    return _visit(look, request, target.issue, story, mail[0]) if mail and mail[1] == serial else None


def _mail(look: Look, request: Request) -> tuple[int, int] | None:
    """The reader and the issue's serial number of the request's code, or None where it is none of ours."""
    number = verify(look.app.keys, Purpose.CLICK, request.path_params["token"], look.app.clock.now())
    return None if number is None else link.parted(number)


def _visit(look: Look, request: Request, issue: str, story: int, reader: int) -> Click:
    headers = request.headers
    return Click(
        issue=issue,
        story=story,
        reader=reader,
        at=look.app.clock.now(),
        method=request.method,
        agent=one_line(headers.get("user-agent", ""))[:_AGENT],
        prefetch=prefetch(headers.get("purpose", ""), headers.get("sec-purpose", "")),
        visitor=store.visitor(look.app.keys, issue, reader),
        named=look.app.config.tracking.readers,
    )
