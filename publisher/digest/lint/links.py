"""Rules of links: each leads somewhere from a mail, safely, and to where its words say. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from publisher import urls
from publisher.digest.lint.finding import Finding, error, quoted, warning
from publisher.digest.lint.page import Node
from publisher.digest.lint.proof import Proof

_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ACTIVE = frozenset({"javascript", "data", "vbscript"})
_ELSEWHERE = frozenset({"mailto", "tel", "sms", "xmpp", "cid"})
_ADDRESS = re.compile(
    r"(?P<web>https?://|www\.)?(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?P<top>[a-z]{2,24}))(?P<path>[/?#:]\S*)?",
    re.IGNORECASE,
)
_TOPS = frozenset(
    ("com", "org", "net", "edu", "gov", "info", "biz", "cn", "de", "fr", "uk", "jp", "kr", "ru", "in", "br", "it",
     "es", "nl", "eu", "us")
)  # fmt: skip
"""Ends of a name that make it an address without ``www.``: a title such as Node.js is none."""
_TWINS = frozenset("аеорсухіјѕһԁԛԝӏ")
"""Cyrillic letters that look like Latin ones (UTS 39)."""
_TOGETHER = ({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}, {"LATIN", "CJK", "BOPOMOFO"}, {"LATIN", "CJK", "HANGUL"})
"""Scripts that one name may mix (UTS 39 5.2, highly restrictive)."""


def rules(proof: Proof) -> Iterator[Finding]:
    """What is wrong with the links, each address told once and hosts without https once a host."""
    told: set[tuple[str, str]] = set()
    for node in proof.page.all("a", "area"):
        if "href" not in node.attributes:
            continue
        for found in _link(proof, node):
            if (found.code, found.message) not in told:
                told.add((found.code, found.message))
                yield found


def _link(proof: Proof, node: Node) -> Iterator[Finding]:
    address, place, story = node.attributes["href"], proof.page.place(node), proof.page.story(node)
    scheme = _scheme(address)
    if not address.strip():
        yield error("link-empty", place, "a link has no address; write one, or take the link away", story)
    elif scheme in _ACTIVE:
        message = f"the link {quoted(address)} runs what it holds, and filters refuse the mail; write https://…"
        yield error("link-active", place, message, story)
    elif scheme in _ELSEWHERE or address.startswith("#"):
        pass
    elif not urls.web(address):
        message = f"the link {quoted(address)} leads nowhere from a mail; write https://…"
        yield error("link-relative", place, message, story)
    else:
        yield from _web(proof, node, address)
        yield from _named(proof, node, address)


def _web(proof: Proof, node: Node, address: str) -> Iterator[Finding]:
    place, story, parts = proof.page.place(node), proof.page.story(node), urlsplit(address)
    host = (parts.hostname or "").lower()
    own = urls.authority(proof.config.web.url) if proof.config.web.url else ""
    if _ODD.search(address):
        message = (
            f"the link {quoted(address)} holds a blank or a mark that nobody sees; percent-encode it, or remove it"
        )
        yield warning("link-blank", place, message, story)
    if parts.username is not None:
        message = f"the link {quoted(address)} has a name before its host, as in fraud; write it without what ends in @"
        yield error("link-user", place, message, story)
    if parts.scheme == "http" and not loopback(host):
        if host == own:
            yield error(
                "link-http", place, f"links to our own {host} are without https; set web.url to https://…", story
            )
        else:
            yield warning("link-http", place, f"links to {host} are without https; write https:// if it has it", story)
    if odd := mixed(host):
        message = f"the host {odd} mixes letters of scripts that look alike, as in fraud; check it, or remove the link"
        yield warning("link-host", place, message, story)


def _named(proof: Proof, node: Node, address: str) -> Iterator[Finding]:
    """Whether its words say where it leads; a story's own link may be counted on its way."""
    words = proof.page.text(node)
    place, story = proof.page.place(node), proof.page.story(node)
    if not words and not node.attributes.get("aria-label") and node.tag == "a":
        message = f"the link {quoted(address)} has no words; write some, or an alt for its picture"
        yield warning("link-nameless", place, message, story)
        return
    if address in proof.addresses:
        return
    match = _ADDRESS.fullmatch(words)
    if match and (match["web"] or match["path"] or match["top"].lower() in _TOPS):
        shown, real = (host.lower().removeprefix("www.") for host in (match["host"], urlsplit(address).hostname or ""))
        if shown != real and not f".{real}".endswith(f".{shown}") and not f".{shown}".endswith(f".{real}"):
            message = f"a link says {shown} and leads to {real}, which filters take for fraud; write other words"
            yield warning("link-disguised", place, message, story)


def _scheme(address: str) -> str:
    """The scheme as a browser sees it: leading blanks, tabs and line ends do not count (WHATWG URL 4.4)."""
    match = _SCHEME.match(re.sub(r"[\t\r\n]", "", address).lstrip("".join(map(chr, range(33)))))
    return match[1].lower() if match else ""


def mixed(host: str) -> str:
    """The host in its own letters where they could pass for another, or empty."""
    for label in unquote(host).split("."):
        shown = _decoded(label)
        if shown.isascii():
            continue
        scripts = {unicodedata.name(char, "?").split()[0].split("-")[0] for char in shown if char.isalpha()}
        alike = "CYRILLIC" in scripts and {char for char in shown if char.isalpha()} <= _TWINS
        if alike or (len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER)):
            return quoted(shown)
    return ""


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def loopback(host: str) -> bool:
    """Whether the host is this machine, where nothing is read on the way."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
