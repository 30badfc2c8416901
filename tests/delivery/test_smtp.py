"""The SMTP transport against relays that break at every moment, and one that is a real server."""

from __future__ import annotations

import shutil
import ssl
import subprocess

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from fakes import DROP, SILENT, Relay, late, on
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Smtp
from publisher.delivery import smtp
from publisher.delivery.delivery import Phase, Receipt
from publisher.delivery.smtp import SmtpTransport
from publisher.delivery.transport import Envelope
from publisher.errors import TransportError

MESSAGE = b"Subject: x\r\n\r\nhello\r\n"
ENVELOPE = Envelope(sender="news@example.org", recipient="reader@example.org", message_id="<1@example.org>")


def envelope(recipient):
    return Envelope(sender="news@example.org", recipient=recipient, message_id=f"<{recipient}>")


def transport(port, context=None, **changes):
    values = {"host": "127.0.0.1", "port": port, "security": "none", "connections": 2, "rate": 7}
    secret = {name: changes.pop(name) for name in ("user", "password") if name in changes}
    settings = Smtp.model_validate(values | changes).model_copy(update=secret)  # no file may hold a password
    return SmtpTransport(settings, "news.example.org", **({"context": context} if context else {}))


def send_two(relay):
    """What becomes of a message at a relay, and of the one after it."""
    with transport(relay.port).open() as connection:
        return connection.send(ENVELOPE, MESSAGE), connection.send(envelope("next@example.org"), MESSAGE)


def receipt(code, text, phase=Phase.ENVELOPE):
    return Receipt(code=code, text=text, phase=phase)


def test_a_message_is_handed_over_as_it_is():
    with Relay() as relay:
        first, second = send_two(relay)
    assert first == second == receipt(250, "2.0.0 queued", Phase.DOT)
    assert [(sender.upper().startswith("FROM:<"), recipient, body) for sender, recipient, body in relay.log] == [
        (True, "reader@example.org", MESSAGE),
        (True, "next@example.org", MESSAGE),
    ]
    assert relay.commands[0] == "ehlo news.example.org"
    assert relay.verbs["GREET"] == 1, "one connection carries both"
    assert relay.commands[-1] == "QUIT"


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("reply", "code"), [(b"451 4.7.1 later\r\n", 451), (b"550 5.1.1 never\r\n", 550)])
def test_a_refusal_before_the_dot_leaves_the_connection_usable(verb, reply, code):
    with Relay(on(verb, reply, times=[1])) as relay:
        first, second = send_two(relay)
    assert (first.code, first.phase) == (code, Phase.ENVELOPE)
    assert second.code == 250
    assert relay.verbs["GREET"] == 1
    assert [recipient for _, recipient, _ in relay.log] == ["next@example.org"]


@pytest.mark.parametrize("reply", [b"452 full\r\n", b"554 spam\r\n"])
def test_a_refusal_of_the_dot_leaves_the_connection_usable(reply):
    with Relay(on("DOT", reply, times=[1])) as relay:
        first, second = send_two(relay)
    assert (first.code, first.phase) == (int(reply[:3]), Phase.DOT)
    assert second.code == 250
    assert relay.verbs["GREET"] == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_dot_is_surely_not_taken(verb):
    with Relay(on(verb, DROP, times=[1])) as relay:
        first, second = send_two(relay)
    assert (first.code, first.phase) == (0, Phase.ENVELOPE)
    assert second.code == 250
    assert relay.verbs["GREET"] == 2, "it opened itself anew"


def test_a_connection_lost_after_the_dot_is_a_doubt():
    with Relay(on("DOT", DROP, times=[1])) as relay:
        first, second = send_two(relay)
    assert (first.code, first.phase) == (0, Phase.DOT)
    assert second.code == 250
    assert len(relay.log) == 2


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_farewell_ends_the_session_and_the_next_message_opens_one(verb):
    with Relay(on(verb, b"421 4.3.2 shutting down\r\n", times=[1])) as relay:
        first, second = send_two(relay)
    assert first.code == 421
    assert second.code == 250
    assert relay.verbs["GREET"] == 2


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT", "RSET"])
@pytest.mark.parametrize("reply", [b"what?\r\n", b"what?\r\n250 ok\r\n", b"199 hm\r\n"])
def test_an_answer_that_is_none_is_never_credited_to_the_next_message(verb, reply):
    """The stray line would be read as the answer to a later command, and a message counted that nobody took."""
    moods = [on(verb, reply, times=[1]), on("RCPT", b"550 no\r\n", times=[1] if verb == "RSET" else [])]
    with Relay(lambda *seen: next(filter(None, (mood(*seen) for mood in moods)), None)) as relay:
        first, second = send_two(relay)
    assert not 200 <= first.code < 300
    assert second == receipt(250, "2.0.0 queued", Phase.DOT)
    assert relay.verbs["GREET"] == 2


def test_replies_of_many_lines_are_read_whole():
    with Relay(on("DOT", b"250-one\r\n250-two\r\n250 three\r\n")) as relay:
        first, second = send_two(relay)
    assert first == second == receipt(250, "one two three", Phase.DOT)


def test_any_success_of_a_command_is_success():
    with Relay(on("RCPT", b"251 forwarding\r\n", times=[1])) as relay:
        assert [each.code for each in send_two(relay)] == [250, 250]
    with Relay(on("RCPT", b"252 will try\r\n", times=[1])) as relay:
        assert [each.code for each in send_two(relay)] == [250, 250]


@pytest.mark.parametrize(("verb", "phase"), [("MAIL", Phase.ENVELOPE), ("DOT", Phase.DOT)])
def test_a_relay_that_falls_silent_is_given_up(verb, phase, monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.1)
    monkeypatch.setattr(smtp, "DOT_TIMEOUT", 0.1)
    with Relay(on(verb, SILENT, times=[1])) as relay, transport(relay.port).open() as connection:
        assert connection.send(ENVELOPE, MESSAGE) == receipt(
            0, "connection lost: Connection unexpectedly closed: timed out", phase
        )


def test_a_slow_answer_to_the_dot_is_waited_for(monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    with Relay(late(0.4)) as relay:
        assert [each.code for each in send_two(relay)] == [250, 250]


def test_an_address_that_smtp_cannot_carry_fails_alone():
    with Relay() as relay, transport(relay.port).open() as connection:
        for odd in ("läser@example.org", "a\r\nRCPT TO:<victim@example.org>@example.org", "a b@c", ""):
            assert connection.send(envelope(odd), MESSAGE).code == 553
        assert connection.send(ENVELOPE, MESSAGE).code == 250
        assert connection.send(envelope("o'neil+(a)/b@example.org"), MESSAGE).code == 250
    assert [recipient for _, recipient, _ in relay.log] == ["reader@example.org", "o'neil+(a)/b@example.org"]
    assert relay.verbs["GREET"] == 1
    assert not any("victim" in command for command in relay.commands)


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        (on("GREET", b"421 too many connections\r\n"), "turns us away: 421 too many connections"),
        (on("GREET", b"554 no\r\n"), "turns us away: 554 no"),
        (on("GREET", DROP), "Connection unexpectedly closed"),
        (on("EHLO", DROP), "broke off"),
    ],
)
def test_a_relay_that_lets_nobody_in_is_a_transport_error(mood, said):
    with Relay(mood) as relay, pytest.raises(TransportError, match=said) as caught:
        transport(relay.port).open()
    assert f"relay 127.0.0.1:{relay.port}" in str(caught.value)
    assert caught.value.hint


def test_nobody_listens():
    with Relay() as relay:
        port = relay.port
    with pytest.raises(TransportError, match="does not answer"):
        transport(port).open()


def test_a_relay_gone_between_two_messages_is_a_transport_error():
    with Relay(on("DOT", b"421 bye\r\n")) as relay:
        connection = transport(relay.port).open()
        assert connection.send(ENVELOPE, MESSAGE).code == 421
    with pytest.raises(TransportError):
        connection.send(ENVELOPE, MESSAGE)
    connection.close()


def test_goodbye_to_a_relay_that_has_gone_is_quiet():
    with Relay(on("QUIT", DROP)) as relay:
        connection = transport(relay.port).open()
        connection.close()
        connection.close()


def test_it_says_what_it_is():
    port = 2525
    made = transport(port, user="news", password="hush")
    assert (made.connections, made.rate, made.describe()) == (2, 7.0, "relay 127.0.0.1:2525")
    assert made.knows(ENVELOPE) is None
    assert "hush" not in repr(made)


def test_starttls_that_is_not_offered_is_not_done_without():
    with Relay() as relay, pytest.raises(TransportError, match="STARTTLS") as caught:
        transport(relay.port, security="starttls").open()
    assert "security" in caught.value.hint
    assert relay.verbs["MAIL"] == 0


def test_signing_in_where_it_is_not_offered():
    with Relay() as relay, pytest.raises(TransportError, match="AUTH"):
        transport(relay.port, user="news", password="secret").open()


# ---- every body arrives byte for byte

LINES = st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")) | st.sampled_from([b".", b"..", b".x", b""]), max_size=12)  # fmt: skip


def test_bodies_arrive_byte_for_byte():
    with Relay() as relay, transport(relay.port).open() as connection:

        @settings(max_examples=150)
        @given(LINES, st.booleans())
        def round_trip(lines, ended):
            body = b"\r\n".join([*lines, b""] if ended else lines)
            assert connection.send(ENVELOPE, body).code == 250
            got = relay.log[-1][2].split(b"\r\n")
            assert b"\r\n".join(line.removeprefix(b".") for line in got) == body.removesuffix(b"\r\n") + b"\r\n"

        round_trip()


# ---- a real server: STARTTLS, AUTH, certificates


class Server(Controller):
    """On a port that the system chose."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Keeper:
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(
            (envelope.mail_from, envelope.rcpt_tos, envelope.original_content, session.ssl is not None)
        )
        return "250 kept"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate of 127.0.0.1, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl missing; run: make system")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def server(certificate):
    keeper = Keeper()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def sign_in(server, session, envelope, mechanism, login):
        return AuthResult(success=(login.login, login.password) == (b"news", b"secret"), handled=False)

    controller = Server(
        keeper, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True, authenticator=sign_in,
        auth_required=True,
    )  # fmt: skip
    controller.start()
    controller.keeper = keeper
    yield controller
    controller.stop()


def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_a_real_server_takes_it_over_tls_from_whoever_signed_in(server, certificate):
    body = b"Subject: x\r\n\r\n.dots\r\n..\r\n.\r\nend\r\n"
    made = transport(server.port, trusting(certificate), security="starttls", user="news", password="secret")
    with made.open() as connection:
        assert connection.send(ENVELOPE, body) == receipt(250, "kept", Phase.DOT)
    assert server.keeper.messages == [("news@example.org", ["reader@example.org"], body, True)]


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    made = transport(server.port, security="starttls", user="news", password="secret")
    with pytest.raises(TransportError, match="TLS failed: CERTIFICATE_VERIFY_FAILED") as caught:
        made.open()
    assert "certificate" in caught.value.hint
    assert server.keeper.messages == []


def test_a_certificate_of_another_name_is_refused(server, certificate):
    made = transport(server.port, trusting(certificate), host="localhost", security="starttls")
    with pytest.raises(TransportError, match="TLS failed"):
        made.open()


@pytest.mark.parametrize(("password", "said"), [("wrong", "refused user news"), ("geheimß", "beyond ASCII")])
def test_a_wrong_password_is_told_without_showing_it(server, certificate, password, said):
    made = transport(server.port, trusting(certificate), security="starttls", user="news", password=password)
    with pytest.raises(TransportError, match=said) as caught:
        made.open()
    assert password not in caught.value.line()


def test_tls_to_a_port_that_speaks_plain_is_told():
    with Relay() as relay, pytest.raises(TransportError, match=r"TLS failed|does not answer"):
        transport(relay.port, security="tls").open()


# ---- addresses in other letters (RFC 6531)

WIDE = "To: <王芳@example.org>\r\nSubject: x\r\n\r\nhello\r\n".encode()


class Wide:
    """Keeps what it was told of a message."""

    def __init__(self):
        self.kept = []

    async def handle_DATA(self, server, session, envelope):
        self.kept.append((envelope.rcpt_tos, envelope.smtp_utf8, envelope.mail_options, envelope.original_content))
        return "250 kept"


@pytest.fixture(params=[True, False], ids=["offers SMTPUTF8", "does not"])
def wide(request):
    keeper = Wide()
    controller = Server(keeper, hostname="127.0.0.1", port=0, enable_SMTPUTF8=request.param)
    controller.start()
    controller.keeper, controller.offers = keeper, request.param
    yield controller
    controller.stop()


def test_an_address_in_other_letters_goes_where_smtputf8_is_offered_alone(wide):
    with transport(wide.port).open() as connection:
        sent = connection.send(envelope("王芳@example.org"), WIDE)
        after = connection.send(ENVELOPE, MESSAGE)
    assert after == receipt(250, "kept", Phase.DOT), "the next one goes by the old rules"
    if wide.offers:
        assert sent == receipt(250, "kept", Phase.DOT)
        recipients, utf8, options, body = wide.keeper.kept[0]
        assert (recipients, utf8, body) == (["王芳@example.org"], True, WIDE)
        assert set(options) == {"SMTPUTF8", "BODY=8BITMIME"}
        assert wide.keeper.kept[1][1] is False
    else:
        assert sent == receipt(553, "5.6.7 not sent: the address needs SMTPUTF8, and the relay does not offer it")
        assert len(wide.keeper.kept) == 1


@pytest.mark.parametrize(
    "odd", ["王 芳@x.org", "王\r\nRCPT TO:<eve@x.org>", "王\u2028@x.org", "王\x85@x.org", "王>@x.org"]
)
def test_an_address_in_other_letters_hides_no_command(wide, odd):
    with transport(wide.port).open() as connection:
        assert connection.send(envelope(odd), WIDE).code == 553
    assert wide.keeper.kept == []
