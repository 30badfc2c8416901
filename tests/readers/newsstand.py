"""A served site that changes, and what each feed reader has to make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from journeys.walk import Site, ask
from readers.recording import Exchange, Recorder

TODAY = "2025-06-30T07:00:00+08:00"
FIRST = ("R&D <update>: 1 < 2", "潮汐算力：把数据中心搬到海边的人", "Third")


class Client(Protocol):
    """A feed reader with its own memory."""

    def poll(self) -> None:
        """Asks for every feed that it follows, once."""
        ...

    def entries(self) -> dict[str, dict[str, str]]:
        """For each feed that it follows, the title of each entry by the client's own key of it."""
        ...


@dataclass
class Newsstand:
    """A site under ``publisher serve`` behind a proxy that takes notes."""

    site: Site
    origin: str
    """The server's own address, past the proxy."""
    proxy: Recorder
    eventually: Callable[..., None]

    def url(self, form: str) -> str:
        """The address of the feed of everything, as the client under test is given it."""
        return f"{self.proxy.url}/feeds/{form}"

    def file(self, name: str) -> Path:
        return self.site.folder / "content" / "posts" / f"{name}.md"

    def shown(self) -> dict[str, dict[str, str]]:
        """The entries that the server answers with, by title."""
        answer = ask(f"{self.origin}/feeds/feed.json")
        return {item["title"]: item for item in json.loads(answer.body)["items"]} if answer.status == 200 else {}

    def until(self, condition: Callable[[dict[str, dict[str, str]]], object]) -> None:
        """Waits until ``serve`` has seen the change, built, and swapped its snapshot."""
        self.eventually(lambda: condition(self.shown()))

    def publish(self) -> None:
        self.site.article("fourth", TODAY, title="Fourth")
        self.until(lambda items: "Fourth" in items)

    def edit(self) -> None:
        text = self.file("third").read_text(encoding="utf-8")
        text = text.replace("title: Third", "title: Third again").replace("Text of third", "A new text of third")
        _at_once(self.file("third"), text)
        self.until(lambda items: "A new text" in items.get("Third again", {}).get("content_html", ""))

    def move(self) -> None:
        self.file("third").rename(self.file("elsewhere"))
        self.until(lambda items: items.get("Third again", {}).get("url", "").endswith("/elsewhere/"))

    def delete(self) -> None:
        self.file("fourth").unlink()
        self.until(lambda items: "Fourth" not in items)


def _at_once(file: Path, text: str) -> None:
    """As careful editors do it: no build sees half of the text."""
    part = file.with_name(f".{file.name}.tmp")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def statuses(exchanges: list[Exchange]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for each in exchanges:
        found.setdefault(each.path, set()).add(each.status)
    return found


def live(stand: Newsstand, client: Client, *, in_place: bool, unconditional: int = 1, lasting: bool = True) -> None:
    """A client's life with a site: all, nothing, one more, an edit, a move, a deletion.

    ``in_place``: it shows an edit of what it has; ``unconditional`` is how many polls it makes before it begins to
    ask whether there is anything new; ``lasting``: it keeps the marks of a fetch that brought it nothing.
    """
    for _ in range(unconditional):
        client.poll()
        first = client.entries()
        for feed, held in first.items():
            assert sorted(held.values()) == sorted(FIRST), f"{feed}: the first fetch gives all"
    paths = set(statuses(stand.proxy.taken()))

    def asked(status: int) -> None:
        client.poll()
        taken = stand.proxy.taken()
        assert statuses(taken) == {path: {status} for path in paths}, taken
        assert all(each.conditional for each in taken)
        assert status == 200 or not any(each.sent for each in taken), "a 304 has no body (RFC 9110 15.4.5)"

    asked(304)
    assert client.entries() == first, "nothing new"

    stand.publish()
    asked(200)
    second = client.entries()
    for feed, held in second.items():
        assert [held[key] for key in held.keys() - first[feed].keys()] == ["Fourth"], f"{feed}: exactly one new"
        assert first[feed].items() <= held.items()

    stand.edit()
    asked(200)
    third = client.entries()
    for feed, held in third.items():
        assert held.keys() == second[feed].keys(), f"{feed}: an edit is no new entry"
        assert ("Third again" in held.values(), "Third" in held.values()) == (in_place, not in_place), feed

    stand.move()
    asked(200)
    assert client.entries() == third, "a new address is no new entry"

    stand.delete()
    asked(200)
    for feed, held in client.entries().items():
        assert held.keys() <= third[feed].keys(), f"{feed}: a deletion brings nothing back"
    asked(304 if lasting else 200)
