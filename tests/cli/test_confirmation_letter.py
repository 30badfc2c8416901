"""`subscribers add` sends its letter by the same queue as the form does."""

from __future__ import annotations

import pytest
from fakes import NOW, make_site, opened

from publisher.cli.main import run
from publisher.delivery.letters import postman, store
from publisher.delivery.letters.letter import Kind
from publisher.delivery.letters.store import letter_table
from subscribers import store as readers
from subscribers.consent import Act


@pytest.fixture
def site(tmp_path):
    return make_site(tmp_path)


def add(site, *words):
    return run(["-c", str(site), "--now", NOW, "subscribers", "add", "li@example.net", *words])


def waiting(site):
    with opened(site) as app, app.database.read() as connection:
        return [(row.kind, row.tries) for row in connection.execute(letter_table.select())]


def test_the_letter_is_sent_and_gone(site, capsys):
    assert add(site) == 0
    assert "a confirmation mail went to li@example.net" in capsys.readouterr().out
    assert len(list((site.parent / "outbox").glob("li@*.eml"))) == 1
    assert waiting(site) == []


def test_who_is_active_at_once_gets_none(site):
    assert add(site, "--confirmed", "--consent-text", "yes") == 0
    assert not (site.parent / "outbox").exists()
    assert waiting(site) == []


def test_a_folder_that_cannot_be_made_leaves_the_letter_to_the_next_run(site, capsys):
    (site.parent / "outbox").write_text("in the way")
    assert add(site) != 0
    assert "is pending, but its confirmation mail could not leave" in capsys.readouterr().err
    assert waiting(site) == [("confirm", 0)]
    (site.parent / "outbox").unlink()
    assert add(site) == 0
    assert waiting(site) == []


def test_a_letter_that_another_process_sends_is_not_sent_twice(site, capsys):
    with opened(site) as app:
        now = app.clock.now()
        with app.database.write() as connection:
            reader = readers.add(connection, address="li@example.net", now=now, how="signup", mac=str)
            store.queue(connection, Kind.CONFIRM, reader.id, now)
            store.lease(connection, now)
    assert add(site) != 0
    assert "another process sends them a confirmation mail now" in capsys.readouterr().err
    assert not (site.parent / "outbox").exists()


def test_who_confirms_while_the_command_runs_gets_none(site, capsys, monkeypatch):
    real = postman.send_own

    def meanwhile(post, transport, letter, now):
        with post.database.write() as connection:
            readers.act(connection, letter.reader, Act.CONFIRM, now=now, how="link")
        return real(post, transport, letter, now)

    monkeypatch.setattr(postman, "send_own", meanwhile)
    assert add(site) == 0
    assert "a confirmation mail went" not in capsys.readouterr().out
