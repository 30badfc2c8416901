"""How site generators other than Hugo, and patterns, make a page's path. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import unquote_plus

from publisher import urls
from publisher.content import dates

JEKYLL = "/:categories/:year/:month/:day/:title.html"
PRETTY = "/:categories/:year/:month/:day/:title/"

# As few letters as can be before underscores that join parts: ":year_:month".
_TOKEN = re.compile(r":([a-z_]+?)(?=_*(?:[^a-z_]|$))")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOT_ALNUM = re.compile(r"(?:[\W_])+")
_NOT_PRETTY = re.compile(r"(?:(?![._~!$&'()+,;=@])[\W_])+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What of an article its address is made of."""

    folder: str
    """The folders it lies in; those of a page bundle without its own."""
    name: str
    """Of the file or page bundle, without ending and language."""
    section: str
    title: str
    slug: str
    published: datetime
    """In the site's zone."""
    index: bool = False
    """The file is the ``index.md`` of the folder that is the name; at the top both are empty."""
    categories: tuple[str, ...] = ()
    jekyll: bool = False
    """``:title`` and ``:slug`` mean what they mean to Jekyll: the file's name, not the article's title."""

    @property
    def above(self) -> tuple[list[str], bool]:
        """The folders above ``_posts`` or ``_drafts``, and whether there is one of them."""
        folders = [part for part in self.folder.split("/") if part]
        posts = next((number for number, part in enumerate(folders) if part in {"_posts", "_drafts"}), None)
        return (folders, False) if posts is None else (folders[:posts], True)


def _bare(facts: Facts) -> str:
    return dates.without_date(facts.name) or facts.name


def _title(facts: Facts) -> str:
    if facts.jekyll:
        return _hyphened(_NOT_PRETTY, facts.slug or _bare(facts))
    return urls.segment(facts.title.replace("/", "-"))


def _slug(facts: Facts) -> str:
    if facts.jekyll:
        return _hyphened(_NOT_ALNUM, facts.slug or _bare(facts)).lower()
    return from_slug(facts.slug) if facts.slug else _title(facts)


def _categories(facts: Facts) -> list[str]:
    above, posts = facts.above
    return list(dict.fromkeys(name.lower() for name in [*(above if posts else ()), *facts.categories]))


def _of_name(facts: Facts) -> str:
    return from_slug(facts.slug) if facts.slug else urls.segment(facts.name)


def _month(facts: Facts) -> str:
    return dates.MONTHS[facts.published.month - 1].title()


def _weekday(facts: Facts) -> str:
    return _WEEKDAYS[facts.published.weekday()]


TOKENS: Mapping[str, Callable[[Facts], str]] = MappingProxyType(
    {
        "year": lambda facts: f"{facts.published:%Y}",
        "short_year": lambda facts: f"{facts.published:%y}",
        "month": lambda facts: f"{facts.published:%m}",
        "i_month": lambda facts: str(facts.published.month),
        "monthname": _month,
        "long_month": _month,
        "short_month": lambda facts: _month(facts)[:3],
        "day": lambda facts: f"{facts.published:%d}",
        "i_day": lambda facts: str(facts.published.day),
        "y_day": lambda facts: f"{facts.published:%j}",
        "yearday": lambda facts: str(facts.published.timetuple().tm_yday),
        "week": lambda facts: f"{facts.published:%V}",
        "w_year": lambda facts: f"{facts.published:%G}",
        "w_day": lambda facts: f"{facts.published:%u}",
        "weekday": lambda facts: f"{facts.published:%w}",
        "weekdayname": _weekday,
        "long_day": _weekday,
        "short_day": lambda facts: _weekday(facts)[:3],
        "hour": lambda facts: f"{facts.published:%H}",
        "minute": lambda facts: f"{facts.published:%M}",
        "second": lambda facts: f"{facts.published:%S}",
        "section": lambda facts: urls.path_slug(facts.section),
        "sections": lambda facts: urls.path_slug(facts.folder),
        "categories": lambda facts: "/".join(_categories(facts)),
        "slugified_categories": lambda facts: "/".join(_hyphened(_NOT_ALNUM, name) for name in _categories(facts)),
        "title": _title,
        "slug": _slug,
        "filename": lambda facts: urls.segment(facts.name),
        "contentbasename": lambda facts: urls.segment(facts.name),
        "slugorfilename": _of_name,
        "slugorcontentbasename": _of_name,
        "output_ext": lambda facts: ".html",  # noqa: ARG005 # Jekyll's: every article becomes HTML
    }
)
"""What a pattern may hold after a colon: Hugo's and Jekyll's parts."""


def filled(pattern: str, facts: Facts) -> str:
    """The pattern with the article's parts in it.

    Raises ``ValueError`` for a segment that begins with an unknown part, and for one in brackets (``[last]``).
    """

    def part(match: re.Match[str]) -> str:
        make = TOKENS.get(match[1])
        if make and not pattern.startswith("[", match.end()):
            return make(facts)
        if not make and match.start() and pattern[match.start() - 1] != "/":
            return match[0]  # "/a:b/" is a path
        name = pattern[match.start() :].partition("/")[0]
        raise ValueError(f"{name!r} is not part of an address; write some of :{', :'.join(TOKENS)}")

    return _TOKEN.sub(part, pattern)


def by_hugo(pattern: str, facts: Facts) -> str:
    """The path that Hugo's ``permalinks`` would give, but one that names a file stays one."""
    path = unquote_plus(filled(pattern, facts))
    path = "/".join(filter(None, map(urls.segment, path.split("/"))))
    return path if re.search(r"\.(?:x?html?|php)$", path) else path + "/"


def by_jekyll(pattern: str, facts: Facts) -> str:
    """Jekyll's path: the pattern for a post (in ``_posts``, or with a date in its name), else its folders and name."""
    above, posts = facts.above
    if posts or dates.without_date(facts.name) != facts.name:
        return filled(pattern, facts)
    folder = facts.index or pattern.endswith("/")
    return "/".join([*above, facts.name]) + ("/" if folder else ".html")


def by_zola(facts: Facts) -> str:
    """Zola's path: the folders as they are, and the slug of the name without its date."""
    return f"{facts.folder}/{_plain(facts.slug or _bare(facts))}/"


def by_pelican(facts: Facts) -> str:
    """Pelican's path: the slug, else that of the title, and nothing of the folders."""
    text = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", "", facts.title))
    words = re.sub(r"[^\w\s-]", "", _latin(text)).strip()
    return (facts.slug or re.sub(r"[-\s]+", "-", words).lower()) + ".html"


def by_eleventy(facts: Facts) -> str:
    """Eleventy's path: folders and name as they are, dates too; ``post/post.md`` is ``post/``."""
    doubled = facts.name == facts.folder.rpartition("/")[2] and not facts.index
    return f"{facts.folder}/" if doubled else f"{facts.folder}/{facts.name}/"


def from_slug(slug: str) -> str:
    """A ``slug`` by Hugo's rule: ``index`` names the folder and is empty.

    Raises ``ValueError`` where nothing else is left.
    """
    path = "/".join(filter(None, map(urls.segment, slug.split("/"))))
    if not path or path.strip("./") == "":
        raise ValueError(f"{slug!r} leaves nothing for an address; write letters or digits, for example slug: my-story")
    return "" if path == "index" else path


def _hyphened(others: re.Pattern[str], text: str) -> str:
    return re.sub(r"^-|-$", "", others.sub("-", text))


def _plain(text: str) -> str:
    # Zola and Pelican also spell out letters beyond Latin, from tables too large to carry: those stay as they are.
    return re.sub(r"[^a-z0-9\u0080-\U0010ffff]+", "-", _latin(text).lower()).strip("-")


def _latin(text: str) -> str:
    """The text with Latin letters bare of their accents."""
    return "".join(
        unicodedata.normalize("NFD", char)[0] if "\u00c0" <= char <= "\u024f" else char
        for char in unicodedata.normalize("NFC", text)
    )
