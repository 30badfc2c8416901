"""A feed for one reader: entries that are stored for all, chosen by somebody else, in a frame of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from publisher.feeds import jsonfeed, rss_atom
from publisher.feeds.feed import NEVER, Card, Channel, Format, Frame, joined
from publisher.feeds.store import FeedStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A document that can be told from another version of it before it is made."""

    form: Format
    frame: Frame
    cards: tuple[Card, ...]

    @property
    def source(self) -> str:
        """Hash of everything that its bytes depend on."""
        return self.frame.source(self.cards)

    @property
    def updated(self) -> datetime:
        """When an entry last changed."""
        return self.frame.updated


def chosen(
    store: FeedStore, channel: Channel, keys: Sequence[str], form: Format, *, id: str, title: str, url: str
) -> Personal:
    """The feed of the first of these articles, newest first; those whose entries are not stored are left out.

    It names no hub: a hub would have to know the address, which is the reader's secret.
    """
    cards = store.cards(channel.contents, keys)
    first = [card for key in dict.fromkeys(keys) if (card := cards.get(key))][: channel.limit]
    members = tuple(sorted(sorted(first, key=attrgetter("key")), key=attrgetter("published"), reverse=True))
    frame = Frame(
        channel=replace(channel, hubs=()),
        id=id,
        title=title,
        description=channel.description or title,
        updated=max((card.updated for card in members), default=NEVER),
        url=url,
    )
    return Personal(form=form, frame=frame, cards=members)


def made(store: FeedStore, feed: Personal) -> bytes:
    """The bytes of the document."""
    found = store.bodies(feed.frame.channel.contents, [card.key for card in feed.cards], [feed.form])[feed.form]
    parts = [found[card.key][1] for card in feed.cards if card.key in found]
    head, tail = jsonfeed.frame(feed.frame) if feed.form is Format.JSON else rss_atom.frame(feed.frame, feed.form)
    return joined(feed.form, head, parts, tail)
