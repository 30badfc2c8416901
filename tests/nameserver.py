"""A name server on loopback for tests: answers over UDP and TCP, on one free port, what lines of text tell it."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Zone:
    """What the server knows: lines ``name TYPE value``. A name of type SERVFAIL fails, one of SILENT gets no answer."""

    lines: str
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    """How often each name was asked for."""

    @property
    def records(self) -> list[tuple[str, str, str]]:
        rows = (line.split(maxsplit=2) for line in self.lines.splitlines() if line.strip())
        return [(name.lower().rstrip("."), kind.upper(), "".join(rest)) for name, kind, *rest in rows]

    def answer(self, wire: bytes, most: int) -> bytes:
        """The answer to one question, cut where it is longer than ``most``; none: empty."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked[name] += 1
        reply = dns.message.make_response(query)
        here = {known_kind for known, known_kind, _ in self.records if known == name}
        if "SILENT" in here:
            return b""
        if "SERVFAIL" in here:
            reply.set_rcode(dns.rcode.SERVFAIL)
        # RFC 8020 2: a name above a known one exists.
        elif not any(known == name or known.endswith(f".{name}") for known, *_ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        values = [_written(kind, value) for known, of, value in self.records if known == name and of == kind]
        if values:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        data = reply.to_wire(max_size=65535)
        if len(data) > most:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            data = reply.to_wire()
        return data


def _written(kind: str, value: str) -> str:
    """A value as a zone file has it: a TXT is cut into strings of 255 bytes."""
    if kind != "TXT":
        return value
    pieces = [value[cut : cut + 255].replace("\\", "\\\\").replace('"', '\\"') for cut in range(0, len(value), 255)]
    return " ".join(f'"{piece}"' for piece in pieces or [""])


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, asker = self.request
        if data := self.server.zone.answer(wire, 1232):
            asker.sendto(data, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if data := self.server.zone.answer(self.rfile.read(int.from_bytes(self.rfile.read(2))), 65535):
            self.wfile.write(len(data).to_bytes(2) + data)


@contextmanager
def serving(lines: str) -> Iterator[Zone]:
    """A running name server; ``zone.port`` says where, at 127.0.0.1."""
    zone = Zone(lines)
    with _pair() as servers:
        zone.port = servers[0].server_address[1]
        threads = []
        for server in servers:
            server.zone = zone
            threads.append(threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}))
            threads[-1].start()
        try:
            yield zone
        finally:
            for server, thread in zip(servers, threads, strict=True):
                server.shutdown()
                thread.join()


@contextmanager
def _pair() -> Iterator[tuple[socketserver.UDPServer, socketserver.TCPServer]]:
    """A server of each kind on one port that both find free."""
    for _ in range(20):
        udp = socketserver.UDPServer(("127.0.0.1", 0), _Udp)
        try:
            tcp = socketserver.TCPServer(udp.server_address, _Tcp)
        except OSError:
            udp.server_close()
            continue
        with udp, tcp:
            yield udp, tcp
            return
    raise OSError("no port is free for both")
