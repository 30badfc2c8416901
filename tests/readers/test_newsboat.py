"""newsboat: its list of feeds, its cache, of which we read the table of items."""

from __future__ import annotations

from pathlib import Path

from readers.clients import Newsboat, needs
from readers.newsstand import Newsstand, live

pytestmark = needs("newsboat")


def test_newsboat_gets_all_then_nothing_then_what_is_new(stand: Newsstand, tmp_path: Path):
    newsboat = Newsboat(tmp_path / "newsboat", [stand.url("rss.xml"), stand.url("atom.xml")])
    live(stand, newsboat, in_place=True, unconditional=2)
    for feed, rows in newsboat.rows().items():
        [(_, _, address, text)] = [row for row in rows if row[1] == "Third again"]
        assert "A new text of third" in text, feed
        assert address.endswith("/elsewhere/"), feed
