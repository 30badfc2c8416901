"""Builds every feed of the site and writes what changed: the use case of ``publisher build``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.config import Config
from publisher.content.article import Problem
from publisher.content.library import Library
from publisher.db.engine import Database
from publisher.errors import TemplateError
from publisher.feeds import landing, newsletter, opml, outbox
from publisher.feeds.channel import channel_of
from publisher.feeds.feed import (
    ARCHIVE_FORMATS,
    Card,
    Channel,
    Contents,
    Document,
    Feed,
    Format,
    Frame,
    digest,
    joined,
)
from publisher.feeds.fill import Layout, Month, layouts
from publisher.feeds.output import Output, alone
from publisher.feeds.press import Articles, Press
from publisher.feeds.store import FeedStore
from publisher.templates import Templates

Progress = Callable[[int, int], None]
"""Is told (feeds done, feeds in all)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a build of the feeds came to."""

    feeds: int
    documents: int
    """Files that belong to the feeds now, without their compressed twins."""
    written: int
    """Those of them whose bytes changed on the disk."""
    removed: int
    problems: tuple[Problem, ...]
    changed: tuple[str, ...]
    """Addresses of the feeds (no archives, no pages) whose bytes changed: what hubs are told of."""


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
    """Writes all feeds, their archives, OPML and pages into the output folder; only what changed, unless ``full``.

    An article that cannot be written into a feed is left out and reported; the others go out. Files are replaced one
    by one, each whole; the manifest last. Raises ``StoreError`` where folder or database cannot be used, and when all
    else is done ``TemplateError`` for a page whose template is broken: the page stays as it was.
    """
    library = articles or Library(config, database)
    with alone(config.output):
        build = _Build(config, database, templates, library, now, full=full)
        return build.run(progress)


class _Build:
    """One build: what the site's articles and issues are at one moment, on their way into the output folder."""

    def __init__(
        self,
        config: Config,
        database: Database,
        templates: Templates,
        library: Articles,
        now: datetime,
        *,
        full: bool,
    ) -> None:
        self._config, self._database, self._templates, self._now = config, database, templates, now
        self._channel = channel_of(config)
        self._library = library
        self._store = FeedStore(database)
        self._press = Press(store=self._store, library=library, channel=self._channel, now=now, again=full)
        self._output = Output(config.output, self._store.written(), now, full=full)
        self._again = full
        self._problems: list[Problem] = []
        self._broken: TemplateError | None = None
        """What is wrong with a page's template: told when all else is done."""

    def run(self, progress: Progress | None) -> Published:
        laid = self._lay_out()
        cards = {
            contents: self._store.cards(contents, dict.fromkeys(key for each in group for key in each.paths))
            for contents, group in _by_contents(laid).items()
        }
        feeds = [_feed(self._channel, each, cards[each.contents]) for each in laid]
        with self._output as output:
            for done, feed in enumerate(feeds, start=1):
                self._write(
                    {form: (feed.path(form), feed.frame(form)) for form in self._channel.formats}, feed, feed.members
                )
                if progress:
                    progress(done, len(feeds))
            self._archives(feeds, laid)
            self._around(feeds)
            output.drain()
            removed = self._settle(feeds)
        if self._broken:
            raise self._broken
        return Published(
            feeds=len(feeds),
            documents=len(output.current),
            written=output.written,
            removed=removed,
            problems=tuple(self._problems),
            changed=tuple(self._changed(feeds)),
        )

    def _lay_out(self) -> list[Layout]:
        """All feeds, each entry of which has its bytes stored. Where one fails, the next article moves up."""
        letters = newsletter.letters(self._config, self._database, self._templates, self._channel)
        unfit = self._issues(letters)
        failed: dict[str, str] = {}
        ready: dict[Contents, set[str]] = defaultdict(set)
        while True:
            made, named = layouts(self._channel, self._library.listing(self._now), without=failed)
            needed = {contents: _keys(group) for contents, group in _by_contents(made).items()}
            # Readers' own feeds hold the stories of digests, whether or not a feed has room for them.
            wanted = needed | {self._channel.contents: needed[self._channel.contents] | dict.fromkeys(letters.told)}
            before = len(failed)
            for contents, paths in wanted.items():
                failed |= self._press.refresh(contents, [path for path in paths if path not in ready[contents]])
                ready[contents] |= paths.keys()
            kept = {contents: paths.keys() - failed.keys() for contents, paths in wanted.items()}
            kept[Contents.FULL] = kept.get(Contents.FULL, set()) | letters.stamps.keys()
            self._store.keep_only(kept)
            for contents, paths in needed.items():
                # The index tells of ids that two articles have; the first by path keeps it.
                for keys in self._store.same_ids(contents):
                    failed |= dict.fromkeys([key for key in keys if key in paths][1:], "")
            if len(failed) == before:
                self._problems += [*named, *(_problem(key, fault) for key, fault in (failed | unfit).items() if fault)]
                return [*made, *(_without(each, unfit) for each in letters.layouts)]

    def _issues(self, letters: newsletter.Letters) -> dict[str, str]:
        """Makes the entries of issues that have none yet; the faults of those that cannot be made."""
        stored = {} if self._again else self._store.stamps(Contents.FULL, letters.stamps)
        due = [key for key, stamp in letters.stamps.items() if stored.get(key) != stamp]
        if not due:
            return {}
        from publisher.feeds import lint, make

        gate, done = lint.Gate(), list[make.Made]()
        for key, entry, html, fault in newsletter.entries(
            due, self._config, self._database, self._templates, self._channel
        ):
            if entry is None:
                done.append(make.Made(key, None, fault))
                continue
            # Kept for ever, as those of articles are: the site may move to another address.
            kept = replace(entry, id=self._store.permalinks({key: entry.id})[key])
            done.append(make.made(kept, html, Contents.FULL, letters.stamps[key], gate))
        return self._press.keep(done)

    def _write(self, documents: Mapping[Format, tuple[str, Frame]], feed: Feed, cards: Sequence[Card]) -> None:
        """Writes a feed, or one of its months, in these formats: only where anything about it is new."""
        sources = {form: frame.source(cards) for form, (_, frame) in documents.items()}
        due = [form for form, (path, _) in documents.items() if not self._output.keep(path, sources[form])]
        if not due:
            return
        from publisher.feeds import jsonfeed, lint, rss_atom  # each costs a build that changes nothing a tenth of it

        bodies = self._bodies(feed.contents, cards, due)
        for form in due:
            path, frame = documents[form]
            head, tail = jsonfeed.frame(frame) if form is Format.JSON else rss_atom.frame(frame, form)
            if findings := lint.frame(form, head, tail):
                self._hold(path, findings[0].message)
                continue
            body = joined(form, head, bodies[form], tail)
            document = Document(path=path, body=body, media_type=form.media_type, modified=frame.updated)
            self._output.put(document, sources[form])

    def _bodies(self, contents: Contents, cards: Sequence[Card], forms: Sequence[Format]) -> dict[Format, list[bytes]]:
        keys = [card.key for card in cards]
        found = self._store.bodies(contents, keys, forms)
        if lost := [card.key for card in cards if found[forms[0]].get(card.key, ("",))[0] != card.stamp]:
            # Another process has its own view of what feeds hold, and dropped or renewed these.
            self._press.refresh(contents, lost)
            found = self._store.bodies(contents, keys, forms)
        return {form: [found[form][key][1] for key in keys if key in found[form]] for form in forms}

    def _hold(self, path: str, fault: str) -> None:
        """Leaves the last good bytes of a document in place, and tells why."""
        self._output.hold(path)
        self._problems.append(Problem(path=path, code="feed", message=f"the last good bytes stay: {fault}"))

    def _archives(self, feeds: Sequence[Feed], laid: Sequence[Layout]) -> None:
        """Month by month, newest first: the articles of a month stand in the archives of many feeds."""
        forms = [form for form in self._channel.formats if form in ARCHIVE_FORMATS]
        months: dict[str, list[tuple[Feed, Month]]] = defaultdict(list)
        for feed, each in zip(feeds, laid, strict=True):
            for month in each.months if forms else ():
                months[month.name].append((feed, month))
        for name in sorted(months, reverse=True):
            wanted: dict[Contents, dict[str, None]] = defaultdict(dict)
            for feed, month in months[name]:
                wanted[feed.contents] |= dict.fromkeys(month.paths)
            cards = {contents: self._store.cards(contents, paths) for contents, paths in wanted.items()}
            for feed, month in months[name]:
                members = [card for path in month.paths if (card := cards[feed.contents].get(path))]
                documents = {
                    form: (feed.archive_path(name, form), feed.archive_frame(name, members, form)) for form in forms
                }
                self._write(documents, feed, members)

    def _around(self, feeds: Sequence[Feed]) -> None:
        """What stands beside the feeds: OPML, and pages with their style sheets."""
        listed = opml.write(self._channel, feeds)
        modified = max(feed.updated for feed in feeds)
        self._output.put(
            Document(path=opml.PATH, body=listed, media_type=opml.MEDIA_TYPE, modified=modified), digest(listed)
        )
        for page in landing.planned(self._config, feeds, self._templates):
            if self._output.keep(page.path, page.source):
                continue
            try:
                self._output.put(page.make(), page.source)
            except TemplateError as error:
                self._output.hold(page.path)
                self._broken = self._broken or error

    def _changed(self, feeds: Iterable[Feed]) -> Iterator[str]:
        changed = set(self._output.changed())
        return (feed.url(form) for feed in feeds for form in self._channel.formats if feed.path(form) in changed)

    def _settle(self, feeds: Sequence[Feed]) -> int:
        """Notes what was written, publishes the manifest, takes away what it no longer names; how many files.

        In this order a kill at any point leaves files that the next build knows how to finish with, and no hub untold.
        """
        changes, output = self._output.changes(), self._output
        if changes:
            with self._database.write() as connection:
                self._store.record(connection, changes)
                outbox.note(connection, self._changed(feeds), self._channel.hubs, self._now)
        output.finish()
        gone = output.gone()
        removed = sum(output.remove(item) for item in gone)
        self._store.strike([item.path for item in gone])
        return removed


def _feed(channel: Channel, layout: Layout, cards: Mapping[str, Card]) -> Feed:
    return Feed(
        channel=channel,
        kind=layout.kind,
        key=layout.key,
        name=layout.name,
        contents=layout.contents,
        members=tuple(card for path in layout.paths if (card := cards.get(path))),
        total=layout.total,
        months=tuple(month.name for month in layout.months),
    )


def _by_contents(laid: Iterable[Layout]) -> dict[Contents, list[Layout]]:
    found: dict[Contents, list[Layout]] = defaultdict(list)
    for each in laid:
        found[each.contents].append(each)
    return found


def _keys(laid: Iterable[Layout]) -> dict[str, None]:
    """Every entry that stands in one of these feeds or in its archives."""
    found: dict[str, None] = {}
    for each in laid:
        found |= dict.fromkeys(each.paths)
        for month in each.months:
            found |= dict.fromkeys(month.paths)
    return found


def _without(layout: Layout, unfit: Mapping[str, str]) -> Layout:
    months = [Month(each.name, [path for path in each.paths if path not in unfit]) for each in layout.months]
    lost = sum(path in unfit for path in _keys([layout]))
    return replace(
        layout,
        paths=tuple(path for path in layout.paths if path not in unfit),
        total=layout.total - lost,
        months=tuple(month for month in months if month.paths),
    )


def _problem(key: str, fault: str) -> Problem:
    return Problem(path=key, code="feed-entry", message=f"it is left out of the feeds: {fault}")
