"""Signatures of others, checked against their certificate or public key: the second home of ``cryptography``. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

WEAKEST = 2048
"""Bits of an RSA key that is believed (NIST SP 800-131A)."""


class Hash(StrEnum):
    """What a signed text is hashed with."""

    SHA1 = "sha1"
    SHA256 = "sha256"


def rsa_verifies(certificate: bytes, data: bytes, signature: bytes, algorithm: Hash, now: datetime) -> bool:
    """Whether the key of a certificate (X.509, PEM) signed the data: RSASSA-PKCS1-v1_5 (RFC 8017 8.2).

    False also for a certificate that cannot be read, is not valid at ``now``, or has another or too short a key. Who
    issued it is not looked at: the caller knows where it came from.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate

    try:
        known = load_pem_x509_certificate(certificate)
        key = known.public_key()
        if not known.not_valid_before_utc <= now <= known.not_valid_after_utc:
            return False
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < WEAKEST:
            return False
        # SHA-1 is what Amazon signs with where nobody asked for more; forging needs a second preimage, not a collision.
        chosen = hashes.SHA256() if algorithm is Hash.SHA256 else hashes.SHA1()  # noqa: S303
        key.verify(signature, data, padding.PKCS1v15(), chosen)
    except (ValueError, InvalidSignature, InvalidVersion, UnsupportedAlgorithm):
        return False
    return True


def ecdsa_verifies(key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether a public key (SubjectPublicKeyInfo, DER) of the curve P-256 signed the data: ECDSA with SHA-256.

    False also for a key that cannot be read or is of another kind. ``signature`` is DER (RFC 3279 2.2.3).
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        known = load_der_public_key(key)
        if not isinstance(known, ec.EllipticCurvePublicKey) or not isinstance(known.curve, ec.SECP256R1):
            return False
        known.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
