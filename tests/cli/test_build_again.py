"""A build that can find nothing to do says what the last one said, and everything else is a build."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import AT

from publisher import uptodate
from publisher.app import Clock
from publisher.cli import build as building
from publisher.cli.main import run
from publisher.content import library, scan

DATE = "2025-06-29T10:00:00Z"


class Desk:
    """A site, its command line, and how often it was really built."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.now: datetime = AT
        self.builds = 0

    def article(self, name: str, date: str = DATE, text: str = "Some text.") -> Path:
        file = self.folder / f"content/posts/{name}.md"
        file.write_text(f"---\ntitle: {name}\ndate: {date}\n---\n\n{text}\n", encoding="utf-8")
        return file

    def run(self, *words: str, code: int = 0) -> tuple[str, str]:
        self._capsys.readouterr()
        ended = run(["-c", str(self.folder / "config.yaml"), *words])
        out, err = self._capsys.readouterr()
        assert ended == code, out + err
        return out, err

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        return json.loads(self.run(*words, "--json", code=code)[0])

    def settle(self) -> None:
        """Builds until a build has nothing to do."""
        for _ in range(4):
            before = self.builds
            self.run("build")
            if self.builds == before:
                return
        raise AssertionError("every build was a whole one")

    def really(self, *words: str, code: int = 0) -> bool:
        """Whether a build was a whole one."""
        before = self.builds
        self.run("build", *words, code=code)
        return self.builds > before


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for module, name in ((uptodate, "FINE_NS"), (uptodate, "COARSE_NS"), (scan, "RACY_NS"), (library, "RACY_NS")):
        monkeypatch.setattr(module, name, 0)  # files of the test are a moment old, and count as settled
    made = Desk(tmp_path / "site", capsys)
    whole = building._build

    def counted(*arguments: Any, **options: Any) -> Any:
        made.builds += 1
        return whole(*arguments, **options)

    monkeypatch.setattr(building, "_build", counted)
    monkeypatch.setattr(Clock, "now", lambda _: made.now)
    made.run("init", str(made.folder))
    for sample in (made.folder / "content/posts").iterdir():
        sample.unlink()
    made.article("one")
    made.article("two", text="More text.")
    return made


def lasting(told: dict[str, Any]) -> dict[str, Any]:
    """All of a report but what differs from run to run."""
    return {key: value for key, value in told.items() if key not in {"seconds", "written", "removed"}}


def test_it_says_the_same_again_and_ends_with_the_same_code(desk: Desk):
    desk.article("bad", date="yesterday")
    desk.article("draft").write_text(f"---\ntitle: d\ndate: {DATE}\ndraft: true\n---\n", encoding="utf-8")
    first = desk.json("build")
    desk.settle()
    told = desk.run("build", "--full")[0].splitlines()
    desk.settle()
    before = desk.builds
    again = desk.run("build")[0].splitlines()
    assert again[:-1] == told[:-1]
    assert any(line.startswith("posts/bad.md:3: error: ") for line in again)
    assert again[-1].startswith("2 articles (not shown: 1 draft), 0 changed, ")
    assert " 0 files written, 0 removed in " in again[-1]
    assert lasting(desk.json("build")) == lasting(first)
    assert desk.json("build")["written"] == 0
    desk.run("build", "--strict", code=1)
    out, err = desk.run("build", "--json", "--strict", code=1)
    assert json.loads(out)["problems"] == 1
    assert "posts/bad.md:3: error: " in err
    assert desk.builds == before, "none of these was a whole build"


def edited(desk: Desk) -> None:
    file = desk.folder / "content/posts/one.md"
    before = file.stat()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Some", "Much"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def configured(desk: Desk) -> None:
    file = desk.folder / "config.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")


def overridden(desk: Desk) -> None:
    file = desk.folder / "templates/feeds/feeds.css"
    file.parent.mkdir(parents=True)
    file.write_text("body { color: red }", encoding="utf-8")


CHANGES: dict[str, Callable[[Desk], object]] = {
    "an article edited without a trace in size and mtime": edited,
    "a new article": lambda desk: desk.article("three"),
    "a picture": lambda desk: (
        (desk.folder / "static").mkdir(exist_ok=True) or (desk.folder / "static/a.png").write_bytes(b"x")
    ),
    "the config": configured,
    "a template": overridden,
    "a feed deleted by hand": lambda desk: (desk.folder / "public/feeds/rss.xml").unlink(),
    "a feed edited by hand": lambda desk: (desk.folder / "public/feeds/rss.xml").write_text("x", encoding="utf-8"),
    "an issue drafted": lambda desk: desk.run("issue", "draft", "weekly"),
    "the database deleted": lambda desk: (desk.folder / "var/publisher.db").unlink(),
    "the record deleted": lambda desk: (desk.folder / "var/build.json").unlink(),
    "the clock put back": lambda desk: setattr(desk, "now", desk.now - timedelta(days=1)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_a_build(desk: Desk, what: str):
    desk.settle()
    CHANGES[what](desk)
    assert desk.really()
    assert (desk.folder / "public/feeds/rss.xml").stat().st_size > 100


def test_an_article_appears_at_its_moment(desk: Desk):
    desk.article("later", date="2025-07-01T08:00:00Z")
    desk.settle()
    desk.now = datetime.fromisoformat("2025-07-01T07:59:59Z")
    assert not desk.really()
    desk.now += timedelta(seconds=1)
    assert desk.json("build")["articles"] == 3
    desk.settle()
    desk.now += timedelta(days=999)
    assert not desk.really()


def test_what_asks_for_a_whole_build_gets_one(desk: Desk):
    desk.settle()
    assert desk.really("--full")
    desk.settle()
    assert desk.really("--now", "2025-06-30T16:00:00+08:00")


def test_a_build_that_fails_leaves_no_record(desk: Desk):
    desk.settle()
    overridden(desk)
    (desk.folder / "templates/feeds/index.html").write_text("{% if %}", encoding="utf-8")
    desk.run("build", code=1)
    assert desk.really(code=1)


def test_the_environment_counts_where_the_config_names_it(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    file = desk.folder / "config.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\ntheme: {logo: '${SITE_LOGO}'}\n", encoding="utf-8")
    monkeypatch.setenv("SITE_LOGO", "/a.png")
    desk.settle()
    monkeypatch.setenv("UNNAMED", "x")
    assert not desk.really()
    monkeypatch.setenv("SITE_LOGO", "/b.png")
    assert desk.really()


def test_a_secrets_file_counts(desk: Desk):
    (desk.folder / "secret").write_text("one", encoding="utf-8")
    file = desk.folder / "config.yaml"
    section = "\nwebhooks: {out: [{url: https://example.org/hook, secret_file: secret}]}\n"
    file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")
    desk.settle()
    (desk.folder / "secret").write_text("two", encoding="utf-8")
    assert desk.really()


def test_a_build_says_what_hubs_are_owed_and_its_repetition_does_not(desk: Desk):
    config = desk.folder / "config.yaml"
    config.write_text(config.read_text("utf-8") + 'feeds: {hubs: ["https://hub.example.org/"]}\n', encoding="utf-8")
    desk.article("one")
    out, err = desk.run("build")
    assert "pings for WebSub hubs: 'publisher run-due' or 'serve' sends them" in out + err
    desk.settle()
    out, err = desk.run("build")
    assert "WebSub" not in out + err
