"""Who gets which edition of an issue. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from publisher.delivery.delivery import State
from publisher.digest.edition import Wish

EMPTY = "nothing new in this issue for the reader's topics"


@dataclass(frozen=True, slots=True)
class Reader:
    """What planning needs of a subscriber."""

    id: int
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One planned delivery."""

    subscriber: int
    shard: int
    edition: str
    state: State = State.PENDING
    reply: str = ""


def shard_size(readers: int, connections: int) -> int:
    """Readers a shard: enough shards to keep every connection busy to the end, few enough to claim cheaply."""
    return max(64, min(1000, readers // max(1, 8 * connections)))


def plan(readers: Iterable[Reader], has_stories: Callable[[Wish], bool], size: int) -> Iterator[Row]:
    """A row for every reader, in the readers' order, ``size`` a shard.

    A reader whose edition would be empty gets a skipped row with the reason, so that the accounting names everybody.
    """
    for position, reader in enumerate(readers):
        shard = position // size
        if has_stories(reader.wish):
            yield Row(subscriber=reader.id, shard=shard, edition=reader.wish.key)
        else:
            yield Row(subscriber=reader.id, shard=shard, edition="", state=State.SKIPPED, reply=EMPTY)
