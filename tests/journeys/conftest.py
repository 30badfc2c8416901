"""Sites for journeys: one as ``init`` makes it, one without its samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from journeys.walk import NOW, Site, run


@pytest.fixture
def started(tmp_path: Path, capsys: Any) -> Site:
    """What ``publisher init`` makes, on Shanghai's clock."""
    site = Site(tmp_path / "site", capsys)
    assert run(["init", str(site.folder), "--now", NOW]) == 0
    site.config("timezone: UTC", "timezone: Asia/Shanghai")
    capsys.readouterr()
    return site


@pytest.fixture
def site(started: Site) -> Site:
    """The same without the sample articles."""
    for file in (started.folder / "content" / "posts").iterdir():
        file.unlink()
    return started
