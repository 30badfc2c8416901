"""Content codings of finished documents (RFC 9110 8.4.1): the only home of brotli. Pure."""

from __future__ import annotations

import gzip
import zlib

import brotli


def pack(plain: bytes, coding: str) -> bytes:
    """The bytes in a coding, ``gzip`` or ``br``: the same for the same bytes, and quick enough for a waiting reader."""
    if coding == "gzip":
        return gzip.compress(plain, 6, mtime=0)
    made: bytes = brotli.compress(plain, mode=brotli.MODE_TEXT, quality=5)
    return made


def unpack(packed: bytes, coding: str) -> bytes:
    """What was packed. Raises ``ValueError`` for bytes that are cut off or of another coding."""
    try:
        plain: bytes = gzip.decompress(packed) if coding == "gzip" else brotli.decompress(packed)
    except (brotli.error, zlib.error, EOFError, OSError) as error:
        raise ValueError(f"not {coding}: {error}") from error
    return plain
