"""Whether the links of a digest lead somewhere: each is asked for once, and none into the network of this machine."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from publisher import http, urls
from publisher.delivery.outside.address import public
from publisher.digest.lint.finding import Finding, error, warning
from publisher.dns import invented
from publisher.errors import FetchError

REDIRECTS = 5
LANES, PER_HOST = 8, 2
"""Links asked for at once, and of one host."""
PATIENCE, BUDGET = 10.0, 60.0
"""Seconds for each step of one link, and for all links."""
_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host and port (RFC 6454 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What became of one link."""

    url: str
    """Where it ended, redirects followed."""
    status: int = 0
    """Of the last answer; 0: there was none."""
    gone: bool = False
    why: str = ""
    """Without an answer: what happened, and after a semicolon what to do."""


Fetch = Callable[[str], Reached]


# -- which links


def links(page: str) -> tuple[str, ...]:
    """The http(s) addresses that a page links to or shows pictures from, each once, in its order."""
    parser = _Links()
    parser.feed(page)
    return tuple(dict.fromkeys(link for link in parser.found if urls.web(link)))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the address of a link or picture."""
        name = {"a": "href", "img": "src"}.get(tag)
        self.found += [value or "" for key, value in attrs if key == name]


def origin(url: str) -> Origin:
    """Scheme, host and port of an http(s) URL; ``ValueError`` for anything else."""
    parts = urlsplit(urls.encode(url))
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no http(s) URL")
    return parts.scheme, parts.hostname.lower(), parts.port or _PORTS[parts.scheme]


# -- asking


def check(addresses: Iterable[str], fetch: Fetch, *, budget: float = BUDGET) -> tuple[Finding, ...]:
    """What is wrong with the links, in their order; links to invented names are left alone.

    ``budget``: seconds after which no further link is asked for; what is not answered by then is one warning.
    """
    asked = [url for url in dict.fromkeys(addresses) if not invented(_host(url))]
    reached = _fetched(asked, fetch, budget)
    answers = [reached[url] for url in asked if url in reached]
    if len(answers) > PER_HOST and all(answer.why for answer in answers):
        why = answers[0].why.partition("; ")[0]
        message = f"none of {len(asked)} links can be reached ({why}); look whether this machine is online"
        return (warning("links-offline", "links", message),)
    found = [finding for url in asked if url in reached and (finding := judge(url, reached[url]))]
    if missing := len(asked) - len(answers):
        message = f"{missing} of {len(asked)} links were not answered within {budget:g} s; run it again"
        found.append(warning("links-slow", "links", message))
    return tuple(found)


def judge(url: str, reached: Reached) -> Finding | None:
    """The fault of one link, or None."""
    place = f"link {url}"
    led = f"leads to {reached.url}, which " if reached.url != url else "it "
    if reached.gone:
        message = f"{led}answers {reached.status}: the link is dead; mend it, or exclude the story"
        return error("link-dead", place, message)
    if reached.why:
        through = f"leads to {reached.url}: " if reached.url != url else ""
        return warning("link-unreached", place, through + reached.why)
    if reached.status >= 500:
        message = f"{led}answers {reached.status}, so that server fails now; look again before readers do"
        return warning("link-fails", place, message)
    if reached.status >= 400:
        message = f"{led}answers {reached.status}; open it in a browser: some servers only refuse programs"
        return warning("link-refused", place, message)
    return None


def look(
    url: str,
    *,
    own: frozenset[Origin] = frozenset(),
    allowed: Callable[[str], bool] = public,
    resolve: Callable[[str, int], Sequence[str]] | None = None,
    patience: float = PATIENCE,
) -> Reached:
    """Where a link leads, by HEAD, and by GET where HEAD is answered with an error.

    Each step of a redirect is judged anew: http(s), the usual port, a host whose address is ``allowed``; then that
    very address is connected to. ``own``: origins of the site itself, which may lie anywhere.
    """
    here = first = url
    try:
        here = first = urls.encode(url)
        for _ in range(REDIRECTS + 1):
            answer = _answer(here, _place(here, own, allowed, resolve or resolved), patience)
            if not answer.onward:
                return Reached(url=url if here == first else here, status=answer.status, gone=answer.gone)
            here = urls.encode(answer.onward)
    except FetchError as error:
        return Reached(url=url if here == first else here, why=error.line())
    except ValueError:
        return Reached(url=url, why="it leads to what is no http(s) address; write https://…")
    return Reached(url=url, why=f"it redirects more than {REDIRECTS} times; link to where it ends")


def _answer(url: str, addresses: Sequence[str], patience: float) -> http.Answer:
    """The answer of the first address that gives one."""
    *others, last = addresses
    for address in others:
        with suppress(FetchError):  # the last one says why
            return _asked(url, address, patience)
    return _asked(url, last, patience)


def _asked(url: str, address: str, patience: float) -> http.Answer:
    answer = http.head("HEAD", url, address=address, timeout=patience)
    if answer.status < 400:
        return answer
    return http.head("GET", url, address=address, timeout=patience)  # a server without HEAD says so in any way


def _place(
    url: str, own: frozenset[Origin], allowed: Callable[[str], bool], resolve: Callable[[str, int], Sequence[str]]
) -> Sequence[str]:
    """The addresses to connect to: of each family the first that is allowed. ``FetchError`` where there is none."""
    scheme, host, port = here = origin(url)
    if here not in own and port != _PORTS[scheme]:
        raise FetchError(f"it names port {port}, which is not looked at", hint="open it in a browser")
    known = resolve(host, port)
    fit = [address for address in known if here in own or allowed(address)]
    if not fit:
        message = f"{host} lies in a private network ({known[0]})" if known else f"{host} has no address"
        raise FetchError(message, hint="readers cannot open it: write a public address")
    first: dict[bool, str] = {}
    for address in fit:
        first.setdefault(":" in address, address)
    return tuple(first.values())


def resolved(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, as this machine would try them; empty where there is no such host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            return ()
        raise FetchError(f"{host} is not found: {error.strerror}", hint="try again later") from error
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host} is not found", hint="look at the address") from error
    return tuple(str(address[0]) for *_, address in found)


def _host(url: str) -> str:
    try:
        return origin(url)[1]
    except ValueError:
        return ""


# -- many at once


def _fetched(asked: Sequence[str], fetch: Fetch, budget: float) -> Mapping[str, Reached]:
    """What was answered within the budget. Threads that still wait for a server then end with the program."""
    lanes = _lanes(asked)
    reached: dict[str, Reached] = {}
    lock, stop, done = Lock(), Event(), Event()
    working = crew = min(LANES, len(lanes))

    def work() -> None:
        nonlocal working
        try:
            while True:
                with lock:
                    lane = lanes.popleft() if lanes else []
                if not lane:
                    return
                for url in lane:
                    if stop.is_set():
                        return
                    answer = fetch(url)
                    with lock:
                        reached[url] = answer
        finally:
            with lock:
                working -= 1
                if not working:
                    done.set()

    for number in range(crew):
        Thread(target=work, name=f"links-{number}", daemon=True).start()
    if crew:
        done.wait(budget)
    stop.set()
    with lock:
        return dict(reached)


def _lanes(asked: Sequence[str]) -> deque[list[str]]:
    """Links that are asked for one after another: of each host as many rows as may be asked for at once."""
    hosts: dict[str, list[str]] = {}
    for url in asked:
        hosts.setdefault(_host(url), []).append(url)
    return deque(row for found in hosts.values() for row in (found[k::PER_HOST] for k in range(PER_HOST)) if row)
