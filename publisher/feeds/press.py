"""Keeps the stored bytes of entries up to date: made anew where anything that they depend on has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from publisher.content import crew
from publisher.content.article import Article, Html
from publisher.content.index import Listed
from publisher.content.library import Mark
from publisher.feeds.feed import Channel, Contents, digest
from publisher.feeds.store import FeedStore

if TYPE_CHECKING:
    from publisher.feeds.make import Made, Source

_BATCH = 100
"""Articles whose HTML is in memory at once, for each process."""
_PORTION = 2000
"""Articles that are looked at in one go."""
_WORTH = 400
"""Entries that are worth another process."""
_Item = TypeVar("_Item")


class Articles(Protocol):
    """What feeds need of the articles."""

    def listing(self, now: datetime, /) -> Iterable[Listed]:
        """The articles that readers may see, newest first."""
        ...

    def marks(self, paths: Iterable[str], now: datetime, /) -> Iterable[Mark]:
        """What tells whether these articles are new, without those that cannot be rendered."""
        ...

    def articles(self, paths: Iterable[str], now: datetime, /) -> Mapping[str, Article]:
        """The whole articles at these paths, without those that cannot be rendered."""
        ...

    def html(self, paths: Sequence[str], /) -> Mapping[str, Html]:
        """The HTML of these articles, by path."""
        ...


class _Due(NamedTuple):
    """An entry that is to be made."""

    stamp: str
    id: str
    revision: str
    """Of the article that the stamp speaks of."""


class Press:
    """Makes the bytes of articles' entries that have none, or old ones."""

    def __init__(self, *, store: FeedStore, library: Articles, channel: Channel, now: datetime, again: bool) -> None:
        """``again`` makes all anew, once."""
        self._store, self._library, self._channel, self._now, self._again = store, library, channel, now, again

    def refresh(self, contents: Contents, paths: Iterable[str]) -> dict[str, str]:
        """Brings the entries of these articles up to date; those that stand in no feed, each with its fault.

        The fault is empty where the article cannot be rendered: the library told of that.
        """
        failed: dict[str, str] = {}
        for portion in batches(paths, _PORTION):
            due = self._due(contents, portion, failed)
            if not due:
                continue
            from publisher.feeds import make  # with feedgen, lxml and the lint, which nothing else needs

            children = min(crew.cores() - 1, crew.MOST, len(due) // _WORTH)
            work = crew.spread(make.entries, self._sources(contents, due), (self._channel, contents), children=children)
            for done in work:
                self._store.save([each.stored for each in done if each.stored is not None])
                failed |= {each.key: each.fault for each in done if each.stored is None}
        return failed

    def keep(self, done: Sequence[Made]) -> dict[str, str]:
        """Keeps entries that were made elsewhere; the faults of those that no feed can hold."""
        self._store.save([each.stored for each in done if each.stored is not None])
        return {each.key: each.fault for each in done if each.stored is None}

    def _due(self, contents: Contents, portion: Sequence[str], failed: dict[str, str]) -> dict[str, _Due]:
        """Those that are to be made, by path."""
        marks = list(self._library.marks(portion, self._now))
        failed |= dict.fromkeys(portion, "")
        ids = {mark.guid: mark.guid for mark in marks}
        if self._channel.permalinks:
            ids |= self._store.permalinks({mark.guid: mark.url for mark in marks if mark.minted})
        stored = {} if self._again else self._store.stamps(contents, portion)
        due, common = {}, f"{self._channel.mark} {contents}"
        for mark in marks:
            del failed[mark.path]
            id = ids[mark.guid]
            told = f"{common}\n{mark.revision}\n{id}\n{mark.url}\n{mark.updated}\n{mark.published}"
            stamp = digest(told.encode("utf-8", "replace"))
            if stored.get(mark.path) != stamp:
                due[mark.path] = _Due(stamp, id, mark.revision)
        return due

    def _sources(self, contents: Contents, due: Mapping[str, _Due]) -> Iterator[list[Source]]:
        from publisher.feeds.make import Source

        for paths in batches(due, _BATCH):
            articles = self._library.articles(paths, self._now)
            html = self._library.html(paths) if contents is Contents.FULL else {}
            # One that was saved between the two looks is what the next build takes: its stamp would be of other bytes.
            yield [
                Source(article, due[path].id, html.get(path, ""), due[path].stamp)
                for path, article in articles.items()
                if article.revision == due[path].revision
            ]


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in lists of so many, the last one shorter."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
