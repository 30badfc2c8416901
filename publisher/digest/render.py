"""An issue becomes editions, pages and letters: templates filled, styles inlined, never once per reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from publisher import text, urls
from publisher.config import Config
from publisher.digest import html, master, plain, segments
from publisher.digest.edition import (
    PAGE,
    PAGE_HEAD,
    PERSONAL_PAGE,
    SEPARATOR,
    Choice,
    Edition,
    Format,
    MediaPicture,
    Order,
    Sheet,
    Wish,
    choose,
    layout,
    places,
)
from publisher.digest.master import Studio
from publisher.digest.segments import Segments
from publisher.errors import TemplateError
from publisher.issues import compose
from publisher.issues.issue import Issue
from publisher.templates import Templates

_LONGEST = 500
"""Columns of a subject: many times what an inbox shows, and still a header that every relay takes."""
_SHOWN = 180
"""Columns of a preheader: more than any program shows."""
_OURS = ("archive", "feeds", "media", "f", "i", "p", "u")
"""First steps of the paths that this program serves itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one person, such as a confirmation: no slots, no list."""

    subject: str
    html: str
    text: str


def editions(issue: Issue, wishes: Iterable[Wish], studio: Studio) -> dict[str, Edition]:
    """The digests for these wishes by key; none for a wish that would get no story where the newsletter sends no note.

    Each language and format is rendered once, whatever the number of wishes. Raises ``TemplateError``.
    """
    letter, order = studio.newsletter, Order.of(issue)
    sections = letter.select.topics or tuple(studio.config.topics)
    titles = _titles(issue, studio.config)
    groups: dict[tuple[str, Format], dict[str, _Wanted]] = {}
    for wish in wishes:
        choice = choose(issue, wish, letter.select.max, sections)
        if choice.sections or letter.empty == "send_note":
            chosen = SEPARATOR.join(title for key, title in titles.items() if key in wish.topics)
            wanted = _Wanted(wish, choice, chosen, layout(order, choice, chosen=bool(chosen)))
            groups.setdefault((wish.language, Format(wish.format)), {})[wish.key] = wanted
    made: dict[str, Edition] = {}
    for (language, form), group in groups.items():
        sheet = master.sheet(issue, language, form, {name for each in group.values() for name in each.layout}, studio)
        made |= {key: _edition(issue, wanted, sheet, studio) for key, wanted in group.items()}
    return made


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an edition is to hold."""

    wish: Wish
    choice: Choice
    chosen: str
    layout: tuple[str, ...]


def _edition(issue: Issue, wanted: _Wanted, sheet: Sheet, studio: Studio) -> Edition:
    stories = wanted.choice.stories
    held = {story.guid for story in stories}
    best_first = [story for story in issue.stories if story.guid in held]
    subject, preheader = compose.words(issue, best_first, studio.newsletter)
    minutes = sum(max(1, story.reading_minutes) for story in stories)
    language = wanted.wish.language
    written = studio.templates.render("digest/words.txt", language=language, count=len(stories), minutes=minutes)
    told = [line for line in written.splitlines() if line.strip()]
    if len(told) != 2:
        raise TemplateError(
            f"digest/words.txt: it writes {len(told)} lines", hint="write two: how many stories, how long they take"
        )
    return Edition(
        key=wanted.wish.key,
        wish=wanted.wish,
        issue=issue.id,
        lang=studio.templates.lang(language),
        subject=text.shorten(subject, _LONGEST),
        preheader=text.shorten(preheader, _SHOWN),
        words={"counted": told[0], "reading": told[1], "chosen": wanted.chosen},
        layout=wanted.layout,
        sheet=sheet,
        stories=stories,
        more=wanted.choice.more,
    )


def _titles(issue: Issue, config: Config) -> dict[str, str]:
    """Titles of topics by key, in the site's order, then those that only the issue knows."""
    titles = {key: rule.title for key, rule in config.topics.items()}
    return titles | {key: topic.title for key, topic in places(issue).items() if key}


def web_page(
    edition: Edition,
    config: Config,
    templates: Templates,
    *,
    public: bool,
    unsubscribe: str = "",
    preferences: str = "",
    feeds: str = "",
    name: str = "",
) -> str:
    """The edition as a web page: the mail's own HTML without what belongs to a mail.

    ``public=True`` is for the archive: nothing of any reader is in it, and feed readers find the feeds. Otherwise it
    is one reader's page with their own addresses, and search engines are told to leave. Addresses of this program
    become relative to the host, so that the page works under any name and under ``img-src 'self'``. ``feeds`` is the
    address of the feed folder to name, ``/feeds/`` if empty; ``name`` the reader's.
    """
    head = templates.render(
        "digest/head.html",
        language=edition.wish.language,
        public=public,
        title=config.site.title,
        feeds=feeds or "/feeds/",
        formats=config.feeds.formats,
        description=edition.preheader,
        subject=edition.subject,
        canonical=urls.join(config.web.url, f"/archive/{edition.issue}"),
        image=next((story.image.url for story in edition.stories if story.image and story.image.local), ""),
    )
    shown = segments.keep(edition.page(), PAGE if public else PERSONAL_PAGE)
    values = {"unsubscribe": unsubscribe, "preferences": preferences, "view": "", "address": ""}
    names = called(edition.sheet, name)
    page = _relative(shown.fill(values | names, segments.escaped), config.web.url)
    return page.replace(PAGE_HEAD, head)  # last: reader programs want absolute addresses


def called(sheet: Sheet, name: str) -> dict[str, str]:
    """What stands in the places that an intro holds for a reader's name."""
    return {f"name{index}": name or fallback for index, fallback in enumerate(sheet.names)}


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
    shared = master.frame(config, logo) | {"design": "cards", "piece": lambda _: ""} | context
    written = templates.render(f"letters/{name}.txt", language=language, wrap=plain.wrap, **shared)
    first, _, rest = written.partition("\n")
    told = subject or first.strip()
    page = templates.render(f"letters/{name}.html", language=language, subject=told, preheader="", **shared)
    mailed = segments.keep(Segments((html.inline(page),)), frozenset({"mail"}))
    return Letter(subject=told, html=mailed.static[0].replace(PAGE_HEAD, ""), text=rest.lstrip("\n"))


def _relative(page: str, base: str) -> str:
    parts = urlsplit(base)
    own = re.compile(rf'="{re.escape(base)}/(?=(?:{"|".join(_OURS)})/)')
    return own.sub(f'="{parts.path}/', page) if base else page
