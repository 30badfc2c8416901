"""Marks that stand in a master document for values and cuts while it is rendered and inlined. Pure.

Plain ASCII, for lxml percent-encodes anything else in an address (premailer 297); the names under .invalid lead nowhere
(RFC 2606 2). Every mark holds a hash of what the document is made of: no article can hold a mark of its own document.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from publisher.digest import segments
from publisher.digest.segments import Segments

TOP = "top"
"""The piece before the first cut."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one document."""

    nonce: str

    @classmethod
    def of(cls, content: str) -> Marks:
        """The marks of a document that is made of ``content``."""
        return cls(hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest())

    def word(self, name: str) -> str:
        """What stands for a word; ``name`` is of lower-case letters and digits."""
        return f"xq{self.nonce}-{name}.invalid"

    def url(self, name: str) -> str:
        """What stands for an absolute address, and is one as far as an inliner sees."""
        return f"https://{self.word(name)}/"

    def piece(self, name: str) -> str:
        """Where a document is cut, as a comment: a page can hold it anywhere between its elements."""
        return f"<!--xq{self.nonce}:{name}-->"

    def pieces(self, document: str) -> dict[str, Segments]:
        """The document cut into its pieces by name, each cut at its slots; a line that holds a cut alone goes."""
        comment = rf"<!--xq{self.nonce}:(?P<name>[a-z0-9.]+)-->"
        alone = re.sub(rf"(?m)^[ \t]*({comment})[ \t]*\n", r"\1", document)
        cuts = segments.cut(alone, re.compile(comment))
        slot = re.compile(rf"(?P<url>https://)?xq{self.nonce}-(?P<name>[a-z0-9]+)\.invalid(?(url)/)")
        found: dict[str, Segments] = {}
        for name, text in zip((TOP, *cuts.slots), cuts.static, strict=True):
            piece = segments.cut(text, slot)
            found[name] = segments.join([(found[name], {}), (piece, {})]) if name in found else piece
        return found
