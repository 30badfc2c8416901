"""A reader's own feed: what their digests held, at an address that is their secret."""

from __future__ import annotations

import gzip
import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from builders import make_issue
from web import sent_site

from publisher.cli.main import run
from publisher.delivery import link
from publisher.feeds.feed import Format
from publisher.issues import store
from publisher.issues.issue import State, Stream
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.tokens import Purpose

READERS = {"li@example.org": {"batteries", "wind", "fab", "hostile"}, "mara@example.org": {"batteries", "wind"}}


def reader_of(site, address):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def path_of(site, address, file="feed.json"):
    return urlsplit(link.feed(site.config, site.keys, reader_of(site, address), file)).path


def names(answer):
    return {item["url"].rstrip("/").rpartition("/")[2] for item in answer.json()["items"]}


@pytest.mark.parametrize(("address", "stories"), READERS.items())
def test_it_holds_the_stories_of_the_readers_own_topics(site, client, address, stories):
    answer = client.get(path_of(site, address))
    assert (answer.status_code, names(answer)) == (200, stories)
    assert answer.json()["title"] == "潮信周报 · 潮信 & Tide"
    assert "hubs" not in answer.json()


@pytest.mark.parametrize("form", Format)
def test_every_format_has_the_public_feeds_entries(site, client, form):
    path = path_of(site, "li@example.org", form.file)
    answer, public = client.get(path), client.get(f"/feeds/{form.file}")
    assert answer.headers["content-type"].startswith(form.media_type)
    if form is Format.JSON:
        assert answer.json()["items"] == public.json()["items"]
        assert answer.json()["feed_url"] == f"https://news.tide.example.org{path}"
        return
    name = "item" if form is Format.RSS else "{http://www.w3.org/2005/Atom}entry"
    own, all_ = ET.fromstring(answer.content), ET.fromstring(public.content)  # our own bytes
    assert [ET.tostring(each) for each in own.iter(name)] == [ET.tostring(each) for each in all_.iter(name)]
    links = own.iter("{http://www.w3.org/2005/Atom}link")
    assert [link.get("href") for link in links if link.get("rel") == "self"] == [f"https://news.tide.example.org{path}"]


def test_a_poll_is_conditional_compressed_and_private(site, client):
    path = path_of(site, "li@example.org")
    first = client.get(path, headers={"accept-encoding": "gzip"})
    assert (first.headers["content-encoding"], first.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert first.headers["cache-control"] == "private, max-age=600"
    assert first.headers["x-robots-tag"] == "noindex"
    assert first.headers["referrer-policy"] == "no-referrer"
    plain = client.get(path, headers={"accept-encoding": "gzip;q=0"})
    assert (plain.content, plain.headers["etag"]) == (first.content, first.headers["etag"])
    assert "content-encoding" not in plain.headers
    assert "last-modified" not in first.headers
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    assert client.get(path, headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status_code == 200
    head = client.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(plain.content)))
    assert client.post(path).status_code == 405


def test_two_readers_have_two_ids_that_say_nothing_of_them(site, client):
    ids = set()
    for address in READERS:
        root = ET.fromstring(client.get(path_of(site, address, "atom.xml")).content)  # our own bytes
        ids.add(root.findtext("{http://www.w3.org/2005/Atom}id"))
    assert len(ids) == 2
    assert not any(address.partition("@")[0] in id for address in READERS for id in ids)


def test_nobody_else_gets_in(site, client):
    good = path_of(site, "li@example.org")
    token = good.split("/")[2]
    for path in (
        "/f/x/feed.json",
        good.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B")),
        good.replace("feed.json", "other.xml"),
        good.replace(token, sent_site.links(site.config.path, "li@example.org")["u"].removeprefix("/u/")),
        path_of(site, "new@example.org"),  # not confirmed yet
    ):
        assert client.get(path).status_code == 404, path
    reader = reader_of(site, "li@example.org")
    with site.database.write() as connection:
        readers.revoke_links(connection, reader.id, now=sent_site.NOW)
    assert client.get(good).status_code == 404
    assert client.get(path_of(site, "li@example.org")).status_code == 200


def test_who_left_is_told_so_and_who_was_erased_is_unknown(site, client):
    path = path_of(site, "gone@example.org")
    reader = reader_of(site, "gone@example.org")
    with site.database.write() as connection:
        readers.act(connection, reader.id, Act.UNSUBSCRIBE, now=sent_site.NOW, how="test")
    assert client.get(path).status_code == 410
    sent_site.erase(site, "gone@example.org")
    assert client.get(path).status_code == 404


def test_an_article_that_was_taken_back_leaves_it_and_an_edit_reaches_it(site, client):
    path = path_of(site, "li@example.org")
    before = client.get(path)
    folder = site.config.content.path / "posts"
    (folder / "fab.md").unlink()
    wind = folder / "wind.md"
    wind.write_text(wind.read_text("utf-8").replace("Text of wind.", "Other words."), "utf-8")
    later = (sent_site.NOW + timedelta(hours=1)).isoformat()
    assert run(["-c", str(site.config.path), "--now", later, "build"]) == 0
    answer = client.get(path, headers={"if-none-match": before.headers["etag"]})
    assert (answer.status_code, names(answer)) == (200, {"batteries", "wind", "hostile"})
    assert "Other words." in answer.text


def test_stories_stay_in_it_where_public_feeds_have_no_room(site, client):
    config = site.config.path
    config.write_text(
        config.read_text("utf-8").replace("max_age: 600", "max_age: 600, entries: 1, archive: false"), "utf-8"
    )
    later = (sent_site.NOW + timedelta(hours=1)).isoformat()
    assert run(["-c", str(config), "--now", later, "build"]) == 0
    assert len(json.loads((config.parent / "public/feeds/feed.json").read_text("utf-8"))["items"]) == 1
    assert names(client.get(path_of(site, "li@example.org"))) == READERS["li@example.org"]


def test_a_reader_of_another_schedule_has_a_feed_of_that(site, client):
    reader = reader_of(site, "li@example.org")
    with site.database.write() as connection:
        readers.set_preferences(connection, reader.id, schedule="daily", now=sent_site.NOW, how="test")
    answer = client.get(path_of(site, "li@example.org"))
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_the_shell_and_the_thank_you_page_name_it(site, client, capsys):
    assert run(["-c", str(site.config.path), "subscribers", "show", "li@example.org"]) == 0
    assert f"https://news.tide.example.org{path_of(site, 'li@example.org', 'rss.xml')}" in capsys.readouterr().out
    done = client.post(f"/confirm/{sent_site.token(site, Purpose.CONFIRM, 'new@example.org')}")
    assert path_of(site, "new@example.org", "rss.xml") in done.text


def test_gzip_is_the_same_each_time(site, client):
    path = path_of(site, "li@example.org")
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        one = b"".join(answer.iter_raw())
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        two = b"".join(answer.iter_raw())
    assert one == two
    assert json.loads(gzip.decompress(one))["version"].endswith("/1.1")


def test_many_issues_of_another_schedule_push_nothing_out(site, client):
    sent = {"state": State.SENT, "sent": sent_site.NOW}
    with site.database.write() as connection:
        for number in range(40):
            moment = sent_site.NOW + timedelta(hours=number)
            issue = make_issue(
                id=f"daily-{number}", stream=Stream("weekly", "daily"), slot=moment, created=moment, **sent
            )
            store.insert(connection, issue)
    assert names(client.get(path_of(site, "li@example.org"))) == READERS["li@example.org"]
