"""Rows of the attack table that touch these pages: each test fails without its defence."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient
from web import sent_site
from web.sent_site import ISSUE, NOW, erase, links, token

from publisher import log
from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import store as clicks
from publisher.errors import StoreError, TemplateError
from publisher.web.errors import shown
from publisher.web.site import application
from subscribers import store as readers
from subscribers.subscriber import Status
from subscribers.tokens import Purpose

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
ONE_CLICK = {"content": "List-Unsubscribe=One-Click", "headers": {"content-type": "application/x-www-form-urlencoded"}}


def exported(site: App, capsys) -> list[dict[str, str]]:
    capsys.readouterr()
    assert run(["-c", str(site.config.path), "--json", "subscribers", "export"]) == 0
    return json.loads(capsys.readouterr().out)


def reader(site: App, address: str):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def how(site: App, address: str) -> list[str]:
    with site.database.read() as connection:
        return [event.how for event in readers.history(connection, reader(site, address).id)]


def addresses_of_a_mail(site: App) -> set[str]:
    """Every address of ours in the reader's mail, as a scanner finds them, and the fixed ones."""
    mail = next((site.config.path.parent / "outbox").glob("li@example.org.*.eml")).read_bytes()
    import email
    import email.policy

    message = email.message_from_bytes(mail, policy=email.policy.default)
    text = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text") + str(
        message["List-Unsubscribe"]
    )
    return {found.rstrip(".") for found in re.findall(r"https://news\.tide\.example\.org(/[\w/.-]*)", text)}


def test_a_scanner_that_opens_every_link_changes_nothing(site, client, capsys):
    before = exported(site, capsys)
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}"
    paths = addresses_of_a_mail(site) | {confirm, "/", "/archive/", f"/archive/{ISSUE}", "/healthz", "/favicon.ico"}
    assert len([path for path in paths if path.startswith(("/u/", "/i/", "/media/"))]) >= 4
    for path in paths:
        for method in ("GET", "HEAD"):
            answer = client.request(method, path, headers={"purpose": "prefetch"})
            assert answer.status_code == 200, path
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"):
        for path in (confirm, links(site.config.path, "li@example.org")["u"]):
            assert client.request(method, path).status_code == 405
    assert exported(site, capsys) == before


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The site of ``sent_site``, which counts clicks and opens and keeps whose they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sent_site, "CONFIG", f"{sent_site.CONFIG}tracking: {{clicks: true, opens: true, readers: true}}\n"
        )
        return sent_site.build(tmp_path_factory.mktemp("followed") / "site")


def test_a_crawl_of_a_mail_that_counts_its_readers_changes_no_reader(followed, tmp_path, capsys):
    """By a program that names itself Firefox, an hour after the mail: no rule but the pace gives it away."""
    shutil.copytree(followed.parent, tmp_path / "site")
    app = App.open(tmp_path / "site" / "config.yaml", start=NOW + timedelta(hours=1))
    try:
        visitor = TestClient(application(app), follow_redirects=False, raise_server_exceptions=False)
        before, paths = exported(app, capsys), sorted(addresses_of_a_mail(app))
        assert len([path for path in paths if path.startswith("/r/")]) >= 3
        assert [path for path in paths if path.startswith("/o/")]
        for path in paths:
            for method in ("GET", "HEAD"):
                assert visitor.request(method, path, headers=FIREFOX).status_code in {200, 302}, path
        assert exported(app, capsys) == before
        with app.database.write() as connection:
            assert clicks.of_reader(connection, reader(app, "li@example.org").id), "it was counted"
            assert clicks.engage_due(connection, app.clock.now() + timedelta(minutes=1)) == 0
        assert exported(app, capsys) == before
    finally:
        app.close()


def test_one_click_acts_at_once_without_page_redirect_or_cookie(site, client):
    path = links(site.config.path, "li@example.org")["u"]
    answer = client.post(path, **ONE_CLICK)  # no Origin, no Referer, no Sec-Fetch-Site
    assert (answer.status_code, answer.text) == (200, "unsubscribed\n")
    assert not {"location", "set-cookie"} & set(answer.headers)
    assert reader(site, "li@example.org").status is Status.UNSUBSCRIBED
    assert how(site, "li@example.org")[-1] == "one-click"


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "null"}, {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}, BROWSER],
)
def test_a_provider_may_post_from_anywhere_in_any_form(site, client, headers):
    path = links(site.config.path, "mara@example.org")["u"]
    boundary = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = client.post(path, content=boundary, headers={"content-type": "multipart/form-data; boundary=x", **headers})
    assert (answer.status_code, answer.text) == (200, "unsubscribed\n")
    assert reader(site, "mara@example.org").status is Status.UNSUBSCRIBED


def test_unsubscribing_twice_is_as_good_as_once(site, client):
    path = links(site.config.path, "li@example.org")["u"]
    answers = [client.post(path, **ONE_CLICK) for _ in range(3)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "unsubscribed\n")}
    assert reader(site, "li@example.org").status is Status.UNSUBSCRIBED
    page = client.post(path, headers=BROWSER)
    assert (page.status_code, "You are unsubscribed" in page.text) == (200, True)


def test_who_left_still_reads_what_they_got(site, client):
    mine = links(site.config.path, "li@example.org")
    client.post(mine["u"], **ONE_CLICK)
    answer = client.get(mine["i"])
    assert answer.status_code == 200
    assert "风停的那四天" in answer.text


def test_links_of_an_erased_reader_tell_and_do_nothing(site, client):
    mine = links(site.config.path, "gone@example.org")
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'gone@example.org')}"
    asked = [
        client.get(mine["u"], headers=BROWSER).text,
        client.get(links(site.config.path, "li@example.org")["u"], headers=BROWSER).text,
    ]
    erase(site, "gone@example.org")
    assert client.get(mine["i"]).status_code == 404
    assert client.get(mine["u"], headers=BROWSER).text == asked[0] == asked[1], "the page says whether we know them"
    assert client.post(mine["u"], **ONE_CLICK).status_code == 200
    assert client.post(confirm, headers=BROWSER).status_code == 404
    assert reader(site, "gone@example.org") is None


def test_a_token_does_only_what_it_is_for(site, client, capsys):
    before = exported(site, capsys)
    mine = links(site.config.path, "li@example.org")
    tokens = {"u": mine["u"][3:], "i": mine["i"][3:], "confirm": token(site, Purpose.CONFIRM, "li@example.org")}
    tokens |= {
        purpose.value: token(site, purpose, "li@example.org")
        for purpose in Purpose
        if purpose.value not in {"confirm", "unsub", "view"}
    }
    for owner, value in tokens.items():
        for place in {"u", "i", "confirm"} - {owner}:
            for method in ("GET", "POST"):
                assert client.request(method, f"/{place}/{value}").status_code in {404, 405}, (owner, place)
    assert exported(site, capsys) == before


def test_a_token_changed_anywhere_is_none(site, client, capsys):
    before = exported(site, capsys)
    mine = links(site.config.path, "li@example.org")
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}"
    for path in (mine["u"], mine["i"], confirm):
        folder, _, value = path.rpartition("/")
        for place in range(0, 36, 3):
            other = "A" if value[place] != "A" else "B"
            forged = value[:place] + other + value[place + 1 :]
            assert client.get(f"{folder}/{forged}").status_code == 404, (path, place)
            assert client.post(f"{folder}/{forged}").status_code in {404, 405}
        for forged in (value[:-1], value + "A", value + "%0A", value.replace(value[0], "%00", 1), value + "=", ""):
            assert client.post(f"{folder}/{forged}").status_code in {404, 405}
    assert exported(site, capsys) == before


def test_a_confirmation_needs_a_post_and_its_hour(site, client):
    late = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org', days=-1)}"
    assert client.post(late, headers=BROWSER).status_code == 404
    good = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}"
    assert client.get(good).status_code == 200
    assert reader(site, "new@example.org").status is Status.PENDING
    answer = client.post(good, headers=BROWSER | {"x-forwarded-for": "6.6.6.6"})
    assert (answer.status_code, "You are subscribed" in answer.text) == (200, True)
    now = reader(site, "new@example.org")
    assert (now.status, now.consent_at) != (Status.PENDING, None)
    assert now.consent_ip == "testclient", "only a trusted proxy's word on the address counts"
    assert client.post(good, headers=BROWSER).status_code == 200


def test_an_old_confirmation_brings_nobody_back(site, client):
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'li@example.org')}"
    client.post(links(site.config.path, "li@example.org")["u"], **ONE_CLICK)
    assert client.post(confirm, headers=BROWSER).status_code == 404
    assert reader(site, "li@example.org").status is Status.UNSUBSCRIBED


def test_the_archive_knows_no_reader(site, client):
    mine = [
        path
        for name in ("li", "mara", "tom", "gone")
        for path in links(site.config.path, f"{name}@example.org").values()
    ]
    for path in ("/", "/archive/", f"/archive/{ISSUE}", "/feeds/", "/feeds/index.opml"):
        text = client.get(path).text
        own = re.sub(r"https://(?!news\.tide\.example\.org)[^\s\"<]*", "", text)  # a reader service has an /i/ too
        assert not re.search(r"/(u|i|p|f|confirm|r|o)/", own), path
        assert not any(link[3:] in text for link in mine)
        assert not re.search(r"(li|mara|tom|gone|new)@example", text)
        assert "xq7" not in text, "a slot was left open"


def test_a_hostile_article_is_harmless(site, client):
    for path in (f"/archive/{ISSUE}", links(site.config.path, "li@example.org")["i"], "/", "/archive/"):
        answer = client.get(path)
        policy = dict(
            part.strip().split(" ", 1)
            for part in answer.headers["content-security-policy"].split(";")
            if " " in part.strip()
        )
        assert policy["default-src"] == "'none'"
        assert "script-src" not in policy
        assert "evil.example" not in policy["img-src"]
        page = html.document_fromstring(answer.text)
        assert not page.xpath("//script | //iframe | //object | //svg | //*[@*[starts-with(name(), 'on')]]")
        assert page.xpath("//form/@action") == (["/#newsletters"] if path == "/" else [])
        assert not [
            link
            for link in page.xpath("//a/@href | //img/@src")
            if not link.startswith(("https://tide.example.org", "/", "data:", "#main"))
        ]
    sandboxed = client.get(f"/archive/{ISSUE}")
    assert "<script>alert(1)</script>" in html.document_fromstring(sandboxed.text).text_content(), "it is shown as text"
    assert "sandbox allow-popups" in sandboxed.headers["content-security-policy"]
    assert "allow-scripts" not in sandboxed.headers["content-security-policy"]
    assert "allow-same-origin" not in sandboxed.headers["content-security-policy"]


def test_an_unknown_issue_tells_nothing(client):
    answers = {
        client.get(f"/archive/{name}", headers=BROWSER).text
        for name in ("weekly-2020-01-01", "x'--", "%00", "Ω" * 300, "..%2f..%2fetc%2fpasswd")
    }
    assert len(answers) == 1
    assert "weekly" not in answers.pop()


def test_only_what_was_sent_has_a_page(site, client):
    assert (
        run(
            [
                "-c",
                str(site.config.path),
                "--now",
                "2025-07-06T08:00:00+08:00",
                "issue",
                "edit",
                ISSUE,
                "--subject",
                "x",
            ]
        )
        != 0
    )
    from publisher.issues import store
    from publisher.issues.issue import State

    with site.database.write() as connection:
        issue = store.get(connection, ISSUE)
        from dataclasses import replace

        store.update(connection, replace(issue, state=State.HELD), seen=issue)
    assert client.get(f"/archive/{ISSUE}").status_code == 404
    assert ISSUE not in client.get("/archive/").text + client.get("/").text


# ---- what goes wrong inside is not told outside, and tokens reach no log


class Broken:
    """A database that nobody can open."""

    def read(self):
        raise StoreError("database sqlite:////srv/secret.db: locked", hint="x")

    write = read


def test_trouble_is_told_to_the_operator_alone(site, client, monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append((name, str(error), fields)))
    mine = links(site.config.path, "li@example.org")
    monkeypatch.setitem(site.__dict__, "database", Broken())
    for path in ("/", "/archive/", mine["i"], "/healthz"):
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
        assert "secret" not in answer.text
        assert "not yours" in answer.text
        assert answer.headers["content-security-policy"]
    assert client.get("/healthz").status_code == 503
    assert len(told) == 5
    assert mine["i"][3:] not in str(told)


def test_a_defect_answers_with_a_page_and_all_headers(site, client, monkeypatch):
    monkeypatch.setattr(log, "trouble", lambda *_, **__: None)
    monkeypatch.setitem(site.__dict__, "database", None)
    answer = client.get("/", headers=BROWSER)
    assert answer.status_code == 500
    assert "not yours" in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_broken_template_still_answers(site, client, monkeypatch):
    monkeypatch.setattr(log, "trouble", lambda *_, **__: None)

    def render(*_, **__):
        raise TemplateError("templates/web/base.html:1: secret")

    monkeypatch.setattr(site.templates, "render", render)
    answer = client.get("/")
    assert (answer.status_code, answer.text) == (500, "500\n")


def test_what_visitors_mistype_is_not_logged(site, client, monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda *words, **fields: told.append(words))
    for path in ("/x", "/u/x", "/i/" + "A" * 36, "/archive/none", "/media/x", "/confirm/x"):
        assert client.get(path).status_code == 404
    assert not told


def test_a_path_in_the_log_holds_no_token_and_steers_no_terminal():
    assert shown("/u/" + "A" * 36) == "/u/AAAA…"
    assert shown("/u/" + "A" * 35 + "/") == "/u/AAAA…/"
    assert shown("/archive/weekly-2025-06-30") == "/archive/weekly-2025-06-30"
    assert "\x1b" not in shown("/\x1b[2J\n算力")
    assert "\n" not in shown("/\x1b[2J\n算力")


def test_a_site_without_logo_issue_or_newsletter_has_pages_too(tmp_path: Path):
    (tmp_path / "config.yaml").write_text('site: {title: Bare, url: "https://bare.example.org"}\n', encoding="utf-8")
    (tmp_path / "content").mkdir()
    app = App.open(tmp_path / "config.yaml")
    try:
        visitor = TestClient(application(app))
        for path in ("/", "/archive/"):
            assert "None has been sent yet" in visitor.get(path, headers=BROWSER).text
        icon = visitor.get("/favicon.ico")
        assert (icon.status_code, icon.content) == (204, b"")
        assert "strict-transport-security" not in icon.headers
    finally:
        app.close()


def test_a_server_behind_a_path_links_there(site, tmp_path):
    text = site.config.path.read_text("utf-8").replace("https://news.tide.example.org", "https://tide.example.org/news")
    site.config.path.write_text(text, encoding="utf-8")
    app = App.open(site.config.path)
    try:
        visitor = TestClient(application(app), follow_redirects=False)
        page = html.document_fromstring(visitor.get("/").text)
        own = [link for link in page.xpath("//a/@href | //link/@href | //img/@src") if link.startswith("/")]
        assert len(own) > 5  # feeds are named by their whole address
        assert all(link.startswith("/news/") for link in own), own
        assert visitor.get("/archive").headers["location"] == "/news/archive/"
        assert visitor.get("/favicon.ico").status_code == 200
    finally:
        app.close()
