"""Looks through the content folder and brings the index up to date: unchanged files are not read again."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from publisher.config import Config
from publisher.content import images, parse, rules
from publisher.content.article import Problem
from publisher.content.assemble import Identity, assemble
from publisher.content.images import Roots
from publisher.content.index import Index
from publisher.content.rules import Rules
from publisher.content.store import ContentStore, Reading, Seen
from publisher.db.engine import Database
from publisher.errors import ConfigError

BATCH = 250
"""Files a transaction: the database stays free for others, and few bodies are in memory at once."""
RACY_NS = 2_000_000_000
"""FAT and NFS tell times in steps of up to 2 s: a younger file may change again without a trace in its stamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan found."""

    files: int
    """Markdown files in the folder."""
    articles: int
    """Articles in the index, drafts and future ones included."""
    changed: int
    """Files that were new or had to be parsed anew."""
    removed: int
    """Files that are gone."""
    problems: tuple[Problem, ...]
    """Everything that is wrong now, old problems included."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A Markdown file that the walk found."""

    path: str
    file: str
    stamp: str
    young: int
    """Nanoseconds of its last change of any kind."""


@dataclass(slots=True)
class _Walk:
    """The files of a folder, and the places that could not be looked at."""

    root: Path
    ignored: re.Pattern[str]
    entries: dict[str, _Entry] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def scan(
    config: Config,
    database: Database,
    now: datetime,
    *,
    full: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ScanReport:
    """Brings the index up to date with the content folder and says what was found.

    A file that cannot become an article is a problem in the report, and its last good version stays. ``full`` parses
    every file anew; ``progress`` is called with the number of files done and of all to be read. Raises ``ConfigError``
    where there is no such folder: nothing is removed then.
    """
    reader = _Reader(config, now, ContentStore(database), full=full)
    walk = _walk(config.content.path, _ignored(config.content.ignore))
    due = [entry for entry in walk.entries.values() if reader.due(entry)]
    changed = 0
    for batch in _batches(due):
        changed += reader.read(batch)
        if progress:
            progress(min(changed, len(due)), len(due))
    removed = reader.forget(walk)
    return ScanReport(
        files=len(walk.entries),
        articles=reader.store.finish(),
        changed=changed,
        removed=removed,
        problems=tuple(Index(database).problems()),
    )


class _Reader:
    """One scan: what was known before it, and by which rules it reads."""

    def __init__(self, config: Config, now: datetime, store: ContentStore, *, full: bool) -> None:
        self.now, self.store, self.full = now, store, full
        self.rules: Rules = rules.of(config)
        self.roots = Roots(
            content=config.content.path,
            static=config.content.static,
            assets=config.root / "assets",
            site=config.site.url,
        )
        self.known: dict[str, Seen] = store.files(self.rules.fingerprint)
        self.fresh = store.fresh()
        self.clock = file_system_now()
        self.order = {key: position for position, key in enumerate(config.topics)}

    def due(self, entry: _Entry) -> bool:
        """Whether a file must be read: it or its picture changed, or may have."""
        seen = self.known.get(entry.path)
        if seen is None or self.full or not seen.current or seen.racy or seen.stamp != entry.stamp:
            return True
        return not self._same_image(entry.path, seen)

    def _same_image(self, path: str, seen: Seen) -> bool:
        return not seen.image or images.stamp(self.roots, path, seen.image) == seen.image_stamp

    def read(self, batch: Sequence[_Entry]) -> int:
        """Reads files and stores what came of them; the number of those parsed anew."""
        identities = self.store.identities([entry.path for entry in batch])
        readings = [self._reading(entry, identities.get(entry.path)) for entry in batch]
        kept = [reading for reading in readings if reading is not None]
        self.store.keep(kept, self.rules.fingerprint, lambda key: self.order.get(key, len(self.order)))
        return sum(not reading.unchanged for reading in kept)

    def _reading(self, entry: _Entry, identity: Identity | None) -> Reading | None:
        racy = entry.young + RACY_NS > self.clock
        try:
            with open(entry.file, "rb") as stream:  # noqa: PTH123 # a Path costs as much as the reading
                data = stream.read(parse.MAX_BYTES + 1)
        except FileNotFoundError:
            return None  # it went between the walk and now: the next scan forgets it
        except OSError as error:
            problem = _unreadable(entry.path, error)
            return Reading(path=entry.path, stamp="", racy=True, digest="", problems=(problem,), again=True)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        seen = self.known.get(entry.path)
        if seen and not self.full and seen.current and seen.digest == digest and self._same_image(entry.path, seen):
            return Reading(path=entry.path, stamp=entry.stamp, racy=racy, digest=digest, unchanged=True)
        parsed = parse.parse(data, entry.path, self.rules)
        base = Reading(path=entry.path, stamp=entry.stamp, racy=racy, digest=digest, problems=parsed.problems)
        if parsed.draft is None:
            return base
        made = assemble(
            parsed.draft, self.rules, self.roots, digest=digest, known=identity, now=self.now, fresh=self.fresh
        )
        if isinstance(made, Problem):
            return _with(base, problems=(*parsed.problems, made))
        return _with(base, assembled=made, problems=(*parsed.problems, *made.problems))

    def forget(self, walk: _Walk) -> int:
        """Drops what is no longer there, but nothing below a folder that could not be read; the number of files."""
        closed = tuple(f"{path}/" for path in walk.problems)
        gone = [path for path in self.known if path not in walk.entries and not path.startswith(closed)]
        if gone:
            self.store.remove(gone)
        for path, problem in walk.problems.items():
            self.store.replace_problems(path, [problem])
        files = self.known.keys() | walk.entries.keys() | walk.problems.keys()
        for path in self.store.problem_paths() - files:
            self.store.replace_problems(path, [])
        return len(gone)


def _with(reading: Reading, **changes: object) -> Reading:
    from dataclasses import replace

    return replace(reading, **changes)  # type: ignore[arg-type] # names and values stand in the two calls above


def file_system_now() -> int:
    """The file system's own time in nanoseconds: what a file written now is stamped with."""
    # Stamps are compared with stamps, never with a clock: `now` may be pretended.
    with tempfile.TemporaryFile() as probe:
        return os.fstat(probe.fileno()).st_mtime_ns


def _batches(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _walk(root: Path, ignored: re.Pattern[str]) -> _Walk:
    """All Markdown files below the root; folders are looked at one after another, links to folders never."""
    if not root.is_dir():
        raise ConfigError(f"content.path: {root} is no folder", hint="make it, or name another one in config.yaml")
    walk = _Walk(root, ignored)
    stack = [(str(root), "")]
    while stack:
        folder, inner = stack.pop()
        try:
            with os.scandir(folder) as listing:
                items = sorted(listing, key=lambda item: item.name)
        except OSError as error:
            walk.problems[inner.rstrip("/") or "."] = _unreadable(inner.rstrip("/") or ".", error)
            continue
        for item in items:
            path = inner + unicodedata.normalize("NFC", item.name)
            if item.name.startswith((".", "@")) or ignored.fullmatch(path):
                continue
            if item.is_dir(follow_symlinks=False):
                stack.append((item.path, path + "/"))
            elif path.lower().endswith((".md", ".markdown")):
                _add(walk, item, path)
    return walk


def _add(walk: _Walk, item: os.DirEntry[str], path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "replace").decode()
        message = "the file's name is not UTF-8; rename it"
        walk.problems[shown] = Problem(path=shown, code="name-not-utf-8", message=message)
        return
    try:
        if item.is_symlink() and not Path(item.path).resolve().is_relative_to(walk.root.resolve()):
            return
        if not item.is_file():
            return
        stat = item.stat()
    except OSError as error:
        walk.problems[path] = _unreadable(path, error)
        return
    stamp = f"{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_size}:{stat.st_ino}"
    walk.entries.setdefault(path, _Entry(path, item.path, stamp, max(stat.st_mtime_ns, stat.st_ctime_ns)))


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(
        path=path, code="unreadable", message=f"cannot be read ({error.strerror}); check owner and permissions"
    )


def _ignored(patterns: Sequence[str]) -> re.Pattern[str]:
    """One expression for all patterns: ``*`` within a name, ``**`` across folders; without a slash at any depth."""
    return re.compile("|".join(_glob(pattern) for pattern in patterns) or r"(?!)")


def _glob(pattern: str) -> str:
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    pieces = re.split(r"(\*\*/?|\*|\?)", pattern.strip("/"))
    table = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(table.get(piece, re.escape(piece)) for piece in pieces)
