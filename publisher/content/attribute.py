"""What stays of an attribute of an article's HTML: absolute encoded addresses, ids with a prefix, few classes. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from publisher.text import one_line
from publisher.urls import absolute, encode

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_WEB = ("https://", "http://")
_CLASSES = ("footnote", "language-", "task")
# Words of our own making: a third of all attributes.
_COMMON = frozenset({("class", "footnote-ref"), ("class", "footnote-backref"), ("rel", "noopener")})
_NOTE = re.compile(r"#fn(?:ref)?-")
# What urljoin, urlsplit and quote would give back as it is, told without them: they take thirty times as long. No dots
# to resolve, no character to encode, nothing encoded wrongly.
_PATH = r"(?:/(?![/.])(?:[A-Za-z0-9._~:@!$&'()*+,=-]++|%[0-9A-Fa-f]{2})*+)++"
_PLAIN_PAGE = re.compile(rf"(https?://[A-Za-z0-9.:-]+)({_PATH})")
_PLAIN_PATH = re.compile(_PATH)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][^:?#]*")
_PLAIN_PREFIX = re.compile(r"[A-Za-z0-9._-]*")
_PLAIN_NOTE = re.compile(r"#fn(?:ref)?-[A-Za-z0-9-]+")
_PLAIN_WEB = re.compile(r"https?://[A-Za-z0-9._~/:@!$&'()*+,;=?#-]*")


class Page(NamedTuple):
    """The page that an article's HTML stands on."""

    url: str
    prefix: str
    """What the ids of the article begin with."""
    origin: str = ""
    """Scheme and host, where the address is plain."""
    folder: str = ""
    """The address up to its last slash, where it is plain."""
    notes: str = ""
    """The address of a footnote up to its name, where that is plain."""


def page(url: str, prefix: str) -> Page:
    """The page at an address whose ids begin with ``prefix``."""
    plain = _PLAIN_PAGE.fullmatch(url)
    if not plain:
        return Page(url, prefix)
    notes = f"{url}#{prefix}" if _PLAIN_PREFIX.fullmatch(prefix) else ""
    return Page(url, prefix, plain[1], url[: url.rindex("/") + 1], notes)


def kept(page: Page, name: str, value: str) -> str | None:
    """The attribute's value as it may stand on any page; ``None`` if it may not stay."""
    if (name, value) in _COMMON:
        return value
    if name == "href":
        return _address(page, value)
    if name == "src":
        return _picture(page, value)
    if name == "class":
        return " ".join(word for word in value.split() if word.startswith(_CLASSES)) or None
    if name == "id":
        words = value.split()
        return page.prefix + "-".join(words) if words else None
    return _srcset(page, value) if name == "srcset" else one_line(value)


def _address(page: Page, value: str) -> str | None:
    """The address, absolute and encoded; a footnote's anchor with the prefix of its id."""
    if page.notes and _PLAIN_NOTE.fullmatch(value):
        return page.notes + value[1:]
    if _PLAIN_WEB.fullmatch(value):
        return value
    if page.origin and _PLAIN_PATH.fullmatch(value):
        return page.origin + value
    if page.folder and _PLAIN_NAME.fullmatch(value) and _PLAIN_PATH.fullmatch("/" + value):
        return page.folder + value
    value = value.strip()
    if value.startswith("#"):
        own = page.prefix if _NOTE.match(value) else ""
        value = f"{page.url.partition('#')[0]}#{own}{value[1:]}"
    try:
        if value.startswith(page.url):  # an anchor of this page: urljoin would take most of the time of all
            return encode(value)
        address = absolute(page.url, value)
    except ValueError:
        return None
    if address.startswith(_WEB):  # a host of which something had to be encoded is none (WHATWG URL 3.5)
        return None if "%" in address.split("/", 3)[2] else address
    return address if address.partition(":")[0].lower() in SCHEMES else None


def _picture(page: Page, value: str) -> str | None:
    """The address of a picture: nothing but the web holds any."""
    address = _address(page, value)
    return address if address and address.startswith(_WEB) else None


def _srcset(page: Page, value: str) -> str | None:
    sources = []
    for candidate in re.split(r",\s+", value.strip()):
        address, _, size = candidate.strip().partition(" ")
        if resolved := _picture(page, address):
            sources.append(f"{resolved.replace(',', '%2C')} {size}".strip())
    return ", ".join(sources) or None
