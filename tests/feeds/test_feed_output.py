from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import stat
import threading
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest
from builders import AT

from publisher.errors import StoreError
from publisher.feeds.feed import Document, digest
from publisher.feeds.output import MANIFEST, TWINS, Output, alone

LATER = AT + timedelta(hours=1)
OLD = AT - timedelta(days=30)


def document(path="feeds/tags/c#/rss.xml", body=b"<rss/>", modified=OLD):
    return Document(path=path, body=body, media_type="application/rss+xml", modified=modified)


def build(root, *documents, known=(), now=AT, full=False):
    """One build that puts these documents; the source of each is its path."""
    with alone(root), Output(root, {item.path: item for item in known}, now, full=full) as output:
        for item in documents:
            if not output.keep(item.path, item.path):
                output.put(item, item.path)
        output.drain()
        output.finish()
    return output


def mtime(file):
    return file.stat().st_mtime


def test_the_first_build_dates_files_by_their_feeds(tmp_path):
    built = build(tmp_path, document())
    file = tmp_path / "feeds/tags/c#/rss.xml"
    assert file.read_bytes() == b"<rss/>"
    assert mtime(file) == OLD.timestamp()
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert built.written == 1
    assert [path.name for path in (tmp_path / "feeds").iterdir() if path.name.startswith(".")] == [".lock"]


def test_the_web_server_may_read_it_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        build(tmp_path / "public", document())
    finally:
        os.umask(before)
    folders = [tmp_path / "public", *(path for path in (tmp_path / "public").rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o755}


def test_a_feed_is_never_newer_than_the_clock(tmp_path):
    built = build(tmp_path, document(modified=LATER))
    assert built.changes()[0].modified == AT


def test_nothing_changed_nothing_written(tmp_path):
    first = build(tmp_path, document())
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"}
    second = build(tmp_path, document(), known=first.changes(), now=LATER)
    assert (second.written, second.changes(), second.gone()) == (0, [], [])
    for path, seen in before.items():
        assert (path.stat().st_mtime_ns, path.stat().st_ino) == (seen.st_mtime_ns, seen.st_ino)


def test_changed_bytes_move_the_date_even_within_a_second(tmp_path):
    first = build(tmp_path, document(modified=AT))
    second = build(tmp_path, document(body=b"<rss>2</rss>", modified=OLD), known=[renewed(first)], now=AT)
    (changed,) = second.changes()
    assert changed.modified == AT + timedelta(seconds=1)
    assert mtime(tmp_path / changed.path) == changed.modified.timestamp()
    third = build(tmp_path, document(body=b"<rss>3</rss>"), known=[renewed(second)], now=LATER)
    assert third.changes()[0].modified == LATER


def renewed(output):
    """What the build wrote, made from a source that is no longer so."""
    (item,) = output.current.values()
    return renew(item)


def renew(item):
    return replace(item, source="older")


def test_a_document_that_comes_later_is_dated_by_its_build(tmp_path):
    first = build(tmp_path, document())
    second = build(tmp_path, document(), document("feeds/rss.xml"), known=first.changes(), now=LATER)
    assert {item.path: item.modified for item in second.current.values()} == {
        "feeds/tags/c#/rss.xml": OLD,
        "feeds/rss.xml": LATER,
    }


def test_the_same_bytes_from_another_source_keep_their_date(tmp_path):
    first = build(tmp_path, document())
    second = build(tmp_path, document(), known=[renewed(first)], now=LATER)
    assert second.written == 0
    assert second.changes()[0].modified == OLD
    assert second.changes()[0].source == document().path


@pytest.mark.parametrize("harm", ["removed", "changed", "touched"])
def test_a_file_that_somebody_touched_is_put_right(tmp_path, harm):
    first = build(tmp_path, document())
    file = tmp_path / document().path
    if harm == "removed":
        file.unlink()
    elif harm == "changed":
        file.write_bytes(b"junk, longer")
    else:
        os.utime(file, (1, 1))
    second = build(tmp_path, document(), known=first.changes(), now=LATER)
    assert (file.read_bytes(), mtime(file)) == (b"<rss/>", OLD.timestamp())
    assert second.written == (0 if harm == "touched" else 1)


def test_full_reads_what_size_and_date_do_not_show(tmp_path):
    first = build(tmp_path, document())
    file = tmp_path / document().path
    file.write_bytes(b"<RSS/>")
    os.utime(file, (OLD.timestamp(),) * 2)
    assert build(tmp_path, document(), known=first.changes()).written == 0
    assert build(tmp_path, document(), known=first.changes(), full=True).written == 1
    assert file.read_bytes() == b"<rss/>"


def test_a_build_after_a_lost_database_rewrites_nothing(tmp_path):
    build(tmp_path, document())
    again = build(tmp_path, document(), now=LATER)
    assert again.written == 0
    assert again.changes()[0].modified == OLD


def test_the_manifest_names_all_files_with_their_hashes(tmp_path):
    build(tmp_path, document(), document("feeds/rss.xml", b"<rss>all</rss>"))
    manifest = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert list(manifest["documents"]) == ["feeds/rss.xml", "feeds/tags/c#/rss.xml"]
    assert manifest["documents"]["feeds/tags/c#/rss.xml"] == {
        "hash": digest(b"<rss/>"),
        "media_type": "application/rss+xml",
        "modified": "2025-05-31T08:00:00Z",
        "size": 6,
        "codings": {},
    }
    build(tmp_path, document(), document("feeds/rss.xml", b"<rss>new</rss>"))
    assert json.loads((tmp_path / MANIFEST).read_text("utf-8"))["version"] != manifest["version"]


def test_what_is_gone_is_removed_with_its_empty_folders(tmp_path):
    other = tmp_path / "feeds/tags/notes.txt"
    first = build(tmp_path, document(), document("feeds/rss.xml"))
    other.write_text("mine", "utf-8")
    second = build(tmp_path, document("feeds/rss.xml"), known=first.changes())
    (gone,) = second.gone()
    assert second.remove(gone)
    assert not (tmp_path / "feeds/tags/c#").exists()
    assert other.exists()
    assert not second.remove(gone)


def test_the_output_folder_itself_stays(tmp_path):
    first = build(tmp_path, document("rss.xml"))
    second = build(tmp_path, known=first.changes())
    assert second.remove(second.gone()[0])
    (tmp_path / MANIFEST).unlink()
    assert tmp_path.is_dir()


def test_a_file_that_somebody_else_put_there_stays(tmp_path):
    first = build(tmp_path, document())
    file = tmp_path / document().path
    file.write_bytes(b"somebody's")
    second = build(tmp_path, known=first.changes())
    assert not second.remove(second.gone()[0])
    assert file.read_bytes() == b"somebody's"


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path):
    root = tmp_path / "public"
    root.write_text("a file where the folder should be", "utf-8")
    with pytest.raises(StoreError) as caught:
        build(root, document())
    assert str(caught.value).startswith(f"{root / 'feeds/.lock'} cannot be written: ")
    assert "output folder" in caught.value.hint


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    first = build(tmp_path, document())

    def full_disk(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "replace", full_disk)
    with pytest.raises(StoreError, match="No space left"):
        build(tmp_path, document(body=b"<rss>2</rss>"), known=[renewed(first)])
    assert (tmp_path / document().path).read_bytes() == b"<rss/>"
    assert not list(tmp_path.rglob(".*.part"))


def test_a_folder_in_the_place_of_a_file_is_not_touched(tmp_path):
    inside = tmp_path / document().path / "x"
    inside.parent.mkdir(parents=True)
    inside.write_text("kept", "utf-8")
    with pytest.raises(StoreError):
        build(tmp_path, document())
    assert inside.read_text("utf-8") == "kept"


LONG = b"<rss>" + b"<item>many words</item>" * 200 + b"</rss>"


def twins(root, path="feeds/rss.xml"):
    return {name: root / f"{path}{ending}" for name, ending in TWINS.items()}


def test_a_document_has_compressed_twins_of_its_date(tmp_path):
    built = build(tmp_path, document("feeds/rss.xml", LONG))
    made = twins(tmp_path)
    assert gzip.decompress(made["gzip"].read_bytes()) == brotli.decompress(made["br"].read_bytes()) == LONG
    assert {mtime(file) for file in made.values()} == {OLD.timestamp()}
    codings = json.loads((tmp_path / MANIFEST).read_text("utf-8"))["documents"]["feeds/rss.xml"]["codings"]
    assert codings == {name: file.stat().st_size for name, file in made.items()}
    assert built.written == 1  # a twin is no document of its own
    again = build(tmp_path, document("feeds/rss.xml", LONG), known=built.changes(), now=LATER)
    assert (again.written, again.changes()) == (0, [])


def test_the_same_document_compresses_to_the_same_bytes(tmp_path):
    for name in "ab":
        build(tmp_path / name, document("feeds/rss.xml", LONG), now=LATER)
    one, two = twins(tmp_path / "a"), twins(tmp_path / "b")
    assert [file.read_bytes() for file in one.values()] == [file.read_bytes() for file in two.values()]


def test_what_is_small_or_does_not_shrink_has_no_twins(tmp_path):
    noise = hashlib.shake_256(b"noise").digest(5000)
    first = build(tmp_path, document("feeds/rss.xml", LONG))
    second = build(tmp_path, document("feeds/rss.xml", noise), known=[renewed(first)], now=LATER)
    assert not any(file.exists() for file in twins(tmp_path).values())
    assert (second.changes()[0].gzip, second.changes()[0].br) == (0, 0)


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("harm", ["removed", "changed"])
def test_a_twin_that_somebody_touched_is_put_right(tmp_path, coding, harm):
    first = build(tmp_path, document("feeds/rss.xml", LONG))
    file = twins(tmp_path)[coding]
    good = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(b"junk")
    build(tmp_path, document("feeds/rss.xml", LONG), known=first.changes(), now=LATER)
    assert (file.read_bytes(), mtime(file)) == (good, OLD.timestamp())


def test_twins_go_with_their_document(tmp_path):
    first = build(tmp_path, document("feeds/tags/x/rss.xml", LONG))
    second = build(tmp_path, known=first.changes())
    assert second.remove(second.gone()[0])
    assert not (tmp_path / "feeds/tags").exists()


def test_what_has_other_bytes_than_before_is_known(tmp_path):
    first = build(tmp_path, document(), document("feeds/rss.xml"))
    assert sorted(first.changed()) == ["feeds/rss.xml", document().path]
    known = [renew(item) for item in first.current.values()]
    second = build(tmp_path, document(), document("feeds/rss.xml", b"<rss>2</rss>"), known=known, now=LATER)
    assert second.changed() == ["feeds/rss.xml"]


def test_a_document_that_is_held_back_stays_as_it_was(tmp_path):
    first = build(tmp_path, document())
    with alone(tmp_path), Output(tmp_path, first.current, LATER) as output:
        output.hold(document().path)
        output.hold("feeds/never.xml")
        output.finish()
    assert output.current == first.current
    assert (tmp_path / document().path).read_bytes() == b"<rss/>"


def test_what_a_killed_build_left_is_swept(tmp_path):
    left = tmp_path / "feeds/tags/x/.rss.xml.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a fe")
    build(tmp_path, document())
    assert left.exists()  # nobody was killed: it is somebody else's
    (tmp_path / "feeds/.lock").write_bytes(b"a build is under way")
    build(tmp_path, document())
    assert not left.exists()
    assert (tmp_path / "feeds/.lock").read_bytes() == b""


def test_a_build_that_fails_is_told_from_none(tmp_path):
    with pytest.raises(RuntimeError), alone(tmp_path):
        raise RuntimeError
    assert (tmp_path / "feeds/.lock").read_bytes()


def test_what_somebody_else_writes_beside_the_feeds_stays(tmp_path):
    other = tmp_path / ".mine.part"
    other.write_bytes(b"x")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds/.lock").write_bytes(b"a build is under way")
    build(tmp_path, document())
    assert other.exists()


def test_who_waited_for_another_build_leaves_its_own_mark(tmp_path):
    entered, seen = threading.Event(), []

    def second():
        entered.set()
        with alone(tmp_path):
            seen.append((tmp_path / "feeds/.lock").read_bytes())

    with alone(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait(5)
    thread.join(5)
    assert seen == [b"a build is under way\n"]


def test_two_builds_of_one_folder_take_turns(tmp_path):
    order = []
    entered = threading.Event()

    def second():
        entered.set()
        with alone(tmp_path):
            order.append("second")

    with alone(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait(5)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_documents_are_written_while_others_are_made(tmp_path):
    many = [document(f"feeds/{number}.xml", LONG + str(number).encode()) for number in range(40)]
    built = build(tmp_path, *many)
    assert built.written == 40
    assert all((tmp_path / item.path).read_bytes() == item.body for item in many)
