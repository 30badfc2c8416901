"""All checks of a digest that look outside this machine, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from publisher import urls
from publisher.config import Config, Newsletter
from publisher.delivery.outside import alignment, reach, spam
from publisher.delivery.outside.alignment import Names, Sending
from publisher.digest.dkim import Key
from publisher.digest.headers import ascii_domain
from publisher.digest.lint import Finding
from publisher.dns import Resolver

_PAGES = frozenset({"archive", "confirm", "f", "feeds", "i", "media", "o", "p", "r", "u"})
"""Paths of this program's own pages: they are there once the issue is sent, and our own tests keep them alive."""


def outside(
    config: Config,
    newsletter: Newsletter,
    message: bytes,
    *,
    keys: Sequence[Key] = (),
    links: Iterable[str] = (),
    names: Names | None = None,
    fetch: reach.Fetch | None = None,
) -> tuple[Finding, ...]:
    """What DNS, a spam filter of this machine and the linked servers say against a newsletter's digest.

    DNS is asked where mails leave by SMTP, the filter where one is installed, servers where ``links`` are given.
    ``message``: one of its mails, slots filled. ``keys``: those it is signed with.
    ``links``: addresses that the editions link to (``reach.links`` reads them from a page); those of our own pages
    are left out. ``names`` and ``fetch`` stand in for DNS and HTTP.
    """
    found: list[Finding] = []
    if config.delivery.transport == "smtp":
        found += alignment.check(sending(config, newsletter, keys), names or Resolver())
    found += spam.check(message, _envelope(config, newsletter))
    own = frozenset(reach.origin(url) for url in (config.site.url, config.web.url) if url)
    asked = [link for link in links if not ours(link, config)]
    found += reach.check(asked, fetch or partial(reach.look, own=own))
    return tuple(found)


def sending(config: Config, newsletter: Newsletter, keys: Sequence[Key]) -> Sending:
    """The domains that a newsletter's mails speak for."""
    return Sending(
        author=_domain(newsletter.sender.address), envelope=_domain(_envelope(config, newsletter)), keys=tuple(keys)
    )


def ours(link: str, config: Config) -> bool:
    """Whether a link leads to a page that this program makes or serves itself."""
    for base in (config.site.url, config.web.url):
        if base and link.startswith(urls.home(base)):
            rest = link.removeprefix(urls.home(base))
            if rest.partition("/")[0].partition("#")[0] in _PAGES:
                return True
    return False


def _envelope(config: Config, newsletter: Newsletter) -> str:
    bounces = config.delivery.bounces
    return bounces.address if bounces else newsletter.sender.address


def _domain(address: str) -> str:
    return ascii_domain(address.rpartition("@")[2]).lower()
