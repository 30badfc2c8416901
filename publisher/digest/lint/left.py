"""Rules of what is left over: marks of ours and of templates that a reader must never see. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.config import Config
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.proof import Proof
from publisher.issues.issue import Story

_MARK = re.compile(r"xq[0-9a-f]{16}[-:][a-z0-9.]+|<!--/?(?:mail|page|personal|page-head)-->")
_NAME = re.compile(r"\{name(?:\|[^{}<>\n]{0,80})?\}")
_CODE = re.compile(r"(`+).*?\1", re.DOTALL)
_CALLED = re.compile(r"\{+\s*(?:first_?|last_?|full_?)?name\b[^{}]{0,80}\}+", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%")


def rules(proof: Proof) -> Iterator[Finding]:
    """Slots, cuts and template marks: faults of a template, unless an article really says so."""
    every = (*proof.stories, *proof.more)
    content = "\n".join(
        (
            proof.subject,
            proof.preheader,
            proof.intro,
            *_said(proof.config),
            *(part for story in every for part in _words(story)),
        )
    )
    yield from _called(proof)
    for part, written in (("html", proof.html), ("text", proof.text)):
        # In the HTML a story's own comment is escaped: what still is one there is ours.
        marks = (
            each for each in _MARK.finditer(written) if each[0] not in content or f"{part}{each[0][:1]}" == "html<"
        )
        if match := next(marks, None):
            message = f"{_told(match[0])} is left in it, which nothing filled; mend the template"
            yield error("slot-left", f"{part} line {_line(written, match)}", message)
        if match := _TEMPLATE.search(written):
            message = f"it has {match[0]}; mend the template, or let it be if an article means it"
            means = _TEMPLATE.search(content) is not None
            yield (warning if means else error)("template-left", f"{part} line {_line(written, match)}", message)


def _called(proof: Proof) -> Iterator[Finding]:
    """A place for the reader's name that is not spelt as one, unless it is quoted as code."""
    said = _CODE.sub("", proof.intro)
    if match := next((each for each in _CALLED.finditer(said) if not _NAME.fullmatch(each[0])), None):
        message = f"it says {quoted(match[0])}, which is no reader's name; write {{name}} or {{name|dear reader}}"
        yield warning("name-left", "intro", message)


def _said(config: Config) -> Iterator[str]:
    """What the config says to readers."""
    yield from (config.site.title, config.site.copyright, config.site.postal_address)
    yield from (letter.title for letter in config.newsletters.values())
    yield from (topic.title for topic in config.topics.values())


def _words(story: Story) -> Iterator[str]:
    """All that a story says, its address included."""
    yield from (
        story.title,
        story.summary,
        story.url,
        *story.tags,
        *story.authors,
        story.image.alt if story.image else "",
    )
    yield from (topic.title for topic in (story.topic, *story.topics))


def _told(mark: str) -> str:
    """The mark without the hash that is another in each document."""
    return f"the mark {quoted(mark if mark.startswith('<') else mark[19:])}"


def _line(written: str, match: re.Match[str]) -> int:
    return written.count("\n", 0, match.start()) + 1
