"""Who asked for a link of a mail: the stated rule, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import AT
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.visit import SOON, Verdict, Visit, judge, prefetch

SECOND = timedelta(seconds=1)
PEOPLE = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0",
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (Linux; U; Android 10; zh-cn) AppleWebKit/537.36 MQQBrowser/13.0 Mobile Safari/537.36 QQMail",
    "Lynx/2.9.0 libwww-FM/2.14",
)
MAIL = Visit(at=AT, method="GET", agent=PEOPLE[0])


@pytest.mark.parametrize("agent", PEOPLE[:-1])
def test_whom_nothing_gives_away_is_a_person(agent):
    assert judge(replace(MAIL, agent=agent)) is Verdict.HUMAN


@pytest.mark.parametrize(
    "agent",
    [
        "", "  ", "curl/8.5.0", "Wget/1.21", "python-requests/2.32", "Go-http-client/2.0", "Java/17.0.2", "okhttp/4.12.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; YandexBot/3.0)", "Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1",
        "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/138.0", "Mozilla/5.0 (compatible; bingpreview/2.0)",
        "W3C-checklink/5.0 libwww-perl/6.7", "LinkChecker/10.2", "UptimeRobot/2.0", "Barracuda Sentinel (EE)",
        "Microsoft Office Existence Discovery", "Mozilla/5.0 (compatible; Proofpoint URL Defense)", "PostmanRuntime/7.43",
        PEOPLE[-1],
    ],
)  # fmt: skip
def test_programs_that_say_their_name_are_scanners(agent):
    assert judge(replace(MAIL, agent=agent)) is Verdict.SCANNER


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Mozilla/5.0",
    ],
)
def test_providers_that_fetch_pictures_are_proxies_whenever_they_do(agent):
    for visit in (MAIL, replace(MAIL, on_its_way=True), replace(MAIL, accepted=AT)):
        assert judge(replace(visit, agent=agent)) is Verdict.PROXY


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_what_asks_for_less_than_the_page_is_a_scanner(method):
    assert judge(replace(MAIL, method=method)) is Verdict.SCANNER


@pytest.mark.parametrize(
    ("purpose", "sec_purpose", "ahead"),
    [
        ("", "", False),
        ("prefetch", "", True),
        ("", "prefetch;prerender", True),
        ("preview", "", True),
        ("x", "y", False),
    ],
)
def test_what_is_asked_for_ahead_of_need_is_a_scanner_s(purpose, sec_purpose, ahead):
    assert prefetch(purpose, sec_purpose) is ahead
    expected = Verdict.SCANNER if ahead else Verdict.HUMAN
    assert judge(replace(MAIL, prefetch=prefetch(purpose, sec_purpose))) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-3600, "scanner"), (0, "scanner"), (1.999, "scanner"), (2, "human"), (86400, "human")],
)
def test_nobody_reads_a_mail_within_two_seconds_of_its_delivery(after, expected):
    assert judge(replace(MAIL, accepted=AT - timedelta(seconds=after))) == expected


def test_nobody_reads_a_mail_that_is_still_on_its_way():
    assert judge(replace(MAIL, on_its_way=True)) is Verdict.SCANNER


@given(st.timedeltas(-timedelta(hours=1), timedelta(hours=1)))
def test_nobody_follows_two_links_within_two_seconds(apart):
    assert judge(replace(MAIL, nearest=AT + apart)) == ("scanner" if abs(apart) < SOON else "human")
