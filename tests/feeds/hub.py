"""A real WebSub hub on loopback, after the W3C Recommendation, with subscribers: it fetches, checks and distributes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

LEASE = 3600


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What a hub or a subscriber got from a server."""

    status: int
    headers: dict[str, str]
    """By lower-case name; several lines of one joined with a comma."""
    body: bytes


def fetch(url: str, *, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None) -> Fetched:
    """One request by the standard library, as another program's client would make it."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        target = (place.path or "/") + (f"?{place.query}" if place.query else "")
        connection.request(method, target, body=body or None, headers=headers or {})
        answer = connection.getresponse()
        named: dict[str, str] = {}
        for name, value in answer.getheaders():
            named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
        return Fetched(status=answer.status, headers=named, body=answer.read())
    finally:
        connection.close()


def links(header: str) -> set[tuple[str, str]]:
    """(rel, URL) of a Link header (RFC 8288 3); a link of two relations counts as two."""
    found = set()
    for url, parameters in re.findall(r"<([^>]*)>((?:\s*;\s*[^,;]+)*)", header):
        match = re.search(r'rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', parameters)
        found |= {(rel.lower(), url) for rel in (match[1] or match[2] or "").split()} if match else set()
    return found


def body_links(body: bytes) -> set[tuple[str, str]]:
    """(rel, URL) of the links that a feed's own bytes name: atom:link, or hubs and feed_url of a JSON Feed."""
    if body.lstrip().startswith(b"{"):
        import json

        feed = json.loads(body)
        hubs = {("hub", hub["url"]) for hub in feed.get("hubs", []) if hub["type"] == "WebSub"}
        return hubs | {("self", feed["feed_url"])}
    from lxml import etree

    head = etree.fromstring(body)
    found = head.iter("{http://www.w3.org/2005/Atom}link")
    outside = (each for each in found if not any(True for _ in each.iterancestors("{*}item", "{*}entry")))
    return {(each.get("rel", "alternate"), each.get("href")) for each in outside}


@dataclass
class Hub:
    """A hub at ``url``; ``mood(times)`` may answer a ping in its place. Everything that happens is noted."""

    mood: Callable[[int], Response | None] = lambda times: None
    topic_at: Callable[[str], str] = lambda url: url
    """Where a topic is fetched: a test's site is not where its addresses say."""
    url: str = ""
    pings: list[list[str]] = field(default_factory=list)
    """The topics of each ping, refused ones too."""
    taken: list[str] = field(default_factory=list)
    """Topics of the pings that were taken, in order."""
    fetched: dict[str, list[Fetched]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What a publisher or subscriber did against the Recommendation."""
    subscriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    """The secret by (topic, callback)."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._work = ThreadPoolExecutor(4, thread_name_prefix="hub")

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._post, methods=["POST"])])

    async def _post(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return PlainTextResponse("a form is wanted", 415)
        form = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True)
        asked = dict(form)
        match asked.get("hub.mode"):
            case "publish":
                return self._publish([value for name, value in form if name == "hub.url"])
            case "subscribe" | "unsubscribe":
                self._work.submit(self._do, self._verify, asked)
                return Response(status_code=202)
        return PlainTextResponse("hub.mode is unknown", 400)

    def _publish(self, topics: list[str]) -> Response:
        with self.lock:
            self.pings.append(topics)
            times = len(self.pings)
        if (answer := self.mood(times)) is not None:
            return answer
        if not topics:
            return PlainTextResponse("hub.url is missing", 400)
        with self.lock:
            self.taken += topics
        for topic in topics:  # all at once, as a hub of many workers does
            self._work.submit(self._do, self._distribute, topic)
        return Response(status_code=202)

    def _do(self, task: Callable[[Any], None], argument: Any) -> None:
        try:
            task(argument)
        except Exception as error:
            self.faults.append(f"{task.__name__} {argument}: {error!r}")

    def _verify(self, asked: dict[str, str]) -> None:
        """Asks the callback whether it meant it (5.3); only then the subscription stands."""
        topic, callback, challenge = asked["hub.topic"], asked["hub.callback"], secrets.token_hex(16)
        query = {"hub.mode": asked["hub.mode"], "hub.topic": topic, "hub.challenge": challenge}
        if asked["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(LEASE)
        answer = fetch(f"{callback}{'&' if '?' in callback else '?'}{urlencode(query)}")
        if not 200 <= answer.status < 300 or answer.body.decode("ascii", "replace") != challenge:
            self.faults.append(f"{callback} did not confirm {asked['hub.mode']} of {topic}")
        elif asked["hub.mode"] == "subscribe":
            self.subscriptions[topic, callback] = asked.get("hub.secret", "")
        else:
            self.subscriptions.pop((topic, callback), None)

    def _distribute(self, topic: str) -> None:
        """Fetches the topic, checks what a publisher owes (4) and hands it to every subscriber (7)."""
        found = fetch(self.topic_at(topic))
        with self.lock:
            self.fetched.setdefault(topic, []).append(found)
            if found.status != 200:
                self.faults.append(f"{topic} answers {found.status}")
                return
            for place, seen in (("header", links(found.headers.get("link", ""))), ("body", body_links(found.body))):
                for wanted in (("hub", self.url), ("self", topic)):
                    if wanted not in seen:
                        self.faults.append(f"{topic}: no {wanted[0]} link to {wanted[1]} in its {place}")
            readers = [(back, secret) for (each, back), secret in self.subscriptions.items() if each == topic]
        for callback, secret in readers:
            headers = {
                "Content-Type": found.headers["content-type"],
                "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"',
            }
            if secret:
                mac = hmac.new(secret.encode(), found.body, hashlib.sha256).hexdigest()
                headers["X-Hub-Signature"] = f"sha256={mac}"
            answer = fetch(callback, method="POST", body=found.body, headers=headers)
            if not 200 <= answer.status < 300:
                self.faults.append(f"{callback} answers {answer.status}")

    def close(self) -> None:
        self._work.shutdown(wait=True)


@dataclass
class Subscriber:
    """A reader's server at ``url``: subscribes to topics, confirms only what it asked for, keeps what it is sent."""

    secret: str = "between hub and subscriber"
    url: str = ""
    wanted: set[str] = field(default_factory=set)
    received: dict[str, list[bytes]] = field(default_factory=dict)
    forged: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/callback", self._confirm, methods=["GET"]),
                Route("/callback", self._receive, methods=["POST"]),
            ]
        )

    def subscribe(self, hub: str, topic: str) -> None:
        """Asks the hub for what a topic will say (5.1)."""
        self.wanted.add(topic)
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": self.url + "callback"}
        form["hub.secret"] = self.secret
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = fetch(hub, method="POST", body=urlencode(form).encode("ascii"), headers=headers)
        assert answer.status == 202, answer

    async def _confirm(self, request: Request) -> Response:
        if request.query_params.get("hub.topic") in self.wanted:
            return PlainTextResponse(request.query_params["hub.challenge"])
        return Response(status_code=404)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get("x-hub-signature", ""), f"sha256={mac}"):
            self.forged += 1
            return Response(status_code=200)  # 8: taken, and thrown away
        topic = next(url for rel, url in links(request.headers.get("link", "")) if rel == "self")
        self.received.setdefault(topic, []).append(body)
        return Response(status_code=200)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(served: Hub | Subscriber, port: int = 0) -> Iterator[None]:
    """The hub or subscriber on loopback, its ``url`` set."""
    with socket.create_server(("127.0.0.1", port), reuse_port=False) as listening:
        served.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        config = uvicorn.Config(
            served.app(), log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),), name="hub server")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                threading.Event().wait(0.005)
            yield
        finally:
            server.should_exit = True
            thread.join(10)
            if isinstance(served, Hub):
                served.close()
