"""Slugs and addresses: Hugo's rule for paths, absolute and percent-encoded URLs. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

_KEPT = "._-#+~@"
# Names of which slug() and segment() take every character: most of them.
_SLUG = re.compile(r"[a-z0-9_#+~@-][a-z0-9._#+~@-]{0,199}")
_SEGMENT = re.compile(r"[a-z0-9._#+~@-]+")
_HEX = re.compile(r"%[0-9a-f]{2}")
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Mn", "Mc", "Me"})
# Characters that RFC 3986 allows in each part; "%" stays so that what is encoded already is not encoded twice.
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._-]*")
# What Go's net/url leaves in a path: all of it where it is valid as it stands, else the second set.
_VALID_PATH = re.compile(r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._\[\]-]|%[0-9A-Fa-f]{2})*")
_GO_SAFE = "$&+,/:;=@-_.~"
_QUERY_SAFE = _PATH_SAFE + "?"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@lru_cache(maxsize=8192)
def slug(name: str) -> str:
    """One path segment for a name, by Hugo's rule: lower case, blanks to ``-``, CJK kept.

    Letters, digits, marks and ``. _ - # + ~ @`` stay, a slash becomes ``-``, the rest goes; a blank beside a
    hyphen adds none. NFC. A name of which nothing is left (an emoji) gets a short hash, no two the same.
    Never empty, ``.`` or ``..``, and no hidden file: leading dots go.
    """
    if _SLUG.fullmatch(name):
        return name
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


def segment(name: str) -> str:
    """One segment of a page's path exactly as Hugo makes it, empty where nothing of the name is left.

    Unlike ``slug`` it keeps the name's normal form, leading dots, ``%41`` and a backslash, and is never cut.
    """
    if _SEGMENT.fullmatch(name):
        return name
    # Go lowers rune by rune: no final sigma, and one rune for the dotted capital I.
    text = "".join(char.lower()[0] for char in name)
    kept: list[str] = []
    blank = False
    for index, char in enumerate(text):
        if char in _KEPT or char == "\\" or unicodedata.category(char) in _LETTERS or _HEX.match(text, index):
            if blank and char != "-":
                kept.append("-")
            kept.append(char)
            blank = False
        elif char.isspace() and kept and kept[-1] != "-":
            blank = True
    return "".join(kept)


@lru_cache(maxsize=4096)
def path_slug(path: str) -> str:
    """A whole path as Hugo makes it from folders: ``A B, c/D`` becomes ``a-b-c/d``; each blank is a hyphen."""
    return "/".join(filter(None, (segment(part.replace(" ", "-")) for part in path.split("/"))))


def escaped(path: str) -> str:
    """A path percent-encoded as Go's ``net/url`` does it for Hugo: as it stands where it is valid, else anew."""
    if _VALID_PATH.fullmatch(path):
        return path
    return quote(unquote_to_bytes(path.encode("utf-8", "replace")), safe=_GO_SAFE)


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
    if not _PLAIN_PATH.fullmatch(path):
        path = _quote(re.sub(r"[\x00-\x1f\x7f]", "", path), _PATH_SAFE)
    return home(base) + path.lstrip("/")


@lru_cache(maxsize=64)
def home(base: str) -> str:
    """A site's own address, encoded and closed with one slash."""
    return encode(base.rstrip("/")) + "/"


@lru_cache(maxsize=64)
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
