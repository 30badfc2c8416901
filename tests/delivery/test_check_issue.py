"""``issue check``: the lint and what is outside, and what an approval makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from issues.newsroom import AT, site, write

from publisher.app import App
from publisher.content.article import Severity
from publisher.delivery import check, steer
from publisher.digest.lint import Finding
from publisher.errors import StateError
from publisher.issues import desk
from publisher.issues.compose import Edit
from publisher.issues.issue import Issue, Stream

SMTP = "delivery: {transport: smtp, smtp: {host: relay.example}}\n"


def drafted(app: App, **edit: str) -> Issue:
    write(app, "alpha", head="summary: What happened.")
    issue = desk.draft(app.config, app.database, Stream("weekly", "weekly"), AT, app.clock.now(), wall="", by="li")
    assert isinstance(issue, Issue)
    return desk.edit(app.config, app.database, issue.id, Edit(**edit), now=app.clock.now(), by="li") if edit else issue


def codes(app: App, issue: Issue, **options) -> list[str]:
    return [each.code for each in check.check(app.post, issue.id, AT, **options)]


def test_links_are_read_from_every_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(check, "outside", lambda *_, links, **__: asked.extend(links) or ())
    with site(tmp_path) as app:
        issue = drafted(app, intro="{name|Friend}, [look](https://elsewhere.example/x).")
        assert codes(app, issue, links=True) == []
        assert {"https://elsewhere.example/x", "https://tideline.example/posts/alpha/"} <= set(asked)
        asked.clear()
        assert codes(app, issue) == []
        assert asked == []


def test_an_intro_may_write_about_templates(tmp_path: Path):
    with site(tmp_path) as app:
        issue = drafted(app, intro="How we wrote `{{ name }}` in Jinja.")
        assert set(codes(app, issue)) == {"template-left"}
        approved, _ = steer.approve(app.post, issue.id, now=AT, by="li")
        assert approved.approved_hash


def test_an_issue_that_no_header_can_hold_says_so_and_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("nothing to judge")

    monkeypatch.setattr(check, "outside", asked)
    with site(tmp_path) as app:
        issue = drafted(app)
        letter = app.config.newsletters["weekly"]
        odd = letter.model_copy(update={"reply_to": "desk@a_b.example"})
        broken = App(app.config.model_copy(update={"newsletters": {"weekly": odd}}), app.clock)
        try:
            assert codes(broken, issue) == ["headers"]
            with pytest.raises(StateError, match=r"headers: error: Reply-To"):
                steer.approve(broken.post, issue.id, now=AT, by="li")
        finally:
            broken.close()


def test_what_dns_says_blocks_an_approval_by_hand_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = Finding(Severity.ERROR, "dkim-other", "DNS", "another key is published; publish ours")
    monkeypatch.setattr(check.alignment, "check", lambda *_: (other,))
    with site(tmp_path, others=SMTP) as app:
        issue = drafted(app)
        with pytest.raises(StateError, match="another key is published"):
            steer.approve(app.post, issue.id, now=AT, by="li", ask_dns=True)
        assert steer.approve(app.post, issue.id, now=AT, by="auto")[0].approved_hash
    with site(tmp_path / "folder") as app:
        issue = drafted(app)
        assert steer.approve(app.post, issue.id, now=AT, by="li", ask_dns=True)[0].approved_hash


def test_editions_for_wishes_after_the_approval_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from publisher.delivery import mail
    from publisher.digest import press
    from publisher.digest import store as editions

    with site(tmp_path) as app:
        issue, _ = steer.approve(app.post, drafted(app).id, now=AT, by="li")
        with app.database.write() as connection:
            editions.discard(connection, issue.id)
        fault = Finding(Severity.ERROR, "html-size", "all.en.html: html", "too large; shorten it")
        monkeypatch.setattr(press, "findings", lambda *_: (fault,))
        with pytest.raises(StateError, match="too large"):
            list(mail.planned(app.post, issue, AT, connections=1))


def test_a_reader_whose_address_has_other_letters_is_previewed_as_the_mail_is_sent(tmp_path: Path):
    from publisher.delivery import preview
    from subscribers import store as readers

    with site(tmp_path) as app:
        issue = drafted(app)
        with app.database.write() as connection:
            reader = readers.add(
                connection, address="jörg@example.org", now=AT, how="test", consent_text="yes", confirmed=True, mac=str
            )
        preview.write(app.post, issue.id, tmp_path / "to", address="jörg@example.org", now=AT)
        assert b"jo\xcc\x88rg@" not in (written := (tmp_path / "to" / "message.eml").read_bytes())
        assert "To: jörg@example.org\r\n".encode() in written  # RFC 6532 3.2
        with app.database.write() as connection:  # as no import of ours would write it
            table = readers.subscriber
            connection.execute(table.update().where(table.c.id == reader.id).values(address="jörg x@example.org"))
        with pytest.raises(StateError, match=r"jörg x@example\.org can get no mail"):
            preview.write(app.post, issue.id, tmp_path / "to", address="jörg@example.org", now=AT)
