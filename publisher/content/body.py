"""What the body and the picture of an article tell: HTML, summary, reading time, and the hash of what a reader sees."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from publisher.content import heads, images, markdown, parse, reading
from publisher.content.article import Html, Image, Problem, Severity
from publisher.content.images import Roots
from publisher.content.markdown import MarkdownError, Rendered
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


class Body(NamedTuple):
    """A rendered article, without its head. A tuple, as all that is made of each article and sent between processes."""

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


class Rendering(NamedTuple):
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


class _Opened(NamedTuple):
    path: str
    guid: str
    data: bytes
    made: Rendering
    """What is known of the file so far."""


class _Parsed(NamedTuple):
    path: str
    guid: str
    draft: Draft
    made: Rendering


class Converted(NamedTuple):
    """An article whose text is HTML; the rest is still to be told."""

    path: str
    guid: str
    draft: Draft
    made: Rendering
    text: Rendered
    links: dict[str, str]


_Work: TypeAlias = Wanted | _Opened | _Parsed | Converted
"""An article that is not finished yet."""


def renderings(wanted: Sequence[Wanted], site: Site) -> list[Rendering]:
    """Each article rendered; one whose file is gone is left out."""
    under_way: list[_Work | Rendering | None] = list(wanted)
    # Step by step for all of them, not one by one: a processor's cache holds one step's code.
    for step in (_opened, _parsed, _converted, render):
        under_way = [_guarded(step, each, site) for each in under_way]
    return [made for made in under_way if isinstance(made, Rendering)]


def _guarded(
    step: Callable[[Any, Site], _Work | Rendering | None], each: _Work | Rendering | None, site: Site
) -> _Work | Rendering | None:
    if each is None or isinstance(each, Rendering):
        return each
    try:
        return step(each, site)
    except Exception as error:  # noqa: BLE001 # one article must not stop the others
        return Rendering(path=each.path, problems=(unforeseen(each.path, error),))


def _opened(wanted: Wanted, _site: Site) -> _Opened | Rendering | None:
    try:
        with open(wanted.file, "rb", buffering=0) as stream:  # noqa: PTH123 # a Path costs as much as the reading
            stat = os.fstat(stream.fileno())
            data = stream.read(parse.MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Rendering(path=wanted.path, problems=(unreadable(wanted.path, error),))
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    young = max(stat.st_mtime_ns, stat.st_ctime_ns)
    same = digest == wanted.digest and not wanted.anew
    made = Rendering(path=wanted.path, stamp=stamp(stat), young=young, digest=digest, same=same)
    return made if same else _Opened(wanted.path, wanted.guid, data, made)


def _parsed(opened: _Opened, site: Site) -> _Parsed | Rendering:
    path, guid, data, made = opened
    parsed = parse.parse(data, path, site.rules)
    if parsed.draft is None:  # what is wrong in its head is told by the scan
        beyond = tuple(problem for problem in parsed.problems if problem.code == "not-utf-8")
        return made._replace(problems=beyond)
    return _Parsed(path, guid, parsed.draft, made)


def _converted(parsed: _Parsed, site: Site) -> Converted | Rendering:
    path, guid, draft, made = parsed
    links: dict[str, str] = {}

    def known(name: str) -> str:
        return links.setdefault(name, link(path, site, name))

    try:
        text = markdown.convert(draft.body, draft.url, prefix(path), known)
    except MarkdownError as error:
        line = draft.body_line + (error.body_line or 1) - 1
        return made._replace(problems=(Problem(path=path, code="body", line=line, message=error.line()),))
    return Converted(path, guid, draft, made, text, links)


def render(converted: Converted, site: Site) -> Rendering:
    """The last step: the article's body, and what is wrong with it."""
    draft, text, links = converted.draft, converted.text, converted.links
    problems = [
        _warning(draft, code, message, draft.body_line + (line or 1) - 1) for code, message, line in text.warnings
    ]
    problems += [_dead(draft, name) for name, address in links.items() if not address]
    image, image_stamp = _picture(draft, site.roots, problems)
    prose = reading.prose(text.html)
    summary = reading.summary(draft.summary, draft.body, text.html)
    vanished = any(problem.code == "body-vanished" for problem in problems)
    if not summary and not prose and not draft.withheld and not vanished:
        message = "neither text nor summary; write some, or draft: true"
        problems.append(_warning(draft, "empty", message, draft.body_line))
    body = Body(
        html=text.html,
        summary=summary,
        minutes=reading.minutes(prose),
        image=image,
        reference=draft.image,
        image_stamp=image_stamp,
        links=links,
        revision=revision(draft, converted.guid, summary, image, text.html),
        published=draft.published,
        updated=draft.updated,
        minor=draft.minor,
        withheld=draft.withheld,
    )
    return converted.made._replace(body=body, problems=tuple(problems))


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
