"""The main job on PostgreSQL, chosen by one line of config: it says and makes what it does on SQLite."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from journeys.walk import ARTICLE, ISSUE, NOW, Site, command, draw, words_of
from postgres import Server

from publisher.app import App
from publisher.db import migrate

LATER = "2025-07-07T16:00:00+08:00"


def walk(site: Site, keys) -> dict[str, object]:
    """Everything that the main job says and makes, in the order in which it does."""
    (site.folder / "var").mkdir(exist_ok=True)
    if keys.exists():
        shutil.copy2(keys, site.folder / "var/keys")
    said: dict[str, object] = {}
    site.write("content/posts/tide.md", ARTICLE)
    draw(site)
    for name, wishes in {"zh": {"language": "zh-CN"}, "en": {"language": "en", "format": "text"}}.items():
        site.reader(f"{name}@example.net", **wishes)
    site.run("subscribers", "add", "later@example.net", "--name", "Łukasz")
    said["build"] = site.json("build") | {"seconds": 0}
    said["again"] = site.json("build") | {"seconds": 0}
    said["feeds"] = [site.feed("", name) for name in ("rss.xml", "atom.xml", "feed.json")]
    said["draft"] = site.run("issue", "draft", "weekly").out
    said["check"] = site.run("issue", "check", ISSUE).out
    said["approve"] = site.run("issue", "approve", ISSUE, "--by", "陈").out
    said["send"] = site.process("issue", "send", ISSUE).out
    said["mails"] = {to: words_of(mail, "plain") for to, mail in site.mails().items()}
    said["report"] = site.json("issue", "report", ISSUE)
    said["unsubscribe"] = site.run("subscribers", "unsubscribe", "en@example.net").out
    said["erase"] = site.run("subscribers", "erase", "later@example.net", "--yes").out
    said["export"] = site.run("subscribers", "export").out
    site.write("back.csv", f"{said['export']}")
    said["dry"] = site.run("subscribers", "import", "back.csv", code=None).out
    said["import"] = site.run("subscribers", "import", "back.csv", "--apply", code=None).out
    said["stats"] = site.json("subscribers", "stats")
    said["due"] = site.run("run-due", now=LATER, code=None).out
    said["issues"] = site.json("issue", "list")
    said["checked"] = site.json("check", code=None)
    shutil.copy2(site.folder / "var/keys", keys)
    return said


@pytest.fixture
def new_site(tmp_path, capsys):
    """Makes the same site in the same folder, on the database that is told."""

    def make(database: str) -> Site:
        assert command("init", "site", "--now", NOW, cwd=tmp_path).code == 0
        site = Site(tmp_path / "site", capsys)
        site.config("timezone: UTC", "timezone: Asia/Shanghai")
        config = site.folder / "config.yaml"
        config.write_text(f"{config.read_text('utf-8')}\n{database}\n", encoding="utf-8")
        return site

    return make


def test_the_main_job_is_the_same_on_both(new_site, tmp_path, postgresql: Server):
    one = walk(new_site(""), tmp_path / "keys")
    (tmp_path / "site").rename(tmp_path / "before")
    with postgresql.empty() as url:
        site = new_site(f"database: {json.dumps(url)}")
        other = walk(site, tmp_path / "keys")
        app = App.open(site.folder / "config.yaml")
        assert (app.database.sqlite, migrate.current(app.database)) == (False, migrate.HEAD)
        app.close()
    for what, said in one.items():
        assert plain(other[what]) == plain(said), what
    assert other["send"] == f"{ISSUE} is sent: 2 planned = 2 accepted\n"
    assert not (site.folder / "var/publisher.db").exists()


def plain(said: object) -> str:
    """The words without the moments that depend on how long something took."""
    return re.sub(r"T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "", repr(said))
