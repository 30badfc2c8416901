"""What a reader may wish for, which stories that gives, and the edition that is joined of them. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from publisher import text
from publisher.content.article import Image, Topic
from publisher.digest import marks, segments
from publisher.digest.segments import Segments, escaped
from publisher.issues.issue import Issue, Story

SEPARATOR = " · "
"""Between the titles of a reader's topics."""
HEADLINES_FROM = 3
"""With fewer stories a list of them on top says everything twice."""
_LONGEST_KEY = 72
PAGE_HEAD = "<!--page-head-->"
"""Where pages get the lines of a head that mails have not."""
MAIL, PAGE, PERSONAL_PAGE = frozenset({"mail", "personal"}), frozenset({"page"}), frozenset({"page", "personal"})
"""The stretches that stand in a mail, in the archive and in a reader's own page."""
_COLUMNS = 72
"""Of the text part."""


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
class Choice:
    """What a wish gives of an issue."""

    sections: tuple[Section, ...]
    more: tuple[Story, ...] = ()
    """Stories of the reader's topics that did not fit: only named, in the issue's order."""

    @property
    def stories(self) -> tuple[Story, ...]:
        """Those that stand in it as cards, in their order."""
        return tuple(story for section in self.sections for story in section.stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a story's link leads: straight, and by way of the server that counts it."""

    url: str
    counted: str = ""
    """What stands before the reader's own code in a counted link; empty where links are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The pieces of an issue's master document in one language and format; every edition is joined from some."""

    html: Mapping[str, Segments]
    """Pieces by name, styles inlined, with the stretches that only a mail or a page has."""
    text: Mapping[str, Segments]
    links: Mapping[str, Link]
    """What the slots ``link0``, ``link1``… of the HTML stand for."""
    names: tuple[str, ...] = ()
    """What ``name0``, ``name1``… say to a reader without a name."""
    mail: Mapping[str, Segments] = field(init=False, repr=False, compare=False)
    """The HTML as it is mailed: what only pages have is gone, links are counted where they are to be."""
    page: Mapping[str, Segments] = field(init=False, repr=False, compare=False)
    """The HTML with the stretches of mails and pages still marked; its links lead straight to the stories."""

    def __post_init__(self) -> None:
        straight: segments.Known = {name: escaped(link.url) for name, link in self.links.items()}
        counted: segments.Known = {
            name: Segments((escaped(link.counted), ""), ("click",)) if link.counted else escaped(link.url)
            for name, link in self.links.items()
        }
        mail = {name: segments.keep(segments.join([(piece, counted)]), MAIL) for name, piece in self.html.items()}
        mail = {name: segments.without(piece, PAGE_HEAD) for name, piece in mail.items()}
        object.__setattr__(self, "mail", mail)
        object.__setattr__(
            self, "page", {name: segments.join([(piece, straight)]) for name, piece in self.html.items()}
        )


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
    words: Mapping[str, str]
    """``counted``, ``reading`` and ``chosen`` in the reader's language."""
    layout: tuple[str, ...]
    """Names of the pieces that it is joined of."""
    sheet: Sheet
    stories: tuple[Story, ...]
    """In the order in which they stand in it."""
    more: tuple[Story, ...] = ()

    def html(self) -> Segments:
        """The HTML as it is mailed."""
        return self._joined(self.sheet.mail, self._words(escaped), 1)

    def page(self) -> Segments:
        """The HTML with the stretches of mails and pages still marked; its links lead straight to the stories."""
        return self._joined(self.sheet.page, self._words(escaped), 1)

    def text(self) -> Segments:
        """The text part; its links are never counted."""
        words = self._words(str)
        return self._joined(self.sheet.text, words | {"chosen": _lines(words.get("chosen", ""))}, 2)

    def _words(self, form: Callable[[str], str]) -> dict[str, str]:
        return {
            "subject": form(self.subject),
            "preheader": form(self.preheader),
            **{name: form(value) for name, value in self.words.items()},
        }

    def _joined(self, pieces: Mapping[str, Segments], words: dict[str, str], columns: int) -> Segments:
        numbers = _numbers(self.layout)
        return segments.join(
            (pieces[name], {**words, "number": f"{numbers[name]:>{columns}}"} if name in numbers else words)
            for name in self.layout
            if name in pieces
        )


_width = lru_cache(maxsize=1024)(text.width)


def _lines(chosen: str) -> str:
    """The reader's topics in lines of the text part, which end between two of them."""
    lines, used = [""], 0
    for title in chosen.split(SEPARATOR):
        needed = _width(title) + len(SEPARATOR)
        if used and used + needed > _COLUMNS:
            lines.append("")
            used = 0
        lines[-1] += (SEPARATOR if used else "") + title
        used += needed
    return "\n".join(lines)


def choose(issue: Issue, wish: Wish, maximum: int, topic_order: Sequence[str]) -> Choice:
    """The stories for this wish, by topic; no sections where the reader would get an empty mail.

    The issue's order decides which ``maximum`` stories are taken, ``topic_order`` (keys) only in which order their
    sections stand; topics that it does not name follow in the order in which they come up, stories without one last.
    Where the first story was pinned by an editor, its section begins the mail.
    """
    filed: dict[str, list[Story]] = {}
    topics: dict[str, Topic] = {}
    taken = [(topic, story) for story in issue.stories if (topic := _place(story, wish)) is not None]
    for topic, story in taken[:maximum]:
        topics.setdefault(topic.key, topic)
        filed.setdefault(topic.key, []).append(story)
    rank = {key: index for index, key in enumerate(topic_order)}
    if taken and taken[0][1].path in issue.pinned:
        rank[taken[0][0].key] = -1
    order = sorted(filed, key=lambda key: (key == "" and key not in rank, rank.get(key, len(rank))))
    return Choice(
        sections=tuple(Section(topics[key] if key else None, tuple(filed[key])) for key in order),
        more=tuple(story for _, story in taken[maximum:]),
    )


def _place(story: Story, wish: Wish) -> Topic | None:
    """The topic under which this reader finds the story, or None where they did not ask for it."""
    if story.guid in wish.told:
        return None
    if not wish.topics or story.topic.key in wish.topics:
        return story.topic
    return next((topic for topic in story.topics if topic.key in wish.topics), None)


def places(issue: Issue) -> dict[str, Topic]:
    """Every topic under which a story of the issue may stand, by key: their order numbers the pieces."""
    found: dict[str, Topic] = {}
    for story in issue.stories:
        for topic in (story.topic, *story.topics):
            found.setdefault(topic.key, topic)
    return found


@dataclass(frozen=True, slots=True)
class Order:
    """What numbers the pieces of an issue: stories by guid and topics by key, each in the order of the issue."""

    stories: Mapping[str, int]
    topics: Mapping[str, int]

    @classmethod
    def of(cls, issue: Issue) -> Order:
        """The numbers of an issue."""
        stories = {story.guid: number for number, story in enumerate(issue.stories)}
        return cls(stories, {key: number for number, key in enumerate(places(issue))})


def layout(order: Order, choice: Choice, *, chosen: bool) -> tuple[str, ...]:
    """The names of the pieces that an edition of this choice is joined of, in their order.

    ``heading.1`` stands for the second of ``places``, ``heading.1.first`` where it begins the mail;
    ``card.3.1`` is the fourth story of the issue as it stands under that topic, ``card.3.1.lead`` as the first of all.
    """
    index = order.stories
    stories = choice.stories
    names = [marks.TOP]
    if len(stories) >= HEADLINES_FROM:
        names += ("headlines", *(f"headline.{index[story.guid]}" for story in stories), "headlines.end")
    first = True
    for section in choice.sections:
        place = order.topics[section.topic.key if section.topic else ""]
        names.append(f"heading.{place}" + (".first" if first and not section.topic else ""))
        for story in section.stories:
            names.append(f"card.{index[story.guid]}.{place}" + (".lead" if first else ""))
            first = False
    if choice.more:
        names += ("more", *(f"more.{index[story.guid]}" for story in choice.more), "more.end")
    if not choice.sections:
        names.append("empty")
    return (*names, "foot", *(["chosen"] if chosen else []), "rest")


@lru_cache(maxsize=64)
def _numbers(names: tuple[str, ...]) -> dict[str, int]:
    """The number of each story's pieces in an edition: its cards count on, and so do its headlines."""
    headlines = [name for name in names if name.startswith("headline.")]
    cards = [name for name in names if name.startswith(("card.", "more.")) and name != "more.end"]
    return {name: number for found in (headlines, cards) for number, name in enumerate(found, 1)}
