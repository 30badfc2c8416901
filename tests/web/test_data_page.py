"""A reader's own data: asked for by a link of any mail, shown, taken and erased by a fresh one alone."""

import email
import email.policy
import json
import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from lxml import html
from web.sent_site import ISSUE, NOW, links
from web.several_site import reopened

from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import link, signup
from publisher.delivery import store as clicks
from publisher.delivery.bounces import store as bounces
from publisher.delivery.bounces.report import Kind
from publisher.delivery.bounces.store import Bounce
from publisher.delivery.delivery import State
from publisher.delivery.ledger import delivery_table
from publisher.delivery.plan import EMPTY
from publisher.delivery.store import Click
from publisher.templates import shipped
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import Status
from subscribers.tokens import Purpose, sign

EN = {"accept-language": "en"}
TOM = "tom@example.org"
BOUNCE = Bounce(reader=0, issue=ISSUE, at=NOW, kind=Kind.SOFT, code=452, status="4.2.2", text="<tom@example.org>: full", server="mx.example.org", source="mail", digest="d", position=0)  # fmt: skip


@pytest.fixture
def tom(site):
    """The path of Tom's data, who reads English."""
    return data_path(site, TOM)


def data_path(site: App, address: str) -> str:
    found = reader(site, address)
    return link.data(site.config, site.keys, found.id, found.epoch, NOW).removeprefix("https://news.tide.example.org")


def reader(site: App, address: str = TOM):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def ask(site: App, client, address: str):
    found = reader(site, address)
    path = link.preferences_path(site.keys, found.id, found.epoch)
    answer = client.post(path, data={"act": "data"}, headers=EN)
    return answer, path


def letters(site: App, address: str) -> list[str]:
    found = []
    for file in sorted((site.config.path.parent / "outbox").glob(f"{address}.*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found += re.findall(r"/d/[\w-]{36}", message.get_body(("plain",)).get_content())
    return found


def test_a_fresh_link_is_mailed_once_a_day(site, client):
    for _ in range(2):
        answer, path = ask(site, client, TOM)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=data")
        signup.work(site.post, site.transport, site.clock.now)
    assert "on its way to you" in client.get(answer.headers["location"], headers=EN).text
    (mailed,) = letters(site, TOM)
    assert TOM in client.get(mailed, headers=EN).text


def test_who_left_may_still_ask_and_whose_mail_came_back_cannot_be_sent_it(site, client):
    for address, act, status in ((TOM, Act.UNSUBSCRIBE, 303), ("gone@example.org", Act.BOUNCE, 409)):
        with site.database.write() as connection:
            readers.act(connection, readers.by_address(connection, address).id, act, now=NOW, how="test")
        answer, path = ask(site, client, address)
        assert answer.status_code == status
        signup.work(site.post, site.transport, site.clock.now)
        assert len(letters(site, address)) == (1 if status == 303 else 0)
        assert ("on its way to you" in client.get(f"{path}?done=data", headers=EN).text) == (status == 303)


def test_the_page_shows_all_that_is_held(site, client, tom):
    with site.database.write() as connection:
        number = readers.by_address(connection, TOM).id
        readers.set_preferences(connection, number, name="<b>Tom</b>", topics=["chips"], now=NOW, how="test")
        clicks.append(
            connection, [Click(issue=ISSUE, story=0, reader=number, at=NOW, method="GET", agent="Curl/1", named=True)]
        )
        bounces.append(connection, bounced(number))
    answer = client.get(tom, headers={"accept-language": "zh-CN"})
    page = html.document_fromstring(answer.text)
    told = " ".join(page.text_content().split())
    for words in (TOM, "<b>Tom</b>", "Chips", "I agree", "You came with an import", ISSUE, "1 click on a story", "1 report of a mail server"):  # fmt: skip
        assert words in told, words
    assert not page.xpath("//main//b | //script")
    for name, value in (("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-robots-tag", "noindex")):
        assert answer.headers[name] == value


def test_the_history_is_told_in_the_readers_words_and_by_their_clock(site, client):
    li = reader(site, "li@example.org").id
    with site.database.write() as connection:
        readers.set_preferences(connection, li, timezone="Pacific/Auckland", now=NOW, how="preferences", ip="192.0.2.1")
        readers.act(connection, li, Act.PAUSE, until=NOW + timedelta(hours=13), now=NOW, how="command line")
        readers.act(connection, li, Act.RESUME, now=NOW, how="end of the pause")
        readers.act(connection, li, Act.PAUSE, until=NOW + timedelta(hours=13), now=NOW, how="novel")
        row = (delivery_table.c.subscriber == li) & (delivery_table.c.issue == ISSUE)
        connection.execute(delivery_table.update().where(row).values(state=State.SKIPPED.value, reply=EMPTY))
    page = html.document_fromstring(client.get(data_path(site, "li@example.org"), headers=EN).text)
    for untranslated in page.xpath("//*[@lang='en']"):
        untranslated.getparent().remove(untranslated)
    told = " ".join(page.xpath("//main")[0].text_content().split())
    for words in ("来自导入的名单", "在您的偏好设置页 · 192.0.2.1", "由网站管理者操作", "暂停到期", "未发送： 该期没有您所选主题的新内容", "所有时间均为奥克兰时间", "UTC+12", "2025年7月1日"):  # fmt: skip
        assert words in told.replace("未发送：该期", "未发送： 该期"), words
    assert not re.search(r"import|preferences|skipped|command|nothing new|topics:", told)
    pause = html.document_fromstring(client.get(path_of_choices(site), headers=EN).text)
    assert "2025年7月1日" in pause.text_content(), "the same day on both pages"


def path_of_choices(site: App) -> str:
    found = reader(site, "li@example.org")
    return link.preferences_path(site.keys, found.id, found.epoch)


@pytest.mark.parametrize("catalogue", ["acts", "ways", "deliveries"])
def test_every_word_of_the_history_is_known(site, catalogue):
    known = {"acts": set(Act) - {Act.ERASE}, "deliveries": set(State), "ways": {"signup", "import", "preferences", "link", "one-click", "undo", "bounce", "complaint", "mail", "command line", "confirm-link", "end of the pause", "nobody confirmed"}}  # fmt: skip
    text = (shipped() / "web/told.html").read_text("utf-8")
    words = re.search(rf"set {catalogue} = {{(.*)}} %", text)[1]
    assert known[catalogue] <= set(re.findall(r'"([a-z_ -]+)": _\(', words))


def bounced(number: int) -> Bounce:
    return replace(BOUNCE, reader=number)


def test_the_file_has_all_of_it(site, client, tom):
    with site.database.write() as connection:
        number = readers.by_address(connection, TOM).id
        for story in (2, clicks.PICTURE):
            asked = Click(issue=ISSUE, story=story, reader=number, at=NOW, method="GET", agent="Curl/1", named=True)
            clicks.append(connection, [asked])
        bounces.append(connection, bounced(number))
    answer = client.get(f"{tom}/data.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"] == 'attachment; filename="data.json"'
    assert answer.headers["cache-control"] == "no-store"
    found = json.loads(answer.content)
    assert (found["reader"]["address"], found["reader"]["status"]) == (TOM, "active")
    assert found["reader"]["consent_at"] == "2025-01-12T01:14:05+00:00"
    assert [event["act"] for event in found["history"]] == ["import_active"]
    assert [sent["issue"] for sent in found["deliveries"]] == [ISSUE]
    asked = {
        "issue": ISSUE,
        "at": NOW.astimezone(UTC).isoformat(),
        "method": "GET",
        "agent": "Curl/1",
        "verdict": "scanner",
    }
    assert found["clicks"] == [asked | {"story": 2}], "what is kept of it, and nothing that is not"
    assert found["opens"] == [asked]
    assert [report["text"] for report in found["bounces"]] == ["<tom@example.org>: full"]
    assert client.head(f"{tom}/data.json").text == ""


def test_everything_is_erased_once_the_box_is_ticked(site, client, tom, capsys):
    number = reader(site).id
    with site.database.write() as connection:
        clicks.append(
            connection, [Click(issue=ISSUE, story=0, reader=number, at=NOW, method="GET", agent="Curl/1", named=True)]
        )
        bounces.append(connection, bounced(number))
    for body in ("", "sure=", "sure=no"):
        unsure = client.post(tom, content=body, headers=EN | {"content-type": "application/x-www-form-urlencoded"})
        assert (unsure.status_code, "Nothing is erased" in unsure.text) == (422, True)
    assert reader(site) is not None
    done = client.post(tom, data={"sure": "yes"}, headers=EN)
    assert (done.status_code, "Your data is erased" in done.text, TOM in done.text) == (200, True, False)
    assert reader(site) is None
    with site.database.read() as connection:
        assert clicks.of_reader(connection, number) == []
        assert bounces.of_reader(connection, number) == []
    again = client.post(tom, data={"sure": "yes"}, headers=EN)
    assert (again.status_code, again.text) == (200, done.text)
    assert client.get(tom).status_code == client.get(f"{tom}/data.json").status_code == 404
    capsys.readouterr()
    assert run(["-c", str(site.config.path), "subscribers", "import", str(site.config.path.parent / "readers.csv"), "--apply"]) == 1  # fmt: skip
    assert f"{TOM}: suppressed" in capsys.readouterr().out, "no old list brings them back"


def test_looking_erases_nothing(site, client, tom):
    for query in ("", "/", "?sure=yes", "/data.json"):
        for method in ("GET", "HEAD"):
            assert client.request(method, tom + query, headers={"purpose": "prefetch"}).status_code == 200
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, tom, content="sure=yes").status_code == 405
    assert client.post(f"{tom}/data.json", content="sure=yes").status_code == 405
    assert reader(site) is not None


def test_only_the_readers_own_fresh_link_opens_it(site, client, tom):
    found = reader(site)
    later = NOW + timedelta(hours=1)
    others = [sign(site.keys, purpose, found.id, later) for purpose in Purpose if purpose is not Purpose.DATA]
    others += [link.preferences_path(site.keys, found.id, found.epoch)[3:], links(site.config.path, TOM)["u"][3:]]
    others += [sign(site.keys, Purpose.DATA, found.id, later, epoch=1), sign(site.keys, Purpose.DATA, found.id, NOW)]
    others += [f"{tom[3 : 3 + place]}{'A' if tom[3 + place] != 'A' else 'B'}{tom[4 + place :]}" for place in range(0, 36, 5)]  # fmt: skip
    for other in others:
        for address in (f"/d/{other}", f"/d/{other}/data.json"):
            assert client.get(address).status_code == 404, other
        assert client.post(f"/d/{other}", data={"sure": "yes"}).status_code == 404, other
    for number in (-1, 999):  # nobody has it: as of one who is erased
        nobody = f"/d/{sign(site.keys, Purpose.DATA, number, later)}"
        assert client.get(nobody).status_code == 404
        assert "is erased" in client.post(nobody, data={"sure": "yes"}, headers=EN).text
    for place in ("u", "p", "confirm", "i"):
        assert client.get(f"/{place}/{tom[3:]}").status_code == 404
    with reopened(site, now=NOW + timedelta(hours=25)) as (app, visitor):
        assert visitor.get(tom).status_code == visitor.post(tom, data={"sure": "yes"}).status_code == 404
        with app.database.write() as connection:
            readers.revoke_links(connection, found.id, now=NOW)
    assert client.get(tom).status_code == 404
    revoked = client.post(tom, data={"sure": "yes"}, headers=EN)
    assert (revoked.status_code, "is erased" in revoked.text) == (404, False), "they are still on the list"
    assert reader(site).status is Status.ACTIVE


def test_only_forms_are_read(site, client, tom):
    for kind, body in (("application/json", '{"sure": "yes"}'), ("text/plain", "sure=yes"), ("", "sure=yes")):
        assert client.post(tom, content=body, headers={"content-type": kind}).status_code == 415
    urlencoded = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(tom, content="sure=yes&sure=yes", headers=urlencoded).status_code == 400
    assert client.post(tom, content="x=" + "x" * 70_000, headers=urlencoded).status_code == 413
    assert reader(site) is not None
