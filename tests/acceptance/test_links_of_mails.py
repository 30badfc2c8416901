"""Every link of a sent mail, followed as readers, providers and scanners follow it: none is dead, one click leaves."""

from __future__ import annotations

import html
import io
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from acceptance import mailed_site
from acceptance.mail_judge import faults, parsed, parts_of, value_of
from acceptance.mailed_site import CHINESE, DOMAIN, ENGLISH, READERS, SUBJECTS, WEB, issue_id, opened
from PIL import Image
from starlette.testclient import TestClient

from publisher.web.site import application
from subscribers import store as readers
from subscribers.subscriber import Status

LI, MARA = "li@reader.example.org", "mara@reader.example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
KINDS = {"u", "p", "i", "r", "archive", "feeds", "media", ""}
"""First steps of our own paths that a mail may hold."""


class Addresses(HTMLParser):
    """What the HTML leads to and what it shows."""

    def __init__(self, text):
        super().__init__()
        self.hrefs, self.pictures, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found.get("id")}
        if tag == "a":
            self.hrefs.append(found["href"])
        if tag == "img":
            self.pictures.append((found["src"], int(found["width"]), int(found["height"])))


def held(raw):
    """Every address in the mail: of its HTML, its text, its list fields."""
    parts = {kind: octets.decode() for kind, octets in parts_of(raw).items()}
    page = Addresses(parts["text/html"])
    fields = [value_of(raw, name).strip("<>") for name in ("list-unsubscribe", "list-help", "list-archive")]
    return {
        *page.hrefs,
        *(url for url, *_ in page.pictures),
        *re.findall(r"https?://\S+", parts["text/plain"]),
        *fields,
    }


def ours(raw):
    return {url for url in held(raw) if url.startswith(f"{WEB}/")}


def kind(url):
    return urlsplit(url).path.split("/")[1]


def path(url):
    return url.removeprefix(WEB).partition("#")[0]


@pytest.fixture(params=["base64", "8bit"], ids=["counted", "uncounted"])
def variant(request):
    return request.param


@pytest.fixture
def site(sent, variant, tmp_path):
    """A copy of a site whose mails have left."""
    shutil.copytree(sent.folder / variant, tmp_path / "site")
    with opened(tmp_path / "site") as app:
        yield app


@pytest.fixture
def client(site):
    """Somebody without a cookie, who is told of each redirect."""
    visitor = TestClient(application(site), base_url=WEB, follow_redirects=False)
    visitor.headers.clear()
    return visitor


def statuses(app):
    with app.database.read() as connection:
        return {address: readers.by_address(connection, address).status for address in READERS}


def dead(client, urls):
    """Those that do not answer with a page or lead on, and how they answer."""
    assert urls
    answers = {url: client.get(path(url)) for url in sorted(urls)}
    return {url: answer.status_code for url, answer in answers.items() if answer.status_code not in {200, 302, 303}}


# -- what stands in them


def test_every_address_is_whole_absolute_and_https(sent):
    for mail in sent.mails:
        for url in held(mail.raw):
            assert re.fullmatch(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", url), (mail.name, url)
            assert urlsplit(url).hostname in {DOMAIN, f"news.{DOMAIN}"}
        assert {kind(url) for url in ours(mail.raw)} <= KINDS


def test_links_are_counted_where_the_site_counts_and_in_the_html_alone(sent):
    for mail in sent.mails:
        parts = {name: octets.decode() for name, octets in parts_of(mail.raw).items()}
        stories = f"https://{DOMAIN}/posts/"
        assert ("/r/" in parts["text/html"]) is mail.counted, mail.name
        assert (stories in parts["text/html"]) is not mail.counted
        assert stories in parts["text/plain"]
        assert "/r/" not in parts["text/plain"]


# -- none is dead


def test_no_link_is_dead_and_none_changes_anybody(sent, site, client, variant):
    wanted = {url for mail in sent.of(site=variant) for url in ours(mail.raw)}
    assert {"u", "p", "i", "archive", "feeds", "media", ""} <= {kind(url) for url in wanted}
    assert dead(client, wanted) == {}
    assert {client.head(path(url)).status_code for url in wanted if kind(url) in {"u", "p", "i"}} == {200}
    assert set(statuses(site).values()) == {Status.ACTIVE}


def test_a_link_within_a_page_finds_its_place(sent, client, variant):
    (mail,) = sent.of(site=variant, newsletter="weekly", address=LI)
    within = {url for url in ours(mail.raw) if "#" in url}
    assert within
    for url in within:
        assert urlsplit(url).fragment in Addresses(client.get(path(url)).text).ids


@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_a_counted_link_leads_to_its_own_story(sent, client, variant):
    titles = [*CHINESE, *ENGLISH]
    for mail in sent.of(site=variant, newsletter="brief"):
        page = parts_of(mail.raw)["text/html"].decode()
        followed = set()
        for url, inner in re.findall(r'<a\b[^>]*href="([^"]*/r/[^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL):
            target = client.get(path(html.unescape(url))).headers["location"]
            told = html.unescape(re.sub(r"<[^>]*>", "", inner)).strip()
            number = int(re.fullmatch(rf"https://{re.escape(DOMAIN)}/posts/p(\d+)/", target)[1])
            followed.add(number)
            if told in titles:
                assert titles[number] == told, mail.name
        assert len(followed) == {"chips": 12, "energy": 3, "": 15}[READERS[mail.address][1]]


def test_pictures_are_there_in_the_shape_that_is_told(sent, client, variant):
    seen = {}
    for mail in sent.of(site=variant, newsletter="weekly"):
        for url, width, height in Addresses(parts_of(mail.raw)["text/html"].decode()).pictures:
            answer = client.get(path(url))
            assert answer.status_code == 200
            with Image.open(io.BytesIO(answer.content)) as picture:
                assert picture.format in {"JPEG", "PNG"}
                assert answer.headers["content-type"] == f"image/{picture.format.lower()}"
                assert abs(picture.width / picture.height - width / height) < 0.02, url
                assert picture.width >= width
            seen[url] = picture.format
    assert list(seen.values()).count("JPEG") == 15


def test_a_readers_own_page_holds_what_their_mail_does(sent, client, variant):
    for mail in sent.of(site=variant, newsletter="weekly"):
        (url,) = {url for url in ours(mail.raw) if kind(url) == "i"}
        page = client.get(path(url)).text
        text = parts_of(mail.raw)["text/plain"].decode()
        for title in (*CHINESE, *ENGLISH):
            assert (html.escape(title, quote=False) in page) is (title in text), (mail.name, title)


# -- one click


def leave(raw):
    return path(value_of(raw, "list-unsubscribe").strip("<>"))


@pytest.mark.parametrize("multipart", [False, True], ids=["urlencoded", "multipart"])
@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_one_click_takes_off_that_reader_and_no_other(sent, site, client, variant, multipart):
    mail = sent.of(site=variant, address=LI)[0]
    for _ in range(2):  # providers try again
        sending = (
            {"files": {name: (None, value) for name, value in ONE_CLICK.items()}} if multipart else {"data": ONE_CLICK}
        )
        answer = client.post(leave(mail.raw), **sending)
        # No redirect, no cookie (RFC 8058 3.1, 6).
        assert (answer.status_code, answer.headers.get("set-cookie"), answer.headers.get("location")) == (
            200,
            None,
            None,
        )
        now = statuses(site)
        assert now.pop(LI) is Status.UNSUBSCRIBED
        assert set(now.values()) == {Status.ACTIVE}


@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_the_mails_of_those_who_left_still_work(sent, site, client, variant):
    for address in (LI, MARA):
        client.post(leave(sent.of(site=variant, address=address)[0].raw), data=ONE_CLICK)
    wanted = {
        url for address in (LI, MARA) for mail in sent.of(site=variant, address=address) for url in ours(mail.raw)
    }
    assert dead(client, wanted) == {}
    assert [statuses(site)[address] for address in (LI, MARA)] == [Status.UNSUBSCRIBED] * 2


@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_a_changed_link_leaves_nobody(sent, site, client, variant):
    link = leave(sent.of(site=variant, address=LI)[0].raw)
    for place in range(len("/u/"), len(link)):
        other = "A" if link[place] != "A" else "B"
        assert client.post(f"{link[:place]}{other}{link[place + 1 :]}", data=ONE_CLICK).status_code == 404
    assert set(statuses(site).values()) == {Status.ACTIVE}


# -- tests of the desk, and later years


@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_a_test_mail_is_as_whole_as_any_and_acts_on_nobody(sent, site, client, variant):
    folder = site.config.path.parent
    before = set((folder / "outbox").glob("*.eml"))
    mailed_site.command(folder, "issue", "test", issue_id("weekly"), LI)
    (file,) = set((folder / "outbox").glob("*.eml")) - before
    raw = file.read_bytes()
    assert faults(raw, domain=DOMAIN) == []
    assert str(parsed(raw)["subject"]) == f"[TEST] {SUBJECTS['weekly']}"
    assert dead(client, ours(raw)) == {}
    for url in ours(raw):
        client.post(path(url), data=ONE_CLICK)
    assert set(statuses(site).values()) == {Status.ACTIVE}
    own = {url for mail in sent.of(site=variant, address=LI) for url in ours(mail.raw) if kind(url) in {"u", "p", "i"}}
    assert not own & ours(raw)


@pytest.mark.parametrize("variant", ["base64"], indirect=True)
def test_mails_outlive_their_articles_their_pictures_and_the_counting(sent, site, variant):
    folder = site.config.path.parent
    for file in (*folder.glob("content/posts/p*.md"), *folder.glob("static/p*.jpg")):
        file.unlink()
    mailed_site.configure(folder, encoding="quoted-printable", clicks=False)
    mailed_site.command(folder, "build", "--full")
    with opened(folder) as app:
        visitor = TestClient(application(app), base_url=WEB, follow_redirects=False)
        assert dead(visitor, {url for mail in sent.of(site=variant) for url in ours(mail.raw)}) == {}
