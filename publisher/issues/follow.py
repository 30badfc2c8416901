"""Reads the articles, and lets open issues follow them: drafts change along, an approved issue is only reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from publisher.config import Config
from publisher.content import scan
from publisher.content.article import Article
from publisher.content.index import Index
from publisher.content.library import Library
from publisher.content.scan import ScanReport
from publisher.db.engine import Database
from publisher.errors import StateError
from publisher.issues import compose, drift, store
from publisher.issues.drift import Drift
from publisher.issues.issue import Issue, State
from publisher.selection import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a reading of the content folder came to."""

    report: ScanReport
    drifts: tuple[Drift, ...]
    """Stories of approved issues whose articles were edited or deleted since: sent as approved unless somebody acts."""


def read(
    config: Config,
    database: Database,
    now: datetime,
    *,
    full: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Read:
    """Scans the folder, brings drafts up to date with it, and tells what approved issues no longer agree with."""
    report = scan.scan(config, database, now, full=full, progress=progress)
    return Read(report=report, drifts=tuple(follow(config, database, now)))


def follow(config: Config, database: Database, now: datetime) -> list[Drift]:
    """Brings unapproved issues up to date with their articles; how approved ones differ from theirs."""
    with database.read() as connection:
        issues = store.open_issues(connection)
    found: list[Drift] = []
    for issue in issues:
        if issue.state in {State.DRAFT, State.HELD}:
            _renew(config, database, issue, now)
        else:
            found += drift.drifts(issue, _articles(config, database, issue, now))
    return found


def followed(config: Config, database: Database, issue: Issue, now: datetime) -> Issue:
    """The issue as its articles are now; nothing is kept of it here."""
    letter = config.newsletters.get(issue.stream.newsletter)
    if letter is None:  # no longer of this config: nobody knows how to word it
        return issue
    vanished = [item.path for item in issue.left_out if item.reason == Reason.VANISHED.value]
    shown = Index(database).visible(vanished, now)
    back = Library(config, database).articles(shown, now)
    return drift.followed(issue, _articles(config, database, issue, now), letter, back)


def _renew(config: Config, database: Database, seen: Issue, now: datetime) -> None:
    renewed = followed(config, database, seen, now)
    if renewed is seen:
        return
    detail = f"{len(renewed.stories)} of {len(seen.stories)} stories, as their articles are now"
    try:
        with database.write() as connection:
            store.update(connection, compose.voided(renewed), seen=seen)
            store.record(connection, seen.id, "issue.followed", now=now, by="content", detail=detail)
    except StateError:
        return  # somebody changed it at this moment: the next reading finds what is still to do


def _articles(config: Config, database: Database, issue: Issue, now: datetime) -> dict[str, Article]:
    """The articles behind an issue's stories by id, wherever their files are now; without those readers cannot see.

    Of two with one id it is the one at the story's own place, else the first by path.
    """
    heads = Index(database).by_guid([story.guid for story in issue.stories], now)
    found = Library(config, database).articles([head.path for head in heads], now)
    own = {story.path for story in issue.stories}
    ordered = sorted(found.values(), key=lambda article: (article.path not in own, article.path), reverse=True)
    return {article.guid: article for article in ordered}
