"""Files of readers: CSV and JSON, read as a stream and written so that a round trip loses nothing.

A bad row becomes a ``BadRow`` with its number and reason, and the rows after it are read all the same. Export files of
other programs are known by their header, and read by ``subscribers.exports``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, TextIO

from subscribers import archive
from subscribers.archive import Member, Meter, Metered
from subscribers.error import DamagedError, TransferError
from subscribers.exports import buttondown, ghost, left, listmonk, mailchimp, substack
from subscribers.row import COLUMNS, BadRow, Row, parse_row, shown

PROGRAMS: Mapping[str, ModuleType] = {
    each.NAME.lower(): each for each in (mailchimp, listmonk, ghost, buttondown, substack)
}
"""The programs whose export files are read: each with ``NAME``, ``READ``, ``recognise``,
``missing`` and ``row``."""
_ALIASES = {"e_mail": "email", "email_address": "email", "e_mail_address": "email", "mail": "email"}
_FORMULA = "=+\\-@|%\t\r\n＝＋－＠｜％﹦﹢﹣﹫﹪"
_PARTS = re.compile(r"[;\t\r\n]")
"""What a spreadsheet that was told another delimiter ends a cell at, quotes or none."""
_BEGINS = re.compile(rf"(?:\A|(?<=[;\t\r\n]))(?=['\"]*[{_FORMULA}])")
_DEFUSED = re.compile(rf"(?:\A|(?<=[;\t\r\n]))'(?=['\"]*[{_FORMULA}])")
_FIRST = frozenset(_FORMULA.replace("\\", "") + "'\"")
_LINE = 1 << 20
"""Characters of a line, of a header and of a JSON object that are read at most."""
_CHUNK = 1 << 16
_UNKNOWN_LIMIT = 50
_WRAPPED = re.compile(r'\s*\{\s*"data"\s*:\s*\{\s*"results"\s*:\s*(?=\[)')
"""How listmonk's API puts a list (``GET /api/subscribers``)."""
_Parse = Callable[[int, Mapping[str, str]], Row | BadRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A file that is being read."""

    format: str
    """``csv``, ``json`` or ``zip``."""
    program: str = ""
    """The name of the program that wrote it, if it is another's export."""
    unknown: list[str]
    """Names of columns that nothing is taken from; whole for CSV at once, for JSON when its rows have been read."""
    left: tuple[str, ...] = ()
    """Those of them whose names say that people left: whoever takes the rows as readers must have looked at them."""
    skipped: tuple[str, ...] = ()
    """Files of an archive that are no lists of readers."""
    rows: Iterator[Row | BadRow]
    """In the file's order; may be gone through once."""
    meter: Meter = field(default_factory=Meter)


@contextmanager
def opened(source: Path | BinaryIO, program: str = "auto", ignored: Collection[str] = ()) -> Iterator[Listing]:
    """The listing in the file or stream, which is closed at the end. Raises ``TransferError`` where it is none.

    ``program`` is a key of ``PROGRAMS``, ``csv`` for this program's own, or ``auto``: what the header says.
    ``ignored`` are columns of which somebody said that they do not matter, though they seem to say who left. UTF-8
    with or without a mark, or UTF-16 with one, as spreadsheets save it; bytes that are neither spoil their row. A ZIP
    archive is read where it lies in a file.
    """
    name = str(source) if isinstance(source, Path) else "standard input"
    meant = _Meant(program, frozenset(map(_column, ignored)))
    try:
        stream: BinaryIO = source.open("rb") if isinstance(source, Path) else source
        head = _head(stream)
    except OSError as error:
        raise TransferError(f"{name} cannot be read: {error.strerror}", hint="check the path") from error
    with stream:
        if not head.startswith(archive.MAGIC):
            meter = Meter(total=_size(source))
            with _text(Metered(stream, name, meter, head=head), head) as text:
                listing = replace(_read(text, meant, source.name if isinstance(source, Path) else ""), meter=meter)
                yield _heeded(listing, ignored)
            return
    if not isinstance(source, Path):
        raise TransferError("a ZIP archive cannot be read from standard input", hint="name its file")
    with archive.members(source) as members:
        yield _heeded(_archived(members, meant), ignored)


def _heeded(listing: Listing, ignored: Iterable[str]) -> Listing:
    """The listing. Raises ``TransferError`` for an ignored column that it does not have, or that is read."""
    unread = set(map(_column, listing.unknown))
    wrong = [name for name in ignored if _column(name) not in unread]
    if wrong and listing.format != "json":  # whose names come with the rows
        hint = f"there is {', '.join(listing.unknown)}" if listing.unknown else "leave it out"
        raise TransferError(f"{shown(wrong[0])!r} is no column that goes unread", hint=hint)
    return listing


def _head(stream: BinaryIO | Metered) -> bytes:
    """The first four bytes, however a pipe hands them over."""
    head = b""
    while len(head) < 4 and (more := stream.read(4 - len(head))):
        head += more
    return head


def _size(source: Path | BinaryIO) -> int | None:
    """How large the file is; None for what has no size."""
    return source.stat().st_size if isinstance(source, Path) and source.is_file() else None


@contextmanager
def _text(stream: Metered, head: bytes) -> Iterator[TextIO]:
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
    with io.TextIOWrapper(io.BufferedReader(stream), encoding=encoding, errors=errors, newline="") as text:
        yield text


@contextmanager
def _member(member: Member, meter: Meter) -> Iterator[TextIO]:
    with member.open(Meter()) as stream:
        head = _head(stream)
    with member.open(meter) as stream, _text(stream, head) as text:
        yield text


def _archived(members: Sequence[Member], meant: _Meant) -> Listing:
    """The lists in an archive as one, each row with its file's name.

    A member whose header does not tell whose it is, is of the program that wrote its neighbours.
    """
    found = {member: listing for member in members if (listing := _looked(member, meant))}
    programs = {listing.program for listing in found.values()} - {""}
    if meant.program == "auto" and programs:
        if len(programs) > 1:
            told = " and ".join(sorted(programs))
            raise TransferError(f"the archive holds lists of {told}", hint="unpack it, and import each file")
        meant = replace(meant, program=programs.pop().lower())
        found = {member: listing for member in members if (listing := _looked(member, meant))}
    lists = list(found)
    if not lists:
        raise TransferError("the archive holds no list of readers", hint="import the file of readers itself")
    meter = Meter(total=sum(member.size for member in lists))
    return Listing(
        format="zip",
        program=next(iter(found.values())).program,
        unknown=list(dict.fromkeys(name for listing in found.values() for name in listing.unknown)),
        left=tuple(dict.fromkeys(name for listing in found.values() for name in listing.left)),
        skipped=tuple(member.name for member in members if member not in found),
        rows=_all_rows(lists, meant, meter),
        meter=meter,
    )


def _looked(member: Member, meant: _Meant) -> Listing | None:
    """What the member's first rows say; None where it is no list of readers."""
    try:
        with _member(member, Meter()) as text:
            return _read(text, meant, member.name)
    except DamagedError:
        raise
    except TransferError:
        return None


def _all_rows(members: Iterable[Member], meant: _Meant, meter: Meter) -> Iterator[Row | BadRow]:
    for member in members:
        with _member(member, meter) as text:
            for row in _read(text, meant, member.name).rows:
                yield replace(row, file=member.name)


@dataclass(frozen=True, slots=True)
class _Meant:
    """What whoever imports says of a file."""

    program: str = "auto"
    ignored: frozenset[str] = frozenset()
    """Names of columns, as ``_column`` gives them."""

    def left(self, names: Iterable[str]) -> list[str]:
        """Those names that say that people left, unless somebody said that they do not matter."""
        return [name for name in left.columns(names) if name not in self.ignored]


def read(stream: TextIO, program: str = "auto") -> Listing:
    """The listing in an open text file (opened with ``newline=""``), CSV or JSON by its first character.

    CSV may be divided by comma, semicolon or TAB; the header's case, blanks and order are free.
    """
    return _read(stream, _Meant(program), "")


def _read(stream: TextIO, meant: _Meant, file: str) -> Listing:
    """As ``read``; ``file`` is the file's name."""
    first = _first_line(stream)
    if first.lstrip()[:1] in {"[", "{"}:
        return _json(first + stream.read(_CHUNK), stream, meant)
    delimiter, spelled = _header(first)
    header = [_column(name) for name in spelled]
    theirs = _program(header, meant.program, file)
    taken: Collection[str] = theirs.READ if theirs else COLUMNS
    _once(header, taken)
    names = {column: name.strip() for name, column in zip(spelled, header, strict=True)}
    unread = [column for column in header if column and column not in taken]
    unknown = [name.strip() for name, column in zip(spelled, header, strict=True) if column and column not in taken]
    if theirs is None:
        gone = tuple(names[column] for column in meant.left(unread))
        rows = _csv_rows(stream, delimiter, header, _own)
        return Listing(format="csv", unknown=unknown, left=gone, rows=rows)
    parse: _Parse = lambda number, cells: theirs.row(number, cells, file)  # noqa: E731 # one place, one use
    return Listing(format="csv", program=theirs.NAME, unknown=unknown, rows=_csv_rows(stream, delimiter, header, parse))


def _program(header: Collection[str], wanted: str, file: str = "") -> ModuleType | None:
    """The program that wrote a file with these columns, or that somebody says did; None: this one.

    Raises ``TransferError`` where it cannot be what somebody says.
    """
    if wanted != "auto":
        theirs = PROGRAMS.get(wanted)
        if theirs and (missing := theirs.missing(header, file)):
            hint = "export it anew with all its columns, or say --from csv for a list of your own"
            raise TransferError(f"this is no export of {theirs.NAME}: it has no column {', '.join(missing)}", hint=hint)
        return theirs
    by_name = mailchimp if mailchimp.named(file) else None
    return next((each for each in PROGRAMS.values() if each.recognise(header)), by_name)


def _first_line(stream: TextIO) -> str:
    while line := stream.readline(_LINE):
        line = line.removeprefix("\ufeff")
        if line.strip():
            return line
    raise TransferError("the file is empty", hint=f"write a header row, such as {','.join(COLUMNS[:4])}")


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter, and the names as written; of delimiters the one that gives a column ``email``."""
    for delimiter in (",", ";", "\t"):
        try:
            names = next(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            continue
        if "email" in map(_column, names):
            return delimiter, names
    message = f"the first row names no column 'email': {shown(line)!r}"
    raise TransferError(message, hint=f"write a header row, such as {','.join(COLUMNS[:4])}")


def _once(header: Sequence[str], meant: Collection[str]) -> None:
    twice = {name for name in header if name in meant and header.count(name) > 1}
    if twice:
        raise TransferError(f"the header names {' and '.join(sorted(twice))} twice", hint="keep one of them")


def _column(name: str) -> str:
    name = re.sub(r"[\s_-]+", "_", name.strip().lower())
    return _ALIASES.get(name, name)


class _Lines:
    """The lines of a file, none longer than may be; ``cut`` says that the last one was."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.cut = stream, False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_LINE)
        if not line:
            raise StopIteration
        self.cut = len(line) == _LINE and line[-1] not in "\r\n"
        if self.cut:
            while (more := self._stream.readline(_LINE)) and more[-1] not in "\r\n":
                pass
        return line


def _csv_rows(stream: TextIO, delimiter: str, header: list[str], parse: _Parse) -> Iterator[Row | BadRow]:
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # a quote that never closes, mostly; the reader starts afresh on the next line
            yield BadRow(number=number, reason=f"line {reader.line_num}: {error}; check the quotes")
            continue
        except UnicodeDecodeError as error:
            raise TransferError(f"row {number}: the file is not UTF-8", hint="save it as 'CSV UTF-8'") from error
        if lines.cut:
            lines.cut = False
            yield BadRow(
                number=number, reason=f"line {reader.line_num} is longer than any row can be; check the quotes"
            )
        elif any(cell.strip() for cell in cells):
            yield _csv_row(number, header, cells, parse)


def _csv_row(number: int, header: list[str], cells: list[str], parse: _Parse) -> Row | BadRow:
    if any(cell.strip() for cell in cells[len(header) :]):
        named = dict(zip(header, cells, strict=False))
        reason = f"it has {len(cells)} cells, the header has {len(header)}; put quotes around cells with a delimiter"
        return BadRow(number=number, email=shown(named.get("email", "")), reason=reason)
    short = len(header) - len(cells)
    return parse(number, dict(zip(header, [*cells, *[""] * short] if short > 0 else cells, strict=False)))


def _own(number: int, cells: Mapping[str, str]) -> Row | BadRow:
    return parse_row(
        number,
        {name: restored(cell) if "'" in cell else cell for name, cell in cells.items() if cell and name in _KNOWN},
    )


_KNOWN = frozenset(COLUMNS)


def _json(first: str, stream: TextIO, meant: _Meant) -> Listing:
    """The listing in JSON, whose beginning was read; the program by the names of the first object."""
    wrapped = _WRAPPED.match(first)
    begun = first[wrapped.end() :] if wrapped else first
    names = _first_names(begun)
    theirs = _program(names, meant.program) if names else None
    unknown: list[str] = []
    gone = () if theirs else tuple(meant.left(name for name in names if name not in _KNOWN))
    rows = _json_rows(_values(begun, stream, alone=bool(wrapped)), unknown, theirs, meant)
    return Listing(format="json", program=theirs.NAME if theirs else "", unknown=unknown, left=gone, rows=rows)


def _first_names(begun: str) -> Collection[str]:
    try:
        value, _ = json.JSONDecoder().raw_decode(begun.lstrip(" \t\r\n["))
    except (ValueError, RecursionError):
        return ()
    return [_column(name) for name in value] if isinstance(value, dict) else ()


def _json_rows(
    values: Iterator[object], unknown: list[str], theirs: ModuleType | None, meant: _Meant
) -> Iterator[Row | BadRow]:
    number, taken = 0, theirs.READ if theirs else _KNOWN
    try:
        for value in values:
            number += 1
            if not isinstance(value, dict):
                yield BadRow(number=number, reason='it is no object; write {"email": "…"}')
                continue
            named = {_column(name): cell for name, cell in value.items()}
            unread = [name for name in named if name not in taken]
            unknown += [name for name in unread if name not in unknown][: max(0, _UNKNOWN_LIMIT - len(unknown))]
            yield theirs.row(number, _texts(named)) if theirs else _json_row(number, named, meant.left(unread))
    except (ValueError, RecursionError) as error:
        reason = f"the JSON is wrong from here on, nothing after it was read: {error}"
        yield BadRow(number=number + 1, reason=reason)


def _values(first: str, stream: TextIO, *, alone: bool) -> Iterator[object]:
    """The values of a JSON list, or of JSON lines, one at a time: memory holds the one being read.

    ``alone``: what comes after the list is nobody's.
    """
    decoder = json.JSONDecoder()
    buffer, place, more = first, 0, True
    closed = first.lstrip()[:1] != "["
    while True:
        while place < len(buffer) and buffer[place] in " \t\r\n,[]":
            closed = closed or buffer[place] == "]"
            place += 1
            if alone and closed:
                return
        try:
            value, place = decoder.raw_decode(buffer, place)
        except ValueError:
            if not more and closed and place == len(buffer):
                return
            if not more or len(buffer) - place > _LINE:
                raise
            chunk = stream.read(_CHUNK)
            buffer, place, more = buffer[place:] + chunk, 0, bool(chunk)
        else:
            yield value


def _json_row(number: int, named: Mapping[str, object], gone: Iterable[str]) -> Row | BadRow:
    cells: dict[str, str] = {}
    for name in gone:  # told by the first object only where that has them
        if named[name]:
            reason = f"{shown(name)} may say that they left; write it as status, or say --ignore-column {shown(name)}"
            return BadRow(number=number, email=shown(str(named.get("email") or "")), reason=reason)
    for column in COLUMNS:
        cell = named.get(column)
        if isinstance(cell, list) and all(isinstance(each, str) for each in cell):
            cells[column] = ";".join(cell)
        elif isinstance(cell, str | None):
            cells[column] = cell or ""
        else:
            email = named.get("email")
            reason = f"{column} is no text; put it in quotes"
            return BadRow(number=number, email=shown(email) if isinstance(email, str) else "", reason=reason)
    return parse_row(number, cells)


def _texts(named: Mapping[str, object]) -> dict[str, str]:
    """The values as a CSV file would hold them: what is no text as JSON."""
    return {
        name: value if isinstance(value, str) else "" if value is None else json.dumps(value)
        for name, value in named.items()
    }


def write_csv(rows: Iterable[Mapping[str, str]], stream: TextIO) -> int:
    """Writes rows with the cells ``COLUMNS`` (``store.export``), a header first; how many. Open with ``newline=""``.

    What a spreadsheet would take for a formula gets a ' in front, which ``read`` takes off again: at the beginning of
    a cell, and after each ; TAB and line end in it, where one that was told another delimiter begins a new cell.
    """
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        writer.writerow([defused(row[name]) for name in COLUMNS])
        count += 1
    return count


def write_json(rows: Iterable[Mapping[str, str]], stream: TextIO) -> int:
    """Writes the rows as a JSON list, an object a line; how many."""
    count = 0
    for count, row in enumerate(rows, 1):
        stream.write(("[\n" if count == 1 else ",\n") + json.dumps(dict(row), ensure_ascii=False))
    stream.write("\n]\n" if count else "[]\n")
    return count


def defused(cell: str) -> str:
    """The cell as text that no spreadsheet runs: a ' before a formula's first character, or quotes before one."""
    return _BEGINS.sub("'", cell) if cell and (cell[0] in _FIRST or _PARTS.search(cell)) else cell


def restored(cell: str) -> str:
    """The cell as it was before ``defused``."""
    return _DEFUSED.sub("", cell)
