"""Whole articles: bodies are rendered when an article is first needed, and kept until its file changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from publisher.config import Config
from publisher.content import crew, images, rules
from publisher.content.article import Article, Head, Html, Image
from publisher.content.body import Body, Rendering, Site, Wanted, link, renderings
from publisher.content.images import Roots
from publisher.content.index import HEAD_COLUMNS, Index, head_values
from publisher.content.scan import RACY_NS, file_system_now
from publisher.content.store import BODY, State, article_table, body_table, set_problems
from publisher.db.engine import Database, upsert

BATCH = 100
"""Articles whose HTML is in memory at once."""
WORTH = 300
"""Bodies that are worth another process."""
_SOURCE = "source"


class Library:
    """The articles of a site, each rendered at most once for every change of its file."""

    def __init__(self, config: Config, database: Database) -> None:
        self._database = database
        self._root = config.content.path
        by = rules.of(config)
        self._fingerprint = by.fingerprint
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

    def articles(self, paths: Iterable[str], now: datetime) -> dict[str, Article]:
        """The whole articles by path; without those that never could be rendered, drafts and unknown ones.

        ``now`` is when an article counts as updated whose bytes have changed since it was last rendered.
        """
        listed = list(dict.fromkeys(paths))
        self.render(listed, now)
        found: dict[str, Article] = {}
        query = sa.select(*HEAD_COLUMNS, *_BODY_COLUMNS).select_from(_JOINED)
        query = query.where(article_table.c.state == State.SHOWN.value, body_table.c.revision != "")
        with self._database.read() as connection:
            for part in _batches(listed, 500):
                for row in connection.execute(query.where(article_table.c.path.in_(part))):
                    found[row.path] = _article(row)
        return {path: found[path] for path in listed if path in found}

    def html(self, paths: Sequence[str]) -> dict[str, Html]:
        """The bodies of these articles by path, as last rendered; ask for as many as memory should hold."""
        found: dict[str, Html] = {}
        query = sa.select(body_table.c.path, body_table.c.html).select_from(_JOINED)
        query = query.where(article_table.c.state == State.SHOWN.value, body_table.c.revision != "")
        with self._database.read() as connection:
            for part in _batches(paths, 500):
                found |= {
                    row.path: Html(row.html) for row in connection.execute(query.where(body_table.c.path.in_(part)))
                }
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
        wanted = [each for part in _batches(paths, 500) for each in self._due(part)]
        if not wanted:
            return
        clock, done = file_system_now(), 0
        children = min(crew.cores() - 1, crew.MOST, len(wanted) // WORTH)
        for made in crew.spread(renderings, _batches(wanted, BATCH), self._site, children=children):
            self._keep(made, now, clock)
            done += len(made)
            if progress:
                progress(done, len(wanted))

    def _due(self, paths: Sequence[str]) -> Iterator[Wanted]:
        """The articles of these that must be looked at again."""
        query = sa.select(*_DUE).select_from(_JOINED_OR_NOT).where(article_table.c.path.in_(paths))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            current = row.fingerprint == self._fingerprint
            anew = not current or self._other_image(row) or self._other_links(row)
            known_broken = row.fingerprint == _BROKEN + self._fingerprint
            if (anew and not known_broken) or row.racy or row.stamp != row.source:
                file = json.loads(row.more).get("file") or f"{self._root}/{row.path}"
                yield Wanted(row.path, file, row.guid, row.digest or "", anew)

    def _other_image(self, row: Any) -> bool:
        return bool(row.reference) and not images.unchanged(self._site.roots, row.path, row.reference, row.image_stamp)

    def _other_links(self, row: Any) -> bool:
        links: dict[str, str] = json.loads(row.links) if row.links else {}
        return any(link(row.path, self._site, name) != address for name, address in links.items())

    def _keep(self, made: Sequence[Rendering], now: datetime, clock: int) -> None:
        with self._database.write() as connection:
            query = sa.select(body_table.c.path, body_table.c.digest, body_table.c.revision, body_table.c.updated)
            known = {
                row.path: row
                for row in connection.execute(query.where(body_table.c.path.in_([each.path for each in made])))
            }
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
            mended = [row["path"] for row in new if row["path"] in known and not known[row["path"]].revision]
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
        return _BROKEN + self._fingerprint if made.stamp else ""

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
            "image": json.dumps(asdict(body.image), ensure_ascii=False) if body.image else "",
            "reference": body.reference,
            "image_stamp": body.image_stamp,
            "links": json.dumps(body.links, ensure_ascii=False) if body.links else "",
            "html": body.html,
        }


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
_BODY_COLUMNS = tuple(body_table.c[name] for name in ("revision", "updated", "summary", "minutes", "image"))
_DUE = (
    article_table.c.path,
    article_table.c.guid,
    article_table.c.more,
    article_table.c.stamp.label(_SOURCE),
    *(body_table.c[name] for name in ("stamp", "racy", "fingerprint", "digest", "reference", "image_stamp", "links")),
)


def _article(row: Any) -> Article:
    return Article(
        **head_values(row),
        updated=row.updated,
        summary=row.summary,
        image=Image(**json.loads(row.image)) if row.image else None,
        reading_minutes=row.minutes,
        revision=row.revision,
    )


def _batches(items: Sequence[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
