"""A reader's whole way, from the form to leaving and back, in a browser on a phone: in both languages, light and dark."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from web import sent_site
from web.several_site import SEVERAL

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
# Links in the flow of a sentence are exempt from the size of targets (WCAG 2.2 2.5.8); a field is hit by its label.
SMALL = """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')]
  .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
  .filter(([e, box]) => box.width > 0 && box.x >= 0 && (box.height < 24 || box.width < 24) && !e.closest('main p'))
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)}: ${box.width} x ${box.height}`)"""
LONG = (
    ("{energy: {title: 能源 & Grid}", "{energy: {title: 能源与电网：从潮汐发电、抽水蓄能到一座岛屿的冬天}"),
    ("chips: {title: Chips}", "chips: {title: Semiconductors, Packaging & the Supply Chains Behind Them}"),
    ("title: Plain & Simple", "title: Plain & Simple, or everything that happened between two tides"),
)
"""Titles that need several lines on a phone."""
HASTY = ("\ndelivery:", "\nsubscribers: {signup: {wait: 0s}}\ndelivery:")
WORK = ("signup: {wait: 0s}", "signup: {wait: 0s, proof_of_work: 12}")
ZH = {
    "Look into your mailbox": "请查看您的邮箱", "Subscribe": "订阅", "Confirm the subscription": "确认订阅", "You are subscribed": "您已订阅",
    "Your preferences": "偏好设置", "Save": "保存", "Saved.": "已保存", "For two weeks": "两周", "Pause": "暂停", "Paused until": "已暂停至",
    "Send me the link": "把链接寄给我", "on its way": "正在寄给您", "Unsubscribe": "退订", "You are unsubscribed": "您已退订",
    "I never signed up": "我从未订阅过", "Send": "发送", "Thank you": "谢谢您", "take it back": "撤销退订", "Welcome back": "欢迎回来",
    "Pause for longer or shorter": "修改暂停时间", "paused, as before": "仍处于暂停状态", "E-mail address": "邮箱地址",
}  # fmt: skip


@contextmanager
def serving(config: Path) -> Iterator[str]:
    """The site's address, while ``publisher serve`` runs in a process of its own."""
    command = [sys.executable, "-m", "publisher", "-c", str(config), "--now", sent_site.NOW.isoformat()]
    with subprocess.Popen(
        [*command, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1].rstrip("/")
        finally:
            process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The config of a site of three newsletters with long titles."""
    config = sent_site.build(tmp_path_factory.mktemp("walked") / "site")
    text = config.read_text("utf-8")
    for old, new in (SEVERAL, *LONG, HASTY):
        assert old in text, old
        text = text.replace(old, new, 1)
    config.write_text(text, encoding="utf-8")
    return config


@pytest.fixture(scope="module")
def walked(built) -> Iterator[str]:
    """Its address."""
    with serving(built) as url:
        yield url


def sound(page, heading=""):
    """The page is the one with that heading, and nothing is wrong with it."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    found = Axe().run(page, options=WCAG).response["violations"]
    assert [f"{one['id']}: {node['html'][:150]} {node['failureSummary']}" for one in found for node in one["nodes"]] == []  # fmt: skip
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(SMALL) == []


def mailed(built, url, eventually, address, place):
    """The link of that place in the newest letter to the address, on this machine."""

    def links():
        found = []
        for file in sorted((built.parent / "outbox").glob(f"{address}.*.eml"), key=lambda each: each.stat().st_mtime):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            found += re.findall(rf"https://news\.tide\.example\.org(/{place}/[\w-]{{36}})", message.get_body(("plain",)).get_content())  # fmt: skip
        return found

    eventually(links, seconds=20)
    return url + links()[-1]


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_reader_comes_chooses_pauses_leaves_and_returns(open_page, built, walked, eventually, dark, locale):
    word = {each: each for each in ZH}.__getitem__ if locale == "en" else ZH.__getitem__
    address = f"walker-{locale.lower()}-{'dark' if dark else 'light'}@example.net"
    page = open_page(phone=True, dark=dark, locale=locale)
    if dark:
        page.set_viewport_size({"width": 320, "height": 640})

    page.goto(f"{walked}/?topic=chips#newsletters")
    sound(page, "潮信")
    expect(page.get_by_role("checkbox", name="Semiconductors")).to_be_checked()
    page.get_by_label(word("E-mail address")).fill(address)
    page.get_by_role("button", name=word("Subscribe")).click()
    sound(page, word("Look into your mailbox"))

    page.goto(mailed(built, walked, eventually, address, "confirm"))
    sound(page, word("Confirm the subscription"))
    page.get_by_role("button", name=word("Confirm the subscription")).click()
    sound(page, word("You are subscribed"))
    page.get_by_role("link", name=word("Your preferences")).click()

    sound(page, word("Your preferences"))
    preferences = page.url
    page.get_by_text("能源与电网").click()
    page.get_by_role("button", name=word("Save"), exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(word("Saved."))
    page.get_by_text(word("For two weeks")).click()
    page.get_by_role("button", name=word("Pause"), exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(word("Paused until"))
    page.get_by_text(word("Pause for longer or shorter")).click()
    sound(page, word("Your preferences"))
    page.get_by_role("button", name=word("Send me the link")).click()
    expect(page.get_by_role("status").first).to_contain_text(word("on its way"))

    page.goto(mailed(built, walked, eventually, address, "d"))
    sound(page)
    expect(page.get_by_text(address)).to_be_visible()

    page.goto(preferences)
    page.get_by_role("link", name=word("Unsubscribe")).click()
    sound(page, word("Unsubscribe"))
    page.get_by_role("button", name=word("Unsubscribe"), exact=True).click()
    sound(page, word("You are unsubscribed"))
    page.get_by_text(word("I never signed up")).click()
    page.get_by_role("button", name=word("Send"), exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(word("Thank you"))
    page.get_by_role("button", name=word("take it back")).click()
    sound(page, word("Welcome back"))
    expect(page.get_by_text(word("paused, as before"))).to_be_visible()
    assert page.context.cookies() == []


def test_the_form_works_without_scripts(open_page, built, walked, eventually):
    page = open_page(javascript=False, locale="en")
    page.goto(walked)
    page.get_by_label("E-mail address").fill("plain@example.net")
    page.get_by_role("radio", name="Plain & Simple").check()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    page.goto(mailed(built, walked, eventually, "plain@example.net", "confirm"))
    page.get_by_role("button", name="Confirm the subscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")


def test_the_forms_trap_is_seen_by_no_person(open_page, walked):
    page = open_page(locale="en")
    page.goto(walked)
    expect(page.locator("#website")).not_to_be_in_viewport()
    page.get_by_label("Language").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Subscribe")).to_be_focused()
    assert page.get_by_role("textbox", name="Leave this empty").count() == 0, "hidden from screen readers"


def test_a_browser_does_the_work_that_a_form_asks_for(open_page, built, tmp_path, eventually):
    shutil.copytree(built.parent, tmp_path / "site", ignore=shutil.ignore_patterns("outbox"))
    config = tmp_path / "site" / "config.yaml"
    text = config.read_text("utf-8")
    assert WORK[0] in text
    config.write_text(text.replace(*WORK), encoding="utf-8")
    with serving(config) as url:
        page = open_page(locale="en", phone=True)
        page.goto(url)
        sound(page)
        page.get_by_label("E-mail address").fill("worker@example.net")
        page.get_by_role("button", name="Subscribe").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
        mailed(config, url, eventually, "worker@example.net", "confirm")
