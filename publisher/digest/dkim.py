"""DKIM: keys, their DNS records, and the signatures of a message (RFC 6376, RFC 8463). The home of ``cryptography``.

Always relaxed/relaxed with SHA-256, never ``l=``. The body must be its own relaxed form, which ``assert_canonical``
holds once for each compiled edition, so that a message costs one hash of its body and one signature for each key.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256

from publisher.digest.headers import Field, ascii_domain
from publisher.errors import ConfigError

SIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-id", "list-help", "list-archive", "feedback-id"),
    *("auto-submitted", "mime-version", "content-type", "content-transfer-encoding"),
)
"""Fields that are signed where they are present (RFC 6376 5.4.1); one-click asks for both of its own (RFC 8058 4)."""
ONCE = ("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type")
"""Those that ``h=`` names once more: a second one put in later, which a reader's program may show, breaks the
signature (RFC 6376 8.15)."""
WEAKEST, ADVISED, STRONGEST = 1024, 2048, 4096
"""Bits of an RSA key: fewer must not sign, fewer should not, more need not be understood (RFC 8301 3.2)."""
TXT = 255
"""Longest string of a TXT record (RFC 1035 3.3.14)."""

_RUNS = re.compile(rb"  +")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
# What the relaxed form of a body has not.
_FAULTS = (
    (re.compile(rb"(?<!\r)\n|\r(?!\n)"), "has a line break that is not CRLF"),
    (re.compile(rb"[ \t](?=\r\n|\Z)"), "ends in a blank"),
    (re.compile(rb"\t"), "has a tab"),
    (re.compile(rb"  "), "has two blanks in a row"),
    (re.compile(rb"(?<=\r\n)\r\n\Z|\A\r\n\Z"), "is empty and the last of the body"),
    (re.compile(rb"(?<!\r\n)\Z"), "does not end in CRLF"),
)


class Algorithm(StrEnum):
    """What a signature is made with: ``a=``."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"

    @property
    def key(self) -> str:
        """The kind of key in its DNS record: ``k=``."""
        return self.value.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A private key with its place in DNS. Neither its text nor its repr shows the secret."""

    domain: str
    """``d=``, in ASCII and lower case."""
    selector: str
    algorithm: Algorithm
    bits: int
    public: str
    """``p=`` of the DNS record: the public key in base64."""
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)
    """The signature of a SHA-256 digest."""


def load(domain: str, selector: str, pem: str | bytes) -> Key:
    """The key of a PEM file: RSA of 1024 to 4096 bits, or Ed25519.

    Raises ``ConfigError`` for a domain or selector that DNS cannot hold, and for a key that cannot be read, has a
    password, is of another kind or of another size.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        domain, selector = ascii_name(domain), selector_name(selector)
    except ValueError as error:
        what, _, fix = str(error).partition("; ")
        raise ConfigError(f"delivery.dkim: {what}", hint=fix) from error
    name, remedy = f"the DKIM key {selector} of {domain}", f"make one with 'publisher dkim new {domain}'"
    try:
        secret = load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except TypeError as error:
        hint = "take it off: openssl pkey -in KEY -out KEY.new"
        raise ConfigError(f"{name} has a password", hint=hint) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{name} is no private key in PEM that can be read", hint=remedy) from error
    try:
        return _key(domain, selector, secret)
    except ValueError as error:
        raise ConfigError(f"{name} {error}", hint=remedy) from error


def _key(domain: str, selector: str, secret: object) -> Key:
    """The key of what was read. Raises ``ValueError`` with what is wrong with it."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils

    sign: Callable[[bytes], bytes]
    if isinstance(secret, ed25519.Ed25519PrivateKey):
        algorithm, bits, sign = Algorithm.ED25519, 256, secret.sign
        public = secret.public_key().public_bytes_raw()  # no ASN.1 around it (RFC 8463 4)
    elif isinstance(secret, rsa.RSAPrivateKey):
        algorithm, bits = Algorithm.RSA, secret.key_size
        if not WEAKEST <= bits <= STRONGEST:
            raise ValueError(f"has {bits} bits, and may have {WEAKEST} to {STRONGEST}")
        sign = partial(secret.sign, padding=padding.PKCS1v15(), algorithm=utils.Prehashed(hashes.SHA256()))
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = secret.public_key().public_bytes(serialization.Encoding.DER, form)
    else:
        raise ValueError("is neither RSA nor Ed25519")  # noqa: TRY004 # the file is wrong, not the program
    text = b64encode(public).decode("ascii")
    return Key(domain=domain, selector=selector, algorithm=algorithm, bits=bits, public=text, sign=sign)


def make(algorithm: Algorithm) -> bytes:
    """A new private key as PEM (PKCS8, no password): RSA of 2048 bits, or Ed25519."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    secret: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm is Algorithm.ED25519:
        secret = ed25519.Ed25519PrivateKey.generate()
    else:
        secret = rsa.generate_private_key(public_exponent=65537, key_size=ADVISED)
    return secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def ascii_name(domain: str) -> str:
    """The domain as ``d=`` and DNS have it: ASCII, lower case, no dot at the end.

    Raises ``ValueError`` for what is none, such as an IP address or a host's bare name.
    """
    told = domain.strip()
    try:
        name = ascii_domain(told).lower().removesuffix(".")
    except ValueError:
        name = ""
    labels = name.split(".")
    right = len(labels) > 1 and len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    if not right or labels[-1].isdigit():
        raise ValueError(f"{told!r} is not a mail domain; write what follows the @ of From, such as example.org")
    return name


def selector_name(text: str) -> str:
    """The selector in lower case, one label. Raises ``ValueError`` for what DNS or config.yaml cannot hold."""
    name = text.strip().lower()
    if not _SELECTOR.fullmatch(name):
        raise ValueError(f"{text!r} is not a selector; write for example s1 (a-z, 0-9, _ and - inside, at most 63)")
    return name


def matching(keys: Iterable[Key], from_domain: str) -> tuple[Key, ...]:
    """The keys whose domain is that of From or a parent of it: DMARC takes their signatures as From's own.

    A parent has two labels at least, as every loaded key has: there is no list of public suffixes here.
    """
    domain = ascii_domain(from_domain).lower()
    return tuple(key for key in keys if f".{domain}".endswith(f".{key.domain}"))


def sign(keys: Sequence[Key], fields: Iterable[Field], body: bytes | Iterable[bytes], now: datetime) -> bytes:
    """The DKIM-Signature lines to put in front of the message, RSA first; nothing without keys.

    ``fields`` are all of the message's. ``body`` is what follows the empty line after them, whole or in pieces, in its
    relaxed form: of what ``assert_canonical`` refuses give ``relaxed_body``. Raises ``ValueError`` for two fields of
    one name, and where there is no From.
    """
    digest = sha256()
    for piece in (body,) if isinstance(body, bytes) else body:
        digest.update(piece)
    names, head = _head(fields)
    begun, lines = sha256(head), []
    ending = f"t={int(now.timestamp())}; h={names}; bh={_base64(digest.digest())};"
    for key in sorted(keys, key=lambda key: key.algorithm is not Algorithm.RSA):
        tags = f"v=1; a={key.algorithm.value}; c=relaxed/relaxed; d={key.domain}; s={key.selector}; {ending}"
        own = begun.copy()
        # Its own field goes in last: relaxed, b= empty, no line break (RFC 6376 3.7).
        own.update(f"dkim-signature:{tags} b=".encode("ascii"))
        lines.append(f"DKIM-Signature: {tags}\r\n b={_folded(_base64(key.sign(own.digest())))}\r\n")
    return "".join(lines).encode("ascii")


def _head(fields: Iterable[Field]) -> tuple[str, bytes]:
    """``h=``, and the fields that it names in their relaxed form."""
    found: dict[str, bytes] = {}
    for each in fields:
        name = each.name.lower()
        if name in found:
            raise ValueError(f"{each.name} stands twice in the message")
        found[name] = each.wire
    if "from" not in found:
        raise ValueError("the message has no From, which every signature covers (RFC 6376 5.4)")
    present = [name for name in SIGNED if name in found]
    # The second mention names a field that is not there and adds nothing (RFC 6376 5.4.2).
    again = [name for name in ONCE if name in found]
    return ":".join([*present, *again]), b"".join([relaxed_field(found[name]) for name in present])


def relaxed_field(wire: bytes) -> bytes:
    """A field in the form that is hashed: name in lower case, one line, single blanks (RFC 6376 3.4.2)."""
    name, _, value = wire.partition(b":")
    # Cuts at VT and FF as well, which no field of ours has.
    return name.rstrip().lower() + b":" + b" ".join(value.split()) + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """The body in the form that is hashed (RFC 6376 3.4.4).

    Blanks are single and none ends a line; no empty line ends the body.
    """
    text = _RUNS.sub(b" ", body.replace(b"\t", b" ")).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    end = len(text)
    while text.endswith(b"\r\n", 0, end):
        end -= 2
    return text[:end] + b"\r\n" if end else b""


def assert_canonical(body: bytes) -> None:
    """Raises ``ValueError`` that names the line of a body that is not its own relaxed form, or not whole lines."""
    if relaxed_body(body) == body and body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r"):
        return
    start, told = next((found.start(), told) for fault, told in _FAULTS if (found := fault.search(body)))
    number = body.count(b"\n", 0, start) + 1
    raise ValueError(f"line {number} of the body {told}")


def record_name(key: Key) -> str:
    """The name of the key's DNS record."""
    return f"{key.selector}._domainkey.{key.domain}"


def public_record(key: Key) -> str:
    """The value of the key's TXT record (RFC 6376 3.6.1, RFC 8463 4)."""
    return f"v=DKIM1; k={key.algorithm.key}; p={key.public}"


def quoted(value: str) -> str:
    """The text of a TXT record as a zone file has it: strings of at most 255 characters, each in quotes."""
    return " ".join(f'"{value[start : start + TXT]}"' for start in range(0, len(value), TXT))


def zone_line(key: Key) -> str:
    """The key's DNS record as a line of a zone file."""
    return f"{record_name(key)}. IN TXT ( {quoted(public_record(key))} )"


def _folded(code: str) -> str:
    """A signature in lines of at most 78: verifiers take all blanks out of ``b=`` (RFC 6376 3.5)."""
    return "\r\n ".join(code[start : start + 75] for start in range(0, len(code), 75))


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")
