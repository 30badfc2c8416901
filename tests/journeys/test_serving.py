"""``serve`` beside other processes: it takes its turn at sending, and ends whole."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

from journeys.walk import ISSUE, ask, draw, serving

from publisher.db.engine import Database
from publisher.delivery.sender import sending_alone

TODAY = "2025-06-30T07:00:00+08:00"


def approved(site):
    site.now = "2025-06-30T07:30:00+08:00"
    site.article("one", TODAY)
    site.reader("a@example.net")
    site.run("issue", "draft", "weekly")
    site.run("issue", "approve", ISSUE)


def test_it_waits_for_its_turn_and_takes_it_without_being_started_anew(site, eventually):
    approved(site)
    database = Database(f"sqlite:///{site.folder}/var/publisher.db")
    try:
        with ExitStack() as turn:
            assert turn.enter_context(sending_alone(database))
            with serving(site, eventually, now="2025-06-30T08:00:05+08:00") as address:
                eventually(lambda: site.json("issue", "list")[0]["state"] == "queued")
                eventually(lambda: b"sender.elsewhere" in (site.folder / "serve.err").read_bytes())
                assert site.mails() == {}, "somebody else may be sending it"
                assert ask(f"{address}/feeds/rss.xml").status == 200
                turn.close()
                eventually(lambda: site.json("issue", "list")[0]["state"] == "sent")
    finally:
        database.close()
    assert list(site.mails()) == ["a@example.net"]


def test_a_send_from_a_shell_leaves_the_sending_to_it_and_watches(site, eventually):
    approved(site)
    with serving(site, eventually):
        eventually(lambda: _held(site))
        done = site.run("issue", "send", ISSUE)
    assert done.out == f"another process sends for this site; watching it\n{ISSUE} is sent: 1 planned = 1 accepted\n"
    assert list(site.mails()) == ["a@example.net"]


def _held(site):
    database = Database(f"sqlite:///{site.folder}/var/publisher.db")
    try:
        with sending_alone(database) as alone:
            return not alone
    finally:
        database.close()


def test_an_address_that_is_taken_is_one_line(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        done = site.process("serve", "--listen", listen, code=1)
    last = done.errors[-1]
    assert last.startswith(f"publisher: {listen} cannot be listened at")
    assert last.endswith("use --listen HOST:PORT")


def test_an_article_appears_at_its_second_not_at_the_next_minute(site, eventually):
    site.article("now", "2025-06-30T07:00:00+08:00")
    site.article("soon", "2025-06-30T08:00:02+08:00")
    with serving(site, eventually, now="2025-06-30T07:59:58+08:00"):
        assert "posts/soon.md" not in site.json("articles", now="2025-06-30T07:59:59+08:00")
        eventually(lambda: any(item["url"].endswith("/soon/") for item in site.items()))
    assert not (site.folder / "serve.err").read_bytes().count(b"build.failed")


def shown(address):
    """The entries of the site's feed over HTTP, by their titles."""
    return {item["title"]: item for item in json.loads(ask(f"{address}/feeds/feed.json").body)["items"]}


def told(site, event):
    lines = (site.folder / "serve.err").read_text(encoding="utf-8").splitlines()
    return [found for line in lines if (found := json.loads(line))["event"] == event]


def test_what_an_editor_does_is_in_the_feeds_at_once(site, eventually):
    posts = site.folder / "content" / "posts"
    site.article("one", TODAY)
    with serving(site, eventually) as address:

        def seen(condition):
            eventually(lambda: condition(shown(address)), seconds=10)  # a loaded machine; alone it takes about 1 s

        assert set(shown(address)) == {"One"}
        site.article("two", TODAY)
        seen(lambda items: set(items) == {"One", "Two"})
        site.article("two", TODAY, title="Second")
        seen(lambda items: set(items) == {"One", "Second"})
        (posts / "two.md").rename(posts / "three.md")
        seen(lambda items: items["Second"]["url"].endswith("/three/"))
        draw(site, "/pictures/two.jpg")
        site.article("three", TODAY, title="Third", featured_image="/pictures/two.jpg")
        seen(lambda items: items.get("Third", {}).get("image", "").endswith("/pictures/two.jpg"))
        good = (posts / "three.md").read_text(encoding="utf-8")
        (posts / "three.md").write_text(good.replace("title: Third", "title: [Third"), encoding="utf-8")
        eventually(lambda: told(site, "article.problem"), seconds=10)
        assert told(site, "article.problem")[0]["problem"].startswith("posts/three.md:")
        assert set(shown(address)) == {"One", "Third"}, "its last good version stays"
        (posts / "three.md").unlink()
        seen(lambda items: set(items) == {"One"})
        site.config("timezone: Asia/Shanghai", "timezone: Asia/Nowhere")
        eventually(lambda: told(site, "config.changed"), seconds=10)
        assert "site.timezone" in told(site, "config.changed")[0]["error"]
    assert not told(site, "build.failed")
    assert not told(site, "job.failed")


def test_a_killed_service_leaves_nothing_behind_and_ctrl_c_ends_one_at_once(site, eventually):
    site.article("one", TODAY)
    for number in (signal.SIGKILL, signal.SIGINT):
        out = site.folder / "serve.out"
        with out.open("wb") as stream, (site.folder / "serve.err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "publisher", "serve", "--listen", "127.0.0.1:0", "--now", site.now],
                cwd=site.folder,
                stdout=stream,
                stderr=err,
            )
        try:
            eventually(lambda: b"http://" in out.read_bytes() or process.poll() is not None)
            process.send_signal(number)
            assert process.wait(10) == (0 if number == signal.SIGINT else -signal.SIGKILL)
        finally:
            process.kill()
            process.wait(10)
    assert told(site, "service.stopped")
    assert not list((site.folder / "public").rglob("*.part"))
