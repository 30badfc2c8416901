"""Looks at any feed, in a file or on the web, as a reader would meet it: the document, and how it is served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher import http
from publisher.errors import FetchError, NotFoundError
from publisher.feeds import lint
from publisher.feeds.lint import discover
from publisher.feeds.lint import headers as lint_headers
from publisher.feeds.lint import xml as lint_xml
from publisher.feeds.lint.finding import Finding, Language, error
from publisher.http import Answer

SECONDS = 20.0
LARGEST = 32 << 20
"""Bytes of a body that are taken from the web."""
_REDIRECTS = 5
_PAGES = ("text/html", "application/xhtml+xml")
_NAMED = 10
"""Feeds of one page that are looked at."""
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found out about one address or file."""

    target: str
    language: Language | None
    """None for a page of HTML, and for what is no feed."""
    findings: tuple[Finding, ...] = ()
    feeds: tuple[discover.Named, ...] = ()
    """Feeds that the page names: each has its own report after this one, but for those past ten."""


def look(target: str, *, now: datetime) -> Iterator[Report]:
    """The report on a file or an http(s) URL; of a page that names feeds, one on each of them too.

    Raises ``NotFoundError`` for a file that cannot be read, ``FetchError`` where no whole answer comes.
    """
    url = target if "://" in target else ""
    report = _web(target, now) if url else _file(target, now)
    yield report
    for named in report.feeds[:_NAMED]:
        yield _named(named.url, now)


def _named(url: str, now: datetime) -> Report:
    try:
        report = _web(url, now)
    except FetchError as problem:  # the page is what is wrong then
        finding = error("page", f"a page names it as a feed, but {problem.line()}")
        return Report(target=url, language=None, findings=(finding,))
    if report.feeds:
        finding = error("page", "a page names it as a feed, but it is an HTML page; name the feed itself")
        return Report(target=url, language=None, findings=(finding,))
    return report


def _file(target: str, now: datetime) -> Report:
    path = Path(target)
    try:
        if path.is_dir():
            raise NotFoundError(f"{target} is a folder", hint="name a feed in it, such as rss.xml")
        with path.open("rb") as file:
            data = file.read(lint.LARGEST + 1)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise NotFoundError(f"{target} cannot be read: {why}", hint="name a file, or a URL with https://") from problem
    if lint.is_page(data):
        return _page(target, data, "")
    return Report(target=target, language=lint.language_of(data), findings=tuple(lint.document(data, now=now)))


def _web(url: str, now: datetime) -> Report:
    answer = _get(url)
    if not answer.good:
        hint = "look at the address in a browser"
        raise FetchError(f"{answer.url} answers with the status {answer.status}", hint=hint)
    way = [lint_headers.moved(url, answer.url, permanent=answer.permanent)] if answer.hops else []
    language = lint.language_of(answer.body)
    if language is None:
        if lint.is_page(answer.body):
            return _page(url, answer.body, answer.url, way)
        return Report(target=url, language=None, findings=(*way, *lint.document(answer.body)))
    found = lint.document(answer.body, url=answer.url, now=now)
    return Report(target=url, language=language, findings=(*way, *_served(answer, language), *found))


def _get(url: str, conditions: dict[str, str] | None = None) -> Answer:
    headers = {"Accept": _ACCEPT} | (conditions or {})
    return http.request("GET", url, headers=headers, timeout=SECONDS, limit=LARGEST, redirects=_REDIRECTS)


def _served(answer: Answer, language: Language) -> Iterator[Finding]:
    json = language is Language.JSON
    yield from lint_headers.rules(
        answer.headers,
        language,
        encoding="utf-8" if json else lint_xml.encoding(answer.body),
        size=len(answer.body),
        hub=lint.names_hub(answer.body),
    )
    if conditions := lint_headers.conditions(answer.headers):
        again = _get(answer.url, conditions)
        yield from lint_headers.repeated(unchanged=again.unchanged, same=again.body == answer.body)


def _page(target: str, data: bytes, url: str, way: list[Finding] | None = None) -> Report:
    named = discover.feeds(data.decode("utf-8", "replace"), url)
    found = list(way or [])
    if not named:
        message = 'it is an HTML page that names no feed; give a feed\'s address, or add <link rel="alternate" …> to it'
        found.append(error("page", message))
    for each in named:
        if "://" not in each.url:
            message = f"it names the feed {each.url!r}, and a file has no address to begin at; check the served page"
            found.append(error("page", message))
    return Report(
        target=target, language=None, findings=tuple(found), feeds=tuple(each for each in named if "://" in each.url)
    )
