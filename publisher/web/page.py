"""One page of ours from a template: language, colours, headers."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse

from publisher.app import App
from publisher.digest import colour


def page(
    app: App,
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """The template's page in the visitor's language, as the answer."""
    language = negotiate(request.headers.get("accept-language", ""), app.config.site.language)
    html = app.templates.render(
        name, language=language, site=app.config.site, formats=app.config.feeds.formats, status=status, **context
    )
    return HTMLResponse(html, status_code=status, headers={"vary": "Accept-Language", **(headers or {})})


def style(app: App) -> str:
    """The style sheet in the site's colours."""
    chosen = app.config.theme.colour
    return app.templates.render("web/site.css", language="en", c=colour.light(chosen), d=colour.dark(chosen))


def negotiate(accept: str, default: str) -> str:
    """The first language of the visitor's list that our words exist in: Chinese or English, else the site's own."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        if tag and quality > 0:
            wanted.append((-quality, place, tag))
    for _, _, tag in sorted(wanted):
        if tag.lower().partition("-")[0] in {"zh", "en"}:
            return tag
    return default
