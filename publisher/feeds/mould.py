"""The bytes that feedgen writes of an entry, without asking it again: it fills a mould once for every shape of entry.

A mould is what ``rss_atom.entry`` makes of an entry whose every value is a mark, cut at the marks. Two entries of the
same shape (as many authors and categories, the same parts of a picture…) differ in nothing else, so that the bytes
are equal; a property test holds the two together. Pure.
"""

from __future__ import annotations

import html as markup
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from publisher.feeds import rss_atom
from publisher.feeds.feed import Category, Entry, Format, Picture, synopsis
from publisher.times import rfc822

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around the number of a value in a mould: private characters, which mean nothing to XML."""
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_PUBLISHED, _UPDATED = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC), datetime(2007, 8, 9, 10, 11, 12, tzinfo=UTC)
_NUMBER = 770000000
"""Length, width and height of the picture in a mould are numbers from here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What decides which elements an entry has."""

    authors: int
    categories: int
    summary: bool
    html: bool
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mould:
    """Pieces of text between which values stand: ``pieces[0] value pieces[1] value …``."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[int, bool], ...]
    """Which value, and whether it stands in an attribute."""


def entry(entry: Entry, html: str) -> dict[Format, bytes]:
    """The bytes of ``rss_atom.entry(entry, html)``."""
    text = synopsis(entry, html)
    shape = _Shape(
        authors=len(entry.authors),
        categories=len(entry.categories),
        summary=bool(text),
        html=bool(html),
        picture=_parts(entry.picture),
    )
    values = _values(entry, text)
    body = _escaped(html)  # by far the longest, and the same in both formats
    return {form: _fill(mould, form, entry, values, body) for form, mould in _moulds(shape).items()}


def _parts(picture: Picture | None) -> str:
    if picture is None:
        return ""
    return "url" + " file" * picture.enclosable + " size" * bool(picture.width and picture.height)


def _values(entry: Entry, text: str) -> list[str]:
    """Every value that may stand in a mould but dates and HTML, which have places of their own at the head."""
    picture = entry.picture or _NO_PICTURE
    values = [
        *("", "", "", entry.id, entry.title, entry.url, entry.language, markup.escape(text, quote=False)),
        *(picture.url, picture.media_type, str(picture.length), str(picture.width), str(picture.height)),
        *entry.authors,
    ]
    for category in entry.categories:
        values += (category.term, category.label, category.scheme)
    return values


_NO_PICTURE = Picture(url="")
_HTML, _FIRST, _LENGTH = 2, 3, 10
"""Numbers in ``_values``: of the HTML, of the first other value, of the picture's length (width and height follow)."""


def _fill(mould: _Mould, form: Format, entry: Entry, values: list[str], html: str) -> bytes:
    parts = [mould.pieces[0]]
    for (number, attribute), piece in zip(mould.slots, mould.pieces[1:], strict=True):
        if number >= _FIRST:
            parts.append(_quoted(values[number]) if attribute else _escaped_short(values[number]))
        elif number == _HTML:
            parts.append(html)
        else:
            parts.append(_dated(entry.updated if number else entry.published, form))
        parts.append(piece)
    return "".join(parts).encode()


def _dated(moment: datetime, form: Format) -> str:
    return rfc822(moment) if form is Format.RSS else moment.isoformat()


def _escaped(text: str) -> str:
    """As libxml2 writes text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


# Names and schemes are the same few hundred in all entries.
_escaped_short = lru_cache(maxsize=4096)(_escaped)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """As libxml2 writes the value of an attribute."""
    text = _escaped(text).replace('"', "&quot;")
    return text.replace("\t", "&#9;").replace("\n", "&#10;")


@lru_cache(maxsize=512)
def _moulds(shape: _Shape) -> dict[Format, _Mould]:
    model, html = _model(shape)
    return {form: _cut(body.decode(), form) for form, body in rss_atom.entry(model, html).items()}


def _mark(number: int) -> str:
    return f"{_OPEN}{number}{_CLOSE}"


def _model(shape: _Shape) -> tuple[Entry, str]:
    """An entry of this shape whose every value is the mark of its number in ``_values``."""
    numbers = iter(range(_FIRST, sys.maxsize))
    id, title, url, language, summary = (_mark(next(numbers)) for _ in range(5))
    address, media_type, *_ = (_mark(next(numbers)) for _ in range(5))
    file, size = " file" in shape.picture, " size" in shape.picture
    picture = Picture(
        url=address,
        media_type=media_type if file else "",
        length=_NUMBER if file else 0,
        width=_NUMBER + 1 if size else 0,
        height=_NUMBER + 2 if size else 0,
    )
    authors = tuple(_mark(next(numbers)) for _ in range(shape.authors))
    categories = tuple(
        Category(term=_mark(next(numbers)), label=_mark(next(numbers)), scheme=_mark(next(numbers)))
        for _ in range(shape.categories)
    )
    model = Entry(
        key="",
        id=id,
        url=url,
        title=title,
        summary=summary if shape.summary else "",
        published=_PUBLISHED,
        updated=_UPDATED,
        categories=categories,
        authors=authors,
        picture=picture if shape.picture else None,
        language=language,
    )
    return model, _mark(_HTML) if shape.html else ""


def _cut(body: str, form: Format) -> _Mould:
    for number, date in enumerate((_PUBLISHED, _UPDATED)):
        body = body.replace(_dated(date, form), _mark(number))
    for number in range(3):
        body = body.replace(str(_NUMBER + number), _mark(_LENGTH + number))
    pieces = _MARK.split(body)
    texts, numbers = pieces[::2], pieces[1::2]
    slots, inside = [], False
    for text, mark in zip(texts, numbers, strict=False):
        inside = inside if "<" not in text and ">" not in text else text.rfind("<") > text.rfind(">")
        slots.append((int(mark), inside))
    return _Mould(pieces=tuple(texts), slots=tuple(slots))
