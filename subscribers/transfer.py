"""Files of readers: CSV and JSON, read as a stream and written so that a round trip loses nothing.

A bad row becomes a ``BadRow`` with its number and reason, and the rows after it are read all the same.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from subscribers.error import TransferError
from subscribers.intake import COLUMNS, BadRow, Row, parse_row, shown

_ALIASES = {"e_mail": "email", "email_address": "email", "e_mail_address": "email", "mail": "email"}
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_HEADER_LIMIT = 1 << 16
_OBJECT_LIMIT = 1 << 20
_UNKNOWN_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A file that is being read."""

    format: str
    """``csv`` or ``json``."""
    unknown: list[str]
    """Names of columns that mean nothing here; whole for CSV at once, for JSON when its rows have been read."""
    rows: Iterator[Row | BadRow]
    """In the file's order; may be gone through once."""


@contextmanager
def opened(path: Path) -> Iterator[Listing]:
    """The listing in the file, which is closed at the end. Raises ``TransferError`` where it is none.

    UTF-8 with or without a mark, or UTF-16 with one, as spreadsheets save it. Bytes that are neither spoil their row.
    """
    try:
        with path.open("rb") as head:
            wide = head.read(2) in {b"\xff\xfe", b"\xfe\xff"}
        encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
        file = path.open(encoding=encoding, errors=errors, newline="")
    except OSError as error:
        raise TransferError(f"{path} cannot be read: {error.strerror}", hint="check the path") from error
    with file:
        yield read(file)


def read(stream: TextIO) -> Listing:
    """The listing in an open text file (opened with ``newline=""``), CSV or JSON by its first character.

    CSV may be divided by comma, semicolon or TAB; the header's case, blanks and order are free.
    """
    first = _first_line(stream)
    if first.lstrip()[:1] in {"[", "{"}:
        unknown: list[str] = []
        return Listing(format="json", unknown=unknown, rows=_json_rows(first, stream, unknown))
    delimiter, header = _header(first)
    spelled = next(csv.reader([first], delimiter=delimiter))
    unknown = [name.strip() for name, column in zip(spelled, header, strict=True) if column and column not in COLUMNS]
    return Listing(format="csv", unknown=unknown, rows=_csv_rows(stream, delimiter, header))


def _first_line(stream: TextIO) -> str:
    while line := stream.readline(_HEADER_LIMIT):
        line = line.removeprefix("\ufeff")
        if line.strip():
            return line
    raise TransferError("the file is empty", hint=f"write a header row, such as {','.join(COLUMNS[:4])}")


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter, and the names in this program's spelling; of delimiters the one that gives a column ``email``."""
    for delimiter in (",", ";", "\t"):
        names = [_column(each) for each in next(csv.reader([line], delimiter=delimiter))]
        if "email" in names:
            twice = {name for name in names if name in COLUMNS and names.count(name) > 1}
            if twice:
                raise TransferError(f"the header names {' and '.join(sorted(twice))} twice", hint="keep one of them")
            return delimiter, names
    message = f"the first row names no column 'email': {shown(line)!r}"
    raise TransferError(message, hint=f"write a header row, such as {','.join(COLUMNS[:4])}")


def _column(name: str) -> str:
    name = re.sub(r"[\s_-]+", "_", name.strip().lower())
    return _ALIASES.get(name, name)


def _csv_rows(stream: TextIO, delimiter: str, header: list[str]) -> Iterator[Row | BadRow]:
    reader = csv.reader(stream, delimiter=delimiter)
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
        if any(cell.strip() for cell in cells):
            yield _csv_row(number, header, cells)


def _csv_row(number: int, header: list[str], cells: list[str]) -> Row | BadRow:
    if any(cell.strip() for cell in cells[len(header) :]):
        named = dict(zip(header, cells, strict=False))
        reason = f"it has {len(cells)} cells, the header has {len(header)}; put quotes around cells with a delimiter"
        return BadRow(number=number, email=shown(named.get("email", "")), reason=reason)
    return parse_row(
        number, {name: restored(cell) for name, cell in zip(header, cells, strict=False) if name in COLUMNS}
    )


def _json_rows(first: str, stream: TextIO, unknown: list[str]) -> Iterator[Row | BadRow]:
    number = 0
    try:
        for value in _values(first, stream):
            number += 1
            yield _json_row(number, value, unknown)
    except (ValueError, RecursionError) as error:
        reason = f"the JSON is wrong from here on, nothing after it was read: {error}"
        yield BadRow(number=number + 1, reason=reason)


def _values(first: str, stream: TextIO) -> Iterator[object]:
    """The values of a JSON list, or of JSON lines, one at a time: memory holds the one being read."""
    decoder = json.JSONDecoder()
    buffer, place, more = first, 0, True
    closed = first.lstrip()[:1] != "["
    while True:
        while place < len(buffer) and buffer[place] in " \t\r\n,[]":
            closed = closed or buffer[place] == "]"
            place += 1
        try:
            value, place = decoder.raw_decode(buffer, place)
        except ValueError:
            if not more and closed and place == len(buffer):
                return
            if not more or len(buffer) - place > _OBJECT_LIMIT:
                raise
            chunk = stream.read(_HEADER_LIMIT)
            buffer, place, more = buffer[place:] + chunk, 0, bool(chunk)
        else:
            yield value


def _json_row(number: int, value: object, unknown: list[str]) -> Row | BadRow:
    if not isinstance(value, dict):
        return BadRow(number=number, reason='it is no object; write {"email": "…"}')
    cells: dict[str, str] = {}
    for name, cell in value.items():
        column = _column(name)
        if column not in COLUMNS:
            if column not in unknown and len(unknown) < _UNKNOWN_LIMIT:
                unknown.append(column)
            continue
        if isinstance(cell, list) and all(isinstance(each, str) for each in cell):
            cells[column] = ";".join(cell)
        elif isinstance(cell, str | None):
            cells[column] = cell or ""
        else:
            email = value.get("email")
            reason = f"{column} is no text; put it in quotes"
            return BadRow(number=number, email=shown(email) if isinstance(email, str) else "", reason=reason)
    return parse_row(number, cells)


def write_csv(rows: Iterable[Mapping[str, str]], stream: TextIO) -> int:
    """Writes rows with the cells ``COLUMNS`` (``store.export``), a header first; how many. Open with ``newline=""``.

    What a spreadsheet would take for a formula gets a ' in front, which ``read`` takes off again.
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
    """The cell as text that no spreadsheet runs: a ' before a formula's first character, or before a ' before one."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The cell as it was before ``defused``."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
