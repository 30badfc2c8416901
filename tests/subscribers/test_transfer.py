"""CSV and JSON: whatever is written is read back; whatever is wrong is told by its row and stops nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import archive, preference, transfer
from subscribers.address import parse
from subscribers.error import TransferError
from subscribers.row import COLUMNS, BadRow, Row, cells
from subscribers.subscriber import Format, Status, Subscriber

AT = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
FORMULAS = "=+-@|%\t\r\n＝＋－＠｜％﹦﹢﹣﹫﹪"


def read(text):
    listing = transfer.read(io.StringIO(text, newline=""))
    return listing, list(listing.rows)


def emails(rows):
    return [row.address.sending if isinstance(row, Row) else None for row in rows]


def bad(rows):
    return [(row.number, row.email, row.reason) for row in rows if isinstance(row, BadRow)]


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.builds(
    str.__add__, st.sampled_from([*FORMULAS, "'", "''", "'=", "''+"]), st.text(max_size=5)
)
addresses = st.from_regex(r"[=+'a-z0-9-][a-z0-9]{0,9}@[a-z]{2,8}\.org", fullmatch=True) | st.just("王@例え.jp")
readers = st.builds(
    lambda address, name, text, **rest: Subscriber(
        id=1,
        address=parse(address).sending,
        key=parse(address).key,
        name=preference.one_line(name),
        consent_text=preference.many_lines(text),
        created=AT,
        changed=AT,
        **rest,
    ),
    addresses,
    names,
    names,
    status=st.sampled_from([*Status]),
    topics=st.lists(st.sampled_from(["ai", "chips", "=x", "投融资", "a/b"]), unique=True).map(preference.topics),
    newsletter=st.sampled_from(["", "weekly", "-weekly"]),
    schedule=st.sampled_from(["", "daily"]),
    language=st.sampled_from(["", "en", "zh-Hans-CN"]),
    timezone=st.sampled_from(["", "Asia/Shanghai"]),
    format=st.sampled_from([*Format]),
    consent_at=st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    consent_ip=st.sampled_from(["", "192.0.2.1", "2001:db8::1"]),
)


@pytest.mark.parametrize("write", [transfer.write_csv, transfer.write_json])
@given(list=st.lists(readers, max_size=5))
def test_a_round_trip_loses_nothing(write, list):
    stream = io.StringIO(newline="")
    assert write((cells(each) for each in list), stream) == len(list)
    listing, rows = read(stream.getvalue())
    assert listing.unknown == []
    assert not bad(rows)
    for reader, row in zip(list, rows, strict=True):
        for name in COLUMNS[1:]:
            assert getattr(row, name) == getattr(reader, name), name
        assert (row.address.sending, row.address.key) == (reader.address, reader.key)


def test_a_formula_behind_a_semicolon_is_none():
    assert transfer.defused("x;=1+1") == "x;'=1+1"
    assert transfer.defused('x;"=1+1') == "x;'\"=1+1"
    assert transfer.defused("|calc") == "'|calc"
    assert transfer.defused("O'Neil; rock-n-roll") == "O'Neil; rock-n-roll"


@given(names | st.text("=;'\"\tx|\n﹦"))
def test_no_cell_is_a_formula_and_each_is_restored(text):
    cell = transfer.defused(text)
    assert not any(part.lstrip('"').startswith(tuple(FORMULAS)) for part in cell.replace("\t", ";").split(";") if part)
    assert transfer.restored(cell) == text


@given(st.lists(names, min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_what_a_spreadsheet_opens_holds_no_formula(values):
    stream = io.StringIO(newline="")
    transfer.write_csv([dict(zip(COLUMNS, values, strict=True))], stream)
    header, row = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert tuple(header) == COLUMNS
    assert not any(cell.startswith(tuple(FORMULAS)) for cell in row)


@pytest.mark.parametrize(
    "text",
    [
        "email,name\na@x.org,Ann\nb@x.org,Bob\n",
        "\ufeffE-Mail ; Name\r\na@x.org;Ann\r\nb@x.org;Bob",
        "name\tEmail Address\nAnn\ta@x.org\nBob\tb@x.org\n",
        '\n\n"email","name"\n\na@x.org,"Ann"\n,\nb@x.org,Bob,,\n',
        'EMAIL,"Na me",name\ra@x.org,?,Ann\rb@x.org,?,Bob\r',
        '[{"email": "a@x.org", "name": "Ann"}, {"Email": "b@x.org", "name": "Bob", "topics": null}]',
        '{"email": "a@x.org", "name": "Ann"}\n{"e-mail": "b@x.org", "name": "Bob"}\n',
    ],
)
def test_headers_and_delimiters_are_read_as_people_write_them(text):
    _, rows = read(text)
    assert [(row.address.sending, row.name) for row in rows] == [("a@x.org", "Ann"), ("b@x.org", "Bob")]


def test_columns_without_meaning_are_named():
    listing, _ = read("email,Rating,topics,LAST CHANGED,\na@x.org,5,ai,x,\n")
    assert (listing.format, listing.unknown) == ("csv", ["Rating", "LAST CHANGED"])
    listing, _ = read('[{"email": "a@x.org", "Rating": 5}, {"email": "b@x.org", "rating": 4, "x": 1}]')
    assert (listing.format, listing.unknown) == ("json", ["rating", "x"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "the file is empty; write a header row, such as email,name,status,topics"),
        ("\ufeff\n \n", "the file is empty; write a header row, such as email,name,status,topics"),
        (
            "a@x.org\nb@x.org\n",
            "the first row names no column 'email': 'a@x.org'; write a header row, such as email,name,status,topics",
        ),
        ("email,name,E-mail\n", "the header names email twice; keep one of them"),
    ],
)
def test_a_file_that_is_no_list_is_refused(text, line):
    with pytest.raises(TransferError) as refused:
        read(text)
    assert refused.value.line() == line


def test_bad_rows_are_told_by_number_and_stop_nothing():
    text = """email,name,status,topics,timezone,format,consent_at
a@x.org
nobody,N
,Nameless
b@x.org,,sleeping
c@x.org,,,two words
d@x.org,,,,Mars
e@x.org,,,,,pdf
f@x.org,,,,,,yesterday
g@x.org,Lee, Gus,,,,,

h@x.org,\ud800
i@x.org,,,,,,0001-01-01T00:00:00+23:00
z@x.org,,,,,,2025-06-30
"""
    _, rows = read(text)
    assert emails(rows) == ["a@x.org", *[None] * 10, "z@x.org"]
    assert rows[-1].number == 14
    assert rows[-1].consent_at == datetime(2025, 6, 30, tzinfo=UTC)
    assert bad(rows) == [
        (3, "nobody", "'nobody' is no e-mail address: An email address must have an @-sign; write one as in name@example.org"),
        (4, "", "the address is blank; write one as in name@example.org"),
        (
            5, "b@x.org",
            "status 'sleeping' is not known; write one of pending, active, paused, unsubscribed, bounced, complained",
        ),
        (6, "c@x.org", "topic 'two words' is no slug; write topics as in config.yaml, divided by ;"),
        (7, "d@x.org", "time zone 'Mars' is not known; write it as in Asia/Shanghai, UTC"),
        (8, "e@x.org", "format 'pdf' is not known; write html or text"),
        (9, "f@x.org", "consent_at 'yesterday' is no moment; write it as in 2025-06-30T08:00:00+08:00"),
        (
            10, "g@x.org",
            "status 'gus' is not known; write one of pending, active, paused, unsubscribed, bounced, complained",
        ),
        (12, "h@x.org", "name is not UTF-8; save the file as 'CSV UTF-8'"),
        (13, "i@x.org", "consent_at '0001-01-01T00:00:00+23:00' is no moment; write it as in 2025-06-30T08:00:00+08:00"),
    ]  # fmt: skip


def test_a_row_with_too_many_cells_is_told():
    _, rows = read("email,name\na@x.org,Lee, Ann\nb@x.org,Bob\n")
    assert bad(rows) == [(2, "a@x.org", "it has 3 cells, the header has 2; put quotes around cells with a delimiter")]
    assert emails(rows) == [None, "b@x.org"]


def test_a_quote_that_never_closes_spoils_what_it_swallows_alone():
    text = 'email,name\na@x.org,"Ann\n' + "x@x.org,X\n" * 20_000 + "b@x.org,Bob\n"
    _, rows = read(text)
    [(number, email, reason)] = bad(rows)
    assert (number, email) == (2, "")
    assert "field larger than field limit" in reason
    assert emails(rows)[-1] == "b@x.org"


def test_json_that_breaks_off_says_so():
    _, rows = read('[{"email": "a@x.org"}, {"email": "b@x')
    assert emails(rows) == ["a@x.org", None]
    [(number, _, reason)] = bad(rows)
    assert number == 2
    assert reason.startswith("the JSON is wrong from here on, nothing after it was read: ")
    _, rows = read('[{"email": "a@x.org"},\n')
    assert emails(rows) == ["a@x.org", None]


def test_json_of_hostile_shapes_is_refused():
    _, rows = read('{"email": ' + "[" * 200_000)
    assert len(bad(rows)) == 1
    _, rows = read('{"email": "' + "x" * (3 << 20))
    assert len(bad(rows)) == 1


def test_json_values_that_are_no_text_are_told():
    _, rows = read(
        '[{"email": "a@x.org", "name": 5}, 7, {"email": ["a@x.org"], "name": "x"}, {"email": {}}, {"topics": ["b", "a"]}]'
    )
    assert bad(rows) == [
        (1, "a@x.org", "name is no text; put it in quotes"),
        (2, "", 'it is no object; write {"email": "…"}'),
        (4, "", "email is no text; put it in quotes"),
        (5, "", "the address is blank; write one as in name@example.org"),
    ]
    _, [row] = read('[{"email": "a@x.org", "topics": ["b", "a"]}]')
    assert row.topics == ("a", "b")


def test_json_is_read_a_piece_at_a_time():
    text = json.dumps([{"email": f"r{number}@x.org", "name": "x" * 200} for number in range(2000)])
    _, rows = read(text)
    assert emails(rows) == [f"r{number}@x.org" for number in range(2000)]


def test_many_names_without_meaning_are_not_all_kept():
    listing, _ = read(json.dumps([{"email": "a@x.org", **{f"x{number}": 1 for number in range(200)}}]))
    assert len(listing.unknown) == 50


def test_an_empty_list_is_one():
    stream = io.StringIO()
    assert transfer.write_json([], stream) == 0
    assert json.loads(stream.getvalue()) == []
    assert read(stream.getvalue())[1] == []


def test_written_json_is_json():
    stream = io.StringIO()
    transfer.write_json([{"email": "王@x.org"}, {"email": "b@x.org"}], stream)
    assert json.loads(stream.getvalue()) == [{"email": "王@x.org"}, {"email": "b@x.org"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_opened_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    path = tmp_path / "list.csv"
    path.write_bytes("email,name\r\na@x.org,王\r\n".encode(encoding))
    with transfer.opened(path) as listing:
        [row] = listing.rows
    assert row.name == "王"


def test_a_byte_of_another_encoding_spoils_its_row_alone(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"email,name\na@x.org," + "王".encode("gb18030") + b"\nb@x.org,Bob\n")
    with transfer.opened(path) as listing:
        rows = list(listing.rows)
    assert bad(rows) == [(2, "a@x.org", "name is not UTF-8; save the file as 'CSV UTF-8'")]
    assert emails(rows) == [None, "b@x.org"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TransferError, match="cannot be read: No such file"), transfer.opened(tmp_path / "none.csv"):
        pass


def test_a_stream_that_is_not_utf8_is_refused():
    stream = io.TextIOWrapper(io.BytesIO(b"email\n" + b"a@x.org\n" * 3000 + b"\xff\n"), encoding="utf-8", newline="")
    with pytest.raises(TransferError, match="the file is not UTF-8"):
        list(transfer.read(stream).rows)


# ---- hostile files


def opened(tmp_path, data, program="auto"):
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with transfer.opened(path, program) as listing:
        return listing, list(listing.rows)


def test_nul_bytes_spoil_what_they_stand_in_alone(tmp_path):
    _, rows = opened(tmp_path, b"email,name\na\0@x.org,Ann\nb@x.org,B\0ob\n")
    assert [isinstance(row, BadRow) for row in rows] == [True, False]
    assert rows[1].name == "Bob"
    with pytest.raises(TransferError, match="names no column"):
        opened(tmp_path, b"\0" * (3 << 20))


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff", ""])
def test_marks_of_byte_order_are_no_part_of_a_name(tmp_path, mark):
    _, rows = opened(tmp_path, f"{mark}email,name\na@x.org,Ann\n".encode())
    assert emails(rows) == ["a@x.org"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_no_list(tmp_path, encoding):
    with pytest.raises(TransferError, match="names no column"):
        opened(tmp_path, "email,name\na@x.org,Ann\n".encode(encoding))


def test_utf16_with_its_mark_and_half_a_character_is_read(tmp_path):
    _, rows = opened(tmp_path, "\ufeffemail,name\r\na@x.org,王\r\n".encode("utf-16-le") + b"\x00")
    assert emails(rows)[0] == "a@x.org"


def test_lone_carriage_returns_end_lines(tmp_path):
    _, rows = opened(tmp_path, b"email,name\ra@x.org,Ann\rb@x.org,Bob\r")
    assert emails(rows) == ["a@x.org", "b@x.org"]


@pytest.mark.parametrize("filler", [b"x" * (10 << 20), b"x," * (1 << 20), b'"' + b"x" * (2 << 20) + b'"'])
def test_a_line_longer_than_any_row_is_one_bad_row(tmp_path, filler):
    _, rows = opened(tmp_path, b"email,name,topics\na@x.org," + filler + b"\nb@x.org,Bob,ai\n")
    assert [isinstance(row, BadRow) for row in rows] == [True, False]
    assert rows[1].address.sending == "b@x.org"


def test_a_header_that_is_one_great_cell_is_refused(tmp_path):
    with pytest.raises(TransferError, match="names no column"):
        opened(tmp_path, b'"email' + b"x" * (3 << 20))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[{"email": "a@x.org", "x": ' + "[" * 100_000])
def test_json_nested_a_hundred_thousand_deep_is_one_bad_row(tmp_path, text):
    _, rows = opened(tmp_path, text.encode())
    assert len(rows) == 1
    assert "the JSON is wrong from here on" in rows[0].reason


def test_a_wrapped_list_ends_where_it_ends(tmp_path):
    _, rows = opened(
        tmp_path, b'{"data": {"results": [{"email": "a@x.org"}], "total": 1, "x": [{"email": "b@x.org"}]}}'
    )
    assert emails(rows) == ["a@x.org"]
    _, rows = opened(tmp_path, b'{"data": {"results": []}}')
    assert rows == []


def test_a_pipe_is_read_as_it_comes(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write():
        with pipe.open("wb", buffering=0) as out:
            for piece in (b"\xef", b"\xbb\xbf", b"email,na", b"me\na@x.org,", b"Ann\n"):
                out.write(piece)

    writer = threading.Thread(target=write)
    writer.start()
    with transfer.opened(pipe) as listing:
        rows = list(listing.rows)
        assert listing.meter.total is None
    writer.join()
    assert emails(rows) == ["a@x.org"]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(TransferError, match="cannot be read: Is a directory"), transfer.opened(tmp_path):
        pass


def test_how_far_it_is_read_is_told(tmp_path):
    data = b"email\n" + b"a@x.org\n" * 100
    listing, _ = opened(tmp_path, data)
    assert listing.meter.done == listing.meter.total == len(data)


def test_a_stream_that_breaks_off_is_told():
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            raise OSError(5, "Input/output error")

    with pytest.raises(TransferError, match="standard input cannot be read"), transfer.opened(Broken()):
        pass
    metered = archive.Metered(Broken(), "list.csv", archive.Meter(), head=b"ab")
    assert metered.read(2) == b"ab"
    with pytest.raises(TransferError, match=r"list\.csv cannot be read: Input/output error"):
        metered.read(2)
