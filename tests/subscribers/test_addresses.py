"""Addresses: what is let through is safe in a header, and two spellings of one mailbox are one reader."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.address import ROLES, _folded, flags, mailbox, parse
from subscribers.error import AddressError

HEADER_SAFE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u2028\u2029()<>\[\]:;,\"\\@]+@[a-z0-9.-]+")


@pytest.mark.parametrize(
    ("text", "sending", "key", "smtputf8"),
    [
        ("ann@example.org", "ann@example.org", "ann@example.org", False),
        ("  Ann.Lee+News@Example.ORG\n", "Ann.Lee+News@example.org", "ann.lee+news@example.org", False),
        ("Info@example.org", "Info@example.org", "info@example.org", False),
        ("\u3000li@qq.com", "li@qq.com", "li@qq.com", False),
        ("ann@Bücher.example.org", "ann@xn--bcher-kva.example.org", "ann@xn--bcher-kva.example.org", False),
        ("ann@例え。jp", "ann@xn--r8jz45g.jp", "ann@xn--r8jz45g.jp", False),
        ("GROSS@x.org", "GROSS@x.org", "gross@x.org", False),
        ("Groß@x.org", "Groß@x.org", "groß@x.org", True),
        ("GROẞ@x.org", "GROẞ@x.org", "groß@x.org", True),
        ("ſtan@x.org", "ſtan@x.org", "ſtan@x.org", True),
        ("ÉMILE@x.org", "ÉMILE@x.org", "émile@x.org", True),
        ("王@x.org", "王@x.org", "王@x.org", True),
        ("A\u030angstrom@x.org", "Ångstrom@x.org", "ångstrom@x.org", True),
        ("=cmd@x.org", "=cmd@x.org", "=cmd@x.org", False),
        ("a@staging.test", "a@staging.test", "a@staging.test", False),
    ],
)
def test_an_address_is_written_for_sending_and_reduced_to_an_identity(text, sending, key, smtputf8):
    found = parse(text)
    assert (found.sending, found.key, found.smtputf8, str(found)) == (sending, key, smtputf8, sending)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the address is blank; write one as in name@example.org"),
        (" \t", "the address is blank; write one as in name@example.org"),
        ("ann", "'ann' is no e-mail address: An email address must have an @-sign; write one as in name@example.org"),
        (
            "ann@x.org\r\nBcc: eve@x.org",
            r"'ann@x.org\r\nBcc: eve@x.org' is no e-mail address: it contains U+000D; write one as in name@example.org",
        ),
        ("a b@x.org", "'a b@x.org' is no e-mail address: it contains a space; write one as in name@example.org"),
        ("\u212aarl@x.org", "'\u212aarl' contains U+212A; write 'K' if that is meant"),
        (
            "\u202eann@x.org",
            r"'\u202eann@x.org' is no e-mail address: it contains U+202E; write one as in name@example.org",
        ),
        (
            "Ann<ann@x.org>",
            "'Ann<ann@x.org>' is no e-mail address: A display name and angle brackets around the email address are not permitted here; write the address alone; the name has its own column",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong(text, message):
    with pytest.raises(AddressError) as refused:
        parse(text)
    assert refused.value.line() == message


@pytest.mark.parametrize(
    "text",
    [
        '"ann lee"@x.org', '"a;b"@x.org', '"a"@x.org', "a,b@x.org", "a;b@x.org", "a@[127.0.0.1]", "a@localhost", "@x.org",
        "a@", "a@@x.org", "a..b@x.org", ".a@x.org", "a.@x.org", "a@x_y.org", "a@-x.org", "a@x..org", "a@x.org,b@x.org",
        "a\x00@x.org", "a\x7f@x.org", "a\u200b@x.org", "a\u2028@x.org", "a\ud800@x.org", "ann＠x.org", "a@x.org?bcc=b@x.org",
        "mailto:a@x.org", "a" * 65 + "@x.org", "a@" + "b." * 126 + "org", "a@" + "b" * 64 + ".org", "a@x.invalid",
    ],
)  # fmt: skip
def test_what_no_mail_can_be_sent_to_is_refused(text):
    with pytest.raises(AddressError) as refused:
        parse(text)
    assert refused.value.line().isprintable()


def test_octets_are_counted_in_the_form_for_sending():
    assert len(parse(f"{'王' * 21}@x.org").sending.encode()) == 69
    with pytest.raises(AddressError, match="34 bytes too many"):
        parse(f"{'王' * 20}@{'é.' * 28}org")  # 147 octets as written, 288 with the domain in ASCII
    with pytest.raises(AddressError):
        parse(f"{'a' * 20}@{('b' * 60 + '.') * 4}org")


likely = st.builds(
    lambda local, domain: f"{local}@{domain}",
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.sampled_from(["x.org", "Example.COM", "例え.jp", "bücher.de", "faß.de"]) | st.text(max_size=12),
)


@settings(max_examples=300)
@given(likely | st.text(max_size=40))
def test_what_is_let_through_is_safe_and_stable(text):
    try:
        found = parse(text)
    except AddressError as error:
        assert "\n" not in error.line()
        return
    assert HEADER_SAFE.fullmatch(found.sending), found
    assert len(found.sending.encode()) <= 254
    assert unicodedata.is_normalized("NFC", found.sending)
    assert found.sending.rpartition("@")[2].isascii()
    assert parse(found.sending) == found
    assert parse(found.sending.rpartition("@")[0] + "@" + found.sending.rpartition("@")[2].upper()).key == found.key


@given(st.from_regex(r"[A-Za-z0-9+_-]{1,20}", fullmatch=True))
def test_case_makes_no_other_reader(local):
    assert parse(f"{local}@x.org").key == parse(f"{local.swapcase()}@X.ORG").key


def validated(text):
    """What email-validator alone says, by the rules of this house."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return f"{text.rpartition('@')[0]}@{found.ascii_domain.lower()}"


atoms = st.text("abzABZ019.!#$%&'*+-/=?^_`{|}~\"()<>,;:@[] \\", max_size=66)
hosts = st.text("abzABZ019.-_", max_size=30) | st.sampled_from(
    [
        "x.org",
        "X.ORG",
        "a.test",
        "localhost",
        "x.local",
        "a--b.org",
        "xn--bcher-kva.de",
        "xn--a.de",
        "ab--cd.org",
        "1.2.3.4",
        "x.org.",
        "x..org",
        "-x.org",
        "x-.org",
        "x.123",
        "[1.2.3.4]",
        f"{'b' * 63}.org",
        f"{'b' * 64}.org",
        "b." * 110 + "org",
    ]
)


@settings(max_examples=600)
@given(st.builds("{}@{}".format, atoms, hosts))
def test_the_short_way_says_what_email_validator_says(text):
    """Of ASCII addresses: nothing is let through that it refuses, nothing refused that it lets through."""
    text = text.strip(" \t\r\n")
    for _ in range(2):  # the second time the domain is known
        try:
            found = parse(text).sending
        except AddressError:
            found = None
        assert found == (validated(text) if " " not in text else None)


@pytest.mark.parametrize("length", [63, 64, 65])
def test_lengths_are_held_to_the_octet(length):
    for domain in ("x.org", ".".join(["b" * 62] * 3) + ".org"):
        text = f"{'a' * length}@{domain}"
        assert (validated(text) is None) == (length > 64 or len(text) > 254)
        if validated(text) is None:
            with pytest.raises(AddressError):
                parse(text)
        else:
            assert parse(text).sending == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@example.org", ""),
        ("Info@example.org", "role"),
        ("postmaster+x@example.org", "role"),
        ("客服@example.org", "role smtputf8"),
        ("王@example.org", "smtputf8"),
        ("ann@mailinator.com", "disposable"),
        ("ann@sub.mailinator.com", "disposable"),
        ("no-reply@mailinator.com", "disposable role"),
        ("information@example.org", ""),
    ],
)
def test_desks_and_throw_away_mailboxes_are_told(text, expected):
    found = parse(text)
    assert flags(found.key) == flags(found.sending) == frozenset(expected.split())


def test_every_desk_of_rfc_2142_is_known():
    assert {
        "info",
        "marketing",
        "sales",
        "support",
        "abuse",
        "noc",
        "security",
        "postmaster",
        "hostmaster",
        "webmaster",
    } <= ROLES
    assert all(_folded(each) == each for each in ROLES)


@given(st.text(max_size=20))
def test_folding_is_stable_and_takes_no_letter_into_ascii(local):
    folded = _folded(local)
    assert _folded(folded) == folded
    assert folded.isascii() == unicodedata.normalize("NFC", local).isascii()


@pytest.mark.parametrize(
    ("address", "reader"),
    [
        ("Vic.Tim+x+y@GoogleMail.com", "victim@gmail.com"),
        ("vic.tim+x@example.org", "vic.tim@example.org"),
        ("+x@example.org", "+x@example.org"),
    ],
)
def test_who_most_likely_reads_it(address, reader):
    assert mailbox(parse(address)) == reader
