"""Every page of ours as people meet it: with axe, on a narrow screen, without scripts, in the dark, in two languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from web.sent_site import links

PAGES = ["home", "archive", "issue", "view", "leave", "confirm", "feeds", "missing"]
FIXED = {"issue", "view", "feeds"}
"""In a language of their own, whatever the visitor's."""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Links in the flow of a sentence are exempt from the size of targets (WCAG 2.2 2.5.8).
SMALL = """() => [...document.querySelectorAll('a, button, summary, input')]
  .filter(e => !e.closest('p, li.feed ~ p') || e.matches('.button'))
  .map(e => [e.textContent.trim(), (e.closest('label') || e).getBoundingClientRect()])
  .filter(([text, box]) => box.width > 0 && box.x >= 0 && (box.height < 24 || box.width < 24))
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def without_policy(route):
    """The same page without its sandbox: axe is a script, and none runs in there."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def findings(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(open_page, served, dark, locale):
    page = open_page(dark=dark, locale=locale)
    for name in ("issue", "view"):
        page.route(served.pages[name], without_policy)
    wrong = {}
    for name in PAGES if locale == "en" else [name for name in PAGES if name not in FIXED]:
        page.goto(served.pages[name])
        wrong |= {name: found} if (found := findings(page)) else {}
    assert not wrong


def test_a_phone_needs_no_sideways_scroll_and_no_thin_fingers(open_page, served):
    page = open_page(phone=True, locale="en")
    for name in PAGES:
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 700})
            page.goto(served.pages[name])
            assert page.evaluate(WIDER) <= 0, (name, width)
            assert page.evaluate(SMALL) == [], (name, width)


def test_chinese_is_drawn_in_chinese_letters(open_page, served):
    page = open_page(locale="zh-CN")
    for name in ("home", "issue", "feeds"):
        page.goto(served.pages[name])
        session = page.context.new_cdp_session(page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
        fonts = {font["familyName"] for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]}
        assert fonts <= {"Noto Sans CJK SC"}, name


def test_the_keyboard_finds_the_way(open_page, served):
    page = open_page(locale="en")
    page.goto(served.pages["leave"])
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Unsubscribe")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_reader_leaves(open_page, served, javascript):
    address = "mara@example.org" if javascript else "tom@example.org"
    page = open_page(phone=True, javascript=javascript, locale="en")
    page.goto(served.url + links(served.config, address)["u"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Unsubscribe")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert page.context.cookies() == []
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")


def test_a_reader_confirms(open_page, served):
    page = open_page(dark=True, javascript=False, locale="zh-CN")
    page.goto(served.pages["confirm"])  # in the reader's own language, as the mail was
    page.get_by_role("button", name="Confirm the subscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    page.get_by_role("link", name="See the issues so far").click()
    expect(page).to_have_url(served.pages["archive"])


def test_from_the_front_page_to_the_issue_and_the_feeds(open_page, served):
    page = open_page(javascript=False, locale="en")
    page.goto(served.pages["home"])
    page.get_by_role("link", name="Read the issue").click()
    expect(page).to_have_url(served.pages["issue"])
    # A document in a sandbox may still lead to other pages of ours.
    page.get_by_role("link", name="往期").click()
    expect(page).to_have_url(served.pages["archive"])
    page.get_by_role("link", name="Feeds").click()
    expect(page).to_have_url(served.pages["feeds"])
    page.get_by_role("link", name="RSS: 潮信 & Tide").focus()


def test_a_hostile_article_runs_nothing_and_asks_for_nothing(open_page, served):
    """The page fixture fails on a script's error, a word on the console or a request to another host."""
    page = open_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name in ("issue", "view", "home", "archive", "feeds"):
        page.goto(served.pages[name])
        page.wait_for_load_state("networkidle")
        scripts = page.evaluate("() => [...document.scripts].map(e => [e.getAttribute('src'), e.text])")
        assert scripts == ([["feeds.js", ""]] if name == "feeds" else [])  # the one that copies addresses
        assert page.evaluate("() => document.querySelectorAll('iframe, object, svg').length") == 0
    assert not dialogs
    page.goto(served.pages["issue"])
    assert "<script>alert(1)</script>" in page.inner_text("body")
    pictures = page.evaluate("() => [...document.images].map(i => [i.src, i.complete && i.naturalWidth > 0])")
    assert pictures
    assert all(drawn for _, drawn in pictures), pictures


# ---- the mail itself, as a mail program shows it: no network at all


@pytest.mark.parametrize("edition", ["all.zh-CN.html", "energy.en.html", "all.en.text"])
def test_the_digest_is_accessible_and_fits(open_page, served, edition):
    mail = (served.config.parent / "preview" / edition / "digest.html").read_text("utf-8")
    mail = mail.replace('src="https://', 'src="data:image/gif;base64,R0lGODlhAQABAAAAACw=#')  # pictures are off
    for shown in ({}, {"dark": True}, {"phone": True}):
        page = open_page(**shown, offline=True)
        page.set_content(mail)
        assert findings(page) == [], shown
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(WIDER) <= 0, (shown, width)
