"""Two commands, one article, two readers: what issue 2 calls done."""

from __future__ import annotations

import io
import json
import re

import feedparser
import pytest
from journeys.walk import (
    ARTICLE,
    ISSUE,
    NOW,
    PICTURE_URL,
    SUMMARY,
    TAGS,
    TITLE,
    TOPICS,
    Site,
    ask,
    command,
    draw,
    links,
    serving,
    words_of,
)

STATES = ("accepted", "failed", "uncertain", "skipped", "pending", "sending", "deferred")
WEB = "https://news.example.org"


@pytest.fixture
def sent(tmp_path, capsys):
    """The whole walk; its chief steps are processes, as a shell runs them."""
    assert command("init", "site", "--now", NOW, cwd=tmp_path).code == 0
    site = Site(tmp_path / "site", capsys)
    site.config("timezone: UTC", "timezone: Asia/Shanghai")
    site.write("content/posts/tide.md", ARTICLE)
    picture = draw(site)
    for language in ("zh-CN", "en"):
        site.reader(f"{language}@example.net", language=language)
    assert site.process("build", "--json").data | {"seconds": 0, "written": 0} == {
        "articles": 3,
        "hidden": 0,
        "problems": 0,
        "warnings": 0,
        "feeds": 5,
        "written": 0,
        "removed": 0,
        "seconds": 0,
    }
    assert site.run("issue", "draft", "weekly").out == f"{ISSUE}\n"
    assert "0 errors" in site.run("issue", "check", ISSUE).out
    assert TITLE in site.run("issue", "show", ISSUE).out
    assert "is approved" in site.run("issue", "approve", ISSUE).out
    assert site.process("issue", "send", ISSUE).out == f"{ISSUE} is sent: 2 planned = 2 accepted\n"
    return site, picture


def test_the_article_is_in_every_feed_and_mail_and_no_link_is_dead(sent, eventually):
    site, picture = sent
    _feeds(site, picture)
    mails = site.mails()
    assert sorted(mails) == ["en@example.net", "zh-CN@example.net"]
    for mail in mails.values():
        _mail(mail)
    assert "标签：" in words_of(mails["zh-CN@example.net"], "plain")
    _accounts(site)
    _sends_nothing_more(site)
    with serving(site, eventually) as address:
        for mail in mails.values():
            _alive(mail, address)
        _conditional(site, address)
        _leaves(mails["en@example.net"], address)
    assert site.json("subscribers", "show", "en@example.net")["status"] == "unsubscribed"
    assert site.json("subscribers", "show", "zh-CN@example.net")["status"] == "active"


def _feeds(site, picture):
    keys = [topic for topic in TOPICS if (site.folder / "public/feeds/topics" / topic).is_dir()]
    assert keys == TOPICS
    for place in ("", *(f"topics/{topic}" for topic in TOPICS)):
        item = next(each for each in site.items(place) if each["title"] == TITLE)
        assert item["summary"] == SUMMARY
        assert [tag for tag in item["tags"] if tag in TAGS] == TAGS
        assert item["image"] == PICTURE_URL
        assert item["attachments"] == [
            {"url": PICTURE_URL, "mime_type": "image/jpeg", "size_in_bytes": picture.stat().st_size}
        ]
        for format in ("rss.xml", "atom.xml"):
            parsed = feedparser.parse(io.BytesIO(site.feed(place, format)))
            assert not parsed.bozo
            entry = next(each for each in parsed.entries if each.title == TITLE)
            assert entry.summary == SUMMARY
            assert [tag.term for tag in entry.tags if tag.term in TAGS] == TAGS
            enclosure = next(link for link in entry.links if link.rel == "enclosure")
            assert (enclosure.href, enclosure.type) == (PICTURE_URL, "image/jpeg")
            assert int(enclosure.length) == picture.stat().st_size


def _mail(mail):
    html, text = words_of(mail, "html"), words_of(mail, "plain")
    flat = re.sub(r"\s+", "", text)
    assert TITLE in html
    assert TITLE in flat
    assert SUMMARY in html
    assert SUMMARY in flat
    for tag in TAGS:
        assert tag in html
        assert tag in flat
    assert re.search(rf'<img[^>]+src="{WEB}/media/[0-9a-f]+\.jpg"', html)
    assert mail["Subject"].endswith(TITLE)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def _accounts(site):
    report = site.json("issue", "report", ISSUE, "--deliveries")
    assert {"issue", "state", "planned", *STATES, "deliveries"} <= set(report)
    assert (report["issue"], report["state"]) == (ISSUE, "sent")
    assert all(type(report[name]) is int for name in ("planned", *STATES))
    assert report["planned"] == 2 == sum(report[name] for name in STATES)
    for delivery in report["deliveries"]:
        assert set(delivery) == {"address", "state", "attempts", "reply", "at"}
    found = {(each["address"], each["state"], each["attempts"]) for each in report["deliveries"]}
    assert found == {("zh-CN@example.net", "accepted", 1), ("en@example.net", "accepted", 1)}


def _sends_nothing_more(site):
    before = {file.name: file.stat().st_mtime_ns for file in (site.folder / "outbox").iterdir()}
    assert site.run("issue", "send", ISSUE).out.splitlines() == [
        f"{ISSUE} is sent: 2 planned = 2 accepted",
        "it was sent already; nothing was sent now",
    ]
    assert {file.name: file.stat().st_mtime_ns for file in (site.folder / "outbox").iterdir()} == before


def _alive(mail, address):
    found = links(mail, WEB)
    kinds = {link.removeprefix(WEB).split("/")[1] for link in found}
    assert {"u", "i", "archive", "feeds", "media"} <= kinds
    dead = {link: answer.status for link in found if (answer := ask(link.replace(WEB, address))).status != 200}
    assert not dead


def _conditional(site, address):
    documents = json.loads((site.folder / "public/feeds/manifest.json").read_bytes())["documents"]
    feeds = [path for path in documents if path.endswith((".xml", ".json"))]
    assert len(feeds) >= 15
    for path in feeds:
        url = f"{address}/{'/'.join(map(_quoted, path.split('/')))}"
        first = ask(url)
        assert (first.status, first.body) == (200, (site.folder / "public" / path).read_bytes())
        again = ask(url, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")


def _quoted(part):
    from urllib.parse import quote

    return quote(part)


def _leaves(mail, address):
    link = str(mail["List-Unsubscribe"]).strip("<>").replace(WEB, address)
    body = b"List-Unsubscribe=One-Click"
    answer = ask(link, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200


def test_without_the_file_of_its_picture_the_address_stays_and_nothing_shows_it(site):
    site.write("content/posts/tide.md", ARTICLE)
    site.reader("zh@example.net", language="zh-CN")
    built = site.run("build").out.splitlines()
    warnings = [line for line in built if "warning" in line]
    assert warnings == [
        (
            "posts/tide.md:5: warning: '/pictures/drawn on Jun 30, 2025_15-00.jpg' is not there; "
            "put the file into the static folder or beside the article"
        )
    ]
    for place in ("", *(f"topics/{topic}" for topic in TOPICS)):
        (item,) = site.items(place)
        assert item["image"] == PICTURE_URL
        assert "attachments" not in item
        assert PICTURE_URL.encode() in site.feed(place, "rss.xml")
        for format in ("rss.xml", "atom.xml"):
            entry = feedparser.parse(io.BytesIO(site.feed(place, format))).entries[0]
            assert not entry.get("enclosures")
    site.run("issue", "draft", "weekly")
    site.run("issue", "approve", ISSUE)
    site.run("issue", "send", ISSUE)
    mail = site.mails()["zh@example.net"]
    assert "<img" not in words_of(mail, "html")
    assert "/pictures/" not in words_of(mail, "html") + words_of(mail, "plain")
