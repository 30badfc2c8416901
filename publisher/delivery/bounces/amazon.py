"""What is asked of Amazon's notification service: certificates, each once, and the confirmation of a subscription."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from publisher import http
from publisher.errors import FetchError
from publisher.http import Answer

PATIENCE, LARGEST = 10.0, 64 * 1024
"""Seconds and bytes of one answer."""
KEPT = 16
"""Certificates that are remembered: each region has one, and a new one from time to time."""
MOST, WITHIN = 20, timedelta(minutes=10)
"""Requests in all: what is posted to us, by whomever, must not make us ask Amazon again and again."""
_WAIT = 5.0
"""Seconds that a thread waits while another one asks."""
_BEGIN = b"-----BEGIN CERTIFICATE-----"
_AGAIN = "wait: Amazon posts the report again"


class Send(Protocol):
    """``http.request``, or what stands in for it."""

    def __call__(self, method: str, url: str, *, timeout: float, limit: int) -> Answer:
        """One answer, redirects not followed."""


class Amazon:
    """The service as far as we ask it.

    Addresses were judged before (``providers.sns``): their host is Amazon's own, and TLS proves that it is who answers,
    so nobody can lead a request into our network. Redirects are not followed.
    """

    def __init__(self, send: Send = http.request) -> None:
        """For one process; safe for its threads."""
        self._send = send
        self._known: dict[str, bytes] = {}
        self._asked: deque[datetime] = deque()
        self._lock = Lock()

    def certificate(self, url: str, now: datetime) -> bytes:
        """The certificate at an address, PEM. Raises ``FetchError`` where there is none, or it cannot be had now."""
        known = self._known.get(url)
        if known:
            return known
        with self._turn():
            found = self._known.get(url) or self._ask(url, now)
            if _BEGIN not in found:
                raise FetchError(f"{url} is no certificate", hint=_AGAIN)
            self._known[url] = found
            for oldest in [*self._known][:-KEPT]:
                del self._known[oldest]
        return found

    def confirm(self, url: str, now: datetime) -> None:
        """Confirms a subscription. Raises ``FetchError`` where Amazon does not say that it is."""
        with self._turn():
            self._ask(url, now)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One thread asks at a time: the others wait a little, and those that must ask too are told to come again."""
        if not self._lock.acquire(timeout=_WAIT):
            raise FetchError("Amazon is being asked by another request", hint=_AGAIN)
        try:
            yield
        finally:
            self._lock.release()

    def _ask(self, url: str, now: datetime) -> bytes:
        """The body of a good answer."""
        while self._asked and now - self._asked[0] > WITHIN:
            self._asked.popleft()
        if len(self._asked) >= MOST:
            message = f"Amazon was asked {MOST} times within {WITHIN.seconds // 60} minutes"
            raise FetchError(message, hint="look who posts to /webhooks/ses")
        self._asked.append(now)
        answer = self._send("GET", url, timeout=PATIENCE, limit=LARGEST)
        if not answer.good:
            raise FetchError(f"{answer.url} answers {answer.status}", hint=_AGAIN)
        return answer.body
