"""What is asked of Amazon: each certificate once, never too often, one request at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from delivery.providers.signed import CERTIFICATE, NOW, SUBSCRIBE, pem

from publisher.delivery.bounces import amazon
from publisher.delivery.bounces.amazon import Amazon
from publisher.errors import FetchError
from publisher.http import Answer


class Server:
    def __init__(self, status=200, body=None):
        self.asked, self.status, self.body = [], status, pem() if body is None else body

    def __call__(self, method, url, *, timeout, limit):
        self.asked.append((method, url))
        assert (timeout, limit) == (10.0, 64 * 1024)
        return Answer(status=self.status, url=url, headers={"location": "https://evil.test/x.pem"}, body=self.body)


def test_a_certificate_is_fetched_once():
    server = Server()
    service = Amazon(server)
    assert service.certificate(CERTIFICATE, NOW) == service.certificate(CERTIFICATE, NOW) == server.body
    assert server.asked == [("GET", CERTIFICATE)]


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404, 500])
def test_a_redirect_is_no_answer_and_what_failed_is_not_kept(status):
    server = Server(status)
    service = Amazon(server)
    for _ in range(2):
        with pytest.raises(FetchError, match=f"answers {status}"):
            service.certificate(CERTIFICATE, NOW)
    assert len(server.asked) == 2


def test_what_is_no_certificate_is_not_kept():
    server = Server(body=b"hello")
    service = Amazon(server)
    with pytest.raises(FetchError, match="no certificate"):
        service.certificate(CERTIFICATE, NOW)
    server.body = pem()
    assert service.certificate(CERTIFICATE, NOW) == server.body


def test_the_newest_certificates_are_kept():
    server = Server()
    service = Amazon(server)
    for number in range(amazon.KEPT + 1):
        service.certificate(f"{CERTIFICATE}{number}", NOW + number * amazon.WITHIN)
    service.certificate(f"{CERTIFICATE}1", NOW)
    assert len(server.asked) == amazon.KEPT + 1
    service.certificate(f"{CERTIFICATE}0", NOW + timedelta(days=1))
    assert len(server.asked) == amazon.KEPT + 2


def test_strangers_cannot_make_us_ask_on_and_on():
    server = Server(404)
    service = Amazon(server)
    for number in range(amazon.MOST):
        with pytest.raises(FetchError, match="404"):
            service.certificate(f"{CERTIFICATE}{number}", NOW)
    for now in (NOW, NOW + amazon.WITHIN):
        with pytest.raises(FetchError, match="asked 20 times within 10 minutes"):
            service.certificate(CERTIFICATE, now)
    server.status = 200
    service.certificate(CERTIFICATE, NOW + amazon.WITHIN + timedelta(seconds=1))
    assert len(server.asked) == amazon.MOST + 1


def test_a_subscription_is_confirmed():
    server = Server(body=b"<ConfirmSubscriptionResponse>")
    Amazon(server).confirm(SUBSCRIBE, NOW)
    assert server.asked == [("GET", SUBSCRIBE)]
    with pytest.raises(FetchError):
        Amazon(Server(403)).confirm(SUBSCRIBE, NOW)


def test_who_waits_for_another_has_what_that_one_fetched():
    inside, go = threading.Event(), threading.Event()
    server = Server()

    def slow(method, url, *, timeout, limit):
        inside.set()
        assert go.wait(20)
        return server(method, url, timeout=timeout, limit=limit)

    service, found = Amazon(slow), []
    threads = [threading.Thread(target=lambda: found.append(service.certificate(CERTIFICATE, NOW))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert inside.wait(20)
    go.set()
    for thread in threads:
        thread.join(20)
    assert found == [server.body] * 3
    assert len(server.asked) == 1


def test_nobody_waits_long(monkeypatch):
    monkeypatch.setattr(amazon, "_WAIT", 0.01)
    service = Amazon(Server())
    with service._lock, pytest.raises(FetchError, match="another request"):
        service.certificate(CERTIFICATE, NOW)
