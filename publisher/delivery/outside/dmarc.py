"""DMARC policies: what a domain wants done with mail that is not its own (RFC 9989). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.delivery.outside.tags import tags

_WISHES = ("none", "quarantine", "reject")
_SOFTER = {"none": "none", "quarantine": "none", "reject": "quarantine"}
"""What is asked for while a policy is only tested, ``t=y`` (RFC 9989 4.7)."""
_DEEPEST = 8
"""Names of so many labels or more are cut to one fewer after the first step of the walk (RFC 9989 4.10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One record, with the defaults filled in, and what is wrong in its text."""

    wish: str
    """``none``, ``quarantine`` or ``reject``, for the domain itself; one less where it is only tested."""
    below: str
    """The same for its subdomains."""
    strict_dkim: bool = False
    strict_spf: bool = False
    psd: str = "u"
    """``y``: a suffix under which others register; ``n``: an organisation; ``u``: unsaid."""
    reports: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()


def claims(text: str) -> bool:
    """Whether a TXT record is meant as DMARC: it begins with the version (RFC 9989 4.7)."""
    name, equals, value = text.partition(";")[0].partition("=")
    return bool(equals) and name.strip().lower() == "v" and value.strip() == "DMARC1"


def parse(text: str) -> Policy:
    """The policy. What a receiver would not understand counts as unsaid, and stands in ``flaws``."""
    pairs, wrong = tags(text)
    said, flaws = dict(pairs), list(wrong)

    def one_of(name: str, allowed: Sequence[str], default: str) -> str:
        value = said.get(name, default).lower()
        if value in allowed:
            return value
        flaws.append(f"{name}={said[name][:40]!r} is none of {', '.join(allowed)}")
        return default

    wish = one_of("p", _WISHES, "none")
    if "p" not in said:
        flaws.append("it has no p=, which older receivers need")
    below = one_of("sp", _WISHES, wish)
    one_of("np", _WISHES, below)
    if one_of("t", ("y", "n"), "n") == "y":
        wish, below = _SOFTER[wish], _SOFTER[below]
    reports = tuple(filter(None, (each.strip() for each in said.get("rua", "").split(","))))
    flaws += [f"rua={each[:60]!r} is no address such as mailto:…" for each in reports if not _reachable(each)]
    return Policy(
        wish=wish,
        below=below,
        strict_dkim=one_of("adkim", ("r", "s"), "r") == "s",
        strict_spf=one_of("aspf", ("r", "s"), "r") == "s",
        psd=one_of("psd", ("y", "n", "u"), "u"),
        reports=reports,
        flaws=tuple(flaws),
    )


def _reachable(address: str) -> bool:
    scheme, _, rest = address.partition(":")
    return bool(rest) and (scheme.lower() != "mailto" or "@" in rest)


def walk(domain: str) -> tuple[str, ...]:
    """The domains that may hold the policy, itself first, at most eight of them (RFC 9989 4.10)."""
    labels = domain.lower().rstrip(".").split(".")
    first = 1 if len(labels) < _DEEPEST else len(labels) - _DEEPEST + 1
    return (".".join(labels), *(".".join(labels[cut:]) for cut in range(first, len(labels))))


def organisation(domain: str, found: Sequence[tuple[str, Policy]]) -> str:
    """The domain of the whole organisation (RFC 9989 4.10.2), by the policies found on the walk, the longest first.

    Without any it is the domain itself.
    """
    domain = domain.lower().rstrip(".")
    for holder, policy in found:
        if policy.psd == "n":
            return holder
        if policy.psd == "y" and holder != domain:
            below = domain.removesuffix(f".{holder}").rpartition(".")[2]
            return f"{below}.{holder}"
    return found[-1][0] if found else domain
