"""Writes documents into the output folder: whole or not at all, and only where bytes differ."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from publisher.errors import StoreError
from publisher.feeds.feed import Document, digest
from publisher.feeds.store import Written
from publisher.times import rfc3339, utc

MANIFEST = "feeds/manifest.json"
_STEP = timedelta(seconds=1)
"""If-Modified-Since counts seconds: a change within one must still move the date (RFC 9110 8.8.2.2)."""


class Output:
    """The folder that feeds are served from, and what we know to have written there."""

    def __init__(self, root: Path, known: Mapping[str, Written], now: datetime, *, full: bool = False) -> None:
        """``known`` is what earlier builds wrote; ``full`` reads every file instead of trusting its size and mtime."""
        self.root = root
        self.known = known
        self.current: dict[str, Written] = {}
        """What this build has put or kept."""
        self.written = 0
        self._now = utc(now).replace(microsecond=0)
        self._full = full

    def keep(self, path: str, source: str) -> bool:
        """Whether the file of that path was made from ``source`` and still lies there: then there is nothing to do."""
        known = self.known.get(path)
        if self._full or known is None or known.source != source or not self._untouched(known):
            return False
        self.current[path] = known
        return True

    def put(self, document: Document, source: str) -> None:
        """Writes the document where its bytes differ from the file's.

        ``document.modified`` counts only in the first build of an empty database, where nothing else is known; later,
        a change is dated now. Raises ``StoreError`` for a folder that cannot be written.
        """
        name, known = digest(document.body), self.known.get(document.path)
        if known and known.hash == name:
            modified = known.modified
        elif known:
            modified = max(self._now, known.modified + _STEP)
        else:
            modified = self._now if self.known else min(document.modified, self._now)
        note = Written(
            path=document.path,
            source=source,
            hash=name,
            size=len(document.body),
            media_type=document.media_type,
            modified=modified,
        )
        if self._full or known is None or known.hash != name or not self._untouched(note):
            self._write(document.path, document.body, modified)
        self.current[document.path] = note

    def finish(self) -> None:
        """Writes the manifest: after every file that it names, so that who reads it finds them."""
        documents = {
            path: {
                "hash": item.hash,
                "media_type": item.media_type,
                "modified": rfc3339(item.modified),
                "size": item.size,
            }
            for path, item in sorted(self.current.items())
        }
        version = digest(json.dumps(documents, ensure_ascii=False).encode())
        text = json.dumps({"version": version, "documents": documents}, ensure_ascii=False, indent=1)
        self._write(MANIFEST, text.encode() + b"\n", None)

    def changes(self) -> list[Written]:
        """What this build knows otherwise than the builds before."""
        return [item for path, item in self.current.items() if self.known.get(path) != item]

    def gone(self) -> list[Written]:
        """What earlier builds wrote and this one did not."""
        return [item for path, item in self.known.items() if path not in self.current]

    def remove(self, item: Written) -> bool:
        """Takes away a file that we wrote, and its folder once empty. One that somebody changed since stays."""
        file = self.root / item.path
        with _errors(file, "removed"):
            if not file.is_file() or digest(file.read_bytes()) != item.hash:
                return False
            file.unlink()
            for folder in file.parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True

    def _untouched(self, item: Written) -> bool:
        try:
            found = (self.root / item.path).stat()
        except OSError:
            return False
        return found.st_size == item.size and found.st_mtime == item.modified.timestamp()

    def _write(self, path: str, body: bytes, modified: datetime | None) -> None:
        file = self.root / path
        with _errors(file, "written"):
            if not _holds(file, body):
                _replace(file, body, modified)
                self.written += 1
            elif modified and file.stat().st_mtime != modified.timestamp():
                os.utime(file, (modified.timestamp(),) * 2)


def _holds(file: Path, body: bytes) -> bool:
    try:
        return file.stat().st_size == len(body) and file.read_bytes() == body
    except FileNotFoundError:
        return False


def _replace(file: Path, body: bytes, modified: datetime | None) -> None:
    """The whole file or the old one, even if we are killed: written beside it, then renamed over it."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with _opened(part) as stream:
            stream.write(body)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)  # the web server is another user
            if modified:  # nginx makes Last-Modified of it
                os.utime(stream.fileno(), (modified.timestamp(),) * 2)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _opened(part: Path) -> BinaryIO:
    try:
        return part.open("wb")
    except FileNotFoundError:
        part.parent.mkdir(parents=True, exist_ok=True)
        return part.open("wb")


@contextmanager
def _errors(file: Path, verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{file} cannot be {verb}: {error.strerror}",
            hint="check the owner and the free space of the output folder, then build again: nothing else is lost",
        ) from error
