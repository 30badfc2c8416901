"""config.yaml: read once, checked at once, frozen. The only home of pydantic.

``load`` gives a ``Config``, or one error with every problem of the file and its line. The way of a value: ``reader``
(YAML to texts with lines) → ``value`` (what one text means) → ``kind`` (types of keys) → the sections → ``model``.
"""

from publisher.config.delivery import Relay, Smtp
from publisher.config.loader import load, parse
from publisher.config.model import Config, schema
from publisher.config.newsletter import Newsletter, Select, Where
from publisher.config.site import Content, ExtraFeed, FeaturedRule, Feeds, Match, Theme, TopicRule
from publisher.config.value import Listen, Mailbox, QuietHours

__all__ = [
    "Config",
    "Content",
    "ExtraFeed",
    "FeaturedRule",
    "Feeds",
    "Listen",
    "Mailbox",
    "Match",
    "Newsletter",
    "QuietHours",
    "Relay",
    "Select",
    "Smtp",
    "Theme",
    "TopicRule",
    "Where",
    "load",
    "parse",
    "schema",
]
