"""From a draft to an article: picture, HTML, summary, language, reading time and the hash of what a reader sees."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from publisher.content import images, markdown, place, reading
from publisher.content.article import Article, Html, Image, Problem, Severity
from publisher.content.images import Roots
from publisher.content.markdown import MarkdownError
from publisher.content.parse import Draft
from publisher.content.rules import Rules
from publisher.urls import authority

_URI = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is remembered of an article for ever, by its path: the rest can be read again."""

    guid: str
    first_seen: datetime
    updated: datetime
    revision: str = ""
    digest: str = ""
    """Hash of the file's bytes when ``updated`` was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """An article as it is indexed, with its HTML and what was found wrong."""

    article: Article
    html: Html
    withheld: bool
    unmatched: tuple[str, ...]
    identity: Identity
    image: str
    """The picture's reference and the stamp of its file."""
    image_stamp: str
    problems: tuple[Problem, ...] = ()


def assemble(
    draft: Draft, rules: Rules, roots: Roots, *, digest: str, known: Identity | None, now: datetime, fresh: bool
) -> Assembled | Problem:
    """The article of a draft, or the problem that keeps it out.

    ``known`` is what is remembered of it; ``fresh`` says that nothing is remembered of any: then it is taken as first
    seen when it was published, so that a new installation makes the same feeds.
    """
    try:
        body = markdown.convert(draft.body, draft.url, prefix(draft.path))
    except MarkdownError as error:
        return Problem(path=draft.path, code="body", line=draft.body_line, message=error.line())
    problems = [_warning(draft, code, message, draft.body_line) for code, message in body.warnings]
    published = draft.published or now
    minted = known.guid if known else _tag(rules, published, place.key(draft.path))
    picture, stamp = _picture(draft, roots, problems)
    text = reading.prose(body.html)
    summary = reading.summary(draft.summary, draft.body, body.html)
    if not summary and not text and not draft.withheld:
        problems.append(
            _warning(draft, "empty", "neither text nor summary; write some, or draft: true", draft.body_line)
        )
    article = Article(
        path=draft.path,
        guid=_declared(draft, rules, published) or minted,
        url=draft.url,
        title=draft.title,
        published=published,
        updated=published,
        first_seen=known.first_seen if known else published if fresh else now,
        expires=draft.expires,
        summary=summary,
        topics=draft.topics,
        tags=draft.tags,
        authors=draft.authors,
        image=picture,
        language=draft.language or reading.language(f"{draft.title} {summary} {text[:3000]}", rules.language),
        section=draft.section,
        featured=draft.featured,
        weight=draft.weight,
        reading_minutes=reading.minutes(text),
    )
    article = replace(article, revision=revision(article, body.html))
    article = replace(article, updated=_updated(draft, article, digest, known, now))
    return Assembled(
        article=article,
        html=body.html,
        withheld=draft.withheld,
        unmatched=draft.unmatched,
        identity=Identity(
            guid=minted,
            first_seen=article.first_seen,
            updated=article.updated,
            revision=article.revision,
            digest=digest,
        ),
        image=draft.image,
        image_stamp=stamp,
        problems=tuple(problems),
    )


def _warning(draft: Draft, code: str, message: str, line: int | None) -> Problem:
    return Problem(path=draft.path, code=code, message=message, line=line, severity=Severity.WARNING)


def _picture(draft: Draft, roots: Roots, problems: list[Problem]) -> tuple[Image | None, str]:
    if not draft.image:
        return None, ""
    found = images.locate(roots, draft.path, draft.url, draft.image)
    seen = images.inspect(found, draft.image, draft.image_alt)
    if seen.code:
        problems.append(_warning(draft, seen.code, seen.message, draft.image_line))
    return seen.image, found.stamp


def prefix(path: str) -> str:
    """What the ids in an article's HTML begin with, so that several articles can stand on one page."""
    return f"a{hashlib.blake2b(path.encode(), digest_size=4).hexdigest()}-"


def _declared(draft: Draft, rules: Rules, published: datetime) -> str:
    """The id that the article names, as a URI; an own number or word becomes a tag of the site."""
    if not draft.guid or _URI.match(draft.guid):
        return quote(draft.guid, safe=_SAFE + "?#[]%")
    return _tag(rules, published, draft.guid)


def _tag(rules: Rules, published: datetime, name: str) -> str:
    """A tag URI (RFC 4151 2.1) of host, date and name, so that a machine without memory mints the same."""
    day = published.astimezone(rules.zone)
    return f"tag:{authority(rules.site)},{day:%Y-%m-%d}:{quote(name, safe=_SAFE)}"


def revision(article: Article, html: str) -> str:
    """Hash of everything that a reader can see of the article, its body included."""
    image = article.image
    # The file's place on this machine is not visible: the same site elsewhere has the same revision.
    shown = image and (image.url, image.alt, image.media_type, image.length, image.width, image.height)
    seen = (
        *(article.guid, article.url, article.title, article.summary, article.language, article.authors, article.tags),
        *(article.published.isoformat(), article.topics, article.featured, shown),
    )
    state = hashlib.blake2b(repr(seen).encode("utf-8", "replace"), digest_size=12)
    state.update(html.encode("utf-8", "replace"))
    return state.hexdigest()


def _updated(draft: Draft, article: Article, digest: str, known: Identity | None, now: datetime) -> datetime:
    """When the article last changed: as it says, else when its file was seen to change in a way that shows.

    A change of configuration or of this program changes every article's HTML; none of them is news to readers.
    """
    if draft.updated:
        return max(draft.updated, article.published)
    if known is None:
        return article.published
    edited = known.digest not in {"", digest} and known.revision != article.revision
    return max(now if edited and not draft.minor else known.updated, article.published)
