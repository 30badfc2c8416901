"""What the body and the picture of an article tell: HTML, summary, reading time, and the hash of what a reader sees."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from publisher.content import heads, images, markdown, parse, reading
from publisher.content.article import Html, Image, Problem, Severity
from publisher.content.images import Roots
from publisher.content.markdown import MarkdownError
from publisher.content.outline import stamp, unforeseen, unreadable
from publisher.content.parse import Draft
from publisher.content.rules import Rules


class Wanted(NamedTuple):
    """An article to be rendered."""

    path: str
    file: str
    guid: str
    digest: str
    """Hash of the bytes that it was last rendered from."""
    anew: bool
    """Whether to render it though its bytes are the same: the rules or its picture changed."""


class Site(NamedTuple):
    """What rendering depends on beside the file."""

    rules: Rules
    roots: Roots


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A rendered article, without its head."""

    html: Html
    summary: str
    minutes: int
    image: Image | None
    reference: str
    """The picture as the file names it."""
    image_stamp: str
    """Changes when the picture's file does."""
    links: dict[str, str]
    """Articles that shortcodes name, with the addresses that were found."""
    revision: str
    published: datetime | None
    updated: datetime | None
    """As the file says."""
    minor: bool
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What came of one file."""

    path: str
    stamp: str = ""
    young: int = 0
    """When the file last changed, in nanoseconds of its file system."""
    digest: str = ""
    body: Body | None = None
    """None where the bytes are as they were, or where a problem is in the way."""
    same: bool = False
    """The bytes are as they were."""
    problems: tuple[Problem, ...] = ()


def renderings(wanted: Sequence[Wanted], site: Site) -> list[Rendering]:
    """Each article rendered; one whose file is gone is left out."""
    return [made for each in wanted if (made := _guarded(each, site)) is not None]


def _guarded(wanted: Wanted, site: Site) -> Rendering | None:
    try:
        return _rendering(wanted, site)
    except Exception as error:  # noqa: BLE001 # one article must not stop the others
        return Rendering(path=wanted.path, problems=(unforeseen(wanted.path, error),))


def _rendering(wanted: Wanted, site: Site) -> Rendering | None:
    try:
        with open(wanted.file, "rb") as stream:  # noqa: PTH123 # a Path costs as much as the reading
            stat = os.fstat(stream.fileno())
            data = stream.read(parse.MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Rendering(path=wanted.path, problems=(unreadable(wanted.path, error),))
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    young = max(stat.st_mtime_ns, stat.st_ctime_ns)
    made = Rendering(path=wanted.path, stamp=stamp(stat), young=young, digest=digest)
    if digest == wanted.digest and not wanted.anew:
        return replace(made, same=True)
    parsed = parse.parse(data, wanted.path, site.rules)
    if parsed.draft is None:  # what is wrong in its head is told by the scan
        beyond = tuple(problem for problem in parsed.problems if problem.code == "not-utf-8")
        return replace(made, problems=beyond)
    body, problems = render(parsed.draft, wanted.guid, site)
    return replace(made, body=body, problems=problems)


def render(draft: Draft, guid: str, site: Site) -> tuple[Body | None, tuple[Problem, ...]]:
    """The body of a whole draft, or None where it cannot be rendered; and what is wrong with it."""
    links: dict[str, str] = {}

    def known(name: str) -> str:
        return links.setdefault(name, link(draft.path, site, name))

    try:
        made = markdown.convert(draft.body, draft.url, prefix(draft.path), known)
    except MarkdownError as error:
        line = draft.body_line + (error.body_line or 1) - 1
        return None, (Problem(path=draft.path, code="body", line=line, message=error.line()),)
    problems = [
        _warning(draft, code, message, draft.body_line + (line or 1) - 1) for code, message, line in made.warnings
    ]
    problems += [_dead(draft, name) for name, address in links.items() if not address]
    image, image_stamp = _picture(draft, site.roots, problems)
    text = reading.prose(made.html)
    summary = reading.summary(draft.summary, draft.body, made.html)
    vanished = any(problem.code == "body-vanished" for problem in problems)
    if not summary and not text and not draft.withheld and not vanished:
        message = "neither text nor summary; write some, or draft: true"
        problems.append(_warning(draft, "empty", message, draft.body_line))
    body = Body(
        html=made.html,
        summary=summary,
        minutes=reading.minutes(text),
        image=image,
        reference=draft.image,
        image_stamp=image_stamp,
        links=links,
        revision=revision(draft, guid, summary, image, made.html),
        published=draft.published,
        updated=draft.updated,
        minor=draft.minor,
        withheld=draft.withheld,
    )
    return body, tuple(problems)


def _dead(draft: Draft, name: str) -> Problem:
    place = max(draft.body.find(name.removeprefix("_posts/").removesuffix(".md").lstrip("/")), 0)
    line = draft.body_line + draft.body.count("\n", 0, place)
    return _warning(draft, "link-dead", f"{name!r} is no article here; correct the link, or delete it", line)


def link(path: str, site: Site, name: str) -> str:
    """The address of the article that a shortcode in the article at ``path`` names, by its file; empty for none.

    Seen from the article's own folder first, then from the content folder, as Hugo and Jekyll look.
    """
    folder = path.rpartition("/")[0]
    if site.rules.urls.startswith("jekyll") and not (site.roots.content / "_posts").is_dir():
        name = name.removeprefix("_posts/")  # the content folder is the one of the posts
    for start in (folder, "") if not name.startswith("/") else ("",):
        for end in ("", ".md", "/index.md", ".markdown"):
            place = posixpath.normpath(f"{start}/{name}".strip("/") + end)
            if place.endswith((".md", ".markdown")) and not place.startswith(".."):
                file = site.roots.content / place
                if file.is_file():
                    data, stat = heads.read(str(file))
                    draft = parse.parse(data, place, site.rules, whole=len(data) >= stat.st_size).draft
                    return draft.url if draft else ""
    return ""


def _warning(draft: Draft, code: str, message: str, line: int | None) -> Problem:
    return Problem(path=draft.path, code=code, message=message, line=line, severity=Severity.WARNING)


def _picture(draft: Draft, roots: Roots, problems: list[Problem]) -> tuple[Image | None, str]:
    if not draft.image:
        return None, ""
    found = images.locate(roots, draft.path, draft.url, draft.image)
    seen = images.inspect(found, draft.image, draft.image_alt)
    if seen.code:
        problems.append(_warning(draft, seen.code, seen.message, draft.image_line or 1))
    return seen.image, found.stamp


def prefix(path: str) -> str:
    """What the ids in an article's HTML begin with, so that several articles can stand on one page."""
    return f"a{hashlib.blake2b(path.encode(), digest_size=4).hexdigest()}-"


def revision(draft: Draft, guid: str, summary: str, image: Image | None, html: str) -> str:
    """Hash of everything that a reader can see of the article, its body included."""
    # The file's place on this machine is not visible: the same site elsewhere has the same revision.
    shown = image and (image.url, image.alt, image.media_type, image.length, image.width, image.height)
    published = draft.published.isoformat() if draft.published else ""
    seen = (
        *(guid, draft.url, draft.title, summary, draft.language, draft.authors, draft.tags),
        *(published, draft.topics, draft.featured, shown),
    )
    state = hashlib.blake2b(repr(seen).encode("utf-8", "replace"), digest_size=12)
    state.update(html.encode("utf-8", "replace"))
    return state.hexdigest()
