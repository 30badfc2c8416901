"""An issue becomes editions: templates filled, styles inlined, once per distinct wish and never once per reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from publisher import colour, urls
from publisher.config import Config, Newsletter
from publisher.content import markdown
from publisher.digest import html, plain
from publisher.digest.edition import (
    EMAIL_SLOT,
    UNSUBSCRIBE_SLOT,
    VIEW_SLOT,
    Edition,
    Format,
    Media,
    MediaPicture,
    Section,
    Wish,
    sections,
)
from publisher.issues import compose
from publisher.issues.issue import Issue, Story
from publisher.templates import Templates

_PADDING = 64
"""Pixels of white left and right of the stories together."""
_SMALL = 208
"""Width of the picture beside a story."""
_LOGO = 48
_OURS = ("archive", "feeds", "media", "f", "i", "p", "u")
"""First steps of the paths that this program serves itself."""
_MARKED = re.compile(r"<!--(mail|page|personal)-->(.*?)<!--/\1-->", re.DOTALL)
_HEAD = "<!--page-head-->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One story as templates see it."""

    number: int
    url: str
    title: str
    summary: str
    lang: str
    published: datetime
    this_year: bool
    """Whether the year needs no saying."""
    minutes: int
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    also: tuple[str, ...]
    """Titles of its topics beside the one it stands under."""
    picture: MediaPicture | None
    alt: str
    lead: bool
    """Whether it is the first of all."""


@dataclass(frozen=True, slots=True)
class CardSection:
    """A topic and its cards as templates see them; the title is empty for stories without a topic."""

    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one person, such as a confirmation: no slots, no list."""

    subject: str
    html: str
    text: str


def render(
    issue: Issue,
    wish: Wish,
    newsletter: Newsletter,
    config: Config,
    templates: Templates,
    media: Media,
    *,
    logo: MediaPicture | None = None,
) -> Edition | None:
    """The digest for one wish, or None where it would hold no story and the newsletter sends no note instead.

    ``media`` gives the address of a picture as mail shows it. ``logo`` is the site's logo where the caller has it at
    hand; without it the address from the theme is used as it is. Raises ``TemplateError``.
    """
    order = newsletter.select.topics or tuple(config.topics)
    found = sections(issue, wish, newsletter.select.max, order)
    if not found and newsletter.empty != "send_note":
        return None
    pictured = media if wish.format == Format.HTML else _no_picture
    cards = _cards(found, issue, newsletter, pictured)
    stories = tuple(story for section in found for story in section.stories)
    best_first = [story for story in issue.stories if story in stories]
    subject, preheader = compose.words(issue, best_first, newsletter)
    context = frame(config, logo if wish.format == Format.HTML else None, wanted=wish.format == Format.HTML) | {
        "subject": subject,
        "preheader": preheader,
        "title": newsletter.title,
        "slot": issue.slot,
        "zone": newsletter.zone,
        "count": len(stories),
        "minutes": sum(story.reading_minutes for story in stories),
        "sections": cards,
        "email": EMAIL_SLOT,
        "unsubscribe": UNSUBSCRIBE_SLOT,
        "view": VIEW_SLOT,
    }
    intro = markdown.render(issue.intro, config.site.url, f"{issue.id}-") if issue.intro.strip() else ""
    name = "digest/digest.html" if wish.format == Format.HTML else "digest/text.html"
    page = html.inline(templates.render(name, language=wish.language, intro=intro, **context))
    return Edition(
        key=wish.key,
        wish=wish,
        issue=issue.id,
        lang=templates.lang(wish.language),
        subject=subject,
        preheader=preheader,
        html=_keep(page, {"mail", "personal"}).replace(_HEAD, ""),
        page=page,
        text=plain.render(templates, wish.language, intro=issue.intro, base=config.site.url, **context),
        stories=stories,
    )


def web_page(
    edition: Edition, config: Config, templates: Templates, *, public: bool, unsubscribe: str = "", feeds: str = ""
) -> str:
    """The edition as a web page: the mail's own HTML without what belongs to a mail.

    ``public=True`` is for the archive: nothing of any reader is in it, and feed readers find the feeds. Otherwise it
    is one reader's page with their ``unsubscribe`` address, and search engines are told to leave. Addresses of this
    program become relative to the host, so that the page works under any name and under ``img-src 'self'``.
    ``feeds`` is the address of the feed folder to name, ``/feeds/`` if empty.
    """
    head = templates.render(
        "digest/head.html",
        language=edition.wish.language,
        public=public,
        title=config.site.title,
        feeds=feeds or "/feeds/",
        formats=config.feeds.formats,
        description=edition.preheader,
    )
    page = _keep(edition.page, {"page"} if public else {"page", "personal"})
    page = _relative(page.replace(UNSUBSCRIBE_SLOT, escape(unsubscribe)), config.web.url)
    return page.replace(_HEAD, head)  # last: reader programs want absolute addresses


def letter(
    name: str,
    subject: str,
    config: Config,
    templates: Templates,
    *,
    language: str,
    logo: MediaPicture | None = None,
    **context: object,
) -> Letter:
    """The letter ``letters/<name>.html`` and ``.txt``; its first line of text is the subject unless one is given."""
    shared = frame(config, logo) | context
    text = templates.render(f"letters/{name}.txt", language=language, wrap=plain.wrap, **shared)
    first, _, rest = text.partition("\n")
    told = subject or first.strip()
    page = templates.render(f"letters/{name}.html", language=language, subject=told, preheader="", **shared)
    return Letter(subject=told, html=_keep(html.inline(page), {"mail"}).replace(_HEAD, ""), text=rest.lstrip("\n"))


def frame(config: Config, logo: MediaPicture | None, *, wanted: bool = True) -> dict[str, object]:
    """What every mail's template needs: colours, sizes, logo, site and the addresses of its pages."""
    return {
        "site": config.site,
        "c": colour.light(config.theme.colour),
        "d": colour.dark(config.theme.colour),
        "width": config.theme.width,
        "inner": config.theme.width - _PADDING,
        "small": min(_SMALL, (config.theme.width - _PADDING) * 2 // 5),
        "logo": _logo(config, logo) if wanted else None,
        "archive": urls.join(config.web.url, "/archive/"),
        "feeds": urls.join(config.web.url, "/feeds/"),
    }


def _cards(found: tuple[Section, ...], issue: Issue, newsletter: Newsletter, media: Media) -> tuple[CardSection, ...]:
    year = issue.slot.astimezone(newsletter.zone).year
    number, made = 0, []
    for section in found:
        cards = []
        for story in section.stories:
            number += 1
            key = section.topic.key if section.topic else ""
            same_year = story.published.astimezone(newsletter.zone).year == year
            cards.append(_card(story, number, key, media, this_year=same_year))
        made.append(CardSection(section.topic.title if section.topic else "", tuple(cards)))
    return tuple(made)


def _card(story: Story, number: int, topic: str, media: Media, *, this_year: bool) -> Card:
    picture = media(story.image) if story.image else None
    return Card(
        number=number,
        url=story.url,
        title=story.title,
        summary=story.summary,
        lang=story.language,
        published=story.published,
        this_year=this_year,
        minutes=max(1, story.reading_minutes),
        authors=story.authors,
        tags=story.tags,
        also=tuple(other.title for other in story.topics if other.key != topic),
        picture=picture,
        alt=(story.image.alt if story.image else "") or story.title,
        lead=number == 1,
    )


def _logo(config: Config, logo: MediaPicture | None) -> MediaPicture | None:
    """The logo at 48 pixels of height; only its width is known to be needed where its size is not."""
    if logo and logo.width and logo.height:
        return MediaPicture(url=logo.url, width=max(1, round(_LOGO * logo.width / logo.height)), height=_LOGO)
    if not config.theme.logo:
        return None
    return MediaPicture(url=logo.url if logo else urls.absolute(config.site.url + "/", config.theme.logo), width=_LOGO)


def _no_picture(_: object) -> None:
    """No picture, whatever the article has."""


def _keep(page: str, kinds: Iterable[str]) -> str:
    """The page with the marked stretches of these kinds and without the others, and no marks."""
    while _MARKED.search(page):  # marks may stand in marks
        page = _MARKED.sub(lambda match: match[2] if match[1] in kinds else "", page)
    return page


def _relative(page: str, base: str) -> str:
    parts = urlsplit(base)
    own = re.compile(rf'="{re.escape(base)}/(?=(?:{"|".join(_OURS)})/)')
    return own.sub(f'="{parts.path}/', page) if base else page
