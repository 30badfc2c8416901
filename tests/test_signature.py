"""Signatures of others: only the right key's, over the very bytes, while its certificate is valid."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from delivery.providers.signed import NOW, ec_key, pem, rsa_key

from publisher.signature import Hash, ecdsa_verifies, rsa_verifies

HASHES = {Hash.SHA1: hashes.SHA1(), Hash.SHA256: hashes.SHA256()}


def signed(data, algorithm=Hash.SHA256, key=None):
    return (key or rsa_key()).sign(data, padding.PKCS1v15(), HASHES[algorithm])


@pytest.mark.parametrize("algorithm", Hash)
def test_a_certificate_proves_what_its_key_signed(algorithm):
    assert rsa_verifies(pem(), b"data", signed(b"data", algorithm), algorithm, NOW)
    for other in Hash:
        assert rsa_verifies(pem(), b"data", signed(b"data", other), algorithm, NOW) == (other is algorithm)
    assert not rsa_verifies(pem(), b"datA", signed(b"data", algorithm), algorithm, NOW)
    assert not rsa_verifies(pem(), b"data", signed(b"data", algorithm)[:-1] + b"\0", algorithm, NOW)
    assert not rsa_verifies(pem(), b"data", b"", algorithm, NOW)


def test_a_certificate_is_valid_for_a_time():
    start, end = NOW - timedelta(days=1), NOW + timedelta(days=1)
    found = {
        now: rsa_verifies(pem(start=start, end=end), b"x", signed(b"x"), Hash.SHA256, now)
        for now in (start - timedelta(seconds=1), start, NOW, end, end + timedelta(seconds=1))
    }
    assert [*found.values()] == [False, True, True, True, False]


def test_only_a_strong_rsa_key_is_believed():
    weak = rsa_key(1024)
    assert not rsa_verifies(pem(weak), b"x", signed(b"x", key=weak), Hash.SHA256, NOW)
    assert not rsa_verifies(pem(ec_key()), b"x", signed(b"x"), Hash.SHA256, NOW)
    for none in (b"", b"x", pem()[:300], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        assert not rsa_verifies(none, b"x", signed(b"x"), Hash.SHA256, NOW)


def der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_a_public_key_proves_what_its_key_signed():
    made = ec_key().sign(b"data", ec.ECDSA(hashes.SHA256()))
    assert ecdsa_verifies(der(ec_key()), b"data", made)
    assert not ecdsa_verifies(der(ec_key()), b"datA", made)
    assert not ecdsa_verifies(der(ec_key(1)), b"data", made)
    assert not ecdsa_verifies(der(ec_key()), b"data", made[:-2])
    assert not ecdsa_verifies(der(ec_key()), b"data", b"")


def test_only_a_key_of_that_curve_is_believed():
    other = ec.generate_private_key(ec.SECP384R1())
    assert not ecdsa_verifies(der(other), b"x", other.sign(b"x", ec.ECDSA(hashes.SHA256())))
    for key in (der(rsa_key()), der(ed25519.Ed25519PrivateKey.generate()), b"", b"x", der(ec_key())[:-1]):
        assert not ecdsa_verifies(key, b"x", b"x")
