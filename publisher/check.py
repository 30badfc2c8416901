"""``publisher check``: everything that may be wrong with a site, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from publisher.app import App
from publisher.config import Newsletter
from publisher.content import scan
from publisher.content.article import Severity
from publisher.content.index import Index
from publisher.digest import press
from publisher.errors import PublisherError
from publisher.issues import compose, desk
from publisher.issues.issue import Issue, Stream
from publisher.selection import History, select

MANY = 10
"""Names of unmatched topics that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where, and how to mend it."""

    path: str
    line: int | None = None
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.severity}: {self.message}"


def run(app: App, *, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """All findings: config first, then content, topics, a trial digest of each newsletter."""
    now = app.clock.now()
    report = scan.scan(app.config, app.database, now, progress=progress)
    findings = list(_config(app))
    findings += [
        Finding(path=each.path, line=each.line, severity=each.severity, code=each.code, message=each.message)
        for each in report.problems
    ]
    findings += _topics(app)
    findings += _quiet(app)
    findings += _digests(app)
    return findings


def _config(app: App) -> Iterator[Finding]:
    name = app.config.path.name
    for sentence in app.config.later():
        yield Finding(path=name, severity=Severity.WARNING, code="later", message=sentence)
    if not app.config.newsletters:
        message = "no newsletter: only feeds are built; to send digests, add one under newsletters:"
        yield Finding(path=name, severity=Severity.WARNING, code="newsletter-none", message=message)


def _topics(app: App) -> Iterator[Finding]:
    index = Index(app.database)
    if app.config.topics:
        unmatched = index.unmatched_topics()
        sentences = [
            f"{count} {'article has' if count == 1 else 'articles have'} the topic {topic!r}, "
            "which no topic here matches; write it into the match of one"
            for topic, count in unmatched[:MANY]
        ]
        if len(unmatched) > MANY:
            sentences.append(f"{len(unmatched) - MANY} more topics match none here; those above are the commonest")
        for message in sentences:
            yield Finding(path=app.config.path.name, severity=Severity.WARNING, code="topic-unmatched", message=message)
    for each in index.slug_collisions():
        spelled = " and ".join(repr(name) for name in each.names)
        message = (
            f"the {each.kind}s {spelled} share the slug {each.slug!r} and so one feed; write one of them everywhere"
        )
        yield Finding(path=app.config.path.name, severity=Severity.ERROR, code="slug-collision", message=message)


def _quiet(app: App) -> Iterator[Finding]:
    now = app.clock.now()
    newest = Index(app.database).articles(now, limit=1)
    alarm = app.config.content.quiet_alarm
    where = app.config.content.path.name
    if not newest:
        message = "no article is published; add a Markdown file with title and date, or set content.path"
        yield Finding(path=where, severity=Severity.WARNING, code="content-empty", message=message)
    elif alarm and now - newest[0].published > alarm:
        days = (now - newest[0].published).days
        message = f"nothing new for {days} days; if that is meant, raise content.quiet_alarm"
        yield Finding(path=where, severity=Severity.WARNING, code="content-quiet", message=message)


def _digests(app: App) -> Iterator[Finding]:
    """What a trial run says: each newsletter's first issue, drawn up now, rendered and linted."""
    where = app.config.path.name
    for name, letter in app.config.newsletters.items():
        try:
            issue = _trial(app, letter, app.clock.now())
            found = press.lint(app.post.press, issue, ()) if issue.stories else ()
        except PublisherError as error:
            message = f"newsletters.{name}: {error.line()}"
            yield Finding(path=where, severity=Severity.ERROR, code="digest", message=message)
            continue
        for each in found:
            message = f"newsletters.{name}: {each.place}: {each.message}"
            yield Finding(path=where, severity=each.severity, code=each.code, message=message)


def _trial(app: App, letter: Newsletter, now: datetime) -> Issue:
    """The issue that would go out had none gone before: what was sent already must not hide a broken template."""
    stream = Stream(letter.name, next(iter(letter.schedules)))
    wish, past = desk.rule(app.config, letter), History()
    selection = select(desk.candidates(app.database, wish, past, now), wish, past, now)
    id = desk.issue_id(stream, now, letter)
    return compose.compose(selection, id=id, stream=stream, slot=now, newsletter=letter, number=1, now=now)
