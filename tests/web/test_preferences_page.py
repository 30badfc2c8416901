"""The page behind the link "preferences": what it shows, what its form does, and what nobody can make it do."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from lxml import html
from web import sent_site
from web.sent_site import NOW, erase, token
from web.several_site import SEVERAL, reopened

from publisher.app import App
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import Format, Status
from subscribers.tokens import Purpose, sign

EN = {"accept-language": "en"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SAME = {"act": "save", "topics": "", "stream": "weekly/weekly", "language": "zh-CN", "timezone": "", "format": "html", "name": "李明"}  # fmt: skip


@pytest.fixture
def li(site):
    """The path of 李明's page. He has chosen no language: the page speaks the visitor's."""
    with site.database.write() as connection:
        readers.set_preferences(connection, reader(site).id, language="", now=NOW, how="test")
    return path(site, "li@example.org")


def reader(site: App, address: str = "li@example.org"):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def path(site: App, address: str, epoch: int = 0) -> str:
    return f"/p/{sign(site.keys, Purpose.PREFS, reader(site, address).id, None, epoch)}"


def events(site: App, address: str = "li@example.org"):
    with site.database.read() as connection:
        return readers.history(connection, readers.by_address(connection, address).id)


def act(site: App, address: str, what: Act) -> None:
    with site.database.write() as connection:
        readers.act(connection, readers.by_address(connection, address).id, what, now=NOW, how="test")


def shown(answer):
    """The page, and its first form's values, ticked ones only."""
    page = html.document_fromstring(answer.text)
    found = {box.get("name"): [] for box in page.xpath("(//form)[1]//input[@type='checkbox' or @type='radio']")}
    for box in page.xpath("(//form)[1]//input[@checked]"):
        found[box.get("name")].append(box.get("value"))
    for select in page.xpath("//select"):
        found[select.get("name")] = select.xpath("option[@selected]/@value")
    return page, found | {"name": page.xpath("//input[@name='name']/@value")}


def test_the_page_shows_what_is_stored(site, client):
    answer = client.get(path(site, "mara@example.org"), headers=EN)
    assert answer.status_code == 200
    page, form = shown(answer)
    assert form == {"topics": ["energy"], "stream": ["weekly/weekly"], "format": ["html"], "language": ["en"], "timezone": [""], "name": ["Mara Lind"]}  # fmt: skip
    assert [label.text_content().strip() for label in page.xpath("//fieldset[@id='topics']//label")] == [
        "能源 & Grid",
        "Chips",
    ]
    assert "Every Monday at 08:00" in answer.text
    assert page.xpath("//select[@id='language']/option/text()") == ["English", "简体中文"]
    assert "As the site: Shanghai" in answer.text
    assert "UTC+8 · Shanghai" in answer.text
    assert page.xpath("//p[contains(@class, 'kicker')]/text()") == ["潮信周报"]


def test_the_page_speaks_the_readers_language_else_the_visitors(site, client, li):
    chinese = {"accept-language": "zh-CN"}
    assert "Your preferences" in client.get(path(site, "mara@example.org"), headers=chinese).text
    assert "Your preferences" in client.get(li, headers=EN).text
    zh = client.get(li, headers=chinese).text
    assert "偏好设置" in zh
    assert "UTC+5:45 · 加德满都" in zh
    with site.database.write() as connection:
        readers.set_preferences(connection, reader(site).id, language="tlh", now=NOW, how="test")
    assert "Your preferences" in client.get(li, headers=EN).text, "we do not speak Klingon"


def test_a_form_is_saved_and_told(site, client, li):
    changed = SAME | {"topics": ["", "chips"], "stream": "weekly/daily", "language": "en", "timezone": "Europe/Berlin", "format": "text", "name": " 李  明 "}  # fmt: skip
    answer = client.post(li, data=changed, headers=EN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{li}?done=saved")
    now = reader(site)
    assert (now.topics, now.newsletter, now.schedule, now.language) == (("chips",), "weekly", "daily", "en")
    assert (now.timezone, now.format, now.name) == ("Europe/Berlin", Format.TEXT, "李 明")
    last = events(site)[-1]
    assert (last.act, last.how, last.ip) == (Act.PREFER, "preferences", "testclient")
    assert "topics: all → chips" in last.text
    page = client.get(answer.headers["location"], headers=EN)
    assert "Saved. It counts from the next issue on." in html.document_fromstring(page.text).text_content()
    assert shown(page)[1]["topics"] == ["chips"]


def test_saving_what_is_shown_leaves_no_trace(site, client, li):
    before, count = reader(site), len(events(site))
    for address in ("li@example.org", "mara@example.org", "new@example.org"):
        page, form = shown(client.get(path(site, address)))
        assert page.xpath("//form//button[@value='save']")
        data = form | {"act": "save", "topics": ["", *form["topics"]]}
        assert client.post(path(site, address), data=data).status_code == 303
    assert reader(site) == before
    assert len(events(site)) == count
    assert not any(event.act is Act.PREFER for event in events(site, "mara@example.org"))


def test_no_tick_is_everything(site, client):
    mara = path(site, "mara@example.org")
    assert "You get only the topics with a tick" in client.get(mara, headers=EN).text
    client.post(mara, data={"act": "save", "topics": ""})
    assert reader(site, "mara@example.org").topics == ()
    assert "You get everything" in client.get(mara, headers=EN).text


def test_a_topic_that_ended_is_kept_until_it_is_unticked(site, client, li):
    with site.database.write() as connection:
        readers.set_preferences(connection, reader(site).id, topics=["old", "chips"], now=NOW, how="test")
    page, form = shown(client.get(li, headers=EN))
    assert form["topics"] == ["chips", "old"]
    assert "(no longer offered)" in page.text_content()
    client.post(li, data=SAME | {"topics": ["", "chips", "old"], "name": "Li"})
    assert (reader(site).topics, reader(site).name) == (("chips", "old"), "Li")
    client.post(li, data=SAME | {"topics": ["", "chips"]})
    assert reader(site).topics == ("chips",)
    assert "old" not in shown(client.get(li))[1]["topics"]


def test_a_rhythm_that_ended_is_told_and_has_to_be_chosen(site, client, li):
    with site.database.write() as connection:
        readers.set_preferences(connection, reader(site).id, schedule="hourly", now=NOW, how="test")
    answer = client.get(li, headers=EN)
    assert shown(answer)[1]["stream"] == []
    assert "nothing comes to you" in answer.text
    refused = client.post(li, data={"act": "save", "topics": "", "name": "Li"}, headers=EN)
    assert refused.status_code == 422
    assert "Choose one of these." in refused.text
    assert client.post(li, data={"act": "save", "stream": "weekly/daily"}).status_code == 303
    assert reader(site).schedule == "daily"


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(site, client, li):
    before = reader(site)
    wrong = SAME | {"topics": ["", "chips", "nope"], "stream": "weekly/hourly", "timezone": "../../etc/passwd", "language": "xx", "format": "pdf", "name": "y" * 201}  # fmt: skip
    answer = client.post(li, data=wrong, headers=EN)
    assert answer.status_code == 422
    page, form = shown(answer)
    assert page.xpath("//title/text()")[0].startswith("Look again: Your preferences")
    assert page.xpath("//*[@role='alert']//a/@href") == ["#topics", "#stream", "#format", "#language", "#timezone", "#name"]  # fmt: skip
    for field in page.xpath("//*[@aria-invalid='true']"):
        described = [page.get_element_by_id(id).text_content() for id in field.get("aria-describedby").split()]
        assert any("not offered" in text or "too long" in text for text in described), field.get("id")
    assert len(page.xpath("//*[@aria-invalid='true']")) == 6
    assert (form["name"], form["topics"]) == (["y" * 201], ["chips"])
    assert not any(value in answer.text for value in ("nope", "etc/passwd", "hourly"))
    assert reader(site) == before


def test_pausing_and_resuming(site, client, li):
    answer = client.post(li, data={"act": "pause"}, headers=EN)
    assert answer.headers["location"] == f"{li}?done=paused"
    assert reader(site).status is Status.PAUSED
    assert (events(site)[-1].act, events(site)[-1].how) == (Act.PAUSE, "preferences")
    page = html.document_fromstring(client.get(answer.headers["location"], headers=EN).text)
    assert page.xpath("//*[@id='pause']//button/@value") == ["resume", "pause"]
    assert not page.xpath("//details/@open"), "to change the pause is the second thing there"
    assert "Paused: no digests come to you." in page.xpath("//title/text()")[0]
    assert client.post(li, data={"act": "pause"}).status_code == 303  # twice is as good as once
    assert client.post(li, data=SAME | {"name": "Li"}).status_code == 303  # choosing goes on meanwhile
    assert reader(site).status is Status.PAUSED
    client.post(li, data={"act": "resume"})
    assert reader(site).status is Status.ACTIVE
    assert [event.act for event in events(site)[-3:]] == [Act.PAUSE, Act.PREFER, Act.RESUME]
    stale = client.get(f"{li}?done=paused", headers=EN).text
    assert "Paused: no digests come" not in stale, "a note that is no longer true"
    assert "Welcome back" in client.get(f"{li}?done=resumed", headers=EN).text
    assert client.get(f"{li}?done=<b>").text == client.get(li).text


def test_a_pause_may_have_an_end(site, client, li):
    mara = path(site, "mara@example.org")
    for fields, until in (({"for": "fortnight"}, "2025-07-14"), ({"for": "day", "until": "2025-09-01"}, "2025-09-01")):
        answer = client.post(mara, data={"act": "pause"} | fields)
        assert answer.headers["location"] == f"{mara}?done=paused"
        ends = reader(site, "mara@example.org").paused_until
        assert ends == datetime.fromisoformat(f"{until}T00:00:00+08:00")
    shown_page = client.get(answer.headers["location"]).text
    assert "Paused until September 1, 2025" in html.document_fromstring(shown_page).xpath("//title/text()")[0]
    assert "ends on September 1, 2025 by itself" in shown_page
    with site.database.write() as connection:
        readers.resume_due(connection, NOW + timedelta(days=80))
    assert reader(site, "mara@example.org").status is Status.ACTIVE
    client.post(mara, data={"act": "pause"})
    assert reader(site, "mara@example.org").paused_until is None


@pytest.mark.parametrize("until", ["", "2025-06-30", "2030-01-01", "30.6.2025", "<script>alert(1)</script>"])
def test_a_pause_until_a_day_that_cannot_be_is_told(site, client, li, until):
    answer = client.post(li, data={"act": "pause", "for": "day", "until": until}, headers=EN)
    page = html.document_fromstring(answer.text)
    assert (answer.status_code, reader(site).status) == (422, Status.ACTIVE)
    assert page.xpath("//*[@role='alert']//a/@href") == ["#until"]
    field = page.get_element_by_id("until")
    assert "Choose a day after today" in page.get_element_by_id(field.get("aria-describedby")).text_content()
    assert (field.get("value"), field.get("min"), field.get("max")) == (until, "2025-06-30", "2026-07-01")
    assert page.xpath("//input[@name='for' and @checked]/@value") == ["day"]
    assert not page.xpath("//script")
    for odd in ("ever", "fortnight&for=month"):
        content = f"act=pause&for={odd}"
        assert client.post(li, content=content, headers=FORM).status_code in {400, 422}
    assert reader(site).status is Status.ACTIVE


def test_newsletters_are_left_and_taken_back_one_by_one(site):
    with reopened(site, SEVERAL) as (app, visitor):
        mara = path(app, "mara@example.org")
        visitor.post(mara, data={"act": "save", "stream": "/"})
        page = html.document_fromstring(visitor.get(mara).text)
        assert page.xpath("//*[@id='newsletters']//button/@value") == ["leave"] * 3
        left = visitor.post(mara, data={"act": "leave", "newsletter": "brief"})
        assert left.headers["location"] == f"{mara}?done=left"
        assert reader(app, "mara@example.org").declined == ("brief",)
        page = html.document_fromstring(visitor.get(left.headers["location"]).text)
        assert page.xpath("//*[@id='newsletters']//button/@value") == ["leave", "leave", "rejoin"]
        assert "But for those that you have left" in page.text_content()
        count = len(events(app, "mara@example.org"))
        assert visitor.post(mara, data={"act": "leave", "newsletter": "brief"}).status_code == 303
        assert len(events(app, "mara@example.org")) == count
        back = visitor.post(mara, data={"act": "rejoin", "newsletter": "brief"})
        assert (back.headers["location"], reader(app, "mara@example.org").declined) == (f"{mara}?done=back", ())
        for name in ("", "nope", "<b>"):
            for button in ("leave", "rejoin"):
                assert visitor.post(mara, data={"act": button, "newsletter": name}).status_code == 400
        for name in ("brief", "plain"):
            assert "Nothing else comes to you" not in visitor.get(mara).text
            visitor.post(mara, data={"act": "leave", "newsletter": name})
        assert "Nothing else comes to you" in visitor.get(mara).text, "before the button, not after it"
        out = visitor.post(mara, data={"act": "leave", "newsletter": "weekly"})
        assert (out.status_code, "You are unsubscribed" in out.text, "location" in out.headers) == (200, True, False)
        assert visitor.post(mara, data={"act": "leave", "newsletter": "weekly"}).text == out.text, "a double click"
        gone = html.document_fromstring(out.text)
        (way,) = set(gone.xpath("//main//form/@action"))
        assert way.startswith("/u/")
        assert gone.xpath("//input[@name='reason']")
        (code,) = gone.xpath("//input[@name='undo']/@value")
        assert "Welcome back" in visitor.post(way, data={"undo": code}, headers=EN).text
        assert reader(app, "mara@example.org").status is Status.ACTIVE
        visitor.post(mara, data={"act": "leave", "newsletter": "weekly"})
        assert reader(app, "mara@example.org").status is Status.UNSUBSCRIBED
        assert "You are unsubscribed" in visitor.get(mara).text


def test_who_has_not_confirmed_may_choose_and_has_nothing_to_pause(site, client):
    new = path(site, "new@example.org")
    answer = client.get(new, headers=EN)
    assert "not confirmed yet" in answer.text
    assert 'value="pause"' not in answer.text
    for step in ("pause", "resume"):
        assert client.post(new, data={"act": step}, headers=EN).status_code == 409
    assert client.post(new, data={"act": "save", "topics": ["", "chips"]}).status_code == 303
    assert (reader(site, "new@example.org").status, reader(site, "new@example.org").topics) == ("pending", ("chips",))


@pytest.mark.parametrize(
    ("gone", "told"),
    [(Act.UNSUBSCRIBE, "You are unsubscribed"), (Act.BOUNCE, "came back"), (Act.COMPLAIN, "reported as spam")],
)
def test_who_left_is_told_and_changes_nothing(site, client, li, gone, told):
    act(site, "li@example.org", gone)
    before, count = reader(site), len(events(site))
    answer = client.get(li, headers=EN)
    page = html.document_fromstring(answer.text)
    assert (answer.status_code, told in answer.text) == (200, True)
    assert page.xpath("//form//button/@value") == (["data"] if gone is Act.UNSUBSCRIBE else [])
    assert page.xpath("//main//a/@href") == ["/"]
    for data in ({"act": "resume"}, {"act": "pause"}, SAME | {"name": "x"}, {"act": "nonsense"}):
        refused = client.post(li, data=data, headers=EN)
        assert (refused.status_code, told in refused.text) == (409, True)
    assert (reader(site), len(events(site))) == (before, count)


def test_the_way_out_is_the_readers_own(site, client, li):
    leave = html.document_fromstring(client.get(li).text).xpath("//a[starts-with(@href, '/u/')]/@href")
    assert client.post(leave[0]).status_code == 200
    assert reader(site).status is Status.UNSUBSCRIBED


def test_a_newsletter_for_other_readers_says_so_in_plain_words(site):
    words = ('daily: "07:00"}}', 'daily: "07:00"}, readers: "language:zh and (has:engaged or not topic:chips)"}')
    with reopened(site, SEVERAL, words) as (app, visitor):
        for address, told in (("mara@example.org", True), ("li@example.org", False)):
            with app.database.write() as connection:
                number = reader(app, address).id
                wish = {"newsletter": "", "schedule": ""}
                readers.set_preferences(connection, number, now=NOW, how="test", **wish)
            page = html.document_fromstring(visitor.get(path(app, address), headers=EN).text)
            note = " ".join(" ".join(each.split()) for each in page.xpath("//p[@class='note']//text()"))
            assert ("goes to other readers" in note) == told
        assert "your language, whether you follow links in our mails, your topics." in " ".join(
            html.document_fromstring(visitor.get(path(app, "mara@example.org")).text).text_content().split()
        )
        assert "language:zh" not in visitor.get(path(app, "mara@example.org")).text
        form = html.document_fromstring(visitor.get("/", headers=EN).text)
        marked = form.xpath("//input[@name='stream'][..//small[text()='For some readers only']]/@value")
        assert marked == ["brief/daily"]
        assert form.xpath("//fieldset[@id='stream']/legend/text()") == ["What and how often"]
        assert not re.search(
            r'="[^"<>]*"[a-z-]+=', visitor.get("/").text + visitor.get(path(app, "mara@example.org")).text
        )


def test_the_only_newsletter_for_some_says_so_on_the_form(site):
    with reopened(site, ('schedules: {weekly: "mon', 'readers: "language:zh", schedules: {weekly: "mon')) as (
        _,
        visitor,
    ):
        page = html.document_fromstring(visitor.get("/", headers=EN).text)
        assert "some of its readers only" in page.get_element_by_id("newsletters").text_content()
        assert page.xpath("//fieldset[@id='stream']/legend/text()") == ["How often"]


def test_old_links_become_worthless_and_the_way_out_stays(site, client):
    tom = reader(site, "tom@example.org")
    mine = sent_site.links(site.config.path, "tom@example.org")
    old = [path(site, "tom@example.org"), mine["i"], f"/f/{sign(site.keys, Purpose.FEED, tom.id, None)}/rss.xml", f"/d/{sign(site.keys, Purpose.DATA, tom.id, NOW + timedelta(hours=9))}"]  # fmt: skip
    assert {client.get(link).status_code for link in old} == {200}
    answer = client.post(old[0], data={"act": "revoke"}, headers=EN)
    assert answer.status_code == 303
    assert {client.get(link).status_code for link in old} == {404}
    assert client.post(old[3], data={"sure": "yes"}).status_code == 404
    assert client.post(old[0], data={"act": "revoke"}).status_code == 404
    page = html.document_fromstring(client.get(answer.headers["location"], headers=EN).text)
    assert "Old links are worthless now" in page.xpath("//*[@role='status']")[0].text_content()
    (feed,) = page.xpath("//*[@role='status']//a/@href")
    assert client.get(feed.removeprefix("https://news.tide.example.org")).status_code == 200
    assert answer.headers["location"] == f"{path(site, 'tom@example.org', 1)}?done=revoked"
    assert client.post(mine["u"]).status_code == 200
    assert reader(site, "tom@example.org").status is Status.UNSUBSCRIBED


# ---- what nobody can make it do


def test_looking_changes_nothing(site, client, li):
    before, count = reader(site), len(events(site))
    for method in ("GET", "HEAD"):
        for query in ("", "?done=saved", "?act=pause", "?act=save&topics=chips&name=x"):
            assert client.request(method, li + query).status_code == 200
    assert (reader(site), len(events(site))) == (before, count)
    assert client.head(li).text == ""


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(site, client, li, method):
    answer = client.request(method, li, content="act=pause")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
    assert reader(site).status is Status.ACTIVE


def test_only_the_readers_own_living_link_opens_it(site, client, li):
    number = reader(site).id
    others = [sign(site.keys, purpose, number, None) for purpose in Purpose if purpose is not Purpose.PREFS]
    others += [token(site, Purpose.PREFS, "li@example.org", days=-1), sign(site.keys, Purpose.PREFS, 999, None)]
    others += [sign(site.keys, Purpose.PREFS, number, None, epoch=1), li[3:-1], f"{li[3:]}A", "x", "%00" * 36]
    others += [f"{li[3 : 3 + place]}{'A' if li[3 + place] != 'A' else 'B'}{li[4 + place :]}" for place in range(36)]
    others += [sign(site.keys, Purpose.PREFS, -1, None)]
    for other in others:
        assert client.get(f"/p/{other}").status_code == 404, other
        assert client.post(f"/p/{other}", data={"act": "pause"}).status_code == 404, other
    assert reader(site).status is Status.ACTIVE


def test_links_die_with_their_epoch_and_with_their_reader(site, client, li):
    with site.database.write() as connection:
        readers.revoke_links(connection, reader(site).id, now=NOW)
    assert client.get(li).status_code == client.post(li, data={"act": "pause"}).status_code == 404
    assert client.get(path(site, "li@example.org", epoch=1)).status_code == 200
    tom = path(site, "tom@example.org")
    erase(site, "tom@example.org")
    assert client.get(tom).status_code == client.post(tom, data=SAME).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "List-Unsubscribe=One-Click",
        "act=",
        "act=erase",
        "act=save&act=pause",
        "act=save&name=a&name=b",
        "act=save&stream=weekly%2Fdaily&stream=weekly%2Fweekly",
        "&".join(["act=save", *["topics=chips"] * 1000]),
    ],
)
def test_what_no_browser_sends_is_no_form(site, client, li, body):
    before = reader(site)
    answer = client.post(li, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    assert reader(site) == before


def test_only_forms_are_read(site, client, li):
    for kind, body in (("application/json", '{"act": "pause"}'), ("text/plain", "act=pause"), ("", "act=pause")):
        assert client.post(li, content=body, headers={"content-type": kind}).status_code == 415
    multipart = client.post(li, files={"act": (None, "pause")})
    assert multipart.status_code == 415
    assert reader(site).status is Status.ACTIVE
    typed = {"content-type": "Application/X-WWW-Form-URLEncoded; charset=UTF-8"}
    assert client.post(li, content="act=pause", headers=typed).status_code == 303


def test_a_large_body_is_refused(site, client, li):
    body = "act=save&name=" + "x" * 70_000
    for content in (body, (body[start : start + 7000].encode() for start in range(0, len(body), 7000))):
        answer = client.post(li, content=content, headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413
    assert reader(site).name == "李明"


def test_missing_fields_stay_as_they_are(site, client):
    mara = path(site, "mara@example.org")
    before = reader(site, "mara@example.org")
    assert client.post(mara, data={"act": "save"}).status_code == 303
    assert reader(site, "mara@example.org") == before
    client.post(mara, data={"act": "save", "format": "text"})
    after = reader(site, "mara@example.org")
    assert (after.format, after.topics, after.name) == (Format.TEXT, ("energy",), "Mara Lind")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Li\r\nBcc: victim@example.org", "Li Bcc: victim@example.org"),
        ("\u202eMing\u202c\u2066\u2069 Li\u200b", "Ming Li"),
        ("Li\0\x1b[31m\x85\u2028Ming", "Li[31m Ming"),
        ("<script>alert(1)</script>\"'{{7*7}}", "<script>alert(1)</script>\"'{{7*7}}"),
        ("  ", ""),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_a_hostile_name_is_a_name(site, client, li, typed, kept):
    assert client.post(li, data=SAME | {"name": typed}).status_code == 303
    assert reader(site).name == kept
    answer = client.get(li)
    assert "<script" not in answer.text
    assert shown(answer)[1]["name"] == [kept]


def test_bytes_that_are_no_text_are_shown_as_such(site, client, li):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(li, content=b"act=save&name=%ff\xfe%ed%a0%80", headers=kind).status_code == 303
    assert set(reader(site).name) == {"\ufffd"}


def test_the_page_stays_secret_and_safe(site, client, li):
    wrong = SAME | {"language": "xx"}
    for answer in (client.get(li), client.post(li, data=SAME), client.post(li, data=wrong), client.post(li)):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "script-src" not in policy
    assert "li@example.org" not in client.get(li).text, "whoever the mail was forwarded to learns the address"
    page = html.document_fromstring(client.get(li).text)
    assert not page.xpath("//script | //style | //*[@style] | //*[@*[starts-with(name(), 'on')]]")
    assert set(page.xpath("//form/@action")) == {li}


def test_no_host_of_the_visitors_gets_into_an_answer(client, li):
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    saved = client.post(li, data=SAME, headers=evil)
    assert saved.headers["location"] == f"{li}?done=saved"
    assert "evil.example" not in client.get(li, headers=evil).text


def test_a_slash_too_many_is_forgiven(client, li):
    assert client.get(f"{li}/").text == client.get(li).text
    assert client.post(f"{li}/", data={"act": "pause"}).headers["location"] == f"{li}?done=paused"


def test_markup_in_a_query_is_nothing(client, li):
    assert client.get(f"{li}?done={quote('<script>')}").text == client.get(li).text
