"""Forms that another site makes a browser send do nothing; what is no browser's, or proves itself, passes."""

from __future__ import annotations

import pytest
from web.sent_site import links, token

from publisher.web.origin import allowed, origin
from subscribers import store as readers
from subscribers.subscriber import Status
from subscribers.tokens import Purpose

OWN = "https://news.tide.example.org"


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),  # curl, a mail provider
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),  # a sub-domain that somebody else has
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"sec-fetch-site": "cross-site", "origin": OWN}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, True),  # browsers cannot be made to lie
        ({"origin": OWN}, True),
        ({"origin": "http://news.tide.example.org"}, False),
        ({"origin": "https://news.tide.example.org.evil.example"}, False),
        ({"origin": "https://tide.example.org"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
    ],
)
def test_the_rule(headers, may):
    assert allowed("POST", headers, OWN) is may
    assert allowed("DELETE", headers, OWN) is may
    assert all(allowed(method, headers, OWN) for method in ("GET", "HEAD", "OPTIONS"))
    assert allowed("POST", headers, OWN, secret=True) is (may or headers == {"origin": "null"})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example.org/letters/", "https://news.example.org"),
        ("https://News.Example.org:443", "https://news.example.org"),
        ("https://news.example.org:8443/", "https://news.example.org:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url, expected):
    assert origin(url) == expected


def status(site, address):
    with site.database.read() as connection:
        return readers.by_address(connection, address).status


FOREIGN = [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_cannot_use_a_form(site, client, headers):
    answer = client.post(f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}", headers=headers)
    assert answer.status_code == 403
    assert "text/html" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert status(site, "new@example.org") is Status.PENDING
    path = f"/p/{token(site, Purpose.PREFS, 'li@example.org')}"
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post(path, content="act=pause", headers=headers | form)
    assert (answer.status_code, status(site, "li@example.org")) == (403, Status.ACTIVE)
    assert client.post("/", content="email=a@example.org", headers=headers | form).status_code == 403


@pytest.mark.parametrize("headers", [*FOREIGN, {"origin": "null"}, {}], ids=str)
def test_leaving_needs_no_origin(site, client, headers):
    """A provider's one-click POST comes from anywhere (RFC 8058 3.2)."""
    path = links(site.config.path, "li@example.org")["u"]
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(path, content="List-Unsubscribe=One-Click", headers=headers | form).status_code == 200
    assert status(site, "li@example.org") is Status.UNSUBSCRIBED


@pytest.mark.parametrize("headers", [{}, {"origin": "null"}, {"sec-fetch-site": "same-origin", "origin": "null"}])
def test_our_own_page_that_sends_no_referrer_is_heard(site, client, headers):
    answer = client.post(f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}", headers=headers)
    assert (answer.status_code, status(site, "new@example.org")) == (200, Status.ACTIVE)
