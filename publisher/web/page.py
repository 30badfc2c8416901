"""One page of ours from a template: language, colours, headers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from publisher import colour, urls
from publisher.app import App
from publisher.digest.edition import MediaPicture
from publisher.feeds.channel import base_url
from publisher.templates import Templates

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What all pages of a site share, made once when the server starts."""

    app: App
    sheet: str
    """The style sheet in the site's colours."""
    css: str
    """Its path: a new one has a new name, so that browsers may keep it for ever."""
    logo: MediaPicture | None
    """Its address is a path of ours, or absolute where the theme names one elsewhere."""
    root: str
    """What stands before every path where ``web.url`` has a path of its own; else empty."""
    feeds: str
    """Where the feeds are, absolute: reader programs that are given a page look for them there."""


def look(app: App) -> Look:
    """How the pages of this site look."""
    chosen = app.config.theme.colour
    sheet = app.templates.render("web/site.css", language="en", c=colour.light(chosen), d=colour.dark(chosen))
    name = hashlib.blake2b(sheet.encode(), digest_size=6).hexdigest()
    return Look(
        app=app,
        sheet=sheet,
        css=f"/static/site.{name}.css",
        logo=_logo(app),
        root=urlsplit(app.config.web.url).path.rstrip("/"),
        feeds=urls.join(base_url(app.config), "feeds/"),
    )


def _logo(app: App) -> MediaPicture | None:
    made = app.post.press.logo()
    if made is not None:
        return replace(made, url=urlsplit(made.url).path)
    elsewhere = app.config.theme.logo
    return MediaPicture(url=elsewhere) if urls.web(elsewhere) else None


def page(
    look: Look,
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    language: str = "",
    **context: object,
) -> HTMLResponse:
    """The template's page as the answer, in ``language`` (a reader's own) where we speak it, else in the visitor's."""
    app = look.app
    html = app.templates.render(
        name,
        language=tongue(look, request, language),
        look=look,
        site=app.config.site,
        formats=app.config.feeds.formats,
        **context,
    )
    return HTMLResponse(html, status_code=status, headers={"vary": "Accept-Language", **(headers or {})})


def tongue(look: Look, request: Request, language: str = "") -> str:
    """The language that ``page`` speaks."""
    app = look.app
    spoken = _primary(language) in {_primary(tag) for tag in app.templates.languages()}
    accept = language if spoken else request.headers.get("accept-language", "")
    return negotiate(accept, app.config.site.language, app.templates)


def negotiate(accept: str, default: str, templates: Templates) -> str:
    """The first language of the visitor's list that our words exist in, else the site's own (RFC 9110 12.5.4).

    Where it is the site's own in another country's form, the site's form is taken: nobody can make us prepare
    templates for all hundred forms of English.
    """
    spoken = {_primary(tag) for tag in templates.languages()}
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",", _MOST_TAGS)[:_MOST_TAGS]):
        tag, _, weight = (piece.strip() for piece in part.partition(";"))
        quality = _QUALITY.fullmatch(weight) if weight else None
        value = float(quality[1]) if quality else (0.0 if weight else 1.0)
        if value > 0 and _TAG.fullmatch(tag) and _primary(tag) in spoken:
            wanted.append((-value, place, tag))
    if not wanted:
        return default
    first = min(wanted)[2]
    if _primary(first) == "en":
        return default if _primary(default) == "en" else "en"
    spelt = templates.lang(first)  # zh-TW is zh-Hans while there are no other Chinese words
    return default if _primary(first) == _primary(default) and spelt.lower() != first.lower() else spelt


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
