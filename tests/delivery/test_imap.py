"""A mailbox over IMAP: read in secret, marked after recording, and a server that lies, cuts off or babbles is told of."""

from __future__ import annotations

import socket
import ssl
import subprocess
from datetime import timedelta

import pytest
from builders import AT
from delivery.returned import dsn, make_post, mark, status, went_out
from fakes import add_readers
from imap_server import DROP, ImapServer

from publisher.config.delivery import Imap
from publisher.delivery.bounces import imap, poll
from publisher.delivery.bounces.mailbox import CAP
from publisher.delivery.bounces.record import Outcome
from publisher.delivery.bounces.report import Kind
from publisher.errors import TransportError

LATER = AT + timedelta(hours=1)
BOX = {3: b"Subject: three\r\n\r\nx\r\n", 5: b"Subject: five\r\n\r\n", 9: b"Subject: nine\r\n\r\n"}


def settings(server, **changes):
    values = {"host": "localhost", "port": server.port, "security": "none", "user": "bounce", "password": "secret"}
    return Imap.model_construct(**{"password_file": None, "folder": "INBOX"} | values | changes)


@pytest.fixture
def server():
    with ImapServer(messages=dict(BOX), seen={5}) as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture
def tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


def read(server, context=None, **changes):
    *found, last = imap.messages(settings(server, **changes), context)
    assert last is None
    return found


def refused(server, context=None, **changes):
    """What is told of it."""
    with pytest.raises(TransportError) as raised:
        read(server, context, **changes)
    assert raised.value.hint
    assert "secret" not in str(raised.value)
    return str(raised.value)


# ---- as it should be


def test_unseen_messages_are_read_and_marked_only_when_done(server):
    found = {}
    for message in filter(None, imap.messages(settings(server))):
        found[message.name] = message.raw
        assert server.seen == {5} | ({3} if len(found) == 2 else set())
        message.done()
    assert found == {"message 3 of INBOX at localhost": BOX[3], "message 9 of INBOX at localhost": BOX[9]}
    assert server.seen == {3, 5, 9}
    assert not [line for line in server.lines if "FETCH" in line and "PEEK" not in line]
    assert read(server) == []


def test_nothing_is_marked_that_was_not_done(server):
    assert len(read(server)) == 2
    assert server.seen == {5}


def test_an_empty_mailbox_is_empty(server):
    server.messages.clear()
    assert read(server) == []


def test_a_large_mailbox_is_asked_in_windows(server, monkeypatch):
    monkeypatch.setattr(imap, "_WINDOW", 2)
    monkeypatch.setattr(imap, "MOST", 3)
    server.messages = dict.fromkeys(range(1, 10), b"x")
    server.seen = {1, 2, 3}
    assert [each.name.split()[1] for each in read(server)] == ["4", "5", "6"]
    assert len([line for line in server.lines if "SEARCH" in line]) == 3


def test_a_message_that_went_meanwhile_is_passed_over(server):
    server.mood = lambda verb, line: b"TAG OK nothing\r\n" if verb == "FETCH" and " 3 " in line else None
    assert [each.raw for each in read(server)] == [BOX[9]]


def test_a_huge_message_is_read_as_far_as_it_matters(server):
    server.messages = {1: b"x" * (CAP + 500)}
    assert [len(each.raw) for each in read(server)] == [CAP]


def test_names_are_quoted_and_folders_of_other_letters_are_written_as_imap_does(server):
    server.user, server.password, server.folder = r"a\\\"b c", r"p\\\"w", '"&XfJSIA- &- x"'
    assert len(read(server, user='a\\"b c', password='p\\"w', folder="已删 & x")) == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_over_tls(tls, trusting, security):
    with ImapServer(messages=dict(BOX), context=tls, implicit=security == "tls") as server:
        assert len(read(server, trusting, security=security)) == 3
        assert "certificate" in refused(server, security=security)  # nobody we trust signed it
        assert "certificate" in refused(server, trusting, security=security, host="127.0.0.1")


def test_a_server_without_starttls_gets_no_password(server):
    assert "TLS not supported" in refused(server, security="starttls")
    assert not [line for line in server.lines if "LOGIN" in line]


# ---- as it should not be


def test_a_wrong_password_is_told_without_it(server):
    server.password = "another"
    assert "AUTHENTICATIONFAILED" in refused(server)


def test_a_server_that_repeats_the_password_is_not_quoted(server):
    server.mood = lambda verb, line: b"TAG NO \x1b[31m secret is wrong\r\n" if verb == "LOGIN" else None
    assert "… is wrong" in refused(server)


@pytest.mark.parametrize("password", ["geheim\r\nx LOGOUT", "pässword", "a\0b"])
def test_a_password_that_imap_cannot_carry_is_not_sent(server, password):
    assert "cannot be sent" in refused(server, password=password)
    assert server.lines == []


def test_a_folder_that_is_not_there_is_told(server):
    assert "no such folder" in refused(server, folder="Bounces")


def test_a_mailbox_that_may_not_be_written_is_told(server):
    server.mood = lambda verb, line: b"* 3 EXISTS\r\nTAG OK [READ-ONLY] done\r\n" if verb == "SELECT" else None
    assert "cannot be written" in refused(server)


@pytest.mark.parametrize("verb", ["GREET", "CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH"])
@pytest.mark.parametrize(
    "answer",
    [DROP, b"\xff\x00\xfe garbage\r\n", b"* BYE go away\r\n", b"TAG BAD what\r\n", b"* 1 FETCH (BODY[] {999999999999}\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"],
)  # fmt: skip
def test_whatever_a_server_says_ends_in_an_error(server, verb, answer):
    def mood(asked, line):
        if asked == verb:
            return answer
        return DROP if asked == "LOGOUT" else None

    server.mood = mood
    if verb == "FETCH" and answer.startswith(b"TAG BAD"):
        assert read(server) == []  # one that it cannot give; another may be well
        return
    if verb == "GREET" and answer != DROP:  # it goes on as if it were well: imaplib waits for no more
        server.mood = lambda asked, line: answer if asked == "GREET" else DROP
    refused(server)


@pytest.mark.parametrize("answer", [b"* SEARCH x y\r\nTAG OK\r\n", b"* SEARCH 99999999999\r\nTAG OK done\r\n"])
def test_numbers_that_are_none_are_told(server, answer):
    server.mood = lambda verb, line: answer if verb == "SEARCH" else None
    refused(server)


@pytest.mark.parametrize("count", [b"", b"* many EXISTS\r\n"])
def test_a_count_that_is_none_is_told(server, count):
    server.mood = lambda verb, line: count + b"TAG OK done\r\n" if verb == "SELECT" else None
    refused(server)


def test_another_message_than_was_asked_for_is_not_taken(server):
    liar = b"* 1 FETCH (UID 77 BODY[]<0> {4}\r\nliar)\r\nTAG OK done\r\n"
    server.mood = lambda verb, line: liar if verb == "FETCH" else None
    assert read(server) == []


def test_an_answer_without_an_end_is_cut(server, monkeypatch):
    monkeypatch.setattr(imap, "_ANSWER", 5000)
    server.mood = lambda verb, line: b"* OK still there\r\n" * 1000 if verb == "SEARCH" else None
    assert "without an end" in refused(server)


def test_a_literal_that_ends_early_is_told(server):
    def mood(verb, line):
        return b"* 1 FETCH (UID 3 BODY[]<0> {4000}\r\nshort" if verb == "FETCH" else DROP if verb == "LOGOUT" else None

    server.mood = mood
    monkey = imap.TIMEOUT
    imap.TIMEOUT = 0.2
    try:
        refused(server)
    finally:
        imap.TIMEOUT = monkey


def test_nobody_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nowhere = type("Nowhere", (), {"port": port})
    assert "does not answer" in refused(nowhere)


# ---- recorded


def test_a_poll_records_and_marks(database, tmp_path):
    ids = add_readers(database, 2)
    issue = went_out(database, ids)
    notice = dsn(f"bounce+{mark(ids[0], issue)}@tideline.example")
    with ImapServer(messages={1: notice, 2: b"Subject: x\r\n\r\n", 7: notice + b"\r\n"}) as server:
        where = f'imap: {{host: localhost, port: {server.port}, security: none, user: bounce, password: "${{P}}"}}'
        post = make_post(database, tmp_path, f", {where}", environ={"P": "secret"})
        done = poll.poll(post, LATER)
        assert (done.messages, done.trouble) == (3, [])
        assert done.counts[Kind.INVALID, Outcome.RECORDED] == done.counts[Kind.INVALID, Outcome.DUPLICATE] == 1
        assert server.seen == {1, 2, 7}
        server.messages[8], server.mood = (
            notice,
            lambda verb, line: b"TAG NO read only\r\n" if verb == "STORE" else None,
        )
        again = poll.poll(post, LATER)
        assert (again.messages, len(again.trouble)) == (1, 1)
    assert "does not answer" in poll.poll(post, LATER).trouble[0]
    assert [status(database, id) for id in ids] == ["bounced", "active"]
