"""What config.yaml says of feeds, as the feeds need it. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from publisher.config import Config, ExtraFeed
from publisher.config.value import loopback
from publisher.content.article import Topic
from publisher.feeds.feed import Channel, Contents, Extra, Format
from publisher.text import one_line
from publisher.urls import slug


def base_url(config: Config) -> str:
    """Where readers find the output folder: at the web server's public address, else on the site itself.

    Without ``web.url`` the server is reached on this machine alone, and a feed that names such an address as its own
    is lost to everyone else.
    """
    host = urlsplit(config.web.url).hostname or ""
    return config.site.url if loopback(host) or not host else config.web.url


def channel_of(config: Config) -> Channel:
    """What the feeds of this site share."""
    site, rules = config.site, config.feeds
    return Channel(
        title=one_line(site.title),
        home_url=site.url.rstrip("/") + "/",
        base_url=base_url(config),
        description=one_line(site.description),
        language=site.language,
        author=one_line(site.author.name),
        email=site.author.email,
        copyright=one_line(site.copyright),
        formats=tuple(form for form in Format if form in rules.formats),
        limit=rules.entries,
        contents=Contents(rules.content),
        tag_minimum=rules.tags,
        topics=tuple(Topic(key, rule.title) for key, rule in config.topics.items()),
        permalinks=rules.ids == "permalink",
        minutes=max(1, rules.max_age // 60),
        extras=tuple(_extra(each, rules.content) for each in rules.extra),
        archive=rules.archive,
        zone=site.timezone,
        hubs=tuple(rules.hubs),
    )


def _extra(rule: ExtraFeed, contents: str) -> Extra:
    return Extra(
        name=rule.name,
        title=one_line(rule.title) or rule.name,
        topics=frozenset(map(slug, rule.topics)),
        tags=frozenset(map(slug, rule.tags)),
        not_topics=frozenset(map(slug, rule.exclude.topics)),
        not_tags=frozenset(map(slug, rule.exclude.tags)),
        language=rule.lang.lower(),
        contents=Contents(rule.content or contents),
    )
