"""The head of a file: all of its front matter and the beginning of its body, read without reading the rest."""

from __future__ import annotations

import os
import re

from publisher.content import parse
from publisher.content.frontmatter import MAX_HEADER

HEAD = 8 * 1024
"""Bytes read of every file; the longest front matter of 9 953 real files has 1 435."""
EXCERPT = 4 * parse.EXCERPT
"""Bytes of the body that are kept: as many as the characters that parsing looks at may have."""
MOST = MAX_HEADER + EXCERPT

_BOM = b"\xef\xbb\xbf"
_FENCES = (b"---", b"+++")
_CLOSING = {
    b"-": re.compile(rb"[\r\n](?:---|\.\.\.)[ \t]*[\r\n]"),
    b"+": re.compile(rb"[\r\n]\+\+\+[ \t]*[\r\n]"),
}


def read(file: str) -> tuple[bytes, os.stat_result]:
    """The file's first bytes and its stat as it was opened. Raises ``OSError``.

    They hold all of the front matter and the beginning of the body. Who gets as many bytes as the file has, has it all.
    """
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        stat = os.fstat(handle)
        data = os.read(handle, HEAD)
        while ((end := _end(data)) is None or len(data) < end + EXCERPT) and len(data) < min(stat.st_size, MOST):
            more = os.read(handle, MOST - len(data))
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    # What is not needed is neither decoded nor searched.
    return data[: end + EXCERPT] if end else data, stat


def _end(data: bytes) -> int | None:
    """Where the front matter ends, as far as these bytes tell; 0 where there is none, so that all may be body."""
    start = 0
    if not data.startswith(_FENCES):  # nearly every file begins with one
        start = len(data) - len(data.removeprefix(_BOM).lstrip())
        if not data.startswith(_FENCES, start):
            return None if data.startswith(b"{", start) else 0
    closing = _CLOSING[data[start : start + 1]].search(data, start + 3)
    return closing.end() if closing else None
