"""reader, the library: RSS, Atom and JSON Feed, which it shows alike."""

from __future__ import annotations

import html
import re
from contextlib import closing
from pathlib import Path

import reader
from readers.clients import Library
from readers.newsstand import Newsstand, live


def test_reader_gets_all_then_nothing_then_what_is_new_in_three_formats(stand: Newsstand, tmp_path: Path):
    urls = [stand.url(form) for form in ("rss.xml", "atom.xml", "feed.json")]
    with closing(Library(tmp_path / "reader", urls)) as library:
        live(stand, library, in_place=True, lasting=False)
        found = [{each.id: each for each in library.reader.get_entries(feed=url)} for url in urls]
    rss, atom, json = found
    assert rss.keys() == atom.keys() == json.keys()
    for key, item in rss.items():
        for other in (atom[key], json[key]):
            assert (other.title, other.link, other.published) == (item.title, item.link, item.published)
            assert words(other) == words(item)
    moved = next(each for each in rss.values() if each.title == "Third again")
    assert (moved.link or "").endswith("/elsewhere/")
    assert "A new text of third" in words(moved)


def words(entry: reader.Entry) -> str:
    """What a screen would show of it; the library writes HTML out of XML anew, and leaves JSON's as it is."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", entry.content[0].value)).split())
