"""What every transport keeps: one suite, run on each."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

import pytest
from fakes import Relay

from publisher.config import Smtp
from publisher.delivery.delivery import Phase, Receipt
from publisher.delivery.folder import FolderTransport
from publisher.delivery.smtp import SmtpTransport
from publisher.delivery.transport import Envelope

BODY = b"Message-ID: <%d@example.org>\r\nSubject: x\r\n\r\n.one\r\n\r\n..two\r\nend\r\n"


class Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.transport = FolderTransport(folder, connections=3)

    def arrived(self):
        return [file.read_bytes() for file in self.folder.glob("*.eml")]

    def close(self):
        pass


class Wire:
    def __init__(self, folder: Path) -> None:
        self.relay = Relay()
        settings = Smtp.model_validate(
            {"host": "127.0.0.1", "port": self.relay.port, "security": "none", "connections": 3}
        )
        self.transport = SmtpTransport(settings, "news.example.org")

    def arrived(self):
        return [b"\r\n".join(line.removeprefix(b".") for line in body.split(b"\r\n")) for _, _, body in self.relay.log]

    def close(self):
        self.relay.__exit__()


@pytest.fixture(params=[Folder, Wire])
def way(request, tmp_path):
    made = request.param(tmp_path / "outbox")
    yield made
    made.close()


def envelope(number):
    return Envelope(sender="news@example.org", recipient=f"r{number}@example.org", message_id=f"<{number}@example.org>")


def test_every_message_arrives_once_with_its_bytes(way):
    with way.transport.open() as connection:
        receipts = [connection.send(envelope(number), BODY % number) for number in range(5)]
    assert {(receipt.code, receipt.phase) for receipt in receipts} == {(250, Phase.DOT)}
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert sorted(way.arrived()) == [BODY % number for number in range(5)]
    assert {message_from_bytes(body)["Message-ID"] for body in way.arrived()} == {
        f"<{n}@example.org>" for n in range(5)
    }


def test_connections_are_independent(way):
    with way.transport.open() as one, way.transport.open() as two:
        one.send(envelope(1), BODY % 1)
        two.send(envelope(2), BODY % 2)
        one.close()
        two.send(envelope(3), BODY % 3)
    assert len(way.arrived()) == 3


def test_closing_twice_is_nothing(way):
    connection = way.transport.open()
    connection.close()
    connection.close()


def test_what_was_never_handed_over_is_not_claimed(way):
    assert not way.transport.knows(envelope(9))


def test_what_was_handed_over_is_not_denied(way):
    with way.transport.open() as connection:
        connection.send(envelope(1), BODY % 1)
    assert way.transport.knows(envelope(1)) in {True, None}


def test_it_says_how_many_and_how_fast_and_where(way):
    assert way.transport.connections == 3
    assert way.transport.rate == 0
    assert way.transport.describe().split()[0] in {"folder", "relay"}
