"""A small IMAP server on this machine: a folder of messages with flags, over plain text, STARTTLS or TLS; with moods.

``mood(verb, line)`` may give the bytes to answer in place of the usual, ``DROP`` to hang up. Verbs: GREET, CAPABILITY,
STARTTLS, LOGIN, SELECT, SEARCH, FETCH, STORE, LOGOUT.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

DROP = b"drop"


@dataclass
class ImapServer:
    messages: dict[int, bytes] = field(default_factory=dict)
    """By UID."""
    seen: set[int] = field(default_factory=set)
    mood: Callable[[str, str], bytes | None] = lambda verb, line: None
    context: ssl.SSLContext | None = None
    implicit: bool = False
    """TLS from the first byte."""
    user: str = "bounce"
    password: str = "secret"
    folder: str = '"INBOX"'
    lines: list[str] = field(default_factory=list)
    """What was asked."""

    def __post_init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._closing = False
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, name="imap")]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing = True
        for each in [self._server, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), name="imap session")
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, StopIteration):
            if self.implicit:
                self._secured(client)
            else:
                self._session(client, greet=True)
        client.close()

    def _secured(self, client: socket.socket) -> None:
        assert self.context is not None
        with self.context.wrap_socket(client, server_side=True) as secured:
            self._session(secured, greet=self.implicit)

    def _session(self, client: socket.socket, *, greet: bool) -> None:
        self._open.add(client)
        try:
            with client.makefile("rb") as lines:
                if greet:
                    self._say(client, "GREET", "", b"* OK ready\r\n")
                while line := lines.readline().decode("utf-8", "replace").strip():
                    verb = self._answer(client, line)
                    if verb == "LOGOUT":
                        return
                    if verb == "STARTTLS" and self.context:
                        break
            if self.context and not self.implicit and not isinstance(client, ssl.SSLSocket):
                self._secured(client)
        finally:
            self._open.discard(client)

    def _answer(self, client: socket.socket, line: str) -> str:
        """Answers a line; its verb."""
        self.lines.append(line)
        tag, _, rest = line.partition(" ")
        words = rest.split(" ")
        verb = words[1] if words[0] == "UID" else words[0]
        end = "OK done"
        if verb == "LOGIN" and rest != f'LOGIN "{self.user}" "{self.password}"':
            end = "NO [AUTHENTICATIONFAILED] not you"
        if verb == "SELECT" and rest != f"SELECT {self.folder}":
            end = "NO no such folder"
        usual = getattr(self, f"_{verb.lower()}")(words) + f"{tag} {end}\r\n".encode()
        self._say(client, verb, line, usual, tag)
        return verb

    def _say(self, client: socket.socket, verb: str, line: str, usual: bytes, tag: str = "") -> None:
        answer = self.mood(verb, line)
        if answer == DROP:
            raise StopIteration
        client.sendall(usual if answer is None else answer.replace(b"TAG", tag.encode()))

    def _capability(self, words: list[str]) -> bytes:
        return b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if self.context and not self.implicit else b"") + b"\r\n"

    def _starttls(self, words: list[str]) -> bytes:
        return b""

    _login = _starttls

    def _logout(self, words: list[str]) -> bytes:
        return b"* BYE\r\n"

    def _select(self, words: list[str]) -> bytes:
        return f"* {len(self.messages)} EXISTS\r\n* FLAGS (\\Seen)\r\n".encode()

    def _search(self, words: list[str]) -> bytes:
        first, _, last = words[2].partition(":")
        places = sorted(self.messages)[int(first) - 1 : int(last)]
        return f"* SEARCH {' '.join(str(uid) for uid in places if uid not in self.seen)}".rstrip().encode() + b"\r\n"

    def _fetch(self, words: list[str]) -> bytes:
        uid = int(words[2])
        if uid not in self.messages:
            return b""
        limit = int(re.search(r"<0\.(\d+)>", words[-1])[1])
        raw = self.messages[uid][:limit]
        return f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"

    def _store(self, words: list[str]) -> bytes:
        self.seen.add(int(words[2]))
        return b""
