"""SPF records: who may send for a domain (RFC 7208). Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

LOOKUPS = 10
"""Terms that make a receiver ask DNS, over all records that one evaluation reads (RFC 7208 4.6.4)."""
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_PLAIN = frozenset({"all", "a", "mx", "ptr", "include", "exists", "ip4", "ip6"})
_WITH_DOMAIN = frozenset({"include", "exists"})
_TERM = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9._-]*)([:=/]?)(.*)", re.DOTALL)
_LENGTHS = re.compile(r"[^/]*(?:/(\d{1,3}))?(?://(\d{1,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A mechanism or a modifier of a record."""

    name: str
    """Lower case: ``include``, ``ip4``, ``redirect``."""
    qualifier: str = "+"
    """``+`` pass, ``-`` fail, ``~`` soft fail, ``?`` neutral; ``=`` stands at a modifier."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spf:
    """One record, and what is wrong in its own text."""

    terms: tuple[Term, ...]
    flaws: tuple[str, ...] = ()

    @property
    def lookups(self) -> int:
        """How many of its own terms ask DNS; a ``redirect`` beside ``all`` is never followed (RFC 7208 6.1)."""
        return sum(term.name in _ASKING for term in self._followed)

    @property
    def targets(self) -> tuple[str, ...]:
        """Domains whose records are read in turn; those with macros depend on the message and are left out."""
        named = (term.value for term in self._followed if term.name in {"include", "redirect"})
        return tuple(domain for domain in named if domain and "%" not in domain)

    @property
    def everyone(self) -> bool:
        """Whether it lets every server of the world send."""
        return any(term == Term(name="all") for term in self.terms)

    @property
    def _followed(self) -> tuple[Term, ...]:
        closed = any(term.name == "all" for term in self.terms)
        return tuple(term for term in self.terms if not (closed and term.name == "redirect"))


def claims(text: str) -> bool:
    """Whether a TXT record is meant as SPF (RFC 7208 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def parse(text: str) -> Spf:
    """The record; whatever cannot be understood makes receivers give up on all of it, and stands in ``flaws``."""
    terms: list[Term] = []
    flaws: list[str] = []
    for word in text[len("v=spf1") :].split(" "):
        if not word:
            continue
        shown = repr(word[:60])
        match = _TERM.fullmatch(word)
        term = _term(match) if match else None
        if term is None:
            flaws.append(f"{shown} is no term of SPF")
            continue
        if flaw := _flaw(term, shown):
            flaws.append(flaw)
        terms.append(term)
    once = [name for name in ("redirect", "exp") if sum(term.name == name for term in terms) > 1]
    return Spf(terms=tuple(terms), flaws=(*flaws, *(f"it has {name}= twice" for name in once)))


def _term(match: re.Match[str]) -> Term | None:
    """The term; None where the name is no mechanism, or a modifier has a qualifier."""
    qualifier, name, mark, rest = match[1], match[2].lower(), match[3], match[4]
    if mark == "=":
        return None if qualifier else Term(name=name, qualifier="=", value=rest)
    if name not in _PLAIN:
        return None
    return Term(name=name, qualifier=qualifier or "+", value=f"/{rest}" if mark == "/" else rest)


def _flaw(term: Term, shown: str) -> str:
    if term.qualifier == "=":
        return f"{shown} names no domain" if term.name == "redirect" and not term.value else ""
    if term.name in _WITH_DOMAIN:
        return "" if term.value and not term.value.startswith("/") else f"{shown} names no domain"
    if term.name in {"ip4", "ip6"}:
        return "" if _network(term) else f"{shown} is no address or network"
    if term.name in {"a", "mx"}:
        return "" if _lengths(term.value) else f"{shown} has no network length such as /24"
    return f"{shown} takes no value" if term.name == "all" and term.value else ""


def _network(term: Term) -> bool:
    kind = ipaddress.IPv4Network if term.name == "ip4" else ipaddress.IPv6Network
    try:
        kind(term.value, strict=False)
    except ValueError:
        return False
    return True


def _lengths(value: str) -> bool:
    """Whether ``domain/24//64`` ends in lengths that networks can have."""
    match = _LENGTHS.fullmatch(value)
    return match is not None and int(match[1] or 0) <= 32 and int(match[2] or 0) <= 128
