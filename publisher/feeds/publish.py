"""Builds every feed of the site and writes what changed: the use case of ``publisher build``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from publisher.config import Config
from publisher.config.value import loopback
from publisher.content.article import Article, Head, Html, Problem, Topic
from publisher.content.library import Library
from publisher.db.engine import Database
from publisher.feeds import jsonfeed, opml, rss_atom
from publisher.feeds.feed import Channel, Document, Entry, Feed, Format, content, digest, source
from publisher.feeds.fill import entry, filled, layouts, losers
from publisher.feeds.output import Output
from publisher.feeds.store import FeedStore, Fragment
from publisher.templates import Templates
from publisher.text import one_line

PAGE, STYLE = "feeds/index.html", "feeds/feeds.css"
_BATCH = 100
"""Articles whose HTML is in memory at once."""
_Item = TypeVar("_Item")
_PORTION = 2000
"""Articles, without their HTML, in memory at once: enough for all cores to render."""
Progress = Callable[[int, int], None]
"""Is told (documents done, documents in all)."""


class Articles(Protocol):
    """What feeds need of the articles."""

    def heads(self, now: datetime, /) -> Iterable[Head]:
        """The articles that readers may see, newest first."""
        ...

    def articles(self, paths: Iterable[str], now: datetime, /) -> Mapping[str, Article]:
        """The whole articles at these paths, without those that cannot be rendered."""
        ...

    def html(self, paths: Sequence[str], /) -> Mapping[str, Html]:
        """The HTML of these articles, by path."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a build of the feeds came to."""

    feeds: int
    documents: int
    """Files that belong to the feeds now."""
    written: int
    """Files whose bytes changed on the disk."""
    removed: int
    problems: tuple[Problem, ...]


def publish(
    config: Config,
    database: Database,
    templates: Templates,
    now: datetime,
    *,
    full: bool = False,
    progress: Progress | None = None,
    articles: Articles | None = None,
) -> Published:
    """Writes all feeds, their OPML and their page into the output folder; only what changed, unless ``full``.

    An article that cannot be written into a feed is left out and reported; the others go out. Files are replaced one
    by one, each whole; the manifest last. Raises ``StoreError`` where folder or database cannot be used,
    ``TemplateError`` for a broken page.
    """
    channel, store, library = channel_of(config), FeedStore(database), articles or Library(config, database)
    press = _Press(store=store, library=library, channel=channel, now=now, again=full)
    made, problems = press.fill()
    output = Output(config.output, store.written(), now, full=full)
    forms = channel.formats
    for done, feed in enumerate(made, start=1):
        marks = {form: source(feed, form, press.stamps) for form in forms}
        due = [form for form in forms if not output.keep(feed.path(form), marks[form])]
        for form, document in press.documents(feed, due):
            output.put(document, marks[form])
        if progress:
            progress(done * len(forms), len(made) * len(forms))
    for document in _around(config, channel, made, templates):
        output.put(document, digest(document.body))
    removed = _settle(output, store)
    store.forget({path for path, _ in store.stamps()} - press.stamps.keys())
    return Published(
        feeds=len(made),
        documents=len(output.current),
        written=output.written,
        removed=removed,
        problems=problems,
    )


def base_url(config: Config) -> str:
    """Where readers find the output folder: at the web server's public address, else on the site itself.

    Without ``web.url`` the server is reached on this machine alone, and a feed that names such an address as its own
    is lost to everyone else.
    """
    host = urlsplit(config.web.url).hostname or ""
    return config.site.url if loopback(host) or not host else config.web.url


def channel_of(config: Config) -> Channel:
    """What the feeds of this site share."""
    site, rules = config.site, config.feeds
    return Channel(
        title=one_line(site.title),
        home_url=site.url.rstrip("/") + "/",
        base_url=base_url(config),
        description=one_line(site.description),
        language=site.language,
        author=one_line(site.author.name),
        email=site.author.email,
        copyright=one_line(site.copyright),
        formats=tuple(form for form in Format if form in rules.formats),
        limit=rules.entries,
        full=rules.content == "full",
        tag_minimum=rules.tags,
        topics=tuple(Topic(key, rule.title) for key, rule in config.topics.items()),
        permalinks=rules.ids == "permalink",
        minutes=max(1, rules.max_age // 60),
    )


def _problem(path: str, error: Exception) -> Problem:
    return Problem(
        path=path,
        code="feed-entry",
        message=f"it is left out of the feeds: {type(error).__name__}: {error}; "
        "mend what is named, or report it with the article: the program did not foresee this",
    )


class _Press:
    """Makes the bytes of entries that have none yet, and documents of entry bytes."""

    def __init__(self, *, store: FeedStore, library: Articles, channel: Channel, now: datetime, again: bool) -> None:
        self._store, self._library, self._channel, self._now = store, library, channel, now
        self._stored = {} if again else store.stamps()
        self._failed: dict[str, Problem | None] = {}
        """Articles that stand in no feed, with what is told of them here; None where it is told elsewhere."""
        self._entries: dict[str, Entry] = {}
        self.stamps: dict[str, str] = {}
        """Stamps of the entries that stand in feeds, by path."""

    def fill(self) -> tuple[tuple[Feed, ...], tuple[Problem, ...]]:
        """All feeds, each entry of which has its bytes stored. Where one fails, the next article moves up."""
        while True:
            laid, problems = layouts(self._channel, self._library.heads(self._now), without=self._failed)
            needed = dict.fromkeys(path for layout in laid for path in layout.paths)
            before = len(self._failed)
            for paths in _batches([path for path in needed if path not in self._entries], _PORTION):
                self._enter(paths)
            missing = [item for path in needed if (item := self._entries.get(path)) and not self._has(path)]
            for items in _batches(missing, _BATCH):
                self._make(items)
            # The index tells of ids and addresses that two articles have.
            standing = [item for path in needed if (item := self._entries.get(path)) and path not in self._failed]
            self._failed |= dict.fromkeys(losers(standing))
            if len(self._failed) == before:
                told = (problem for problem in self._failed.values() if problem is not None)
                return filled(self._channel, laid, self._entries), (*problems, *told)

    def _enter(self, paths: Sequence[str]) -> None:
        """Makes the entries of articles; what is wrong with those that cannot be rendered, the library told."""
        found = self._library.articles(paths, self._now)
        for path in paths:
            article = found.get(path)
            if article is None:
                self._failed[path] = None
                continue
            try:
                self._entries[path] = made = entry(article, self._channel)
                self.stamps[path] = made.stamp
            except Exception as error:  # noqa: BLE001 # one article must not stop the others
                self._failed[path] = _problem(path, error)

    def documents(self, feed: Feed, forms: Sequence[Format]) -> Iterator[tuple[Format, Document]]:
        """The feed in these formats: its frame around stored bytes."""
        if not forms:
            return
        bodies = self._store.bodies(forms, [item.path for item in feed.entries])
        if lost := [item for item in feed.entries if any((item.path, form) not in bodies for form in forms)]:
            self._make(lost)  # another process has its own view of what feeds hold, and dropped these
            bodies = self._store.bodies(forms, [item.path for item in feed.entries])
        for form in forms:
            parts = [bodies[item.path, form] for item in feed.entries]
            if form is Format.JSON:
                (head, tail), comma = jsonfeed.frame(feed), b","
            else:
                (head, tail), comma = rss_atom.frame(feed, form), b""
            body = head + comma.join(parts) + tail
            yield form, Document(path=feed.path(form), body=body, media_type=form.media_type, modified=feed.updated)

    def _has(self, path: str) -> bool:
        return all(self._stored.get((path, form)) == self.stamps[path] for form in self._channel.formats)

    def _make(self, entries: Sequence[Entry]) -> None:
        html = self._library.html([item.path for item in entries]) if self._channel.full else {}
        fragments = []
        for item in entries:
            try:
                made = _fragments(item, html, self._channel)
            except Exception as error:  # noqa: BLE001 # one article must not stop the others
                self._failed[item.path] = _problem(item.path, error)
                continue
            stamp = self.stamps[item.path]
            fragments += [Fragment(path=item.path, format=f, stamp=stamp, body=made[f]) for f in made]
            self._stored |= dict.fromkeys(((item.path, f) for f in made), stamp)
        self._store.save(fragments)


def _fragments(item: Entry, html: Mapping[str, Html], channel: Channel) -> dict[Format, bytes]:
    body = content(html[item.path]) if channel.full else ""
    made = rss_atom.entry(item, body) | {Format.JSON: jsonfeed.item(item, body)}
    return {form: made[form] for form in channel.formats}


def _batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _around(config: Config, channel: Channel, made: Sequence[Feed], templates: Templates) -> Iterator[Document]:
    """What stands beside the feeds: OPML, the page that lists them, and its style sheet."""
    modified = max(feed.updated for feed in made)
    page = templates.render(
        PAGE,
        language=channel.language,
        channel=channel,
        feeds=made,
        zone=config.site.timezone,
        opml=opml.PATH,
        site=config.site,
        archive=bool(config.newsletters),
    )
    style = templates.render(STYLE, language=channel.language, colour=config.theme.colour)
    for path, body, media_type in (
        (opml.PATH, opml.write(channel, made), opml.MEDIA_TYPE),
        (PAGE, page.encode(), "text/html"),
        (STYLE, style.encode(), "text/css"),
    ):
        yield Document(path=path, body=body, media_type=media_type, modified=modified)


def _settle(output: Output, store: FeedStore) -> int:
    """Notes what was written, publishes the manifest, then takes away what it no longer names; how many files.

    In this order a kill at any point leaves files that the next build knows how to finish with.
    """
    store.record(output.changes())
    output.finish()
    gone = output.gone()
    removed = sum(output.remove(item) for item in gone)
    store.strike([item.path for item in gone])
    return removed
