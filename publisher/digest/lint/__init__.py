"""Lints a digest before anybody gets it: an error blocks approval, a warning does not.

It judges what will be sent: the bytes of a filled message, parsed back, beside the edition that they were made of. Each
module has one kind of rule over the same ``Proof``, or over the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from publisher.config import Config
from publisher.content.article import Severity
from publisher.digest.edition import Edition
from publisher.digest.lint import (
    clients,
    contrast,
    duty,
    headers,
    left,
    links,
    pictures,
    plain,
    size,
    stories,
    structure,
    words,
)
from publisher.digest.lint.finding import Finding, error
from publisher.digest.lint.proof import Proof, lay_open
from publisher.digest.lint.size import CLIP_BYTES, SAFE_BYTES
from publisher.digest.lint.support import support
from publisher.digest.wire import Slots, Wire

__all__ = ["CLIP_BYTES", "SAFE_BYTES", "SAMPLE", "Finding", "Judged", "judge", "lint"]

SAMPLE = Slots(
    to="reader@example.org",
    name="Reader 读者",
    unsubscribe="https://example.org/u/sample-of-a-token-as-long-as-a-real-one-in-a-message",
    preferences="https://example.org/p/sample-of-a-token-as-long-as-a-real-one-in-a-message",
    view="https://example.org/i/sample-of-a-token-as-long-as-a-real-one-in-a-message",
    click="sample-of-a-token-as-long-as-a-real-one-in-a-message",
    message_id="<sample.0123456789abcdef@example.org>",
    date=datetime(2000, 1, 1, tzinfo=UTC),
)
"""A reader that nobody is, to fill the slots with."""

Judged = set[tuple[int, str]]
"""Pieces of masters that were judged: the identity of an edition's sheet, and a piece's name."""

_OWN = (words, stories, size, plain, left)
"""Rules that every edition may break in its own way."""
_SHARED = (structure, links, pictures, contrast, duty)
"""Rules that a piece breaks in each edition that has it: templates write pieces that look at no neighbour."""


def lint(
    edition: Edition,
    wire: Wire,
    config: Config,
    *,
    intro: str = "",
    slots: Slots = SAMPLE,
    judged: Judged | None = None,
) -> tuple[Finding, ...]:
    """All faults of one edition, errors first; none = it may go out. ``intro``: what the editor wrote above it.

    ``judged`` is filled with the pieces that were looked at. Who lints many editions of an issue passes the same set
    each time: one whose pieces are all in it costs a third, and only what is its own is told again.
    """
    try:
        raw = wire.fill(slots)
    except ValueError as problem:
        message = f"{problem}; mend it in config.yaml or in the issue"
        return (error("headers", f"{edition.key}: headers", message),)
    fields, text, html = wire.fields(slots), wire.text(slots), wire.html(slots)
    pieces = {(id(edition.sheet), name) for name in edition.layout}
    whole = judged is None or not pieces <= judged or len(html) * 3 > SAFE_BYTES < len(html.encode())
    if judged is not None:
        judged |= pieces
    proof = lay_open(
        config=config,
        subject=edition.subject,
        preheader=edition.preheader,
        stories=edition.stories,
        more=edition.more,
        intro=intro,
        text=text.replace("\r\n", "\n"),
        html=html.replace("\r\n", "\n"),
        sender=headers.sender(fields),
        unsubscribe=slots.unsubscribe,
        preferences=slots.preferences,
        view=slots.view,
        counted={link.counted + slots.click: link.url for link in edition.sheet.links.values() if link.counted},
        whole=whole,
    )
    found = [*(judge(proof) if whole else own(proof)), *headers.rules(raw, fields, text, html)]
    placed = (replace(each, place=f"{edition.key}: {each.place}") for each in found)
    return tuple(sorted(placed, key=lambda each: each.severity != Severity.ERROR))


def judge(proof: Proof) -> Iterator[Finding]:
    """All faults of a mail that is laid open."""
    yield from own(proof)
    for kind in _SHARED:
        yield from kind.rules(proof)
    yield from clients.rules(proof, support())


def own(proof: Proof) -> Iterator[Finding]:
    """The faults of a mail that are none of its single pieces."""
    for kind in _OWN:
        yield from kind.rules(proof)
