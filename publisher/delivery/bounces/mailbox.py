"""Returned mail on this machine: a Maildir, an mbox file, a single message, a pipe; one message at a time."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from publisher.errors import NotFoundError, StoreError

CAP = 1_000_000
"""Octets of a message that are read: what a report has to say stands at its beginning."""
_LINE = 65_536
_FROM = re.compile(rb"From [^\r\n]{0,300}\b\d{1,2}:\d\d\b[^\r\n]{0,40}\b\d{4}\b")
"""The line between two messages; a sentence of a mail that begins with "From" has no such date."""
_QUOTED = re.compile(rb">+From ")
_HINT = "check its owner and permissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A message that came back, as far as ``CAP``."""

    raw: bytes
    name: str
    """Where it lies, as people may look for it."""
    done: Callable[[], None]
    """Marks it as read, once its reports are kept. Raises ``StoreError`` or ``TransportError`` where it cannot."""
    trouble: str = ""
    """Why this one could not be read: then ``raw`` is empty, and ``done`` marks nothing."""


def at(path: Path, *, again: bool = False) -> Iterator[Returned]:
    """The messages of a Maildir, an mbox file or a single message, whichever the path is.

    Raises ``NotFoundError`` where it is none, ``StoreError`` where it cannot be read.
    """
    if not os.path.lexists(path):
        raise NotFoundError(f"there is no {path}", hint="name an mbox file, a Maildir, a file of one message, or -")
    if path.is_dir():
        yield from maildir(path, again=again)
        return
    try:
        with path.open("rb") as file:
            yield from stream(file, str(path))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error


# -- Maildir


def missing(folder: Path) -> str:
    """Why the folder is no Maildir, and a command that makes it one, as "what; what to do"; empty where it is one.

    Raises ``OSError`` where one may not look.
    """
    there = []
    for name in ("new", "cur"):
        try:
            there.append(stat.S_ISDIR((folder / name).stat().st_mode))
        except (FileNotFoundError, NotADirectoryError):
            there.append(False)
    lacks = [name for name, is_there in zip(("new", "cur"), there, strict=True) if not is_there]
    if not lacks:
        return ""
    folders = shlex.join(str(folder / name) for name in ("new", "cur", "tmp"))
    noun = "folders" if len(lacks) > 1 else "folder"
    return f"{folder} is no Maildir (no {noun} {' and '.join(lacks)}); make it with 'mkdir -p {folders}'"


def maildir(folder: Path, *, again: bool = False, key: str = "") -> Iterator[Returned]:
    """The messages of a Maildir that nobody has seen: those in ``new``, and in ``cur`` those without the flag S.

    ``done`` moves a message into ``cur`` with that flag, as mail programs do. ``again`` gives the seen ones too.
    One that cannot be read has ``trouble``. ``key`` is the config's, where it names the folder. Raises
    ``NotFoundError`` where it is no Maildir, ``StoreError`` where one may not look into it.
    """
    where = f"{key}: " if key else ""
    try:
        what, _, hint = missing(folder).partition("; ")
        if what:
            raise NotFoundError(
                f"{where}{what}", hint=hint if key else "name an mbox file, a Maildir, or a file of one message"
            )
        for name in ("new", "cur"):
            with os.scandir(folder / name) as entries:
                files = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
            for file in files:
                if file.startswith(".") or ("S" in _flags(file) and not again):
                    continue
                try:
                    raw = _message(folder / name / file)
                except OSError as error:  # this one alone: those behind it may be well
                    trouble = f"{folder / name / file} cannot be read: {error.strerror}; {_HINT}"
                    yield Returned(raw=b"", name=str(folder / name / file), done=_nothing, trouble=trouble)
                    continue
                if raw is not None:
                    yield Returned(raw=raw, name=str(folder / name / file), done=_seen(folder, name, file))
    except OSError as error:
        raise StoreError(f"{where}{folder} cannot be read: {error.strerror}", hint=_HINT) from error


def _flags(name: str) -> str:
    return name.partition(":2,")[2]


def _message(file: Path) -> bytes | None:
    """The message, or None where another program has moved it meanwhile."""
    try:
        with file.open("rb") as opened:
            return opened.read(CAP)
    except FileNotFoundError:
        return None


def _seen(folder: Path, name: str, file: str) -> Callable[[], None]:
    def done() -> None:
        base, _, flags = file.partition(":2,")
        target = folder / "cur" / f"{base}:2,{''.join(sorted({*flags, 'S'}))}"
        try:
            (folder / name / file).rename(target)
        except FileNotFoundError:
            return  # another program has moved it: should it come again, it is known
        except OSError as error:
            message = f"{folder / name / file} cannot be marked as read: {error.strerror}"
            raise StoreError(message, hint=f"{_HINT}: it is read again each time, and counts once") from error

    return done


# -- files and pipes


def stream(file: IO[bytes], name: str) -> Iterator[Returned]:
    """The messages of an mbox, or the one message that the stream is; of an empty one none.

    It is read once, line by line: a file of any size takes the memory of one message.
    """
    lines = _lines(file)
    first, _ = next(lines, (b"", True))
    if not first:
        return
    if not first.startswith(b"From "):
        whole = bytearray(first)
        for line, _ in lines:
            whole += line[: CAP - len(whole)]
        yield Returned(raw=bytes(whole), name=name, done=_nothing)
        return
    for number, raw in enumerate(_messages(lines), 1):
        yield Returned(raw=raw, name=f"{name}:{number}", done=_nothing)


def _messages(lines: Iterator[tuple[bytes, bool]]) -> Iterator[bytes]:
    """The messages of an mbox whose first separator has been read; quoted ``From`` lines get back their form."""
    raw, blank = bytearray(), False
    for line, begins in lines:
        if begins and blank and _FROM.match(line):
            yield bytes(raw)
            raw, blank = bytearray(), False
            continue
        blank = begins and line in {b"\n", b"\r\n"}
        mine = line[1:] if begins and _QUOTED.match(line) else line
        raw += mine[: CAP - len(raw)]
    yield bytes(raw)


def _lines(file: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines, or pieces of one that is very long, and whether each begins a line."""
    begins = True
    while piece := file.readline(_LINE):
        yield piece, begins
        begins = piece.endswith(b"\n")


def _nothing() -> None:
    """What is no Maildir's, or could not be read, gets no mark."""


def pipe(file: IO[bytes]) -> Iterator[Returned]:
    """The messages that another program hands over. Raises ``StoreError`` where it cannot be read."""
    try:
        yield from stream(file, "standard input")
    except OSError as error:
        message = f"standard input cannot be read: {error.strerror}"
        raise StoreError(message, hint="hand the message over again") from error
