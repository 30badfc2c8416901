"""Where sending services post what became of our mails."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publisher import log
from publisher.delivery.bounces import incoming
from publisher.delivery.bounces.amazon import Amazon
from publisher.delivery.bounces.providers.event import Refusal
from publisher.errors import FetchError, NotFoundError, StoreError
from publisher.web.page import Look
from publisher.web.security import TOKEN_HEADERS

BODY_LIMIT = 1 << 20
"""Bytes of a post: SendGrid tells a few thousand events at once."""
AGAIN = "60"
"""Seconds after which a provider may post again what could not be kept."""
_REFUSED = "not accepted\n"
"""Whatever was wrong: who is nobody learns nothing."""
_JSON = "application/json"


def routes(look: Look, amazon: Amazon | None = None) -> list[Route]:
    """The route of all providers, also with a slash at its end; those that the config does not name are not found."""
    taken = partial(_take, look, amazon or Amazon())
    limit = [Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT)]
    return [
        Route(path, taken, methods=["POST"], middleware=limit)
        for path in ("/webhooks/{provider}", "/webhooks/{provider}/")
    ]


async def _take(look: Look, amazon: Amazon, request: Request) -> Response:
    provider = request.path_params["provider"]
    if provider not in look.app.config.webhooks.incoming:
        raise NotFoundError("no such provider")
    # Amazon posts its JSON as text. Of the others it is asked for: a page elsewhere could have a browser send text,
    # with the password that it remembers.
    if provider != "ses" and request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        log.warning("webhook.refused", provider=provider, reason=Refusal.UNREADABLE.value)
        return _refused(provider, Refusal.UNREADABLE)
    return await run_in_threadpool(_answer, look, amazon, provider, request, await request.body())


def _answer(look: Look, amazon: Amazon, provider: str, request: Request, body: bytes) -> Response:
    """200 only once it is kept: a provider posts again what got any other answer."""
    app = look.app
    try:
        told = incoming.take(app.post, provider, request.headers, body, app.clock.now(), amazon)
    except (StoreError, FetchError) as error:
        log.trouble("webhook.failed", error, provider=provider)
        return Response(status_code=503, headers={**TOKEN_HEADERS, "retry-after": AGAIN})
    return _refused(provider, told) if isinstance(told, Refusal) else Response(headers=TOKEN_HEADERS)


def _refused(provider: str, refusal: Refusal) -> Response:
    """One neutral body. Postmark gives up at a 403, and posts again after a 401: its secret may be mended by then."""
    if refusal is Refusal.UNREADABLE:
        return PlainTextResponse(_REFUSED, status_code=400, headers=TOKEN_HEADERS)
    if provider == "postmark":
        asked = {**TOKEN_HEADERS, "www-authenticate": 'Basic realm="webhooks"'}
        return PlainTextResponse(_REFUSED, status_code=401, headers=asked)
    return PlainTextResponse(_REFUSED, status_code=403, headers=TOKEN_HEADERS)
