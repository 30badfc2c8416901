"""What a file's place says: its key, section and language, and its page's URL by Hugo's rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote

from publisher import urls
from publisher.content import dates

MAX_URL = 2000
"""Characters of an address: PostgreSQL indexes no more than some 2 700 bytes."""

_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_TOKEN = re.compile(r":([a-z]+)")
# ISO 639-1: a dot and one of these before .md is a language, "node.js.md" is not.
_LANGUAGES = frozenset(
    "aa ab af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "  # noqa: SIM905
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my "
    "na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm "
    "sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za "
    "zh zu".split()
)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def key(path: str) -> str:
    """The path without ``.md``, and without ``/index`` for a page bundle."""
    stem = _SUFFIX.sub("", path)
    return stem.removesuffix("/index")


def bundled(path: str) -> bool:
    """Whether the file is the text of a page bundle: its pictures lie beside it and have its URL."""
    return _split_language(_SUFFIX.sub("", path.rpartition("/")[2]))[0] == "index"


def section(path: str) -> str:
    """The first folder; empty for a file that lies in none, or is a page bundle at the top."""
    folder, slash, _ = key(path).partition("/")
    return folder if slash else ""


def words(path: str) -> str:
    """A title made of the file's name, for a file that has none."""
    stem = dates.without_date(_split_language(key(path).rpartition("/")[2])[0])
    return re.sub(r"[-_\s]+", " ", stem).strip() or stem


def language(path: str) -> str:
    """The language that a suffix (``name.zh-cn.md``) or the first folder (``zh/…``) names, else empty."""
    _, suffix = _split_language(_SUFFIX.sub("", path.rpartition("/")[2]))
    first = path.partition("/")[0] if "/" in path else ""
    return bcp47(suffix) or (bcp47(first) if _is_language(first) else "")


def bcp47(tag: str) -> str:
    """The language tag as BCP 47 writes it: ``zh_cn`` becomes ``zh-CN``; empty where it is none (RFC 5646 2.1.1)."""
    tag = tag.strip().partition(".")[0]  # "zh_CN.UTF-8"
    if not _TAG.fullmatch(tag):
        return ""
    first, *rest = re.split(r"[-_]", tag)
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join([first.lower(), *cased])


def _is_language(text: str) -> bool:
    return bool(_TAG.fullmatch(text)) and re.split(r"[-_]", text)[0].lower() in _LANGUAGES


def _split_language(stem: str) -> tuple[str, str]:
    name, dot, suffix = stem.rpartition(".")
    return (name, suffix) if dot and name and _is_language(suffix) else (stem, "")


def page(
    path: str, *, site: str, site_language: str, pattern: str, title: str, published: datetime, slug: str, url: str
) -> str:
    """The absolute address of an article's page.

    ``url`` is taken as it stands; ``slug`` replaces the last part of the path; otherwise Hugo's rule or the pattern
    (``/:year/:month/:slug/``) makes it. ``published`` is in the site's zone. Raises ``ValueError`` for what is no URL.
    """
    if urls.web(url):
        address = urls.encode(url)
    elif re.match(r"[a-z][a-z0-9+.-]*://", url, re.IGNORECASE):
        raise ValueError("no http address with a host")
    elif url or pattern != "hugo":
        parts = {"title": title, "slug": slug, "section": section(path)}
        address = urls.join(site, _closed(_filled(url or pattern, path, parts, published)))
    else:
        address = urls.join(site, _by_hugo(path, slug, site_language))
    if len(address) > MAX_URL:
        raise ValueError(f"longer than {MAX_URL} characters")
    return address


def _by_hugo(path: str, slug: str, site_language: str) -> str:
    folder, name, suffix = _parted(path)
    last = urls.path_slug(slug) or ("" if name == "index" and not folder else urls.slug(name))
    parts = [_prefix(suffix, site_language), urls.path_slug(folder), last]
    return "".join(f"{part}/" for part in parts if part)


def _filled(pattern: str, path: str, parts: Mapping[str, str], published: datetime) -> str:
    folder, name, _ = _parted(path)
    values = {
        "year": f"{published:%Y}",
        "month": f"{published:%m}",
        "day": f"{published:%d}",
        "section": urls.path_slug(parts["section"]),
        "sections": urls.path_slug(folder),
        "title": urls.slug(parts["title"]),
        "slug": urls.path_slug(parts["slug"]) or urls.slug(dates.without_date(name)),
        "filename": urls.slug(name),
    }
    return _TOKEN.sub(lambda match: values.get(match[1], match[0]), pattern)


def _parted(path: str) -> tuple[str, str, str]:
    """Folder, name and language suffix; the name of a page bundle is that of its folder."""
    folder, _, name = key(path).rpartition("/")
    name, suffix = _split_language(name)
    if name == "index" and suffix:  # folder/index.zh.md
        folder, _, name = folder.rpartition("/")
    return folder, name, suffix


def _prefix(suffix: str, site_language: str) -> str:
    # Hugo puts every language but the default one into a folder of its own.
    return "" if not suffix or bcp47(suffix).partition("-")[0] == site_language.partition("-")[0] else suffix.lower()


def _closed(path: str) -> str:
    """Ends in a slash unless it names a file or says more than a path, as Hugo does with ``url``."""
    path = re.sub(r"/{2,}", "/", unquote(path))
    return path if path.endswith("/") or re.search(r"\.(?:x?html?|php)$", path) else path + "/"
