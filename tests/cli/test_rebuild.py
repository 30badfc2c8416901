"""The builds of a running service: one after another, nothing lost by one that fails, and told what matters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from issues.newsroom import AT, Clock, move, site

from publisher import log
from publisher.app import App
from publisher.cli import rebuild as rebuilding
from publisher.cli.rebuild import MOST, Rebuild
from publisher.watch import Kind

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CONTENT, TEMPLATES, CONFIG = (frozenset({kind}) for kind in Kind)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with site(tmp_path) as opened:
        post(opened, "old", "2025-06-29T08:00:00Z")
        yield opened


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """The events of a name since they were asked for last; of all others nothing is kept."""
    log.configure(service=True)

    def read(name: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [each for each in found if each["event"] == name]

    yield read
    log.configure()


def post(app: App, name: str, date: str, head: str = "") -> Path:
    file = app.config.content.path / f"{name}.md"
    file.write_text(f"---\ntitle: {name}\ndate: {date}\n{head}---\n\nText of {name}.\n", encoding="utf-8")
    return file


def fed(app: App) -> set[str]:
    items = json.loads((app.config.output / "feeds" / "feed.json").read_bytes())["items"]
    return {item["title"] for item in items}


def test_an_article_appears_and_expires_at_its_moment(app: App):
    post(app, "short", "2025-06-30T08:00:10Z", "expiryDate: 2025-06-30T08:00:20Z\n")
    rebuild = Rebuild(app)
    rebuild.run()
    for seconds, due, shown in ((9, False, False), (10, True, True), (19, False, True), (20, True, False)):
        move(app, AT + seconds * SECOND)
        assert rebuild.due() is due, seconds
        assert not rebuild.due(), "said once"
        if due:
            rebuild.run()
        assert ("short" in fed(app)) is shown, seconds


class Running(Clock):
    """Goes on by a second with each look at it."""

    def now(self):
        self.at += SECOND
        return self.at


def test_an_article_that_appears_while_a_build_runs_is_the_next_change(app: App):
    post(app, "soon", "2025-06-30T08:00:02Z")
    object.__setattr__(app, "clock", Running(AT))
    rebuild = Rebuild(app)
    rebuild.run()  # at 08:00:01
    assert "soon" not in fed(app)
    assert rebuild.due()
    rebuild.run()
    assert "soon" in fed(app)


def test_an_article_whose_moment_a_failing_build_met_appears_with_the_next_one(app: App, lines: Any):
    post(app, "soon", "2025-06-30T08:00:10Z")
    post(app, "later", "2025-06-30T08:00:30Z")
    rebuild = Rebuild(app)
    rebuild.run()
    content = app.config.content.path
    content.rename(content.with_name("away"))
    move(app, AT + 10 * SECOND)
    assert rebuild.due()
    rebuild.run()
    (failed,) = lines("build.failed")
    assert failed["hint"].startswith("make it")
    assert "soon" not in fed(app)
    assert not rebuild.due(), "the same build is not tried each second"
    move(app, AT + 30 * SECOND)
    assert rebuild.due(), "the failed build still knows what comes after it"
    content.with_name("away").rename(content)
    rebuild.run()
    assert fed(app) == {"old", "soon", "later"}


def test_feeds_that_could_not_be_written_are_written_by_the_next_build(app: App, lines: Any):
    rebuild = Rebuild(app)
    rebuild.run()
    post(app, "soon", "2025-06-30T08:00:10Z")
    templates = app.config.templates / "feeds"
    templates.mkdir(parents=True)
    (templates / "index.html").write_text("{% if %}", encoding="utf-8")
    rebuild.changed(CONTENT | TEMPLATES)
    assert lines("build.failed")
    move(app, AT + 10 * SECOND)
    assert rebuild.due(), "what was scanned before the failure has its moment, too"
    (templates / "index.html").unlink()
    rebuild.changed(TEMPLATES)
    assert "soon" in fed(app)


def test_a_broken_article_is_told_once_with_its_place_and_keeps_its_last_good_version(app: App, lines: Any):
    rebuild = Rebuild(app)
    file = post(app, "new", "2025-06-30T07:00:00Z")
    rebuild.run()
    good = file.read_text(encoding="utf-8")
    for _ in range(2):
        file.write_text(good.replace("title: new", "title: [new"), encoding="utf-8")
        rebuild.changed(CONTENT)
        (told,) = lines("article.problem")
        assert told["problem"].startswith("new.md:")
        assert "error: " in told["problem"]
        assert "new" in fed(app)
        rebuild.run()
        assert not lines("article.problem"), "it is known"
        file.write_text(good, encoding="utf-8")
        rebuild.run()


def test_of_very_many_problems_the_first_are_told_and_the_others_counted(app: App, lines: Any):
    for number in range(MOST + 5):
        post(app, f"bad{number:02}", "yesterday")
    Rebuild(app).run()
    assert [each["more"] for each in lines("article.problems")] == [5]


def test_a_template_of_the_sites_own_takes_the_place_of_a_shipped_one(app: App):
    rebuild = Rebuild(app)
    rebuild.run()
    page = app.config.output / "feeds" / "index.html"
    own = app.config.templates / "feeds" / "index.html"
    own.parent.mkdir(parents=True)
    for text in ("first", "second"):
        own.write_text(text, encoding="utf-8")
        rebuild.changed(TEMPLATES)
        assert page.read_text(encoding="utf-8") == text
    own.unlink()
    rebuild.changed(TEMPLATES)
    assert "feed.json" in page.read_text(encoding="utf-8")


def test_a_changed_config_is_checked_and_not_applied(app: App, lines: Any):
    rebuild = Rebuild(app)
    text = app.config.path.read_text(encoding="utf-8")
    app.config.path.write_text(text + "feeds: {entries: 5}\n", encoding="utf-8")
    rebuild.changed(CONFIG)
    (told,) = lines("config.changed")
    assert (told["level"], told["hint"]) == ("info", "restart to apply it; the old one is still in use")
    app.config.path.write_text(text + "feeds: {entries: many, colour: red}\n", encoding="utf-8")
    rebuild.changed(CONFIG)
    (told,) = lines("config.changed")
    assert told["level"] == "error"
    assert "feeds.entries: " in told["error"]
    assert "feeds.colour: " in told["error"]
    assert told["hint"].startswith("correct it, then restart")
    assert not app.config.output.exists(), "nothing was built"


def test_a_quiet_site_is_told_of_at_the_first_build_and_once_a_day(app: App, lines: Any):
    rebuild = Rebuild(app)
    told = []
    for hours in range(0, 24 * 17, 6):
        move(app, AT + timedelta(hours=hours))
        rebuild.run()
        told += [(hours / 24, each["days"], each["level"]) for each in lines("content.quiet")]
    # The newest article is a day older than the first build, the alarm at 14 days.
    assert told == [(13.25, 14, "warning"), (14.25, 15, "warning"), (15.25, 16, "warning"), (16.25, 17, "warning")]
    Rebuild(app).run()
    (line,) = lines("content.quiet")
    assert line["why"] == "nothing new for 17 days; if that is meant, raise content.quiet_alarm"
    post(app, "new", "2025-07-17T00:00:00Z")
    move(app, AT + 18 * DAY)
    rebuild.run()
    assert not lines("content.quiet")


def test_no_build_begins_once_it_is_stopped(app: App):
    rebuild = Rebuild(app)
    rebuild.stop()
    rebuild.run()
    assert not app.config.output.exists()


def test_later_builds_run_in_a_process_of_their_own(app: App, monkeypatch: pytest.MonkeyPatch):
    rebuild = Rebuild(app, apart=True)
    try:
        rebuild.run()
        post(app, "new", "2025-06-30T07:00:00Z")
        with monkeypatch.context() as here:
            here.setattr(rebuilding, "_built", lambda *arguments: pytest.fail("built in the process that serves"))
            rebuild.run()
        assert fed(app) == {"old", "new"}
        # One that is gone is replaced, and nothing waits for that.
        rebuild._child._process.kill()
        rebuild._child._process.wait()
        post(app, "newer", "2025-06-30T07:30:00Z")
        rebuild.run()
        assert fed(app) == {"old", "new", "newer"}
        assert rebuild._child.alive
    finally:
        rebuild.stop()
    assert rebuild._child._process.poll() is not None


def test_what_goes_wrong_there_is_told_here(app: App, lines: Any):
    rebuild = Rebuild(app, apart=True)
    try:
        rebuild.run()
        blocked = app.config.output / "feeds" / "topics"
        post(app, "new", "2025-06-30T07:00:00Z", "topics: [Chips]\n")
        blocked.write_text("a file", encoding="utf-8")
        lines("")
        rebuild.run()
        (told,) = lines("build.failed")
        assert "cannot be written" in told["error"]
        blocked.unlink()
        rebuild.run()
        assert fed(app) == {"old", "new"}
    finally:
        rebuild.stop()
