"""Editions that were kept before they were joined of pieces: their pages and mails stay what they were."""

import json

import pytest
import sqlalchemy as sa
from builders import AT, make_story

from publisher.db import migrate
from publisher.db.engine import Database
from publisher.digest import store as editions
from publisher.digest.segments import escaped
from publisher.issues import store
from publisher.issues.store import story_json

PAGE = (
    '<html><body><!--mail--><p>To xq7emailxq7</p><!--/mail--><a href="https://tideline.example/a/">A &amp; B</a>'
    '<!--personal--><a href="https://xq7unsubxq7.invalid/">leave</a><!--/personal--><!--page-->page<!--/page--></body></html>'
)
TEXT = "A & B\nto xq7emailxq7: https://xq7viewxq7.invalid/\n"
MINE = {"address": "a&b@example.org", "unsubscribe": "https://n.example/u/1", "view": "https://n.example/i/2"}


@pytest.fixture
def old(tmp_path):
    """A database of the release before, with an issue that was sent."""
    from alembic import command
    from alembic.config import Config

    opened = Database(f"sqlite:///{tmp_path / 'old.db'}", durable=False)
    story = make_story("a")
    with opened.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", migrate.MIGRATIONS.as_posix())
        command.upgrade(config, "0003")
        columns = sa.inspect(connection).get_columns("issue")
        issue = {column["name"]: _blank(column) for column in columns} | {
            "id": "weekly-2025-06-30", "newsletter": "weekly", "schedule": "weekly", "state": "sent",
            "left_out": "[]", "pinned": "[]", "excluded": "[]", "approvers": "[]",
        }  # fmt: skip
        _insert(connection, "issue", issue)
        frozen = {
            "issue": issue["id"],
            "position": 0,
            "guid": story.guid,
            "path": story.path,
            "title": story.title,
            "frozen": story_json(story),
        }
        _insert(connection, "issue_story", frozen)
        for key in ("all.en.html", "chips.en.html"):
            edition = {
                "issue": issue["id"], "key": key, "topics": "[]", "language": "en", "format": "html", "lang": "en", "subject": "S", "preheader": "P",
                "html": PAGE, "page": PAGE, "text": TEXT, "stories": json.dumps([story_json(story)]),
            }  # fmt: skip
            _insert(connection, "edition", edition)
    yield opened
    opened.close()


def _blank(column):
    if column["nullable"]:
        return None
    return (
        int(AT.timestamp() * 1_000_000)
        if isinstance(column["type"], sa.BigInteger)
        else 1
        if isinstance(column["type"], sa.Integer)
        else ""
    )


def _insert(connection, table, values):
    names = ", ".join(values)
    connection.execute(
        sa.text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
    )


def test_kept_editions_say_what_they_said(old):
    assert migrate.upgrade(old)
    with old.read() as connection:
        assert editions.keys(connection, "weekly-2025-06-30") == ["all.en.html", "chips.en.html"]
        edition = editions.load(connection, store.get(connection, "weekly-2025-06-30"), "all.en.html")
        sheets = connection.execute(sa.text("SELECT count(*) FROM sheet")).scalar_one()
        assert editions.guids(connection, "weekly-2025-06-30")["all.en.html"] == {make_story("a").guid}
    assert sheets == 1, "two editions of the same words are one sheet"
    assert (edition.subject, edition.preheader) == ("S", "P")
    assert [story.guid for story in edition.stories] == [make_story("a").guid]
    assert edition.text().fill(MINE) == "A & B\nto a&b@example.org: https://n.example/i/2\n"
    assert edition.html().fill(MINE, escaped) == (
        '<html><body><p>To a&amp;b@example.org</p><a href="https://tideline.example/a/">A &amp; B</a>'
        '<a href="https://n.example/u/1">leave</a></body></html>'
    )
    assert edition.page().slots == ("address", "unsubscribe")
