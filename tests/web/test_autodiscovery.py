import re

from lxml import html
from web.sent_site import ISSUE, links

BASE = "https://news.tide.example.org/feeds/"
MAIN = [
    ("application/rss+xml", f"{BASE}rss.xml"),
    ("application/atom+xml", f"{BASE}atom.xml"),
    ("application/feed+json", f"{BASE}feed.json"),
]


def announced(answer):
    page = html.document_fromstring(answer.text)
    return [(link.get("type"), link.get("href")) for link in page.xpath("//head/link[@rel='alternate']")]


def test_a_reader_program_finds_the_feeds_from_any_page(site, client):
    for path in ("/", f"/archive/{ISSUE}", links(site.config.path, "li@example.org")["u"]):
        assert announced(client.get(path, headers={"accept": "text/html"})) == MAIN, path
    letter = [(kind, url.replace("/feeds/", "/feeds/newsletters/weekly/")) for kind, url in MAIN]
    assert announced(client.get("/archive/")) == [*MAIN, *letter]
    assert announced(client.get("/feeds/"))[:3] == MAIN
    own = [(kind, url.replace("/feeds/", "/feeds/topics/energy/")) for kind, url in MAIN]
    assert announced(client.get("/feeds/topics/energy/")) == [*own, *MAIN]


def test_what_is_announced_is_there(client):
    for kind, url in announced(client.get("/feeds/")) + announced(client.get("/archive/")):
        answer = client.get(url.removeprefix("https://news.tide.example.org"))
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == kind


def test_the_page_of_a_topic_leads_to_the_newsletters_on_the_front_page(client):
    page = html.document_fromstring(client.get("/feeds/topics/energy/").text)
    href = page.xpath("//section[@aria-labelledby='mail']//a/@href")[0]
    assert href == "../../../?topic=energy#newsletters"
    front = client.get("/?topic=energy")
    assert front.status_code == 200
    assert html.document_fromstring(front.text).xpath("//*[@id='newsletters']//h2")


def test_the_script_of_the_pages_is_served_as_one_and_may_run(client):
    policy = client.get("/feeds/").headers["content-security-policy"]
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert client.get("/feeds/feeds.js").headers["content-type"] == "text/javascript; charset=utf-8"
