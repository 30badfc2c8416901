"""A proxy on loopback before a server: it hands everything on and notes what each client asked and got."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
"""Headers of an answer that the proxy writes itself (RFC 9110 7.6.1)."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    asked: dict[str, str]
    """The request's headers, their names in lower case."""
    status: int
    sent: int
    """Bytes of the answer's body."""

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.asked or "if-modified-since" in self.asked


@dataclass
class Recorder:
    """The proxy's address and what passed it."""

    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def taken(self) -> list[Exchange]:
        """What passed since this was last asked, in order."""
        fresh, self.exchanges = self.exchanges, []
        return fresh


@contextmanager
def recording(upstream: str) -> Iterator[Recorder]:
    """A proxy before ``upstream``, on a port of its own."""
    recorder, target = Recorder(), urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            inner = http.client.HTTPConnection(target.hostname or "", target.port, timeout=20)
            try:
                inner.request(self.command, self.path, headers=dict(self.headers.items()))
                answer = inner.getresponse()
                body = answer.read()
            finally:
                inner.close()
            asked = {name.lower(): value for name, value in self.headers.items()}
            recorder.exchanges.append(Exchange(self.command, self.path, asked, answer.status, len(body)))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ONE_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing is printed: the exchanges are kept."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join()
