"""What a reader may wish for, and which stories that gives. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.content.article import Image, Topic
from publisher.issues.issue import Issue, Story

# Marks that stand for a reader's own values until a message is filled. Plain ASCII, because lxml percent-encodes
# anything else in an address (premailer 297); the names under .invalid lead nowhere (RFC 2606 2).
UNSUBSCRIBE_SLOT = "https://xq7unsubxq7.invalid/"
VIEW_SLOT = "https://xq7viewxq7.invalid/"
EMAIL_SLOT = "xq7emailxq7"
SLOT_MARK = "xq7"

_LONGEST_KEY = 72


class Format(StrEnum):
    """How a reader wants the mail."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What decides the bytes of a reader's mail: all with the same wish get the same edition."""

    topics: tuple[str, ...] = ()
    """Keys of topics, sorted, each once; none = all."""
    language: str = "en"
    """BCP 47; of the words around the stories, never of the stories."""
    format: str = Format.HTML
    told: tuple[str, ...] = ()
    """Guids of stories that the reader had in another schedule of the newsletter: nobody gets one twice."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", tuple(sorted(set(self.topics) - {""})))
        object.__setattr__(self, "told", tuple(sorted(set(self.told))))
        object.__setattr__(self, "format", Format(self.format))

    @property
    def key(self) -> str:
        """A short name that is safe as a file's, such as ``chips+funding.zh-CN.html``; no two wishes share one."""
        safe = "+".join(re.sub(r"[^\w-]", "-", topic) for topic in self.topics) or "all"
        language = re.sub(r"[^A-Za-z0-9-]", "-", self.language)
        odd = safe != ("+".join(self.topics) or "all") or language != self.language or self.topics == ("all",)
        if odd or any("+" in topic for topic in self.topics) or len(safe.encode()) > _LONGEST_KEY:
            told = "\n".join((*self.topics, self.language)).encode("utf-8", "backslashreplace")
            safe = f"{safe[:24]}~{hashlib.blake2b(told, digest_size=5).hexdigest()}"
        if self.told:
            safe += f"~less-{hashlib.blake2b(chr(10).join(self.told).encode(), digest_size=5).hexdigest()}"
        return f"{safe}.{language}.{self.format}"


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of one topic; ``topic`` is None for those that have none."""

    topic: Topic | None
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPicture:
    """A picture that mail can show: absolute address, true size in pixels (0 = unknown)."""

    url: str
    width: int = 0
    height: int = 0

    def height_at(self, width: int) -> int:
        """The height in pixels where it is shown ``width`` wide; 16:9 while its size is unknown."""
        if not self.width or not self.height:
            return round(width * 9 / 16)
        return max(1, round(width * self.height / self.width))


Media = Callable[[Image], MediaPicture | None]
"""Gives the mail's form of an article's picture, or None where it cannot be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A finished digest for one wish, with slots where the reader's own values go."""

    key: str
    wish: Wish
    issue: str
    """Id of the issue."""
    lang: str
    """BCP 47 tag of the words around the stories."""
    subject: str
    preheader: str
    html: str
    """As it is mailed: styles inlined."""
    page: str
    """The same with the marks that ``render.web_page`` makes a page of."""
    text: str
    stories: tuple[Story, ...]
    """In the order in which they stand in it."""


def sections(issue: Issue, wish: Wish, maximum: int, topic_order: Sequence[str]) -> tuple[Section, ...]:
    """The stories for this wish, by topic; empty where the reader would get an empty mail.

    The issue's order decides which ``maximum`` stories are taken, ``topic_order`` (keys) only in which order their
    sections stand; topics that it does not name follow in the order in which they come up, stories without one last.
    """
    filed: dict[str, list[Story]] = {}
    topics: dict[str, Topic] = {}
    taken = [(topic, story) for story in issue.stories if (topic := _place(story, wish)) is not None]
    for topic, story in taken[:maximum]:
        topics.setdefault(topic.key, topic)
        filed.setdefault(topic.key, []).append(story)
    rank = {key: index for index, key in enumerate(topic_order)}
    order = sorted(filed, key=lambda key: (key == "", rank.get(key, len(rank))))
    return tuple(Section(topics[key] if key else None, tuple(filed[key])) for key in order)


def _place(story: Story, wish: Wish) -> Topic | None:
    """The topic under which this reader finds the story, or None where they did not ask for it."""
    if story.guid in wish.told:
        return None
    if not wish.topics or story.topic.key in wish.topics:
        return story.topic
    return next((topic for topic in story.topics if topic.key in wish.topics), None)
