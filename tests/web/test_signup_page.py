"""The front page and its form: what it offers, and that its answers tell nobody who is on the list."""

import email
import email.policy
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from lxml import html
from starlette.testclient import TestClient
from web.sent_site import NOW, erase
from web.several_site import SEVERAL, reopened

from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import link, signup
from publisher.web import stamp
from publisher.web.site import application
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import Status

EN = {"accept-language": "en"}
TAKEN = "Look into your mailbox"
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


def filled(site: App, address: str = "ann@example.net", seconds: float = 60, **fields):
    """The form as a person sends it who looked at it for a minute."""
    shown = stamp.new(site.keys, NOW - timedelta(seconds=seconds))
    return {"email": address, "stream": "weekly/weekly", "language": "en", "website": "", "stamp": shown} | fields


def reader(site: App, address: str = "ann@example.net"):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def mails(site: App, address: str = "ann@example.net"):
    return sorted((site.config.path.parent / "outbox").glob(f"{address}.*.eml"))


def worked(site: App) -> int:
    return signup.work(site.post, site.transport, site.clock.now)


def page_of(answer):
    return html.document_fromstring(answer.text)


# ---- what it offers


def test_the_form_asks_for_what_it_needs_and_says_what_it_is(client):
    answer = client.get("/", headers=EN)
    page = page_of(answer)
    assert answer.headers["cache-control"] == "no-store"
    (form,) = page.xpath("//form")
    assert (form.get("method"), form.get("action")) == ("post", "/#newsletters")
    assert form.getparent().get("id") == "newsletters"
    field = page.get_element_by_id("email")
    assert (field.get("type"), field.get("autocomplete"), field.get("inputmode")) == ("email", "email", "email")
    assert {each.get("name") for each in form.xpath(".//input | .//select")} == {
        "email", "topics", "stream", "language", "website", "stamp",
    }  # fmt: skip
    trap = page.get_element_by_id("website")
    assert (trap.get("tabindex"), trap.get("autocomplete")) == ("-1", "off")
    assert trap.getparent().get("aria-hidden") == "true"
    for field in form.xpath(".//input[not(@type='hidden')] | .//select"):
        assert field.xpath("ancestor::label") or page.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
    assert page.xpath("//input[@name='stream' and @checked]/@value") == ["weekly/weekly"]
    assert page.xpath("//option[@selected]/@value") == ["en"]
    assert not page.xpath("//script")
    assert page_of(client.get("/")).xpath("//option[@selected]/@value") == ["zh-CN"]


@pytest.mark.parametrize(
    ("weeks", "told"),
    [(0, "new"), (4, "about 2 articles a month"), (20, "less than one article a month")],
)
def test_topics_tell_how_often_they_bring_something(site, weeks, told):
    with reopened(site, now=NOW + timedelta(weeks=weeks)) as (_, visitor):
        tiles = page_of(visitor.get("/", headers=EN)).xpath("//fieldset[@id='topics']//label//small/text()")
    assert tiles == [told, told]


def test_a_topic_or_newsletter_that_somebody_came_for_is_chosen_already(site):
    with reopened(site, SEVERAL) as (_, visitor):
        page = page_of(visitor.get("/?topic=chips&newsletter=brief", headers=EN))
        assert page.xpath("//input[@name='topics' and @checked]/@value") == ["chips"]
        assert page.xpath("//input[@name='stream' and @checked]/@value") == ["brief/daily"]
        offered = page.xpath("//input[@name='stream']/@value")
        assert offered[0] == "/"
        assert {"brief/daily", "plain/weekly", "weekly/daily"} <= set(offered)
        assert "潮信 <Brief>" in page.text_content()
        for query in (f"?topic={quote('<script>alert(1)</script>')}", "?topic=none&newsletter=none", "?topic="):
            odd = page_of(visitor.get(f"/{query}", headers=EN))
            assert odd.xpath("//input[@name='topics' and @checked]") == []
            assert odd.xpath("//input[@name='stream' and @checked]/@value") == ["/"]


def test_the_pages_of_feeds_lead_to_the_form(site, client):
    for kind, key in (("topics", "chips"), ("newsletters", "weekly")):
        page = html.fromstring((site.config.output / f"feeds/{kind}/{key}/index.html").read_text("utf-8"))
        page.make_links_absolute(f"https://news.tide.example.org/feeds/{kind}/{key}/")
        (link,) = [href for href in page.xpath("//a/@href") if href.endswith("#newsletters")]
        shown = page_of(client.get(link.removeprefix("https://news.tide.example.org")))
        assert shown.get_element_by_id("newsletters").xpath(".//form")
        if kind == "topics":
            assert shown.xpath("//input[@name='topics' and @checked]/@value") == [key]


def test_without_newsletters_there_is_no_form(tmp_path):
    (tmp_path / "config.yaml").write_text('site: {title: Bare, url: "https://bare.example.org"}\n', encoding="utf-8")
    (tmp_path / "content").mkdir()
    app = App.open(tmp_path / "config.yaml")
    try:
        visitor = TestClient(application(app))
        answer = visitor.get("/")
        assert "<form" not in answer.text
        assert "public" in answer.headers["cache-control"]
        refused = visitor.post("/", data={"email": "a@example.org"})
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    finally:
        app.close()


def test_one_rhythm_and_one_language_are_no_question(site):
    one = (
        'schedules: {weekly: "mon 08:00", daily: "07:30", work: {cron: "0 18 * * 1-5"}, monthly: "15 09:00", last: "last fri 10:00", odd: {cron: "*/5 8 * * *"}}',
        'schedules: {weekly: "mon 08:00"}',
    )
    with reopened(site, one, ("\ndelivery:", "\nsubscribers: {languages: [en]}\ndelivery:")) as (app, visitor):
        page = page_of(visitor.get("/", headers=EN))
        assert not page.xpath("//fieldset[@id='stream'] | //select")
        assert "Every Monday at 08:00" in page.get_element_by_id("newsletters").text_content()
        hidden = {each.get("name"): each.get("value") for each in page.xpath("//input[@type='hidden']")}
        assert (hidden["stream"], hidden["language"]) == ("weekly/weekly", "en")
        assert TAKEN in visitor.post("/", data=filled(app) | hidden | {"stamp": filled(app)["stamp"]}, headers=EN).text


def test_a_site_below_a_path_sends_its_form_there(site):
    below = ("https://news.tide.example.org", "https://tide.example.org/news")
    with reopened(site, below) as (_, visitor):
        assert page_of(visitor.get("/")).xpath("//form/@action") == ["/news/#newsletters"]


# ---- what it does


def test_a_form_is_taken_and_answered_by_a_letter_that_holds_nothing_typed(site, client):
    consent = page_of(client.get("/", headers=EN)).get_element_by_id("consent").text_content()
    answer = client.post("/", data=filled(site, topics=["chips"], language="zh-CN"), headers=EN)
    assert answer.status_code == 200
    assert TAKEN in answer.text
    assert (answer.headers["cache-control"], "set-cookie" in answer.headers) == ("no-store", False)
    assert reader(site) is None, "nothing is looked up or written of a reader in the request"
    assert worked(site) == 1
    new = reader(site)
    assert (new.status, new.topics, new.newsletter, new.schedule) == (Status.PENDING, ("chips",), "weekly", "weekly")
    assert (new.language, new.consent_text, new.consent_ip) == ("zh-CN", consent, "testclient")
    (letter,) = mails(site)
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2
    assert all("/confirm/" in part and "chips" not in part.lower() for part in parts)
    assert not any("chips" in value.lower() for value in message.values())


def test_a_confirmed_sign_up_leads_to_the_readers_own_pages(site, client):
    client.post("/", data=filled(site), headers=EN)
    worked(site)
    path = re.search(r"/confirm/[\w-]{36}", body_of(mails(site)[0]))[0]
    assert reader(site).status is Status.PENDING
    done = page_of(client.post(path, headers=EN))
    assert reader(site).status is Status.ACTIVE
    (mine,) = done.xpath("//main//a[starts-with(@href, '/p/')]/@href")
    assert client.get(mine).status_code == 200
    assert done.xpath("//main//a[contains(@href, '/f/')]")
    assert "/archive/" in done.xpath("//main//a/@href")
    used = client.get(path, headers=EN)
    assert (used.status_code, "You are subscribed already" in used.text) == (200, True)
    assert not page_of(used).xpath("//main//a[starts-with(@href, '/p/')] | //form")


def test_known_and_unknown_addresses_get_the_same_bytes(site, client):
    with site.database.write() as connection:
        for address, acts in (("tom", [Act.UNSUBSCRIBE]), ("gone", [Act.COMPLAIN])):
            one = readers.by_address(connection, f"{address}@example.org")
            for act in acts:
                readers.act(connection, one.id, act, now=NOW, how="test")
    erase(site, "mara@example.org")
    known = ["li", "new", "tom", "gone", "mara", "never-seen", "LI", "never.seen+else"]
    answers = [client.post("/", data=filled(site, f"{each}@example.org"), headers=EN) for each in known]
    assert len({(answer.status_code, answer.content, str(answer.headers)) for answer in answers}) == 1
    assert "example.org" not in re.sub(r"https://(news\.)?tide\.example\.org", "", answers[0].text)
    assert TAKEN in answers[0].text


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(site, client):
    wrong = filled(site, '"><script>alert(1)</script>@x', topics=["chips", "secret"], stream="weekly/hourly", language="xx")  # fmt: skip
    answer = client.post("/", data=wrong, headers=EN)
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.xpath("//title/text()")[0].startswith("Look again: ")
    assert page.xpath("//*[@role='alert']//a/@href") == ["#email", "#topics", "#stream", "#language"]
    for field in page.xpath("//*[@aria-invalid='true']"):
        described = [page.get_element_by_id(id).text_content() for id in field.get("aria-describedby").split()]
        assert any("no e-mail address" in text or "not offered any more" in text for text in described)
    assert len(page.xpath("//*[@aria-invalid='true']")) == 4
    assert page.get_element_by_id("email").get("value") == '"><script>alert(1)</script>@x'
    assert page.xpath("//input[@name='topics' and @checked]/@value") == ["chips"]
    assert not page.xpath("//script")
    assert not any(word in answer.text for word in ("secret", "hourly"))
    assert worked(site) == 0


@pytest.mark.parametrize(
    "address",
    ["", " ", "ann", "ann@", "@example.org", "ann@example", "ann@localhost", "a b@example.org", "ann＠example.org", "ann@example.org\nbcc: x@example.org", "Ann <ann@example.org>", "a@example.org,b@example.org", "ann@[192.0.2.1]", "x" * 400 + "@example.org", "\0@example.org", "=cmd|'/c calc'!A1", "ann@example..org"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_told(site, client, address):
    answer = client.post("/", data=filled(site, address), headers=EN)
    assert (answer.status_code, "This is no e-mail address" in answer.text) == (422, True)
    assert worked(site) == 0


@pytest.mark.parametrize("field", ["email", "stream", "language", "stamp", "website", "topics"])
def test_markup_in_any_field_is_text(site, client, field):
    hostile = "\"'><img src=x onerror=alert(1)>{{7*7}}"
    answer = client.post("/", data=filled(site) | {field: hostile}, headers=EN)
    page = page_of(answer)
    assert not page.xpath("//*[@onerror] | //img[@src='x']")
    assert answer.status_code == 200 or page.get_element_by_id("email").get("value") in {hostile, "ann@example.net"}
    assert worked(site) == 0


# ---- what looks like a machine


def test_a_form_sent_at_once_is_shown_again_and_taken_a_moment_later(site, client):
    """A browser that fills in the address is as quick as a program: nobody may wait for a mail that never comes."""
    fields = filled(site, seconds=1, topics=["chips"])
    again = client.post("/", data=fields, headers=EN)
    assert again.status_code == 422
    assert "quicker than people usually are" in again.text
    assert worked(site) == 0
    page = html.fromstring(again.text)
    kept = page.xpath("//input[@name='stamp']/@value")[0]
    assert kept == fields["stamp"]  # the wait goes on, it does not begin anew
    site.clock._start += timedelta(seconds=3)
    assert client.post("/", data=fields | {"stamp": kept}, headers=EN).status_code == 200
    assert worked(site) == 1


def test_a_machine_is_told_what_everybody_is_told(site, client):
    person = client.post("/", data=filled(site, "bob@example.net"), headers=EN)
    assert worked(site) == 1
    machine = client.post("/", data=filled(site, website="https://spam.example"), headers=EN)
    assert (machine.status_code, machine.content) == (200, person.content)
    assert worked(site) == 0
    assert reader(site) is None


@pytest.mark.parametrize("old", ["", "x", "A" * 36, None])
def test_a_form_that_was_open_too_long_is_shown_again_as_it_was_filled_in(site, client, old):
    fields = filled(site, seconds=25 * 3600, topics=["chips"], stream="weekly/daily")
    if old is not None:
        fields |= {"stamp": old}
    answer = client.post("/", data=fields, headers=EN)
    assert (answer.status_code, "open for too long" in answer.text) == (422, True)
    page = page_of(answer)
    assert page.get_element_by_id("email").get("value") == "ann@example.net"
    assert page.xpath("//input[@name='stream' and @checked]/@value") == ["weekly/daily"]
    (fresh,) = page.xpath("//input[@name='stamp']/@value")
    assert fresh != fields["stamp"]
    assert worked(site) == 0


def test_a_network_that_asks_too_often_is_asked_to_wait_whoever_it_asks_for(site):
    few = ("\ndelivery:", "\nsubscribers: {signup: {network: 2}}\ndelivery:")
    with reopened(site, few) as (app, visitor):
        for number in range(2):
            assert visitor.post("/", data=filled(app, f"n{number}@example.net")).status_code == 200
        busy = [visitor.post("/", data=filled(app, address), headers=EN) for address in ("li@example.org", "x@example.net")]  # fmt: skip
        assert {answer.status_code for answer in busy} == {429}
        assert len({answer.content for answer in busy}) == 1
        assert "Not so fast" in busy[0].text
        assert worked(app) == 2


def test_a_form_that_closed_itself_says_so_and_the_feeds_stay_open(site):
    few = ("\ndelivery:", "\nsubscribers: {signup: {site: 1}}\ndelivery:")
    with reopened(site, few) as (app, visitor):
        assert visitor.post("/", data=filled(app)).status_code == 200
        closed = visitor.post("/", data=filled(app, "bob@example.net"), headers=EN)
        assert (closed.status_code, "closed for now" in closed.text) == (503, True)
        page = page_of(visitor.get("/", headers=EN))
        assert "closed for now" in page.get_element_by_id("newsletters").text_content()
        assert not page.xpath("//form")
        assert "/feeds/" in page.xpath("//*[@id='newsletters']//a/@href")


def test_a_form_that_asks_for_work_has_one_script_of_ours(site):
    asks = ("\ndelivery:", "\nsubscribers: {signup: {proof_of_work: 6}}\ndelivery:")
    with reopened(site, asks) as (app, visitor):
        answer = visitor.get("/", headers=EN)
        page = page_of(answer)
        (script,) = page.xpath("//script/@src")
        assert re.fullmatch(r"/static/work\.[0-9a-f]{12}\.js", script)
        assert page.xpath("//form/@data-work") == ["6"]
        assert "needs JavaScript" in page.xpath("//noscript")[0].text_content()
        assert answer.headers["content-security-policy"].endswith("; script-src 'self'")
        served = visitor.get(script)
        assert served.headers["content-type"].startswith("text/javascript")
        assert "immutable" in served.headers["cache-control"]
        assert "script-src" not in visitor.get("/archive/").headers["content-security-policy"]
        lazy = visitor.post("/", data=filled(app), headers=EN)
        assert (lazy.status_code, "small piece of work" in lazy.text) == (422, True)
        assert page_of(lazy).xpath("//script/@src") == [script]
        form = filled(app)
        found = next(str(number) for number in range(10_000) if stamp.proves(form["stamp"], str(number), 6))
        assert TAKEN in visitor.post("/", data=form | {"work": found}, headers=EN).text
        twice = visitor.post("/", data=form | {"work": found}, headers=EN)
        assert (twice.status_code, "open for too long" in twice.text) == (422, True)
        assert worked(app) == 1


# ---- what no browser sends


def test_what_no_browser_sends_is_no_form(site, client):
    good = filled(site)
    body = "&".join(f"{name}={quote(value)}" for name, value in good.items())
    for double in ("email=b%40example.org", "stamp=x", "website=", "stream=weekly%2Fdaily"):
        assert client.post("/", content=f"{body}&{double}", headers=URLENCODED).status_code == 400, double
    many = "&".join(["topics=chips"] * 1001)
    assert client.post("/", content=f"{body}&{many}", headers=URLENCODED).status_code == 400
    for kind, content in (("application/json", "{}"), ("text/plain", body), ("", body)):
        assert client.post("/", content=content, headers={"content-type": kind}).status_code == 415
    assert client.post("/", files={"email": (None, "a@example.org")}).status_code == 415
    assert client.post("/", content=f"email={'x' * 70_000}", headers=URLENCODED).status_code == 413
    assert worked(site) == 0


def test_looking_sends_nothing(site, client, capsys):
    for query in ("/", "/?email=zoe@example.net&stream=weekly/weekly", "/?topic=chips"):
        for method in ("GET", "HEAD"):
            assert client.request(method, query).status_code == 200
    assert client.head("/").text == ""
    for method in ("PUT", "DELETE", "PATCH"):
        refused = client.request(method, "/", content="email=zoe%40example.net")
        assert (refused.status_code, "POST" in refused.headers["allow"]) == (405, True)
    assert worked(site) == 0
    assert "zoe@" not in exported(site, capsys)


def test_a_scanner_that_opens_every_link_of_every_letter_changes_nothing(site, client, capsys):
    for address in ("ann@example.net", "tom@example.org"):
        client.post("/", data=filled(site, address))
    tom = reader(site, "tom@example.org")
    client.post(link.preferences_path(site.keys, tom.id, tom.epoch), data={"act": "data"})
    worked(site)
    text = "".join(
        body_of(letter) for address in ("ann@example.net", "tom@example.org") for letter in mails(site, address)
    )
    paths = set(re.findall(r"https://news\.tide\.example\.org(/\w[\w/.-]*)", text))
    assert {path.split("/")[1] for path in paths} >= {"confirm", "p", "d", "u"}
    before = exported(site, capsys)
    for path in paths:
        for method in ("GET", "HEAD"):
            assert client.request(method, path, headers={"purpose": "prefetch"}).status_code == 200, path
    worked(site)
    assert exported(site, capsys) == before


def exported(site: App, capsys) -> str:
    capsys.readouterr()
    assert run(["-c", str(site.config.path), "--json", "subscribers", "export"]) == 0
    return capsys.readouterr().out


def body_of(file) -> str:
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return letter.get_body(("plain",)).get_content()
