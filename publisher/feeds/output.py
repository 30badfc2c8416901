"""Writes documents into the output folder: whole or not at all, only where bytes differ, each with compressed twins."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from publisher.errors import StoreError
from publisher.feeds.feed import Document, digest
from publisher.feeds.store import Written
from publisher.times import rfc3339, utc

MANIFEST = "feeds/manifest.json"
TWINS: Mapping[str, str] = {"gzip": ".gz", "br": ".br"}
"""What the name of a document's compressed form ends with, by content coding (RFC 9110 8.4.1)."""
_LOCK = "feeds/.lock"
_PART = ".{}.part"
"""What a file is called while it is written. In its own folder: where a hundred thousand files are, making one in a
folder and moving it to another costs a file system ten times as much."""
_STEP = timedelta(seconds=1)
"""If-Modified-Since counts seconds: a change within one must still move the date (RFC 9110 8.8.2.2)."""
_SMALL = 1024
"""Bytes below which a compressed form is not worth a file."""
_AHEAD = 4
"""Documents that wait to be written, for each thread that writes."""


class Output:
    """The folder that feeds are served from, and what we know to have written there."""

    def __init__(self, root: Path, known: Mapping[str, Written], now: datetime, *, full: bool = False) -> None:
        """``known`` is what earlier builds wrote; ``full`` reads every file instead of trusting its size and mtime.

        One at a time for a folder: see ``alone``.
        """
        self.root = root
        self.known = known
        self.current: dict[str, Written] = {}
        """What this build has put or kept; whole after ``finish``."""
        self.written = 0
        self._now = utc(now).replace(microsecond=0)
        self._full = full
        # Compressing leaves the interpreter to others; all else here would only quarrel with them for it.
        threads = min(4, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(threads)
        self._pending: deque[tuple[Written, Future[tuple[int, int]]]] = deque()
        self._most = threads * _AHEAD

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def keep(self, path: str, source: str) -> bool:
        """Whether the file of that path was made from ``source`` and still lies there: then there is nothing to do."""
        known = self.known.get(path)
        if self._full or known is None or known.source != source or not self._untouched(known):
            return False
        self.current[path] = known
        return True

    def put(self, document: Document, source: str) -> None:
        """Writes the document where its bytes differ from the file's, and soon its twins.

        ``document.modified`` counts only in the first build of an empty database, where nothing else is known; later,
        a change is dated now. Raises ``StoreError`` for a folder that cannot be written.
        """
        name, known = digest(document.body), self.known.get(document.path)
        if known and known.hash == name and not self._full and self._untouched(known):
            self.current[document.path] = replace(known, source=source, media_type=document.media_type)
            return
        modified = self._dated(document, name)
        self.written += self._write(document.path, document.body, modified)
        note = Written(
            path=document.path,
            source=source,
            hash=name,
            size=len(document.body),
            media_type=document.media_type,
            modified=modified,
        )
        self._pending.append((note, self._pool.submit(self._twins, document, modified)))
        while len(self._pending) > self._most:
            self._take()

    def _dated(self, document: Document, name: str) -> datetime:
        """When these bytes came to be."""
        known = self.known.get(document.path)
        if known is None:
            return self._now if self.known else min(document.modified, self._now)
        return known.modified if known.hash == name else max(self._now, known.modified + _STEP)

    def hold(self, path: str) -> None:
        """Leaves the file of that path as it is, whatever it was to become."""
        if known := self.known.get(path):
            self.current[path] = known

    def changed(self) -> list[str]:
        """The paths of documents that are new or have other bytes than the build before gave them."""
        found = []
        for path, item in self.current.items():
            known = self.known.get(path)
            if known is None or known.hash != item.hash:
                found.append(path)
        return found

    def drain(self) -> None:
        """Waits until every twin is written."""
        while self._pending:
            self._take()

    def finish(self) -> None:
        """Writes the manifest: after every file that it names, so that who reads it finds them."""
        documents = {
            path: {
                "hash": item.hash,
                "media_type": item.media_type,
                "modified": rfc3339(item.modified),
                "size": item.size,
                "codings": {name: size for name, size in (("gzip", item.gzip), ("br", item.br)) if size},
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
            for ending in TWINS.values():
                file.with_name(file.name + ending).unlink(missing_ok=True)
            if not file.is_file() or digest(file.read_bytes()) != item.hash:
                return False
            file.unlink()
            for folder in file.parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True

    def _take(self) -> None:
        note, twins = self._pending.popleft()
        gzip, br = twins.result()
        self.current[note.path] = replace(note, gzip=gzip, br=br)

    def _twins(self, document: Document, modified: datetime) -> tuple[int, int]:
        """Writes the document's compressed forms; the sizes of gzip and br."""
        return self._twin(document, "gzip", modified), self._twin(document, "br", modified)

    def _twin(self, document: Document, coding: str, modified: datetime) -> int:
        """Writes the document's compressed form; its size, 0 where it is not worth a file."""
        path, body = document.path + TWINS[coding], b""
        if len(document.body) >= _SMALL:
            from publisher.feeds.packed import pack  # a build that changes nothing does without brotli

            body = pack(document.body, coding)
        if not body or len(body) > len(document.body) * 0.9:
            with _errors(self.root / path, "removed"):
                (self.root / path).unlink(missing_ok=True)
            return 0
        self._write(path, body, modified)
        return len(body)

    def _untouched(self, item: Written) -> bool:
        """Whether size and date of the file and its twins are those that we gave them."""
        stamp, place = item.modified.timestamp(), f"{self.root}/{item.path}"
        for ending, size in (("", item.size), (".gz", item.gzip), (".br", item.br)):
            if size or not ending:
                try:
                    found = os.stat(place + ending)  # noqa: PTH116 # a Path costs thrice as much, thousands of times
                except OSError:
                    return False
                if found.st_size != size or found.st_mtime != stamp:
                    return False
        return True

    def _write(self, path: str, body: bytes, modified: datetime | None) -> bool:
        """Whether the file had other bytes; it has these now."""
        file = self.root / path
        with _errors(file, "written"):
            if not _holds(file, body):
                _replace(file, body, modified)
                return True
            if modified and file.stat().st_mtime != modified.timestamp():
                os.utime(file, (modified.timestamp(),) * 2)
        return False


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Waits until no other process builds into the folder, keeps it for itself, and clears what a killed one left."""
    file = root / _LOCK
    with _errors(file, "written"):
        _make(file.parent)
        stream = file.open("ab+")
    with stream:
        with suppress(ImportError):  # not on Windows: there, two builds at once write some files twice
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)  # the kernel lets go of it, however the process ends
        with _errors(root, "cleared"):
            if stream.seek(0, os.SEEK_END):  # whoever had it last could not take its mark away
                for part in (root / "feeds").rglob(_PART.format("*")):
                    part.unlink()
            else:
                stream.write(b"a build is under way\n")
                stream.flush()
        yield
        stream.truncate(0)


def _opened(part: Path) -> BinaryIO:
    try:
        return part.open("wb")
    except FileNotFoundError:
        _make(part.parent)
        return part.open("wb")


def _make(folder: Path) -> None:
    """Makes a folder that other users may read, whatever this one's umask is: the web server is another one."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)  # another thread may be quicker
        each.chmod(0o755)


def _holds(file: Path, body: bytes) -> bool:
    try:
        return file.stat().st_size == len(body) and file.read_bytes() == body
    except FileNotFoundError:
        return False


def _replace(file: Path, body: bytes, modified: datetime | None) -> None:
    """The whole file or the old one, even if we are killed: written beside it, then renamed over it."""
    part = file.with_name(_PART.format(file.name))
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


@contextmanager
def _errors(file: Path, verb: str) -> Iterator[None]:
    try:
        yield
    except IsADirectoryError as error:
        hint = "remove or rename that folder: a file of the feeds belongs there"
        raise StoreError(f"{file} cannot be {verb}: {error.strerror}", hint=hint) from error
    except OSError as error:
        raise StoreError(
            f"{file} cannot be {verb}: {error.strerror}",
            hint="check the owner and the free space of the output folder, then build again: nothing else is lost",
        ) from error
