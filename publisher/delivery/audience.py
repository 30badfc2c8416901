"""Which readers an expression means on this site: the site's own words where a reader's are blank."""

from __future__ import annotations

from datetime import datetime

from publisher.config import Config
from subscribers.segments import language
from subscribers.segments.match import matches
from subscribers.segments.tree import EVERYBODY, Defaults, Segment
from subscribers.subscriber import Subscriber


def segment(config: Config, text: str, now: datetime) -> Segment | None:
    """The segment of an expression at that moment; ``None`` for a blank one, which is true of everybody.

    Raises ``SegmentError`` for what cannot be read.
    """
    expression = language.parse(text)
    if expression == EVERYBODY:
        return None
    first = {name: next(iter(letter.schedules)) for name, letter in config.newsletters.items()}
    defaults = Defaults(language=config.site.language, zone=config.site.timezone, first=first)
    return Segment(expression=expression, now=now, defaults=defaults)


def holds(where: Segment | None, reader: Subscriber) -> bool:
    """Whether the reader is in the segment; in none is everybody."""
    return where is None or matches(where.expression, reader, where.now, where.defaults)
