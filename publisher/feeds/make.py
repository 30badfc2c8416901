"""The bytes of an entry in every format, checked before anybody keeps them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from publisher.content.article import Article
from publisher.feeds import jsonfeed, mould
from publisher.feeds.feed import Card, Channel, Contents, Entry, Format, Stored, content
from publisher.feeds.fill import entry
from publisher.feeds.lint import Gate


class Source(NamedTuple):
    """What an entry is made from."""

    article: Article
    id: str
    html: str
    """Empty where the entry holds a summary alone."""
    stamp: str


class Made(NamedTuple):
    """What came of one source."""

    key: str
    stored: Stored | None
    """None where no feed can hold it."""
    fault: str = ""
    """Why: what is wrong; what to do."""


_FORESEEN = "report it with the article: the program did not foresee this"


def entries(sources: Sequence[Source], order: tuple[Channel, Contents]) -> list[Made]:
    """An entry of each article: one that cannot be made or that the lint refuses stops no other."""
    (channel, contents), gate, found = order, Gate(), list[Made]()
    for source in sources:
        try:
            found.append(made(entry(source.article, channel, source.id), source.html, contents, source.stamp, gate))
        except Exception as error:  # noqa: BLE001 # one article must not stop the others
            fault = f"{type(error).__name__}: {error}; mend what is named, or {_FORESEEN}"
            found.append(Made(source.article.path, None, fault))
    return found


def made(item: Entry, html: str, contents: Contents, stamp: str, gate: Gate) -> Made:
    """The entry with its bytes, or what the lint says of them. Raises what the writers raise."""
    body = content(html)
    bodies = mould.entry(item, body) | {Format.JSON: jsonfeed.item(item, body)}
    picture = item.picture
    kinds = bool(picture), bool(picture and picture.enclosable), bool(picture and picture.width)
    shape = bool(item.summary), bool(body), bool(item.authors), bool(item.categories), kinds
    for finding in gate.entry(bodies, shape):
        return Made(item.key, None, finding.message)
    card = Card(
        key=item.key,
        id=item.id,
        title=item.title,
        url=item.url,
        published=item.published,
        updated=item.updated,
        stamp=stamp,
    )
    return Made(item.key, Stored(card=card, contents=contents, bodies=bodies))
