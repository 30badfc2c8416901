"""Looks through the content folder and brings the index up to date: heads of changed files are read, nothing else."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from publisher.config import Config
from publisher.content import crew, identity, place, rules
from publisher.content.article import Problem
from publisher.content.index import Index
from publisher.content.outline import Facts, File, Outline, outlines, stamp, unreadable
from publisher.content.rules import Rules
from publisher.content.store import ContentStore, Memory, State
from publisher.db.engine import Database
from publisher.errors import ConfigError

BATCH = 250
"""Files read at a time: few enough that all cores end at once."""
MANY_GONE = 20
"""Articles that do not go all at once but by a disk that is not there."""
KEPT = 2000
"""Files a transaction: each commit waits for the disk, and the database stays free for others."""
WORTH = 3000
"""Files that are worth another process."""
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


def scan(
    config: Config,
    database: Database,
    now: datetime,
    *,
    full: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ScanReport:
    """Brings the index up to date with the content folder and says what was found.

    A file that cannot become an article is a problem in the report, and its last good version stays. ``full`` reads
    the head of every file anew; ``progress`` is called with the number of files done and of all to be read. Raises
    ``ConfigError`` where there is no such folder: nothing is removed then.
    """
    store, by = ContentStore(database), rules.of(config)
    walk = _Walk(config.content.path, _ignored(config.content.ignore))
    clock = file_system_now()
    due, gone, files = _compared(walk, store, by.fingerprint, full=full)
    if not files and len(gone) >= MANY_GONE and not full:
        gone = []
        message = (
            "the folder is empty, and held many articles before: none is taken away; mount the folder again, "
            "or run 'publisher build --full' if they are gone"
        )
        walk.problems["."] = Problem(path=".", code="content-gone", message=message, line=1)
    store.remove(gone)  # first: a file that moved is known by what is gone
    _complain(walk, store)
    reader = _Reader(store, by, now, clock, frozenset(file.path for file in due))
    done = 0
    batch: list[Outline] = []
    for read in crew.spread(outlines, _batches(due), by, children=_children(len(due))):
        batch += read
        done += len(read)
        if len(batch) >= KEPT:
            reader.keep(batch)
            batch = []
        if progress:
            progress(done, len(due))
    reader.keep(batch)
    return ScanReport(
        files=files,
        articles=store.finish(),
        changed=done,
        removed=len(gone),
        problems=tuple(Index(database).problems()),
    )


def _children(files: int) -> int:
    """How many child interpreters are worth the quarter of a second that each takes to start."""
    return min(crew.cores() - 1, crew.MOST, files // WORTH)


def _compared(walk: _Walk, store: ContentStore, fingerprint: str, *, full: bool) -> tuple[list[File], list[str], int]:
    """The files to be read, the paths that are gone, and the number of files: two sorted lists, merged."""
    due: list[File] = []
    gone: list[str] = []
    count = 0
    known = store.files(fingerprint)
    seen = next(known, None)
    for file in walk.files():
        count += 1
        while seen is not None and seen.path < file.path:
            gone.append(seen.path)
            seen = next(known, None)
        if seen is None or seen.path != file.path:
            due.append(file)
            continue
        if full or not seen.current or seen.racy or seen.stamp != _mark(file):
            due.append(file)
        seen = next(known, None)
    while seen is not None:
        gone.append(seen.path)
        seen = next(known, None)
    # Nothing is gone below a folder that could not be looked at.
    closed = tuple("" if path == "." else f"{path}/" for path in walk.problems)
    gone = [path for path in gone if path not in walk.problems and not path.startswith(closed)]
    # What another process found while this one walked is new, not gone.
    return due, [path for path in gone if not os.path.lexists(f"{walk.root}/{path}")], count


def _mark(file: File) -> str:
    """The stamp of a file; none where it cannot be had: whoever reads the file learns why."""
    try:
        return stamp(os.stat(file.file))  # noqa: PTH116 # a Path costs more than the stat
    except OSError:
        return ""


def _complain(walk: _Walk, store: ContentStore) -> None:
    """Keeps what is wrong with folders, and drops what no longer is."""
    for path, problem in walk.problems.items():
        store.replace_problems(path, [problem])
    for path in store.strays() - walk.problems.keys():
        store.replace_problems(path, [])


class _Reader:
    """Keeps what was read in one scan: ids are remembered or minted here."""

    def __init__(self, store: ContentStore, by: Rules, now: datetime, clock: int, due: frozenset[str]) -> None:
        self._store, self._rules, self._now, self._clock, self._due = store, by, now, clock, due
        self._fingerprint = by.fingerprint
        self._fresh = store.fresh()

    def keep(self, batch: Sequence[Outline]) -> None:
        known = {} if self._fresh else self._store.memories([outline.path for outline in batch])
        moved = {} if self._fresh else self._moved(batch, known)
        left = {memory.path for memory in moved.values()}  # what is found there now is another article
        known = {path: memory for path, memory in known.items() if path not in left}
        good, broken = [], []
        minted = self._minted(batch, known, moved)
        for outline in batch:
            common = {
                "path": outline.path,
                "stamp": outline.stamp,
                "racy": outline.young + RACY_NS > self._clock,
                "fingerprint": "" if outline.again else self._fingerprint,
            }
            if outline.facts is None:
                broken.append(common | _BROKEN)
            else:
                memory = moved.get(outline.path) or known.get(outline.path)
                good.append(common | self._row(outline.facts, minted[outline.path], memory))
        self._store.keep(
            good,
            broken,
            moved,
            {outline.path: outline.problems for outline in batch},
        )

    def _moved(self, batch: Sequence[Outline], known: dict[str, Memory]) -> dict[str, Memory]:
        """Files that are known under another path: that of a file that is gone, or holds another article now.

        An article is the same where title and date are: files that are renumbered change places.
        """
        fresh = [(each.path, each.facts) for each in batch if each.facts and _is_new(each.facts, known.get(each.path))]
        if not fresh:
            return {}
        before = self._store.gone([facts.title for _, facts in fresh])
        for path, _ in fresh:
            if (memory := known.get(path)) and memory.state is not State.GONE:
                before.setdefault((memory.title, memory.published), []).append(memory)
        moved: dict[str, Memory] = {}
        for path, facts in fresh:
            same = before.get((facts.title, facts.published), [])
            # Which of several it is nobody knows; and what is there itself has not moved.
            if len(same) == 1 and (same[0].state is not State.GONE or same[0].path not in self._due):
                moved[path] = same.pop()
        return moved

    def _minted(self, batch: Sequence[Outline], known: dict[str, Memory], moved: dict[str, Memory]) -> dict[str, str]:
        """The ids of articles by path: remembered, else new; numbered where a file that moved away took its own."""
        found: dict[str, str] = {}
        new: dict[str, str] = {}
        for each in batch:
            memory = moved.get(each.path) or known.get(each.path)
            if memory and memory.minted:
                found[each.path] = memory.minted
            elif each.facts is not None:
                day = each.facts.published or self._now
                new[each.path] = identity.tag(self._rules.site, self._rules.zone, day, place.key(each.path))
        others = set(found.values())
        taken = {} if self._fresh else self._store.taken(new)
        while taken or others & set(new.values()):
            new = {path: f"{id}-2" if id in taken or id in others else id for path, id in new.items()}
            taken = self._store.taken(new)
        return found | new

    def _row(self, facts: Facts, minted: str, memory: Memory | None) -> dict[str, Any]:
        site, zone = self._rules.site, self._rules.zone
        published = facts.published or self._now
        # Before it is shown nobody can see it, however early its file lies there.
        shown = max(facts.appears or published, published if self._fresh else self._now)
        first = memory.first_seen if memory else None
        if first is not None:
            # It may come earlier than was planned; and where it has not come yet, later.
            first = shown if first > self._now else first
        elif not facts.withheld:  # a draft is remembered from the day it is published
            first = shown
        return {
            "state": State.WITHHELD.value if facts.withheld else State.SHOWN.value,
            "minted": minted if first else "",
            "guid": identity.declared(facts.declared, site, zone, published) or minted,
            "url": facts.url,
            "title": facts.title,
            "published": facts.published,
            "appears": facts.appears,
            "first_seen": first,
            "expires": facts.expires,
            "line": facts.line,
            "more": facts.more,
        }


_BROKEN: dict[str, Any] = {
    "state": State.BROKEN.value,
    "minted": "",
    "guid": "",
    "url": "",
    "title": "",
    "published": None,
    "appears": None,
    "first_seen": None,
    "expires": None,
    "line": 1,
    "more": "{}",
}


def _is_new(facts: Facts, memory: Memory | None) -> bool:
    """Whether a file may hold another article than the one remembered at its path, if any."""
    if not facts.published:
        return False
    return memory is None or not memory.title or (memory.title, memory.published) != (facts.title, facts.published)


def file_system_now() -> int:
    """The file system's own time in nanoseconds: what a file written now is stamped with."""
    # Stamps are compared with stamps, never with a clock: `now` may be pretended.
    try:
        with tempfile.TemporaryFile() as probe:
            return os.fstat(probe.fileno()).st_mtime_ns
    except OSError:
        return 0  # nowhere to write: every file is taken for young, and looked at again


def _batches(files: Sequence[File]) -> Iterator[list[File]]:
    rest = iter(files)
    while batch := list(islice(rest, BATCH)):
        yield batch


@dataclass(slots=True)
class _Walk:
    """A folder's Markdown files, and the places that could not be looked at."""

    root: Path
    ignored: re.Pattern[str]
    problems: dict[str, Problem] = field(default_factory=dict)

    def files(self) -> Iterator[File]:
        """The files in the order of their paths; links to folders are never followed."""
        if not self.root.is_dir():
            raise ConfigError(
                f"content.path: {self.root} is no folder", hint="make it, or name another one in config.yaml"
            )
        stack = [(str(self.root), "", True)]
        last = ""
        while stack:
            place, path, folder = stack.pop()
            if folder:
                stack += reversed(self._within(place, path))
            elif path != last:
                last = path  # two names that are one in NFC are one file
                yield File(path, place)

    def _within(self, folder: str, inner: str) -> list[tuple[str, str, bool]]:
        """The folders and Markdown files in a folder: place, path (of a folder with its slash), whether a folder."""
        try:
            with os.scandir(folder) as listing:
                items = sorted(listing, key=attrgetter("name"))
        except OSError as error:
            self._trouble(unreadable(inner.rstrip("/") or ".", error))
            return []
        if not all(item.name.isascii() for item in items):
            # Of two names that are one in NFC that counts which is written so.
            items.sort(key=lambda item: not unicodedata.is_normalized("NFC", item.name))
        found: dict[str, tuple[str, str, bool]] = {}
        for item in items:
            name = item.name
            path = inner + (name if name.isascii() else unicodedata.normalize("NFC", name))
            if name[0] in ".@" or self.ignored.fullmatch(path):
                continue
            try:
                kind = self._kind(item, path)
            except (OSError, RuntimeError) as error:  # a link that leads to itself
                self._trouble(unreadable(path, error))
                continue
            if kind is not None and path + kind in found:
                message = "another name here differs from this one only in how its accents are written; rename one"
                self._trouble(Problem(path=inner + name, code="name-twice", message=message, line=1))
            elif kind is not None:
                found[path + kind] = (item.path, path + kind, bool(kind))
        # With its slash a folder stands where its files do among all paths.
        return sorted(found.values(), key=itemgetter(1))

    def _kind(self, item: os.DirEntry[str], path: str) -> str | None:
        """What the path of an entry ends in: a folder's in a slash, a Markdown file's in nothing; else None."""
        if item.is_dir(follow_symlinks=False):
            return "/"
        return "" if path.lower().endswith((".md", ".markdown", ".mdown")) and self._allowed(item, path) else None

    def _trouble(self, problem: Problem) -> None:
        """Keeps what is wrong with a place, whose name may be no UTF-8."""
        path = problem.path.encode("utf-8", "replace").decode()
        self.problems[path] = replace(problem, path=path)

    def _allowed(self, item: os.DirEntry[str], path: str) -> bool:
        """Whether it is a file with a name that can be kept, and leads not out of the root."""
        try:
            path.encode()
        except UnicodeEncodeError:
            message = "the file's name is not UTF-8; rename it"
            self._trouble(Problem(path=path, code="name-not-utf-8", message=message))
            return False
        if item.is_symlink() and not Path(item.path).resolve().is_relative_to(self.root.resolve()):
            return False
        return item.is_file()


def _ignored(patterns: Sequence[str]) -> re.Pattern[str]:
    """One expression for all patterns: ``*`` within a name, ``**`` across folders; without a slash at any depth."""
    return re.compile("|".join(_glob(pattern) for pattern in patterns) or r"(?!)")


def _glob(pattern: str) -> str:
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    pieces = re.split(r"(\*\*/?|\*|\?)", pattern.strip("/"))
    table = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(table.get(piece, re.escape(piece)) for piece in pieces)
