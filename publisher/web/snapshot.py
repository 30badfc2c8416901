"""What the feed server answers with: for each document of the manifest its header lines, ready made, and its bytes.

Headers of all documents are in memory, bodies as many as fit, the latest asked for; the others are read again from the
output folder. Bytes are never sent beside a tag that is not theirs: what is read is hashed first.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publisher.feeds.feed import digest
from publisher.feeds.output import TWINS
from publisher.feeds.packed import pack, unpack
from publisher.times import parse_rfc3339

Header = tuple[bytes, bytes]
_TEXT = ("application/rss+xml", "application/atom+xml", "text/")
"""Types whose charset is named: JSON has none (RFC 8259 11)."""
_ARCHIVE = re.compile(r"/archive/\d{4}-\d\d\.(rss|atom)\.xml$")
_ENDS = {"application/rss+xml": b"</rss>", "application/atom+xml": b"</feed>", "application/feed+json": b"}"}
_WORTH = 256
"""Bytes of a document below which compressing gains nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all answers of a site share."""

    base_url: str
    """Where readers find the output folder."""
    hubs: tuple[str, ...] = ()
    max_age: int = 900
    page: Mapping[str, str]
    """Security headers of HTML pages."""
    feed: Mapping[str, str]
    """Security headers of all else: each line costs every poll half a microsecond."""

    @property
    def keep(self) -> bytes:
        """The Cache-Control of documents and redirections (RFC 5861 for the stale ones)."""
        return b"public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400" % (self.max_age, self.max_age)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """A version of a document: how it is answered for."""

    path: str
    """Place under the output folder."""
    hash: str
    etag: bytes
    """``W/"<hash>"``: one for all codings, so it is weak (RFC 9110 8.8.1)."""
    modified: int
    """Seconds since 1970."""
    media_type: str
    files: frozenset[str]
    """Codings that lie ready beside the file."""
    offers: frozenset[str]
    """Codings that it can be sent in, ``""`` for the plain bytes among them."""
    subscription: bool
    """Whether readers poll it: a feed, and no archive."""
    unchanged: tuple[Header, ...]
    """All headers of a 304."""
    whole: tuple[Header, ...]
    """Headers of a 200 but for Content-Length and Content-Encoding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ready:
    """A version of a document in one coding, ready to be sent."""

    served: Served
    coding: str
    headers: tuple[Header, ...]
    body: bytes


class Shelf:
    """Bodies in memory, up to a number of bytes; the one not asked for the longest goes first."""

    def __init__(self, limit: int) -> None:
        """``limit`` counts the bytes of bodies. One larger than that is not kept."""
        self._limit = limit
        self._held: OrderedDict[tuple[Served, str], Ready] = OrderedDict()
        self.size = 0

    def get(self, served: Served, coding: str) -> Ready | None:
        """What was put under this coding."""
        ready = self._held.get((served, coding))
        if ready is not None:
            self._held.move_to_end((served, coding))
        return ready

    def put(self, ready: Ready, coding: str) -> None:
        """Keeps it as the answer to those who ask for the coding, which may be better than its own."""
        if len(ready.body) > self._limit:
            return
        before = self._held.pop((ready.served, coding), None)
        self.size += len(ready.body) - (len(before.body) if before else 0)
        self._held[ready.served, coding] = ready
        while self.size > self._limit:
            _, oldest = self._held.popitem(last=False)
            self.size -= len(oldest.body)

    def last(self, path: str) -> Ready | None:
        """The version of a document that was asked for last, in whatever coding: for when no file holds it now."""
        return next((self._held[key] for key in reversed(self._held) if key[0].path == path), None)


def table(
    documents: Mapping[str, Mapping[str, Any]],
    terms: Terms,
    known: Mapping[str, tuple[Mapping[str, Any], Served]],
) -> dict[str, tuple[Mapping[str, Any], Served]]:
    """The documents of a manifest by path, each with its line there; those whose line is ``known`` are the same ones.

    Raises ``ValueError``, ``LookupError`` or ``TypeError`` for what is no manifest of ours.
    """
    made: dict[str, tuple[Mapping[str, Any], Served]] = {}
    for path, item in documents.items():
        before = known.get(path)
        if before is not None and before[0] == item:
            made[path] = before
            continue
        if not path.startswith("feeds/") or ".." in path.split("/"):
            raise ValueError(f"{path!r} is no path of a feed")
        modified = _moment(item["modified"])
        codings = item.get("codings")
        made[path] = item, document(path, item["hash"], item["media_type"], modified, terms, codings)
    return made


# Most documents of a build share a few moments, and reading and writing one costs half of a document.
@lru_cache(maxsize=256)
def _moment(text: str) -> datetime:
    return parse_rfc3339(text)


@lru_cache(maxsize=256)
def _dated(moment: datetime) -> bytes:
    return format_datetime(moment.astimezone(UTC), usegmt=True).encode()


def document(
    path: str, hash: str, media_type: str, modified: datetime, terms: Terms, codings: Mapping[str, int] | None
) -> Served:
    """A version of a document. ``codings`` None: the build made none, they are made when asked for."""
    etag = f'W/"{hash[:24]}"'.encode("ascii")
    page = media_type == "text/html"
    subscription = media_type.startswith("application/") and not _ARCHIVE.search(path)
    lines = [
        (b"etag", etag),
        (b"last-modified", _dated(modified)),
        (b"cache-control", terms.keep),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"ETag, Link"),
    ]
    if subscription:  # WebSub wants them on every answer for a topic
        links = [*(f'<{hub}>; rel="hub"' for hub in terms.hubs), f'<{terms.base_url}/{quote(path)}>; rel="self"']
        lines.append((b"link", ", ".join(links).encode("ascii")))
    charset = "; charset=utf-8" if media_type.startswith(_TEXT) else ""
    secure = terms.page if page else terms.feed
    files = frozenset(codings or ()) & TWINS.keys()
    return Served(
        path=path,
        hash=hash,
        etag=etag,
        modified=int(modified.timestamp()),
        media_type=media_type,
        files=files,
        offers=(frozenset({"gzip"}) if codings is None else files) | {""},
        subscription=subscription,
        # A 304 says again what caches need; the rest stands with the bytes that the client has (RFC 9110 15.4.5).
        unchanged=tuple(lines),
        whole=(
            *lines,
            (b"content-type", f"{media_type}{charset}".encode("ascii")),
            *((name.encode(), value.encode()) for name, value in secure.items()),
        ),
    )


def ready(served: Served, coding: str, body: bytes) -> Ready:
    """The answer that holds these bytes."""
    headers = [*served.whole, (b"content-length", b"%d" % len(body))]
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    return Ready(served=served, coding=coding, headers=tuple(headers), body=body)


def plain(packed: Ready) -> Ready:
    """The same version, not compressed."""
    return ready(packed.served, "", unpack(packed.body, packed.coding)) if packed.coding else packed


def load(root: Path, served: Served, coding: str, terms: Terms) -> Ready | None:
    """The document in a coding, from the output folder; None where no file there holds a whole one.

    Where a build has replaced the file and not yet written the manifest, it is the newer version, under its own tag.
    Another coding than the one asked for comes back where that is no shorter. Takes milliseconds: not for the event
    loop's own thread.
    """
    packed = _read(root / (served.path + TWINS[coding])) if coding in served.files else None
    if packed and _holds(packed[0], coding, served):
        return ready(served, coding, packed[0])
    found = _read(root / served.path)
    if found is None:
        found = next((each for name in served.files if (each := _unpacked(root, served, name))), None)
    if found is None or not found[0].rstrip().endswith(_ENDS.get(served.media_type, b"")):
        return None
    body, changed = found
    name = digest(body)
    if name != served.hash:
        # The build dates the file as its manifest will date the document.
        at = datetime.fromtimestamp(int(changed), UTC)
        served = document(served.path, name, served.media_type, at, terms, dict.fromkeys(served.files, 0))
    # Only here and where the build made no codings is anything compressed while a reader waits.
    packing = pack(body, coding) if coding and len(body) >= _WORTH else body
    return ready(served, coding, packing) if len(packing) < len(body) else ready(served, "", body)


def _read(file: Path) -> tuple[bytes, float] | None:
    """A file's bytes and the moment they were written, of the very same file; None for one that is not to be had."""
    try:
        with file.open("rb") as stream:
            return stream.read(), os.fstat(stream.fileno()).st_mtime
    except (OSError, ValueError):  # a name that no file system takes is a ValueError
        return None


def _unpacked(root: Path, served: Served, coding: str) -> tuple[bytes, float] | None:
    packed = _read(root / (served.path + TWINS[coding]))
    if packed is None or not _holds(packed[0], coding, served):
        return None
    return unpack(packed[0], coding), packed[1]


def _holds(packed: bytes, coding: str, served: Served) -> bool:
    try:
        return digest(unpack(packed, coding)) == served.hash
    except ValueError:
        return False


def canonical(path: str) -> str:
    """A decoded path as ours are spelled: lower case, NFC, as slugs are."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).lower())
