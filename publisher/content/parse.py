"""From the bytes of a file to a draft of an article, or to problems that say what to write. Pure: reads no disk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from fnmatch import fnmatchcase

from publisher.content import dates, field, frontmatter, place, topic
from publisher.content.article import Problem, Severity, Topic
from publisher.content.field import Fields, Found, said, truthy
from publisher.content.frontmatter import FrontMatter, FrontMatterError
from publisher.content.rules import Rules
from publisher.text import clean, one_line

MAX_BYTES = 1024 * 1024
"""A longer file is no article; the longest of 9 953 real ones has 173 KB."""

MAX_NAME = 100
"""Characters of a tag or topic."""
MAX_GUID = 500

_HEADING = re.compile(r"^ {0,3}#{1,3}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$|^(\S.*)\n=+[ \t]*$", re.MULTILINE)
_MARKS = re.compile(r"[*`]|!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a file says about its article, before Markdown and pictures are looked at."""

    path: str
    title: str
    published: datetime | None
    """In the site's zone unless the file names another; none only where ``withheld``."""
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
    language: str = ""
    """Empty where neither the file nor its place says."""
    section: str = ""
    featured: bool = False
    weight: int = 0
    minor: bool = False
    """This change is too small to count as an update."""
    body: str
    body_line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
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


def parse(data: bytes, path: str, rules: Rules) -> Parsed:
    """The draft in a file's bytes. Never raises: whatever is wrong is a problem with its line and what to write."""
    notes = _Notes(path)
    matter = _read(data, notes)
    if matter is None:
        return Parsed(draft=None, problems=tuple(notes.found))
    fields = field.of(rules.sources, matter)
    draft = _draft(fields, path, rules, notes)
    return Parsed(draft=None if notes.fatal else draft, problems=tuple(notes.found))


def _read(data: bytes, notes: _Notes) -> FrontMatter | None:
    if len(data) > MAX_BYTES:
        notes.error("too-long", f"the file has {len(data)} bytes; an article may have {MAX_BYTES}: split it")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        notes.error("not-utf-8", f"byte {error.start + 1} is not UTF-8; save the file as UTF-8", line)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = clean(text)
    try:
        matter = frontmatter.read(cleaned)
    except FrontMatterError as error:
        notes.error("front-matter", error.line(), error.line_number)
        return None
    if cleaned != text:
        _controls(text, matter.body_line, notes)
    for key, line in matter.repeated:
        notes.warn("key-repeated", f"{key} is there twice; the last one holds: delete the other", line)
    return matter


def _controls(text: str, body_line: int, notes: _Notes) -> None:
    for line, row in enumerate(text.split("\n")[: body_line - 1], 1):
        if clean(row) != row:
            notes.warn("control-character", "a control character was dropped; delete it", line)


def _draft(fields: Fields, path: str, rules: Rules, notes: _Notes) -> Draft:
    withheld = _withheld(fields, notes)
    published = _published(fields, path, rules, notes, needed=not withheld)
    title = _title(fields, path, notes)
    tags = _names(fields.find("tags"), topic.tag, notes)
    names = _names(fields.find("topics"), topic.tidy, notes)
    topics, unmatched = topic.resolve(rules.topics, names, tags, title)
    # "hero: true" tells something else.
    image = next((found for found in fields.all("image") if found.text and said(found.text) is None), Found(None))
    return Draft(
        path=path,
        title=title,
        published=published,
        updated=_date(fields.find("updated"), rules, notes),
        expires=_date(fields.find("expires"), rules, notes),
        withheld=withheld,
        url=_page(fields, path, title, published, rules, notes),
        guid=fields.find("guid").text[:MAX_GUID],
        topics=topics,
        unmatched=unmatched,
        tags=tags,
        authors=topic.unique(fields.find("authors").texts),
        image=image.text,
        image_alt=fields.find("image_alt").text,
        image_line=image.line,
        summary=fields.find("summary").text,
        language=_language(fields, path, notes),
        section=place.section(path),
        featured=_featured(fields, image.text, rules),
        weight=_weight(fields, notes),
        minor=truthy(fields.find("minor").text),
        body=fields.matter.body,
        body_line=fields.matter.body_line,
    )


def _names(found: Found, tidy: Callable[[str], str], notes: _Notes) -> tuple[str, ...]:
    names = topic.unique(map(tidy, found.texts))
    if any(len(name) > MAX_NAME for name in names):
        notes.warn("name-too-long", f"{found.key}: a name longer than {MAX_NAME} characters is left out", found.line)
    return tuple(name for name in names if len(name) <= MAX_NAME)


def _withheld(fields: Fields, notes: _Notes) -> bool:
    found = fields.find("draft")
    if found and said(found.text) is None:
        notes.warn("draft-unclear", f"draft: {found.text!r} is neither true nor false; taken as true", found.line)
    # Jekyll withholds with "published: false".
    return (bool(found) and truthy(found.text)) or not truthy(fields.at("published").text or "true")


def _title(fields: Fields, path: str, notes: _Notes) -> str:
    found = fields.find("title")
    if found.text:
        return found.text
    heading = _HEADING.search(fields.matter.body[:4096])
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
    if needed:
        notes.error("date-missing", f"no date; {dates.EXAMPLE} as date, or begin the file's name with 2025-06-30-", 1)
    return None


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
        )
    except ValueError as error:
        notes.error(
            "url-invalid", f"{url.key}: {url.text!r} is no URL ({error}); write a path such as /posts/one/", url.line
        )
        return ""


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
