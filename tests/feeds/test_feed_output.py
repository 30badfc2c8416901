from __future__ import annotations

import errno
import json
import os
import stat
from datetime import timedelta

import pytest
from builders import AT

from publisher.errors import StoreError
from publisher.feeds.feed import Document, digest
from publisher.feeds.output import MANIFEST, Output

LATER = AT + timedelta(hours=1)
OLD = AT - timedelta(days=30)


def document(path="feeds/tags/c#/rss.xml", body=b"<rss/>", modified=OLD):
    return Document(path=path, body=body, media_type="application/rss+xml", modified=modified)


def build(root, *documents, known=(), now=AT, full=False):
    """One build that puts these documents; the source of each is its path."""
    output = Output(root, {item.path: item for item in known}, now, full=full)
    for item in documents:
        if not output.keep(item.path, item.path):
            output.put(item, item.path)
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
    assert built.written == 2
    assert not list(tmp_path.rglob("*.part"))


def test_a_feed_is_never_newer_than_the_clock(tmp_path):
    built = build(tmp_path, document(modified=LATER))
    assert built.changes()[0].modified == AT


def test_nothing_changed_nothing_written(tmp_path):
    first = build(tmp_path, document())
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
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
    values = {name: getattr(item, name) for name in item.__slots__}
    return type(item)(**(values | {"source": "older"}))


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
    assert str(caught.value).startswith(f"{root / document().path} cannot be written: ")
    assert "output folder" in caught.value.hint


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    first = build(tmp_path, document())

    def full_disk(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "replace", full_disk)
    with pytest.raises(StoreError, match="No space left"):
        build(tmp_path, document(body=b"<rss>2</rss>"), known=[renewed(first)])
    assert (tmp_path / document().path).read_bytes() == b"<rss/>"
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_in_the_place_of_a_file_is_not_touched(tmp_path):
    inside = tmp_path / document().path / "x"
    inside.parent.mkdir(parents=True)
    inside.write_text("kept", "utf-8")
    with pytest.raises(StoreError):
        build(tmp_path, document())
    assert inside.read_text("utf-8") == "kept"
