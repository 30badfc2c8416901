"""Questions to the DNS: dnspython's only home. Bounded in time as a whole, and nothing is asked for twice."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from publisher.errors import FetchError

PATIENCE, BUDGET = 2.0, 5.0
"""Seconds for one question, and for all of one resolver."""
_INVENTED = frozenset({"test", "example", "invalid"})
_INVENTED_PAIRS = frozenset({"example.com", "example.net", "example.org"})
_LOCAL = frozenset({"localhost", "local", "internal", "arpa", "onion", "alt"})


def invented(name: str) -> bool:
    """Whether a name is kept for examples and tests: nobody can register it (RFC 2606 2)."""
    labels = name.lower().rstrip(".").split(".")
    return labels[-1] in _INVENTED or ".".join(labels[-2:]) in _INVENTED_PAIRS


def reserved(name: str) -> bool:
    """Whether a name stands in no public DNS: invented, or of one network or machine (RFC 6761 6)."""
    labels = name.lower().rstrip(".").split(".")
    return len(labels) < 2 or labels[-1] in _LOCAL or invented(name)


class Resolver:
    """Asks the system's name servers, or those named; remembers every answer. For one thread."""

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        *,
        port: int = 53,
        patience: float = PATIENCE,
        budget: float = BUDGET,
    ) -> None:
        self._nameservers = list(nameservers)
        self._port = port
        self._patience = patience
        self._left = budget
        self._known: dict[str, tuple[str, ...] | FetchError] = {}

    def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, the strings of each joined; empty where there are none, or no such name.

        Raises ``FetchError`` where DNS does not answer: no network, too slow, SERVFAIL. That is remembered, too.
        """
        name = name.lower().rstrip(".")
        if name not in self._known:
            start = monotonic()
            try:
                self._known[name] = self._ask(name)
            except FetchError as error:
                self._known[name] = error
            self._left -= monotonic() - start
        found = self._known[name]
        if isinstance(found, FetchError):
            raise found
        return found

    def _ask(self, name: str) -> tuple[str, ...]:
        import dns.exception
        import dns.name
        import dns.resolver

        if self._left <= 0:
            raise FetchError(f"no time was left to ask for {name}", hint="try again later")
        try:
            resolver = dns.resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                resolver.nameservers, resolver.port = self._nameservers, self._port
            found = resolver.resolve(
                dns.name.from_text(name), "TXT", search=False, lifetime=min(self._patience, self._left)
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, dns.exception.Timeout, OSError) as e:
            raise FetchError(f"{name}: {_why(e)}", hint="look at this machine's network, or try again later") from e
        except (dns.exception.DNSException, UnicodeError):  # no name at all: nothing can stand there
            return ()
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found)


def _why(error: Exception) -> str:
    import dns.exception
    import dns.resolver

    if isinstance(error, dns.exception.Timeout):
        return "no answer in time"
    if isinstance(error, dns.resolver.NoResolverConfiguration):
        return "this machine names no name server"
    return "the name servers fail at it"
