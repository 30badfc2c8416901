"""What an operator may do with an issue, and what its messages carry."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from fakes import FakeTransport, add_readers, approved, drafted, drive, make_site, opened, sending

from publisher.delivery import ledger, link, mail, preview, steer
from publisher.delivery.delivery import Counts, Leased, Outcome, State
from publisher.delivery.letters import compose
from publisher.delivery.letters.letter import Kind
from publisher.delivery.plan import EMPTY
from publisher.digest import press
from publisher.digest import store as editions
from publisher.errors import NotFoundError, StateError, StoreError
from publisher.issues import desk, store
from publisher.issues.issue import State as IssueState
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.tokens import Purpose, claimed, verify


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Sites to copy, by how many approvals they ask for."""
    made = {}

    def site(approvals):
        if approvals not in made:
            made[approvals] = tmp_path_factory.mktemp("made") / "site"
            made[approvals].mkdir()
            make_site(made[approvals], 3, approvals=approvals)
        return made[approvals]

    return site


@pytest.fixture
def open_site(sites, tmp_path):
    closing = []

    def opening(approvals=1):
        folder = tmp_path / f"site{approvals}"
        if not folder.exists():
            shutil.copytree(sites(approvals), folder)
        context = opened(folder / "config.yaml")
        closing.append(context)
        return context.__enter__()

    yield opening
    for context in closing:
        context.__exit__(None, None, None)


@pytest.fixture
def app(open_site):
    return open_site()


def now(app):
    return app.clock.now()


def issue_of(app, id):
    with app.database.read() as connection:
        return store.get(connection, id)


def change_config(app, old, new):
    file = app.config.path
    file.write_text(file.read_text().replace(old, new))


# ---- approve


def test_approving_keeps_the_editions_and_says_who(app):
    id = drafted(app)
    issue, findings = steer.approve(app.post, id, now=now(app), by="ann")
    assert (issue.state, issue.approvers) == (IssueState.APPROVED, ("ann",))
    assert not [finding for finding in findings if finding.severity == "error"]
    with app.database.read() as connection:
        assert editions.keys(connection, id) == ["all.en.html"]
    assert steer.approve(app.post, id, now=now(app), by="ann") == (issue, ())


def test_approving_what_somebody_did_not_see_is_refused(app):
    id = drafted(app)
    with pytest.raises(StateError, match=rf"issue {id} has changed: its hash is [0-9a-f]{{16}}, not beef"):
        steer.approve(app.post, id, now=now(app), by="ann", hash="beef")
    current = press.content_hash(app.post.press, issue_of(app, id))
    assert steer.approve(app.post, id, now=now(app), by="ann", hash=current)[0].approved_hash == current


def test_two_approvals_are_two_people(open_site):
    app = open_site(2)
    id = approved(app)
    steer.approve(app.post, id, now=now(app), by="editor")
    with pytest.raises(StateError, match=rf"issue {id} has 1 of 2 approvals") as caught:
        steer.queue(app.post, id, now(app))
    assert "--by NAME" in caught.value.hint
    steer.approve(app.post, id, now=now(app), by="second")
    assert steer.queue(app.post, id, now(app)).state is IssueState.QUEUED


def test_an_approval_of_what_it_was_does_not_count_for_what_it_is(open_site):
    app = open_site(2)
    id = approved(app)
    change_config(app, "title: Tideline,", "title: Flotsam,")
    app = open_site(2)
    assert steer.approve(app.post, id, now=now(app), by="second")[0].approvers == ("second",)
    with pytest.raises(StateError, match="1 of 2 approvals"):
        steer.queue(app.post, id, now(app))


def test_an_issue_that_is_over_cannot_be_approved(app):
    id = approved(app)
    steer.queue(app.post, id, now(app))
    with pytest.raises(StateError, match="is queued and cannot be approved"):
        steer.approve(app.post, id, now=now(app), by="late")


# ---- queue


def test_what_is_not_approved_is_not_sent(app):
    id = drafted(app)
    with pytest.raises(StateError, match=rf"issue {id} is draft, not approved") as caught:
        steer.queue(app.post, id, now(app))
    assert caught.value.hint == f"'publisher issue approve {id}' first"


def test_what_was_skipped_is_not_sent(app):
    id = drafted(app)
    desk.skip(app.database, id, "holidays", now=now(app))
    with pytest.raises(StateError, match=rf"issue {id} was skipped: holidays"):
        steer.queue(app.post, id, now(app))


def test_what_changed_since_its_approval_is_not_sent(app, open_site):
    id = approved(app)
    change_config(app, "title: Tideline,", "title: Flotsam,")
    with pytest.raises(StateError, match=rf"issue {id}: {mail.CHANGED}"):
        steer.queue(open_site().post, id, now(app))


def test_what_changed_after_it_was_queued_is_held(app, open_site):
    id = approved(app)
    steer.queue(app.post, id, now(app))
    change_config(app, "title: Tideline,", "title: Flotsam,")
    changed = open_site()
    transport = FakeTransport()
    with sending(changed.post.work(transport, changed.clock.now)) as at_work:
        drive(at_work, lambda: issue_of(app, id).state is IssueState.HELD)
    assert issue_of(app, id).note == mail.CHANGED
    assert transport.handed == []
    steer.approve(changed.post, id, now=now(app), by="ann")
    assert steer.queue(changed.post, id, now(app)).state is IssueState.QUEUED


def test_too_late_is_too_late(app):
    id = approved(app)
    with pytest.raises(StateError, match=rf"the deadline of issue {id} has passed"):
        steer.queue(app.post, id, now(app) + timedelta(days=30))


def test_nobody_to_send_to(app):
    id = approved(app)
    with app.database.write() as connection:
        for reader in (1, 2, 3):
            readers.act(connection, reader, Act.UNSUBSCRIBE, now=now(app), how="link")
    with pytest.raises(StateError, match="nobody is subscribed to weekly/weekly"):
        steer.queue(app.post, id, now(app))


def test_queueing_again_changes_nothing(app):
    id = approved(app)
    first = steer.queue(app.post, id, now(app))
    assert steer.queue(app.post, id, now(app)) == first


@pytest.mark.parametrize("state", [IssueState.APPROVED, IssueState.QUEUED, IssueState.SENDING])
def test_a_newsletter_that_left_the_config_is_told(app, open_site, state):
    id = approved(app)
    with app.database.write() as connection:
        seen = store.get(connection, id)
        store.update(connection, replace(seen, state=state), seen=seen)
    change_config(app, "weekly: {title", "monthly: {title")
    with pytest.raises(NotFoundError, match="no newsletter 'weekly'") as caught:
        steer.queue(open_site().post, id, now(app))
    assert "put it back" in caught.value.hint


# ---- pause, resume, stop, retry


@pytest.fixture
def on_its_way(app):
    id = approved(app)
    steer.queue(app.post, id, now(app))
    at_work = sending(app.post.work(FakeTransport(), app.clock.now))
    with at_work as sender:
        sender.expand(id)
    return id


def test_pause_and_resume(app, on_its_way):
    assert steer.pause(app.database, on_its_way, now(app))[0].state is IssueState.PAUSED
    assert steer.pause(app.database, on_its_way, now(app))[1] == Counts(planned=3, pending=3)
    assert steer.queue(app.post, on_its_way, now(app)).state is IssueState.PAUSED
    assert steer.resume(app.database, on_its_way, now(app))[0].state is IssueState.SENDING


def test_stop_is_for_good(app, on_its_way):
    issue, counts = steer.stop(app.database, on_its_way, now(app))
    assert (issue.state, counts) == (IssueState.STOPPED, Counts(planned=3, skipped=3))
    assert issue.closed is not None
    assert steer.stop(app.database, on_its_way, now(app))[1] == counts
    with pytest.raises(StateError, match="cannot become sending"):
        steer.resume(app.database, on_its_way, now(app))
    with pytest.raises(StateError, match="is stopped"):
        steer.retry(app.database, on_its_way, "failed", now(app))


def test_retry_opens_a_sent_issue_again_for_the_failed_only(app, on_its_way):
    with app.database.write() as connection:
        for outcome in (
            Outcome(state=State.ACCEPTED, code=250),
            Outcome(state=State.FAILED, code=550, reply="no"),
            Outcome(state=State.UNCERTAIN),
        ):
            ledger.settle(connection, ledger.take(connection, on_its_way, 0, -1, now(app)), outcome, now(app))
        seen = store.get(connection, on_its_way)
        store.update(connection, replace(seen, state=IssueState.SENT, closed=now(app)), seen=seen)
    assert steer.retry(app.database, on_its_way, "failed", now(app)) == 1
    assert (issue_of(app, on_its_way).state, issue_of(app, on_its_way).closed) == (IssueState.SENDING, None)
    assert steer.retry(app.database, on_its_way, "failed", now(app)) == 0
    with app.database.read() as connection:
        assert ledger.counts(connection, on_its_way) == Counts(planned=3, accepted=1, pending=1, uncertain=1)


# ---- messages


def leased(id, reader=1, **changes):
    values = {"issue": id, "shard": 0, "subscriber": reader, "address": f"r{reader}@example.org", "name": "Ann", "epoch": 0, "edition": "all.en.html", "attempts": 1}  # fmt: skip
    return Leased(**(values | changes))


def parts(message):
    parsed = message_from_bytes(message.body, policy=policy.default)
    return parsed, parsed.get_body(("html",)).get_content(), parsed.get_body(("plain",)).get_content()


def test_a_message_carries_its_readers_own_links(app):
    id = approved(app)
    parsed, html, text = parts(mail.compose(app.post, leased(id, 2), now(app)))
    assert parsed["To"] == "Ann <r2@example.org>"
    (unsubscribe,) = set(re.findall(r"https://news\.tideline\.example/u/[\w-]{36}", html + text))
    assert parsed["List-Unsubscribe"] == f"<{unsubscribe}>"
    token = unsubscribe.rpartition("/")[2]
    assert claimed(token) == 2
    assert verify(app.keys, Purpose.UNSUB, token, now(app)) == 2
    (view,) = set(re.findall(r"/i/([\w-]{36})", html + text))
    with app.database.read() as connection:
        reader, issue = link.read_view(connection, app.keys, view, now(app))
        assert (reader.id, issue.id) == (2, id)
        assert link.read_view(connection, app.keys, token, now(app)) is None, "a token of one purpose opens no other"
        assert link.read_view(connection, app.keys, "x" * 36, now(app)) is None
        assert link.read_view(connection, app.keys, "short", now(app)) is None


def test_a_view_link_dies_with_the_readers_epoch(app):
    id = approved(app)
    token = link.view(app.config, app.keys, 2, 0, issue_of(app, id).serial).rpartition("/")[2]
    with app.database.write() as connection:
        readers.revoke_links(connection, 2, now=now(app))
    with app.database.read() as connection:
        assert link.read_view(connection, app.keys, token, now(app)) is None


def test_a_view_link_of_an_issue_that_is_not_there(app):
    token = link.view(app.config, app.keys, 2, 0, 77).rpartition("/")[2]
    with app.database.read() as connection:
        assert link.read_view(connection, app.keys, token, now(app)) is None


def test_message_ids_are_steady_and_different(app):
    sender = app.config.newsletters["weekly"].sender
    ids = {mail.message_id(app.keys, issue, reader, sender) for issue in ("a", "b") for reader in (1, 2)}
    assert len(ids) == 4
    assert all(re.fullmatch(r"<[\w-]+@tideline\.example>", id) for id in ids)
    assert mail.message_id(app.keys, "a", 1, sender) in ids


def test_the_same_delivery_is_the_same_message(app):
    id = approved(app)
    one = mail.compose(app.post, leased(id), now(app).replace(microsecond=0))
    app.post.ready.clear()
    two = mail.compose(app.post, leased(id, attempts=2), now(app).replace(microsecond=0))
    assert one.envelope == two.envelope
    assert one.envelope.sender == "news@tideline.example"


def test_an_edition_that_is_not_there_is_told(app):
    id = approved(app)
    with pytest.raises(StateError, match="has no edition nothing"):
        mail.compose(app.post, leased(id, edition="nothing"), now(app))


def test_planning_gives_every_active_reader_a_row_page_by_page(app, monkeypatch):
    monkeypatch.setattr(mail, "PAGE", 2)
    with app.database.write() as connection:
        for number, topic in ((4, "chips"), (5, "sports")):
            readers.add(
                connection, address=f"r{number}@example.org", topics=[topic], now=now(app), how="command",
                consent_text="yes", confirmed=True, mac=str,
            )  # fmt: skip
        readers.act(connection, 3, Act.UNSUBSCRIBE, now=now(app), how="link")
    id = approved(app)
    add_readers(app.database, 1, first=6)
    rows = list(mail.planned(app.post, issue_of(app, id), now(app), connections=1))
    assert [row.subscriber for row in rows] == [1, 2, 4, 5, 6]
    assert [row.edition for row in rows] == ["all.en.html", "all.en.html", "chips.en.html", "", "all.en.html"]
    assert (rows[3].state, rows[3].reply) == (State.SKIPPED, EMPTY)
    with app.database.read() as connection:
        counts = dict(mail.edition_counts(app.config, connection, issue_of(app, id), now(app)))
        assert counts == {"all.en.html": 3, "chips.en.html": 1, "sports.en.html": 1}
        assert editions.keys(connection, id) == ["all.en.html", "chips.en.html"]


def test_a_test_mail_is_marked_and_acts_on_nobody(app):
    id = drafted(app)
    transport = FakeTransport()
    ((address, receipt),) = preview.send_test(app.post, transport, id, ["Me@Example.org"], now(app))
    assert (address, receipt.code, transport.handed) == ("Me@example.org", 250, ["Me@example.org"])
    with app.database.read() as connection:
        edition = editions.load(connection, issue_of(app, id), "all.en.html")
        assert ledger.counts(connection, id).planned == 0
    assert edition is None


def test_a_preview_is_what_is_sent(app, tmp_path):
    id = approved(app)
    at = now(app).replace(microsecond=0)
    made = preview.write(app.post, id, tmp_path / "preview", address="r1@example.org", now=at)
    assert [path.name for path in made] == ["digest.html", "digest.txt", "message.eml"]
    assert made[2].read_bytes() == mail.compose(app.post, leased(id, name="Reader 1"), at).body


def test_a_preview_for_nobody_holds_no_token(app, tmp_path):
    made = preview.write(app.post, drafted(app), tmp_path / "preview", address="", now=now(app))
    assert {path.parent.name for path in made} == {"all.en.html"}
    assert not re.search(rb"/[ui]/[\w-]{36}", b"".join(path.read_bytes() for path in made))


def test_a_preview_that_cannot_be_written_or_has_no_reader(app, tmp_path):
    id = drafted(app)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        preview.write(app.post, id, tmp_path / "file", address="", now=now(app))
    with pytest.raises(NotFoundError, match="no reader"):
        preview.write(app.post, id, tmp_path / "preview", address="who@example.org", now=now(app))


def test_a_confirmation_names_its_reader_alone(app):
    with app.database.write() as connection:
        reader = readers.add(
            connection, address="new@example.org", name="<b>x</b>", now=now(app), how="signup", mac=str
        )
    parsed, html, _ = parts(compose.message(app.post, Kind.CONFIRM, reader, now(app)))
    (token,) = set(re.findall(r"/confirm/([\w-]{36})", html))
    with app.database.read() as connection:
        assert link.read_confirm(connection, app.keys, token, now(app)) == reader
    assert "<b>x</b>" not in html
    assert parsed["To"] == "new@example.org"
    assert "List-Unsubscribe" not in parsed
