"""The envelope of each delivery, on the wire to a real SMTP server: the path back names reader and issue to us alone."""

from __future__ import annotations

import re
import shutil

import pytest
from acceptance import mailed_site
from acceptance.mail_judge import value_of
from acceptance.mailed_site import DOMAIN, READERS, TYPED, issue_id, opened
from aiosmtpd.controller import Controller

from publisher.delivery.link import parted
from publisher.issues import store
from subscribers import store as readers
from subscribers.tokens import Keys, read_return_path

VERP = re.compile(rf"bounce\+(?P<mark>[a-z2-7]{{13}}\.[a-z2-7]{{13}})@{re.escape(DOMAIN)}")


class Relay(Controller):
    """On a port that the system chose; keeps each message with its envelope."""

    def __init__(self):
        super().__init__(self, hostname="127.0.0.1", port=0)
        self.taken = []

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 kept"


@pytest.fixture(scope="module")
def relayed(sent, tmp_path_factory):
    """The weekly of a copy of the first site, sent over SMTP; the copy, and what the relay took."""
    site = tmp_path_factory.mktemp("relayed") / "site"
    shutil.copytree(sent.folder / "first", site)
    relay = Relay()
    relay.start()
    try:
        smtp = f"{{host: 127.0.0.1, port: {relay.port}, security: none, connections: 2}}"
        mailed_site.configure(site, clicks=True, delivery=f"  transport: smtp\n  smtp: {smtp}")
        with opened(site) as app:
            mailed_site.by_app(app, "weekly")
    finally:
        relay.stop()
    return site, relay.taken


def test_each_mail_has_one_recipient_and_a_path_back_of_its_own(relayed):
    _, taken = relayed
    assert sorted(address for _, (address,), _ in taken) == sorted(READERS)
    assert all(VERP.fullmatch(sender) for sender, _, _ in taken)
    assert len({sender for sender, _, _ in taken}) == len(READERS)
    assert max(len(sender.rpartition("@")[0]) for sender, _, _ in taken) <= 64  # of a local part (RFC 5321 4.5.3.1.1)


def test_the_path_back_names_reader_and_issue(relayed):
    site, taken = relayed
    with opened(site) as app, app.database.read() as connection:
        serial = store.get(connection, issue_id("weekly")).serial
        for sender, (address,), _ in taken:
            for mark in (VERP.fullmatch(sender)["mark"], VERP.fullmatch(sender)["mark"].upper()):
                number = read_return_path(app.keys, mark)
                assert number is not None
                assert parted(number) == (readers.by_address(connection, address).id, serial)


def test_nobody_else_can_make_one(relayed):
    site, taken = relayed
    marks = [VERP.fullmatch(sender)["mark"] for sender, _, _ in taken]
    with opened(site) as app:
        assert read_return_path(Keys((bytes(32),)), marks[0]) is None
        code = marks[0].partition(".")[2]
        other = marks[1].partition(".")[0]
        assert read_return_path(app.keys, f"{other}.{code}") is None
        for place in range(27):
            letter = "a" if marks[0][place] != "a" else "b"
            assert read_return_path(app.keys, f"{marks[0][:place]}{letter}{marks[0][place + 1 :]}") is None


def test_the_path_back_stands_in_the_envelope_alone(relayed):
    for sender, _, message in relayed[1]:
        assert VERP.fullmatch(sender)["mark"].encode() not in message
        assert b"Return-Path" not in message  # whoever delivers writes it (RFC 5321 4.4)


def test_what_crosses_the_wire_is_what_the_folder_holds(sent, relayed):
    def without(raw):
        return re.sub(rb"(?m)^(?:DKIM-Signature|Date): .*\r\n(?: .*\r\n)*", b"", raw)

    held = {mail.address: mail.raw for mail in sent.of(site=TYPED, newsletter="weekly")}
    for _, (address,), message in relayed[1]:
        assert value_of(message, "message-id") == value_of(held[address], "message-id")
        assert without(message) == without(held[address])
