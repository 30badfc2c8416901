"""The sent site with other settings: more newsletters, a form that is stricter, a later hour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from starlette.testclient import TestClient
from web import sent_site

from publisher.app import App
from publisher.web.site import application

SEVERAL = ("\ndelivery:", '\n  brief: {title: 潮信 <Brief>, from: "news@tide.example.org", schedules: {daily: "07:00"}}\n  plain: {title: Plain & Simple, from: "news@tide.example.org", schedules: {weekly: "sun 09:00"}}\ndelivery:')  # fmt: skip
"""Three newsletters in place of one: the first and the last have a rhythm ``weekly``."""


@contextmanager
def reopened(site: App, *changes: tuple[str, str], now: datetime = sent_site.NOW) -> Iterator[tuple[App, TestClient]]:
    """The site with pieces of its config exchanged, and a visitor of it."""
    path = site.config.path
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    app = App.open(path, start=now)
    try:
        visitor = TestClient(application(app), follow_redirects=False, raise_server_exceptions=False)
        visitor.headers.clear()
        yield app, visitor
    finally:
        app.close()
