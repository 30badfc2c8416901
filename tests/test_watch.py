"""What is watched, what a change means, and that changes are told: once for a burst, never twice at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest
import watchfiles
from hypothesis import given
from hypothesis import strategies as st

from publisher import log, watch
from publisher.config import load
from publisher.watch import Kind, Places, following, meaning, places

SITE = Path("/srv/site")
PLACES = Places(
    roots=(
        (SITE / "content", Kind.CONTENT),
        (SITE / "static", Kind.CONTENT),
        (SITE / "content" / "templates", Kind.TEMPLATES),
    ),
    config=SITE / "config.yaml",
    own=(SITE / "static" / "feeds", SITE / "content" / "outbox"),
    database=SITE / "content" / "site.db",
)
CONTENT, TEMPLATES, CONFIG = (frozenset({kind}) for kind in Kind)


# ---- what a change means


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("content/posts/a.md", Kind.CONTENT),
        ("content", Kind.CONTENT),
        ("content/posts", Kind.CONTENT),
        ("static/images/a b.jpg", Kind.CONTENT),
        ("content/templates/feeds/index.html", Kind.TEMPLATES),
        ("content/2025-4913.md", Kind.CONTENT),
        ("static/feeds2/a.jpg", Kind.CONTENT),
        ("content/posts/.a.md.swp", None),
        ("content/posts/a.md~", None),
        ("content/posts/.#a.md", None),
        ("content/posts/#a.md#", None),
        ("content/posts/~$a.md", None),
        ("content/posts/4913", None),
        ("content/.git/index", None),
        ("content/@eaDir/a.md", None),
        ("content/posts/a.md.part", None),
        ("static/feeds/rss.xml", None),
        ("content/outbox/1.eml", None),
        ("content/site.db", None),
        ("content/site.db-wal", None),
        ("content/site.db.sender", None),
        ("public/feeds/rss.xml", None),
        ("config.yaml", None),
    ],
)
def test_a_change_means(path: str, kind: Kind | None):
    assert meaning(PLACES, SITE / path) is kind


@given(st.lists(st.sampled_from(["a.md", "b", ".c", "d~", "posts", "4913", "x.db"]), max_size=4))
def test_what_lies_in_our_own_folders_never_starts_a_build(names: list[str]):
    for own in PLACES.own:
        assert meaning(PLACES, own.joinpath(*names)) is None


def test_hidden_folders_above_the_site_hide_nothing():
    root = Path("/srv/.sites/@one/content")
    assert meaning(Places(roots=((root, Kind.CONTENT),), config=root), root / "a.md") is Kind.CONTENT


def configured(folder: Path, more: str) -> Places:
    file = folder / "config.yaml"
    file.write_text(f'site: {{title: T, url: "https://example.org"}}\n{more}', encoding="utf-8")
    return places(load(file, {}))


def test_a_site_is_watched_where_its_config_says(tmp_path: Path):
    found = configured(tmp_path, "content: {path: text, static: pictures}\ntemplates: look\n")
    assert found.roots == (
        (tmp_path / "text", Kind.CONTENT),
        (tmp_path / "pictures", Kind.CONTENT),
        (tmp_path / "assets", Kind.CONTENT),
        (tmp_path / "look", Kind.TEMPLATES),
    )
    assert found.config == tmp_path / "config.yaml"
    assert found.database == tmp_path / "var" / "publisher.db"


def test_feeds_that_are_written_around_the_pictures_hide_no_picture(tmp_path: Path):
    found = configured(tmp_path, 'output: "."\ncontent: {static: feeds/pictures}\n')
    assert meaning(found, tmp_path / "content" / "a.md") is Kind.CONTENT
    assert meaning(found, tmp_path / "feeds" / "pictures" / "a.jpg") is Kind.CONTENT
    assert tmp_path / "media" in found.own


def test_a_site_whose_articles_lie_beside_everything_does_not_wake_itself(tmp_path: Path):
    found = configured(tmp_path, 'content: {path: "."}\n')
    assert meaning(found, tmp_path / "a.md") is Kind.CONTENT
    for own in ("public/feeds/rss.xml", "outbox/1.eml", "var/publisher.db-wal", "var/keys"):
        assert meaning(found, tmp_path / own) is None, own


def test_a_postgres_database_has_no_file(tmp_path: Path):
    assert configured(tmp_path, "database: postgresql://localhost/news\n").database is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("OS file watch limit reached. about [a]", "fs.inotify.max_user_watches"),
        ("No space left on device (os error 28)", "fs.inotify.max_user_watches"),
        ("Error creating recommended watcher: Too many open files (os error 24)", "fs.inotify.max_user_instances"),
        ("Function not implemented", "what the error names"),
    ],
)
def test_the_advice_names_what_to_raise(text: str, named: str):
    assert named in watch.advice(OSError(text))


# ---- a real folder


class Told:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[frozenset[Kind]] = []
        self.held = Event()
        self.held.set()
        self.most = 0
        self._one = Lock()

    def __call__(self, kinds: frozenset[Kind]) -> None:
        assert self._one.acquire(blocking=False), "told twice at a time"
        self.calls.append(kinds)
        self.held.wait(20)
        self._one.release()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("content/posts", "static", "templates"):
        (tmp_path / name).mkdir(parents=True)
    configured(tmp_path, "")
    return tmp_path


@contextmanager
def watched(site: Path, eventually: Callable[..., None]) -> Iterator[Told]:
    """The site while it is watched; from its first told change on, so that none is made before the watch stands."""
    told, probe = Told(), site / "content" / "probe.md"

    def stands() -> bool:
        probe.write_text("x", encoding="utf-8")
        return bool(told.calls)

    with following(places(load(site / "config.yaml", {})), told):
        eventually(stands)
        mark(site, told, eventually)
        yield told


def mark(site: Path, told: Told, eventually: Callable[..., None]) -> list[frozenset[Kind]]:
    """What was told until now: a change of a template is told after all that came before it. Forgets it."""
    (site / "templates" / "mark.html").write_text("x", encoding="utf-8")
    eventually(lambda: heard(told, Kind.TEMPLATES))
    place = next(at for at, each in enumerate(told.calls) if Kind.TEMPLATES in each)
    before = [*told.calls[:place], *([CONTENT] if Kind.CONTENT in told.calls[place] else [])]
    told.calls.clear()
    return before


def heard(told: Told, kind: Kind) -> bool:
    return any(kind in each for each in told.calls)


def test_changes_of_articles_and_pictures_are_told(site: Path, eventually: Callable[..., None]):
    posts = site / "content" / "posts"
    with watched(site, eventually) as told:
        for change in (
            lambda: (posts / "a.md").write_text("one", encoding="utf-8"),
            lambda: (posts / "a.md").write_text("two", encoding="utf-8"),
            lambda: (posts / "a.md").rename(posts / "b.md"),
            (posts / "b.md").unlink,
            lambda: (site / "static" / "a.jpg").write_bytes(b"1"),
        ):
            told.calls.clear()
            change()
            eventually(lambda: told.calls)
            assert set(told.calls) == {CONTENT}


def test_what_editors_leave_and_what_we_write_is_not_told(site: Path, eventually: Callable[..., None]):
    output = site / "public" / "feeds"
    with watched(site, eventually) as told:
        for name in (".a.md.swp", "a.md~", ".#a.md", "4913", "#a.md#"):
            (site / "content" / "posts" / name).write_text("x", encoding="utf-8")
        output.mkdir(parents=True)
        (output / "rss.xml").write_text("x", encoding="utf-8")
        (site / "content" / ".git").mkdir()
        assert mark(site, told, eventually) == []


def test_output_within_the_content_does_not_start_the_next_build(site: Path, eventually: Callable[..., None]):
    configured(site, "output: content/public\n")
    with watched(site, eventually) as told:
        (site / "content" / "public" / "feeds").mkdir(parents=True)
        (site / "content" / "public" / "feeds" / "rss.xml").write_text("x", encoding="utf-8")
        assert mark(site, told, eventually) == []


def test_a_burst_is_told_once_or_twice(site: Path, eventually: Callable[..., None]):
    with watched(site, eventually) as told:
        for number in range(300):
            (site / "content" / "posts" / f"{number}.md").write_text("x", encoding="utf-8")
        assert 1 <= len(mark(site, told, eventually)) <= 2


def test_what_changes_during_a_build_makes_one_more(site: Path, eventually: Callable[..., None]):
    with watched(site, eventually) as told:
        told.held.clear()
        (site / "content" / "a.md").write_text("x", encoding="utf-8")
        eventually(lambda: told.calls)
        for number in range(5):
            (site / "content" / f"{number}.md").write_text("x", encoding="utf-8")
        told.held.set()
        eventually(lambda: len(told.calls) > 1)
        assert told.calls == [CONTENT, CONTENT]


def test_a_new_folder_is_watched_with_all_below_it(site: Path, eventually: Callable[..., None]):
    deep = site / "content" / "x" / "y" / "z"
    with watched(site, eventually) as told:
        deep.mkdir(parents=True)
        eventually(lambda: told.calls)
        mark(site, told, eventually)
        (deep / "a.md").write_text("x", encoding="utf-8")
        eventually(lambda: heard(told, Kind.CONTENT))


@pytest.mark.parametrize("name", ["content", "static", "assets", "templates"])
def test_a_folder_that_is_made_later_or_made_again_is_picked_up(site: Path, eventually: Callable[..., None], name: str):
    folder = site / name
    kind = Kind.TEMPLATES if name == "templates" else Kind.CONTENT
    with watched(site, eventually) as told:
        if folder.exists():
            told.calls.clear()
            folder.rename(site / "away")
            eventually(lambda: heard(told, kind))
        told.calls.clear()
        folder.mkdir()
        eventually(lambda: heard(told, kind))
        told.calls.clear()
        (folder / "a.txt").write_text("x", encoding="utf-8")
        eventually(lambda: heard(told, kind))


def test_a_site_without_any_folder_waits_for_one(tmp_path: Path, eventually: Callable[..., None]):
    found, told = configured(tmp_path, ""), Told()
    with following(found, told):
        (tmp_path / "content").mkdir()
        eventually(lambda: heard(told, Kind.CONTENT))


def test_a_link_that_is_put_elsewhere_is_a_change(site: Path, eventually: Callable[..., None]):
    (site / "content").rename(site / "one")
    (site / "two").mkdir()
    (site / "content").symlink_to(site / "one")
    with watched(site, eventually) as told:
        (site / "fresh").symlink_to(site / "two")
        told.calls.clear()
        (site / "fresh").replace(site / "content")
        eventually(lambda: heard(told, Kind.CONTENT))
        told.calls.clear()
        (site / "two" / "a.md").write_text("x", encoding="utf-8")
        eventually(lambda: heard(told, Kind.CONTENT))


def test_another_config_is_told_and_the_same_one_is_not(site: Path, eventually: Callable[..., None]):
    file = site / "config.yaml"
    text = file.read_bytes()
    with watched(site, eventually) as told:
        file.write_bytes(text)
        mark(site, told, eventually)
        (site / "new.yaml").write_bytes(text + b"feeds: {entries: 5}\n")
        (site / "new.yaml").replace(file)  # as most editors save
        eventually(lambda: told.calls)
        assert told.calls == [CONFIG]


def test_a_folder_that_may_not_be_read_keeps_no_other_from_being_watched(site: Path, monkeypatch: pytest.MonkeyPatch):
    closed = site / "content" / "closed"
    closed.mkdir()
    opened = os.scandir

    def scandir(folder: str) -> Any:
        if folder == str(closed):
            raise PermissionError(13, "Permission denied")
        return opened(folder)

    monkeypatch.setattr(watch.os, "scandir", scandir)
    found = watch.folders(places(load(site / "config.yaml", {})))
    assert found == {str(site / name) for name in ("content", "content/posts", "static", "templates")}


# ---- a system that refuses


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    written: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        written.extend(json.loads(line) for line in capsys.readouterr().err.splitlines())
        return written

    log.configure(service=True)
    yield read
    log.configure()


class Source:
    """Answers each call of ``watchfiles.watch`` by its script: an error, or changes."""

    def __init__(self, *script: Any) -> None:
        self.script = iter(script)
        self.calls: list[dict[str, Any]] = []

    def __call__(self, *folders: str, **options: Any) -> Iterator[watch.Batch]:
        self.calls.append({"folders": folders, **options})
        answer = next(self.script, None)
        if isinstance(answer, Exception):
            raise answer
        yield from answer or ()
        while not options["stop_event"].wait(0.01):
            yield set()


def test_at_the_systems_limit_the_folders_are_looked_through(
    site: Path, eventually: Callable[..., None], lines: Callable[[], list[dict[str, Any]]]
):
    told, source = Told(), Source(OSError("OS file watch limit reached. about []"))
    with following(places(load(site / "config.yaml", {})), told, source=source):
        eventually(lambda: told.calls)
    assert [call["force_polling"] for call in source.calls] == [None, True]
    assert told.calls == [CONTENT | TEMPLATES], "what came meanwhile"
    (line,) = lines()
    assert (line["event"], line["level"]) == ("watch.polling", "warning")
    assert "fs.inotify.max_user_watches" in line["hint"]


def test_where_even_that_is_refused_it_says_so_and_ends_when_it_is_told(
    site: Path, eventually: Callable[..., None], lines: Callable[[], list[dict[str, Any]]]
):
    source = Source(OSError("Too many open files"), RuntimeError("no polling either"))
    with following(places(load(site / "config.yaml", {})), Told(), source=source):
        eventually(lambda: len(lines()) == 2)
    assert [line["event"] for line in lines()] == ["watch.polling", "watch.failed"]
    assert lines()[1]["hint"] == "changes are found by the build each minute"


def test_a_folder_that_goes_while_it_is_to_be_watched_is_no_reason_to_poll(
    site: Path, eventually: Callable[..., None], lines: Callable[[], list[dict[str, Any]]]
):
    told, source = Told(), Source(FileNotFoundError("No path was found."))
    with following(places(load(site / "config.yaml", {})), told, source=source):
        eventually(lambda: told.calls)
    assert source.calls[-1]["force_polling"] is None
    assert lines() == []


def test_a_build_that_breaks_does_not_end_the_watching(
    site: Path, eventually: Callable[..., None], lines: Callable[[], list[dict[str, Any]]]
):
    change = {(watchfiles.Change.modified, str(site / "content" / "a.md"))}
    calls = []

    def told(kinds: frozenset[Kind]) -> None:
        calls.append(kinds)
        raise ZeroDivisionError

    with following(places(load(site / "config.yaml", {})), told, source=Source([change, change])):
        eventually(lambda: len(calls) == 2)
    assert {line["event"] for line in lines()} == {"job.failed"}


def test_folders_that_come_without_end_are_told_after_a_while(site: Path, eventually: Callable[..., None]):
    """A checkout may make folders for longer than they are waited for: what has come is told meanwhile."""
    told, armed = Told(), []

    def growing(*folders: str, **options: Any) -> Iterator[watch.Batch]:
        armed.append(folders)
        if len(armed) <= 3 * watch.PATIENCE:
            new = site / "content" / str(len(armed))
            yield set()
            new.mkdir()
            yield {(watchfiles.Change.added, str(new))}
        yield from Source()(*folders, **options)

    with following(places(load(site / "config.yaml", {})), told, source=growing):
        eventually(lambda: len(armed) > 3 * watch.PATIENCE and len(told.calls) >= 2)
    assert len(told.calls) <= 3 * watch.PATIENCE


def test_polling_ignores_that_a_watched_folder_changed(site: Path, eventually: Callable[..., None]):
    content = str(site / "content")
    noise = {(watchfiles.Change.modified, content), (watchfiles.Change.added, f"{content}/.a.swp")}
    news = {(watchfiles.Change.modified, str(site / "templates" / "a.html"))}
    told = Told()
    with following(places(load(site / "config.yaml", {})), told, source=Source([noise, news])):
        eventually(lambda: told.calls)
    assert told.calls == [TEMPLATES]
