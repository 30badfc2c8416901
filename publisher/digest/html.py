"""CSS into style attributes: the only home of premailer.

premailer reads classes right and much else wrong (facts: ``*``, ``@font-face``, ``a[href]``, nested ``@media``), so
the sheet that it gets holds plain class selectors only. Everything else stands in a second sheet, marked
``data-premailer="ignore"``, which it passes on untouched.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from html import escape
from threading import Lock

from publisher.errors import TemplateError
from publisher.text import clean

_LOCK = Lock()  # premailer keeps parsed sheets in a shared cache without one (premailer PR 218)
_SHEET = re.compile(r"<style(?![^>]*\bdata-premailer=)[^>]*>(.*?)<(?=/style)", re.DOTALL | re.IGNORECASE)
_KEPT = re.compile(r"<style\b[^>]*>.*?<(?=/style)", re.DOTALL | re.IGNORECASE)
_CONDITION, _COMMENT = re.compile(r"<!--.*?-->", re.DOTALL), re.compile(r"/\*.*?\*/", re.DOTALL)
_TAG = re.compile(
    r"<!--.*?-->|<style\b.*?<(?=/style)|(<[a-z](?:\"[^\"]*\"|'[^']*'|[^\"'>])*>)", re.DOTALL | re.IGNORECASE
)
_RULE = re.compile(r"([^{}]*)\{[^{}]*\}", re.DOTALL)
_CLASS = re.compile(r"\.[A-Za-z][\w-]*")


def inline(html: str) -> str:
    """The page with its first style sheet written into its elements.

    15 ms a digest, so once an edition and never once a reader. Raises ``TemplateError`` that names a selector other
    than a plain class.
    """
    for selector in selectors(html):
        if not _CLASS.fullmatch(selector):
            raise TemplateError(
                f"the inlined style sheet has the selector {selector!r}",
                hint='one plain class such as .card there; all else into the sheet marked data-premailer="ignore"',
            )
    inlined = _transform(clean(html))  # a NUL would end the page for lxml
    # No line of a sheet begins with a full stop, which transports double (RFC 5321 4.5.2): an 8bit part has no such.
    inlined = _KEPT.sub(lambda sheet: sheet[0].replace("\n.", "\n ."), inlined)
    return _TAG.sub(lambda found: _without_comments(found[1]) if found[1] else found[0], inlined)


def _without_comments(tag: str) -> str:
    """The tag with comments in its attributes escaped: libxml2 writes them as they are, for server side includes.

    They would be taken for marks of ours, which a digest is cut at.
    """
    return _CONDITION.sub(lambda comment: escape(comment[0]), tag) if "<!--" in tag else tag


def selectors(html: str) -> list[str]:
    """All selectors of the sheets that would be inlined, at-rules included, in their order."""
    found: list[str] = []
    for sheet in map(partial(_COMMENT.sub, ""), _SHEET.findall(_CONDITION.sub("", html))):
        for prelude in _RULE.findall(sheet):
            found += [selector.strip() for selector in prelude.split(",")]
        left = _RULE.sub("", sheet).strip()
        if left:  # @import, or the outside of an @media
            found.append(left)
    return found


def _transform(html: str) -> str:
    import cssutils  # here, because the two take 160 ms and most commands render nothing
    import premailer

    cssutils.log.setLevel(logging.CRITICAL)
    with _LOCK:
        page = premailer.Premailer(
            strip_important=False,  # True would also strip the sheet that is kept: dark mode and phones die
            disable_basic_attributes=["height"],  # height:auto would replace a picture's height
            disable_validation=True,
            align_floating_images=False,
            allow_network=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform(html, pretty_print=False)
    return str(page)
