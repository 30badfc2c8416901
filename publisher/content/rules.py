"""The part of config.yaml that decides how a file becomes an article. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.content.field import Sources
from publisher.content.topic import Rule

if TYPE_CHECKING:  # parsing needs the shape of the configuration, not pydantic
    from publisher.config import Config

PARSER = 2
"""Counts up with every change of what parsing or rendering makes of a file: all files are read again."""

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title",),
        "date": ("date", "publishDate", "pubdate", "published"),
        "appears": ("publishDate", "pubdate"),
        "updated": ("lastmod", "modified", "updated", "updated_date", "last_modified_at"),
        "expires": ("expiryDate", "unpublishdate"),
        "draft": ("draft",),
        "topics": (
            *("main_topics", "topics", "categories", "category"),
            *("taxonomies.topics", "taxonomies.categories", "section"),
        ),
        "tags": ("tags", "taxonomies.tags", "keywords"),
        "authors": ("authors", "author"),
        "image": ("featured_image", "image", "cover.image", "images", "thumbnail", "cover", "hero"),
        "image_alt": ("featured_image_alt", "image_alt", "cover.alt", "image.alt"),
        "summary": ("summary", "description", "excerpt", "lead"),
        "lang": ("lang", "language", "locale"),
        "url": ("url", "permalink", "path"),
        "slug": ("slug",),
        "guid": ("guid", "id"),
        "weight": ("weight",),
        "minor": ("minor",),
    }
)
"""Where each field is looked for in front matter; the first that is present wins."""
SOURCES = Sources(FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Featured:
    """One way to be featured: a true key, or a picture that is no placeholder."""

    key: str = ""
    image: bool = False
    not_image: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything outside of a file that its reading depends on."""

    site: str
    zone: ZoneInfo
    language: str
    urls: str = "hugo"
    sources: Sources = SOURCES
    topics: tuple[Rule, ...] = ()
    featured: tuple[Featured, ...] = (Featured(key="featured"), Featured(image=True))

    @property
    def fingerprint(self) -> str:
        """Short hash: equal rules read equal files alike."""
        seen = (PARSER, self.site, self.zone.key, self.language, self.urls, sorted(self.sources.table.items()))
        text = repr((*seen, self.topics, self.featured))
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def of(config: Config) -> Rules:
    """The rules of a site."""
    return Rules(
        site=config.site.url,
        zone=config.site.timezone,
        language=config.site.language,
        urls=config.content.urls,
        sources=_sources(config.content.fields),
        topics=tuple(
            Rule(
                key=key,
                title=rule.title or key,
                topics=(rule.title, key, *rule.match.topic),
                tags=tuple(rule.match.tag),
                words=tuple(rule.match.title),
            )
            for key, rule in config.topics.items()
        ),
        featured=tuple(
            Featured(key=rule.key, image=rule.image, not_image=tuple(rule.not_image)) for rule in config.featured.any
        ),
    )


def _sources(fields: Mapping[str, tuple[str, ...]]) -> Sources:
    """The defaults with a site's own: its ``link`` may name slugs and addresses, its ``id`` is the guid."""
    own = {{"id": "guid"}.get(name, name): tuple(keys) for name, keys in fields.items() if name != "link"}
    if link := fields.get("link"):
        own["slug"] = tuple(key for key in link if key == "slug")
        own["url"] = tuple(key for key in link if key != "slug")
    return Sources(MappingProxyType({**FIELDS, **own})) if own else SOURCES
