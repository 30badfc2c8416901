"""Digests as pages: the archive and a reader's own, under a policy that knows no inline style."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html
from web.sent_site import ISSUE, NOW, erase, links

from publisher.digest import press
from publisher.digest import store as editions
from publisher.issues import store
from publisher.issues.issue import Issue, State
from publisher.web import public
from subscribers import store as readers
from subscribers.consent import Act

PAGE = f"/archive/{ISSUE}"
READERS = ("li", "mara", "tom", "gone")


def mine(site, name="li"):
    return links(site.config.path, f"{name}@example.org")


def policy(answer):
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: rest for name, _, rest in parts}


def add_issues(site, count, *, newsletter="weekly", step=timedelta(days=7), state=State.SENT):
    """Copies of the sent issue before it, each with its public page; their ids, newest first."""
    with site.database.write() as connection:
        first = store.get(connection, ISSUE)
        shown = editions.load(connection, first, press.public_wish(site.config).key)
        made = []
        for number in range(1, count + 1):
            slot = NOW - number * step
            id = f"{newsletter}-{slot:%Y-%m-%d}-{number}"
            stream = replace(first.stream, newsletter=newsletter)
            issue: Issue = replace(first, id=id, stream=stream, slot=slot, state=state, subject=f"Number {number}")
            store.insert(connection, issue)
            editions.save(connection, [replace(shown, issue=id)])
            made.append(id)
    return made


# ---- the policy


def test_no_page_of_a_digest_allows_inline_styles(site, client):
    paths = [PAGE, *(mine(site, name)["i"] for name in READERS)]
    for path in paths:
        answer = client.get(path)
        page = html.document_fromstring(answer.text)
        sheets = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in page.xpath("//style/text()")]  # fmt: skip
        assert policy(answer)["style-src"].split() == list(dict.fromkeys(f"'sha256-{each}'" for each in sheets))
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert policy(answer)["default-src"] == "'none'"
        assert policy(answer)["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
        assert sheets
        assert not page.xpath("//*[@style] | //comment()")
        assert page.xpath("//body//*[contains(concat(' ', @class), ' _')]")


# ---- the archive


def test_a_page_of_the_archive_holds_nothing_of_any_reader(site, client):
    own = [path.rpartition("/")[2] for name in READERS for path in mine(site, name).values()]
    text = client.get(PAGE).text
    ours = re.sub(r"https://(?!news\.tide\.example\.org)[^\s\"<]*", "", text)
    assert not re.search(r"/(u|p|i|r|o|f|confirm)/", ours)
    assert not [each for each in own if each in text]
    assert not re.search(r"(li|mara|tom|gone|new)@example", text)
    assert not re.search(r"李明|Mara Lind", text)


def test_a_page_of_the_archive_is_kept_and_asked_for_again(site, client):
    first = client.get(PAGE)
    assert first.headers["cache-control"] == "public, max-age=300"
    etag = first.headers["etag"]
    head = client.head(PAGE)
    assert (head.status_code, head.content, head.headers) == (200, b"", first.headers)
    for held in (etag, f'"x", {etag.removeprefix("W/")}', "*"):
        again = client.get(PAGE, headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        # What a 304 says replaces what the browser kept: the sheets must still be allowed.
        for name in ("etag", "cache-control", "content-security-policy"):
            assert again.headers[name] == first.headers[name]
    assert client.get(PAGE, headers={"if-none-match": '"x"'}).status_code == 200
    assert client.get(PAGE, headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status_code == 200
    assert client.get(PAGE, headers={"if-match": '"x"'}).status_code == 412


@pytest.mark.parametrize("state", [state for state in State if state not in {State.SENDING, State.PAUSED, State.SENT, State.STOPPED}])  # fmt: skip
def test_an_issue_that_was_not_sent_has_no_page(site, client, state):
    with site.database.write() as connection:
        issue = store.get(connection, ISSUE)
        store.update(connection, replace(issue, state=state), seen=issue)
    for path in (PAGE, f"{PAGE}/"):
        assert client.get(path).status_code == 404
        assert client.head(path, headers={"if-none-match": "*"}).status_code == 404
    assert ISSUE not in client.get("/archive/").text


def test_a_page_of_the_archive_can_be_passed_on(client):
    page = html.document_fromstring(client.get(PAGE, headers={"host": "other.example"}).text)
    url = f"https://news.tide.example.org{PAGE}"
    assert page.xpath("//head/link[@rel='canonical']/@href") == [url]
    told = {each.get("property"): each.get("content") for each in page.xpath("//head/meta[@property]")}
    title = page.xpath("//title/text()")[0]
    description = page.xpath("//head/meta[@name='description']/@content")[0]
    assert title
    assert description
    assert told == {
        "og:type": "article",
        "og:site_name": "潮信 & Tide",
        "og:title": title,
        "og:description": description,
        "og:url": url,
        "og:image": "https://tide.example.org/wind.jpg",  # never the picture of a stranger's server
    }


# ---- its list


def titles(answer):
    return html.document_fromstring(answer.text).xpath("//li//a[starts-with(@href, '/archive/')]/@href")


def test_the_list_tells_what_an_issue_holds(site, client):
    page = html.document_fromstring(client.get("/archive/", headers={"accept-language": "en"}).text)
    (card,) = page.xpath("//main//li")
    told = " ".join(card.text_content().split())
    assert told.startswith("June 30, 2025")
    assert "潮信周报 · 4 stories" in told
    assert card.xpath(".//time/@datetime") == ["2025-06-30T00:00:00+00:00"]
    hint = page.xpath("//main/p[1]//a/@href")
    assert hint[0] == "/#newsletters"
    assert hint[1].startswith("/feeds/")


def test_one_year_needs_no_headings_and_several_have_theirs(site, client):
    assert html.document_fromstring(client.get("/archive/").text).xpath("//h2/a/@href") == [PAGE]
    made = add_issues(site, 60)
    page = html.document_fromstring(client.get("/archive/").text)
    assert page.xpath("//h2/text()") == ["2025", "2024"]
    found = [section.xpath(".//h3/a/@href") for section in page.xpath("//section")]
    assert found[0] + found[1] == [PAGE, *(f"/archive/{id}" for id in made)]
    assert all(re.search(r"weekly-2025", path) for path in found[0])
    assert all(re.search(r"weekly-2024", path) for path in found[1])


def test_a_year_is_of_the_sites_own_zone(site, client):
    with site.database.write() as connection:
        first = store.get(connection, ISSUE)
        slot = NOW.replace(month=1, day=1, hour=1)  # 2024 in Greenwich
        store.insert(connection, replace(first, id="weekly-2025-01-01", slot=slot))
    assert not html.document_fromstring(client.get("/archive/").text).xpath("//h3")


def test_many_issues_stand_on_several_pages(site, client, monkeypatch):
    monkeypatch.setattr(public, "_LISTED", 10)
    made = [PAGE, *(f"/archive/{id}" for id in add_issues(site, 24, step=timedelta(0)))]
    seen, path = [], "/archive/"
    for _ in range(3):
        answer = client.get(path)
        page = html.document_fromstring(answer.text)
        seen.append(titles(answer))
        path = "".join(page.xpath("//main//a[@rel='next']/@href"))
    assert [len(each) for each in seen] == [10, 10, 5]
    assert path == ""
    assert sorted(path for each in seen for path in each) == sorted(made)


def test_one_newsletter_can_be_listed(site, tmp_path):
    from starlette.testclient import TestClient

    from publisher.app import App
    from publisher.web.site import application

    config = site.config.path
    text = config.read_text("utf-8")
    config.write_text(text.replace("delivery:", '  daily: {title: Tide & Day, from: "d@tide.example.org"}\ndelivery:'), "utf-8")  # fmt: skip
    app = App.open(config, start=NOW)
    (made,) = add_issues(app, 1, newsletter="daily")
    (old,) = add_issues(app, 1, newsletter="ended", step=timedelta(days=2))
    for name in ("daily",):
        (app.config.output / "feeds/newsletters" / name).mkdir(parents=True)
    client = TestClient(application(app))
    everything = client.get("/archive/", headers={"accept-language": "en"})
    assert titles(everything) == [PAGE, f"/archive/{old}", f"/archive/{made}"]
    links_ = html.document_fromstring(everything.text).xpath("//main/p[2]//a/@href")
    assert links_ == ["/archive/?newsletter=weekly", "/archive/?newsletter=daily"]
    answer = client.get("/archive/?newsletter=daily", headers={"accept-language": "en"})
    page = html.document_fromstring(answer.text)
    assert titles(answer) == [f"/archive/{made}"]
    assert page.xpath("//h1/text()") == ["Tide & Day"]
    assert page.xpath("//main/p[1]//a/@href") == ["/#newsletters", "/feeds/newsletters/daily/"]
    feeds = page.xpath("//link[@rel='alternate']")
    assert [each.get("href") for each in feeds][3:] == [
        f"https://news.tide.example.org/feeds/newsletters/daily/{file}" for file in ("rss.xml", "atom.xml", "feed.json")
    ]
    assert feeds[3].get("title") == "Tide & Day (RSS)"
    app.close()


@pytest.mark.parametrize("query", ["newsletter=none", "newsletter=../x", "before=none", "before=%00", "before=A'--", "before=" + "x" * 300])  # fmt: skip
def test_an_unknown_list_is_not_found(client, query):
    assert client.get(f"/archive/?{query}").status_code == 404


def test_an_empty_archive_says_so(site, client):
    with site.database.write() as connection:
        issue = store.get(connection, ISSUE)
        store.update(connection, replace(issue, state=State.SKIPPED), seen=issue)
    answer = client.get("/archive/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert "None has been sent yet." in answer.text


# ---- a reader's own page


def test_a_readers_own_page_has_their_own_links(site, client):
    paths = mine(site)
    page = html.document_fromstring(client.get(paths["i"]).text)
    hrefs = page.xpath("//a/@href")
    assert paths["u"] in hrefs
    (preferences,) = {href.partition("#")[0] for href in hrefs if href.startswith("/p/")}
    assert client.get(preferences).status_code == 200
    assert "noindex" in page.xpath("//meta[@name='robots']/@content")[0]
    assert not [href for href in hrefs if "/r/" in href], "a page's links lead straight"
    assert not page.xpath("//link[@rel='alternate' or @rel='canonical']")


def test_a_readers_own_page_is_kept_by_nobody(site, client):
    for method in ("GET", "HEAD"):
        answer = client.request(method, mine(site)["i"], headers={"if-none-match": "*"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("act", [Act.UNSUBSCRIBE, Act.PAUSE, Act.BOUNCE, Act.COMPLAIN])
def test_no_link_is_dead_because_its_reader_left(site, client, act):
    paths = mine(site)
    with site.database.write() as connection:
        reader = readers.by_address(connection, "li@example.org")
        readers.act(connection, reader.id, act, now=NOW, how="test")
    assert "风停的那四天" in client.get(paths["i"]).text


def test_the_page_of_an_erased_reader_says_what_happened(site, client):
    path = mine(site, "gone")["i"]
    erase(site, "gone@example.org")
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "whose data we have erased" in answer.text
    assert html.document_fromstring(answer.text).xpath("//main//a/@href") == [PAGE]
    assert answer.headers["cache-control"] == "no-store"
    # Only who has the link is told: to all others it is an address like any other.
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert "erased" not in client.get(forged, headers={"accept-language": "en"}).text
    with site.database.write() as connection:
        issue = store.get(connection, ISSUE)
        store.update(connection, replace(issue, state=State.HELD), seen=issue)
    page = html.document_fromstring(client.get(path).text)
    assert page.xpath("//main//a/@href") == ["/archive/"]


def test_revoked_links_are_dead(site, client):
    path = mine(site)["i"]
    with site.database.write() as connection:
        reader = readers.by_address(connection, "li@example.org")
        readers.revoke_links(connection, reader.id, now=NOW)
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "erased" not in answer.text
