"""The head of a file: all of its front matter, and little more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from content.shelf import RULES
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import heads
from publisher.content.heads import EXCERPT, HEAD, MOST
from publisher.content.parse import Parsed, parse

FRONT = b"---\ntitle: One\ndate: 2025-06-30\n---\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.md"


def read(file: Path, data: bytes) -> bytes:
    file.write_bytes(data)
    found, stat = heads.read(str(file))
    assert data.startswith(found)
    assert stat.st_size == len(data)
    return found


def parsed(file: Path, data: bytes) -> Parsed:
    head = read(file, data)
    return parse(head, "posts/one.md", RULES, whole=len(head) >= len(data))


@pytest.mark.parametrize("front", [FRONT, b"\xef\xbb\xbf" + FRONT, b"\n" + FRONT])
@pytest.mark.parametrize("more", [-1, 0, 1, 20_000, 2_000_000])
def test_with_the_front_matter_comes_the_beginning_of_the_body(file: Path, front: bytes, more: int):
    most = len(front) + EXCERPT
    data = front + b"x" * (EXCERPT + more)
    assert len(read(file, data)) == min(len(data), most)
    assert EXCERPT == 4 * 800


@pytest.mark.parametrize("size", [0, 1, 3, HEAD - 1, HEAD, HEAD + 1, 100_000])
def test_of_a_file_without_front_matter_8_kib_are_read(file: Path, size: int):
    assert len(read(file, b"x" * size)) == min(size, HEAD)
    assert HEAD == 8192


@pytest.mark.parametrize("size", [1, 3, 4, 5, 10])
def test_a_file_of_less_than_a_front_matter_is_read_whole(file: Path, size: int):
    assert len(read(file, FRONT[:size])) == size


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n\n  ", b"\xef\xbb\xbf\r\n"])
@pytest.mark.parametrize(
    ("fence", "close"),
    [(b"---\n", b"\n---\n"), (b"---\n", b"\n...\n"), (b"+++\n", b"\n+++\n"), (b"---\r", b"\r---\r"), (b"---\r\n", b"\r\n--- \t\r\n"), (b"---json\n", b"\n---\n")],
)  # fmt: skip
def test_a_long_header_is_read_to_its_end(file: Path, start: bytes, fence: bytes, close: bytes):
    header = start + fence + b"x: " + b"y" * 20_000 + close
    found = read(file, header + b"z" * 200_000)
    assert len(header) + EXCERPT - 1 <= len(found) <= len(header) + EXCERPT  # a CR may end the line


def test_a_header_that_is_never_closed_is_read_to_the_bound_and_no_further(file: Path):
    data = b"---\n" + b"x: y\n" * 100_000
    assert len(read(file, data)) == MOST == 64 * 1024 + EXCERPT
    assert parsed(file, data).problems[0].message == (
        "front matter is longer than 64 KiB; close it with --- above the text, or shorten its values"
    )
    assert parse(data, "posts/one.md", RULES).problems[0].message == (
        "front matter is not closed with ---; write --- on a line of its own below the last key"
    )


def test_json_is_read_to_the_bound(file: Path):
    header = b'{"title": "One", "date": "2025-06-30", "x": "' + b"y" * 20_000 + b'"}\n'
    assert len(read(file, header + b"z" * 200_000)) == MOST
    assert parsed(file, header + b"z" * 200_000).draft.title == "One"


@pytest.mark.parametrize("start", [b"Text ", b"# Heading\n", b"--", b"-- -\n", b"Title: One\nDate: 2025-06-30\n\n"])
def test_without_a_fence_8_kib_are_read(file: Path, start: bytes):
    assert len(read(file, start + b"x" * 100_000)) == HEAD


@pytest.mark.parametrize("place", range(-8, 9))
@pytest.mark.parametrize("close", [b"\n---\n", b"\n---", b"\r\n---\r\n"])
def test_a_fence_that_stands_across_the_8_kib(file: Path, place: int, close: bytes):
    opening = b"---\ntitle: One\ndate: 2025-06-30\nx: "
    header = opening + b"y" * (HEAD + place - len(opening)) + close
    found = parsed(file, header)
    assert found.draft.title == "One"
    assert found.problems == ()
    if close.endswith(b"\n"):
        whole = parsed(file, header + b"z" * 100_000)
        assert (whole.draft.title, whole.problems) == ("One", ())


@pytest.mark.parametrize("shift", range(4))
def test_a_head_that_ends_within_a_character_is_no_fault(file: Path, shift: int):
    data = FRONT + b"x" * shift + "🚀".encode() * 5000
    assert len(read(file, data)) == len(FRONT) + EXCERPT
    found = parsed(file, data)
    assert found.problems == ()
    assert found.draft.body.endswith("🚀")


def test_bytes_that_are_not_utf_8_within_the_head_are_told_and_those_at_the_end_of_a_whole_file(file: Path):
    assert parsed(file, FRONT + b"\xff" + b"x" * 10_000).problems[0].code == "not-utf-8"
    assert parsed(file, FRONT + "🚀".encode()[:3]).problems[0].code == "not-utf-8"


@given(st.integers(0, 60_000), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(0, 200_000))
def test_whatever_its_length_a_header_is_whole_in_the_head(
    tmp_path_factory: pytest.TempPathFactory, length: int, end: str, bom: bool, body: int
):
    file = tmp_path_factory.getbasetemp() / f"heads-{os.getpid()}.md"
    rows = ["---", "title: One", "date: 2025-06-30", f"x: {'y' * length}", "slug: last", "---", "z" * body]
    found = parsed(file, ("\ufeff" * bom + end.join(rows)).encode())
    assert found.problems == ()
    assert found.draft.url == "https://example.org/posts/last/"


def test_a_file_that_shrinks_while_it_is_read(file: Path, monkeypatch: pytest.MonkeyPatch):
    file.write_bytes(b"---\n" + b"x" * 50_000)
    real = os.read
    reads: list[int] = []

    def shrinking(handle: int, size: int) -> bytes:
        data = real(handle, size)
        reads.append(len(data))
        os.truncate(file, 10)
        return data

    monkeypatch.setattr(os, "read", shrinking)
    assert len(heads.read(str(file))[0]) == HEAD
    assert reads == [HEAD, 0]


def test_bytes_that_come_in_parts_are_put_together(file: Path, monkeypatch: pytest.MonkeyPatch):
    data = b"---\n" + b"x: y\n" * 8000 + b"---\n"
    file.write_bytes(data)
    real = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: real(handle, min(size, 1000)))
    assert heads.read(str(file))[0] == data


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_what_is_no_file_raises_and_leaves_nothing_open(tmp_path: Path, kind: str):
    place = tmp_path / "x"
    if kind == "folder":
        place.mkdir()
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError):
        heads.read(str(place))
    assert len(os.listdir("/proc/self/fd")) == before
