"""The preferences page as readers meet it: with axe, on a phone, by keyboard, in the dark, without scripts, in two languages."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from web import sent_site

from publisher.app import App
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.tokens import Purpose, mac, sign

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
LOW = """() => [...document.querySelectorAll('main label.tile, main input[name=name], main select, main .button')]
  .filter(e => e.getBoundingClientRect().height < 44).map(e => e.textContent.trim().slice(0, 40) || e.id)"""
NUMBER = count(1)


@pytest.fixture(scope="module")
def app(served) -> Iterator[App]:
    opened = App.open(served.config, start=sent_site.NOW)
    yield opened
    opened.close()


@pytest.fixture
def reader(app: App, served) -> Callable[..., str]:
    """The address of a new reader's page: other tests have the others unsubscribed."""

    def call(*acts: Act, **wishes) -> str:
        address = f"chooser{next(NUMBER)}@example.org"
        with app.database.write() as connection:
            new = readers.add(
                connection, address=address, now=sent_site.NOW, how="test", confirmed=True, consent_text="Yes",
                mac=lambda text: mac(app.keys, text), **wishes,
            )  # fmt: skip
            for act in acts:
                readers.act(connection, new.id, act, now=sent_site.NOW, how="test")
        return f"{served.url}/p/{sign(app.keys, Purpose.PREFS, new.id, None, new.epoch)}"

    return call


def findings(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:120]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def spoilt(page):
    """Sends the page's form with a name that is too long and a language that is not offered."""
    page.locator("#name").evaluate("e => { e.removeAttribute('maxlength'); e.value = 'y'.repeat(201); }")
    page.locator("#language option").first.evaluate("e => { e.value = 'xx'; e.selected = true; }")
    page.locator("button[value=save]").click()
    expect(page.get_by_role("alert")).to_be_visible()


def as_a_page(route):
    """The answer to a form that is refused, as 200: Chromium says a word about 422 on the console."""
    if route.request.method != "POST":
        route.continue_()
        return
    answer = route.fetch()
    assert answer.status == 422
    route.fulfill(response=answer, status=200)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_state(open_page, reader, dark, locale):
    page = open_page(dark=dark, locale=locale)
    wrong = {}
    for name, acts in {"active": [], "paused": [Act.PAUSE], "gone": [Act.UNSUBSCRIBE]}.items():
        page.goto(f"{reader(*acts, topics=['chips', 'old'])}?done={name}#pause")
        wrong |= {name: found} if (found := findings(page)) else {}
    assert not wrong


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_needs_no_sideways_scroll_and_no_thin_fingers(open_page, reader, dark):
    page = open_page(phone=True, dark=dark, locale="en")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(reader(topics=["chips"]))
        assert page.evaluate(WIDER) <= 0, width
        assert page.evaluate(LOW) == [], width


def test_a_reader_chooses_without_scripts(open_page, reader):
    address = reader(topics=["chips"], language="en")
    page = open_page(phone=True, javascript=False, locale="en")
    page.goto(address)
    expect(page.get_by_role("checkbox", name="Chips")).to_be_checked()
    page.get_by_text("能源 & Grid").click()  # the whole tile is the target
    page.get_by_role("radio", name="Every day at 07:30").check()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Language").select_option("简体中文")
    page.get_by_label("Time zone").select_option(label="UTC+9 · Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("已保存")  # in the language that was chosen
    expect(page).to_have_url(f"{address}?done=saved")
    page.reload()  # sends nothing again
    for name in ("Chips", "能源 & Grid"):
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    expect(page.get_by_role("radio", name="每天 07:30")).to_be_checked()
    expect(page.get_by_label("称呼")).to_have_value("Ann")
    expect(page.get_by_label("语言")).to_have_value("zh-CN")
    expect(page.get_by_label("时区")).to_have_value("Asia/Tokyo")
    assert page.context.cookies() == []


def test_a_reader_pauses_comes_back_and_leaves_in_chinese(open_page, reader):
    page = open_page(dark=True, javascript=False, locale="zh-CN")
    page.goto(f"{reader()}#pause")
    expect(page.get_by_role("heading", name="暂停")).to_be_in_viewport()
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("status")).to_contain_text("已暂停")
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_role("status")).to_contain_text("欢迎回来")
    page.get_by_role("link", name="退订").click()
    page.get_by_role("button", name="退订").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您已退订")
    page.go_back()
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("您已退订")


def test_the_keyboard_alone_is_enough(open_page, reader):
    page = open_page(locale="en")
    page.goto(reader(language="en"))
    page.get_by_role("link", name="Feeds").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="能源 & Grid")).to_be_focused()
    page.keyboard.press("Space")
    for name in ("Chips", "Every Monday at 08:00"):
        page.keyboard.press("Tab")
        expect(page.get_by_label(name)).to_be_focused()
    page.get_by_label("Your name").focus()
    page.keyboard.press("Enter")  # the form's own button, not the one that pauses
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_role("checkbox", name="能源 & Grid")).to_be_checked()


def test_what_is_wrong_is_found_at_once(open_page, reader):
    page = open_page(locale="en")
    address = reader(language="en", topics=["chips"])
    page.route(address, as_a_page)
    page.goto(address)
    spoilt(page)
    assert findings(page) == []
    page.get_by_role("alert").get_by_role("link", name="Your name").click()
    expect(page.get_by_label("Your name")).to_be_in_viewport()
    expect(page.get_by_label("Your name")).to_have_accessible_description("This is too long: at most 200 characters. For the greeting. You may leave it empty.")  # fmt: skip
    expect(page.get_by_label("Your name")).to_have_value("y" * 201)
    expect(page.get_by_role("checkbox", name="Chips")).to_be_checked()
