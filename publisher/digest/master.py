"""The master document of an issue: every card that its editions need, rendered and inlined once, then cut in pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher import colour, urls
from publisher.config import Config, Newsletter
from publisher.content.article import Image, Topic
from publisher.digest import html, intro, plain
from publisher.digest.edition import Format, Link, Media, MediaPicture, Sheet, places
from publisher.digest.marks import Marks
from publisher.errors import TemplateError
from publisher.issues.issue import Issue, Story
from publisher.templates import Templates, direction, markup

_PADDING = 64
"""Pixels of white left and right of the stories together."""
_SMALL = 208
"""Width of the picture beside a story."""
_LOGO = 48
_EDITION_MARKS = ("subject", "preheader", "counted", "reading", "chosen", "number")
_URL_MARKS = ("unsubscribe", "preferences", "view")
_NEEDED = {
    "card": "write {{ piece(card.piece) }} before each card",
    "heading": "write {{ piece(heading.piece) }} before the heading of each topic",
    "empty": 'write {{ piece("empty") }} before the words of a mail without stories',
    "foot": 'write {{ piece("foot") }} before the footer',
}
"""Pieces that a template must mark, and how."""
_TEMPLATES = {"cards": "digest/digest.html", "list": "digest/list.html", "text": "digest/text.html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One story as templates see it, in one of the forms that editions need."""

    piece: str
    number: str
    """Mark of its place in the edition."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A story as one line of a list: at the top (piece ``headline``) or under "more" (piece ``more``)."""

    headline: str
    more: str
    number: str
    url: str
    title: str
    lang: str
    dir: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The head of a topic's section; the title is empty for stories without a topic."""

    piece: str
    title: str
    first: bool
    """Whether it is the form that begins a mail; only the one without a title has two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What a master document is made with."""

    newsletter: Newsletter
    config: Config
    templates: Templates
    media: Media
    logo: MediaPicture | None = None
    """The site's logo where its picture is at hand; without it the address from the theme is used as it is."""


def sheet(issue: Issue, language: str, form: Format, wanted: Collection[str], studio: Studio) -> Sheet:
    """The pieces of the issue's master document; ``wanted`` are the names of all that its editions are joined of.

    The same issue gives the same pieces whatever else is wanted beside them. Raises ``TemplateError``.
    """
    marks = Marks.of(repr((issue.id, issue.intro, issue.stories)))
    links = _links(issue, studio.config)
    pictured = form is Format.HTML and studio.newsletter.design != "text"
    template = _TEMPLATES["text" if form is Format.TEXT else studio.newsletter.design]
    shared: dict[str, Any] = {
        **frame(studio.config, studio.logo, wanted=pictured),
        **{name: marks.word(name) for name in (*_EDITION_MARKS, "address")},
        **{name: marks.url(name) for name in _URL_MARKS},
        "title": studio.newsletter.title,
        "slot": issue.slot,
        "zone": studio.newsletter.zone,
        "design": studio.newsletter.design,
        "headings": _headings(issue, wanted),
        "opened": _opened(studio.config, marks),
    }
    straight = [story.url for story in issue.stories]
    marked = [marks.url(f"link{index}") for index in range(len(issue.stories))]  # counted in a mail, straight in a page
    inner = studio.config.theme.width - _PADDING
    fallbacks, words = intro.render(issue.intro, f"{issue.id}-", studio.config, studio.media, inner, marks)
    page = studio.templates.render(
        template,
        language=language,
        intro=words,
        piece=lambda name: markup(marks.piece(name)),
        cards=_cards(issue, wanted, studio, marked, marks, pictured=pictured),
        lines=_lines(issue, marked, marks),
        **shared,
    )
    text = plain.render(
        studio.templates,
        language,
        intro=intro.unbroken(words, marks, len(fallbacks)),
        piece=marks.piece,
        cards=_cards(issue, wanted, studio, straight, marks, pictured=False),
        lines=_lines(issue, straight, marks),
        **shared,
    )
    made = Sheet(html=marks.pieces(html.inline(page)), text=marks.pieces(text), links=links, names=fallbacks)
    _complete(made, wanted, template)
    return made


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


def _links(issue: Issue, config: Config) -> dict[str, Link]:
    """Where each story's link leads, by the slot that stands for it."""
    found = {}
    for index, story in enumerate(issue.stories):
        counted = urls.join(config.web.url, f"/r/{base36(issue.serial)}-{index}/") if config.tracking.clicks else ""
        found[f"link{index}"] = Link(url=story.url, counted=counted)
    return found


def _opened(config: Config, marks: Marks) -> str:
    """The address of the picture that counts opens, with a slot for the reader's code; empty where none is wanted."""
    return f"{urls.join(config.web.url, '/o/')}{marks.word('click')}.gif" if config.tracking.opens else ""


def base36(number: int) -> str:
    """A whole number in digits and lower-case letters."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    told = digits[number % 36]
    while number := number // 36:
        told = digits[number % 36] + told
    return told


def _headings(issue: Issue, wanted: Collection[str]) -> list[Heading]:
    made = []
    for index, topic in enumerate(places(issue).values()):
        for first in (False, True):
            piece = f"heading.{index}" + (".first" if first else "")
            if piece in wanted:
                made.append(Heading(piece=piece, title=topic.title, first=first))
    return made


def _cards(
    issue: Issue, wanted: Collection[str], studio: Studio, links: list[str], marks: Marks, *, pictured: bool
) -> list[Card]:
    """The forms of all stories that are wanted, in the issue's order."""
    topics = list(places(issue).values())
    zone = studio.newsletter.zone
    year = issue.slot.astimezone(zone).year
    made = []
    for index, story in enumerate(issue.stories):
        forms = [
            (topic, piece, bool(lead))
            for place, topic in enumerate(topics)
            for lead in ("", ".lead")
            if (piece := f"card.{index}.{place}{lead}") in wanted
        ]
        picture = studio.media(story.image) if forms and pictured and story.image else None
        this_year = story.published.astimezone(zone).year == year
        made += [
            _card(story, topic, piece, links[index], marks.word("number"), picture, lead=lead, this_year=this_year)
            for topic, piece, lead in forms
        ]
    return made


def _card(
    story: Story,
    topic: Topic,
    piece: str,
    url: str,
    number: str,
    picture: MediaPicture | None,
    *,
    lead: bool,
    this_year: bool,
) -> Card:
    return Card(
        piece=piece,
        number=number,
        url=url,
        title=story.title,
        summary=story.summary,
        lang=story.language,
        published=story.published,
        this_year=this_year,
        minutes=max(1, story.reading_minutes),
        authors=story.authors,
        tags=story.tags,
        also=tuple(other.title for other in story.topics if other.key != topic.key),
        picture=picture,
        alt=_alt(story.image, story.title),
        lead=lead,
    )


def _alt(image: Image | None, title: str) -> str:
    return (image.alt if image else "") or title


def _lines(issue: Issue, links: list[str], marks: Marks) -> list[Line]:
    return [
        Line(
            headline=f"headline.{index}",
            more=f"more.{index}",
            number=marks.word("number"),
            url=links[index],
            title=story.title,
            lang=story.language,
            dir=direction(story.language),
        )
        for index, story in enumerate(issue.stories)
    ]


def _logo(config: Config, logo: MediaPicture | None) -> MediaPicture | None:
    """The logo at 48 pixels of height; only its width is known to be needed where its size is not."""
    if logo and logo.width and logo.height:
        return MediaPicture(url=logo.url, width=max(1, round(_LOGO * logo.width / logo.height)), height=_LOGO)
    if not config.theme.logo:
        return None
    return MediaPicture(url=logo.url if logo else urls.absolute(config.site.url + "/", config.theme.logo), width=_LOGO)


def _complete(made: Sheet, wanted: Collection[str], template: str) -> None:
    """Raises ``TemplateError`` where a template lets a story or a topic fall."""
    pieces: Mapping[str, Mapping[str, object]] = {template: made.html, "digest/digest.txt": made.text}
    for name, found in pieces.items():
        lost = sorted(piece for piece in wanted if piece.partition(".")[0] in _NEEDED and piece not in found)
        if lost:
            kind = lost[0].partition(".")[0]
            raise TemplateError(
                f"{name}: it does not mark the piece {lost[0]}, which would be in no mail", hint=_NEEDED[kind]
            )
