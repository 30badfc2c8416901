"""Whole articles: bodies are rendered when an article is first needed, and kept until its file changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.config import Config
from publisher.content import crew, images, rules
from publisher.content.article import Article, Head, Html, Image
from publisher.content.body import Body, Rendering, Site, Wanted, link, renderings
from publisher.content.images import Roots
from publisher.content.index import HEAD_COLUMNS, Index, Listed, head_values
from publisher.content.scan import RACY_NS, file_system_now
from publisher.content.store import BODY, State, article_table, body_table, set_problems
from publisher.db.engine import Database, upsert

BATCH = 50
"""Articles rendered at a time: few enough that all cores end at once."""
KEPT = 500
"""Articles a transaction, and whose HTML is in memory at once: each commit waits for the disk."""
WORTH = 300
"""Bodies that are worth another process."""


class Mark(NamedTuple):
    """What tells whether anything about an article is new. A tuple, for many are made in every build."""

    path: str
    revision: str
    """Hash of everything that a reader can see."""
    guid: str
    url: str
    updated: datetime
    published: datetime
    minted: bool
    """Whether the id is one of ours, and not one that the file names."""


class Library:
    """The articles of a site, each rendered at most once for every change of its file."""

    def __init__(self, config: Config, database: Database) -> None:
        self._database = database
        self._root = config.content.path
        by = rules.of(config)
        self._fingerprint, self._broken = by.fingerprint, f"{_BROKEN}{by.fingerprint}"
        self._site = Site(
            by,
            Roots(
                content=config.content.path,
                static=config.content.static,
                assets=config.root / "assets",
                site=config.site.url,
            ),
        )

    def heads(self, now: datetime) -> Iterator[Head]:
        """The articles shown at ``now``, newest first, as the last scan left them."""
        return Index(self._database).heads(now)

    def listing(self, now: datetime) -> Iterator[Listed]:
        """The articles of ``heads(now)`` in its order, with no more of each than feeds are laid out by."""
        return Index(self._database).listing(now)

    def marks(self, paths: Iterable[str], now: datetime) -> Iterator[Mark]:
        """What tells whether the articles that ``articles`` would give are new, in the order of the paths.

        As there, what is due is rendered first; the articles themselves are not loaded.
        """
        listed = list(dict.fromkeys(paths))
        self.render(listed, now)
        query = sa.select(*_MARK).select_from(_JOINED).where(_AMONG, *_GOOD)
        for part in _batches(listed, 500):
            with self._database.read() as connection:
                found = {row[0]: row for row in connection.execute(query, {"paths": part})}
            yield from (Mark._make(found[path]) for path in part if path in found)

    def articles(self, paths: Iterable[str], now: datetime) -> dict[str, Article]:
        """The whole articles by path; without those that never could be rendered, drafts and unknown ones.

        ``now`` is when an article counts as updated whose bytes have changed since it was last rendered.
        """
        listed = list(dict.fromkeys(paths))
        self.render(listed, now)
        found: dict[str, Article] = {}
        query = sa.select(*HEAD_COLUMNS, *_BODY_COLUMNS).select_from(_JOINED).where(_AMONG, *_GOOD)
        with self._database.read() as connection:
            for part in _batches(listed, 500):
                for row in connection.execute(query, {"paths": part}):
                    found[row[0]] = _article(row)
        return {path: found[path] for path in listed if path in found}

    def html(self, paths: Sequence[str]) -> dict[str, Html]:
        """The bodies of these articles by path, as last rendered; ask for as many as memory should hold."""
        found: dict[str, Html] = {}
        query = sa.select(body_table.c.path, body_table.c.html).select_from(_JOINED).where(_AMONG, *_GOOD)
        with self._database.read() as connection:
            for part in _batches(paths, 500):
                found |= {path: Html(html) for path, html in connection.execute(query, {"paths": part})}
        return found

    def render_all(self, now: datetime, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Renders whatever is not rendered yet, drafts too: so that all that is wrong with them is known."""
        good = article_table.c.state.in_([State.SHOWN.value, State.WITHHELD.value])
        with self._database.read() as connection:
            paths = list(connection.execute(sa.select(article_table.c.path).where(good)).scalars())
        self.render(paths, now, progress=progress)

    def render(
        self, paths: Sequence[str], now: datetime, *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Renders those of these articles that changed since they were last rendered, or never were."""
        wanted = list(self._due(paths))
        if not wanted:
            return
        clock, done = file_system_now(), 0
        children = min(crew.cores() - 1, crew.MOST, len(wanted) // WORTH)
        batch: list[Rendering] = []
        for made in crew.spread(renderings, _batches(wanted, BATCH), self._site, children=children):
            batch += made
            done += len(made)
            if len(batch) >= KEPT:
                self._keep(batch, now, clock)
                batch = []
            if progress:
                progress(done, len(wanted))
        if batch:
            self._keep(batch, now, clock)

    def _due(self, paths: Sequence[str]) -> Iterator[Wanted]:
        """The articles of these that must be looked at again."""
        query, absences = sa.select(*_DUE).select_from(_JOINED_OR_NOT).where(_AMONG), images.Absences()
        for part in _batches(paths, 500):
            with self._database.read() as connection:
                rows = connection.execute(query, {"paths": part}).all()
            for path, guid, more, source, stamp, racy, fingerprint, digest, reference, image_stamp, links in rows:
                anew = (
                    fingerprint != self._fingerprint
                    or bool(
                        reference and not images.unchanged(self._site.roots, path, reference, image_stamp, absences)
                    )
                    or bool(links and self._other_links(path, links))
                )
                known_broken = fingerprint == self._broken
                if (anew and not known_broken) or racy or stamp != source:
                    file = json.loads(more).get("file") or f"{self._root}/{path}"
                    yield Wanted(path, file, guid, digest or "", anew)

    def _other_links(self, path: str, stored: str) -> bool:
        links: dict[str, str] = json.loads(stored)
        return any(link(path, self._site, name) != address for name, address in links.items())

    def _keep(self, made: Sequence[Rendering], now: datetime, clock: int) -> None:
        with self._database.write() as connection:
            query = sa.select(*_KNOWN).where(body_table.c.path.in_(sa.bindparam("paths", expanding=True)))
            known = {row.path: row for row in connection.execute(query, {"paths": [each.path for each in made]})}
            new, other = [], []
            for each in made:
                common = {
                    "path": each.path,
                    "stamp": each.stamp,
                    "racy": each.young + RACY_NS > clock,
                }
                if each.body is not None:
                    row = self._row(each.body, each.digest, known.get(each.path), now)
                    new.append(common | {"fingerprint": self._fingerprint} | row)
                else:
                    other.append(common | {"fingerprint": self._mark(each)} | _NOTHING | {"updated": now})
            upsert(connection, body_table, new, ["path"])
            # Until now no issue could carry it: it is news from here.
            if mended := [row["path"] for row in new if row["path"] in known and not known[row["path"]].revision]:
                column = article_table.c
                connection.execute(
                    sa.update(article_table)
                    .where(column.path.in_(mended), column.state == State.SHOWN.value, column.first_seen < now)
                    .values(first_seen=now)
                )
            # Of what cannot be rendered the last good version stays; of what is the same, everything.
            upsert(connection, body_table, other, ["path"], ["stamp", "racy", "fingerprint"])
            set_problems(connection, BODY, {each.path: each.problems for each in made if not each.same})

    def _mark(self, made: Rendering) -> str:
        """The rules that a file without a new body was last looked at by; none where it must be looked at again."""
        if made.same:
            return self._fingerprint
        return self._broken if made.stamp else ""

    @staticmethod
    def _row(body: Body, digest: str, known: Any, now: datetime) -> dict[str, Any]:
        seen = known is not None and bool(known.digest)
        if body.withheld:  # nobody sees a draft: what it becomes when it is published is an update to what was seen
            digest = known.digest if seen else ""
        return {
            "digest": digest,
            "revision": known.revision if body.withheld and seen else body.revision,
            "updated": known.updated if body.withheld and seen else _updated(digest, body, known, now),
            "summary": body.summary,
            "minutes": body.minutes,
            "image": _stored(body.image) if body.image else "",
            "reference": body.reference,
            "image_stamp": body.image_stamp,
            "links": json.dumps(body.links, ensure_ascii=False) if body.links else "",
            "html": body.html,
        }


def _stored(image: Image) -> str:
    """What ``Image(**json.loads(…))`` reads; a tenth of what ``asdict`` takes."""
    return json.dumps({name: getattr(image, name) for name in Image.__slots__}, ensure_ascii=False)


def _updated(digest: str, body: Body, known: Any, now: datetime) -> datetime:
    """When the article last changed: as it says, else when its file was seen to change in a way that shows.

    A change of configuration or of this program changes every article's HTML; none of them is news to readers.
    """
    published = body.published or now
    if body.updated and body.updated <= now:  # one in the future would hide every change until then
        return max(body.updated, published)
    if known is None or not known.revision or not known.digest:
        return published
    edited = known.digest != digest and known.revision != body.revision
    updated: datetime = now if edited and not body.minor else known.updated
    return max(updated, published)


_BROKEN = "broken "
"""Before the rules by which a file was found to be impossible to render."""
_NOTHING: dict[str, Any] = {
    "digest": "",
    "revision": "",
    "summary": "",
    "minutes": 1,
    "image": "",
    "reference": "",
    "image_stamp": "",
    "links": "",
    "html": "",
}
_JOINED = article_table.join(body_table, body_table.c.path == article_table.c.path)
_JOINED_OR_NOT = article_table.outerjoin(body_table, body_table.c.path == article_table.c.path)
_AMONG = article_table.c.path.in_(sa.bindparam("paths", expanding=True))
_GOOD = (article_table.c.state == State.SHOWN.value, body_table.c.revision != "")
_BODY_COLUMNS = tuple(body_table.c[name] for name in ("revision", "updated", "summary", "minutes", "image"))
_KNOWN = tuple(body_table.c[name] for name in ("path", "digest", "revision", "updated"))
_MARK = (
    *(article_table.c.path, body_table.c.revision, article_table.c.guid, article_table.c.url),
    *(body_table.c.updated, article_table.c.published, article_table.c.minted == article_table.c.guid),
)
_DUE = (
    article_table.c.path,
    article_table.c.guid,
    article_table.c.more,
    article_table.c.stamp.label("source"),
    *(body_table.c[name] for name in ("stamp", "racy", "fingerprint", "digest", "reference", "image_stamp", "links")),
)


def _article(row: Any) -> Article:
    revision, updated, summary, minutes, image = row[len(HEAD_COLUMNS) :]
    return Article(
        **head_values(row),
        updated=updated,
        summary=summary,
        image=Image(**json.loads(image)) if image else None,
        reading_minutes=minutes,
        revision=revision,
    )


def _batches(items: Sequence[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
