"""One document of thousands of stored entries against feedgen, which makes the same entries anew."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from feedgen.feed import FeedGenerator
from figures import Pairs, Row
from lxml import etree

from publisher.app import App
from publisher.content import scan
from publisher.content.library import Library
from publisher.feeds import make, rss_atom
from publisher.feeds.channel import channel_of
from publisher.feeds.feed import Contents, Entry, Feed, Format, Kind, joined
from publisher.feeds.fill import entry
from publisher.feeds.lint import Gate
from publisher.feeds.store import FeedStore

BATCH = 500
IDS = {Format.RSS: "guid", Format.ATOM: "{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}id"}


@dataclass(frozen=True)
class Shelf:
    """Entries that are stored, and what they were made of."""

    store: FeedStore
    feed: Feed
    made: list[tuple[Entry, str]]
    """Each entry with its HTML."""

    def read(self, form: Format) -> list[bytes]:
        """The stored bytes, from the database."""
        keys = [card.key for card in self.feed.members]
        found = self.store.bodies(Contents.FULL, keys, [form])[form]
        return [found[key][1] for key in keys]

    def joined(self, form: Format, bodies: list[bytes]) -> bytes:
        """The document: its frame around the stored bytes."""
        head, tail = rss_atom.frame(self.feed.frame(form), form)
        return joined(form, head, bodies, tail)

    def generated(self, form: Format) -> bytes:
        """The same as feedgen makes it, its defects left in."""
        feed = FeedGenerator()
        feed.load_extension("dc", atom=False)
        feed.load_extension("media")
        feed.id(self.feed.id)
        feed.title(self.feed.title)
        feed.description(self.feed.description)
        feed.language(self.feed.channel.language)
        feed.updated(self.feed.updated)
        feed.link(href=self.feed.url(form), rel="self")
        feed.link(href=self.feed.channel.home_url, rel="alternate")
        for item, html in self.made:
            one = feed.add_entry(order="append")
            one.guid(item.id, permalink=False)
            one.title(item.title)
            one.link(href=item.url)
            one.published(item.published)
            one.updated(item.updated)
            one.summary(item.summary)
            one.content(html, type="html")
            for category in item.categories:
                one.category(term=category.term, label=category.label, scheme=category.scheme)
            if picture := item.picture:
                size = {"width": str(picture.width), "height": str(picture.height)}
                one.media.content(url=picture.url, medium="image", group=None, **size)
                one.media.thumbnail(url=picture.url, group=None, **size)
                one.enclosure(picture.url, picture.length, picture.media_type)
        return feed.rss_str() if form is Format.RSS else feed.atom_str()


def figures(folder: Path, source: Path, files: int, rounds: int) -> Iterator[Row]:
    """The rows of joining; ``source`` is a site of so many articles as ``corpus.write`` makes it."""
    shutil.copytree(source, folder)
    app = App.open(folder / "config.yaml", environ={})
    try:
        shelf = _stored(app)
        for form in IDS:
            bodies = shelf.read(form)
            if _ids(shelf.joined(form, bodies), form) != _ids(shelf.generated(form), form):
                raise SystemExit("the entries are not the same")
            # Each begins with what it needs in memory: feedgen with articles and HTML, the join with bytes.
            rates = [
                (
                    _rate(files, lambda: shelf.joined(form, bodies)),  # noqa: B023
                    _rate(files, lambda: shelf.joined(form, shelf.read(form))),  # noqa: B023
                    _rate(files, lambda: shelf.generated(form)),  # noqa: B023
                )
                for _ in range(rounds)
            ]
            own, whole, peer = zip(*rates, strict=True)
            yield Pairs(own, peer).row(f"{files} stored entries joined, {form}", "{:,.0f}/s", "feedgen", least=15)
            yield Pairs(whole, peer).row("  read from the database and joined", "{:,.0f}/s", "feedgen")
    finally:
        app.close()


def _rate(entries: int, work: Callable[[], object]) -> float:
    """Entries a second of processor time, garbage collected before: neither of the two waits for anything."""
    gc.collect()
    start = time.process_time()
    work()
    return entries / (time.process_time() - start)


def _stored(app: App) -> Shelf:
    now = app.clock.now()
    scan.scan(app.config, app.database, now)
    library, store, channel = Library(app.config, app.database), FeedStore(app.database), channel_of(app.config)
    paths = [head.path for head in library.heads(now)]
    cards, made, gate = [], [], Gate()
    for start in range(0, len(paths), BATCH):
        articles = library.articles(paths[start : start + BATCH], now)
        html = library.html(list(articles))
        done = []
        for path, article in articles.items():
            item = entry(article, channel)
            result = make.made(item, html[path], Contents.FULL, "0" * 24, gate)
            if result.stored is None:
                raise SystemExit(f"{path}: {result.fault}")
            done.append(result.stored)
            made.append((item, html[path]))
        store.save(done)
        cards += [each.card for each in done]
    if len(cards) != len(paths):
        raise SystemExit(f"{len(paths) - len(cards)} articles could not be rendered")
    feed = Feed(channel=channel, kind=Kind.ALL, members=tuple(cards), total=len(cards))
    return Shelf(store, feed, made)


def _ids(document: bytes, form: Format) -> list[str]:
    root = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    return [element.text or "" for element in root.iterfind(f".//{IDS[form]}")]
