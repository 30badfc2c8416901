"""Links of mails that lead over the server: on to the story, and counted on the way where the site wants that."""

from __future__ import annotations

from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher import urls
from publisher.delivery import click, link, store
from publisher.delivery.click import Tally
from publisher.delivery.store import Click, Target
from publisher.errors import NotFoundError
from publisher.text import one_line
from publisher.web.page import Look
from publisher.web.security import TOKEN_HEADERS
from subscribers.tokens import Purpose, verify

_AGENT = 200
"""Characters of a program's name that are kept."""


def routes(look: Look) -> list[Route]:
    """The route of these links, also with a slash at its end. It is there for old mails whatever the config says."""
    follow = partial(_follow, look, Tally())
    return [Route(path, follow) for path in ("/r/{link}/{token}", "/r/{link}/{token}/")]


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
    now = look.app.clock.now()
    number = verify(look.app.keys, Purpose.CLICK, request.path_params["token"], now)
    if number is None:
        return None
    reader, issue = link.parted(number)
    if issue != serial:
        return None
    agent = one_line(request.headers.get("user-agent", ""))[:_AGENT]
    return Click(issue=target.issue, story=story, reader=reader, at=now, method=request.method, agent=agent)
