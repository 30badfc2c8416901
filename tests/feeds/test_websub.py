"""Pings and what becomes of them, against hubs that answer as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from builders import AT
from fakes import Clock

from publisher import http
from publisher.errors import FetchError, StoreError
from publisher.feeds import outbox, websub
from publisher.feeds.verdict import PATIENCE, TRIES, backoff
from publisher.feeds.websub import LEASE, MOST, SETTLE, Pinged

HUB, OTHER = "https://hub.example/", "https://other.example/hub"
SECOND = timedelta(seconds=1)


def topics(number: int) -> list[str]:
    return [f"https://example.org/feeds/topics/{place:03}/rss.xml" for place in range(number)]


@dataclass
class Hubs:
    """Stands in for the network: ``mood(hub, topics, times)`` is a status, an ``Answer`` or an error to raise."""

    mood: Callable[[str, list[str], int], object] = lambda hub, told, times: 202
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def __call__(self, method, url, *, headers, body, timeout, limit):
        assert method == "POST"
        assert headers == {"Content-Type": "application/x-www-form-urlencoded"}
        assert 0 < timeout <= 10
        form = parse_qsl(body.decode("ascii"), strict_parsing=True)
        assert form[0] == ("hub.mode", "publish")
        assert {name for name, _ in form[1:]} == {"hub.url"}
        told = [value for _, value in form[1:]]
        self.asked.append((url, told))
        answer = self.mood(url, told, sum(hub == url for hub, _ in self.asked))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, http.Answer) else reply(answer)

    @property
    def sizes(self) -> list[int]:
        return [len(told) for _, told in self.asked]


def reply(status, body=b"", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.Answer(status=status, url=HUB, headers=named, body=body)


@dataclass
class Site:
    """A database, a clock that a test moves, and hubs."""

    database: object
    clock: Clock
    hubs: Hubs

    def note(self, owed, hubs=(HUB,)):
        with self.database.write() as connection:
            outbox.note(connection, owed, hubs, self.clock.now())
            outbox.release(connection, self.clock.now())

    def ping(self, hubs=(HUB, OTHER)):
        return websub.ping_due(self.database, hubs, self.clock.now, send=self.hubs)

    def left(self):
        with self.database.read() as connection:
            return [outbox.Ping(**row) for row in connection.execute(outbox.ping_table.select()).mappings()]

    def to_next(self):
        """Moves the clock to the next attempt."""
        with self.database.read() as connection:
            self.clock.at = outbox.next_due(connection)


@pytest.fixture
def site(database):
    return Site(database, Clock(), Hubs())


def told(capsys):
    """The warnings on standard error."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


# ---- what is sent


def test_a_hub_is_told_of_all_its_feeds_in_one_request(site):
    site.note(topics(3))
    assert site.ping() == Pinged(told=3)
    assert site.hubs.asked == [(HUB, topics(3))]
    assert site.left() == []
    assert site.ping() == Pinged()
    assert len(site.hubs.asked) == 1


def test_every_hub_is_told(site):
    site.note(topics(2), [HUB, OTHER])
    assert site.ping() == Pinged(told=4)
    assert sorted(site.hubs.asked) == [(HUB, topics(2)), (OTHER, topics(2))]


def test_a_form_holds_no_more_than_a_server_takes(site):
    site.note(topics(2 * MOST + 1))
    assert site.ping().told == 2 * MOST + 1
    assert site.hubs.sizes == [MOST, MOST, 1]


def test_addresses_arrive_as_they_are(site):
    odd = "https://example.org/feeds/tags/c%23-%E7%AE%97?a=b&c=d+e/rss.xml"
    site.note([odd])
    site.ping()
    assert site.hubs.asked == [(HUB, [odd])]


def test_what_no_sender_has_seen_waits(site):
    with site.database.write() as connection:
        outbox.note(connection, topics(1), [HUB], AT)
    assert site.ping() == Pinged()
    assert websub.see(site.database, [HUB], AT) == AT + SETTLE
    assert websub.see(site.database, [HUB], AT) is None
    assert site.ping() == Pinged()
    site.clock.forward(seconds=SETTLE.total_seconds())
    assert site.ping() == Pinged(told=1)


def test_a_server_has_looked_at_the_new_bytes_before_a_hub_can_come():
    """A server whose last look is older than STALE looks before it answers; a younger look saw the build."""
    from publisher.web.feeds import STALE

    assert timedelta(seconds=STALE) + SECOND <= SETTLE


def test_a_request_cannot_outlive_its_lease():
    steps = 4  # connect, write, wait, the body
    assert timedelta(seconds=steps * websub.TIMEOUT) < LEASE


def test_hubs_that_the_config_does_not_name_are_not_told(site):
    with site.database.write() as connection:
        outbox.note(connection, topics(1), [HUB, OTHER], AT)
    websub.see(site.database, [OTHER], AT - SETTLE)
    assert [ping.hub for ping in site.left()] == [OTHER]
    assert websub.see(site.database, [], AT) is None
    assert site.left() == []
    with site.database.write() as connection:
        outbox.note(connection, topics(1), [OTHER], AT)
    websub.see(site.database, [OTHER], AT - SETTLE)
    site.note(topics(1), [HUB])
    assert site.ping(hubs=[OTHER]) == Pinged(told=1)
    assert [hub for hub, _ in site.hubs.asked] == [OTHER]


# ---- hubs that refuse


def test_a_hub_that_refuses_several_is_told_one_by_one(site):
    site.hubs.mood = lambda hub, told, times: 400 if len(told) > 1 else 204
    site.note(topics(4))
    assert site.ping() == Pinged(told=4)
    assert site.hubs.sizes == [4, 1, 1, 1, 1]
    assert [told for _, told in site.hubs.asked[1:]] == [[topic] for topic in topics(4)]


def test_one_feed_that_a_hub_does_not_know_stops_no_other(site, capsys):
    unknown = topics(3)[1]
    site.hubs.mood = lambda hub, told, times: reply(404, b"No such topic\n<html>") if unknown in told else 202
    site.note(topics(3))
    assert site.ping() == Pinged(told=2, refused=1)
    assert site.left() == []
    (warning,) = told(capsys)
    assert (warning["event"], warning["level"]) == ("websub.refused", "warning")
    assert (warning["hub"], warning["topics"], warning["topic"]) == (HUB, 1, unknown)
    assert warning["why"] == "it answers 404: No such topic"
    assert "feeds.hubs" in warning["hint"]


def test_refusals_of_one_kind_are_told_once(site, capsys):
    site.hubs.mood = lambda hub, told, times: reply(403, b"\r\n go \x1b[31maway\x07 \r\n")
    site.note(topics(5))
    assert site.ping() == Pinged(refused=5)
    (warning,) = told(capsys)
    assert (warning["topics"], warning["why"]) == (5, "it answers 403: go [31maway")


def test_a_hub_that_moved_is_told_with_its_new_address(site, capsys):
    site.hubs.mood = lambda hub, told, times: reply(301, b"<html>", location="https://new.example/")
    site.note(topics(1))
    assert site.ping() == Pinged(refused=1)
    assert told(capsys)[0]["why"] == "it answers 301: https://new.example/"


def test_what_a_hub_says_is_cut(site, capsys):
    site.hubs.mood = lambda hub, told, times: reply(400, b"\xff" + b"x" * 5000)
    site.note(topics(1))
    site.ping()
    assert len(told(capsys)[0]["why"]) < 250


# ---- hubs that are down or busy


DOWN = FetchError("https://hub.example/ cannot be reached: refused", hint="look")


@pytest.mark.parametrize("answer", [500, 503, 429, 408, DOWN], ids=str)
def test_a_hub_in_trouble_is_left_alone_for_a_while(site, answer, capsys):
    site.hubs.mood = lambda hub, told, times: answer if times == 1 else 202
    site.note(topics(MOST + 3))
    assert site.ping() == Pinged(later=MOST + 3)
    assert len(site.hubs.asked) == 1, "the others would meet the same"
    assert site.ping() == Pinged()
    for ping in site.left():
        assert (ping.attempts, ping.due) == (1, AT + backoff(1, f"{HUB} {ping.topic}"))
        assert ping.error == (str(answer) if answer is DOWN else f"it answers {answer}")
    site.clock.forward(minutes=2)
    assert site.ping() == Pinged(told=MOST + 3)
    assert site.hubs.sizes[1:] == [1, 2, 4, 8, 16, 22], "gently: it may be just up again"
    assert site.left() == []
    assert told(capsys) == []


def test_a_hub_is_heeded_when_it_says_how_long(site):
    site.hubs.mood = lambda hub, told, times: reply(503, retry_after="20") if times <= 2 else 202
    site.note(topics(2))
    for _ in range(2):
        assert site.ping() == Pinged(later=2)
        assert {ping.due for ping in site.left()} == {site.clock.now() + 20 * SECOND}
        site.to_next()
    assert site.ping() == Pinged(told=2)
    assert site.clock.now() == AT + 40 * SECOND


def test_one_feed_that_a_hub_stumbles_over_starves_no_other(site):
    poison = topics(60)[30]
    site.hubs.mood = lambda hub, told, times: 500 if poison in told else 202
    site.note(topics(60))
    rounds = 0
    while len(site.left()) > 1:
        site.ping()
        site.clock.forward(hours=3)
        rounds += 1
    assert site.left()[0].topic == poison
    assert rounds <= 8
    assert {topic for _, told in site.hubs.asked if poison not in told for topic in told} == set(topics(60)) - {poison}


def test_a_hub_that_never_answers_is_given_up_and_told(site, capsys):
    site.hubs.mood = lambda hub, told, times: DOWN
    site.note(topics(2))
    while site.left():
        site.to_next()
        ended = site.ping()
    assert ended.refused >= 1
    assert PATIENCE <= site.clock.now() - AT < PATIENCE + timedelta(hours=5)
    assert 2 * TRIES <= len(site.hubs.asked) + 2 <= 60
    warnings = told(capsys)
    assert {warning["event"] for warning in warnings} == {"websub.expired"}
    assert sum(warning["topics"] for warning in warnings) == 2
    assert warnings[0]["why"] == str(DOWN)


def test_a_change_while_a_hub_is_down_is_one_ping_and_begins_anew(site):
    site.hubs.mood = lambda hub, told, times: 503 if times == 1 else 202
    site.note(topics(1))
    site.ping()
    site.clock.forward(seconds=5)
    site.note(topics(1))
    assert site.ping() == Pinged(told=1)
    site.clock.forward(hours=3)
    assert site.ping() == Pinged()


def test_a_change_while_its_ping_is_under_way_is_told_again(site):
    def mood(hub, told, times):
        if times == 1:
            site.clock.forward(seconds=1)
            site.note(topics(1))
        return 202

    site.hubs.mood = mood
    site.note(topics(1))
    assert site.ping() == Pinged(told=2)
    assert site.hubs.asked == [(HUB, topics(1))] * 2


def test_a_process_that_dies_while_it_sends_owes_the_ping_still(site):
    site.hubs.mood = lambda hub, told, times: KeyError("killed") if times == 1 else 202
    site.note(topics(2))
    with pytest.raises(KeyError):
        site.ping()
    assert site.ping() == Pinged(), "the one before may still be at it"
    site.clock.forward(seconds=LEASE.total_seconds())
    assert site.ping() == Pinged(told=2)


def test_two_processes_tell_a_hub_once(site):
    inner = Hubs()

    def mood(hub, told, times):
        other = websub.ping_due(site.database, [HUB], site.clock.now, send=inner)
        assert other == Pinged()
        return 202

    site.hubs.mood = mood
    site.note(topics(3))
    assert site.ping() == Pinged(told=3)
    assert inner.asked == []


def test_a_database_that_is_gone_is_raised(site):
    site.note(topics(1))
    site.hubs.mood = lambda hub, told, times: (_ for _ in ()).throw(StoreError("the database is locked"))
    with pytest.raises(StoreError):
        site.ping()


# ---- in the background


@pytest.fixture
def background(site):
    """A sender that looks every few milliseconds; SETTLE goes by as the test moves the clock."""

    def start(hubs=(HUB, OTHER)):
        return websub.pinging(site.database, hubs, site.clock.now, send=site.hubs, tick=0.005)

    return start


def noted(site, owed, hubs=(HUB,)):
    with site.database.write() as connection:
        outbox.note(connection, owed, hubs, site.clock.now())


def seen(site):
    with site.database.read() as connection:
        return not outbox.unseen(connection, [HUB, OTHER])


def test_a_change_is_told_once_its_bytes_are_served(site, background, eventually):
    with background():
        noted(site, topics(2))
        eventually(lambda: seen(site))
        assert site.hubs.asked == []
        site.clock.forward(seconds=SETTLE.total_seconds())
        eventually(lambda: not site.left())
    assert site.hubs.asked == [(HUB, topics(2))]


def test_a_hub_that_hangs_delays_nobody(site, background, eventually):
    release, entered = threading.Event(), threading.Event()

    def mood(hub, told, times):
        if hub == HUB and times == 1:
            entered.set()
            release.wait(20)
        return 202

    site.hubs.mood = mood
    site.note(topics(1), [HUB])
    with background():
        eventually(entered.is_set)
        for number in (1, 2):
            site.clock.forward(seconds=1)
            site.note(topics(1), [OTHER])
            eventually(lambda: [hub for hub, _ in site.hubs.asked].count(OTHER) == number)
        site.clock.forward(minutes=2)
        site.note(topics(3)[2:], [HUB])
        assert [hub for hub, _ in site.hubs.asked].count(HUB) == 1, "one request a hub at a time"
        release.set()
        eventually(lambda: not site.left())
    assert {topic for hub, told in site.hubs.asked if hub == HUB for topic in told} == {topics(1)[0], topics(3)[2]}


def test_it_ends_although_a_hub_hangs(site, background, eventually, monkeypatch):
    monkeypatch.setattr(websub, "GRACE", 0.02)
    release, entered = threading.Event(), threading.Event()
    ended = threading.Event()

    def mood(hub, told, times):
        entered.set()
        release.wait(20)
        ended.set()
        return 202

    site.hubs.mood = mood
    site.note(topics(MOST + 1))
    try:
        with background():
            eventually(entered.is_set)
        assert not ended.is_set(), "it did not wait for the hub"
    finally:
        release.set()
    eventually(lambda: len(site.left()) == 1)
    assert site.hubs.sizes == [MOST], "what is under way is settled, nothing new begins"


def test_trouble_is_told_once_and_goes_by(site, background, eventually, capsys):
    database, broken = site.database, threading.Event()
    broken.set()
    looks = []

    class Flaky:
        def read(self):
            looks.append(1)
            if broken.is_set():
                raise StoreError("the database is locked")
            return database.read()

        def write(self):
            return database.write()

    site.note(topics(1))
    with websub.pinging(Flaky(), [HUB], site.clock.now, send=site.hubs, tick=0.005):
        eventually(lambda: len(looks) > 3)
        broken.clear()
        eventually(lambda: not site.left())
    assert [(line["event"], line["error"]) for line in told(capsys)] == [("websub.failed", "the database is locked")]


def test_trouble_of_one_hub_is_told(site, background, eventually, capsys):
    site.hubs.mood = lambda hub, told, times: ValueError("unforeseen")
    site.note(topics(1))
    with background():
        eventually(lambda: site.hubs.asked)
        eventually(lambda: "unforeseen" in capsys.readouterr().err)
    assert len(site.left()) == 1


def test_without_hubs_nothing_runs(site, background):
    before = threading.active_count()
    with background(hubs=()):
        assert threading.active_count() == before


def test_events_of_a_service_say_what_became_of_pings(site, capsys):
    from publisher import log

    log.configure(service=True)
    try:
        site.hubs.mood = lambda hub, told, times: 503 if hub == OTHER else 202
        site.note(topics(2), [HUB, OTHER])
        site.ping()
    finally:
        log.configure()
    lines = {line["event"]: line for line in told(capsys)}
    assert (lines["websub.pinged"]["hub"], lines["websub.pinged"]["topics"]) == (HUB, 2)
    later = lines["websub.deferred"]
    assert (later["hub"], later["topics"], later["why"]) == (OTHER, 2, "it answers 503")
    assert later["again"].startswith("2025-06-30T08:0")
