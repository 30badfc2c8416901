"""Slugs and addresses: Hugo's rule for paths, absolute and percent-encoded URLs. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_KEPT = "._-#+~@"
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Mn", "Mc", "Me"})
# Characters that RFC 3986 allows in each part; "%" stays so that what is encoded already is not encoded twice.
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = _PATH_SAFE + "?"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@lru_cache(maxsize=8192)
def slug(name: str) -> str:
    """One path segment for a name, by Hugo's rule: lower case, blanks to ``-``, CJK kept.

    Letters, digits, marks and ``. _ - # + ~ @`` stay, a slash becomes ``-``, the rest goes; a blank beside a
    hyphen adds none. NFC. A name of which nothing is left (an emoji) gets a short hash, no two the same.
    Never empty, ``.`` or ``..``, and no hidden file: leading dots go.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
    kept: list[str] = []
    blank = False
    for char in text:
        if char in _KEPT or unicodedata.category(char) in _LETTERS:
            if blank and char != "-":
                kept.append("-")
            kept.append(char)
            blank = False
        elif (char.isspace() or char == "/") and kept and kept[-1] != "-":
            blank = True
    text = unicodedata.normalize("NFC", "".join(kept)).lstrip(".")[:200]
    while len(text.encode()) > 200:  # file systems hold 255 bytes a name
        text = text[:-1]
    return text or "x" + hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest()


def path_slug(path: str) -> str:
    """A whole path by Hugo's rule, segment by segment: ``A B, c/D`` becomes ``a-b-c/d``."""
    return "/".join(slug(part) for part in path.split("/") if part)


def encode(url: str) -> str:
    """The URL as ASCII: path, query and fragment percent-encoded, encoded input left as it is (RFC 3986 2.1).

    A host with other letters becomes its IDNA form. Raises ``ValueError`` for what cannot be a URL.
    """
    url = re.sub(r"[\x00-\x1f\x7f]", "", url).strip()
    if url.isascii() and not re.search(r"[\s<>\"{}|\\^`%]", url):
        return url
    parts = urlsplit(url)
    host = parts.netloc
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return urlunsplit(
        (
            parts.scheme,
            quote(host, safe=":@[]!$&'()*+,;=%"),
            _quote(parts.path, _PATH_SAFE),
            _quote(parts.query, _QUERY_SAFE),
            _quote(parts.fragment, _QUERY_SAFE),
        )
    )


def _quote(text: str, safe: str) -> str:
    return quote(_BAD_PERCENT.sub("%25", text), safe=safe)


def absolute(base: str, reference: str) -> str:
    """``reference`` seen from the page ``base``, absolute and percent-encoded."""
    reference = reference.strip()
    if reference.startswith(("http://", "https://")):  # urljoin would give it back, for the price of all the rest
        return encode(reference)
    return encode(urljoin(base, reference))


def join(base: str, path: str) -> str:
    """A path of a site under the site's own address, whether or not that ends in a slash or has a path.

    It is a path and nothing else: its ``#`` and ``?`` (a tag ``C#``) are encoded.
    """
    return encode(base.rstrip("/")) + "/" + _quote(re.sub(r"[\x00-\x1f\x7f]", "", path).lstrip("/"), _PATH_SAFE)


def authority(url: str) -> str:
    """The host of a URL, lower case, without port."""
    return (urlsplit(url).hostname or "localhost").lower()


def web(url: str) -> bool:
    """Whether this is an absolute http(s) URL with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
