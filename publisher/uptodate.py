"""Whether a build could find anything to do: the record that the last one left.

What a build does follows from files, environment and time. It vouches for the state of all that it reads as that was
*before* it began, and of all that it wrote as that was after: whoever meets both again, before the next article
appears or expires, need not build. What was changed meanwhile for it to read makes another state.

The answer must come before half a second of imports: only the standard library is used here, and of the site nothing
is read but config.yaml, the record and the stat of each file. Any doubt is a build. The record is a cache: it may be
deleted at any time, and one that cannot be read or written is none.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from publisher import __version__

PLACE = ("var", "build.json")
"""The record's folder and name, beside config.yaml."""
MOST = 150_000
"""Files: where there are more, looking at them all takes longer than most builds."""
FINE_NS, COARSE_NS = 100_000_000, 2_000_000_000
"""A younger file may change again without a trace in its times: they go by a kernel's ticks, on FAT by 2 s."""
_STEP_NS = 10_000_000
"""No time that is told in steps as coarse as FAT's and HFS's has a remainder."""
_VARIABLE = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PACKAGE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 # text: a Path costs more than a stat
_PARENT = os.path.dirname(_PACKAGE)  # noqa: PTH120
_PASSED = frozenset({".git", "__pycache__", ".lock", ".parts"})
"""What changes though no build reads it: compiled modules, and what a build itself works with in the output folder."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Absolute paths of what a build reads, beside config.yaml and the program, and of what it writes.

    Whether they exist or not.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    made: tuple[str, ...]
    """The folders that it writes into, and its database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen at one moment of all that a build reads."""

    watched: Watched
    digest: str
    """Equal where nothing changed."""
    settled: bool
    """Whether every later change of any file shows in the digest: none is very young."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a build left behind."""

    watched: Watched
    digest: str
    """Of what it began with."""
    made: str
    """Of what it ended with."""
    since: datetime
    until: datetime | None
    """From then on an article appears or expires; None: no time changes anything."""
    told: Mapping[str, Any]
    """What it said, as JSON has it."""

    def holds(self, sight: Sight | None, now: datetime) -> bool:
        """Whether a build at ``now`` could only say the same again. A clock that was put back proves nothing."""
        if sight is None or sight.digest != self.digest or now < self.since:
            return False
        return (self.until is None or now < self.until) and made(self.watched) == self.made


class _ManyError(Exception):
    """There are too many files to look at."""


def recall(config: Path) -> Record | None:
    """The record of the site of this config file; None where there is none that can be understood."""
    try:
        seal, _, text = _place(config).read_text(encoding="utf-8").partition("\n")
        if seal != _seal(text):
            return None
        data = json.loads(text)
        return Record(
            watched=Watched(**{name: tuple(paths) for name, paths in data["watched"].items()}),
            digest=data["digest"],
            made=data["made"],
            since=datetime.fromisoformat(data["since"]),
            until=datetime.fromisoformat(data["until"]) if data["until"] else None,
            told=data["told"],
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # of another version, or damaged: the build that follows makes a new one


def keep(config: Path, record: Record) -> None:
    """Writes the record, readable by its owner alone."""
    text = json.dumps(asdict(record), default=lambda moment: moment.isoformat())
    file = _place(config)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):  # without a record every build is a whole one: nothing is lost
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(f"{_seal(text)}\n{text}")
        new.replace(file)


def see(config: Path, watched: Watched, environ: Mapping[str, str]) -> Sight | None:
    """What there is to read now: program, config, the variables it names, and each file.

    None where it cannot be told, as of a folder that may not be read.
    """
    own = _place(config)
    look = _Look(clock=_file_system_now(own), own=(str(own.parent), own.name))
    try:
        look.text(f"{__version__} {sys.version}", *_libraries())
        for folder in dict.fromkeys((_PACKAGE, f"{_PARENT}/subscribers", f"{_PARENT}/templates")):
            look.folder(folder)
        source = config.read_bytes()
        look.text(str(config.absolute()), source.decode("utf-8", "replace"))
        look.text(*(environ.get(name.decode(), "\0") for name in _VARIABLE.findall(source)))
        for file in watched.files:
            look.file(file)
        for folder in watched.folders:
            look.folder(folder)
    except (OSError, _ManyError):
        return None
    return Sight(watched=watched, digest=look.digest.hexdigest(), settled=look.settled)


def made(watched: Watched) -> str:
    """What a build has written, as it lies there now; empty where that cannot be told."""
    look = _Look(clock=0, own=("", ""))
    try:
        for path in watched.made:
            look.folder(path) if os.path.isdir(path) else look.file(path)  # noqa: PTH112
    except (OSError, _ManyError):
        return ""
    return look.digest.hexdigest()


def _place(config: Path) -> Path:
    return config.absolute().parent.joinpath(*PLACE)


def _seal(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _libraries() -> Iterator[str]:
    """What changes when a library is installed, updated or removed: the folder in which they all lie."""
    for path in sys.path:
        if path.endswith("-packages"):
            yield f"{path} {os.stat(path).st_mtime_ns}"  # noqa: PTH116


def _file_system_now(own: Path) -> int:
    """The file system's own time in nanoseconds; 0 where nothing can be written: every file is young then."""
    # Stamps are compared with stamps, never with a clock: that of a file server may differ.
    probe = own.with_name(f"{own.name}.{os.getpid()}")
    with suppress(OSError):
        probe.parent.mkdir(exist_ok=True)
        handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            return os.fstat(handle).st_ctime_ns
        finally:
            os.close(handle)
            probe.unlink()
    return 0


class _Look:
    """A walk over files in which their stats become one digest."""

    def __init__(self, *, clock: int, own: tuple[str, str]) -> None:
        self.digest = blake2b(digest_size=16)
        self.settled = True
        self._clock = clock
        self._own = own
        self._count = 0
        self._followed: set[tuple[int, int]] = set()

    def text(self, *parts: str) -> None:
        """Adds texts."""
        for part in parts:
            data = part.encode("utf-8", "surrogateescape")
            self.digest.update(b"%d:%b" % (len(data), data))

    def file(self, path: str) -> None:
        """Adds one file, or that it is not there."""
        try:
            stat = os.stat(path)  # noqa: PTH116
        except FileNotFoundError:
            self.text(path, "absent")
            return
        self.text(path, _stamp(stat))
        self._age(stat.st_ctime_ns)

    def folder(self, root: str) -> None:
        """Adds every file of a folder, also behind links, or that it is not there. Raises ``OSError``."""
        if not os.path.isdir(root):  # noqa: PTH112
            self.text(root, "absent")
            return
        stack = [root]
        while stack:
            inner = stack.pop()
            with os.scandir(inner) as listing:
                lines = list(self._lines(listing, inner, stack))
            self._count += len(lines)
            if self._count > MOST:
                raise _ManyError
            # The order of a listing is the file system's own affair.
            self.text(inner, "\0".join(sorted(lines)))

    def _lines(self, listing: Iterator[os.DirEntry[str]], folder: str, stack: list[str]) -> Iterator[str]:
        """A line for each entry; folders to look through are put on the stack."""
        own = self._own[1] if folder == self._own[0] else None
        newest = 0
        for item in listing:
            name = item.name
            if name in _PASSED:
                continue
            if item.is_dir(follow_symlinks=False):
                stack.append(item.path)
                yield f"{name}/"
            elif own is None or not name.startswith(own):
                stat = item.stat(follow_symlinks=False)
                newest = max(newest, stat.st_ctime_ns)
                yield f"{name}\0{_stamp(stat)}"
                if item.is_symlink():
                    yield f"{name}\0{self._behind(item, stack)}"
        self._age(newest)

    def _behind(self, item: os.DirEntry[str], stack: list[str]) -> str:
        """What a link leads to; a folder is looked through once, however many links lead to it."""
        try:
            stat = item.stat()
        except OSError:  # it leads nowhere, or to itself
            return "nowhere"
        if not item.is_dir():
            self._age(stat.st_ctime_ns)
            return _stamp(stat)
        if (stat.st_dev, stat.st_ino) not in self._followed:
            self._followed.add((stat.st_dev, stat.st_ino))
            stack.append(item.path)
        return "folder"

    def _age(self, changed: int) -> None:
        """Takes note of a file that changed a moment ago.

        The time of a file's text can be set to anything, that of its last change cannot.
        """
        if changed + (FINE_NS if changed % _STEP_NS else COARSE_NS) > self._clock:
            self.settled = False


def _stamp(stat: os.stat_result) -> str:
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}"
