"""Whether receivers can tell that a newsletter's mail is its own: SPF, DKIM and DMARC as DNS has them now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from publisher.delivery.outside import dmarc, keyrecord, spf
from publisher.delivery.outside.dmarc import Policy
from publisher.digest.dkim import Algorithm, Key, matching, public_record, record_name
from publisher.digest.lint.finding import Finding, error, warning
from publisher.dns import reserved
from publisher.errors import FetchError

SAFE_BITS = 2048
"""Shorter RSA keys count as weak (RFC 8301 3.2)."""


class Names(Protocol):
    """Who answers questions: ``publisher.dns.Resolver``."""

    def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name; ``FetchError`` where nobody answers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The domains that a mail speaks for: all ASCII, lower case."""

    author: str
    """Of the field From."""
    envelope: str
    """Of the envelope sender, where undeliverable mail goes back to."""
    keys: tuple[Key, ...] = ()
    """All that are configured; those that match From sign."""


def check(sending: Sending, names: Names) -> tuple[Finding, ...]:
    """What is wrong with the published records, for mails that leave by SMTP; reserved names are not looked up.

    One warning stands for all that DNS did not answer.
    """
    asks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        (f"SPF of {domain}", partial(_spf, domain, names))
        for domain in dict.fromkeys([sending.envelope, sending.author])
        if not reserved(domain)
    ]
    asks += [
        (f"DKIM at {record_name(key)}", partial(_dkim, key, names))
        for key in matching(sending.keys, sending.author)
        if not reserved(key.domain)
    ]
    if not reserved(sending.author):
        asks.append((f"DMARC of {sending.author}", partial(_dmarc, sending, names)))
    found: list[Finding] = []
    silent: list[str] = []
    why = ""
    for what, ask in asks:
        try:
            found += ask()
        except FetchError as failure:
            silent.append(what)
            why = why or str(failure)
    if silent:
        message = f"DNS did not answer ({why}), so this is not checked: {', '.join(silent)}; try again later"
        found.append(warning("dns-silent", "dns", message))
    return tuple(found)


# -- SPF


def _spf(domain: str, names: Names) -> Iterator[Finding]:
    place = f"dns: {domain}"
    records = _meant(domain, names)
    if not records:
        yield warning(
            "spf-missing", place, "it has no SPF record, which large providers ask for; publish a TXT record such as "
            '"v=spf1 include:… -all" with the name that the provider of your relay tells you',
        )  # fmt: skip
    elif len(records) > 1:
        message = f"it has {len(records)} SPF records, and receivers then heed none; join them into one"
        yield error("spf-twice", place, message)
    else:
        yield from _one_spf(place, spf.parse(records[0]), names)


def _one_spf(place: str, record: spf.Spf, names: Names) -> Iterator[Finding]:
    for flaw in record.flaws:
        yield error("spf-wrong", place, f"its SPF record cannot be understood: {flaw}; mend it")
    if record.everyone:
        message = 'its SPF record ends in "+all": the whole world may send as you; write "-all" or "~all"'
        yield error("spf-everyone", place, message)
    count, todo = 0, [record]
    while todo and count <= spf.LOOKUPS:  # a record that includes itself ends here, too
        here = todo.pop()
        count += here.lookups
        for target in here.targets:
            records = _meant(target, names)
            if len(records) == 1:
                todo.append(spf.parse(records[0]))
            else:
                how_many = "several SPF records" if records else "no SPF record"
                message = f"its SPF record names {target}, which has {how_many}: receivers then heed none; take it out"
                yield error("spf-include", place, message)
    if count > spf.LOOKUPS:
        yield error(
            "spf-lookups", place, f"its SPF record takes more than {spf.LOOKUPS} questions to DNS, so receivers give "
            "up on it; name fewer include:, a and mx, or write addresses as ip4: and ip6:",
        )  # fmt: skip


def _meant(domain: str, names: Names) -> list[str]:
    return [text for text in names.txt(domain) if spf.claims(text)]


# -- DKIM


def _dkim(key: Key, names: Names) -> Iterator[Finding]:
    name = record_name(key)
    place, record = f"dns: {name}", _compact(public_record(key))
    if key.algorithm == Algorithm.RSA and key.bits < SAFE_BITS:
        message = f"the key has {key.bits} bits, which counts as weak; make a new one: publisher dkim new {key.domain}"
        yield warning("dkim-short", place, message)
    records = names.txt(name)
    if len(records) != 1:
        what = "several records stand" if records else "no key is published"
        yield error("dkim-missing", place, f"{what} there; publish this one TXT record: {record}")
        return
    published = keyrecord.parse(records[0])
    if published.flaws:
        flaws = ", ".join(published.flaws)
        yield error("dkim-wrong", place, f"the published key cannot be used ({flaws}); publish {record}")
    elif not published.public:
        yield error("dkim-revoked", place, "the published key is taken back (p= is empty); use another selector")
    elif (published.kind, published.public) != (key.algorithm.key, key.public):
        message = f"what is published is another key than the one mails are signed with; publish {record}"
        yield error("dkim-other", place, message)
    if published.testing:
        message = "its record says t=y, a test: receivers treat mails as unsigned; take t=y out"
        yield warning("dkim-testing", place, message)


def _compact(record: str) -> str:
    """A list of tags without blanks between them: in a message, "; " comes before what to do."""
    return record.replace("; ", ";")


# -- DMARC


def _dmarc(sending: Sending, names: Names) -> Iterator[Finding]:
    author = sending.author
    place = f"dns: _dmarc.{author}"
    count = len(_policies(author, names))
    found = _walked(author, names)
    if count > 1:
        message = f"it has {count} DMARC records, and receivers then heed none; keep one"
        yield error("dmarc-twice", place, message)
    elif not found:
        yield warning(
            "dmarc-missing", place, "there is no DMARC record, which large providers ask for; publish a TXT record: "
            f'"v=DMARC1;p=none;rua=mailto:postmaster@{author}"',
        )  # fmt: skip
    holder, policy = _policy(author, found)
    for flaw in policy.flaws:
        yield warning("dmarc-wrong", f"dns: _dmarc.{holder}", f"its DMARC record is wrong: {flaw}; mend it")
    yield from _aligned(sending, policy, policy.wish if holder == author else policy.below, names)


def _aligned(sending: Sending, policy: Policy, wish: str, names: Names) -> Iterator[Finding]:
    """Whether From belongs to who signs or to who gets mail back; one of the two is what DMARC needs."""
    author, place = sending.author, f"dns: {sending.author}"
    keys = matching(sending.keys, author)
    signed = any(_same(author, key.domain, policy.strict_dkim, names) for key in keys)
    enveloped = _same(author, sending.envelope, policy.strict_spf, names)
    fate = "" if signed or enveloped or wish == "none" else f", and its DMARC policy asks to {wish} such mail"
    if sending.keys and not signed:
        signers = ", ".join(dict.fromkeys(key.domain for key in sending.keys))
        signed_for = f"mails are signed for {signers}" if keys else f"all keys are for {signers}, so mails are unsigned"
        what = f"From says {author}, but {signed_for}{_exactly(policy.strict_dkim)}{fate}"
        judged = warning if enveloped else error
        yield judged("unaligned-dkim", place, f"{what}; sign with a key for {author}")
    if not enveloped:
        what = f"From says {author}, but mail comes back to {sending.envelope}{_exactly(policy.strict_spf)}{fate}"
        remedy = f"let delivery.bounces.address be one at {author}"
        if not sending.keys:
            remedy += ", or sign: without a key of ours DMARC holds only where the relay signs"
        yield warning("unaligned-spf", place, f"{what}; {remedy}")


def _exactly(strict: bool) -> str:
    return " (its DMARC policy wants the very same domain)" if strict else ""


def _same(author: str, other: str, strict: bool, names: Names) -> bool:
    """Whether two domains align (RFC 9989 4.4): the same, or relaxed, of the same organisation."""
    if author == other:
        return True
    if strict or reserved(other):
        return False
    mine, theirs = (_walked(domain, names) for domain in (author, other))
    if not mine and not theirs:  # nobody says whose they are: what lies below the other is taken for the same house
        return author.endswith(f".{other}") or other.endswith(f".{author}")
    return dmarc.organisation(author, mine) == dmarc.organisation(other, theirs)


def _walked(domain: str, names: Names) -> list[tuple[str, Policy]]:
    """The policies on the way up from a domain, the longest name first (RFC 9989 4.10)."""
    found: list[tuple[str, Policy]] = []
    for holder in dmarc.walk(domain):
        records = _policies(holder, names)
        if len(records) == 1:
            policy = dmarc.parse(records[0])
            found.append((holder, policy))
            if policy.psd != "u":
                break
    return found


def _policies(domain: str, names: Names) -> list[str]:
    return [text for text in names.txt(f"_dmarc.{domain}") if dmarc.claims(text)]


def _policy(author: str, found: Sequence[tuple[str, Policy]]) -> tuple[str, Policy]:
    """The policy for mails from a domain and who holds it (RFC 9989 4.10.1): its own, else the organisation's."""
    held = dict(found)
    organisation = dmarc.organisation(author, found)
    for holder in (author, organisation, *held):
        if holder in held:
            return holder, held[holder]
    return author, Policy(wish="none", below="none")
