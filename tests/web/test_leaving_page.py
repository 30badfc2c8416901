"""Leaving: by a provider's one click, by a person's, from one newsletter; why, and taking it back."""

from datetime import timedelta

import pytest
from lxml import html
from web.sent_site import NOW, erase, links
from web.several_site import SEVERAL, reopened

from publisher.app import App
from publisher.delivery import link
from subscribers import store as readers
from subscribers.consent import Act
from subscribers.subscriber import Status
from subscribers.tokens import Purpose, sign

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}
LI = "li@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
OUT = "You are unsubscribed"


@pytest.fixture
def li(site):
    """The path of 李明's way out."""
    return way_out(site, LI)


def way_out(site: App, address: str) -> str:
    return link.unsubscribe_path(site.keys, reader(site, address).id)


def reader(site: App, address: str = LI):
    with site.database.read() as connection:
        return readers.by_address(connection, address)


def events(site: App, address: str = LI):
    with site.database.read() as connection:
        return readers.history(connection, reader(site, address).id)


def act(site: App, what: Act, address: str = LI) -> None:
    with site.database.write() as connection:
        readers.act(connection, readers.by_address(connection, address).id, what, now=site.clock.now(), how="test")


def page_of(answer):
    return html.document_fromstring(answer.text)


def undo_code(answer) -> list[str]:
    return page_of(answer).xpath("//input[@name='undo']/@value")


def leave(client, path: str):
    return client.post(path, headers=BROWSER)


# ---- by a provider


@pytest.mark.parametrize(
    "posted",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"data": {"List-Unsubscribe": "one-click"}},
        {"data": ONE_CLICK, "headers": BROWSER},
        {"files": {"List-Unsubscribe": (None, "One-Click")}, "headers": BROWSER},
        {"content": b""},
        {"content": b"\xff\xfe", "headers": {"content-type": "application/octet-stream"}},
        {"content": "&".join(["a=b"] * 2000), "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ],
)
def test_a_post_leaves_at_once_without_page_redirect_or_cookie(site, client, li, posted):
    answer = client.post(li, **posted)
    assert (answer.status_code, answer.text) == (200, "unsubscribed\n")
    assert not {"location", "set-cookie"} & set(answer.headers)
    assert reader(site).status is Status.UNSUBSCRIBED


def test_only_a_providers_own_words_count_as_its_click(site, client, li):
    note = {"reason": "other", "note": "List-Unsubscribe=One-Click"}
    leave(client, li)
    assert "Thank you" in client.post(li, data=note, headers=BROWSER).text
    assert events(site)[-1].how == "link"


# ---- by a person


def test_looking_changes_nothing_and_is_the_same_for_everybody(site, client, li):
    with reopened(site, SEVERAL) as (app, visitor):
        erased = way_out(app, "gone@example.org")
        mara = way_out(app, "mara@example.org")
        act(app, Act.UNSUBSCRIBE, "mara@example.org")
        erase(app, "gone@example.org")
        count = len(events(app))
        shown = {visitor.request("GET", path, headers=BROWSER | {"purpose": "prefetch"}).text for path in (li, mara, erased)}  # fmt: skip
        assert len(shown) == 1
        assert visitor.head(li).status_code == 200
        for query in ("?undo=x", "?newsletter=brief", "?reason=many"):
            assert visitor.get(li + query, headers=BROWSER).text in shown
        assert (reader(app).status, len(events(app))) == (Status.ACTIVE, count)
        page = html.document_fromstring(shown.pop())
        assert page.xpath("//form//button")[0].text_content() == "Unsubscribe"
        assert page.xpath("//input[@name='newsletter']/@value") == ["weekly", "brief", "plain"]
        buttons = [button.text_content() for button in page.xpath("//form[input[@name='newsletter']]/button")]
        assert buttons == ["Leave 潮信周报", "Leave 潮信 <Brief>", "Leave Plain & Simple"]
        told = " ".join(page.xpath("//main")[0].text_content().split())
        assert "from then on no digest comes to you" in told, "true for who has left, too"
        assert not page.xpath("//a[starts-with(@href, '/p/')]"), "this link can only unsubscribe"


def test_a_person_leaves_says_why_and_takes_it_back(site, client, li):
    left = leave(client, li)
    assert (left.status_code, OUT in left.text) == (200, True)
    assert not page_of(left).xpath("//a[starts-with(@href, '/p/')]")
    (code,) = undo_code(left)
    why = page_of(left)
    assert why.xpath("//input[@name='reason']/@value") == ["many", "irrelevant", "unasked", "other"]
    assert why.xpath("//input[@name='kept']/@value") == [code]
    told = client.post(li, data={"reason": "unasked", "note": "<b>who?</b>", "kept": code}, headers=BROWSER)
    assert ("Thank you" in told.text, undo_code(told)) == (True, [code])
    last = events(site)[-1]
    assert (last.act, last.how, last.text) == (Act.UNSUBSCRIBE, "link", "never signed up: <b>who?</b>")
    assert last.ip == "testclient"
    back = client.post(li, data={"undo": code}, headers=BROWSER)
    assert (back.status_code, "Welcome back" in back.text) == (200, True)
    assert reader(site).status is Status.ACTIVE
    again = client.post(li, data={"undo": code}, headers=BROWSER)
    assert (again.status_code, again.text) == (200, back.text)
    assert [event.act for event in events(site)[-2:]] == [Act.UNSUBSCRIBE, Act.UNDO]


def test_who_was_paused_is_paused_again(site, client, li):
    act(site, Act.PAUSE)
    back = client.post(li, data={"undo": undo_code(leave(client, li))[0]}, headers=BROWSER)
    assert "you are paused, as before" in back.text
    assert reader(site).status is Status.PAUSED


def test_leaving_twice_is_as_good_as_once_and_only_the_last_can_take_it_back(site, client, li):
    first = leave(client, li)
    assert undo_code(leave(client, li)) == undo_code(first), "a double click"
    site.clock._start += timedelta(minutes=5)
    again = leave(client, li)
    assert (again.status_code, OUT in again.text, undo_code(again)) == (200, True, [])
    late = client.post(li, data={"undo": undo_code(first)[0]}, headers=BROWSER)
    assert (late.status_code, "too late" in late.text) == (409, True)
    assert reader(site).status is Status.UNSUBSCRIBED


def test_old_links_work_for_ever_also_for_who_was_erased(site, client, li):
    with site.database.write() as connection:
        readers.revoke_links(connection, reader(site).id, now=NOW)
    gone = way_out(site, "gone@example.org")
    erase(site, "gone@example.org")
    left, erased = (client.post(path, headers=BROWSER) for path in (gone, gone))
    assert (left.text, OUT in left.text, undo_code(left)) == (erased.text, True, [])
    assert client.post(gone, data=ONE_CLICK).text == "unsubscribed\n"
    for fields in ({"reason": "many"}, {"newsletter": "weekly"}, {"undo": "x"}):
        assert client.post(gone, data=fields, headers=BROWSER).status_code in {200, 409}
    with reopened(site, now=NOW + timedelta(days=4000)) as (app, visitor):
        assert OUT in leave(visitor, li).text
        assert reader(app).status is Status.UNSUBSCRIBED


def test_nobody_takes_back_what_is_not_theirs_or_too_late(site, client, li):
    mara = way_out(site, "mara@example.org")
    of_mara = undo_code(leave(client, mara))[0]
    of_li = undo_code(leave(client, li))[0]
    assert client.post(li, data={"undo": of_mara}, headers=BROWSER).status_code == 409
    number = reader(site).id
    wrong = [of_li[:-1] + ("A" if of_li[-1] != "A" else "B"), "", "x", li[3:], sign(site.keys, Purpose.UNDO, 999, NOW + timedelta(minutes=5))]  # fmt: skip
    wrong += [sign(site.keys, purpose, number, None) for purpose in Purpose if purpose is not Purpose.UNDO]
    for code in wrong:
        answer = client.post(li, data={"undo": code}, headers=BROWSER)
        assert (answer.status_code, "too late" in answer.text) == (409, True), code
    assert {reader(site, each).status for each in (LI, "mara@example.org")} == {Status.UNSUBSCRIBED}
    assert client.get(f"/u/{of_li}").status_code == client.post(f"/p/{of_li}").status_code == 404
    with reopened(site, now=NOW + timedelta(minutes=40)) as (app, visitor):
        assert visitor.post(li, data={"undo": of_li}, headers=BROWSER).status_code == 409
        assert reader(app).status is Status.UNSUBSCRIBED


def test_a_complaint_is_no_leaving_that_can_be_taken_back(site, client, li):
    act(site, Act.COMPLAIN)
    left = leave(client, li)
    assert (OUT in left.text, undo_code(left)) == (True, [])
    assert reader(site).status is Status.COMPLAINED


def test_a_reason_is_only_kept_with_a_leaving(site, client, li):
    count = len(events(site))
    client.post(li, data={"reason": "many"}, headers=BROWSER)
    assert (reader(site).status, len(events(site))) == (Status.ACTIVE, count)
    leave(client, li)
    for fields in ({"note": "x" * 9000}, {"reason": "many", "kept": "x"}, {"reason": "no such reason"}):
        answer = client.post(li, data=fields, headers=BROWSER)
        assert (answer.status_code, undo_code(answer)) == (200, [])
    assert events(site)[-1].text == "too many mails"
    assert client.post(li, data={"note": "x" * 70_000}, headers=BROWSER).status_code == 413


# ---- one of several


def test_one_newsletter_is_left_and_the_others_stay(site, li):
    with reopened(site, SEVERAL) as (app, visitor):
        with app.database.write() as connection:
            readers.set_preferences(connection, reader(app).id, newsletter="", now=NOW, how="test")
        answer = visitor.post(li, data={"newsletter": "brief"}, headers=BROWSER)
        assert (answer.status_code, "You have left 潮信 &lt;Brief&gt;" in answer.text) == (200, True)
        assert (reader(app).declined, reader(app).status) == (("brief",), Status.ACTIVE)
        assert (events(app)[-1].act, events(app)[-1].how) == (Act.PREFER, "link")
        count = len(events(app))
        assert visitor.post(li, data={"newsletter": "brief"}, headers=BROWSER).text == answer.text
        assert len(events(app)) == count
        gone = visitor.post(li, data={"newsletter": "nope"}, headers=BROWSER)
        assert (gone.status_code, len(events(app))) == (422, count)
        assert "not one of ours any more" in gone.text
        assert page_of(gone).xpath("//form//button")[0].text_content() == "Unsubscribe", "no way out may fail"
        visitor.post(li, data={"newsletter": "weekly"}, headers=BROWSER)
        last = visitor.post(li, data={"newsletter": "plain"}, headers=BROWSER)
        assert OUT in last.text, "who leaves the last one leaves altogether"
        assert reader(app).status is Status.UNSUBSCRIBED
        assert visitor.post(li, data={"undo": undo_code(last)[0]}, headers=BROWSER).status_code == 200
        assert (reader(app).status, reader(app).declined) == (Status.ACTIVE, ("brief", "weekly"))


def test_the_readers_own_feed_follows(site):
    with reopened(site, SEVERAL) as (app, visitor):
        with app.database.write() as connection:
            readers.set_preferences(connection, reader(app).id, newsletter="", now=NOW, how="test")
        own = f"/f/{sign(app.keys, Purpose.FEED, reader(app).id, None)}/rss.xml"
        assert visitor.get(own).text.count("<item>") > 0
        visitor.post(way_out(app, LI), data={"newsletter": "weekly"}, headers=BROWSER)
        assert visitor.get(own).text.count("<item>") == 0


def test_the_link_of_the_mail_is_this_page(site, client, li):
    assert links(site.config.path, LI)["u"] == li
