"""Finds the feeds that an HTML page names (autodiscovery). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urljoin

_TYPES: Mapping[str, str] = MappingProxyType(
    {"application/rss+xml": "RSS", "application/atom+xml": "Atom", "application/feed+json": "JSON Feed"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """A feed that a page names."""

    url: str
    title: str
    kind: str
    """``RSS``, ``Atom`` or ``JSON Feed``."""


def feeds(page: str, url: str) -> tuple[Named, ...]:
    """The feeds that the page at ``url`` names, each once, in its order; addresses absolute where ``url`` is."""
    reader = _Links()
    reader.feed(page)
    reader.close()
    base = _joined(url, reader.base)
    found: dict[str, Named] = {}
    for attributes in reader.links:
        kind = _TYPES.get(attributes.get("type", "").partition(";")[0].strip().lower(), "")
        if kind and "alternate" in attributes.get("rel", "").lower().split() and attributes.get("href", "").strip():
            address = _joined(base, attributes["href"].strip())
            found.setdefault(address, Named(address, attributes.get("title", ""), kind))
    return tuple(found.values())


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # such as [ in place of a host
        return reference


class _Links(HTMLParser):
    """Notes links and the base address while a page is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.links: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one start tag."""
        if tag == "link":
            self.links.append({name: value or "" for name, value in attrs})
        elif tag == "base" and not self.base:
            self.base = dict(attrs).get("href") or ""
