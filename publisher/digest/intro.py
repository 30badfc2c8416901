"""The editor's words above the stories: Markdown as HTML, with places for names and pictures that mail can show."""

from __future__ import annotations

import re
from html import escape, unescape

from publisher.config import Config
from publisher.content import images, markdown
from publisher.digest.edition import Media
from publisher.digest.marks import Marks

# Glued ones are one; within other braces it is another program's.
_NAME = re.compile(r"(?<!\{)\{name(?:\|([^{}<>\n]{0,80}))?\}(?!\})(?:\{name[^{}<>\n]{0,80}\})*")
_PICTURE = re.compile(r"<img\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'\b(src|alt|width|title)="([^"]*)"')


def render(
    text: str, prefix: str, config: Config, media: Media, width: int, marks: Marks
) -> tuple[tuple[str, ...], str]:
    """What readers without a name are called, and the Markdown as HTML in which a mark stands for each such place.

    ``{name}`` and ``{name|dear reader}`` are the only things that an intro can hold a place for. A picture of the site
    is shown by the mail's own copy of it, at most ``width`` pixels wide; any other stays as it was written.
    ``prefix`` keeps the ids of several intros on a page apart.
    """
    if not text.strip():
        return (), ""
    rendered = _PICTURE.sub(lambda found: _picture(found, config, media, width), _html(text, prefix, config))
    called: list[str] = []

    def place(match: re.Match[str]) -> str:
        called.append(unescape(match[1] or "").strip())
        return marks.word(f"name{len(called) - 1}")

    placed = _NAME.sub(place, rendered)
    return tuple(called), placed


def _html(text: str, prefix: str, config: Config) -> str:
    return markdown.render(text, config.site.url, prefix)


def _picture(found: re.Match[str], config: Config, media: Media, width: int) -> str:
    """The picture as mail can show it: its copy, with a size that Outlook understands."""
    has = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
    reference = has.get("src", "").removeprefix(config.site.url)
    content = config.content
    roots = images.Roots(
        content=content.path, static=content.static, assets=content.static.parent / "assets", site=config.site.url
    )
    image = images.inspect(images.locate(roots, "", config.site.url, reference), reference, has.get("alt", "")).image
    shown = media(image) if image is not None and image.local else None
    if shown is None:
        return found[0].replace(' decoding="async" loading="lazy"', "")  # mail programs know neither
    asked = int(has["width"]) if has.get("width", "").isdigit() else shown.width or width
    wide = max(1, min(asked, width))
    title = f' title="{escape(has["title"])}"' if has.get("title") else ""
    return (
        f'<img class="im" src="{escape(shown.url)}" width="{wide}" height="{shown.height_at(wide)}" '
        f'alt="{escape(has.get("alt", ""))}"{title}>'
    )


def unbroken(html: str, marks: Marks, names: int) -> str:
    """The intro with marks that no wrapping of text breaks, for an address is never broken."""
    for index in range(names):
        html = html.replace(marks.word(f"name{index}"), marks.url(f"name{index}"))
    return html
