"""Leaving by mail: an address in List-Unsubscribe where somebody reads what comes there, and nowhere else."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import unquote, urlsplit

import dkim as oracle
import pytest
from builders import AT
from delivery.returned import BOUNCES, KEYS, OTHERS, make_post, mark, status, went_out
from digest import sample
from fakes import CONFIG, add_readers
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import parse
from publisher.config.delivery import Bounces
from publisher.delivery import link
from publisher.delivery.bounces.mailbox import Returned
from publisher.delivery.bounces.poll import take
from publisher.digest import dkim, headers, wire
from subscribers.tokens import leave_mark, read_leave_mark, read_return_path, return_path

READ = [", pipe: true", ", maildir: returned", ", imap: {host: imap.example.org}"]
ids = st.integers(0, 2**39 - 1)


# ---- the mark


@given(ids, st.booleans())
def test_a_leave_mark_is_read_in_any_case(id, upper):
    piece = leave_mark(KEYS, id)
    assert len(piece) == 27
    assert read_leave_mark(KEYS, piece.upper() if upper else piece) == id
    assert read_leave_mark(OTHERS, piece) is None


@given(ids)
def test_neither_mark_is_the_other(id):
    assert read_return_path(KEYS, leave_mark(KEYS, id)) is None
    assert read_leave_mark(KEYS, return_path(KEYS, id)) is None


@given(ids, ids)
def test_halves_of_two_marks_are_none(one, other):
    forged = f"{leave_mark(KEYS, one)[:13]}.{leave_mark(KEYS, other)[14:]}"
    assert read_leave_mark(KEYS, forged) == (one if one == other else None)


# ---- the address


def config(tmp_path, more, address="bounce@tideline.example"):
    text = CONFIG.format(approvals=1, delivery=(BOUNCES % more).replace("bounce@tideline.example", address))
    return parse(text.encode(), tmp_path / "config.yaml", {})


@pytest.mark.parametrize("more", READ)
def test_there_is_one_where_somebody_reads_it(tmp_path, more):
    made = config(tmp_path, more)
    assert link.leave_address(made, KEYS, 7) == f"bounce+{leave_mark(KEYS, 7)}@tideline.example"
    assert link.leave(made, KEYS, 7) == f"mailto:bounce+{leave_mark(KEYS, 7)}@tideline.example?subject=unsubscribe"


@pytest.mark.parametrize("more", ["", ", pipe: false"])
def test_there_is_none_where_nobody_reads_it(tmp_path, more):
    assert link.leave(config(tmp_path, more), KEYS, 7) == ""
    nothing = parse(CONFIG.format(approvals=1, delivery="{transport: folder}").encode(), tmp_path / "config.yaml", {})
    assert link.leave(nothing, KEYS, 7) == ""


def test_what_no_uri_may_hold_is_written_so_that_it_can(tmp_path):
    address = f"'a?b&c=d%e#{{f}}+{leave_mark(KEYS, 7)}@tideline.example"
    uri = link.mailto(address)
    assert headers.unsubscribe("https://x.example/u/t", uri).meant.endswith(f"<{uri}>")
    assert unquote(urlsplit(uri).path) == address
    assert link.leave_address(config(tmp_path, READ[0], "b@bücher.example"), KEYS, 7).endswith("@xn--bcher-kva.example")


def test_the_longest_address_is_one_that_a_server_takes():
    made = Bounces(address=f"{'b' * 36}@example.org", pipe="true")
    assert made.is_read
    local = f"{'b' * 36}+{leave_mark(KEYS, 2**39 - 1)}"
    assert len(local) == 64  # RFC 5321 4.5.3.1.1


# ---- the header


def filled(folder, uri, *keys):
    made = sample.make_config(folder)
    compiled = wire.compile(sample.edition(made), sample.weekly(made), made)
    return compiled.fill(replace(sample.SLOTS, leave=uri), partial(dkim.sign, keys) if keys else None)


def value(raw):
    return email.message_from_bytes(raw, policy=email.policy.compat32)["List-Unsubscribe"]


def test_the_page_stands_first_then_the_address(tmp_path):
    uri = link.leave(config(tmp_path, READ[0]), KEYS, 7)
    with_it, without = filled(tmp_path, uri), filled(tmp_path, "")
    assert value(with_it) == f"<{sample.SLOTS.unsubscribe}>, <{uri}>"
    assert value(without) == f"<{sample.SLOTS.unsubscribe}>"
    assert with_it.replace(f", <{uri}>".encode(), b"") == without  # nothing else of the mail is another


def long_mailto():
    return link.mailto(f"{'b' * 36}+{leave_mark(KEYS, 7)}@{'d' * 60}.{'e' * 60}.example")


def test_two_addresses_too_long_for_a_line_are_folded_between_them():
    field = headers.unsubscribe("https://x.example/" + "p" * 900, long_mailto())
    assert max(map(len, field.wire.split(b"\r\n"))) <= headers.LONGEST
    assert field.wire.count(b"\r\n") == 2
    assert field.wire.replace(b"\r\n ", b" ").rstrip() == f"List-Unsubscribe: {field.meant}".encode()


def test_the_signature_covers_the_address(tmp_path):
    key = dkim.load("tideline.example", "r1", dkim.make(dkim.Algorithm.RSA))
    zone = {f"{dkim.record_name(key)}.".encode(): dkim.public_record(key).encode()}

    def good(raw):
        return oracle.verify(raw, dnsfunc=lambda name, timeout=5: zone.get(name))

    for uri in (link.leave(config(tmp_path, READ[0]), KEYS, 7), long_mailto()):
        raw = filled(tmp_path, uri, key)
        assert good(raw)
        assert not good(raw.replace(b"mailto:b", b"mailto:c"))


# ---- sent and answered


def test_who_writes_there_leaves_and_who_answers_does_not(database, tmp_path):
    one, two = add_readers(database, 2)
    issue = went_out(database, [one, two])
    post = make_post(database, tmp_path, READ[0])
    there = unquote(urlsplit(link.leave(post.config, KEYS, one)).path)
    back = f"bounce+{mark(two, issue)}@tideline.example"
    mails = [
        Returned(raw=f"From: x@example.org\nTo: {to}\nSubject: unsubscribe\n\n".encode(), name=to, done=lambda: None)
        for to in (there, back)
    ]
    done = take(post, mails, AT + timedelta(hours=1))
    assert done.recorded == 1
    assert [status(database, id) for id in (one, two)] == ["unsubscribed", "active"]
