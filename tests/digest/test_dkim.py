"""DKIM: every signature of ours is good to dkimpy and to Mail::DKIM, and no altered message is."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import headers
from publisher.digest.dkim import (
    ONCE,
    Algorithm,
    Key,
    ascii_name,
    assert_canonical,
    load,
    make,
    matching,
    public_record,
    quoted,
    record_name,
    relaxed_body,
    relaxed_field,
    sign,
    zone_line,
)
from publisher.errors import ConfigError

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)  # dkimpy has a clock of its own and refuses what is ahead of it
DOMAIN = "example.org"
RSA = load(DOMAIN, "r1", make(Algorithm.RSA))
ED = load(DOMAIN, "e1", make(Algorithm.ED25519))
ZONE = {record_name(key): public_record(key) for key in (RSA, ED)}
LINES = b"".join(b"%s\r\n" % base64.b64encode(bytes([number] * 57)) for number in range(40))
BODY = b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + LINES + b"--b--\r\n"


def message_of(fields, body, *keys):
    return sign(keys, fields, body, NOW) + headers.block(fields) + b"\r\n" + body


def digest_fields(subject="潮汐算力：把数据中心搬到海边的人", name="观澜周刊"):
    return (
        headers.mailbox("From", name, f"news@{DOMAIN}"),
        headers.mailbox("Reply-To", "", f"desk@{DOMAIN}"),
        headers.text("Subject", subject),
        headers.mailbox("To", "李", "li@example.net"),
        headers.exact("Date", "Mon, 30 Jun 2025 08:00:00 +0000"),
        headers.message_id("<1.2@example.org>"),
        headers.exact("MIME-Version", "1.0"),
        headers.exact("Content-Type", 'multipart/alternative; boundary="b"'),
        headers.exact("Content-Language", "zh-CN"),
        headers.list_id(name, f"weekly.{DOMAIN}"),
        headers.exact("List-Archive", "<https://example.org/archive/>"),
        headers.exact("Feedback-ID", "weekly-1:weekly:example.org:exampleorg"),
        headers.exact("List-Unsubscribe", f"<https://example.org/u/{'x' * 36}>, <mailto:leave@example.org>"),
        headers.exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


GOOD = message_of(digest_fields(), BODY, RSA, ED)


def by_dkimpy(message, zone=ZONE):
    """Whether each signature is good, in their order."""
    judge = dkimpy.DKIM(message)
    count = len([name for name, _ in judge.headers if name.lower() == b"dkim-signature"])
    return [judge.verify(idx=number, dnsfunc=lambda name, timeout: look_up(zone, name)) for number in range(count)]


def look_up(zone, name):
    return zone.get(name.decode().removesuffix("."), "").encode()


def by_mail_dkim(*messages, zone=ZONE):
    """What Mail::DKIM says to each message: overall, and of each signature by its algorithm."""
    probe = ["perl", "-MMail::DKIM::Verifier", "-MNet::DNS", "-e", "1"]
    if not shutil.which("perl") or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("libmail-dkim-perl missing; run: make system")
    given_in = b"".join(b"%d\n%s" % (len(message), message) for message in messages)
    script = Path(__file__).with_name("mail_dkim.pl")
    command = ["perl", str(script), *(f"{name}={value}" for name, value in zone.items())]
    done = subprocess.run(command, input=given_in, capture_output=True, check=True, timeout=120)
    lines = done.stdout.decode("ascii").splitlines()
    assert len(lines) == len(messages), done.stderr
    return [(line.split()[0], dict(word.split(":") for word in line.split()[1:])) for line in lines]


def tags_of(message, number=0):
    found = re.findall(rb"^DKIM-Signature: (.*?)\r\n(?! )", message, re.MULTILINE | re.DOTALL)
    return dict(tag.split("=", 1) for tag in re.split(r";\s*", found[number].decode("ascii")))


# -- a signature


def test_what_we_sign_is_good_to_others():
    assert by_dkimpy(GOOD) == [True, True]


def test_what_we_sign_is_good_to_mail_dkim():
    overall, each = by_mail_dkim(GOOD)[0]
    assert overall == "pass"
    assert each["rsa-sha256"] == "pass"
    # Older ones know no Ed25519: hence never alone.
    assert set(each) == {"rsa-sha256", "ed25519-sha256"}


def test_the_tags_are_those_that_are_meant():
    tags = tags_of(GOOD)
    assert list(tags) == ["v", "a", "c", "d", "s", "t", "h", "bh", "b"]
    assert (tags["v"], tags["a"], tags["c"]) == ("1", "rsa-sha256", "relaxed/relaxed")
    assert (tags["d"], tags["s"], tags["t"]) == (DOMAIN, "r1", str(int(NOW.timestamp())))
    assert tags["h"].split(":") == [
        *("from", "to", "subject", "date", "message-id", "reply-to"),
        *("list-unsubscribe", "list-unsubscribe-post", "list-id", "list-archive", "feedback-id"),
        *("mime-version", "content-type"),
        *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    ]
    assert tags_of(GOOD, 1)["a"] == "ed25519-sha256"
    assert {key: tags_of(GOOD, 1)[key] for key in ("h", "bh", "t")} == {key: tags[key] for key in ("h", "bh", "t")}


def test_rsa_stands_first_whatever_the_order_of_the_keys():
    assert sign([ED, RSA], digest_fields(), BODY, NOW) == sign([RSA, ED], digest_fields(), BODY, NOW)
    assert sign([], digest_fields(), BODY, NOW) == b""


def test_a_body_in_pieces_is_the_body():
    pieces = [BODY[start : start + 100] for start in range(0, len(BODY), 100)]
    assert sign([RSA], digest_fields(), iter(pieces), NOW) == sign([RSA], digest_fields(), BODY, NOW)


def test_the_longest_names_and_key_keep_within_a_line():
    def blank(digest):
        return bytes(512)

    domain = ".".join(["d" * 49] * 5)
    key = Key(domain=domain, selector="s" * 63, algorithm=Algorithm.RSA, bits=4096, public="", sign=blank)
    assert max(map(len, sign([key], digest_fields(), BODY, NOW).split(b"\r\n"))) <= 998


def test_fields_that_no_signature_can_cover_are_refused():
    twice = (*digest_fields(), headers.text("subject", "another"))
    with pytest.raises(ValueError, match="subject stands twice"):
        sign([RSA], twice, BODY, NOW)
    with pytest.raises(ValueError, match="no From"):
        sign([RSA], digest_fields()[1:], BODY, NOW)


# -- an altered message


def altered():
    """Messages that somebody changed on the way, by what was changed."""
    head, _, body = GOOD.partition(b"\r\n\r\n")
    yield "a letter of the body", GOOD.replace(b"--b--", b"--c--")
    yield "more body", GOOD + b"and buy this\r\n"
    yield "less body", GOOD[:-100]
    for name in ("From", "Subject", "To", "Date", "Message-ID", "List-Unsubscribe", "List-Id", "Content-Type"):
        changed = re.sub(rb"(?m)^%s: " % name.encode(), b"%s: x" % name.encode(), head)
        assert changed != head
        yield f"another {name}", changed + b"\r\n\r\n" + body
        removed = re.sub(rb"(?m)^%s: .*\r\n(?: .*\r\n)*" % name.encode(), b"", head)
        assert len(removed) < len(head)
        yield f"no {name}", removed + b"\r\n\r\n" + body
    for name in ONCE:
        second = {"from": b"Mallory <m@example.com>"}.get(name, b"text/plain")
        yield f"a second {name}, first of all", b"%s: %s\r\n" % (name.encode(), second) + GOOD
        yield f"a second {name}, last of all", b"%s\r\n%s: %s\r\n\r\n%s" % (head, name.encode(), second, body)
    yield "another domain", GOOD.replace(b"d=example.org", b"d=sub.example.org")
    yield "another time", GOOD.replace(b"; t=17", b"; t=18")
    yield "fewer signed fields", GOOD.replace(b"h=from:to:", b"h=from:")


ALTERED = dict(altered())
OTHER_ZONE = ZONE | {name.replace(DOMAIN, f"sub.{DOMAIN}"): value for name, value in ZONE.items()}


@pytest.mark.parametrize("message", ALTERED.values(), ids=ALTERED)
def test_dkimpy_refuses_what_was_altered(message):
    try:
        verdicts = by_dkimpy(message, OTHER_ZONE)
    except dkimpy.DKIMException:  # for a body of another hash, or a second From
        verdicts = [False]
    assert not any(verdicts)


def test_mail_dkim_refuses_what_was_altered():
    verdicts = by_mail_dkim(*ALTERED.values(), GOOD, zone=OTHER_ZONE)
    assert verdicts.pop()[0] == "pass"
    passed = [what for what, (overall, _) in zip(ALTERED, verdicts, strict=True) if overall == "pass"]
    assert not passed


def test_what_relays_do_to_blanks_breaks_nothing():
    head, _, body = GOOD.partition(b"\r\n\r\n")
    # Folded elsewhere, names in other cases, blanks at ends: what the relaxed form forgives.
    moved = re.sub(rb", <mailto", b",\r\n\t<mailto", head).replace(b"Feedback-ID: ", b"FEEDBACK-Id:   ")
    relayed = (
        b"Received: by mx.example.net\r\n" + moved + b"\r\n\r\n" + body.replace(b"==\r\n", b"== \t\r\n") + b"\r\n\r\n"
    )
    assert by_dkimpy(relayed) == [True, True]
    assert by_mail_dkim(relayed)[0][0] == "pass"


# -- any message

texts = st.text(max_size=120) | st.text("潮汐算力 数据🌊=?_,;<>@()\"'abc \t\r\n", max_size=200)
bodies = st.binary(max_size=300).map(lambda octets: base64.encodebytes(octets).replace(b"\n", b"\r\n"))
names = texts | st.just("")


@given(texts, names, names, bodies, st.booleans())
def test_any_headers_and_base64_are_good_to_dkimpy(subject, sender, list_name, body, both):
    assert_canonical(body)
    message = any_message(subject, sender, list_name, body, RSA, *[ED] * both)
    assert by_dkimpy(message) == [True] * (1 + both)


@settings(max_examples=3)
@given(st.lists(st.tuples(texts, names, names, bodies), min_size=15, max_size=25))
def test_any_headers_and_base64_are_good_to_mail_dkim(several):
    verdicts = by_mail_dkim(*(any_message(*each, RSA, ED) for each in several))
    assert {(overall, each["rsa-sha256"]) for overall, each in verdicts} == {("pass", "pass")}


def any_message(subject, sender, list_name, body, *keys):
    fields = [
        headers.text("Subject", subject),
        headers.mailbox("From", sender, f"news@{DOMAIN}"),
        headers.list_id(list_name, f"a.{DOMAIN}"),
        headers.exact("List-Unsubscribe", f"<https://example.org/u/{'x' * 200}>"),
        headers.text("X-Other", subject),
    ]
    return message_of(fields, body, *keys)


# -- the form that is hashed

tangles = st.text("a \t\r\n.", max_size=40).map(lambda text: text.encode().replace(b"\r", b"").replace(b"\n", b"\r\n"))


@given(tangles)
def test_the_relaxed_body_is_dkimpys(tangle):
    body = tangle + b"\r\n"
    assert relaxed_body(body) == Relaxed.canonicalize_body(body)
    assert relaxed_body(relaxed_body(body)) == relaxed_body(body)


@given(st.binary(max_size=60) | tangles | st.text("a \t\r\n", max_size=12).map(str.encode))
def test_the_check_passes_whole_lines_in_relaxed_form_and_nothing_else(body):
    good = relaxed_body(body) == body and not re.search(rb"(?<!\r)\n|\r(?!\n)", body)
    if good:
        assert_canonical(body)
    else:
        with pytest.raises(ValueError, match=r"^line \d+ of the body \w"):
            assert_canonical(body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"a\r\nb \r\n", "line 2 of the body ends in a blank"),
        (b"a\r\nb\t", "line 2 of the body ends in a blank"),
        (b"a\r\nb  c\r\n", "line 2 of the body has two blanks in a row"),
        (b"a\tb\r\n", "line 1 of the body has a tab"),
        (b"a\r\n\r\nb\n", "line 3 of the body has a line break that is not CRLF"),
        (b"a\rb\r\n", "line 1 of the body has a line break that is not CRLF"),
        (b"a\r\nb", "line 2 of the body does not end in CRLF"),
        (b"a\r\n\r\n", "line 2 of the body is empty and the last of the body"),
        (b"\r\n", "line 1 of the body is empty and the last of the body"),
    ],
)
def test_the_check_names_line_and_fault(body, told):
    with pytest.raises(ValueError) as refused:
        assert_canonical(body)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("body", "relaxed"),
    [(b"", b""), (b" \r\n\t\r\n", b""), (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"), (b"x \t", b"x\r\n")],
)
def test_the_relaxed_form_of_the_standards_examples(body, relaxed):
    assert relaxed_body(body) == relaxed


@pytest.mark.parametrize(
    ("wire", "relaxed"),
    [(b"A: X\r\n", b"a:X\r\n"), (b"B : Y\t\r\n\tZ  \r\n", b"b:Y Z\r\n"), (b"Subject: \r\n", b"subject:\r\n")],
)
def test_the_relaxed_form_of_a_field(wire, relaxed):
    assert relaxed_field(wire) == relaxed


# -- RFC 8463 appendix A: what others printed, to the byte

VECTOR = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace("\n", "\r\n")
SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RECORD = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def test_the_standards_example_gets_the_standards_signature():
    head, _, body = VECTOR.encode().partition(b"\r\n\r\n")
    signature, *fields = re.split(rb"\r\n(?! )", head)
    secret = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(SEED))
    key = load("football.example.com", "brisbane", pem_of(secret))
    assert public_record(key) == RECORD
    assert base64.b64encode(dkimpy.HASH_ALGORITHMS[b"ed25519-sha256"](relaxed_body(body)).digest()) in signature
    stripped = relaxed_field(re.sub(rb"(?s)\bb=.*", b"b=", signature)).removesuffix(b"\r\n")
    hashed = b"".join(map(relaxed_field, fields)) + stripped
    expected = b"".join(re.search(rb"(?s)\bb=(.*)", signature)[1].split())
    made = key.sign(dkimpy.HASH_ALGORITHMS[b"ed25519-sha256"](hashed).digest())
    assert base64.b64encode(made) == expected


def test_our_judge_takes_the_standards_example():
    assert by_dkimpy(VECTOR.encode(), {"brisbane._domainkey.football.example.com": RECORD}) == [True]


# -- keys


def pem_of(secret, form=PrivateFormat.PKCS8, password=b""):
    return secret.private_bytes(Encoding.PEM, form, BestAvailableEncryption(password) if password else NoEncryption())


SECRET = rsa.generate_private_key(public_exponent=65537, key_size=1024)


def mersenne(p, q):
    """A key of p + q bits that takes no time to find."""
    one, other = 2**p - 1, 2**q - 1
    exponent = 65537
    private = pow(exponent, -1, (one - 1) * (other - 1))
    numbers = rsa.RSAPrivateNumbers(
        *(one, other, private, rsa.rsa_crt_dmp1(private, one), rsa.rsa_crt_dmq1(private, other)),
        rsa.rsa_crt_iqmp(one, other),
        rsa.RSAPublicNumbers(exponent, one * other),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def test_only_sizes_of_rsa_that_others_take_may_sign(monkeypatch):
    key = load(DOMAIN, "s1", pem_of(mersenne(521, 607)))
    assert key.bits == 1128
    message = message_of(digest_fields(), BODY, key)
    assert by_dkimpy(message, {record_name(key): public_record(key)}) == [True]
    with pytest.raises(ConfigError, match="has 648 bits, and may have 1024 to 4096"):
        load(DOMAIN, "s1", pem_of(mersenne(127, 521)))
    monkeypatch.setattr("publisher.digest.dkim.STRONGEST", 1127)
    with pytest.raises(ConfigError, match="has 1128 bits, and may have 1024 to 1127"):
        load(DOMAIN, "s1", pem_of(mersenne(521, 607)))


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("change", [bytes.decode, bytes.strip, lambda pem: pem.replace(b"\n", b"\r\n")])
def test_a_key_is_read_in_the_forms_that_tools_write(form, change):
    key = load("Example.ORG.", "S1", change(pem_of(SECRET, form)))
    assert (key.domain, key.selector, key.algorithm, key.bits) == ("example.org", "s1", Algorithm.RSA, 1024)


def test_no_text_of_a_key_tells_the_secret():
    secret = re.sub(r"-----.*?-----|\s", "", pem_of(SECRET).decode())
    for shown in (repr(load(DOMAIN, "s1", pem_of(SECRET))), str(load(DOMAIN, "s1", pem_of(SECRET)))):
        assert "sign" not in shown
        assert not any(secret[start : start + 20] in shown for start in range(200, len(secret), 20))


PEMS = {
    "no PEM": ("hello", "is no private key in PEM that can be read"),
    "empty": ("", "is no private key in PEM that can be read"),
    "cut off": (pem_of(SECRET)[:200], "is no private key in PEM that can be read"),
    "the public half": (
        SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "is no private key in PEM that can be read",
    ),
    "a password": (pem_of(SECRET, password=b"secret"), "has a password"),
    "an older password": (pem_of(SECRET, PrivateFormat.TraditionalOpenSSL, b"secret"), "has a password"),
    "EC": (pem_of(ec.generate_private_key(ec.SECP256R1())), "is neither RSA nor Ed25519"),
    "Ed448": (pem_of(ed448.Ed448PrivateKey.generate()), "is neither RSA nor Ed25519"),
    "DSA": (pem_of(dsa.generate_private_key(1024)), "is neither RSA nor Ed25519"),
}


@pytest.mark.parametrize(("pem", "told"), PEMS.values(), ids=PEMS)
def test_a_key_that_cannot_sign_is_refused_in_words(pem, told):
    with pytest.raises(ConfigError) as refused:
        load(DOMAIN, "s1", pem)
    assert str(refused.value) == f"the DKIM key s1 of example.org {told}"
    assert refused.value.hint


@pytest.mark.parametrize(("domain", "selector"), [("localhost", "s1"), ("10.0.0.1", "s1"), (DOMAIN, "a b")])
def test_a_name_that_dns_cannot_hold_is_refused(domain, selector):
    with pytest.raises(ConfigError, match=r"^delivery\.dkim: '.*' is not a") as refused:
        load(domain, selector, pem_of(SECRET))
    assert "write" in refused.value.hint


def test_what_was_made_is_what_was_asked_for():
    assert (RSA.algorithm, RSA.bits) == (Algorithm.RSA, 2048)
    assert (ED.algorithm, ED.bits) == (Algorithm.ED25519, 256)
    assert make(Algorithm.ED25519) != make(Algorithm.ED25519)


# -- records and domains


def test_records_as_dns_has_them():
    assert ZONE["e1._domainkey.example.org"] == f"v=DKIM1; k=ed25519; p={ED.public}"
    assert len(base64.b64decode(ED.public)) == 32
    assert zone_line(RSA).startswith('r1._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=MII')


@given(st.text("abc;= ", max_size=800))
def test_a_long_value_is_cut_into_strings_that_join_again(value):
    strings = re.findall(r'"([^"]*)"', quoted(value))
    assert "".join(strings) == value
    assert all(0 < len(each) <= 255 for each in strings)


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("example.org", ["example.org"]),
        ("News.Example.ORG", ["news.example.org", "example.org"]),
        ("a.news.example.org", ["news.example.org", "example.org"]),
        ("badexample.org", []),
        ("org", []),
        ("新闻.example", ["xn--efvy88h.example"]),
    ],
)
def test_keys_match_the_domain_of_from_and_its_parents(sender, found):
    keys = [load(each, "s1", pem_of(SECRET)) for each in ("news.example.org", "example.org", "新闻.example")]
    assert [key.domain for key in matching(keys, sender)] == found


def test_a_domain_in_its_one_form():
    assert ascii_name(" News.Example.ORG. ") == "news.example.org"
    assert ascii_name("新闻.example") == "xn--efvy88h.example"
