"""All looks outside in one call: DNS only where mails leave by SMTP, links only where they are given."""

from __future__ import annotations

import shutil
import threading

import nameserver
import pytest
from digest.sample import make_config, weekly

from publisher.content.article import Severity
from publisher.delivery.outside import ask, outside, reach
from publisher.delivery.outside.reach import Reached
from publisher.digest.dkim import Algorithm, Key
from publisher.dns import Resolver

SMTP = """
delivery:
  transport: smtp
  smtp: {host: smtp.tideline.example}
"""
MESSAGE = b"Date: Mon, 30 Jun 2025 08:00:00 +0800\r\nSubject: x\r\n\r\nhello\r\n"


class Names:
    """Knows nothing, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def txt(self, name: str) -> tuple[str, ...]:
        self.asked.append(name)
        return ()


@pytest.fixture(autouse=True)
def no_filter(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)


def real(made, **changes):
    """The config as if its domain were a registered one."""
    letter = weekly(made)
    sender = type(letter.sender)(name="", address=changes.pop("author", "News@潮信.cn"))
    return letter.model_copy(update={"sender": sender})


def test_dns_is_asked_only_where_mails_leave_by_smtp(tmp_path):
    names = Names()
    made = make_config(tmp_path)
    assert outside(made, real(made), MESSAGE, names=names) == ()
    assert not names.asked
    made = make_config(tmp_path, more=SMTP)
    found = outside(made, real(made), MESSAGE, names=names)
    assert [finding.code for finding in found] == ["spf-missing", "dmarc-missing"]
    ascii_domain = "潮信.cn".encode("idna").decode()
    assert found[0].place == f"dns: {ascii_domain}"
    assert names.asked[0] == ascii_domain


def test_a_name_that_nobody_has_is_not_asked_for(tmp_path):
    names = Names()
    made = make_config(tmp_path, more=SMTP)
    assert outside(made, weekly(made), MESSAGE, names=names) == ()
    assert not names.asked


def test_the_envelope_sender_is_where_bounces_go(tmp_path):
    made = make_config(tmp_path, more=SMTP + "  bounces: {address: bounce@back.cn}\n")
    key = Key(domain="x.cn", selector="s1", algorithm=Algorithm.RSA, bits=2048, public="MIIB", sign=bytes)
    domains = ask.sending(made, real(made, author="news@x.cn"), [key])
    assert (domains.author, domains.envelope, domains.keys) == ("x.cn", "back.cn", (key,))


def test_dns_is_asked_for_real_where_nobody_stands_in(tmp_path, monkeypatch):
    made = make_config(tmp_path, more=SMTP)
    with nameserver.serving("x.cn TXT v=spf1 -all\n_dmarc.x.cn TXT v=DMARC1; p=none\n") as zone:
        monkeypatch.setattr(ask, "Resolver", lambda: Resolver(["127.0.0.1"], port=zone.port))
        assert outside(made, real(made, author="news@x.cn"), MESSAGE) == ()


def test_links_are_asked_for_but_those_of_our_own_pages(tmp_path):
    made = make_config(tmp_path)
    lock, asked = threading.Lock(), []

    def fetch(url):
        with lock:
            asked.append(url)
        return Reached(url=url, status=404, gone=True)

    links = [
        "https://news.tideline.example/u/token", "https://news.tideline.example/archive/", "https://a.cn/1",
        "https://tideline.example/feeds/newsletters/weekly/rss.xml", "https://news.tideline.example/p/token#pause",
        "https://a.cn/archive/x",
    ]  # fmt: skip
    found = outside(made, weekly(made), MESSAGE, links=links, fetch=fetch)
    assert sorted(asked) == ["https://a.cn/1", "https://a.cn/archive/x"]
    assert [(finding.place, finding.severity) for finding in found] == [
        ("link https://a.cn/1", Severity.ERROR),
        ("link https://a.cn/archive/x", Severity.ERROR),
    ]
    assert ask.ours("https://news.tideline.example/u", made)
    assert not ask.ours("https://news.tideline.example/", made)


def test_the_site_itself_may_lie_anywhere(tmp_path, monkeypatch):
    seen = []

    def look(url, *, own):
        seen.append(own)
        return Reached(url=url, status=200)

    monkeypatch.setattr(reach, "look", look)
    made = make_config(tmp_path)
    assert outside(made, weekly(made), MESSAGE, links=["https://a.cn/"]) == ()
    assert seen == [{("https", "tideline.example", 443), ("https", "news.tideline.example", 443)}]
