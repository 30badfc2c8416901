"""A new site: whole, without an error, and never over another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher import check, starter
from publisher.app import App
from publisher.errors import StoreError

NOW = datetime(2025, 6, 30, 8, 30, 15, 123456, tzinfo=UTC)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_site_is_a_config_and_two_articles(tmp_path: Path):
    made = starter.write(tmp_path / "my" / "site", now=NOW)
    assert sorted(files(tmp_path / "my" / "site")) == [
        "config.yaml",
        "content/posts/hello.md",
        "content/posts/ni-hao.md",
    ]
    assert all(path.is_file() for path in made)
    hello = (tmp_path / "my/site/content/posts/hello.md").read_text("utf-8")
    assert "date: 2025-06-30T07:30:15+00:00" in hello
    assert "{{" not in hello


def test_a_new_site_has_no_error_and_no_warning(tmp_path: Path):
    starter.write(tmp_path, now=NOW)
    app = App.open(tmp_path / "config.yaml", start=NOW, environ={})
    findings = check.run(app)
    app.close()
    assert [str(each) for each in findings] == []


@pytest.mark.parametrize("there", ["config.yaml", "content/posts/hello.md", "content/posts/ni-hao.md"])
def test_nothing_is_overwritten(tmp_path: Path, there: str):
    file = tmp_path / there
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine")
    with pytest.raises(StoreError) as caught:
        starter.write(tmp_path, now=NOW)
    assert caught.value.line() == f"{file} is there already; choose another folder; nothing was changed"
    assert files(tmp_path) == {there: b"mine"}


def test_the_second_time_changes_nothing(tmp_path: Path):
    starter.write(tmp_path, now=NOW)
    before = files(tmp_path)
    with pytest.raises(StoreError, match="is there already"):
        starter.write(tmp_path, now=NOW.replace(year=2026))
    assert files(tmp_path) == before


def test_a_link_to_nowhere_is_not_written_through(tmp_path: Path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "config.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(StoreError, match="is there already"):
        starter.write(tmp_path / "site", now=NOW)
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        starter.write(tmp_path / "file" / "site", now=NOW)
    assert caught.value.line() == (
        f"{tmp_path / 'file' / 'site' / 'config.yaml'} cannot be written: Not a directory; choose another folder"
    )
