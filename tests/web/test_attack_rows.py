"""Rows of the attack table whose defence no other test held: each fails without it."""

from __future__ import annotations

import email
import email.policy
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue

import pytest
from web.sent_site import NOW, token
from web.several_site import reopened

from publisher.app import App
from publisher.config import Listen
from publisher.delivery import signup
from publisher.web import site as module
from publisher.web import stamp
from subscribers import store as readers
from subscribers.tokens import Purpose


@contextmanager
def served(app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a real server: only its own part of the program reads what a proxy says."""
    servers: list[module._Server] = []
    ready: Queue[str] = Queue()

    class Kept(module._Server):
        def __init__(self, *words):
            super().__init__(*words)
            servers.append(self)

    monkeypatch.setattr(module, "_Server", Kept)
    listen = Listen(host="127.0.0.1", port=0)
    thread = threading.Thread(target=module.serve, args=(app, listen), kwargs={"ready": ready.put}, daemon=True)
    thread.start()
    try:
        yield ready.get(timeout=20)
    finally:
        servers[0].should_exit = True
        thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("proxies", "visitor"),
    [("", "127.0.0.1"), ("trusted_proxies: [192.0.2.1, 10.0.0.0/8], ", "127.0.0.1"), ("trusted_proxies: [127.0.0.1], ", "198.51.100.7")],
    ids=["no proxy", "another proxy", "our proxy"],
)  # fmt: skip
def test_only_a_trusted_proxys_word_on_the_address_counts(site, monkeypatch, proxies, visitor):
    """Budgets and proofs of consent go by the visitor's address, so nobody may choose it (X-Forwarded-For)."""
    with reopened(site, ("web: {url", f"web: {{{proxies}url")) as (app, _), served(app, monkeypatch) as url:
        request = urllib.request.Request(
            f"{url}confirm/{token(app, Purpose.CONFIRM, 'new@example.org')}",
            data=b"",
            headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200
        with app.database.read() as connection:
            assert readers.by_address(connection, "new@example.org").consent_ip == visitor


def test_the_letter_of_a_form_holds_nothing_that_the_form_said(site, client):
    """Its parts are in base64, so that they are read before they are searched: no topic, rhythm, or odd spelling."""
    shown = stamp.new(site.keys, NOW - timedelta(minutes=1))
    form = {"email": "Zoe.Xq7@example.net", "topics": ["chips"], "stream": "weekly/daily", "language": "en"}
    told = {"name": "Buy-Xq7-now", "text": "Buy-Xq7-now", "work": "Buy-Xq7-now"}
    assert client.post("/", data=form | told | {"website": "", "stamp": shown}).status_code == 200
    assert signup.work(site.post, site.transport, site.clock.now) == 1
    (file,) = (site.config.path.parent / "outbox").glob("*oe.*7@example.net.*.eml")
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    bodies = [letter.get_body((kind,)).get_content() for kind in ("plain", "html")]
    assert all("/confirm/" in body for body in bodies)
    for body in (*bodies, letter["Subject"]):
        assert not any(word in body.lower() for word in ("xq7", "chips", "daily", "buy-"))


def test_a_slash_too_many_leads_to_no_host_of_the_visitors(client):
    """Starlette would redirect to the path without it, on the host that the request names."""
    for path in ("/favicon.ico/", "/media/none/", "/f/none/rss.xml/", "/o/none.gif/"):
        answer = client.get(path, headers={"host": "evil.example"})
        assert (answer.status_code, "location" in answer.headers) == (404, False), path
        assert "evil.example" not in answer.text
