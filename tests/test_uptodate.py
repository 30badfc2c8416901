"""A build is left out only where nothing at all changed: each kind of change shows, and every doubt is a build."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import AT

from publisher import uptodate
from publisher.uptodate import Record, Watched, keep, made, recall, see

HOUR = timedelta(hours=1)
ENVIRON = {"PASSWORD": "one", "OTHER": "x"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site and a program of our own, whose files count as old."""
    monkeypatch.setattr(uptodate, "FINE_NS", 0)
    monkeypatch.setattr(uptodate, "COARSE_NS", 0)
    monkeypatch.setattr(uptodate, "_PACKAGE", str(tmp_path / "program" / "publisher"))
    monkeypatch.setattr(uptodate, "_PARENT", str(tmp_path / "program"))
    for name, text in {
        "program/publisher/app.py": "x = 1",
        "program/templates/page.html": "page",
        "site/config.yaml": "delivery: {smtp: {password: ${PASSWORD}}}",
        "site/content/posts/one.md": "text",
        "site/content/posts/two.md": "text",
        "site/public/feeds/rss.xml": "feed",
        "site/public/feeds/rss.xml.gz": "packed",
        "site/var/site.db": "pages",
        "elsewhere/three.md": "text",
        "elsewhere/pictures/inner/c.png": "picture",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "site/content/posts/three.md").symlink_to(tmp_path / "elsewhere/three.md")
    (tmp_path / "site/content/pictures").symlink_to(tmp_path / "elsewhere/pictures")
    return tmp_path


def watched(root: Path) -> Watched:
    site = root / "site"
    read, files = ("content", "static", "templates"), ("var/keys",)
    written = ("public/feeds", "var/site.db", "var/site.db-wal")
    return Watched(*(tuple(str(site / name) for name in names) for names in (read, files, written)))


def digest(root: Path, environ: dict[str, str] = ENVIRON) -> str:
    sight = see(root / "site/config.yaml", watched(root), environ)
    assert sight is not None
    return f"{sight.digest} {made(watched(root))}"


def secretly(file: Path) -> None:
    """Other text of the same length, with the file's old times: only ctime tells."""
    before = file.stat()
    file.write_text("T" * before.st_size, encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(file: Path) -> None:
    """The same bytes and times in another file of that name."""
    copy = file.with_suffix(".copy")
    shutil.copy2(file, copy)
    copy.replace(file)


def written(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("new", encoding="utf-8")


CHANGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "an article is edited, its size and mtime restored": ("site/content/posts/one.md", secretly),
    "an article is added": ("site/content/posts/new/four.md", written),
    "an article is deleted": ("site/content/posts/one.md", Path.unlink),
    "an article is renamed": ("site/content/posts/one.md", lambda file: file.rename(file.with_name("uno.md"))),
    "an article becomes a folder": (
        "site/content/posts/one.md",
        lambda file: (file.unlink(), file.mkdir()),
    ),
    "an article behind a link is edited": ("elsewhere/three.md", secretly),
    "a picture behind a link to a folder is edited": ("elsewhere/pictures/inner/c.png", secretly),
    "a link leads elsewhere": (
        "site/content/posts/three.md",
        lambda link: (link.unlink(), link.symlink_to("two.md")),
    ),
    "a link leads nowhere": ("elsewhere/three.md", Path.unlink),
    "a picture is added": ("site/static/a.png", written),
    "a template is overridden": ("site/templates/feeds/index.html", written),
    "a shipped template changes": ("program/templates/page.html", secretly),
    "the program changes": ("program/publisher/app.py", secretly),
    "the program gets a module": ("program/publisher/new.py", written),
    "a feed is edited by hand": ("site/public/feeds/rss.xml", secretly),
    "a feed is deleted": ("site/public/feeds/rss.xml", Path.unlink),
    "its packed form is deleted": ("site/public/feeds/rss.xml.gz", Path.unlink),
    "the output folder is gone": ("site/public", shutil.rmtree),
    "the database is another one": ("site/var/site.db", replaced),
    "another program writes to the database": ("site/var/site.db-wal", written),
    "the keys are made": ("site/var/keys", written),
    "the config is edited": ("site/config.yaml", secretly),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_shows(root: Path, what: str):
    before = digest(root)
    assert digest(root) == before
    name, change = CHANGES[what]
    change(root / name)
    assert digest(root) != before


@pytest.mark.parametrize(
    "name",
    [
        "site/notes.txt",
        "site/content/.git/index",
        "site/content/posts/__pycache__/x.pyc",
        "program/publisher/__pycache__/app.pyc",
        "program/publisher/cli/__pycache__/app.pyc",
        "site/public/feeds/.lock",
        "site/public/feeds/.parts/0f3a",
        "site/var/build.json",
    ],
)
def test_what_no_build_reads_does_not_count(root: Path, name: str):
    (root / "program/publisher/cli").mkdir()
    before = digest(root)
    written(root / name)
    assert digest(root) == before


def test_the_record_does_not_count_where_the_whole_site_is_content(root: Path):
    all_of_it = Watched(folders=(str(root / "site"),), files=(), made=())
    first = see(root / "site/config.yaml", all_of_it, ENVIRON)
    written(root / "site/var/build.json")
    assert see(root / "site/config.yaml", all_of_it, ENVIRON) == first
    written(root / "site/var/other.json")
    assert see(root / "site/config.yaml", all_of_it, ENVIRON) != first


def test_only_variables_that_the_config_names_count(root: Path):
    before = digest(root)
    assert digest(root, ENVIRON | {"OTHER": "y"}) == before
    assert digest(root, ENVIRON | {"PASSWORD": "two"}) != before
    assert digest(root, {}) not in {before, digest(root, {"PASSWORD": ""})}


def test_another_version_or_library_is_another_program(root: Path, monkeypatch: pytest.MonkeyPatch):
    libraries = root / "lib" / "site-packages"
    libraries.mkdir(parents=True)
    monkeypatch.setattr("sys.path", [str(libraries), str(root)])
    before = digest(root)
    os.utime(libraries, ns=(1, 1))
    updated = digest(root)
    monkeypatch.setattr(uptodate, "__version__", "99")
    assert len({before, updated, digest(root)}) == 3


def test_a_copy_of_a_site_is_not_that_site(root: Path):
    copy = root / "copy.yaml"
    shutil.copy2(root / "site/config.yaml", copy)
    assert see(copy, watched(root), ENVIRON) != see(root / "site/config.yaml", watched(root), ENVIRON)


def test_links_that_lead_to_themselves_or_back_are_looked_at_once(root: Path):
    posts = root / "site/content/posts"
    (posts / "round.md").symlink_to(posts / "round.md")
    (posts / "up").symlink_to(root / "site/content")
    (posts / "up too").symlink_to(root / "site/content")
    before = digest(root)
    secretly(posts / "one.md")
    assert digest(root) != before


def test_a_name_that_is_no_text_is_a_name(root: Path):
    before = digest(root)
    file = os.fsencode(root / "site/content/posts") + b"/\xff.md"
    with open(file, "wb"):
        pass
    assert digest(root) != before


def test_a_young_file_may_change_again_without_a_trace(root: Path, monkeypatch: pytest.MonkeyPatch):
    config, places = root / "site/config.yaml", watched(root)
    assert see(config, places, ENVIRON).settled
    monkeypatch.setattr(uptodate, "FINE_NS", 10**15)
    monkeypatch.setattr(uptodate, "COARSE_NS", 10**15)
    assert not see(config, places, ENVIRON).settled


def test_times_in_coarse_steps_need_longer(monkeypatch: pytest.MonkeyPatch):
    second = 1_000_000_000
    for age, changed, settled in (
        (1, 7 * second, False),
        (3, 7 * second, True),
        (1, 7 * second + 1, True),
        (0, 7 * second + 1, False),
    ):
        look = uptodate._Look(clock=changed + age * second, own=("", ""))
        look._age(changed)
        assert look.settled is settled, (age, changed)


def test_where_nothing_can_be_written_every_file_is_young(root: Path):
    shutil.rmtree(root / "site/var")
    (root / "site/var").write_text("a file", encoding="utf-8")
    places = Watched(folders=(), files=(), made=())
    assert not see(root / "site/config.yaml", places, ENVIRON).settled


def test_what_cannot_be_seen_is_not_told(root: Path, monkeypatch: pytest.MonkeyPatch):
    assert see(root / "site/none.yaml", watched(root), ENVIRON) is None
    monkeypatch.setattr(uptodate, "MOST", 1)
    assert see(root / "site/config.yaml", watched(root), ENVIRON) is None


def record(root: Path, **changed: object) -> Record:
    facts = {"watched": watched(root), "digest": "d", "made": made(watched(root))}
    facts |= {"since": AT, "until": AT + HOUR, "told": {"articles": 3}}
    return Record(**(facts | changed))


def test_a_record_is_read_as_it_was_kept_and_by_its_owner_alone(root: Path):
    config, kept = root / "site/config.yaml", record(root)
    keep(config, kept)
    assert recall(config) == kept
    assert stat.S_IMODE((root / "site/var/build.json").stat().st_mode) == 0o600
    keep(config, record(root, until=None))
    assert recall(config) == record(root, until=None)
    assert [file.name for file in (root / "site/var").iterdir() if "build" in file.name] == ["build.json"]


def test_a_record_that_cannot_be_understood_is_none(root: Path):
    config, file = root / "site/config.yaml", root / "site/var/build.json"
    assert recall(config) is None
    keep(config, record(root))
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole.replace(b'"d"', b'"e"'), b"\xff\xfe", whole + b" "):
        file.write_bytes(damaged)
        assert recall(config) is None
    for shape in (
        [],
        {},
        {"watched": 1},
        {"watched": {"folders": [], "files": [], "made": []}, "digest": "d", "made": "m", "since": "soon"},
    ):
        text = json.dumps(shape)
        file.write_text(f"{uptodate._seal(text)}\n{text}", encoding="utf-8")
        assert recall(config) is None


def test_a_record_that_cannot_be_kept_is_left_out(root: Path):
    shutil.rmtree(root / "site/var")
    keep(root / "site/config.yaml", record(root))
    assert recall(root / "site/config.yaml") is None


def test_a_record_holds_until_an_article_appears_or_the_clock_goes_back(root: Path):
    kept, same = record(root), SimpleNamespace(digest="d")
    assert kept.holds(same, AT)
    assert kept.holds(same, AT + HOUR - timedelta.resolution)
    assert not kept.holds(same, AT + HOUR)
    assert not kept.holds(same, AT - timedelta.resolution)
    assert not kept.holds(SimpleNamespace(digest="e"), AT)
    assert not kept.holds(None, AT)
    assert record(root, until=None).holds(same, AT + 9999 * HOUR)
    assert not record(root, made="m").holds(same, AT)


def test_what_was_made_and_cannot_be_seen_proves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uptodate, "MOST", 0)
    assert made(watched(root)) == ""
