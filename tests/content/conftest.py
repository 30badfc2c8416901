"""A shelf for every test of content, and time that has passed since its files were written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from content.shelf import Shelf

from publisher.content import library, scan


@pytest.fixture
def shelf(tmp_path: Path, database: Any) -> Shelf:
    return Shelf(tmp_path, database)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written an hour before it was looked at."""
    for each in (scan, library):
        monkeypatch.setattr(each, "file_system_now", lambda: time.time_ns() + 3600 * 10**9)
