"""Rules of contrast: every text can be read on its ground, on a light and on a dark screen (WCAG 2.2, 1.4.3). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publisher import colour
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.look import Look, Scheme
from publisher.digest.lint.page import Node
from publisher.digest.lint.paint import over
from publisher.digest.lint.proof import Proof

_LARGE, _LARGE_BOLD = 24.0, 18.66
_ENOUGH, _ENOUGH_LARGE = colour.AA, 3.0
_UNREADABLE = 2.0
"""Below it nobody reads the text; between the two many cannot."""


def rules(proof: Proof) -> Iterator[Finding]:
    """Pairs of colours that cannot be read, each told once a scheme with the first place."""
    for scheme, looks in proof.looks.items():
        yield from _pairs(proof, scheme, looks)


def _pairs(proof: Proof, scheme: Scheme, looks: list[Look]) -> Iterator[Finding]:
    first: dict[tuple[str, str, bool], Node] = {}
    count: Counter[tuple[str, str, bool]] = Counter()
    for node in proof.page.nodes:
        if not (node.words or (node.tag == "img" and node.attributes.get("alt"))):
            continue
        seen = looks[node.number]
        if seen.hidden or seen.colour is None or seen.ground is None or not _is_said(node):
            continue
        ink, ground = over(seen.colour, seen.ground), seen.ground
        large = seen.size >= _LARGE or (seen.bold and seen.size >= _LARGE_BOLD)
        pair = (str(ink), str(ground), large)
        first.setdefault(pair, node)
        count[pair] += 1
    for (ink_, ground_, large), node in first.items():
        ratio, enough = colour.contrast(ink_, ground_), _ENOUGH_LARGE if large else _ENOUGH
        if ratio < enough:
            more = count[ink_, ground_, large] - 1
            shown = node.attributes.get("alt", "") if node.tag == "img" else node.text
            yield (error if ratio < _UNREADABLE else warning)(
                f"contrast-{scheme}",
                proof.page.place(node, more),
                f"on a {scheme} screen {ink_} stands on {ground_}, a contrast of {ratio:.1f} where {enough:.1f} is "
                f"needed to read {quoted(shown)}; choose a {_way(ground_)} colour for it or another ground",
                proof.page.story(node),
            )


def _is_said(node: Node) -> bool:
    """Whether there is a letter or digit to be read; a dot between two links is decoration."""
    text = node.attributes.get("alt", "") if node.tag == "img" else node.text
    return any(character.isalnum() for character in text)


def _way(ground: str) -> str:
    return "darker" if colour.contrast(ground, "#000000") > colour.contrast(ground, "#ffffff") else "lighter"
