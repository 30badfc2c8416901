"""Watches the folders of a site, for ``serve``: the only home of watchfiles.

Each folder is watched by itself, and all anew when one comes or goes. Left to watch a tree, the library stops at the
first folder that it may not read, and says nothing when the system's limit cuts off folders that are made later.
Safe to lose events at any time: the build each minute finds what was missed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread
from typing import Any

import watchfiles

from publisher import log
from publisher.config import Config

STEP, LONGEST = 100, 3000
"""Milliseconds: changes are told once nothing more came for a step, in any case after the longest time."""
TICK = 200
"""Milliseconds between two looks at whether the folders themselves came or went, and at config.yaml."""
POLL = 1000
"""Milliseconds between two looks through the folders of a system that tells no changes."""
RETRY = 60.0
"""Seconds until watching is tried again where even that fails."""
PATIENCE = 3
"""Times that new folders are waited for before what has come so far is told."""
_OURS = ("feeds", "media")
"""What we write in the output folder."""
_ENDINGS = ("~", ".swp", ".swx", ".tmp", ".part", ".crdownload", "___jb_tmp___", "___jb_old___")
_STARTS = (".", "@", "~$", "#")
"""Hidden files, a NAS's own, and what editors keep while a file is open."""
Batch = set[tuple[watchfiles.Change, str]]
Source = Callable[..., Iterator[Batch]]


class Kind(StrEnum):
    """What changed."""

    CONTENT = "content"
    """Articles or pictures."""
    TEMPLATES = "templates"
    CONFIG = "config"


Told = Callable[[frozenset[Kind]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is watched, and what in it nobody but this program writes. All paths are absolute."""

    roots: tuple[tuple[Path, Kind], ...]
    """Folders, whether they exist yet or not."""
    config: Path
    own: tuple[Path, ...] = ()
    """Folders and files that we write: a build that these started would start the next one."""
    database: Path | None = None
    """The database's file, beside which its journals lie."""


def places(config: Config) -> Places:
    """What ``serve`` watches for a site."""
    roots = (
        (config.content.path, Kind.CONTENT),
        (config.content.static, Kind.CONTENT),
        (config.root / "assets", Kind.CONTENT),
        (config.templates, Kind.TEMPLATES),
    )
    output, outbox, keys = config.output, config.delivery.folder, config.secrets.keys_file
    written = (output, *(output / name for name in _OURS), outbox, keys)
    _, file, database = config.database.partition("sqlite:///")
    return Places(
        roots=roots,
        config=config.path,
        # Feeds may be written into the very folder that holds the site's pictures: that one is watched all the same.
        own=tuple(path for path in written if not any(root.is_relative_to(path) for root, _ in roots)),
        database=Path(database) if file else None,
    )


def meaning(places: Places, path: Path) -> Kind | None:
    """What a change of the path is a change of; None for what concerns no reader: ours, hidden, an editor's own."""
    within = [(root, kind) for root, kind in places.roots if path.is_relative_to(root)]
    if not within:
        return None
    root, kind = max(within, key=lambda each: len(each[0].parts))
    if any(_passing(name) for name in path.relative_to(root).parts):
        return None
    if any(path.is_relative_to(each) for each in places.own):
        return None
    file = places.database
    if file is not None and path.parent == file.parent and path.name.startswith(file.name):
        return None
    return kind


def _passing(name: str) -> bool:
    """Whether a file of that name is none of the author's: Vim tries whether it may write with 4913."""
    return name.startswith(_STARTS) or name.endswith(_ENDINGS) or name == "4913"


def advice(error: Exception) -> str:
    """What an operator can do about a system that refuses to tell changes."""
    text = str(error)
    if "limit reached" in text or "No space left" in text:
        return "the system's limit of watched folders is reached; raise fs.inotify.max_user_watches, then restart"
    if "Too many open files" in text:
        return "the system's limit of watchers is reached; raise fs.inotify.max_user_instances, then restart"
    return "the system tells no changes here; see what the error names, then restart"


@contextmanager
def following(places: Places, told: Told, *, source: Source = watchfiles.watch) -> Iterator[None]:
    """Tells what changed, from a thread of its own, for as long as the context lasts.

    ``told`` is called once for a burst of changes and never twice at a time: what changes meanwhile makes one more
    call. ``source`` is called as ``watchfiles.watch`` is.
    """
    stop = Event()
    thread = Thread(target=_Watch(places, told, stop, source).run, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class _Watch:
    """Watches until it is stopped."""

    def __init__(self, places: Places, told: Told, stop: Event, source: Source) -> None:
        self._places, self._told, self._stop, self._source = places, told, stop, source
        self._polling = False
        self._troubles: set[str] = set()
        self._roots = {root: _identity(root) for root, _ in places.roots}
        self._all = {kind for _, kind in places.roots}
        self._owed: set[Kind] = set()
        """Changes that are told as soon as the folders are watched again."""
        self._waited = 0
        self._config = self._seen = _stamp(places.config)
        self._text = _text(places.config)

    def run(self) -> None:
        """Returns when it is stopped; an error of the system's costs time, not the watching."""
        while not self._stop.is_set():
            try:
                self._watch(folders(self._places))
            except (OSError, RuntimeError) as error:  # the library's own errors are RuntimeErrors
                self._refused(error)

    def _watch(self, armed: set[str]) -> None:
        """Tells changes in these folders, until there are other folders to watch."""
        fresh = True
        for batch in self._batches(sorted(armed)):
            if self._stop.is_set():
                return
            moved = self._moved(batch, armed)
            if fresh:  # what came between the walk and the watch was told by nobody
                moved |= folders(self._places) ^ armed
                fresh = False
            self._owed |= self._kinds(path for change, path in batch if not _echo(change, path, armed))
            self._owed |= self._configured()
            if moved:  # what changes until the next watch stands is told by nobody, so everything is
                self._owed |= self._all
            if moved and self._waited < PATIENCE:  # files of new folders are still coming: look at those first
                self._waited += 1
                return
            self._waited = 0
            self._tell()
            if moved:
                return

    def _batches(self, armed: list[str]) -> Iterator[Batch]:
        if not armed:
            while not self._stop.wait(TICK / 1000):
                yield set()
            return
        yield from self._source(
            *armed,
            watch_filter=None,
            debounce=LONGEST,
            step=STEP,
            stop_event=self._stop,
            rust_timeout=TICK,
            yield_on_timeout=True,
            force_polling=True if self._polling else None,
            poll_delay_ms=POLL,
            recursive=False,
        )

    def _moved(self, batch: Batch, armed: set[str]) -> set[str]:
        """Folders that are to be watched and are not, or are watched and gone."""
        found = {
            path
            for change, path in batch
            if (path in armed) == (change is watchfiles.Change.deleted)
            and (path in armed or (os.path.isdir(path) and not os.path.islink(path)))  # noqa: PTH112, PTH114 # text
            and meaning(self._places, Path(path))
        }
        for root, last in self._roots.items():
            if (now := _identity(root)) != last:
                found.add(str(root))
                self._roots[root] = now
        return found

    def _kinds(self, paths: Iterable[str]) -> set[Kind]:
        return {kind for path in paths if (kind := meaning(self._places, Path(path)))}

    def _configured(self) -> set[Kind]:
        """Whether config.yaml says something else, once it has stood still for a tick: editors write in two steps."""
        last, self._seen = self._seen, _stamp(self._places.config)
        if self._seen == self._config or self._seen != last:
            return set()
        self._config = self._seen
        text = _text(self._places.config)
        if text is None or text == self._text:
            return set()
        self._text = text
        return {Kind.CONFIG}

    def _tell(self) -> None:
        kinds, self._owed = frozenset(self._owed), set()
        if not kinds:
            return
        try:
            self._told(kinds)
        except Exception as error:  # noqa: BLE001 # whatever went wrong with one change, the next one is told
            log.trouble("job.failed", error, job="watch")

    def _refused(self, error: Exception) -> None:
        """Looks through the folders from now on; where even that is refused, tries again later."""
        if isinstance(error, FileNotFoundError):  # a folder went between the walk and the watch
            self._stop.wait(TICK / 1000)
        elif not self._polling:
            self._polling = True
            log.warning("watch.polling", error=str(error), hint=advice(error), every=f"{POLL / 1000:g} s")
        else:
            if str(error) not in self._troubles:
                self._troubles.add(str(error))
                log.trouble("watch.failed", error, hint="changes are found by the build each minute")
            self._stop.wait(RETRY)
        self._owed |= self._all


def _echo(change: watchfiles.Change, path: str, armed: set[str]) -> bool:
    """Whether it says only that something in a watched folder changed: that tells of itself."""
    return change is watchfiles.Change.modified and path in armed


def folders(places: Places) -> set[str]:
    """Every folder to be watched now; links to folders are not followed, as the scan does not follow them."""
    found: set[str] = set()
    stack = [str(root) for root, _ in places.roots if root.is_dir()]
    while stack:
        folder = stack.pop()
        if folder in found:
            continue
        with suppress(OSError):  # it went, or may not be read: the scan reports it by its name
            with os.scandir(folder) as listing:
                inner = [item.path for item in listing if item.is_dir(follow_symlinks=False)]
            found.add(folder)
            stack += [path for path in inner if meaning(places, Path(path))]
    return found


def _identity(root: Path) -> tuple[int, int] | None:
    """Which folder it is: another one of the same name, or behind a changed link, is another."""
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(file: Path) -> Any:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _text(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
