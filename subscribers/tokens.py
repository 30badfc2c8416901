"""Signed links: 36 characters that name one reader for one purpose; return paths; keyed hashes. Home of the key file.

``b64url(exp:4 | id:8 | mac:15)``, big-endian, with mac = BLAKE2b(exp | id [| epoch:4], key, person=purpose): 27 bytes
are exactly 36 characters, so no character is padding and none can be changed unseen.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import struct
from binascii import Error, a2b_base64
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from subscribers.error import KeysError

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAC = 15
_CLAIM = struct.Struct(">Iq")
_LENGTH = 36
_STANDARD = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
"""To the alphabet that the decoder knows; its own other characters are in no token, so that none has two spellings."""
_RETURN, _LEAVE = b"return-path", b"leave"
_PATH = re.compile(r"([a-z2-7]{13})\.([a-z2-7]{13})", re.ASCII | re.IGNORECASE)


class Purpose(StrEnum):
    """What a link may do. A token of one purpose is noise for every other; at most 16 octets (BLAKE2b's person)."""

    CONFIRM = "confirm"
    UNSUB = "unsub"
    PREFS = "prefs"
    VIEW = "view"
    FEED = "feed"
    CLICK = "click"
    REVIEW = "review"
    RESET = "reset"
    FORM = "form"
    """A form that was shown; the id is when, in milliseconds."""
    UNDO = "undo"
    """Takes one leaving back; the id is the leaving's."""
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Keys:
    """The key ring, newest first: the newest signs, every one verifies."""

    ring: tuple[bytes, ...] = field(repr=False)


def load_keys(path: Path) -> Keys:
    """The ring in the file: a hex key of 32 bytes a line, newest first; lines that begin with # are notes.

    Where there is no file, one is made with a fresh key and mode 0600, its folder too. To rotate, put a new line on
    top and keep the others: old links stay alive. Raises ``KeysError`` where it cannot be made, read or trusted.
    """
    try:
        if not path.exists():
            _create(path)
        text = _read(path)
    except OSError as error:
        message = f"the key file {path} cannot be used: {error.strerror}"
        raise KeysError(message, hint="check the owner and the permissions of the file and its folder") from error
    ring = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().lower()
        if not word or word.startswith("#"):
            continue
        if not _KEY.fullmatch(word):
            raise KeysError(
                f"{path}:{number}: not a key", hint="write 64 hexadecimal digits a line, or restore a backup"
            )
        ring.append(bytes.fromhex(word))
    if not ring:
        message = f"{path} holds no key"
        raise KeysError(message, hint="restore it from a backup; without one delete it, and every old link is dead")
    return Keys(tuple(ring))


def _read(path: Path) -> str:
    with path.open(encoding="ascii", errors="replace") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & 0o077:
            message = f"the key file {path} may be read by others (mode {mode & 0o777:04o})"
            raise KeysError(message, hint=f"run 'chmod 600 {path}'; if others have read it, put a new key on top")
        return file.read()


def _create(path: Path) -> None:
    """Makes the file whole or not at all: a process killed here leaves no half key, two that race keep one key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was first: its key counts
        except OSError:
            draft.replace(path)  # a file system without hard links
    finally:
        draft.unlink(missing_ok=True)


def sign(keys: Keys, purpose: Purpose, id: int, expires: datetime | None, epoch: int = 0) -> str:
    """The token, 36 characters of ``A-Za-z0-9_-``; ``expires=None`` is never.

    ``id`` is what the purpose binds: a reader, a click's link, an issue under review. ``expires`` counts whole seconds,
    until 2106. A token signed with an epoch is dead as soon as the reader's has moved on.
    """
    seconds = 0 if expires is None else int(expires.timestamp())
    if expires is not None and not 0 < seconds < 1 << 32:
        raise ValueError(f"a token cannot expire at {expires}")
    claim = _CLAIM.pack(seconds, id)
    return base64.urlsafe_b64encode(claim + _mac(keys.ring[0], purpose, claim, epoch)).decode()


def verify(keys: Keys, purpose: Purpose, token: str, now: datetime, epoch: int = 0) -> int | None:
    """The id, if the token was signed for this purpose and epoch and has not expired; else ``None``.

    The time it takes tells nothing of the right code: every key is tried on every well-formed token.
    """
    raw = _bytes(token)
    if raw is None:
        return None
    claim, mac = raw[:12], raw[12:]
    known = False
    for key in keys.ring:
        known |= compare_digest(_mac(key, purpose, claim, epoch), mac)
    seconds, id = _CLAIM.unpack(claim)
    if not known or (seconds and now.timestamp() >= seconds):
        return None
    return int(id)


def claimed(token: str) -> int | None:
    """The id a token claims, unproved: only to look up the epoch that ``verify`` then needs."""
    raw = _bytes(token)
    return None if raw is None else int.from_bytes(raw[4:12], "big", signed=True)


def return_path(keys: Keys, id: int) -> str:
    """The piece of an envelope sender that tells which delivery came back (VERP): ``id.mac``, 27 characters.

    Both are 8 octets in base32 of lower case, as mail servers may change the case of what stands before the @. It never
    expires: bounces may take days, and what is old is for the reader of bounces to judge.
    """
    return _mark(keys, _RETURN, id)


def read_return_path(keys: Keys, text: str) -> int | None:
    """The id of such a piece, in whatever case, if one of the keys signed it; else ``None``.

    The time it takes tells nothing of the right code, as with ``verify``.
    """
    return _read_mark(keys, _RETURN, text)


def leave_mark(keys: Keys, reader: int) -> str:
    """The piece of the address to which the reader writes to leave, in the form of ``return_path``; never expires."""
    return _mark(keys, _LEAVE, reader)


def read_leave_mark(keys: Keys, text: str) -> int | None:
    """The reader of such a piece, as ``read_return_path`` does it; neither takes the other's for its own."""
    return _read_mark(keys, _LEAVE, text)


def mac(keys: Keys, text: str) -> str:
    """A keyed hash, 32 hexadecimal digits: for suppressions of erased readers and for Message-IDs.

    By the ring's oldest key, so that rotation changes no hash that is stored somewhere.
    """
    return blake2b(text.encode(), key=keys.ring[-1], person=b"mac", digest_size=16).hexdigest()


def _mac(key: bytes, purpose: Purpose, claim: bytes, epoch: int) -> bytes:
    text = claim + struct.pack(">I", epoch) if epoch else claim
    state = _begun(key, purpose).copy()
    state.update(text)
    return state.digest()


@lru_cache(maxsize=64)
def _begun(key: bytes, purpose: Purpose) -> blake2b:
    """The hash that has taken the key: beginning anew takes twice as long as all the rest of it."""
    return blake2b(key=key, person=purpose.encode(), digest_size=_MAC)


def _mark(keys: Keys, person: bytes, id: int) -> str:
    claim = struct.pack(">q", id)
    return f"{_base32(claim)}.{_base32(_mark_mac(keys.ring[0], person, claim))}"


def _read_mark(keys: Keys, person: bytes, text: str) -> int | None:
    match = _PATH.fullmatch(text)
    if match is None:
        return None
    parts = [part.lower() for part in match.groups()]
    claim, code = (base64.b32decode(f"{part}===", casefold=True) for part in parts)
    known = [compare_digest(_mark_mac(key, person, claim), code) for key in keys.ring]
    # 13 characters hold one bit more than 8 octets: only one way of writing them counts.
    if not any(known) or parts != [_base32(claim), _base32(code)]:
        return None
    return int.from_bytes(claim, "big", signed=True)


def _mark_mac(key: bytes, person: bytes, claim: bytes) -> bytes:
    return blake2b(claim, key=key, person=person, digest_size=8).digest()


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").rstrip("=").lower()


def _bytes(token: str) -> bytes | None:
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        return a2b_base64(token.encode().translate(_STANDARD), strict_mode=True)
    except Error:
        return None
