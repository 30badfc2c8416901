"""The wiring: a clock that may pretend, parts opened when they are needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from issues.newsroom import TEXT

from publisher import app as wiring
from publisher.app import App, Clock
from publisher.db import migrate
from publisher.delivery.folder import FolderTransport
from publisher.errors import ConfigError

REAL = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch):
    """The machine's clocks, both standing still until they are moved: {"wall": …, "seconds": …}."""
    hands = {"wall": REAL, "seconds": 1000.0}

    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return hands["wall"].astimezone(tz)

    monkeypatch.setattr(wiring, "datetime", Stopped)
    monkeypatch.setattr(wiring.time, "monotonic", lambda: hands["seconds"])
    return hands


def test_the_clock_is_the_machines(frozen):
    clock = Clock()
    assert (clock.now(), clock.shift) == (REAL, timedelta())
    frozen["wall"] += timedelta(hours=1)
    assert clock.now() == REAL + timedelta(hours=1)


def test_a_pretended_clock_runs_on_at_real_speed(frozen):
    start = datetime(2025, 6, 30, 8, tzinfo=timezone(timedelta(hours=8)))
    clock = Clock(start)
    assert clock.now() == start
    assert clock.now().tzinfo is UTC
    assert clock.shift == REAL - start
    frozen["seconds"] += 2.5
    frozen["wall"] += timedelta(days=99)  # somebody sets the machine's clock: ours does not jump
    assert clock.now() == start + timedelta(seconds=2.5)


def write(folder: Path, more: str = "") -> Path:
    file = folder / "config.yaml"
    file.write_text(TEXT % {"schedules": 'weekly: "mon 08:00"', "more": "", "others": more}, encoding="utf-8")
    return file


def test_opening_touches_nothing(tmp_path: Path):
    app = App.open(write(tmp_path), environ={})
    app.close()
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_the_database_is_made_and_migrated_when_it_is_needed(tmp_path: Path):
    app = App.open(write(tmp_path), start=REAL, environ={})
    assert migrate.current(app.database) == migrate.HEAD
    assert app.database is app.database
    assert (tmp_path / "var" / "publisher.db").is_file()
    app.close()


def test_what_mails_are_made_of_belongs_together(tmp_path: Path):
    app = App.open(write(tmp_path), environ={})
    post = app.post
    assert (post.config, post.database, post.keys, post.templates) == (
        app.config,
        app.database,
        app.keys,
        app.templates,
    )
    assert post.media == tmp_path / "public" / "media"
    assert (tmp_path / "var" / "keys").stat().st_mode & 0o777 == 0o600
    assert isinstance(app.transport, FolderTransport)
    assert app.transport.folder == tmp_path / "outbox"
    sender = app.sender()
    assert not sender.busy()
    sender.stop()
    app.close()


def test_a_relay_is_reached_over_smtp(tmp_path: Path):
    from publisher.delivery.smtp import SmtpTransport

    file = write(tmp_path, "delivery: {transport: smtp, smtp: {host: smtp.example.org, connections: 3}}\n")
    app = App.open(file, environ={})
    assert isinstance(app.transport, SmtpTransport)
    assert app.transport.connections == 3
    app.close()


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("site: {title: T}\noutputt: x\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        App.open(file, environ={})
    assert len(str(caught.value).splitlines()) == 2
