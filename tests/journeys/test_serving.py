"""``serve`` beside other processes: it takes its turn at sending, and ends whole."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from journeys.walk import ISSUE, ask, serving

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
