"""Counted links: each leads to its story, whoever asks with whatever code, and counts what a reader's own code asks."""

from __future__ import annotations

import email
import email.policy
import re
import shutil

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from web import sent_site
from web.sent_site import ISSUE, NOW, erase, token

from publisher import log
from publisher.app import App
from publisher.delivery import link
from publisher.delivery.store import click_table, forget
from publisher.errors import StoreError
from publisher.issues import store
from publisher.web.site import application
from subscribers import store as readers
from subscribers.tokens import Purpose

AGENT = {"user-agent": "Mozilla/5.0 (X11)"}


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """The site of ``sent_site``, which counts clicks; its issue was sent so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sent_site, "CONFIG", f"{sent_site.CONFIG}tracking: {{clicks: true, readers: true}}\n")
        return sent_site.build(tmp_path_factory.mktemp("counted") / "site")


@pytest.fixture
def site(counted, tmp_path):
    shutil.copytree(counted.parent, tmp_path / "site")
    app = App.open(tmp_path / "site" / "config.yaml", start=NOW)
    yield app
    app.close()


@pytest.fixture
def client(site):
    visitor = TestClient(application(site), follow_redirects=False, raise_server_exceptions=False)
    visitor.headers.clear()
    return visitor


@pytest.fixture
def issue(site):
    with site.database.read() as connection:
        return store.get(connection, ISSUE)


def reader(site, address="li@example.org"):
    with site.database.read() as connection:
        return readers.by_address(connection, address).id


def code(site, issue, address="li@example.org"):
    return link.click(site.keys, reader(site, address), issue.serial)


def clicks(site):
    columns = [
        column for column in click_table.columns if column.name in {"issue", "story", "reader", "method", "agent"}
    ]
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(click_table.c.id))]


def mailed(site, address):
    """The addresses of the links in the HTML of the reader's mail."""
    file = next((site.config.path.parent / "outbox").glob(f"{address}.*.eml"))
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return re.findall(r'href="([^"]*)"', message.get_body(("html",)).get_content())


def test_each_link_of_a_mail_leads_to_its_story(site, client, issue):
    for address in ("li@example.org", "mara@example.org"):
        links = [href for href in mailed(site, address) if "/r/" in href]
        assert links
        assert not [href for href in mailed(site, address) if href in {story.url for story in issue.stories}]
        for href in links:
            place = re.fullmatch(rf"https://news\.tide\.example\.org(/r/1-(\d)/{code(site, issue, address)})", href)
            answer = client.get(place[1])
            assert (answer.status_code, answer.content) == (302, b"")
            assert answer.headers["location"] == issue.stories[int(place[2])].url
    assert {row[2] for row in clicks(site)} == {reader(site), reader(site, "mara@example.org")}


def test_the_text_part_leads_straight(site):
    file = next((site.config.path.parent / "outbox").glob("li@example.org.*.eml"))
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert "/r/" not in message.get_body(("plain",)).get_content()


def test_what_is_kept_of_a_click(site, client, issue):
    path = f"/r/1-1/{code(site, issue)}"
    client.get(path, headers={"user-agent": f"Mozilla/5.0 \t{'x' * 500}"})
    client.head(f"{path}/", headers=AGENT)
    client.get(path)
    who = reader(site)
    assert clicks(site) == [
        (ISSUE, 1, who, "GET", f"Mozilla/5.0 {'x' * 188}"),
        (ISSUE, 1, who, "HEAD", "Mozilla/5.0 (X11)"),
        (ISSUE, 1, who, "GET", ""),
    ]


def test_the_answer_is_kept_by_nobody_and_tells_nobody(site, client, issue):
    for method in ("GET", "HEAD"):
        answer = client.request(method, f"/r/1-0/{code(site, issue)}")
        assert answer.status_code == 302
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert not {"set-cookie", "etag"} & set(answer.headers)


def test_a_code_that_is_none_still_leads_on_and_counts_nothing(site, client, issue):
    good = code(site, issue)
    strangers = [
        "test",
        "x",
        "%00",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        link.click(site.keys, reader(site), issue.serial + 1),  # of another issue
        *(token(site, purpose, "li@example.org") for purpose in Purpose if purpose is not Purpose.CLICK),
    ]
    for stranger in strangers:
        answer = client.get(f"/r/1-0/{stranger}", headers=AGENT)
        assert (answer.status_code, answer.headers["location"]) == (302, issue.stories[0].url), stranger
    assert clicks(site) == []


@pytest.mark.parametrize(
    "name", ["1-99", "2-0", "01-0", "0-0", "1", "1-", "-1", "1-1-1", "A-0", "zzzzz-0", "https:evil.example", "%2f%2fevil.example"]
)  # fmt: skip
def test_an_unknown_link_is_not_found(site, client, issue, name):
    answer = client.get(f"/r/{name}/{code(site, issue)}?url=https://evil.example", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "nothing at this address" in answer.text
    assert clicks(site) == []


def test_nobody_is_led_elsewhere_than_the_issue_says(site, client, issue):
    for query in ("?url=https://evil.example", "?to=//evil.example", "?https://evil.example"):
        answer = client.get(f"/r/1-0/test{query}", headers={"host": "evil.example"})
        assert answer.headers["location"] == issue.stories[0].url
    for url in ("javascript:alert(1)", "//evil.example", "/posts", ""):
        with site.database.write() as connection:
            rewrite = sa.text("UPDATE issue_story SET frozen = json_set(frozen, '$.url', :url) WHERE position = 0")
            connection.execute(rewrite, {"url": url})
        assert client.get("/r/1-0/test").status_code == 404


def test_an_address_is_sent_as_ascii(site, client):
    with site.database.write() as connection:
        rewrite = sa.text("UPDATE issue_story SET frozen = json_set(frozen, '$.url', :url) WHERE position = 0")
        connection.execute(rewrite, {"url": "https://tide.example.org/风 1/;a~b?q=é#x"})
    location = client.get("/r/1-0/test").headers["location"]
    assert location == "https://tide.example.org/%E9%A3%8E%201/;a~b?q=%C3%A9#x"


def test_only_asking_is_allowed(site, client, issue):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.request(method, f"/r/1-0/{code(site, issue)}").status_code == 405
    assert clicks(site) == []


def test_links_of_old_mails_live_on_where_nothing_is_counted_any_more(sent, tmp_path, issue, site):
    del site
    shutil.copytree(sent.parent, tmp_path / "silent")
    silent = App.open(tmp_path / "silent" / "config.yaml", start=NOW)
    visitor = TestClient(application(silent), follow_redirects=False)
    answer = visitor.get(f"/r/1-0/{code(silent, issue)}")
    assert (answer.status_code, answer.headers["location"]) == (302, issue.stories[0].url)
    assert clicks(silent) == []
    silent.close()


def test_who_left_or_was_erased_is_still_led_on(site, client, issue):
    gone, path = reader(site, "gone@example.org"), f"/r/1-0/{code(site, issue, 'gone@example.org')}"
    client.get(path, headers=AGENT)
    erase(site, "gone@example.org")
    with site.database.write() as connection:
        forget(connection, gone, site.keys)
    assert client.get(path, headers=AGENT).status_code == 302
    assert clicks(site) == [(ISSUE, 0, None, "GET", "")] * 2


def test_a_click_changes_nothing_else(site, client, issue):
    def everything():
        with site.database.read() as connection:
            tables = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            return {
                name: connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in tables if name != "click"
            }

    before = everything()
    for method in ("GET", "HEAD"):
        client.request(method, f"/r/1-0/{code(site, issue)}")
    assert len(clicks(site)) == 2
    assert everything() == before


class Locked:
    """A database that can be read, while somebody else keeps writing."""

    def __init__(self, database):
        self.read = database.read

    def write(self):
        raise StoreError("database is locked")


def test_a_failure_to_count_fails_no_redirect(site, client, issue, monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append((name, str(error), fields)))
    real = site.database
    monkeypatch.setitem(site.__dict__, "database", Locked(real))
    answer = client.get(f"/r/1-0/{code(site, issue)}")
    assert (answer.status_code, answer.headers["location"]) == (302, issue.stories[0].url)
    monkeypatch.setitem(site.__dict__, "database", real)
    assert told == [("click.lost", "database is locked", {"count": 1})]
    assert clicks(site) == []
