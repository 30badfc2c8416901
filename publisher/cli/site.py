"""Commands on a site and its articles: init, check, articles, explain; ``build`` has its own module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.context import Command, Context, complain, counted, progress, table
from publisher.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.app import App
    from publisher.content.article import Article, Head, Problem
    from publisher.content.scan import ScanReport


@click.command(cls=Command)
@click.argument("directory", type=click.Path(path_type=Path))
@click.pass_obj
def init(context: Context, directory: Path) -> int:
    """Make a new site in DIRECTORY.

    It gets a commented config and two sample articles, nothing else.
    """
    from publisher import starter
    from publisher.app import Clock

    made = starter.write(directory, now=Clock(context.now).now())
    context.show(
        {"site": str(directory), "files": [str(path) for path in made]},
        lambda: [
            *(f"made {path}" for path in made),
            "",
            f"next: cd {shlex.quote(str(directory))} && publisher check && publisher build",
            "then: publisher subscribers add you@example.org --confirmed --consent-text 'my own list'",
            "      publisher issue draft weekly",
        ],
    )
    return 0


@click.command(cls=Command)
@click.option(
    "--feeds",
    multiple=True,
    metavar="URL|FILE",
    help="Look at this feed in place of the site: RSS, Atom, JSON Feed, OPML, or a page that names feeds. Repeatable.",
)
@click.pass_obj
def check(context: Context, feeds: tuple[str, ...]) -> int:
    """Look for mistakes in the site, or in any feed.

    The exit code is 1 if there is an error.
    """
    if feeds:
        from publisher.cli import feedcheck

        return feedcheck.run(context, feeds)
    from publisher import check as checkup

    with context.app() as app, progress("articles") as move:
        findings = checkup.run(app, progress=move)
    errors = sum(finding.severity == "error" for finding in findings)
    context.show(
        [asdict(finding) for finding in findings],
        lambda: [
            *(str(finding) for finding in findings),
            f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}",
        ],
    )
    return 1 if errors else 0


def scan(
    app: App, *, full: bool = False, at: datetime | None = None, tell: Callable[[str], object] = complain
) -> ScanReport:
    """Brings the index and the drafts up to date with the folder, with a progress bar; says what approved ones miss."""
    from publisher.issues import follow

    with progress("articles") as move:
        read = follow.read(app.config, app.database, at or app.clock.now(), full=full, progress=move)
    if read.drifts:
        from publisher import explain as explanation

        voice = explanation.voice(app, "en")
        for drift in read.drifts:
            for sentence in explanation.drifted(voice, drift):
                tell(f"{drift.issue}: {drift.path}: {sentence}; it goes out as approved unless you edit the issue")
    return read.report


@click.command(cls=Command)
@click.option("--topic", default="", help="Only of this topic (its key).")
@click.option("--tag", default="", help="Only with this tag.")
@click.option("--since", default="", help="Only from this day on (2025-06-30), or so long ago (7d).")
@click.option("--problems", is_flag=True, help="What is wrong with articles, in place of the articles.")
@click.pass_obj
def articles(context: Context, topic: str, tag: str, since: str, *, problems: bool) -> int:
    """List the articles of the index, newest first."""
    from publisher.content.index import Index
    from publisher.content.library import Library

    with context.app() as app:
        scan(app)
        index = Index(app.database)
        if problems:
            return _show_problems(context, index.problems())
        start = _since(app, since)
        if topic and topic not in (known := [each.key for each, _ in index.topics(app.clock.now())]):
            raise NotFoundError(f"no article has the topic {topic!r}", hint=f"there is {', '.join(known) or 'none'}")
        heads = index.heads(app.clock.now(), topic=topic, tag=tag)
        found = [head for head in heads if start is None or head.published >= start]
        whole = {}
        if context.json:  # what only bodies tell is left out of the table, and need not be rendered for it
            whole = Library(app.config, app.database).articles([head.path for head in found], app.clock.now())
        zone = app.config.site.timezone
        rows = [
            (
                article.published.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                "★" if article.featured else " ",
                article.path,
                article.title,
                ", ".join(each.key for each in article.topics),
            )
            for article in found
        ]
        hidden = [] if topic or tag or since else index.hidden(app.clock.now())
    context.show(
        [_article(head, whole.get(head.path)) for head in found],
        lambda: [
            *table(("date", " ", "path", "title", "topics"), rows),
            *(f"not shown: {each.path} ({each.reason})" for each in hidden),
            counted(len(found), "article"),
        ],
    )
    return 0


def _show_problems(context: Context, problems: list[Problem]) -> int:
    context.show(
        [asdict(problem) for problem in problems],
        lambda: [*(str(problem) for problem in problems), counted(len(problems), "problem")],
    )
    return 0


def _since(app: App, text: str) -> Any:
    if not text:
        return None
    from datetime import datetime

    from publisher.times import duration

    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=app.config.site.timezone)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--since") from error
    try:
        return app.clock.now() - duration(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}, or a day such as 2025-06-30", param_hint="--since") from error


def _article(head: Head, article: Article | None) -> dict[str, Any]:
    """What is known of an article; of one whose text cannot be rendered its head alone."""
    return {
        "path": head.path,
        "title": head.title,
        "url": head.url,
        "guid": head.guid,
        "published": head.published,
        "updated": article and article.updated,
        "summary": article and article.summary,
        "topics": [topic.key for topic in head.topics],
        "tags": list(head.tags),
        "language": head.language,
        "featured": head.featured,
        "image": article.image.url if article and article.image else None,
    }


def inside(app: App, reference: str) -> str:
    """The article as paths name it below ``content.path``: a path that a shell completes begins elsewhere."""
    path = Path(reference).resolve()
    root = app.config.content.path.resolve()
    return path.relative_to(root).as_posix() if path.is_file() and path.is_relative_to(root) else reference


@click.command(cls=Command)
@click.argument("what", metavar="ARTICLE|ADDRESS")
@click.option("--issue", "issue_id", default="", help="About this issue.")
@click.pass_obj
def explain(context: Context, what: str, issue_id: str) -> int:
    """Say why an article, or a reader, is in or out.

    Of an article (its path, file name or guid): why it is or is not in an issue or feed. Of a reader (their address):
    why they did or did not get an issue.
    """
    from publisher import explain as explanation

    with context.app() as app:
        scan(app)
        if re.fullmatch(r"[^@\s/]+@[^@\s/]+", what):
            lines = explanation.reader(app, what, issue_id)
        else:
            lines = explanation.article(app, inside(app, what), issue_id)
    context.show({"about": what, "because": lines}, lambda: lines)
    return 0


COMMANDS = (init, check, articles, explain)
