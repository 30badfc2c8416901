"""Rules of size: a mail that a provider cuts off loses its end, and with it the way to unsubscribe. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publisher.digest.lint.finding import Finding, error, listed, warning
from publisher.digest.lint.proof import Proof

SAFE_BYTES, CLIP_BYTES = 76_800, 102_400
"""Gmail cuts near 102 kB; whether of base64 or not is disputed, and 76,800 bytes are 102,400 in base64."""


def rules(proof: Proof) -> Iterator[Finding]:
    """Whether the HTML is too long, and which stories it is that make it so."""
    size = len(proof.html.encode("utf-8", "replace"))
    if size <= SAFE_BYTES:
        return
    heavy = listed((f"{path} ({bytes / 1000:.0f} kB)" for path, bytes in weights(proof).most_common(3)), 3)
    told = f", the heaviest stories are {heavy}" if heavy else ""
    fix = "lower select.max, or shorten the summaries"
    if size > CLIP_BYTES:
        message = f"above {CLIP_BYTES} bytes Gmail cuts the mail off and hides the unsubscribe link{told}; {fix}"
        yield error("html-size", f"html, {size} bytes", message)
    else:
        message = f"above {SAFE_BYTES} bytes Gmail may cut the mail off and hide the unsubscribe link{told}; {fix}"
        yield warning("html-size", f"html, {size} bytes", message)


def weights(proof: Proof) -> Counter[str]:
    """Bytes of the lines of HTML that belong to each story, by its path."""
    lines = dict(enumerate(proof.html.split("\n"), 1))
    owner: dict[int, str] = {}
    for node in proof.page.nodes:
        if path := proof.page.story(node):
            owner.setdefault(node.line, path)
    found: Counter[str] = Counter()
    for line, path in owner.items():
        found[path] += len(lines.get(line, "").encode("utf-8", "replace"))
    return found
