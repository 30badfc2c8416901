"""The snapshot through everything that may become of the output folder."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest
from web.feed_folder import MODIFIED, RSS, TAG, TERMS, Folder

from publisher import log
from publisher.feeds.feed import digest
from publisher.web.feeds import LOOK
from publisher.web.snapshot import Shelf, document, load, ready, table

AT = format_datetime(MODIFIED, usegmt=True)
NEWER = RSS.replace(b"tide", b"ebb.")
TOPIC = "/feeds/topics/算力/rss.xml"


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    made.build({"feeds/rss.xml": RSS, "feeds/feed.json": b"{}", TOPIC[1:]: b"<rss></rss>"})
    return made


@pytest.fixture
def troubles(monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append(f"{name} {error}"))
    return told


def consistent(answer):
    """The body of an answer whose tag is that of its bytes."""
    assert answer.headers["etag"] == f'W/"{digest(answer.content)}"'
    return answer.content


def test_a_new_build_is_seen_at_once_by_who_comes_after_a_while(folder):
    assert folder.get().content == RSS
    folder.build({"feeds/rss.xml": NEWER}, MODIFIED + timedelta(hours=1))
    assert folder.get().content == RSS
    assert folder.later().get().content == NEWER
    assert folder.get("/feeds/feed.json").status_code == 404  # the new manifest names it no more


def test_a_busy_server_answers_while_it_looks(folder):
    """No request waits for the look; the one after it has the new build."""
    folder.get()
    folder.build({"feeds/rss.xml": NEWER})
    gate, load_manifest = threading.Event(), folder.server._load

    def look():
        gate.wait(20)
        load_manifest()

    folder.server._load = look

    async def run():
        folder.later(LOOK)
        before = await ask(folder.server, scope())
        gate.set()
        await folder.server._look
        return before, await ask(folder.server, scope())

    assert [body for _, _, body in asyncio.run(run())] == [RSS, NEWER]


def test_a_feed_that_is_not_known_is_waited_for(folder):
    """A hub that was told of a new feed asks for it in the same second."""
    folder.get()
    folder.build({"feeds/rss.xml": RSS, "feeds/atom.xml": b"<feed></feed>"})
    assert folder.later(LOOK).get("/feeds/atom.xml").status_code == 200


def test_a_missing_manifest_is_no_trouble_and_looked_for_again(tmp_path, troubles):
    made = Folder(tmp_path)
    assert made.get().status_code == 404
    made.build({"feeds/rss.xml": RSS})
    assert made.later().get().content == RSS
    assert not troubles


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "null",
        '{"documents": 3}',
        '{"documents": {"feeds/feed.json": {}}}',
        '{"documents": {"feeds/rss.xml": []}}',
        '{"documents":{"feeds/rss.xml":{"hash":"h","modified":"x","media_type":"y"}}}',
        '{"documents":{"../rss.xml":{"hash":"h","modified":"2025-06-30T07:10:04Z","media_type":"y"}}}',
        '{"documents":{"feeds/../../x":{"hash":"h","modified":"2025-06-30T07:10:04Z","media_type":"y"}}}',
        '{"documents":{"feeds/rss.xml":{"hash":"\\u7b97","modified":"2025-06-30T07:10:04Z","media_type":"y"}}}',
    ],
)
def test_a_broken_manifest_keeps_the_last_good_build(folder, broken, troubles):
    folder.get()
    folder.manifest(broken)
    for _ in range(3):
        assert folder.later().get().content == RSS
    assert len(troubles) == 1, "the same trouble is told once"
    (folder.root / "feeds/manifest.json").unlink()
    assert folder.later().get().content == RSS


def test_a_folder_that_goes_away_leaves_what_is_in_memory(folder, troubles):
    folder.get(accept_encoding="gzip")
    shutil.rmtree(folder.root / "feeds")
    for _ in range(2):
        folder.later()
        assert consistent(folder.get(accept_encoding="gzip")) == RSS
        assert consistent(folder.get()) == RSS, "made of the form that is in memory"
        assert folder.get(if_none_match=TAG).status_code == 304
        lost = folder.get(TOPIC)
        assert (lost.status_code, lost.headers["cache-control"]) == (404, "no-store")
        assert folder.get(TOPIC, if_none_match=f'"{digest(b"<rss></rss>")}"').status_code == 304
    assert len(troubles) == 2, "each document once"
    folder.build({"feeds/rss.xml": RSS, TOPIC[1:]: b"<rss></rss>"})
    assert folder.later().get(TOPIC).status_code == 200


def test_a_folder_that_cannot_be_read_leaves_what_is_in_memory(folder, troubles, monkeypatch):
    folder.get()
    folder.manifest('{"documents": {}}')

    def refuse(*_, **__):
        raise PermissionError("no")

    monkeypatch.setattr("pathlib.Path.stat", refuse)
    assert folder.later().get().content == RSS
    assert troubles == ["feeds.unreadable no"]


def test_a_file_newer_than_the_manifest_is_sent_under_its_own_tag(folder):
    """A build has replaced it, and not yet written the manifest."""
    folder.write("feeds/rss.xml", NEWER, MODIFIED + timedelta(hours=1))
    for accept in ("gzip", "", "br"):
        answer = folder.get(accept_encoding=accept)
        assert consistent(answer) == NEWER
        assert answer.headers["last-modified"] == "Mon, 30 Jun 2025 08:10:04 GMT"
        assert answer.headers.get("content-encoding", "") == accept
    assert folder.get(if_none_match=TAG).status_code == 200
    assert folder.get(if_none_match=f'"{digest(NEWER)}"').status_code == 304
    assert folder.later().get(if_none_match=f'"{digest(NEWER)}"').status_code == 304, "looked at again, found the same"
    folder.build({"feeds/rss.xml": NEWER}, MODIFIED + timedelta(hours=1))
    answer = folder.later().get()
    assert (consistent(answer), answer.headers["last-modified"]) == (NEWER, "Mon, 30 Jun 2025 08:10:04 GMT")


def test_a_manifest_that_came_before_its_files_is_right_a_look_later(folder):
    """Some tool copied the folder in its own order."""
    line = folder.write("feeds/rss.xml", NEWER)
    folder.write("feeds/rss.xml", RSS)
    folder.manifest(json.dumps({"documents": {"feeds/rss.xml": line}}))
    assert consistent(folder.get()) == RSS
    folder.write("feeds/rss.xml", NEWER)
    assert consistent(folder.later().get()) == NEWER


def test_a_document_in_memory_needs_no_file(folder):
    assert folder.get().content == RSS
    folder.write("feeds/rss.xml", NEWER)
    assert consistent(folder.get()) == RSS, "as the manifest names it"


@pytest.mark.parametrize("wrong", [b"", b"<rss>half", gzip.compress(NEWER, mtime=0), b"\x1f\x8b\x08\x00"])
def test_a_compressed_file_that_is_not_the_documents_is_not_sent(folder, wrong):
    for ending in (".gz", ".br"):
        (folder.root / f"feeds/rss.xml{ending}").write_bytes(wrong)
    for accept in ("gzip", "br"):
        answer = folder.get(accept_encoding=accept)
        assert (consistent(answer), answer.headers["content-encoding"]) == (RSS, accept)


def test_a_plain_file_that_is_gone_is_made_of_a_compressed_one(folder):
    (folder.root / "feeds/rss.xml").unlink()
    assert consistent(folder.get()) == RSS
    (folder.root / "feeds/rss.xml.gz").unlink()
    (folder.root / "feeds/rss.xml.br").write_bytes(b"x")
    folder.build({"feeds/rss.xml": NEWER})
    (folder.root / "feeds/rss.xml").unlink()
    (folder.root / "feeds/rss.xml.gz").unlink()
    (folder.root / "feeds/rss.xml.br").unlink()
    assert consistent(folder.later().get()) == RSS, "the last good version stands in"


@pytest.mark.parametrize("half", [b"", b"<rss>half", b"<rss><item></item>"])
def test_half_a_file_is_not_sent(folder, half, troubles):
    for ending in ("", ".gz", ".br"):
        (folder.root / f"feeds/rss.xml{ending}").write_bytes(half)
    assert folder.get().status_code == 404
    assert len(troubles) == 1
    assert folder.get("/feeds/feed.json").status_code == 200
    folder.write("feeds/rss.xml", RSS)
    assert consistent(folder.get()) == RSS


def test_a_manifest_of_the_same_second_and_size_is_still_new(folder):
    folder.get()
    before = (folder.root / "feeds/manifest.json").stat()
    folder.build({"feeds/rss.xml": RSS.replace(b"tide", b"TIDE"), "feeds/feed.json": b"{}", TOPIC[1:]: b"<rss></rss>"})
    os.utime(folder.root / "feeds/manifest.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert b"TIDE" in folder.later().get().content


def test_what_a_build_leaves_alone_stays_the_same_object(folder):
    folder.get()
    kept, changed = folder.server._table[TOPIC], folder.server._table["/feeds/rss.xml"]
    folder.build({"feeds/rss.xml": NEWER, TOPIC[1:]: b"<rss></rss>"})
    folder.later().get()
    assert folder.server._table[TOPIC] is kept
    assert folder.server._table["/feeds/rss.xml"] is not changed


# ---- memory


def shelved(number, size):
    served = document(f"feeds/{number}.xml", digest(b"%d" % number), "application/rss+xml", MODIFIED, TERMS, {})
    return ready(served, "", b"x" * size)


def test_the_shelf_keeps_what_was_asked_for_last():
    shelf, items = Shelf(100), [shelved(number, 40) for number in range(3)]
    for item in items[:2]:
        shelf.put(item, "")
    assert shelf.get(items[0].served, "") is items[0]
    shelf.put(items[2], "")
    assert [shelf.get(item.served, "") for item in items] == [items[0], None, items[2]]
    assert shelf.size == 80
    shelf.put(items[2], "")
    shelf.put(shelved(9, 101), "")
    assert (shelf.size, shelf.get(items[0].served, "")) == (80, items[0])  # one too big puts nobody out
    assert shelf.last("feeds/9.xml") is None


def test_a_small_memory_serves_everything_from_the_disk(tmp_path):
    made = Folder(tmp_path, memory=3000)
    bodies = {f"feeds/tags/{n}/rss.xml": b"<rss>%d" % n * 300 + b"</rss>" for n in range(6)}
    made.build(bodies)
    for _ in range(2):
        for path, body in bodies.items():
            assert consistent(made.get(f"/{path}")) == body
            assert made.server._shelf.size <= 3000


def test_a_document_outside_the_folder_of_feeds_is_refused():
    line = {"hash": "h", "media_type": "text/css", "modified": "2025-06-30T07:10:04Z"}
    for path in ("config.yaml", "feeds/../x", "/feeds/x"):
        with pytest.raises(ValueError, match="no path of a feed"):
            table({path: line}, TERMS, {})


def test_a_name_that_no_disk_takes_is_a_missing_file(tmp_path):
    for name in ("feeds/\0.xml", "feeds/\udcff.xml", f"feeds/{'x' * 300}.xml"):
        served = document("feeds/x.xml", "h", "text/css", MODIFIED, TERMS, {})
        object.__setattr__(served, "path", name)
        assert load(tmp_path, served, "", TERMS) is None


# ---- many at once


class Turn:
    """Awaited, it lets the others go on."""

    def __await__(self):
        yield


def scope(path="/feeds/rss.xml", **headers):
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "method": "GET", "headers": lines}


async def ask(server, asked):
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        await Turn()
        sent.append(message)

    await server(asked, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_requests_run_on_while_builds_come(folder):
    """Every answer is one build's own: tag and bytes belong together, whatever comes in between."""
    bodies = [b"<rss>" + b"%d" % number * 500 + b"</rss>" for number in range(8)]
    seen = []

    async def some():
        for _ in range(6):
            _, headers, body = await ask(folder.server, scope(accept_encoding="gzip"))
            seen.append((headers[b"etag"], gzip.decompress(body)))

    async def run():
        for number, body in enumerate(bodies):
            folder.build({"feeds/rss.xml": body}, MODIFIED + timedelta(hours=number))
            folder.later()
            await asyncio.gather(*(some() for _ in range(5)))

    asyncio.run(run())
    assert len(seen) == 8 * 30
    assert all(tag == f'W/"{digest(body)}"'.encode() for tag, body in seen)
    assert set(bodies) <= {body for _, body in seen}


def test_a_herd_reads_a_document_once(folder, monkeypatch):
    reads = []
    whole = load

    def counted(*arguments):
        reads.append(arguments)
        return whole(*arguments)

    monkeypatch.setattr("publisher.web.feeds.load", counted)

    async def run():
        return await asyncio.gather(*(ask(folder.server, scope()) for _ in range(50)))

    assert {(status, body) for status, _, body in asyncio.run(run())} == {(200, RSS)}
    assert len(reads) == 1


def test_a_disk_that_hangs_stops_no_answer_from_memory(folder, monkeypatch):
    """The look goes on in its thread; who asks meanwhile has the old snapshot."""
    folder.get(accept_encoding="gzip")
    opened = threading.Event()
    looks = []

    def hang():
        looks.append(1)
        opened.wait(20)

    monkeypatch.setattr("publisher.web.feeds.PATIENCE", 0.01)
    folder.server._load = hang

    async def run():
        folder.later()
        try:
            return [await ask(folder.server, scope(accept_encoding="gzip")) for _ in range(5)]
        finally:
            opened.set()

    assert {status for status, _, _ in asyncio.run(run())} == {200}
    assert len(looks) == 1


def test_a_look_of_a_loop_that_ended_is_not_waited_for(folder):
    async def begun():
        folder.server._look = asyncio.get_running_loop().create_future()

    asyncio.run(begun())
    folder.build({"feeds/rss.xml": NEWER})
    assert folder.later().get().content == NEWER
