"""A browser for pages and mails: Debian's Chromium, headless, which may reach this machine only.

These tests run in a pytest of their own (``make test`` does so): sync Playwright leaves an event loop in its process.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from web import sent_site

from publisher.app import App
from subscribers.tokens import Purpose

FLAGS = (
    "--no-sandbox",  # the tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--font-render-hinting=none",  # the same pixels on every machine
)
DESKTOP = {"width": 1000, "height": 1200}
PHONE = {"width": 390, "height": 844}
LOCAL = {"127.0.0.1", "localhost", "::1", None}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Served:
    """A site that is being served."""

    url: str
    config: Path
    pages: dict[str, str]
    """Address of each page by name."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small site whose issue was sent, served by ``publisher serve`` in a process of its own."""
    config = sent_site.build(tmp_path_factory.mktemp("served") / "site")
    app = App.open(config, start=sent_site.NOW)
    confirm = sent_site.token(app, Purpose.CONFIRM, "new@example.org")
    app.close()
    mine = sent_site.links(config, "li@example.org")
    command = [
        sys.executable,
        "-m",
        "publisher",
        "-c",
        str(config),
        "--now",
        sent_site.NOW.isoformat(),
        "serve",
        "--listen",
        "127.0.0.1:0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1].rstrip("/")
        paths = {
            "home": "/",
            "archive": "/archive/",
            "issue": f"/archive/{sent_site.ISSUE}",
            "view": mine["i"],
            "leave": mine["u"],
            "confirm": f"/confirm/{confirm}",
            "feeds": "/feeds/",
            "missing": "/confirm/expired",
        }
        yield Served(url, config, {name: url + path for name, path in paths.items()})
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens empty pages: ``open_page(phone=True, dark=True, javascript=False)``.

    At the end of the test: no page had an error, a word on the console, or asked another machine for anything.
    """
    wrong: list[str] = []
    contexts = []

    def make(*, phone: bool = False, dark: bool = False, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,
            is_mobile=phone,
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            **options,
        )
        contexts.append(context)
        context.route(lambda url: urlsplit(url).hostname not in LOCAL, refuse)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}") if is_fault(said) else None)
        return page

    def is_fault(said: Any) -> bool:
        return said.type == "error" and "status of 404" not in said.text  # a page of an error is a page

    def refuse(route: Any) -> None:
        wrong.append(f"asked for {route.request.url}")
        route.abort()

    yield make
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)
