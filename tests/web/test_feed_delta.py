"""RFC 3229: only new entries, only to readers that the config lists."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.feed_folder import Folder

from publisher.feeds.feed import digest
from publisher.web import deltas
from publisher.web.delta import cut, entries, listed, wanted

NEWSBOAT = "newsboat/2.21 (Linux x86_64)"


def rss(*items):
    return (
        b"<rss><channel><title>T</title>" + b"".join(b"<item>%s</item>" % each for each in items) + b"</channel></rss>"
    )


def atom(*items):
    return b"<feed>\n" + b"".join(b'<entry xml:lang="zh">%s</entry>\n' % each for each in items) + b"</feed>"


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (b"newsboat/2.21 (Linux x86_64)", True),
        (b"Newsboat", True),
        (b"newsboat (x)", True),
        (b"newsboat-fork/1", False),
        (b"newsboat2/1", False),
        (b"Mozilla/5.0 newsboat/2.21", False),
        (b"Tiny Tiny RSS/23", True),
        (b"", False),
        (b"caf\xe9", False),
    ],
)
def test_readers_are_listed_by_the_name_they_begin_with(agent, found):
    assert listed(agent, ("newsboat", "Tiny Tiny RSS")) is found
    assert not listed(agent, ())


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"feed", True),
        (b"FEED", True),
        (b"vcdiff, feed;q=0.5 , gzip", True),
        (b"feed;q=1", True),
        (b"feed;q=0", False),
        (b"feed; q=0.000", False),
        (b"feed;q=.0", False),
        (b"feeds", False),
        (b"", False),
        (b"vcdiff", False),
    ],
)
def test_who_takes_feed(header, found):
    assert wanted(header) is found


@pytest.mark.parametrize("make", [rss, atom])
def test_what_is_known_is_cut_out(make):
    old, new = make(b"b", b"a"), make(b"c", b"b!", b"a")
    assert cut(new, entries(old)) == make(b"c", b"b!").replace(b"</feed>", b"\n</feed>" if make is atom else b"</feed>")
    assert cut(new, frozenset()) is None, "nothing would be left out"
    assert cut(old, entries(new) | entries(old)) is None, "nothing would be left"
    assert cut(make(), entries(old)) is None


def test_raw_text_could_hide_an_end():
    body = rss(b"<![CDATA[</item>]]>", b"a")
    assert cut(body, entries(rss(b"a"))) is None


@given(st.lists(st.binary(max_size=5).map(bytes.hex).map(str.encode), unique=True, max_size=8), st.integers(0, 8))
def test_a_cut_feed_holds_just_what_was_not_known(items, number):
    known = entries(rss(*items[:number]))
    part = cut(rss(*items), known)
    if part is not None:
        assert entries(part) == entries(rss(*items)) - known
        assert part == rss(*items[number:])


# ---- over HTTP


def text(number):
    return (f"entry {number} " + "".join(f"word{number * 7 + n} " for n in range(60))).encode()


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path, deltas=("newsboat",))
    made.build({"feeds/rss.xml": rss(text(2), text(1)), "feeds/feed.json": b"{}"})
    return made


def take(folder, *numbers):
    body = rss(*map(text, numbers))
    folder.build({"feeds/rss.xml": body, "feeds/feed.json": b'{"a":1}'})
    folder.later()
    return f'W/"{digest(body)}"'


def test_a_listed_reader_gets_what_it_lacks(folder):
    first = folder.get(a_im="feed", user_agent=NEWSBOAT)
    assert (first.status_code, first.headers["vary"]) == (200, "Accept-Encoding")
    held, tag = first.headers["etag"], take(folder, 4, 3, 2)
    answer = folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held)
    assert (answer.status_code, answer.headers["im"], answer.headers["etag"]) == (226, "feed", tag)
    assert answer.content == rss(text(4), text(3))
    assert answer.headers["delta-base"] == held
    assert answer.headers["cache-control"] == "no-store, im"
    assert answer.headers["vary"] == "Accept-Encoding, A-IM, If-None-Match, User-Agent"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["link"].endswith('rel="self"')
    packed = folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held, accept_encoding="gzip")
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", answer.content)
    assert int(packed.headers["content-length"]) == len(gzip.compress(answer.content, 6, mtime=0))
    head = folder.ask("HEAD", a_im="feed", user_agent=NEWSBOAT, if_none_match=held)
    assert (head.status_code, head.content, head.headers) == (226, b"", answer.headers)


def test_the_version_of_a_304_is_remembered_too(folder):
    held = f'W/"{digest(rss(text(2), text(1)))}"'
    assert folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held).status_code == 304
    take(folder, 3, 2, 1)
    assert folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=f'"x", {held}').status_code == 226


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/feeds/rss.xml", {"user_agent": "rss2email/3.13"}),
        ("/feeds/rss.xml", {"user_agent": NEWSBOAT, "a_im": "vcdiff"}),
        ("/feeds/rss.xml", {"user_agent": NEWSBOAT, "a_im": "feed;q=0"}),
        ("/feeds/rss.xml", {"user_agent": NEWSBOAT, "if_none_match": '"unknown"'}),
        ("/feeds/feed.json", {"user_agent": NEWSBOAT}),
        ("/feeds/rss.xml", {}),
    ],
)
def test_all_others_get_the_whole_feed(folder, path, headers):
    held = folder.get(path, a_im="feed", user_agent=NEWSBOAT).headers["etag"]
    take(folder, 3, 2, 1)
    answer = folder.get(path, **({"a_im": "feed", "if_none_match": held} | headers))
    assert (answer.status_code, "im" in answer.headers) == (200, False)
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_reader_with_nothing_new_or_nothing_in_common_gets_the_whole_feed(folder):
    held = folder.get(a_im="feed", user_agent=NEWSBOAT).headers["etag"]
    take(folder, 2)
    assert folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held).status_code == 200
    take(folder, 9, 8)
    assert folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held).status_code == 200


def test_conditions_come_first(folder):
    held = folder.get(a_im="feed", user_agent=NEWSBOAT).headers["etag"]
    take(folder, 3, 2, 1)
    assert folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held, if_match='"x"').status_code == 412
    assert folder.get(a_im="feed", user_agent=NEWSBOAT).status_code == 200


def test_nothing_is_kept_where_nobody_is_listed(tmp_path):
    made = Folder(tmp_path)
    made.build({"feeds/rss.xml": rss(text(1))})
    held = made.get(a_im="feed", user_agent=NEWSBOAT).headers["etag"]
    take(made, 2, 1)
    assert made.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=held).status_code == 200
    assert not made.server._deltas._known


def test_only_the_last_versions_are_remembered(folder, monkeypatch):
    tags = [folder.get(a_im="feed", user_agent=NEWSBOAT).headers["etag"]]
    for number in range(3, 3 + deltas.VERSIONS):
        tags.append(take(folder, number, 2, 1))
        folder.get(a_im="feed", user_agent=NEWSBOAT)
    take(folder, 99, 2, 1)
    found = [folder.get(a_im="feed", user_agent=NEWSBOAT, if_none_match=tag).status_code for tag in tags]
    assert found == [200, 200] + [226] * (deltas.VERSIONS - 1)
    monkeypatch.setattr(deltas, "FEEDS", 0)
    folder.get(a_im="feed", user_agent=NEWSBOAT)
    assert not folder.server._deltas._known


def test_a_feed_without_a_file_is_asked_for_as_by_everybody(folder):
    folder.get()
    (folder.root / "feeds/feed.json").unlink()
    assert folder.get("/feeds/feed.json", a_im="feed", user_agent=NEWSBOAT).status_code == 404
