"""From the bytes of a file to a draft of an article, or to problems that say what to write. Pure: reads no disk."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from publisher.content import dates, field, frontmatter, place, script, slips, topic
from publisher.content.article import Problem, Severity, Topic
from publisher.content.field import Fields, Found, said, truthy
from publisher.content.frontmatter import FrontMatter, FrontMatterError
from publisher.content.rules import Rules
from publisher.text import one_line

MAX_BYTES = 1024 * 1024
"""A longer file is no article; the longest of 9 953 real ones has 173 KB."""

EXCERPT = 800
"""Characters of the body that are looked at, for a heading or a language: the head of a file holds as many."""
MANY = 20
"""Faults of one kind that are told of a file."""
MAX_NAME = 100
"""Characters of a tag or topic."""
MAX_GUID = 500

_HEADING = re.compile(r"^ {0,3}#{1,3}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$|^(\S.*)\n=+[ \t]*$", re.MULTILINE)
_JEKYLL = re.compile(r"(?:^|/)_posts/")
_UNPUBLISHED = frozenset({"draft", "hidden", "private", "pending", "unpublished"})
_MARKS = re.compile(r"[*`]|!?\[([^\]]*)\]\([^)]*\)")


class Draft(NamedTuple):
    """What a file says about its article, before Markdown and pictures are looked at.

    A tuple, for one is made of each file, twice in its first build.
    """

    path: str
    title: str
    published: datetime | None
    """In the site's zone unless the file names another; none only where ``withheld``."""
    body: str
    """Only its beginning where the draft was read from the head of the file."""
    body_line: int = 1
    appears: datetime | None = None
    """From when it is shown, where that is not ``published`` (Hugo's ``publishDate``)."""
    updated: datetime | None = None
    expires: datetime | None = None
    withheld: bool = False
    """``draft: true``."""
    url: str = ""
    guid: str = ""
    topics: tuple[Topic, ...] = ()
    unmatched: tuple[str, ...] = ()
    """Topic names that no topic of config.yaml knows."""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: str = ""
    """The reference as it is written."""
    image_alt: str = ""
    image_line: int | None = None
    summary: str = ""
    """Markdown, as written."""
    language: str = "en"
    """As the file says, else its place, else as its title and summary are written."""
    section: str = ""
    featured: bool = False
    weight: int = 0
    minor: bool = False
    """This change is too small to count as an update."""
    line: int = 1
    """Where its address comes from: the line of ``url`` or ``slug``, else of the title."""


class Parsed(NamedTuple):
    """A draft, or none where a problem is an error; and all problems."""

    draft: Draft | None
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Notes:
    """The problems of one file, as they are found."""

    path: str
    found: list[Problem] = made(default_factory=list)

    def error(self, code: str, message: str, line: int | None = None) -> None:
        self._add(code, message, line, Severity.ERROR)

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        self._add(code, message, line, Severity.WARNING)

    def _add(self, code: str, message: str, line: int | None, severity: Severity) -> None:
        problem = Problem(path=self.path, code=code, message=one_line(message), line=line, severity=severity)
        self.found.append(problem)

    @property
    def fatal(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.found)


def parse(data: bytes, path: str, rules: Rules, *, whole: bool = True) -> Parsed:
    """The draft in a file's bytes. Never raises: whatever is wrong is a problem with its line and what to write.

    With ``whole`` false the bytes are the head of a file (``heads.read``), which may end within a character.
    """
    notes = _Notes(path)
    matter = _read(data, notes, whole=whole)
    if matter is None:
        return Parsed(draft=None, problems=tuple(notes.found))
    fields = field.of(rules.sources, matter)
    draft = _draft(fields, path, rules, notes)
    return Parsed(draft=None if notes.fatal else draft, problems=tuple(notes.found))


def too_long(path: str) -> Problem:
    """The problem of a file that has more bytes than an article may have."""
    message = f"the file is longer than {MAX_BYTES >> 20} MiB; split it"
    return Problem(path=path, code="too-long", message=message, line=1)


def _read(data: bytes, notes: _Notes, *, whole: bool) -> FrontMatter | None:
    if len(data) > MAX_BYTES:
        notes.found.append(too_long(notes.path))
        return None
    try:
        text, _ = codecs.utf_8_decode(data, "strict", whole)
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n?|\n", data[: error.start])) + 1
        notes.error("not-utf-8", f"byte {error.start + 1} is not UTF-8; save the file as UTF-8", line)
        return None
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        matter = frontmatter.read(text, whole=whole)
    except FrontMatterError as error:
        notes.error("front-matter", error.line(), error.line_number)
        return None
    for line in matter.controls[:MANY]:
        notes.warn("control-character", "a control character was dropped; delete it", line)
    for key, line in matter.repeated[:MANY]:
        notes.warn("key-repeated", f"{key} is there twice; the last one holds: delete the other", line)
    return matter


def _draft(fields: Fields, path: str, rules: Rules, notes: _Notes) -> Draft:
    withheld = _withheld(fields, notes)
    published = _published(fields, path, rules, notes, needed=not withheld)
    title = _title(fields, path, notes)
    jekyll = rules.urls.startswith("jekyll") or bool(_JEKYLL.search(path))
    tags = _names(fields.find("tags"), topic.tag, notes, blanks=jekyll)
    names = _names(fields.find("topics"), topic.tidy, notes, blanks=jekyll)
    topics, unmatched = topic.resolve(rules.topics, names, tags, title)
    image, picture = _image(fields)
    summary = fields.text("summary")
    address = fields.find("url") or fields.find("slug") or fields.find("title")
    _slips(fields, notes)
    return Draft(
        path=path,
        title=title,
        published=published,
        appears=_appears(fields, rules, notes) if published else None,
        updated=_date(fields.find("updated"), rules, notes),
        expires=_date(fields.find("expires"), rules, notes),
        withheld=withheld,
        url=_page(fields, path, title, published, rules, notes),
        guid=fields.text("guid")[:MAX_GUID],
        topics=topics,
        unmatched=unmatched,
        tags=tags,
        authors=topic.unique(map(one_line, fields.find("authors").texts)),
        image=picture,
        image_alt=fields.text("image_alt"),
        image_line=image.line,
        summary=summary,
        language=_language(fields, path, notes) or _written_in(title, summary, fields.matter.body, rules),
        section=place.section(path),
        featured=_featured(fields, picture, rules),
        weight=_weight(fields, notes),
        minor=truthy(fields.text("minor")),
        line=address.line or 1,
        body=fields.matter.body,
        body_line=fields.matter.body_line,
    )


def _image(fields: Fields) -> tuple[Found, str]:
    """Where the picture is named, and how."""
    image = fields.find("image")
    text = image.text
    if not image or (text and said(text) is None):
        return image, text
    # "hero: true" tells something else.
    for found in fields.all("image"):
        if (text := found.text) and said(text) is None:
            return found, text
    return Found(None), ""


def _names(found: Found, tidy: Callable[[str], str], notes: _Notes, *, blanks: bool) -> tuple[str, ...]:
    texts = found.texts
    if blanks and isinstance(found.value, str) and len(texts) == 1 and found.key in {"categories", "tags"}:
        texts = texts[0].split()  # Jekyll divides these at blanks
    names = topic.unique(map(tidy, texts))
    if names and max(map(len, names)) > MAX_NAME:
        message = f"{found.key}: a name longer than {MAX_NAME} characters is left out; shorten it"
        notes.warn("name-too-long", message, found.line)
        return tuple(name for name in names if len(name) <= MAX_NAME)
    return names


def _withheld(fields: Fields, notes: _Notes) -> bool:
    found = fields.find("draft")
    text = found.text
    if text and said(text) is None:
        message = f"draft: {text!r} is neither true nor false, so taken as true; write draft: true or draft: false"
        notes.warn("draft-unclear", message, found.line)
    # Jekyll withholds with "published: false", Pelican with "status: draft" or hidden.
    kept_back = not truthy(fields.at("published").text or "true")
    # 11ty writes no page for "permalink: false", and lists none that is excluded.
    unlisted = said(fields.text("url")) is False or truthy(fields.at("eleventyExcludeFromCollections").text)
    return truthy(text) or kept_back or unlisted or fields.at("status").text.lower() in _UNPUBLISHED


def _title(fields: Fields, path: str, notes: _Notes) -> str:
    found = fields.find("title")
    if text := found.text:
        return text
    body = fields.matter.body
    # Of a longer body the last line may be cut.
    heading = _HEADING.search(body if len(body) < EXCERPT else body[: body.rfind("\n", 0, EXCERPT) + 1])
    title = one_line(_MARKS.sub(r"\1", heading[1] or heading[2])) if heading else ""
    source = "its first heading" if title else "its file name"
    title = title or one_line(place.words(path)) or path
    notes.warn("title-missing", f"no title; {source} is used: write title: {title}", found.line or 1)
    return title


def _published(fields: Fields, path: str, rules: Rules, notes: _Notes, *, needed: bool) -> datetime | None:
    found = fields.find("date")
    if said(found.text) is not None:  # Jekyll's "published: true"
        found = next((other for other in fields.all("date") if said(other.text) is None), Found(None))
    if found:
        return _date(found, rules, notes)
    for text in (path, fields.at("path").text):
        if text and (moment := dates.in_path(text, rules.zone)):
            return moment
    if changed := fields.find("updated"):  # as Hugo does
        return _date(changed, rules, notes)
    if needed:
        notes.error("date-missing", f"no date; {dates.EXAMPLE} as date, or begin the file's name with 2025-06-30-", 1)
    return None


def _appears(fields: Fields, rules: Rules, notes: _Notes) -> datetime | None:
    found = fields.find("appears")
    return None if found.key == fields.find("date").key else _date(found, rules, notes)


def _date(found: Found, rules: Rules, notes: _Notes) -> datetime | None:
    if not found:
        return None
    try:
        return dates.parse(found.text, rules.zone)
    except ValueError as error:
        notes.error("date-invalid", f"{found.key}: {error}", found.line)
        return None


def _page(fields: Fields, path: str, title: str, published: datetime | None, rules: Rules, notes: _Notes) -> str:
    url, slug = fields.find("url"), fields.find("slug")
    if said(url.text) is False:
        url = Found(None)
    day = (published or datetime(1970, 1, 1, tzinfo=rules.zone)).astimezone(rules.zone)
    try:
        return place.page(
            path,
            site=rules.site,
            site_language=rules.language,
            pattern=rules.urls,
            title=title,
            published=day,
            slug=slug.text,
            url=url.text,
            categories=_categories(fields, path, rules),
        )
    except ValueError as error:
        at = url or slug
        notes.error("url-invalid", f"{at.key}: {error}" if at else str(error), at.line or 1)
        return ""


def _categories(fields: Fields, path: str, rules: Rules) -> tuple[str, ...]:
    """Jekyll's categories, which stand in its addresses and may be divided by blanks alone."""
    if not rules.urls.startswith("jekyll") and not _JEKYLL.search(path):
        return ()
    found = fields.at("category") or fields.at("categories")
    listed = not isinstance(found.value, str) or found.key == "category"
    return tuple(map(one_line, found.texts)) if listed else tuple(" ".join(found.texts).split())


def _language(fields: Fields, path: str, notes: _Notes) -> str:
    found = fields.find("lang")
    if not found:
        return place.language(path)
    tag = place.bcp47(found.text)
    if not tag:
        notes.warn(
            "language-invalid", f"{found.key}: {found.text!r} is no language; write for example zh-CN", found.line
        )
    return tag or place.language(path)


def _written_in(title: str, summary: str, body: str, rules: Rules) -> str:
    """The language that title and summary are written in: those of a translated article are translated too."""
    text = f"{title} {summary}"
    if len(text) < 40:
        text = f"{text} {body[:EXCERPT]}"
    return script.language(text, rules.language)


def _slips(fields: Fields, notes: _Notes) -> None:
    for key, known in fields.plan.slips:
        if not fields.find(slips.WATCHED[known]):
            notes.warn("key-unknown", f"{key!r} is no known key; write {known}", fields.matter.lines.get(key, 1))


def _featured(fields: Fields, image: str, rules: Rules) -> bool:
    for rule in rules.featured:
        if rule.key and truthy(fields.at(rule.key).text):
            return True
        if rule.image and image and not _placeholder(image, rule.not_image):
            return True
    return False


def _placeholder(image: str, patterns: tuple[str, ...]) -> bool:
    names = (image, image.lstrip("/"), "/" + image.lstrip("/"))
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _weight(fields: Fields, notes: _Notes) -> int:
    found = fields.find("weight")
    try:
        return max(-1000, min(1000, int(found.text))) if found else 0
    except ValueError:
        notes.warn("weight-invalid", f"{found.key}: {found.text!r} is no whole number; write for example 1", found.line)
        return 0
