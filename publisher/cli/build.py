"""The command ``build``. Where nothing changed, it says so before anything of the program is imported."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from publisher import uptodate
from publisher.cli.context import Command, Context, complain, counted, progress
from publisher.errors import PublisherError
from publisher.uptodate import Record, Sight, Watched

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.config import Config
    from publisher.content.article import Problem

ALIKE = 5
"""Problems of one kind that are printed: a folder without its pictures has thousands."""
SHOWN = 20
"""Problems that are printed before the rest is counted: ``check`` shows all."""
FEEDS = "feeds"
"""The folder of all that is written, in the output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build found and did; JSON keeps all of it for a later one that finds the same."""

    articles: int
    absent: dict[str, int]
    """Articles that are not shown, by reason."""
    problems: int
    warnings: int
    feeds: int
    lines: list[str]
    """What is wrong, as it is printed."""
    complaints: list[str]
    """What approved issues miss."""
    changed: int = 0
    written: int = 0
    removed: int = 0
    pings: int = 0
    """What hubs are owed."""


@click.command(cls=Command)
@click.option("--full", is_flag=True, help="Read and write everything again, not only what changed.")
@click.option("--strict", is_flag=True, help="Exit with 1 if an article has an error.")
@click.pass_obj
def build(context: Context, *, full: bool, strict: bool) -> int:
    """Read the articles and write the feeds: only what changed."""
    start = time.perf_counter()
    usual = not full and context.now is None
    record = uptodate.recall(context.config) if usual else None
    sight = uptodate.see(context.config, record.watched, os.environ) if record else None
    built = _again(record, sight) or _build(context, sight, full=full, usual=usual)
    _tell(context, built, time.perf_counter() - start)
    return 1 if strict and built.problems else 0


def _again(record: Record | None, sight: Sight | None) -> Built | None:
    """What the last build said, where a new one could say nothing else."""
    from publisher.app import Clock

    if record is None or not record.holds(sight, Clock().now()):
        return None
    built = Built(**record.told)
    for sentence in built.complaints:
        complain(sentence)
    return built


def _build(context: Context, sight: Sight | None, *, full: bool, usual: bool) -> Built:
    """Builds; that there is nothing more to do, the next build is to know from the files alone."""
    record = None
    with context.app() as app:
        watched = _watched(app.config) if usual else None
        if sight is None or sight.watched != watched:
            # Before the first file is read, so that what changes meanwhile is seen to differ.
            sight = uptodate.see(context.config, watched, os.environ) if watched else None
        # One moment for all of it: an article that appears while the build runs is the next change, not lost.
        now = app.clock.now()
        before = _begun(app)
        built = _published(context, app, now, full=full)
        # An issue that another process began to send meanwhile stands in no feed yet.
        if sight and sight.settled and _begun(app) == before:
            from publisher.content.index import Index

            until = Index(app.database).next_change(now)
            told = asdict(built) | {"changed": 0, "written": 0, "removed": 0, "pings": 0}
            record = Record(watched=sight.watched, digest=sight.digest, made="", since=now, until=until, told=told)
    if record and (made := uptodate.made(record.watched)):  # the database is closed now, and its file whole
        uptodate.keep(context.config, replace(record, made=made))
    return built


def _begun(app: App) -> list[Any]:
    """The issues that readers have."""
    from publisher.issues import store

    with app.database.read() as connection:
        return [store.begun(connection, name) for name in app.config.newsletters]


def _watched(config: Config) -> Watched | None:
    """What a build of this site reads and writes; None where not all of it is files: another database than SQLite."""
    _, _, database = config.database.partition("sqlite:///")
    if not database:
        return None
    content, output = config.content, config.output / FEEDS
    folders = (content.path, content.static, config.root / "assets", config.templates)
    files = (config.secrets.keys_file, *config.files())
    made = (output, database, f"{database}-wal")
    return Watched(folders=tuple(map(str, folders)), files=tuple(map(str, files)), made=tuple(map(str, made)))


def _published(context: Context, app: App, now: Any, *, full: bool) -> Built:
    from publisher.cli.site import scan
    from publisher.content.index import Index
    from publisher.feeds.publish import publish

    complaints: list[str] = []
    report = scan(app, full=full, at=now, tell=complaints.append)
    for sentence in complaints:
        complain(sentence)
    try:
        with progress("feeds") as move:
            published = publish(app.config, app.database, app.templates, now, full=full, progress=move)
    except PublisherError:
        for line in _problem_lines(report.problems):  # a folder that takes no feed hides no article's mistake
            context.say(line)
        raise
    absent = Counter(each.reason.value for each in Index(app.database).hidden(now))
    problems = [*Index(app.database).problems(), *published.problems]
    errors = sum(problem.severity == "error" for problem in problems)
    return Built(
        articles=report.articles - absent.total(),
        absent=dict(sorted(absent.items())),
        problems=errors,
        warnings=len(problems) - errors,
        feeds=published.feeds,
        lines=list(_problem_lines(problems)),
        complaints=complaints,
        changed=report.changed,
        written=published.written,
        removed=published.removed,
        pings=_owed(app),
    )


def _owed(app: App) -> int:
    """Pings that wait for somebody to send them."""
    from publisher.feeds import outbox

    if not app.config.feeds.hubs:
        return 0
    with app.database.read() as connection:
        return outbox.waiting(connection)


def _tell(context: Context, built: Built, seconds: float) -> None:
    hidden, seconds = sum(built.absent.values()), round(seconds, 3)
    result = {
        "articles": built.articles,
        "hidden": hidden,
        "problems": built.problems,
        "warnings": built.warnings,
        "feeds": built.feeds,
        "written": built.written,
        "removed": built.removed,
        "seconds": seconds,
    }
    absent = ", ".join(f"{count} {reason}" for reason, count in built.absent.items())
    context.show(
        result,
        lambda: [
            *built.lines,
            (
                f"{counted(built.articles, 'article')}{f' (not shown: {absent})' if hidden else ''}, "
                f"{built.changed} changed, {counted(built.feeds, 'feed')}, "
                f"{counted(built.written, 'file')} written, {built.removed} removed in {seconds} s"
            ),
            *(
                [f"{counted(built.pings, 'ping')} for WebSub hubs: 'publisher run-due' or 'serve' sends them"]
                if built.pings
                else []
            ),
        ],
    )
    if context.json:
        for line in built.lines:
            context.say(line)


def _problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    listed = list(problems)
    errors = [problem for problem in listed if problem.severity == "error"]
    warnings = [problem for problem in listed if problem.severity != "error"]
    for group in (errors, warnings):
        told, kinds = 0, Counter[str]()
        for problem in group:
            kinds[problem.code] += 1
            if told < SHOWN and kinds[problem.code] <= ALIKE:
                told += 1
                yield str(problem)
        if len(group) > told:
            yield f"… and {len(group) - told} more {group[0].severity}s: 'publisher check' lists all"


COMMANDS = (build,)
