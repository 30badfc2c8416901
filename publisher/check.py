"""``publisher check``: everything that may be wrong with a site, in one list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from publisher import explain, quiet
from publisher.app import App
from publisher.config import Newsletter
from publisher.content.article import Severity
from publisher.content.index import Index
from publisher.content.library import Library
from publisher.db import alarm
from publisher.delivery.bounces import mailbox
from publisher.delivery.bounces.record import ALARM as BURSTS
from publisher.digest import press
from publisher.errors import PublisherError
from publisher.issues import compose, desk, follow
from publisher.issues.drift import Drift
from publisher.issues.issue import Issue, Stream
from publisher.selection import History
from publisher.urls import slug

MANY = 10
"""Names of unmatched topics that are listed."""
LINTED = 60
"""Feeds that are linted as they were built, the main one and topics first."""
PROPOSED = 3
"""The commonest of them, for which the line of config.yaml is written out."""


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
    """All findings: config first, then content, topics, feeds, a trial digest of each newsletter."""
    now = app.clock.now()
    drifts = follow.read(app.config, app.database, now).drifts
    Library(app.config, app.database).render_all(now, progress=progress)
    app.templates.languages()  # reads every catalogue of words: one that is broken ends this, as it would a build
    findings = list(_config(app))
    findings += [
        Finding(path=each.path, line=each.line, severity=each.severity, code=each.code, message=each.message)
        for each in Index(app.database).problems()
    ]
    findings += _topics(app)
    findings += _quiet(app)
    findings += _keys(app)
    findings += _maildir(app)
    findings += _alarms(app)
    findings += _feeds(app)
    findings += _digests(app)
    findings += _drifted(app, drifts)
    return findings


def _config(app: App) -> Iterator[Finding]:
    name = app.config.path.name
    for sentence in app.config.later():
        yield Finding(path=name, severity=Severity.WARNING, code="later", message=sentence)
    if not app.config.newsletters:
        message = "no newsletter: only feeds are built; to send digests, add one under newsletters:"
        yield Finding(path=name, severity=Severity.WARNING, code="newsletter-none", message=message)


def _keys(app: App) -> Iterator[Finding]:
    """Private keys that other users of the machine may read: warned of only, for mounted secrets often are so."""
    for place, key in enumerate(app.config.delivery.dkim):
        mode = key.key_file.path.stat().st_mode & 0o777
        if mode & 0o077:
            message = (
                f"delivery.dkim.{place}.key_file may be read by others (mode {mode:04o}), who could sign as "
                f"{key.domain}; run 'chmod 600 {key.key_file.path.name}'"
            )
            yield Finding(path=app.config.path.name, severity=Severity.WARNING, code="key-mode", message=message)


def _maildir(app: App) -> Iterator[Finding]:
    bounces = app.config.delivery.bounces
    if bounces is None or bounces.maildir is None:
        return
    try:
        wrong = mailbox.missing(bounces.maildir)
    except OSError as error:
        wrong = f"{bounces.maildir} cannot be read: {error.strerror}; check its owner and permissions"
    if wrong:
        message = f"delivery.bounces.maildir: {wrong}"
        yield Finding(path=app.config.path.name, severity=Severity.WARNING, code="maildir", message=message)


def _alarms(app: App) -> Iterator[Finding]:
    with app.database.read() as connection:
        standing = alarm.standing(connection)
    for each in standing:
        message = each.sentence(app.config.site.timezone)
        where = each.subject if each.kind == BURSTS else each.kind
        yield Finding(path=where, severity=Severity.WARNING, code="alarm", message=message)


def _topics(app: App) -> Iterator[Finding]:
    index = Index(app.database)
    if app.config.topics:
        unmatched = index.unmatched_topics()
        sentences = [
            f"{count} {'article has' if count == 1 else 'articles have'} the topic {topic!r}, "
            "which no topic here matches; write it into the match of one"
            + (f", or add {_proposal(topic)} to topics" if place < PROPOSED else "")
            for place, (topic, count) in enumerate(unmatched[:MANY])
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


def _proposal(topic: str) -> str:
    """The line of config.yaml that makes a topic of a name, in YAML's one-line form."""
    return f"`{slug(topic)}: {{title: {json.dumps(topic, ensure_ascii=False)}}}`"


def _drifted(app: App, drifts: Iterable[Drift]) -> Iterator[Finding]:
    voice = explain.voice(app, "en")
    for drift in drifts:
        for sentence in explain.drifted(voice, drift):
            message = f"approved issue {drift.issue}: {sentence}; edit the issue and approve it again to take it over"
            yield Finding(path=drift.path, severity=Severity.WARNING, code="story-drifted", message=message)


def _quiet(app: App) -> Iterator[Finding]:
    now = app.clock.now()
    newest = list(Index(app.database).heads(now, limit=1))
    limit = app.config.content.quiet_alarm
    where = app.config.content.path.name
    if not newest:
        message = "no article is published; add a Markdown file with title and date, or set content.path"
        yield Finding(path=where, severity=Severity.WARNING, code="content-empty", message=message)
    elif (span := quiet.silence(newest[0].published, limit, now)) is not None:
        yield Finding(path=where, severity=Severity.WARNING, code="content-quiet", message=quiet.sentence(span))


def _feeds(app: App) -> Iterator[Finding]:
    """Choices that hold nothing, and what readers would stumble over in the feeds as they were last built."""
    from publisher.feeds import lint
    from publisher.feeds.channel import channel_of
    from publisher.feeds.feed import Feed, Kind
    from publisher.feeds.fill import layouts

    channel, now = channel_of(app.config), app.clock.now()
    laid, _ = layouts(channel, Library(app.config, app.database).listing(now))
    for each in laid:
        if each.kind is Kind.EXTRA and not each.total:
            message = f"feeds.extra: {each.key!r} holds no article; correct its topics, tags or lang, or remove it"
            yield Finding(path=app.config.path.name, severity=Severity.WARNING, code="extra-empty", message=message)
    feeds = [Feed(channel=channel, kind=each.kind, key=each.key) for each in laid if each.total]
    for feed in [feed for feed in feeds if feed.kind is not Kind.TAG][:LINTED]:  # a tag's entries stand in others too
        for form in channel.formats:
            file = app.config.output / feed.path(form)
            if file.is_file():
                for found in lint.document(file.read_bytes(), url=feed.url(form), now=now):
                    message = f"{found.place}: {found.message}"
                    yield Finding(path=feed.path(form), severity=found.severity, code=found.code, message=message)


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
    choice = desk.chosen(app.config, app.database, wish, past, now)
    id = desk.issue_id(stream, now, letter)
    selection, articles = choice.selection, choice.articles
    return compose.compose(selection, articles, id=id, stream=stream, slot=now, newsletter=letter, number=1, now=now)
