"""The pages that people see of the feeds: one of all, one of each, with their style sheet and script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from publisher import __version__, colour
from publisher.config import Config
from publisher.feeds import opml
from publisher.feeds.feed import ARCHIVE_FORMATS, FOLDERS, NEVER, WRITERS, Card, Document, Feed, Format, Kind, digest
from publisher.feeds.feed import STYLE as OF_A_FEED
from publisher.feeds.pace import Pace, pace
from publisher.templates import Templates

PAGE = "feeds/index.html"
STYLE = "feeds/feeds.css"
SCRIPT = "feeds/feeds.js"
_FEED = "feeds/feed.html"
_LATEST = 10
"""Entries that the page of a feed shows."""
_FIRST_TAGS = 40
"""Tags that stand open on the page of all feeds: the most used ones. The others are one click away."""
_MEDIA_TYPES = MappingProxyType({"html": "text/html", "css": "text/css", "js": "text/javascript"})
_NAMES = MappingProxyType({Format.RSS: "RSS", Format.ATOM: "Atom", Format.JSON: "JSON Feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One format of a feed, as its pages show it."""

    name: str
    """``RSS``, ``Atom`` or ``JSON Feed``."""
    media_type: str
    file: str
    """Its last step, such as ``rss.xml``."""
    url: str
    """Its own address, absolute."""

    @property
    def quoted(self) -> str:
        """Its address as a value of a query or as a step of a path."""
        return quote(self.url, safe="")

    @property
    def scheme_url(self) -> str:
        """Its address for the program that has taken the scheme ``feed:`` on this machine.

        http is left out, every other scheme stays (draft-obasanjo-feed-URI-scheme-02).
        """
        bare = self.url.removeprefix("http://")
        return f"feed:{self.url}" if bare == self.url else f"feed://{bare}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A feed as its pages show it; every text is plain."""

    kind: Kind
    key: str
    """Percent-encoded."""
    name: str
    """The site's title for the main feed."""
    title: str
    description: str
    home: str
    """Address of its own page, absolute."""
    folder: str
    """Place of its own page as seen from ``feeds/``, percent-encoded: ``topics/chips/``; empty for the main feed."""
    files: tuple[File, ...]
    """At least one; the one that most reader programs take comes first."""
    total: int
    """Entries there are in all."""
    latest: tuple[Card, ...]
    """The newest ones, newest first."""
    pace: Pace | None
    months: tuple[tuple[str, str], ...]
    """(month, address of its archive as seen from the feed's own folder), newest first."""

    @property
    def newest(self) -> datetime | None:
        """When its newest entry appeared; None while there is none."""
        return self.latest[0].published if self.latest else None

    @property
    def source(self) -> str:
        """Everything above as one text; made often, therefore not of what follows from something else in it."""
        cards = [(card.stamp, card.title, card.url, card.published.timestamp()) for card in self.latest]
        files = [file.url for file in self.files]
        told = (self.kind.value, self.key, self.name, self.title, self.description, self.home, self.total)
        return repr((told, files, cards, self.pace, self.months))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document that is yet to be made: where its file was made from the same source, it need not be."""

    path: str
    """Place under the output folder."""
    source: str
    """Hash of everything that its bytes depend on."""
    make: Callable[[], Document]
    """Makes it; raises ``TemplateError`` for a broken template."""


def pages(config: Config, feeds: Sequence[Feed], templates: Templates) -> Iterator[Document]:
    """Every document of ``planned``, made."""
    return (page.make() for page in planned(config, feeds, templates))


def planned(config: Config, feeds: Sequence[Feed], templates: Templates) -> Iterator[Page]:
    """The page of all feeds, one of each other feed, their style sheets and their script; ``feeds`` has the main one.

    No clock: the same feeds give the same bytes. Pages lead to one another by relative addresses, so that they work
    from a disk as well.
    """
    shown = {feed.folder: _shown(feed) for feed in feeds}
    newest = max((feed.updated for feed in feeds), default=NEVER)
    plan = _Plan(config, _face(shown[FOLDERS[Kind.ALL]]), templates)
    sources = {folder: each.source for folder, each in shown.items()}
    yield plan.page(PAGE, PAGE, newest, "\n".join(sources.values()), _groups(list(shown.values())))
    for feed in feeds:
        if feed.kind is not Kind.ALL:
            words = {"feed": shown[feed.folder]}
            yield plan.page(f"{feed.folder}index.html", _FEED, feed.updated, sources[feed.folder], words)
    theme = config.theme.colour
    yield plan.page(STYLE, STYLE, newest, theme, {"c": colour.light(theme), "d": colour.dark(theme)})
    yield plan.page(SCRIPT, SCRIPT, newest, "", {})
    yield plan.page(OF_A_FEED, OF_A_FEED, newest, "", {})


class _Plan:
    """What all pages of a site share, worked out once."""

    def __init__(self, config: Config, main: Shown, templates: Templates) -> None:
        self._templates, self._language = templates, config.site.language
        self._words: Mapping[str, object] = {
            "site": config.site,
            "zone": config.site.timezone,
            "main": main,
            "letters": bool(config.newsletters),
            "opml": opml.PATH.removeprefix(FOLDERS[Kind.ALL]),
            "opml_type": opml.MEDIA_TYPE,
        }
        # A site's template may include any other.
        sources = WRITERS, __version__, templates.fingerprint("."), repr(self._words)
        self._source = "\n".join(sources)

    def page(self, path: str, template: str, modified: datetime, source: str, words: Mapping[str, object]) -> Page:
        """A page that the template makes of the shared words and these; ``source`` stands for them."""

        def make() -> Document:
            text = self._templates.render(template, language=self._language, **self._words, **words)
            media_type = _MEDIA_TYPES[path.rpartition(".")[2]]
            return Document(path=path, body=text.encode(), media_type=media_type, modified=modified)

        return Page(path=path, source=digest(f"{self._source}\n{template}\n{source}".encode()), make=make)


def _face(main: Shown) -> Shown:
    """What the pages of other feeds show of the main one: they do not change with each new article."""
    return replace(main, total=0, latest=(), pace=None, months=())


def _groups(shown: Sequence[Shown]) -> dict[str, object]:
    """The feeds by kind; the tags most used first, then those left by name."""
    by_use = sorted((feed for feed in shown if feed.kind is Kind.TAG), key=lambda feed: (-feed.total, feed.name))
    return {
        "everything": next(feed for feed in shown if feed.kind is Kind.ALL),
        "topics": [feed for feed in shown if feed.kind is Kind.TOPIC],
        "extras": [feed for feed in shown if feed.kind is Kind.EXTRA],
        "newsletters": [feed for feed in shown if feed.kind is Kind.NEWSLETTER],
        "tags": by_use[:_FIRST_TAGS],
        "more_tags": sorted(by_use[_FIRST_TAGS:], key=lambda feed: (feed.name.casefold(), feed.name)),
    }


def _shown(feed: Feed) -> Shown:
    formats = feed.channel.formats
    xml = next((form for form in formats if form in ARCHIVE_FORMATS), None)
    months = [(month, feed.archive_path(month, xml).removeprefix(feed.folder)) for month in feed.months] if xml else []
    return Shown(
        kind=feed.kind,
        key=quote(feed.key, safe=""),
        name=feed.name or feed.channel.title,
        title=feed.title,
        description=feed.description,
        home=feed.home,
        folder=quote(feed.folder.removeprefix(FOLDERS[Kind.ALL])),
        files=tuple(
            File(name=_NAMES[form], media_type=form.media_type, file=form.file, url=feed.url(form)) for form in formats
        ),
        total=feed.total,
        latest=feed.members[:_LATEST],
        pace=pace([card.published for card in feed.members]),
        months=tuple(months),
    )
