"""Bytes of files of readers: how far they are read, and the CSV files within a ZIP archive, which nobody vouches for.

No path of an archive is ever used; what unpacks to more than it may is refused by what its directory declares, and
again by what comes out.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from subscribers.error import DamagedError, TransferError

MAGIC = b"PK\x03\x04"
"""What an archive begins with (APPNOTE 4.3.7)."""
LIMIT = 2 << 30
"""Bytes that the CSV files of an archive may unpack to, together."""
RATIO = 400
"""How many times its packed size one of them may be: CSV packs to a tenth, a bomb to a thousandth."""
_SMALL = 1 << 20
_MEMBERS = 20
_DIRECTORY = 4 << 20
_END = struct.Struct("<4s4H2LH")  # end of central directory record (APPNOTE 4.3.16)


@dataclass(slots=True)
class Meter:
    """How far a file has been read."""

    done: int = 0
    total: int | None = None
    """Bytes in all; None: nobody knows."""


class Metered(io.RawIOBase):
    """A stream whose bytes are counted and limited, and whose first ones were read before."""

    def __init__(
        self, stream: BinaryIO | IO[bytes], name: str, meter: Meter, *, head: bytes = b"", most: int = -1
    ) -> None:
        self._stream, self._name, self._meter, self._head, self._most = stream, name, meter, head, most
        self._count = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io hands over
        """Fills the buffer. Raises ``TransferError`` where the file cannot be read, or is more than it said."""
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._count += len(data)
        self._meter.done += len(data)
        if 0 <= self._most < self._count:
            raise DamagedError(f"{self._name} unpacks to more than it declares", hint="get a new export")
        return len(data)

    def _read(self, most: int) -> bytes:
        try:
            read1 = getattr(self._stream, "read1", self._stream.read)  # a pipe's bytes as they come
            return bytes(read1(most))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            told = getattr(error, "strerror", None) or str(error)
            raise DamagedError(f"{self._name} cannot be read: {told}", hint="get a new export") from error


@dataclass(frozen=True, slots=True)
class Member:
    """A CSV file of an archive."""

    name: str
    """Its last part, for people: never a path."""
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        """Its bytes, as it declares."""
        return self._info.file_size

    @contextmanager
    def open(self, meter: Meter) -> Iterator[Metered]:
        """Its bytes, unpacked as they are read. Raises ``TransferError`` where it cannot be read."""
        try:
            stream = self._archive.open(self._info)
        except (zipfile.BadZipFile, OSError, RuntimeError) as error:
            hint = "unpack it, and import each file"
            raise DamagedError(f"{self.name} in the archive cannot be read: {error}", hint=hint) from error
        with stream:
            yield Metered(stream, f"{self.name} in the archive", meter, most=self._info.file_size)


@contextmanager
def members(path: Path) -> Iterator[list[Member]]:
    """The CSV files in the archive, those of people who left first. Raises ``TransferError`` for a bomb, or for none.

    Who left in one file and stands as subscribed in another has left: of two rows with an address the first counts.
    """
    try:
        _sane(path)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as error:
        raise TransferError(f"{path} is no ZIP archive that can be read: {error}", hint="get a new export") from error
    with archive:
        found = [info for info in archive.infolist() if not info.is_dir() and info.filename.lower().endswith(".csv")]
        if not found:
            raise TransferError(f"{path} holds no CSV file", hint="import the file of readers itself")
        if len(found) > _MEMBERS or sum(info.file_size for info in found) > LIMIT or any(map(_bomb, found)):
            raise TransferError(f"{path} unpacks to more than an export can be", hint="unpack it, and import each file")
        every = [Member(_shown(info.filename), archive, info) for info in found]
        yield sorted(every, key=lambda member: (not member.name.startswith(("unsubscribed", "cleaned")), member.name))


def _bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > max(_SMALL, RATIO * info.compress_size)


def _sane(path: Path) -> None:
    """Raises ``TransferError`` for a directory too large to be looked at: it is read whole into memory."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _END.size - 0xFFFF))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise TransferError(f"{path} is no ZIP archive: its end is missing", hint="get a new export")
    if _END.unpack_from(tail, place)[5] > _DIRECTORY:  # as 0xffffffff, which sends to the larger records of ZIP64
        raise TransferError(f"{path} holds more than an export can", hint="unpack it, and import each file")


def _shown(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(each for each in last if each.isprintable())[:80]
