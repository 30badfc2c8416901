"""Providers post what became of mails: believed when proved, kept once, answered so that they post again what was not."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from delivery.providers import signed
from delivery.providers.signed import CERTIFICATE, SIGNING_KEY, SUBSCRIBE, TOPIC, basic, event, failed, pem, public
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.testclient import TestClient
from web import sent_site
from web.sent_site import ISSUE, NOW

from publisher import log
from publisher.app import App
from publisher.delivery.bounces.amazon import Amazon
from publisher.delivery.bounces.store import bounce_table
from publisher.errors import FetchError, StoreError
from publisher.http import Answer
from publisher.web import hooks
from publisher.web.errors import handlers
from publisher.web.page import look
from subscribers import store as readers
from subscribers.subscriber import Status

SECRET = "a long secret"
JSON = {"content-type": "application/json"}


class Server:
    """Amazon, as far as we ask it."""

    def __init__(self):
        self.asked = []
        self.broken = False
        self.body = pem(start=NOW - timedelta(days=1), end=NOW + timedelta(days=1))

    def __call__(self, method, url, *, timeout, limit):
        self.asked.append(url)
        if self.broken:
            raise FetchError("no network")
        return Answer(status=200, url=url, headers={}, body=self.body)


@pytest.fixture
def site(sent: Path, tmp_path):
    shutil.copytree(sent.parent, tmp_path / "site")
    config = tmp_path / "site" / "config.yaml"
    config.write_text(
        f"{sent_site.CONFIG}webhooks: {{in: {{ses: {{topic: '{TOPIC}'}}, mailgun: {{secret: '${{MAILGUN}}'}}, "
        "postmark: {secret: '${POSTMARK}'}, sendgrid: {secret: '${SENDGRID}'}}}\n",
        encoding="utf-8",
    )
    environ = {"MAILGUN": SIGNING_KEY, "POSTMARK": SECRET, "SENDGRID": public()}
    app = App.open(config, start=NOW, environ=environ)
    yield app
    app.close()


@pytest.fixture
def amazon():
    return Server()


@pytest.fixture
def client(site, amazon):
    pages = look(site)
    inner = Starlette(
        routes=hooks.routes(pages, Amazon(amazon)),
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=64 * 1024)],
        exception_handlers=handlers(pages),
    )
    visitor = TestClient(inner, follow_redirects=False, raise_server_exceptions=False)
    visitor.headers.clear()
    return visitor


@pytest.fixture
def events(monkeypatch):
    """What the log was told: (name, fields)."""
    told = []
    for name in ("event", "warning"):
        monkeypatch.setattr(log, name, lambda event, **fields: told.append((event, fields)))
    monkeypatch.setattr(
        log, "trouble", lambda event, error, **fields: told.append((event, fields | {"error": str(error)}))
    )
    return told


def status(site, address="li@example.org"):
    with site.database.read() as connection:
        return readers.by_address(connection, address).status


def bounces(site):
    table = bounce_table.c
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(table.source, table.kind, table.issue))]


def stamp():
    return NOW.astimezone(UTC).isoformat()


def ses(**changes):
    return json.dumps(signed.sns(signed.bounce(status="5.1.1"), **({"Timestamp": stamp()} | changes))).encode()


def mailgun(**changes):
    return signed.mailgun(failed(**changes), at=NOW)


def many(*made):
    body = json.dumps(list(made)).encode()
    return body, signed.sendgrid(body, at=NOW)


GONE = event("bounce", type="bounce", reason="550 5.1.1 no such user", bounce_classification="Invalid Address")


def posts():
    """A post of each provider that says that li@example.org does not exist: (path, body, headers)."""
    body, headers = many(GONE)
    return {
        "ses": (ses(), {"content-type": "text/plain; charset=UTF-8"}),
        "mailgun": (mailgun(), JSON),
        "postmark": (json.dumps(signed.postmark(Metadata={})).encode(), JSON | basic("hooks", SECRET)),
        "sendgrid": (body, {"content-type": "application/json;charset=utf-8"} | headers),
    }


PROVIDERS = ("ses", "mailgun", "postmark", "sendgrid")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_bounce_of_each_provider_reaches_the_reader_once(site, client, events, provider):
    body, headers = posts()[provider]
    for path in (f"/webhooks/{provider}", f"/webhooks/{provider}/"):
        answer = client.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    assert status(site) is Status.BOUNCED
    assert [row[:2] for row in bounces(site)] == [(provider, "invalid")]
    taken = [fields for name, fields in events if name == "webhook.taken"]
    assert taken == [{"provider": provider, "events": 1, "ignored": 0, "invalid": 1}] * 2
    assert "li@example.org" not in repr(events)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_post_that_somebody_changed_is_refused(site, client, events, provider):
    body, headers = posts()[provider]
    if provider in {"ses", "sendgrid"}:
        body = body.replace(b"li@example.org", b"tom@example.org")
    elif provider == "mailgun":
        body = body.replace(b'"token": "e', b'"token": "f')
    else:
        headers = JSON | basic("hooks", "another secret")
    answer = client.post(f"/webhooks/{provider}", content=body, headers=headers)
    assert answer.status_code == (401 if provider == "postmark" else 403)
    assert answer.text == "not accepted\n"
    assert ("www-authenticate" in answer.headers) == (provider == "postmark")
    assert status(site) is Status.ACTIVE
    assert bounces(site) == []
    assert events == [("webhook.refused", {"provider": provider, "reason": "forged"})]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_post_without_a_proof_is_refused_alike(site, client, events, provider):
    for body in (b"", b"{}", b"null", b"[]", b'{"signature": {}, "event-data": {}}', b"\xff", b"[" * 50_000):
        answer = client.post(f"/webhooks/{provider}", content=body, headers=JSON)
        assert answer.status_code in {400, 401, 403}
        assert answer.text == "not accepted\n"
    assert {name for name, _ in events} == {"webhook.refused"}
    assert bounces(site) == []


def test_a_proved_post_that_is_no_json_is_not_posted_again_in_vain(client):
    headers = JSON | basic("", SECRET)
    assert client.post("/webhooks/postmark", content=b"hello", headers=headers).status_code == 400


def test_a_browser_cannot_be_made_to_post(client, events):
    headers = {"content-type": "text/plain"} | basic("hooks", SECRET)
    answer = client.post("/webhooks/postmark", content=posts()["postmark"][0], headers=headers)
    assert (answer.status_code, answer.text) == (400, "not accepted\n")
    assert events == [("webhook.refused", {"provider": "postmark", "reason": "unreadable"})]
    for kind in (None, "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"content-type": kind} if kind else {}
        assert client.post("/webhooks/mailgun", content=mailgun(), headers=headers).status_code == 400


def test_a_provider_that_the_config_does_not_name_is_not_found(sent, tmp_path):
    shutil.copytree(sent.parent, tmp_path / "bare")
    app = App.open(tmp_path / "bare" / "config.yaml", start=NOW)
    pages = look(app)
    visitor = TestClient(Starlette(routes=hooks.routes(pages), exception_handlers=handlers(pages)))
    for provider in (*PROVIDERS, "other", "ses%2f"):
        assert visitor.post(f"/webhooks/{provider}", content=ses()).status_code == 404
    app.close()


def test_only_posting_is_allowed(client, amazon):
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        for provider in PROVIDERS:
            assert client.request(method, f"/webhooks/{provider}").status_code == 405
    assert amazon.asked == []


def test_a_large_post_is_read_and_a_larger_one_is_not(site, client):
    padding = [event("delivered", response="x" * 1000) for _ in range(700)]
    body, headers = many(*padding, GONE)
    assert 64 * 1024 < len(body) < hooks.BODY_LIMIT
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 200
    assert status(site) is Status.BOUNCED
    body, headers = many(*padding, *padding)
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 413

    def pieces():
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    assert client.post("/webhooks/sendgrid", content=pieces(), headers=JSON | headers).status_code == 413


def test_many_events_are_recorded_together(site, client, events):
    names = ("li", "mara", "tom")
    made = [GONE | {"email": f"{name}@example.org"} for name in names]
    body, headers = many(*made, *(event("open") for _ in range(250)), event("spamreport", email="gone@example.org"))
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 200
    assert {status(site, f"{name}@example.org") for name in names} == {Status.BOUNCED}
    assert status(site, "gone@example.org") is Status.COMPLAINED
    assert events[-1] == (
        "webhook.taken", {"provider": "sendgrid", "events": 4, "ignored": 250, "invalid": 3, "complaint": 1}
    )  # fmt: skip


def test_what_is_nothing_yet_touches_no_database(site, client, monkeypatch):
    monkeypatch.setattr("publisher.delivery.bounces.record.record_all", None)
    body, headers = many(event("deferred"), event("delivered"))
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 200
    assert client.post("/webhooks/mailgun", content=mailgun(severity="temporary"), headers=JSON).status_code == 200


def test_a_reader_who_left_at_the_provider_has_left(site, client):
    body = signed.mailgun({"event": "unsubscribed", "recipient": "li@example.org"}, at=NOW)
    assert client.post("/webhooks/mailgun", content=body, headers=JSON).status_code == 200
    assert status(site) is Status.UNSUBSCRIBED


def test_a_policy_refusal_is_never_the_readers(site, client):
    body = mailgun(message="5.7.1 blocked using zen.spamhaus.org")
    assert client.post("/webhooks/mailgun", content=body, headers=JSON).status_code == 200
    assert status(site) is Status.ACTIVE
    assert [row[1] for row in bounces(site)] == ["policy"]


def test_a_mail_that_names_itself_is_of_its_issue(site, client):
    file = next((site.config.path.parent / "outbox").glob("li@example.org.*.eml"))
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    ours = next(line.partition(":")[2].strip() for line in lines if line.lower().startswith("message-id:"))
    body, headers = many(GONE | {"smtp-id": ours})
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 200
    assert bounces(site) == [("sendgrid", "invalid", ISSUE)]


def test_an_address_that_is_not_ours_is_nothing(site, client):
    body, headers = many(GONE | {"email": "stranger@example.org"})
    assert client.post("/webhooks/sendgrid", content=body, headers=JSON | headers).status_code == 200
    assert bounces(site) == []


def locked():
    raise StoreError("database is locked")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_cannot_be_kept_now_is_to_be_posted_again(site, client, events, monkeypatch, provider):
    body, headers = posts()[provider]
    with monkeypatch.context() as patch:
        patch.setattr(site.database, "write", locked)
        answer = client.post(f"/webhooks/{provider}", content=body, headers=headers)
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (503, b"", "60")
    assert events == [("webhook.failed", {"provider": provider, "error": "database is locked"})]
    assert client.post(f"/webhooks/{provider}", content=body, headers=headers).status_code == 200
    assert status(site) is Status.BOUNCED


def test_without_its_certificate_a_message_is_to_be_posted_again(site, client, amazon, events):
    amazon.broken = True
    answer = client.post("/webhooks/ses", content=ses())
    assert (answer.status_code, answer.content) == (503, b"")
    assert events == [("webhook.failed", {"provider": "ses", "error": "no network"})]
    amazon.broken = False
    assert client.post("/webhooks/ses", content=ses()).status_code == 200
    assert client.post("/webhooks/ses", content=ses()).status_code == 200
    assert amazon.asked == [CERTIFICATE] * 2


def test_a_subscription_of_our_own_topic_is_confirmed(client, amazon, events):
    body = json.dumps(signed.begin(Timestamp=stamp())).encode()
    assert client.post("/webhooks/ses", content=body).status_code == 200
    assert amazon.asked == [CERTIFICATE, SUBSCRIBE]
    assert events[0] == ("webhook.confirmed", {"provider": "ses"})


def test_a_subscription_of_another_topic_is_not(client, amazon, events):
    for changes in ({"TopicArn": f"{TOPIC}2"}, {"SubscribeURL": SUBSCRIBE.replace(".com", ".com.evil.test")}):
        body = json.dumps(signed.begin(Timestamp=stamp(), **changes)).encode()
        assert client.post("/webhooks/ses", content=body).status_code == 403
    assert [fields["reason"] for _, fields in events] == ["foreign", "forged"]
    assert SUBSCRIBE not in amazon.asked
    assert all("evil" not in url for url in amazon.asked)


def test_the_end_of_a_subscription_is_told_to_the_operator(client, events, amazon):
    body = json.dumps(signed.begin(Type="UnsubscribeConfirmation", Timestamp=stamp())).encode()
    assert client.post("/webhooks/ses", content=body).status_code == 200
    assert events[0] == ("webhook.ended", {"provider": "ses"})
    assert amazon.asked == [CERTIFICATE]
