"""Tokens: one purpose, one reader, no forgery, no malleable character; and the file of keys."""

from __future__ import annotations

import base64
import os
import stat
import struct
import threading
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.error import KeysError
from subscribers.tokens import Keys, Purpose, claimed, load_keys, mac, sign, verify

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
KEYS = Keys((b"n" * 32, b"o" * 32))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

ids = st.integers(0, 2**63 - 1)
purposes = st.sampled_from([*Purpose])


@given(purposes, ids, st.none() | st.integers(1, 10**6), st.integers(0, 2**31))
def test_what_was_signed_is_verified(purpose, id, seconds, epoch):
    expires = seconds and NOW + timedelta(seconds=seconds)
    token = sign(KEYS, purpose, id, expires, epoch)
    assert len(token) == 36
    assert set(token) <= set(ALPHABET)
    assert verify(KEYS, purpose, token, NOW, epoch) == id
    assert claimed(token) == id


@pytest.mark.parametrize("place", range(36))
def test_changing_any_character_is_refused(place):
    token = sign(KEYS, Purpose.UNSUB, 42, None)
    for other in set(ALPHABET) - {token[place]}:
        assert verify(KEYS, Purpose.UNSUB, token[:place] + other + token[place + 1 :], NOW) is None


@given(purposes, purposes, ids)
def test_another_purpose_is_refused(purpose, other, id):
    assert (verify(KEYS, other, sign(KEYS, purpose, id, None), NOW) == id) == (purpose is other)


@given(st.integers(1, 10**7), st.integers(-(10**7), 10**7))
def test_a_token_lives_until_it_expires(lifetime, after):
    expires = NOW + timedelta(seconds=lifetime)
    token = sign(KEYS, Purpose.CONFIRM, 1, expires)
    assert (verify(KEYS, Purpose.CONFIRM, token, expires + timedelta(seconds=after)) == 1) == (after < 0)


def test_none_never_expires():
    assert verify(KEYS, Purpose.UNSUB, sign(KEYS, Purpose.UNSUB, 7, None), NOW + timedelta(days=36500)) == 7


@pytest.mark.parametrize("expires", [datetime(1969, 1, 1, tzinfo=UTC), datetime(2107, 1, 1, tzinfo=UTC)])
def test_a_moment_that_does_not_fit_is_refused(expires):
    with pytest.raises(ValueError, match="cannot expire"):
        sign(KEYS, Purpose.VIEW, 1, expires)


def test_another_epoch_kills_older_links():
    token = sign(KEYS, Purpose.PREFS, 5, None, epoch=3)
    assert verify(KEYS, Purpose.PREFS, token, NOW, epoch=3) == 5
    assert verify(KEYS, Purpose.PREFS, token, NOW, epoch=4) is None
    assert verify(KEYS, Purpose.PREFS, token, NOW) is None


@pytest.mark.parametrize(
    "text", ["", "x" * 35, "x" * 37, "é" * 36, "+" * 36, "x" * 35 + "=", "x" * 36 + "\n", "\ud800" * 36]
)
def test_what_has_another_shape_is_refused(text):
    assert verify(KEYS, Purpose.UNSUB, text, NOW) is None
    assert claimed(text) is None


def test_the_layout_is_the_documented_one():
    raw = base64.urlsafe_b64decode(sign(KEYS, Purpose.VIEW, 258, datetime.fromtimestamp(77, UTC)))
    assert raw[:12] == struct.pack(">IQ", 77, 258)
    assert raw[12:] == blake2b(raw[:12], key=b"n" * 32, person=b"view", digest_size=15).digest()


def test_a_rotated_ring_signs_with_the_newest_and_knows_the_old():
    old = Keys(KEYS.ring[1:])
    assert verify(KEYS, Purpose.UNSUB, sign(old, Purpose.UNSUB, 9, None), NOW) == 9
    assert verify(old, Purpose.UNSUB, sign(KEYS, Purpose.UNSUB, 9, None), NOW) is None
    assert mac(KEYS, "ann@example.org") == mac(old, "ann@example.org")
    assert mac(KEYS, "ann@example.org") != mac(KEYS, "bob@example.org")
    assert len(mac(KEYS, "名")) == 32


def test_keys_do_not_show_in_a_log():
    assert "n" * 8 not in repr(KEYS)


def test_the_first_use_makes_the_file(tmp_path):
    path = tmp_path / "var" / "keys"
    keys = load_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["keys"]
    assert len(keys.ring[0]) == 32
    assert load_keys(path) == keys


def test_two_that_race_keep_one_key(tmp_path):
    path, start = tmp_path / "keys", threading.Barrier(8)
    found = []

    def load():
        start.wait()
        found.append(load_keys(path))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_a_file_system_without_hard_links_will_do(tmp_path, monkeypatch):
    def refuse(self, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(type(tmp_path), "hardlink_to", refuse)
    assert load_keys(tmp_path / "keys") == load_keys(tmp_path / "keys")
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_another_process_was_first(tmp_path, monkeypatch):
    path = tmp_path / "keys"
    theirs = load_keys(path)
    monkeypatch.setattr(type(tmp_path), "exists", lambda self, **_: False)
    assert load_keys(path) == theirs


def write(path, text, mode=0o600):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_notes_and_blank_lines_are_skipped(tmp_path):
    path = write(tmp_path / "keys", f"# new, June 2025\n{'AB' * 32}\n\n# old – café\n{'cd' * 32}\n")
    assert load_keys(path) == Keys((bytes.fromhex("ab" * 32), bytes.fromhex("cd" * 32)))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    path = write(tmp_path / "keys", "ab" * 32, mode)
    with pytest.raises(KeysError, match=f"may be read by others \\(mode {mode:04o}\\)") as refused:
        load_keys(path)
    assert refused.value.hint.startswith(f"run 'chmod 600 {path}'")


@pytest.mark.parametrize("text", ["ab" * 31, "zz" * 32, "ab" * 33, "ab" * 32 + " x"])
def test_a_line_that_is_no_key_is_named(tmp_path, text):
    path = write(tmp_path / "keys", f"# note\n{text}\n")
    with pytest.raises(KeysError, match="keys:2: not a key"):
        load_keys(path)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(KeysError, match="holds no key"):
        load_keys(write(tmp_path / "keys", "# nothing\n"))


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / "keys").mkdir()
    with pytest.raises(KeysError, match="cannot be used"):
        load_keys(tmp_path / "keys")
    assert os.listdir(tmp_path) == ["keys"]
