"""A database of the first main job that landed, as its own program left it: nothing of it is lost by any upgrade.

``first_landed.sql`` is its dump, ``first_landed.json`` what its program said of it, the links of its mails and its files.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from journeys.walk import Site
from starlette.testclient import TestClient

from publisher.app import App
from publisher.db import migrate
from publisher.digest import store as editions
from publisher.digest.segments import escaped
from publisher.issues import store as issues
from publisher.web.site import application
from subscribers import store
from subscribers.tokens import mac

HERE = Path(__file__).parent
SAID = json.loads((HERE / "first_landed.json").read_text(encoding="utf-8"))
KEY = "f0" * 32
"""What that site signed its links with."""
WEN = "Wen.Qiao@example.org"
MINE = {"address": "a&b@example.org", "unsubscribe": "https://n.example/u/1", "view": "https://n.example/i/2"}
MARKS = {
    "xq7emailxq7": "address",
    "https://xq7unsubxq7.invalid/": "unsubscribe",
    "https://xq7viewxq7.invalid/": "view",
}


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    """The site as it was left, with its database as it was then."""
    made = Site(tmp_path / "site", capsys, SAID["now"])
    for path, text in SAID["files"].items():
        made.write(path, text)
    (made.folder / "static").mkdir()
    made.write("var/keys", f"{KEY}\n").chmod(0o600)
    with closing(sqlite3.connect(made.folder / "var/publisher.db")) as database:
        database.executescript((HERE / "first_landed.sql").read_text(encoding="utf-8"))
    return made


@pytest.fixture
def app(site: Site):
    """The site opened by the program of now, which upgrades it."""
    opened = App.open(site.folder / "config.yaml", start=datetime.fromisoformat(SAID["now"]))
    assert migrate.current(opened.database) == migrate.HEAD
    yield opened
    opened.close()


@pytest.fixture
def visitor(app: App) -> TestClient:
    made = TestClient(application(app), follow_redirects=False, raise_server_exceptions=False)
    made.headers.clear()
    return made


def rows(site: Site, query: str) -> list[tuple]:
    with closing(sqlite3.connect(site.folder / "var/publisher.db")) as database:
        return database.execute(query).fetchall()


def kept(old: object, new: object) -> object:
    """What is said now, without the names that were not said then."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {name: kept(value, new[name]) for name, value in old.items() if name in new}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [kept(one, other) for one, other in zip(old, new, strict=True)]
    return new


def test_it_is_a_database_of_the_first_release(site: Site):
    assert rows(site, "SELECT version_num FROM alembic_version") == [("0001",)]
    statuses = {status for (status,) in rows(site, "SELECT status FROM subscriber")}
    assert statuses == {"active", "pending", "paused", "unsubscribed", "bounced", "complained"}
    assert {state for (state,) in rows(site, "SELECT state FROM delivery")} == {
        "accepted", "failed", "skipped", "uncertain",
    }  # fmt: skip
    assert {state for (state,) in rows(site, "SELECT state FROM issue")} == {"sent", "stopped", "held"}
    assert len(rows(site, "SELECT hash FROM suppression")) == 2


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("readers", ["subscribers", "export"]),
        ("stats", ["subscribers", "stats"]),
        ("issues", ["issue", "list"]),
    ],
)
def test_the_program_says_of_all_what_it_said(site: Site, what: str, words: list[str]):
    assert kept(SAID[what], site.json(*words)) == SAID[what]


def test_it_says_the_same_of_every_issue(site: Site):
    for what, word in (("shown", "show"), ("reports", "report")):
        for issue, whole in SAID[what].items():
            said = {name: value for name, value in whole.items() if name != "hash"}  # of what would be approved today
            assert kept(said, site.json("issue", word, issue)) == said, (word, issue)


def test_it_says_the_same_of_every_reader_with_all_their_history_and_mails(site: Site):
    assert len(SAID["reader"]) == len(SAID["readers"]) == 16
    for address, said in SAID["reader"].items():
        assert kept(said, site.json("subscribers", "show", address)) == said, address


def test_the_articles_keep_their_ids_and_their_dates(site: Site):
    site.run("build")
    assert kept(SAID["articles"], site.json("articles")) == SAID["articles"]


def test_who_was_erased_is_not_brought_back(app: App, site: Site):
    (site.folder / "back.csv").write_text(
        "email,status,consent_at,consent_text\n"
        + "".join(f"{name}@example.com,active,2025-01-01,Yes\n" for name in ("erased", "erased.complained"))
        + "complained@example.com,active,2025-01-01,Yes\n",
        encoding="utf-8",
    )
    site.run("subscribers", "import", "back.csv", "--apply", code=None)
    with app.database.read() as connection:
        found = [store.by_address(connection, f"{name}@example.com") for name in ("erased", "erased.complained")]
        complained = store.by_address(connection, "complained@example.com")
        hashes = set(connection.scalars(store.suppression.select().with_only_columns(store.suppression.c.hash)))
    assert [reader.status for reader in found if reader] == []
    assert complained and complained.status == "complained"
    assert hashes == {mac(app.keys, f"{name}@example.com") for name in ("erased", "erased.complained")}


def test_kept_editions_are_word_for_word_what_they_were(app: App, site: Site):
    before = dict[tuple[str, str], tuple[str, str]]()
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript((HERE / "first_landed.sql").read_text(encoding="utf-8"))
        for issue, key, html, text in old.execute("SELECT issue, key, html, text FROM edition"):
            before[issue, key] = html, text
    with app.database.read() as connection:
        for (name, key), (html, text) in before.items():
            edition = editions.load(connection, issues.get(connection, name), key)
            assert edition.text().fill(MINE) == filled(text), (name, key)
            assert edition.html().fill(MINE, escaped) == filled(html, escaped), (name, key)
    assert len(before) >= 6


def filled(text: str, form: Callable[[str], str] = str) -> str:
    for mark, slot in MARKS.items():
        text = text.replace(mark, form(MINE[slot]))
    return text


def paths(kind: str, address: str = WEN) -> list[str]:
    found = {urlsplit(link).path for links in SAID["links"][address].values() for link in links}
    return sorted(path for path in found if path.startswith(f"/{kind}/"))


def test_the_readers_own_pages_of_old_mails_are_shown(visitor: TestClient):
    assert len(paths("i")) == 2
    stories = [
        story["title"] for each in SAID["shown"].values() if each["state"] != "held" for story in each["stories"]
    ]
    pages = [visitor.get(path) for path in paths("i")]
    assert [page.status_code for page in pages] == [200, 200]
    shown = "".join(page.text for page in pages)
    assert [title for title in stories if escaped(title) not in shown] == []


def test_the_archive_shows_every_issue_that_went_out(visitor: TestClient):
    for issue, said in SAID["shown"].items():
        answer = visitor.get(f"/archive/{issue}")
        if said["state"] == "held":
            assert answer.status_code == 404
            continue
        assert answer.status_code == 200
        assert [story["title"] for story in said["stories"] if escaped(story["title"]) not in answer.text] == []
    assert [issue for issue in SAID["reports"] if issue not in visitor.get("/archive/").text] == []


def test_the_links_of_old_mails_that_leave_still_do(app: App, visitor: TestClient):
    (path,) = paths("u")
    assert visitor.get(path).status_code == 200
    with app.database.read() as connection:
        assert store.by_address(connection, WEN).status == "active", "looking changes nothing"
    posted = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
    assert posted.status_code == 200
    with app.database.read() as connection:
        left = store.by_address(connection, WEN)
        assert left.status == "unsubscribed"
        assert [event.act for event in store.history(connection, left.id)] == ["import_active", "unsubscribe"]


def test_links_that_were_revoked_stay_dead(visitor: TestClient):
    (view,) = paths("i", "hanna@example.org")
    (leave,) = paths("u", "hanna@example.org")
    assert (visitor.get(view).status_code, visitor.get(leave).status_code) == (404, 200)


def test_the_open_issue_can_be_approved_and_sent(site: Site):
    site.run("build")
    site.run("issue", "approve", "weekly-2025-06-30", "--by", "Ann")
    done = site.json("issue", "send", "weekly-2025-06-30")
    assert (done["state"], done["accepted"] + done["skipped"]) == ("sent", done["planned"])
    assert done["accepted"] > 0
