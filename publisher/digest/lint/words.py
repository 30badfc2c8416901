"""Rules of the subject and the preheader: what decides whether a mail is opened, or filed as spam. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher import text
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.proof import Proof

SUBJECT_COLUMNS = 150
PREHEADER_COLUMNS = 200
_LOUD_LETTERS = 10
_HOLE = re.compile(r"\{\w+(?:\|[^{}]*)?\}")
_REPLY = re.compile(r"\s*(?:re|fwd?|aw|回复|转发|答复)\s*[:：]", re.IGNORECASE)


def rules(proof: Proof) -> Iterator[Finding]:
    """What is wrong with subject and preheader."""
    subject, preheader = proof.subject.strip(), proof.preheader.strip()
    if not subject:
        yield error("subject-empty", "subject", "the subject is empty; write one with issue edit --subject")
    yield from _unseen("subject", proof.subject)
    yield from _holes(proof)
    yield from _unseen("preheader", proof.preheader)
    yield from _width(subject, preheader)
    yield from _spam(subject)
    yield from _both(proof, subject, preheader)


def _unseen(part: str, said: str) -> Iterator[Finding]:
    if text.one_line(said) != said.strip():
        message = f"the {part} has line breaks, invisible marks or double blanks; retype it"
        yield warning(f"{part}-invisible", part, message)


def _holes(proof: Proof) -> Iterator[Finding]:
    """Placeholders that nothing fills, unless a story is titled so."""
    titles = "\n".join(story.title for story in proof.stories)
    for part, words in (("subject", proof.subject), ("preheader", proof.preheader)):
        if (match := _HOLE.search(words)) and match[0] not in titles:
            message = (
                f"it says {match[0]}, which nothing fills; write {{title}}, {{first_title}}, {{titles}}, {{date}}, "
            )
            yield warning(f"{part}-hole", part, message + "{count} or {number}")


def _width(subject: str, preheader: str) -> Iterator[Finding]:
    columns = text.width(subject)
    if columns > SUBJECT_COLUMNS:
        message = f"it is {columns} columns wide and inboxes show 40 to 80; write at most {SUBJECT_COLUMNS}"
        yield warning("subject-long", "subject", message)
    if not preheader:
        message = "inboxes will show the first words of the mail; write one with issue edit --preheader"
        yield warning("preheader-empty", "preheader", message)
    elif text.width(preheader) > PREHEADER_COLUMNS:
        message = f"it is {text.width(preheader)} columns wide; write at most {PREHEADER_COLUMNS}"
        yield warning("preheader-long", "preheader", message)


def _spam(subject: str) -> Iterator[Finding]:
    loud = sum(char.isupper() for char in subject)
    if loud >= _LOUD_LETTERS and not any(char.islower() for char in subject):
        message = "a subject all in capitals looks like spam; write it as a sentence"
        yield warning("subject-capitals", "subject", message)
    if subject.count("!") + subject.count("！") > 1:
        yield warning("subject-shouting", "subject", "several exclamation marks look like spam; keep one at most")
    if match := _REPLY.match(subject):
        message = f"it begins with {quoted(match[0])} and answers nobody, as in spam; remove that"
        yield warning("subject-reply", "subject", message)


def _both(proof: Proof, subject: str, preheader: str) -> Iterator[Finding]:
    """Inboxes show the preheader right after the subject: what stands in both is read twice."""
    if preheader and text.title_key(preheader) == text.title_key(subject):
        yield warning("preheader-same", "preheader", "it says the same as the subject; say something else with it")
    elif len(proof.stories) > 1:
        title = text.title_key(proof.stories[0].title)
        if title and text.title_key(preheader) == title and title in text.title_key(subject):
            message = "it is the first title alone, which stands in the subject too; name the other stories with it"
            yield warning("preheader-doubled", "preheader", message)
