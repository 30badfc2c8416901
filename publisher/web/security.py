"""Headers that every answer carries, added where it has not set its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher import urls
from publisher.config import Config

TOKEN_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}
"""For pages behind a token: the address is the secret, it must reach no log of anybody else and no cache."""
NOTHING = "'none'"
PICTURE_POLICY = "default-src 'none'; sandbox"
"""For pictures opened by themselves."""


def page_policy(config: Config) -> str:
    """For our own pages: no script at all, pictures of ours and the theme's logo."""
    pictures = " ".join(["'self'", "data:", *_origins(config.theme.logo)])
    return (
        f"default-src 'none'; style-src 'self'; img-src {pictures}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def scripted_policy(config: Config) -> str:
    """For pages with one script of ours: those of feeds, which copies addresses, and a form that asks for work."""
    return f"{page_policy(config)}; script-src 'self'"


def digest_policy(config: Config, styles: Sequence[str] = ()) -> str:
    """For digests shown as pages: nothing in them may run or be styled but by our sheets, whatever an article held.

    ``styles`` are the hashes of the page's own sheets, see ``digest.page``. Pictures come from us, from the site and
    from where the logo is; a stranger's counting pixel is not asked for.
    """
    pictures = " ".join(["'self'", "data:", *_origins(config.site.url, config.theme.logo)])
    return (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        f"style-src {' '.join(styles) or NOTHING}; img-src {pictures}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _origins(*addresses: str) -> list[str]:
    parts = [urlsplit(urls.encode(address)) for address in addresses if urls.web(address)]
    return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def headers(policy: str, *, https: bool) -> dict[str, str]:
    """The headers of a page. ``https``: the site is only reachable so, and says it (RFC 6797)."""
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    } | _transport(https=https)


def feed_headers(*, https: bool) -> dict[str, str]:
    """The headers of what is no page: a feed that a browser opens is styled, and runs nothing."""
    return {
        "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
    } | _transport(https=https)


def _transport(*, https: bool) -> dict[str, str]:
    return {"strict-transport-security": "max-age=31536000"} if https else {}


class SecurityHeaders:
    """ASGI: adds the headers that the answer lacks. It stands outside everything, error pages included."""

    def __init__(self, app: ASGIApp, *, policy: str, https: bool) -> None:
        """See ``headers``."""
        self._app = app
        self._headers: Mapping[str, str] = headers(policy, https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    found.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
