"""The whole configuration, and the JSON Schema of its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationInfo, field_validator

from publisher.config.delivery import Delivery, Secrets, Subscribers, Tracking, Web
from publisher.config.kind import Database, SecretFile, Somewhere
from publisher.config.newsletter import Newsletter, Newsletters
from publisher.config.section import Reading, Section, setting, unheeded
from publisher.config.site import Content, Featured, Feeds, Site, Theme, Topics
from publisher.config.webhook import Webhooks


class Config(Section):
    """What config.yaml says: frozen, every default filled in, every path absolute."""

    site: Site = setting(
        description="The site whose articles are published.", example="{title: My site, url: https://example.org}"
    )
    content: Content = setting({}, description="Where the articles are and how they are read.")
    topics: Topics = setting(
        {},
        description="Topics by their keys, which are their slugs. None named: every topic found in the articles has a "
        "feed and a section, by its own name. Named: only these have, and `publisher check` lists the rest.",
    )
    featured: Featured = setting({}, description="Which articles are featured.")
    feeds: Feeds = setting({}, description="The feeds that are built.")
    output: Somewhere = setting("public", description="Folder into which feeds and pages are written.")
    templates: Somewhere = setting(
        "templates", description="Folder of the site's own templates, which come before the shipped ones."
    )
    theme: Theme = setting({}, description="How mails and pages look.")
    newsletters: Newsletters = setting({}, description="Newsletters by their names.")
    subscribers: Subscribers = setting({}, description="The readers.")
    delivery: Delivery = setting({}, description="How mails leave.")
    webhooks: Webhooks = setting({}, description="Reports that come in and go out over HTTP.")
    database: Database = setting(
        "sqlite:///var/publisher.db",
        secret=True,
        description="Where everything is kept: `sqlite:///` and a path, or `postgresql://user:${NAME}@host/database`, "
        "with the password from the environment (needs the extra `publisher[postgres]`).",
    )
    secrets: Secrets = setting({}, description="What must stay secret.")
    web: Web = setting({}, description="The web server and its public address.")
    tracking: Tracking = setting({}, description="What is counted about readers; nothing by default.")
    _path: Path = PrivateAttr(Path())

    @property
    def path(self) -> Path:
        """The file it was read from, absolute."""
        return self._path

    @property
    def root(self) -> Path:
        """The folder of the file, which all its paths start from."""
        return self._path.parent

    def model_post_init(self, context: Any, /) -> None:
        """Keeps the path of the file that is being read."""
        if isinstance(context, Reading):
            self._path = context.path

    def later(self) -> list[str]:
        """A sentence for each key that was set and whose feature is not in this version."""
        return list(unheeded(self))

    def files(self) -> list[Path]:
        """The other files that were read for it: those of secrets."""
        return list(dict.fromkeys(_files(self)))

    @field_validator("newsletters")
    @classmethod
    def _placed(cls, newsletters: dict[str, Newsletter], info: ValidationInfo) -> dict[str, Newsletter]:
        found = info.data.get("site")
        if isinstance(found, Site):
            return {name: each.placed(name, found.timezone) for name, each in newsletters.items()}
        return newsletters


def _files(value: object) -> Iterator[Path]:
    if isinstance(value, SecretFile):
        yield value.path
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _files(getattr(value, name))
    elif isinstance(value, dict | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _files(item)


def schema() -> dict[str, Any]:
    """The JSON Schema of config.yaml, for editors."""
    made = Config.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "config.yaml of publisher"}
