"""WebSub from end to end: ``serve`` and ``run-due`` as processes, a real hub and a real subscriber on loopback."""

from __future__ import annotations

import json
import sqlite3
import time
from urllib.parse import urlsplit

import pytest
from feeds.hub import Hub, Subscriber, free_port, running
from journeys.walk import ask, serving
from starlette.responses import PlainTextResponse

PUBLIC = "https://news.example.org"
"""Where the site's config says that readers reach it."""
OLD = "2025-06-28T09:00:00+08:00"
ALL = ("rss.xml", "atom.xml", "feed.json")


def addresses(*folders: str) -> set[str]:
    """The addresses of the feeds in these folders under ``/feeds/``."""
    return {f"{PUBLIC}/feeds/{folder}{name}" for folder in folders for name in ALL}


def told(site):
    """The events of the service by their names."""
    found: dict[str, list[dict]] = {}
    for line in (site.folder / "serve.err").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        found.setdefault(event["event"], []).append(event)
    return found


def owed(site):
    """(topic, attempts, due) of every ping in the site's table."""
    database = sqlite3.connect(f"file:{site.folder}/var/publisher.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT topic, attempts, due FROM feed_ping ORDER BY topic").fetchall()
    finally:
        database.close()


@pytest.fixture
def newsroom(site):
    """A site of two topics whose feeds were built before it had a hub."""
    site.article("one", OLD)
    site.article("two", OLD, topics="[Energy]")
    site.run("build")

    def with_hubs(*urls):
        site.write("config.yaml", (site.folder / "config.yaml").read_text("utf-8") + f"\nfeeds: {{hubs: {[*urls]}}}\n")
        return site

    return with_hubs


def at(address):
    """Where a hub fetches what the public address names."""
    return lambda topic: address + urlsplit(topic).path


def test_a_subscriber_is_sent_the_new_bytes_of_exactly_the_changed_feeds(newsroom, eventually):
    hub, subscriber = Hub(), Subscriber()
    with running(hub), running(subscriber):
        site = newsroom(hub.url)
        with serving(site, eventually) as address:
            hub.topic_at = at(address)
            # Every feed now names its hub: all are new bytes.
            eventually(lambda: set(hub.taken) == addresses("", "topics/chips/", "topics/energy/"))
            eventually(lambda: not owed(site))
            for topic in (f"{PUBLIC}/feeds/topics/energy/atom.xml", *addresses("topics/chips/")):
                subscriber.subscribe(hub.url, topic)
            eventually(lambda: len(hub.subscriptions) == 4)
            hub.taken.clear()
            before = {name: ask(f"{address}/feeds/topics/chips/{name}").body for name in ALL}

            site.article("hidden", OLD, topics="[Energy]", draft="true")
            site.article("three", OLD)
            eventually(lambda: len(subscriber.received) == 3)
            eventually(lambda: not owed(site))
            assert sorted(hub.taken) == sorted(addresses("", "topics/chips/")), "each changed feed once, no other"
            for name in ALL:
                (sent,) = subscriber.received[f"{PUBLIC}/feeds/topics/chips/{name}"]
                assert sent == ask(f"{address}/feeds/topics/chips/{name}").body
                assert sent != before[name]
                assert b"Three" in sent
    assert hub.faults == []
    assert subscriber.forged == 0
    assert not {"websub.failed", "websub.refused", "job.failed", "build.failed"} & told(site).keys()


def test_a_hub_in_trouble_and_one_that_is_down_lose_nothing_over_restarts(newsroom, eventually):
    busy = PlainTextResponse("one moment", 503, headers={"Retry-After": "0"})
    hub, port = Hub(mood=lambda times: busy if times <= 2 else None), free_port()
    late, wanted = Hub(), addresses("", "topics/chips/", "topics/energy/")
    with running(hub):
        site = newsroom(hub.url, f"http://127.0.0.1:{port}/")
        with serving(site, eventually) as address:
            hub.topic_at = at(address)
            eventually(lambda: set(hub.taken) == wanted, seconds=30)
            eventually(lambda: len(owed(site)) == len(wanted))
        assert len(hub.pings) >= 3
        events = told(site)
        assert {event["why"] for event in events["websub.deferred"]} >= {"it answers 503: one moment"}
        assert {topic for topic, _, _ in owed(site)} == wanted, "what the other is owed outlived the service"
        with running(late, port), serving(site, eventually, now="2025-06-30T18:00:00+08:00") as address:
            late.topic_at = at(address)
            eventually(lambda: set(late.taken) == wanted)
            eventually(lambda: not owed(site))
    assert hub.faults == late.faults == []


def test_a_service_ends_at_once_although_a_hub_says_nothing(newsroom, eventually):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection, never answers
        site = newsroom(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        with serving(site, eventually):
            deaf.settimeout(20)
            connection, _ = deaf.accept()
            begun = time.monotonic()
        ended = time.monotonic() - begun
        connection.close()
    # Of a second for the hub; the others are what a loaded machine takes to end a process.
    assert ended < 5
    assert owed(site), "its pings are due again after a minute"


def test_cron_tells_hubs_after_the_build_that_an_upload_may_follow(newsroom):
    hub = Hub()
    with running(hub):
        site = newsroom(hub.url)
        hub.topic_at = lambda topic: f"{hub.url}nowhere"
        first = site.run("run-due")
        assert hub.pings == [], "what this run has built may not be uploaded yet"
        assert len(owed(site)) == 9
        second = site.run("run-due")
        assert second.out.splitlines()[-1] == "9 pings sent to WebSub hubs"
        assert set(hub.taken) == addresses("", "topics/chips/", "topics/energy/")
        assert site.run("run-due").out == first.out
        assert len(hub.pings) == 1


def test_cron_tells_of_hubs_that_refuse_and_of_hubs_that_are_down(newsroom):
    hub, nobody = Hub(mood=lambda times: PlainTextResponse("we do not know you", 403)), free_port()
    with running(hub):
        site = newsroom(hub.url, f"http://127.0.0.1:{nobody}/")
        site.run("build")
        done = site.run("run-due", code=1)
    assert "it answers 403: we do not know you" in done.err
    assert done.out.splitlines()[-1] == "9 pings put off: a hub is down or busy"
    assert {attempts for _, attempts, _ in owed(site)} == {1}
