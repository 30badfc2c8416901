"""E-mail addresses: checked, written for sending, and reduced to an identity. email-validator's only home.

Syntax alone is checked, never DNS: an import of a million must not ask a million questions.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from subscribers.error import AddressError


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox. ``str()`` is the form for sending."""

    sending: str
    """The local part as written (NFC), the domain in lower-case ASCII (RFC 5890 A-labels)."""
    key: str
    """Identity: ``sending`` with the local part case-folded. No provider tells mailboxes apart by case alone."""
    smtputf8: bool
    """Whether the local part is not ASCII: only a relay that offers SMTPUTF8 can take it (RFC 6531)."""

    def __str__(self) -> str:
        return self.sending


def parse(text: str) -> Address:
    """The address in the text, white space around it aside.

    No display name, no quoted local part, no address literal; at most 64 octets before the @, 254 in all (RFC 5321
    4.5.3.1, erratum 1690), the domain counted in ASCII. Raises ``AddressError`` that says what is wrong.
    """
    text = text.strip(" \t\r\n\u3000")  # U+3000: the space of Chinese input methods
    if not text:
        raise AddressError("the address is blank", hint="write one as in name@example.org")
    _plain(text)
    try:
        # test_environment lets the reserved top-level domain .test through (RFC 6761): staging sites send to it.
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        reason = str(error).removesuffix(".")
        raise AddressError(f"{text[:80]!r} is no e-mail address: {reason}", hint=_hint(text)) from error
    local = unicodedata.normalize("NFC", text.rpartition("@")[0])
    domain = (found.ascii_domain or found.domain).lower()
    return Address(f"{local}@{domain}", f"{_folded(local)}@{domain}", not local.isascii())


def _plain(text: str) -> None:
    """Raises ``AddressError`` for what could end a header or hide in one: controls, formats, spaces, surrogates."""
    if text.isascii() and text.isprintable() and " " not in text:
        return
    for each in text:
        if unicodedata.category(each)[0] in "CZ":
            what = "a space" if each == " " else f"U+{ord(each):04X}"
            raise AddressError(f"{text[:80]!r} is no e-mail address: it contains {what}", hint=_hint(text))


def _folded(local: str) -> str:
    """The local part for comparison: canonical caseless matching (Unicode 3.13 D145), in NFC."""
    if local.isascii():
        return local.lower()
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", local).casefold())
    return unicodedata.normalize("NFC", folded)


def _hint(text: str) -> str:
    if "＠" in text:
        return "write a plain @, not the full-width one"
    if "<" in text:
        return "write the address alone; the name has its own column"
    return "write one as in name@example.org"
