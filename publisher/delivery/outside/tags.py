"""Lists of tags, ``v=DMARC1; p=none``, as DKIM keys and DMARC policies are written (RFC 6376 3.2). Pure."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def tags(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Names (lower case) with values (trimmed), in their order and once each; and what is wrong with the list."""
    found: dict[str, str] = {}
    flaws: list[str] = []
    parts = text.split(";")
    if not parts[-1].strip():
        del parts[-1]
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not _NAME.fullmatch(name):
            flaws.append(f"{part.strip()[:40]!r} is no tag such as v=…")
        elif name.lower() in found:
            flaws.append(f"it has {name}= twice")
        else:
            found[name.lower()] = value
    return tuple(found.items()), tuple(flaws)
