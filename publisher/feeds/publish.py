"""Builds every feed of the site and writes what changed: the use case of ``publisher build``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from publisher.config import Config
from publisher.config.value import loopback
from publisher.content.article import Article, Html, Problem, Topic
from publisher.content.index import Index
from publisher.db.engine import Database
from publisher.feeds import jsonfeed, opml, rss_atom
from publisher.feeds.feed import Channel, Document, Entry, Feed, Format, content, digest, source
from publisher.feeds.fill import entry, feeds, live
from publisher.feeds.output import Output
from publisher.feeds.store import FeedStore, Fragment
from publisher.templates import Templates
from publisher.text import one_line

PAGE, STYLE = "feeds/index.html", "feeds/feeds.css"
_BATCH = 100
"""Articles whose HTML is in memory at once."""
Progress = Callable[[int, int], None]
"""Is told (documents done, documents in all)."""


class Articles(Protocol):
    """What feeds need of the index of articles."""

    def articles(self, now: datetime, /) -> list[Article]:
        """The articles that readers may see, without their HTML."""
        ...

    def html(self, paths: Sequence[str], /) -> dict[str, Html]:
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
    channel, store, index = channel_of(config), FeedStore(database), articles or Index(database)
    entries, problems = _entries(index.articles(now), channel, now)
    press = _Press(store=store, index=index, channel=channel, again=full)
    made, more = press.fill(entries)
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
    store.forget({path for path, _ in store.stamps()} - {item.path for item in entries})
    return Published(
        feeds=len(made),
        documents=len(output.current),
        written=output.written,
        removed=removed,
        problems=(*problems, *more),
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


def _entries(articles: Iterable[Article], channel: Channel, now: datetime) -> tuple[list[Entry], list[Problem]]:
    entries, problems = [], []
    for article in live(articles, now):
        try:
            entries.append(entry(article, channel))
        except Exception as error:  # noqa: BLE001 # one article must not stop the others
            problems.append(_problem(article.path, error))
    return entries, problems


def _problem(path: str, error: Exception) -> Problem:
    return Problem(
        path=path,
        code="feed-entry",
        message=f"it is left out of the feeds: {type(error).__name__}: {error}; "
        "mend what is named, or report it with the article: the program did not foresee this",
    )


class _Press:
    """Makes the bytes of entries that have none yet, and documents of entry bytes."""

    def __init__(self, *, store: FeedStore, index: Articles, channel: Channel, again: bool) -> None:
        self._store, self._index, self._channel = store, index, channel
        self._stored = {} if again else store.stamps()
        self.stamps: dict[str, str] = {}
        """Stamps of the entries that stand in feeds, by path."""

    def fill(self, entries: Sequence[Entry]) -> tuple[tuple[Feed, ...], tuple[Problem, ...]]:
        """All feeds, each entry of which has its bytes stored. Where one fails, the next article moves up."""
        failed: dict[str, Problem] = {}
        while True:
            made, problems = feeds(self._channel, (item for item in entries if item.path not in failed))
            needed = {item.path: item for feed in made for item in feed.entries}
            self.stamps |= {path: item.stamp for path, item in needed.items() if path not in self.stamps}
            missing = [item for path, item in needed.items() if not self._has(path)]
            if not missing:
                return made, (*problems, *failed.values())
            for part in _batches(missing, _BATCH):
                failed |= self._make(part)

    def documents(self, feed: Feed, forms: Sequence[Format]) -> Iterator[tuple[Format, Document]]:
        """The feed in these formats: its frame around stored bytes."""
        if not forms:
            return
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

    def _make(self, entries: Sequence[Entry]) -> dict[str, Problem]:
        html = self._index.html([item.path for item in entries]) if self._channel.full else {}
        failed, fragments = {}, []
        for item in entries:
            try:
                made = _fragments(item, html, self._channel)
            except Exception as error:  # noqa: BLE001 # one article must not stop the others
                failed[item.path] = _problem(item.path, error)
                continue
            stamp = self.stamps[item.path]
            fragments += [Fragment(path=item.path, format=f, stamp=stamp, body=made[f]) for f in made]
            self._stored |= dict.fromkeys(((item.path, f) for f in made), stamp)
        self._store.save(fragments)
        return failed


def _fragments(item: Entry, html: Mapping[str, Html], channel: Channel) -> dict[Format, bytes]:
    body = content(html[item.path]) if channel.full else ""
    made = rss_atom.entry(item, body) | {Format.JSON: jsonfeed.item(item, body)}
    return {form: made[form] for form in channel.formats}


def _batches(items: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
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
