"""A site whose issue was sent, once for all tests; each test has a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web import sent_site

from publisher.app import App
from publisher.web.site import application


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of the first copy; nobody may change it."""
    return sent_site.build(tmp_path_factory.mktemp("sent") / "site")


@pytest.fixture
def site(sent: Path, tmp_path: Path) -> Iterator[App]:
    """A site of the test's own, its clock standing at the issue's hour."""
    shutil.copytree(sent.parent, tmp_path / "site")
    app = App.open(tmp_path / "site" / "config.yaml", start=sent_site.NOW)
    yield app
    app.close()


@pytest.fixture
def client(site: App) -> TestClient:
    """A visitor who follows no redirect and sends no header of their own."""
    visitor = TestClient(application(site), follow_redirects=False, raise_server_exceptions=False)
    visitor.headers.clear()
    return visitor
