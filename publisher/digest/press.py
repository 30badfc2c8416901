"""Makes the editions of an issue with the site's own pictures: for preview, lint, approval and sending alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from publisher import urls
from publisher.config import Config, Newsletter
from publisher.content import images
from publisher.content.article import Image
from publisher.db.engine import Database
from publisher.digest import approve, headers, render
from publisher.digest.edition import Edition, Format, MediaPicture, Wish
from publisher.digest.lint import Finding
from publisher.digest.master import Studio
from publisher.digest.wire import Slots
from publisher.errors import NotFoundError
from publisher.issues.issue import Issue
from publisher.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What editions are made with."""

    config: Config
    database: Database
    templates: Templates
    media: Path
    """Folder of the pictures made for mail; served as ``/media/``."""

    def picture(self, image: Image) -> MediaPicture | None:
        """The mail's own copy of a picture, made when it is first asked for; None where its bytes are not at hand."""
        if not image.local:
            return None
        made = images.thumbnail(Path(image.file), self.media)
        return self._address(made) if made else None

    def logo(self) -> MediaPicture | None:
        """The site's logo as mails and pages show it, or None where its file is not at hand."""
        name = self.config.theme.logo
        if not name or urls.web(name):
            return None
        made = images.logo(self.config.content.static / name.lstrip("/"), self.media)
        return self._address(made) if made else None

    def _address(self, made: images.Thumbnail) -> MediaPicture:
        url = urls.join(self.config.web.url, f"/media/{made.name}")
        return MediaPicture(url=url, width=made.width, height=made.height)


def newsletter(press: Press, issue: Issue) -> Newsletter:
    """The issue's newsletter; ``NotFoundError`` where the config does not name it any more."""
    name = issue.stream.newsletter
    if name not in press.config.newsletters:
        raise NotFoundError(f"issue {issue.id}: the config has no newsletter {name!r}", hint="put it back, or skip it")
    return press.config.newsletters[name]


def public_wish(config: Config) -> Wish:
    """What the archive shows: every topic, in the site's language."""
    return Wish(topics=(), language=config.site.language, format=Format.HTML)


def press_all(press: Press, issue: Issue, wishes: Iterable[Wish]) -> Mapping[str, Edition]:
    """The editions for these wishes by key; a wish that would get an empty one has none. Raises ``TemplateError``."""
    return render.editions(issue, wishes, studio(press, issue))


def studio(press: Press, issue: Issue) -> Studio:
    """What the issue's master document is made with; each picture is looked at once."""
    return Studio(
        newsletter=newsletter(press, issue),
        config=press.config,
        templates=press.templates,
        media=cache(press.picture),
        logo=press.logo(),
    )


def content_hash(press: Press, issue: Issue) -> str:
    """Sixteen hex digits over everything that decides the issue's bytes: an approval is of this."""
    return approve.content_hash(issue, newsletter(press, issue), press.config, press.templates, media=press.picture)


def lint(press: Press, issue: Issue, wishes: Iterable[Wish]) -> tuple[Finding, ...]:
    """What is wrong with the issue's editions, the public one included; errors first."""
    made = press_all(press, issue, [*wishes, public_wish(press.config)])
    return findings(press, issue, made)


def findings(press: Press, issue: Issue, made: Mapping[str, Edition]) -> tuple[Finding, ...]:
    """What is wrong with these editions of the issue; errors first."""
    return approve.check(issue, made.values(), newsletter(press, issue), press.config)


def marked(edition: Edition, mark: str) -> Edition:
    """The edition with a mark before its subject, such as ``[TEST]``."""
    return replace(edition, subject=mark + edition.subject)


def sample_slots(config: Config, letter: Newsletter, now: datetime) -> Slots:
    """Slots of a preview that belongs to no reader: nobody's links lie about in a folder."""
    base = config.web.url
    return Slots(
        to="reader@example.org",
        unsubscribe=urls.join(base, "/u/preview"),
        preferences=urls.join(base, "/p/preview"),
        view=urls.join(base, "/i/preview"),
        click="preview",
        message_id=f"<preview@{headers.ascii_domain(letter.sender.address.rpartition('@')[2])}>",
        date=now.astimezone(letter.zone),
    )
