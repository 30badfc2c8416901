"""Links are asked for once each, politely, and lead this machine nowhere but where readers can go."""

from __future__ import annotations

import errno
import shutil
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import http
from publisher.content.article import Severity
from publisher.delivery.outside import reach
from publisher.delivery.outside.reach import Reached
from publisher.errors import FetchError


class Handler(BaseHTTPRequestHandler):
    """``/<status for HEAD>/<status for GET>``, ``/to/<URL>``; notes method, host and path of each request."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(0)

    def do_GET(self) -> None:
        self.answer(1)

    def answer(self, which: int) -> None:
        self.server.seen.append(f"{self.command} {self.headers['Host']} {self.path}")
        self.server.heads.append(dict(self.headers))
        kind, _, rest = self.path[1:].partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
        else:
            self.send_response(int((kind, rest or kind)[which]))
        self.send_header("Content-Encoding", "br")  # nobody reads the body
        self.send_header("Content-Length", "5" if which else "999999999")
        self.end_headers()
        if which:
            self.wfile.write(b"short")

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[str] = []
        self.heads: list[dict[str, str]] = []

    def handle_error(self, request, client_address) -> None:
        pass  # a client that leaves early


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def here(server, path, host="site.cn"):
    return f"http://{host}:{server.server_port}/{path}"


def look(server, path, *hosts, **options):
    """A link of the site itself, whose names all lead to this machine."""
    own = frozenset(("http", host, server.server_port) for host in ("site.cn", *hosts))
    return reach.look(here(server, path), **{"own": own, "resolve": loopback, "patience": 5.0} | options)


def loopback(host, port):
    return ["127.0.0.1"]


# ---- one link


def test_head_is_enough_where_it_is_answered(server):
    assert look(server, "200#part") == Reached(url=here(server, "200#part"), status=200)
    assert server.seen == [f"HEAD site.cn:{server.server_port} /200"]


@pytest.mark.parametrize("status", [403, 405, 501, 404])
def test_get_is_tried_where_head_is_refused(server, status):
    assert look(server, f"{status}/200").status == 200
    assert [line.split()[0] for line in server.seen] == ["HEAD", "GET"]


@pytest.mark.parametrize(("status", "gone"), [(404, True), (410, True), (403, False), (500, False)])
def test_what_get_says_counts(server, status, gone):
    assert look(server, str(status)) == Reached(url=here(server, str(status)), status=status, gone=gone)


def test_redirects_are_followed_to_the_end_and_no_further(server):
    assert look(server, "to/" + here(server, "to/" + here(server, "404"))) == Reached(
        url=here(server, "404"), status=404, gone=True
    )
    assert look(server, "to//200").url == here(server, "200"), "a path alone"
    server.seen.clear()
    assert "redirects more than 5 times" in look(server, "to/" * 9).why
    assert len(server.seen) == 6


def test_a_name_and_password_in_a_link_are_told_to_nobody(server):
    link = f"http://user:secret@site.cn:{server.server_port}/200"
    own = frozenset({("http", "site.cn", server.server_port)})
    assert reach.look(link, own=own, resolve=loopback).status == 200
    assert all("Authorization" not in head for head in server.heads)


def test_no_proxy_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert look(server, "200").status == 200


# ---- where a link may not lead


def test_a_private_address_is_never_connected_to(server):
    found = reach.look("http://inside.cn/200", resolve=loopback)
    assert (
        found.why == "inside.cn lies in a private network (127.0.0.1); readers cannot open it: write a public address"
    )
    assert not server.seen


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://inside.cn/", "http://[::1]/", "http://2130706433/"]
)
def test_a_redirect_into_the_network_is_not_followed(server, target):
    addresses = {"169.254.169.254": "169.254.169.254", "::1": "::1"}
    asked = []

    def resolve(host, port):
        asked.append(host)
        return [addresses.get(host, "127.0.0.1")]

    found = look(server, f"to/{target}", resolve=resolve)
    assert found.url == target
    assert "lies in a private network" in found.why
    assert len(asked) == 2
    assert len(server.seen) == 1


def test_a_port_that_pages_are_not_served_at_is_not_asked(server):
    found = look(server, "to/http://other.cn:6379/")
    assert found.why == "it names port 6379, which is not looked at; open it in a browser"
    assert look(server, "to/https://site.cn:80/").why.startswith("it names port 80"), "http's port, not https's"


@pytest.mark.parametrize("target", ["ftp://x.cn/", "javascript:alert(1)", "http://[x/", "http://x:y/"])
def test_a_redirect_to_no_page_says_so(server, target):
    assert "http" in look(server, f"to/{target}").why
    assert len(server.seen) == 1


def test_the_address_that_was_judged_is_the_one_that_is_asked(server):
    """A name that leads elsewhere at the second question (DNS rebinding) gains nothing: there is no second question."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    assert look(server, "405/200", resolve=resolve).status == 200
    assert asked == ["site.cn"], "HEAD and GET go to one address"


def test_addresses_that_are_not_allowed_are_passed_over(server):
    seen = []

    def allowed(address):
        seen.append(address)
        return address == "127.0.0.1"

    found = reach._place(
        "http://x.cn/", frozenset(), allowed, lambda host, port: ["10.0.0.1", "127.0.0.1", "127.0.0.3"]
    )
    assert found == ("127.0.0.1",)
    assert seen == ["10.0.0.1", "127.0.0.1", "127.0.0.3"]


def test_one_address_of_each_family_is_tried(server):
    assert look(server, "200", resolve=lambda host, port: ["::1", "127.0.0.1"]).status == 200
    dead = look(server, "200", resolve=lambda host, port: ["127.0.0.3", "::1"])
    assert "cannot be reached" in dead.why


def test_a_host_without_address_says_so(server):
    assert look(server, "200", resolve=lambda host, port: []).why.startswith("site.cn has no address")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), None),
        (socket.gaierror(socket.EAI_AGAIN, "later"), "x.cn is not found: later"),
        (OSError(errno.EMFILE, "files"), "x.cn is not found"),
        (UnicodeError("long"), "x.cn is not found"),
    ],
)
def test_names_that_cannot_be_resolved(monkeypatch, error, said):
    def fail(*args, **options):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    if said is None:
        assert reach.resolved("x.cn", 80) == ()
        return
    with pytest.raises(FetchError, match=said):
        reach.resolved("x.cn", 80)


def test_this_machine_resolves_names():
    assert "127.0.0.1" in reach.resolved("127.0.0.1", 80)


# ---- the certificate is the name's, not the address's


@pytest.fixture
def certified(tmp_path, server, monkeypatch):
    if shutil.which("openssl") is None:
        pytest.skip("openssl missing; run: make system")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
         "-subj", "/CN=site.cn", "-addext", "subjectAltName=DNS:site.cn", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    names = []
    context.sni_callback = lambda connection, name, context: names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    http._trusted.cache_clear()
    yield names
    http._trusted.cache_clear()


def test_tls_asks_for_the_name_and_checks_it(server, certified):
    port = server.server_port
    own = frozenset({("https", "site.cn", port), ("https", "other.cn", port)})
    assert reach.look(f"https://site.cn:{port}/200", own=own, resolve=loopback).status == 200
    assert certified == ["site.cn"]
    assert server.seen == [f"HEAD site.cn:{port} /200"]
    other = reach.look(f"https://other.cn:{port}/200", own=own, resolve=loopback)
    assert "CERTIFICATE_VERIFY_FAILED" in other.why


# ---- the findings


def fetched(**statuses):
    return lambda url: Reached(url=url, status=statuses[url.rpartition("/")[2]])


@pytest.mark.parametrize(
    ("reached", "code", "severity"),
    [
        (Reached(url="https://a.cn/", status=404, gone=True), "link-dead", Severity.ERROR),
        (Reached(url="https://a.cn/", status=503), "link-fails", Severity.WARNING),
        (Reached(url="https://a.cn/", status=403), "link-refused", Severity.WARNING),
        (Reached(url="https://a.cn/", why="it is slow; try again"), "link-unreached", Severity.WARNING),
    ],
)
def test_a_fault_names_the_link_and_where_it_led(reached, code, severity):
    finding = reach.judge("https://a.cn/", reached)
    assert (finding.code, finding.severity, finding.place) == (code, severity, "link https://a.cn/")
    assert finding.fix
    assert "leads to" not in finding.message
    assert "leads to https://a.cn/" in reach.judge("https://b.cn/", reached).message


@pytest.mark.parametrize("status", [200, 204, 304, 399])
def test_what_answers_is_no_finding(status):
    assert reach.judge("https://a.cn/", Reached(url="https://a.cn/", status=status)) is None


def test_findings_stand_in_the_order_of_the_links_each_once():
    links = [f"https://h{number % 3}.cn/{number}" for number in range(20)]
    slow = threading.Barrier(4)  # the answers come out of order

    def fetch(url):
        if url.rpartition("/")[2] in {"0", "1", "2", "3"}:
            slow.wait(10)
        return Reached(url=url, status=500)

    found = reach.check([*links, *links], fetch)
    assert [finding.place for finding in found] == [f"link {link}" for link in links]


def test_no_host_is_asked_by_many_at_once():
    lock, now, most = threading.Lock(), Counter(), Counter()

    def fetch(url):
        host = reach.origin(url)[1]
        with lock:
            now[host] += 1
            now["all"] += 1
            for name in (host, "all"):
                most[name] = max(most[name], now[name])
        with lock:
            now[host] -= 1
            now["all"] -= 1
        return Reached(url=url, status=200)

    assert reach.check([f"https://h{k % 10}.cn/{k}" for k in range(200)], fetch) == ()
    assert max(count for host, count in most.items() if host != "all") <= reach.PER_HOST
    assert most["all"] <= reach.LANES
    lanes = reach._lanes([f"https://a.cn/{k}" for k in range(5)] + ["https://b.cn/", "nonsense"])
    assert [len(lane) for lane in lanes] == [3, 2, 1, 1]


def test_links_to_invented_names_are_left_alone():
    assert reach.check(["https://tideline.example/x", "https://www.example.org/"], fetched()) == ()


def test_a_machine_that_is_offline_says_so_once():
    def fetch(url):
        return Reached(url=url, why="no network; look")

    (finding,) = reach.check([f"https://{name}.cn/" for name in "abc"], fetch)
    assert finding.code == "links-offline"
    assert finding.message.startswith("none of 3 links can be reached (no network); ")
    assert finding.fix == "look whether this machine is online"
    assert len(reach.check(["https://a.cn/", "https://b.cn/"], fetch)) == 2, "two may have died"


def test_the_budget_ends_the_asking():
    release = threading.Event()

    def fetch(url):
        release.wait(10)
        return Reached(url=url, status=200)

    (finding,) = reach.check([f"https://a.cn/{k}" for k in range(9)], fetch, budget=0.05)
    assert (finding.code, finding.message) == (
        "links-slow", "9 of 9 links were not answered within 0.05 s; run it again",
    )  # fmt: skip
    release.set()


def test_no_links_no_threads():
    assert reach.check([], fetched()) == ()


def test_the_whole_way(server):
    own = frozenset({("http", "site.cn", server.server_port)})
    links = [here(server, "200"), here(server, "404"), here(server, "to//410"), here(server, "200")]
    found = reach.check(links, partial(reach.look, own=own, resolve=loopback))
    assert [finding.code for finding in found] == ["link-dead", "link-dead"]
    assert "leads to" in found[1].message
    assert len(server.seen) == 6


# ---- which links


def test_links_and_pictures_of_a_page_are_found_once():
    page = """<a href="https://a.cn/?x=1&amp;y=2">a</a><img src="http://b.cn/b.jpg" alt=""><a href="mailto:a@b.cn">m</a>
        <a href="#top">t</a><a name="x">n</a><a href>e</a><a href="https://a.cn/?x=1&y=2">a</a><a href="http://[x/">x</a>
        <link href="https://c.cn/">"""
    assert reach.links(page) == ("https://a.cn/?x=1&y=2", "http://b.cn/b.jpg")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.cn/x", ("https", "a.cn", 443)),
        ("http://a.cn:8000", ("http", "a.cn", 8000)),
        ("http://[::1]/", ("http", "::1", 80)),
        ("https://潮信.cn/", ("https", "xn--09s861b.cn", 443)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url, origin):
    assert reach.origin(url)[0::2] == origin[0::2]
    assert reach.origin(url)[1] == "潮信.cn".encode("idna").decode() if "潮" in url else origin[1]


@given(st.text(alphabet=st.sampled_from("htps:/[]@%.#?a1 \\\n"), max_size=30))
def test_no_link_breaks_the_check(text):
    link = f"http://{text}"
    reach.links(f'<a href="{link}">')
    found = reach.look(link, resolve=loopback)
    assert found.why, "nothing of this leads to a public address"
    assert reach.check([link], lambda url: found) == () or found.why
