"""The folder transport."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.delivery import Phase
from publisher.delivery.folder import FolderTransport, file_name
from publisher.delivery.transport import Envelope
from publisher.errors import TransportError


def envelope(recipient="reader@example.org", id="<1@example.org>"):
    return Envelope(sender="news@example.org", recipient=recipient, message_id=id)


def test_a_message_is_a_file_with_its_bytes(tmp_path):
    transport = FolderTransport(tmp_path / "a" / "outbox")
    with transport.open() as connection:
        receipt = connection.send(envelope(), b"Subject: x\r\n\r\n.hello")
    (file,) = transport.folder.glob("*.eml")
    assert file.read_bytes() == b"Subject: x\r\n\r\n.hello"
    told = b"MAIL FROM:<news@example.org>\r\nRCPT TO:<reader@example.org>\r\n"
    assert file.with_suffix(".envelope").read_bytes() == told
    assert len(list(transport.folder.iterdir())) == 2
    assert file.name.startswith("reader@example.org.")
    assert file.name.endswith(".eml")
    assert (receipt.code, receipt.phase) == (250, Phase.DOT)


def test_the_same_message_twice_is_one_file(tmp_path):
    transport = FolderTransport(tmp_path)
    with transport.open() as connection:
        assert not transport.knows(envelope())
        connection.send(envelope(), b"one")
        connection.send(envelope(), b"two")
        connection.send(envelope(id="<2@example.org>"), b"three")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".eml", ".eml", ".envelope", ".envelope"]
    assert transport.knows(envelope())
    assert not transport.knows(envelope(id="<3@example.org>"))


@given(st.text(max_size=200), st.text(max_size=20))
def test_no_recipient_leads_out_of_the_folder(recipient, id):
    name = file_name(envelope(recipient, id))
    assert Path(name).name == name
    assert not name.startswith(".") or not recipient
    assert len(name.encode()) < 255
    assert name.endswith(".eml")


@pytest.mark.parametrize("recipient", ["../../etc/passwd@x", "/etc/passwd@x", "..", ".hidden@x", "a\0b@x", "a/b@x"])
def test_no_recipient_writes_elsewhere(tmp_path, recipient):
    folder = tmp_path / "outbox"
    with FolderTransport(folder).open() as connection:
        assert connection.send(envelope(recipient), b"x").code == 250
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]
    assert len(list(folder.glob("*.eml"))) == 1


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TransportError, match="cannot be made") as caught:
        FolderTransport(tmp_path / "file" / "outbox").open()
    assert "delivery.folder" in caught.value.hint


def test_a_folder_that_may_not_be_written_is_told_before_the_first_message(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(TransportError, match="cannot be written to"):
        FolderTransport(tmp_path).open()


def test_a_folder_that_went_away_is_a_transport_error(tmp_path):
    connection = FolderTransport(tmp_path / "outbox").open()
    (tmp_path / "outbox").rmdir()
    with pytest.raises(TransportError, match=r"cannot be written: No such file"):
        connection.send(envelope(), b"x")


def test_whether_a_message_went_out_is_unknown_where_the_folder_is_gone(tmp_path):
    assert FolderTransport(tmp_path / "gone").knows(envelope()) is None


def test_a_full_disk_defers_the_message_and_leaves_nothing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with FolderTransport(tmp_path).open() as connection:
        monkeypatch.setattr(os, "fsync", full)
        receipt = connection.send(envelope(), b"x")
        assert (receipt.code, receipt.phase) == (452, Phase.ENVELOPE)
        assert "No space left" in receipt.text
        assert list(tmp_path.glob("*.eml")) + list(tmp_path.glob("*.part")) == []
        monkeypatch.undo()
        assert connection.send(envelope(), b"x").code == 250


def test_half_a_message_is_never_an_eml_and_is_written_over(tmp_path, monkeypatch):
    seen = []
    usual = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: seen.append(sorted(p.suffix for p in tmp_path.iterdir())) or usual(descriptor)
    )
    (tmp_path / file_name(envelope())).with_suffix(".part").write_bytes(b"left by a crash, and longer")
    with FolderTransport(tmp_path).open() as connection:
        connection.send(envelope(), b"whole")
    told = "the envelope is there before the message, the file before its name, then the folder"
    assert seen == [[".envelope", ".part"], [".eml", ".envelope"]], told
    (file,) = tmp_path.glob("*.eml")
    assert file.read_bytes() == b"whole"


def test_it_says_where_it_writes(tmp_path):
    assert FolderTransport(tmp_path).describe() == f"folder {tmp_path}"
