"""Whether a person, a scanner or a proxy asked for a link or a picture of a mail: by one stated rule. Pure.

Nothing proves a person. The rule takes away what gives itself away: programs that say their name, that ask with HEAD or
ahead of need, that were there before the mail could be read, that follow several links at once. Who asks from which
address is no part of it: addresses are not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(seconds=2)
"""Nobody opens a mail and follows its link so soon after it was delivered, nor two of its links within it."""


class Verdict(StrEnum):
    """Who asked."""

    HUMAN = "human"
    """Nothing says otherwise."""
    SCANNER = "scanner"
    """A program that looks for harm, checks links, makes previews or watches."""
    PROXY = "proxy"
    """A mail provider that fetches pictures for its readers, whether they look or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request for a link or a picture of a reader's mail, as far as it tells who asked."""

    at: datetime
    method: str
    agent: str
    """What the program calls itself (User-Agent); empty where it does not."""
    prefetch: bool = False
    """It said that it asks ahead of need (Purpose or Sec-Purpose: prefetch)."""
    on_its_way: bool = False
    """The mail had not been accepted for delivery by then."""
    accepted: datetime | None = None
    """When the mail was accepted for delivery, where that is known."""
    nearest: datetime | None = None
    """When another link of the same mail was asked for, the moment nearest to this one."""


def judge(visit: Visit) -> Verdict:
    """Who asked."""
    if visit.method != "GET" or visit.prefetch or not visit.agent.strip() or _SCANNERS.search(visit.agent):
        return Verdict.SCANNER
    if _PROXIES.search(visit.agent):
        return Verdict.PROXY
    if visit.on_its_way or (visit.accepted is not None and visit.at < visit.accepted + SOON):
        return Verdict.SCANNER
    if visit.nearest is not None and abs(visit.at - visit.nearest) < SOON:
        return Verdict.SCANNER
    return Verdict.HUMAN


def prefetch(purpose: str, sec_purpose: str) -> bool:
    """Whether these headers say that a request is made ahead of need (HTML: Sec-Purpose; browsers of old: Purpose)."""
    return any("prefetch" in value.lower() or "preview" in value.lower() for value in (purpose, sec_purpose))


_PROXIES = re.compile(
    r"GoogleImageProxy|YahooMailProxy|^Mozilla/5\.0$",  # the last is Apple's, which says no more
    re.IGNORECASE | re.ASCII,
)
_SCANNERS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scan|preview|prefetch|headless|phantomjs|puppeteer|playwright|selenium"
    r"|link.?check|linkwalker|lychee|linkchecker|validator|monitor|uptime|pingdom|statuscake|site24x7"
    r"|curl/|wget/|python|httpx|aiohttp|go-http|java/|jakarta|okhttp|apache-httpclient|libwww|perl|php/|ruby|node|axios"
    r"|undici|winhttp|powershell|postman|insomnia|dart/|rust|reqwest|guzzle|scrapy|facebookexternalhit|whatsapp"
    r"|telegram|slack|discord|skypeuripreview|teams|bingpreview|barracuda|proofpoint|mimecast|ironport|messagelabs"
    r"|symantec|sophos|trend ?micro|fortinet|fortimail|forcepoint|zscaler|safelinks|office existence|ms-office"
    r"|msoffice|google-safety|safebrowsing|virustotal|urlscan|palo ?alto|cloudflare|censys|zgrab|nmap|masscan",
    re.IGNORECASE | re.ASCII,
)
"""Words by which programs that no person sits at name themselves."""
