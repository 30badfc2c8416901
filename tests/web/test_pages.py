import re

import pytest
from lxml import html
from web.sent_site import ISSUE, NOW, links, token

from publisher.web.security import digest_policy, page_policy
from subscribers import store as readers
from subscribers.tokens import Purpose

LANGUAGES = {"en": "en", "zh-CN": "zh-CN", "zh": "zh-CN", "zh-TW,zh;q=0.9": "zh-CN", "de": "zh-CN", "": "zh-CN", "en-GB;q=0.5, fr": "en"}  # fmt: skip
EN = {"accept-language": "en"}
HTML = {"accept": "text/html"}


def own_pages(site):
    return {
        "/": 200,
        "/archive/": 200,
        f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}": 200,
        links(site.config.path, "li@example.org")["u"]: 200,
        "/nothing": 404,
        "/confirm/x": 404,
        "/u/x": 404,
        "/i/x": 404,
        "/archive/none": 404,
    }


def speak(site, language):
    """Has the reader who is asked to confirm choose a language."""
    with site.database.write() as connection:
        new = readers.by_address(connection, "new@example.org")
        readers.set_preferences(connection, new.id, language=language, now=NOW, how="test")


def test_the_page_that_confirms_speaks_the_language_of_its_mail(site, client):
    speak(site, "zh-CN")
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}"
    for answer in (client.get(confirm, headers=EN), client.post(confirm, headers=EN)):
        assert html.document_fromstring(answer.text).get("lang") == "zh-CN"


def test_a_used_link_gives_nobody_the_readers_own_pages(site, client):
    """A mail that was forwarded holds it: not even after its reader had their links revoked."""
    confirm = f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}"
    assert "/p/" in client.post(confirm, headers=EN).text
    with site.database.write() as connection:
        new = readers.by_address(connection, "new@example.org")
        readers.revoke_links(connection, new.id, now=NOW)
    again = client.post(confirm, headers=EN)
    assert (again.status_code, "subscribed already" in again.text) == (200, True)
    assert not re.search(r"/[pf]/", again.text)


@pytest.mark.parametrize(("accept", "lang"), LANGUAGES.items())
def test_every_page_speaks_the_visitors_language(site, client, accept, lang):
    speak(site, "")
    for path, status in own_pages(site).items():
        answer = client.get(path, headers={"accept-language": accept} if accept else {})
        assert answer.status_code == status, path
        page = html.document_fromstring(answer.text)
        assert page.get("lang") == lang
        assert page.xpath("//title/text()")[0].endswith("· 潮信 & Tide")
        assert len(page.xpath("//h1")) == 1
        assert len(page.xpath("//main")) == 1
        assert "Accept-Language" in answer.headers["vary"]
        assert not page.xpath("//script | //style | //*[@style] | //*[@*[starts-with(name(), 'on')]] | //iframe")


def test_every_answer_carries_the_safe_headers(site, client):
    view = links(site.config.path, "li@example.org")["i"]
    css = html.document_fromstring(client.get("/").text).xpath("//link[@rel='stylesheet']/@href")[0]
    for path in (
        *own_pages(site),
        view,
        f"/archive/{ISSUE}",
        "/feeds/",
        "/feeds/rss.xml",
        "/healthz",
        "/favicon.ico",
        css,
        "/archive",
    ):
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
            answer = client.request(method, path)
            assert answer.status_code < 500, (method, path)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            copying = "script-src 'self'"  # the pages of feeds have one script, which copies addresses
            policy = answer.headers["content-security-policy"].removesuffix(f"; {copying}" if path == "/feeds/" else "")
            assert "script-src" not in policy
            assert "unsafe-eval" not in answer.headers["content-security-policy"]
            assert answer.headers["strict-transport-security"]
            assert "referrer-policy" in answer.headers
            assert "set-cookie" not in answer.headers
            assert "server" not in answer.headers
            if method == "HEAD":
                assert client.get(path).status_code == answer.status_code, path


def test_pages_behind_tokens_stay_secret(site, client):
    mine = links(site.config.path, "li@example.org")
    for path in (
        mine["i"],
        mine["u"],
        f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}",
        "/u/wrong",
        "/i/wrong",
    ):
        answer = client.get(path)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert "example.org" not in re.sub(r"https://(news\.)?tide\.example\.org", "", answer.text), (
            "it names the reader"
        )


@pytest.mark.parametrize("path", ["/archive/{issue}/", "{u}/", "{i}/", "/confirm/{confirm}/", "/healthz/"])
def test_a_slash_too_many_is_forgiven(site, client, path):
    mine = links(site.config.path, "li@example.org")
    confirm = token(site, Purpose.CONFIRM, "new@example.org")
    with_slash = path.format(issue=ISSUE, confirm=confirm, **mine)
    answer = client.get(with_slash)
    assert answer.status_code == 200
    assert answer.text == client.get(with_slash.rstrip("/")).text


def test_a_redirect_names_no_host(client):
    for path in ("/archive", "/feeds"):
        answer = client.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
        assert answer.status_code == 301
        assert answer.headers["location"] in {"/archive/", "feeds/"}
    for path in ("/", "/archive/", "/nothing", "/archive//evil.example", "//evil.example/"):
        answer = client.get(
            f"http://testserver{path}", headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
        )
        assert "evil.example" not in answer.text + str(answer.headers)


def test_the_wrong_method_is_told_which_are_right(site, client):
    for path, allowed in (
        ("/", "GET"),
        ("/archive/", "GET"),
        (links(site.config.path, "li@example.org")["i"], "GET"),
        ("/u/x", "POST"),
    ):
        answer = client.delete(path, headers={"accept-language": "en"})
        assert answer.status_code == 405
        assert allowed in answer.headers["allow"]
        assert "cannot be done" in answer.text


def test_a_large_body_is_refused(site, client):
    path = links(site.config.path, "li@example.org")["u"]
    assert client.post(path, content=b"x" * 70_000).status_code == 413
    assert client.post(path, content=(b"x" * 7000 for _ in range(10))).status_code == 413  # its length is not told
    assert (
        client.post(f"/confirm/{token(site, Purpose.CONFIRM, 'new@example.org')}", content=b"x" * 70_000).status_code
        == 413
    )


def test_the_front_page_tells_rhythms_in_words(client):
    tiles = html.document_fromstring(client.get("/", headers={"accept-language": "en"}).text).xpath(
        "//fieldset[@id='stream']//label"
    )
    assert [tile.text_content().strip() for tile in tiles] == [
        "Every Monday at 08:00", "Every day at 07:30", "Every Monday, Tuesday, Wednesday, Thursday, and Friday at 18:00",
        "On day 15 of every month at 09:00", "On the last Friday of every month at 10:00", "At times of its own",
    ]  # fmt: skip
    assert "每星期一 08:00" in client.get("/").text
    assert "每月最后一个星期五 10:00" in client.get("/").text


def test_front_page_and_archive_lead_to_the_issue_and_the_feeds(client):
    for path in ("/", "/archive/"):
        page = html.document_fromstring(client.get(path).text)
        assert f"/archive/{ISSUE}" in page.xpath("//h2/a/@href")
        for href in {*page.xpath("//a/@href"), *page.xpath("//link/@href"), *page.xpath("//img/@src")}:
            if href.startswith("/"):
                assert client.get(href).status_code == 200, href


def test_the_style_sheet_may_be_kept_for_ever(client):
    css = re.search(r'href="(/static/site\.[0-9a-f]{12}\.css)"', client.get("/").text)[1]
    answer = client.get(css)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert "prefers-color-scheme: dark" in answer.text
    assert client.get("/static/site.000000000000.css").status_code == 404


def test_pictures(site, client):
    page = client.get(f"/archive/{ISSUE}").text
    names = set(re.findall(r'"(/media/[0-9a-f]+\.(?:jpg|png))"', page))
    assert {name[-3:] for name in names} == {"jpg", "png"}
    for name in names:
        answer = client.get(name)
        assert answer.headers["content-type"] == {"jpg": "image/jpeg", "png": "image/png"}[name[-3:]]
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    (site.config.output / "media" / "secret.txt").write_text("x", encoding="utf-8")
    for name in (
        "secret.txt",
        "..%2Ffeeds%2Frss.xml",
        "%2e%2e/feeds/rss.xml",
        "0123456789abcdef.jpg",
        ".jpg",
        "0123456789abcdef.svg",
        "0123456789abcdef.jpg%00",
    ):
        assert client.get(f"/media/{name}").status_code == 404, name


def test_the_icon_is_the_logo(client):
    assert client.get("/favicon.ico").content.startswith(b"\x89PNG")


def test_health(site, client):
    assert client.get("/healthz").text == "ok\n"


def test_policies_follow_the_theme(site):
    theme = site.config.theme.model_copy(update={"logo": "https://cdn.example/a b.png"})
    config = site.config.model_copy(update={"theme": theme})
    assert "img-src 'self' data: https://cdn.example;" in page_policy(config)
    assert "img-src 'self' data: https://tide.example.org https://cdn.example;" in digest_policy(config)
    assert "img-src 'self' data:;" in page_policy(site.config)
