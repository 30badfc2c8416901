"""What an article is, and what can be wrong with one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

Html = NewType("Html", str)
"""Sanitised HTML: only ``content.markdown`` may make one."""


class Severity(StrEnum):
    """How bad a problem is: an error keeps the article out, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one file: data, not an exception. One bad file never stops the others."""

    path: str
    """Place under the content folder."""
    code: str
    """Short stable name of the kind, such as ``date-missing``."""
    message: str
    """What is wrong; then, after a semicolon, what to write."""
    line: int | None = None
    """Line in the file, from 1."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.severity}: {self.message}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that feeds and digests are divided by: ``key`` is its slug in config, URLs and CSV."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The picture of an article."""

    url: str
    """Absolute, percent-encoded (RFC 3986)."""
    alt: str = ""
    file: str = ""
    """The file on this machine, absolute; empty where it is remote, missing or no picture."""
    media_type: str = ""
    """Told by the first bytes, never by the name; empty where the bytes are not at hand."""
    length: int = 0
    """Bytes of the file."""
    width: int = 0
    height: int = 0

    @property
    def local(self) -> bool:
        """Whether the bytes are at hand and are a picture: only then may it be an enclosure or stand in a mail."""
        return bool(self.file and self.media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an article's front matter and place say: all that choosing needs. Its body is not looked at."""

    path: str
    """Identity: place under the content folder, NFC, forward slashes."""
    guid: str
    """Permanent feed id (RFC 4151 tag URI); stored at first sight: it survives changes of title, URL and path."""
    url: str
    """The page on the site, absolute."""
    title: str
    published: datetime
    first_seen: datetime
    """When this program first saw the file: a late or back-dated article is new to readers from here."""
    appears: datetime | None = None
    """From when it is shown; None: from ``published``."""
    expires: datetime | None = None
    topics: tuple[Topic, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language: str = "en"
    """BCP 47, such as ``zh-CN``."""
    section: str = ""
    """First folder under the content folder."""
    featured: bool = False
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Head):
    """One article with what its body and picture told; ``html`` is loaded apart (``library.html``)."""

    updated: datetime
    """When the rendered article last changed; never before ``published``."""
    summary: str = ""
    """Plain text, one line."""
    image: Image | None = None
    reading_minutes: int = 1
    revision: str = ""
    """Hash of everything that a reader can see, the body included: same revision, same bytes in feeds and digests."""
