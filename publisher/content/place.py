"""What a file's place says: its key, section and language, and its page's URL. Pure."""

from __future__ import annotations

import posixpath
import re
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote_plus

from publisher import urls
from publisher.content import dates, permalink

MAX_URL = 2000
"""Characters of an address: PostgreSQL indexes no more than some 2 700 bytes."""

_SUFFIX = re.compile(r"\.(?:md|mdown|markdown)$", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
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
    stem = _stem(path)
    return stem[:-6] if stem[-6:].lower() == "/index" else stem


def _stem(path: str) -> str:
    return path[:-3] if path.endswith(".md") else _SUFFIX.sub("", path)


def bundled(path: str) -> bool:
    """Whether the file is the text of a page bundle: its pictures lie beside it and have its URL."""
    return _split_language(_stem(path.rpartition("/")[2]))[0].lower() == "index"


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
    _, suffix = _split_language(_stem(path.rpartition("/")[2]))
    first, slash, _ = path.partition("/")
    return bcp47(suffix) or (bcp47(first) if slash and _is_language(first) else "")


@lru_cache(maxsize=1024)
def bcp47(tag: str) -> str:
    """The language tag as BCP 47 writes it: ``zh_cn`` becomes ``zh-CN``; empty where it is none (RFC 5646 2.1.1)."""
    tag = tag.strip().partition(".")[0]  # "zh_CN.UTF-8"
    if not _TAG.fullmatch(tag):
        return ""
    first, *rest = re.split(r"[-_]", tag)
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join([first.lower(), *cased])


@lru_cache(maxsize=1024)
def _is_language(text: str) -> bool:
    return bool(_TAG.fullmatch(text)) and re.split(r"[-_]", text)[0].lower() in _LANGUAGES


def _split_language(stem: str) -> tuple[str, str]:
    if "." not in stem:
        return stem, ""
    name, _, suffix = stem.rpartition(".")
    return (name, suffix) if name and _is_language(suffix) else (stem, "")


def page(
    path: str,
    *,
    site: str,
    site_language: str,
    pattern: str,
    title: str,
    published: datetime,
    slug: str,
    url: str,
    categories: tuple[str, ...] = (),
) -> str:
    """The absolute address of an article's page.

    ``url`` is the path, with parts such as ``:year`` in it, or a whole address; ``slug`` replaces the last part of the
    path. Otherwise ``pattern`` decides: the name of a generator, Hugo's permalink pattern, or ``jekyll`` and Jekyll's.
    ``published`` is in the site's zone; ``categories`` are for Jekyll's patterns.
    Raises ``ValueError`` that says what is wrong and, after a semicolon, what to write.
    """
    if not url and pattern == "hugo":
        address = _by_hugo(path, site, site_language, slug)
    elif urls.web(url):
        address = urls.encode(url)
    else:
        own = pattern.removeprefix("jekyll ")
        rule = pattern if own == pattern else "jekyll"
        folder, name, _ = _parted(path)
        facts = permalink.Facts(
            folder=folder,
            name="" if name.lower() == "index" else name,
            index=bundled(path),
            section=section(path),
            title=title,
            slug=slug,
            published=published,
            categories=categories,
            jekyll=rule.startswith("jekyll"),
        )
        found = _given(url, rule, facts) if url else _made(rule, own, facts)
        address = urls.home(site) + urls.escaped(_squeezed(found))
    if len(address) > MAX_URL:
        raise ValueError(f"the address is longer than {MAX_URL} characters; write a shorter url or slug")
    return address


def _by_hugo(path: str, site: str, site_language: str, slug: str) -> str:
    folder, name, suffix = _parted(path)
    home = _home(site, _prefix(suffix, site_language), folder)
    if slug:
        last = permalink.from_slug(slug)
    elif name == "_index" or (name.lower() == "index" and not folder):
        return home
    else:
        last = urls.segment(name.replace(" ", "-"))
        if not last.strip("."):
            raise ValueError(f"{name!r} leaves nothing for an address; rename the file, or write slug: my-story")
    return f"{home}{urls.escaped(last)}/" if last else home


@lru_cache(maxsize=4096)
def _home(site: str, prefix: str, folder: str) -> str:
    parts = [part for part in (prefix, urls.path_slug(folder)) if part]
    return urls.home(site) + "".join(f"{urls.escaped(part)}/" for part in parts)


def _given(url: str, rule: str, facts: permalink.Facts) -> str:
    """The path that front matter names, closed as the site's generator does it."""
    if re.match(r"[a-z][a-z0-9+.-]*://", url, re.IGNORECASE):
        raise ValueError(f"{url!r} is no http address with a host; write a path such as /posts/one/")
    if "{{" in url or "{%" in url:
        raise ValueError(f"{url!r} is a template; write the path itself, such as /posts/one/")
    filled = permalink.filled(url, facts)
    path = url if filled == url else unquote_plus(filled)
    if facts.jekyll or rule in {"pelican", "eleventy"}:
        return path
    if rule == "zola":
        return path.rstrip("/") + "/"
    return _closed(posixpath.normpath("/" + path), slash=path.endswith("/"))


def _closed(path: str, *, slash: bool) -> str:
    # Hugo takes every path with a dot for that of a file, and says nothing of index.html.
    if path.endswith("/index.html") and not slash:
        return path.removesuffix("index.html")
    return path if "." in path and not slash else path + "/"


def _made(rule: str, own: str, facts: permalink.Facts) -> str:
    match rule:
        case "jekyll":
            return permalink.by_jekyll(permalink.JEKYLL if own == rule else own, facts)
        case "jekyll-pretty":
            return permalink.by_jekyll(permalink.PRETTY, facts)
        case "zola":
            return permalink.by_zola(facts)
        case "pelican":
            return permalink.by_pelican(facts)
        case "eleventy":
            return permalink.by_eleventy(facts)
        case _:
            return permalink.by_hugo(rule, facts)


def _squeezed(path: str) -> str:
    """Without control characters, doubled slashes and segments of dots alone."""
    parts = _CONTROLS.sub("", path).split("/")
    kept = [part for part in parts[:-1] if part.strip(".")]
    return "/".join([*kept, parts[-1] if parts[-1].strip(".") else ""])


def _parted(path: str) -> tuple[str, str, str]:
    """Folder, name and language suffix; the name of a page bundle is that of its folder."""
    folder, _, name = key(path).rpartition("/")
    name, suffix = _split_language(name)
    if suffix and name.lower() == "index":  # folder/index.zh.md
        folder, _, name = folder.rpartition("/")
    return folder, name, suffix


def _prefix(suffix: str, site_language: str) -> str:
    # Hugo puts every language but the default one into a folder of its own.
    return "" if not suffix or bcp47(suffix).partition("-")[0] == site_language.partition("-")[0] else suffix.lower()
