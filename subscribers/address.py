"""E-mail addresses: checked, written for sending, reduced to an identity; desks and throw-away mailboxes told.

The only home of email-validator and of disposable-email-domains. Syntax alone is checked, never DNS: an import of a
million must not ask a million questions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from subscribers.error import AddressError


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox. ``str()`` is the form for sending."""

    sending: str
    """The local part as written (NFC), the domain in lower-case ASCII (RFC 5890 A-labels)."""
    key: str
    """Identity: ``sending`` with the local part case-folded, but never into ASCII.

    No provider tells mailboxes apart by case alone.
    """
    smtputf8: bool
    """Whether the local part is not ASCII: only a relay that offers SMTPUTF8 can take it (RFC 6531)."""

    def __str__(self) -> str:
        return self.sending


class Flag(StrEnum):
    """What is worth knowing of an address that is right as such."""

    ROLE = "role"
    """A desk, not a person: who reads it changes, and not each of them has agreed."""
    DISPOSABLE = "disposable"
    """Of a service that gives mailboxes away for minutes."""
    SMTPUTF8 = "smtputf8"
    """Only a relay that offers SMTPUTF8 can take it (RFC 6531)."""


_RFC_2142 = """
    info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp
"""
_DESKS = """
    accounts accounting admin administrator billing careers compliance contact customerservice devnull dns donotreply
    editor editors editorial enquiries enquiry feedback finance hello help helpdesk hr inquiries inquiry it jobs legal
    list mail mailer-daemon media newsletter no-reply nobody noreply office orders press privacy registrar root
    service ssladmin subscribe sysadmin team tech undisclosed-recipients unsubscribe webteam
    kefu 客服 客户服务 服务 管理员 编辑部 联系 联系我们 市场部 销售 招聘 人事 财务 办公室 投诉 信息 新闻 媒体
"""
ROLES = frozenset(f"{_RFC_2142} {_DESKS}".split())
"""Local parts, case-folded, that name a desk: those of RFC 2142, and what else desks are called."""
_ATOMS = re.compile(r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+(?:\.[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+)*")
"""A local part of ASCII atoms and dots (RFC 5322 3.2.3)."""
_LOCAL_LIMIT, _DOMAIN_LIMIT, _LIMIT = 64, 253, 254


def parse(text: str) -> Address:
    """The address in the text, white space around it aside.

    No display name, no quoted local part, no address literal; at most 64 octets before the @, 254 in all (RFC 5321
    4.5.3.1, erratum 1690), the domain counted in ASCII. Raises ``AddressError`` that says what is wrong.
    """
    text = text.strip(" \t\r\n\u3000")  # U+3000: the space of Chinese input methods
    return _usual(text) or _checked(text)


def _usual(text: str) -> Address | None:
    """The address, if it is one of the plain kind that nearly all are; else ``None``, and it has to be looked at.

    A local part of ASCII atoms and a domain that email-validator has let through once: each is right by itself, so
    that their length together is all that is left to check. Twenty times as fast.
    """
    local, _, domain = text.partition("@")
    if len(local) > _LOCAL_LIMIT or len(text) > _LIMIT or not _ATOMS.fullmatch(local):
        return None
    known = _domain(domain) if len(domain) <= _DOMAIN_LIMIT and domain.isascii() else ""
    return Address(f"{local}@{known}", f"{local.lower()}@{known}", smtputf8=False) if known else None


@lru_cache(maxsize=1 << 15)
def _domain(domain: str) -> str:
    """The domain in lower case; blank where it is not right, or is not the same in Unicode."""
    if "xn--" in domain.lower():
        return ""
    try:
        return _validated(f"a@{domain}")
    except EmailNotValidError:
        return ""


def _validated(text: str) -> str:
    """The domain of a right address in lower-case ASCII."""
    # test_environment lets the reserved top-level domain .test through (RFC 6761): staging sites send to it.
    found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    return (found.ascii_domain or found.domain).lower()


def _checked(text: str) -> Address:
    if not text:
        raise AddressError("the address is blank", hint="write one as in name@example.org")
    _plain(text)
    try:
        domain = _validated(text)
    except EmailNotValidError as error:
        reason = str(error).removesuffix(".")
        raise AddressError(f"{text[:80]!r} is no e-mail address: {reason}", hint=_hint(text)) from error
    local = _composed(text.rpartition("@")[0])
    return Address(f"{local}@{domain}", f"{_folded(local)}@{domain}", not local.isascii())


def _composed(local: str) -> str:
    """The local part in NFC. Raises ``AddressError`` for a letter that NFC takes for one of ASCII (U+212A, Kelvin)."""
    for each in local:
        plain = unicodedata.normalize("NFC", each)
        if plain.isascii() and not each.isascii():
            raise AddressError(f"{local[:80]!r} contains U+{ord(each):04X}", hint=f"write {plain!r} if that is meant")
    return unicodedata.normalize("NFC", local)


def _plain(text: str) -> None:
    """Raises ``AddressError`` for what could end a header or hide in one: controls, formats, spaces, surrogates."""
    if text.isascii() and text.isprintable() and " " not in text:
        return
    for each in text:
        if unicodedata.category(each)[0] in "CZ":
            what = "a space" if each == " " else f"U+{ord(each):04X}"
            raise AddressError(f"{text[:80]!r} is no e-mail address: it contains {what}", hint=_hint(text))


def _folded(local: str) -> str:
    """The local part for comparison: caseless (Unicode 3.13), in NFC, letter by letter.

    No letter outside ASCII becomes one of ASCII (U+017F folds to ``s``, ``ß`` to ``ss``): whoever has a mailbox with
    such a name must not be taken for the holder of the plain one.
    """
    if local.isascii():
        return local.lower()
    folded = "".join(_letter(each) for each in unicodedata.normalize("NFC", local))
    return unicodedata.normalize("NFC", folded)


def _letter(letter: str) -> str:
    folds = (unicodedata.normalize("NFC", folded) for folded in (letter.casefold(), letter.lower()))
    return next((each for each in folds if letter.isascii() or not any(part.isascii() for part in each)), letter)


_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def mailbox(address: Address) -> str:
    """Who most likely reads what goes to the address: its key without ``+tag``; at Gmail without dots, as one domain.

    Never an identity: the spellings of one mailbox stay readers of their own.
    """
    local, _, domain = address.key.rpartition("@")
    plain = local.partition("+")[0] or local
    if domain not in _GMAIL:
        return f"{plain}@{domain}"
    return f"{plain.replace('.', '')}@gmail.com"


def _hint(text: str) -> str:
    if "＠" in text:
        return "write a plain @, not the full-width one"
    if "<" in text:
        return "write the address alone; the name has its own column"
    return "write one as in name@example.org"


def flags(address: str) -> frozenset[Flag]:
    """What is worth knowing of an address, given as ``Address.sending`` or ``Address.key`` has it."""
    local, _, domain = address.rpartition("@")
    found = []
    if _folded(local).partition("+")[0] in ROLES:
        found.append(Flag.ROLE)
    if _disposable(domain):
        found.append(Flag.DISPOSABLE)
    if not local.isascii():
        found.append(Flag.SMTPUTF8)
    return frozenset(found) if found else _NONE


_NONE: frozenset[Flag] = frozenset()


@lru_cache(maxsize=1 << 15)
def _disposable(domain: str) -> bool:
    known = disposable_domains()
    return any(each in known for each in _above(domain))


def _above(domain: str) -> Iterator[str]:
    """The domain and those above it, down to two labels."""
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]


@lru_cache(maxsize=1)
def disposable_domains() -> frozenset[str]:
    """The domains of services that give mailboxes away for minutes, in lower-case ASCII; hosts below them count too."""
    # Ten thousand names: read by who asks for them, not by every command.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
