"""Sign-ups: floods, victims, strangers' wishes; what a request may know and what it leaves for later."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from delivery import letterbox
from delivery.letterbox import AT, HASHED, VICTIM, add, at, found, letters, make_post, queued, wanted
from fakes import FakeTransport

from publisher import log
from publisher.db import alarm
from publisher.delivery import signup
from publisher.delivery.signup import Answer
from publisher.delivery.signup import store as forms
from publisher.delivery.signup.wanted import is_large
from publisher.errors import StoreError
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.db import asking
from subscribers.error import AddressError
from subscribers.signup import REST
from subscribers.subscriber import Status

DAY = timedelta(hours=24)
WIDE = "{network: 100000, domain: 1000000, site: 10000000}"


@pytest.fixture
def make(tmp_path, database):
    return lambda limits=WIDE: make_post(tmp_path, database, limits)


@pytest.fixture
def post(make):
    return make()


@pytest.fixture
def told(monkeypatch):
    """What is logged."""
    lines = []
    for name in ("event", "warning", "trouble"):
        monkeypatch.setattr(log, name, lambda event, *rest, **fields: lines.append((event, fields)))
    return lines


def standing(post):
    with post.database.read() as connection:
        return [(each.kind, each.subject) for each in alarm.standing(connection)]


def go(post, *forms, now=AT, transport=None):
    """What the relay was handed after these forms were sent and decided."""
    transport = transport or FakeTransport()
    for form in forms:
        assert signup.take(post, form, now) is Answer.TAKEN
        signup.work(post, transport, at(now))
    return transport.handed


# ---- the usual way


def test_a_form_makes_a_pending_reader_and_one_letter(post):
    form = wanted(
        topics=("energy",),
        newsletter="weekly",
        schedule="weekly",
        language="zh-CN",
        timezone="Asia/Tokyo",
        format="text",
    )
    assert go(post, form) == [VICTIM]
    reader = found(post)
    assert (reader.status, reader.topics, reader.newsletter, reader.schedule) == (
        Status.PENDING,
        ("energy",),
        "weekly",
        "weekly",
    )
    assert (reader.language, reader.timezone, reader.format) == ("zh-CN", "Asia/Tokyo", "text")
    with post.database.read() as connection:
        (event,) = readers.history(connection, reader.id)
    assert (event.act, event.how, event.ip, event.text) == (Act.SIGNUP, "signup", "192.0.2.1", "The digest, by mail.")
    assert queued(post) == letters(post) == []


def test_nothing_is_sent_before_the_queue_is_worked(post):
    signup.take(post, wanted(), AT)
    assert found(post) is None
    assert len(queued(post)) == 1


def test_no_address_is_refused_before_anything_is_spent(make):
    post = make("{site: 1}")
    with pytest.raises(AddressError):
        signup.take(post, wanted("no address"), AT)
    assert signup.take(post, wanted(), AT) is Answer.TAKEN


# ---- floods


def test_a_thousand_forms_for_one_victim_are_one_mail(post):
    transport = FakeTransport()
    for number in range(1000):
        assert signup.take(post, wanted(ip=f"10.{number // 250}.{number % 250}.9"), AT) is Answer.TAKEN
    while queued(post):
        signup.work(post, transport, at(AT))
    assert transport.handed == [VICTIM]
    for day in letterbox.each_day(12)[1:]:
        go(post, wanted(), now=day, transport=transport)
    assert transport.handed == [VICTIM] * 3


def test_spellings_of_one_mailbox_share_their_letters(post):
    names = [f"victim+{number}" for number in range(20)] + ["v.ictim", "vic.tim+x", "V.I.C.T.I.M"]
    forms = [wanted(f"{name}@{domain}") for domain in ("gmail.com", "googlemail.com") for name in names]
    transport = FakeTransport()
    assert len(go(post, *forms, transport=transport)) == 1
    assert len(go(post, *[wanted(f"one+{number}@example.org") for number in range(20)], transport=transport)) == 2
    assert len(go(post, wanted("o.ne@example.org"), transport=transport)) == 3


def test_hosts_of_one_domain_share_its_budget(make):
    post = make("{network: 1000, domain: 2, site: 100}")
    answers = [signup.take(post, wanted(f"a@x{number}.victim.example"), AT) for number in range(3)]
    assert answers == [Answer.TAKEN, Answer.TAKEN, Answer.BUSY]


def test_an_ipv6_customer_with_many_networks_has_a_budget(make):
    post = make("{network: 2, domain: 1000}")
    answers = [signup.take(post, wanted(f"r{n}@example.org", ip=f"2001:db8:1:{n:x}::1"), AT) for n in range(11)]
    assert answers == [Answer.TAKEN] * 10 + [Answer.BUSY]
    assert signup.take(post, wanted("w@example.org", ip="2001:db8:2::1"), AT) is Answer.TAKEN


@pytest.mark.parametrize(
    ("host", "large"),
    [("outlook.de", True), ("yahoo.co.uk", True), ("hotmail.fr", True), ("vip.qq.com", True), ("proton.me", True),
     ("live.com.au", True), ("yandex.ru", True), ("alive.com", False), ("outlook.example.org", False)],
)  # fmt: skip
def test_where_everybody_has_an_address(host, large):
    assert is_large(host) is large


def test_a_thousand_victims_from_one_network_are_the_limit(make):
    post = make("{network: 20}")
    answers = [
        signup.take(post, wanted(f"v{number}@example{number}.org", ip=f"192.0.2.{number % 250}"), AT)
        for number in range(1000)
    ]
    assert answers == [Answer.TAKEN] * 20 + [Answer.BUSY] * 980
    assert len(queued(post)) == 20
    assert signup.take(post, wanted("w@example.org", ip="192.0.3.1"), AT) is Answer.TAKEN
    assert signup.take(post, wanted("x@example.org"), AT + DAY) is Answer.TAKEN


def test_a_whole_ipv6_network_is_one_visitor(make):
    post = make("{network: 2}")
    answers = [signup.take(post, wanted(ip=f"2001:db8:1:2::{number:x}"), AT) for number in range(1, 4)]
    assert answers == [Answer.TAKEN, Answer.TAKEN, Answer.BUSY]
    assert signup.take(post, wanted(ip="2001:db8:1:3::1"), AT) is Answer.TAKEN


def test_a_domain_has_its_share_and_the_large_providers_half_of_all(make):
    post = make("{network: 1000, domain: 2, site: 10}")

    def ask(domain, number):
        return [signup.take(post, wanted(f"r{place}@{domain}"), AT).value for place in range(number)]

    assert ask("one.example", 3) == ["taken", "taken", "busy"]
    assert ask("ONE.example", 1) == ["busy"]
    assert ask("gmail.com", 3) + ask("qq.com", 3) == ["taken"] * 5 + ["busy"]
    assert ask("two.example", 2) == ["taken", "taken"]


def test_a_burst_closes_the_form_and_the_next_day_opens_it(make, told):
    post = make("{network: 1000, site: 3}")
    assert signup.is_open(post.database, AT)
    answers = [signup.take(post, wanted(f"r{number}@example{number}.org"), AT) for number in range(5)]
    assert answers == [Answer.TAKEN] * 3 + [Answer.CLOSED] * 2
    assert not signup.is_open(post.database, AT)
    assert standing(post) == [("signup", "site")]
    assert [line for line in told if line[0] == "signup.paused"] == [("signup.paused", {"forms": 3})]
    late = AT + DAY - timedelta(seconds=1)
    with post.database.write() as connection:
        assert not signup.reopen(post, connection, late)
    assert not signup.is_open(post.database, late)
    assert signup.is_open(post.database, AT + DAY)
    assert signup.take(post, wanted("new@example.org"), AT + DAY) is Answer.TAKEN
    with post.database.write() as connection:
        assert signup.reopen(post, connection, AT + DAY)
        assert not signup.reopen(post, connection, AT + DAY)
    assert standing(post) == []


def test_a_smaller_number_closes_a_form_that_is_open(make):
    post = make("{site: 5}")
    for number in range(3):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    post = make("{site: 3}")
    assert signup.is_open(post.database, AT)
    assert signup.take(post, wanted("x@example.org"), AT) is Answer.CLOSED
    assert not signup.is_open(post.database, AT)
    assert signup.take(make("{site: 5}"), wanted("x@example.org"), AT) is Answer.TAKEN


def test_one_run_decides_a_bounded_number(post, monkeypatch):
    monkeypatch.setattr(signup, "MOST", 3)
    for number in range(5):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    assert [signup.work(post, FakeTransport(), at(AT)) for _ in range(3)] == [3, 2, 0]


# ---- what the site does not offer


@pytest.mark.parametrize(
    "wish",
    [
        {"topics": ("secret",)},
        {"topics": ("energy", "secret")},
        {"topics": ("energy;secret",)},
        {"newsletter": "staff"},
        {"newsletter": "weekly", "schedule": "hourly"},
        {"schedule": "hourly"},
        {"language": "fr"},
        {"language": "no language"},
        {"timezone": "../../etc/passwd"},
        {"format": "pdf"},
    ],
)
def test_what_is_private_gets_the_neutral_answer_and_no_row(post, wish):
    assert signup.take(post, wanted(**wish), AT) is Answer.TAKEN
    assert queued(post) == []


def test_what_is_private_is_measured_like_all(make):
    post = make("{network: 1}")
    assert signup.take(post, wanted(topics=("secret",)), AT) is Answer.TAKEN
    assert signup.take(post, wanted(), AT) is Answer.BUSY


# ---- who is on the list


def state(post, status):
    """A reader of that status, a year old, or what is left of an erased one."""
    past = AT - timedelta(days=365)
    acts = {
        "active": [],
        "paused": [Act.PAUSE],
        "unsubscribed": [Act.UNSUBSCRIBE],
        "bounced": [Act.BOUNCE],
        "complained": [Act.COMPLAIN],
    }
    if status == "unknown":
        return None
    id = add(post, VICTIM, *acts.get(status, []), now=past)
    if status == "erased":
        with post.database.write() as connection:
            readers.erase(connection, id, mac=HASHED, now=past)
    return id


@pytest.mark.parametrize("status", ["active", "paused"])
def test_a_stranger_changes_nothing_for_who_is_on_the_list(post, status):
    state(post, status)
    before = found(post)
    signup.take(post, wanted(topics=("chips",), language="zh-CN"), AT)
    transport = FakeTransport(reachable=False)
    signup.work(post, transport, at(AT))
    assert letters(post) == [("known", before.id)]
    assert found(post) == before
    go(post, *[wanted()] * 3, now=AT + timedelta(hours=1), transport=(open_again := FakeTransport()))
    assert open_again.handed == [VICTIM]
    for day in letterbox.each_day(29)[1:]:
        go(post, wanted(), now=day, transport=open_again)
    assert open_again.handed == [VICTIM] * 3
    assert found(post) == before


@pytest.mark.parametrize(
    ("status", "former"), [("unsubscribed", "unsubscribed"), ("erased", "unsubscribed"), ("unknown", None)]
)
def test_who_left_is_asked_anew(post, status, former):
    state(post, status)
    assert go(post, wanted()) == [VICTIM]
    assert (found(post).status, found(post).former) == (Status.PENDING, former)


@pytest.mark.parametrize("status", ["complained", "bounced"])
def test_who_complained_or_bounced_is_asked_once_and_not_soon(post, status):
    state(post, status)
    soon = AT - timedelta(days=365) + REST - timedelta(days=1)
    assert go(post, wanted(), now=soon) == []
    assert found(post).status == status
    transport = FakeTransport()
    for day in letterbox.each_day(8, soon + timedelta(days=2)):
        go(post, wanted(), now=day, transport=transport)
    assert transport.handed == [VICTIM]
    assert found(post).former == status


def test_a_form_without_an_answer_changes_nothing(post):
    go(post, wanted(topics=("energy",)))
    before = found(post)
    assert go(post, wanted(topics=("chips",)), now=AT + timedelta(hours=1)) == []
    assert found(post) == before
    assert go(post, wanted(topics=("chips",)), now=AT + DAY) == [VICTIM]
    with post.database.read() as connection:
        assert asking.found(connection, before.id)["topics"] == ("chips",)


def test_who_confirmed_and_left_may_come_back_at_once(post):
    go(post, wanted())
    with post.database.write() as connection:
        id = found_id(connection)
        readers.act(connection, id, Act.CONFIRM, now=AT + timedelta(minutes=1), how="link")
        readers.act(connection, id, Act.UNSUBSCRIBE, now=AT + timedelta(minutes=2), how="link")
    assert go(post, wanted(), now=AT + timedelta(minutes=3)) == [VICTIM]


def found_id(connection):
    return readers.by_address(connection, VICTIM).id


# ---- nobody can find out who is on the list


@contextmanager
def statements(post):
    said = []

    def hear(connection, cursor, statement, parameters, context, executemany):
        said.append(statement)

    sa.event.listen(post.database.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(post.database.engine, "before_cursor_execute", hear)


def test_a_request_takes_the_same_steps_for_every_address(post):
    signup.take(post, wanted("first@example.org"), AT)  # what is made once is made
    said = {}
    for status in ("unknown", "active", "paused", "unsubscribed", "bounced", "complained", "erased"):
        address = f"{status}@example.org"
        if status not in {"unknown"}:
            acts = {
                "paused": [Act.PAUSE],
                "unsubscribed": [Act.UNSUBSCRIBE],
                "bounced": [Act.BOUNCE],
                "complained": [Act.COMPLAIN],
            }
            id = add(post, address, *acts.get(status, []))
            if status == "erased":
                with post.database.write() as connection:
                    readers.erase(connection, id, mac=HASHED, now=AT)
        with statements(post) as heard:
            assert signup.take(post, wanted(address), AT) is Answer.TAKEN
        said[status] = heard
    assert len({tuple(heard) for heard in said.values()}) == 1
    assert not any("subscriber" in statement for statement in said["active"])


def test_a_request_takes_as_long_for_every_address(post):
    for number in range(50):
        add(post, f"known{number}@example.org")
    times = {"known": [], "new": []}
    for number in range(50):
        for kind, spent in times.items():
            begin = time.perf_counter()
            signup.take(post, wanted(f"{kind}{number}@example.org"), AT)
            spent.append(time.perf_counter() - begin)
    known, new = (statistics.median(spent) for spent in times.values())
    assert 1 / 3 < known / new < 3


# ---- trouble


def test_a_bad_form_is_dropped_and_stops_no_other(post, told):
    for number in range(3):
        signup.take(post, wanted(f"r{number}@example.org"), AT)
    with post.database.write() as connection:
        table = forms.signup_table
        connection.execute(sa.update(table).where(table.c.address == "r1@example.org").values(format="stone"))
    transport = FakeTransport()
    assert signup.work(post, transport, at(AT)) == 3
    assert transport.handed == ["r0@example.org", "r2@example.org"]
    assert queued(post) == []
    assert "signup.dropped" in {name for name, _ in told}


def test_a_locked_database_keeps_what_waits(post, monkeypatch):
    signup.take(post, wanted(), AT)
    real = post.database.write

    @contextmanager
    def locked():
        raise StoreError("the database is locked", hint="wait")
        yield

    monkeypatch.setattr(post.database, "write", locked)
    with pytest.raises(StoreError):
        signup.take(post, wanted("other@example.org"), AT)
    with pytest.raises(StoreError):
        signup.work(post, FakeTransport(), at(AT))
    monkeypatch.setattr(post.database, "write", real)
    assert go(post, wanted("third@example.org")) == [VICTIM, "third@example.org"]


def test_two_processes_decide_a_form_once(post, monkeypatch):
    signup.take(post, wanted(), AT)
    waiting = forms.waiting
    transport = FakeTransport()

    def meanwhile(connection, limit):
        found = waiting(connection, limit)
        monkeypatch.setattr(forms, "waiting", waiting)
        signup.work(post, transport, at(AT))
        return found

    monkeypatch.setattr(forms, "waiting", meanwhile)
    assert signup.work(post, transport, at(AT)) == 0
    assert transport.handed == [VICTIM]


def test_a_site_without_named_topics_takes_all(tmp_path, database):
    post = make_post(tmp_path, database, WIDE)
    bare = post.config.model_copy(update={"topics": {}})
    post = replace(post, config=bare)
    assert signup.take(post, wanted(topics=("anything",)), AT) is Answer.TAKEN
    assert [row["topics"] for row in queued(post)] == ["anything"]
