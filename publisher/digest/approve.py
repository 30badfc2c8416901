"""What an approval is of: a hash over everything that decides the bytes, and the faults that forbid it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from publisher.config import Config, Newsletter
from publisher.content.article import Severity
from publisher.digest import lint, wire
from publisher.digest.edition import Edition, Media
from publisher.digest.lint import Finding
from publisher.issues import compose
from publisher.issues.issue import Issue, Story
from publisher.templates import Templates

_FORM = 2
"""Raised when this program makes other bytes of the same issue: what was approved before is then asked for again."""


def content_hash(
    issue: Issue, newsletter: Newsletter, config: Config, templates: Templates, *, media: Media | None = None
) -> str:
    """Sixteen hex digits over everything that decides the bytes of the issue's mails but the readers' own values.

    Stories as frozen, words around them, sender, look, addresses, templates and catalogues. With ``media`` the
    addresses of the pictures count too: they name their content, so another picture is another hash.
    """
    site, theme, select = config.site, config.theme, newsletter.select
    facts = {
        "form": _FORM,
        "issue": [issue.id, issue.slot.isoformat(), issue.number, issue.subject, issue.preheader, issue.intro],
        "words": [*compose.words(issue, issue.stories, newsletter), issue.own_subject, issue.own_preheader],
        "patterns": [newsletter.subject, newsletter.preheader, newsletter.empty, newsletter.design],
        "pinned": [story.path for story in issue.stories if story.path in issue.pinned],
        "stories": [_frozen(story, media) for story in issue.stories],
        "newsletter": [newsletter.name, newsletter.title, asdict(newsletter.sender), newsletter.reply_to],
        "shape": [newsletter.zone.key, select.max, list(select.topics), list(config.topics)],
        "site": [site.title, site.url, site.copyright, site.postal_address, config.web.url],
        "theme": [theme.logo, theme.colour, theme.width],
        "wire": [config.delivery.encoding, config.tracking.clicks, *(["opens"] if config.tracking.opens else [])],
        "templates": templates.fingerprint("digest"),
    }
    written = json.dumps(facts, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:16]


def check(issue: Issue, editions: Iterable[Edition], newsletter: Newsletter, config: Config) -> tuple[Finding, ...]:
    """The faults of the issue's editions, each told once, errors first; an error forbids approval.

    An issue without an edition is an error of its own.
    """
    made = list(editions)
    if not made:
        message = "there is no story for any reader in it; draft the issue again, or skip it"
        return (Finding(Severity.ERROR, "stories-none", f"{issue.id}: stories", message),)
    found: dict[tuple[str, str], Finding] = {}
    judged: lint.Judged = set()
    for edition in made:
        for finding in _findings(edition, issue.intro, newsletter, config, judged):
            found.setdefault((finding.code, finding.message), finding)
    return tuple(sorted(found.values(), key=lambda finding: finding.severity != Severity.ERROR))


def _findings(
    edition: Edition, intro: str, newsletter: Newsletter, config: Config, judged: lint.Judged
) -> tuple[Finding, ...]:
    try:
        compiled = wire.compile(edition, newsletter, config)
    except ValueError as problem:  # the config takes more than a header field can hold
        return (Finding(Severity.ERROR, "headers", f"{edition.key}: headers", f"{problem}; mend it in config.yaml"),)
    return lint.lint(edition, compiled, config, intro=intro, judged=judged)


def _frozen(story: Story, media: Media | None) -> dict[str, object]:
    facts = asdict(story)
    del facts["score"], facts["revision"]  # they chose the story; they are not in it
    picture = media(story.image) if media and story.image else None
    return facts | {"shown": asdict(picture) if picture else None}
