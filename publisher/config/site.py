"""The sections on the site and its feeds: ``site``, ``content``, ``topics``, ``featured``, ``feeds``, ``theme``."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from publisher.config import moved, value
from publisher.config.kind import (
    LIST,
    NAMED,
    WORD,
    AddressOrNone,
    BaseUrl,
    Colour,
    Duration,
    Filled,
    Flag,
    HubUrl,
    Language,
    LanguageOrAny,
    Line,
    Lines,
    Name,
    Somewhere,
    TopicKey,
    UrlPattern,
    Whole,
    Zone,
    reading,
)
from publisher.config.problem import closest
from publisher.config.section import FlawsError, Section, setting

FIELDS = (
    "title",
    "date",
    "updated",
    "expires",
    "draft",
    "topics",
    "tags",
    "authors",
    "image",
    "image_alt",
    "summary",
    "lang",
    "link",
    "url",
    "slug",
    "id",
    "guid",
    "weight",
    "minor",
)
"""What ``content.fields`` may redirect: the facts that are read from an article's front matter."""


class Author(Section):
    """Who writes where an article names nobody."""

    name: Line = setting("", description="Name shown in feeds.", example="Tideline")
    email: AddressOrNone = setting("", description="Address of the author, for feed formats that want one.")


class Site(Section):
    """The site whose articles are published."""

    title: Filled = setting(description="Name of the site, in feeds and mails.", example="My site")
    url: BaseUrl = setting(
        description="Address of the site; articles' addresses begin with it.", example="https://example.org"
    )
    description: Line = setting("", description="One sentence about the site, for feeds.")
    language: Language = setting("en", description="Language of the site (BCP 47), where an article names none.")
    timezone: Zone = setting("UTC", description="Time zone of dates without one and of all schedules.")
    author: Author = setting({}, description="Who writes where an article names nobody.")
    copyright: Line = setting("", description="Line of rights, for feeds and the foot of mails.")
    postal_address: Lines = setting(
        "", description="Address by post at the foot of each mail; the law of many countries wants it."
    )


class Content(Section):
    """Where the articles are and how they are read."""

    path: Somewhere = setting("content", description="Folder of the articles.")
    static: Somewhere = setting("static", description="Folder of files that the site serves as they are: pictures.")
    ignore: Annotated[tuple[Filled, ...], LIST] = setting(
        ("_index.md", "archetypes/**"), description="Patterns of files under `content.path` that are no articles."
    )
    urls: UrlPattern = setting(
        "hugo",
        description="How an article's address is made: as `hugo`, `jekyll`, `jekyll-pretty`, `zola`, `pelican` or "
        "`eleventy` makes it by default; or a pattern as in Hugo's `permalinks`, such as `/:year/:month/:slug/`; or "
        "`jekyll` and a pattern as in Jekyll's `permalink`: `jekyll /blog/:year/:title/`. Both take the parts of both; "
        "`:title` and `:slug` are made of the article's title (the front matter's `slug` for `:slug`), after `jekyll` "
        f"of the file's name without date (or `slug`). Parts: {', '.join(f'`:{part}`' for part in value.URL_PARTS)}.",
    )
    quiet_alarm: Duration = setting(
        "14d", description="No new article for this long is reported by `publisher check`; 0 turns it off."
    )
    fields: Annotated[dict[str, Annotated[tuple[Filled, ...], LIST]], NAMED] = setting(
        {},
        description="For a fact about an article, the front-matter keys it is read from, the first present one wins: "
        f"`{{topics: [main_topics, categories]}}`. Facts: {', '.join(FIELDS)}.",
    )

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        flaws = []
        for name, keys in fields.items():
            if name not in FIELDS:
                guess = closest(name, FIELDS)
                meant = f"did you mean {guess}? " if guess else ""
                flaws.append(((name,), f"is not a fact about an article; {meant}write one of {', '.join(FIELDS)}"))
            elif not keys:
                flaws.append(((name,), "names no front-matter key; write at least one, or remove the line"))
        if flaws:
            raise FlawsError(flaws)
        return fields


class Match(Section):
    """What makes an article one of a topic; ``*`` stands for any text."""

    topic: Annotated[tuple[Filled, ...], LIST] = setting(
        (), description="Topic names as articles write them, beside the topic's own title."
    )
    tag: Annotated[tuple[Filled, ...], LIST] = setting((), description="Tags that put an article into the topic.")
    title: Annotated[tuple[Filled, ...], LIST] = setting(
        (), description="Words in an article's title that put it into the topic."
    )


class TopicRule(Section):
    """One topic: its key is the slug in addresses and CSV files."""

    title: Filled = setting(description="Name that readers see.", example="Compute & Chips")
    match: Match = setting({}, description="What makes an article one of this topic.")


class FeaturedRule(Section):
    """One way for an article to be featured."""

    key: Line = setting("", description="Front-matter key that must be true.", example="featured")
    image: Flag = setting(False, description="Whether a picture of its own makes an article featured.")
    not_image: Annotated[tuple[Filled, ...], LIST] = setting(
        (), description="Patterns of placeholder pictures that do not count, such as `images/default*`."
    )

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if not self.key and not self.image and not self.not_image:
            raise ValueError("asks for nothing; write key: featured or image: true")
        return self

    @field_validator("not_image")
    @classmethod
    def _of_images(cls, patterns: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if patterns and info.data.get("image") is False:
            raise ValueError("has no effect without image: true; write both")
        return patterns


class Featured(Section):
    """Which articles are featured: those that fit any of the rules."""

    any: Annotated[tuple[FeaturedRule, ...], LIST] = setting(
        ({"key": "featured"}, {"image": True}), description="Rules, of which one is enough."
    )


class Excluded(Section):
    """What keeps an article out of an extra feed."""

    topics: Annotated[tuple[Filled, ...], LIST] = setting((), description="Topics that keep an article out.")
    tags: Annotated[tuple[Filled, ...], LIST] = setting((), description="Tags that keep an article out.")


class ExtraFeed(Section):
    """A feed of your own choice of articles."""

    name: Name = setting(description="Name in the feed's address.", example="chips-not-funding")
    title: Line = setting("", description="Name that readers see; the name where empty.")
    topics: Annotated[tuple[Filled, ...], LIST] = setting((), description="Topics it holds; none named means all.")
    tags: Annotated[tuple[Filled, ...], LIST] = setting((), description="Tags it holds; none named means all.")
    exclude: Excluded = setting({}, alias="not", description="What it does not hold.")
    lang: LanguageOrAny = setting("", description="Language of its articles by prefix: `zh` takes `zh-CN`.")
    content: Annotated[Literal["", "full", "summary"], WORD] = setting(
        "", description="As `feeds.content`, which holds where this is empty."
    )


class Feeds(Section):
    """The feeds that are built."""

    formats: Annotated[tuple[Annotated[Literal["rss", "atom", "json"], WORD], ...], LIST] = setting(
        ("rss", "atom", "json"), description="Formats of every feed."
    )
    entries: Whole = setting(30, ge=1, le=200, description="How many of the newest articles a feed holds.")
    content: Annotated[Literal["full", "summary"], WORD] = setting(
        "full", description="Whether entries hold the whole article or its summary."
    )
    tags: Whole = setting(3, ge=0, description="A tag of at least so many articles has a feed; 0: none has.")
    archive: Flag = setting(True, description="Whether older entries are kept in monthly archives (RFC 5005).")
    hubs: Annotated[tuple[HubUrl, ...], LIST] = setting((), description="WebSub hubs that are told of new entries.")
    max_age: Whole = setting(900, ge=0, description="Seconds for which a reader may keep a feed without asking again.")
    ids: Annotated[Literal["stored", "permalink"], WORD] = setting(
        "stored",
        description="Ids of entries: `stored` ones survive moves; `permalink` is for a site whose feeds had their "
        "addresses as ids before.",
    )
    extra: Annotated[tuple[ExtraFeed, ...], LIST] = setting((), description="Feeds of your own choice of articles.")
    moved: Annotated[dict[str, Line], NAMED] = setting(
        {},
        description="Old paths of feeds on this server and where they are now, a path or an absolute address: "
        "`{/index.xml: /feeds/rss.xml}`. Readers are sent there for good (301). One `*` may stand for a whole segment: "
        "`{/tags/*/index.xml: /feeds/tags/*/rss.xml}`; of several lines that fit, one without `*` counts, then the "
        "first.",
    )
    delta: Annotated[tuple[Filled, ...], LIST] = setting(
        (),
        description="Readers that are sent only new and changed entries when they ask for that (RFC 3229), by the name "
        "that their User-Agent begins with: `[newsboat, python-reader]`, which take it well. None by default: others "
        "ask for it and then fail (rss2email) or drop the entries that are left out (feedparser).",
    )

    @field_validator("formats")
    @classmethod
    def _some(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        if not formats:
            raise ValueError("names no format; write one or more of rss, atom, json")
        return tuple(dict.fromkeys(formats))

    @field_validator("moved")
    @classmethod
    def _movable(cls, found: dict[str, str]) -> dict[str, str]:
        flaws = list(moved.flaws(found))
        if flaws:
            raise FlawsError(flaws)
        return moved.read(found)

    @field_validator("delta")
    @classmethod
    def _products(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for number, name in enumerate(names):
            if "/" in name:
                raise FlawsError([((number,), f"{name!r} has a slash; write the name without its version")])
        return names

    @field_validator("extra")
    @classmethod
    def _distinct(cls, extra: tuple[ExtraFeed, ...], info: ValidationInfo) -> tuple[ExtraFeed, ...]:
        flaws: list[tuple[tuple[str | int, ...], str]] = []
        names: set[str] = set()
        for number, feed in enumerate(extra):
            if feed.name in names:
                flaws.append(((number, "name"), f"{feed.name!r} stands twice; give each feed a name of its own"))
            names.add(feed.name)
            for place, topics in (("topics",), feed.topics), (("not", "topics"), feed.exclude.topics):
                flaws += [
                    ((number, *place, *rest), text) for rest, text in unknown_topics(topics, reading(info).topics)
                ]
        if flaws:
            raise FlawsError(flaws)
        return extra


class Theme(Section):
    """How mails and pages look."""

    logo: Line = setting(
        "", description="Picture at the head: a path under the site such as `/images/logo.png`, or a URL."
    )
    colour: Colour = setting("#1a56a8", description='Colour of links and buttons, in quotes: `"#1a56a8"`.')
    width: Whole = setting(600, ge=320, le=800, description="Width of a mail in pixels.")


Topics = Annotated[dict[TopicKey, TopicRule], NAMED]


def unknown_topics(wanted: tuple[str, ...], known: frozenset[str]) -> list[tuple[tuple[int], str]]:
    """Flaws of the wanted topics that ``topics`` does not name, where it names any."""
    flaws = []
    for number, name in enumerate(wanted):
        if wanted.index(name) < number:
            flaws.append(((number,), f"{name!r} stands twice; keep one of them"))
        elif known and name not in known:
            guess = closest(name, known)
            meant = f"did you mean {guess}? " if guess else ""
            flaws.append(
                ((number,), f"{name!r} is not a key of topics; {meant}write one of {', '.join(sorted(known))}")
            )
    return flaws
