"""Requests to other people's servers: httpx's only home. One function, bounded in time, size and redirects."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from publisher import __version__
from publisher.errors import FetchError

if TYPE_CHECKING:
    import ssl

    import httpx

NOTHING: Mapping[str, str] = MappingProxyType({})
AGENT = f"publisher/{__version__}"
_GZIP = frozenset({"gzip", "x-gzip"})
_PLAIN = frozenset({"", "identity"})
_PIECE = 1 << 16
_FOR_GOOD = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_MOVED = _FOR_GOOD | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said: its last word, where redirects were followed."""

    status: int
    url: str
    """The address that answered."""
    headers: Mapping[str, str]
    """By lower-case name; several lines of one name are joined with a comma (RFC 9110 5.2)."""
    body: bytes
    """Without its content coding."""
    hops: tuple[str, ...] = ()
    """The addresses that only redirected, in the order they were asked."""
    permanent: bool = False
    """Whether every redirect was for good: whoever subscribes should take the new address."""

    @property
    def good(self) -> bool:
        """Whether the request succeeded."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def unchanged(self) -> bool:
        """Whether a conditional request was told to keep what it has (RFC 9110 15.4.5)."""
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def gone(self) -> bool:
        """Whether the server knows no such page (any more)."""
        return self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

    @property
    def onward(self) -> str:
        """Where a redirect leads, absolute; empty for any other answer (RFC 9110 15.4)."""
        target = self.headers.get("location", "") if self.status in _MOVED else ""
        return urljoin(self.url, target) if target else ""


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] = NOTHING,
    body: bytes | None = None,
    timeout: float,
    limit: int,
    redirects: int = 0,
) -> Answer:
    """The answer to one request, of any status.

    ``timeout``: seconds for each step of the network, and for the whole body. ``limit``: bytes of the body, decoded.
    ``redirects``: how many are followed; with 0 the redirect itself is the answer. Gzip is asked for and undone.
    Raises ``FetchError`` where no whole answer comes: a bad URL, no connection, too slow or large, too many redirects.
    """
    import httpx

    asked = {"User-Agent": AGENT, "Accept": "*/*"} | dict(headers) | {"Accept-Encoding": "gzip"}
    deadline = monotonic() + timeout
    with (
        _explained(url, timeout, redirects),
        httpx.Client(timeout=timeout, follow_redirects=redirects > 0, max_redirects=redirects) as client,
        client.stream(method, url, headers=asked, content=body) as response,
    ):
        pieces = _in_time(response.iter_raw(_PIECE), url, deadline, timeout)
        return _answer(response, _whole(pieces, response.headers.get("content-encoding", ""), url, limit))


def head(method: str, url: str, *, address: str, timeout: float) -> Answer:
    """The head of one answer of the server at an IP address: its body is not read, no redirect is followed.

    ``address`` is connected to whatever DNS says by then, and without a proxy: who has judged the address is led
    nowhere else. Host, SNI and certificate are those of the URL; a name and password in it are left out.
    Raises ``FetchError`` as ``request`` does.
    """
    import httpx

    with _explained(url, timeout, 0):
        named = httpx.URL(url).copy_with(username=None, password=None, fragment=None)
        with (
            httpx.Client(timeout=timeout, trust_env=False, verify=_trusted()) as client,
            client.stream(
                method,
                named.copy_with(host=address),
                headers={"User-Agent": AGENT, "Accept": "*/*", "Host": named.netloc.decode("ascii")},
                extensions={"sni_hostname": named.raw_host.decode("ascii")},
            ) as response,
        ):
            return _answer(response, b"", url)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom TLS trusts, as httpx has it by default (``SSL_CERT_FILE`` counts): reading it takes longer than asking."""
    import httpx

    return httpx.create_ssl_context()


@contextmanager
def _explained(url: str, timeout: float, redirects: int) -> Iterator[None]:
    """Turns what httpx raises within into a ``FetchError`` that names the address."""
    import httpx

    try:
        yield
    except httpx.TooManyRedirects as error:
        hint = "write the address that it leads to, or mend the redirects of that server"
        raise FetchError(f"{url} redirects more than {redirects} times", hint=hint) from error
    except httpx.TimeoutException as error:
        raise _slow(url, timeout) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise FetchError(f"{url!r} is not an http(s) URL", hint="write https://…") from error
    except (httpx.HTTPError, OSError) as error:
        why = str(error) or type(error).__name__
        hint = "look at the address, and whether that server is up"
        raise FetchError(f"{url} cannot be reached: {why}", hint=hint) from error


def _answer(response: httpx.Response, body: bytes, url: str = "") -> Answer:
    return Answer(
        status=response.status_code,
        url=url or str(response.url),
        headers=MappingProxyType({name.lower(): value for name, value in response.headers.items()}),
        body=body,
        hops=tuple(str(each.url) for each in response.history),
        permanent=bool(response.history) and all(each.status_code in _FOR_GOOD for each in response.history),
    )


def _in_time(pieces: Iterable[bytes], url: str, deadline: float, timeout: float) -> Iterator[bytes]:
    # httpx limits the wait for each piece: a server that drips would hold us for hours.
    for piece in pieces:
        if monotonic() > deadline:
            raise _slow(url, timeout)
        yield piece


def _slow(url: str, timeout: float) -> FetchError:
    return FetchError(f"{url} did not answer within {timeout:g} s", hint="try again later")


def _whole(pieces: Iterable[bytes], coding: str, url: str, limit: int) -> bytes:
    """The decoded body. A few kilobytes may stand for gigabytes: never is more than ``limit`` unpacked."""
    coding = coding.strip().lower()
    if coding not in _GZIP | _PLAIN:
        message = f"{url} sends Content-Encoding {coding!r}, which was not asked for"
        raise FetchError(message, hint="let that server heed Accept-Encoding: many readers only take gzip")
    unzip = zlib.decompressobj(wbits=31) if coding in _GZIP else None
    kept = bytearray()
    for piece in pieces:
        try:
            kept += unzip.decompress(piece, limit + 1 - len(kept)) if unzip else piece
        except zlib.error as error:
            message = f"{url} sends a body that is no gzip, though it says so"
            raise FetchError(message, hint="mend Content-Encoding on that server") from error
        if len(kept) > limit:
            message = f"{url} sends more than {limit} bytes"
            raise FetchError(message, hint="a feed of the newest 20 to 50 entries is enough; archive the others")
    if unzip and kept and not unzip.eof:
        raise FetchError(f"{url} sends a gzip body that is cut off", hint="try again; else mend that server")
    return bytes(kept)
