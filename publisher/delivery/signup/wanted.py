"""What a sign-up form asks for, and what it is measured by. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from publisher.config import Config
from subscribers import network, preference
from subscribers.address import Address
from subscribers.error import PreferenceError
from subscribers.signup import Claim

LARGE = frozenset(
    {
        *("126.com", "139.com", "163.com", "21cn.com", "aliyun.com", "foxmail.com", "qq.com", "sina.com", "sina.cn"),
        *("sohu.com", "yeah.net", "188.com", "189.cn", "vip.qq.com", "vip.163.com"),
        *("gmail.com", "googlemail.com", "msn.com", "ymail.com", "rocketmail.com", "aol.com", "zoho.com"),
        *("icloud.com", "me.com", "mac.com", "proton.me", "pm.me", "protonmail.com", "fastmail.com"),
        *("web.de", "t-online.de", "freenet.de", "orange.fr", "free.fr", "wanadoo.fr", "sfr.fr", "laposte.net"),
        *("libero.it", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "rambler.ru", "ya.ru"),
        *("naver.com", "daum.net", "hanmail.net", "docomo.ne.jp"),
    }
)
"""Providers at which everybody has an address: they share one half of the site's budget, in place of a domain's."""
_EVERYWHERE = re.compile(r"(?:gmx|hotmail|live|outlook|yahoo|yandex)\.(?:(?:co|com|ne)\.[a-z]{2}|[a-z]{2,3})")
"""Those of them that have a domain in each country."""
_CUSTOMER = 5
"""Networks of an IPv6 customer that each may use up its budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A form that was sent: an address whose syntax is right, and a wish that its page offered."""

    address: str
    topics: tuple[str, ...] = ()
    """Slugs; () = all."""
    newsletter: str = ""
    """"" = all."""
    schedule: str = ""
    """"" = the newsletter's first."""
    language: str = ""
    timezone: str = ""
    format: str = ""
    """"" = HTML."""
    consent_text: str = ""
    """The words of the page that they agreed to: the site's own, nothing that was typed."""
    ip: str = ""


class Answer(StrEnum):
    """What a form is answered with on its page: the same for every address."""

    TAKEN = "taken"
    """The neutral one: if the address can be asked, a letter is on its way."""
    BUSY = "busy"
    """Too many forms came from this network, or for this mail domain, in 24 hours."""
    CLOSED = "closed"
    """Too many forms came at all: the form is closed until the window of 24 hours ends."""


SITE = "site"
"""The scope of the budget whose end closes the form."""


def site(config: Config) -> Claim:
    """The whole site's budget."""
    return Claim(scope=SITE, key="", limit=config.subscribers.signup.site)


def claims(config: Config, wanted: Wanted, address: Address) -> tuple[Claim, ...]:
    """The budgets that a form is measured by, the same whatever the address, in one order; the site's is last."""
    limits, host = config.subscribers.signup, address.sending.rpartition("@")[2]
    share = Claim(scope="domain", key=network.registrable(host), limit=limits.domain)
    if is_large(host):
        share = Claim(scope="domain", key="large providers", limit=max(limits.domain, limits.site // 2))
    networks = [Claim(scope="network", key=network.prefix(wanted.ip), limit=limits.network)]
    if wide := network.site(wanted.ip):
        networks.append(Claim(scope="network", key=wide, limit=_CUSTOMER * limits.network))
    return (*networks, share, site(config))


def is_large(host: str) -> bool:
    """Whether everybody may have an address at that host."""
    return not LARGE.isdisjoint({host, network.registrable(host)}) or _EVERYWHERE.fullmatch(host) is not None


def kept(config: Config, wanted: Wanted, address: Address) -> Wanted | None:
    """The form as it is kept, ``None`` for one that the site does not offer: what config.yaml does not name is private.

    A site that names no topics has none that are private: all that its articles have are welcome.
    """
    letters = config.newsletters
    try:
        clean = Wanted(
            address=address.sending,
            topics=preference.topics(wanted.topics),
            newsletter=wanted.newsletter,
            schedule=wanted.schedule,
            language=preference.language(wanted.language),
            timezone=preference.timezone(wanted.timezone),
            format=preference.format(wanted.format),
            consent_text=preference.many_lines(wanted.consent_text),
            ip=preference.one_line(wanted.ip, 45),
        )
    except PreferenceError:
        return None
    if clean.newsletter not in {"", *letters}:
        return None
    asked = [letters[clean.newsletter]] if clean.newsletter else letters.values()
    welcome = (
        clean.schedule in {"", *(name for letter in asked for name in letter.schedules)}
        and clean.language in {"", config.site.language, *config.subscribers.languages}
        and (not config.topics or set(clean.topics) <= set(config.topics))
    )
    return clean if welcome else None
