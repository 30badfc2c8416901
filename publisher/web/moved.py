"""Where feeds went that moved, as the config's ``feeds.moved`` says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from publisher.config.moved import PAGES

OWN = frozenset({*PAGES, "feeds", "archive", "static", "f"})
"""First segments that no pattern takes for an old feed's."""
LONGEST = 2048
"""Characters of a path that is looked for: no address of ours is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Old paths and their new places."""

    exact: Mapping[str, str]
    """New place by old path; a place is a percent-encoded path or an absolute URL."""
    patterns: tuple[tuple[tuple[str, ...], str], ...]
    """Segments of an old path, one of them ``*``, and the new place, in which a ``*`` is filled in."""


def moves(moved: Mapping[str, str]) -> Moves:
    """The moves of a valid ``feeds.moved``."""
    starred = {old: new for old, new in moved.items() if "*" in old.split("/")}
    return Moves(
        exact={old: new for old, new in moved.items() if old not in starred},
        patterns=tuple((tuple(old.split("/")), new) for old, new in starred.items()),
    )


def place(known: Moves, path: str) -> str | None:
    """The new place of a decoded path: a path or a URL; None where it did not move."""
    if path in known.exact:
        return known.exact[path]
    if not known.patterns or len(path) > LONGEST:
        return None
    parts = path.split("/")
    for pattern, new in known.patterns:
        if len(pattern) == len(parts):
            at = pattern.index("*")
            own = at == 1 and parts[at] in OWN  # an old layout may have had any folder, but not one of ours
            if (
                parts[at]
                and not own
                and all(part == want for part, want in zip(parts, pattern, strict=True) if want != "*")
            ):
                return new.replace("*", quote(parts[at], safe=""))
    return None


def location(raw_path: bytes, new: str) -> bytes:
    """The Location header for a new place; of a path a relative one, right behind any proxy (RFC 9110 10.2.2).

    Nobody but the proxy knows under which host and path it shows us. ``raw_path`` is the path as it was asked for: an
    encoded slash in it opens no folder for the client that resolves the answer.
    """
    if not new.startswith("/"):
        return new.encode("ascii")
    return b"../" * (raw_path.count(b"/") - 1) + (new.removeprefix("/").encode("ascii") or b"./")
