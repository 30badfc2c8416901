"""Rules that hold in every format: the feed's own links, its date, and its entries seen together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from publisher.feeds.lint import html as lint_html
from publisher.feeds.lint.finding import Facts, Finding, Item, Language, error, quoted, warning
from publisher.feeds.lint.text import address, language, title, told

_SOON = timedelta(minutes=5)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MANY = 3
"""Entries from which one common moment is no chance."""
_ARCHIVES = ("prev-archive", "next-archive", "current")


def rules(facts: Facts, *, url: str = "", now: datetime | None = None) -> Iterator[Finding]:
    """All of them; ``url``: where the feed was fetched; without ``now`` nothing is called future."""
    yield from _links(facts, url)
    yield from _history(facts)
    yield from _language(facts)
    if not facts.items:
        yield warning("entries-none", "it has no entries; a reader cannot tell it from a broken one: write one")
        return
    yield from _ids(facts)
    yield from _dates(facts)
    for item in facts.items:
        yield from _item(item, now)


def _links(facts: Facts, url: str) -> Iterator[Finding]:
    own = facts.hrefs("self")
    json = facts.language_of is Language.JSON
    if not own and not json and not facts.hrefs("hub"):
        yield warning("self-missing", 'it has no link rel="self", so that a copy cannot be followed home; write one')
    if len(own) > 1:
        yield warning("self-many", 'it has several links rel="self"; keep one')
    if url and own and own[0] != url:
        what = "feed_url" if json else 'its link rel="self"'
        yield warning(
            "self-elsewhere", f"{what} is {quoted(own[0])}, but it is served at {url}; write the address it has"
        )
    if facts.home and facts.home in own:
        message = "its site link is the feed itself; write the address of the page that people read"
        yield error("link-is-self", message)
    checked = [] if facts.language_of is Language.ATOM else [("site link", facts.home)] if facts.home else []
    if facts.language_of is Language.RSS:
        checked += [(f"link {link.rel}", link.href) for link in facts.links]
    for what, address_of in checked if not json else ():
        if fault := address(address_of):
            yield told(fault, "feed", what)
    yield from _hubs(facts, own)


def _hubs(facts: Facts, own: list[str]) -> Iterator[Finding]:
    hubs = facts.hrefs("hub")
    if hubs and not own:
        message = 'it names a hub but not its own address, which subscribers need; add link rel="self" (WebSub 4)'
        yield error("hub-alone", message)
    if facts.language_of is Language.JSON:
        for hub in hubs:
            if fault := address(hub):
                yield told(fault, "feed", "hub")


def _history(facts: Facts) -> Iterator[Finding]:
    """Faults of paged and archived feeds (RFC 5005)."""
    if facts.archive and facts.complete:
        yield error("archive-complete", "it is both fh:archive and fh:complete; keep the one that is true")
    if facts.complete and facts.hrefs("prev-archive"):
        message = "it is fh:complete but has a link prev-archive; remove one of them (RFC 5005 2)"
        yield error("archive-complete", message)
    if facts.archive and not facts.hrefs("current"):
        message = 'it is an archive without link rel="current" to the living feed; write one (RFC 5005 4)'
        yield warning("archive-current", message)
    if facts.hrefs("prev-archive") and not facts.hrefs("self"):
        yield warning("archive-self", 'it has older archives but no link rel="self"; write one')
    for rel in _ARCHIVES:
        if set(facts.hrefs(rel)) & set(facts.hrefs("self")) and rel != "current":
            yield error("archive-loop", f"its link {rel} is its own address, which never ends; write the other's")


def _language(facts: Facts) -> Iterator[Finding]:
    if not facts.language:
        how = {Language.RSS: "<language>", Language.ATOM: "xml:lang", Language.JSON: "language"}[facts.language_of]
        message = f"it does not say its language, by which readers choose fonts and voices; write {how}, such as zh-CN"
        yield warning("language-missing", message)
    elif fault := language(facts.language):
        yield told(fault, "feed", "language")


def _ids(facts: Facts) -> Iterator[Finding]:
    first: dict[str, Item] = {}
    for item in facts.items:
        if item.id in first:
            message = f"its id {quoted(item.id)} is also that of {first[item.id].place}; give each its own"
            yield error("id-duplicate", message, item.place)
        elif item.id:
            first[item.id] = item


def _dates(facts: Facts) -> Iterator[Finding]:
    published = [item.published for item in facts.items if item.published]
    updated = [item.updated for item in facts.items if item.updated]
    if not _falls(published or updated) and not _falls(updated or published):
        yield warning("order", "its entries are not newest first; sort them, some readers only look at the top")
    newest = max(published + updated, default=None)
    if newest and facts.stamp and facts.stamp > newest + _DAY:
        message = (
            f"it says it changed at {facts.stamp:%Y-%m-%d %H:%M} UTC, but its newest entry is of "
            f"{newest:%Y-%m-%d %H:%M}; write the date of the newest change, not of the build: readers load it anew"
        )
        yield warning("date-build", message)
    if newest and facts.stamp and facts.stamp < newest - timedelta(seconds=1):
        message = (
            f"it says it last changed at {facts.stamp:%Y-%m-%d %H:%M} UTC, before its newest entry of "
            f"{newest:%Y-%m-%d %H:%M}; write the date of the newest change"
        )
        yield warning("date-stale", message)
    if len(updated) >= _MANY and _span(updated) < _MINUTE and published and _span(published) > _HOUR:
        message = "all entries changed in the same minute, as of a build; write when each did, or all look new"
        yield warning("date-churn", message)


def _falls(moments: list[datetime]) -> bool:
    return all(before >= after for before, after in pairwise(moments))


def _span(moments: list[datetime]) -> timedelta:
    return max(moments) - min(moments)


def _item(item: Item, now: datetime | None) -> Iterator[Finding]:
    for moment in dict.fromkeys(each for each in (item.published, item.updated) if each):
        if now and moment > now + _SOON:
            message = f"it is dated {moment:%Y-%m-%d %H:%M} UTC, in the future; publish it then, or mend the zone"
            yield warning("date-future", message, item.place)
    if item.published and item.updated and item.updated < item.published:
        message = "it was updated before it was published; write an updated date that is not earlier"
        yield warning("date-order", message, item.place)
    if item.title is not None:
        if not item.title.strip():
            yield warning("title-empty", "its title is empty; write one, or leave it out", item.place)
        yield from title(item.title, item.place)
    for name, text in item.bodies:
        yield from lint_html.findings(name, text, item.place, based=item.based)
