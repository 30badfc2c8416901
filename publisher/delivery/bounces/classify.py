"""What a refusal means for the reader: from its words first, then from its codes. Pure.

Servers reuse codes freely: QQ says 550 to a sender that is too fast, NetEase 554 to one it takes for a spammer,
Exchange Online 5.4.1 to a mailbox that does not exist. So words that are known beat numbers; but what is said to be
temporary never makes an address invalid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.delivery.bounces.report import Kind
from publisher.delivery.bounces.words import WORDS
from publisher.text import one_line

LOOKED_AT = 2_000
"""Characters of a reply in which words are looked for."""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    kind: Kind
    domains: frozenset[str]


_RULES = tuple(
    _Rule(re.compile(word.pattern), kind, frozenset(word.domains.split())) for kind, words in WORDS for word in words
)
# A reader may be called spam@ or live at full.example: only a server's own words count, and of links only the host.
_ADDRESS = re.compile(r"[^\s<>:;,()\[\]]{1,64}@[^\s<>:;,()\[\]]{1,255}")
_PATH = re.compile(r"(https?://[^\s/]{1,100})\S*")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)", re.ASCII)
# (RFC 3463 3; 5.1.10: RFC 7505 4.2; 5.4.310: Exchange Online, no such domain; 5.7.17, 5.7.18: RFC 7293 6.)
_CODE = re.compile(r"(?<![\w./#-])(?P<code>4[2-5]\d|5[0-5]\d)(?=[ :,-]|$)", re.ASCII)
_INVALID = frozenset(
    {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4", "5.4.310", "5.7.17", "5.7.18"}
)  # fmt: skip
_POLICY = frozenset({"5.1.7", "5.1.8"})
_POLICY_CLASSES = (".6.", ".7.")
_NO_CAUSE = frozenset({"", "5.0.0", "5.1.0", "5.5.0"})


def kind(code: int, status: str, text: str, *, domain: str = "", permanent: bool | None = None) -> Kind:
    """The class of a refusal: INVALID, SOFT or POLICY; NOTHING where it is none (2xx, 2.x.x).

    ``code`` 0 and empty strings are unknown. ``domain`` is the reader's, for words that mean something at one provider
    only. ``permanent`` tells that the source has given up for good (True) or may try again (False): a refusal without
    known words or codes is soft, unless it is True.
    """
    words = named(text, domain)
    if words is None and (status.startswith("2.") or (not status and 200 <= code < 300)):
        return Kind.NOTHING
    cause = enhanced(status, text)
    found = words or _by_status(cause) or (Kind.INVALID if permanent else Kind.SOFT)
    temporary = permanent is False or "4" in {status[:1], cause[:1]} or 400 <= code < 500
    return Kind.SOFT if temporary and found is Kind.INVALID else found


def named(text: str, domain: str = "") -> Kind | None:
    """What the words say; None where none of them is known."""
    line = one_line(text[:LOOKED_AT]).lower()
    line = _PATH.sub(r"\1", _ADDRESS.sub("@", line))
    host = domain.lower().rstrip(".")
    for rule in _RULES:
        if (not rule.domains or host in rule.domains) and rule.pattern.search(line):
            return rule.kind
    return None


def enhanced(status: str, text: str) -> str:
    """The enhanced status code (RFC 3463 2): the one given, but the text's where that says more; empty for none."""
    given = _STATUS.search(status[:100])
    if given and not given[0].endswith(".0.0"):
        return given[0]
    told = _STATUS.search(text[:LOOKED_AT])
    return told[0] if told else given[0] if given else ""


def code(text: str) -> int:
    """The SMTP reply code in what was said (RFC 5321 4.2); 0 where there is none."""
    match = _CODE.search(text[:LOOKED_AT])
    return int(match["code"]) if match else 0


def _by_status(status: str) -> Kind | None:
    lasting = f"5{status[1:]}" if status else ""
    if lasting in _INVALID:
        return Kind.INVALID
    if lasting in _POLICY or lasting[1:4] in _POLICY_CLASSES:
        return Kind.POLICY
    return None if lasting in _NO_CAUSE else Kind.SOFT
