"""A feed that moved, and answers of what is new alone (RFC 3229): what each reader makes of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from readers.clients import Aggregator, Library, Newsboat, Rss2email, needs
from readers.newsstand import FIRST, Client, Newsstand

pytestmark = needs("newsboat", "rss2email")
OLD, HERE = "/index.xml", "/feeds/rss.xml"
RULES = f'moved: {{"{OLD}": "{HERE}"}}, delta: [newsboat, python-reader]'


@pytest.mark.parametrize("stand", [RULES], indirect=True)
def test_every_reader_follows_it_and_gets_one_new_entry_there(stand: Newsstand, tmp_path: Path):
    url = stand.proxy.url + OLD
    with closing(Library(tmp_path / "reader", [url])) as library:
        clients: dict[str, Client] = {
            "feedparser": Aggregator([url]),
            "reader": library,
            "newsboat": Newsboat(tmp_path / "newsboat", [url]),
            "rss2email": Rss2email(tmp_path / "rss2email", [url]),
        }
        held = {name: _first(stand, client, url) for name, client in clients.items()}
        stand.publish()
        answers = {}
        for name, client in clients.items():
            client.poll()
            answers[name] = stand.proxy.taken()[-1].status
            fresh = client.entries()[url]
            assert [fresh[key] for key in fresh.keys() - held[name].keys()] == ["Fourth"], name
            assert held[name].items() <= fresh.items(), name
    assert answers == {"feedparser": 200, "reader": 226, "newsboat": 226, "rss2email": 200}


def _first(stand: Newsstand, client: Client, url: str) -> dict[str, str]:
    """What it holds after the first polls: all, once; the last of them was answered with nothing new."""
    for number in range(3):
        client.poll()
        taken = [(each.path, each.status) for each in stand.proxy.taken()]
        assert number or taken == [(OLD, 301), (HERE, 200)]
    assert taken[-1] == (HERE, 304)
    held = client.entries()[url]
    assert sorted(held.values()) == sorted(FIRST)
    return held
