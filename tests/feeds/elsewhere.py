"""A small site that is built in a process of its own, under another locale and time zone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from builders import AT, CHIPS, FUNDING, make_article
from feeds.material import PICTURE, RD, Shelf, make_config

from publisher.db.engine import Database, metadata
from publisher.feeds.publish import publish
from publisher.templates import Templates


def build(root: Path) -> None:
    """Publishes the site's feeds into ``root/public``."""
    articles = [
        make_article("a", topics=(CHIPS, FUNDING), tags=("GPU", "C#"), image=PICTURE, authors=("安",)),
        make_article("b", topics=(RD,), tags=("GPU", "算力"), title="R&D <update>", published=AT - timedelta(days=40)),
        make_article("c", tags=("GPU",), published=AT - timedelta(days=200)),
    ]
    database = Database(f"sqlite:///{root / 'site.db'}", durable=False)
    metadata.create_all(database.engine)
    publish(make_config(root, entries=2), database, Templates(None), AT, articles=Shelf(articles))
    database.close()
