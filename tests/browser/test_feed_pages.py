"""The pages of feeds as people meet them: opened from a disk or from any server, with and without scripts."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from browser.test_pages_seen import SMALL, WIDER, findings
from feeds.landed import LONG, make_feeds, make_site, write
from playwright.sync_api import expect

from publisher.templates import Templates
from publisher.urls import slug

INDEX = "feeds/"
TOPIC = f"feeds/topics/{quote(slug('算力与芯片'))}/"
EMPTY = f"feeds/topics/{quote(slug(LONG))}/"
SHARP = "feeds/tags/c%23/"
PAGES = [INDEX, TOPIC, EMPTY]
BASE = "https://news.tide.example.org/"


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server, as nginx would be."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """The pages in two languages; one of the sites has more tags than stand open."""
    root = tmp_path_factory.mktemp("landed")
    for language, tags in (("en", 80), ("zh-CN", 3)):
        config = make_site(root, language=language)
        write(root / language, config, make_feeds(config, tags=tags), Templates(None))
    return root


@pytest.fixture(scope="session")
def static(folders):
    """Address of a server of these folders."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folders))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def open_all(page):
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh-CN", True)])
def test_axe_finds_nothing_on_the_pages_of_feeds(open_page, static, language, dark):
    page = open_page(dark=dark)
    wrong = {}
    for path in PAGES:
        page.goto(f"{static}/{language}/{path}")
        open_all(page)
        wrong |= {path: found} if (found := findings(page)) else {}
    assert not wrong


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_the_pages_fit_a_phone_and_a_finger(open_page, static, javascript):
    page = open_page(phone=True, javascript=javascript)
    for language, paths in (("en", PAGES), ("zh-CN", [INDEX])):
        for path in paths:
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 700})
                page.goto(f"{static}/{language}/{path}")
                open_all(page)
                assert page.evaluate(WIDER) <= 0, (language, path, width)
                assert page.evaluate(SMALL) == [], (language, path, width)


def test_a_button_copies_the_address(open_page, static):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{static}/en/{SHARP}")
    button = page.get_by_role("button", name="Copy: Atom, C#")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    expect(page.get_by_role("status")).to_have_text("Copy: Atom, C#: Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == f"{BASE}{SHARP}atom.xml"
    page.goto(f"{static}/en/{INDEX}")
    page.get_by_role("button", name="Copy: JSON Feed, 算力与芯片").click()
    expect(page.get_by_role("status")).to_have_text("Copy: JSON Feed, 算力与芯片: Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == f"{BASE}{TOPIC}feed.json"


@pytest.mark.parametrize("refused", [False, True], ids=["the older way", "refused"])
def test_a_browser_without_a_clipboard_copies_the_older_way_or_selects(open_page, static, refused):
    page = open_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    if refused:
        page.add_init_script("Document.prototype.execCommand = () => false")
    page.goto(f"{static}/en/{INDEX}")
    page.get_by_role("button", name="Copy: RSS, R&D").click()
    expect(page.get_by_role("status")).to_contain_text("selected" if refused else "Copied")
    assert page.evaluate("() => getSelection().toString()").endswith("/rss.xml")


def test_without_scripts_each_address_stands_there_and_a_click_selects_it(open_page, static):
    page = open_page(javascript=False)
    page.goto(f"{static}/en/{INDEX}")
    assert page.get_by_role("button").count() == 0
    address = page.locator(".cards code").first
    assert address.text_content() == f"{BASE}{TOPIC}rss.xml"
    assert address.bounding_box()["width"] > 100
    address.click()
    assert page.evaluate("() => getSelection().toString()") == f"{BASE}{TOPIC}rss.xml"
    page.get_by_text("47 more tags").click()
    page.get_by_role("link", name="标签78号").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("标签78号")
    page.get_by_role("link", name="All feeds", exact=True).click()
    expect(page).to_have_url(f"{static}/en/{INDEX}")


def test_the_pages_work_from_a_disk(open_page, folders):
    page = open_page()
    start = (folders / "en/feeds/index.html").as_uri()
    page.goto(start)
    assert page.evaluate("() => getComputedStyle(document.querySelector('.card')).borderTopWidth") == "1px"
    page.get_by_role("link", name="C#").first.click()
    expect(page).to_have_url(start.replace("index.html", "tags/c%23/index.html"))
    expect(page.get_by_role("heading", level=1)).to_have_text("C#")
    assert page.evaluate("() => getComputedStyle(document.querySelector('.card')).borderTopWidth") == "1px"
    page.get_by_role("link", name="Feeds", exact=True).click()
    expect(page).to_have_url(start)


def test_the_keyboard_meets_what_it_stands_on(open_page, static):
    page = open_page()
    page.goto(f"{static}/en/{TOPIC}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for name in ("All feeds", "RSS: 算力与芯片", "Copy: RSS, 算力与芯片"):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_accessible_name(name)
        assert page.evaluate("() => parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2


def test_paper_shows_whole_addresses_and_no_buttons(open_page, static):
    page = open_page(dark=True)
    page.goto(f"{static}/en/{TOPIC}")
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator("button").first.is_hidden()
    assert page.evaluate("() => [...document.querySelectorAll('code')].every(e => e.scrollWidth <= e.clientWidth)")
    page.goto(f"{static}/en/{INDEX}")
    assert page.locator(".cards code").first.bounding_box()["width"] > 100
